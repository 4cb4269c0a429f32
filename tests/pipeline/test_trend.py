"""The trend of a store: a month not received is a gap everywhere, what is noted is neither judged nor usual."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hotspots import store as stores
from hotspots.errors import BadValue, NoData
from hotspots.pipeline import default_query, hub_view, trend_cube, trend_for
from hotspots.pipeline.trend import place_cube
from hotspots.register.annotations import Annotation
from hotspots.register.places import Place
from hotspots.settings import Settings
from hotspots.store.register import add
from tests.pipeline import small_town as town

LOCKDOWN = (date(2018, 4, 1), date(2018, 7, 1))
MISSING = pd.Timestamp("2017-07-01")


@pytest.fixture(scope="module")
def quiet_town(tmp_path_factory):
    """Three years of one log: July 2017 is missing, and a third is reported from April to June 2018."""
    rows = pd.concat([town.background(), town.at(town.CENTRE, town.DAYS[::4])], ignore_index=True)
    inside = rows["when"].between("2018-04-01", "2018-06-30")
    kept = ~(rows["when"].dt.to_period("M") == "2017-07") & (~inside | (np.arange(len(rows)) % 3 == 0))
    ward = np.where(rows["x"] < town.CENTRE[0] + 900, "West", "East")
    store = town.store_of(tmp_path_factory.mktemp("town"), rows[kept].assign(Ward=ward[kept]))
    yield SimpleNamespace(store=store, query=default_query(store, Settings()))
    store.close()


@pytest.fixture
def noted(quiet_town):
    """The town with the fall of 2018 noted as out of the ordinary; taken away again."""
    made = Annotation("out of the ordinary", "Lockdown", *LOCKDOWN)
    kept = stores.add_annotation(quiet_town.store, made, who="t", at=town.NOW)
    yield quiet_town
    stores.remove_annotation(quiet_town.store, kept.id, who="t", at=town.NOW)


def test_a_month_not_received_is_a_gap_in_the_whole_and_in_every_part(quiet_town):
    view = trend_for(trend_cube(quiet_town.store), quiet_town.query)
    assert view.chart.loc[view.chart["n"].isna(), "period"].tolist() == [MISSING]
    gaps = view.parts[view.parts["n"].isna()]
    assert set(gaps["period"]) == {MISSING} and set(gaps["series"]) == {"East", "West"} and view.split == "ward"
    assert gaps["expected"].isna().all()
    hub = hub_view(quiet_town.store, quiet_town.query)
    assert all(chart.loc[chart["n"].isna(), "period"].tolist() == [MISSING] for chart in hub.charts.values())


def test_without_a_note_the_fall_is_below_usual_with_it_nothing_is_judged(quiet_town):
    before = trend_for(trend_cube(quiet_town.store), quiet_town.query).chart
    assert (before["outside"] == "below").any()
    made = Annotation("out of the ordinary", "Lockdown", *LOCKDOWN)
    kept = stores.add_annotation(quiet_town.store, made, who="t", at=town.NOW)
    view = trend_for(trend_cube(quiet_town.store), quiet_town.query)
    stores.remove_annotation(quiet_town.store, kept.id, who="t", at=town.NOW)
    assert view.chart.loc[view.chart["set_aside"], "period"].dt.month.tolist() == [4, 5, 6]
    assert not (view.chart["outside"] == "below").any()
    assert view.notes[["note", "not_usual"]].to_dict("records") == [{"note": "Lockdown", "not_usual": True}]


def test_no_area_is_called_fading_for_months_set_aside(noted):
    query = replace(noted.query, window=replace(noted.query.window, start=date(2017, 7, 1), end=date(2018, 7, 1)))
    states = set(hub_view(noted.store, replace(query, min_incidents=20)).table["state"])
    assert states and "fading" not in states
    assert set(trend_for(trend_cube(noted.store), query).states["state"]) == {"steady"}


def test_a_month_noted_as_missing_is_a_gap_though_its_file_holds_rows(quiet_town):
    made = Annotation("missing month", "Half a log", date(2018, 9, 1), date(2018, 10, 1), source="log")
    kept = stores.add_annotation(quiet_town.store, made, who="t", at=town.NOW)
    charts = [trend_for(trend_cube(quiet_town.store), quiet_town.query).chart]
    charts += hub_view(quiet_town.store, quiet_town.query).charts.values()
    stores.remove_annotation(quiet_town.store, kept.id, who="t", at=town.NOW)
    for chart in charts:
        assert chart.loc[chart["n"].isna(), "period"].tolist() == [MISSING, pd.Timestamp("2018-09-01")]


def test_a_ward_by_itself_and_what_is_not_there(quiet_town):
    cube = trend_cube(quiet_town.store)
    west = trend_for(cube, quiet_town.query, scope="ward", subject="West")
    whole = trend_for(cube, quiet_town.query)
    assert 0 < west.chart["n"].sum() < whole.chart["n"].sum()
    with pytest.raises(NoData):
        trend_for(cube, quiet_town.query, scope="ward", subject="Nowhere")
    with pytest.raises(NoData):
        trend_for(cube, replace(quiet_town.query, categories=("burglary",)))


def test_the_cube_counts_as_the_store_does(quiet_town):
    view = trend_for(trend_cube(quiet_town.store), quiet_town.query)
    assert view.chart["n"].sum() == len(stores.incidents(quiet_town.store))


def test_a_place_is_counted_inside_its_boundary_only(quiet_town):
    place = Place(name="The block", kind="block", district="Saltmere", dwellings=20, adopted_on=date(2018, 1, 1),
                  geometry=town.BLOCK)  # fmt: skip
    add(quiet_town.store, place, who="t", at=town.NOW)
    view = trend_for(trend_cube(quiet_town.store), quiet_town.query, scope="place", subject="The block",
                     places=place_cube(quiet_town.store))  # fmt: skip
    held = stores.incidents(quiet_town.store)
    assert view.chart["n"].sum() == ((held["x"] == town.CENTRE[0]) & (held["y"] == town.CENTRE[1])).sum()


def test_adding_and_taking_away_a_note_is_in_the_audit_trail(noted):
    with noted.store.reading() as connection:
        lines = connection.exec_driver_sql("select action, who from audit where action like '%note on trend'").all()
    assert ("add note on trend", "t") in lines
    with pytest.raises(BadValue, match="not in the store any more"):
        stores.remove_annotation(noted.store, 999, who="t", at=town.NOW)
