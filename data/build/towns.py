"""Townships with their people and village units, and the rules that fill what the sources lack."""

import math
import statistics
from collections import Counter

from .rates import ALIASES, CENTRE_TOTAL_ID, COUNTIES, FILLED, HOLE, Group
from .tools import GOLDEN_ANGLE, apportion, distance, moved, read, seeded


class Town:
    """A township of the case: a place with its people and village units."""

    def __init__(self, code, name, name_en, county, at, pop=0, evidence="observed"):
        self.code, self.name, self.name_en, self.county, self.at = code, name, name_en, county, at
        self.pop, self.evidence = pop, evidence
        self.committees = self.villages = 0
        self.seat = False

    @property
    def units(self):
        return self.committees + self.villages

    @property
    def urban_kind(self):
        """Subdistricts have a community health centre, townships a health centre."""
        return self.name.endswith("街道") or (self.seat and not self.name.endswith(("镇", "乡")))

    def weight(self, committee_weight):
        """Village units, with a residents' committee counted as several."""
        return self.villages + committee_weight * self.committees

    def take(self, street):
        self.committees += street["committees"]
        self.villages += street["villages"]


def read_streets():
    """Townships and subdistricts of the statistical code list, by code."""
    streets = {}
    for row in read("townships.csv"):
        committees = int(row["of_which_residents_committees"])
        streets[row["township_code"]] = {
            "code": row["township_code"], "name": row["name"], "county": row["county_code"],
            "committees": committees, "villages": int(row["village_units"]) - committees,
        }
    return streets


def read_places(streets):
    """Populated places: rows that double count are dropped; missing township codes found by alias or by beginning of name."""
    places, taken = [], set()
    rows = sorted(read("points.csv"), key=lambda r: int(r["geonameid"]))
    for row in rows:
        if row["flag"] != "aggregate" and row["street_code"] in streets:
            taken.add(row["street_code"])
    for row in rows:
        if row["flag"] == "aggregate":
            continue
        code, county = row["street_code"], row["county_adcode"]
        if code not in streets:
            free = [s for s in streets.values() if s["county"] == county and s["code"] not in taken]
            name = ALIASES.get(row["geonameid"], row["name_zh"])
            match = [s for s in free if name and s["name"].startswith(name)]
            code = match[0]["code"] if len(match) == 1 else ""
            taken.add(code)
        name = streets[code]["name"] if code else row["name_zh"] or row["name"]
        town = Town(code or "g" + row["geonameid"], name, row["name"].replace("’", "'"), county,
                    (float(row["lon"]), float(row["lat"])), int(row["pop_geonames"]))
        town.street, town.capital = code, row["fcode"] == "PPLA3"
        places.append(town)
    codes = Counter(t.street for t in places if t.street)
    assert max(codes.values()) == 1, "two places claim one township"
    return places


def unit_rates(places, streets):
    """People per village (townships of villages only) and per residents' committee (townships where they prevail): medians."""
    villages, committees = [], []
    for town in places:
        street = streets.get(town.street)
        if town.pop and street:
            units = street["villages"] + street["committees"]
            if not street["committees"]:
                villages.append(town.pop / units)
            elif street["committees"] > street["villages"]:
                committees.append(town.pop / units)
    return statistics.median(villages), statistics.median(committees)


def deal(pool, towns, choose, kinds=("committees", "villages")):
    """Village units of townships without a place, one kind after the other, each to the town that `choose` ranks first."""
    for kind in kinds:
        for _ in range(sum(street[kind] for street in pool)):
            town = min(towns, key=lambda t: (choose(t), t.code))
            setattr(town, kind, getattr(town, kind) + 1)


def settle_observed(places, streets):
    """A county whose places carry populations: places without one are left out, their units go to the nearest place."""
    towns = [t for t in places if t.pop]
    by_code = {t.street: t for t in places if t.street}
    pool = []
    for street in streets:
        place = by_code.get(street["code"])
        if place is None:
            pool.append(street)
        elif place.pop:
            place.take(street)
        else:
            min(towns, key=lambda t: (distance(t.at, place.at), t.code)).take(street)
    deal(pool, towns, lambda t: -t.pop / (t.units + 1))
    for town in towns:  # a place that got no unit at all is one settlement
        town.villages += town.units == 0
    return towns


def settle_county_hole(places, streets, people_per_unit, committee_weight):
    """Yunyang and Zhong: county total = village units x people per unit of its group, split by weighted units."""
    by_code = {t.street: t for t in places if t.street}
    pool = []
    for street in streets:
        place = by_code.get(street["code"])
        place.take(street) if place else pool.append(street)
    deal(pool, places, lambda t: t.units, ("villages", "committees"))
    empty = [t for t in places if not t.pop]
    total = round(people_per_unit * sum(t.units for t in places)) - sum(t.pop for t in places)
    for town, pop in zip(empty, apportion(total, [t.weight(committee_weight) for t in empty])):
        town.pop, town.evidence = pop, "modelled"
    return places


def settle_centre_hole(places, streets, centre, committee_weight, total):
    """Six core districts and Yubei: every township without people shares the hole of the nine central districts."""
    by_code = {t.street: t for t in places if t.street}
    towns, empty = [], []
    for street in sorted(streets.values(), key=lambda s: s["code"]):
        if street["county"] not in HOLE:
            continue
        town = by_code.get(street["code"])
        if town is None:
            town = Town(street["code"], street["name"], "", street["county"], None, 0, "modelled")
            town.street, town.capital = street["code"], False
        town.take(street)
        towns.append(town)
        if not town.pop:
            empty.append(town)
            town.evidence = "modelled"
    assert all(t.street or not t.pop for t in places), "a place of the hole has people but no township"
    for town, pop in zip(empty, apportion(total, [t.weight(committee_weight) for t in empty])):
        town.pop = pop
    for county in HOLE:
        spread_around_anchor([t for t in towns if t.county == county], centre, COUNTIES[county][0])
    return towns


def spread_around_anchor(towns, centre, county_en):
    """Seats nobody gives: a sunflower around the district's place nearest to the municipality's seat (which is Yuzhong's own)."""
    known = [t for t in towns if t.at]
    anchor = min((t.at for t in known), key=lambda at: distance(at, centre)) if known else centre
    unknown = [t for t in towns if not t.at]
    radius = math.sqrt(sum(t.pop for t in unknown) / 20_000 / math.pi)  # assumed built-up density, people per km2
    turn = 2 * math.pi * seeded("anchor" + towns[0].county)
    first = 1 if known else 0
    for i, town in enumerate(unknown):
        r = radius * math.sqrt((i + first) / (len(unknown) + first))
        town.at = moved(anchor, r * math.cos(turn + i * GOLDEN_ANGLE), r * math.sin(turn + i * GOLDEN_ANGLE))
        town.name_en = f"{county_en} subdistrict {i + 1}"


def build_towns(report):
    """All townships of the municipality, with people and village units."""
    streets = read_streets()
    places = read_places(streets)
    per_village, per_committee = unit_rates(places, streets)
    weight = per_committee / per_village
    report(f"people per village {per_village:.1f}, per residents' committee {per_committee:.1f} (medians): weight {weight:.3f}")
    aggregate = next(r for r in read("points.csv") if r["geonameid"] == CENTRE_TOTAL_ID)
    centre = float(aggregate["lon"]), float(aggregate["lat"])
    towns = []
    of = lambda rows, county: [r for r in rows if r.county == county]
    street_rows = lambda county: [s for _, s in sorted(streets.items()) if s["county"] == county]
    for county in COUNTIES:
        if county not in HOLE and county not in FILLED:
            towns += settle_observed(of(places, county), street_rows(county))
    group = [t for t in towns if COUNTIES[t.county][1] is Group.NORTHEAST]
    per_unit = sum(t.pop for t in group) / sum(t.units for t in group)
    report(f"{per_unit:.1f} people per village unit in the populated counties of the north-east")
    for county in FILLED:
        towns += settle_county_hole(of(places, county), street_rows(county), per_unit, weight)
    nine = [c for c, (_, group, _) in COUNTIES.items() if group is Group.CENTRE]
    known = sum(t.pop for t in towns if t.county in nine) + sum(t.pop for t in places if t.county in HOLE)
    hole = int(aggregate["pop_geonames"]) - known
    report(f"hole of the nine central districts: {int(aggregate['pop_geonames'])} - {known} = {hole}")
    towns += settle_centre_hole([t for t in places if t.county in HOLE], streets, centre, weight, hole)
    for county in COUNTIES:
        local = of(towns, county)
        seat = max(local, key=lambda t: (t.capital, t.pop, t.code))
        if county in HOLE and not seat.capital:
            seat = min(local, key=lambda t: (distance(t.at, centre), t.code))
        seat.seat = True
    return sorted(towns, key=lambda t: (t.county, t.code)), weight
