"""What tests share: a small case, and the program to compare with."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fenji

ROOT = Path(__file__).resolve().parents[2]
#: A case of seconds.
SMALL = {"seed": 7, "people": 300_000, "counties": 2, "towns": 12, "settlements": 40}


@pytest.fixture(scope="session")
def small() -> fenji.Case:
    return fenji.generate(**SMALL)


@pytest.fixture(scope="session")
def folder(small: fenji.Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("case") / "small"
    small.save(place)
    return place


@pytest.fixture(scope="session")
def southeast() -> Path:
    place = ROOT / "data" / "chongqing-southeast"
    if not place.is_dir():
        pytest.skip(f"{place} is not there")
    return place


@pytest.fixture(scope="session")
def program() -> Callable[..., dict[str, Any]]:
    """The command line: takes its words, gives its JSON."""
    path = Path(os.environ.get("FENJI_CLI", ROOT / "target" / "debug" / "fenji"))
    if not path.is_file():
        pytest.skip(f"{path} is not there: cargo build makes it (or set FENJI_CLI)")

    def run(*words: object) -> dict[str, Any]:
        done = subprocess.run([path, "--quiet", "--json", *map(str, words)], capture_output=True, text=True, check=False)
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    return run


@pytest.fixture(scope="session")
def plan(small: fenji.Case) -> fenji.ReferralResult:
    return fenji.referral(small, gap=1e-4)
