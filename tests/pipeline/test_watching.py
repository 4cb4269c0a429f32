"""The relapse watch: what came back in the sample rings, what did not stays quiet, within the budget."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from hotspots.pipeline import default_query
from hotspots.pipeline.evidence import evidence_of
from hotspots.pipeline.portfolio import NOT_COMPARED, portfolio_for
from hotspots.pipeline.watching import BUDGET_A_YEAR, watch_for, watch_in
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place
from hotspots.settings import Settings
from hotspots.store import register
from tests.pipeline import small_town as town

TODAY = date(2018, 9, 5)
MILL, PARK = "Mill Lane car park (fictional)", "Park View (fictional)"


@pytest.fixture(scope="module")
def watched(sample_store):
    query = default_query(sample_store, Settings(), today=TODAY)
    return watch_for(sample_store, replace(query, districts=()))


@pytest.fixture(scope="module")
def portfolio(sample_store, watched):
    return portfolio_for(sample_store, today=TODAY, watched=watched).table


def test_the_place_that_came_back_after_its_closure_rings(watched):
    row = watched.watched.set_index("place").loc[MILL]
    assert row["state"] == "returned"
    assert row["since"].date() == date(2018, 8, 1)
    assert row["observed"] > row["usual_high"]


def test_places_that_stayed_quiet_do_not_ring(watched):
    states = watched.watched[watched.watched["kind"] == "place"].set_index("place")["state"]
    assert states.drop(MILL).eq("quiet").all()
    assert PARK in states.index


def test_the_street_the_problem_moved_to_and_the_growing_block_ring(watched):
    rising = watched.alarms["place"].tolist()
    assert "Fullers Row (fictional)" in rising
    assert "Tanners Court (fictional)" in rising


def test_a_watched_place_is_not_watched_twice_as_a_hotspot(watched):
    assert watched.watched["place"].is_unique


def test_an_action_without_an_end_is_waited_for(watched):
    assert watched.waiting == ("Lantern Terrace (fictional)",)


def test_all_watches_together_stay_inside_the_alarm_budget(watched):
    assert 0 < watched.false_alarms_per_year <= BUDGET_A_YEAR
    yearly = (12 / watched.watched["run_length"]).sum()
    assert watched.false_alarms_per_year == pytest.approx(yearly)


def test_the_summary_has_the_keys_of_the_contract(watched):
    found = watched.summary()
    keys = {"place", "since", "rule", "observed", "usual_low", "usual_high"}
    assert all(set(row) == keys for row in found["alarms"])
    assert found["false_alarms_per_year"] == pytest.approx(watched.false_alarms_per_year, abs=1e-3)


def test_every_started_intervention_has_its_line(portfolio):
    assert len(portfolio) == 11
    drive = portfolio[portfolio["verdict"] == NOT_COMPARED]
    assert drive["place"].tolist() == [PARK]
    closure = portfolio[(portfolio["place"] == PARK) & (portfolio["done"] == "Closure order, one flat")].iloc[0]
    assert (closure["verdict"], closure["before"], closure["after"]) == ("fell", 49, 4)
    assert closure["next_assessment"].date() == date(2019, 2, 20)
    assert portfolio.loc[portfolio["returned"], "place"].unique().tolist() == [MILL]


def test_windows_are_as_long_as_the_data_hold_whole_a_year_apart(portfolio):
    table = portfolio.set_index(["place", "done"])
    gates = table.loc[("Lantern Terrace (fictional)", "Alley gates")]
    assert gates["verdict"] == "fell" and gates["before"] > 55  # twelve months, not six
    park = table.loc[("Park View (fictional)", "Closure order, one flat")]
    assert (park["before"], park["after"]) == (49, 4)  # six: the drive stands before the seventh


@pytest.mark.parametrize(("before", "after", "quiet"), [(5, 40, True), (40, 5, False), (10, 10, False)])
def test_a_place_is_quiet_only_where_it_became_quieter(tmp_path, before, after, quiet):
    ended = pd.Timestamp("2018-07-01")
    days = town.DAYS[ended > town.DAYS][::before].append(town.DAYS[ended <= town.DAYS][::after])
    store = town.store_of(tmp_path, pd.concat([town.at(town.CENTRE, days), town.background()]))
    who = {"who": "test", "at": town.NOW}
    place = register.add(store, Place("Salt Row", "block", town.BLOCK, date(2018, 1, 1), district="Saltmere"), **who)
    order = Intervention(place.id, "CLO", "Council", "ended", start=date(2018, 6, 1), end=date(2018, 6, 30))
    register.add(store, order, **who)
    seen = watch_in(evidence_of(store))
    store.close()
    assert ("Salt Row" in seen.summary()["quiet"]) == quiet
    assert seen.never_quiet == (() if quiet else ("Salt Row",))
