"""What a run tells while it works."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Union

from .errors import UsageError

__all__ = ["Event", "Progress"]


@dataclass(frozen=True)
class Event:
    """Something worth showing while work goes on.

    Attributes
    ----------
    kind : str
        ``started``, ``progress``, ``improved``, ``finished`` or ``note``. Steps nest: ``finished`` ends the last that started.
    step : str
        What is being done (``started``).
    total : int or None
        Units of work when known (``started``).
    done : int
        Units of work done in the current step (``progress``).
    seconds : float
        Since the start of the run (``improved``).
    primal, dual : float
        Value and bound (``improved``).
    text : str
        A remark (``note``).
    """

    kind: str
    step: str = ""
    total: int | None = None
    done: int = 0
    seconds: float = 0.0
    primal: float = math.nan
    dual: float = math.nan
    text: str = ""

    @property
    def gap(self) -> float:
        """Relative gap of value and bound; infinite when one is missing."""
        return gap(self.primal, self.dual)


#: ``True`` for bars of tqdm, a callback that gets each :class:`Event`, or nothing.
Progress = Union[bool, Callable[[Event], object], None]


def gap(primal: float, dual: float) -> float:
    """Relative gap ``(primal - dual) / max(1, |primal|)``, never negative.

    Parameters
    ----------
    primal, dual : float
        Value and bound.

    Returns
    -------
    float
        Infinite when one of them is missing.
    """
    if not (math.isfinite(primal) and math.isfinite(dual)):
        return math.inf
    return max(0.0, (primal - dual) / max(1.0, abs(primal)))


class Bars:
    """Bars of tqdm, one for each step that is under way."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise UsageError("progress=True needs tqdm: pip install 'fenji[progress]'") from error
        self._tqdm: Any = tqdm
        self._open: list[Any] = []

    def __call__(self, event: Event) -> None:
        if event.kind == "started":
            self._open.append(self._tqdm(total=event.total, desc=event.step, leave=False))
        elif event.kind == "note":
            self._tqdm.write(event.text)
        elif not self._open:
            return
        elif event.kind == "progress":
            self._open[-1].update(event.done - self._open[-1].n)
        elif event.kind == "improved":
            self._open[-1].set_postfix_str(f"value {event.primal:,.6g}  gap {100 * event.gap:.4f} %")
        elif event.kind == "finished":
            self._open.pop().close()

    def close(self) -> None:
        """Closes what is still open."""
        while self._open:
            self._open.pop().close()


def listener(progress: Progress) -> tuple[Callable[..., object] | None, Callable[[], None]]:
    """What the library calls with each event, and what ends it.

    Parameters
    ----------
    progress : bool, callable or None
        As the commands take it.

    Returns
    -------
    tuple
        The callback (``None`` for silence) and a function to call at the end.
    """
    if progress is None or progress is False:
        return None, lambda: None
    if progress is True:
        bars = Bars()
        return lambda **event: bars(Event(**event)), bars.close
    if not callable(progress):
        raise UsageError("progress is True or a function that takes an event")
    tell = progress
    return lambda **event: tell(Event(**event)), lambda: None
