"""What only a server does: its lock, its bulk load, its own ideas of text and order."""

import threading
from datetime import date, datetime

import pandas as pd
import pytest
from sqlalchemy import text

from hotspots import store as stores
from hotspots.errors import StoreError
from hotspots.intake import read_incidents
from hotspots.store import server as servers
from hotspots.store import trail
from tests.postgresql import Server

AT = datetime(2026, 1, 2, 3, 4, 5)
LOG = "Reference,Date,Time,Type,Address,Easting,Northing\n"


@pytest.fixture
def where(postgresql: Server) -> str:
    return postgresql.new_place()


@pytest.fixture
def store(where):
    opened = stores.open_store(where, at=AT, create=True)
    yield opened
    opened.close()


def take(store, folder, *lines, name="log.csv"):
    path = folder / name
    path.write_text(LOG + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    readings = read_incidents(path, source="council", today=date(2026, 1, 1))
    return stores.record_import(store, readings, who="analyst", at=AT)


def test_one_reference_twice_in_a_file_and_in_two_files_of_one_import_is_stored_once(store, tmp_path):
    paths = []
    for name, words in (("a.csv", ("Noise", "Noise")), ("b.csv", ("Litter",))):
        path = tmp_path / name
        path.write_text(LOG + "".join(f"R1,03/02/2021,21:15,{w},1 High Street,600000,200000\n" for w in words))
        paths.append(path)
    readings = (r for p in paths for r in read_incidents(p, source="council", today=date(2026, 1, 1)))
    stores.record_import(store, readings, who="analyst", at=AT)
    held = stores.incidents(store)
    assert len(held) == 1 and "Litter" in held[["category", "subcategory"]].to_numpy()


def test_hostile_text_comes_back_as_it_was_or_is_refused_in_words(store, tmp_path):
    odd = ["Tab\\tand \\N", "O'Brien; DROP TABLE incident; --", "emoji \U0001f6b2", "x" * 20_000]
    lines = [f'R{i},03/02/2021,21:15,Noise,"{word}",600000,200000' for i, word in enumerate(odd)]
    report = take(store, tmp_path, *lines, "R9,03/02/2021,21:15,Noise,nul\x00byte,600000,200000")
    assert report.totals["read"] == report.totals["accepted"] + report.totals["quarantined"]
    held = set(stores.incidents(store)["place_text"])
    assert {w for w in odd if len(w) < 1000} <= held
    assert not [w for w in held if isinstance(w, str) and "\x00" in w]


def test_a_reader_sees_one_state_while_an_import_lands(store, tmp_path):
    take(store, tmp_path, "R1,03/02/2021,21:15,Noise,1 High Street,600000,200000")
    with store.reading() as connection:
        before = connection.scalar(text("SELECT count(*) FROM incident"))
        take(store, tmp_path, "R2,03/02/2021,21:15,Noise,1 High Street,600000,200000", name="b.csv")
        assert connection.scalar(text("SELECT count(*) FROM incident")) == before == 1
    assert stores.totals(store)["incidents"] == 2


def test_a_connection_for_reading_cannot_write(store):
    with store.reading() as connection, pytest.raises(Exception, match="read-only"):
        connection.execute(text("DELETE FROM incident"))


def test_writers_queue_and_one_that_waits_too_long_is_told_so(store, monkeypatch):
    monkeypatch.setattr(servers, "WAIT_SECONDS", 1)
    said = []

    def second() -> None:
        try:
            store.set_meta({"turn": "second"})
        except StoreError as error:
            said.append(str(error))

    with store.writing():
        other = threading.Thread(target=second)
        other.start()
        other.join(30)
    assert len(said) == 1 and "Try again when its import is done" in said[0]
    store.set_meta({"turn": "third"})
    assert store.meta("turn") == "third"


def test_two_processes_that_make_the_store_at_once_make_one(where):
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(stores.open_store(where, at=AT, create=True))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({s.data_version for s in made}) == 1 and len(made) == 4
    for opened in made:
        opened.close()


def test_a_server_that_is_not_there_is_named_without_its_password():
    with pytest.raises(StoreError, match="Check that the server runs") as told:
        stores.open_store("postgresql://hub:secret@127.0.0.1:1/hub", at=AT)
    assert "secret" not in str(told.value)


def test_a_restart_of_the_server_is_not_seen_by_the_next_read(store, postgresql):
    stores.totals(store)
    postgresql.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert stores.totals(store)["incidents"] == 0


def test_another_programs_database_is_left_alone(where):
    engine = servers.connect(where)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE things (a int)"))
    engine.dispose()
    with pytest.raises(StoreError, match="another program"):
        stores.open_store(where, at=AT, create=True)


def test_the_audit_trail_is_found_by_the_beginning_of_an_action(store, tmp_path):
    take(store, tmp_path, "R1,03/02/2021,21:15,Noise,1 High Street,600000,200000")
    found = trail.trail(store, action="import")
    assert list(found["action"]) == ["import"] and isinstance(found["at"].iloc[0], pd.Timestamp)
