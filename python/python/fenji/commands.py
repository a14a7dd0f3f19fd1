"""Every command of the program as a function. Arguments have the names and the defaults of the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, Union

from . import _fenji
from ._call import Answer, Line, Plan, Scenario
from .case import Case, CaseLike, as_case
from .errors import CaseError, CheckError, UsageError
from .frames import FrameLike, to_csv
from .progress import Progress
from .results import (
    BedsResult,
    CheckResult,
    CompareResult,
    LayoutResult,
    LedgerResult,
    LocateResult,
    PlanResult,
    ReferralResult,
    ReformResult,
    Result,
    ValidateResult,
)

R = TypeVar("R", bound=Result)
Lang = Literal["en", "zh"]
Question = Literal["order", "why", "alternatives", "robust"]

__all__ = [
    "access",
    "beds",
    "centres",
    "check",
    "communities",
    "compare",
    "emergency",
    "generate",
    "grids",
    "layout",
    "ledger",
    "locate",
    "mobile",
    "pairing",
    "payment",
    "phases",
    "plan",
    "referral",
    "staff",
    "surge",
    "telemedicine",
    "validate",
]


def referral(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    gamma: float | None = None,
    layout: Plan | None = None,
    backend: str | None = None,
    method: Literal["auto", "text", "direct", "lazy", "decomposed"] = "auto",
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    pareto: int | None = None,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReferralResult:
    """Works out the referral plan of a case: who goes where, proven and checked.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        A TOML file, TOML text or the keys themselves, over the scenario that the case carries.
    policy : str, optional
        Policy pack, one of ``fenji.POLICIES``.
    gamma : float, optional
        Share of first contact that goes where it is sent, 0 to 1.
    layout : Result or path, optional
        Plan the case as it will stand once this layout is built; today's plan is worked out too.
    backend : str, optional
        Solver, one of ``fenji.BACKENDS``; options of HiGHS behind a colon.
    method : str
        How the plan is worked out.
    time : float, optional
        Stop after this many seconds with the best so far.
    gap : float, optional
        Relative gap at which a plan is good enough (1e-6).
    threads : int, optional
        Threads (all).
    pareto : int, optional
        Points of the front of cost against travel, 2 to 100.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures, tables and layers; without them a run is faster and has the plan alone.
    progress : bool or callable, optional
        ``True`` for bars of tqdm, or a function that gets each :class:`fenji.Event`.

    Returns
    -------
    ReferralResult
        Also when nothing is feasible: ``.termination`` is then ``infeasible`` and ``.repair`` says what would help.

    Raises
    ------
    CaseError
        Case or scenario are not valid.
    KeyboardInterrupt
        Ctrl-C came before the first plan; after it the best so far is returned, with a warning.

    Examples
    --------
    >>> import fenji
    >>> case = fenji.generate(seed=1, people=200_000, counties=2, towns=8, settlements=30)
    >>> plan = fenji.referral(case, {"gamma": 0.6}, gap=1e-3, report=False)
    >>> plan.gap <= 1e-3
    True
    """
    case = as_case(case)
    line = Line("referral", case._shelf.path()).scenario(scenario).option("policy", policy).option("gamma", gamma)
    if layout is not None:
        line.option("layout", line.plan(layout))
    line.option("backend", backend).option("method", method).option("time", time).option("gap", gap).option("threads", threads)
    line.option("pareto", pareto).option("lang", lang).option("no-report", not report)
    return _result(ReferralResult, "referral", line.run(threads=threads, progress=progress), case)


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
    line = Line("layout", case._shelf.path()).scenario(scenario).option("policy", policy).option("objective", _list(objective))
    line.option("method", method).option("time", time).option("gap", gap).option("threads", threads)
    line.option("ask", _list(ask)).option("ask-time", ask_time).option("phase", list(phase)).option("force-most", force_most)
    line.option("distance", distance).option("differ-by", differ_by).option("most", most)
    for a, b in cut:
        line.option("cut", f"{a},{b}")
    for other in against:
        line.scenario(other, "against")
    line.option("lang", lang).option("no-report", not report)
    return _result(LayoutResult, "layout", line.run(threads=threads, progress=progress), case)


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
    return _result(BedsResult, "beds", line.run(threads=threads, progress=progress), case)


def _reform(
    name: str,
    case: CaseLike,
    scenario: Scenario,
    policy: str | None,
    referral: Plan | None,
    time: float | None,
    gap: float | None,
    threads: int | None,
    seed: int,
    lang: Lang,
    report: bool,
    progress: Progress,
) -> ReformResult:
    case = as_case(case)
    line = Line(name, case._shelf.path()).scenario(scenario).option("policy", policy)
    if referral is not None:
        line.option("referral", line.plan(referral))
    line.option("time", time).option("gap", gap).option("threads", threads).option("seed", seed)
    line.option("lang", lang).option("no-report", not report)
    return _result(ReformResult, name, line.run(threads=threads, progress=progress), case)


def communities(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Puts townships into county medical communities: contiguous, balanced, near their lead; exact for a county.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.communities]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("communities", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def grids(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Puts the subdistricts of a city on a grid of urban medical groups, each under one tertiary hospital.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.grids]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("grids", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def staff(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Posts general practitioners so that the least covered township has most, and plans the training that brings them.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.staff]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("staff", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def mobile(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Plans day tours of county teams to the villages that no fixed site reaches: fewest days, then least travel.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.mobile]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("mobile", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def emergency(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Sites pre-hospital stations, the fewest that cover everybody within reach, and shares out ambulances.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.emergency]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("emergency", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def access(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Measures access by tier and coverage by time, and names the worst-served people.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.access]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("access", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def pairing(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Pairs tertiary hospitals with county hospitals, so that strength meets need over short ways; proven by its duals.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.pairing]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("pairing", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def telemedicine(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Works out hubs and links of telemedicine at the least cost that reaches the shares asked for.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.telemedicine]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("telemedicine", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def phases(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Plans beds and money over the years: what is begun when, at the least cost and shortage.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.phases]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("phases", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def payment(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Settles total payment of communities on a referral plan, and shows what wider gaps of reimbursement do.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.payment]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("payment", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def surge(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Prepares for a surge: convertible intensive-care beds, transfers, and which facilities break first.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.surge]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("surge", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def centres(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float | None = None,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress = None,
) -> ReformResult:
    """Sites national, national regional and provincial regional centres by specialty, and links them.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.centres]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {"en", "zh"}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """
    return _reform("centres", case, scenario, policy, referral, time, gap, threads, seed, lang, report, progress)


def plan(
    case: CaseLike,
    scenario: Scenario = None,
    *,
    policy: str | None = None,
    without: str | Sequence[str] = (),
    rounds: int = 3,
    time: float | None = None,
    gap: float = 1e-3,
    threads: int | None = None,
    seed: int = 1,
    lang: Lang = "en",
    progress: Progress = None,
) -> PlanResult:
    """Works out everything together, each model fed with the others' results until they rest.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        Its ``[layout]`` and ``[reform]`` sections say what is asked.
    policy : str, optional
        Policy pack.
    without : str or sequence of str
        Models to leave out.
    rounds : int
        Most rounds.
    time : float, optional
        Seconds of each solve (120).
    gap : float
        Relative gap of the referral plans.
    threads, seed, lang, progress : optional
        See :func:`referral` and :func:`communities`.

    Returns
    -------
    PlanResult
        With ``.part("communities")`` and so on.
    """
    case = as_case(case)
    line = Line("plan", case._shelf.path()).scenario(scenario).option("policy", policy).option("without", _list(without))
    line.option("rounds", rounds).option("time", time).option("gap", gap).option("threads", threads).option("seed", seed).option("lang", lang)
    return _result(PlanResult, "plan", line.run(threads=threads, progress=progress), case)


def ledger(case: CaseLike, *plans: Plan, lang: Lang = "en", progress: Progress = None) -> LedgerResult:
    """Lists every numbered demand of the reform documents beside what plans of a case reach.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    *plans : Result or path
        Plans of any kind; each is checked first.
    lang : {"en", "zh"}
        Language.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    LedgerResult
        With ``.ledger``.

    Raises
    ------
    CheckError
        A plan does not fit the case.
    """
    case = as_case(case)
    line = Line("ledger", case._shelf.path())
    line.words += [line.plan(p) for p in plans]
    return _result(LedgerResult, "ledger", line.option("lang", lang).run(progress=progress), case)


def compare(
    case: CaseLike, plans: Mapping[str, Plan] | Sequence[Plan], *, lang: Lang = "en", progress: Progress = None
) -> CompareResult:
    """Shows two or more plans (or layouts) of a case side by side.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    plans : mapping or sequence of Result or path
        Two or more, by label; the first is the one that the others are compared with. A plan whose scenario has a name keeps it.
    lang : {"en", "zh"}
        Language.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    CompareResult
        With ``.indicators``, a column for each plan.

    Raises
    ------
    CheckError
        A plan does not fit the case.
    """
    case = as_case(case)
    named = dict(plans) if isinstance(plans, Mapping) else {f"plan {n}": p for n, p in enumerate(plans, 1)}
    if len(named) < 2:
        raise UsageError("compare takes two plans or more")
    line = Line("compare", case._shelf.path())
    for label, one in named.items():
        if isinstance(one, Result):
            label = label.replace("/", "-").strip(".") or "plan"
            line.words.append(line.file(f"{label}/plan.json", one.read("plan.json")))
        else:
            line.words.append(line.plan(one))
    return _result(CompareResult, "compare", line.option("lang", lang).run(progress=progress), case)


def check(case: CaseLike, plan: Plan) -> CheckResult:
    """Verifies a plan against its case, or a location solution against its instance: everything recomputed from the tables.

    Parameters
    ----------
    case : Case or path
        The case, its folder, or the instance of a location problem.
    plan : Result or path
        The plan.

    Returns
    -------
    CheckResult
        True when the plan fits; ``.violations`` says what does not.
    """
    if isinstance(case, Case):
        place = case._shelf.path()
    else:
        place = os.fspath(case)
    line = Line("check", place)
    line.words.append(line.plan(plan))
    return CheckResult("check", line.run(out=None), case if isinstance(case, Case) else None)


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


def generate(
    seed: int = 1,
    *,
    prefectures: int = 1,
    provinces: int = 1,
    people: int = 2_000_000,
    counties: int = 3,
    towns: int = 41,
    settlements: int = 140,
    planar: bool = False,
) -> Case:
    """Makes a synthetic prefecture or province: for trials, teaching and benchmarks.

    Parameters
    ----------
    seed : int
        The same seed and sizes give the same case everywhere.
    prefectures, provinces : int
        From two prefectures on they share provincial, regional and national centres.
    people, counties, towns, settlements : int
        Of a prefecture.
    planar : bool
        Kilometres on a plane in place of longitude and latitude.

    Returns
    -------
    Case
        The case.
    """
    line = Line("generate").option("seed", seed).option("prefectures", prefectures).option("provinces", provinces)
    line.option("people", people).option("counties", counties).option("towns", towns).option("settlements", settlements)
    answer = line.option("planar", planar).run()
    return Case.read(answer.shelf.path())


def validate(case: CaseLike) -> ValidateResult:
    """Reads a case folder and reports every problem at once.

    Parameters
    ----------
    case : Case or path
        The folder, or a case (whose warnings are then told).

    Returns
    -------
    ValidateResult
        True when the case is valid; it never raises :class:`CaseError`.
    """
    try:
        found = as_case(case)
    except CaseError as error:
        return ValidateResult(error.problems, None)
    return ValidateResult(found.warnings, found)


def _result(kind: type[R], command: str, answer: Answer, case: Case) -> R:
    """A result; plans that fail a check are exceptions, infeasible questions are results."""
    violations: Any = answer.told.get("violations")
    if not answer.told.get("ok") and isinstance(violations, list):
        raise CheckError(str(answer.told.get("message")), violations)
    return kind(command, answer, case)


def _list(value: Union[str, Sequence[str]]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
