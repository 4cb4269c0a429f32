"""The few compositions that pages and the command line share: store → analysis → result."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import store as stores
from hotspots.analysis import repeats
from hotspots.analysis.cluster import NOISE, Hotspots, default_min_samples, find_hotspots, unique_locations
from hotspots.analysis.counts import count_grouped
from hotspots.analysis.states import states_of
from hotspots.analysis.trends import control_chart, rolling_12, same_month_last_year
from hotspots.errors import BadValue, NoData
from hotspots.geojson import as_geojson
from hotspots.intake.coverage import coverage_of
from hotspots.intake.reading import Reading
from hotspots.periods import Window, add_months, last_months
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


@dataclass(frozen=True)
class HubView:
    """Everything the hub screen shows for one query.

    hotspots: the run · located: its incidents · table: one row a hotspot (policy "hotspots")
    charts: id → `trends.control_chart` of its months, history included
    incidents, unlocated: reports in the window with and without a location
    """

    query: Query
    hotspots: Hotspots
    located: gpd.GeoDataFrame
    table: pd.DataFrame
    charts: dict[str, pd.DataFrame]
    incidents: int
    unlocated: int

    @property
    def last_month(self) -> date:
        """First day of the last month in the window."""
        return add_months(self.query.window.end, -1).replace(day=1)


@dataclass(frozen=True)
class Card:
    """One hotspot in detail, as frames for the gate.

    months: period, n, low, high, outside · parts: kind, word, n
    hours: weekday (0 Monday), hour, n of exact times · repeat: top, n, of, share, chance_low, chance_high
    exact: members with a real time · snapped: members whose point stands for many addresses
    """

    months: pd.DataFrame
    parts: pd.DataFrame
    hours: pd.DataFrame
    repeat: pd.DataFrame
    exact: int
    snapped: int
    addresses: int


def default_query(store: Store, settings: Settings, *, today: date | None = None) -> Query:
    """The settings' query: the last complete months, in the hub's own or largest district.

    today: months not over by then are left out. Raises `NoData` for an empty store.
    """
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    end = held.end if today is None else min(held.end, today.replace(day=1))
    window = last_months(
        end, min(settings.window_months, max(1, int(Window(held.start, held.end).length_in_months)))
    )
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


def located_incidents(store: Store, query: Query) -> tuple[gpd.GeoDataFrame, int]:
    """Located incidents of a query as points in the store's CRS, and how many had no location.

    Raises `NoData` when the window holds no report at all.
    """
    frame = stores.incidents(store, window=query.window, **query.chosen)
    if frame.empty:
        raise NoData(_nothing(query))
    return as_points(frame, store.crs), int(frame["x"].isna().sum())


def as_points(incidents: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    """Incidents that have a location, as a GeoDataFrame of points."""
    located = incidents[incidents["x"].notna()]
    return gpd.GeoDataFrame(located, geometry=gpd.points_from_xy(located["x"], located["y"]), crs=crs)


def hotspots_of(located: gpd.GeoDataFrame, query: Query) -> Hotspots:
    """`find_hotspots` with the query's settings."""
    return find_hotspots(
        located,
        window=query.window,
        eps=query.eps,
        min_samples=query.min_samples,
        max_extent=query.max_extent,
        min_days=query.min_days,
    )


def hub_view(store: Store, query: Query) -> HubView:
    """Find, count, rank and judge the hotspots of a query."""
    located, unlocated = located_incidents(store, query)
    found = hotspots_of(located, query)
    charts = _charts(store, query, found, located)
    table = _table(store, query, found, located, charts)
    return HubView(query, found, located, table, charts, len(located) + unlocated, unlocated)


def card_of(view: HubView, hotspot: str) -> Card:
    """The card of one hotspot of a view; raises `NoData` for an id the view does not have."""
    row = _row_of(view.hotspots, hotspot)
    members = view.located[(view.hotspots.labels == row).to_numpy()]
    addresses = members["address_key"].dropna()
    return Card(
        months=_card_months(view, hotspot),
        parts=_parts(members),
        hours=_hours(members),
        repeat=repeats.repeat_share(addresses, seed=1) if len(addresses) else pd.DataFrame(),
        exact=int((members["time_precision"] == "exact").sum()),
        snapped=int((members["location_precision"] == "snapped").sum()),
        addresses=len(addresses),
    )


@dataclass(frozen=True)
class Found:
    """A run of `find` with what it was asked: the command line's answer."""

    query: Query
    hotspots: Hotspots
    crs: str

    def summary(self) -> dict:
        """Keys of the command line's JSON; lengths in metres, areas in square metres."""
        found = self.hotspots
        return {
            "window": {"from": str(found.window.start), "to": str(found.window.end)},
            "eps": found.eps,
            "min_samples": found.min_samples,
            "max_extent": found.max_extent,
            "incidents": found.incidents,
            "noise": found.noise,
            "hotspots": found.areas[list(FOUND_FIELDS)].to_dict("records"),
        }

    def geojson(self) -> dict:
        """Outlines with the same fields, in WGS84."""
        return as_geojson(self.hotspots.areas, FOUND_FIELDS, crs=self.crs)


FOUND_FIELDS = (
    "id",
    "name",
    "n",
    "locations",
    "extent_m",
    "area_m2",
    "eps",
    "too_wide",
    "easting",
    "northing",
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


def find_in_store(store: Store, ask: Callable[[Window], Query]) -> Found:
    """Find hotspots among the store's incidents; raises `NoData` or `BadValue` when it cannot.

    ask: makes the query once the months held are known.
    """
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    query = ask(held)
    _known_districts(query, stores.districts(store)["district"])
    located, _ = located_incidents(store, query)
    return Found(query, hotspots_of(located, query), store.crs)


def find_from_files(readings: Iterable[Reading], ask: Callable[[Window], Query], *, crs: str) -> Found:
    """Find hotspots straight from files, without a store; the rows are only held in memory."""
    taken = {
        reading.snapshots or (reading.file,): reading.incidents
        for reading in readings
        if not reading.set_aside
    }
    if not taken:
        raise NoData("No data file was given that could be taken; give CSV, zip or other incident files.")
    frame = pd.concat(taken.values())
    first, last = frame["occurred_from"].min(), frame["occurred_from"].max()
    query = ask(Window(first.date().replace(day=1), add_months(last.date().replace(day=1), 1)))
    _known_districts(query, frame["district"].dropna())
    window = query.window
    inside = (frame["occurred_from"] >= pd.Timestamp(window.start)) & (
        frame["occurred_from"] < pd.Timestamp(window.end)
    )
    inside &= (frame["time_precision"] != "month") | (frame["occurred_to"] <= pd.Timestamp(window.end))
    if query.districts:
        inside &= frame["district"].isin(query.districts)
    if not inside.any():
        raise NoData(_nothing(query))
    return Found(query, hotspots_of(as_points(frame[inside], crs), query), crs)


def _known_districts(query: Query, names: pd.Series) -> None:
    known = set(names)
    for district in query.districts:
        if district not in known:
            near = get_close_matches(district, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "leave the district out to see all."
            raise BadValue(f"No report lies in a district called {district}; {hint}")


def _nothing(query: Query) -> str:
    window = query.window
    return (
        f"No reports from {window.start.isoformat()} to the day before {window.end.isoformat()} match these "
        "filters; widen the dates or choose another district."
    )


def map_points(store: Store, districts: Collection[str], *, most: int = 4000) -> np.ndarray:
    """Eastings and northings (n × 2) of the busiest coordinates of the districts, at most `most`."""
    held = stores.months_held(store)
    if held is None:
        return np.empty((0, 2))
    rows = stores.location_months(store, window=held, districts=districts or None)
    busiest = rows.groupby(["x", "y"])["n"].sum().nlargest(most)
    return np.array(busiest.index.to_list(), dtype=float).reshape(-1, 2)


def coverage_for(store: Store, query: Query) -> pd.DataFrame:
    """Which of the query's sources were received in which month, history included."""
    start = add_months(query.window.start.replace(day=1), -HISTORY_MONTHS)
    return coverage_of(_received(store, query), window=Window(start, _month_after(query.window.end)))


def _received(store: Store, query: Query) -> pd.DataFrame:
    received = stores.source_months(store, districts=query.districts or None)
    return received[received["source"].isin(query.sources)] if query.sources else received


def _month_after(day: date) -> date:
    return day if day.day == 1 else add_months(day.replace(day=1), 1)


def _row_of(found: Hotspots, hotspot: str) -> int:
    rows = np.flatnonzero(found.areas["id"] == hotspot)
    if not len(rows):
        raise NoData("That hotspot is not among those found with these settings; choose one from the list.")
    return int(rows[0])


def _charts(
    store: Store, query: Query, found: Hotspots, located: gpd.GeoDataFrame
) -> dict[str, pd.DataFrame]:
    """Control chart of every hotspot's outline, from the history to the window's last whole month."""
    held = stores.months_held(store)
    end = query.window.end.replace(day=1)
    start = add_months(query.window.start.replace(day=1), -HISTORY_MONTHS)
    start = min(max(start, held.start) if held else start, add_months(end, -1))
    window = Window(start, end)
    rows = stores.location_months(store, window=window, **query.chosen)
    rows["hotspot"] = _outline_of(rows, found, located.crs)
    inside = rows[rows["hotspot"].notna()].groupby(["month", "hotspot", "source"], as_index=False)["n"].sum()
    groups = found.areas[["id"]].rename(columns={"id": "hotspot"})
    months = count_grouped(
        inside,
        window=window,
        unit="month",
        by=["hotspot"],
        coverage=coverage_for(store, query),
        groups=groups,
    )
    return {
        str(hotspot): control_chart(pd.Series(part["n"].to_numpy(), index=pd.DatetimeIndex(part["period"])))
        for hotspot, part in months.groupby("hotspot")
    }


def _outline_of(rows: pd.DataFrame, found: Hotspots, crs: object) -> pd.Series:
    """Id of the outline each coordinate lies in, missing for none."""
    xy, place, _ = unique_locations(rows["x"].to_numpy(), rows["y"].to_numpy())
    at = gpd.GeoSeries(gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=crs)
    location, area = found.areas.sindex.query(at, predicate="intersects")
    ids = pd.Series(found.areas["id"].to_numpy()[area], index=location).groupby(level=0).first()
    return pd.Series(ids.reindex(place).to_numpy(), index=rows.index)


def _table(
    store: Store, query: Query, found: Hotspots, located: gpd.GeoDataFrame, charts: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    areas = found.areas
    last = pd.DataFrame([charts[h].iloc[-1] for h in areas["id"]], columns=["n", "low", "high"])
    states = states_of(charts).set_index("place_id")["state"].fillna("not judged")
    earlier = _earlier_ranks(store, query, found)
    ranks = np.arange(1, len(areas) + 1)
    return areas.assign(
        rank=ranks,
        moved=[_moved(rank, earlier.get(h)) for rank, h in zip(ranks, areas["id"], strict=True)],
        before=[_window_sum(charts[h], query.window.previous()) for h in areas["id"]],
        latest=last["n"].to_numpy(),
        usual_low=last["low"].to_numpy(),
        usual_high=last["high"].to_numpy(),
        state=[states[h] for h in areas["id"]],
        share=areas["n"] / max(len(located), 1),
        one_map_point=areas["locations"] == 1,
    )


def _window_sum(chart: pd.DataFrame, window: Window) -> float:
    """Reports of the window, missing where any of its months is a gap or not held."""
    wanted = pd.DatetimeIndex(list(window.months()))
    counts = chart.set_index("period")["n"].reindex(wanted)
    return float(counts.sum()) if counts.notna().all() else np.nan


def _earlier_ranks(store: Store, query: Query, found: Hotspots) -> dict[str, int]:
    """Rank a month ago of the hotspot that shared most of each one's reports, where there was one."""
    window = Window(add_months(query.window.start, -1), add_months(query.window.end, -1))
    try:
        earlier_located, _ = located_incidents(store, replace(query, window=window))
    except NoData:
        return {}
    earlier = hotspots_of(earlier_located, replace(query, window=window, min_incidents=query.min_samples))
    before = earlier.labels[earlier.labels != NOISE]
    now = found.labels[found.labels != NOISE]
    both = pd.DataFrame({"now": now, "before": before}).dropna().astype(int)
    shared = both.value_counts().reset_index().sort_values(["count", "before"], ascending=[False, True])
    best = shared.drop_duplicates("now").drop_duplicates("before")
    return {found.areas["id"].iloc[n]: int(b) + 1 for n, b in zip(best["now"], best["before"], strict=True)}


def _moved(rank: int, earlier: int | None) -> str:
    if earlier is None:
        return "new"
    if earlier == rank:
        return "–"
    return f"up {earlier - rank}" if earlier > rank else f"down {rank - earlier}"


def _card_months(view: HubView, hotspot: str) -> pd.DataFrame:
    """The window's months and the year before them, with the range usual for each."""
    chart = view.charts[hotspot]
    first = pd.Timestamp(add_months(view.query.window.start, -12))
    return chart.loc[chart["period"] >= first, ["period", "n", "low", "high", "outside"]]


def _parts(members: pd.DataFrame) -> pd.DataFrame:
    """Members by category and by source, most first."""
    frames = [
        members[column].value_counts().rename_axis("word").reset_index(name="n").assign(kind=column)
        for column in ("category", "source")
    ]
    return pd.concat(frames, ignore_index=True)[["kind", "word", "n"]]


def _hours(members: pd.DataFrame) -> pd.DataFrame:
    """Exact times only by weekday and hour, every cell of the week present."""
    exact = members.loc[members["time_precision"] == "exact", "occurred_from"]
    cells = pd.MultiIndex.from_product([range(7), range(24)], names=["weekday", "hour"])
    counted = exact.groupby([exact.dt.weekday.rename("weekday"), exact.dt.hour.rename("hour")]).size()
    return counted.reindex(cells, fill_value=0).rename("n").reset_index()


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
    window = Window(held.start, min(held.end, _month_after(query.window.end)))
    coverage = coverage_of(_received(store, query), window=window)
    keys = list(dict.fromkeys([by, "source"]))
    grouped = stores.month_counts(store, by=keys, window=window, **query.chosen)
    if grouped.empty:
        raise NoData(_nothing(replace(query, window=window)))
    total = count_grouped(grouped, window=window, coverage=coverage)
    parts = count_grouped(grouped, window=window, by=[by], coverage=coverage)
    series = pd.Series(total["n"].to_numpy(), index=pd.DatetimeIndex(total["period"]))
    chart = control_chart(series).assign(
        partial=total["partial"].to_numpy(),
        last_year=same_month_last_year(series).to_numpy(),
        rolling_12=rolling_12(series).to_numpy(),
    )
    return TrendView(query, chart, parts.rename(columns={by: "series"}), coverage)
