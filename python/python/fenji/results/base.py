"""A result: value, proof, tables, pictures, files."""

from __future__ import annotations

import base64
import html
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .. import _fenji
from .._call import Answer, Line
from ..case import Case
from ..errors import VIOLATION_COLUMNS, problems_frame, translate
from ..frames import Library, from_csv
from ..progress import gap as _gap

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
        No plan is better than this: a floor of what is minimised, a ceiling of what is maximised; infinite when nothing is proven.
    """

    primal: float
    dual: float

    @property
    def gap(self) -> float:
        """Relative gap ``|primal - dual| / max(1, |primal|)``."""
        return _gap(self.primal, self.dual) if self.primal >= self.dual else _gap(-self.primal, -self.dual)


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

    @property
    def case(self) -> Case | None:
        """The case that it speaks of; ``None`` where there is none, as of location problems."""
        return self._case

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
        return _bounds(self.answer.get("bounds"), bool(self.answer.get("maximised")))

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


class CheckResult(Result):
    """What the independent check found; true when nothing."""

    def __bool__(self) -> bool:
        return self.feasible

    @property
    def violations(self) -> pd.DataFrame:
        """``code``, ``place``, ``found``, ``expected``, ``message``."""
        return pd.DataFrame(self.answer.get("violations") or [], columns=VIOLATION_COLUMNS)


def _ended(told: Any) -> tuple[str, str | None]:
    if isinstance(told, Mapping):
        kind, limit = next(iter(told.items()))
        return str(kind), str(limit)
    return str(told or ""), None


def _bounds(told: Any, maximised: bool = False) -> Bounds | None:
    if not isinstance(told, Mapping):
        return None
    worst = -math.inf if maximised else math.inf
    primal, dual = told.get("primal"), told.get("dual")
    return Bounds(worst if primal is None else float(primal), -worst if dual is None else float(dual))


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
