"""Alarms: the rule that tripped, its false alarms, several properties, hexagons; published numbers."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from scipy import stats
from shapely.geometry import box

from benchmarks.scanning import apart, chances, circles
from hotspots.analysis.alarms import (
    PROPERTIES,
    RANGE,
    SUM,
    chance_of_peak,
    hexagon_alarms,
    place_alarms,
    poisson_z,
    weekly_chart,
)
from hotspots.analysis.scan_ratios import kulldorff_llr, relative_rate
from hotspots.errors import BadFrame, BadValue
from hotspots.periods import Window

GAP = np.nan
PARK_VIEW = [1, 2, 3, GAP, 3, 2, 2, 3, 2, 1, 3, 2, 5, 6, 8, 9, 10, 11, 14, 19]
MONTHS = pd.date_range("2016-03-01", periods=20, freq="MS")


def counted(index, **places):
    rows = [(period, place, float(n)) for place, ns in places.items() for period, n in zip(index, ns, strict=True)]
    return pd.DataFrame(rows, columns=["period", "place_id", "n"])


def mondays(n):
    return pd.date_range("2014-01-06", periods=n, freq="7D")


def reports(place, addresses, since="2017-05-01"):
    moments = pd.date_range(since, periods=len(addresses), freq="D")
    return pd.DataFrame({"place_id": place, "occurred_from": moments, "address_key": list(addresses)})


def located(x, y):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs="EPSG:27700")


# Places


def test_park_view_rings_with_its_numbers_and_when_it_began():
    quiet = [2, 1] * 10
    alarms = place_alarms(counted(MONTHS, park_view=PARK_VIEW, elsewhere=quiet))
    assert alarms.watched == 2
    (row,) = alarms.table.itertuples()
    assert (row.place_id, row.rule, row.since) == ("park_view", RANGE, pd.Timestamp("2017-05-01"))
    assert (row.observed, row.usual_low, row.usual_high) == (19, 0, 7)
    assert row.tripped == "19 reports in October 2017; usually 0 to 7"
    assert 0 < row.false_alarms_per_year <= 0.06


def test_the_budget_is_for_the_whole_screen_not_only_what_rings():
    places = {f"p{i}": np.tile([3, 2, 4, 3, 1], 4) for i in range(16)}
    alarms = place_alarms(counted(MONTHS, **places))
    assert alarms.table.empty
    assert alarms.watched == 16
    assert 0.1 < alarms.false_alarms_per_year <= 16 * 12 * 0.005


def test_a_place_too_young_to_have_a_usual_range_is_not_counted_as_watched():
    alarms = place_alarms(counted(MONTHS[:4], young=[9, 9, 9, 9]))
    assert (alarms.watched, alarms.false_alarms_per_year) == (0, 0)


def test_an_excluded_drive_does_not_hide_the_next_rise():
    n = [2] * 12 + [20, 20] + [2] * 5 + [9]
    drive = Window(pd.Timestamp("2017-03-01").date(), pd.Timestamp("2017-05-01").date())
    table = place_alarms(counted(MONTHS, a=n), exclude=[drive]).table
    assert table["rule"].tolist() == [RANGE]


@pytest.mark.parametrize(
    ("addresses", "rings"),
    [
        (["a", "b", "c", "a"], True),
        (["a", "b", "a", "b"], False),
        (["a"] * 5 + ["b", "c", "d"], False),
        (["a"] * 4 + ["b", "c", "d", "e"], True),
        ([None, None, None], False),
    ],
)
def test_a_marked_increase_linked_to_a_number_of_properties(addresses, rings):
    """The seed's words: rising reports and several addresses, none with over half of them."""
    alarms = place_alarms(counted(MONTHS, park_view=PARK_VIEW), reports=reports("park_view", addresses))
    assert (PROPERTIES in set(alarms.table["rule"])) == rings
    alone = place_alarms(counted(MONTHS, park_view=PARK_VIEW))
    assert alarms.false_alarms_per_year == alone.false_alarms_per_year


def test_reports_before_the_rise_do_not_make_it_several_properties():
    early = reports("park_view", ["a", "b", "c", "d"], since="2016-03-01")
    assert PROPERTIES not in set(place_alarms(counted(MONTHS, park_view=PARK_VIEW), reports=early).table["rule"])


def test_several_properties_without_a_rise_are_no_alarm():
    alarms = place_alarms(counted(MONTHS, a=[2] * 20), reports=reports("a", ["a", "b", "c"]))
    assert alarms.table.empty


def test_absent_columns_are_named():
    with pytest.raises(BadFrame, match="place_id"):
        place_alarms(counted(MONTHS, a=[2] * 20).rename(columns={"place_id": "ward"}))
    with pytest.raises(BadFrame, match="address_key"):
        place_alarms(counted(MONTHS, a=PARK_VIEW), reports=reports("a", ["x"]).drop(columns="address_key"))


# Weeks


def weekly(values):
    return pd.Series(values, index=mondays(len(values)), dtype=float)


def test_small_weekly_rises_add_up():
    steady = [1, 0, 0, 1, 0, 1] * 12
    chart = weekly_chart(weekly(steady + [2] * 10)).set_index("period")
    first = chart.index[chart["alarm"]][0]
    assert chart.index[len(steady)] < first <= chart.index[len(steady) + 9]
    assert chart.loc[first, "since"] >= chart.index[len(steady) - 2]
    assert not chart["alarm"].iloc[: len(steady)].any()


def test_the_weekly_rule_is_in_the_table_with_its_words():
    steady = [1, 0, 0, 1, 0, 1] * 12
    weeks = counted(mondays(len(steady) + 10), a=steady + [2] * 10)
    alarms = place_alarms(counted(MONTHS, a=[2] * 20), weekly=weeks)
    (row,) = alarms.table.itertuples()
    assert row.rule == SUM
    assert "weeks; usually about" in row.tripped
    assert 0 < row.false_alarms_per_year <= 365.25 / 7 / 260


def test_half_a_year_must_be_known_before_weeks_are_watched():
    chart = weekly_chart(weekly([1] * 80))
    first = chart["h"].first_valid_index()
    assert first == 52  # a plan is made each half year, and leaves out the last eight weeks
    assert not chart["alarm"].iloc[:first].any()


def test_a_gap_leaves_the_sum_as_it_was():
    values = [1, 0, 0, 1, 0, 1] * 12 + [2, 2, GAP, 2]
    chart = weekly_chart(weekly(values))
    assert chart["s"].iloc[-2] == chart["s"].iloc[-3]
    assert not chart["alarm"].iloc[-2]


def test_weeks_never_use_later_weeks():
    generator = np.random.default_rng(3)
    values = generator.poisson(1, 120).astype(float)
    whole, part = weekly_chart(weekly(values)), weekly_chart(weekly(values[:97]))
    pd.testing.assert_frame_equal(whole.iloc[:97], part)


def test_the_weekly_rule_wants_weeks():
    with pytest.raises(BadValue, match="by week"):
        weekly_chart(pd.Series([1.0] * 20, index=MONTHS))


def test_false_alarms_of_unchanged_places_are_what_the_screen_says():
    """Over-dispersed, correlated weeks, parameters estimated from one year."""
    generator = np.random.default_rng(1)
    rang, promised, years = 0, 0.0, 0.0
    for _ in range(80):
        rate, last, values = generator.choice([0.4, 1.2]), 0.0, []
        for _ in range(156):
            mean = 0.9 * rate + 0.1 * last
            last = generator.negative_binomial(mean / 0.15, 1 / 1.15)
            values.append(last)
        chart = weekly_chart(weekly(values), weeks_between=104).iloc[60:]
        alarm = chart["alarm"].to_numpy()
        rang += (alarm[1:] & ~alarm[:-1]).sum()
        years += len(chart) / 52.18
        promised += chart["false_alarms_per_year"].mean() * len(chart) / 52.18
    assert 0.4 * promised < rang < 1.4 * promised


# Hexagons

TOWN = box(400_000, 300_000, 404_000, 304_000)


def scattered(generator, n):
    return generator.uniform(400_000, 404_000, n), generator.uniform(300_000, 304_000, n)


def test_a_new_concentration_rings_and_a_standing_one_does_not():
    generator = np.random.default_rng(5)
    standing = 401_000 + generator.normal(0, 80, (2, 120)), 303_000 + generator.normal(0, 80, (2, 120))
    new = 402_500 + generator.normal(0, 90, 60), 301_500 + generator.normal(0, 90, 60)
    before, after = scattered(generator, 900), scattered(generator, 900)
    recent = located(np.r_[after[0], standing[0][0], new[0]], np.r_[after[1], standing[1][0], new[1]])
    earlier = located(np.r_[before[0], standing[0][1]], np.r_[before[1], standing[1][1]])
    rung, yearly = hexagon_alarms(recent, earlier, area=TOWN)
    assert len(rung) >= 1
    assert (rung.centroid.distance(located([402_500], [301_500]).geometry.iloc[0]) < 450).all()
    assert (rung["n"] > rung["expected"]).all() and (rung["likelihood"] > 0).all()
    assert yearly == pytest.approx(0.6)


def test_a_rise_of_the_whole_district_is_no_alarm_anywhere():
    generator = np.random.default_rng(5)
    rung, _ = hexagon_alarms(located(*scattered(generator, 3000)), located(*scattered(generator, 1500)), area=TOWN)
    assert rung.empty


def test_unchanged_districts_ring_no_oftener_than_said():
    generator = np.random.default_rng(9)
    weights = generator.gamma(0.7, size=400)
    rang = 0
    for _ in range(25):
        looks = []
        for _ in range(2):
            cell = generator.choice(400, 1200, p=weights / weights.sum())
            x, y = 400_000 + 200 * (cell % 20), 300_000 + 200 * (cell // 20)
            looks.append(located(x + generator.uniform(0, 200, 1200), y + generator.uniform(0, 200, 1200)))
        rang += not hexagon_alarms(*looks, area=TOWN)[0].empty
    assert rang <= 5  # 1.25 expected


# Published numbers


@pytest.mark.parametrize(
    ("count", "mean", "z"),
    [
        (20, 10, 2.619717),
        (10, 5, 1.852419),
        (110, 207, -7.798812),
        (0, 4, -4),
        (12, 3, 3.464102),
        (8, 31, -5.478675),
    ],
)
def test_poisson_z_wheeler(count, mean, z):
    assert poisson_z(count, mean) == pytest.approx(z, abs=1e-6)


def test_poisson_z_of_two_counts_as_crimepy_should_have_it():
    assert poisson_z(20, 10, periods=1) == pytest.approx(1.852419, abs=1e-6)
    with pytest.raises(BadValue):
        poisson_z(20, 10, periods=0)


@pytest.mark.parametrize(
    ("mean", "naive", "corrected"),
    [(5, 0.197, 0.073), (10, 0.174, 0.055), (20, 0.165, 0.052), (50, 0.167, 0.050)],
)
def test_size_of_poisson_z_on_two_counts(mean, naive, corrected):
    assert _called_different(mean, 1.96, math.inf) == pytest.approx(naive, abs=2e-3)
    assert _called_different(mean, 1.96, 1) == pytest.approx(corrected, abs=2e-3)


def test_size_of_poisson_z_over_three_on_two_counts():
    sizes = [_called_different(mean, 3, math.inf) for mean in (5, 10, 20, 50)]
    assert sizes == pytest.approx([0.044, 0.040, 0.036, 0.035], abs=1e-3)
    assert 2 * stats.norm.sf(3) == pytest.approx(0.0027, abs=5e-5)  # what it says of itself


@pytest.mark.parametrize(
    ("mean", "plain", "allowed"),
    [(2, 0.036, 0.019), (5, 0.0096, 0.008), (10, 0.0074, 0.0047), (30, 0.0053, 0.0032)],
)
def test_false_alarms_of_the_eight_week_band(mean, plain, allowed):
    """±3 round an 8-week mean; the published ones are simulated, these exact, so the fourth figure may differ."""
    assert _called_different(mean, 3, math.inf, weeks=8) == pytest.approx(plain, abs=1e-3)
    assert _called_different(mean, 3, 8, weeks=8) == pytest.approx(allowed, abs=1e-3)


def _called_different(mean, limit, periods, weeks=1):
    """Exact chance that a count is called different from the average of as many others of the same mean."""
    counts, sums = (np.arange(int(stats.poisson.isf(1e-9, m)) + 1) for m in (mean, weeks * mean))
    z = np.array([[poisson_z(a, b / weeks, periods=periods) for b in sums] for a in counts])
    chances = stats.poisson.pmf(counts, mean), stats.poisson.pmf(sums, weeks * mean)
    return float(chances[0] @ (np.abs(z) > limit) @ chances[1])


@pytest.mark.parametrize(
    ("length", "mean", "expected", "tolerance"),
    [(208, 0.6, 0.03902238, 1e-6), (261, 1, 0.48681400, 1e-4)],
)
def test_naus_scan_ptools(length, mean, expected, tolerance):
    """ptools::scanw(208, 2, .6, 6) and (260, 1, 1, 6).

    Its mean is of one window and its exponent L − k, so its second argument is no width: k = 2 is
    Naus's own form, and k = 1 looks at one window more. Its Q3 differs in the fifth figure; its own tests
    hold three.
    """
    assert chance_of_peak(6, mean=mean, width=1, length=length) == pytest.approx(expected, abs=tolerance)


def test_naus_scan_agrees_with_a_simulation():
    generator = np.random.default_rng(1)
    hits = 0
    for _ in range(1500):
        moments = np.sort(generator.uniform(0, 104, generator.poisson(104)))
        hits += (moments[5:] - moments[:-5] < 2).any()
    assert chance_of_peak(6, mean=1, width=2, length=104) == pytest.approx(hits / 1500, abs=0.04)


@pytest.mark.parametrize(
    ("count", "expected", "total", "ratio"),
    [
        (10, 4, 100, 3.354440),
        (5, 1, 50, 4.215088),
        (7, 2, 100, 3.899118),
        (85, 552 * 95_249 / 1_057_673, 552, 11.577255),
        (38, 552 * 34_083 / 1_057_673, 552, 9.019716),
        (3, 4, 100, 0),
    ],
)
def test_kulldorff_llr_satscan_new_york_leukaemia(count, expected, total, ratio):
    assert kulldorff_llr(count, expected, total) == pytest.approx(ratio, abs=2e-3 if total == 552 else 1e-6)


@pytest.mark.parametrize(
    ("count", "expected", "ratio"),
    [(64, 40.85, 6.114140), (25, 12.82, 4.651839), (28, 15.54, 4.169203), (12, 5.14, 3.363518), (11, 4.61, 3.209485)],
)
def test_kulldorff_llr_satscan_secondary_clusters(count, expected, ratio):
    # The expected counts are printed to two decimals only; the ratio moves by up to c/E · 0.005 with them.
    assert kulldorff_llr(count, expected, 552) == pytest.approx(ratio, abs=0.005 * count / expected)


SATSCAN = (
    # Number of each tract in the file, people, cases, relative risk, ratio; p by 999 shuffles, where it is cited.
    ("49 48 50 47 1 15 51 2 13 14 3 35 16 52 36 37 12 11 5 17 10 4 6 38 18 9", 95_249, 85, 1.84, 11.577255, 0.001),
    ("89 88 87 84 90 86 92 85", 34_083, 38, 2.22, 9.019716, 0.013),
    ("112 113 115 111 116 219 117 123 218 114 122 110 124 220 118 133 121 125 216 120 134 217 126 139 215 132 141 140 "
     "127 142 138 131 119", 78_280, 64, 1.64, 6.114140, 0.216),
    ("62 64 67 65", 24_571, 25, 1.99, 4.651839, None),
    ("46 45 41 54 44 43 53", 29_782, 28, 1.84, 4.169203, None),
    ("266 281 267 265", 9_840, 12, 2.37, 3.363518, None),
    ("166 159 167", 8_839, 11, 2.41, 3.209485, None),
)  # fmt: skip
"""SaTScan 9.6 on leukaemia in New York's 281 tracts, at most a tenth of the people in a circle (smerc's tests)."""


@pytest.fixture(scope="module")
def leukaemia(spdata):
    """People, whole cases, and kilometres east and north of each tract; Waller and Gotway's file as spData has it."""
    tracts = pyogrio.read_dataframe(spdata / "misc" / "nydata.dbf", read_geometry=False)
    return tracts["POP8"].to_numpy(), np.floor(tracts["TRACTCAS"]).to_numpy(int), tracts[["X", "Y"]].to_numpy()


@pytest.mark.parametrize("cluster", SATSCAN, ids=lambda cluster: f"{cluster[2]} cases")
def test_kulldorff_llr_satscan_new_york_tract_by_tract(cluster, leukaemia):
    numbers, held, cases, risk, ratio, _ = cluster
    people, every, _ = leukaemia
    inside = np.array([int(number) - 1 for number in numbers.split()])
    assert people[inside].sum() == held and every[inside].sum() == cases and every.sum() == 552
    expected = 552 * held / people.sum()
    assert kulldorff_llr(cases, expected, 552) == pytest.approx(ratio, abs=1e-6)
    assert relative_rate(cases, expected, 552) == pytest.approx(risk, abs=0.005)


def test_kulldorff_llr_satscan_new_york_p_values(leukaemia):
    """999 shuffles move .216 by .013; its circles were drawn in degrees as if they were plane, ours in kilometres."""
    people, every, km = leukaemia
    zones = circles(np.hypot(*(km[:, None] - km).transpose(2, 0, 1)), weights=people, most=people.sum() / 10)
    expected = zones @ people * every.sum() / people.sum()

    def shuffled(generator):
        cases = generator.multinomial(every.sum(), people / people.sum())
        return kulldorff_llr(zones @ cases.astype(float), expected, every.sum())

    published = np.array([cluster[-1] for cluster in SATSCAN[:3]])
    ours = chances([cluster[4] for cluster in SATSCAN[:3]], shuffled, times=999)
    assert (np.abs(ours - published) < 3 * np.sqrt(2 * published * (1 - published) / 999) + 0.001).all(), ours


def test_circles_hold_the_nearest_first_and_no_more_than_they_may():
    away = np.abs(np.subtract.outer([0.0, 1.0, 3.0], [0.0, 1.0, 3.0]))
    assert circles(away).tolist() == [[0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert circles(away, reach=1).tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 0]]
    assert circles(away, weights=np.array([5, 1, 1]), most=2).tolist() == [[0, 0, 1], [0, 1, 0], [0, 1, 1]]


def test_clusters_share_no_place():
    zones = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]])
    assert list(apart(np.array([3.0, 2.0, 1.0]), zones)) == [(0,), (2,)]
    assert list(apart(np.array([[3.0, 4.0], [9.0, 0.0], [0.0, 0.0]]), zones)) == [(1, 0)]


def test_kulldorff_llr_of_many_clusters_is_that_of_each():
    many = kulldorff_llr([10, 3, 0], [4, 4, 0], 100, controls=300)
    assert many.tolist() == [kulldorff_llr(10, 4, 100, controls=300), 0, 0] and many[0] > 0


def test_kulldorff_llr_smacpod_grave_bernoulli():
    """11 of 19 graves inside are affected, 30 of 143 in all."""
    expected = 19 * 30 / 143
    assert expected == pytest.approx(3.99, abs=0.005)
    assert kulldorff_llr(11, expected, 30, controls=113) == pytest.approx(7.42, abs=0.005)


def test_relative_risk_satscan_new_york_leukaemia():
    assert relative_rate(85, 49.71, 552) == pytest.approx(1.84, abs=0.005)
    assert relative_rate(5, 2, 5) == np.inf


@pytest.mark.parametrize(("count", "expected", "total"), [(10, 4, 100), (5, 1, 50), (85, 49.71, 552)])
def test_kulldorff_llr_of_ever_more_controls_is_that_of_a_known_expectation(count, expected, total):
    few, many = (kulldorff_llr(count, expected, total, controls=total * times) for times in (20, 1e7))
    assert few > many == pytest.approx(kulldorff_llr(count, expected, total), abs=1e-4)


def test_a_peak_needs_room():
    with pytest.raises(BadValue, match="two widths"):
        chance_of_peak(6, mean=1, width=2, length=3)
