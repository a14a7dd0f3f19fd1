"""What commands give back: typed results with frames, layers, pictures and their files."""

from .base import Bounds, CheckResult, Result
from .typed import BedsResult, CompareResult, LayoutResult, LedgerResult, LocateResult, PlanResult, ReferralResult, ReformResult, ValidateResult

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
