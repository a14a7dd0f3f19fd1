"""fenji (分级, "graded"): plans of China's graded referral network, proven and checked, from Python.

Examples
--------
>>> import fenji
>>> case = fenji.generate(seed=1, people=200_000, counties=2, towns=8, settlements=30)
>>> plan = fenji.referral(case, gap=1e-3, report=False)
>>> plan.termination
'optimal'
>>> bool(plan.check())
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._call import Plan, Scenario
from ._fenji import BACKENDS, POLICIES, __version__
from .case import Case, CaseLike
from .commands import (
    access,
    beds,
    centres,
    check,
    communities,
    compare,
    demo,
    emergency,
    generate,
    grids,
    import_case,
    layout,
    ledger,
    locate,
    mobile,
    pairing,
    payment,
    phases,
    plan,
    reality,
    referral,
    report,
    schema,
    staff,
    surge,
    telemedicine,
    validate,
)
from .errors import CaseError, CheckError, FenjiError, InternalError, UsageError
from .progress import Event, Progress
from .results import (
    BedsResult,
    Bounds,
    CheckResult,
    CompareResult,
    ImportResult,
    LayoutResult,
    LedgerResult,
    LocateResult,
    PlanResult,
    RealityResult,
    ReferralResult,
    ReformResult,
    Result,
    ValidateResult,
)

if TYPE_CHECKING:
    from . import batch as batch

__all__ = [
    "BACKENDS",
    "POLICIES",
    "BedsResult",
    "Bounds",
    "Case",
    "CaseError",
    "CaseLike",
    "CheckError",
    "CheckResult",
    "CompareResult",
    "Event",
    "FenjiError",
    "ImportResult",
    "InternalError",
    "LayoutResult",
    "LedgerResult",
    "LocateResult",
    "Plan",
    "PlanResult",
    "Progress",
    "RealityResult",
    "ReferralResult",
    "ReformResult",
    "Result",
    "Scenario",
    "UsageError",
    "ValidateResult",
    "__version__",
    "access",
    "beds",
    "centres",
    "check",
    "communities",
    "compare",
    "demo",
    "emergency",
    "generate",
    "grids",
    "import_case",
    "layout",
    "ledger",
    "locate",
    "mobile",
    "pairing",
    "payment",
    "phases",
    "plan",
    "reality",
    "referral",
    "report",
    "schema",
    "staff",
    "surge",
    "telemedicine",
    "validate",
]


def __getattr__(name: str) -> Any:
    # On demand, so that `python -m fenji.batch` finds it unloaded.
    if name == "batch":
        return importlib.import_module(".batch", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
