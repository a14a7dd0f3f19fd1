"""What the commands share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeVar, Union

from .._call import Answer
from ..case import Case
from ..errors import CheckError
from ..results import Result

R = TypeVar("R", bound=Result)
Lang = Literal["en", "zh"]


def result(kind: type[R], command: str, answer: Answer, case: Case) -> R:
    """A result; plans that fail a check are exceptions, infeasible questions are results."""
    violations: Any = answer.told.get("violations")
    if not answer.told.get("ok") and isinstance(violations, list):
        raise CheckError(str(answer.told.get("message")), violations)
    return kind(command, answer, case)


def as_list(value: Union[str, Sequence[str]]) -> list[str]:
    """Several words, also where one was given."""
    return [value] if isinstance(value, str) else list(value)
