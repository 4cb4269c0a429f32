"""What is past its time goes, byte for byte; counts stay; the audit chain holds."""

from datetime import date, datetime

import pandas as pd
import pytest
from shapely.geometry import box

from hotspots import store as stores
from hotspots.intake.readers import read_incidents
from hotspots.register.actions import Action
from hotspots.register.places import Place
from hotspots.settings import Settings
from hotspots.store import open_store, record_import, register
from hotspots.store.retention import Limits, due, purge
from hotspots.store.trail import noted, trail

NOW = datetime(2024, 6, 15, 9)
LIMITS = Limits.of(Settings(), NOW.date())
HEADER = "Reference,Date,Time,Type,Address,Flat,Easting,Northing,District,Ward\n"


@pytest.fixture
def store(tmp_path):
    file = tmp_path / "log.csv"
    rows = [
        f"REF-{year}-{i},{day:02d}/03/{year},22:1{i},Noise,CANARY-{year} House,Flat {i},530000,180000,Mere,Quay"
        for year in (2018, 2023)
        for i, day in enumerate((3, 9, 20))
    ]
    file.write_text(HEADER + "\n".join(rows) + "\nREF-bad,99/99/2018,,Noise,CANARY-BAD,,,,Mere,Quay\n")
    opened = open_store(tmp_path / "hub.sqlite", at=NOW, create=True)
    record_import(opened, read_incidents(file, source="log", today=NOW.date()), who="x", at=datetime(2018, 4, 1))
    return opened


def test_old_reports_keep_their_count_and_lose_what_points_at_a_home(store):
    before = stores.month_counts(store, by=["district", "ward", "category"])
    done = purge(store, LIMITS, who="the steward", at=NOW)
    assert done["detail of reports"] == 3
    pd.testing.assert_frame_equal(stores.month_counts(store, by=["district", "ward", "category"]), before)
    held = stores.incidents(store)
    old = held[held["occurred_from"] < "2020"]
    assert old["x"].isna().all() and old["address_key"].isna().all() and old["unit"].isna().all()
    assert set(old["occurred_from"]) == {pd.Timestamp(2018, 3, 1)} and set(old["time_precision"]) == {"month"}
    assert held[held["occurred_from"] > "2020"]["x"].notna().all()
    assert stores.check(store)["integrity"] == "ok"


def test_nothing_of_it_can_be_read_in_the_file_any_more(store):
    purge(store, LIMITS, who="x", at=NOW)
    files = [store.path, store.path.with_name(store.path.name + "-wal")]
    content = b"".join(f.read_bytes() for f in files if f.exists())
    assert b"CANARY-2023" in content or b"canary-2023" in content.lower()
    assert b"canary-2018" not in content.lower() and b"canary-bad" not in content.lower()
    assert b"REF-2018" not in content


def test_a_second_purge_finds_nothing(store):
    purge(store, LIMITS, who="x", at=NOW)
    assert due(store, LIMITS)["due"].sum() == 0


def test_closed_actions_go_and_open_ones_stay(store):
    place = register.add(store, Place("Quay", "block", box(0, 0, 9, 9), date(2016, 1, 1)), who="x", at=NOW)
    for closed in (date(2017, 1, 5), date(2023, 1, 5), None):
        action = Action(place.id, "Fit a lock", "Council", "Warden", date(2017, 1, 9), raised=date(2017, 1, 1),
                        status="done" if closed else "open", closed=closed,
                        outcome="Fitted" if closed else "")  # fmt: skip
        register.add(store, action, who="x", at=NOW)
    assert purge(store, LIMITS, who="x", at=NOW)["closed actions"] == 1
    assert len(stores.register_reads.listed(store, Action)) == 2


def test_old_audit_lines_go_and_the_chain_still_shows_an_edit(store):
    noted(store, who="old", at=datetime(2017, 1, 1), action="export", subject="a")
    noted(store, who="new", at=NOW, action="export", subject="b")
    purge(store, LIMITS, who="the steward", at=NOW)
    assert "old" not in set(trail(store)["who"])
    assert stores.check(store)["integrity"] == "ok"
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE audit SET who = 'somebody else' WHERE who = 'new'")
    assert "was changed after it was written" in stores.check(store)["integrity"]
