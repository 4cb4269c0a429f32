"""The ledger in the store: ids never reused, sets never rewritten, names kept, older stores upgraded."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point
from sqlalchemy import inspect, select, text

from hotspots.analysis.identity import match_hotspots
from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.store import ledger, open_store, tables
from hotspots.store.ledger import HotspotSet
from hotspots.store.upkeep import check

NOW = datetime(2018, 9, 12, 10, 0)
ME = {"who": "Asha, hub member", "at": NOW}
AUGUST = Window(date(2017, 9, 1), date(2018, 9, 1))
SEPTEMBER = Window(date(2017, 10, 1), date(2018, 10, 1))


@pytest.fixture
def store(place_for_store):
    opened = open_store(place_for_store, at=NOW, create=True)
    yield opened
    opened.close()


def run(**places: tuple[float, int]) -> gpd.GeoDataFrame:
    """Hotspots by name: easting of a disc of 40 m, and number of incidents; largest first."""
    rows = sorted(places.items(), key=lambda item: -item[1][1])
    shapes = [Point(x, 0).buffer(40) for _, (x, _) in rows]
    members = [frozenset({f"{x:.0f} 0", f"{x + 10:.0f} 0", f"{x + 20:.0f} 0"}) for _, (x, _) in rows]
    data = {"name": [name for name, _ in rows], "n": [n for _, (_, n) in rows], "members": members}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=27700)


def made(areas: gpd.GeoDataFrame, window: Window = AUGUST, districts: tuple[str, ...] = ("Tidewick",)) -> HotspotSet:
    print_ = repr((window, areas["n"].tolist(), areas["name"].tolist()))
    return HotspotSet(districts, window, 75.0, 36, 300.0, 3, int(areas["n"].sum()), print_)


def keep(store, areas: gpd.GeoDataFrame, window: Window = AUGUST, districts=("Tidewick",)) -> tuple[str, ...]:
    def match(known, used):
        return match_hotspots(known, areas, used_ids=used)

    return ledger.keep_set(store, made(areas, window, districts), areas, match=match, **ME)


def test_a_hotspot_keeps_its_id_and_what_ended_is_written_down(store):
    first = keep(store, run(Quay=(0, 60), Mill=(500, 40)))
    again = keep(store, run(Mill=(500, 70), Lane=(900, 30)), SEPTEMBER)
    assert first == ("H1", "H2") and again == ("H2", "H3")
    told = ledger.entries(store, 2).set_index("hotspot")
    assert told["event"].to_dict() == {"H2": "grew", "H3": "born", "H1": "ended"}
    assert told["rank"].dropna().to_dict() == {"H2": 1, "H3": 2} and pd.isna(told.at["H1", "n"])


def test_an_id_is_never_given_twice_not_even_in_another_district(store):
    keep(store, run(Quay=(0, 60)))
    keep(store, run(Lane=(900, 30)), SEPTEMBER)  # Quay ended
    assert keep(store, run(Harbour=(5000, 30)), districts=("Brineholt",)) == ("H3",)
    assert ledger.used_ids(store) == {"H1", "H2", "H3"}
    assert ledger.known(store, ("Tidewick",)).set_index("id")["active"].to_dict() == {"H1": False, "H2": True}


def test_an_ended_hotspot_takes_its_own_id_up_again(store):
    keep(store, run(Quay=(0, 60), Mill=(500, 40)))
    keep(store, run(Mill=(500, 40)), SEPTEMBER)
    later = Window(date(2017, 11, 1), date(2018, 11, 1))
    assert keep(store, run(Quay=(0, 50), Mill=(500, 40)), later) == ("H1", "H2")
    assert ledger.history(store, "H1")["event"].tolist() == ["born", "ended", "returned"]


def test_the_same_run_is_kept_once_and_an_earlier_window_never_after_a_later_one(store):
    areas = run(Quay=(0, 60))
    assert keep(store, areas, SEPTEMBER) == keep(store, areas, SEPTEMBER)
    assert len(ledger.sets(store)) == 1
    with pytest.raises(BadValue, match="choose the latest months"):
        keep(store, areas, AUGUST)
    assert len(ledger.sets(store)) == 1


def test_a_set_comes_back_as_it_was_kept(store):
    areas = run(Quay=(0, 60), Mill=(500, 40))
    keep(store, areas)
    held = ledger.last_set(store, ["Tidewick"])
    stamped = {"id": 1, "made_at": NOW.isoformat(timespec="seconds"), "made_by": ME["who"]}
    assert held == replace(made(areas), **stamped)
    known = ledger.known(store, ("Tidewick",))
    assert known["members"].tolist() == areas["members"].tolist() and str(known.crs) == "EPSG:27700"
    assert known.geometry.area.to_numpy() == pytest.approx(areas.geometry.area.to_numpy(), rel=1e-4)
    assert ledger.last_set(store, ("Brineholt",)) is None and ledger.last_set(store, ("Tidewick",), before=1) is None


def test_an_empty_set_ends_every_hotspot(store):
    keep(store, run(Quay=(0, 60)))
    none = run(Quay=(0, 60)).iloc[:0]
    assert keep(store, none, SEPTEMBER) == ()
    assert ledger.entries(store, 2)["event"].tolist() == ["ended"]


def test_sets_say_from_when_to_when_they_stood(store):
    keep(store, run(Quay=(0, 60)))
    keep(store, run(Quay=(0, 61)), SEPTEMBER)
    keep(store, run(Harbour=(5000, 30)), districts=("Brineholt",))
    told = ledger.sets(store)
    assert told["kept_to"].isna().tolist() == [False, True, True]
    assert told["end"].dt.date.tolist() == [date(2018, 9, 1), date(2018, 10, 1), date(2018, 9, 1)]


def test_a_new_name_holds_in_every_set_and_is_audited(store):
    keep(store, run(Quay=(0, 60)))
    before = store.data_version
    ledger.rename(store, "H1", "  The   old quay ", **ME)
    keep(store, run(Quay=(0, 61)), SEPTEMBER)
    told = ledger.history(store, "H1")
    assert told["name"].tolist() == ["The old quay"] * 2 and told["found_as"].tolist() == ["Quay"] * 2
    assert ledger.given_names(store) == {"H1": "The old quay"}
    assert store.data_version != before
    with store.reading() as connection:
        actions = connection.scalars(select(tables.audit.c.action)).all()
    assert actions == ["keep hotspots", "rename hotspot", "keep hotspots"] and check(store)["integrity"] == "ok"


@pytest.mark.parametrize(("hotspot", "name"), [("H1", " "), ("H1", "x" * 81), ("H9", "The old quay")])
def test_names_that_cannot_be_given_are_refused(store, hotspot, name):
    keep(store, run(Quay=(0, 60)))
    with pytest.raises(BadValue):
        ledger.rename(store, hotspot, name, **ME)


def test_two_people_at_once_give_no_id_twice(store):
    ways = [run(**{f"Street {i}": (i * 1000.0, 40 + i)}) for i in range(6)]
    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(lambda i: keep(store, ways[i], districts=(f"District {i}",)), range(6)))
    assert len({hotspot for ids in given for hotspot in ids}) == 6


def test_a_store_without_a_ledger_gets_one_and_keeps_its_rows(tmp_path):
    path = tmp_path / "old.sqlite"
    old = open_store(path, at=NOW, create=True)
    old.set_meta({"kept": "yes", "schema_version": "3"})
    with old.writing() as connection:
        for table in reversed(tables.LEDGER):
            connection.execute(text(f"DROP TABLE {table.name}"))
    old.close()
    new = open_store(path, at=NOW)
    with new.reading() as connection:
        held = set(inspect(connection).get_table_names())
    assert {table.name for table in tables.LEDGER} <= held
    assert new.meta("kept") == "yes" and new.meta("schema_version") == str(tables.SCHEMA_VERSION)
    assert keep(new, run(Quay=(0, 60))) == ("H1",)
    new.close()
