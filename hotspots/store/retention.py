"""How long things are kept, and taking away what is past its time.

Reports past their time lose what points at a home, a person or a moment, and stay as a count of their
month, ward and kind. Everything else that is past its time is deleted. `secure_delete` overwrites it in the
file, and the log is folded in afterwards; backups made before keep it until they are deleted too.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from hotspots.periods import add_months
from hotspots.settings import Settings
from hotspots.store import register_tables as register
from hotspots.store import tables
from hotspots.store.database import AUDIT_ANCHOR, Store, add_audit, bump_version, put_meta

_EPOCH = date(1970, 1, 1)
_DETAIL = {
    "reference": None,
    "place_text": None,
    "address_key": None,
    "unit": None,
    "reporter_kind": None,
    "x": None,
    "y": None,
    "location_precision": "none",
    "time_precision": "month",
}


@dataclass(frozen=True)
class Limits:
    """First days and moments that are kept; what is older is due."""

    detail: date
    actions: date
    audit: date
    quarantine: date
    today: date

    @classmethod
    def of(cls, settings: Settings, today: date) -> "Limits":
        """The limits that a hub's settings give on a day."""
        return cls(
            add_months(today, -12 * settings.keep_detail_years).replace(day=1),
            add_months(today, -12 * settings.keep_actions_years),
            add_months(today, -12 * settings.keep_audit_years),
            today - timedelta(days=settings.keep_quarantine_days),
            today,
        )


def due(store: Store, limits: Limits) -> pd.DataFrame:
    """What is past its time: [what, rule, held, due], a row a kind."""
    with store.reading() as connection:
        rows = [
            (what, rule, _count(connection, table), _count(connection, table, past))
            for what, rule, table, past in _rules(limits)
        ]
    return pd.DataFrame(rows, columns=["what", "rule", "held", "due"])


def purge(store: Store, limits: Limits, *, who: str, at: datetime) -> dict[str, int]:
    """Take away everything that is past its time, in one transaction; returns what and how many."""
    with store.writing() as connection:
        done = {what: _count(connection, table, past) for what, _, table, past in _rules(limits)}
        _thin(connection, limits)
        for what, _, table, past in _rules(limits):
            if what not in (_REPORTS, _AUDIT):
                connection.execute(delete(table).where(past))
        _cut_audit(connection, limits)
        add_audit(connection, at=at, who=who, action="purge", subject="retention", after=done)
        bump_version(connection)
    _fold_in(store)
    return done


_REPORTS, _AUDIT = "detail of reports", "audit lines"


def _rules(limits: Limits) -> list[tuple[str, str, object, ColumnElement[bool]]]:
    """What, its rule in words, its table, and which rows are past their time."""
    i, history, old = tables.incident.c, tables.incident_history.c, _seconds(limits.detail)
    batches = select(tables.import_batch.c.id).where(tables.import_batch.c.at < limits.quarantine.isoformat())
    detailed = (i.location_precision != "none") | (i.time_precision != "month") | i.reference.is_not(None)
    return [
        (_REPORTS, f"before {limits.detail}: month, ward and kind only", tables.incident, (i.to_s <= old) & detailed),
        ("replaced reports", f"before {limits.detail}", tables.incident_history, history.to_s <= old),
        (
            "quarantined rows",
            f"imported before {limits.quarantine}",
            tables.quarantine,
            tables.quarantine.c.batch_id.in_(batches),
        ),
        (
            "closed actions",
            f"closed before {limits.actions}",
            register.action,
            register.action.c.closed < limits.actions,
        ),
        ("residents' meetings", f"before {limits.actions}", register.resident_meeting,
         register.resident_meeting.c.held_on < limits.actions),
        ("concerns", f"heard before {limits.actions}", register.concern, register.concern.c.heard_on < limits.actions),
        ("restricted tags", f"ended before {limits.today}", register.tag, register.tag.c.until < limits.today),
        (_AUDIT, f"before {limits.audit}", tables.audit, tables.audit.c.at < limits.audit.isoformat()),
    ]  # fmt: skip


def _count(connection: Connection, table: object, past: ColumnElement[bool] | None = None) -> int:
    query = select(func.count()).select_from(table)
    return int(connection.scalar(query if past is None else query.where(past)) or 0)


def _thin(connection: Connection, limits: Limits) -> None:
    """Reports past their time, month by month: the whole month for the moment, nothing for the place."""
    i = tables.incident.c
    past = i.to_s <= _seconds(limits.detail)
    for month in connection.scalars(select(i.month).where(past).distinct()).all():
        first = date(month // 100, month % 100, 1)
        ends = {"from_s": _seconds(first), "to_s": _seconds(add_months(first, 1))}
        connection.execute(update(tables.incident).where(past & (i.month == month)).values(**_DETAIL, **ends))


def _cut_audit(connection: Connection, limits: Limits) -> None:
    """Old lines go from the start of the chain only, and what they hashed to is kept."""
    lines = tables.audit.c
    last = connection.execute(
        select(lines.id, lines.chain).where(lines.at < limits.audit.isoformat()).order_by(lines.id.desc()).limit(1)
    ).first()
    if last is not None:
        connection.execute(delete(tables.audit).where(lines.id <= last.id))
        put_meta(connection, AUDIT_ANCHOR, last.chain)


def _fold_in(store: Store) -> None:
    """Empty the write-ahead log and the free pages, where old text would stay readable."""
    if store.path is None:
        return
    with store._lock(), store.engine.connect() as connection:
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _seconds(day: date) -> int:
    return (day - _EPOCH).days * 86400
