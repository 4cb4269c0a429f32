"""The hub view of another window: the same whether its background is read anew or kept from before."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from hotspots import store as stores
from hotspots.analysis.usual import control_chart
from hotspots.errors import BadValue
from hotspots.periods import Window, last_months
from hotspots.pipeline import background, card_of, default_query, hub_view
from hotspots.pipeline.hub import telling
from hotspots.settings import Settings
from tests.pipeline import small_town as town

TODAY = date(2018, 9, 5)


def test_a_kept_background_gives_the_same_view_of_another_window_and_is_not_read_again(sample_store, monkeypatch):
    query = default_query(sample_store, Settings(), today=TODAY)
    six = replace(query, window=last_months(query.window.end, 6))
    kept = background(sample_store, **query.chosen)
    fresh = hub_view(sample_store, six)
    held = stores.months_held(sample_store)
    for read in ("location_months", "source_months", "months_held"):
        monkeypatch.setattr(f"hotspots.store.{read}", None)
    again = hub_view(sample_store, six, beneath=kept)
    pd.testing.assert_frame_equal(pd.DataFrame(again.table), pd.DataFrame(fresh.table))
    assert list(again.charts) == list(fresh.charts)
    for area, chart in again.charts.items():
        pd.testing.assert_frame_equal(chart, fresh.charts[area])
    assert held == kept.held


@pytest.mark.parametrize("districts", [None, ["Tidewick"]])
def test_the_busiest_points_are_those_with_most_reports_of_all_months(sample_store, districts):
    held = stores.months_held(sample_store)
    rows = stores.location_months(sample_store, window=held, districts=districts)
    counted = rows.groupby(["x", "y"])["n"].sum()
    points = stores.busiest_points(sample_store, districts=districts, most=50)
    assert points.shape == (50, 2)
    np.testing.assert_array_equal(points, np.array(counted.nlargest(50).index.to_list()))


def test_a_filter_offers_every_word_the_reports_have(sample_store):
    counts = stores.month_counts(sample_store, by=["category", "source"])
    for column in ("category", "source"):
        assert stores.words(sample_store, column) == sorted(counts[column].unique())
    with pytest.raises(BadValue, match="place_text"):
        stores.words(sample_store, "place_text")


CLIMBED = (4, 4, 8, 9, 12, 25, 33, 32, 26, 26, 28, 41, 32)
"""A high street's months of 2021: closed at first, then open."""


def chart_of(counts: tuple[int, ...]) -> pd.DataFrame:
    return control_chart(
        pd.Series(counts, index=pd.date_range("2021-01-01", periods=len(counts), freq="MS"), dtype=float)
    )


def test_a_range_that_no_month_could_leave_is_told_from_one_that_says_something():
    chart = chart_of(CLIMBED)
    assert chart["high"].iloc[-1] >= 2 * max(CLIMBED) and not telling(chart)[-1]
    steady = chart_of((4, 3, 5, 2, 4, 3, 6, 4, 3, 5, 4, 2, 3))
    assert telling(steady).all() and steady["high"].notna().any()
    rung = chart_of((*CLIMBED[:-1], 400))
    assert rung["outside"].iloc[-1] == "above" and telling(rung)[-1], "a month outside is always told"
    assert telling(chart_of(CLIMBED * 2))[-1], "a long history is believed"


@pytest.fixture
def high_street(tmp_path):
    """A store of one street whose months are `CLIMBED`."""
    starts = pd.date_range("2017-01-01", periods=len(CLIMBED), freq="MS")
    days = [start + pd.Timedelta(days=i % 28) for start, n in zip(starts, CLIMBED, strict=True) for i in range(n)]
    opened = town.store_of(tmp_path, town.at(town.CENTRE, days), precision="snapped")
    yield opened
    opened.close()


def test_too_few_months_are_not_called_steady_and_print_no_range(high_street):
    view = hub_view(high_street, default_query(high_street, Settings(), today=date(2018, 2, 5)))
    row = view.table.iloc[0]
    assert row["state"] == "not judged" and np.isnan(row["usual_high"]) and row["latest"] == CLIMBED[-1]
    months = card_of(view, row["id"]).months
    assert np.isnan(months["high"].iloc[-1]) and months["n"].iloc[-1] == CLIMBED[-1]


def test_a_move_is_claimed_only_where_both_windows_were_received(high_street):
    query = default_query(high_street, Settings(), today=date(2018, 2, 5))
    assert hub_view(high_street, query).table["moved"].tolist() == ["–"]
    whole = replace(query, window=Window(date(2017, 1, 1), date(2018, 1, 1)))
    assert hub_view(high_street, whole).table["moved"].tolist() == [""], "December 2016 was never received"


def test_streets_are_named_for_map_points_only(sample_store):
    view = hub_view(sample_store, default_query(sample_store, Settings(), today=TODAY))
    parts = card_of(view, view.table["id"].iloc[0]).parts.groupby("kind")["n"].sum()
    members = view.located[view.hotspots.labels == 0]
    assert 0 < parts["street"] <= (members["location_precision"] == "snapped").sum() < parts["source"]
