"""The balance of a case by level, and the invariants of a written folder."""

import csv
from collections import Counter

from .rates import SOUTHEAST
from .tools import read


def balance(report, case, region, facilities):
    """Back of an envelope: what each level offers against what the observed shares of the nation would ask of it."""
    visits_day = {"V": 12, "S": 12, "T": 9.9, "C": 16.7, "K": 6.1, "D": 6.1, "M": 7.4, "P": 7.4, "R": 7.4, "N": 7.4}
    days_day = {"T": 1.1, "C": 0.5, "K": 2.4, "D": 2.4, "M": 2.1, "P": 2.1, "R": 2.1, "N": 2.1}
    asked = {"primary": (0.5475 * 7.6, 0.139 * 0.213 * 6.5), "rank 3": (0.1579 * 7.6, 0.2904 * 0.213 * 8.8),
             "rank 4+": (0.2946 * 7.6, 0.5706 * 0.213 * 8.8)}
    levels = {"primary": "VSTC", "rank 3": "KD", "rank 4+": "MPRN"}
    report(f"{case}: {region} people; per 1000 people and at the nation's shares of 7.6 visits and .213 stays a head")
    for level, tiers in levels.items():
        here = [f for f in facilities if f["tier"] in tiers]
        beds = sum(f["beds"] * f["avail"] for f in here) * 1000 / region
        doctors = sum(float(f["doctors"]) * f["avail"] for f in here) * 1000 / region
        visit_cap = sum(float(f["doctors"]) * f["avail"] * 251 * visits_day[f["tier"]] / (0.6 if f["tier"] in days_day else 1) for f in here)
        per_visit = doctors / (visit_cap / region * 1000) * 1000 if visit_cap else 0
        with_beds = [f for f in here if f["tier"] in days_day]
        q = sum(f["beds"] * 365 * days_day[f["tier"]] / 0.4 for f in with_beds) / max(1, sum(f["beds"] for f in with_beds))
        v, d = asked[level]
        load = (v * per_visit + d * 1000 / q) / doctors
        report(f"  {level:8} {len(here):6} sites {beds:6.2f} beds {doctors:6.2f} doctors; bed use {d / (beds * 0.365):5.0%}, doctor load {load:5.0%}")
    for tier in "VSTCKDMPRN":
        here = [f for f in facilities if f["tier"] == tier]
        report(f"  {tier} {len(here):6} sites {sum(f['beds'] * f['avail'] for f in here) * 1000 / region:6.2f} beds "
               f"{sum(float(f['doctors']) * f['avail'] for f in here) * 1000 / region:6.2f} doctors a 1000")
    total = lambda key: sum(float(f[key]) * f["avail"] for f in facilities) * 1000 / region
    report(f"  all: {total('beds'):.2f} beds, {total('doctors'):.2f} doctors, {total('gps') * 10:.2f} GPs a 10,000, "
           f"{total('nurses'):.2f} nurses, {total('icu') * 100:.1f} ICU beds a 100,000")


def verify(folder, built, counties):
    """Invariants of a written folder, from the files alone."""
    table = {n: list(csv.DictReader(open(folder / f"{n}.csv", encoding="utf-8", newline="")))
             for n in ("areas", "townships", "settlements", "facilities")}
    ids = {n: {r["id"] for r in rows} for n, rows in table.items()}
    for name, rows in table.items():
        assert len(ids[name]) == len(rows), f"{name}: ids repeat"
    everything = [r["id"] for n in ("settlements", "facilities") for r in table[n]]
    assert len(set(everything)) == len(everything), "a settlement and a facility share an id"
    sums = Counter()
    for row in table["settlements"]:
        assert int(row["pop"]) >= 1 and row["town"] in ids["townships"] and row["area"] in ids["areas"], row["id"]
        sums[row["town"]] += int(row["pop"])
    towns = {r["id"]: r for r in table["townships"]}
    for row in table["townships"]:
        assert sums[row["id"]] == int(row["pop"]), f"{row['id']}: settlements do not sum to the township"
        assert row["area"] in ids["areas"], row["id"]
    for row in table["settlements"]:
        assert towns[row["town"]]["area"] == row["area"], row["id"]
    ranks = {"V": 1, "S": 1, "T": 2, "C": 2, "K": 3, "D": 3, "M": 4, "P": 5, "R": 6, "N": 7}
    for row in table["facilities"]:
        rank = ranks[row["tier"]]
        assert (row["area"] in ids["areas"]) if rank <= 4 else row["area"] == "", row["id"]
        assert (row["town"] in towns and towns[row["town"]]["area"] == row["area"]) if rank <= 3 else row["town"] == "", row["id"]
        assert (int(row["beds"]) > 0) == (rank >= 2) and float(row["doctors"]) >= 1 and 0 < float(row["avail"]) <= 1, row["id"]
        assert int(row["icu"]) <= int(row["beds"]) and float(row["gps"]) <= float(row["doctors"]), row["id"]
    centres = Counter(r["town"] for r in table["facilities"] if r["tier"] in "TC")
    assert set(centres) == set(towns) and max(centres.values()) == 1, "not exactly one rank-2 centre a township"
    for name in ("townships", "settlements"):
        for row in table[name]:
            assert 105.2 < float(row["lon"]) < 110.3 and 28.0 < float(row["lat"]) < 32.3, f"{row['id']}: outside Chongqing"
    units = Counter()
    for row in read("townships.csv"):
        units[row["county_code"]] += int(row["village_units"])
    built_units = Counter(r["area"] for r in table["settlements"])
    for county in counties:
        assert abs(units[county] - built_units[county]) <= 1, f"{county}: {built_units[county]} settlements for {units[county]} village units"
    if counties == SOUTHEAST:
        assert sum(int(r["pop"]) for r in table["settlements"]) == 2_829_180 and len(towns) == 189
