"""Coordinates alone from large Parquet files, batch by batch: what clustering a country needs of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hotspots.errors import BadFile
from hotspots.intake.locate import to_metric
from hotspots.schema import METRIC_CRS

BATCH_ROWS = 500_000
_METRES = (("x", "y"), ("easting", "northing"))
_DEGREES = (("longitude", "latitude"), ("lon", "lat"))


def coordinate_batches(
    paths: Sequence[Path], *, crs: str = METRIC_CRS, rows: int = BATCH_ROWS
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Eastings and northings in metres of every row of some Parquet files, NaN where there are none.

    Columns are x and y or easting and northing (metres of `crs`), or longitude and latitude (degrees), in any
    case; nothing else is read. Raises `BadFile` for a file that is not Parquet or has no such pair of numbers.
    """
    for path in paths:
        try:
            with pq.ParquetFile(path) as file:
                pair, degrees = _pair(file.schema_arrow, path.name)
                for batch in file.iter_batches(batch_size=rows, columns=list(pair)):
                    first, second = (_floats(batch.column(batch.schema.get_field_index(name))) for name in pair)
                    yield _projected(first, second, crs) if degrees else (first, second)
        except (pa.ArrowException, OSError) as error:
            raise BadFile(f"{path.name} is not a Parquet file that can be read; write it again.") from error


def _pair(schema: pa.Schema, name: str) -> tuple[tuple[str, str], bool]:
    """The two columns to read, and whether they are degrees."""
    named = {column.lower(): column for column in schema.names}
    for degrees, pairs in ((False, _METRES), (True, _DEGREES)):
        for pair in pairs:
            if all(word in named and _is_number(schema.field(named[word]).type) for word in pair):
                return (named[pair[0]], named[pair[1]]), degrees
    raise BadFile(
        f"{name} has no columns of numbers called x and y, easting and northing, or longitude and latitude; "
        "rename its coordinates."
    )


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)


def _floats(column: pa.Array) -> np.ndarray:
    return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)


def _projected(lon: np.ndarray, lat: np.ndarray, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Degrees to metres, each distinct point once."""
    code, points = pd.factorize(lon + 1j * lat)
    x, y = to_metric(points.real, points.imag, crs)
    missing = code < 0
    return tuple(np.where(missing, np.nan, np.asarray(metres)[code]) for metres in (x, y))
