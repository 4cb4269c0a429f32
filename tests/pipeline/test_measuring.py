"""Quality of the hotspots of a query: tried on months they were not made from, at equal area."""

from datetime import date

import pandas as pd
import pytest

from hotspots.errors import NoData
from hotspots.periods import Window
from hotspots.pipeline import Query
from hotspots.pipeline.measuring import quality_of
from tests.pipeline import small_town as town

QUERY = Query(Window(date(2018, 1, 1), date(2019, 1, 1)), ("Saltmere",))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    reports = pd.concat([town.at(town.CENTRE, town.DAYS[::2]), town.background()])
    opened = town.store_of(tmp_path_factory.mktemp("quality"), reports)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def heard():
    return []


@pytest.fixture(scope="module")
def view(store, heard):
    return quality_of(store, QUERY, progress=lambda share, _words: heard.append(share))


def test_hotspots_are_tried_on_the_three_months_they_did_not_see(view, heard):
    assert view.window == Window(date(2017, 10, 1), date(2018, 10, 1))
    assert view.following == Window(date(2018, 10, 1), date(2019, 1, 1))
    own = view.capture.set_index("method").loc["hotspots"]
    assert own["of"] > own["captured"] >= 46, "the centre alone has one report every other day"
    assert heard == sorted(heard) and len(heard) >= 3


def test_rivals_have_the_hotspots_area_and_shares_are_of_reported_ground(view):
    table = view.capture
    assert table["area_m2"].nunique() == 1
    assert table["method"].tolist() == [
        "hotspots", "plain DBSCAN, hulls", "grid of 50 m", "grid of 100 m", "grid of 200 m",
    ]  # fmt: skip
    assert (table["area_share"] < 1).all()


def test_a_block_of_one_address_survives_every_setting(view):
    strip = view.stability
    busiest = strip[strip["n"] == strip["n"].max()]
    assert len(busiest) == 4 and busiest["survives"].all() and busiest["name"].notna().all()


def test_without_a_hotspot_there_is_nothing_to_try(tmp_path):
    few = town.store_of(tmp_path, town.at(town.CENTRE, town.DAYS[::60]))
    with pytest.raises(NoData, match="No hotspot was found"):
        quality_of(few, QUERY)
    few.close()
