"""Storing what was read: stage outside the lock, then swap in one short transaction."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

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
from hotspots.intake.reading import Progress, Reading, silent
from hotspots.store import tables
from hotspots.store.database import Store, add_audit, bump_version
from hotspots.store.staging import Staged, plain, scope_of, stage_all
from hotspots.store.tables import import_batch, incident, incident_history, quarantine, stage

_CACHE_KIB = 200_000
"""Most memory for pages of the store while an import is merged; a month of 20,000 rows takes a tenth."""
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


def record_import(
    store: Store, readings: Iterable[Reading], *, who: str, at: datetime, progress: Progress | None = None
) -> ImportReport:
    """Store every reading of one import, all or nothing.

    Each reading is staged in a temporary table while others go on working; then one short
    transaction replaces the police.uk snapshots, updates partner rows by identity, keeps every
    replaced row in the history, and writes quarantine, batches and the audit line.
    Raises `NoData` when no file could be taken, `StoreError` when the write failed; the store is
    then unchanged, as it is when reading raises half way. progress: of that transaction; each reading has
    its own for the time before.
    """
    with store.engine.connect() as connection:
        staged = stage_all(connection, readings)
        if not any(item.taken for item in staged):
            raise NoData(_nothing_taken(staged))
        with store.writing(connection, checked=True) as writer:
            if store.only is not None:
                _require_own(writer, staged, store.only)
            return _merge(writer, staged, store.only, who=who, at=at, progress=progress or silent)


def undo_last_import(store: Store, *, who: str, at: datetime) -> list[str]:
    """Take back the newest import that has not been undone; returns its file names.

    Rows it brought go; rows it replaced come back, and rows of quarantine it mended wait again.
    Raises `NoData` when there is none.
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
        connection.execute(update(quarantine).where(quarantine.c.closed_by.in_(ids)).values(closed_by=None))
        connection.execute(
            update(import_batch).where(import_batch.c.id.in_(ids)).values(undone=at.isoformat(timespec="seconds"))
        )
        files = [row.file for row in rows]
        add_audit(connection, at=at, who=who, action="undo import", subject=f"import {run}", before=files)
        bump_version(connection)
        return files


def _require_own(connection: Connection, staged: Sequence[Staged], only: Collection[str]) -> None:
    """Raise `NotAllowed` when an import brings or replaces a report of a district that is not the hub's own."""
    _refuse_others(connection, stage, only)
    _refuse_others(connection, incident, only, incident.c.incident_id.in_(select(stage.c.incident_id)))
    for item in staged:
        if item.snapshots:
            _refuse_others(connection, incident, only, scope_of(incident, item.source, item.snapshots))


def _refuse_others(connection: Connection, table: Table, only: Collection[str], *which: ColumnElement[bool]) -> None:
    outside = or_(table.c.district.is_(None), table.c.district.not_in(only))
    other = connection.scalar(select(func.count()).select_from(table).where(outside, *which))
    if other:
        raise NotAllowed(
            f"The import concerns {other:,} reports that are not known to lie in {', '.join(sorted(only))}; "
            "a data steward of all districts must do it."
        )


def _merge(
    connection: Connection,
    staged: Sequence[Staged],
    only: Collection[str] | None,
    *,
    who: str,
    at: datetime,
    progress: Progress,
) -> ImportReport:
    if connection.dialect.name == "sqlite":  # else the rows of many files, each all over the tree, go to disk and back
        connection.exec_driver_sql(f"PRAGMA main.cache_size=-{_CACHE_KIB}")
    run = 1 + (connection.scalar(select(func.max(import_batch.c.run))) or 0)
    reports = []
    for item in staged:
        progress(len(reports) / len(staged), "Storing")
        report = {**item.report, "replaced": _count_replaced(connection, item)}
        batch = _add_batch(connection, item, report, run=run, who=who, at=at)
        if item.taken:
            _close_quarantine(connection, item, batch, only)
            _swap(connection, item, batch)
            _add_quarantine(connection, item.quarantine, batch)
        reports.append(report)
    report = ImportReport(tuple(reports))
    summary = {"files": [r["file"] for r in reports], **report.totals}
    add_audit(connection, at=at, who=who, action="import", subject=f"import {run}", after=summary)
    bump_version(connection)
    progress(1.0, "Stored")
    return report


def _count_replaced(connection: Connection, item: Staged) -> int:
    if item.snapshots:
        query = select(func.count()).select_from(incident).where(scope_of(incident, item.source, item.snapshots))
    else:
        query = (
            select(func.count())
            .select_from(incident.join(stage, stage.c.incident_id == incident.c.incident_id))
            .where(stage.c.batch_id == item.position)
        )
    return connection.scalar(query) or 0


def _swap(connection: Connection, item: Staged, batch: int) -> None:
    mine = stage.c.batch_id == item.position
    _retire(connection, incident.c.incident_id.in_(_changed_ids(item.position)), batch)
    if item.snapshots:
        staged_ids = select(stage.c.incident_id).where(mine)
        gone = and_(scope_of(incident, item.source, item.snapshots), incident.c.incident_id.not_in(staged_ids))
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


def _close_quarantine(connection: Connection, item: Staged, batch: int, only: Collection[str] | None) -> None:
    """Rows of quarantine that came again no longer wait: their fate is that of the new batch.

    Those of the same file or snapshot; those that a mended file names; those whose reference is accepted now.
    only: of a hub's own files alone, as `scope` shows them to it
    """
    earlier = select(import_batch.c.id).where(import_batch.c.source == item.source, import_batch.c.id != batch)
    waits = and_(quarantine.c.closed_by.is_(None), quarantine.c.batch_id.in_(earlier))
    if only is not None:
        brought = select(incident.c.incident_id).where(incident.c.batch_id == quarantine.c.batch_id)
        others = brought.where(or_(incident.c.district.is_(None), incident.c.district.not_in(only)))
        waits = and_(waits, brought.exists(), ~others.exists())
    same = import_batch.c.sha256 == item.sha256
    if item.snapshots:
        same = or_(same, import_batch.c.snapshots == ",".join(item.snapshots))
    again = quarantine.c.batch_id.in_(earlier.where(same))
    connection.execute(update(quarantine).where(waits, again).values(closed_by=batch))
    named = [*item.mends, *_accepted_now(connection, item, waits)]
    for start in range(0, len(named), 500):
        ids = quarantine.c.id.in_(named[start : start + 500])
        connection.execute(update(quarantine).where(waits, ids).values(closed_by=batch))


def _accepted_now(connection: Connection, item: Staged, waits: ColumnElement[bool]) -> list[int]:
    """Waiting rows of the same source whose own reference is among the rows just accepted."""
    if item.reference_heading is None:
        return []
    waiting = connection.execute(select(quarantine.c.id, quarantine.c.row).where(waits)).all()
    if not waiting:
        return []
    mine = and_(stage.c.batch_id == item.position, stage.c.reference.is_not(None))
    accepted = set(connection.scalars(select(stage.c.reference).where(mine)))
    return [id_ for id_, row in waiting if json.loads(row).get(item.reference_heading, "").strip() in accepted]


def _add_quarantine(connection: Connection, rows: pd.DataFrame, batch: int) -> None:
    columns = ("line", "column", "reason", "row")
    records = [
        {"batch_id": batch, **dict(zip(columns, values, strict=True))}
        for values in zip(*[plain(rows[c]) for c in columns], strict=True)
    ]
    if records:
        connection.execute(insert(quarantine), records)


def _add_batch(connection: Connection, item: Staged, report: dict, *, run: int, who: str, at: datetime) -> int:
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


def _nothing_taken(staged: Sequence[Staged]) -> str:
    if not staged:
        return "There was no data file to import; give CSV, zip or other incident files."
    why = sorted({item.report["set_aside"] for item in staged})
    return f"Nothing could be taken from the {len(staged)} file(s): {'; '.join(why)}."
