"""Rows kept aside go out, are mended and come in again; nothing waits twice, nothing is lost by an undo."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from hotspots import store as stores
from hotspots.intake.exports import safe_frame
from hotspots.intake.mending import MARK, REASON, to_mend
from hotspots.intake.readers import read_incidents
from hotspots.store import tables
from tests.store.test_imports import HEADER

AT = datetime(2026, 1, 2, 3, 4, 5)
LOG = "Reference,Date,Time,Type,Address,Easting,Northing\n"


@pytest.fixture
def store(place_for_store):
    opened = stores.open_store(place_for_store, at=AT, create=True)
    yield opened
    opened.close()


def take(store, path: Path, source: str | None = "council") -> dict[str, int]:
    totals = stores.record_import(
        store, read_incidents(path, source=source, today=date(2026, 1, 1)), who="analyst", at=AT
    ).totals
    assert totals["read"] == totals["accepted"] + totals["quarantined"] + totals["duplicates"]
    return totals


def log(folder: Path, rows: list[tuple[str, str]], name: str = "log.csv") -> Path:
    """A log of (reference, date)."""
    path = folder / name
    lines = [f'{ref},{day},10:15,Noise,"1 Mill Row, =Saltford",600000,440000\n' for ref, day in rows]
    path.write_text(LOG + "".join(lines), encoding="utf-8")
    return path


def waiting(store) -> list[str]:
    return stores.quarantine(store)["row"].tolist()


def mended(store, folder: Path, change) -> Path:
    """The download, changed as an analyst changes it in Excel, saved under a name of her own."""
    path = folder / "mended by Asha.csv"
    table = safe_frame(to_mend(stores.quarantine(store))).astype(str)
    change(table)
    table.to_csv(path, index=False, encoding="utf-8-sig")
    return path


def test_a_download_holds_the_original_cells_after_number_and_reason(store, tmp_path):
    take(store, log(tmp_path, [("A1", "01/03/2021"), ("A2", "32/03/2021")]))
    table = to_mend(stores.quarantine(store))
    assert list(table.columns) == [MARK, REASON, *LOG.strip().split(",")]
    assert table[["Reference", "Date", "Address"]].to_numpy().tolist() == [
        ["A2", "32/03/2021", "1 Mill Row, =Saltford"]
    ]
    assert table[REASON].iloc[0].startswith("Date: ")


def test_mended_rows_no_longer_wait_and_undo_brings_them_back(store, tmp_path):
    take(store, log(tmp_path, [("A1", "01/03/2021"), ("", "32/03/2021"), ("", "31/02/2021")]))
    before, held = waiting(store), stores.incidents(store)
    assert len(before) == 2

    def only_one(table: pd.DataFrame) -> None:
        table.loc[0, "Date"] = "31/03/2021"

    totals = take(store, mended(store, tmp_path, only_one))
    assert (totals["read"], totals["accepted"], totals["quarantined"]) == (2, 1, 1)
    assert len(waiting(store)) == 1 and "31/02/2021" in waiting(store)[0], "the row still wrong waits once, not twice"
    assert stores.totals(store)["quarantined"] == 1 and len(stores.incidents(store)) == 2
    stores.undo_last_import(store, who="analyst", at=AT)
    assert waiting(store) == before
    pd.testing.assert_frame_equal(stores.incidents(store), held)


def test_a_mended_original_closes_the_rows_whose_references_are_accepted(store, tmp_path):
    take(store, log(tmp_path, [("A1", "01/03/2021"), ("A2", "32/03/2021"), ("A3", "33/03/2021")]))
    take(store, log(tmp_path, [("A1", "01/03/2021"), ("A2", "30/03/2021"), ("A3", "34/03/2021")], "again.csv"))
    assert len(waiting(store)) == 2, "A3 was wrong in both files: each has its own row"
    take(store, log(tmp_path, [("A3", "30/03/2021")], "last.csv"), "another log")
    assert len(waiting(store)) == 2, "another source's references say nothing"
    take(store, log(tmp_path, [("A3", "30/03/2021")], "last.csv"))
    assert waiting(store) == []
    stores.undo_last_import(store, who="analyst", at=AT)
    assert len(waiting(store)) == 2


def test_a_mended_police_uk_row_joins_its_month_and_replaces_none_of_it(store, tmp_path):
    path = tmp_path / "2021-01-farwater-street.csv"
    good = ",2021-01,Farwater,Farwater,0.1406,51.87,On or near Mill Row,E01000001,Tidewick 001A,Drugs,,\n"
    path.write_text(HEADER + good * 4 + good.replace("2021-01,Far", "2021-13,Far", 1))
    take(store, path, None)
    assert len(waiting(store)) == 1

    def month(table: pd.DataFrame) -> None:
        table["Month"] = "2021-01"

    back = mended(store, tmp_path, month)
    for _ in range(2):  # the same mended file again changes nothing
        take(store, back, None)
        assert stores.totals(store)["incidents"] == 5 and waiting(store) == []
    path.write_text(HEADER + good * 5)
    take(store, path, None)
    assert stores.totals(store)["incidents"] == 5, "the force's own mended file takes the place of the whole month"


def test_a_store_from_before_rows_were_closed_keeps_its_quarantine(tmp_path):
    where = tmp_path / "old.sqlite"
    old = stores.open_store(where, at=AT, create=True)
    take(old, log(tmp_path, [("A1", "01/03/2021"), ("A2", "32/03/2021")]))
    with old.writing() as connection:
        connection.exec_driver_sql("DROP INDEX ix_quarantine_closed_by")
        connection.exec_driver_sql("ALTER TABLE quarantine DROP COLUMN closed_by")
    old.set_meta({"schema_version": "10"})
    old.close()
    new = stores.open_store(where, at=AT)
    assert new.meta("schema_version") == str(tables.SCHEMA_VERSION) and len(waiting(new)) == 1
    new.close()


def test_a_hub_cannot_close_what_waits_in_another_hubs_file(store, tmp_path):
    def theirs(name: str, district: str, rows: list[tuple[str, str]]) -> Path:
        path = tmp_path / name
        lines = [f"{ref},{day},10:15,Noise,High Street,600000,440000,{district}\n" for ref, day in rows]
        path.write_text(LOG.replace("\n", ",District\n") + "".join(lines), encoding="utf-8")
        return path

    take(store, theirs("west.csv", "Westmark", [("W1", "01/03/2021"), ("W2", "32/03/2021")]))
    (number,) = stores.quarantine(store)["id"]
    guessed = theirs("guess.csv", "Eastmark", [("E9", "02/03/2021")])
    heading, row = guessed.read_text(encoding="utf-8").splitlines()
    guessed.write_text(f"{MARK},{REASON},{heading}\n{number},guessed,{row}\n", encoding="utf-8")
    take(store.within({"Eastmark"}), guessed)
    assert len(waiting(store)) == 1
    take(store.within({"Westmark"}), mended(store, tmp_path, lambda t: t.__setitem__("Date", "02/03/2021")))
    assert waiting(store) == []
