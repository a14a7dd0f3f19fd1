"""Facilities of all tiers, modelled from published rates."""

import math
from collections import Counter

from .rates import (BEDS, CITY_HOSPITAL, CORE, COUNTIES, DOCTORS, GPS, ICU_SHARE, NATION, NURSES, SOUTHWEST, TOP, Group)
from .tools import moved, number, seeded, tens


def facility(fid, name, name_en, tier, at, area="", town="", beds=0, doctors=0.0, gps=0.0, **more):
    icu = round(beds * ICU_SHARE.get(tier, 0.0))
    return {"id": fid, "name": name, "name_en": name_en, "tier": tier, "owner": "public", "area": area, "town": town,
            "lon": f"{at[0]:.5f}", "lat": f"{at[1]:.5f}", "beds": beds, "icu": icu, "doctors": number(doctors),
            "gps": number(gps), "nurses": number(beds * NURSES.get(tier, 0.0)), "avail": 1, "mr_member": int(tier in "KDMPRN"),
            "group_leader": 0, "evidence": "modelled"} | more


def primary(towns, settlements, people):
    """Clinics and stations (rank 1), township and community health centres (rank 2)."""
    rural = sum(t.pop for t in towns if not t.urban_kind)
    served = {"T": rural, "C": people - rural}
    result = []
    for town in towns:
        tier = "C" if town.urban_kind else "T"
        share = town.pop * people / served[tier] / 1000  # thousands of people, scaled so that the tier meets its national rate
        beds = tens(BEDS[tier] * share)
        doctors = max(2.0, round(DOCTORS[tier] * share))
        zh, en = ("社区卫生服务中心", "CHC") if tier == "C" else ("卫生院", "THC")
        result.append(facility(f"{town.code}-{tier}", town.name + zh, f"{town.name_en} {en}", tier, town.at, town.county, town.code,
                               beds, doctors, max(1.0, round(GPS[tier] * doctors))))
    for s in settlements:
        if s["first"]:
            continue  # the seat has the centre itself
        tier, zh, en = ("V", "卫生室", "clinic") if s["kind"] == "V" else ("S", "卫生服务站", "station")
        doctors = max(1.0, math.ceil(2 * DOCTORS[tier] * s["pop"] / 1000) / 2)
        result.append(facility(f"{s['id']}-{tier}", s["name"] + zh, f"{s['name_en']} {en}", tier, s["at"], s["area"], s["town"],
                               doctors=doctors, gps=1.0 if tier == "S" else 0.0))
    return result


def county_hospitals(county, name, towns, people_here):
    """One general and one TCM hospital, one more for each started half million above the first; the second town gets the third."""
    tier = "D" if county in CORE else "K"
    count = 2 + (people_here - 1) // 500_000
    beds = BEDS["K"] * people_here / 1000
    ranked = sorted(towns, key=lambda t: (not t.seat, -t.pop, t.code))
    en = COUNTIES[county][0]
    result = []
    for n in range(count):
        tcm = n == 1
        share = (0.6 if tcm else 1.0) / (count - 0.4)
        town = ranked[0] if n < 2 else ranked[min(n - 1, len(ranked) - 1)]
        b = tens(beds * share)
        result.append(facility(
            f"{county}-{tier}{n + 1}", f"{name}{'中医类医院' if tcm else '综合医院'}{1 if tcm else max(1, n)}",
            f"{en} {'TCM' if tcm else 'general'} hospital {1 if tcm else max(1, n)}", tier, beside(town.at, f"{county}-{tier}{n + 1}"),
            county, town.code, b, round(b * DOCTORS["K"]), 0.0, owner="social" if n >= 2 else "public"))
    return result


def beside(at, key):
    """A site .3 to 1.2 km from a seat."""
    r, angle = 0.3 + 0.9 * seeded(key + "/r"), 2 * math.pi * seeded(key + "/a")
    return moved(at, r * math.cos(angle), r * math.sin(angle))


def city_hospitals(names, towns, pops, beds_total):
    """City tertiary hospitals: so many a group, dealt over its counties by people, regional centres first; beds meet the rest."""
    counts = Counter()
    for group in Group:
        counties = [c for c in COUNTIES if COUNTIES[c][1] is group]
        for _ in range(max(1, round(sum(pops[c] for c in counties) / CITY_HOSPITAL[group][0]))):
            counts[max(counties, key=lambda c: (pops[c] * COUNTIES[c][2] / (counts[c] + 1), c))] += 1
    unit = beds_total / sum(n * CITY_HOSPITAL[COUNTIES[c][1]][1] for c, n in counts.items())
    result = []
    for county in COUNTIES:
        seat = next(t for t in towns if t.county == county and t.seat)
        for n in range(counts[county]):
            fid, beds = f"{county}-M{n + 1}", tens(unit * CITY_HOSPITAL[COUNTIES[county][1]][1])
            result.append(facility(fid, f"{names[county]}三级医院{n + 1}", f"{COUNTIES[county][0]} city tertiary hospital {n + 1}", "M",
                                   beside(seat.at, fid), county, "", beds, round(beds * DOCTORS["M"]), 0.0,
                                   group_leader=int(county in CORE and n == 0)))
    return result


def top_hospitals(names, towns, people, region):
    """Provincial hospitals in the core, the regional centre in Chengdu, national centres in Beijing and Shanghai."""
    result = []
    for county in TOP["P"]["counties"]:
        seat = next(t for t in towns if t.county == county and t.seat)
        beds = TOP["P"]["beds"]
        result.append(facility(f"{county}-P1", f"{names[county]}市属高水平医院", f"{COUNTIES[county][0]} provincial hospital", "P",
                               beside(seat.at, county + "-P1"), beds=beds, doctors=round(beds * DOCTORS["M"]),
                               avail=region_share(region, people)))
    for tier, catchment in (("R", SOUTHWEST), ("N", NATION)):
        for fid, zh, en, at, beds in TOP[tier]:
            result.append(facility(fid, zh, en, tier, at, beds=beds, doctors=round(beds * DOCTORS["M"]), avail=region_share(region, catchment)))
    return result


def region_share(region, catchment):
    """Part of a hospital the region may use: its part of the people the hospital is there for, to 4 decimals."""
    return 1 if region == catchment else float(f"{region / catchment:.4f}")
