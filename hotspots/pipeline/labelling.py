"""Clustering at any size by the command line: from Parquet files or the store, in two passes of batches."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hotspots import store as stores
from hotspots.analysis.stream import Batch, Labelled, Labeller, count_locations, label_counted
from hotspots.analysis.tiles import label_many
from hotspots.errors import BadValue, NoData
from hotspots.intake.large import coordinate_batches
from hotspots.pipeline.query import Query
from hotspots.store import Store

Batches = Callable[[], Iterable[tuple[np.ndarray | None, *Batch]]]
"""Reads everything anew each time: (incident ids or None, eastings, northings) of some rows."""


def from_parquet(paths: list[Path], crs: str) -> Batches:
    """The rows of Parquet files, in their order."""

    def batches() -> Iterator[tuple[None, np.ndarray, np.ndarray]]:
        return ((None, x, y) for x, y in coordinate_batches(paths, crs=crs))

    return batches


def from_store(store: Store, query: Query) -> Batches:
    """The incidents of a query."""

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        return stores.incident_points(store, window=query.window, **query.chosen)

    return batches


def label_rows(
    batches: Batches, *, eps: float, min_samples: int, out: Path | None = None, labeller: Labeller = label_many
) -> Labelled:
    """Cluster every row; memory holds the distinct locations and one batch.

    out: Parquet of [incident_id (from a store), label], a row a row, -1 noise, -2 without a location
    Raises `NoData` when no row has a location.
    """
    found = count_locations((x, y) for _, x, y in batches())
    if not len(found.keys):
        raise NoData(f"None of the {found.rows:,} rows has a location; there is nothing to cluster.")
    done = label_counted(found, eps=eps, min_samples=min_samples, labeller=labeller)
    if out is not None:
        _write(done, batches, out)
    return done


def _write(done: Labelled, batches: Batches, out: Path) -> None:
    """Second pass; a file of that name is replaced only by a whole one."""
    part = out.with_name(f"{out.name}.part")
    schema = None
    writer = None
    try:
        for ids, x, y in batches():
            labels = pa.array(next(iter(done.of_rows([(x, y)]))))
            columns = {"label": labels} if ids is None else {"incident_id": pa.array(ids), "label": labels}
            table = pa.table(columns)
            if writer is None:
                schema = table.schema
                writer = pq.ParquetWriter(part, schema, compression="zstd")
            writer.write_table(table)
        writer.close()
        part.replace(out)
    except OSError as error:
        raise BadValue(f"{out.name} could not be written ({error.strerror}); choose another path.") from error
    finally:
        part.unlink(missing_ok=True)
