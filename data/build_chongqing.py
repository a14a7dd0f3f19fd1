#!/usr/bin/env python3
"""Builds the two shipped cases, `chongqing` and `chongqing-southeast`, from `sources/`.

    python3 data/build_chongqing.py            write both case folders
    python3 data/build_chongqing.py --check    rebuild elsewhere, compare byte for byte, verify the invariants

Python 3 standard library only. Places and their populations are observed; everything else follows the rules in
`README.md`, with the published rates in `build/rates.py`. Scatter comes from SHA-256 of ids, so every run and every
machine writes the same bytes.
"""

import argparse
import csv
import filecmp
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
from build.case import CASES, case_toml
from build.facilities import city_hospitals, county_hospitals, primary, top_hospitals
from build.rates import BEDS, CORE, COUNTIES, FUND_PER_HEAD, GP_TOTAL
from build.settlements import build_settlements
from build.tools import number, read
from build.towns import build_towns
from build.verify import balance, verify

HERE = Path(__file__).resolve().parent


def build(report):
    """Tables of the whole municipality; the small case is a part of them."""
    names = {row["code"]: row["name"] for row in read("areas.csv")}
    towns, weight = build_towns(report)
    settlements = build_settlements(towns, weight)
    pops = Counter()
    for town in towns:
        pops[town.county] += town.pop
    people = sum(pops.values())
    local = primary(towns, settlements, people)
    for county in COUNTIES:
        local += county_hospitals(county, names[county], [t for t in towns if t.county == county], pops[county])
    top = top_hospitals(names, towns, people, people)
    fixed = sum(f["beds"] * f["avail"] for f in top)
    local += city_hospitals(names, towns, pops, BEDS["M"] * people / 1000 - fixed)
    rank3 = [f for f in local if f["tier"] in "KD"]
    gps_left = GP_TOTAL * people / 10_000 - sum(float(f["gps"]) for f in local)
    for f in rank3:  # what the published total leaves after the primary tiers
        f["gps"] = number(max(1, round(gps_left * f["beds"] / sum(g["beds"] for g in rank3))))
    return names, towns, settlements, local, pops


def write_case(folder, case, built):
    """One case folder: the counties of the case and the share of the upper tiers they may use."""
    names, towns, settlements, local, pops = built
    counties = CASES[case]["counties"] or list(COUNTIES)
    region, people = sum(pops[c] for c in counties), sum(pops.values())
    areas = [{"id": c, "name": names[c], "name_en": COUNTIES[c][0], "urban": int(c in CORE), "prefecture": COUNTIES[c][1].value,
              "enrol_rate": 0.95, "fund_per_head": FUND_PER_HEAD, "evidence": "modelled"} for c in counties]
    town_rows = [{"id": t.code, "name": t.name, "name_en": t.name_en, "area": t.county, "pop": t.pop, "lon": f"{t.at[0]:.5f}",
                  "lat": f"{t.at[1]:.5f}", "evidence": t.evidence} for t in towns if t.county in counties]
    settlement_rows = [{k: s[k] for k in ("id", "name", "name_en", "area", "town", "pop")}
                       | {"lon": f"{s['at'][0]:.5f}", "lat": f"{s['at'][1]:.5f}", "evidence": "modelled"}
                       for s in settlements if s["area"] in counties]
    facilities = [f for f in local if f["area"] in counties] + top_hospitals(names, towns, people, region)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("areas", areas), ("townships", town_rows), ("settlements", settlement_rows), ("facilities", facilities)):
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    (folder / "case.toml").write_text(case_toml(case), encoding="utf-8", newline="\n")
    return region, facilities, counties


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="rebuild elsewhere, compare with the shipped folders, verify the invariants")
    check = parser.parse_args().check
    report = (lambda line: None) if check else print
    built = build(report)
    with tempfile.TemporaryDirectory() as temporary:
        for case in CASES:
            folder = Path(temporary) / case if check else HERE / case
            region, facilities, counties = write_case(folder, case, built)
            balance(report, case, region, facilities)
            verify(folder, built, counties)
            if check:
                files = sorted(p.name for p in folder.iterdir())
                shipped = sorted(p.name for p in (HERE / case).iterdir())
                _, differ, missing = filecmp.cmpfiles(folder, HERE / case, files, shallow=False)
                if differ or missing or files != shipped:
                    sys.exit(f"{case}: the shipped folder is not what the script builds: {differ + missing or set(files) ^ set(shipped)}")
                print(f"{case}: as shipped, invariants hold")


if __name__ == "__main__":
    main()
