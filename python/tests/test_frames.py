"""Frames in and out: the same validation as a case folder, and what frames alone can get wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import polars
import pyarrow as pa
import pytest

import fenji

Frames = dict[str, pd.DataFrame]


@pytest.fixture
def frames(small: fenji.Case) -> Frames:
    return {k: v.copy() for k, v in small.to_frames().items()}


def made(frames: dict[str, Any], small: fenji.Case) -> fenji.Case:
    return fenji.Case.from_frames(**frames, name=small.name, year=small.year)


def files(case: fenji.Case, tmp_path: Path, name: str) -> dict[str, bytes]:
    case.save(tmp_path / name)
    return {p.name: p.read_bytes() for p in (tmp_path / name).iterdir() if p.suffix == ".csv"}


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow"])
def test_there_and_back(small: fenji.Case, tmp_path: Path, library: Any) -> None:
    again = made(small.to_frames(library), small)
    assert files(again, tmp_path, "again") == files(small, tmp_path, "first")
    assert again.population == small.population


def test_geopandas_points_become_positions(small: fenji.Case, frames: Frames, tmp_path: Path) -> None:
    for table in ("townships", "settlements", "facilities"):
        there = small.to_geopandas(table).drop(columns=["lon", "lat"])
        # another coordinate system: brought back
        frames[table] = there.to_crs(3857) if table == "settlements" else there
    again = made(frames, small).to_frames()["settlements"]
    first = small.to_frames()["settlements"]
    assert (again["lon"] - first["lon"]).abs().max() < 1e-6 and (again["lat"] - first["lat"]).abs().max() < 1e-6


def test_wrong_coordinate_systems(small: fenji.Case, frames: Frames) -> None:
    there = small.to_geopandas("settlements").drop(columns=["lon", "lat"])
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "settlements": geopandas.GeoDataFrame(there, crs=None).set_crs(None, allow_override=True)}, small)
    assert list(found.value.problems["code"]) == ["F002"]
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "settlements": there.set_geometry(there.buffer(0.01))}, small)
    assert list(found.value.problems["code"]) == ["F005"]
    # metres that say they are degrees
    lie = there.to_crs(3857).set_crs(4326, allow_override=True)
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "settlements": lie}, small)
    assert found.value.problems["file"].eq("settlements").any()
    # a plane of one's own cannot take degrees
    with pytest.raises(fenji.CaseError) as found:
        fenji.Case.from_frames(**{**frames, "settlements": there}, crs="planar_km")
    assert list(found.value.problems["code"]) == ["F003"]


def test_missing_points_are_missing_positions(small: fenji.Case, frames: Frames) -> None:
    there = small.to_geopandas("settlements").drop(columns=["lon", "lat"])
    there.loc[3, "geometry"] = None
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "settlements": there}, small)
    assert set(found.value.problems["line"]) == {3}


#: A change of a frame, and the table that it breaks.
BROKEN: dict[str, tuple[str, Any]] = {
    "text where a number stands": ("facilities", lambda f: f.assign(beds=f["beds"].astype(object).where(f.index != 4, "many"))),
    "negative beds": ("facilities", lambda f: f.assign(beds=f["beds"].where(f.index != 5, -3))),
    "half a person": ("settlements", lambda f: f.assign(pop=f["pop"].astype(float).where(f.index != 2, 10.5))),
    "missing people": ("settlements", lambda f: f.assign(pop=f["pop"].astype(float).where(f.index != 1))),
    "missing id": ("townships", lambda f: f.assign(id=f["id"].where(f.index != 2))),
    "id twice": ("facilities", lambda f: pd.concat([f, f.iloc[[6]]], ignore_index=True)),
    "unknown area": ("settlements", lambda f: f.assign(area=f["area"].where(f.index != 7, "nowhere"))),
    "unknown tier": ("facilities", lambda f: f.assign(tier=f["tier"].where(f.index != 1, "Z"))),
    "column missing": ("areas", lambda f: f.drop(columns=["urban"])),
    "column unknown": ("areas", lambda f: f.assign(colour="red")),
    "position off the map": ("townships", lambda f: f.assign(lat=f["lat"].where(f.index != 0, 91.0))),
    "no rows": ("facilities", lambda f: f.iloc[:0]),
    "a name of two lines": ("areas", lambda f: f.assign(name=["a\nb", *f["name"].iloc[1:]], urban=[0, 7, *f["urban"].iloc[2:]])),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_the_same_codes_as_a_folder(small: fenji.Case, frames: Frames, folder: Path, tmp_path: Path, what: str, library: str) -> None:
    table, change = BROKEN[what]
    broken = change(frames[table])
    given: Any = broken
    if library == "polars":
        try:
            given = polars.from_pandas(broken)
        except Exception:
            pytest.skip("Polars does not hold such a column")
    shutil.copytree(folder, tmp_path / "case")
    broken.to_csv(tmp_path / "case" / f"{table}.csv", index=False)
    # pandas writes 12.0 where a column has a gap; that is another way to write the same number
    with pytest.raises(fenji.CaseError) as on_disk:
        fenji.Case.read(tmp_path / "case")
    with pytest.raises(fenji.CaseError) as in_memory:
        made({**frames, table: given}, small)
    disk, memory = on_disk.value.problems, in_memory.value.problems
    assert list(memory["code"]) == list(disk["code"]) and len(memory) > 0
    assert list(memory["column"]) == list(disk["column"])
    assert list(memory["value"]) == list(disk["value"])
    assert list(memory["remedy"]) == list(disk["remedy"])
    assert list(memory["file"]) == [f.removesuffix(".csv") for f in disk["file"]]
    if what != "a name of two lines":
        lines = disk["line"].where(disk["line"] >= 2) - 2
        assert memory["line"].equals(lines.astype("Int64"))
    else:
        assert 1 in set(memory["line"].dropna())


def test_an_index_that_is_named_is_a_column(small: fenji.Case, frames: Frames, tmp_path: Path) -> None:
    frames["facilities"] = frames["facilities"].set_index("id")
    assert files(made(frames, small), tmp_path, "again") == files(small, tmp_path, "first")


def test_a_duplicated_index_is_an_id_twice(small: fenji.Case, frames: Frames) -> None:
    twice = frames["facilities"].set_index("id")
    twice.index = pd.Index([*twice.index[:-1], twice.index[0]], name="id")
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "facilities": twice}, small)
    assert len(twice) - 1 in set(found.value.problems["line"])
    # labels that say nothing may be anything
    shuffled = frames["settlements"].set_axis([0] * len(frames["settlements"]), axis=0)
    assert made({**frames, "settlements": shuffled}, small).population == small.population


def test_what_is_no_table(small: fenji.Case, frames: Frames) -> None:
    for given in (7, "areas.csv", [1, 2]):
        with pytest.raises(fenji.CaseError) as found:
            made({**frames, "areas": given}, small)
        assert list(found.value.problems["code"]) == ["F001"]
    listed = pa.table({"id": ["a"], "name": ["a"], "urban": [[1, 2]]})
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "areas": listed}, small)
    assert list(found.value.problems["code"]) == ["F004"]
    twice = frames["areas"].assign(more=1).rename(columns={"more": "urban"})
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "areas": twice}, small)
    assert list(found.value.problems["code"]) == ["F006"]


def test_kinds_of_columns_that_mean_the_same(small: fenji.Case, frames: Frames, tmp_path: Path) -> None:
    areas, facilities = frames["areas"], frames["facilities"]
    frames["areas"] = areas.assign(urban=areas["urban"].astype(bool), name=areas["name"].astype("category"))
    frames["facilities"] = facilities.assign(beds=facilities["beds"].astype(float), tier=facilities["tier"].astype("string"))
    assert files(made(frames, small), tmp_path, "again") == files(small, tmp_path, "first")


def test_anything_with_an_arrow_stream(small: fenji.Case, frames: Frames, tmp_path: Path) -> None:
    class Holder:
        def __init__(self, table: pa.Table) -> None:
            self._table = table

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return self._table.__arrow_c_stream__(requested_schema)

    given = {k: Holder(v) for k, v in small.to_frames("arrow").items()}
    assert files(made(given, small), tmp_path, "again") == files(small, tmp_path, "first")


def test_settings_are_validated(frames: Frames) -> None:
    with pytest.raises(fenji.CaseError) as found:
        fenji.Case.from_frames(**frames, policy="P1900", travel={"mode": "metric", "metric": {"circuitry": 2}})
    assert {"case.toml"} == set(found.value.problems["file"])
    assert len(found.value.problems) == 2


def test_a_million_rows(small: fenji.Case, frames: Frames, record_property: Any) -> None:
    """Measured, not asserted; scripts/test-python shows the seconds."""
    import time

    from fenji.frames import to_csv

    n = 1_000_000
    base = frames["settlements"]
    repeat = -(-n // len(base))
    table = pa.Table.from_pandas(pd.concat([base] * repeat, ignore_index=True).iloc[:n].assign(id=[f"s{i}" for i in range(n)]))
    begin = time.perf_counter()
    text = to_csv("settlements", table, "wgs84")
    arrow = time.perf_counter() - begin
    shelf = fenji._fenji.Shelf()
    shelf.put("settlements.csv", text)
    print(f"hand-over of {n:,} rows: {arrow:.2f} s as text, {time.perf_counter() - begin:.2f} s in all, {len(text) / 1e6:.0f} MB")
    assert text.count(b"\n") == n + 1
