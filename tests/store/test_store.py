"""The store keeps its word: old or new and never half, whatever is raced, torn or tampered with."""

import hashlib
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from hotspots import store as stores
from hotspots.errors import HubError, NoData, StoreError
from hotspots.intake.readers import read_incidents
from hotspots.store import Store, open_store, record_import, undo_last_import
from hotspots.store.tables import SCHEMA_VERSION

AT = datetime(2026, 1, 1, 12)
TODAY = date(2026, 1, 1)
ROOT = Path(__file__).resolve().parents[2]
POLICE = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type"
LOG = "Reference,Date,Time,Type,Address,Easting,Northing"


def police(folder: Path, n: int, *, month: str = "2021-01", street: str = "High Street") -> Path:
    """A street file of `n` rows, all the same event: whole-row copies are separate reports."""
    row = f",{month},Essex Police,Essex Police,0.700000,51.800000,On or near {street},E01,Tendring 001A,Burglary"
    path = folder / f"{month}-essex-street.csv"
    path.write_text("\n".join([POLICE, *[row] * n]) + "\n", encoding="utf-8")
    return path


def log(folder: Path, rows: dict[str, str], name: str = "log.csv") -> Path:
    """A partner's log: reference → type."""
    lines = [f"{ref},03/02/2021,21:15,{word},1 High Street,600000,200000" for ref, word in rows.items()]
    path = folder / name
    path.write_text("\n".join([LOG, *lines]) + "\n", encoding="utf-8")
    return path


def take(store: Store, *paths: Path, source: str | None = None) -> dict:
    readings = (r for path in paths for r in read_incidents(path, source=source, today=TODAY))
    return record_import(store, readings, who="tester", at=AT).totals


def rows(path: Path, query: str) -> list[tuple]:
    """What a query says of the file, read by Python's own sqlite3 and none of our code."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def incidents(path: Path) -> list[tuple]:
    """All incidents but the batch that brought them."""
    columns = [name for _, name, *_ in rows(path, "PRAGMA table_info(incident)") if name != "batch_id"]
    return rows(path, f"SELECT {', '.join(columns)} FROM incident ORDER BY incident_id")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "hub.sqlite", at=AT, create=True)
    yield opened
    opened.close()


def test_the_same_file_twice_leaves_the_same_incidents(store: Store, tmp_path: Path) -> None:
    path = police(tmp_path, 40)
    take(store, path)
    once = incidents(store.path)
    again = take(store, path)
    assert (again["accepted"], again["replaced"]) == (40, 40)
    assert incidents(store.path) == once
    assert len(once) == 40


def test_a_newer_snapshot_takes_the_place_of_the_whole_month(store: Store, tmp_path: Path) -> None:
    take(store, police(tmp_path, 40), police(tmp_path, 5, month="2021-02"))
    take(store, police(tmp_path, 30, street="Mill Lane"))
    by_place = dict(rows(store.path, "SELECT month || place_text, COUNT(*) FROM incident GROUP BY 1"))
    assert sorted(by_place.values()) == [5, 30]
    assert not any("High Street" in place and place.startswith("202101") for place in by_place)


def test_a_changed_partner_row_is_updated_and_its_old_words_kept(store: Store, tmp_path: Path) -> None:
    take(store, log(tmp_path, {"R1": "Noise", "R2": "Noise"}), source="council")
    take(store, log(tmp_path, {"R1": "Drugs", "R3": "Noise"}), source="council")
    held = dict(rows(store.path, "SELECT reference, coalesce(subcategory, category) FROM incident"))
    assert held == {"R1": "Drugs", "R2": "Noise", "R3": "Noise"}
    assert rows(store.path, "SELECT reference, coalesce(subcategory, category) FROM incident_history") == [
        ("R1", "Noise")
    ]


def test_undo_brings_back_what_was_replaced_and_takes_what_was_brought(store: Store, tmp_path: Path) -> None:
    take(store, log(tmp_path, {"R1": "Noise", "R2": "Noise"}), source="council")
    before = incidents(store.path)
    take(store, log(tmp_path, {"R1": "Drugs", "R3": "Noise"}), source="council")
    assert undo_last_import(store, who="tester", at=AT) == ["log.csv"]
    assert incidents(store.path) == before
    assert rows(store.path, "SELECT COUNT(*) FROM incident_history") == [(0,)]
    undo_last_import(store, who="tester", at=AT)
    assert incidents(store.path) == []
    with pytest.raises(NoData):
        undo_last_import(store, who="tester", at=AT)


def test_a_mended_file_takes_the_place_of_its_own_quarantine(store: Store, tmp_path: Path) -> None:
    path = police(tmp_path, 10)
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("2021-01,Essex Police", "2021-13,Essex Police", 1), encoding="utf-8")
    take(store, path)
    assert stores.totals(store)["quarantined"] == 1
    path.write_text(good, encoding="utf-8")
    take(store, path)
    assert (stores.totals(store)["quarantined"], stores.totals(store)["incidents"]) == (0, 10)


def test_a_reading_that_fails_half_way_leaves_the_store_as_it_was(store: Store, tmp_path: Path) -> None:
    take(store, police(tmp_path, 10))
    before = content_of(store.path)

    def torn() -> Iterator:
        yield from read_incidents(police(tmp_path, 99, month="2021-02"), today=TODAY)
        raise NoData("the disk is gone")

    with pytest.raises(NoData):
        record_import(store, torn(), who="tester", at=AT)
    assert content_of(store.path) == before


def content_of(path: Path) -> str:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


IMPORTER = """
import sys
from datetime import date, datetime
from pathlib import Path
from hotspots.intake.readers import read_incidents
from hotspots.store import open_store, record_import

store = open_store(sys.argv[1], at=datetime(2026, 1, 1))
readings = [r for name in sys.argv[2:] for r in read_incidents(Path(name), today=date(2026, 1, 1))]
print("ready", flush=True)
sys.stdin.readline()
record_import(store, readings, who="importer", at=datetime(2026, 1, 1))
print("done", flush=True)
"""


def importer(where: Path, *files: Path) -> subprocess.Popen:
    """A process that has read its files and waits for a line before it writes."""
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORTER, str(where), *map(str, files)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "ready\n", process.stderr.read()
    return process


def go(process: subprocess.Popen) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def finish(process: subprocess.Popen, seconds: float = 60) -> tuple[int, str]:
    _, errors = process.communicate(timeout=seconds)
    return process.returncode, errors


def test_two_imports_at_once_both_arrive_whole(store: Store, tmp_path: Path) -> None:
    files = [police(tmp_path, 3_000, month=month) for month in ("2021-01", "2021-02")]
    both = [importer(store.path, file) for file in files]
    for process in both:
        go(process)
    assert [finish(process) for process in both] == [(0, ""), (0, "")]
    assert dict(rows(store.path, "SELECT month, COUNT(*) FROM incident GROUP BY 1")) == {202101: 3_000, 202102: 3_000}
    assert sorted(rows(store.path, "SELECT run FROM import_batch")) == [(1,), (2,)]
    assert stores.check(store)["integrity"] == "ok"


def test_readers_and_a_meeting_go_on_beside_an_import(store: Store, tmp_path: Path) -> None:
    """The reader sees the old month or the new one; every word written in the meeting is there after."""
    take(store, police(tmp_path, 5_000))
    process = importer(store.path, police(tmp_path, 20_000, street="Mill Lane"))
    seen: set[int] = set()
    written: list[str] = []
    faults: list[Exception] = []
    over = threading.Event()

    def until_over(step: Callable[[], None]) -> None:
        while not over.is_set():
            try:
                step()
            except Exception as fault:  # noqa: BLE001  a thread's fault must reach the test
                faults.append(fault)
                return

    def read() -> None:
        seen.add(len(stores.incidents(store)))

    def write() -> None:
        key = f"note {len(written)}"
        store.set_meta({key: "said in the meeting"})
        written.append(key)
        time.sleep(0.02)

    threads = [threading.Thread(target=until_over, args=(step,)) for step in (read, write)]
    for thread in threads:
        thread.start()
    go(process)
    done = finish(process)
    over.set()
    for thread in threads:
        thread.join(timeout=60)
    read()
    assert (done, faults) == ((0, ""), [])
    assert {20_000} <= seen <= {5_000, 20_000}
    assert written and all(store.meta(key) == "said in the meeting" for key in written)


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE audit SET who = 'somebody else' WHERE id = 1",
        "UPDATE audit SET after = '{}' WHERE id = 2",
        "DELETE FROM audit WHERE id = 1",
        "UPDATE audit SET chain = 'x' WHERE id = 2",
    ],
)
def test_a_changed_audit_line_is_caught(tamper: str, store: Store, tmp_path: Path) -> None:
    for month in ("2021-01", "2021-02"):
        take(store, police(tmp_path, 3, month=month))
    assert stores.check(store)["integrity"] == "ok"
    connection = sqlite3.connect(store.path)
    connection.execute(tamper)
    connection.commit()
    connection.close()
    assert "audit line" in stores.check(store)["integrity"]


def test_a_backup_made_while_in_use_is_sound_and_whole(store: Store, tmp_path: Path) -> None:
    take(store, police(tmp_path, 500))
    process = importer(store.path, police(tmp_path, 5_000, month="2021-02"))
    go(process)
    copy = stores.backup(store, tmp_path / "safe", at=AT)
    assert finish(process) == (0, "")
    assert rows(copy, "PRAGMA integrity_check") == [("ok",)]
    assert rows(copy, "SELECT COUNT(*) FROM incident")[0][0] in (500, 5_500)
    opened = open_store(copy, at=AT)
    assert stores.check(opened)["integrity"] == "ok"
    opened.close()
    with pytest.raises(StoreError):
        stores.backup(store, tmp_path / "safe", at=AT)


def test_a_store_of_a_newer_program_is_refused_and_left_alone(store: Store) -> None:
    store.set_meta({"schema_version": str(SCHEMA_VERSION + 1)})
    store.close()
    before = content_of(store.path)
    with pytest.raises(StoreError, match="newer"):
        open_store(store.path, at=AT)
    assert content_of(store.path) == before


@pytest.mark.parametrize("table", ["account (id INTEGER)", "meta (key TEXT, value TEXT)", "audit (id INTEGER)"])
def test_another_programs_database_is_refused_byte_for_byte(table: str, tmp_path: Path) -> None:
    """Even one that happens to have a table called meta."""
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE {table}")
    connection.commit()
    connection.close()
    before = digest(path)
    for create in (False, True):
        with pytest.raises(StoreError):
            open_store(path, at=AT, create=create)
    assert digest(path) == before
    assert [p.name for p in tmp_path.iterdir()] == ["other.sqlite"]


@pytest.mark.parametrize("bytes_", [b"not a database at all " * 200, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_refused(bytes_: bytes, tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite"
    path.write_bytes(bytes_)
    with pytest.raises(StoreError):
        open_store(path, at=AT, create=True)
    assert path.read_bytes() == bytes_


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_torn_store_says_so_and_shows_nothing_false(store: Store, tmp_path: Path) -> None:
    take(store, police(tmp_path, 3_000))
    store.close()
    whole = store.path.read_bytes()
    store.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HubError) as told:
        opened = open_store(store.path, at=AT)
        verdict = stores.check(opened)["integrity"]
        if verdict != "ok":
            raise StoreError(verdict)
    assert str(told.value)


@pytest.mark.skipif(os.name != "posix", reason="file modes are not kept on this system")
def test_only_its_owner_may_read_the_store(store: Store) -> None:
    assert store.path.stat().st_mode & 0o077 == 0


def test_a_deleted_address_cannot_be_read_back_from_the_file(store: Store, tmp_path: Path) -> None:
    """secure_delete overwrites what undo takes out, in the file and in its log."""
    path = tmp_path / "log.csv"
    path.write_text(f"{LOG}\nR1,03/02/2021,21:15,Noise,Canary Cottage 17,600000,200000\n", encoding="utf-8")
    take(store, path, source="council")
    undo_last_import(store, who="tester", at=AT)
    connection = sqlite3.connect(store.path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    held = b"".join(p.read_bytes() for p in tmp_path.glob("hub.sqlite*"))
    assert b"canary" not in held.lower()


ONE_LIBRARY = """
import sys
from datetime import date, datetime
from pathlib import Path
import geopandas, pyogrio, pyarrow, streamlit  # what a screen's process holds
from hotspots import store as stores
from hotspots.intake.readers import read_incidents

where, file = sys.argv[1:]
store = stores.open_store(where, at=datetime(2026, 1, 1), create=True)
stores.record_import(store, read_incidents(Path(file), today=date(2026, 1, 1)), who="t", at=datetime(2026, 1, 1))
stores.incidents(store)
banned = {"apsw", "pysqlite3", "adbc_driver_sqlite", "connectorx", "aiosqlite", "duckdb"} & set(sys.modules)
assert not banned, banned
assert store.engine.dialect.driver == "pysqlite" and store.engine.dialect.dbapi.__name__.split(".")[0] == "sqlite3"
try:
    list(read_incidents(Path(where), today=date(2026, 1, 1)))  # GDAL could open it, and would break its locks
except Exception as refused:
    assert type(refused).__name__ == "BadFile", refused
else:
    raise AssertionError("the store itself was read as a file of incidents")
"""


def test_only_pythons_own_sqlite_ever_touches_the_store(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ONE_LIBRARY, str(tmp_path / "hub.sqlite"), str(police(tmp_path, 5))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_rows_in_any_order_make_the_same_store(tmp_path: Path) -> None:
    path = log(tmp_path, {f"R{i}": ("Noise", "Drugs")[i % 2] for i in range(200)})
    lines = path.read_text(encoding="utf-8").splitlines()
    held = []
    for turn in range(2):
        shuffled = lines[1:]
        random.Random(turn).shuffle(shuffled)
        path.write_text("\n".join([lines[0], *shuffled]) + "\n", encoding="utf-8")
        opened = open_store(tmp_path / f"{turn}.sqlite", at=AT, create=True)
        take(opened, path, source="council")
        held.append(stores.incidents(opened))
        opened.close()
    pd.testing.assert_frame_equal(*held)
