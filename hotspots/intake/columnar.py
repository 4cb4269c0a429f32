"""Parquet and GeoParquet: flat columns as text, points as longitude and latitude or easting and northing."""

import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hotspots.errors import BadFile
from hotspots.intake.geometry import point_columns
from hotspots.intake.reading import Limits, Raw
from hotspots.intake.tables import raw_from_arrays


def read_parquet(data: bytes, name: str, limits: Limits) -> Raw:
    """The rows of a Parquet file; its footer says how many there are before any is read.

    Raises `BadFile` for nested or extension types, a broken file, or one past the limits. A GeoParquet's
    geometry is the one binary column that is understood.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        _check_footer(file, name, limits)
        geo = _geo(file)
        _check_types(file.schema_arrow, geo, name)
        table = file.read()
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BadFile(f"{name} is not a Parquet file that can be read; write it again.") from None
    return _to_raw(table, geo, name, limits)


def arrays_of(table: pa.Table) -> dict[str, pa.Array]:
    """The columns of a flat table as text."""
    return {column: as_text(table.column(column)) for column in table.column_names}


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as text: whole floats without their .0, missing values blank."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        column = _number_text(column)
    if pa.types.is_timestamp(column.type) and column.type.unit != "s":
        column = pc.cast(column, pa.timestamp("s", column.type.tz), safe=False)
    return pc.fill_null(column.cast(pa.large_string()), "")


def _number_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    values = column.to_numpy()
    whole = np.isfinite(values) & (np.floor(values) == values) & (np.abs(values) < 1e15)
    texts = np.where(np.isnan(values), "", np.array([repr(float(v)) for v in values], dtype=object))
    texts[whole] = [str(int(v)) for v in values[whole]]
    return pa.chunked_array([pa.array(texts, type=pa.large_string())])


def _check_footer(file: pq.ParquetFile, name: str, limits: Limits) -> None:
    if file.metadata.num_rows > limits.rows:
        raise BadFile(f"{name} has {file.metadata.num_rows:,} rows; at most {limits.rows:,} are read.")
    if file.metadata.num_columns > limits.columns:
        raise BadFile(f"{name} has {file.metadata.num_columns:,} columns; at most {limits.columns:,} are read.")
    unpacked = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
    if unpacked > limits.unpacked_bytes:
        raise BadFile(f"{name} is too large when unpacked; split it.")


def _geo(file: pq.ParquetFile) -> dict | None:
    """What a GeoParquet says of its main geometry: column and crs (missing crs is WGS84)."""
    metadata = file.schema_arrow.metadata or {}
    if b"geo" not in metadata:
        return None
    geo = json.loads(metadata[b"geo"])
    column = geo["primary_column"]
    crs = geo["columns"][column].get("crs", "OGC:CRS84")
    return {"column": column, "crs": json.dumps(crs) if isinstance(crs, dict) else crs or "OGC:CRS84"}


def _check_types(schema: pa.Schema, geo: dict | None, name: str) -> None:
    for field in schema:
        is_geometry = geo is not None and field.name == geo["column"]
        extension = isinstance(field.type, pa.BaseExtensionType) or b"ARROW:extension:name" in (field.metadata or {})
        binary = pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
        if not is_geometry and (pa.types.is_nested(field.type) or extension or binary):
            raise BadFile(f"{name} has the column {field.name!r} of a nested or special type; keep plain columns.")


def _to_raw(table: pa.Table, geo: dict | None, name: str, limits: Limits) -> Raw:
    if geo is None:
        return raw_from_arrays(arrays_of(table), limits)
    column = table.column(geo["column"])
    wkb = column.cast(pa.binary()) if not isinstance(column.type, pa.BaseExtensionType) else column
    points, notes = point_columns(wkb.to_numpy(zero_copy_only=False), geo["crs"], name)
    rest = arrays_of(table.drop_columns([geo["column"]]))
    return raw_from_arrays({**points, **rest}, limits, notes)
