"""Where facilities and beds go."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

from .. import _fenji
from .._call import Line, Scenario
from ..case import CaseLike, as_case
from ..frames import FrameLike, to_csv
from ..progress import Progress
from ..results import BedsResult, LayoutResult, LocateResult
from ._common import Lang, as_list, result

Question = Literal["order", "why", "alternatives", "robust"]


def layout(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    objective: str | Sequence[str] = (),
    method: Literal["auto", "direct", "parts", "catchments"] = "auto",
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    ask: Question | Sequence[Question] = (),
    ask_time: float | None = None,
    phase: Sequence[float] = (),
    force_most: int | None = None,
    distance: float | None = None,
    differ_by: int | None = None,
    most: int | None = None,
    cut: Sequence[tuple[str, str]] = (),
    against: Sequence[Scenario] = (),
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> LayoutResult:
    """Works out where facilities and beds go: which sites are kept, opened, raised or closed.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[layout]`` section that says what is asked.
    policy : str, optional
        Policy pack.
    objective : str or sequence of str
        What to minimise, the most important first: cost, money, travel, coverage, worst, p90, gini, clinics.
    method : str
        How the layout is worked out.
    time, gap, threads : optional
        As for :func:`referral`; the gap is 1e-4 by default.
    ask : str or sequence of str
        What is asked next: ``order``, ``why``, ``alternatives``, ``robust``.
    ask_time : float, optional
        Seconds for each question (300).
    phase : sequence of float
        For ``order``: money of each phase, yuan.
    force_most : int, optional
        For ``why``: sites that are forced at most (400).
    distance, differ_by, most : optional
        For ``alternatives``: share above the best (0.02), sites by which plans differ, plans wanted (5).
    cut : sequence of pairs of str
        For ``robust``: ways to cut.
    against : sequence of scenarios
        For ``robust``: scenarios of the regret table.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures, tables and layers.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    LayoutResult
        Also when nothing is feasible.
    """
    case = as_case(case)
    line = Line("layout", case._shelf.path()).scenario(scenario).option("policy", policy).option("objective", as_list(objective))
    line.option("method", method).option("time", time).option("gap", gap).option("threads", threads)
    line.option("ask", as_list(ask)).option("ask-time", ask_time).option("phase", list(phase)).option("force-most", force_most)
    line.option("distance", distance).option("differ-by", differ_by).option("most", most)
    for a, b in cut:
        line.option("cut", f"{a},{b}")
    for other in against:
        line.scenario(other, "against")
    line.option("lang", lang).option("no-report", not report)
    return result(LayoutResult, "layout", line.run(threads=threads, progress=progress), case)


def beds(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    add: int | None = None,
    objective: Literal["gini", "maxmin", "mad", "cost"] | None = None,
    growth: float | None = None,
    shrink: float | None = None,
    facility_growth: float | None = None,
    gini_limit: float | None = None,
    floor: float | None = None,
    freeze: float | bool | None = None,
    need: FrameLike | str | os.PathLike[str] | None = None,
    backend: str | None = None,
    threads: int | None = None,
    lang: Lang = "en",
    progress: Progress = None,
) -> BedsResult:
    """Shares out beds of county hospitals and primary care as evenly as can be, with the proof and its prices.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        Its capacity changes make the beds of today; its ``[beds]`` section asks what no argument asks.
    add : int, optional
        Beds to add in all (0).
    objective : {"gini", "maxmin", "mad", "cost"}, optional
        What is made as good as can be (``"gini"``).
    growth, shrink : float, optional
        Share of its beds by which an area may grow (0.25), or that it may lose (0).
    facility_growth : float, optional
        Growth limit of a facility (1).
    gini_limit : float, optional
        Largest Gini coefficient, for ``objective="cost"``.
    floor : float, optional
        Least beds per 1,000 residents of every area (3.5).
    freeze : float or True, optional
        No public hospital grows once the region has this many beds per 1,000 residents (``True``: 4).
    need : frame-like or path, optional
        Table of need (``area``, ``need``).
    backend : str, optional
        Solver with prices.
    threads : int, optional
        Threads.
    lang : {"en", "zh"}
        Language of report and pictures.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    BedsResult
        Also when nothing is feasible.
    """
    case = as_case(case)
    line = Line("beds", case._shelf.path()).scenario(scenario).option("add", add).option("objective", objective)
    line.option("growth", growth).option("shrink", shrink).option("facility-growth", facility_growth).option("gini-limit", gini_limit)
    line.option("floor", floor).option("freeze", freeze).option("backend", backend).option("lang", lang)
    if need is not None:
        path = os.fspath(need) if isinstance(need, (str, os.PathLike)) else line.file("need.csv", to_csv("need", need, "wgs84"))
        line.option("need", path)
    return result(BedsResult, "beds", line.run(threads=threads, progress=progress), case)


def locate(
    instance: FrameLike | str | os.PathLike[str],
    problem: str,
    p: int | None = None,
    *,
    within: float | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    method: Literal["auto", "own", "mip"] = "auto",
    capacity: float | None = None,
    format: str | None = None,
    progress: Progress = None,
) -> LocateResult:
    """Solves a location problem of the literature, with a certificate.

    Parameters
    ----------
    instance : frame-like or path
        A file of ``docs/location-files.md``, or a table of points (``id``, ``x``, ``y`` or ``lon``, ``lat``; ``demand``, ``fixed``, ...).
    problem : str
        p-median, p-center, lscp, mclp, ufl, cfl, sscfl, cpmp, two-level or two-stage.
    p : int, optional
        Sites to open.
    within : float, optional
        Distance at which a client counts as covered.
    time, gap, threads, seed : optional
        See :func:`referral`.
    method : {"auto", "own", "mip"}
        How it is solved.
    capacity : float, optional
        Capacity of every site.
    format : str, optional
        Format of the file.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    LocateResult
        With ``.open``.
    """
    kept: list[object] = []
    if isinstance(instance, (str, os.PathLike)):
        place = os.fspath(instance)
    else:
        shelf = _fenji.Shelf()
        shelf.put("points.csv", to_csv("points", instance, "wgs84"))
        kept.append(shelf)
        place = shelf.path("points.csv")
        format = format or "points"
    line = Line("locate", place).option("problem", problem).option("p", p).option("within", within).option("time", time)
    line.option("gap", gap).option("threads", threads).option("seed", seed).option("method", method).option("capacity", capacity)
    line.option("format", format)
    answer = line.run(threads=threads, progress=progress, file="solution.json")
    result = LocateResult("locate", answer, None)
    result._instance, result._kept = place, kept
    return result
