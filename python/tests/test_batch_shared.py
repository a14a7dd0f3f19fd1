"""Hospitals that several cases share, from Python: the same rounds, prices and bounds as the command line, here and on a cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

import fenji
import fenji.batch

Program = Callable[..., dict[str, Any]]


class Province(NamedTuple):
    people: tuple[int, int]
    own_beds: int
    share: float


#: Shares that have nothing to do with who needs the hospitals: the second province has its own, the third a few beds.
PROVINCES = (Province((150_000, 90_000), 0, 0.2), Province((120_000, 60_000), 900, 0.5), Province((80_000, 70_000), 30, 0.3))
SCARCE = {"R": (60, 300), "N": (40, 200)}
PLENTY = {"R": (20_000, 90_000), "N": (20_000, 90_000)}
SHARED = '[shared]\ntiers = ["R", "N"]\nrounds = 14\ngap = 0.001\n'


def write_case(folder: Path, p: int, province: Province, beds: dict[str, tuple[int, int]]) -> None:
    """One county with two townships, and the shared hospitals with the share of the province (as tests/batch_shared.rs has them)."""
    a, x = f"a{p}", 80.0 * p
    areas = f"id,name,urban\n{a},{a},0\n"
    towns, places = "id,name,area,pop,x,y\n", "id,name,area,town,pop,x,y\n"
    sites, arcs = "id,name,tier,area,town,x,y,beds,doctors,avail\n", "kind,from,to\n"
    above = []
    for n, (tier, (b, d)) in enumerate(beds.items()):
        sites += f"top-{tier},top-{tier},{tier},,,{60 * n},40,{b},{d},{province.share}\n"
        above.append(f"top-{tier}")
    sites += f"{a}-K,{a}-K,K,{a},{a}t0,{x},0,4000,4000,1\n{a}-M,{a}-M,M,{a},,{x},1,4000,4000,1\n"
    if province.own_beds:
        sites += f"{a}-P,{a}-P,P,,,{x},15,{province.own_beds},{2 * province.own_beds},1\n"
        above.append(f"{a}-P")
    for t, pop in enumerate(province.people):
        y = 12 * t
        towns += f"{a}t{t},{a}t{t},{a},{pop},{x},{y}\n"
        places += f"{a}s{t},{a}s{t},{a},{a}t{t},{pop},{x},{y}\n"
        sites += f"{a}-V{t},{a}-V{t},V,{a},{a}t{t},{x},{y},0,800,1\n{a}-T{t},{a}-T{t},T,{a},{a}t{t},{x},{y},500,800,1\n"
        for first in [f"{a}-V{t}", f"{a}-T{t}", f"{a}-K", f"{a}-M", *above]:
            arcs += f"first,{a}s{t},{first}\n"
        arcs += f"up,{a}-V{t},{a}-T{t}\nup,{a}-T{t},{a}-K\ndown,{a}-K,{a}-T{t}\n"
    arcs += f"up,{a}-K,{a}-M\ndown,{a}-M,{a}-K\n"
    for top in above:
        arcs += f"up,{a}-M,{top}\ndown,{top},{a}-K\n"
    folder.mkdir(parents=True)
    head = f'format = 1\nname = "{folder.name}"\nyear = 2025\ncrs = "planar_km"\npolicy = "P2025"\n[travel]\nmode = "metric"\n'
    (folder / "case.toml").write_text(head)
    for name, text in {"areas": areas, "townships": towns, "settlements": places, "facilities": sites, "arcs": arcs}.items():
        (folder / f"{name}.csv").write_text(text)


def nation(folder: Path, beds: dict[str, tuple[int, int]], shared: str = SHARED) -> Path:
    for p, province in enumerate(PROVINCES):
        write_case(folder / f"p-{p}", p, province, beds)
    (folder / "asked.toml").write_text('gamma = 1.0\ntargets_off = ["primary_share", "down_rate"]\n')
    spec = folder / "spec.toml"
    text = 'name = "nation"\nreport = false\n[[case]]\npath = "p-*"\n[[scenario]]\nfile = "asked.toml"\n[[command]]\ncommand = "referral"\n'
    spec.write_text(text + shared)
    return spec


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nation(tmp_path_factory.mktemp("nation"), SCARCE)


@pytest.fixture(scope="module")
def undisturbed(spec: Path) -> Path:
    seen: list[fenji.Event] = []
    out = spec.parent / "undisturbed"
    result = fenji.batch.run(spec, out, jobs=2, progress=seen.append)
    rounds = result.to_frame("rounds")
    assert len(rounds) > 1 and result.done == len(result.jobs) == 3 * len(rounds)
    assert sum(e.kind == "started" for e in seen) == len(rounds) and sum(e.kind == "note" for e in seen) == len(rounds)
    return out


def timeless(summary: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the hashes of jobs: the program counts among their inputs."""
    return [{**s, "cases": [{k: v for k, v in c.items() if k != "job"} for c in s["cases"]]} for s in summary]


def same(out: Path, other: Path) -> None:
    summaries = [timeless(json.loads((o / "data" / "shared.json").read_text())) for o in (out, other)]
    assert summaries[0] == summaries[1]
    assert (out / "data" / "rounds.csv").read_bytes() == (other / "data" / "rounds.csv").read_bytes()
    tables = [pd.read_csv(o / "data" / "shared.csv").drop(columns="job") for o in (out, other)]
    assert tables[0].equals(tables[1])


def test_the_same_rounds_as_the_command_line(program: Program, spec: Path, undisturbed: Path, tmp_path: Path) -> None:
    told = program("batch", "run", spec, "--out", tmp_path / "out", "--jobs", "2", "--threads-per-job", "1")
    assert told["ok"], told
    same(undisturbed, tmp_path / "out")
    summary = fenji.batch.run(spec, undisturbed).shared[0]
    certificate = summary["certificate"]
    assert certificate["lower"] <= certificate["upper"] and certificate["gap"] <= 0.001
    assert told["shared"][0]["lower"] == certificate["lower"] and told["shared"][0]["ended"] == summary["ended"]
    # nothing is used twice
    best = [c for c in summary["cases"] if c["round"] == certificate["best_round"]]
    for r, total in enumerate(summary["total"]):
        assert sum(c["used"][r] for c in best) <= total * (1 + 1e-6) + 1e-6
    page = (undisturbed / "report.html").read_text()
    assert "Shared hospitals" in page and "top-R" in page


def test_what_is_there_is_not_done_again(spec: Path, undisturbed: Path, tmp_path: Path) -> None:
    import shutil

    assert fenji.batch.run(spec, undisturbed).done == 0
    out = tmp_path / "out"
    shutil.copytree(undisturbed, out)
    # a job of the last round is damaged, one of the first is gone
    cases = json.loads((out / "data" / "shared.json").read_text())[0]["cases"]
    shutil.rmtree(out / "jobs" / cases[0]["job"])
    plan = out / "jobs" / cases[-1]["job"] / "result" / "plan.json"
    plan.write_bytes(plan.read_bytes()[:-10])
    assert fenji.batch.run(spec, out).done == 2
    same(out, undisturbed)


def test_a_round_without_a_plan_ends_the_rounds(tmp_path: Path) -> None:
    spec = nation(tmp_path / "n", SCARCE)
    spec.write_text("limit = 0.000001\n" + spec.read_text())
    result = fenji.batch.run(spec, tmp_path / "out")
    assert len(result.jobs) == 3 and result.jobs["status"].eq("limit").all()
    assert fenji.batch.run(spec, tmp_path / "out").done == 0, "a limit is final"
    assert fenji.batch.run(spec, tmp_path / "out", retry=True).done == 3, "and is tried again when asked"
    assert "no plan" in str(json.loads((tmp_path / "out/data/shared.json").read_text())[0]["ended"])


def test_nothing_scarce_is_one_round(tmp_path: Path) -> None:
    spec = nation(tmp_path / "n", PLENTY, SHARED.replace("0.001", "0.00001"))
    result = fenji.batch.run(spec, tmp_path / "out")
    assert len(result.to_frame("rounds")) == 1
    assert all(p == 0 for p in result.shared[0]["certificate"]["price"])


def test_what_cannot_be_shared_is_refused(tmp_path: Path) -> None:
    spec = nation(tmp_path / "n", SCARCE, '[shared]\ntiers = ["P"]\n')
    with pytest.raises(fenji.CaseError, match="nothing is shared"):
        fenji.batch.run(spec, tmp_path / "out")


def test_on_a_cluster_after_the_client_died(spec: Path, undisturbed: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from test_batch import Cluster, client, wait_for

    made = Cluster(tmp_path)
    try:
        made.wait(3)
        out = tmp_path / "out"
        first = client(spec, out, made)
        # in the second round
        wait_for(out, 4, first)
        first.kill()
        first.wait()
        kept = {p.name: (p / "record.json").stat().st_mtime_ns for p in (out / "jobs").iterdir() if not p.name.startswith(".")}
        second = client(spec, out, made)
        said, complained = second.communicate(timeout=600)
        assert second.returncode == 0, complained
        for name, when in kept.items():
            assert (out / "jobs" / name / "record.json").stat().st_mtime_ns == when, "done again"
        same(out, undisturbed)
    finally:
        made.close()


def test_pages_in_both_languages(undisturbed: Path) -> None:
    page = undisturbed / "report.html"
    fenji.batch.report(undisturbed, lang="zh", indicator="first_contact")
    chinese = page.read_text(encoding="utf-8")
    assert '<html lang="zh"' in chinese and "共用医院" in chinese and "基层首诊率" in chinese and "Shared hospitals" not in chinese
    fenji.batch.report(undisturbed)
    assert '<html lang="en"' in page.read_text(encoding="utf-8")


def test_shards_are_merged(program: Program, spec: Path, tmp_path: Path) -> None:
    plain = spec.parent / "plain.toml"
    plain.write_text(spec.read_text().split("[shared]")[0])
    for n in (0, 1):
        assert program("batch", "run", plain, "--shard", f"{n}/2", "--out", tmp_path / f"shard{n}")["ok"]
    whole = fenji.batch.merge([tmp_path / "shard0", tmp_path / "shard1"], tmp_path / "whole")
    assert len(whole.jobs) == 3 and whole.jobs["status"].eq("done").all()
    with pytest.raises(fenji.UsageError):
        fenji.batch.merge([tmp_path / "nothing"], tmp_path / "other")


def test_the_module_runs_rounds(tmp_path: Path) -> None:
    spec = nation(tmp_path / "n", PLENTY)
    words = [sys.executable, "-m", "fenji.batch", spec, "--out", tmp_path / "out", "--jobs", "2"]
    done = subprocess.run(words, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["jobs"] == {"done": 3} and "round 1 (allotted)" in done.stderr
