"""Rows on their way in: kept in a temporary table of the connection, where nobody waits for them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, select, text

from hotspots.intake.reading import Reading
from hotspots.schema import INCIDENTS, conform
from hotspots.store import tables
from hotspots.store.server import copy_rows
from hotspots.store.tables import stage

_SLICE = 25_000
"""Rows turned into Python values at a time: of a million at once they would take a gigabyte."""


@dataclass(frozen=True)
class Staged:
    """A reading without its incidents: those wait in the temporary table under `position`."""

    position: int
    report: dict
    quarantine: pd.DataFrame
    sha256: str
    snapshots: tuple[str, ...]
    mapping_version: str | None
    mends: tuple[int, ...]
    reference_heading: str | None

    @property
    def taken(self) -> bool:
        """Whether the file is one of incidents."""
        return self.report["set_aside"] is None

    @property
    def source(self) -> str:
        """The partner's feed, or police.uk."""
        return self.report["source"]


def stage_all(connection: Connection, readings: Iterable[Reading]) -> list[Staged]:
    """Put the rows of every reading into the temporary table; of rows with one identity the last file's stays."""
    stage.drop(connection, checkfirst=True)
    stage.create(connection)
    connection.commit()
    staged: list[Staged] = []
    held: set[tuple[str, str]] = set()
    for position, reading in enumerate(readings):
        if reading.set_aside is None:
            scopes = {(reading.source, snapshot) for snapshot in reading.snapshots}
            if scopes & held:  # a later file of the same import replaces the same snapshot too
                connection.execute(delete(stage).where(scope_of(stage, reading.source, reading.snapshots)))
                connection.commit()
            held |= scopes
            _append(connection, reading, position)
        staged.append(
            Staged(
                position,
                _report(reading),
                reading.quarantine,
                reading.sha256,
                reading.snapshots,
                reading.mapping_version,
                reading.mends,
                reading.reference_heading,
            )
        )
    _drop_older_twins(connection)
    return staged


def scope_of(table: Table, source: str, snapshots: tuple[str, ...]) -> ColumnElement[bool]:
    """Rows of a table that belong to some snapshots of a source."""
    return and_(table.c.source == source, table.c.snapshot.in_(snapshots))


def plain(column: pd.Series) -> list:
    """Python values with None for missing, as both databases take them."""
    return column.astype(object).where(column.notna(), None).tolist()


def _append(connection: Connection, reading: Reading, position: int) -> None:
    """The reading's rows in the order of their ids: the merge then walks through the store's own tree once."""
    columns = ["incident_id", *tables.INCIDENT_FIELDS, "batch_id"]
    marks = ", ".join("?" * len(columns))
    sql = f"INSERT INTO temp.stage ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    incidents = conform(reading.incidents, INCIDENTS, "A file's incidents")
    order = np.argsort(incidents.index.to_numpy())
    for start in range(0, len(order), _SLICE):
        rows = _rows(incidents.iloc[order[start : start + _SLICE]], position)
        values = zip(*[plain(rows[c]) for c in columns], strict=True)
        if connection.dialect.name == "sqlite":
            # executemany on the driver: four times faster than Core's dictionaries for a million rows.
            driver = connection.connection.driver_connection
            driver.execute("BEGIN")
            driver.executemany(sql, values)
            driver.execute("COMMIT")
        else:
            copy_rows(connection, stage, columns, values)
            connection.commit()
        reading.stored(min(1.0, (start + _SLICE) / len(order)), reading.file)


def _rows(incidents: pd.DataFrame, position: int) -> pd.DataFrame:
    """The table's columns."""
    starts = incidents["occurred_from"]
    return incidents.drop(columns=["occurred_from", "occurred_to"]).assign(
        incident_id=incidents.index.to_numpy(dtype=np.int64),
        from_s=_seconds(starts),
        to_s=_seconds(incidents["occurred_to"]),
        month=(starts.dt.year * 100 + starts.dt.month).astype("int64"),
        batch_id=position,
    )


def _seconds(times: pd.Series) -> np.ndarray:
    return times.astype("datetime64[s]").astype("int64").to_numpy()


def _drop_older_twins(connection: Connection) -> None:
    """Leave one row an identity, the last file's, and let the merge find rows by identity and by batch."""
    sqlite = connection.dialect.name == "sqlite"
    index = f"CREATE INDEX {'temp.' if sqlite else ''}stage_by_"
    connection.execute(text(f"{index}identity ON stage (incident_id, batch_id)"))
    twice = select(stage.c.incident_id).group_by(stage.c.incident_id).having(func.count() > 1).limit(1)
    if connection.execute(twice).first() is not None:
        later = stage.alias("later")
        twin = and_(later.c.incident_id == stage.c.incident_id, later.c.batch_id > stage.c.batch_id)
        connection.execute(delete(stage).where(select(later.c.incident_id).where(twin).exists()))
    connection.execute(text(f"{index}batch ON stage (batch_id)"))
    if not sqlite:
        connection.execute(text("ANALYZE stage"))  # the planner knows nothing of a fresh temporary table
    connection.commit()


def _report(reading: Reading) -> dict:
    return {
        "file": reading.file,
        "source": reading.source,
        "month": reading.month,
        "read": reading.read,
        "accepted": reading.accepted,
        "unlocated": reading.unlocated,
        "quarantined": reading.quarantined,
        "duplicates": reading.duplicates,
        "set_aside": reading.set_aside,
        "reasons": reading.reasons,
        "warnings": list(reading.warnings),
    }
