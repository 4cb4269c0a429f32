"""Interrupted time series against the published Sicilian smoking-ban example (methods 3.12)."""

import math

import numpy as np
import pytest

from hotspots.analysis.its import interrupted_series
from hotspots.errors import BadValue

# Monthly acute coronary episodes in Sicily 2002–06 and the standardised population: Lopez Bernal, Cummins and
# Gasparrini (2017), International Journal of Epidemiology 46:348–355, published with the tutorial.
EPISODES = [
    *(728, 659, 791, 734, 757, 726, 760, 740, 720, 814, 795, 858),
    *(887, 766, 851, 769, 781, 756, 766, 752, 765, 831, 879, 928),
    *(914, 808, 937, 840, 916, 828, 845, 818, 860, 839, 887, 886),
    *(831, 796, 833, 820, 877, 758, 767, 738, 781, 843, 850, 908),
    *(1021, 859, 976, 888, 962, 838, 810, 876, 843, 936, 912),
]
POPULATION = [
    *(379875.3, 376495.5, 377040.8, 377116.4, 377383.4, 374113.1, 379513.3, 376295.5, 374653.2, 378485.6),
    *(375955.5, 378349.7, 376762.4, 379032.3, 379360.4, 376162.0, 377972.4, 381830.7, 379888.6, 380872.2),
    *(380966.9, 381240.4, 382104.9, 381802.7, 381656.3, 383680.0, 383504.2, 386462.9, 383783.1, 380836.8),
    *(383483.0, 380906.2, 382926.8, 384052.4, 384449.6, 383428.4, 388153.2, 388373.2, 386470.1, 386033.2),
    *(383686.4, 385509.3, 385901.9, 386516.6, 388436.5, 383255.2, 390148.7, 385874.9, 391613.6, 391750.4),
    *(394005.6, 391364.9, 391664.6, 389022.3, 391878.5, 388575.3, 392989.0, 390018.8, 390712.3),
]
BAN = 36


def test_sicily_step_and_trend():
    found = interrupted_series(EPISODES, start=BAN, exposure=POPULATION)
    assert (found.step, found.trend) == pytest.approx((0.894377, 1.004957), abs=1e-6)
    assert found.dispersion == pytest.approx(3.559, abs=1e-3)
    assert (found.low, found.high) == pytest.approx((0.839188, 0.953194), abs=2e-6)


def test_sicily_poisson_interval_is_the_narrow_one_we_do_not_show():
    found = interrupted_series(EPISODES, start=BAN, exposure=POPULATION)
    reach = math.log(found.high / found.step) / math.sqrt(found.dispersion)
    narrow = found.step / math.exp(reach), found.step * math.exp(reach)
    assert narrow == pytest.approx((0.864686, 0.925087), abs=2e-6)


def test_sicily_with_two_harmonics():
    found = interrupted_series(EPISODES, start=BAN, exposure=POPULATION, harmonics=2)
    assert found.dispersion == pytest.approx(2.262186, abs=1e-5)
    assert (found.step, found.low, found.high) == pytest.approx((0.885071, 0.839400, 0.933228), abs=2e-6)
    assert found.p_value == pytest.approx(3.64e-5, abs=1e-7)


def test_sicily_slope_change():
    found = interrupted_series(EPISODES, start=BAN, exposure=POPULATION, harmonics=2, slope_change=True)
    assert math.log(found.slope) == pytest.approx(0.001482, abs=1e-6)
    assert found.slope_p == pytest.approx(0.43, abs=0.005)


def test_causalimpact_readme_effect_is_observed_less_expected():
    """Its model is not ours (it would predict counts below 0 here); what it prints must still add up."""
    observed, expected = 125.23, 120.34
    assert observed - expected == pytest.approx(4.89, abs=0.005)
    assert observed / expected - 1 == pytest.approx(0.0406, abs=1e-4)
    assert 4.26 < observed - expected < 5.47


@pytest.mark.parametrize(
    ("observed", "expected", "change"),
    [(788, 986.44, -0.201), (46, 68.22, -0.326), (45, 71.80, -0.373), (20, 23.76, -0.158)],
    ids=["any crime", "felony", "misdemeanour", "drugs"],
)
def test_microsynth_seattle_effect_is_observed_over_expected(observed, expected, change):
    assert observed / expected - 1 == pytest.approx(change, abs=6e-4)


def test_expected_is_the_fit_with_the_step_taken_out():
    found = interrupted_series(EPISODES, start=BAN, exposure=POPULATION)
    assert found.fitted[:BAN] == found.expected[:BAN]
    ratios = np.array(found.fitted[BAN:]) / np.array(found.expected[BAN:])
    assert ratios == pytest.approx(np.full(59 - BAN, found.step))


def test_a_gap_is_left_out_and_named_not_read_as_zero():
    series = [float(n) for n in EPISODES]
    series[40] = math.nan
    found = interrupted_series(series, start=BAN, exposure=POPULATION)
    assert found.gaps == (40,)
    assert found.step == pytest.approx(0.894377, abs=0.01)


@pytest.mark.parametrize(
    ("counts", "start"),
    [([5] * 20, 4), ([5] * 20, 16), ([5] * 10 + [-1] * 10, 10), ([5] * 10 + [0] * 10, 10), ([2.5] * 20, 10)],
)
def test_series_that_cannot_carry_a_step_are_refused(counts, start):
    with pytest.raises(BadValue):
        interrupted_series(counts, start=start)


def test_more_season_than_periods_is_refused():
    with pytest.raises(BadValue, match="too few"):
        interrupted_series([5, 6] * 9, start=9, harmonics=8)
