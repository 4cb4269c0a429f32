"""Usual range, control chart and trend; published numbers of Mann–Kendall."""

import itertools
from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from hotspots.analysis.trends import mann_kendall, rolling_12, same_month_last_year
from hotspots.analysis.usual import control_chart, control_charts, usual_range
from hotspots.errors import BadValue, NoData
from hotspots.periods import Window

GAP = np.nan
PARK_VIEW = [1, 2, 3, GAP, 3, 2, 2, 3, 2, 1, 3, 2, 5, 6, 8, 9, 10, 11, 14, 19, 15, 6, 4, 3, 2, 1, 0, 1, 0, 0]


def monthly(values, start="2016-03-01"):
    return pd.Series(values, index=pd.date_range(start, periods=len(values), freq="MS"), dtype=float)


def weekly(values, start="2016-01-04"):
    return pd.Series(values, index=pd.date_range(start, periods=len(values), freq="7D"), dtype=float)


def overdispersed(generator, mean, dispersion, size):
    return generator.negative_binomial(mean / (dispersion - 1), 1 / dispersion, size)


# The story of screens.md section 1 (Park View, fictional)


def test_park_view_usual_range_is_0_to_7_from_11_complete_months():
    usual = usual_range(monthly(PARK_VIEW), at=pd.Timestamp("2017-03-01"))
    assert (usual.low, usual.high, usual.n_periods) == (0, 7, 11)
    assert usual.mean == pytest.approx(2.2, abs=0.05)
    assert usual.basis == "the 11 earlier complete months, March 2016 to February 2017"
    assert usual.chance_above <= 0.005


@pytest.mark.parametrize("weeks", [False, True])
def test_many_charts_at_once_are_the_charts_of_one_after_the_other(weeks):
    """Rises, falls, gaps, series that never settle: each has its own baseline, whatever stands beside it."""
    draw = np.random.default_rng(3)
    start, step = ("2016-03-07", "7D") if weeks else ("2016-03-01", "MS")
    periods = pd.date_range(start, periods=64, freq=step)
    rates = np.tile(draw.gamma(1, 9, 12), (64, 1))
    rates[30:36, :4] *= 5
    rates[40:, 4:8] *= 4
    rates[50:, 8:10] *= 0.1
    held = pd.DataFrame(
        draw.negative_binomial(rates + 0.1, 0.5), index=periods, columns=list("abcdefghijkl"), dtype=float
    )
    held = held.mask(draw.random(held.shape) < 0.04)
    exclude = {"b": [Window(date(2016, 6, 1), date(2016, 9, 1))]}
    aside = [Window(date(2017, 1, 1), date(2017, 2, 1))]
    together = control_charts(held, exclude=exclude, aside=aside)
    assert list(together) == list(held)
    for name, chart in together.items():
        pd.testing.assert_frame_equal(chart, control_chart(held[name], exclude=exclude.get(name, ()), aside=aside))
    assert {"above", "below"} <= set(pd.concat(together)["outside"])
    assert control_charts(held[[]]) == {}


def test_park_view_is_first_above_its_range_in_may_2017_and_the_range_is_held_through_the_rise():
    chart = control_chart(monthly(PARK_VIEW)).set_index("period")
    above = chart.index[chart["outside"] == "above"]
    assert above[0] == pd.Timestamp("2017-05-01")
    assert list(above) == list(pd.date_range("2017-05-01", "2017-11-01", freq="MS"))
    october = chart.loc["2017-10-01"]
    assert (october["low"], october["high"]) == (0, 7)
    assert october["p_above"] < 1e-6


def test_a_gap_keeps_its_band_and_is_never_outside():
    chart = control_chart(monthly([3] * 10 + [GAP] + [3] * 5)).set_index("period")
    gap = chart.iloc[10]
    assert np.isnan(gap["n"]) and gap["high"] > 3 and gap["outside"] == "" and np.isnan(gap["p_above"])


def test_no_band_before_six_earlier_periods_are_known():
    chart = control_chart(monthly([3, 2, GAP, 4, 1, 2, 3, 2]))
    assert chart["high"].notna().tolist() == [False] * 7 + [True]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=8, max_size=30), st.integers(0, 500))
def test_a_point_never_uses_itself_or_later_points(counts, surprise):
    series = monthly(counts)
    changed = series.copy()
    changed.iloc[-1] = surprise
    bands = ["low", "high", "mean", "dispersion"]
    pd.testing.assert_frame_equal(control_chart(series)[bands], control_chart(changed)[bands])
    pd.testing.assert_frame_equal(control_chart(series).iloc[:-1], control_chart(series.iloc[:-1]), check_dtype=False)


def test_a_level_that_stays_is_usual_after_a_year():
    chart = control_chart(monthly([2] * 24 + [12] * 20)).set_index("period")
    outside = chart["outside"] == "above"
    assert outside.iloc[24:36].all()
    assert not outside.iloc[-3:].any()


def test_excluded_windows_do_not_make_the_baseline():
    drive = Window(date(2017, 9, 4), date(2017, 11, 1))
    series = monthly([2] * 18 + [30, 30] + [2] * 4)
    at = pd.Timestamp("2018-03-01")
    assert usual_range(series, at=at, exclude=[drive]).mean < 2.1
    assert usual_range(series, at=at).mean > 4
    assert usual_range(series, at=at, exclude=[drive]).n_periods == 22


def test_the_same_season_of_two_earlier_years_is_preferred():
    season = [40, 40, 40, 60, 80, 100, 120, 120, 90, 60, 40, 40]
    usual = usual_range(monthly(season * 3, "2015-01-01"), at=pd.Timestamp("2018-07-01"))
    assert usual.basis == "the same season of earlier years (9 months, June 2015 to August 2017)"
    assert usual.mean == pytest.approx((100 + 120 + 120) / 3, rel=0.01)
    winter = usual_range(monthly(season * 3, "2015-01-01"), at=pd.Timestamp("2018-01-01"))
    assert winter.high < usual.low


def test_one_earlier_year_is_not_called_a_season():
    usual = usual_range(monthly([5] * 20), at=pd.Timestamp("2017-11-01"))
    assert "earlier complete months" in usual.basis


def test_weeks_take_the_same_three_weeks_either_side():
    counts = [50 if 20 <= week % 52 < 30 else 10 for week in range(52 * 3)]
    usual = usual_range(weekly(counts), at=pd.Timestamp("2019-06-17"))
    assert usual.mean > 40
    assert "same season" in usual.basis and usual.n_periods == 19


def test_a_short_series_says_so():
    usual = usual_range(monthly([2, 3, 2]), at=pd.Timestamp("2016-06-01"))
    assert usual.basis == "only the 3 earlier complete months, March 2016 to May 2016: too few to be more than a guide"
    one = usual_range(monthly([2]), at=pd.Timestamp("2016-06-01"))
    assert "only the 1 earlier complete month," in one.basis


def test_a_silent_place_does_not_ring_at_one_report():
    usual = usual_range(monthly([0] * 12), at=pd.Timestamp("2017-03-01"))
    assert (usual.low, usual.high) == (0, 1)


def test_nothing_known_is_refused():
    with pytest.raises(NoData):
        usual_range(monthly([2, 3]), at=pd.Timestamp("2016-03-01"))
    with pytest.raises(NoData):
        usual_range(monthly([GAP, GAP]), at=pd.Timestamp("2016-06-01"))
    with pytest.raises(BadValue, match="level"):
        usual_range(monthly([2, 3]), at=pd.Timestamp("2016-06-01"), level=99)
    with pytest.raises(BadValue, match="weeks apart"):
        control_chart(pd.Series([1, 2], index=pd.to_datetime(["2016-01-01", "2016-01-05"])))


@pytest.mark.parametrize(
    ("mean", "dispersion", "months", "at_most"),
    [(2.2, 1.0001, 12, 0.005), (700, 2, 36, 0.0065), (5, 2, 12, 0.0065)],
)
def test_the_band_holds_about_995_of_1000_periods(mean, dispersion, months, at_most):
    """Up to 6.5 in 1,000 is allowed: a simulation of this size may be that far from 5."""
    generator = np.random.default_rng(5)
    runs = 500
    counts = overdispersed(generator, mean, dispersion, (runs, months + 8))
    outside = 0
    for row in counts:
        usual = usual_range(monthly(row[:months]), at=pd.Timestamp("2030-01-01"))
        outside += ((row[months:] > usual.high) | (row[months:] < usual.low)).sum()
    assert outside / (runs * 8) <= at_most


def test_the_band_of_a_big_over_dispersed_series_is_two_sided():
    generator = np.random.default_rng(3)
    usual = usual_range(monthly(overdispersed(generator, 680, 2, 30)), at=pd.Timestamp("2019-01-01"))
    assert 500 < usual.low < 640 < 720 < usual.high < 860


# Rolling figures


def test_rolling_12_is_there_only_where_all_12_months_are():
    rolled = rolling_12(monthly([1] * 14 + [GAP] + [1] * 13))
    assert rolled.notna().tolist() == [False] * 11 + [True] * 3 + [False] * 12 + [True] * 2
    assert set(rolled.dropna()) == {12}


def test_rolling_12_sees_months_that_the_index_leaves_out():
    assert rolling_12(monthly([1] * 14).drop(pd.Timestamp("2016-08-01"))).isna().all()


def test_same_month_last_year():
    last_year = same_month_last_year(monthly(range(14)))
    assert last_year.isna().sum() == 12
    assert last_year.loc["2017-04-01"] == 1
    with pytest.raises(BadValue, match="monthly"):
        same_month_last_year(weekly(range(60)))


# Published numbers


@pytest.mark.parametrize(
    ("values", "s", "variance", "z"),
    [
        (range(1, 11), 45, 125, 3.935480),
        ([1, 2, 2, 3, 3, 3, 4, 5, 5, 6], 40, 119.3333333, 3.570127),
        ([10, 15, 14, 20], 4, 8.6666667, 1.019049),
        ([1, 0, 2, 1, 3, 2, 4, 3, 6, 5, 8, 9], 53, 209.6666667, 3.591192),
        ([0] * 8 + [1, 2, 5, 8], 38, 147.3333333, 3.048254),
        ([4] * 12, 0, 0, 0),
    ],
)
def test_mann_kendall_with_ties(values, s, variance, z):
    trend = mann_kendall(values)
    assert trend.s == s
    assert trend.variance == pytest.approx(variance, abs=1e-6)
    assert trend.z == pytest.approx(z, abs=1e-6)


def test_mann_kendall_p_and_slope():
    trend = mann_kendall([1, 2, 2, 3, 3, 3, 4, 5, 5, 6])
    assert trend.p_value == pytest.approx(0.000357, abs=1e-6)
    assert trend.slope == pytest.approx(0.5)
    assert trend.s / 45 == pytest.approx(0.8889, abs=5e-5)  # τ, over all pairs
    assert mann_kendall([4] * 12).p_value == 1


def test_mann_kendall_nile():
    trend = mann_kendall(sm.datasets.nile.load_pandas().data["volume"])
    assert (trend.s, trend.variance, trend.z) == (
        -1387,
        pytest.approx(112728.33, abs=0.01),
        pytest.approx(-4.128067, abs=1e-6),
    )
    assert trend.s / 4950 == pytest.approx(-0.2802, abs=5e-5)  # τ


# R, datasets: Canadian lynx trapped 1821–1934 (Campbell and Walker 1977); level of Lake Huron, feet, 1875–1972
# (Brockwell and Davis 1991).
LYNX = [
    *(269, 321, 585, 871, 1475, 2821, 3928, 5943, 4950, 2577, 523, 98, 184, 279, 409, 2285, 2685, 3409),
    *(1824, 409, 151, 45, 68, 213, 546, 1033, 2129, 2536, 957, 361, 377, 225, 360, 731, 1638, 2725),
    *(2871, 2119, 684, 299, 236, 245, 552, 1623, 3311, 6721, 4254, 687, 255, 473, 358, 784, 1594, 1676),
    *(2251, 1426, 756, 299, 201, 229, 469, 736, 2042, 2811, 4431, 2511, 389, 73, 39, 49, 59, 188),
    *(377, 1292, 4031, 3495, 587, 105, 153, 387, 758, 1307, 3465, 6991, 6313, 3794, 1836, 345, 382, 808),
    *(1388, 2713, 3800, 3091, 2985, 3790, 674, 81, 80, 108, 229, 399, 1132, 2432, 3574, 2935, 1537, 529),
    *(485, 662, 1000, 1590, 2657, 3396),
]
HURON = [
    *(580.38, 581.86, 580.97, 580.8, 579.79, 580.39, 580.42, 580.82, 581.4, 581.32, 581.44, 581.68, 581.17, 580.53),
    *(580.01, 579.91, 579.14, 579.16, 579.55, 579.67, 578.44, 578.24, 579.1, 579.09, 579.35, 578.82, 579.32, 579.01),
    *(579, 579.8, 579.83, 579.72, 579.89, 580.01, 579.37, 578.69, 578.19, 578.67, 579.55, 578.92, 578.09, 579.37),
    *(580.13, 580.14, 579.51, 579.24, 578.66, 578.86, 578.05, 577.79, 576.75, 576.75, 577.82, 578.64, 580.58, 579.48),
    *(577.38, 576.9, 576.94, 576.24, 576.84, 576.85, 576.9, 577.79, 578.18, 577.51, 577.23, 578.42, 579.61, 579.05),
    *(579.26, 579.22, 579.38, 579.1, 577.95, 578.12, 579.75, 580.85, 580.41, 579.96, 579.61, 578.76, 578.18, 577.21),
    *(577.13, 579.1, 578.25, 577.91, 576.89, 575.96, 576.8, 577.68, 578.38, 578.52, 579.74, 579.31, 579.89, 579.96),
]


@pytest.mark.parametrize(
    ("values", "s", "z"), [(LYNX, 395, 0.964868), (HURON, -1682, -5.159825)], ids=["lynx", "Huron"]
)
def test_mann_kendall_r_datasets(values, s, z):
    trend = mann_kendall(values)
    assert (trend.s, trend.z) == (s, pytest.approx(z, abs=1e-6))


def test_mann_kendall_under_ten_values_is_exact():
    trend = mann_kendall([10, 15, 14, 20])
    assert trend.p_value == pytest.approx(2 * 4 / 24)  # one-sided .167
    assert 2 * norm.sf(trend.z) == pytest.approx(0.308, abs=5e-4)  # what others print of so few


@pytest.mark.parametrize("values", [[1, 2, 2, 0, 3, 3], [5, 5, 5, 1, 2], [0, 0, 0, 7]])
def test_mann_kendall_exact_with_ties_is_every_order_counted(values):
    def score(order):
        return sum((b > a) - (b < a) for a, b in itertools.combinations(order, 2))

    scores = [abs(score(order)) for order in itertools.permutations(values)]
    expected = np.mean(np.array(scores) >= abs(score(values)))
    assert mann_kendall(values).p_value == pytest.approx(expected)


def test_mann_kendall_leaves_gaps_out_but_keeps_their_time():
    assert mann_kendall([1, GAP, 3, GAP, 5]).slope == pytest.approx(1)
    with pytest.raises(NoData):
        mann_kendall([1, GAP, 2])


def test_a_period_set_aside_is_drawn_but_neither_judged_nor_used():
    months = pd.date_range("2017-01-01", periods=30, freq="MS")
    counts = pd.Series([50.0 + 5 * (i % 3) for i in range(30)], index=months)
    counts.iloc[20:23] = 5
    plain = control_chart(counts)
    aside = control_chart(counts, aside=[Window(date(2018, 9, 10), date(2018, 12, 1))])
    assert (plain["outside"] == "below").sum() == 3 and not (aside["outside"] == "below").any()
    assert aside.loc[aside["set_aside"], "n"].tolist() == [5, 5, 5] and aside["p_above"].isna()[20:23].all()
    untouched = control_chart(counts.drop(counts.index[20:23]).asfreq("MS"))
    assert aside["low"].tolist()[23:] == untouched["low"].tolist()[23:]
