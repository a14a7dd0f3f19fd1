"""The same numbers and the same files as the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SMALL

import fenji

Program = Callable[..., dict[str, Any]]
#: What differs from run to run.
TIMING = {"seconds", "out", "files", "peak_memory_bytes", "trace", "begin"}


def timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in TIMING}
    return [timeless(v) for v in value] if isinstance(value, list) else value


def same_tables(result: fenji.Result, folder: Path) -> None:
    written = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != "files.txt")
    assert result.files == written
    for name in written:
        if name.endswith((".csv", ".geojson", "scenario.toml", "effect.toml")):
            assert result.read(name) == (folder / name).read_bytes(), name


def test_generate_makes_the_same_case(program: Program, tmp_path: Path, folder: Path) -> None:
    words = [f"--{k}={v}" for k, v in SMALL.items()]
    assert program("generate", *words, "--out", tmp_path / "case")["ok"]
    names = sorted(p.name for p in folder.iterdir())
    assert names == sorted(p.name for p in (tmp_path / "case").iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "case" / name).read_bytes(), name


def test_referral_with_a_scenario(program: Program, tmp_path: Path, folder: Path) -> None:
    scenario = tmp_path / "s.toml"
    scenario.write_text('name = "steered"\ngamma = 0.7\n[prices]\nminute = 1.5\n')
    told = program("referral", folder, "--scenario", scenario, "--gap", "1e-4", "--out", tmp_path / "out")
    asked = {"name": "steered", "gamma": 0.7, "prices": {"minute": 1.5}}
    for given in (scenario, str(scenario), scenario.read_text(), asked):
        result = fenji.referral(folder, given, gap=1e-4, report=given is asked)
        assert timeless(result.answer) == timeless(told)
    assert result.objective == told["objective"] and result.bounds is not None
    assert (result.bounds.primal, result.bounds.dual) == (told["bounds"]["primal"], told["bounds"]["dual"])
    same_tables(result, tmp_path / "out")
    result.save(tmp_path / "saved")
    assert program("check", folder, tmp_path / "saved" / "plan.json")["ok"]
    assert fenji.check(folder, tmp_path / "out")


def test_a_real_case(program: Program, southeast: Path, tmp_path: Path) -> None:
    told = program("referral", southeast, "--gap", "0.01", "--no-report", "--out", tmp_path / "out")
    result = fenji.referral(southeast, gap=0.01, report=False)
    assert timeless(result.answer) == timeless(told)
    assert result.check()


@pytest.mark.parametrize(
    ("name", "needs_flows"),
    [
        ("communities", False),
        ("grids", False),
        ("staff", False),
        ("mobile", False),
        ("emergency", False),
        ("access", False),
        ("pairing", False),
        ("telemedicine", False),
        ("phases", False),
        ("payment", True),
        ("surge", True),
        ("centres", False),
    ],
)
def test_further_models(program: Program, tmp_path: Path, folder: Path, plan: fenji.ReferralResult, name: str, needs_flows: bool) -> None:
    scenario = ROOT / "examples" / "reform" / f"{name}.toml"
    plan.save(tmp_path / "referral")
    flows = ["--referral", tmp_path / "referral" / "plan.json"] if needs_flows else []
    told = program(name, folder, *flows, "--time", "60", "--out", tmp_path / "out")
    function = getattr(fenji, name)
    if told.get("error"):
        # what the case does not have is said in the same words
        with pytest.raises(fenji.FenjiError) as found:
            function(folder, referral=plan if needs_flows else None, time=60)
        assert str(found.value) == told["error"]["message"]
    else:
        result = function(folder, referral=plan if needs_flows else None, time=60)
        assert timeless(result.answer) == timeless(told)
        if told["ok"]:
            same_tables(result, tmp_path / "out")
            assert result.check()
            # where every village has its clinic no team need go
            assert result.tables and (len(result.to_frame()) > 0 or name == "mobile")
        else:
            assert result.termination == "infeasible" and len(result.repair) > 0
    assert scenario.is_file()


def test_layout_its_referral_plan_and_the_comparison(program: Program, tmp_path: Path, folder: Path, plan: fenji.ReferralResult) -> None:
    words = ["--gap", "1e-3", "--time", "120"]
    told = program("layout", folder, "--objective", "travel", *words, "--out", tmp_path / "layout")
    assert told["ok"], told
    result = fenji.layout(folder, objective="travel", gap=1e-3, time=120)
    assert timeless(result.answer) == timeless(told)
    same_tables(result, tmp_path / "layout")
    assert result.check() and result.objective == told["objectives"][0]["value"]
    assert set(result.sites["status"]) <= {"kept", "opened", "upgraded", "downgraded", "grown", "shrunk", "closed"}
    told = program("referral", folder, "--layout", tmp_path / "layout", "--gap", "1e-3", "--no-report", "--out", tmp_path / "built")
    built = fenji.referral(folder, layout=result, gap=1e-3, report=False)
    assert timeless(built.answer) == timeless(told)
    assert built.check() and built.before is not None
    other = fenji.referral(folder, {"gamma": 0.9}, gap=1e-4, report=False)
    side = fenji.compare(folder, {"today": plan, "steered": other})
    assert list(side.indicators.columns) == ["today", "steered"]
    assert side.indicators.loc["first_contact", "today"] == plan.answer["indicators"]["first_contact"]


def test_beds_ledger_and_locate(program: Program, tmp_path: Path, folder: Path, plan: fenji.ReferralResult) -> None:
    told = program("beds", folder, "--add", "50", "--floor", "0", "--out", tmp_path / "beds")
    assert timeless(fenji.beds(folder, add=50, floor=0).answer) == timeless(told)
    plan.save(tmp_path / "plan")
    told = program("ledger", folder, tmp_path / "plan" / "plan.json", "--out", tmp_path / "ledger")
    ledger = fenji.ledger(folder, plan)
    assert timeless(ledger.answer) == timeless(told)
    # a demand counts once, however many rows it has
    judged = told["met"] + told["met_in_part"] + told["missed"]
    assert ledger.ledger["number"].nunique() == judged <= len(ledger.ledger) and ledger.met == told["met"]
    points = tmp_path / "points.csv"
    points.write_text("id,x,y,demand\n" + "".join(f"p{n},{n * 7 % 10},{n * 3 % 11},{1 + n % 4}\n" for n in range(30)))
    told = program("locate", points, "--problem", "p-median", "-p", "4")
    import pandas as pd

    for instance in (points, pd.read_csv(points)):
        result = fenji.locate(instance, "p-median", p=4)
        assert (result.objective, sorted(result.open)) == (told["value"], sorted(told["open"]))
        assert result.check()


def test_everything_together(program: Program, tmp_path: Path, folder: Path) -> None:
    told = program("plan", folder, "--rounds", "2", "--time", "60", "--out", tmp_path / "plan")
    result = fenji.plan(folder, rounds=2, time=60)
    assert timeless(result.answer) == timeless(told)
    assert "referral" in result.parts and len(result.models) > 5
    part = result.part("telemedicine")
    assert isinstance(part, fenji.ReformResult) and part.objective == part.plan["objective"]


def test_what_is_infeasible_is_a_result(program: Program, tmp_path: Path, folder: Path) -> None:
    scenario = {"hard_targets": True, "targets": {"in_county": 1.0, "first_contact": 1.0}, "gamma": 0.0}
    result = fenji.referral(folder, scenario, report=False)
    assert result.termination == "infeasible" and not result.feasible and result.bounds is None
    assert len(result.repair) > 0 and result.repair["sentence"].str.len().min() > 5
    text = tmp_path / "s.toml"
    text.write_text("hard_targets = true\ngamma = 0.0\n[targets]\nin_county = 1.0\nfirst_contact = 1.0\n")
    told = program("referral", folder, "--scenario", text, "--out", tmp_path / "o")
    assert told["repair"] == list(result.repair["sentence"])
