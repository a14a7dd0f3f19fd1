"""What commands give back: typed results with frames, layers, pictures and their files."""

from .base import Bounds, CheckResult, Result
from .held import ImportResult, RealityResult
from .typed import BedsResult, CompareResult, LayoutResult, LedgerResult, LocateResult, PlanResult, ReferralResult, ReformResult, ValidateResult

__all__ = [
    "BedsResult",
    "Bounds",
    "CheckResult",
    "CompareResult",
    "ImportResult",
    "LayoutResult",
    "LedgerResult",
    "LocateResult",
    "PlanResult",
    "RealityResult",
    "ReferralResult",
    "ReformResult",
    "Result",
    "ValidateResult",
]
