"""Hand-over of a million rows between frames and fenji, part by part: frames in, a case, frames back, results as frames.

    target/python-venv/bin/python benches/handover.py [ROWS]

Prints the best of three of each part, seconds, with the load of the machine before and after. Making the frames is not counted.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

import fenji
from fenji import _fenji
from fenji._call import Answer
from fenji.case import _FILES
from fenji.frames import from_csv, to_csv

#: Settlements of a township, townships of a county.
PER_TOWN, PER_COUNTY = 50, 40


def country(n: int) -> dict[str, pa.Table]:
    """Tables of a case with so many settlements: counties on a square grid, townships and settlements around their seats."""
    rng = np.random.default_rng(1)
    towns = n // PER_TOWN
    counties = towns // PER_COUNTY
    side = int(np.ceil(np.sqrt(counties)))
    seat = np.stack([100.0 + 10.0 * (np.arange(counties) % side) / side, 25.0 + 10.0 * (np.arange(counties) // side) / side], axis=1)
    town = (seat[:, None] + rng.normal(0, 0.1, (counties, PER_COUNTY, 2))).reshape(-1, 2).round(5)
    place = (town[:, None] + rng.normal(0, 0.02, (towns, PER_TOWN, 2))).reshape(-1, 2).round(5)
    people = rng.integers(200, 3000, n)
    county_of = np.repeat(np.arange(counties), PER_COUNTY)
    area, code = [f"a{i}" for i in range(counties)], [f"t{i}" for i in range(towns)]
    town_of = np.repeat(np.arange(towns), PER_TOWN)
    areas = {"id": area, "name": [f"County {i}" for i in range(counties)], "urban": [0] * counties}
    townships = {"id": code, "name": [f"Township {i}" for i in range(towns)], "area": np.take(area, county_of)}
    townships |= {"pop": people.reshape(towns, PER_TOWN).sum(axis=1), "lon": town[:, 0], "lat": town[:, 1]}
    settlements = {"id": [f"s{i}" for i in range(n)], "name": [f"Village {i}" for i in range(n)], "area": np.take(area, county_of[town_of])}
    settlements |= {"town": np.take(code, town_of), "pop": people, "lon": place[:, 0], "lat": place[:, 1]}
    first = np.arange(counties) * PER_COUNTY
    sites = {
        "id": [f"c{i}" for i in range(towns)] + [f"k{i}" for i in range(counties)] + ["m", "p"],
        "name": [f"Centre {i}" for i in range(towns)] + [f"Hospital {i}" for i in range(counties)] + ["City hospital", "Provincial hospital"],
        "tier": ["T"] * towns + ["K"] * counties + ["M", "P"],
        "area": [*np.take(area, county_of), *area, area[0], None],
        "town": [*code, *np.take(code, first), None, None],
        "lon": np.concatenate([town[:, 0], seat[:, 0], seat[0, :1], seat[0, :1]]),
        "lat": np.concatenate([town[:, 1], seat[:, 1], seat[0, 1:], seat[0, 1:]]),
        "beds": [30] * towns + [400] * counties + [900, 1500],
        "doctors": [20] * towns + [250] * counties + [700, 1200],
    }
    return {k: pa.table(v) for k, v in {"areas": areas, "townships": townships, "settlements": settlements, "facilities": sites}.items()}


def result(n: int) -> fenji.ReferralResult:
    """A written plan with so many flows."""
    rng = np.random.default_rng(2)
    none = {"settlement": [], "facility": [], "from": [], "to": [], "class": [], "area": [], "cases": []}
    first = {
        "settlement": rng.integers(0, 5000, n).tolist(),
        "facility": rng.integers(0, 800, n).tolist(),
        "class": rng.integers(0, 12, n).tolist(),
        "cases": rng.uniform(0, 1e4, n).round(6).tolist(),
    }
    flows = {k: none for k in ("up", "redirect", "down", "treated", "unserved", "no_access")} | {"first_contact": first}
    names = {k: [f"{k[0]}{i}" for i in range(5000)] for k in ("areas", "settlements", "facilities", "classes")}
    table = pd.DataFrame({"facility": np.take(names["facilities"], first["facility"]), "name": "x", "visits": first["cases"], "beds": first["class"]})
    shelf = _fenji.Shelf()
    shelf.put("plan.json", json.dumps({"names": names, "flows": flows}).encode())
    shelf.put("tables/flows.csv", table.to_csv(index=False).encode())
    return fenji.ReferralResult("referral", Answer(0, {"ok": True}, "", shelf), None)


def best(name: str, work: Callable[[], Any], rows: int, times: int = 3) -> Any:
    """Runs a part, prints the best time."""
    seconds, out = [], None
    for _ in range(times):
        out = None
        gc.collect()
        begin = time.perf_counter()
        out = work()
        seconds.append(time.perf_counter() - begin)
    print(f"{name:<62} {min(seconds):7.3f} s   {rows / min(seconds) / 1e6:6.2f} million rows/s", flush=True)
    return out


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    n -= n % (PER_TOWN * PER_COUNTY)
    print(f"{n:,} rows, {os.cpu_count()} processors, load {os.getloadavg()[0]:.2f}")
    tables = country(n)
    frames = {k: v.to_pandas() for k, v in tables.items()}
    text = best("in: Arrow table to the text of a table", lambda: to_csv("settlements", tables["settlements"], "wgs84"), n)
    best("in: pandas frame to the text of a table", lambda: to_csv("settlements", frames["settlements"], "wgs84"), n)
    print(f"    {len(text) / 1e6:.0f} MB")
    shelf = _fenji.Shelf()
    shelf.put("case.toml", b'format = 1\nname = "grid"\nyear = 2025\ncrs = "wgs84"\npolicy = "P2025"\n')
    for table, frame in tables.items():
        shelf.put(_FILES[table], to_csv(table, frame, "wgs84"))
    best("in: text to a validated case", lambda: _fenji.open_case(shelf.path()), n)
    case = best("in, all of it: Case.from_frames of Arrow tables", lambda: fenji.Case.from_frames(**tables), n)
    best("in, all of it: Case.from_frames of pandas frames", lambda: fenji.Case.from_frames(**frames), n)
    files = dict(best("back: case to the text of its tables", case._files, n))
    best("back: text to an Arrow table", lambda: from_csv(files["settlements.csv"], "arrow"), n)
    best("back, all of it: Case.to_frames('arrow')", lambda: case.to_frames("arrow"), n)
    best("back, all of it: Case.to_frames('pandas')", case.to_frames, n)
    plan = result(n)
    best("results: table of a plan to an Arrow table", lambda: plan.to_frame("flows", "arrow"), n)
    best("results: table of a plan to a pandas frame", lambda: plan.to_frame("flows"), n)
    best("results: all flows of a plan to an Arrow table", lambda: plan.flows("arrow"), n)
    print(f"load {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
