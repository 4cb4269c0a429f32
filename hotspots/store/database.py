"""Opening the store: connections, the write lock, migrations, meta values and the audit line."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, bindparam, create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from hotspots.errors import NotAllowed, StoreError
from hotspots.schema import METRIC_CRS
from hotspots.store import access_tables, register_tables, scope, server, tables

WAIT_SECONDS = 60
_META = select(tables.meta.c.key, tables.meta.c.value).where(
    tables.meta.c.key.in_(bindparam("keys", expanding=True))
)  # made once: every click asks for it many times
AUDIT_ANCHOR = "audit_anchor"
"""Meta key: the hash of the last audit line that was purged."""
_PRAGMAS = (
    "PRAGMA synchronous=FULL",  # NORMAL loses acknowledged commits in a power cut
    "PRAGMA secure_delete=ON",  # else a deleted address stays readable in the file
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}",
)


@dataclass(frozen=True)
class Store:
    """An open store: its engine, and where it lives.

    path: the SQLite file, or None on a server · only: the districts it is limited to, None for all
    """

    engine: Engine
    path: Path | None
    only: frozenset[str] | None = None
    _reader: Engine | None = field(default=None, repr=False)
    _scoped: dict[frozenset[str], "Store"] = field(default_factory=dict, repr=False, compare=False)
    _fixed: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def within(self, districts: Collection[str] | None) -> "Store":
        """The same store for somebody who may see these districts alone; None for all, as it is.

        Nothing of other districts can be read through it, and nothing written that has not been checked.
        """
        if districts is None:
            return self
        if self.only is not None:
            districts = self.only & frozenset(districts)
        only = frozenset(districts)
        if only not in self._scoped:
            reader = _engine_of(self)
            scope.limit(reader, only)
            self._scoped[only] = Store(self.engine, self.path, only, reader)
        return self._scoped[only]

    @property
    def whole(self) -> "Store":
        """The same store without limits, for what the program itself must know of all districts."""
        return Store(self.engine, self.path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reads; sees one consistent state until closed."""
        with (self._reader or self.engine).connect() as connection:
            if self.path is None:
                server.read_consistently(connection)
            else:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self, connection: Connection | None = None, *, checked: bool = False) -> Iterator[Connection]:
        """One short write transaction; writers queue on one lock: a file beside SQLite, else the server's own.

        connection: give the one that holds staged rows, else a new one is made.
        checked: the write keeps to the store's districts, or concerns none
        Raises `StoreError` when the lock is not free within a minute, `NotAllowed` for an unchecked write to a
        store that is limited to some districts.
        """
        if self.only is not None and not checked:
            raise NotAllowed("This changes what all districts share; a data steward of all districts must do it.")
        with self._lock():
            if connection is None:
                with self.engine.connect() as fresh, _transaction(fresh):
                    yield fresh
            else:
                with _transaction(connection):
                    yield connection

    @contextmanager
    def _lock(self) -> Iterator[None]:
        if self.path is None:
            yield
            return
        try:
            with FileLock(f"{self.path}.lock", timeout=WAIT_SECONDS):
                yield
        except Timeout as error:
            raise StoreError(
                f"Another process has been writing to {self.path.name} for over {WAIT_SECONDS} s. "
                "Try again when its import is done."
            ) from error

    def meta(self, key: str, default: str = "") -> str:
        """A value kept with the store: `crs`, `sample`, `data_version` …"""
        return self._meta(key).get(key, default)

    def _meta(self, *keys: str) -> dict[str, str]:
        with self.reading() as connection:
            return dict(map(tuple, connection.execute(_META, {"keys": keys})))

    def _for_life(self, key: str, default: str) -> str:
        """A meta value that a store is made with and never changes: asked for once."""
        if key not in self._fixed:
            self._fixed.update(self._meta(key))
        return self._fixed.get(key, default)

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Write meta values in one transaction."""
        with self.writing() as connection:
            for key, value in values.items():
                put_meta(connection, key, value)

    @property
    def is_sample(self) -> bool:
        """True for a store of invented data."""
        return self._for_life("sample", "") == "yes"

    @property
    def crs(self) -> str:
        """The metric CRS of all coordinates in the store."""
        return self._for_life("crs", METRIC_CRS)

    @property
    def data_version(self) -> str:
        """Changes with every write of incidents or register: the key of every cache."""
        held = self._meta("identity", "data_version")
        version = f"{held.get('identity', '')}-{held.get('data_version', '0')}"
        return version if self.only is None else f"{version}-{json.dumps(sorted(self.only))}"

    def close(self) -> None:
        """Release all connections."""
        for store in self._scoped.values():
            store.close()
        for engine in filter(None, (self._reader, self.engine)):
            engine.dispose()


def open_store(
    where: str | Path, *, at: datetime, create: bool = False, sample: bool = False, crs: str = METRIC_CRS
) -> Store:
    """Open a store, upgrading its tables if they are older.

    where: a file path or a database URL · at: now, for the identity of a new store
    create: make it when absent, with `sample` and `crs` fixed for its life.
    Raises `StoreError` for an absent, foreign, broken or newer store; it is left unchanged.
    """
    store = connect_store(where, create)
    try:
        with store.reading() as connection:
            held = set(inspect(connection).get_table_names())
        exists = {"meta", "import_batch"} <= held
        if held and not exists:
            raise StoreError(f"{name_of_store(where)} is a database of another program; choose another path.")
        if not exists and not create:
            raise StoreError(f"{name_of_store(where)} holds no incidents yet; import a file or make the sample first.")
        _keep_log(store)
        if not exists:
            _create(store, at=at, sample=sample, crs=crs)
        _migrate(store)
    except DatabaseError as error:
        store.close()
        if store.path is None:
            raise server.went_wrong(str(where), error) from error
        raise StoreError(f"{name_of_store(where)} is not a store this program can read; restore a backup.") from error
    return store


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Write one meta value inside a transaction."""
    changed = connection.execute(update(tables.meta).where(tables.meta.c.key == key).values(value=value))
    if not changed.rowcount:
        connection.execute(insert(tables.meta).values(key=key, value=value))


def bump_version(connection: Connection) -> None:
    """Tell every cache that the data have changed."""
    now = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "data_version"))
    put_meta(connection, "data_version", str(int(now or 0) + 1))


def add_audit(
    connection: Connection,
    *,
    at: datetime,
    who: str,
    action: str,
    subject: str,
    before: object = None,
    after: object = None,
) -> None:
    """Append one line to the audit trail, chained to the line before it."""
    last = connection.scalar(select(tables.audit.c.chain).order_by(tables.audit.c.id.desc()).limit(1))
    if last is None:  # all earlier lines were purged: the chain goes on from what the last of them hashed to
        last = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == AUDIT_ANCHOR))
    line = {
        "at": at.isoformat(timespec="seconds"),
        "who": who,
        "action": action,
        "subject": subject,
        "before": None if before is None else json.dumps(before, default=str, ensure_ascii=False),
        "after": None if after is None else json.dumps(after, default=str, ensure_ascii=False),
    }
    connection.execute(insert(tables.audit).values(**line, chain=chain_of(last, line)))


def chain_of(last: str | None, line: Mapping[str, object]) -> str:
    """Hash of an audit line and the chain before it; editing a line breaks every later one."""
    text = json.dumps([last or "", *line.values()], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def name_of_store(where: str | Path) -> str:
    """What messages call it: a file's name, or a URL without its password."""
    return server.name_of(str(where)) if "://" in str(where) else Path(where).name


def connect_store(where: str | Path, create: bool) -> Store:
    """Reach the place of a store without a look at what it holds; `open_store` looks.

    create: a file may be made. Raises `StoreError` for a place that cannot hold one.
    """
    if "://" in str(where):
        try:
            return Store(server.connect(str(where)), None)
        except (ArgumentError, NoSuchModuleError) as error:
            raise StoreError(
                f"{name_of_store(where)} is not a database URL; give a file path or postgresql://…"
            ) from error
        except ModuleNotFoundError as error:
            raise StoreError(
                f"{name_of_store(where)} needs the Python package {error.name}; install it first."
            ) from error
    path = Path(where)
    if not path.exists() and not create:
        raise StoreError(f"There is no store at {path.name}; import a file or make the sample first.")
    if path.is_dir() or not (path.parent.exists() or create):
        raise StoreError(f"{path.name} cannot be a store file; give the path of a file in an existing folder.")
    path.parent.mkdir(parents=True, exist_ok=True)
    return Store(_sqlite(path), path)


def _sqlite(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _engine_of(store: Store) -> Engine:
    """One more engine for the same database."""
    return server.connect(store.engine.url) if store.path is None else _sqlite(store.path)


def _keep_log(store: Store) -> None:
    """Readers beside a writer; written into the file, so only once the file is known to be ours."""
    if store.path is not None:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by `writing`, never by the driver
    for pragma in _PRAGMAS:
        connection.execute(pragma)


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    try:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            server.queue_to_write(connection)
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _create(store: Store, *, at: datetime, sample: bool, crs: str) -> None:
    with store.writing() as connection:
        if inspect(connection).has_table("meta"):
            return  # another process has just made it
        tables.metadata.create_all(connection)
        for key, value in {
            "schema_version": str(tables.SCHEMA_VERSION),
            "identity": at.strftime("%Y%m%d%H%M%S%f"),
            "sample": "yes" if sample else "no",
            "crs": crs,
            "data_version": "0",
        }.items():
            put_meta(connection, key, value)
    if store.path is not None:
        store.path.chmod(0o600)


def _add_register(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=register_tables.REGISTER)


def _add_mappings(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=[tables.mapping])


def _add_ledger(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=tables.LEDGER)


def _add_word(connection: Connection, column: str) -> None:
    """One more text column of the interventions, where it is not there yet."""
    if column not in {held["name"] for held in inspect(connection).get_columns("intervention")}:
        connection.exec_driver_sql(f"ALTER TABLE intervention ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")


def _add_closing(connection: Connection) -> None:
    """Rows of quarantine are closed by the import that mends them, so that its undo can open them again."""
    if "closed_by" not in {held["name"] for held in inspect(connection).get_columns("quarantine")}:
        connection.exec_driver_sql("ALTER TABLE quarantine ADD COLUMN closed_by INTEGER")
        connection.exec_driver_sql("CREATE INDEX ix_quarantine_closed_by ON quarantine (closed_by)")


def _add_access(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=access_tables.ACCESS)


def _add_annotations(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=[tables.annotation])


def _add_shares(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=[register_tables.place_share])


def _add_assessments(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=[register_tables.assessment])


def _widen_snapshot_index(connection: Connection) -> None:
    wanted = next(index for index in tables.incident.indexes if index.name == "incident_by_snapshot")
    wanted.drop(connection, checkfirst=True)
    wanted.create(connection)


_MIGRATIONS: dict[int, Callable[[Connection], None]] = {
    2: _add_register,
    3: _add_mappings,
    4: _add_ledger,
    5: partial(_add_word, column="title"),
    6: _add_access,
    7: _add_annotations,
    8: partial(_add_word, column="compare_with"),
    9: _add_shares,
    10: _widen_snapshot_index,
    11: _add_closing,
    12: _add_assessments,
}
"""Version reached → the step that reaches it from the version before."""


def _migrate(store: Store) -> None:
    version = int(store.meta("schema_version", "0"))
    if version > tables.SCHEMA_VERSION:
        raise StoreError(
            f"This store was written by a newer version of the program (tables {version}, "
            f"this program knows {tables.SCHEMA_VERSION}); update the program."
        )
    if version == tables.SCHEMA_VERSION:
        return
    if store.path is not None:
        from hotspots.store.upkeep import copy_to

        copy_to(store, store.path.with_name(f"{store.path.stem}-before-tables-{tables.SCHEMA_VERSION}.sqlite"))
    with store.writing() as connection:
        version = int(connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "schema_version")))
        for step in range(version + 1, tables.SCHEMA_VERSION + 1):
            _MIGRATIONS[step](connection)
        put_meta(connection, "schema_version", str(tables.SCHEMA_VERSION))
