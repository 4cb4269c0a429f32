"""Keeping hotspot sets: what a look leaves alone, what a keeping writes, what history says afterwards."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.pipeline import Query, default_query, hub_view
from hotspots.pipeline import ledger as kept
from hotspots.settings import Settings
from hotspots.store import ledger
from hotspots.views.alarm_words import standing
from tests.pipeline import small_town as town

ME = {"who": "Asha, hub member", "at": town.NOW}
QUAY, MILL, LANE = (540_000, 420_000), (541_000, 420_000), (542_000, 420_000)
SEPTEMBER = Query(Window(date(2018, 3, 1), date(2018, 9, 1)), ("Saltmere",))
LATEST = Query(Window(date(2018, 7, 1), date(2019, 1, 1)), ("Saltmere",))


@pytest.fixture
def store(tmp_path):
    """Quay goes on, Mill stops in May 2018, Lane begins in July 2018 and becomes the busiest."""
    days = town.DAYS[town.DAYS >= "2018-01-01"]
    reports = [
        town.at(QUAY, days[::4]),
        town.at(MILL, days[days < "2018-06-01"][::3]),
        town.at(LANE, days[days >= "2018-07-01"][::2]),
    ]
    opened = town.store_of(tmp_path, pd.concat(reports))
    yield opened
    opened.close()


def test_looking_writes_nothing_and_foretells_what_keeping_does(store):
    kept.remember_run(store, hub_view(store, SEPTEMBER), **ME)
    later = hub_view(store, LATEST)
    foretold = kept.what_became(store, later)
    assert len(ledger.sets(store)) == 1 and not foretold["kept"].any()
    given = kept.remember_run(store, later, **ME)
    written = kept.what_became(store, later)
    assert written["kept"].all()
    pd.testing.assert_frame_equal(foretold.drop(columns="kept"), written.drop(columns="kept"), check_dtype=False)
    assert list(given.values()) == written["hotspot"].dropna().tolist()[: len(given)]


def test_ids_follow_the_ground_and_ranks_say_who_moved(store):
    first = kept.remember_run(store, hub_view(store, SEPTEMBER), **ME)
    second = kept.remember_run(store, hub_view(store, LATEST), **ME)
    same = set(first) & set(second)
    assert same and all(first[found] == second[found] for found in same)
    told = kept.what_became(store, hub_view(store, LATEST)).set_index("hotspot")
    lane, quay = second["E542000N420000"], second["E540000N420000"]
    assert told.at[lane, "rank"] == 1
    assert told.loc[first["E541000N420000"], "event"] == "ended"
    before = ledger.entries(store, 1).set_index("hotspot")["rank"]
    assert told.at[quay, "change"] == before[quay] - told.at[quay, "rank"]


def test_the_same_run_is_kept_once(store):
    view = hub_view(store, LATEST)
    assert kept.remember_run(store, view, **ME) == kept.remember_run(store, view, **ME)
    assert len(ledger.sets(store)) == 1


def test_a_new_ledger_can_begin_with_the_months_before(store):
    heard = []
    count = kept.remember_months(
        store, LATEST, months=4, progress=lambda share, words: heard.append((share, words)), **ME
    )
    assert count == 4 and [share for share, _ in heard] == [0.0, 0.25, 0.5, 0.75]
    kept.remember_run(store, hub_view(store, LATEST), **ME)
    ends = ledger.sets(store)["end"].dt.date.tolist()
    assert ends == [date(2018, 9, 1), date(2018, 10, 1), date(2018, 11, 1), date(2018, 12, 1), date(2019, 1, 1)]
    events = {h: kept.history_of(store, h)["event"].tolist() for h in ledger.used_ids(store)}
    assert sum(told[0] == "born" for told in events.values()) == len(events)
    assert any(told[-1] == "ended" for told in events.values())
    assert kept.remember_months(store, LATEST, months=4, **ME) == 0, "the past is not kept a second time"


def test_a_name_given_by_the_hub_stays(store):
    given = kept.remember_run(store, hub_view(store, SEPTEMBER), **ME)
    kept.rename(store, given["E540000N420000"], "The old quay", **ME)
    later = hub_view(store, LATEST)
    assert "The old quay" in kept.what_became(store, later)["name"].tolist(), "also before the set is kept"
    kept.remember_run(store, later, **ME)
    told = kept.history_of(store, given["E540000N420000"])
    assert told["name"].tolist() == ["The old quay"] * 2
    assert told["change"].isna().tolist() == [True, False]


@pytest.mark.parametrize("narrowed", [{"categories": ("ASB",)}, {"sources": ("log",)}])
def test_a_filtered_view_never_enters_the_history(store, narrowed):
    view = replace(hub_view(store, LATEST), query=replace(LATEST, **narrowed))
    with pytest.raises(BadValue, match="take the filters off"):
        kept.remember_run(store, view, **ME)
    assert ledger.sets(store).empty


def test_without_a_set_there_is_nothing_to_compare(store):
    assert kept.what_became(store, hub_view(store, LATEST)).empty


def test_what_came_in_is_kept_once_and_the_hub_shows_lasting_ids_names_and_ranks(store):
    settings, today = Settings(window_months=6), date(2019, 1, 5)
    assert kept.keep_latest(store, settings, today=today, past=4, **ME) == ("Saltmere",)
    assert kept.keep_latest(store, settings, today=today, **ME) == ("Saltmere",)
    assert len(ledger.sets(store)) == 5, "the same run again writes nothing"
    view = hub_view(store, default_query(store, settings, today=today))
    told = kept.lasting(store, view)
    assert told["hotspot"].str.fullmatch(r"H\d+").all() and told["id"].tolist() == view.table["id"].tolist()
    kept.rename(store, told["hotspot"].iloc[0], "The lane by the weir", **ME)
    table = kept.with_lasting(view.table, kept.lasting(store, view))
    assert table["name"].iloc[0] == "The lane by the weir" and table["hotspot"].tolist() == told["hotspot"].tolist()
    changes = told.set_index("id")["change"]
    assert table.set_index("id").loc[changes.index[changes == 0], "moved"].eq("–").all()


def test_a_trial_gives_no_ids_to_what_no_set_knows(store):
    before_the_lane = replace(SEPTEMBER, window=Window(date(2018, 1, 1), date(2018, 7, 1)))
    kept.remember_run(store, hub_view(store, before_the_lane), **ME)
    told = kept.lasting(store, hub_view(store, LATEST)).set_index("id")["hotspot"]
    assert told["E542000N420000"] == "" and told["E540000N420000"].startswith("H")
    assert ledger.used_ids(store) == set(ledger.entries(store, 1)["hotspot"])


def test_where_nothing_was_kept_the_hub_keeps_the_names_as_found(store):
    view = hub_view(store, LATEST)
    table = kept.with_lasting(view.table, kept.lasting(store, view))
    assert table["name"].tolist() == view.table["name"].tolist() and set(table["hotspot"]) == {""}


def test_older_months_coming_in_continue_no_history(store):
    kept.keep_latest(store, Settings(window_months=6), today=date(2019, 1, 5), **ME)
    assert kept.keep_latest(store, Settings(window_months=6), today=date(2018, 10, 5), **ME) == ()
    assert len(ledger.sets(store)) == 1


def test_every_district_once_kept_is_kept_again(store):
    everywhere = replace(LATEST, districts=())
    kept.remember_run(store, hub_view(store, everywhere), **ME)
    assert kept.keep_latest(store, Settings(window_months=6), today=date(2019, 1, 5), **ME) == ("Saltmere", "")


def test_the_first_set_of_a_district_tells_of_no_event_and_keeps_last_months_ranks(store):
    view = hub_view(store, LATEST)
    kept.remember_run(store, view, **ME)
    table = kept.with_lasting(view.table, kept.lasting(store, view))
    assert set(table["event"]) == {""} and table["moved"].tolist() == view.table["moved"].tolist()
    assert table["hotspot"].str.startswith("H").all()


def test_what_the_set_before_did_not_have_is_new_whatever_its_rank_a_month_ago(store):
    kept.remember_run(store, hub_view(store, SEPTEMBER), **ME)
    view = hub_view(store, replace(LATEST, window=Window(date(2018, 6, 1), date(2018, 12, 1))))
    told = kept.lasting(store, view)
    table = kept.with_lasting(view.table, told).set_index("id")
    unknown = told.loc[told["change"].isna() & (told["event"] != "returned"), "id"]
    assert (table.loc[unknown, "moved"] == "new").all() and (table["event"] != "").all()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"moved": "up 4"}, "rank 21, up 4 on a month ago"),
        ({"moved": ""}, "rank 21"),
        ({"moved": "up 2", "event": "kept", "hotspot": "H7"}, "rank 21, up 2 since the set before · id H7"),
        ({"moved": "new", "event": "born", "hotspot": "H9"}, "rank 21, new among them · id H9"),
        ({"moved": "–", "event": "split", "hotspot": "H9", "from_ids": ("H4",)},
         "rank 21, unmoved since the set before · split, from H4 · id H9"),
    ],
)  # fmt: skip
def test_a_card_says_what_its_rank_is_held_against_and_calls_an_id_an_id(row, words):
    assert standing(pd.Series({"rank": 21, "event": "", "hotspot": "", "from_ids": (), **row})) == words
