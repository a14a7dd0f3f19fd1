"""From Python values to a command of the library and back: what all functions share."""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from . import _fenji
from .errors import UsageError, translate, visible
from .progress import Progress, listener

if TYPE_CHECKING:
    from .results import Result

#: A scenario: a TOML file, TOML text, or a mapping of its keys.
Scenario = Union[str, "os.PathLike[str]", Mapping[str, Any], None]
#: A written plan: a result, its folder, or its ``plan.json``.
Plan = Union["Result", str, "os.PathLike[str]"]

#: Name of the list of files that the library leaves in a folder of results.
MANIFEST = "files.txt"


class Answer:
    """What a command of the library gave: its object, its words, and the shelf with its files."""

    def __init__(self, code: int, told: Mapping[str, Any], text: str, shelf: _fenji.Shelf) -> None:
        self.code, self.told, self.text, self.shelf = code, dict(told), text, shelf


class Line:
    """A command line under construction, with the shelves that its paths stand on."""

    def __init__(self, command: str, *places: str) -> None:
        self.words = ["fenji", command, *places]
        self.kept: list[object] = []

    def option(self, name: str, value: object) -> Line:
        """Adds an option unless its value is ``None`` or ``False``."""
        if value is None or value is False:
            return self
        if value is True:
            self.words.append(f"--{name}")
        elif isinstance(value, (list, tuple)):
            if value:
                self.words.append(f"--{name}={','.join(_word(v) for v in value)}")
        else:
            self.words.append(f"--{name}={_word(value)}")
        return self

    def scenario(self, scenario: Scenario, name: str = "scenario") -> Line:
        """Adds a scenario, whatever it is."""
        if scenario is None:
            return self
        if isinstance(scenario, os.PathLike) or (isinstance(scenario, str) and _is_path(scenario)):
            return self.option(name, os.fspath(scenario))
        text = scenario if isinstance(scenario, str) else to_toml(scenario)
        return self.option(name, self.file("scenario.toml", text.encode()))

    def file(self, name: str, content: bytes) -> str:
        """Puts a file on a shelf that stands as long as this line, and returns its path."""
        shelf = _fenji.Shelf()
        shelf.put(name, content)
        self.kept.append(shelf)
        return shelf.path(name)

    def plan(self, plan: Plan) -> str:
        """The path of a plan."""
        from .results import Result

        if isinstance(plan, Result):
            self.kept.append(plan)
            return plan._plan_path()
        path = Path(plan)
        return str(path / "plan.json" if path.is_dir() else path)

    def run(self, *, out: str | None = "--out", threads: int | None = None, progress: Progress = None, file: str = "") -> Answer:
        """Carries it out.

        Parameters
        ----------
        out : str or None
            The option that says where results go; ``None`` when there is none.
        threads : int, optional
            Size of the pool of the run.
        progress : bool or callable, optional
            See :data:`fenji.Progress`.
        file : str
            Name of the result on its shelf, when it is one file.

        Returns
        -------
        Answer
            Also of a question that has no answer.
        """
        if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= 4096):
            raise UsageError(f"threads={threads!r}: a number from 1 to 4096")
        shelf = _fenji.Shelf()
        words = [*self.words, *([] if out is None else [f"{out}={shelf.path(file)}"])]
        on_event, end = listener(progress)
        try:
            code, told, text, interrupted = _fenji.run(words, threads, on_event)
        except _fenji.Fault as fault:
            error = translate(fault)
            if isinstance(error, UsageError):
                error = UsageError(_in_python(str(error)))
            raise error from None
        finally:
            end()
        shelf.remove(MANIFEST)
        if interrupted:
            warnings.warn("stopped by Ctrl-C: this is the best so far", RuntimeWarning, stacklevel=4)
        return Answer(code, json.loads(told), visible(text), shelf)


def to_toml(value: Mapping[str, Any]) -> str:
    """A mapping as TOML; keys whose value is ``None`` are left out.

    Parameters
    ----------
    value : mapping
        Strings, numbers, truth values, lists and mappings.

    Returns
    -------
    str
        TOML.
    """
    try:
        text = json.dumps(_clean(value), allow_nan=False, default=_scalar)
    except (TypeError, ValueError) as error:
        raise UsageError(f"this cannot be written as TOML: {error}") from error
    try:
        return _fenji.toml_text(text)
    except _fenji.Fault as fault:
        raise translate(fault) from None


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _clean(v) for k, v in value.items() if v is not None}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    return value


def _scalar(value: Any) -> Any:
    # numbers of NumPy and pandas
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        return value.item()
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a scenario")


def _is_path(text: str) -> bool:
    return "\n" not in text and (text.endswith(".toml") or os.path.exists(text) or "=" not in text)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    return repr(value) if isinstance(value, float) else str(value)


def _in_python(message: str) -> str:
    """A message about a command line, in words of Python: ``'--gap <X>'`` becomes ``gap``."""
    message = re.sub(r"'?--([a-z-]+)(?: <[^>]*>|=<[^>]*>)?'?", lambda m: m.group(1).replace("-", "_"), message)
    return re.sub(r"\s*<[A-Z]+>", "", message)
