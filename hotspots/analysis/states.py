"""What is happening at a place, in one word: new, growing, steady, fading, quiet, returned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special
from scipy.stats import false_discovery_control

from hotspots.analysis.trends import mann_kendall
from hotspots.analysis.usual import YEAR, unit_of
from hotspots.errors import BadValue, NoData

NEW, GROWING, RETURNED, STEADY, FADING, QUIET = "new", "growing", "returned", "steady", "fading", "quiet"
STATES = (RETURNED, NEW, GROWING, QUIET, FADING, STEADY)
"""In the order in which they are tried."""
RISEN = frozenset({RETURNED, NEW, GROWING})

FEW_REPORTS = 1
"""A quiet month holds this many reports at most."""
_QUARTER = {"month": 3, "week": 13}
_HALF_YEAR = {"month": 6, "week": 26}
_LUCK = 0.025


def state(series: pd.Series, usual: pd.DataFrame, *, intervention_ended: pd.Timestamp | None = None) -> str:
    """Name what a place is doing, from its last known period first.

    Parameters
    ----------
    series : counts by month or week, indexed by period start, NaN gaps.
    usual : `usual.control_chart(series)`.
    intervention_ended : the day after the last action there ended, where there was one.

    Returns
    -------
    The first of these that holds. A quarter is 3 months or 13 weeks.

    Last period above its usual range:
      1. returned: it came back inside its range after the intervention ended and is above again; or
         it was quiet for six months before this rise, having been above its range before that;
      2. new: no other period above its range in the 12 months before;
      3. growing: this quarter is not below the quarter before;
      4. fading: above its range still, but this quarter is below the one before.
    Otherwise:
      5. quiet: three months running (13 weeks) at 0 or 1 a month;
      6. fading: below its usual range; or back inside it after being above it this quarter; or this
         quarter below the quarter before by more than luck, given the season (one-sided 2.5 %,
         exact, dispersion allowed for);
      7. steady.

    Raises `NoData` where no period has a usual range (under six earlier periods are known).

    Periods that the chart sets aside (`control_chart(aside=…)`) are passed over as gaps are.
    Whatever a place was for years, a month inside its range is never called new, growing or
    returned. Do not read "growing" as significant: see `states_of` for many places at once.
    """
    chart = usual.set_index("period").reindex(series.sort_index().index)
    return _state_of(_Line.of(chart.rename_axis("period").reset_index()), intervention_ended)


def states_of(
    charts: Mapping[str, pd.DataFrame],
    *,
    interventions_ended: Mapping[str, pd.Timestamp] | None = None,
    false_discoveries: float = 0.05,
) -> pd.DataFrame:
    """State of many places, and which rises stand out after looking at all of them.

    Parameters
    ----------
    charts : place id -> `usual.control_chart` of its series.
    interventions_ended : place id -> day after its last action ended.
    false_discoveries : share of the rises that stand out which may be luck.

    Returns
    -------
    Frame [place_id, state, period, n, low, high, p_above, stands_out], in the order of `charts`. A place
    without six earlier periods has a missing state. `stands_out`: a rise that survives
    Benjamini–Hochberg (1995) over all places judged; the procedure assumes that places are independent or
    positively related, and is conservative for counts.
    """
    ended = interventions_ended or {}
    rows = [_place_row(place, chart, ended.get(place)) for place, chart in charts.items()]
    columns = ["place_id", "state", "period", "n", "low", "high", "p_above"]
    frame = pd.DataFrame(rows, columns=columns)
    kept = survive_false_discovery(frame["p_above"], rate=false_discoveries)
    return frame.assign(stands_out=kept & frame["state"].isin(RISEN))


def survive_false_discovery(p_values: pd.Series, *, rate: float = 0.05) -> pd.Series:
    """Which p-values survive Benjamini and Hochberg's (1995) control of false discoveries.

    p_values: one a place; NaN is not tested and does not survive. rate: share of survivors that may be luck.
    """
    tested = p_values.notna()
    kept = pd.Series(False, index=p_values.index)
    if tested.any():
        kept[tested] = false_discovery_control(p_values[tested].to_numpy(dtype=float)) <= rate
    return kept


def classify_sequence(sequence: str, *, scores: Sequence[float] | None = None, level: float = 0.05) -> str:
    """Class of a space-time bin column, named from its final step first.

    Parameters
    ----------
    sequence : a letter a step: H significantly hot, C significantly cold, "." neither.
    scores : Gi* z-scores of the steps, for the trend of a column that is nearly always hot.
    level : of the Mann–Kendall test on the scores.

    Returns
    -------
    The first that holds. Final step not hot: historical (90 % of steps hot), else none. Final step
    hot: oscillating (cold at some time, under 90 % hot), new (never hot before), intensifying,
    diminishing or persistent (90 % hot), consecutive (one unbroken run of two or more), else sporadic.

    Emerging Hot Spot Analysis, hot side, in Esri's present wording, except that oscillating goes
    before new. A block just put right is historical, never persistent. Not for fewer than ten steps:
    one step is then over 10 %.
    """
    if not sequence or set(sequence) - set("HC."):
        raise BadValue("A sequence holds a letter a step: H hot, C cold, . neither.")
    mostly_hot = sequence.count("H") >= 0.9 * len(sequence)
    if not sequence.endswith("H"):
        return "historical" if mostly_hot else "none"
    if "C" in sequence and not mostly_hot:
        return "oscillating"
    if sequence.count("H") == 1:
        return "new"
    if mostly_hot:
        return _always_hot(scores, level)
    run = len(sequence) - len(sequence.rstrip("H"))
    return "consecutive" if sequence.count("H") == run else "sporadic"


def start_of_rise(chart: pd.DataFrame) -> pd.Timestamp:
    """First period of the run above its range that a chart ends in; a gap does not end a run.

    chart: `usual.control_chart` indexed by period, whose last known period is above.
    """
    return chart.index[_first_of_rise(chart["n"].notna().to_numpy(), (chart["outside"] == "above").to_numpy())]


@dataclass(frozen=True)
class _Line:
    """A control chart up to its last judged period, as plain arrays: a screen names a state for every hotspot.

    n: NaN in gaps and in periods set aside (a lockdown), from which nothing is named
    """

    unit: str
    starts: np.ndarray
    n: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    dispersion: np.ndarray
    above: np.ndarray
    below: np.ndarray

    @classmethod
    def of(cls, chart: pd.DataFrame) -> "_Line":
        """The line of a chart whose rows are in order; none of its periods need be judged."""
        n, high = (chart[c].to_numpy(dtype=float, copy=True) for c in ("n", "high"))
        if "set_aside" in chart:
            n[chart["set_aside"].to_numpy(dtype=bool)] = np.nan
        judged = np.flatnonzero(~np.isnan(n) & ~np.isnan(high))
        upto = judged[-1] + 1 if len(judged) else 0
        outside = chart["outside"].to_numpy(dtype=object)[:upto]
        mean, dispersion = (chart[c].to_numpy(dtype=float)[:upto] for c in ("mean", "dispersion"))
        starts = pd.DatetimeIndex(chart["period"])
        return cls(
            unit_of(starts), starts.to_numpy()[:upto], n[:upto], high[:upto], mean, dispersion,
            outside == "above", outside == "below",
        )  # fmt: skip

    @property
    def last(self) -> int:
        """Position of the last judged period, −1 where there is none."""
        return len(self.n) - 1


def _state_of(line: _Line, ended: pd.Timestamp | None) -> str:
    if line.last < 0:
        raise NoData("No period has a usual range yet (six earlier ones are needed), so it has no state.")
    if line.above[-1]:
        return _state_above(line, ended)
    if _quiet(line.n, line.unit, _QUARTER[line.unit]):
        return QUIET
    if line.below[-1] or line.above[-_QUARTER[line.unit] :].any() or _falling(line):
        return FADING
    return STEADY


def _first_of_rise(known: np.ndarray, above: np.ndarray) -> int:
    """Position of the first period above after the last known one that is not."""
    inside = np.flatnonzero(known & ~above)
    after = inside[-1] + 1 if len(inside) else 0
    return int(after + np.argmax(above[after:]))


def _always_hot(scores: Sequence[float] | None, level: float) -> str:
    if scores is None:
        return "persistent"
    trend = mann_kendall(scores)
    if trend.p_value >= level:
        return "persistent"
    return "intensifying" if trend.z > 0 else "diminishing"


def _place_row(place: str, chart: pd.DataFrame, ended: pd.Timestamp | None) -> tuple:
    line = _Line.of(chart)
    if line.last < 0:
        return (place, None, pd.NaT, np.nan, np.nan, np.nan, np.nan)
    shown = (chart[c].to_numpy()[line.last] for c in ("n", "low", "high", "p_above"))
    return (place, _state_of(line, ended), pd.Timestamp(line.starts[line.last]), *map(float, shown))


def _state_above(line: _Line, ended: pd.Timestamp | None) -> str:
    rise = _first_of_rise(~np.isnan(line.n), line.above)
    if _came_back(line, rise, ended):
        return RETURNED
    year = int(YEAR[line.unit])
    if not line.above[:-1][-year:].any():
        return NEW
    this, previous = _quarters(line.n, line.unit)
    return FADING if this < previous else GROWING


def _came_back(line: _Line, rise: int, ended: pd.Timestamp | None) -> bool:
    n, above, starts = line.n[:rise], line.above[:rise], line.starts[:rise]
    inside = ~np.isnan(n) & ~np.isnan(line.high[:rise]) & ~above
    if ended is not None:
        end = pd.Timestamp(ended).to_datetime64()
        if line.starts[rise] > end and inside[starts >= end].any():
            return True
    return _quiet(n, line.unit, _HALF_YEAR[line.unit]) and bool(above.any())


def _quiet(counts: np.ndarray, unit: str, periods: int) -> bool:
    """True where the last `periods` are all known and each month of them holds 0 or 1."""
    last = counts[-periods:]
    if len(last) < periods or np.isnan(last).any():
        return False
    # Weeks: no four running may hold more than one, as no month may.
    months = last if unit == "month" else np.convolve(last, np.ones(4), "valid")
    return bool((months <= FEW_REPORTS).all())


def _quarters(counts: np.ndarray, unit: str) -> tuple[float, float]:
    """Mean of the known periods of the last quarter and of the one before; NaN where none is known."""
    length = _QUARTER[unit]
    known = (part[~np.isnan(part)] for part in (counts[-length:], counts[-2 * length : -length]))
    this, previous = (float(part.mean()) if len(part) else np.nan for part in known)
    return this, previous


def _falling(line: _Line) -> bool:
    """Whether this quarter holds fewer than the one before by more than luck, given what was usual."""
    length = _QUARTER[line.unit]
    n, mean = line.n[-2 * length :], line.mean[-2 * length :]
    if len(n) < 2 * length or np.isnan(n).any() or np.isnan(mean).any():
        return False
    this, previous = n[length:].sum(), n[:length].sum()
    share = mean[length:].sum() / mean.sum()
    spread = line.dispersion[-2 * length :].mean()
    # Dividing over-dispersed counts by their dispersion gives counts with a Poisson's variance.
    this, previous = this / spread, previous / spread
    if previous == 0:
        return False
    return bool(special.betainc(previous, this + 1, 1 - share) < _LUCK)
