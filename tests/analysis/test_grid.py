"""Equal-area hexagons and Gi*, with the published numbers of PySAL and of the queen toy."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from esda.getisord import G, G_Local
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.weights import DistanceBand
from shapely.geometry import box

from hotspots.analysis.grid import assign_hexagons, count_hexagons, cover, gi_star, hexagons, hot_hexagons
from hotspots.errors import BadFrame, BadValue, NoData

TOWN = box(400_000, 300_000, 404_000, 304_000)

# Getis and Ord 1996, remote sensing: 16 × 16 cells 30 m wide, from the south-west, row by row; R's spData (CC0).
CELLS = [
    *(40, 41, 42, 43, 49, 54, 47, 44, 42, 44, 43, 46, 52, 56, 56, 61),
    *(40, 42, 41, 40, 43, 49, 46, 42, 42, 43, 43, 49, 59, 62, 53, 62),
    *(43, 42, 40, 42, 42, 42, 41, 42, 42, 43, 42, 53, 66, 61, 51, 62),
    *(44, 41, 39, 42, 44, 43, 42, 42, 42, 43, 43, 49, 56, 53, 53, 61),
    *(42, 43, 44, 43, 42, 41, 42, 44, 43, 43, 44, 47, 58, 59, 55, 61),
    *(52, 59, 61, 56, 41, 40, 43, 44, 46, 48, 50, 52, 68, 69, 60, 61),
    *(62, 62, 86, 85, 55, 59, 64, 72, 75, 70, 70, 62, 66, 61, 55, 57),
    *(65, 62, 68, 72, 102, 94, 90, 83, 74, 81, 96, 69, 52, 50, 51, 54),
    *(62, 59, 55, 61, 99, 97, 93, 80, 65, 87, 107, 80, 59, 60, 67, 66),
    *(62, 55, 56, 56, 80, 90, 99, 88, 64, 91, 112, 94, 76, 91, 100, 85),
    *(63, 57, 58, 58, 77, 92, 82, 71, 59, 90, 105, 92, 79, 98, 110, 83),
    *(59, 58, 60, 64, 88, 99, 82, 81, 71, 80, 89, 89, 89, 102, 104, 75),
    *(55, 54, 53, 61, 82, 102, 88, 93, 96, 94, 110, 114, 109, 103, 92, 68),
    *(55, 55, 56, 60, 91, 95, 86, 98, 115, 105, 110, 107, 101, 89, 85, 68),
    *(62, 63, 64, 59, 85, 88, 95, 106, 110, 99, 89, 82, 79, 84, 97, 79),
    *(55, 56, 54, 58, 65, 75, 82, 77, 74, 74, 69, 61, 62, 71, 73, 63),
]


def located(x, y):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs="EPSG:27700")


def within(points, distance):
    apart = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1))
    return [[j for j in np.flatnonzero(row <= distance) if j != i] for i, row in enumerate(apart)]


def test_hexagons_have_one_area_and_tile_without_gaps():
    grid = hexagons(cover(TOWN, width=200))
    assert grid.area.to_numpy() == pytest.approx(200**2 * np.sqrt(3) / 2, rel=1e-4)
    assert grid.union_all().area == pytest.approx(grid.area.sum(), rel=1e-9)
    assert grid.area.sum() == pytest.approx(TOWN.area, rel=0.03)


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 700_000), st.floats(0, 1_200_000), st.sampled_from([50.0, 202.0, 350.0]))
def test_a_point_lies_in_its_hexagon(x, y, width):
    cell = hexagons(assign_hexagons(np.array([x]), np.array([y]), width=width), width=width)
    assert cell.distance(located([x], [y]).geometry.iloc[0]).item() < 0.01


def test_the_grid_hangs_on_the_crs_not_on_the_data():
    one = cover(TOWN, width=200)
    part = cover(box(401_000, 301_000, 402_000, 302_000), width=200)
    assert len(part.merge(one, on=["q", "r"])) == len(part)


def test_counts_hold_zeros_and_leave_out_points_elsewhere():
    points = located([400_500, 400_501, 402_500, 100_000], [300_500, 300_500, 302_500, 100_000])
    counted = count_hexagons(points, area=TOWN)
    assert counted["n"].sum() == 3
    assert counted["n"].max() == 2
    assert (counted["n"] == 0).sum() == len(counted) - 2


def test_pysal_doc_gi_star():
    points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
    z = gi_star([2, 3, 3.2, 5, 8, 7], within(points, 15))
    expected = [-1.3972763, -0.2891776, 0.6506496, -0.2891776, 1.2345209, 2.0242433]
    assert z == pytest.approx(expected, abs=1e-6)


def test_pysal_doc_local_g_without_the_place_itself_row_standardised_and_global():
    """What esda, which our Gi* stands on, prints in its documentation: no place its own neighbour, and all at once."""
    points = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
    y = np.array([2, 3, 3.2, 5, 8, 7])
    near = DistanceBand(points, 15, silence_warnings=True)
    g_i = G_Local(y, near, transform="B", permutations=0, star=None).Zs
    assert g_i == pytest.approx([-1.0136729, -0.0436159, 1.3155870, -0.3141268, 1.1537399, 1.7783394], abs=1e-6)
    whole = G(y, near, permutations=0)
    assert (whole.G, whole.EG, whole.z_norm) == pytest.approx((0.5570978, 0.4666667, 0.9426278), abs=1e-6)
    shares = G_Local(y, DistanceBand(points, 15, silence_warnings=True), transform="R", permutations=0, star=True).Zs
    expected = [-0.6248809, -0.0914460, 0.4115070, -0.0914460, 0.2469042, 1.2802439]
    assert shares == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("distance", "star", "without"),
    [
        (30, 1.450780, 1.221979),
        (60, 1.900559, 1.748098),
        (90, 2.096939, 1.986135),
        (120, 1.981907, 1.893374),
        (150, 1.306698, 1.237454),
    ],
)
def test_getis_and_ord_1996_remote_sensing(distance, star, without):
    """The cell at (210, 210) m: Gi*, and Gi of esda, on which ours stands."""
    points = 30.0 * np.array([(column, row) for row in range(16) for column in range(16)])
    (place,) = np.flatnonzero((points == 210).all(axis=1))
    assert (len(CELLS), np.mean(CELLS), CELLS[place]) == (256, 66.609375, 83)
    z = gi_star(CELLS, within(points, distance))[place]
    assert z == pytest.approx(star, abs=1e-6)
    alone = G_Local(np.array(CELLS, float), DistanceBand(points, distance), transform="B", permutations=0, star=None)
    assert alone.Zs[place] == pytest.approx(without, abs=1e-6)
    if distance == 30:
        assert z * np.sqrt(255 / 256) == pytest.approx(1.4479435, abs=1e-7)  # as the paper, whose s divides by n − 1


def test_five_by_five_queen_toy():
    y, x = (a.ravel() for a in np.indices((5, 5)))
    ring = np.maximum(np.abs(x - 2), np.abs(y - 2))
    points = np.column_stack([x, y]).astype(float)
    z = gi_star(np.choose(ring, [11, 6, 1]), within(points, 1.5)).reshape(5, 5)
    assert z[2, 2] == pytest.approx(4.618802, abs=1e-6)
    assert [z[2, 1], z[1, 1], z[0, 0], z[0, 2]] == pytest.approx([2.4537, 1.0104, -0.5669, 0.4867], abs=1e-4)


def test_gi_star_is_the_formula_of_ord_and_getis_1995():
    generator = np.random.default_rng(8)
    points, x = generator.uniform(0, 100, (40, 2)), generator.poisson(3, 40).astype(float)
    neighbours = within(points, 25)
    w = np.eye(40)
    for i, found in enumerate(neighbours):
        w[i, found] = 1
    n, total, squares = 40, w.sum(1), (w**2).sum(1)
    z = (w @ x - total * x.mean()) / (x.std() * np.sqrt((n * squares - total**2) / (n - 1)))
    assert gi_star(x, neighbours) == pytest.approx(z)
    assert gi_star(x - 5, neighbours) == pytest.approx(z)  # changes can be negative


def test_a_planted_concentration_is_hot_and_chance_rarely_is():
    generator = np.random.default_rng(6)
    x, y = generator.uniform(400_000, 404_000, 1500), generator.uniform(300_000, 304_000, 1500)
    chance = hot_hexagons(count_hexagons(located(x, y), area=TOWN))
    assert chance["hot"].sum() <= 2
    cx, cy = 402_000 + generator.normal(0, 60, 60), 302_000 + generator.normal(0, 60, 60)
    planted = hot_hexagons(count_hexagons(located(np.r_[x, cx], np.r_[y, cy]), area=TOWN))
    hot = planted[planted["hot"]]
    assert len(hot) >= 1
    assert (hot.centroid.distance(located([402_000], [302_000]).geometry.iloc[0]) < 500).all()


def test_equal_counts_have_no_hot_hexagon():
    flat = hot_hexagons(count_hexagons(located([], []), area=TOWN))
    assert flat["z"].isna().all() and not flat["hot"].any()


def test_row_order_changes_nothing():
    generator = np.random.default_rng(6)
    counted = count_hexagons(
        located(generator.uniform(400_000, 404_000, 500), generator.uniform(300_000, 304_000, 500)), area=TOWN
    )
    one = hot_hexagons(counted).sort_values(["q", "r"], ignore_index=True)
    other = hot_hexagons(counted.sample(frac=1, random_state=1)).sort_values(["q", "r"], ignore_index=True)
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


def test_what_is_wrong_is_said():
    with pytest.raises(BadValue, match="width"):
        assign_hexagons(np.array([0.0]), np.array([0.0]), width=0)
    with pytest.raises(NoData, match="narrower"):
        cover(box(10, 10, 12, 12), width=5000)
    with pytest.raises(BadFrame, match="metres"):
        count_hexagons(located([0], [51]).set_crs(4326, allow_override=True), area=TOWN)
    with pytest.raises(BadValue, match="one each"):
        gi_star([1, 2, 3], [[1]])
