"""What commands give back: typed results with frames, layers, pictures and their files."""

from __future__ import annotations

import base64
import html
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from . import _fenji
from ._call import Answer, Line
from .case import Case
from .errors import PROBLEM_COLUMNS, VIOLATION_COLUMNS, problems_frame, translate
from .frames import Library, from_csv, in_library
from .progress import gap as _gap

__all__ = [
    "BedsResult",
    "Bounds",
    "CheckResult",
    "CompareResult",
    "LayoutResult",
    "LedgerResult",
    "LocateResult",
    "PlanResult",
    "ReferralResult",
    "ReformResult",
    "Result",
    "ValidateResult",
]

#: Pictures that a notebook shows at once; the others are a click away.
_SHOWN = 2


@dataclass(frozen=True)
class Bounds:
    """A proven interval around the best there can be.

    Attributes
    ----------
    primal : float
        Value of the plan.
    dual : float
        No plan is better than this; infinite when nothing is proven.
    """

    primal: float
    dual: float

    @property
    def gap(self) -> float:
        """Relative gap ``(primal - dual) / max(1, |primal|)``."""
        return _gap(self.primal, self.dual)


class Result:
    """A result: what the command line prints and writes, as Python objects.

    Attributes
    ----------
    command : str
        The command that made it.
    answer : dict
        The object that the command line prints with ``--json``.
    """

    def __init__(self, command: str, answer: Answer, case: Case | None) -> None:
        self.command = command
        self.answer: dict[str, Any] = {k: v for k, v in answer.told.items() if k not in ("out", "files")}
        self._text = answer.text.split("\nwritten: ")[0]
        self._shelf = answer.shelf
        self._case = case

    # What it came to

    @property
    def termination(self) -> str:
        """``optimal`` (the gap asked for is proven), ``feasible`` (a limit came first), ``infeasible``, ..."""
        return _ended(self._told_termination())[0]

    @property
    def limit(self) -> str | None:
        """The limit that ended the run: ``time``, ``iterations``, ``interrupted`` or ``numerics``; ``None`` when none did."""
        return _ended(self._told_termination())[1]

    @property
    def feasible(self) -> bool:
        """Whether there is a plan."""
        return bool(self.answer.get("ok"))

    @property
    def bounds(self) -> Bounds | None:
        """Value of the plan and proven bound; ``None`` where nothing is minimised or there is no plan."""
        return _bounds(self.answer.get("bounds"))

    @property
    def gap(self) -> float:
        """Relative gap of the bounds; infinite without them."""
        bounds = self.bounds
        return math.inf if bounds is None else bounds.gap

    @property
    def objective(self) -> float | None:
        """Value of the plan."""
        value = self.answer.get("objective")
        return float(value) if isinstance(value, (int, float)) else None

    @property
    def seconds(self) -> float:
        """Wall-clock time of the run."""
        return float(self.answer.get("seconds") or math.nan)

    @property
    def warnings(self) -> pd.DataFrame:
        """What a reader of the input should know: problems with their codes."""
        return problems_frame(self.answer.get("warnings") or [])

    @property
    def repair(self) -> pd.DataFrame:
        """What would make an infeasible question answerable: ``sentence`` and the amounts; empty for a plan."""
        rows = _repairs(self.answer)
        said = self.answer.get("repair") or [r.get("sentence", "") for r in rows]
        rows = rows if len(rows) == len(said) else [{} for _ in said]
        frame = pd.DataFrame([{"sentence": s, **{k: v for k, v in r.items() if k != "sentence"}} for s, r in zip(said, rows)])
        return frame if len(frame) else pd.DataFrame(columns=["sentence"])

    @property
    def indicators(self) -> pd.DataFrame:
        """Indicators of the region: ``indicator``, ``value``; empty where the command has none."""
        values = self.answer.get("indicators") or {}
        return pd.DataFrame({"indicator": list(values), "value": [float(v) for v in values.values()]})

    @property
    def ledger(self) -> pd.DataFrame:
        """Targets beside what the plan reaches."""
        for name in ("ledger", "register"):
            if name in self.tables:
                return self.to_frame(name)  # type: ignore[no-any-return]
        return pd.DataFrame(self.answer.get("goals") or [])

    # Its files

    @property
    def files(self) -> list[str]:
        """Names of all files that :meth:`save` writes."""
        return self._shelf.names()

    def read(self, name: str) -> bytes:
        """A file of the result.

        Parameters
        ----------
        name : str
            One of :attr:`files`.

        Returns
        -------
        bytes
            Its content.
        """
        found = self._shelf.get(name)
        if found is None:
            raise KeyError(f"{name!r}: the files are {', '.join(self.files) or 'none'}")
        return found

    @property
    def plan(self) -> dict[str, Any]:
        """``plan.json`` as Python objects."""
        found: dict[str, Any] = json.loads(self.read("plan.json"))
        return found

    @property
    def tables(self) -> list[str]:
        """Names that :meth:`to_frame` knows."""
        return [n[len("tables/") : -len(".csv")] for n in self.files if n.startswith("tables/") and n.endswith(".csv")]

    def to_frame(self, name: str | None = None, library: Library = "pandas") -> Any:
        """A table of the result.

        Parameters
        ----------
        name : str, optional
            One of :attr:`tables`; the first when left out.
        library : {"pandas", "polars", "arrow"}
            What kind of frame.

        Returns
        -------
        frame
            Codes and names as text.
        """
        tables = self.tables
        name = name or (tables[0] if tables else "")
        if name not in tables:
            raise KeyError(f"{name!r}: the tables are {', '.join(tables) or 'none (the run was asked for no report)'}")
        return from_csv(self.read(f"tables/{name}.csv"), library)

    @property
    def layers(self) -> list[str]:
        """Names of the map layers that the result has; :meth:`to_geojson` also makes layers of tables."""
        return [n[len("layers/") : -len(".geojson")] for n in self.files if n.startswith("layers/") and n.endswith(".geojson")]

    def to_geojson(self, name: str | None = None) -> dict[str, Any]:
        """A map layer.

        Parameters
        ----------
        name : str, optional
            One of :attr:`layers`, or of :attr:`tables`: its rows are then put where the places are that they name, as points, or as lines
            from one to the other. The first of either when left out.

        Returns
        -------
        dict
            A GeoJSON feature collection.
        """
        layers, tables = self.layers, self.tables
        name = name or next(iter([*layers, *tables]), "")
        if name in layers:
            found: dict[str, Any] = json.loads(self.read(f"layers/{name}.geojson"))
            return found
        if name not in tables:
            raise KeyError(f"{name!r}: the layers are {', '.join([*layers, *tables]) or 'none'}")
        if self._case is None:
            raise KeyError(f"{name!r}: the result knows of no case that says where places are")
        return _placed(self.to_frame(name), self._case._positions())

    def to_geopandas(self, name: str | None = None) -> Any:
        """A map layer as a GeoPandas frame.

        Parameters
        ----------
        name : str, optional
            As :meth:`to_geojson` takes it.

        Returns
        -------
        geopandas.GeoDataFrame
            In EPSG:4326.
        """
        import geopandas

        return geopandas.GeoDataFrame.from_features(self.to_geojson(name)["features"], crs="EPSG:4326")

    @property
    def pictures(self) -> dict[str, str]:
        """The pictures of the report: SVG text by name."""
        return {n[len("pictures/") : -len(".svg")]: self.read(n).decode() for n in self.files if n.startswith("pictures/") and n.endswith(".svg")}

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes the files that the command line writes, whole or not at all.

        Parameters
        ----------
        folder : path
            Absent, empty, or one that fenji wrote (it is then replaced as a whole).
        """
        files = [(name, self.read(name)) for name in self.files]
        try:
            _fenji.save(os.fspath(folder), files, False)
        except _fenji.Fault as fault:
            raise translate(fault) from None

    def check(self) -> CheckResult:
        """Verifies the plan against its case, by code that shares nothing with what made it.

        Returns
        -------
        CheckResult
            True when the plan fits.
        """
        place = self._shelf.path("case") if "case/case.toml" in self._shelf else None
        if place is None:
            if self._case is None:
                raise KeyError("the result knows of no case")
            place = self._case._shelf.path()
        answer = Line("check", place, self._plan_path()).run(out=None)
        return CheckResult("check", answer, self._case)

    # How it shows itself

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        parts = [f"fenji.{type(self).__name__}", self.command, self.termination]
        if self.bounds is not None:
            parts.append(f"value {self.bounds.primal:,.6g}, gap {100 * self.gap:.4f} %")
        return f"<{', '.join(p for p in parts if p)}>"

    def _repr_html_(self) -> str:
        head = f"<h4>{html.escape(str(self.answer.get('case', '')))}: {html.escape(self.command)}</h4>"
        body = f"<pre style='white-space:pre-wrap'>{html.escape(self._text)}</pre>"
        shown: list[str] = []
        for at, (name, svg) in enumerate(self.pictures.items()):
            source = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
            image = f"<img alt='{html.escape(name)}' style='max-width:100%' src='{source}'>"
            opened = " open" if at < _SHOWN else ""
            shown.append(f"<details{opened}><summary>{html.escape(name)}</summary>{image}</details>")
        return head + body + "".join(shown)

    def __reduce__(self) -> tuple[Any, ...]:
        files = [(name, self.read(name)) for name in self.files]
        return (_unpickle, (type(self), self.command, self.answer, self._text, files, self._case))

    def _told_termination(self) -> Any:
        return self.answer.get("termination")

    def _plan_path(self) -> str:
        if "plan.json" not in self._shelf:
            raise KeyError("the result has no plan")
        return self._shelf.path("plan.json")


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


class CheckResult(Result):
    """What the independent check found; true when nothing."""

    def __bool__(self) -> bool:
        return self.feasible

    @property
    def violations(self) -> pd.DataFrame:
        """``code``, ``place``, ``found``, ``expected``, ``message``."""
        return pd.DataFrame(self.answer.get("violations") or [], columns=VIOLATION_COLUMNS)


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


def _ended(told: Any) -> tuple[str, str | None]:
    if isinstance(told, Mapping):
        kind, limit = next(iter(told.items()))
        return str(kind), str(limit)
    return str(told or ""), None


def _bounds(told: Any) -> Bounds | None:
    if not isinstance(told, Mapping):
        return None
    primal, dual = told.get("primal"), told.get("dual")
    return Bounds(math.inf if primal is None else float(primal), -math.inf if dual is None else float(dual))


def _repairs(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    for found in (answer.get("repairs"), answer.get("missing"), (answer.get("diagnosis") or {}).get("repairs")):
        if isinstance(found, list) and answer.get("termination") == "infeasible":
            return [dict(r) if isinstance(r, Mapping) else {"sentence": r} for r in found]
    return []


def _placed(frame: pd.DataFrame, positions: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Rows where the places are that they name."""
    columns = list(frame.columns)
    pair = next(((a, b) for a, b in (("from", "to"), ("spoke", "hub"), ("county", "tertiary"), ("settlement", "station")) if {a, b} <= set(columns)), None)
    known = ("facility", "settlement", "site", "id", "subdistrict", "township", "town", "base", "lead", "hub")
    single = next((c for c in known if c in columns), None)

    def at(row: Mapping[Any, Any], column: str | None) -> list[float] | None:
        place = positions.get(str(row[column])) if column is not None and row[column] is not None else None
        return None if place is None else [float(place[0]), float(place[1])]

    features: list[dict[str, Any]] = []
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        geometry: dict[str, Any] | None = None
        if pair is not None:
            ends = [at(row, pair[0]), at(row, pair[1])]
            if None not in ends:
                geometry = {"type": "LineString", "coordinates": ends}
        elif (point := at(row, single)) is not None:
            geometry = {"type": "Point", "coordinates": point}
        features.append({"type": "Feature", "geometry": geometry, "properties": row})
    return {"type": "FeatureCollection", "features": features}


def _unpickle(
    kind: type[Result], command: str, answer: dict[str, Any], text: str, files: list[tuple[str, bytes]], case: Case | None
) -> Result:
    shelf = _fenji.Shelf()
    for name, content in files:
        shelf.put(name, content)
    return kind(command, Answer(0, answer, text, shelf), case)
