"""Empirical-Bayes baselines against Hauer's worked examples and simulated nothing (methods 3.11)."""

import math

import numpy as np
import pytest

from hotspots.analysis.regression_to_mean import (
    expected_by_moments,
    expected_from_references,
    expected_with_model,
)
from hotspots.errors import BadValue

MODELLED = 0.0224 * 4000**0.564


def test_hauer_2002_one_year():
    found = expected_with_model(12, MODELLED, shape=2.05, length=1.8, years=1)
    assert pytest.approx(2.40885, abs=1e-5) == MODELLED
    assert (found.pull, found.expected, found.sd) == pytest.approx((0.459760, 8.476369, 2.139924), abs=1e-5)
    assert (found.expected / 1.8, found.sd / 1.8) == pytest.approx((4.709, 1.189), abs=1e-3)


def test_hauer_2002_three_years():
    found = expected_with_model(27, MODELLED, shape=2.05, length=1.8, years=3)
    assert (found.pull, found.expected) == pytest.approx((0.220987, 23.907900), abs=1e-4)
    assert (found.expected / 3, found.sd / 3) == pytest.approx((7.969, 1.439), abs=1e-3)


def test_abbess_method_of_moments():
    found = expected_by_moments(12, 4, 10)
    assert (found.pull, found.expected) == pytest.approx((0.4, 8.8))
    assert found.sd == pytest.approx(2.297825, abs=1e-6)
    assert found.change == pytest.approx(-0.267, abs=1e-3)


def test_no_more_spread_than_chance_is_all_luck():
    assert expected_by_moments(12, 4, 3.5).expected == 4
    assert expected_by_moments(12, 4, 10, dispersion=3).pull == 1


def test_dispersion_raises_the_pull_and_the_variance_follows():
    found = expected_by_moments(12, 4, 20, dispersion=2)
    assert found.pull == pytest.approx(0.4)
    assert found.variance == pytest.approx(2 * 0.6 * 8.8)


@pytest.mark.parametrize(
    ("shape", "naive"), [(None, -0.480), (2, -0.177), (1, -0.104)], ids=["identical", "shape 2", "shape 1"]
)
def test_top_twenty_of_four_hundred_fall_by_themselves_but_not_against_their_baseline(shape, naive):
    rng = np.random.default_rng(11)
    seen, adjusted = [], []
    for _ in range(60):
        risk = np.full(400, 6.0) if shape is None else 6 * rng.gamma(shape, 1 / shape, 400)
        before, after = rng.poisson(risk), rng.poisson(risk)
        top = np.argsort(before)[-20:]
        expected = sum(expected_by_moments(x, before.mean(), before.var(ddof=1)).expected for x in before[top])
        seen.append(after[top].sum() / before[top].sum() - 1)
        adjusted.append(after[top].sum() / expected - 1)
    assert np.mean(seen) == pytest.approx(naive, abs=0.03)
    assert abs(np.mean(adjusted)) <= 0.03


def test_references_leave_more_open_the_fewer_they_are():
    rng = np.random.default_rng(3)
    totals = rng.poisson(rng.gamma(2, 10, 400))
    few, many = (expected_from_references(90, totals[:n], dispersion=2, dispersion_df=50) for n in (20, 400))
    assert few.variance > many.variance > expected_by_moments(90, totals.mean(), totals.var(ddof=1)).variance


def test_equal_references_are_all_luck_and_give_their_mean():
    found = expected_from_references(30, [10] * 20)
    assert found.expected == 10
    assert found.variance >= 10 / 20


def test_under_twenty_references_are_refused():
    with pytest.raises(BadValue, match="20 reference places"):
        expected_from_references(30, [10] * 19)


def test_nothing_counted_has_no_change():
    assert math.isnan(expected_by_moments(0, 4, 10).change)
