#!/usr/bin/env python3
"""p-medians of the OR-Library by fenji and by spopt with HiGHS, one after the other in one run.

    pip install spopt pulp highspy numpy
    python3 benches/spopt_pmed.py FENJI FOLDER [pmed1 pmed6 ...] [--limit SECONDS]

FENJI is the program, FOLDER holds pmed1.txt ... (shared/bench/orlib_pmed). fenji's time is that of the whole process, median of seven: start, reading,
shortest paths, solving, proof. spopt's is building its model and solving it (2 threads); reading and shortest paths are not counted for it. Three ratios:
whole processes (the start of Python with its imports, median of seven, added to spopt's time); neither start counted (`fenji --version`, median of seven,
taken off fenji's time); and the harshest, fenji's start counted and Python's not.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy
import pulp
from spopt.locate import PMedian


def distances(path):
    """Shortest paths of an OR-Library file; the last of several edges counts."""
    numbers = iter(path.read_text().split())
    n, m, p = int(next(numbers)), int(next(numbers)), int(next(numbers))
    d = numpy.full((n, n), numpy.inf)
    numpy.fill_diagonal(d, 0.0)
    for _ in range(m):
        a, b, c = int(next(numbers)) - 1, int(next(numbers)) - 1, float(next(numbers))
        d[a, b] = d[b, a] = c
    for k in range(n):
        numpy.minimum(d, d[:, k : k + 1] + d[k : k + 1, :], out=d)
    return d, p


def timed(command, times=7):
    """Median seconds of a command, and what it printed last."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        out = subprocess.run(command, capture_output=True, check=True)
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds), out.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("fenji", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=["pmed1", "pmed6", "pmed11", "pmed16"])
    parser.add_argument("--limit", type=float, default=600.0)
    options = parser.parse_args()
    start, _ = timed([options.fenji, "--version"])
    imports, _ = timed([sys.executable, "-c", "import numpy, pulp, spopt.locate"])
    print(f"start of a process: fenji {start:.4f} s, Python with its imports {imports:.2f} s\n")
    print("| instance | fenji: value | s | spopt: value | build s | solve s | status | whole processes | neither start | fenji's start only |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in options.names:
        path = options.folder / f"{name}.txt"
        own, told = timed([options.fenji, "locate", path, "--problem", "p-median", "--threads", "2", "--json"])
        found = json.loads(told)
        table, p = distances(path)
        begin = time.perf_counter()
        model = PMedian.from_cost_matrix(table, numpy.ones(len(table)), p_facilities=p)
        built = time.perf_counter() - begin
        begin = time.perf_counter()
        model = model.solve(pulp.HiGHS(msg=False, threads=2, timeLimit=options.limit), results=False)
        solved = time.perf_counter() - begin
        # PuLP calls an answer at the limit optimal too
        status = "limit" if solved >= options.limit else pulp.LpStatus[model.problem.status]
        value = pulp.value(model.problem.objective)
        own_value = found["value"]
        theirs, bare = built + solved, max(own - start, 1e-4)
        cells = [name, f"{own_value:g}", f"{own:.4f}", f"{value:g}", f"{built:.2f}", f"{solved:.2f}", status, f"{(imports + theirs) / own:.0f}", f"{theirs / bare:.0f}", f"{theirs / own:.0f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
