"""Other areas: a report in one area only, night from real times, exact intervals, chance beside Gini."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.analysis.areas import concentration, count_areas, is_night, per_thousand
from hotspots.analysis.repeats import null_gini, share_by_chance
from hotspots.errors import BadValue

SQUARES = gpd.GeoDataFrame(
    {"name": ["west", "east"]},
    geometry=[shapely.box(540_000, 420_000, 540_100, 420_100), shapely.box(540_100, 420_000, 540_200, 420_100)],
    crs=27700,
)


def located(rows: list[tuple[float, float, str, str]]) -> gpd.GeoDataFrame:
    x, y, when, precision = zip(*rows, strict=True)
    began = pd.to_datetime(list(when), format="mixed")
    frame = pd.DataFrame({"occurred_from": began, "time_precision": precision}, index=range(5, 5 + len(x)))
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs=27700)


def test_a_report_on_the_border_counts_once_and_one_outside_in_none():
    points = located(
        [
            (540_050, 420_050, "2018-01-01 21:00", "exact"),
            (540_100, 420_050, "2018-01-01 12:00", "exact"),
            (540_150, 420_050, "2018-01-01", "month"),
            (541_000, 420_050, "2018-01-01 03:00", "exact"),
        ]
    )
    counted, label = count_areas(points, SQUARES)
    assert counted[["n", "exact", "day", "night"]].to_numpy().tolist() == [[2, 2, 1, 1], [1, 0, 0, 0]]
    assert label.index.tolist() == [5, 6, 7, 8] and label.isna().tolist() == [False, False, False, True]


def test_night_is_from_8_pm_up_to_6_am():
    hours = pd.Series(pd.to_datetime([f"2018-01-01 {h}" for h in ("19:59", "20:00", "05:59", "06:00")]))
    assert is_night(hours).tolist() == [False, True, True, False]


def test_rates_bear_the_exact_interval_of_their_count():
    rates = per_thousand([0, 5, 10, 3], [1000, 2000, np.nan, 0])
    assert rates.loc[0].to_numpy() == pytest.approx([0, 0, 3.688879], abs=1e-6)
    assert rates.loc[1].to_numpy() == pytest.approx([2.5, 1.623486 / 2, 11.668332 / 2], abs=1e-6)
    assert rates.loc[2:].isna().all(axis=None)
    with pytest.raises(BadValue, match="0 or more"):
        per_thousand([1], [-5])


def test_concentration_never_comes_without_its_null():
    even = np.random.default_rng(1).poisson(2, 4000)
    told = concentration(even)
    assert told.gini == pytest.approx(null_gini(2), abs=0.02) and abs(told.gini_beyond) < 0.02
    assert told.top_share == pytest.approx(share_by_chance(2), abs=0.02)
    all_in_one = concentration([50, *[0] * 99])
    assert all_in_one.top_share == 1 and all_in_one.gini_beyond > 0.95
    assert concentration([0, 0]) is None


def test_the_lorenz_curve_has_its_line_of_luck_and_passes_through_the_stated_fifth():
    told = concentration(np.random.default_rng(2).poisson(np.r_[np.full(80, 9.0), np.full(920, 1.0)]))
    curve = told.curve.set_index(told.curve["place_share"].round(2))
    assert curve.loc[0.2, "incident_share"] == pytest.approx(told.top_share)
    assert curve.loc[0.2, "by_chance"] == pytest.approx(told.top_by_chance)
    assert curve.loc[[0, 1], ["incident_share", "by_chance"]].to_numpy().tolist() == [[0, 0], [1, 1]]
    assert (curve["incident_share"] >= curve["by_chance"] - 1e-9).all()  # concentrated beyond luck
    even = concentration(np.random.default_rng(1).poisson(2, 4000)).curve
    assert (even["incident_share"] - even["by_chance"]).abs().max() < 0.02


def test_a_fifth_that_ends_inside_a_place_takes_its_share_of_it():
    assert concentration([4, 3, 2, 1, 0, 0, 0]).top_share == pytest.approx((4 + 0.4 * 3) / 10)
