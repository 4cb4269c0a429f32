"""Looking after the file: integrity, back-up, copies."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DatabaseError

import hotspots
from hotspots.errors import NotAllowed, StoreError
from hotspots.store.database import AUDIT_ANCHOR, Store, chain_of
from hotspots.store.moving import copy_store
from hotspots.store.reads import totals
from hotspots.store.tables import audit


def check(store: Store) -> dict:
    """Counts and integrity of the store, as the command line's `check` prints them."""
    return {
        **totals(store),
        "integrity": _integrity(store),
        "schema": int(store.meta("schema_version", "0")),
        "version": hotspots.__version__,
        "sample": store.is_sample,
        "crs": store.crs,
    }


def backup(store: Store, folder: Path, *, at: datetime, who: str = "back-up") -> Path:
    """Copy the store, safely while it is in use, to a dated SQLite file and check the copy.

    A server's store becomes such a file too: it opens as it is, and `copy_store` puts it back on a server.
    Raises `StoreError` when the copy is not sound.
    """
    if store.only is not None:
        raise NotAllowed("A back-up holds all districts; a data steward of all districts must make it.")
    folder.mkdir(parents=True, exist_ok=True)
    stem = store.path.stem if store.path else store.engine.url.database or "hub"
    target = folder / f"{stem}-{at:%Y%m%d-%H%M%S}.sqlite"
    if target.exists():
        raise StoreError(f"{target.name} exists already; wait a second and try again.")
    if store.path is None:
        copy_store(store, target, who=who, at=at)
    else:
        copy_to(store, target)
    return target


def copy_to(store: Store, target: Path) -> None:
    """`VACUUM INTO` a new file and check it; copying a live file by hand can tear it."""
    target.unlink(missing_ok=True)
    with store.engine.connect() as connection:
        connection.execute(text("VACUUM INTO :target"), {"target": str(target)})
    target.chmod(0o600)
    copy = create_engine(f"sqlite:///{target}")
    try:
        with copy.connect() as connection:
            verdict = connection.scalar(text("PRAGMA integrity_check"))
    finally:
        copy.dispose()
    if verdict != "ok":
        raise StoreError(f"The copy {target.name} failed its integrity check ({verdict}); do not rely on it.")


def _integrity(store: Store) -> str:
    """ "ok", or the first fault of the file or of the audit chain."""
    if store.path is not None:
        try:
            with store.reading() as connection:
                verdict = connection.scalar(text("PRAGMA quick_check(1)"))
        except DatabaseError as error:
            return str(error.orig)
        if verdict != "ok":
            return str(verdict)
    broken = _broken_audit_line(store)
    return "ok" if broken is None else f"audit line {broken} was changed after it was written"


def _broken_audit_line(store: Store) -> int | None:
    columns = ("at", "who", "action", "subject", "before", "after")
    last = store.meta(AUDIT_ANCHOR) or None
    with store.reading() as connection:
        for row in connection.execute(select(audit).order_by(audit.c.id)):
            if row.chain != chain_of(last, {c: getattr(row, c) for c in columns}):
                return row.id
            last = row.chain
    return None
