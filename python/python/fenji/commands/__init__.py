"""Every command of the program as a function. Arguments have the names and the defaults of the command line."""

from .cases import demo, generate, import_case
from .flows import check, compare, ledger, plan, reality, referral, report, schema, validate
from .models import access, centres, communities, emergency, grids, mobile, pairing, payment, phases, staff, surge, telemedicine
from .places import beds, layout, locate

__all__ = [
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
