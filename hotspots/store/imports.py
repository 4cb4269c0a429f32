"""Storing what was read: stage outside the lock, then swap in one short transaction."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from hotspots.errors import NoData, NotAllowed
from hotspots.intake.reading import Reading
from hotspots.schema import INCIDENTS, conform
from hotspots.store import tables
from hotspots.store.database import Store, add_audit, bump_version
from hotspots.store.server import copy_rows, with_key, without_key
from hotspots.store.tables import import_batch, incident, incident_history, quarantine, stage

Progress = Callable[[float, str], None]
_COMPARED = [c for c in tables.INCIDENT_FIELDS if c != "month"]


@dataclass(frozen=True)
class ImportReport:
    """What one import did, a mapping a file (keys of the command line's `batches`)."""

    batches: tuple[dict, ...]

    @property
    def totals(self) -> dict[str, int]:
        """Sums over the files: read, accepted, unlocated, quarantined, duplicates, replaced."""
        keys = ("read", "accepted", "unlocated", "quarantined", "duplicates", "replaced")
        return {key: sum(batch[key] for batch in self.batches) for key in keys}


@dataclass(frozen=True)
class _Staged:
    """A reading without its incidents: those wait in the temporary table under `position`."""

    position: int
    report: dict
    quarantine: pd.DataFrame
    sha256: str
    snapshots: tuple[str, ...]
    mapping_version: str | None

    @property
    def taken(self) -> bool:
        return self.report["set_aside"] is None

    @property
    def source(self) -> str:
        return self.report["source"]


def record_import(
    store: Store, readings: Iterable[Reading], *, who: str, at: datetime, progress: Progress | None = None
) -> ImportReport:
    """Store every reading of one import, all or nothing.

    Each reading is staged in a temporary table while others go on working; then one short
    transaction replaces the police.uk snapshots, updates partner rows by identity, keeps every
    replaced row in the history, and writes quarantine, batches and the audit line.
    Raises `NoData` when no file could be taken, `StoreError` when the write failed; the store is
    then unchanged, as it is when reading raises half way.
    """
    with store.engine.connect() as connection:
        staged = _stage_all(connection, readings)
        if not any(item.taken for item in staged):
            raise NoData(_nothing_taken(staged))
        if progress:
            progress(0.95, "Storing")
        with store.writing(connection, checked=True) as writer:
            if store.only is not None:
                _require_own(writer, staged, store.only)
            return _merge(writer, staged, who=who, at=at)


def undo_last_import(store: Store, *, who: str, at: datetime) -> list[str]:
    """Take back the newest import that has not been undone; returns its file names.

    Rows it brought go; rows it replaced come back. Raises `NoData` when there is none.
    """
    with store.writing(checked=True) as connection:
        run = connection.scalar(select(func.max(import_batch.c.run)).where(import_batch.c.undone.is_(None)))
        if run is None:
            raise NoData("There is no import to undo.")
        rows = connection.execute(select(import_batch.c.id, import_batch.c.file).where(import_batch.c.run == run)).all()
        ids = [row.id for row in rows]
        if store.only is not None:
            _refuse_others(connection, incident, store.only, incident.c.batch_id.in_(ids))
            _refuse_others(connection, incident_history, store.only, incident_history.c.batch.in_(ids))
        connection.execute(delete(incident).where(incident.c.batch_id.in_(ids)))
        columns = ["incident_id", *tables.INCIDENT_FIELDS, "batch_id"]
        old = select(*[incident_history.c[c] for c in columns]).where(incident_history.c.batch.in_(ids))
        connection.execute(insert(incident).from_select(columns, old))
        connection.execute(delete(incident_history).where(incident_history.c.batch.in_(ids)))
        connection.execute(delete(quarantine).where(quarantine.c.batch_id.in_(ids)))
        connection.execute(
            update(import_batch).where(import_batch.c.id.in_(ids)).values(undone=at.isoformat(timespec="seconds"))
        )
        files = [row.file for row in rows]
        add_audit(connection, at=at, who=who, action="undo import", subject=f"import {run}", before=files)
        bump_version(connection)
        return files


def _require_own(connection: Connection, staged: Sequence[_Staged], only: Collection[str]) -> None:
    """Raise `NotAllowed` when an import brings or replaces a report of a district that is not the hub's own."""
    _refuse_others(connection, stage, only)
    _refuse_others(connection, incident, only, incident.c.incident_id.in_(select(stage.c.incident_id)))
    for item in staged:
        if item.snapshots:
            _refuse_others(connection, incident, only, _scope(incident, item.source, item.snapshots))


def _refuse_others(connection: Connection, table: Table, only: Collection[str], *which: ColumnElement[bool]) -> None:
    outside = or_(table.c.district.is_(None), table.c.district.not_in(only))
    other = connection.scalar(select(func.count()).select_from(table).where(outside, *which))
    if other:
        raise NotAllowed(
            f"The import concerns {other:,} reports that are not known to lie in {', '.join(sorted(only))}; "
            "a data steward of all districts must do it."
        )


def _stage_all(connection: Connection, readings: Iterable[Reading]) -> list[_Staged]:
    stage.drop(connection, checkfirst=True)
    stage.create(connection)
    if connection.dialect.name != "sqlite":
        without_key(connection, stage)
    connection.commit()
    staged = []
    for position, reading in enumerate(readings):
        if reading.set_aside is None:
            if reading.snapshots:  # a later file of the same import replaces the same snapshot too
                connection.execute(delete(stage).where(_scope(stage, reading.source, reading.snapshots)))
                connection.commit()
            _bulk_insert(connection, _rows(reading.incidents, position))
        staged.append(
            _Staged(
                position,
                _report(reading),
                reading.quarantine,
                reading.sha256,
                reading.snapshots,
                reading.mapping_version,
            )
        )
    if connection.dialect.name != "sqlite":
        with_key(connection, stage, newest="batch_id")
        connection.commit()
    return staged


def _rows(incidents: pd.DataFrame, position: int) -> pd.DataFrame:
    frame = conform(incidents, INCIDENTS, "A file's incidents")
    rows = frame.drop(columns=["occurred_from", "occurred_to"])
    rows["from_s"] = _seconds(frame["occurred_from"])
    rows["to_s"] = _seconds(frame["occurred_to"])
    rows["month"] = (frame["occurred_from"].dt.year * 100 + frame["occurred_from"].dt.month).astype("int64")
    rows["batch_id"] = position
    rows.insert(0, "incident_id", frame.index.to_numpy(dtype=np.int64))
    return rows[["incident_id", *tables.INCIDENT_FIELDS, "batch_id"]]


def _seconds(times: pd.Series) -> np.ndarray:
    return times.astype("datetime64[s]").astype("int64").to_numpy()


def _bulk_insert(connection: Connection, rows: pd.DataFrame) -> None:
    """Stage rows; of those with one identity the last stays."""
    rows = rows.drop_duplicates("incident_id", keep="last")
    columns = [_plain(rows[c]) for c in rows.columns]
    if connection.dialect.name == "sqlite":
        # executemany on the driver: four times faster than Core's dictionaries for a million rows.
        marks = ", ".join("?" * len(rows.columns))
        sql = f"INSERT OR REPLACE INTO temp.stage ({', '.join(rows.columns)}) VALUES ({marks})"  # noqa: S608
        connection.connection.driver_connection.execute("BEGIN")
        connection.connection.driver_connection.executemany(sql, zip(*columns, strict=True))
        connection.connection.driver_connection.execute("COMMIT")
        return
    copy_rows(connection, stage, list(rows.columns), zip(*columns, strict=True))
    connection.commit()


def _plain(column: pd.Series) -> list:
    """Python values with None for missing, as both databases take them."""
    return column.astype(object).where(column.notna(), None).tolist()


def _merge(connection: Connection, staged: Sequence[_Staged], *, who: str, at: datetime) -> ImportReport:
    run = 1 + (connection.scalar(select(func.max(import_batch.c.run))) or 0)
    reports = []
    for item in staged:
        report = {**item.report, "replaced": _count_replaced(connection, item)}
        batch = _add_batch(connection, item, report, run=run, who=who, at=at)
        if item.taken:
            _drop_old_quarantine(connection, item, batch)
            _swap(connection, item, batch)
            _add_quarantine(connection, item.quarantine, batch)
        reports.append(report)
    report = ImportReport(tuple(reports))
    summary = {"files": [r["file"] for r in reports], **report.totals}
    add_audit(connection, at=at, who=who, action="import", subject=f"import {run}", after=summary)
    bump_version(connection)
    return report


def _scope(table: Table, source: str, snapshots: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(table.c.source == source, table.c.snapshot.in_(snapshots))


def _count_replaced(connection: Connection, item: _Staged) -> int:
    if item.snapshots:
        query = select(func.count()).select_from(incident).where(_scope(incident, item.source, item.snapshots))
    else:
        query = (
            select(func.count())
            .select_from(incident.join(stage, stage.c.incident_id == incident.c.incident_id))
            .where(stage.c.batch_id == item.position)
        )
    return connection.scalar(query) or 0


def _swap(connection: Connection, item: _Staged, batch: int) -> None:
    mine = stage.c.batch_id == item.position
    _retire(connection, incident.c.incident_id.in_(_changed_ids(item.position)), batch)
    if item.snapshots:
        staged_ids = select(stage.c.incident_id).where(mine)
        gone = and_(_scope(incident, item.source, item.snapshots), incident.c.incident_id.not_in(staged_ids))
        _retire(connection, gone, batch)
    columns = ["incident_id", *tables.INCIDENT_FIELDS, "batch_id"]
    values = [stage.c.incident_id, *[stage.c[c] for c in tables.INCIDENT_FIELDS], literal(batch)]
    held = select(incident.c.incident_id).where(incident.c.incident_id == stage.c.incident_id).exists()
    connection.execute(insert(incident).from_select(columns, select(*values).where(mine, ~held)))


def _changed_ids(position: int) -> Select:
    """Rows in the store whose staged twin says something else."""
    differs = or_(*[incident.c[c].is_distinct_from(stage.c[c]) for c in _COMPARED])
    return (
        select(incident.c.incident_id)
        .join(stage, stage.c.incident_id == incident.c.incident_id)
        .where(stage.c.batch_id == position, differs)
    )


def _retire(connection: Connection, which: ColumnElement[bool], batch: int) -> None:
    """Move rows to the history, where undo and the audit find them."""
    columns = ["incident_id", *tables.INCIDENT_FIELDS, "batch_id"]
    old = select(literal(batch), *[incident.c[c] for c in columns]).where(which)
    connection.execute(insert(incident_history).from_select(["batch", *columns], old))
    connection.execute(delete(incident).where(which))


def _drop_old_quarantine(connection: Connection, item: _Staged, batch: int) -> None:
    """The same file or snapshot again takes the place of its own earlier quarantine."""
    same = import_batch.c.sha256 == item.sha256
    if item.snapshots:
        same = or_(same, import_batch.c.snapshots == ",".join(item.snapshots))
    earlier = select(import_batch.c.id).where(import_batch.c.source == item.source, import_batch.c.id != batch, same)
    connection.execute(delete(quarantine).where(quarantine.c.batch_id.in_(earlier)))


def _add_quarantine(connection: Connection, rows: pd.DataFrame, batch: int) -> None:
    columns = ("line", "column", "reason", "row")
    records = [
        {"batch_id": batch, **dict(zip(columns, values, strict=True))}
        for values in zip(*[_plain(rows[c]) for c in columns], strict=True)
    ]
    if records:
        connection.execute(insert(quarantine), records)


def _add_batch(connection: Connection, item: _Staged, report: dict, *, run: int, who: str, at: datetime) -> int:
    when = at.isoformat(timespec="seconds")
    values = {
        **report,
        "reasons": json.dumps(report["reasons"], ensure_ascii=False),
        "warnings": json.dumps(report["warnings"], ensure_ascii=False),
        "at": when,
        "who": who,
        "run": run,
        "sha256": item.sha256,
        "snapshots": ",".join(item.snapshots),
        "mapping_version": item.mapping_version,
    }
    return connection.execute(insert(import_batch).values(**values)).inserted_primary_key[0]


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


def _nothing_taken(staged: Sequence[_Staged]) -> str:
    if not staged:
        return "There was no data file to import; give CSV, zip or other incident files."
    why = sorted({item.report["set_aside"] for item in staged})
    return f"Nothing could be taken from the {len(staged)} file(s): {'; '.join(why)}."
