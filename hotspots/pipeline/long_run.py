"""A longer look at a ward or district: a step in the months round the action, beside trend and season."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hotspots.analysis.its import FEWEST_EITHER_SIDE, SeriesEffect, interrupted_series
from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.pipeline.evidence import Evidence

FEWEST_BEFORE = 24
TWO_HARMONICS_FROM = 36


@dataclass(frozen=True)
class LongRun:
    """An interrupted time series: its `effect` and the recorded months before and after the action."""

    effect: SeriesEffect
    months_before: int
    months_after: int


def long_run(evidence: Evidence, mask: np.ndarray, *, start: date, left_out: tuple[Window, ...] = ()) -> LongRun | None:
    """Fit trend, season and a step at the first month after `start` to every month held.

    mask: the area's incidents · left_out: the action's own days and reporting drives; months they touch
    are gaps. Returns None under 24 recorded months before or 8 after, or where nothing can be fitted.
    Not for a place picked for being high: its peak would be read as a trend that breaks.
    """
    counted = evidence.counts({"area": mask}, evidence.held, "month").sort_values("period")
    months = pd.DatetimeIndex(counted["period"])
    counts = counted["n"].to_numpy(dtype=float, copy=True)
    for window in left_out:
        first, last = pd.Timestamp(window.start), pd.Timestamp(window.end)
        counts[(months < last) & (months + pd.offsets.MonthBegin(1) > first)] = np.nan
    begin = int((months < pd.Timestamp(start)).sum())
    if start.day > 1:
        counts[begin - 1 : begin] = np.nan  # the month it began in is neither before nor after
    known = ~np.isnan(counts)
    before, after = int(known[:begin].sum()), int(known[begin:].sum())
    if before < FEWEST_BEFORE or after < FEWEST_EITHER_SIDE:
        return None
    harmonics = 2 if before + after >= TWO_HARMONICS_FROM else 1
    try:
        effect = interrupted_series(counts, start=begin, harmonics=harmonics)
    except BadValue:
        return None
    return LongRun(effect, before, after)
