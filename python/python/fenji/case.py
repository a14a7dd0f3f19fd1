"""Cases: a region with its areas, townships, settlements and facilities."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping
from typing import Any, Union

import pandas as pd

from . import _fenji
from ._call import Line, to_toml
from .errors import problems_frame, translate
from .frames import FrameLike, Library, from_csv, rows_of_lines, to_csv

__all__ = ["Case", "CaseLike"]

_FILES = {
    "areas": "areas.csv",
    "townships": "townships.csv",
    "settlements": "settlements.csv",
    "facilities": "facilities.csv",
    "classes": "classes.csv",
    "tiers": "tiers.csv",
    "arcs": "arcs.csv",
    "times": "times.csv",
    "road_nodes": "road_nodes.csv",
    "road_edges": "road_edges.csv",
}


class Case:
    """A validated case. It does not change; make another from changed frames.

    Make one with :meth:`Case.read`, :meth:`Case.from_frames` or :func:`fenji.generate`.

    Attributes
    ----------
    warnings : pandas.DataFrame
        What a person should look at.

    Examples
    --------
    >>> import fenji
    >>> case = fenji.generate(seed=1, people=200_000, counties=2, towns=8, settlements=30)
    >>> case.population
    200000
    """

    def __init__(self, shelf: _fenji.Shelf, warnings: str) -> None:
        self._shelf = shelf
        self.warnings = problems_frame(json.loads(warnings))
        self._told: dict[str, Any] | None = None
        self._frames: dict[str, pd.DataFrame] | None = None

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> Case:
        """Reads a case folder.

        Parameters
        ----------
        folder : path
            A case folder, as ``docs/case-folder.md`` describes it.

        Returns
        -------
        Case
            As it is on the disk now.

        Raises
        ------
        CaseError
            Everything that is wrong with it, at once.
        """
        try:
            return cls(*_fenji.open_case(os.fspath(folder)))
        except _fenji.Fault as fault:
            raise translate(fault) from None

    @classmethod
    def from_frames(
        cls,
        areas: FrameLike,
        townships: FrameLike,
        settlements: FrameLike,
        facilities: FrameLike,
        *,
        classes: FrameLike | None = None,
        tiers: FrameLike | None = None,
        arcs: FrameLike | None = None,
        times: FrameLike | None = None,
        road_nodes: FrameLike | None = None,
        road_edges: FrameLike | None = None,
        name: str = "case",
        name_en: str | None = None,
        year: int = 2025,
        crs: str = "wgs84",
        policy: str = "P2025",
        travel: Mapping[str, Any] | None = None,
        arc_rules: Mapping[str, Any] | None = None,
        observed: Mapping[str, Any] | None = None,
        provenance: list[Mapping[str, Any]] | None = None,
        scenario: Mapping[str, Any] | None = None,
    ) -> Case:
        """Makes a case from tables in memory, through the same validation as a case folder.

        Parameters
        ----------
        areas, townships, settlements, facilities : frame-like
            pandas, GeoPandas (points become positions), Polars or PyArrow tables with the columns of ``docs/case-folder.md``.
        classes, tiers, arcs, times, road_nodes, road_edges : frame-like, optional
            The other tables of a case folder. With ``times`` or ``road_nodes`` travel follows them.
        name, name_en, year, crs, policy : optional
            Head of ``case.toml``; ``crs`` is ``wgs84`` (longitude and latitude) or ``planar_km``.
        travel, arc_rules, observed, provenance, scenario : mapping, optional
            Sections ``[travel]``, ``[arcs]``, ``[observed]``, ``[[provenance]]`` and ``[scenario]`` of ``case.toml``.

        Returns
        -------
        Case
            The case.

        Raises
        ------
        CaseError
            Everything that is wrong, with the codes of a case folder; ``file`` names the frame and ``line`` the row, counted from 0.
        """
        given: dict[str, FrameLike | None] = {
            "areas": areas,
            "townships": townships,
            "settlements": settlements,
            "facilities": facilities,
            "classes": classes,
            "tiers": tiers,
            "arcs": arcs,
            "times": times,
            "road_nodes": road_nodes,
            "road_edges": road_edges,
        }
        if travel is None and (times is not None or road_nodes is not None):
            travel = {"mode": "table" if times is not None else "road"}
        head = {
            "format": 1,
            "name": name,
            "name_en": name_en,
            "year": year,
            "crs": crs,
            "policy": policy,
            "travel": travel,
            "arcs": arc_rules,
            "observed": observed,
            "provenance": list(provenance) if provenance else None,
            "scenario": scenario,
        }
        shelf = _fenji.Shelf()
        shelf.put("case.toml", to_toml(head).encode())
        texts: dict[str, bytes] = {}
        for table, frame in given.items():
            if frame is not None:
                texts[table] = to_csv(table, frame, crs)
                shelf.put(_FILES[table], texts[table])
        try:
            return cls(*_fenji.open_case(shelf.path()))
        except _fenji.Fault as fault:
            raise translate(fault, _Rows(texts)) from None

    def to_frames(self, library: Library = "pandas") -> dict[str, Any]:
        """The tables of the case.

        Parameters
        ----------
        library : {"pandas", "polars", "arrow"}
            What kind of frames.

        Returns
        -------
        dict
            A frame for each table, by the names that :meth:`from_frames` takes.
        """
        names = {file: table for table, file in _FILES.items()}
        return {names[f]: from_csv(text, library) for f, text in self._files() if f in names}

    def to_geopandas(self, table: str = "facilities") -> Any:
        """A table with its positions as points.

        Parameters
        ----------
        table : {"facilities", "settlements", "townships"}
            Which.

        Returns
        -------
        geopandas.GeoDataFrame
            In EPSG:4326, or without a coordinate system when the case has a plane of its own.
        """
        import geopandas

        frame = self.to_frames()[table]
        x, y = ("lon", "lat") if "lon" in frame.columns else ("x", "y")
        points = geopandas.points_from_xy(frame[x], frame[y])
        return geopandas.GeoDataFrame(frame, geometry=points, crs="EPSG:4326" if x == "lon" else None)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes the case as a folder, whole or not at all.

        Parameters
        ----------
        folder : path
            Absent or empty: a case is never written over another.
        """
        try:
            _fenji.save(os.fspath(folder), self._files(), True)
        except _fenji.Fault as fault:
            raise translate(fault) from None

    @property
    def scenario(self) -> dict[str, Any]:
        """Keys of the scenario that the case carries."""
        found: dict[str, Any] = json.loads(self._shelf.case_scenario() or "{}")
        return found

    @property
    def name(self) -> str:
        """Title."""
        return str(self._facts["case"])

    @property
    def year(self) -> int:
        """Year that the tables speak of."""
        return int(self._facts["year"])

    @property
    def population(self) -> int:
        """People."""
        return int(self._facts["population"])

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of areas, townships, settlements, facilities and classes."""
        return {k: int(self._facts[k]) for k in ("areas", "townships", "settlements", "facilities", "classes")}

    @property
    def _facts(self) -> dict[str, Any]:
        if self._told is None:
            self._told = Line("validate", self._shelf.path()).run(out=None).told
        return self._told

    def _files(self) -> list[tuple[str, bytes]]:
        try:
            return self._shelf.case_files()
        except _fenji.Fault as fault:
            raise translate(fault) from None

    def _positions(self) -> dict[str, tuple[float, float]]:
        """Where settlements, facilities and townships are, by code."""
        if self._frames is None:
            self._frames = self.to_frames()
        found: dict[str, tuple[float, float]] = {}
        for table in ("townships", "facilities", "settlements"):
            frame = self._frames[table]
            x, y = ("lon", "lat") if "lon" in frame.columns else ("x", "y")
            found.update(zip(frame["id"], zip(frame[x].astype(float), frame[y].astype(float))))
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return (_unpickle, (self._files(),))

    def __repr__(self) -> str:
        parts = ", ".join(f"{n:,} {what}" for what, n in self.counts.items() if what != "classes")
        return f"<fenji.Case {self.name!r}, {self.year}: {self.population:,} people, {parts}>"

    def _repr_html_(self) -> str:
        tiers = self._facts["facilities_by_tier"]
        kinds = " ".join(f"{n}&nbsp;{tier}" for tier, n in tiers.items() if n)
        rows = {"people": f"{self.population:,}", **{k: f"{v:,}" for k, v in self.counts.items()}, "facilities by tier": kinds}
        body = "".join(f"<tr><th style='text-align:left'>{k}</th><td>{v}</td></tr>" for k, v in rows.items())
        return f"<h4>{html.escape(self.name)} ({self.year})</h4><table>{body}</table>"


#: A case, or the folder of one.
CaseLike = Union[Case, str, "os.PathLike[str]"]


def as_case(case: CaseLike) -> Case:
    """A case, read from its folder where it is a path.

    Parameters
    ----------
    case : Case or path
        Either.

    Returns
    -------
    Case
        The case.
    """
    return case if isinstance(case, Case) else Case.read(case)


def _unpickle(files: list[tuple[str, bytes]]) -> Case:
    shelf = _fenji.Shelf()
    for name, text in files:
        shelf.put(name, text)
    return Case(*_fenji.open_case(shelf.path()))


class _Rows:
    """Puts frames and rows in place of files and lines."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = {_FILES[table]: (table, text) for table, text in texts.items()}
        self._starts: dict[str, list[int] | None] = {}

    def __call__(self, problem: dict[str, Any]) -> dict[str, Any]:
        table, text = self._texts.get(problem["file"], (None, b""))
        if table is None:
            return problem
        line = problem["line"]
        if line is not None:
            if table not in self._starts:
                self._starts[table] = rows_of_lines(text)
            starts = self._starts[table]
            if line < 2:
                line = None  # the header: the column says which
            elif starts is None:
                line -= 2
            else:
                line = sum(1 for s in starts if s <= line) - 1
        return dict(problem, file=table, line=line)

