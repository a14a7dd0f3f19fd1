#!/usr/bin/env python3
"""What a batch costs beside its jobs, and what a second job at a time brings.

    python3 benches/batch_overhead.py FENJI [--cases 40] [--towns 12] [--settlements 60] [--rounds 3]

Makes small cases, plans each under five settings: one command after the other (`fenji referral --tables`, a process each, one thread), then as one batch with one job at
a time, then with two. Rounds go A B C A B C; medians with their spread, wall and processor seconds.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

GAMMAS = [0.2, 0.3, 0.4, 0.5, 0.6]


def timed(work):
    """Wall and processor seconds (of processes begun) of a piece of work."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("fenji", type=Path)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--towns", type=int, default=12)
    parser.add_argument("--settlements", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    fenji = options.fenji.resolve()
    folder = Path(tempfile.mkdtemp(prefix="overhead-"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    for k in range(options.cases):
        sizes = ["--counties", "3", "--towns", str(options.towns), "--settlements", str(options.settlements), "--people", str(options.settlements * 5000)]
        subprocess.run([fenji, "generate", "--seed", str(k + 1), *sizes, "--out", folder / f"case-{k:03}"], **quiet)
    for g in GAMMAS:
        (folder / f"gamma-{g}.toml").write_text(f"gamma = {g}\n")
    (folder / "spec.toml").write_text(
        'name = "overhead"\nreport = false\n[[case]]\npath = "case-*"\n[[command]]\ncommand = "referral"\n'
        f"[grid]\ngamma = {GAMMAS}\n"
    )
    single = {**os.environ, "RAYON_NUM_THREADS": "1"}

    # every run writes into a folder of its own, and nothing is deleted before the end: file systems are slow to take back what was just given up
    runs = iter(range(10**6))

    def one_by_one():
        out_of_run = folder / f"run-{next(runs)}"
        for case in sorted(folder.glob("case-*")):
            for g in GAMMAS:
                out = out_of_run / f"{case.name}-{g}"
                scenario = folder / f"gamma-{g}.toml"
                command = [fenji, "referral", case, "--scenario", scenario, "--threads", "1", "--tables", "--quiet", "--out", out]
                subprocess.run(command, env=single, **quiet)

    def batch(jobs):
        command = [fenji, "batch", "run", folder / "spec.toml", "--out", folder / f"run-{next(runs)}", "--jobs", str(jobs), "--threads-per-job", "1"]
        subprocess.run(command, **quiet)

    ways = {"one by one": one_by_one, "batch, one job at a time": lambda: batch(1), "batch, two jobs at a time": lambda: batch(2)}
    found = {name: [] for name in ways}
    try:
        for _ in range(options.rounds):
            for name, work in ways.items():
                found[name].append(timed(work))
    finally:
        shutil.rmtree(folder)
    base = statistics.median(w for w, _ in found["one by one"])
    print(f"{options.cases * len(GAMMAS)} jobs\n\n| what | wall s | spread | processor s | of one by one |\n| --- | --- | --- | --- | --- |")
    for name, runs in found.items():
        walls = [w for w, _ in runs]
        wall, cpu = statistics.median(walls), statistics.median(c for _, c in runs)
        print(f"| {name} | {wall:.1f} | {min(walls):.1f}-{max(walls):.1f} | {cpu:.1f} | {wall / base:.3f} |")


if __name__ == "__main__":
    main()
