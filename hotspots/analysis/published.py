"""Our functions against numbers that others published, computed afresh each time it is asked."""

import math
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from hotspots.analysis.its import SeriesEffect, interrupted_series
from hotspots.analysis.rates import count_interval, displacement_quotient, e_test, exact_ratio, log_rate_ratio, wdd
from hotspots.analysis.regression_to_mean import expected_by_moments, expected_with_model
from hotspots.analysis.repeats import expected_pairs
from hotspots.analysis.watch import average_run_length, watch
from hotspots.errors import HubError


class Check(NamedTuple):
    """One published number, how far ours may be off, and what computes ours."""

    source: str
    what: str
    published: float
    tolerance: float
    ours: Callable[[], float]


# Monthly acute coronary episodes in Sicily 2002–06 and the standardised population: Lopez Bernal, Cummins and
# Gasparrini (2017), International Journal of Epidemiology 46:348–355, published with the tutorial.
SICILY_EPISODES = [
    *(728, 659, 791, 734, 757, 726, 760, 740, 720, 814, 795, 858),
    *(887, 766, 851, 769, 781, 756, 766, 752, 765, 831, 879, 928),
    *(914, 808, 937, 840, 916, 828, 845, 818, 860, 839, 887, 886),
    *(831, 796, 833, 820, 877, 758, 767, 738, 781, 843, 850, 908),
    *(1021, 859, 976, 888, 962, 838, 810, 876, 843, 936, 912),
]
SICILY_POPULATION = [
    *(379875.3, 376495.5, 377040.8, 377116.4, 377383.4, 374113.1, 379513.3, 376295.5, 374653.2, 378485.6),
    *(375955.5, 378349.7, 376762.4, 379032.3, 379360.4, 376162.0, 377972.4, 381830.7, 379888.6, 380872.2),
    *(380966.9, 381240.4, 382104.9, 381802.7, 381656.3, 383680.0, 383504.2, 386462.9, 383783.1, 380836.8),
    *(383483.0, 380906.2, 382926.8, 384052.4, 384449.6, 383428.4, 388153.2, 388373.2, 386470.1, 386033.2),
    *(383686.4, 385509.3, 385901.9, 386516.6, 388436.5, 383255.2, 390148.7, 385874.9, 391613.6, 391750.4),
    *(394005.6, 391364.9, 391664.6, 389022.3, 391878.5, 388575.3, 392989.0, 390018.8, 390712.3),
]
SICILY_BAN = 36
_LANCASHIRE = {"target": (207, 110), "control": (308, 318), "ring": (178, 157), "ring_control": (150, 140)}
# fmt: off
CHECKS = (
    Check("Wheeler and Ratcliffe 2018", "WDD, Lancashire burglary", -118, 1e-6,
          lambda: wdd(**_LANCASHIRE).value),
    Check("Wheeler and Ratcliffe 2018", "its standard error", 39.597980, 1e-6,
          lambda: wdd(**_LANCASHIRE).standard_error),
    Check("Wheeler and Ratcliffe 2018", "WDD, target 20 to 10, control 20 to 20", -10, 1e-6,
          lambda: wdd((20, 10), (20, 20)).value),
    Check("Wilson 2022", "ratio of ratios, 50 to 30 against 60 to 55", 0.654546, 1e-6,
          lambda: log_rate_ratio((50, 30), (60, 55)).ratio),
    Check("Bowers and Johnson 2003", "WDQ, Lancashire burglary", 0.258186, 1e-6,
          lambda: displacement_quotient((207, 110), (178, 157), (308, 318)).wdq),
    Check("Krishnamoorthy and Thomson 2004", "E-test, 3 against 0: p", 0.0884, 5e-5, lambda: e_test(3, 0)),
    Check("Krishnamoorthy and Thomson 2004", "E-test, 6 against 2: p", 0.1749, 6e-5, lambda: e_test(6, 2)),
    Check("R, poisson.test", "12 against 3: p", 0.0351563, 1e-6, lambda: exact_ratio(12, 3).p_value),
    Check("R, poisson.test", "12 against 3: upper end", 22.088287, 1e-5, lambda: exact_ratio(12, 3).high),
    Check("Garwood 1936", "exact interval of 10 reports: upper end", 18.390356, 1e-5,
          lambda: count_interval(10)[1]),
    Check("Hauer and others 2002", "expected accidents, 12 in one year", 8.476369, 1e-4,
          lambda: expected_with_model(12, 2.40885, shape=2.05, length=1.8, years=1).expected),
    Check("Hauer and others 2002", "expected accidents, 27 in three years", 23.907900, 1e-3,
          lambda: expected_with_model(27, 2.40885, shape=2.05, length=1.8, years=3).expected),
    Check("Abbess 1981", "12 where places like it have mean 4 and variance 10", 8.8, 1e-9,
          lambda: expected_by_moments(12, 4, 10).expected),
    Check("R, surveillance", "periods between false alarms, h 10, k 3, usual 2.4", 548.362, 1e-3,
          lambda: average_run_length(2.4, reference=3, threshold=10)),
    Check("R, spc", "the same, h 7, k 3, usual 2, alarm at the threshold", 894.0044, 1e-3,
          lambda: average_run_length(2, reference=3, threshold=7)),
    Check("Lopez Bernal and others 2017", "smoking ban in Sicily, step in monthly episodes", 0.894377, 1e-6,
          lambda: _sicily(harmonics=0).step),
    Check("Lopez Bernal and others 2017", "the same with two harmonics, over-dispersed upper end", 0.933228, 2e-6,
          lambda: _sicily(harmonics=2).high),
    Check("R, surveillance", "near repeats that luck gives, burglaries in Chicago, 100 m and 7 days", 47.98, 5e-3,
          lambda: expected_pairs([109], [206_879], of=469_965).item()),
    Check("R, surveillance", "CUSUM of 2 3 2 4 6 5 7 with k 3: last sum", 10, 1e-9,
          lambda: watch((2, 3, 2, 4, 6, 5, 7), reference=3, threshold=10).statistic[-1]),
)
# fmt: on
"""The numbers shown to users; the tests hold many more."""


def _sicily(*, harmonics: int) -> SeriesEffect:
    return interrupted_series(SICILY_EPISODES, start=SICILY_BAN, exposure=SICILY_POPULATION, harmonics=harmonics)


def published_numbers() -> pd.DataFrame:
    """Every check computed now: [source, what, published, ours, agrees]; a function that fails does not agree."""
    rows = [(check.source, check.what, check.published, _ours(check)) for check in CHECKS]
    frame = pd.DataFrame(rows, columns=["source", "what", "published", "ours"])
    close = [
        math.isclose(ours, check.published, rel_tol=0, abs_tol=check.tolerance)
        for check, ours in zip(CHECKS, frame["ours"], strict=True)
    ]
    return frame.assign(agrees=close)


def _ours(check: Check) -> float:
    try:
        return float(check.ours())
    except HubError:
        return math.nan
