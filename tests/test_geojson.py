"""Whatever a table holds becomes a value that JSON knows."""

import json
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from hotspots.geojson import as_geojson


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, float("nan")])
def test_what_is_missing_is_null(missing):
    areas = gpd.GeoDataFrame(
        {"what": pd.Series([missing], dtype=object), "n": pd.Series([pd.NA], dtype="Int64")},
        geometry=[box(640_000, 400_000, 640_040, 400_040)],
    )
    properties = as_geojson(areas, ["what", "n"], crs="EPSG:27700")["features"][0]["properties"]
    assert properties == {"what": None, "n": None}


def test_numbers_words_and_lists_stay_what_they_are():
    areas = gpd.GeoDataFrame(
        {"n": np.array([3]), "share": [0.5], "words": [("drugs", "ASB")], "on": [date(2018, 9, 1)]},
        geometry=[box(640_000, 400_000, 640_040, 400_040)],
    )
    made = as_geojson(areas, ["n", "share", "words", "on"], crs="EPSG:27700")
    assert json.loads(json.dumps(made, default=str))["features"][0]["properties"] == {
        "n": 3, "share": 0.5, "words": ["drugs", "ASB"], "on": "2018-09-01",
    }  # fmt: skip
