"""Imports are whole or not at all, repeatable, and can be taken back."""

import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text

from hotspots import store as stores
from hotspots.errors import NoData, StoreError
from hotspots.intake import read_incidents
from hotspots.periods import Window
from tests.postgresql import on_file

AT = datetime(2026, 1, 2, 3, 4, 5)
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)


def street_file(folder: Path, month: str, rows: int, *, kind: str = "Drugs", lat: float = 51.87) -> Path:
    """A police.uk street file with whole-row copies and one row without a location."""
    path = folder / month / f"{month}-farwater-street.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f",{month},Farwater,Farwater,0.1406,{lat},On or near Mill Row,E01000001,Tidewick 001A,{kind},,\n"
    nowhere = f",{month},Farwater,Farwater,,,No Location,,,{kind},,\n"
    path.write_text(HEADER + line * (rows - 1) + nowhere)
    return path


def log_file(folder: Path, rows: list[tuple[str, str]]) -> Path:
    """A partner's log: reference and category, one day and place."""
    path = folder / "log.csv"
    lines = [f"{ref},01/03/2021,10:15,{word},Mill Row,600000,440000\n" for ref, word in rows]
    path.write_text("Reference,Date,Time,Type,Address,Easting,Northing\n" + "".join(lines))
    return path


def take(store, path, source=None):
    readings = read_incidents(path, source=source, today=date(2026, 1, 1))
    return stores.record_import(store, readings, who="analyst", at=AT)


@pytest.fixture
def store(place_for_store):
    opened = stores.open_store(place_for_store, at=AT, create=True)
    yield opened
    opened.close()


def rows_of(store) -> pd.DataFrame:
    return stores.incidents(store)


def test_whole_row_copies_are_kept_and_rows_without_a_place_are_counted(store, tmp_path):
    report = take(store, street_file(tmp_path, "2021-01", 5))
    assert report.totals["accepted"] == 5
    assert report.totals["unlocated"] == 1
    assert stores.totals(store)["incidents"] == 5


def test_the_same_file_again_leaves_the_same_store(store, tmp_path):
    path = street_file(tmp_path, "2021-01", 5)
    take(store, path)
    before = rows_of(store)
    again = take(store, path)
    assert again.totals["accepted"] == again.totals["replaced"] == 5
    pd.testing.assert_frame_equal(rows_of(store), before)
    assert stores.check(store)["incidents"] == 5


def test_a_newer_snapshot_replaces_its_own_month_only(store, tmp_path):
    take(store, street_file(tmp_path, "2021-01", 5))
    take(store, street_file(tmp_path, "2021-02", 7))
    report = take(store, street_file(tmp_path / "new", "2021-01", 3))
    assert report.totals["replaced"] == 5
    counts = stores.month_counts(store).set_index("month")["n"]
    assert counts.to_dict() == {pd.Timestamp("2021-01-01"): 3, pd.Timestamp("2021-02-01"): 7}


def test_a_partners_row_is_updated_by_its_reference_and_nothing_is_removed(store, tmp_path):
    take(store, log_file(tmp_path, [("A1", "Noise"), ("A2", "Noise")]), "council ASB log")
    take(store, log_file(tmp_path, [("A2", "Graffiti"), ("A3", "Noise")]), "council ASB log")
    held = rows_of(store).set_index("reference")["subcategory"]
    assert sorted(held.index) == ["A1", "A2", "A3"]
    assert held["A2"] == "Graffiti"
    with store.reading() as connection:
        old = connection.scalar(text("select subcategory from incident_history where reference = 'A2'"))
    assert old == "Noise"


def test_undo_takes_back_the_last_import_and_brings_the_old_rows_again(store, tmp_path):
    take(store, street_file(tmp_path, "2021-01", 5))
    before = rows_of(store)
    take(store, street_file(tmp_path / "new", "2021-01", 9, kind="Burglary"))
    assert len(rows_of(store)) == 9
    stores.undo_last_import(store, who="analyst", at=AT)
    pd.testing.assert_frame_equal(rows_of(store), before)
    stores.undo_last_import(store, who="analyst", at=AT)
    assert stores.totals(store)["incidents"] == 0
    with pytest.raises(NoData, match="no import to undo"):
        stores.undo_last_import(store, who="analyst", at=AT)


def test_a_reading_that_fails_half_way_leaves_the_store_unchanged(store, tmp_path):
    take(store, street_file(tmp_path, "2021-01", 5))
    before, version = rows_of(store), store.data_version

    def breaks():
        yield from read_incidents(street_file(tmp_path / "new", "2021-01", 2), today=date(2026, 1, 1))
        raise StoreError("the second file cannot be read")

    with pytest.raises(StoreError, match="second file"):
        stores.record_import(store, breaks(), who="analyst", at=AT)
    pd.testing.assert_frame_equal(rows_of(store), before)
    assert store.data_version == version


def test_month_only_rows_belong_to_a_window_only_with_their_whole_month(store, tmp_path):
    take(store, street_file(tmp_path, "2021-01", 4))
    assert len(stores.incidents(store, window=Window(date(2021, 1, 1), date(2021, 2, 1)))) == 4
    assert len(stores.incidents(store, window=Window(date(2021, 1, 1), date(2021, 1, 15)))) == 0
    assert len(stores.incidents(store, window=Window(date(2020, 12, 15), date(2021, 2, 15)))) == 4


IMPORTER = """
import sys
from datetime import date, datetime
from pathlib import Path
from hotspots import store as stores
from hotspots.intake import read_incidents
store = stores.open_store(sys.argv[1], at=datetime(2026, 1, 2))
print("go", flush=True)
stores.record_import(store, read_incidents(Path(sys.argv[2]), today=date(2026, 1, 1)), who="x", at=datetime(2026, 1, 2))
print("done", flush=True)
"""


def test_two_imports_at_once_and_a_reader_beside_them(store, place_for_store, tmp_path, project):
    paths = [street_file(tmp_path / month, month, 3000) for month in ("2021-01", "2021-02")]
    command = [sys.executable, "-c", IMPORTER, place_for_store]
    running = [subprocess.Popen([*command, str(p)], cwd=project) for p in paths]
    seen = set()
    deadline = time.monotonic() + 60
    while any(p.poll() is None for p in running) and time.monotonic() < deadline:
        seen.add(stores.totals(store)["incidents"])
        time.sleep(0.01)
    assert [p.wait(timeout=30) for p in running] == [0, 0]
    assert seen <= {0, 3000, 6000}
    assert stores.totals(store)["incidents"] == 6000


def test_a_changed_audit_line_is_found(store, tmp_path):
    take(store, street_file(tmp_path, "2021-01", 2))
    assert stores.check(store)["integrity"] == "ok"
    with store.writing() as connection:
        connection.execute(text("update audit set who = 'somebody else' where id = 1"))
    assert "audit line 1" in stores.check(store)["integrity"]


@on_file
def test_a_backup_is_a_sound_store_of_its_own(store, tmp_path):
    take(store, street_file(tmp_path, "2021-01", 5))
    copy = stores.backup(store, tmp_path / "copies", at=AT)
    opened = stores.open_store(copy, at=AT)
    assert stores.check(opened) == stores.check(store)
    opened.close()


def test_a_newer_store_is_refused(store, place_for_store):
    store.set_meta({"schema_version": "999"})
    with pytest.raises(StoreError, match="newer version"):
        stores.open_store(place_for_store, at=AT)


def test_a_foreign_database_is_refused(tmp_path):
    foreign = tmp_path / "other.sqlite"
    import sqlite3

    with sqlite3.connect(foreign) as connection:
        connection.execute("create table things (a)")
    with pytest.raises(StoreError, match="another program"):
        stores.open_store(foreign, at=AT, create=True)
    (tmp_path / "text.sqlite").write_text("this is no database, only words that fill a page " * 40)
    with pytest.raises(StoreError, match="not a store"):
        stores.open_store(tmp_path / "text.sqlite", at=AT)


@on_file
def test_deleted_addresses_leave_the_file(store, tmp_path):
    take(store, log_file(tmp_path, [("A1", "Noise")]), "council ASB log")
    stores.undo_last_import(store, who="analyst", at=AT)
    store.close()
    data = store.path.read_bytes()
    wal = store.path.with_name(store.path.name + "-wal")
    assert b"Mill Row" not in data
    assert not wal.exists() or b"Mill Row" not in wal.read_bytes()
