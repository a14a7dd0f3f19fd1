"""Patient flows, everything together, and what is done with plans."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from .._call import Line, Plan, Scenario
from ..case import Case, CaseLike, as_case
from ..errors import CaseError, UsageError
from ..progress import Progress
from ..results import (
    CheckResult,
    CompareResult,
    LayoutResult,
    LedgerResult,
    PlanResult,
    RealityResult,
    ReferralResult,
    ReformResult,
    Result,
    ValidateResult,
)
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


def reality(
    case: CaseLike,
    *,
    layout: Plan | None = None,
    referral: Plan | None = None,
    time: float | None = None,
    gap: float = 1e-3,
    draws: int = 20,
    near: float = 2.0,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = None,
) -> RealityResult:
    """Holds the sites that stand against as many chosen from nothing among all places where a facility stands, and against chance.

    Parameters
    ----------
    case : Case or path
        The case, or its folder; its facilities are the real network.
    layout : Result or path, optional
        A layout of the case to hold against the real network too.
    referral : Result or path, optional
        A referral plan of the case: how many of the real beds it fills, by tier.
    time : float, optional
        Stop each of the three choices after this many seconds.
    gap : float
        Relative gap at which a choice is good enough.
    draws : int
        Random choices to compare with, 1 to 1000.
    near : float
        A real place counts as chosen nearby within this many km.
    seed : int
        Seed of what is drawn at random.
    threads : int, optional
        Threads (all).
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    RealityResult
        With ``.ways``, ``.beds`` and ``.sentences``.

    Raises
    ------
    CheckError
        The layout or the referral plan does not fit the case.

    Examples
    --------
    >>> import fenji
    >>> case = fenji.generate(seed=1, people=200_000, counties=2, towns=8, settlements=30)
    >>> ways = fenji.reality(case, draws=5).ways.set_index(["rank", "network"])["km"]
    >>> bool(ways[2, "chosen"] <= ways[2, "real"])
    True
    """
    case = as_case(case)
    line = Line("reality", case._shelf.path())
    if layout is not None:
        line.option("layout", line.plan(layout))
    if referral is not None:
        line.option("referral", line.plan(referral))
    line.option("time", time).option("gap", gap).option("draws", draws).option("near", near).option("seed", seed)
    return result(RealityResult, "reality", line.run(threads=threads, progress=progress), case)


def report(case: CaseLike, plan: Plan, *, lang: Lang = "en", progress: Progress = None) -> Result:
    """Makes report, pictures, tables and map layers of a written plan, after checking it.

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    plan : Result or path
        A plan of any kind, also one that was made with ``report=False``.
    lang : {"en", "zh"}
        Language.
    progress : bool or callable, optional
        See :func:`referral`.

    Returns
    -------
    ReferralResult, LayoutResult or ReformResult
        The plan with all its files.

    Raises
    ------
    CheckError
        The plan does not fit the case.
    """
    case = as_case(case)
    line = Line("report", case._shelf.path())
    line.words.append(line.plan(plan))
    answer = line.option("lang", lang).run(progress=progress)
    written = answer.shelf.get("plan.json")
    kind = json.loads(written).get("kind") if written is not None else None
    kinds: dict[str, type[Result]] = {"layout": LayoutResult, "referral": ReferralResult}
    return result(kinds.get(str(kind), ReformResult), "report", answer, case)


def schema(name: str | None = None) -> dict[str, Any]:
    """JSON schemas of the files, made from the types that read them.

    Parameters
    ----------
    name : str, optional
        One file, for example ``plan.json``; all of them when left out.

    Returns
    -------
    dict
        The schema, or one for each file.
    """
    return Line("schema", *([] if name is None else [name])).run(out=None).told


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
