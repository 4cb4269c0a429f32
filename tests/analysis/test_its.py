"""Interrupted time series against the published Sicilian smoking-ban example (methods 3.12)."""

import math

import numpy as np
import pytest

from hotspots.analysis.its import interrupted_series
from hotspots.analysis.published import SICILY_BAN as BAN
from hotspots.analysis.published import SICILY_EPISODES as EPISODES
from hotspots.analysis.published import SICILY_POPULATION as POPULATION
from hotspots.errors import BadValue


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
