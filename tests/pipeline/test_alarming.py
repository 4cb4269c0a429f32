"""What's new on the sample: the planted rises ring, the rest stays silent, and the luck is added up."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from hotspots.periods import last_months
from hotspots.pipeline import default_query, hub_view
from hotspots.pipeline.alarming import RETURNED, alarms_for
from hotspots.pipeline.watching import PER_YEAR, watch_for
from hotspots.settings import Settings
from hotspots.views import alarm_words
from tests.pipeline import small_town as town

TODAY = date(2018, 9, 5)
TANNERS, GARAGES, MILL = "Tanners Court (fictional)", "Riverside garages (fictional)", "Mill Lane car park (fictional)"


@pytest.fixture(scope="module")
def watch(sample_store):
    return watch_for(sample_store, default_query(sample_store, Settings(), today=TODAY))


@pytest.fixture(scope="module")
def hub(sample_store):
    return hub_view(sample_store, default_query(sample_store, Settings(), today=TODAY))


@pytest.fixture(scope="module")
def view(sample_store, hub, watch):
    return alarms_for(sample_store, hub, watched=watch)


def test_the_planted_rises_ring_and_nothing_else(view):
    assert set(view.table["place"]) == {TANNERS, GARAGES, MILL}


def test_each_alarm_has_its_number_beside_what_is_usual(view):
    monthly = view.table[view.table["rule"] == "above its usual range"].set_index("place")
    assert monthly.loc[TANNERS, ["observed", "usual_low", "usual_high"]].tolist() == [17, 0, 11]
    assert (view.table["observed"] > view.table["usual_high"]).all()
    assert "17 reports in August 2018" in monthly.at[TANNERS, "tripped"]


def test_a_rise_at_several_properties_is_marked_as_one(view):
    several = view.table.groupby("place")["several_properties"].any()
    assert several[TANNERS] and several[GARAGES]


def test_the_place_that_came_back_is_told_by_the_watch(sample_store, hub, view):
    row = view.table[view.table["rule"] == RETURNED].iloc[0]
    assert row["place"] == MILL and row["since"].date() == date(2018, 8, 1) and row["kind"] == "place"
    without = alarms_for(sample_store, hub)
    assert RETURNED not in set(without.table["rule"]) and without.expected["returned"] == 0


def test_an_earlier_month_does_not_know_what_came_back_later(sample_store, watch):
    june = replace(default_query(sample_store, Settings(), today=TODAY), window=last_months(date(2017, 7, 1), 12))
    then = alarms_for(sample_store, hub_view(sample_store, june), watched=watch)
    assert set(then.table["place"]) == {"Park View (fictional)"} and len(then.watched) == 17
    assert then.false_alarms_per_year == pytest.approx(3.9, abs=0.05)  # as docs/alarms.md has it


def test_luck_of_the_whole_screen_is_the_sum_of_every_rule_at_every_area(view, watch):
    months = sum(12 * chart["chance_above"].iloc[-1] for chart in view.charts.values())
    weeks = sum(chart["false_alarms_per_year"].iloc[-1] for chart in view.weeks.values() if chart["h"].notna().any())
    places = watch.watched[watch.watched["kind"] == "place"]
    back = sum(PER_YEAR[r.counted_by] / r.run_length for r in places.itertuples())
    assert view.expected["range"] == pytest.approx(months)
    assert view.expected["weeks"] == pytest.approx(weeks)
    assert view.expected["returned"] == pytest.approx(back)
    assert view.false_alarms_per_year == pytest.approx(months + weeks + back + 0.05 * 12)


def test_an_adopted_place_is_not_watched_a_second_time_as_a_hotspot(view):
    assert view.watched["key"].is_unique
    assert view.watched["place"].is_unique
    assert set(view.watched["kind"]) == {"place", "hotspot"}


def test_the_nearest_is_the_quiet_area_with_the_least_room(view):
    quiet = view.watched[~view.watched["place"].isin([TANNERS, GARAGES, MILL])]
    assert view.nearest["room"] == quiet["room"].min()


def test_where_nothing_rings_the_table_is_empty_and_the_nearest_is_named(sample_store, hub):
    query = replace(hub.query, districts=("Brineholt",))
    view = alarms_for(sample_store, hub_view(sample_store, query))
    assert view.table.empty and view.nearest is not None
    assert 0 < view.false_alarms_per_year < 3


@pytest.fixture(scope="module")
def grids(tmp_path_factory):
    """Ground that nobody watches rises in the last quarter: with its last year held, and with two months of it not."""
    made = {}
    risen = [
        town.at((town.CENTRE[0] + 60 * (i % 6), town.CENTRE[1] + 60 * (i // 6)), town.DAYS[i % 3 - 90 :: 6])
        for i in range(12)
    ]
    spread = [
        town.at((town.CENTRE[0] - 3000 + 600 * (i % 8), town.CENTRE[1] - 3000 + 600 * (i // 8)), town.DAYS[i::40])
        for i in range(64)
    ]
    for name, first in (("whole", "2016-01-01"), ("partly", "2017-12-01")):
        reports = pd.concat([*risen, *spread, town.background()])
        store = town.store_of(tmp_path_factory.mktemp(name), reports[reports["when"] >= first])
        query = default_query(store, Settings(incidents_a_month=400), today=town.NOW.date())
        made[name] = alarms_for(store, hub_view(store, query))
        store.close()
    return made


def test_months_of_last_year_that_were_never_imported_are_missing_not_zero(grids):
    whole, partly = grids["whole"], grids["partly"]
    assert (whole.table["kind"] == "hexagon").any() and not whole.not_held
    assert partly.not_held == {"log": (date(2017, 10, 1), date(2017, 11, 1))}
    assert not (partly.table["kind"] == "hexagon").any() and partly.expected["hexagons"] == 0
    assert "no last year to compare" in alarm_words.grid(partly)
    assert "log: Oct 2017 and Nov 2017 not held whole" in alarm_words.grid(partly)


def test_areas_that_cannot_be_judged_are_not_among_those_found_usual():
    near = pd.Series(
        {"place": "A", "latest": 10, "period": pd.Timestamp("2018-12-01"), "usual_low": 0, "usual_high": 10}
    )
    assert alarm_words.nearest(near, 44, 29).startswith("29 areas checked, 15 more have too few earlier months")
    assert alarm_words.nearest(near, 44, 44).startswith("44 areas checked. The nearest is A")


def test_large_numbers_have_their_thousands_apart():
    assert alarm_words.usual_words(470, 1265) == "470 to 1,265" and alarm_words.luck(1 / 2000) == "once in 2,000 years"


def test_the_title_counts_watched_areas_of_watched_areas_and_new_spots_apart(grids):
    view = grids["whole"]
    spots = view.table.loc[view.table["kind"] == "hexagon", "key"].nunique()
    assert view.ringing <= len(view.watched) and view.ringing + spots == view.table["key"].nunique()
    assert alarm_words.title(3, 44, 0, list("abc")) == "3 of 44 watched areas ring an alarm"
    assert alarm_words.title(0, 44, 69, list("abc")) == "69 spots that nobody watches ring an alarm"
