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
    "infinite beds": ("facilities", lambda f: f.assign(beds=f["beds"].astype(float).where(f.index != 3, float("inf")))),
    "people missing in a nullable column": ("settlements", lambda f: f.assign(pop=f["pop"].astype("Int64").where(f.index != 1))),
    "township missing in a column of strings": ("settlements", lambda f: f.assign(town=f["town"].astype("string").where(f.index != 3))),
    "position missing": ("facilities", lambda f: f.assign(lon=f["lon"].where(f.index != 2))),
    "people as text": ("townships", lambda f: f.assign(pop=f["pop"].astype(str) + " people")),
    "two faults in one row": ("facilities", lambda f: f.assign(beds=f["beds"].where(f.index != 5, -3), tier=f["tier"].where(f.index != 5, "?"))),
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


def test_an_index_of_several_levels(small: fenji.Case, frames: Frames, tmp_path: Path) -> None:
    places = frames["settlements"]
    again = made({**frames, "settlements": places.set_index(["area", "id"])}, small)
    assert again.to_frames()["settlements"].set_index("id")["pop"].equals(places.set_index("id")["pop"])
    twice = places.set_index(["area", "id"])
    twice.index = pd.MultiIndex.from_tuples([*twice.index[:-1], twice.index[0]], names=twice.index.names)
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "settlements": twice}, small)
    assert len(twice) - 1 in set(found.value.problems["line"]) and found.value.problems["value"].eq(twice.index[0][1]).any()
    # an index with the name of a column that is there says nothing
    named = places.rename_axis("pop")
    assert files(made({**frames, "settlements": named}, small), tmp_path, "again") == files(small, tmp_path, "first")


def test_columns_of_a_wrong_type(small: fenji.Case, frames: Frames) -> None:
    n = len(frames["facilities"])
    mixed = frames["facilities"]["beds"].astype(object)
    mixed.iloc[[2, 5, 7]] = ["two", 3.5, None]
    wrong: dict[str, Any] = {
        "dates": pd.Series(pd.date_range("2020-01-01", periods=n)),
        "durations": pd.Series(pd.to_timedelta(range(n), unit="D")),
        "complex numbers": pd.Series([complex(1, i) for i in range(n)]),
        "mixed": mixed,
        "categories": pd.Series(["few", "many"] * n, dtype="category").iloc[:n].reset_index(drop=True),
    }
    for what, values in wrong.items():
        with pytest.raises(fenji.CaseError) as found:
            made({**frames, "facilities": frames["facilities"].assign(beds=values)}, small)
        problems = found.value.problems
        assert problems["file"].eq("facilities").all() and problems["column"].eq("beds").all(), what
        # behind the first twenty of a kind stands how many more there are
        assert problems["line"].iloc[:20].notna().all() and problems["remedy"].str.len().min() > 5, what
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "facilities": frames["facilities"].assign(beds=[b"x"] * n)}, small)
    assert list(found.value.problems["code"]) == ["F004"]
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "facilities": polars.from_pandas(frames["facilities"]).with_columns(polars.struct("beds").alias("beds"))}, small)
    assert list(found.value.problems["code"]) == ["F004"]


def test_missing_values_of_any_kind_are_missing_cells(small: fenji.Case, frames: Frames) -> None:
    import numpy as np

    for gap in (None, np.nan, pd.NA, pd.NaT):
        pop = frames["settlements"]["pop"].astype(object)
        pop.iloc[4] = gap
        with pytest.raises(fenji.CaseError) as found:
            made({**frames, "settlements": frames["settlements"].assign(pop=pop)}, small)
        problems = found.value.problems
        assert set(problems.loc[problems["column"] == "pop", "line"].dropna()) == {4}, repr(gap)
    # a cell that may be empty
    assert made({**frames, "areas": frames["areas"].assign(name_en=None)}, small).population == small.population
    holes = polars.from_pandas(frames["settlements"]).with_columns(polars.when(polars.col("pop") > 0).then(None).otherwise(0).alias("pop"))
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "settlements": holes}, small)
    assert len(found.value.problems) > 5


def test_coordinate_systems_that_nothing_leads_from(small: fenji.Case, frames: Frames) -> None:
    there = small.to_geopandas("settlements").drop(columns=["lon", "lat"])
    site = 'ENGCRS["site",EDATUM["here"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "settlements": there.set_crs(site, allow_override=True)}, small)
    assert list(found.value.problems["code"]) == ["F003"] and found.value.problems["file"].eq("settlements").all()
    # feet are no metres
    with pytest.raises(fenji.CaseError) as found:
        fenji.Case.from_frames(**{**frames, "settlements": there.set_crs(2263, allow_override=True)}, crs="planar_km")
    assert list(found.value.problems["code"]) == ["F003"]
    # longitude and latitude taken for each other
    turned = there.set_geometry(geopandas.points_from_xy(there.geometry.y, there.geometry.x), crs=4326)
    with pytest.raises(fenji.CaseError) as found:
        made({**frames, "settlements": turned}, small)
    assert found.value.problems["file"].eq("settlements").any() and found.value.problems["column"].isin(["lat", "lon"]).any()


def test_a_geopandas_frame_without_a_geometry_is_a_frame(small: fenji.Case, frames: Frames, tmp_path: Path) -> None:
    bare = geopandas.GeoDataFrame(frames["settlements"])
    assert files(made({**frames, "settlements": bare}, small), tmp_path, "again") == files(small, tmp_path, "first")


def test_frames_of_other_commands(small: fenji.Case) -> None:
    areas = small.to_frames()["areas"]["id"]
    for need in (pd.DataFrame({"area": areas, "need": "much"}), pd.DataFrame({"area": areas}), pd.DataFrame({"area": ["nowhere"], "need": [1.0]})):
        with pytest.raises(fenji.CaseError) as found:
            fenji.beds(small, add=10, need=need)
        assert "memory:" not in str(found.value)
    points = pd.DataFrame({"id": ["a", "b", "a"], "x": [0.0, 1.0, 2.0], "y": [0.0, 1.0, None]})
    with pytest.raises(fenji.CaseError):
        fenji.locate(points, "p-median", p=1)
    with pytest.raises(fenji.CaseError) as found:
        fenji.beds(small, add=10, need=7)  # type: ignore[arg-type]
    assert list(found.value.problems["code"]) == ["F001"]


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
