"""Repeats, near repeats and concentration, each beside chance; published numbers."""

import importlib.resources
import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rdata
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from benchmarks.published import LITERAL
from hotspots.analysis.repeats import (
    expected_pairs,
    gini,
    gini_corrected,
    gini_generalised,
    knox,
    lorenz,
    near_repeats,
    null_gini,
    repeat_share,
    share_by_chance,
    weekday_statistic,
)
from hotspots.errors import BadFrame, BadValue, NoData

ZEROS = [0] * 7


def addresses(*counts):
    return pd.Series([f"A{i}" for i, n in enumerate(counts) for _ in range(n)], dtype="str")


# Repeat addresses


def test_park_view_top_addresses_against_31_flats():
    """screens.md section 3.2: 52, 84 and 93 of 127 at the top 1, 3 and 5."""
    keys = addresses(52, 20, 12, 5, 4, *[2] * 17)
    shares = repeat_share(keys, addresses=31).set_index("top")
    assert shares["n"].tolist() == [52, 84, 93]
    assert (shares["of"] == 127).all()
    assert shares.loc[1, "share"] == pytest.approx(52 / 127)
    assert shares.loc[1, "chance_high"] < 0.12
    assert (shares["p_value"] == 0.001).all()


def test_reports_spread_by_chance_are_not_called_a_concentration():
    generator = np.random.default_rng(4)
    low = 0
    for seed in range(60):
        keys = pd.Series(generator.integers(0, 31, 60).astype(str))
        low += repeat_share(keys, addresses=31, top=(3,), simulations=99, seed=seed)["p_value"].item() <= 0.05
    assert low <= 8


def test_one_report_each_is_what_chance_would_rarely_even_reach():
    shares = repeat_share(addresses(*[1] * 10), top=(1,), addresses=10)
    assert shares["p_value"].item() == 1
    assert shares["chance"].item() > shares["share"].item()


def test_reports_without_an_address_are_counted_apart():
    keys = pd.concat([addresses(3, 1), pd.Series([None, None], dtype="str")])
    shares = repeat_share(keys)
    assert (shares["unknown"] == 2).all() and (shares["of"] == 4).all()
    assert shares.set_index("top").loc[5, "share"] == 1


def test_repeats_need_addresses():
    with pytest.raises(NoData):
        repeat_share(pd.Series([None, None], dtype="str"))
    with pytest.raises(BadValue, match="2 addresses, more than the 1"):
        repeat_share(addresses(3, 1), addresses=1)


def test_the_same_seed_gives_the_same_range():
    pd.testing.assert_frame_equal(repeat_share(addresses(5, 2, 1)), repeat_share(addresses(5, 2, 1)))


# Near repeats


def cell(table, from_m, from_days):
    return table[(table["from_m"] == from_m) & (table["from_days"] == from_days)].squeeze()


def test_a_pair_exactly_100_metres_apart_lands_in_100_to_200():
    table = knox([0, 0], [0, 100], [0, 3], space_bands=(0, 1, 100, 200), time_bands=(0, 7, 14), n_permutations=9)
    assert cell(table, 100, 0)["pairs"] == 1
    assert table["pairs"].sum() == 1


def test_closed_right_puts_it_in_0_to_100():
    table = knox(
        [0, 0],
        [0, 100],
        [0, 7],
        space_bands=(0, 100, 200),
        time_bands=(0, 7, 14),
        n_permutations=9,
        closed="right",
    )
    assert cell(table, 0, 0)["pairs"] == 1


def test_same_spot_and_day_is_in_the_first_band_of_both_conventions():
    for closed in ("left", "right"):
        table = knox([5, 5], [5, 5], [2, 2], space_bands=(0, 50), time_bands=(0, 7), n_permutations=9, closed=closed)
        assert table["pairs"].item() == 1


def test_knox_burkitt():
    """pointpats: delta 20, tau 5 (both inclusive) gives 13 pairs, p about .17."""
    path = importlib.resources.files("libpysal").joinpath("examples/burkitt/burkitt.shp")
    points = gpd.read_file(str(path))
    table = knox(
        points.geometry.x.to_numpy(),
        points.geometry.y.to_numpy(),
        points["T"].to_numpy(dtype=float),
        space_bands=(0, 20),
        time_bands=(0, 5),
        closed="right",
        n_permutations=1999,
        seed=1,
    )
    assert table["pairs"].item() == 13
    assert table["p_value"].item() == pytest.approx(0.17, abs=0.03)


def test_knox_surveillance_burglaries_in_chicago():
    """surveillance::knox, 100 m and 7 days: 74 pairs where luck gives 47.98, p .000185.

    Our 72 cells equal the calculator's (benchmarks/published.py); this is their sum, for both of its conventions hold
    69 pairs from 1 to 100 m, so none lies beyond 100 m and within 101.
    """
    cells = np.array(LITERAL.pairs)
    near, soon, both = cells[:2].sum(), cells[:, 0].sum(), cells[:2, 0].sum()
    assert (near, soon, both, cells.sum()) == (109, 206_879, 74, 970 * 969 / 2)
    expected = expected_pairs([near], [soon], of=cells.sum()).item()
    assert expected == pytest.approx(47.98, abs=5e-3)
    assert poisson.sf(both, expected) == pytest.approx(0.000185, abs=5e-7)  # of more than 74: the 74 are left out
    assert poisson.sf(both - 1, expected) == pytest.approx(0.000295, abs=5e-7)


@pytest.mark.filterwarnings("ignore")  # classes of R that we do not need
def test_knox_surveillance_imdepi(surveillance):
    """Meningococcal disease type B in Germany, 30 days and 50 km: 204 pairs where luck gives 181.569, p .046491."""
    events = rdata.read_rda(surveillance / "data" / "imdepi.RData")["imdepi"]["events"]
    of_type = (events.data["type"] == "B").to_numpy()
    x, y = 1000 * np.asarray(events.coords)[of_type].T
    table = knox(
        x,
        y,
        events.data["time"].to_numpy()[of_type],
        space_bands=(0, 50_000, np.inf),
        time_bands=(0, 30, np.inf),
        closed="right",
        seed=1,
    )
    assert table["pairs"].tolist() == [204, 6613, 1295, 48168]
    both = table.iloc[0]
    assert both["expected"] == pytest.approx(181.569, abs=5e-4)
    assert poisson.sf(204, both["expected"]) == pytest.approx(0.046491, abs=5e-7)  # of more than 204
    # The 204 belong in it; and pairs that share a case are not independent, which shuffled dates allow for.
    assert poisson.sf(203, both["expected"]) == pytest.approx(0.0539, abs=5e-5)
    assert both["p_value"] == pytest.approx(0.07, abs=0.02)
    assert not both["near_repeat"]


def test_expected_pairs_are_the_mean_of_every_shuffle():
    x, y, days = [0, 10, 10, 60, 200], [0, 0, 15, 0, 5], [0, 2, 2, 9, 30]
    options = {"space_bands": (0, 12, 70), "time_bands": (0, 3, 10, np.inf), "n_permutations": 1}
    every = [knox(x, y, list(order), **options)["pairs"] for order in itertools.permutations(days)]
    assert knox(x, y, days, **options)["expected"].to_numpy() == pytest.approx(np.mean(every, axis=0))


def test_endless_bands_leave_out_what_is_nearer_than_the_first():
    table = knox([0, 10, 80, 500], [0] * 4, [0, 1, 2, 3], space_bands=(50, 100, np.inf), time_bands=(0, np.inf))
    assert table["pairs"].tolist() == [2, 3]  # 0 to 10 m is in no band
    assert table["expected"].tolist() == [2, 3]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["left", "right"]), st.sampled_from(["euclidean", "manhattan"]))
def test_every_pair_is_in_one_cell_of_endless_bands(seed, closed, metric):
    generator = np.random.default_rng(seed)
    x, y, days = (generator.integers(0, 8, 30) * 25 for _ in range(3))
    options = {
        "space_bands": (0, 1, 50, 100, np.inf),
        "time_bands": (0, 25, 75, np.inf),
        "closed": closed,
        "metric": metric,
        "n_permutations": 3,
    }
    table = knox(x, y, days, **options)
    assert table["pairs"].sum() == 30 * 29 / 2
    gap = np.abs(x[:, None] - x), np.abs(y[:, None] - y)
    distance = gap[0] + gap[1] if metric == "manhattan" else np.hypot(*gap)
    apart = np.abs(days[:, None] - days)
    upper = np.triu(np.ones((30, 30), bool), 1)
    for row in table.itertuples():
        if closed == "left":
            near = (distance >= row.from_m) & (distance < row.to_m)
            soon = (apart >= row.from_days) & (apart < row.to_days)
        else:
            near = (distance > row.from_m) & (distance <= row.to_m) | (distance == 0) & (row.from_m == 0)
            soon = (apart > row.from_days) & (apart <= row.to_days) | (apart == 0) & (row.from_days == 0)
        assert row.pairs == (near & soon & upper).sum()


def test_planted_near_repeats_are_found_and_chance_is_not():
    generator = np.random.default_rng(2)
    x, y, days = (
        generator.uniform(0, 3000, 200),
        generator.uniform(0, 3000, 200),
        generator.integers(0, 365, 200),
    )
    chance = knox(x, y, days, n_permutations=199)
    planted = knox(np.r_[x, x[:60] + 10], np.r_[y, y[:60]], np.r_[days, days[:60] + 3], n_permutations=199)
    assert cell(planted, 1, 0)["near_repeat"]
    assert cell(planted, 1, 0)["ratio"] > 3
    assert chance["near_repeat"].sum() <= 3


def incidents(**columns):
    frame = pd.DataFrame(
        {
            "x": [0.0, 10.0, 20.0, np.nan],
            "y": 0.0,
            "occurred_from": pd.to_datetime(
                ["2019-01-01 23:00", "2019-01-08 01:00", "2019-03-01", "2019-03-02"], format="ISO8601"
            ),
            "time_precision": "exact",
            "location_precision": "address",
        }
    )
    return frame.assign(**columns)


def test_whole_days_are_compared():
    table = near_repeats(incidents(), space_bands=(0, 50), time_bands=(0, 7, 14), simulations=9)
    assert cell(table, 0, 7)["pairs"] == 1
    assert cell(table, 0, 0)["pairs"] == 0


@pytest.mark.parametrize(
    "columns", [{"time_precision": "month"}, {"location_precision": "snapped"}], ids=["month", "snapped"]
)
def test_month_only_and_snapped_data_are_refused(columns):
    with pytest.raises(BadValue, match="need days and addresses"):
        near_repeats(incidents(**columns))


def test_dates_that_are_all_firsts_of_a_month_are_refused():
    days = pd.Series(pd.to_datetime(["2019-01-01", "2019-02-01", "2019-02-01"]))
    with pytest.raises(BadValue, match="month-only"):
        knox([0, 1, 2], [0, 0, 0], days)


def test_bad_bands_and_absent_columns_are_named():
    with pytest.raises(BadValue, match="rise"):
        knox([0, 1], [0, 0], [0, 1], space_bands=(0, 100, 50))
    with pytest.raises(BadFrame, match="location_precision"):
        near_repeats(incidents().drop(columns="location_precision"))


# Concentration, published


def test_lorenz_leeds():
    curve = lorenz([10, 20, 30, 40]).set_index("place_share")["incident_share"]
    assert [curve[share] for share in (0, 0.25, 0.5, 0.75, 1)] == pytest.approx([0, 0.4, 0.7, 0.9, 1])


@pytest.mark.parametrize(
    ("counts", "plain", "generalised"),
    [([10, 8, 2, *ZEROS], 0.78, 0.78), ([5, 2, 1, *ZEROS], 0.80, 0.75), ([10, 0, 0, *ZEROS], 0.9, 0.9)],
)
def test_gini_lorenzgini(counts, plain, generalised):
    assert gini(counts) == pytest.approx(plain)
    assert gini_generalised(counts) == pytest.approx(generalised)


def test_unbiased_gini_of_all_at_one_place_lorenzgini():
    counts = [10, 0, 0, *ZEROS]
    assert gini(counts) * len(counts) / (len(counts) - 1) == pytest.approx(1)


@pytest.mark.parametrize(
    ("mean", "expected"),
    [(0.25, 0.801456), (0.5, 0.673670), (1, 0.523778), (2, 0.385753), (5, 0.249096), (10, 0.177287)],
)
def test_null_gini_leeds_calc_gini0(mean, expected):
    assert null_gini(mean) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("mean", "share"), [(0.25, 0.915), (0.5, 0.613), (1, 0.504), (2, 0.409), (5, 0.331), (10, 0.292)]
)
def test_share_the_luckiest_fifth_of_equal_places_hold(mean, share):
    assert share_by_chance(mean) == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize(
    ("counts", "plain", "modified"),
    [([10, 20, 30, 40], 0.25, 0.154877), ([5, 2, 1, *ZEROS], 0.80, 0.532345), ([10, 8, 2, *ZEROS], 0.78, 0.641838)],
)
def test_modified_gini_leeds_calc_modified_gini(counts, plain, modified):
    """Its (A − A0)/(1 − A0) of areas under the curves is (G − G0)/(1 − G0), G0 that of the counts' mean."""
    by_chance = null_gini(np.mean(counts))
    assert gini(counts) == pytest.approx(plain)
    assert (gini(counts) - by_chance) / (1 - by_chance) == pytest.approx(modified, abs=1e-6)


def test_over_few_places_luck_is_nought_for_ours_and_below_it_for_leeds_index():
    thrown = np.random.default_rng(1).multinomial(8, [0.1] * 10, 200)
    by_chance = null_gini(0.8)
    assert np.mean([gini_corrected(row, simulations=199) for row in thrown]) == pytest.approx(0, abs=0.03)
    assert np.mean([(gini(row) - by_chance) / (1 - by_chance) for row in thrown]) < -0.07


def test_few_events_give_a_meaningless_gini():
    assert gini([1, *[0] * 99]) == pytest.approx(0.99)
    assert gini([1, 1, *[0] * 98]) == pytest.approx(0.98)
    assert gini_corrected([1, 1, *[0] * 98]) == pytest.approx(0, abs=0.02)


def test_corrected_gini_is_nought_for_chance_and_keeps_a_true_concentration():
    generator = np.random.default_rng(1)
    assert gini_corrected(generator.poisson(0.5, 500)) == pytest.approx(0, abs=0.06)
    assert gini_corrected([100, 1, 1, 1, 1, 1, 1, 1]) > 0.7
    assert gini_corrected([7] * 30) < 0


@pytest.mark.parametrize(
    ("counts", "g"),
    [([3, 0, 0, 0, 0, 0, 0], 11.68), ([2, 1, 0, 0, 0, 0, 0], 7.86), ([1, 1, 1, 0, 0, 0, 0], 5.08)],
)
def test_weekday_sparsity_ptools(counts, g):
    assert weekday_statistic(counts) == pytest.approx(g, abs=0.005)


def test_concentration_of_nothing_is_refused():
    for function in (lorenz, gini, weekday_statistic):
        with pytest.raises(NoData):
            function([0] * 7)
    with pytest.raises(NoData):
        gini([1, np.nan])
    with pytest.raises(BadValue):
        null_gini(0)
    with pytest.raises(BadValue):
        share_by_chance(1, top=0)
    with pytest.raises(BadValue):
        gini_corrected([5])
    with pytest.raises(BadValue):
        weekday_statistic([1, 2])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=30).filter(sum), st.randoms(use_true_random=False))
def test_order_of_places_changes_nothing(counts, random):
    shuffled = random.sample(counts, len(counts))
    assert gini(shuffled) == pytest.approx(gini(counts))
    assert 0 <= gini(counts) < 1 + 1e-12
    area = np.trapezoid(lorenz(counts)["incident_share"], lorenz(counts)["place_share"])
    assert gini(counts) == pytest.approx(2 * area - 1)
