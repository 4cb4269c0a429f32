"""A whole store from one database into another: SQLite to PostgreSQL, and back again as a back-up."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, Integer, MetaData, Row, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.types import TypeDecorator

from hotspots.errors import NotAllowed, StoreError
from hotspots.store import tables
from hotspots.store.database import Store, add_audit, connect_store, name_of_store
from hotspots.store.server import copy_rows

CHUNK = 20_000


def copy_store(source: Store, where: str | Path, *, who: str, at: datetime) -> dict[str, int]:
    """Copy every table into an empty database and prove that each row arrived; table → rows.

    All or nothing, from one consistent state of the source, which others may go on using. After the copy
    each table is read back and compared by its number of rows and the sum of their hashes.
    Raises `StoreError` when the target holds anything already or a table differs; nothing is left there then.
    """
    if source.only is not None:
        raise NotAllowed("A copy holds all districts; a data steward of all districts must make it.")
    fresh = not ("://" in str(where) or Path(where).exists())
    target = connect_store(where, create=True)
    try:
        with source.reading() as reader, target.writing() as writer:
            if inspect(writer).get_table_names():
                raise StoreError(f"{name_of_store(where)} holds tables already; give an empty database or a new file.")
            copied = _copy_all(reader, writer)
            add_audit(writer, at=at, who=who, action="copy store", subject=name_of_store(where), after=copied)
        if target.path is not None:
            target.path.chmod(0o600)
    except BaseException as error:
        target.close()
        if fresh and target.path is not None:
            for suffix in ("", "-wal", "-shm", ".lock"):
                Path(f"{target.path}{suffix}").unlink(missing_ok=True)
        if isinstance(error, DatabaseError):
            said = str(error.orig).strip().splitlines()[0]
            raise StoreError(f"{name_of_store(where)} did not take the copy ({said}); it is as it was.") from error
        raise
    target.close()
    return copied


def _copy_all(reader: Connection, writer: Connection) -> dict[str, int]:
    tables.metadata.create_all(writer)
    copied = {}
    for declared in tables.metadata.sorted_tables:
        plain = _plain(declared)
        sent = _send(reader, writer, plain)
        if sent != _digest(_rows(writer, plain)):
            raise StoreError(f"The table {plain.name} did not arrive whole; nothing was copied. Please report this.")
        _go_on_counting(writer, plain)
        copied[plain.name] = sent[0]
    return copied


def _plain(declared: Table) -> Table:
    """The table with what the database itself holds: boundaries as their text, not as polygons."""
    kinds = [(c, c.type.impl if isinstance(c.type, TypeDecorator) else c.type) for c in declared.columns]
    return Table(declared.name, MetaData(), *[Column(c.name, kind, primary_key=c.primary_key) for c, kind in kinds])


def _rows(connection: Connection, table: Table) -> Iterator[list[Row]]:
    return connection.execute(select(table).execution_options(yield_per=CHUNK)).partitions()


def _send(reader: Connection, writer: Connection, table: Table) -> tuple[int, int]:
    """Write the table's rows; their digest as read."""
    names = [c.name for c in table.columns]

    def passing() -> Iterator[list[Row]]:
        for rows in _rows(reader, table):
            if writer.dialect.name == "sqlite":
                writer.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
            else:
                copy_rows(writer, table, names, rows)
            yield rows

    return _digest(passing())


def _digest(chunks: Iterator[list[Row]]) -> tuple[int, int]:
    """Number of rows, and the sum of their hashes, which no order of rows changes."""
    count = total = 0
    for rows in chunks:
        count += len(rows)
        for row in rows:
            total += int.from_bytes(hashlib.blake2b(repr(tuple(row)).encode(), digest_size=16).digest(), "big")
    return count, total % 2**128


def _go_on_counting(connection: Connection, table: Table) -> None:
    """A server's counter for new ids knows nothing of ids that came by copy."""
    counted = [c for c in table.primary_key.columns if type(c.type) is Integer]
    if connection.dialect.name == "sqlite" or len(table.primary_key.columns) != 1 or not counted:
        return
    (key,) = counted
    named = {"table": table.name, "key": key.name}
    sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :key)"), named)
    highest = connection.scalar(select(func.max(key)))
    if sequence and highest is not None:
        connection.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})
