"""What can go wrong, with the codes and tables of the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from . import _fenji

__all__ = ["CaseError", "CheckError", "FenjiError", "InternalError", "UsageError"]

#: Columns of a frame of problems.
PROBLEM_COLUMNS = ["code", "severity", "file", "line", "column", "value", "message", "remedy"]
#: Columns of a frame of violations.
VIOLATION_COLUMNS = ["code", "place", "found", "expected", "message"]

_SHELF = re.compile(r"memory:\d+/?")


class FenjiError(Exception):
    """A run failed: a limit came before the first answer, a solver gave up, a disk refused."""


class UsageError(FenjiError, ValueError):
    """A call cannot be meant like this: an unknown solver, a gap above one, a folder that holds somebody else's files."""


class CaseError(FenjiError, ValueError):
    """The input is not valid.

    Attributes
    ----------
    problems : pandas.DataFrame
        Everything that is wrong, at once: ``code``, ``severity``, ``file``, ``line``, ``column``, ``value``, ``message``, ``remedy``.
        The codes are those of ``docs/problems.md``. For a case made of frames ``file`` is the name of the frame and ``line`` the position
        of the row, counted from 0 as by ``iloc``.
    """

    def __init__(self, problems: Sequence[Mapping[str, Any]]) -> None:
        self.problems = problems_frame(problems)
        errors = int((self.problems["severity"] == "error").sum())
        shown = [_told(p) for p in problems[:8]]
        if len(problems) > 8:
            shown.append(f"... and {len(problems) - 8} more (see .problems)")
        super().__init__("\n".join([f"{errors} error{'' if errors == 1 else 's'} in the input", *shown]))
        self._problems = list(problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self._problems,))


class CheckError(FenjiError):
    """A plan does not fit its case, found by the independent check.

    Attributes
    ----------
    violations : pandas.DataFrame
        ``code``, ``place``, ``found``, ``expected``, ``message``.
    """

    def __init__(self, message: str, violations: Sequence[Mapping[str, Any]]) -> None:
        self.violations = pd.DataFrame(list(violations), columns=VIOLATION_COLUMNS)
        super().__init__(message)
        self._args = (message, list(violations))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), self._args)


class InternalError(FenjiError):
    """fenji has a fault of its own; please report it."""


def problems_frame(problems: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Problems as a frame.

    Parameters
    ----------
    problems : sequence of mapping
        As the library tells them.

    Returns
    -------
    pandas.DataFrame
        One row a problem.
    """
    frame = pd.DataFrame(list(problems), columns=PROBLEM_COLUMNS)
    return frame.astype({"line": "Int64"})


def visible(text: str) -> str:
    """A message without the names of places in memory.

    Parameters
    ----------
    text : str
        What the library says.

    Returns
    -------
    str
        The same for people.
    """
    return _SHELF.sub("", text)


def translate(fault: _fenji.Fault, place: Callable[[dict[str, Any]], dict[str, Any]] | None = None) -> FenjiError:
    """The exception that a fault of the library becomes.

    Parameters
    ----------
    fault : _fenji.Fault
        What the library raised.
    place : callable, optional
        Changes the place of a problem, for tables that are frames.

    Returns
    -------
    FenjiError
        To be raised.
    """
    kind, message, told = fault.args
    if kind == "invalid_input":
        problems = [dict(p, file=visible(p["file"])) for p in json.loads(told)]
        return CaseError([place(p) for p in problems] if place else problems)
    kinds: dict[str, type[FenjiError]] = {"usage": UsageError, "panic": InternalError}
    return kinds.get(kind, FenjiError)(visible(message))


def _told(problem: Mapping[str, Any]) -> str:
    line = "" if problem["line"] is None else f":{problem['line']}"
    column = f" {problem['column']}" if problem["column"] else ""
    value = f" {problem['value']!r}" if problem["value"] is not None else ""
    remedy = f"\n    remedy: {problem['remedy']}" if problem["remedy"] else ""
    return f"{problem['severity']} {problem['code']} {problem['file']}{line}{column}{value}: {problem['message']}{remedy}"
