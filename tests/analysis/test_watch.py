"""Relapse watch against the run lengths of surveillance, spc and Borror et al. (methods 3.9)."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from hotspots.analysis.watch import (
    average_run_length,
    design,
    design_table,
    false_alarms_per_year,
    steps_to_alarm,
    watch,
)
from hotspots.errors import BadValue

TRACE = [2, 3, 2, 4, 6, 5, 7, 1, 0, 2]


@pytest.mark.parametrize(("threshold", "alarms"), [(10, (6,)), (6, (5, 6, 7))])
def test_trace_as_surveillance(threshold, alarms):
    found = watch(TRACE, reference=3, threshold=threshold)
    assert found.statistic == (0, 0, 0, 1, 4, 6, 10, 8, 5, 4)
    assert found.alarms == alarms
    assert (found.returned, found.first, found.since) == (True, alarms[0], 3)


@pytest.mark.parametrize(
    ("h", "k", "rate", "zero", "fast"),
    [
        (10, 3, 2.4, 548.362, 513.672),
        (5, 2, 1, 1903.54, 1885.05),
        (5, 2, 2, 19.797, 16.322),
        (4, 1.5, 1, 121.952, 112.186),
        (5, 1.5, 1, 273.650, 255.679),
        (10, 3, 2, 8896.3, None),
        (10, 6, 4, 8017.97, None),
        (10, 6, 8, 5.576, 3.391),
    ],
)
def test_run_length_as_surveillance_arl_cusum(h, k, rate, zero, fast):
    assert average_run_length(rate, reference=k, threshold=h) == pytest.approx(zero, rel=1e-5, abs=1e-3)
    if fast is not None:
        found = average_run_length(rate, reference=k, threshold=h, fast_start=True)
        assert found == pytest.approx(fast, rel=1e-5, abs=1e-3)


def test_run_length_of_h3_k1_as_surveillance():
    assert average_run_length(0.5, reference=1, threshold=3) == pytest.approx(174.246, abs=1e-3)
    assert average_run_length(0.5, reference=1, threshold=3, fast_start=True) == pytest.approx(169.317, abs=1e-3)


def test_alarm_at_the_threshold_is_spc_with_one_more():
    assert average_run_length(2, reference=3, threshold=7) == pytest.approx(894.0044, abs=1e-4)


@pytest.mark.parametrize(
    ("quiet", "relapse", "k", "h", "length", "delay"),
    [
        (0.25, 1, 0.5, 2.5, 134, 5.4),
        (0.5, 1.5, 1, 2.5, 174, 5.7),
        (0.5, 2, 1, 2.5, 174, 3.5),
        (1, 2, 1.5, 4, 122, 7.5),
        (1, 3, 2, 2.5, 152, 3.4),
        (2, 4, 3, 4.5, 189, 5.2),
        (3, 5, 4, 5.5, 129, 6.0),
        (4, 8, 6, 4.5, 173, 3.1),
    ],
)
def test_ready_design_table(quiet, relapse, k, h, length, delay):
    found = design(quiet, relapse)
    assert (found.reference, found.threshold) == (k, h)
    assert found.run_length == pytest.approx(length, abs=0.6)
    assert found.delay == pytest.approx(delay, abs=0.05)
    assert found in design_table()


def test_twenty_watched_blocks_at_104_weeks_ring_ten_times_a_year():
    kept_to_the_word = replace(design(0.25, 1), run_length=104.0)
    assert false_alarms_per_year([kept_to_the_word] * 20) == pytest.approx(10)
    assert false_alarms_per_year([design(0.25, 1)] * 20) == pytest.approx(20 * 52 / 134, rel=0.01)


def test_a_longer_promise_costs_one_to_two_weeks_of_delay():
    for pair in ((0.5, 2), (1, 3), (2, 4)):
        longer = design(*pair, run_length=260)
        assert longer.run_length >= 260
        assert 0.8 < longer.delay - design(*pair).delay < 2.2


def test_run_length_is_what_simulated_counts_show():
    rng, lengths = np.random.default_rng(4), []
    for _ in range(250):
        found = watch(rng.poisson(1.0, 1500), reference=1.5, threshold=4)
        lengths.append(found.first + 1)
    assert np.mean(lengths) == pytest.approx(121.95, rel=0.2)


def test_a_gap_holds_the_sum_and_does_not_ring():
    found = watch([5, math.nan, 0, 5], reference=1, threshold=4)
    assert found.statistic == (4, 4, 3, 7)
    assert found.alarms == (0, 3)
    assert found.gaps == (1,)


def test_a_quiet_place_never_rings():
    found = watch([0, 1, 0, 0, 1], reference=1, threshold=2.5)
    assert (found.returned, found.first, found.since) == (False, None, None)


def test_fast_start_begins_half_way():
    assert watch([0], reference=1, threshold=5, fast_start=True).statistic == (1.5,)


@pytest.mark.parametrize("counts", [[-1], [1.5], [math.inf]])
def test_counts_that_are_not_counts_are_refused(counts):
    with pytest.raises(BadValue):
        watch(counts, reference=1, threshold=2)


@pytest.mark.parametrize("rates", [(0, 1), (2, 1), (1, 1), (30, 30.5)])
def test_rates_no_watch_can_tell_apart_are_refused(rates):
    with pytest.raises(BadValue):
        design(*rates)


# The same mean-time-to-absorption, on charts we do not ship, against programs and a paper that do.


def _normal_cusum(h: float, shift: float, *, k: float = 0.5, states: int = 300) -> float:
    """One-sided normal CUSUM by Brook and Evans's midpoints."""
    width = 2 * h / (2 * states - 1)
    at = width * np.arange(states)
    edges = at[None, :] - at[:, None] + k - shift
    chances = stats.norm.cdf(edges + width / 2) - stats.norm.cdf(edges - width / 2)
    chances[:, 0] = stats.norm.cdf(edges[:, 0] + width / 2)
    return float(steps_to_alarm(chances)[0])


def _two_sided(h: float, shift: float) -> float:
    return 1 / (1 / _normal_cusum(h, shift) + 1 / _normal_cusum(h, -shift))


@pytest.mark.parametrize(
    ("h", "in_control", "at_one"), [(4, 167.684, 8.383), (4.77, 368.56, 9.917), (5, 465.444, 10.376)]
)
def test_normal_cusum_as_spc(h, in_control, at_one):
    assert _two_sided(h, 0) == pytest.approx(in_control, rel=2e-4)
    assert _two_sided(h, 1) == pytest.approx(at_one, rel=2e-4)
    assert _normal_cusum(h, 0) == pytest.approx({4: 335.37, 4.77: 737.12, 5: 930.89}[h], rel=2e-4)


def _ewma(smooth: float, limit: float, shift: float, states: int = 201) -> float:
    """Two-sided EWMA of normal values by midpoints."""
    reach = limit * math.sqrt(smooth / (2 - smooth))
    width = 2 * reach / states
    at = -reach + width * (np.arange(states) + 0.5)
    centre = (at[None, :] - (1 - smooth) * at[:, None]) / smooth - shift
    half = width / smooth / 2
    return float(steps_to_alarm(stats.norm.cdf(centre + half) - stats.norm.cdf(centre - half))[states // 2])


@pytest.mark.parametrize(
    ("smooth", "limit", "lengths"),
    [
        (0.1, 2.814, (499.58, 31.30, 10.33, 4.36)),
        (0.2, 2.962, (499.74, 41.76, 10.54, 3.74)),
        (0.25, 2.998, (499.84, 48.29, 11.14, 3.61)),
        (0.05, 2.615, (499.93, 28.76, 11.38, 5.22)),
    ],
)
def test_ewma_as_spc(smooth, limit, lengths):
    found = [_ewma(smooth, limit, shift) for shift in (0, 0.5, 1, 2)]
    assert found == pytest.approx(lengths, rel=2e-3)


def _poisson_ewma(rate: float, *, mean: float = 20, smooth: float = 0.27, limit: float = 3.319) -> float:
    """Borror, Champ and Rigdon's Poisson EWMA, 101 states."""
    states = 101
    reach = limit * math.sqrt(smooth / (2 - smooth) * mean)
    width = 2 * reach / states
    low = mean - reach
    edge = low + width * np.arange(states + 1)
    middle = edge[:-1] + width / 2
    counts = (edge[None, :] - (1 - smooth) * middle[:, None]) / smooth
    below = stats.poisson.cdf(np.floor(counts), rate)
    return float(steps_to_alarm(np.diff(below, axis=1))[states // 2])


def test_poisson_ewma_as_borror_1998():
    found = [_poisson_ewma(rate) for rate in (16, 18, 20, 22, 24, 26, 28, 30)]
    assert found == pytest.approx([24.2, 197.8, 1233.4, 85.2, 17.7, 7.8, 4.9, 3.5], rel=2e-4, abs=0.05)
