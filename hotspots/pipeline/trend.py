"""Reports by month with their usual range."""

from dataclasses import dataclass, replace

import pandas as pd

from hotspots import store as stores
from hotspots.analysis.counts import count_grouped
from hotspots.analysis.trends import control_chart, rolling_12, same_month_last_year
from hotspots.errors import NoData
from hotspots.intake.coverage import coverage_of
from hotspots.periods import Window
from hotspots.pipeline.query import Query, month_after, nothing_found, received
from hotspots.store import Store


@dataclass(frozen=True)
class TrendView:
    """A district's (or all) reports by month, ready for the gate.

    chart: period, n, low, high, outside, last_year, rolling_12, partial (policy "trend")
    by_source: period, series, n (policy "trend") · coverage: source, month, state, n
    """

    query: Query
    chart: pd.DataFrame
    by_source: pd.DataFrame
    coverage: pd.DataFrame

    @property
    def last(self) -> pd.Series:
        """The last month that is not a gap."""
        known = self.chart[self.chart["n"].notna()]
        return known.iloc[-1]


def trend_for(store: Store, query: Query, *, by: str = "source") -> TrendView:
    """Monthly counts of everything the store holds up to the query's end, for its filters.

    by: what the small multiples split by, a column of `store.reads.GROUPS`.
    Raises `NoData` when no month has a report.
    """
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    window = Window(held.start, min(held.end, month_after(query.window.end)))
    coverage = coverage_of(received(store, query), window=window)
    keys = list(dict.fromkeys([by, "source"]))
    grouped = stores.month_counts(store, by=keys, window=window, **query.chosen)
    if grouped.empty:
        raise NoData(nothing_found(replace(query, window=window)))
    total = count_grouped(grouped, window=window, coverage=coverage)
    parts = count_grouped(grouped, window=window, by=[by], coverage=coverage)
    series = pd.Series(total["n"].to_numpy(), index=pd.DatetimeIndex(total["period"]))
    chart = control_chart(series).assign(
        partial=total["partial"].to_numpy(),
        last_year=same_month_last_year(series).to_numpy(),
        rolling_12=rolling_12(series).to_numpy(),
    )
    return TrendView(query, chart, parts.rename(columns={by: "series"}), coverage)
