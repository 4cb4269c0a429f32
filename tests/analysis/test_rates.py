"""Two-count tests and displacement measures against published and reference figures (methods 3.1–3.3)."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep
from statsmodels.stats.rates import test_poisson_2indep as poisson_2indep

from hotspots.analysis.rates import (
    count_interval,
    displacement_quotient,
    e_test,
    exact_ratio,
    log_rate_ratio,
    percent_change,
    wdd,
    wdd_harm,
)
from hotspots.errors import BadValue

LANCASHIRE = {"target": (207, 110), "control": (308, 318), "ring": (178, 157), "ring_control": (150, 140)}
HARM = [
    ((130, 74), (133, 91), 3),
    ((327, 202), (388, 305), 2),
    ((398, 190), (148, 97), 5),
    ((144, 92), (86, 64), 7),
    ((183, 96), (94, 67), 10),
]


@pytest.mark.parametrize(
    ("areas", "level", "value", "error", "z", "low", "high"),
    [
        (((20, 10), (20, 20)), 0.90, -10, 8.366600, -1.195229, -23.761833, 3.761833),
        (((20, 10), (20, 20), (30, 20), (30, 30)), 0.90, -20, 13.416408, -1.490712, -42.068027, 2.068027),
        (tuple(LANCASHIRE.values()), 0.95, -118, 39.597980, -2.979950, -195.610614, -40.389386),
        (((120, 100), (130, 150)), 0.90, -40, 22.360680, -1.788854, -76.780045, -3.219955),
        (
            ((120, 100), (130, 150), (40, 25), (30, 25)),
            0.90,
            -50,
            24.899799,
            -2.008048,
            -90.956525,
            -9.043474,
        ),
    ],
)
def test_wdd_as_wheeler_and_ratcliffe(areas, level, value, error, z, low, high):
    found = wdd(*areas, level=level)
    assert found.value == value
    assert (found.standard_error, found.z) == pytest.approx((error, z), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-5)


def test_wdd_lancashire_splits_into_local_and_ring_parts():
    found = wdd(**LANCASHIRE)
    assert (found.local, found.ring) == (-107, -11)
    assert wdd(LANCASHIRE["target"], LANCASHIRE["control"]).standard_error == pytest.approx(30.708305, abs=1e-6)
    assert found.ring_standard_error == pytest.approx(25.0)


def test_wdd_with_time_weights_as_ptools():
    found = wdd((80, 20), (100, 50), weights=(2, 1))
    assert found.value == -20
    assert found.standard_error == pytest.approx(math.sqrt(115))
    assert (found.low, found.high) == pytest.approx((-41.018272, 1.018272), abs=1e-6)


def test_wdd_of_nothing_is_undefined_where_crimepy_divides_by_zero():
    found = wdd((0, 0), (0, 0))
    assert found.value == 0
    assert math.isnan(found.standard_error) and math.isnan(found.z) and math.isnan(found.low)


def test_wdd_takes_a_ring_only_with_its_control():
    with pytest.raises(BadValue, match="ring needs a ring control"):
        wdd((1, 2), (3, 4), ring=(1, 1))


def test_wdd_harm_as_ptools():
    found = wdd_harm([wdd(target, control) for target, control, _ in HARM], [weight for *_, weight in HARM])
    assert [wdd(target, control).value for target, control, _ in HARM] == [-14, -42, -157, -30, -60]
    assert found.value == -1721
    assert (found.standard_error, found.z) == pytest.approx((304.103601, -5.659256), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((-2317.032105, -1124.967895), abs=1e-5)


def test_wdd_harm_second_example():
    parts = [wdd((20, 10), (20, 20)), wdd((25, 20), (30, 30)), wdd((70, 20), (80, 60))]
    found = wdd_harm(parts, [10, 5, 1])
    assert (found.value, found.standard_error) == pytest.approx((-155, 99.272353), abs=1e-6)


def test_wdd_with_dispersion_keeps_its_level_where_the_textbook_one_does_not():
    """Size at most .07 at variance/mean 2, mean 2, 12 periods; the Poisson variance gives about .16."""
    rng, textbook, corrected = np.random.default_rng(1), 0, 0
    for _ in range(1000):
        windows = rng.poisson(rng.gamma(2.0, 1.0, (4, 12)))
        totals = windows.sum(axis=1)
        expected = np.maximum(windows.mean(axis=1, keepdims=True), 1e-9)
        phi = max(1.0, float(((windows - expected) ** 2 / expected).sum() / 44))
        pairs = ((totals[0], totals[1]), (totals[2], totals[3]))
        plain, scaled = wdd(*pairs), wdd(*pairs, dispersion=phi, df=44)
        textbook += not plain.low <= 0 <= plain.high
        corrected += not scaled.low <= 0 <= scaled.high
    assert textbook / 1000 > 0.12
    assert corrected / 1000 <= 0.07


def _wdd_size(*, dispersion, mean, periods, textbook, worlds=1500):
    """How often a true difference of nothing is called one at 5 %, four windows of as many periods."""
    rng, called = np.random.default_rng([periods, int(10 * mean), int(10 * dispersion)]), 0
    shape = (worlds, 4, periods)
    means = (
        np.full(shape, float(mean)) if dispersion == 1 else rng.gamma(mean / (dispersion - 1), dispersion - 1, shape)
    )
    for windows in rng.poisson(means):
        totals, df = windows.sum(axis=1), 4 * (periods - 1)
        expected = np.maximum(windows.mean(axis=1, keepdims=True), 1e-9)
        phi = max(1.0, float(((windows - expected) ** 2 / expected).sum() / df))
        corrected = {} if textbook else {"dispersion": phi, "df": df}
        found = wdd((totals[0], totals[1]), (totals[2], totals[3]), **corrected)
        called += not found.low <= 0 <= found.high
    return called / worlds


@pytest.mark.parametrize(("dispersion", "size"), [(1, 0.05), (1.5, 0.11), (2, 0.16), (3, 0.25)])
def test_true_size_of_the_textbook_wdd_as_simulated_for_the_methods_page(dispersion, size):
    found = _wdd_size(dispersion=dispersion, mean=2, periods=12, textbook=True)
    assert found == pytest.approx(size, abs=0.03)  # about three standard errors of these worlds


@pytest.mark.parametrize(("dispersion", "mean", "periods"), [(1, 0.5, 26), (2, 2, 12), (3, 5, 26)])
def test_size_of_the_corrected_wdd_as_simulated_for_the_methods_page(dispersion, mean, periods):
    found = _wdd_size(dispersion=dispersion, mean=mean, periods=periods, textbook=False)
    assert 0.036 - 0.012 <= found <= 0.07


def test_weeks_that_go_together_take_the_one_sided_rate_from_2_5_to_13_percent():
    """Twelve periods with a correlation of .6 from one to the next, against a variance that knows nothing of it."""
    lags = np.arange(1, 12)
    growth = 1 + 2 * float(((1 - lags / 12) * 0.6**lags).sum())
    assert stats.norm.cdf(-1.96) == pytest.approx(0.025, abs=1e-4)
    assert stats.norm.cdf(-1.96 / math.sqrt(growth)) == pytest.approx(0.13, abs=0.015)


def test_wilson_log_rate_ratio():
    found = log_rate_ratio((50, 30), (60, 55))
    assert found.ratio == pytest.approx(0.654546, abs=1e-6)
    assert math.log(found.ratio) == pytest.approx(-0.423814, abs=1e-6)
    error = math.log(found.high / found.ratio) / stats.norm.ppf(0.975)
    assert error == pytest.approx(0.296954, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.3657, 1.1714), abs=1e-4)
    assert wdd((50, 30), (60, 55)).standard_error == pytest.approx(13.964240, abs=1e-6)
    assert wdd((50, 30), (60, 55)).value == -15


def test_wilson_log_rate_ratio_on_lancashire():
    found = log_rate_ratio(LANCASHIRE["target"], LANCASHIRE["control"])
    assert (found.ratio, found.low, found.high) == pytest.approx((0.514690, 0.38925, 0.68056), abs=1e-5)
    assert -stats.norm.isf(found.p_value / 2) == pytest.approx(-4.660, abs=1e-3)


def test_wilson_log_rate_ratio_adds_half_only_where_a_count_is_zero():
    assert log_rate_ratio((10, 0), (10, 10)).ratio == pytest.approx((0.5 * 10.5) / (10.5 * 10.5))
    assert math.isnan(log_rate_ratio((0, 0), (10, 10)).ratio)


def test_quotient_on_lancashire_is_not_the_pop_guides_slip():
    found = displacement_quotient(LANCASHIRE["target"], LANCASHIRE["ring"], LANCASHIRE["control"])
    assert found.gross_effect == 97
    assert found.net_effect == pytest.approx(0.326166, abs=1e-6)
    assert found.buffer == pytest.approx(-0.084211, abs=1e-6)
    assert found.wdq == pytest.approx(0.258186, abs=1e-6)
    assert found.total_net_effect == pytest.approx(130.5, abs=1e-6)
    assert found.wdq != pytest.approx(0.411, abs=0.01)
    target, ring = (
        displacement_quotient(pair, (0, 0), LANCASHIRE["control"]).total_net_effect
        for pair in (LANCASHIRE["target"], LANCASHIRE["ring"])
    )
    assert (target, ring) == pytest.approx((103.720779, 26.779221), abs=1e-6)


@pytest.mark.parametrize(("buffer", "wdq"), [((100, 150), -1.0), ((100, 75), 0.5)])
def test_quotient_as_streetlamp(buffer, wdq):
    assert displacement_quotient((100, 50), buffer, (100, 100)).wdq == pytest.approx(wdq)


@pytest.mark.parametrize(("target", "control"), [((50, 60), (100, 100)), ((50, 20), (0, 10)), ((50, 20), (10, 0))])
def test_quotient_is_refused_without_success_or_control(target, control):
    found = displacement_quotient(target, (10, 10), control)
    assert math.isnan(found.wdq)
    assert found.reason


@pytest.mark.parametrize(
    ("counts", "p"),
    [
        ((3, 0), 0.0883790),
        ((0, 3), 0.0883790),
        ((6, 2), 0.1748748),
        ((20, 10), 0.0688318),
        ((10, 5), 0.2061644),
        ((30, 15), 0.0252537),
        ((12, 3), 0.0197035),
        ((5, 0), 0.0197561),
        ((4, 0), 0.0412586),
        ((1, 0), 0.4860555),
        ((3, 2), 0.7371519),
    ],
)
def test_e_test_as_krishnamoorthy_and_thomson(counts, p):
    assert e_test(*counts) == pytest.approx(p, abs=1e-6)


def test_e_test_of_nothing_is_undefined():
    assert math.isnan(e_test(0, 0))


def test_unequal_exposures_are_where_e_tests_disagree_so_the_exact_one_is_used():
    settings = {"count1": 100, "exposure1": 10, "count2": 25, "exposure2": 5}
    assert poisson_2indep(**settings, method="etest").pvalue == pytest.approx(0.0015381, abs=1e-6)
    assert poisson_2indep(**settings, method="etest-wald").pvalue == pytest.approx(0.0005747, abs=1e-6)
    assert exact_ratio(100, 25, first_exposure=10, second_exposure=5).p_value == pytest.approx(0.0011981, abs=1e-6)


def test_three_programs_give_three_answers_for_a_difference_other_than_nothing_so_none_is_offered():
    settings = {"count1": 15, "exposure1": 1, "count2": 5, "exposure2": 1, "value": 5, "compare": "diff"}
    found = [poisson_2indep(**settings, method=method).pvalue for method in ("etest", "etest-wald")]
    assert found == pytest.approx([0.2543, 0.2716], abs=1e-4)
    assert all(abs(p - 0.2018) > 0.04 for p in found)  # crimepy's
    with pytest.raises(TypeError):
        e_test(15, 5, 5)


def test_exact_ratio_holds_where_statsmodels_degenerates_at_a_zero_count():
    with np.errstate(all="ignore"):
        low, high = confint_poisson_2indep(3, 1, 0, 1, method="score", compare="ratio")
    assert high - low < 1e-6
    assert (exact_ratio(3, 0).low, exact_ratio(3, 0).high) == pytest.approx((0.413231, math.inf), abs=1e-6)
    low, high = confint_poisson(0, 1, "midp-c")
    assert high - low < 1e-6
    assert count_interval(0) == pytest.approx((0, 3.688879), abs=1e-6)


def test_exact_ratio_of_equal_rates_is_even_handed_where_statsmodels_sqrtcc_is_not():
    low, high = confint_poisson_2indep(10, 1, 20, 2, method="sqrtcc", compare="ratio")
    assert (low, high) == pytest.approx((0.22, 1.06), abs=0.005)
    found = exact_ratio(10, 20, first_exposure=1, second_exposure=2)
    assert found.ratio == pytest.approx(1) and found.low < 0.5 < 2 < found.high


@pytest.mark.parametrize(
    ("counts", "p", "low", "high"),
    [
        ((3, 0), 0.25, 0.413231, math.inf),
        ((0, 3), 0.25, 0, 2.419952),
        ((6, 2), 0.2890625, 0.536439, 30.393206),
        ((10, 5), 0.3017578, 0.622860, 7.457296),
        ((20, 10), 0.0987371, 0.893509, 4.784552),
        ((12, 3), 0.0351563, 1.079473, 22.088287),
        ((3, 12), 0.0351563, 0.045273, 0.926378),
        ((0, 12), 0.000488281, 0, 0.359894),
    ],
)
def test_exact_ratio_as_r_poisson_test(counts, p, low, high):
    found = exact_ratio(*counts)
    assert found.p_value == pytest.approx(p, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((low, high), abs=2e-6)


def test_exact_ratio_with_exposures_as_r_poisson_test():
    found = exact_ratio(11, 21, first_exposure=800, second_exposure=3011)
    assert found.p_value == pytest.approx(0.0796686, abs=1e-6)
    assert (found.ratio, found.low, found.high) == pytest.approx((1.971488, 0.858426, 4.277266), abs=1e-6)


def test_exact_ratio_on_the_breast_cancer_fluoroscopy_counts():
    settings = {"count1": 60, "exposure1": 51477.5, "count2": 30, "exposure2": 54308.7}
    found = exact_ratio(60, 30, first_exposure=51477.5, second_exposure=54308.7)
    assert found.p_value == pytest.approx(0.000675183, abs=1e-8)
    assert found.mid_p == pytest.approx(0.000557262, abs=1e-8)
    assert poisson_2indep(**settings, method="score").statistic == pytest.approx(3.417402, abs=1e-6)
    assert poisson_2indep(**settings, method="sqrt").statistic == pytest.approx(3.445485, abs=1e-6)


def test_exact_ratio_of_nothing_is_undefined():
    assert math.isnan(exact_ratio(0, 0).ratio)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [
        (0, 0, 3.688879),
        (1, 0.025318, 5.571643),
        (5, 1.623486, 11.668332),
        (10, 4.795389, 18.390356),
        (31, 21.062996, 44.002026),
    ],
)
def test_count_interval_as_garwood(count, low, high):
    assert count_interval(count) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(
    ("before", "after", "change", "low", "high", "p"),
    [
        (2, 4, 100, -71, 2111, 0.69),
        (4, 2, -50, -95, 249, 0.69),
        (1, 3, 200, -76, 15649, 0.62),
        (3, 0, -100, -100, 142, 0.25),
        (12, 3, -75, -95, -7, 0.035),
        (31, 8, -74, -90, -43, 0.0003),
    ],
)
def test_percent_change_interval(before, after, change, low, high, p):
    found = percent_change(before, after)
    assert [round(100 * x) for x in (found.change, found.low, found.high)] == [change, low, high]
    assert found.p_value == pytest.approx(p, abs=0.006)
    assert str(before) in found.sentence and str(after) in found.sentence
    assert found.sentence.index("to") < found.sentence.index("best estimate")


def test_percent_change_of_nothing_gives_no_percentage():
    assert "%" not in percent_change(0, 0).sentence
    assert "%" not in percent_change(0, 4).sentence


@pytest.mark.parametrize("count", [-1, 2.5, math.nan, math.inf])
def test_counts_that_are_not_counts_are_refused(count):
    with pytest.raises(BadValue):
        exact_ratio(count, 3)
