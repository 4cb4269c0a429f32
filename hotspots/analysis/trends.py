"""Trend of a series: Mann–Kendall, the last twelve months, the same month last year; a gap is never a zero."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from hotspots.analysis.usual import unit_of
from hotspots.errors import BadValue, NoData


def rolling_12(series: pd.Series) -> pd.Series:
    """Sum of the 12 months that end with each month; NaN unless all 12 are known."""
    monthly = _whole_index(series)
    return monthly.rolling(12, min_periods=12).sum().rename("rolling_12")


def same_month_last_year(series: pd.Series) -> pd.Series:
    """Count of the same month a year earlier, at each month of the series; NaN where not known."""
    monthly = _whole_index(series)
    return monthly.shift(12).rename("last_year")


@dataclass(frozen=True)
class Trend:
    """Mann–Kendall test of a steady rise or fall.

    s: concordant less discordant pairs; variance: of s, ties allowed for; z: with the continuity
    correction; p_value: two-sided, exact under ten values; slope: Sen's, counts a period
    """

    s: int
    variance: float
    z: float
    p_value: float
    slope: float


def mann_kendall(values: Sequence[float]) -> Trend:
    """Test whether a series rises or falls steadily, whatever the shape.

    values: counts in time order, NaN gaps left out (their time still counts for the slope).
    Raises `NoData` for fewer than three known values.

    S = Σ sign(xj − xi); Var = [n(n−1)(2n+5) − Σt(t−1)(2t+5)]/18 over groups of t ties; z = (S ∓ 1)/√Var
    (Mann 1945, Kendall 1975). Under ten values p comes from every order of those values. Do not believe it
    on monthly counts with a season, nor where neighbouring periods are correlated: both make trends.
    """
    series = np.asarray(values, dtype=float)
    when = np.flatnonzero(~np.isnan(series))
    known = series[when]
    n = len(known)
    if n < 3:
        raise NoData(f"A trend needs at least three known periods; {n} were given.")
    earlier, later = np.triu_indices(n, 1)
    difference = known[later] - known[earlier]
    s = int(np.sign(difference).sum())
    ties = np.unique(known, return_counts=True)[1]
    variance = float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    z = float(s - np.sign(s)) / np.sqrt(variance) if variance else 0.0
    p_value = _exact_p(s, ties) if n < 10 else float(2 * special.ndtr(-abs(z)))
    return Trend(s, variance, float(z), p_value, float(np.median(difference / (when[later] - when[earlier]))))


def _whole_index(series: pd.Series) -> pd.Series:
    if unit_of(series.index) != "month":
        raise BadValue("Twelve-month figures need a monthly series; count by month first.")
    return series.sort_index().asfreq("MS").astype(float)


def _exact_p(s: int, ties: np.ndarray) -> float:
    """Two-sided p from all orders of values with these tie groups.

    The number of orders with k discordant pairs is the coefficient of q^k in the Gaussian multinomial.
    """
    orders, placed = np.array([1.0]), 0
    for size in ties:
        placed += size
        orders = np.convolve(orders, _gaussian_binomial(placed, size))
    pairs = len(orders) - 1
    scores = pairs - 2 * np.arange(pairs + 1)
    return float(orders[np.abs(scores) >= abs(s)].sum() / orders.sum())


def _gaussian_binomial(n: int, k: int) -> np.ndarray:
    """Coefficients of the q-binomial of n over k."""
    if k == 0 or k == n:
        return np.array([1.0])
    without, with_last = _gaussian_binomial(n - 1, k - 1), _gaussian_binomial(n - 1, k)
    total = np.zeros(k * (n - k) + 1)
    total[: len(without)] += without
    total[k : k + len(with_last)] += with_last
    return total
