"""The hub view of another window: the same whether its background is read anew or kept from before."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from hotspots import store as stores
from hotspots.errors import BadValue
from hotspots.periods import last_months
from hotspots.pipeline import background, default_query, hub_view
from hotspots.settings import Settings

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
