"""Usual range and control chart of series of counts, many at once; a gap is never a zero."""

import math
from collections.abc import Hashable, Mapping, Sequence
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
        return 1.0 - float(_chance_up_to(count - 1, *_predictive(self.mean, self.dispersion, self.n_periods)))

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
    history = history.sort_index()
    unit = unit_of(history.index)
    numbers = _number(history.index, unit)
    number = int(_number(pd.DatetimeIndex([at]), unit)[0])
    counts = history.to_numpy(dtype=float)
    earlier = _usable(counts, history.index, exclude, unit) & (numbers < number)
    if not earlier.any():
        raise NoData("No earlier period is known, so there is no usual range; choose a longer window.")
    found = _ranges(numbers, counts[None, :], earlier[None, :], number, unit, level)
    low, high, mean, dispersion = (column[0] for column in (found.low, found.high, found.mean, found.dispersion))
    return UsualRange(int(low), int(high), float(mean), float(dispersion), found.basis(0), int(found.n[0]))


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
    return control_charts(series.to_frame(0), level=level, exclude={0: exclude}, aside=aside)[0]


def control_charts(
    counts: pd.DataFrame,
    *,
    level: float = LEVEL,
    exclude: Mapping[Hashable, Sequence[Window]] | None = None,
    aside: Sequence[Window] = (),
) -> dict[Hashable, pd.DataFrame]:
    """`control_chart` of many series of the same periods, as one: a screen draws one for every hotspot.

    counts : a column a series, indexed by period start, NaN gaps · exclude : windows by column name
    aside : windows set aside in all. Returns the column names with their charts, in the order of the columns.
    """
    if not len(counts.columns):
        return {}
    unit = unit_of(counts.index)
    counts = counts.sort_index()
    windows = exclude or {}
    held = counts.to_numpy(dtype=float).T
    usable = np.array(
        [
            _usable(row, counts.index, [*windows.get(name, ()), *aside], unit)
            for name, row in zip(counts.columns, held, strict=True)
        ]
    ).reshape(held.shape)
    odd = touched_by(counts.index, aside, unit)
    cells = _charted(_number(counts.index, unit), held, usable, odd, unit, level)
    periods = len(counts)
    whole = pd.DataFrame({"period": np.tile(counts.index.to_numpy(), len(held)), **cells})
    return {
        name: whole.iloc[at * periods : (at + 1) * periods].reset_index(drop=True)
        for at, name in enumerate(counts.columns)
    }


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


def _usable(counts: np.ndarray, periods: pd.DatetimeIndex, exclude: Sequence[Window], unit: str) -> np.ndarray:
    """Which periods are known and touch no excluded window."""
    return ~np.isnan(counts) & ~touched_by(periods, exclude, unit)


def _number(index: pd.DatetimeIndex, unit: str) -> np.ndarray:
    """Months or weeks since a fixed one."""
    if unit == "month":
        return index.to_numpy().astype("datetime64[M]").astype(np.int64) + 12 * 1970
    return index.to_numpy().astype("datetime64[D]").astype(np.int64) // 7


@lru_cache(maxsize=4096)
def _month_name(number: int, unit: str) -> str:
    year, month = divmod(number, 12)
    day = date(year, month + 1, 1) if unit == "month" else date(1970, 1, 1) + timedelta(weeks=int(number))
    return f"{day:%B %Y}"


@lru_cache(maxsize=4096)
def _basis(n: int, first: int, last: int, unit: str, *, seasonal: bool) -> str:
    """What a range is based on: so many periods, from one to another."""
    named = f"{_month_name(first, unit)} to {_month_name(last, unit)}"
    if seasonal:
        return f"the same season of earlier years ({n} {unit}s, {named})"
    plain = f"the {n} earlier complete {unit}{'' if n == 1 else 's'}, {named}"
    return plain if n >= FEW else f"only {plain}: too few to be more than a guide"


@dataclass(frozen=True)
class _Ranges:
    """Usual ranges of one period, an element a series; first and last: numbers of the periods they rest on."""

    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    dispersion: np.ndarray
    n: np.ndarray
    first: np.ndarray
    last: np.ndarray
    seasonal: np.ndarray
    unit: str

    def basis(self, row: int) -> str:
        """What the range of a series is based on, in words."""
        n, first, last = (int(column[row]) for column in (self.n, self.first, self.last))
        return _basis(n, first, last, self.unit, seasonal=bool(self.seasonal[row]))

    def up_to(self, counts: np.ndarray) -> np.ndarray:
        """Chance that a period holds so many or fewer when nothing has changed."""
        return _chance_up_to(counts, *_predictive(self.mean, self.dispersion, self.n))


def _ranges(
    numbers: np.ndarray, counts: np.ndarray, earlier: np.ndarray, number: int, unit: str, level: float
) -> _Ranges:
    """Usual range of the period so numbered, for each series (row) from its `earlier` periods (at least one each).

    From the same season of earlier years where six such periods of two years or more are known.
    """
    back = number - numbers
    years = np.rint(back / YEAR[unit])
    season = earlier & (years >= 1) & (np.abs(back - YEAR[unit] * years) <= SEASON[unit] + 0.2)
    first, last = _ends(season)
    enough = season.sum(axis=1) >= FEW
    seasonal = enough & (np.rint(back[first] / YEAR[unit]) != np.rint(back[last] / YEAR[unit]))
    sample = np.where(seasonal[:, None], season, earlier)
    first, last = _ends(sample)
    # Within calendar months or weeks the whole past shows how much years differ; a season alone is short.
    kinds = np.round(numbers % YEAR[unit]).astype(int)
    dispersion = _dispersion(counts, earlier, np.zeros_like(kinds))
    if seasonal.any():
        dispersion[seasonal] = _dispersion(counts[seasonal], earlier[seasonal], kinds)
    n = sample.sum(axis=1)
    mean = (np.where(sample, counts, 0.0).sum(axis=1) + 0.5) / n
    low, high = _narrowest(*_predictive(mean, dispersion, n), 1 - level)
    return _Ranges(low, high, mean, dispersion, n, numbers[first], numbers[last], seasonal, unit)


def _ends(chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the first and the last chosen period of each row; of a row without any, the outermost."""
    return chosen.argmax(axis=1), chosen.shape[1] - 1 - chosen[:, ::-1].argmax(axis=1)


def _narrowest(size: np.ndarray, p: np.ndarray, outside: float) -> tuple[np.ndarray, np.ndarray]:
    """Counts with at most half of `outside` below them and the rest of it above."""
    low = _first_reaching(outside / 2, size, p)
    below = _chance_up_to(low - 1, size, p)
    return low, _first_reaching(1 - (outside - below), size, p)


def _first_reaching(chance: float | np.ndarray, size: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Least count with that chance, or more, of so many or fewer."""
    count = np.maximum(np.ceil(special.nbdtrik(chance, size, p)), 0.0)
    # The inverse is true to eight digits only: a count whose chance is all but the one asked for is looked at again.
    while (short := _chance_up_to(count, size, p) < chance).any():
        count += short
    while (over := (count > 0) & (_chance_up_to(count - 1, size, p) >= chance)).any():
        count -= over
    return count


def _dispersion(counts: np.ndarray, earlier: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Variance over mean within periods of one kind, for predicting the next: never below 1; an element a row."""
    of_kind = (kinds[:, None] == np.unique(kinds)).astype(float)
    known = np.where(earlier, counts, 0.0)
    size, total, squares = (cells.astype(float) @ of_kind for cells in (earlier, known, known**2))
    telling = (size > 1) & (total > 0)  # all zeros, or one alone, say nothing about spread
    df = np.where(telling, size - 1, 0.0).sum(axis=1)
    pearson = np.where(telling, squares * size / np.where(telling, total, 1.0) - total, 0.0).sum(axis=1)
    # Student's t for a spread that is itself estimated: without it three bands in 100 of a short
    # over-dispersed series ring by luck. Under six periods the basis warns instead.
    widen = special.stdtrit(np.maximum(df, FEW - 1), 0.9975) / special.ndtri(0.9975)
    return np.maximum(1.0, pearson / np.maximum(df, 1.0) * widen**2)


def _predictive(mean: np.ndarray, dispersion: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Size and p of the negative binomial of one more period."""
    variance = dispersion * mean * (1 + 1 / n)
    return mean**2 / (variance - mean), mean / variance


def _chance_up_to(count: np.ndarray, size: np.ndarray, p: np.ndarray) -> np.ndarray:
    # The special function at once: a frozen scipy.stats distribution costs a hundred times more per call.
    return np.where(count >= 0, special.betainc(size, np.maximum(count, 0) + 1.0, p), 0.0)


class _Episodes:
    """Of each series, the periods found outside so far and whether it is outside still."""

    def __init__(self, numbers: np.ndarray, usable: np.ndarray, unit: str) -> None:
        self._numbers, self._usable, self._unit = numbers, usable, unit
        self._flagged = np.zeros_like(usable)
        self._since = np.full(len(usable), _INSIDE)
        self._inside_running = np.zeros(len(usable), dtype=int)

    def earlier(self, number: int) -> np.ndarray:
        """Which periods the one so numbered is judged by, a row a series."""
        start = np.minimum(self._since, number)[:, None]
        usual = self._usable & ~self._flagged
        early = usual & (self._numbers < start - GUARD[self._unit])
        # A young series has nothing to spare: it is judged by all of its past.
        young = early.sum(axis=1) < FEW
        return np.where(young[:, None], usual & (self._numbers < start), early)

    def note(self, at: int, rows: np.ndarray, out: np.ndarray) -> None:
        """Take in the period at a position: of the series judged there (`rows`) those `out` are outside."""
        number = int(self._numbers[at])
        out, back = rows[out], rows[~out]
        self._since[out] = np.minimum(self._since[out], number)
        self._inside_running[out] = 0
        # A year outside is a new level: what was flagged since becomes usual.
        settled = number - self._since[out] >= YEAR[self._unit]
        self._flagged[out[~settled], at] = True
        new_level = out[settled]
        self._flagged[new_level] &= self._numbers < self._since[new_level, None]
        self._since[new_level] = _INSIDE
        self._inside_running[back] += 1
        over = back[(self._since[back] < _INSIDE) & (self._inside_running[back] >= BACK_INSIDE)]
        self._since[over], self._inside_running[over] = _INSIDE, 0


_INSIDE = np.iinfo(np.int64).max
"""Number of the period since which a series is outside, where it is not."""


def _charted(
    numbers: np.ndarray, counts: np.ndarray, usable: np.ndarray, odd: np.ndarray, unit: str, level: float
) -> dict[str, np.ndarray]:
    """Columns of the charts of all series (rows of `counts`), one series after the other.

    odd : periods out of the ordinary, which are not judged
    """
    figures = {name: np.full(counts.shape, math.nan) for name in ("low", "high", "mean", "dispersion")}
    chances = {name: np.full(counts.shape, math.nan) for name in ("p_above", "chance_above")}
    words = {name: np.full(counts.shape, "", dtype=object) for name in ("outside", "basis")}
    episodes = _Episodes(numbers, usable, unit)
    for at, number in enumerate(numbers.tolist()):
        earlier = episodes.earlier(number)
        rows = np.flatnonzero(earlier.sum(axis=1) >= FEW)
        if not len(rows):
            continue
        usual = _ranges(numbers, counts[rows], earlier[rows], number, unit, level)
        for name, column in figures.items():
            column[rows, at] = getattr(usual, name)
        chances["chance_above"][rows, at] = 1.0 - usual.up_to(usual.high)
        words["basis"][rows, at] = [usual.basis(row) for row in range(len(rows))]
        n = counts[rows, at]
        if odd[at]:
            continue
        chances["p_above"][rows, at] = np.where(np.isnan(n), math.nan, 1.0 - usual.up_to(np.nan_to_num(n) - 1))
        above, below = n > usual.high, n < usual.low
        words["outside"][rows[above], at], words["outside"][rows[below], at] = "above", "below"
        known = ~np.isnan(n)
        episodes.note(at, rows[known], (above | below)[known])
    columns = {"n": counts, **figures, **chances, **words}
    columns["set_aside"] = np.broadcast_to(odd, counts.shape)
    order = ("n", *figures, *chances, "outside", "set_aside", "basis")
    return {name: columns[name].ravel() for name in order}
