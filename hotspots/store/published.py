"""The file of released tables: what councillors' pages read, and they read nothing else.

It holds words that were released ("about 45"), names of wards and places, facts in agreed words, outlines
of wards and districts as drawings, and how many files of which source a release was made from; no count,
address, point, outline of a hotspot or place, or file name was ever written to it. A release is added to
a copy beside the file, which then takes its place, so a reader sees the old file or the new one. Nothing
is ever taken out: the audit of the next release needs everything that people may have kept.
"""

import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from hotspots.errors import StoreError
from hotspots.settings import PRIVATE

WAIT_SECONDS = 30
_MARK = 0x48756250  # "HubP": tells this file from another program's
_FORMAT = 2
_READABLE = (1, _FORMAT)
"""A file of the first format has neither recipes nor outlines; the next release brings it up to date."""
_TABLES = """
CREATE TABLE release (version INTEGER PRIMARY KEY, at TEXT NOT NULL, as_of TEXT NOT NULL,
  sample INTEGER NOT NULL, sources TEXT NOT NULL, recipe TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE area (area TEXT NOT NULL, version INTEGER NOT NULL REFERENCES release, level TEXT NOT NULL,
  name TEXT NOT NULL, district TEXT NOT NULL, ward TEXT NOT NULL, PRIMARY KEY (area, version)) STRICT;
CREATE TABLE figure (version INTEGER NOT NULL REFERENCES release, area TEXT NOT NULL, start TEXT NOT NULL,
  "end" TEXT NOT NULL, kind TEXT NOT NULL, shown TEXT NOT NULL,
  PRIMARY KEY (version, area, start, "end", kind)) STRICT;
CREATE TABLE page (version INTEGER NOT NULL REFERENCES release, area TEXT NOT NULL, facts TEXT NOT NULL,
  PRIMARY KEY (version, area)) STRICT;
"""
_OUTLINES = """CREATE TABLE outline (version INTEGER NOT NULL REFERENCES release, district TEXT NOT NULL,
  drawing TEXT NOT NULL, PRIMARY KEY (version, district)) STRICT"""
_SINCE_FIRST = ("ALTER TABLE release ADD COLUMN recipe TEXT NOT NULL DEFAULT ''", _OUTLINES)
"""What the first format lacks."""
FIGURES = ("version", "area", "start", "end", "kind", "shown")
AREAS = ("area", "version", "level", "name", "district", "ward")
PAGES = ("version", "area", "facts")
OUTLINES = ("version", "district", "drawing")


@dataclass(frozen=True)
class Release:
    """One act of publishing.

    at: when (UTC) · as_of: last day that any figure covers · sample: invented data · sources: the
    partners' feeds, as words · recipe: what it was made from (`release.recipe`, JSON), "" where that was
    not recorded. Who published is in the hub's audit trail, not here.
    """

    version: int
    at: datetime
    as_of: date
    sample: bool
    sources: str
    recipe: str = ""


@dataclass(frozen=True)
class Published:
    """Everything ever released, oldest first.

    releases: one a row of `Release` · figures: [version, area, start, end, kind, shown], start and end
    months (Timestamps, half-open) · areas: [area, version, level, name, district, ward]
    pages: [version, area, facts (JSON)] · outlines: [version, district, drawing (`release.outlines`, JSON)]
    """

    releases: tuple[Release, ...]
    figures: pd.DataFrame
    areas: pd.DataFrame
    pages: pd.DataFrame
    outlines: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(OUTLINES)))

    @property
    def version(self) -> int:
        """Number of the last release, 0 before the first."""
        return self.releases[-1].version if self.releases else 0

    def current(self) -> "Published":
        """Only what holds now: for each figure, area and page its latest version."""
        return Published(
            self.releases,
            _latest(self.figures, ["area", "start", "end", "kind"]),
            _latest(self.areas, ["area"]),
            _latest(self.pages, ["area"]),
            _latest(self.outlines, ["district"]),
        )

    def of_districts(self, names: Collection[str]) -> "Published":
        """Only what concerns areas of these districts."""
        areas = self.areas[self.areas["district"].isin(names)]
        figures, pages = (frame[frame["area"].isin(areas["area"])] for frame in (self.figures, self.pages))
        return Published(self.releases, figures, areas, pages, self.outlines[self.outlines["district"].isin(names)])


def published_file(store: str | Path) -> Path:
    """Where the released tables of a store lie: beside its file, or in data/private for one on a server.

    store: file path or database URL, as in the settings
    """
    path = PRIVATE / "hub.sqlite" if "://" in str(store) else Path(store)
    return path.with_name(f"{path.stem}-published.sqlite")


def read_published(path: Path) -> Published:
    """Everything in the file, opened read-only; empty when nothing was ever published.

    Raises `StoreError` for a file that is broken, of another program or of a newer version.
    """
    if not path.exists():
        return Published((), _figures([]), pd.DataFrame(columns=list(AREAS)), pd.DataFrame(columns=list(PAGES)))
    try:
        with closing(_open_read_only(path)) as connection:
            _require_ours(connection, path)
            first = _format_of(connection) == 1
            recipe = "''" if first else "recipe"
            columns = f"version, at, as_of, sample, sources, {recipe}"
            releases = connection.execute(f"SELECT {columns} FROM release ORDER BY version")  # noqa: S608 - our words
            return Published(
                tuple(_release(row) for row in releases),
                _figures(_rows(connection, "figure", FIGURES)),
                pd.DataFrame(_rows(connection, "area", AREAS), columns=list(AREAS)),
                pd.DataFrame(_rows(connection, "page", PAGES), columns=list(PAGES)),
                pd.DataFrame([] if first else _rows(connection, "outline", OUTLINES), columns=list(OUTLINES)),
            )
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path.name} cannot be read; restore it from a backup before you publish again.") from error


def write_published(
    path: Path,
    release: Release,
    *,
    figures: pd.DataFrame,
    areas: pd.DataFrame,
    pages: pd.DataFrame,
    outlines: pd.DataFrame,
) -> None:
    """Add one release to the file: whole or not at all, everything released before it kept.

    figures, areas, pages, outlines: as in `Published`, without `version`. Raises `StoreError` when the version
    does not follow the file's last, or the file cannot be written; it is then unchanged.
    """
    last = read_published(path).version
    if release.version != last + 1:
        raise StoreError(f"Release {release.version} cannot follow release {last}; publish again.")
    making = path.with_name(f"{path.name}.making")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        making.unlink(missing_ok=True)
        if path.exists():
            shutil.copyfile(path, making)
        with closing(sqlite3.connect(making, isolation_level=None)) as connection:
            frames = {"figure": figures, "area": areas, "page": pages, "outline": outlines}
            _add(connection, release, frames, new=last == 0)
        _move(making, path)
    except (OSError, sqlite3.DatabaseError) as error:
        making.unlink(missing_ok=True)
        raise StoreError(f"{path.name} could not be written; nothing was published.") from error


@contextmanager
def publishing(path: Path) -> Iterator[None]:
    """Hold the file for one act of publishing; raises `StoreError` when somebody else is at it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{path}.lock", timeout=WAIT_SECONDS):
            yield
    except Timeout as error:
        raise StoreError("Somebody else is publishing at this moment; try again when that is done.") from error


def _open_read_only(path: Path) -> sqlite3.Connection:
    """The file as it stands: no lock, no journal, no way to write; a new release is a new file."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _require_ours(connection: sqlite3.Connection, path: Path) -> None:
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    if mark != _MARK:
        raise StoreError(f"{path.name} is not a file of released tables; choose another path.")
    if _format_of(connection) not in _READABLE:
        raise StoreError(f"{path.name} was written by another version of the program; update the program.")


def _format_of(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _rows(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> list[tuple]:
    names = ", ".join(f'"{column}"' for column in columns)
    return connection.execute(f"SELECT {names} FROM {table} ORDER BY {names}").fetchall()


def _release(row: tuple) -> Release:
    version, at, as_of, sample, sources, recipe = row
    return Release(version, datetime.fromisoformat(at), date.fromisoformat(as_of), bool(sample), sources, recipe)


def _figures(rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(FIGURES)).astype({"version": "int64"})
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d").astype("datetime64[us]")
    return frame


def _latest(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return frame.sort_values("version", kind="stable").drop_duplicates(keys, keep="last").reset_index(drop=True)


def _add(connection: sqlite3.Connection, release: Release, frames: Mapping[str, pd.DataFrame], *, new: bool) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    makes = (f"PRAGMA application_id={_MARK}", *_TABLES.split(";\n"), _OUTLINES) if new else ()
    mends = _SINCE_FIRST if _format_of(connection) == 1 else ()
    for statement in (*makes, *mends, f"PRAGMA user_version={_FORMAT}"):
        connection.execute(statement)
    head = (release.version, release.at.isoformat(timespec="seconds"), release.as_of.isoformat())
    row = (*head, int(release.sample), release.sources, release.recipe)
    connection.execute("INSERT INTO release VALUES (?, ?, ?, ?, ?, ?)", row)
    for table, columns in (("figure", FIGURES), ("area", AREAS), ("page", PAGES), ("outline", OUTLINES)):
        frame = frames[table]
        frame = frame.assign(**{day: frame[day].dt.strftime("%Y-%m-%d") for day in ("start", "end") if day in columns})
        rows = frame.assign(version=release.version)[list(columns)].to_numpy(dtype=object).tolist()
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)
    connection.execute("COMMIT")


def _move(making: Path, path: Path) -> None:
    """Put the finished file in place, safe against a power cut."""
    making.chmod(0o644)
    with making.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(making, path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
