"""The hub view of another window: the same whether its background is read anew or kept from before."""

from dataclasses import replace
from datetime import date

import pandas as pd

from hotspots.periods import last_months
from hotspots.pipeline import background, default_query, hub_view
from hotspots.settings import Settings
from hotspots.store import reads

TODAY = date(2018, 9, 5)


def test_a_kept_background_gives_the_same_view_of_another_window_and_is_not_read_again(sample_store, monkeypatch):
    query = default_query(sample_store, Settings(), today=TODAY)
    six = replace(query, window=last_months(query.window.end, 6))
    kept = background(sample_store, **query.chosen)
    fresh = hub_view(sample_store, six)
    for read in ("location_months", "source_months", "months_held"):
        monkeypatch.setattr(f"hotspots.store.{read}", None)
    again = hub_view(sample_store, six, beneath=kept)
    pd.testing.assert_frame_equal(pd.DataFrame(again.table), pd.DataFrame(fresh.table))
    assert list(again.charts) == list(fresh.charts)
    for area, chart in again.charts.items():
        pd.testing.assert_frame_equal(chart, fresh.charts[area])
    assert reads.months_held(sample_store) == kept.held
