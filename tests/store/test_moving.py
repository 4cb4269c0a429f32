"""A store moves between SQLite and PostgreSQL whole, or not at all."""

import json
import subprocess
import sys
from datetime import date, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from hotspots import store as stores
from hotspots.errors import StoreError
from hotspots.register.actions import Action
from hotspots.store import moving, register, register_reads
from tests.postgresql import Server

AT = datetime(2026, 1, 5, 9)
DAY = date(2017, 11, 8)
READ_BACK = """
import json, sys
from datetime import datetime
from hotspots import store as stores
print(json.dumps(stores.check(stores.open_store(sys.argv[1], at=datetime(2026, 1, 5)))))
"""


@pytest.fixture(scope="module")
def moved(sample_file: Path, postgresql: Server) -> tuple[str, dict[str, int]]:
    """The sample's store on the server, by the command line: its address and the rows it told of."""
    where = postgresql.new_place()
    command = [sys.executable, "-m", "hotspots", "migrate", str(sample_file), where, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return where, json.loads(done.stdout)["tables"]


def counted(store: stores.Store) -> dict[str, int]:
    with store.reading() as connection:
        count = {t: connection.scalar(text(f"SELECT count(*) FROM {t}")) for t in moving.tables.metadata.tables}
    return count


def opened(where: str | Path) -> stores.Store:
    return stores.open_store(where, at=AT)


def test_a_move_to_the_server_has_every_row_of_every_table(moved, sample_file):
    where, told = moved
    before, after = counted(opened(sample_file)), counted(opened(where))
    assert told == before
    assert after == before | {"audit": before["audit"] + 1}  # the move itself is on record
    assert before["incident"] > 5_000 and before["intervention"] and before["place"]


def test_the_store_reads_the_same_on_both(moved, sample_file):
    ours, theirs = opened(sample_file), opened(moved[0])
    assert stores.incidents(ours).equals(stores.incidents(theirs))
    assert stores.check(ours) == stores.check(theirs)  # the chain of the audit trail too
    for read in (register_reads.actions, register_reads.interventions):
        assert read(ours).astype(str).equals(read(theirs).astype(str))
    by = ["district", "category"]
    assert (
        stores.month_counts(ours, by=by)
        .groupby(by)["n"]
        .sum()
        .equals(stores.month_counts(theirs, by=by).groupby(by)["n"].sum())
    )


def test_new_rows_after_a_move_go_on_counting(moved):
    store = opened(moved[0])
    place = register_reads.places(store).iloc[0]
    task = Action(place.id, "Mend the door", "Saltreach Homes", "Repairs manager", DAY, DAY)
    kept = register.add(store, task, who="Asha", at=AT)
    assert kept.id == max(register_reads.actions(store)["id"])
    assert stores.check(store)["integrity"] == "ok"


def test_a_back_up_of_the_server_opens_by_itself_and_goes_back_on_a_server(moved, postgresql, tmp_path):
    store = opened(moved[0])
    copy = stores.backup(store, tmp_path, at=AT)
    assert copy.stat().st_mode & 0o077 == 0
    assert stores.check(opened(copy)) == stores.check(store)
    restored = postgresql.new_place()
    stores.copy_store(opened(copy), restored, who="Asha", at=AT)
    assert stores.check(opened(restored)) == stores.check(store)


def test_the_servers_own_dump_restores_too(moved, postgresql, tmp_path):
    """As docs/postgresql.md tells it: pg_dump of one schema, psql into an emptied one."""
    where = moved[0]
    schema, dump = where.rsplit("%3D", 1)[1], tmp_path / "hub.sql"
    dumped = subprocess.run(
        [postgresql.programs / "pg_dump", f"--schema={schema}", f"--file={dump}", postgresql.url()],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert dumped.returncode == 0, dumped.stderr
    before = stores.check(opened(where))
    postgresql.sql(f"ALTER SCHEMA {schema} RENAME TO {schema}_before")
    postgresql.file(dump)
    assert stores.check(opened(where)) == before


def test_several_processes_serve_one_database(moved):
    running = [
        subprocess.Popen([sys.executable, "-c", READ_BACK, moved[0]], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = {process.communicate(timeout=120)[0] for process in running}
    assert len(said) == 1 and json.loads(said.pop()) == stores.check(opened(moved[0]))


def test_a_target_that_holds_anything_is_refused_and_left_alone(moved, sample_file, tmp_path):
    with pytest.raises(StoreError, match="holds tables already"):
        stores.copy_store(opened(sample_file), moved[0], who="Asha", at=AT)
    taken = tmp_path / "taken.sqlite"
    stores.open_store(taken, at=AT, create=True).close()
    with pytest.raises(StoreError, match="holds tables already"):
        stores.copy_store(opened(sample_file), taken, who="Asha", at=AT)
    assert stores.totals(opened(taken))["incidents"] == 0


def never_twice_the_same():
    """A digest that finds every table different from what was sent."""
    told = count()
    return lambda chunks: (sum(map(len, chunks)), next(told))


def test_a_table_that_does_not_arrive_whole_leaves_nothing_behind(sample_file, postgresql, monkeypatch):
    where = postgresql.new_place()
    monkeypatch.setattr(moving, "_digest", never_twice_the_same())
    with pytest.raises(StoreError, match="did not arrive whole"):
        stores.copy_store(opened(sample_file), where, who="Asha", at=AT)
    with pytest.raises(StoreError, match="holds no incidents yet"):
        opened(where)


def test_a_file_that_could_not_be_filled_is_not_left(sample_file, tmp_path, monkeypatch):
    monkeypatch.setattr(moving, "_digest", never_twice_the_same())
    with pytest.raises(StoreError, match="did not arrive whole"):
        stores.copy_store(opened(sample_file), tmp_path / "new.sqlite", who="Asha", at=AT)
    assert list(tmp_path.iterdir()) == []
