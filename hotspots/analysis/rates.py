"""Two counts, four counts: exact ratios, tests and weighted displacement differences.

Each function states its source and when not to believe it. Nothing here knows
of dates, places or over-dispersion between periods: `evaluation.compare` does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from hotspots.errors import BadValue


@dataclass(frozen=True)
class RateRatio:
    """A ratio of two rates with its interval; `mid_p` is NaN where it was not computed."""

    ratio: float
    low: float
    high: float
    p_value: float
    mid_p: float = math.nan


def exact_ratio(
    first: int, second: int, *, first_exposure: float = 1.0, second_exposure: float = 1.0, level: float = 0.95
) -> RateRatio:
    """Exact conditional (C-test) ratio of the first rate over the second.

    Parameters: two counts and their exposures (periods, days or people, same unit), the interval's level.
    Returns: ratio, Clopper-Pearson interval, two-sided p and mid-p; all NaN when both counts are 0.
    Errors: `BadValue` for a negative or fractional count, or an exposure that is not above 0.

    Given their sum, the first count is binomial (Przyborowski and Wilenski 1940); the interval is the
    binomial's, turned into odds, as R's poisson.test. Do not believe it where incidents come in bursts:
    the counts must be Poisson.
    """
    first, second = _count(first), _count(second)
    if min(first_exposure, second_exposure) <= 0:
        raise BadValue(f"Exposures must be above 0; {first_exposure} and {second_exposure} were given.")
    total, times = first + second, second_exposure / first_exposure
    if total == 0:
        return RateRatio(math.nan, math.nan, math.nan, math.nan)
    share = first_exposure / (first_exposure + second_exposure)
    p_value = float(stats.binomtest(first, total, share).pvalue)
    tail = (1 - level) / 2
    low = _odds(special.betaincinv(first, second + 1, tail)) if first else 0.0
    high = _odds(special.betaincinv(first + 1, second, 1 - tail)) if second else math.inf
    mid_p = p_value - 0.5 * _ties(first, total, share)
    return RateRatio(_odds(first / total) * times, low * times, high * times, p_value, mid_p)


def _ties(first: int, total: int, share: float) -> float:
    """Probability of all outcomes exactly as likely as the one seen."""
    chances = stats.binom.pmf(np.arange(total + 1), total, share)
    return float(chances[np.isclose(chances, chances[first], rtol=1e-7, atol=0)].sum())


def _odds(share: float) -> float:
    return math.inf if share >= 1 else float(share / (1 - share))


def count_interval(count: int, *, level: float = 0.95) -> tuple[float, float]:
    """Exact interval for the mean behind one Poisson count (Garwood 1936).

    Parameters: the count, the level. Returns: lower and upper limit. Not for counts in bursts.
    """
    count, tail = _count(count), (1 - level) / 2
    low = stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    return float(low), float(stats.chi2.isf(tail, 2 * count + 2) / 2)


@dataclass(frozen=True)
class PercentChange:
    """A relative change (−0.5 = −50 %) that never travels without its two counts."""

    before: int
    after: int
    change: float
    low: float
    high: float
    p_value: float

    @property
    def sentence(self) -> str:
        """The counts, the interval, then the percentage."""
        if self.before == self.after == 0:
            return "None before and none after: there is no change to measure."
        if self.before == 0:
            return f"None before and {self.after} after: a percentage of nothing cannot be given."
        ends = f"{100 * self.low:+.0f} % to {100 * self.high:+.0f} %"
        text = f"{self.before} before and {self.after} after: {ends}, best estimate {100 * self.change:+.0f} %."
        return text.replace("-", "−")


def percent_change(before: int, after: int, *, level: float = 0.95) -> PercentChange:
    """Percent change between two counts of equal windows, with the exact conditional interval.

    Parameters: the two counts, the level. Returns: changes as fractions; high is inf where before is 0.
    Not to be read as an effect: it has no comparison area and no correction for regression to the mean.
    """
    test = exact_ratio(after, before, level=level)
    return PercentChange(int(before), int(after), test.ratio - 1, test.low - 1, test.high - 1, test.p_value)


def e_test(first: int, second: int) -> float:
    """Two-sided p-value of the E-test that two Poisson means are equal, equal exposures only.

    Parameters: two counts over windows of equal length. Returns: p, NaN when both are 0.
    Source: Krishnamoorthy and Thomson (2004), difference 0. With unequal windows implementations disagree,
    so it is not offered: use `exact_ratio`. Not for counts in bursts.
    """
    first, second = _count(first), _count(second)
    if first + second == 0:
        return math.nan
    mean = (first + second) / 2
    seen = abs(first - second) / math.sqrt(first + second)
    counts = np.arange(int(stats.poisson.isf(1e-16, mean)) + 2)
    chance = stats.poisson.pmf(counts, mean)
    total = counts[:, None] + counts[None, :]
    gap = np.abs(counts[:, None] - counts[None, :]) / np.sqrt(np.maximum(total, 1))
    return float(min(1.0, chance @ np.where(gap >= seen - 1e-12, 1.0, 0.0) @ chance))


Pair = tuple[float, float]


def log_rate_ratio(target: Pair, control: Pair, *, level: float = 0.95) -> RateRatio:
    """Wilson's incidence-rate ratio of four counts: target change over control change.

    Parameters: (before, after) of target and control over equal windows, the level.
    Returns: the ratio, its log-normal interval and normal p-value. Half is added to all four counts when
    one is 0, and only then; all NaN when a pair is empty.
    Source: log ratio with standard error √(1/a + 1/b + 1/c + 1/d) (Wilson 2022). Poisson counts only.
    """
    cells = [_amount(n) for n in (*target, *control)]
    if sum(cells[:2]) == 0 or sum(cells[2:]) == 0:
        return RateRatio(math.nan, math.nan, math.nan, math.nan)
    before, after, calm_before, calm_after = (n + (0.5 if min(cells) == 0 else 0.0) for n in cells)
    log = math.log(after * calm_before / (before * calm_after))
    error = math.sqrt(1 / before + 1 / after + 1 / calm_before + 1 / calm_after)
    reach = float(stats.norm.ppf(0.5 + level / 2)) * error
    p_value = float(2 * stats.norm.sf(abs(log) / error))
    return RateRatio(math.exp(log), math.exp(log - reach), math.exp(log + reach), p_value)


@dataclass(frozen=True)
class Wdd:
    """Weighted displacement difference in incidents; `local` and `ring` are its two parts."""

    value: float
    standard_error: float
    z: float
    low: float
    high: float
    local: float
    ring: float
    ring_standard_error: float


def wdd(
    target: Pair,
    control: Pair,
    ring: Pair | None = None,
    ring_control: Pair | None = None,
    *,
    weights: Pair = (1.0, 1.0),
    dispersion: float = 1.0,
    df: float = math.inf,
    level: float = 0.95,
) -> Wdd:
    """Weighted displacement difference: incidents fewer (negative) or more than the control's change gives.

    Parameters: (before, after) counts of target, control and, both or neither, ring and ring control;
    `weights` divide the before and after counts (periods in each); `dispersion` multiplies the variance;
    `df` chooses the t quantile (infinite = normal). Returns: value, error, z, interval, parts. Error,
    z and interval are NaN when every count is 0: the measure is undefined there.
    Errors: `BadValue` when only one of ring and ring control is given, or a value is out of range.

    WDD = (T1−T0) − (C1−C0) + (D1−D0) − (DC1−DC0), variance the sum of all counts, each over its weight
    squared (Wheeler and Ratcliffe 2018). Undivided it is wrong 11–25 % of the time at variance/mean 1.5–3,
    hence `dispersion`. Not corrected for regression to the mean; both areas must start at like levels.
    """
    if (ring is None) != (ring_control is None):
        raise BadValue("A ring needs a ring control, and the other way round; only one was given.")
    if min(weights) <= 0 or dispersion <= 0:
        raise BadValue(f"Weights and dispersion must be above 0; {weights} and {dispersion} were given.")
    local, variance = _difference(target, control, weights)
    beside, ring_variance = (0.0, 0.0) if ring is None else _difference(ring, ring_control, weights)
    value = local + beside
    error = math.sqrt(dispersion * (variance + ring_variance))
    if error == 0:
        return Wdd(value, math.nan, math.nan, math.nan, math.nan, local, beside, math.nan)
    reach = float(stats.t.ppf(0.5 + level / 2, df)) * error
    ring_error = math.sqrt(dispersion * ring_variance)
    return Wdd(value, error, value / error, value - reach, value + reach, local, beside, ring_error)


def _difference(treated: Pair, control: Pair, weights: Pair) -> tuple[float, float]:
    """Change of treated less change of control, and its Poisson variance."""
    (t0, t1), (c0, c1) = ([_amount(n) / w for n, w in zip(pair, weights, strict=True)] for pair in (treated, control))
    return (t1 - t0) - (c1 - c0), (t0 + c0) / weights[0] + (t1 + c1) / weights[1]


def wdd_harm(parts: Sequence[Wdd], harms: Sequence[float], *, level: float = 0.95) -> Wdd:
    """Harm-weighted sum of differences, one per crime type.

    Parameters: `wdd` of each type and the harm weight of each, in the same order. Returns: Σ w·WDD with
    variance Σ w²·variance and a normal interval. Source: Wheeler and Ratcliffe (2018), appendix.
    One rare type of high weight can carry the whole sum: show the parts beside it.
    """
    if len(parts) != len(harms) or not parts:
        raise BadValue(f"Each part needs one harm weight; {len(parts)} and {len(harms)} were given.")

    def total(name: str) -> float:
        return sum(w * getattr(part, name) for part, w in zip(parts, harms, strict=True))

    def root(name: str) -> float:
        return math.hypot(*(w * getattr(part, name) for part, w in zip(parts, harms, strict=True)))

    value, error = total("value"), root("standard_error")
    reach = float(stats.norm.ppf(0.5 + level / 2)) * error
    z = value / error if error else math.nan
    return Wdd(
        value,
        error,
        z,
        value - reach,
        value + reach,
        total("local"),
        total("ring"),
        root("ring_standard_error"),
    )


@dataclass(frozen=True)
class Quotient:
    """Bowers and Johnson's gross and net effects; `wdq` is NaN, with `reason`, where it has no meaning."""

    gross_effect: float
    net_effect: float
    success: float
    buffer: float
    wdq: float
    total_net_effect: float
    reason: str = ""


def displacement_quotient(target: Pair, buffer: Pair, control: Pair) -> Quotient:
    """Weighted displacement quotient and total net effect.

    Parameters: (before, after) counts of target, buffer and control over equal windows.
    Returns: all of them; WDQ NaN with a reason unless both controls are above 0 and the target did better
    than the control. Source: Bowers and Johnson (2003); POP Guide 10, appendices B–D (whose printed WDQ of
    .411 for 207→110, 178→157, 308→318 is a slip for .258).
    Above 1: next door gained more than the target; 0 to 1 benefit spread; below 0 some moved; under −1 more
    moved than was gained. It has no interval: never show it without `wdd`'s.
    """
    (a0, a1), (b0, b1), (c0, c1) = ([_amount(n) for n in pair] for pair in (target, buffer, control))
    gross = a0 - a1
    if c0 == 0 or c1 == 0:
        nan = math.nan
        return Quotient(gross, nan, nan, nan, nan, nan, "The control area has a window with no incidents.")
    success, moved = a1 / c1 - a0 / c0, b1 / c1 - b0 / c0
    net = (a0 + b0) * c1 / c0 - a1 - b1
    if success >= 0:
        reason = "The target did no better than the control, so there is no gain to set displacement against."
        return Quotient(gross, -success, success, moved, math.nan, net, reason)
    return Quotient(gross, -success, success, moved, moved / success, net)


def _count(value: float) -> int:
    """A whole number of incidents, 0 or more."""
    if _amount(value) != int(value):
        raise BadValue(f"A count must be a whole number; {value} was given.")
    return int(value)


def _amount(value: float) -> float:
    """A finite number, 0 or more."""
    if not math.isfinite(value) or value < 0:
        raise BadValue(f"A count must be a finite number, 0 or more; {value} was given.")
    return float(value)
