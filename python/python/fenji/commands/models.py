"""The further models of the reform: one signature for all of them."""

from __future__ import annotations

from typing import Protocol

from .._call import Line, Plan, Scenario
from ..case import CaseLike, as_case
from ..progress import Progress
from ..results import ReformResult
from ._common import Lang, result


class Model(Protocol):
    """A command of a further model."""

    __name__: str

    def __call__(
        self,
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
    ) -> ReformResult: ...


_PARAMETERS = """

    Parameters
    ----------
    case : Case or path
        The case, or its folder.
    scenario : path, str or mapping, optional
        With a ``[reform.{name}]`` section that says what is asked; without one the defaults hold.
    policy : str, optional
        Policy pack.
    referral : Result or path, optional
        Referral plan of the same case and scenario, for what rests on flows.
    time : float, optional
        Stop each solve after this many seconds with the best so far (120).
    gap, threads : optional
        See :func:`fenji.referral`.
    seed : int
        Seed of the algorithms that draw.
    lang : {{"en", "zh"}}
        Language of report and pictures.
    report : bool
        Make report, pictures and tables.
    progress : bool or callable, optional
        See :func:`fenji.referral`.

    Returns
    -------
    ReformResult
        Also when nothing is feasible.
    """


def _model(name: str, does: str) -> Model:
    def run(
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
        case = as_case(case)
        line = Line(name, case._shelf.path()).scenario(scenario).option("policy", policy)
        if referral is not None:
            line.option("referral", line.plan(referral))
        line.option("time", time).option("gap", gap).option("threads", threads).option("seed", seed)
        line.option("lang", lang).option("no-report", not report)
        return result(ReformResult, name, line.run(threads=threads, progress=progress), case)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = does + _PARAMETERS.format(name=name)
    return run


communities = _model("communities", "Puts townships into county medical communities: contiguous, balanced, near their lead; exact for a county.")
grids = _model("grids", "Puts the subdistricts of a city on a grid of urban medical groups, each under one tertiary hospital.")
staff = _model("staff", "Posts general practitioners so that the least covered township has most, and plans the training that brings them.")
mobile = _model("mobile", "Plans day tours of county teams to the villages that no fixed site reaches: fewest days, then least travel.")
emergency = _model("emergency", "Sites pre-hospital stations, the fewest that cover everybody within reach, and shares out ambulances.")
access = _model("access", "Measures access by tier and coverage by time, and names the worst-served people.")
pairing = _model("pairing", "Pairs tertiary hospitals with county hospitals, so that strength meets need over short ways; proven by its duals.")
telemedicine = _model("telemedicine", "Works out hubs and links of telemedicine at the least cost that reaches the shares asked for.")
phases = _model("phases", "Plans beds and money over the years: what is begun when, at the least cost and shortage.")
payment = _model("payment", "Settles total payment of communities on a referral plan, and shows what wider gaps of reimbursement do.")
surge = _model("surge", "Prepares for a surge: convertible intensive-care beds, transfers, and which facilities break first.")
centres = _model("centres", "Sites national, national regional and provincial regional centres by specialty, and links them.")
