#!/usr/bin/env python3
"""Builds the country at township level: 41,352 townships and subdistricts in 2,978 counties, one case folder a province (generated, not stored).

    python3 data/build_country.py --out DIR                        31 case folders DIR/11 ... DIR/65
    python3 data/build_country.py --out DIR --provinces 50,51      these only
    python3 data/build_country.py --out DIR --whole                the nation (or the provinces named) as one case
    python3 data/build_country.py --check                          rebuild twice in memory, hold the invariants (sums to the person)
    python3 data/build_country.py --derive PLACES TOWNSHIPS        make the two source tables from the full ones (GeoNames places; china-division)

Observed: codes and names, village-level units, seats of townships that GeoNames knows by name. Published: people of each province (seventh census).
MODELLED: people of counties and townships, other seats, settlements, all hospitals and clinics. The rules are in `README.md`, The country by townships.
Python 3 standard library only; every run writes the same bytes.
"""

import argparse
import csv
import gzip
import io
import math
import statistics
import sys
from collections import defaultdict
from pathlib import Path

sys.dont_write_bytecode = True
import build_nation as nation
from build.rates import BEDS, DOCTORS, GPS, ICU_SHARE, NURSES
from build.tools import GOLDEN_ANGLE, apportion, distance, moved, number, seeded, tens

# Province-level divisions by their code (GB/T 2260) in Latin letters.
ENGLISH = {
    "11": "Beijing", "12": "Tianjin", "13": "Hebei", "14": "Shanxi", "15": "Inner Mongolia", "21": "Liaoning", "22": "Jilin", "23": "Heilongjiang",
    "31": "Shanghai", "32": "Jiangsu", "33": "Zhejiang", "34": "Anhui", "35": "Fujian", "36": "Jiangxi", "37": "Shandong", "41": "Henan",
    "42": "Hubei", "43": "Hunan", "44": "Guangdong", "45": "Guangxi", "46": "Hainan", "50": "Chongqing", "51": "Sichuan", "52": "Guizhou",
    "53": "Yunnan", "54": "Tibet", "61": "Shaanxi", "62": "Gansu", "63": "Qinghai", "64": "Ningxia", "65": "Xinjiang",
}
SOURCES = Path(__file__).resolve().parent / "sources"
TOWNSHIPS, PLACES = SOURCES / "country_townships.csv.gz", SOURCES / "country_places.csv.gz"

# Settlements of a township by its people: one below, two below, else three (assumed: as few as keep the ways of people apart).
SETTLEMENT_STEPS = (20_000, 60_000)
# People a square kilometre of a town whose subdistricts have no known seat (assumed).
TOWN_DENSITY = 10_000
# Beds a 1,000 people above rank 3: tertiary 2.83 in all (bulletin 2025), of them provincial, regional and national (assumed).
PROVINCIAL, REGIONAL, NATIONAL = 0.40, 0.04, 0.01
CITY = BEDS["M"] - PROVINCIAL - REGIONAL - NATIONAL
# People a city hospital and a provincial hospital (planning rules: 1-2 a 1-2 million, 1-2 a 10 million), a second county hospital.
PER_CITY, PER_PROVINCIAL, PER_COUNTY = 750_000, 5_000_000, 500_000
# Seven regions, each with the county of its regional centre.
REGIONS = {
    "110102": ("11", "12", "13", "14", "15"), "210102": ("21", "22", "23"), "310101": ("31", "32", "33", "34", "37"),
    "420106": ("36", "41", "42", "43"), "440104": ("35", "44", "45", "46"), "510104": ("50", "51", "52", "53", "54"),
    "610102": ("61", "62", "63", "64", "65"),
}
NATIONAL_AT = {"110101": "Beijing", "310101": "Shanghai"}
SPEEDS = "speeds = [{ below_km = 60.0, kmh = 45.0 }, { below_km = 400.0, kmh = 80.0 }, { kmh = 220.0 }]"


def read(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_gz(path, rows):
    """The same bytes on every run: no time and no name in the header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())


def derive(places, townships):
    """Townships with the place of their seat where a place bears their code; seats that bear none, by county."""
    known = {}
    towns = nation.read(townships)
    codes, counties = {t["township_code"] for t in towns}, {t["county_code"] for t in towns}
    loose = []
    order = {"PPLC": 0, "PPLA": 1, "PPLA2": 2, "PPLA3": 3, "PPLA4": 4}
    for p in sorted(nation.read(places), key=lambda p: (order.get(p["fcode"], 9), int(p["geonameid"]))):
        if p["street_code"] in codes:
            known.setdefault(p["street_code"], p)
        elif p["fcode"] == "PPLA4" and p["county_adcode"] in counties:
            loose.append({"county": p["county_adcode"], "geonameid": p["geonameid"], "lon": p["lon"], "lat": p["lat"]})
    at = lambda code: (known[code]["lon"], known[code]["lat"]) if code in known else ("", "")
    write_gz(TOWNSHIPS, [{"code": t["township_code"], "name": t["name"], "county": t["county_code"], "units": t["village_units"],
                          "committees": t["of_which_residents_committees"], "lon": at(t["township_code"])[0], "lat": at(t["township_code"])[1]}
                         for t in towns])
    write_gz(PLACES, sorted(loose, key=lambda p: (p["county"], int(p["geonameid"]))))


class Town:
    """A township or subdistrict."""

    def __init__(self, row):
        self.code, self.name, self.county = row["code"], row["name"], row["county"]
        self.units, self.committees = int(row["units"]), int(row["committees"])
        self.at = (float(row["lon"]), float(row["lat"])) if row["lon"] else None
        self.evidence = "observed" if self.at else "modelled"
        self.urban = self.name.endswith("街道") or 2 * self.committees > self.units
        self.pop = 0


def people(towns, areas):
    """People of each county (those of the national case) shared out over its townships by village units."""
    units, committees = sum(t.units for t in towns), sum(t.committees for t in towns)
    per = (nation.URBAN / committees, nation.RURAL / (units - committees))
    by = defaultdict(list)
    for t in towns:
        by[t.county].append(t)
    for county in areas:
        own = by[county["area"]]
        weights = [max(1.0, t.committees * per[0] + (t.units - t.committees) * per[1]) for t in own]
        for t, pop in zip(own, apportion(county["pop"], weights, 1)):
            t.pop = pop
    return by


def seats(by, where):
    """Where no place bears the code of a township: seats that bear none, in their order; then a sunflower around the county seat."""
    loose = defaultdict(list)
    for p in read(PLACES):
        loose[p["county"]].append((float(p["lon"]), float(p["lat"])))
    grid = defaultdict(list)
    for code, at in where.items():
        grid[math.floor(at[0]), math.floor(at[1])].append(code)
    for county, own in sorted(by.items()):
        missing = [t for t in own if t.at is None and not t.urban]
        for t, at in zip(missing, loose[county]):
            t.at = at
        centre, reach = where[county], spacing(county, where, grid)
        streets = [t for t in own if t.at is None and t.urban]
        rest = [t for t in own if t.at is None and not t.urban]
        turn = 2 * math.pi * seeded(county + "/turn")
        town = min(reach, math.sqrt(sum(t.pop for t in streets) / TOWN_DENSITY / math.pi))
        for i, t in enumerate(streets):
            t.at = on_disc(centre, town * math.sqrt(i / len(streets)), turn + i * GOLDEN_ANGLE)
        for i, t in enumerate(rest):
            t.at = on_disc(centre, reach * math.sqrt((i + 1) / (len(rest) + 1)), turn + i * GOLDEN_ANGLE)


def spacing(county, where, grid):
    """.8 times the mean distance to the three nearest county seats, 2 to 90 km: so that known seats lie about as far out as modelled ones."""
    x, y = math.floor(where[county][0]), math.floor(where[county][1])
    for ring in (1, 3, 9):
        near = [distance(where[county], where[c]) for i in range(x - ring, x + ring + 1) for j in range(y - ring, y + ring + 1)
                for c in grid.get((i, j), ()) if c != county]
        near = sorted(d for d in near if d > 0)[:3]
        if len(near) == 3:
            return min(90.0, max(2.0, 0.8 * sum(near) / 3))
    return 90.0


def on_disc(centre, radius, angle):
    return moved(centre, radius * math.cos(angle), radius * math.sin(angle))


def settlements(by):
    """One to three a township: the seat holds 1.5 parts, the others 1 each, at .4 of the median distance to four near seats, 1 to 10 km."""
    out = []
    for county, own in sorted(by.items()):
        for t in own:
            count = min(max(1, t.units), 1 + sum(t.pop >= step for step in SETTLEMENT_STEPS))
            near = sorted(distance(t.at, o.at) for o in own if o is not t)[:4]
            radius = min(10.0, max(1.0, 0.4 * statistics.median(near))) if near else 5.0
            turn = 2 * math.pi * seeded(t.code + "/turn")
            shares = apportion(t.pop, [1.5] + [1.0] * (count - 1), 0)
            for i, pop in enumerate(shares):
                at = t.at if i == 0 else on_disc(t.at, radius, turn + math.pi * (i - 1))
                out.append({"id": f"{t.code}-{i + 1}", "name": f"{t.name}{i + 1}", "area": county, "town": t.code, "pop": pop, "at": at, "urban": t.urban})
    return out


def facility(code, name, tier, at, area="", town="", beds=0, doctors=0.0, gps=0.0, owner="public"):
    return {"id": code, "name": name, "tier": tier, "owner": owner, "area": area, "town": town, "lon": f"{at[0]:.5f}", "lat": f"{at[1]:.5f}",
            "beds": beds, "icu": round(beds * ICU_SHARE.get(tier, 0.0)), "doctors": number(doctors), "gps": number(gps),
            "nurses": number(beds * NURSES.get(tier, 0.0)), "avail": 1, "mr_member": int(tier in "KDMPRN"), "evidence": "modelled"}


def primary(by, places):
    """A clinic or station at every settlement, which stands for all around it, and a centre in every township."""
    towns = [t for county in sorted(by) for t in by[county]]
    total = sum(t.pop for t in towns)
    served = {"C": sum(t.pop for t in towns if t.urban)}
    served["T"] = total - served["C"]
    out = []
    for t in towns:
        tier = "C" if t.urban else "T"
        share = t.pop * total / served[tier] / 1000  # thousands of people, scaled so that the tier meets its national rate
        doctors = max(2.0, round(DOCTORS[tier] * share))
        out.append(facility(f"{t.code}-{tier}", t.name + ("社区卫生服务中心" if t.urban else "卫生院"), tier, t.at, t.county, t.code,
                            tens(BEDS[tier] * share), doctors, max(1.0, round(GPS[tier] * doctors))))
    for s in places:
        tier = "S" if s["urban"] else "V"
        doctors = max(1.0, math.ceil(2 * DOCTORS[tier] * s["pop"] / 1000) / 2)
        out.append(facility(f"{s['id']}-{tier}", s["name"] + ("卫生服务站" if s["urban"] else "卫生室"), tier, s["at"], s["area"], s["town"],
                            doctors=doctors, gps=1.0 if tier == "S" else 0.0))
    return out


def beside(at, key):
    """A site .3 to 1.2 km from a seat."""
    return on_disc(at, 0.3 + 0.9 * seeded(key + "/r"), 2 * math.pi * seeded(key + "/a"))


def hospitals(rows, by, where, seat_of_city, capital):
    """County, city, provincial, regional and national hospitals."""
    out, pops = [], {c["id"]: sum(t.pop for t in by[c["id"]]) for c in rows}
    for c in rows:
        tier = "D" if c["urban"] else "K"
        count = 1 + (pops[c["id"]] - 1) // PER_COUNTY
        ranked = sorted(by[c["id"]], key=lambda t: (-t.pop, t.code))
        for n in range(count):
            town = ranked[min(n, len(ranked) - 1)]
            at = where[c["id"]] if n == 0 else town.at
            key = f"{c['id']}-{tier}{n + 1}"
            beds = tens(BEDS["K"] * pops[c["id"]] / 1000 / count)
            out.append(facility(key, f"{c['name']}医院{n + 1}", tier, beside(at, key), c["id"], town.code, beds, round(beds * DOCTORS["K"]),
                                max(1, round(0.05 * beds * DOCTORS["K"])), "social" if n >= 2 else "public"))
    city, province = defaultdict(int), defaultdict(int)
    for c in rows:
        city[c["prefecture"]] += pops[c["id"]]
        province[c["id"][:2]] += pops[c["id"]]
    for code, total in sorted(city.items()):
        count = max(1, round(total / PER_CITY))
        beds = tens(CITY * total / 1000 / count)
        for n in range(count):
            key, county = f"{code}-M{n + 1}", seat_of_city[code]
            out.append(facility(key, f"三级医院{key}", "M", beside(where[county], key), county, "", beds, round(beds * DOCTORS["M"])))
    for code, total in sorted(province.items()):
        count = max(1, round(total / PER_PROVINCIAL))
        beds = tens(PROVINCIAL * total / 1000 / count)
        for n in range(count):
            key = f"{code}-P{n + 1}"
            out.append(facility(key, f"省级医院{key}", "P", beside(where[capital[code]], key), beds=beds, doctors=round(beds * DOCTORS["M"])))
    for county, provinces in REGIONS.items():
        beds = tens(REGIONAL * sum(nation.CENSUS[p] for p in provinces) / 1000)
        out.append(facility(f"R-{county}", f"国家区域医疗中心（模型）{county}", "R", beside(where[county], "R" + county), beds=beds,
                            doctors=round(beds * DOCTORS["M"])))
    for county in NATIONAL_AT:
        beds = tens(NATIONAL * nation.TOTAL / 1000 / len(NATIONAL_AT))
        out.append(facility(f"N-{county}", f"国家医学中心（模型）{county}", "N", beside(where[county], "N" + county), beds=beds,
                            doctors=round(beds * DOCTORS["M"])))
    return out


def build():
    """All rows of the nation."""
    tables = nation.build()
    rows = tables["areas"]
    where = {t["area"]: (float(t["lon"]), float(t["lat"])) for t in tables["townships"]}
    towns = [Town(row) for row in read(TOWNSHIPS)]
    by = people(towns, tables["townships"])
    seats(by, where)
    places = settlements(by)
    seat_of_city, capital = {}, {}
    for f in tables["facilities"]:
        if f["tier"] == "M":
            seat_of_city[f["id"][:-2]] = f["area"]
    county_at = {(f"{at[0]:.5f}", f"{at[1]:.5f}"): code for code, at in where.items()}
    for f in tables["facilities"]:
        if f["tier"] == "P":
            capital[f["id"][:-2]] = county_at[f["lon"], f["lat"]]
    local = primary(by, places) + hospitals(rows, by, where, seat_of_city, capital)
    return rows, by, places, local


def part(built, provinces, relaxed=False):
    """The tables of some provinces, with the shares of the upper tiers they may use; relaxed: the whole of them, as if no other province used them."""
    rows, by, places, local = built
    inside = lambda code: code[:2] in provinces
    mine = sum(nation.CENSUS[p] for p in provinces)
    facilities = []
    for f in local:
        if f["tier"] == "R":
            region = REGIONS[f["id"][2:]]
            share = sum(nation.CENSUS[p] for p in region if p in provinces) / sum(nation.CENSUS[p] for p in region)
            if share > 0:
                facilities.append(f | {"avail": 1 if share == 1 or relaxed else float(f"{share:.6f}")})
        elif f["tier"] == "N":
            facilities.append(f | {"avail": 1 if mine == nation.TOTAL or relaxed else float(f"{mine / nation.TOTAL:.6f}")})
        elif inside(f["id"]):
            facilities.append(f)
    areas = [{k: c[k] for k in ("id", "name", "name_en", "urban", "prefecture", "enrol_rate", "fund_per_head", "evidence")} for c in rows if inside(c["id"])]
    towns = [{"id": t.code, "name": t.name, "area": t.county, "pop": t.pop, "lon": f"{t.at[0]:.5f}", "lat": f"{t.at[1]:.5f}", "evidence": t.evidence}
             for county in sorted(by) if inside(county) for t in by[county]]
    settled = [{"id": s["id"], "name": s["name"], "area": s["area"], "town": s["town"], "pop": s["pop"], "lon": f"{s['at'][0]:.5f}",
                "lat": f"{s['at'][1]:.5f}", "evidence": "modelled"} for s in places if inside(s["area"])]
    return {"areas": areas, "townships": towns, "settlements": settled, "facilities": facilities}


PROVENANCE = [
    ("areas", "*", "observed", "As in the national case", nation.DIVISION),
    ("townships", "*", "observed", "Codes and names of townships and subdistricts", nation.DIVISION),
    ("townships", "pop", "modelled", "People of the county in the national case, shared out by village units: a residents' committee and a village count by the "
     "people in towns and in villages of the nation for each of them", nation.CENSUS_SOURCE + "; " + nation.DIVISION),
    ("townships", "lon", "observed", "Seat, where a place of the county bears the township's name (evidence observed); else a seat whose name fits none, in the "
     "order of codes, else on a sunflower around the county seat (evidence modelled)", nation.GEONAMES),
    ("townships", "lat", "observed", "As lon", nation.GEONAMES),
    ("settlements", "*", "modelled", "One to three a township (from 20,000 and 60,000 people): 1.5 parts at the seat, 1 part each beside it", ""),
    ("facilities", "*", "modelled", "No real institution is meant: a clinic a settlement, which stands for all around it, a centre a township, a hospital a county and "
     "one more a started half million above the first, a city hospital a .75 million of a prefecture, a provincial one a five million, seven regional and two "
     "national centres; beds and staff by the rates of build/rates.py; above rank 3: 2.38, .40, .04 and .01 beds a 1,000", nation.BULLETIN),
    ("facilities", "avail", "modelled", "Share of the people a regional or national centre is there for", ""),
    ("case", "travel", "assumed", "Great circle x 1.3 at 25, 45, 80 and 220 km/h and 3 minutes; 220 km/h stands for rail and air", ""),
    ("case", "classes", "assumed", "Default case classes", nation.BULLETIN),
    ("case", "tiers", "modelled", "Default tier table", nation.BULLETIN),
]


def case_toml(name, name_en):
    quoted = lambda t: '"' + t.replace("\\", "\\\\").replace('"', '\\"') + '"'
    lines = ["# Townships. Their people, most of their seats, settlements and all facilities are MODELLED: see the provenance below.",
             "# Written by data/build_country.py; edit a copy.", "", "format = 1", f"name = {quoted(name)}", f"name_en = {quoted(name_en)}", "year = 2025",
             'crs = "wgs84"', 'policy = "P2025"', "", "[travel]", 'mode = "metric"', "", "[travel.metric]", "circuity = 1.3", "fixed_minutes = 3.0",
             "urban_kmh = 25.0", SPEEDS, "", "[arcs]", "within_prefecture = true", "first_top = 1", "up_rank3_city = 3", "up_top = 3", "down_partners = 1"]
    for table, column, evidence, rule, source in PROVENANCE:
        lines += ["", "[[provenance]]", f"table = {quoted(table)}", f"column = {quoted(column)}", f"evidence = {quoted(evidence)}",
                  f"rule = {quoted(rule)}", f"source = {quoted(source)}"]
    return "\n".join(lines) + "\n"


def write_case(folder, tables, name, name_en):
    for table, rows in tables.items():
        nation.write(folder / f"{table}.csv", rows)
    (folder / "case.toml").write_text(case_toml(name, name_en), encoding="utf-8", newline="\n")
    sizes = {table: len(rows) for table, rows in tables.items()}
    print(folder, sizes, f"{sum(t['pop'] for t in tables['townships']):,} people")


def verify(built):
    """The invariants: nobody is lost at any level, every reference leads somewhere, every share adds up."""
    rows, by, places, local = built
    assert len(rows) == 2978 and sum(len(own) for own in by.values()) == 41352, "counties and townships are those of the division"
    for province, total in nation.CENSUS.items():
        assert sum(t.pop for county in by if county[:2] == province for t in by[county]) == total, f"{province} does not sum to the census"
    of_town = defaultdict(int)
    for s in places:
        of_town[s["town"]] += s["pop"]
    assert all(of_town[t.code] == t.pop > 0 for own in by.values() for t in own), "settlements must sum to their township"
    codes = [f["id"] for f in local]
    assert len(set(codes)) == len(codes) and len({s["id"] for s in places}) == len(places), "ids must differ"
    assert all(73 < t.at[0] < 136 and 3 < t.at[1] < 54 for own in by.values() for t in own), "a seat outside of the country"
    shares, national = defaultdict(float), 0.0
    for province in nation.CENSUS:
        for f in part(built, {province})["facilities"]:
            if f["tier"] in "RN":
                shares[f["id"]] += float(f["avail"])
    assert all(abs(s - 1) < 1e-4 for s in shares.values()) and len(shares) == len(REGIONS) + len(NATIONAL_AT), "shares of the upper tiers must sum to 1"
    assert sorted(p for region in REGIONS.values() for p in region) == sorted(nation.CENSUS), "every province lies in one region"
    total = sum(t.pop for own in by.values() for t in own)
    beds = defaultdict(int)
    for f in local:
        beds[f["tier"]] += f["beds"]
    print(f"{total:,} people, {len(places):,} settlements, {len(local):,} facilities; known seats "
          f"{sum(t.evidence == 'observed' for own in by.values() for t in own):,} of 41,352")
    print("beds a 1,000:", {tier: round(1000 * n / total, 3) for tier, n in sorted(beds.items()) if n})


def digest(built):
    import hashlib
    h = hashlib.sha256()
    for table in part(built, set(nation.CENSUS)).values():
        for row in table:
            h.update(repr(sorted(row.items())).encode())
    return h.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, help="folder to write to")
    parser.add_argument("--provinces", help="codes of provinces, with commas (default: all)")
    parser.add_argument("--whole", action="store_true", help="one case instead of one a province")
    parser.add_argument("--relaxed", action="store_true", help="every case with the whole of the centres it shares: the bounds of such cases sum to one of the nation")
    parser.add_argument("--check", action="store_true", help="rebuild and hold the invariants; nothing is written")
    parser.add_argument("--derive", nargs=2, metavar=("PLACES", "TOWNSHIPS"), help="make the source tables")
    options = parser.parse_args()
    if options.derive:
        return derive(*options.derive)
    wanted = options.provinces.split(",") if options.provinces else list(nation.CENSUS)
    if unknown := [p for p in wanted if p not in nation.CENSUS]:
        parser.error(f"no such provinces: {', '.join(unknown)}")
    if not options.check and options.out is None:
        parser.error("give --out DIR, --check or --derive")
    built = build()
    if options.check:
        verify(built)
        assert digest(built) == digest(build()), "two builds differ"
        return print("the country by townships: invariants hold, two builds are alike")
    names = {row["code"][:2]: row["province_name"] for row in nation.read(SOURCES / "nation_counties.csv")}
    if options.whole:
        return write_case(options.out, part(built, set(wanted), options.relaxed), "全国乡镇（模型）", "The country by townships (modelled)")
    for code in wanted:
        write_case(options.out / code, part(built, {code}, options.relaxed), f"{names[code]}乡镇（模型）", f"{ENGLISH[code]} by townships (modelled)")


if __name__ == "__main__":
    main()
