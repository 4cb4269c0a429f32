"""PAI, PEI, RRI, overlap of rankings, capture out of sample, stability; published numbers."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from hotspots.analysis.quality import (
    capture,
    f1_overlap,
    prediction_accuracy,
    rank_biased_overlap,
    stability,
)
from hotspots.errors import BadFrame, BadValue, NoData


def points(x, y=0.0):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, np.broadcast_to(y, np.shape(x))), crs="EPSG:27700")


def polygons(*boxes):
    return gpd.GeoDataFrame(geometry=[box(*b) for b in boxes], crs="EPSG:27700")


# Published numbers


def test_pai_pei_rri_ptools():
    table = prediction_accuracy((6, 7, 3, 2, 1, 0), (8, 4, 4, 2, 1, 0))
    assert table["pai"].tolist() == pytest.approx([1.894737, 1.421053, 1.684211, 1.421053, 1.2, 1], abs=1e-6)
    assert table["pei"].tolist() == pytest.approx([0.857143, 0.692308, 1, 1, 1, 1], abs=1e-6)
    assert table["rri"].tolist() == pytest.approx([4 / 3, 4 / 3, 1, 1, 1, 1], abs=1e-6)


def test_pai_pei_of_a_perfect_order():
    table = prediction_accuracy((6, 3, 0), (3, 2, 1))
    assert table["pai"].tolist() == pytest.approx([2, 1.5, 1])
    assert table["pei"].tolist() == pytest.approx([1, 1, 1])


def test_a_quarter_of_crime_in_a_tenth_of_the_area_is_2_5():
    assert prediction_accuracy((25, 75), (9, 1), areas=(10, 90))["pai"].iloc[0] == pytest.approx(2.5)


def test_rank_biased_overlap_leeds():
    first, second = [3, 1, 0, 5, 2, 0, 1, 4], [2, 1, 1, 6, 0, 0, 3, 2]
    assert rank_biased_overlap(first, second, decay=0.9) == pytest.approx(0.704819, abs=1e-6)
    assert rank_biased_overlap(first, first) == pytest.approx(1)


def test_f1_overlap_leeds():
    assert f1_overlap([3, 1, 0, 5, 2, 0, 1, 4], [2, 1, 1, 6, 0, 0, 3, 2], share=0.5) == pytest.approx(0.5)
    assert f1_overlap([5, 0, 0], [0, 0, 5]) == 0


# Capture


def test_capture_counts_the_following_months_not_the_window():
    found = points([5] * 8 + [500] * 2)
    after = points([5] * 3 + [900] * 7)
    table = capture(polygons((0, -50, 100, 50)), found, after, study_area_m2=1_000_000).set_index("method")
    ours = table.loc["hotspots"]
    assert (ours["captured"], ours["of"]) == (3, 10)
    assert ours["in_sample"] == pytest.approx(0.8)
    assert ours["share"] == pytest.approx(0.3)
    assert ours["area_share"] == pytest.approx(0.01)
    assert ours["pai"] == pytest.approx(30)


def test_rivals_are_taken_densest_first_to_the_same_area_the_last_in_part():
    found = points([5] * 8 + [150] * 6 + [250] * 1, 5)
    after = points([5] * 2 + [150] * 4 + [250] * 4, 5)
    ours = polygons((0, 0, 150, 100))  # one and a half cells
    rivals = {"hulls": polygons((0, 0, 100, 100), (100, 0, 200, 100), (200, 0, 300, 100))}
    table = capture(ours, found, after, study_area_m2=1e6, rivals=rivals, cells_m=(100,)).set_index("method")
    assert table.loc["hulls", "captured"] == pytest.approx(2 + 4 / 2)
    assert table.loc["grid of 100 m", "captured"] == pytest.approx(2 + 4 / 2)
    assert table.loc["grid of 100 m", "in_sample"] == pytest.approx((8 + 3) / 15)
    assert table["area_m2"].nunique() == 1
    assert table.loc["grid of 100 m", "pei"] == pytest.approx(4 / (4 + 4 / 2))


def test_a_point_in_two_overlapping_polygons_counts_once():
    found = points([5] * 4)
    areas = polygons((0, -50, 60, 50), (0, -50, 100, 50))
    table = capture(areas, found, found, study_area_m2=1e6, rivals={"same": areas}, cells_m=(100,))
    assert table["captured"].tolist()[:2] == [4, 4]


def test_capture_of_nothing_is_refused():
    area = polygons((0, 0, 1, 1))
    with pytest.raises(NoData):
        capture(area.iloc[:0], points([1]), points([1]), study_area_m2=1)
    with pytest.raises(NoData):
        capture(area, points([1]), points([]), study_area_m2=1)
    with pytest.raises(BadFrame, match="metres"):
        capture(area.to_crs(4326), points([1]), points([1]), study_area_m2=1)
    with pytest.raises(NoData):
        prediction_accuracy([0, 0], [1, 2])
    with pytest.raises(BadValue):
        prediction_accuracy([1, 0], [1])
    with pytest.raises(BadValue):
        rank_biased_overlap([1], [1, 2])
    with pytest.raises(BadValue):
        f1_overlap([1], [1, 2])


# Stability


@dataclass
class Labels:
    labels: pd.Series


def by_gaps(located, *, eps, min_samples):
    """Runs of points on a line no further than eps apart, of at least min_samples points."""
    x = np.sort(located.geometry.x.to_numpy())
    run = np.cumsum(np.append(0, np.diff(x) > eps))
    size = np.bincount(run)
    labels = np.where(size[run] >= min_samples, run, -1)
    return Labels(pd.Series(labels, index=located.index))


def test_stability_tells_the_firm_from_the_fragile():
    firm = np.arange(20) * 5.0
    fragile = 1000 + np.arange(20) * 9.0
    small = 3000 + np.arange(11) * 5.0
    table = stability(points(np.r_[firm, fragile, small]), by_gaps, eps=10, min_samples=10)
    survives = table.pivot_table(index="hotspot", columns=["setting", "eps", "min_samples"], values="survives")
    assert survives[("eps", 7.5, 10)].astype(bool).tolist() == [True, False, True]
    assert survives[("eps", 12.5, 10)].all()
    assert survives[("min_samples", 10.0, 12)].astype(bool).tolist() == [True, True, False]
    assert len(table) == 12


def test_two_hotspots_that_run_together_are_half_alike_at_most():
    left, right = np.arange(10) * 5.0, 57 + np.arange(10) * 5.0
    table = stability(points(np.r_[left, right]), by_gaps, eps=10, min_samples=5, factors=(1.25,))
    wider = table[table["setting"] == "eps"]
    assert wider["similarity"].tolist() == pytest.approx([0.5, 0.5])


def test_no_hotspots_have_no_stability():
    assert stability(points([0.0, 500.0]), by_gaps, eps=10, min_samples=5).empty
