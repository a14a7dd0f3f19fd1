"""The results of the commands."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from .. import _fenji
from .._call import Answer, Line
from ..case import Case
from ..errors import PROBLEM_COLUMNS
from ..frames import Library, in_library
from .base import Bounds, CheckResult, Result, _bounds


class ReferralResult(Result):
    """A referral plan: who goes where."""

    def flows(self, library: Library = "pandas") -> Any:
        """All flows of the plan, unrounded.

        Parameters
        ----------
        library : {"pandas", "polars", "arrow"}
            What kind of frame.

        Returns
        -------
        frame
            ``kind`` (first_contact, up, redirect, down, treated, unserved, no_access), ``area``, ``from``, ``to``, ``class``, ``cases``.
        """
        import pyarrow as pa

        plan = self.plan
        names = plan["names"]
        ends = {
            "first_contact": ("settlement", "facility"),
            "up": ("from", "to"),
            "redirect": ("from", "to"),
            "down": ("from", "to"),
            "treated": (None, "facility"),
            "unserved": (None, "facility"),
            "no_access": ("settlement", None),
        }
        lists = {"settlement": "settlements", "facility": "facilities", "from": "facilities", "to": "facilities"}
        parts = []
        for kind, (start, goal) in ends.items():
            flow = plan["flows"][kind]
            n = len(flow["cases"])

            def coded(column: str | None, among: str | None) -> Any:
                if column is None or column not in flow:
                    return pa.nulls(n, pa.string())
                return pa.array(names[among], pa.string()).take(pa.array(flow[column], pa.int64()))

            columns = {
                "kind": pa.array([kind] * n, pa.string()),
                "area": coded("area", "areas"),
                "from": coded(start, lists.get(start or "")),
                "to": coded(goal, lists.get(goal or "")),
                "class": coded("class", "classes"),
                "cases": pa.array(flow["cases"], pa.float64()),
            }
            parts.append(pa.table(columns))
        return in_library(pa.concat_tables(parts), library)

    @property
    def objective_parts(self) -> pd.Series[float]:
        """What the value is made of, yuan a year."""
        return pd.Series(self.answer.get("objective_parts") or {}, dtype=float)

    @property
    def before(self) -> dict[str, Any] | None:
        """With ``layout=``: value, bounds and indicators of today's plan."""
        return self.answer.get("before")


class LayoutResult(Result):
    """A layout: which sites are kept, opened, raised or closed, and how many beds each has."""

    @property
    def bounds(self) -> Bounds | None:
        """Value and bound of the first objective."""
        objectives = self.answer.get("objectives") or []
        return _bounds(objectives[0]["bounds"]) if objectives else None

    @property
    def objective(self) -> float | None:
        """Value of the first objective."""
        objectives = self.answer.get("objectives") or []
        return float(objectives[0]["value"]) if objectives else None

    @property
    def indicators(self) -> pd.DataFrame:
        """The objectives: ``indicator``, ``value``, ``unit``, ``primal``, ``dual``."""
        rows = [(o["objective"], o["value"], o["unit"], o["bounds"]["primal"], o["bounds"]["dual"]) for o in self.answer.get("objectives") or []]
        return pd.DataFrame(rows, columns=["indicator", "value", "unit", "primal", "dual"])

    @property
    def sites(self) -> pd.DataFrame:
        """What happens to each site."""
        return self.to_frame("sites")  # type: ignore[no-any-return]

    @property
    def questions(self) -> dict[str, Any] | None:
        """The answers to ``ask=``."""
        return self.answer.get("questions")


class BedsResult(Result):
    """A bed plan: where beds go so that they are evenly shared."""

    @property
    def indicators(self) -> pd.DataFrame:
        """Measures of evenness: ``indicator``, ``before``, ``after``."""
        before, after = self.answer.get("before") or {}, self.answer.get("after") or {}
        rows = [(k, before[k], after.get(k)) for k in before if isinstance(before[k], (int, float))]
        return pd.DataFrame(rows, columns=["indicator", "before", "after"])


class ReformResult(Result):
    """A plan of one of the further models of the reform."""

    @property
    def unit(self) -> str:
        """Unit of the value."""
        return str(self.answer.get("unit", ""))

    @property
    def maximised(self) -> bool:
        """Whether more is better."""
        return bool(self.answer.get("maximised"))

    @property
    def effect(self) -> str | None:
        """TOML of the scenario that says what this plan does to the referral plan; ``None`` when nothing."""
        found = self._shelf.get("effect.toml")
        return None if found is None else found.decode()


class PlanResult(Result):
    """Everything together, each model fed with the results of the others."""

    @property
    def parts(self) -> list[str]:
        """Names that :meth:`part` knows."""
        return sorted({n.split("/")[0] for n in self.files if n.endswith("/plan.json") and n.count("/") == 1})

    def part(self, name: str) -> Result:
        """One of the plans, as a result of its own.

        Parameters
        ----------
        name : str
            One of :attr:`parts`.

        Returns
        -------
        Result
            With its files.
        """
        if name not in self.parts:
            raise KeyError(f"{name!r}: the parts are {', '.join(self.parts)}")
        shelf = _fenji.Shelf()
        for file in self.files:
            if file.startswith(f"{name}/"):
                shelf.put(file[len(name) + 1 :], self.read(file))
        plan = json.loads(self.read(f"{name}/plan.json"))
        head = {k: plan.get(k) for k in ("case", "objective", "objectives", "bounds", "termination", "indicators", "seconds", "unit", "maximised")}
        if plan.get("maximised") and isinstance(plan.get("bounds"), dict):
            # a plan file holds the bounds of the minimised negative
            head["bounds"] = {k: None if v is None else -v for k, v in plan["bounds"].items()}
        told = {"command": name, "ok": True, **{k: v for k, v in head.items() if v is not None}}
        kinds: dict[str, type[Result]] = {"referral": ReferralResult, "layout": LayoutResult}
        return kinds.get(name, ReformResult)(name, Answer(0, told, name, shelf), self._case)

    @property
    def models(self) -> pd.DataFrame:
        """Value and proof of each model."""
        return pd.DataFrame(self.answer.get("models") or [])

    @property
    def missing(self) -> pd.DataFrame:
        """Models without an answer, with what would repair it."""
        return pd.DataFrame(self.answer.get("missing") or [], columns=["model", "sentences"])


class LedgerResult(Result):
    """Every numbered demand of the reform documents beside what plans reach."""

    @property
    def met(self) -> int:
        """Demands met."""
        return int(self.answer["met"])

    @property
    def missed(self) -> int:
        """Demands missed."""
        return int(self.answer["missed"])


class CompareResult(Result):
    """Plans side by side; the first is the one that the others are compared with."""

    @property
    def indicators(self) -> pd.DataFrame:
        """One column for each plan, one row for each indicator."""
        return pd.DataFrame({p["label"]: p["indicators"] for p in self.answer.get("plans") or []})


class LocateResult(Result):
    """Which sites to open, of a location problem."""

    @property
    def bounds(self) -> Bounds | None:
        """Value and proven bound; of a covering that is maximised the bound lies above."""
        value, bound = self.answer.get("value"), self.answer.get("bound")
        return None if value is None else Bounds(float(value), -math.inf if bound is None else float(bound))

    @property
    def objective(self) -> float | None:
        """Value."""
        value = self.answer.get("value")
        return None if value is None else float(value)

    @property
    def gap(self) -> float:
        """Relative gap as the solver states it."""
        value = self.answer.get("gap")
        return math.inf if value is None else float(value)

    @property
    def open(self) -> list[str]:
        """Names of the open sites."""
        return list(self.answer.get("open") or [])

    @property
    def trace(self) -> pd.DataFrame:
        """How value and bound came together: ``seconds``, ``value``, ``bound``."""
        return pd.DataFrame(self.answer.get("trace") or [], columns=["seconds", "value", "bound"])

    def _plan_path(self) -> str:
        return self._shelf.path("solution.json")

    @property
    def plan(self) -> dict[str, Any]:
        """``solution.json`` as Python objects."""
        found: dict[str, Any] = json.loads(self.read("solution.json"))
        return found

    def check(self) -> CheckResult:
        """Verifies the solution against its instance.

        Returns
        -------
        CheckResult
            True when it fits.
        """
        answer = Line("check", self._instance, self._plan_path()).run(out=None)
        return CheckResult("check", answer, None)

    _instance: str = ""
    _kept: Sequence[object] = ()


class ValidateResult:
    """What the validation found; true when the case can be planned.

    Attributes
    ----------
    problems : pandas.DataFrame
        Errors and warnings, with codes, places, values and remedies.
    case : Case or None
        The case, when it is valid.
    """

    def __init__(self, problems: pd.DataFrame, case: Case | None) -> None:
        self.problems = problems
        self.case = case

    def __bool__(self) -> bool:
        return self.case is not None

    def __repr__(self) -> str:
        errors = int((self.problems["severity"] == "error").sum())
        return f"<fenji.ValidateResult: {errors} errors, {len(self.problems) - errors} warnings>"

    def _repr_html_(self) -> str:
        return str(self.problems[PROBLEM_COLUMNS].to_html(index=False))
