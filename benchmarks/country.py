"""An invented England and Wales: reports on map points of towns, as Parquet; no real place or person."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PER_POINT = 9.6
MOST_POINTS = 625_000
"""Map points of a national year; more years add reports, hardly points."""
CHUNK = 1_000_000


def write_country(path: Path, *, rows: int, snapped: bool = True, seed: int = 1) -> Path:
    """A Parquet file [easting, northing] of so many rows in no order.

    snapped: on map points, ten reports on each and a heavy tail; else every row at a place of its own, in blocks
    as dense as a town centre's
    """
    draw = np.random.default_rng(seed)
    points = min(MOST_POINTS, max(200, int(rows / PER_POINT)))
    xy = _map_points(draw, points)
    share = np.cumsum(draw.lognormal(0, 1.1, points))
    schema = pa.schema([("easting", pa.float64()), ("northing", pa.float64())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, rows, CHUNK):
            n = min(CHUNK, rows - start)
            at = xy[np.searchsorted(share, draw.random(n) * share[-1])]
            if not snapped:
                at = np.round(at + draw.normal(0, 12, (n, 2)), 2)
            writer.write_table(pa.table(list(at.T), schema=schema))
    return path


def _map_points(draw: np.random.Generator, points: int) -> np.ndarray:
    """Street corners 60 to 110 m apart in towns of every size, metres of the National Grid."""
    found: list[np.ndarray] = []
    held = 0
    while held < points:
        size = int(min(points - held, 40 + draw.pareto(1.1) * 120, 60_000))
        side = int(np.ceil(np.sqrt(size)))
        grid = np.stack(np.divmod(np.arange(size), side), axis=1) * draw.uniform(60, 110)
        corner = draw.uniform((150_000, 20_000), (640_000, 640_000))
        found.append(corner + grid + draw.uniform(-18, 18, (size, 2)))
        held += size
    return np.round(np.concatenate(found), 2)
