"""Every command of the program as a function. Arguments have the names and the defaults of the command line."""

from .flows import check, compare, generate, ledger, plan, referral, validate
from .models import access, centres, communities, emergency, grids, mobile, pairing, payment, phases, staff, surge, telemedicine
from .places import beds, layout, locate

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
