"""Counts by day, week or month: zero where nothing was reported, missing where nothing was received."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from hotspots.errors import BadFrame, BadValue
from hotspots.periods import Window, month_start

Unit = Literal["day", "week", "month"]

MISSING, PARTIAL, COMPLETE = "missing", "partial", "complete"


def count_by_period(
    incidents: pd.DataFrame,
    *,
    window: Window,
    unit: Unit,
    by: Sequence[str] = (),
    coverage: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count incidents in every period of a window, for every combination of `by`.

    An incident belongs to the period in which it began (`occurred_from`, local wall clock), so an
    hour that the clocks skip or repeat never moves it to another day.

    Parameters
    ----------
    incidents : frame with `occurred_from`, `time_precision`, `source` and the columns of `by`.
    window : the periods counted; whole months for months, a multiple of seven days for weeks (weeks
        run from the window's first day). The caller chooses complete periods: one still under way
        is counted as it stands.
    unit : "day", "week" or "month".
    by : columns to count by; a missing value is a group of its own.
    coverage : frame [source, month (its first day), state in complete, partial, missing]. A period
        that touches a month missing from a source is missing for all that the source feeds. Months
        a listed source does not name were never received; a source not listed at all is taken as
        complete.
    groups : frame with the columns of `by`: combinations to count even if nothing was reported there.

    Returns
    -------
    Long frame [period (first day), *by, n, partial], sorted by group and period. `n` is a float:
    0 where nothing was reported, NaN where a source was not received. `partial` is true where one
    of its sources is known to be incomplete.

    Raises
    ------
    BadValue : a window that does not hold whole periods, or days or weeks asked of rows that know
        only their month.

    Do not use for rates of change where `partial` is true: the fall may be the file's, not the street's.
    """
    by = list(by)
    _require(incidents, ["occurred_from", "time_precision", "source", *by], "Counting")
    inside = incidents[
        (incidents["occurred_from"] >= pd.Timestamp(window.start))
        & (incidents["occurred_from"] < pd.Timestamp(window.end))
    ]
    _refuse_finer_than_known(incidents, window, unit)
    keys = list(dict.fromkeys([*by, "source"]))
    periods = _period_of(inside["occurred_from"], window, unit)
    grouped = inside[keys].assign(period=periods).groupby(["period", *keys], dropna=False, observed=True).size()
    return count_grouped(
        grouped.rename("n").reset_index(), window=window, unit=unit, by=by, coverage=coverage, groups=groups
    )


def count_grouped(
    grouped: pd.DataFrame,
    *,
    window: Window,
    unit: Unit = "month",
    by: Sequence[str] = (),
    coverage: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Fill zeros and gaps into counts that were already grouped, as by SQL over a large store.

    Parameters
    ----------
    grouped : frame [period or month (first day), *by, n] with, where it is not among `by`, a `source`
        column if totals are to miss only the sources that feed them; without one, a month missing
        from any source in `coverage` is missing from every total. Periods of days or weeks must be
        those of the window.
    window, unit, by, coverage, groups : as for `count_by_period`.

    Returns
    -------
    As `count_by_period`.

    Raises `BadFrame` for absent columns, `BadValue` for a window that does not hold whole periods.
    """
    by = list(by)
    if "period" not in grouped.columns:
        grouped = grouped.rename(columns={"month": "period"})
    _require(grouped, ["period", "n", *by], "Grouped counts")
    periods = period_starts(window, unit)
    known = grouped[grouped["period"].isin(periods)]
    filled = _zero_filled(known, periods, by, groups)
    return _with_gaps(filled, known, window, unit, by, coverage)


def period_starts(window: Window, unit: Unit) -> pd.DatetimeIndex:
    """First days of the periods of a window; raises `BadValue` unless it holds whole periods."""
    if unit == "month":
        if not window.whole_months:
            raise BadValue(
                f"Months are counted whole, but the window {window.start} to {window.end} starts or ends "
                "inside one; move both ends to the first of a month."
            )
        step = "MS"
    elif unit == "week":
        if window.days % 7:
            raise BadValue(
                f"Weeks are counted whole, but the window {window.start} to {window.end} is {window.days} "
                "days long; make it a multiple of seven."
            )
        step = "7D"
    elif unit == "day":
        step = "D"
    else:
        raise BadValue(f"A unit is day, week or month; {unit!r} was given.")
    return pd.date_range(window.start, window.end, freq=step, inclusive="left", unit="us", name="period")


def _require(frame: pd.DataFrame, columns: Sequence[str], what: str) -> None:
    absent = [c for c in columns if c not in frame.columns]
    if absent:
        raise BadFrame(f"{what} needs the column(s) {', '.join(absent)}; it has {', '.join(frame.columns)}.")


def _refuse_finer_than_known(incidents: pd.DataFrame, window: Window, unit: Unit) -> None:
    if unit == "month":
        return
    # Stamped with the first of its month, such a row belongs to every day of it: also to a window
    # that begins on the 3rd, where leaving it out would read as zero.
    begins = incidents.loc[incidents["time_precision"] == "month", "occurred_from"]
    touched = (begins >= pd.Timestamp(month_start(window.start))) & (begins < pd.Timestamp(window.end))
    if touched.any():
        raise BadValue(
            f"{int(touched.sum()):,} of these incidents know only their month, so they cannot be counted by "
            f"{unit}; count by month, or leave out the sources that give months only."
        )


def _period_of(moments: pd.Series, window: Window, unit: Unit) -> pd.Series:
    days = moments.dt.normalize()
    if unit == "month":
        return days - pd.to_timedelta(days.dt.day - 1, unit="D")
    if unit == "week":
        return days - pd.to_timedelta((days - pd.Timestamp(window.start)).dt.days % 7, unit="D")
    return days


def _zero_filled(
    known: pd.DataFrame, periods: pd.DatetimeIndex, by: list[str], groups: pd.DataFrame | None
) -> pd.DataFrame:
    if not by:
        totals = known.groupby("period")["n"].sum().reindex(periods, fill_value=0)
        return totals.astype(float).rename("n").reset_index()
    seen = known[by] if groups is None else pd.concat([groups[by], known[by]])
    combinations = seen.drop_duplicates().sort_values(by, ignore_index=True)
    group, period = np.divmod(np.arange(len(combinations) * len(periods)), len(periods))
    frame = combinations.iloc[group].reset_index(drop=True)
    frame.insert(0, "period", periods[period])
    totals = known.groupby(["period", *by], dropna=False, observed=True)["n"].sum().reset_index()
    frame = frame.merge(totals, on=["period", *by], how="left")
    frame["n"] = frame["n"].fillna(0).astype(float)
    return frame


def _with_gaps(
    filled: pd.DataFrame,
    known: pd.DataFrame,
    window: Window,
    unit: Unit,
    by: list[str],
    coverage: pd.DataFrame | None,
) -> pd.DataFrame:
    filled["partial"] = False
    if coverage is None or filled.empty:
        return filled
    states = _states_by_period(coverage, window, unit)
    if states.empty:
        return filled
    feeds = _feeds(filled, known, by, sorted(coverage["source"].unique()))
    shortfalls = feeds.merge(states, on="source", how="inner")
    keys = ["period", *by]
    worst = shortfalls.groupby(keys, dropna=False, observed=True)[["missing", "partial"]].max()
    flags = filled[keys].merge(worst.reset_index(), on=keys, how="left")
    gap = (flags["missing"] == True).to_numpy()  # noqa: E712 -- unmatched periods are NA, which is not True
    filled["n"] = filled["n"].mask(gap)
    filled["partial"] = (flags["partial"] == True).to_numpy() & ~gap  # noqa: E712
    return filled


def _states_by_period(coverage: pd.DataFrame, window: Window, unit: Unit) -> pd.DataFrame:
    """Frame [source, period, missing, partial]: only periods that are not complete."""
    _require(coverage, ["source", "month", "state"], "Coverage")
    unknown = set(coverage["state"].unique()) - {MISSING, PARTIAL, COMPLETE}
    if unknown:
        raise BadValue(f"Coverage states are complete, partial and missing; {sorted(unknown)} was given.")
    names = pd.Index(coverage["source"].unique())
    starts = period_starts(window, unit)
    touched = [_month_number(days) for days in _touched(starts, unit)]
    listed, missing, partial = np.zeros((3, len(names), touched[-1].max() - touched[0].min() + 1), dtype=bool)
    month = _month_number(pd.DatetimeIndex(coverage["month"])) - touched[0].min()
    inside = (month >= 0) & (month < listed.shape[1])
    at = names.get_indexer(coverage["source"])[inside], month[inside]
    state = coverage["state"].to_numpy()[inside]
    listed[at] = True
    np.logical_or.at(missing, at, state == MISSING)
    np.logical_or.at(partial, at, state == PARTIAL)
    missing |= ~listed
    gap, short = (any_of[:, touched[0] - touched[0].min()] | any_of[:, touched[-1] - touched[0].min()]
                  for any_of in (missing, partial))  # fmt: skip
    source, period = np.nonzero(gap | short)
    return pd.DataFrame(
        {
            "source": names.take(source),
            "period": starts.take(period),
            "missing": gap[source, period],
            "partial": short[source, period],
        }
    )


def _touched(starts: pd.DatetimeIndex, unit: Unit) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """First and last days of periods, which lie in one month or two."""
    return starts, starts + pd.Timedelta(days=6) if unit == "week" else starts


def _month_number(days: pd.DatetimeIndex) -> np.ndarray:
    """Months since the year 0."""
    return days.year.to_numpy() * 12 + days.month.to_numpy() - 1


def _feeds(filled: pd.DataFrame, known: pd.DataFrame, by: list[str], sources: list[str]) -> pd.DataFrame:
    """Frame [*by, source]: which sources a group's total is made of."""
    if "source" in by:
        return filled[by].drop_duplicates()
    every = pd.DataFrame({"source": sources})
    if "source" not in known.columns:
        return filled[by].drop_duplicates().merge(every, how="cross") if by else every
    seen = known[[*by, "source"]].drop_duplicates()
    if not by:
        return seen if len(seen) else every
    silent = filled[by].drop_duplicates().merge(seen[by].drop_duplicates(), on=by, how="left", indicator=True)
    silent = silent.loc[silent["_merge"] == "left_only", by].merge(every, how="cross")
    return pd.concat([seen, silent], ignore_index=True)
