"""Small tools: sources, seeded scatter, local geometry, whole shares."""

import csv
import hashlib
import math
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent
KM_PER_DEGREE = 111.195
GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))


def read(name):
    """Rows of a source table."""
    with open(DATA / "sources" / name, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def seeded(key):
    """A number in [0, 1) that depends on nothing but the key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big") / 2**56


def offset_km(a, b):
    """East and north distance in km from a to b (lon, lat), on the local tangent plane."""
    return (b[0] - a[0]) * KM_PER_DEGREE * math.cos(math.radians(a[1])), (b[1] - a[1]) * KM_PER_DEGREE


def moved(a, east, north):
    """The position (lon, lat) that lies `east` and `north` km from a."""
    lon = a[0] + east / (KM_PER_DEGREE * math.cos(math.radians(a[1])))
    return round(lon, 5), round(a[1] + north / KM_PER_DEGREE, 5)


def distance(a, b):
    return math.hypot(*offset_km(a, b))


def apportion(total, weights, least=0):
    """Whole shares of a total in proportion to weights: largest remainder, at least `least` each."""
    spare = total - least * len(weights)
    assert spare >= 0, "too few to give each its minimum"
    exact = [spare * w / sum(weights) for w in weights]
    shares = [math.floor(x) for x in exact]
    order = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[: spare - sum(shares)]:
        shares[i] += 1
    return [least + s for s in shares]


def tens(x):
    """Beds are planned in tens."""
    return max(10, 10 * round(x / 10))


def number(x):
    """A decimal without idle zeros."""
    return f"{x:.1f}".removesuffix(".0")
