"""Patient flows, everything together, and what is done with plans and cases."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Literal

from .._call import Line, Plan, Scenario
from ..case import Case, CaseLike, as_case
from ..errors import CaseError, UsageError
from ..progress import Progress
from ..results import CheckResult, CompareResult, LedgerResult, PlanResult, ReferralResult, Result, ValidateResult
from ._common import Lang, as_list, result


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
    return result(ReferralResult, "referral", line.run(threads=threads, progress=progress), case)


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
    line = Line("plan", case._shelf.path()).scenario(scenario).option("policy", policy).option("without", as_list(without))
    line.option("rounds", rounds).option("time", time).option("gap", gap).option("threads", threads).option("seed", seed).option("lang", lang)
    return result(PlanResult, "plan", line.run(threads=threads, progress=progress), case)


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
    return result(LedgerResult, "ledger", line.option("lang", lang).run(progress=progress), case)


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
    return result(CompareResult, "compare", line.option("lang", lang).run(progress=progress), case)


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
