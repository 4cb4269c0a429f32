"""Hotspots: DBSCAN's own ladder, weights as repetition, walkable splits, one number each."""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from hotspots.analysis.cluster import (
    NOISE,
    default_min_samples,
    find_hotspots,
    label_incidents,
    label_locations,
    unique_locations,
)
from hotspots.errors import BadFrame, BadValue
from hotspots.periods import Window

YEAR = Window(date(2021, 1, 1), date(2022, 1, 1))
LINE = np.array([0.0, 2, 3, 4, 6, 8, 10])


def points(x, y, *, day="2021-03-01", precision="month", crs="EPSG:27700", text="Mill Row"):
    """Located incidents at the given coordinates; day may be one or one a row."""
    x, y = np.asarray(x, float) + 600_000, np.asarray(y, float) + 440_000
    frame = pd.DataFrame(
        {
            "occurred_from": pd.to_datetime(pd.Series([day] * len(x) if isinstance(day, str) else day)),
            "time_precision": precision,
            "place_text": text,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs=crs)


def find(frame, **kwargs):
    return find_hotspots(frame, window=YEAR, **{"eps": 50, "min_samples": 3, **kwargs})


@pytest.mark.parametrize(
    ("min_samples", "labels"),
    [
        (1, [0, 1, 1, 1, 2, 3, 4]),
        (2, [-1, 0, 0, 0, -1, -1, -1]),
        (3, [-1, 0, 0, 0, -1, -1, -1]),
        (4, [-1] * 7),
    ],
)
def test_ladder_of_seven_points_as_in_scikit_learn(min_samples, labels):
    xy = np.column_stack([LINE, np.zeros(7)])
    assert label_locations(xy, np.ones(7), eps=1, min_samples=min_samples).tolist() == labels


def test_eps_and_min_samples_are_inclusive():
    xy = np.array([[0.0, 0], [1, 0]])
    assert label_locations(xy, np.ones(2), eps=1, min_samples=2).tolist() == [0, 0]
    assert label_locations(xy, np.ones(2), eps=0.999, min_samples=2).tolist() == [NOISE, NOISE]


lattice = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=120)


@settings(max_examples=60, deadline=None)
@given(cells=lattice, eps=st.sampled_from([10.0, 14.2, 25.0]), min_samples=st.integers(2, 12))
def test_weighted_unique_locations_give_scikit_learns_labels_on_all_rows(cells, eps, min_samples):
    rows = np.array(cells, dtype=float).reshape(-1, 2) * 10
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    xy, inverse, weights = unique_locations(rows[:, 0], rows[:, 1])
    ours = label_locations(xy, weights, eps=eps, min_samples=min_samples)[inverse]
    plain = DBSCAN(eps=eps, min_samples=min_samples).fit(rows).labels_ if len(rows) else np.empty(0)
    np.testing.assert_array_equal(ours, plain)


@settings(max_examples=25, deadline=None)
@given(cells=lattice, seed=st.integers(0, 99))
def test_row_order_changes_nothing(cells, seed):
    rows = np.array(cells, dtype=float).reshape(-1, 2) * 20
    frame = points(rows[:, 0], rows[:, 1])
    shuffled = frame.sample(frac=1, random_state=seed)
    one, two = find(frame, max_extent=120), find(shuffled, max_extent=120)
    pd.testing.assert_frame_equal(pd.DataFrame(one.areas), pd.DataFrame(two.areas))
    pd.testing.assert_series_equal(one.labels, two.labels.reindex(one.labels.index))


@settings(max_examples=25, deadline=None)
@given(cells=lattice, dx=st.integers(-5000, 5000), dy=st.integers(-5000, 5000))
def test_moving_the_map_changes_no_label(cells, dx, dy):
    rows = np.array(cells, dtype=float).reshape(-1, 2) * 20
    here = find(points(rows[:, 0], rows[:, 1]))
    there = find(points(rows[:, 0] + dx, rows[:, 1] + dy))
    pd.testing.assert_series_equal(here.labels, there.labels)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(st.tuples(st.floats(0, 400), st.floats(0, 400), st.integers(1, 6)), min_size=1, max_size=60),
    eps=st.sampled_from([20.0, 60.0, 150.0]),
)
def test_points_inside_an_outline_are_exactly_its_members(rows, eps):
    xy = np.round(np.repeat([r[:2] for r in rows], [r[2] for r in rows], axis=0), 1)
    frame = points(xy[:, 0], xy[:, 1])
    found = find(frame, eps=eps, min_samples=4, max_extent=200)
    inside = gpd.sjoin(frame[["geometry"]], found.areas[["geometry"]], predicate="intersects")["index_right"]
    assert not inside.index.duplicated().any()
    labels = inside.reindex(frame.index).fillna(NOISE).astype(int)
    np.testing.assert_array_equal(labels.to_numpy(), found.labels.to_numpy())
    assert found.areas["n"].tolist() == [int((found.labels == i).sum()) for i in found.areas.index]
    assert found.areas["n"].sum() + found.noise == found.incidents == len(frame)


def test_labels_without_outlines_are_those_of_the_hotspots():
    generator = np.random.default_rng(3)
    frame = points(*generator.normal(0, 400, (2, 600)).round(), day="2021-03-01", precision="exact")
    frame["occurred_from"] += pd.to_timedelta(generator.integers(0, 5, 600), unit="D")
    found = find(frame, max_extent=150)
    assert found.labels.max() > 3
    alone = label_incidents(frame, window=YEAR, eps=50, min_samples=3, max_extent=150)
    pd.testing.assert_series_equal(alone, found.labels)
    days = [frame.loc[found.labels == i, "occurred_from"].nunique() for i in found.areas.index]
    assert found.areas["days"].tolist() == days


def test_a_chain_is_split_until_a_person_can_walk_it():
    dense = [*np.arange(0, 100, 10.0), *np.arange(360, 460, 10.0)]
    bridge = [132.0, 174, 216, 258, 300, 342]
    frame = points([*dense, *bridge], [0] * 26)
    chained = find(frame, eps=45, min_samples=2, max_extent=1000)
    assert len(chained.areas) == 1
    walkable = find(frame, eps=45, min_samples=2, max_extent=200)
    assert walkable.splits >= 1
    assert (walkable.areas["extent_m"] <= 200).all()
    assert not walkable.areas["too_wide"].any()
    assert walkable.areas["eps"].tolist() == [36.0, 36.0]
    assert walkable.noise == 5  # the last of the bridge is within reach of the second block


def test_a_chain_no_reach_can_split_is_kept_and_flagged():
    found = find(points(np.arange(0, 400, 5.0), [0] * 80), eps=50, min_samples=3, max_extent=100)
    assert found.areas["too_wide"].tolist() == [True]
    assert found.areas["eps"].iloc[0] >= 15


def test_many_reports_of_one_night_are_not_a_hotspot():
    night = points([0] * 30, [0] * 30, day="2021-06-05", precision="exact")
    assert find(night).areas.empty
    days = pd.date_range("2021-06-05", periods=30, freq="D")
    assert len(find(points([0] * 30, [0] * 30, day=days, precision="exact")).areas) == 1


def test_distinct_days_are_not_asked_of_month_only_reports():
    assert len(find(points([0] * 30, [0] * 30, day="2021-06-01", precision="month")).areas) == 1


def test_all_identical_one_point_and_none():
    assert find(points([5] * 9, [5] * 9)).areas["locations"].tolist() == [1]
    assert find(points([5], [5])).areas.empty
    empty = find(points([], []))
    assert empty.areas.empty and empty.incidents == 0 and list(empty.areas.columns) == list(empty.areas.columns)


def test_hotspots_are_ranked_by_size_and_named_by_their_commonest_place():
    big = points([0] * 9, [0] * 9, text=["Tan Yard"] * 5 + ["Kiln Row"] * 4)
    small = points([900] * 5, [0] * 5, text="Supermarket")
    street = points([900], [10], text="Kiln Row")
    found = find(pd.concat([small, street, big], ignore_index=True))
    assert found.areas["name"].tolist() == ["Tan Yard", "Supermarket, Kiln Row"]
    assert found.areas["n"].tolist() == [9, 6]
    assert found.areas[["easting", "northing"]].iloc[0].tolist() == [600_000, 440_000]


def test_results_carry_their_settings_and_inputs_are_not_changed():
    frame = points([0] * 9, [0] * 9)
    before = frame.copy()
    found = find(frame, eps=40, max_extent=250)
    assert (found.eps, found.min_samples, found.max_extent, found.window) == (40, 3, 250, YEAR)
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


def test_three_a_month_is_the_default_least():
    assert default_min_samples(YEAR) == 36
    assert default_min_samples(Window(date(2021, 1, 1), date(2021, 10, 1))) == 27
    assert default_min_samples(Window(date(2021, 1, 1), date(2021, 1, 8))) == 3


def test_degrees_and_silly_settings_are_refused():
    degrees = points([0], [0]).set_crs("EPSG:4326", allow_override=True)
    with pytest.raises(BadFrame, match="works in metres"):
        find(degrees)
    for wrong in ({"eps": 0}, {"eps": float("nan")}, {"min_samples": 1}, {"max_extent": 5}):
        with pytest.raises(BadValue):
            find(points([0], [0]), **wrong)


def test_float32_and_grid_extremes_keep_their_centimetres():
    xy, inverse, weights = unique_locations(np.array([0.0, 0.004, 655_999.99]), np.array([1e6, 1e6, 0.0]))
    assert weights.tolist() == [2, 1]
    assert xy[inverse[2]].tolist() == [655_999.99, 0.0]
    negative, _, _ = unique_locations(np.array([-10.5]), np.array([-20.25]))
    assert negative.tolist() == [[-10.5, -20.25]]


@pytest.mark.parametrize(
    ("adjust", "eps", "clusters", "noise", "drawn_around"),
    [
        (2, 2076.80, [25, 21, 19], 141, [30, 31, 40]),
        (3, 1696, [21], 185, [26]),
        (1, 2937.04, [81, 70], 55, [106, 87]),
    ],
)
def test_dbscan_sfhotspot_memphis_robberies_jan(project, adjust, eps, clusters, noise, drawn_around):
    """The package's own 206 points, its three density adjustments with at least √206 points.

    Its eps is the median distance to the 14th other point over the root of the adjustment. It draws a cluster's hull,
    wider by eps, and so around points of no cluster, `drawn_around` in all; our outlines hold what was counted.
    """
    path = project.parent / "shared" / "data" / "points-small" / "memphis_robberies.csv"
    if not path.exists():
        pytest.skip("the shared folder of real data is not on this machine")
    rows = pd.read_csv(path)
    began = pd.to_datetime(rows["date"], utc=True).dt.tz_localize(None)
    january = began < "2019-02-01"
    at = gpd.GeoSeries(gpd.points_from_xy(rows["longitude"], rows["latitude"], crs=4326)).to_crs(32616)[january]
    frame = pd.DataFrame({"occurred_from": began[january], "time_precision": "exact", "place_text": ""})
    points = gpd.GeoDataFrame(frame.assign(x=at.x, y=at.y), geometry=at)
    found = find_hotspots(
        points, window=Window(date(2019, 1, 1), date(2019, 2, 1)), eps=eps, min_samples=15, max_extent=1e6, min_days=1
    )
    assert len(points) == 206
    apart = np.sort(np.hypot(*(np.subtract.outer(c, c) for c in (at.x.to_numpy(), at.y.to_numpy()))), axis=1)
    assert np.median(apart[:, 14]) / np.sqrt(adjust) == pytest.approx(eps, abs=0.5)
    assert found.areas["n"].tolist() == clusters and (found.labels < 0).sum() == noise
    hulls = [at[found.labels == label].union_all().convex_hull.buffer(eps) for label in range(len(clusters))]
    assert [at.within(hull).sum() for hull in hulls] == drawn_around
    assert [at.intersects(outline).sum() for outline in found.areas.geometry] == clusters
