"""A whole year of a city elsewhere, with exact times: every row counted, hotspots found in its own grid."""

from datetime import date

from hotspots import store as stores
from hotspots.intake.readers import read_incidents
from hotspots.pipeline import hub_view
from hotspots.pipeline.areas import near_repeats_for
from hotspots.pipeline.query import default_query
from hotspots.settings import Settings
from tests.pipeline import small_town as town

CRS = "EPSG:26971"
ROWS = 267_792
"""As its SOURCE.txt counts them; 2,797 are without a place."""


def test_every_row_of_the_year_is_accounted_for_and_hotspots_are_found(shared, tmp_path):
    path = shared / "chicago-2017" / "chicago-crimes-2017.csv.xz"
    store = stores.open_store(tmp_path / "hub.sqlite", at=town.NOW, create=True, crs=CRS)
    readings = read_incidents(path, today=date(2026, 1, 5), source="city police", crs=CRS)
    totals = stores.record_import(store, readings, who="t", at=town.NOW).totals
    assert totals["read"] == ROWS == totals["accepted"] + totals["quarantined"] + totals["duplicates"]
    assert totals["accepted"] == ROWS
    query = default_query(store, Settings(crs=CRS))
    assert query.window.end == date(2018, 1, 1)
    view = hub_view(store, query)
    assert len(view.table) > 0
    near = near_repeats_for(store, query)
    assert near.since is not None and near.used < near.of, "the year's pairs are too many to compare"
    assert near.table["near_repeat"].any()
    store.close()
