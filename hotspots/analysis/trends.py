"""Usual range, control chart and trend of a series of counts; a gap is never a zero."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import special

from hotspots.errors import BadValue, NoData
from hotspots.periods import Window

LEVEL = 0.995
"""Share of periods the usual range should hold: at most five in 1,000 fall outside by luck."""
FEW = 6
"""Fewer earlier periods than this are a short series: the basis says so and charts draw no band."""
GUARD = {"month": 2, "week": 8}
"""Most recent periods a chart's baseline leaves out, so that a slow rise does not hide itself."""
SEASON = {"month": 1, "week": 3}
"""Periods either side of the same date in earlier years that count as the same season."""
YEAR = {"month": 12, "week": 365.25 / 7}
BACK_INSIDE = 3
"""Periods running inside its range that end an episode outside it."""


@dataclass(frozen=True)
class UsualRange:
    """What a period usually holds: counts from `low` to `high`, both included.

    mean, dispersion: of the earlier periods; dispersion is variance over mean, never below 1
    basis: a sentence saying which periods it is based on; n_periods: how many
    """

    low: int
    high: int
    mean: float
    dispersion: float
    basis: str
    n_periods: int

    def chance_of_at_least(self, count: float) -> float:
        """Probability that a period holds `count` or more when nothing has changed."""
        return 1.0 - _chance_up_to(count - 1, *_predictive(self.mean, self.dispersion, self.n_periods))

    @property
    def chance_above(self) -> float:
        """Probability that a period rings above `high` when nothing has changed."""
        return self.chance_of_at_least(self.high + 1)


def usual_range(
    history: pd.Series, *, at: pd.Timestamp, level: float = LEVEL, exclude: Sequence[Window] = ()
) -> UsualRange:
    """Range in which a month or week usually falls, from earlier ones only.

    Parameters
    ----------
    history : counts indexed by period start (all firsts of months, or seven days apart), NaN gaps.
    at : start of the period the range is for; it and everything later is not used.
    level : share of periods the range should hold. Where the range starts at 0 all of 1 − level
        lies above it; otherwise half lies below.
    exclude : windows whose periods are not usual (a reporting drive, a lockdown, a recording change).

    Returns
    -------
    `UsualRange`. Based on the same season of earlier years (same month and one either side; same
    week and three either side) where two earlier years and six such periods are known, else on all
    earlier periods; `basis` says which, and says when they are fewer than six.

    Raises
    ------
    NoData : no earlier period is known.  BadValue : an irregular index or a level outside 0.5 to 1.

    Negative-binomial prediction interval: mean m = (Σx + ½)/n, variance φm(1 + 1/n), which for φ = 1
    is the gamma–Poisson predictive distribution with Jeffreys' prior; φ = max(1, χ²/df · (t/z)²), Pearson's
    χ² taken within calendar months where the season is used. Season windows after Farrington et al.
    1996. Holds 990 to 999 of 1,000 for dispersions 1 to 3 and 6 to 36 earlier months (simulated). Do not
    believe it where the series has a strong trend, or where the excluded periods are the usual ones.
    """
    if not 0.5 < level < 1:
        raise BadValue(f"The level of a usual range lies between 0.5 and 1; {level} was given.")
    past = _History.of(history.sort_index(), exclude, unit_of(history.index))
    number = _number(pd.DatetimeIndex([at]), past.unit)[0]
    earlier = past.where(past.numbers < number)
    if not len(earlier.counts):
        raise NoData("No earlier period is known, so there is no usual range; choose a longer window.")
    return earlier.range_at(number, level)


def control_chart(
    series: pd.Series, *, level: float = LEVEL, exclude: Sequence[Window] = (), aside: Sequence[Window] = ()
) -> pd.DataFrame:
    """Each period beside the range usual for it, judged from earlier periods only.

    Parameters
    ----------
    series : counts indexed by period start, NaN gaps.
    level, exclude : as for `usual_range`.
    aside : windows out of the ordinary (a lockdown): their periods are excluded and not judged either.

    Returns
    -------
    Frame, a row a period: [period, n, low, high, mean, dispersion, p_above, chance_above, outside, set_aside,
    basis]. `outside` is "above", "below" or ""; `p_above` the probability of n or more by luck, `chance_above`
    that of any count above the band. The band is NaN until six
    earlier periods are known. Gaps keep their band and are never outside.

    The baseline expands, but leaves out the two latest months (eight weeks), every period already
    found outside, and the excluded windows. While a series is outside, the baseline is held where it was
    when it left, until three periods running are inside again or a year has passed: then the
    new level is the usual one. (Guard band: Noufaily et al. 2013.) Not for fewer than twelve periods.
    """
    unit = unit_of(series.index)
    series = series.sort_index().astype(float)
    usable = _History.of(series, [*exclude, *aside], unit)
    unjudged = touched_by(series.index, aside, unit)
    rows, episode = [], _Episode(unit)
    numbers = _number(series.index, unit)
    for number, odd, n in zip(numbers.tolist(), unjudged.tolist(), series.tolist(), strict=True):
        earlier = usable.where(episode.uses(usable.numbers, number))
        usual = earlier.range_at(number, level) if len(earlier.counts) >= FEW else None
        side = "" if odd else _side(n, usual)
        episode = episode if odd else episode.after(number, n, side, usual)
        rows.append(_chart_row(n, usual, side, odd=odd))
    columns = dict(zip(_CHART, zip(*rows, strict=True), strict=True))
    return pd.DataFrame({"period": series.index, **{name: list(cells) for name, cells in columns.items()}})


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


def unit_of(index: pd.Index) -> str:
    """ "month" or "week", from the periods' first days; raises `BadValue` for anything else."""
    if not isinstance(index, pd.DatetimeIndex) or index.has_duplicates or index.empty:
        raise BadValue("A series of counts is indexed by the start of each period, each once.")
    if (index.day == 1).all():
        return "month"
    if (np.diff(index.sort_values().to_numpy()) % np.timedelta64(7, "D") == np.timedelta64(0)).all():
        return "week"
    raise BadValue("Periods are all firsts of a month, or a whole number of weeks apart.")


def touched_by(periods: pd.DatetimeIndex, windows: Sequence[Window], unit: str) -> np.ndarray:
    """Which periods ("month" or "week", by their first days) share a day with any of the windows."""
    touched = np.zeros(len(periods), dtype=bool)
    if not windows:
        return touched
    starts = periods.to_numpy().astype("datetime64[D]")
    ends = starts + 7 if unit == "week" else (starts.astype("datetime64[M]") + 1).astype("datetime64[D]")
    for window in windows:
        touched |= (starts < np.datetime64(window.end)) & (ends > np.datetime64(window.start))
    return touched


@dataclass(frozen=True)
class _History:
    """Known, usable periods as plain arrays: a page draws a chart for every ward."""

    unit: str
    numbers: np.ndarray  # months or weeks since a fixed one
    counts: np.ndarray

    @classmethod
    def of(cls, series: pd.Series, exclude: Sequence[Window], unit: str) -> "_History":
        """Known periods that touch no excluded window, oldest first; the series in order of time."""
        counts = series.to_numpy(dtype=float)
        usable = ~np.isnan(counts) & ~touched_by(series.index, exclude, unit)
        return cls(unit, _number(series.index, unit)[usable], counts[usable])

    def where(self, chosen: np.ndarray) -> "_History":
        return _History(self.unit, self.numbers[chosen], self.counts[chosen])

    def range_at(self, number: int, level: float) -> UsualRange:
        """Usual range of a period, from the same season where that is known well enough."""
        season = self.where(self._same_season(number))
        seasonal = len(season.counts) >= FEW and season._several_years(number)
        sample = season if seasonal else self
        # Within calendar months or weeks the whole past shows how much years differ; a season alone is short.
        kind = np.round(self.numbers % YEAR[self.unit]).astype(int) if seasonal else np.zeros(len(self.counts), int)
        spread = _dispersion(self.counts, kind)
        return _range_of(sample.counts, spread, level, sample._basis(seasonal=seasonal))

    def _same_season(self, number: int) -> np.ndarray:
        year = YEAR[self.unit]
        back = number - self.numbers
        years = np.rint(back / year)
        return (years >= 1) & (np.abs(back - year * years) <= SEASON[self.unit] + 0.2)

    def _several_years(self, number: int) -> bool:
        oldest, newest = (round((number - at) / YEAR[self.unit]) for at in (self.numbers[0], self.numbers[-1]))
        return oldest != newest

    def _basis(self, *, seasonal: bool) -> str:
        n = len(self.counts)
        first, last = (_month_name(int(number), self.unit) for number in (self.numbers[0], self.numbers[-1]))
        if seasonal:
            return f"the same season of earlier years ({n} {self.unit}s, {first} to {last})"
        plain = f"the {n} earlier complete {self.unit}{'' if n == 1 else 's'}, {first} to {last}"
        return plain if n >= FEW else f"only {plain}: too few to be more than a guide"


def _number(index: pd.DatetimeIndex, unit: str) -> np.ndarray:
    if unit == "month":
        return index.to_numpy().astype("datetime64[M]").astype(np.int64) + 12 * 1970
    return index.to_numpy().astype("datetime64[D]").astype(np.int64) // 7


@lru_cache(maxsize=4096)
def _month_name(number: int, unit: str) -> str:
    year, month = divmod(number, 12)
    day = date(year, month + 1, 1) if unit == "month" else date(1970, 1, 1) + timedelta(weeks=int(number))
    return f"{day:%B %Y}"


@dataclass(frozen=True)
class _Episode:
    """Periods found outside so far, and whether the series is outside still."""

    unit: str
    flagged: tuple[int, ...] = ()
    since: int | None = None
    inside_running: int = 0

    def uses(self, numbers: np.ndarray, number: int) -> np.ndarray:
        """Which periods the one numbered `number` is judged by."""
        start = number if self.since is None else self.since
        usual = ~np.isin(numbers, self.flagged) if self.flagged else np.ones(len(numbers), dtype=bool)
        early = usual & (numbers < start - GUARD[self.unit])
        if early.sum() < FEW:
            # A young series has nothing to spare: it is judged by all of its past.
            early = usual & (numbers < start)
        return early

    def after(self, number: int, n: float, side: str, usual: UsualRange | None) -> "_Episode":
        if math.isnan(n) or usual is None:
            return self
        if side:
            since = number if self.since is None else self.since
            if number - since >= YEAR[self.unit]:
                # A year outside is a new level: what was flagged becomes usual.
                return _Episode(self.unit, tuple(m for m in self.flagged if m < since))
            return _Episode(self.unit, (*self.flagged, number), since)
        running = self.inside_running + 1
        if self.since is None or running < BACK_INSIDE:
            return _Episode(self.unit, self.flagged, self.since, running)
        return _Episode(self.unit, self.flagged)


def _range_of(counts: np.ndarray, dispersion: float, level: float, basis: str) -> UsualRange:
    n = len(counts)
    mean = (counts.sum() + 0.5) / n
    low, high = _narrowest(*_predictive(mean, dispersion, n), 1 - level)
    return UsualRange(low, high, float(mean), dispersion, basis, n)


def _narrowest(size: float, p: float, outside: float) -> tuple[int, int]:
    """Counts with at most half of `outside` below them and the rest of it above."""
    mean, sd = size * (1 - p) / p, math.sqrt(size * (1 - p)) / p
    counts = range(int(mean + 15 * sd + 15))

    def up_to(count: int) -> float:
        return _chance_up_to(count, size, p)

    # Halving: a force's month has tens of thousands of counts to choose from, and a page draws a dozen charts.
    low = bisect_left(counts, outside / 2, key=up_to)
    below = up_to(low - 1) if low else 0.0
    return low, bisect_left(counts, 1 - (outside - below), lo=low, key=up_to)


def _dispersion(counts: np.ndarray, kind: np.ndarray) -> float:
    """Variance over mean within periods of one kind, for predicting the next: never below 1."""
    size, total, squares = np.bincount(kind), np.bincount(kind, counts), np.bincount(kind, counts**2)
    telling = (size > 1) & (total > 0)  # all zeros, or one alone, say nothing about spread
    df = int((size[telling] - 1).sum())
    pearson = float((squares[telling] * size[telling] / total[telling] - total[telling]).sum())
    if not df:
        return 1.0
    # Student's t for a spread that is itself estimated: without it three bands in 100 of a short
    # over-dispersed series ring by luck. Under six periods the basis warns instead.
    widen = special.stdtrit(max(df, FEW - 1), 0.9975) / special.ndtri(0.9975)
    return max(1.0, pearson / df * float(widen) ** 2)


def _predictive(mean: float, dispersion: float, n: int) -> tuple[float, float]:
    """Size and p of the negative binomial of one more period."""
    variance = dispersion * mean * (1 + 1 / n)
    return mean**2 / (variance - mean), mean / variance


def _chance_up_to(count: float, size: float, p: float) -> float:
    # The special function at once: a frozen scipy.stats distribution costs a hundred times more
    # per call, and a page draws a chart for every ward.
    return float(special.betainc(size, count + 1.0, p)) if count >= 0 else 0.0


def _side(n: float, usual: UsualRange | None) -> str:
    if usual is None or math.isnan(n):
        return ""
    return "above" if n > usual.high else "below" if n < usual.low else ""


_CHART = ("n", "low", "high", "mean", "dispersion", "p_above", "chance_above", "outside", "set_aside", "basis")


def _chart_row(n: float, usual: UsualRange | None, side: str, *, odd: bool) -> tuple:
    """Cells of `_CHART` for one period."""
    if usual is None:
        return (n, *[math.nan] * 6, side, odd, "")
    p_above = math.nan if odd or math.isnan(n) else usual.chance_of_at_least(n)
    band = (float(usual.low), float(usual.high), usual.mean, usual.dispersion)
    return (n, *band, p_above, usual.chance_above, side, odd, usual.basis)


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
