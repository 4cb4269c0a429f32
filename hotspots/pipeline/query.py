"""What to look at, and the incidents and coverage that belong to it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspots import store as stores
from hotspots.analysis.cluster import Hotspots, default_min_samples, find_hotspots, label_incidents
from hotspots.errors import NoData
from hotspots.intake.coverage import coverage_of
from hotspots.periods import Window, add_months, last_months
from hotspots.register.annotations import EVENT, concerning, not_usual
from hotspots.settings import Settings
from hotspots.store import Store

HISTORY_MONTHS = 36
"""Months before the window that usual ranges may look back on."""


@dataclass(frozen=True)
class Query:
    """What to look at: one value names one result, so it is also the key of every cache.

    districts, categories, sources: empty means all · eps, max_extent: metres
    min_incidents: least reports of a hotspot, None for the settings' rate times the months
    """

    window: Window
    districts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    eps: float = Settings.eps
    min_incidents: int | None = None
    max_extent: float = Settings.max_extent
    min_days: int = Settings.min_days
    incidents_a_month: float = Settings.incidents_a_month

    @property
    def chosen(self) -> dict[str, Collection[str] | None]:
        """The filters as the store's reads take them."""
        return {
            "districts": self.districts or None,
            "categories": self.categories or None,
            "sources": self.sources or None,
        }

    @property
    def min_samples(self) -> int:
        """Least reports within eps of a core location."""
        return self.min_incidents or default_min_samples(self.window, self.incidents_a_month)

    @property
    def clustering(self) -> dict[str, Any]:
        """The settings as `find_hotspots` and `label_incidents` take them; eps, max_extent in metres."""
        return {
            "window": self.window,
            "eps": self.eps,
            "min_samples": self.min_samples,
            "max_extent": self.max_extent,
            "min_days": self.min_days,
        }


def default_query(store: Store, settings: Settings, *, today: date | None = None) -> Query:
    """The settings' query: the last complete months, in the hub's own or largest district.

    today: months not over by then are left out. Raises `NoData` for an empty store.
    """
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    end = held.end if today is None else min(held.end, today.replace(day=1))
    window = last_months(end, min(settings.window_months, max(1, int(Window(held.start, held.end).length_in_months))))
    names = stores.districts(store)["district"]
    district = settings.district if settings.district in set(names) else (names.iloc[0] if len(names) else "")
    return Query(
        window=window,
        districts=(district,) if district else (),
        eps=settings.eps,
        max_extent=settings.max_extent,
        min_days=settings.min_days,
        incidents_a_month=settings.incidents_a_month,
    )


def last_query(
    held: Window,
    settings: Settings,
    *,
    start: date | None = None,
    end: date | None = None,
    district: str | None = None,
    eps: float | None = None,
    min_incidents: int | None = None,
    max_extent: float | None = None,
) -> Query:
    """A query from what was given, the rest from the settings and the months held.

    Without dates: the last months held, as many as the settings say. Raises `BadValue` for dates
    that do not make a window.
    """
    months = int(Window(held.start, held.end).length_in_months)
    window = last_months(end or held.end, min(settings.window_months, max(1, months)))
    if start or end:
        window = Window(start or min(window.start, held.start), end or held.end)
    return Query(
        window=window,
        districts=(district,) if district else (),
        eps=settings.eps if eps is None else eps,
        min_incidents=min_incidents,
        max_extent=settings.max_extent if max_extent is None else max_extent,
        min_days=settings.min_days,
        incidents_a_month=settings.incidents_a_month,
    )


def located_incidents(store: Store, query: Query) -> tuple[gpd.GeoDataFrame, int]:
    """Located incidents of a query as points in the store's CRS, and how many had no location.

    Raises `NoData` when the window holds no report at all.
    """
    frame = stores.incidents(store, window=query.window, **query.chosen)
    if frame.empty:
        raise NoData(nothing_found(query))
    return as_points(frame, store.crs), int(frame["x"].isna().sum())


def in_window(incidents: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Of incidents read for a longer time those of a window, as a read of that window alone gives them.

    A month-only row belongs to a window only when its whole month lies inside.
    """
    start, end = pd.Timestamp(window.start), pd.Timestamp(window.end)
    began = incidents["occurred_from"]
    whole = (incidents["time_precision"] != "month") | (incidents["occurred_to"] <= end)
    return incidents[(began >= start) & (began < end) & whole]


def as_points(incidents: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    """Incidents that have a location, as a GeoDataFrame of points."""
    located = incidents[incidents["x"].notna()]
    return gpd.GeoDataFrame(located, geometry=gpd.points_from_xy(located["x"], located["y"]), crs=crs)


def hotspots_of(located: gpd.GeoDataFrame, query: Query) -> Hotspots:
    """`find_hotspots` with the query's settings."""
    return find_hotspots(located, **query.clustering)


def labels_of(located: gpd.GeoDataFrame, query: Query) -> pd.Series:
    """The labels alone of `hotspots_of`: rank less 1 of each incident's hotspot, −1 for noise."""
    return label_incidents(located, **query.clustering)


def coverage_for(store: Store, query: Query) -> pd.DataFrame:
    """Which of the query's sources were received in which month, history included."""
    return coverage_within(received(store, query.districts, query.sources), query.window)


def coverage_within(received: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Of reports by source and month as received, which months were there for a window and its history."""
    start = add_months(window.start.replace(day=1), -HISTORY_MONTHS)
    return coverage_of(received, window=Window(start, month_after(window.end)))


def events(store: Store, query: Query) -> list[Window]:
    """Windows that people noted as out of the ordinary (a lockdown) for the query's districts, up to its end."""
    noted = concerning(stores.annotations(store), districts=query.districts, sources=query.sources)
    return not_usual(noted, kinds=[EVENT], until=month_after(query.window.end))


def received(store: Store, districts: Collection[str], sources: Collection[str]) -> pd.DataFrame:
    """Reports by source and month as received in some districts from some sources; empty means all."""
    received = stores.source_months(store, districts=districts or None)
    return received[received["source"].isin(sources)] if sources else received


def month_after(day: date) -> date:
    """`day` itself when it is the 1st, else the 1st of the next month."""
    return day if day.day == 1 else add_months(day.replace(day=1), 1)


def nothing_found(query: Query) -> str:
    """What to say when no report matches a query."""
    window = query.window
    return (
        f"No reports from {window.start.isoformat()} to the day before {window.end.isoformat()} match these "
        "filters; widen the dates or choose another district."
    )
