"""Tables in and out: frames of any Arrow library to the tables of a case, tables of results to frames.

Frames are taken through the Arrow C data interface (``__arrow_c_stream__``: Polars, PyArrow, DuckDB, ...) or as pandas and GeoPandas frames,
and become the text that the reader of case folders takes; so every check is that of ``fenji validate``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, Union, runtime_checkable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from .errors import CaseError, UsageError

__all__ = ["ArrowStream", "FrameLike", "Library"]

#: The libraries that frames come back in.
Library = Literal["pandas", "polars", "arrow"]


@runtime_checkable
class ArrowStream(Protocol):
    """A table that hands itself over through the Arrow C data interface."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


#: A pandas or GeoPandas frame, a table of any Arrow library, or a mapping of columns.
FrameLike = Union[pd.DataFrame, ArrowStream, Mapping[str, Sequence[Any]]]

#: Columns that hold codes or words, whatever they look like.
_TEXT = {
    *("id code name name_en area area_name town township facility settlement site from to class kind tier owner prefecture evidence".split()),
    *("lead county tertiary hub spoke base station subdistrict stops days pool target finding indicator plan treats members capabilities".split()),
    *("drug_gaps specialty sentence source project status sites document number demand what".split()),
}

_CODES = {
    "F001": ("this is no table", "give a pandas, GeoPandas, Polars or PyArrow table, or a mapping of columns"),
    "F002": ("the geometry has no coordinate system", "say which it is: frame.set_crs(4326)"),
    "F003": ("the geometry cannot be brought into the coordinate system of the case", "give points in one that pyproj knows"),
    "F004": ("a column of a case holds one number, word or truth value a row", "make it text or numbers"),
    "F005": ("the geometry is no point", "give the point where people go: frame.geometry.representative_point()"),
    "F006": ("a column stands in the frame twice", "keep one of them"),
}


def refuse(code: str, table: str, column: str | None, value: object, line: int | None = None) -> CaseError:
    """What is wrong with a frame before it is a table at all.

    Parameters
    ----------
    code : str
        ``F001`` to ``F006``.
    table, column : str
        Where.
    value : object
        What was found.
    line : int, optional
        Position of the row.

    Returns
    -------
    CaseError
        To be raised.
    """
    message, remedy = _CODES[code]
    return CaseError(
        [
            {
                "code": code,
                "severity": "error",
                "file": table,
                "line": line,
                "column": column,
                "value": str(value),
                "message": message,
                "remedy": remedy,
            }
        ]
    )


def to_csv(table: str, frame: object, crs: str) -> bytes:
    """A frame as the text of a table.

    Parameters
    ----------
    table : str
        Name of the table, for what is said of it.
    frame : frame-like
        The frame. A named index that is no column yet becomes one; any other index is left out.
    crs : str
        ``wgs84`` or ``planar_km``: what a geometry is brought to.

    Returns
    -------
    bytes
        UTF-8, with a header.
    """
    arrow = _arrow(table, frame, crs)
    twice = [n for i, n in enumerate(arrow.column_names) if n in arrow.column_names[:i]]
    if twice:
        raise refuse("F006", table, twice[0], twice[0])
    columns = [_plain(table, name, arrow.column(name)) for name in arrow.column_names]
    whole = pa.table(columns, names=arrow.column_names)
    try:
        return _written(whole, "none")
    except pa.ArrowInvalid:
        # A comma, a quote or a new line stands in some cell.
        return _written(whole, "needed")


def _written(table: Any, quoting: str) -> bytes:
    out = pa.BufferOutputStream()
    pacsv.write_csv(table, out, pacsv.WriteOptions(quoting_style=quoting))
    text: bytes = out.getvalue().to_pybytes()
    return text


def rows_of_lines(text: bytes) -> list[int] | None:
    """The lines that rows begin at, when some row has more than one.

    Parameters
    ----------
    text : bytes
        A table.

    Returns
    -------
    list of int or None
        ``None`` when row ``n`` (from 0) stands at line ``n + 2``.
    """
    if b'"' not in text:
        return None
    reader = csv.reader(io.StringIO(text.decode()))
    starts, last, even = [], 0, True
    for at, _ in enumerate(reader):
        if at > 0:
            starts.append(last + 1)
            even = even and last == at
        last = reader.line_num
    return None if even else starts


def _arrow(table: str, frame: object, crs: str) -> Any:
    if isinstance(frame, pd.DataFrame):
        named = [n for n in frame.index.names if n is not None and n not in frame.columns]
        if named:
            frame = frame.reset_index(level=named)
        if _is_geo(frame):
            frame = _positions(table, frame, crs)
        assert isinstance(frame, pd.DataFrame)
        if not frame.columns.is_unique:
            name = frame.columns[frame.columns.duplicated()][0]
            raise refuse("F006", table, str(name), name)
        return pa.table([_series(frame[c]) for c in frame.columns], names=[str(c) for c in frame.columns])
    if isinstance(frame, ArrowStream):
        return pa.table(frame)
    if isinstance(frame, Mapping):
        return _arrow(table, pd.DataFrame(dict(frame)), crs)
    raise refuse("F001", table, None, type(frame).__name__)


def _series(series: Any) -> Any:
    try:
        return pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        # Mixed values: as text, so that the reader names the row of what does not belong.
        return pa.array([None if _missing(v) else str(v) for v in series], pa.string())


def _missing(value: object) -> bool:
    found = pd.isna(value)  # type: ignore[call-overload]
    return bool(found) if isinstance(found, bool) or getattr(found, "ndim", 0) == 0 else False


def _plain(table: str, name: str, column: Any) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if pa.types.is_boolean(kind):
        return pc.cast(column, pa.int8())
    if pa.types.is_floating(kind):
        column = pc.cast(column, pa.float64())
        valid = pc.drop_null(column)
        # 1234.0 is how 1234 looks in a column with gaps.
        whole = len(valid) > 0 and pc.all(pc.less(pc.abs(valid), 2.0**53)).as_py() and pc.all(pc.equal(pc.floor(valid), valid)).as_py()
        return pc.cast(column, pa.int64()) if whole else column
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise refuse("F004", table, name, kind)
    if pa.types.is_decimal(kind) or pa.types.is_temporal(kind):
        return pc.cast(column, pa.string())
    if pa.types.is_null(kind):
        return pc.cast(column, pa.string())
    if "string_view" in str(kind):
        return pc.cast(column, pa.large_string())
    return column


def _is_geo(frame: Any) -> bool:
    if not type(frame).__module__.startswith("geopandas"):
        return False
    try:
        return frame.geometry is not None
    except AttributeError:
        # no column is its geometry: a frame like any other
        return False


def _positions(table: str, frame: Any, crs: str) -> pd.DataFrame:
    """The points of a GeoPandas frame as the position columns of the case."""
    points, name = frame.geometry, frame.geometry.name
    if points.crs is None:
        raise refuse("F002", table, name, "no CRS")
    first, second = ("lon", "lat") if crs == "wgs84" else ("x", "y")
    try:
        if crs == "wgs84":
            points, unit = points.to_crs(4326), 1.0
        elif points.crs.is_projected and points.crs.axis_info[0].unit_name in ("metre", "meter"):
            unit = 1000.0
        else:
            raise refuse("F003", table, name, points.crs.to_string())
    except CaseError:
        raise
    except Exception as error:  # pyproj has many of its own
        raise refuse("F003", table, name, error) from error
    there = ~(points.isna() | points.is_empty)
    wrong = there & (points.geom_type != "Point")
    if wrong.any():
        at = int(wrong.to_numpy().argmax())
        raise refuse("F005", table, name, points.geom_type.iloc[at], at)
    out = pd.DataFrame(frame.drop(columns=[name, *(c for c in (first, second) if c in frame.columns)]))
    # A missing point has missing positions: the reader says so with its row.
    out[first], out[second] = points.where(there).x / unit, points.where(there).y / unit
    return out


def from_csv(text: bytes, library: Library = "pandas") -> Any:
    """The text of a table as a frame.

    Parameters
    ----------
    text : bytes
        UTF-8, with a header.
    library : {"pandas", "polars", "arrow"}
        What kind of frame.

    Returns
    -------
    frame
        Codes and names as text, everything else as its values say.
    """
    header = next(csv.reader([text.split(b"\n", 1)[0].decode()]), [])
    words = {name: pa.string() for name in header if name in _TEXT or name.endswith(("_name", "_names"))}
    options = pacsv.ConvertOptions(column_types=words, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True)
    # without quotes no cell has a line feed in it, and the lines can be read side by side
    parsing = pacsv.ParseOptions(newlines_in_values=b'"' in text)
    table = pacsv.read_csv(pa.BufferReader(text), parse_options=parsing, convert_options=options)
    columns = [_tamed(table.column(n)) for n in table.column_names]
    return in_library(pa.table(columns, names=table.column_names), library)


def _tamed(column: Any) -> Any:
    if pa.types.is_null(column.type):
        return pc.cast(column, pa.float64())
    if pa.types.is_string(column.type):
        if not pc.any(pc.starts_with(column, "'")).as_py():
            return column
        # An apostrophe keeps spreadsheets from running a text as a formula; it is not part of the text.
        return pc.replace_substring_regex(column, r"^'(\s*[=+\-@\t\r])", r"\1")
    return column


def in_library(table: Any, library: Library) -> Any:
    """An Arrow table as a frame of a library.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    library : {"pandas", "polars", "arrow"}
        What kind of frame.

    Returns
    -------
    frame
        Of that library.
    """
    if library == "pandas":
        return table.to_pandas()
    if library == "arrow":
        return table
    if library == "polars":
        try:
            import polars
        except ImportError as error:
            raise UsageError("library='polars' needs Polars: pip install 'fenji[polars]'") from error
        return polars.from_arrow(table)
    raise UsageError(f"library={library!r}: one of pandas, polars, arrow")
