"""Which source was received in which month: missing is a gap, never zero."""

import numpy as np
import pandas as pd

from hotspots.periods import Window

PARTIAL_SHARE = 0.2
"""A month under this share of the source's usual is taken to be incomplete."""
USUAL_MONTHS = 12


def coverage_of(received: pd.DataFrame, *, window: Window) -> pd.DataFrame:
    """State of every source in every month of a window.

    received: frame [source, month (first day), n], whole sources, every month they have
    Returns [source, month, state, n]; `state` is complete, partial (under 20 % of the median of the
    source's previous 12 received months) or missing (nothing received between or after its first).
    Months before a source's first are missing too: it was not yet shared.
    Not to be believed for a source so small that a month without reports is ordinary.
    """
    months = pd.DatetimeIndex(list(window.months()), name="month").as_unit("us")
    frames = [
        _states(rows.set_index("month")["n"], months).assign(source=source)
        for source, rows in received.groupby("source", sort=True)
    ]
    columns = ["source", "month", "state", "n"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def _states(received: pd.Series, months: pd.DatetimeIndex) -> pd.DataFrame:
    every = months.union(received.index)
    n = received.reindex(every)
    # The median of earlier received months; gaps do not count as low months.
    usual = n.shift(1).rolling(USUAL_MONTHS, min_periods=3).median()
    state = np.where(n.isna() | (n == 0), "missing", np.where(n < PARTIAL_SHARE * usual, "partial", "complete"))
    frame = pd.DataFrame({"month": every, "state": state, "n": n.fillna(0).astype(int).to_numpy()})
    return frame[frame["month"].isin(months)]
