"""Settlements: one a village unit, placed around the seat of its township."""

import math
import statistics
from collections import Counter

from .rates import CORE
from .tools import GOLDEN_ANGLE, apportion, distance, moved, offset_km, seeded


def disc_radius(town, towns):
    """Reach of a township in km: .55 of the median distance to the four nearest seats, .8 to 12; dense subdistricts less."""
    near = sorted(distance(town.at, o.at) for o in towns if o is not town)[:4]
    radius = min(12.0, max(0.8, 0.55 * statistics.median(near)))
    if town.county in CORE and town.urban_kind:
        radius = min(radius, max(0.5, math.sqrt(town.pop / 5_000 / math.pi)))
    return radius


def inside_cell(point, neighbours):
    """The offset pulled back until it is nearer to its own seat than to any other (95 % of the way to the bisector)."""
    scale = 1.0
    for east, north in neighbours:
        reach = (point[0] * east + point[1] * north) / (east * east + north * north)
        if reach * scale > 0.475:
            scale = 0.475 / reach
    return point[0] * scale, point[1] * scale


def build_settlements(towns, committee_weight):
    """One settlement a village unit: the seat first, committees next, villages outward on a sunflower disc."""
    settlements = []
    for town in towns:
        radius = disc_radius(town, towns)
        neighbours = [offset_km(town.at, o.at) for o in towns if o is not town and distance(town.at, o.at) < 3 * radius]
        neighbours = [v for v in neighbours if v != (0.0, 0.0)]
        kinds = ["C"] * town.committees + ["V"] * town.villages
        weights = [(committee_weight if k == "C" else 1.0) * (1.5 if i == 0 else 0.7 + 0.6 * seeded(f"{town.code}/{i}/people"))
                   for i, k in enumerate(kinds)]
        people = apportion(town.pop, weights, 1)
        turn = 2 * math.pi * seeded(f"{town.code}/turn")
        counts = Counter()
        for i, kind in enumerate(kinds):
            counts[kind] += 1
            angle = turn + i * GOLDEN_ANGLE + 0.5 * (seeded(f"{town.code}/{i}/angle") - 0.5)
            r = radius * math.sqrt(i / len(kinds)) * (0.85 + 0.3 * seeded(f"{town.code}/{i}/radius"))
            east, north = inside_cell((r * math.cos(angle), r * math.sin(angle)), neighbours)
            zh, en = ("社区", "community") if kind == "C" else ("村", "village")
            settlements.append({
                "id": f"{town.code}-{i + 1:02d}", "name": f"{town.name}{zh}{counts[kind]}",
                "name_en": f"{town.name_en} {en} {counts[kind]}", "area": town.county, "town": town.code, "pop": people[i],
                "at": moved(town.at, east, north), "kind": kind, "first": i == 0, "nth": counts[kind],
            })
    return settlements
