"""Plans against reality, imported cases, and the small commands: the same as the command line."""

from __future__ import annotations

import os
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from test_same_numbers import same_tables, timeless

import fenji
import fenji.batch

Program = Callable[..., dict[str, Any]]

CENSUS = """County,SubCounty,AdminArea,Population,LandArea(in Sq. Km),Population Density(No. per Sq. Km)
xxx,Total,xxx,101000.0,1000.0,100.0
Embu County,Embu,County,61000.0,900.0,68.0
Embu County,Embu North,SubCounty,20000.0,300.0,67.0
Embu County,Embu West,SubCounty,40000.0,300.0,133.0
Embu County,Mt Kenya Forest*,Special Area,1000.0,300.0,3.0
Nairobi City County,Nairobi City,County,40000.0,20.0,2000.0
Nairobi City County,Lang'ata,SubCounty,40000.0,20.0,2000.0
"""
HEAD = (
    "id,code,name,keph_level_name,facility_type_name,facility_type_category,owner_name,owner_type_name,beds,cots,county_name,"
    "sub_county_name,constituency_name,ward_name,ward,open_whole_day,open_weekends,lat,lon,coord_flag,n_services,services\n"
)


def listed(id: str, level: str, beds: int, county: str, sub: str, ward: str, at: tuple[float, float] | None) -> str:
    lat, lon, flag = (*at, "swapped_fixed") if at else ("", "", "missing")
    owner = "Ministry of Health"
    parts = [id, "", f"Site {id}", level, "Kind", "HOSPITALS", owner, owner, beds, 0, county, sub, sub, ward, f"w-{ward}", "False", "False"]
    return ",".join(map(str, [*parts, lat, lon, flag, 0, ""])) + "\n"


@pytest.fixture
def kenya(tmp_path: Path) -> Path:
    """A made-up folder in the shape of Kenya's tables."""
    rows = [
        listed("a", "Level 2", 3, "Embu", "Manyatta", "North", (-0.40, 37.40)),
        listed("b", "Level 3", 12, "Embu", "Manyatta", "Middle", (-0.50, 37.45)),
        listed("c", "Level 4", 100, "Embu", "Manyatta", "South", (-0.60, 37.50)),
        listed("d", "Level 5", 300, "Embu", "Manyatta", "South", None),
        listed("e", "Level 6", 900, "Nairobi", "Langata", "Karen", (-1.33, 36.70)),
        listed("f", "Level 2", 0, "Nairobi", "Langata", "Karen", (-1.33, 36.72)),
    ]
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "census_V1_T2.7.csv").write_text(CENSUS)
    (folder / "facilities.csv").write_text(HEAD + "".join(rows))
    return folder


def test_import_makes_the_same_case(program: Program, kenya: Path, tmp_path: Path) -> None:
    told = program("import", "--kenya", kenya, "--out", tmp_path / "case")
    assert told["ok"], told
    made = fenji.import_case(kenya=kenya)
    assert timeless(made.answer) == timeless(told)
    made.save(tmp_path / "saved")
    for one in (tmp_path / "case").iterdir():
        assert (tmp_path / "saved" / one.name).read_bytes() == one.read_bytes(), one.name
    assert made.files == sorted(p.name for p in (tmp_path / "case").iterdir())
    assert made.case.population == 101_000 and made.case.counts["areas"] == 3
    assert set(made.notes["note"]) == {"placed_at_ward", "beds_unused"} and "notes" in made.tables
    assert list(made.to_frame("facilities")["id"]) == list(made.case.to_frames()["facilities"]["id"])
    assert made.to_frame("areas", "polars").height == 3
    assert "placed_at_ward" in made._repr_html_() and "notes" in repr(made)
    again = pickle.loads(pickle.dumps(made))
    assert again.files == made.files and again.case.population == 101_000


def test_import_says_everything_that_is_wrong(program: Program, kenya: Path, tmp_path: Path) -> None:
    file = kenya / "facilities.csv"
    file.write_text(file.read_text().replace(",300,", ",many,").replace("Level 6", "Level 9"))
    told = program("import", "--kenya", kenya, "--out", tmp_path / "case")
    with pytest.raises(fenji.CaseError) as found:
        fenji.import_case(kenya=kenya)
    problems = found.value.problems
    assert list(problems["code"]) == [p["code"] for p in told["error"]["problems"]]
    assert problems.loc[problems["value"] == "many", "line"].iloc[0] == 5
    for call in (lambda: fenji.import_case(), lambda: fenji.import_case("a.json", kenya=kenya)):
        with pytest.raises(fenji.UsageError):
            call()
    with pytest.raises(fenji.CaseError):
        fenji.import_case(tmp_path / "absent.json")


def test_reality_is_the_same(program: Program, tmp_path: Path, folder: Path, plan: fenji.ReferralResult) -> None:
    plan.save(tmp_path / "plan")
    layout = fenji.layout(folder, objective="travel", gap=1e-3, time=120, report=False)
    layout.save(tmp_path / "layout")
    words = ["--layout", tmp_path / "layout/plan.json", "--referral", tmp_path / "plan/plan.json", "--draws", "7", "--near", "3", "--seed", "4"]
    told = program("reality", folder, *words, "--gap", "1e-6", "--out", tmp_path / "out")
    assert told["ok"], told
    found = fenji.reality(folder, layout=layout, referral=plan, draws=7, near=3, seed=4, gap=1e-6)
    assert timeless(found.answer) == timeless(told)
    same_tables(found, tmp_path / "out")
    assert [r["rank"] for r in told["ranks"]] == sorted(set(found.ways["rank"]))
    assert set(found.ways["network"]) == {"real", "chosen", "random", "layout"}
    chosen = found.ways.set_index(["network", "rank"]).loc["chosen"]
    assert (chosen["bound_km"] <= chosen["km"] + 1e-9).all() and found.gap == chosen["gap"].max()
    assert (found.beds["beds_filled"] <= found.beds["beds"] + 1e-6).all()
    assert len(found.sentences) == 3 * len(told["ranks"]) and len(found.indicators) == len(told["ranks"])
    assert {"id", "chosen_for_rank"} <= set(found.sites.columns) and found.to_geojson("chosen")["features"]
    page = found._repr_html_()
    assert page.count("<img") == len(found.pictures) == 2 * len(told["ranks"])
    assert found.termination == "" and "reality" in repr(found)
    with pytest.raises(KeyError):
        found.check()


def test_reality_refuses_what_does_not_fit(small: fenji.Case, plan: fenji.ReferralResult) -> None:
    other = fenji.generate(seed=8, people=300_000, counties=2, towns=12, settlements=40)
    with pytest.raises((fenji.CheckError, fenji.CaseError)):
        fenji.reality(other, referral=plan, draws=1)
    for call in (lambda: fenji.reality(small, draws=0), lambda: fenji.reality(small, near=-1), lambda: fenji.reality(small, gap=1)):
        with pytest.raises(fenji.UsageError) as found:
            call()
        assert "--" not in str(found.value)


def test_a_report_afterwards(program: Program, tmp_path: Path, folder: Path) -> None:
    bare = fenji.referral(folder, gap=1e-4, report=False)
    bare.save(tmp_path / "plan")
    told = program("report", folder, tmp_path / "plan" / "plan.json", "--lang", "zh", "--out", tmp_path / "out")
    full = fenji.report(folder, bare, lang="zh")
    assert isinstance(full, fenji.ReferralResult) and timeless(full.answer) == timeless(told)
    same_tables(full, tmp_path / "out")
    assert not bare.pictures and full.pictures and full.objective == bare.objective
    stations = fenji.access(folder, report=False)
    assert isinstance(fenji.report(folder, stations), fenji.ReformResult)


def test_schemas(program: Program) -> None:
    assert fenji.schema("plan.json") == program("schema", "plan.json")
    assert "scenario.toml" in fenji.schema()
    with pytest.raises(fenji.UsageError):
        fenji.schema("none.json")


def test_every_command_has_its_function() -> None:
    path = Path(os.environ.get("FENJI_CLI", ROOT / "target" / "debug" / "fenji"))
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    text = subprocess.run([path, "--help"], capture_output=True, text=True, check=True).stdout
    commands = {line.split()[0] for line in text.split("Commands:")[1].split("Options:")[0].splitlines() if line.startswith("  ") and line[2] != " "}
    assert {"referral", "reality", "import", "batch"} <= commands and len(commands) > 25, commands
    names = {"import": "import_case"}
    # bench measures processes of the program; completions are those of a shell
    none = {"help", "bench", "completions"}
    missing = [c for c in sorted(commands - none) if not hasattr(fenji, names.get(c, c))]
    assert not missing and all(hasattr(fenji.batch, name) for name in ("run", "status", "report", "merge"))


def test_the_demo(southeast: Path) -> None:
    shown = fenji.demo()
    assert shown.case is not None and shown.case.population == fenji.Case.read(southeast).population
    assert shown.check() and shown.pictures
