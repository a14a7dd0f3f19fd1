"""Batches, here and on a real cluster: a scheduler and three worker processes, of which one is killed in the middle, and then the client."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import fenji

SPEC = """
name = "trial"
report = false

[[case]]
path = "cases/*"

[[command]]
command = "referral"
args = ["--gap", "1e-3"]

[[command]]
command = "access"

[grid]
gamma = [0.2, 0.4, 0.6, 0.8]
"""


def prepared(folder: Path) -> Path:
    for seed in (1, 2, 3):
        fenji.generate(seed=seed, people=300_000, counties=2, towns=12, settlements=40).save(folder / "cases" / f"case{seed}")
    spec = folder / "spec.toml"
    spec.write_text(SPEC)
    return spec


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("batch"))


@pytest.fixture(scope="module")
def undisturbed(spec: Path) -> Path:
    out = spec.parent / "undisturbed"
    result = fenji.batch.run(spec, out, jobs=2)
    assert result.done == len(result.jobs) == 24
    assert result.jobs["status"].eq("done").all()
    return out


def answers(out: Path) -> dict[str, bytes]:
    """What every job came to, timing left out: the library writes its answers so."""
    found = {p.name: (p / "answer.json").read_bytes() for p in (out / "jobs").iterdir() if p.is_dir()}
    assert all(len(name) > 8 for name in found), "no scratch folder is left"
    return found


def same(out: Path, undisturbed: Path) -> None:
    assert answers(out) == answers(undisturbed)
    for path in (undisturbed / "data").glob("*.parquet"):
        if path.stem != "jobs":
            assert pd.read_parquet(out / "data" / path.name).equals(pd.read_parquet(path)), path.stem
    jobs = pd.read_csv(out / "data" / "jobs.csv", dtype=str)
    assert jobs["job"].is_unique and len(jobs) == 24
    counts = fenji.batch.status(out).set_index("status")["jobs"]
    assert counts["done"] == 24 and counts["missing"] == counts["damaged"] == 0


def test_a_batch_here_and_its_frames(undisturbed: Path) -> None:
    result = fenji.batch.run(undisturbed.parent / "spec.toml", undisturbed)
    assert result.done == 0, "everything was there"
    indicators = result.to_frame("indicators")
    assert set(indicators["case"]) == {"case1", "case2", "case3"} and set(indicators["p_gamma"]) == {0.2, 0.4, 0.6, 0.8}
    # the same numbers as one call
    row = result.jobs[(result.jobs["case"] == "case1") & (result.jobs["command"] == "referral") & (result.jobs["p_gamma"] == 0.6)].iloc[0]
    alone = fenji.referral(undisturbed.parent / "cases" / "case1", {"gamma": 0.6}, gap=1e-3, report=False, threads=1)
    assert row["objective"] == alone.objective
    assert fenji.check(undisturbed.parent / "cases" / "case1", undisturbed / "jobs" / row["job"] / "result")


def test_damage_is_done_again(spec: Path, undisturbed: Path, tmp_path: Path) -> None:
    import shutil

    out = tmp_path / "out"
    shutil.copytree(undisturbed, out)
    first, second = sorted(p for p in (out / "jobs").iterdir())[:2]
    plan = first / "result" / "plan.json"
    plan.write_bytes(plan.read_bytes()[:-10])
    shutil.rmtree(second)
    assert fenji.batch.run(spec, out).done == 2
    same(out, undisturbed)


def test_faults(spec: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(SPEC.replace("report = false", "rapport = false").replace("cases/*", "nothing/*"))
    with pytest.raises(fenji.CaseError) as found:
        fenji.batch.run(bad, tmp_path / "out")
    assert "rapport" in set(found.value.problems["value"]) | set(found.value.problems["column"])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(fenji.UsageError):
        fenji.batch.run(spec, tmp_path / "mine")
    with pytest.raises(fenji.UsageError):
        fenji.batch.status(tmp_path / "mine")
    # a case that cannot be planned is a row
    (tmp_path / "cases" / "broken").mkdir(parents=True)
    (tmp_path / "cases" / "broken" / "case.toml").write_text("format = 1\n")
    (tmp_path / "spec.toml").write_text(SPEC.replace("[0.2, 0.4, 0.6, 0.8]", "[0.2]"))
    result = fenji.batch.run(tmp_path / "spec.toml", tmp_path / "out2")
    assert result.jobs["status"].eq("failed").all() and result.jobs["message"].str.len().min() > 5


def test_a_folder_is_locked(spec: Path, tmp_path: Path) -> None:
    taken = fenji._fenji.Batch(str(spec), str(tmp_path / "out"), fenji._fenji.__file__, True, 1)
    with pytest.raises(fenji.UsageError, match="locked"):
        fenji.batch.run(spec, tmp_path / "out")
    del taken


# A cluster of processes


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.folder = folder
        self.log = open(folder / "log.txt", "w")
        port = self.address.rsplit(":", 1)[1]
        self.scheduler = self.start("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        self.workers = [self.worker() for _ in range(3)]

    def start(self, module: str, *words: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *words]
        return subprocess.Popen(command, stdout=self.log, stderr=self.log, cwd=self.folder, env={**os.environ, **(env or {})})

    def worker(self, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        # without a nanny: killed is killed
        words = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--resources", "memory=2e9 cpus=1", "--local-directory", str(self.folder))
        return self.start("dask_worker", self.address, *words, env=env)

    def wait(self, workers: int) -> None:
        from distributed import Client

        with Client(self.address, timeout=120) as client:
            client.wait_for_workers(workers, timeout=120)

    def close(self) -> None:
        for process in [*self.workers, self.scheduler]:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.log.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    made = Cluster(tmp_path)
    try:
        made.wait(3)
        yield made
    finally:
        made.close()


def client(spec: Path, out: Path, cluster: Cluster) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "fenji.batch", spec, "--out", out, "--dask", cluster.address, "--memory", "1GiB", "--cpus", "1"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def there(out: Path) -> int:
    jobs = out / "jobs"
    return sum(1 for p in jobs.iterdir() if (p / "record.json").exists() and not p.name.startswith(".")) if jobs.is_dir() else 0


def wait_for(out: Path, wanted: int, process: subprocess.Popen[Any], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while there(out) < wanted:
        assert time.monotonic() < end, f"{there(out)} of {wanted}"
        if process.poll() is not None:
            assert there(out) >= wanted, process.communicate()
        time.sleep(0.02)


def test_nothing_is_lost_or_double_when_a_worker_and_then_the_client_die(spec: Path, undisturbed: Path, cluster: Cluster) -> None:
    out = cluster.folder / "out"
    first = client(spec, out, cluster)
    wait_for(out, 3, first)
    cluster.workers[0].send_signal(signal.SIGKILL)
    at_kill = there(out)
    wait_for(out, at_kill + 4, first)
    first.send_signal(signal.SIGKILL)
    first.wait()
    kept = {p.name: (p / "record.json").stat().st_mtime_ns for p in (out / "jobs").iterdir() if not p.name.startswith(".")}
    assert 7 <= len(kept) < 24, "the client died in the middle"
    second = client(spec, out, cluster)
    said, complained = second.communicate(timeout=600)
    assert second.returncode == 0, complained
    told = json.loads(said.splitlines()[-1])
    assert told["done"] == 24 - len(kept), "what was there was not done again"
    for name, when in kept.items():
        assert (out / "jobs" / name / "record.json").stat().st_mtime_ns == when
    same(out, undisturbed)


def test_a_worker_of_another_build_is_refused(spec: Path, cluster: Cluster) -> None:
    other = cluster.folder / "other"
    other.mkdir()
    # stands for another build: it says so when it is asked
    (other / "sitecustomize.py").write_text("import fenji._worker as w\nw.build = lambda: '0.0.9-other'\n")
    cluster.workers.append(cluster.worker(env={"PYTHONPATH": str(other)}))
    cluster.wait(4)
    with pytest.raises(fenji.UsageError, match=r"0\.0\.9-other"):
        fenji.batch.run(spec, cluster.folder / "out", cluster.address)


def test_a_client_that_is_there_already(spec: Path, undisturbed: Path, cluster: Cluster) -> None:
    from distributed import Client

    seen: list[str] = []
    with Client(cluster.address) as own:
        result = fenji.batch.run(spec, cluster.folder / "out", client=own, progress=lambda e: seen.append(e.kind))
    assert result.done == 24 and seen.count("progress") == 24
    same(cluster.folder / "out", undisturbed)


def test_no_scheduler(spec: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), pytest.raises(fenji.FenjiError):
        fenji.batch.run(spec, tmp_path / "out", f"tcp://127.0.0.1:{free_port()}")

