"""Reports by year, for a strategic assessment."""

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from hotspots import store as stores
from hotspots.errors import NoData
from hotspots.periods import Window, add_months, last_months
from hotspots.store import Store


def years_held(store: Store, *, most: int) -> list[Window]:
    """Whole years of twelve months that end with the data, oldest first; raises `NoData` when there is none."""
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    ends = [add_months(held.end, -12 * back) for back in range(most)][::-1]
    years = [w for w in (last_months(end, 12) for end in ends) if w.start >= held.start]
    if not years:
        raise NoData("Whole years are compared, and fewer than twelve months are held.")
    return years


def reports_by_year(store: Store, years: Sequence[Window]) -> pd.DataFrame:
    """[what ("category" or "district"), name, district, year_to, n]: every year of every name, zeros kept.

    year_to: last day of the year · district: "" for a category, which is counted in all of them
    """
    counts = stores.month_counts(store, by=["district", "category"])
    rows = []
    for what in ("category", "district"):
        for window in years:
            inside = (counts["month"] >= pd.Timestamp(window.start)) & (counts["month"] < pd.Timestamp(window.end))
            totals = counts[inside].groupby(counts[what].fillna("").astype(str))["n"].sum()
            last = pd.Timestamp(window.end - timedelta(days=1))
            rows += [(what, name, name if what == "district" else "", last, int(n)) for name, n in totals.items()]
    return pd.DataFrame(rows, columns=["what", "name", "district", "year_to", "n"])
