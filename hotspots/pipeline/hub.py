"""The hub screen: hotspots found, ranked and judged, and the card of one."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import store as stores
from hotspots.analysis import repeats
from hotspots.analysis.cluster import NOISE, Hotspots, unique_locations
from hotspots.analysis.counts import count_grouped, period_starts
from hotspots.analysis.naming import KINDS_OF_PLACE
from hotspots.analysis.states import STEADY, states_of
from hotspots.analysis.usual import control_charts
from hotspots.errors import NoData
from hotspots.periods import Window, add_months
from hotspots.pipeline.query import (
    HISTORY_MONTHS,
    Query,
    as_points,
    coverage_within,
    events,
    hotspots_of,
    in_window,
    labels_of,
    nothing_found,
    received,
)
from hotspots.store import Store

SHORT_HISTORY = 18
"""Earlier months under which a usual range can know no season, and a rise in them makes it wide."""
TRIED_DISPERSION = 3.0
"""Dispersion up to which usual ranges of few months were tried (`analysis.usual.usual_range`)."""


@dataclass(frozen=True)
class HubView:
    """Everything the hub screen shows for one query.

    hotspots: the run · located: its incidents · table: one row a hotspot (policy "hotspots"); its usual range is
    missing where `telling` says that it tells nothing
    charts: id → `usual.control_chart` of its months, history included
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

    @cached_property
    def false_alarms_per_year(self) -> float:
        """Months above its usual range to expect in a year from all areas together, had nothing changed."""
        return 12 * sum(chance_above(chart) for chart in self.charts.values())


def chance_above(chart: pd.DataFrame) -> float:
    """Chance that the last judged month of a control chart rings by luck; 0 where none is judged."""
    known = chart[chart["n"].notna() & chart["high"].notna()]
    return float(known.iloc[-1]["chance_above"]) if len(known) else 0.0


def telling(chart: pd.DataFrame) -> np.ndarray:
    """Which months of a control chart have a usual range that a month could leave; also true where one has left it.

    False where fewer than 18 earlier months differ by more than ranges of so few were tried for, and the range
    then ends at twice the highest month seen, or beyond: it would call nothing unusual, so it says nothing.
    """
    n, high = chart["n"].to_numpy(), chart["high"].to_numpy()
    known = ~np.isnan(n)
    short = known.cumsum() - known < SHORT_HISTORY
    highest = np.maximum.accumulate(np.nan_to_num(n))
    wide = short & (chart["dispersion"].to_numpy() > TRIED_DISPERSION) & (high >= 2 * highest)
    return ~wide | (chart["outside"] != "").to_numpy()


@dataclass(frozen=True)
class Card:
    """One hotspot in detail, as frames for the gate.

    months: period, n, low, high, outside
    parts: kind ("category", "source", "ward" or "street"), word, n; a street names map points
    hours: weekday (0 Monday), hour, n of exact times
    exact: members with a real time · snapped: members whose point stands for many addresses
    addresses: members that name an address
    """

    months: pd.DataFrame
    parts: pd.DataFrame
    hours: pd.DataFrame
    exact: int
    snapped: int
    addresses: int


@dataclass(frozen=True)
class Background:
    """What is the same for every window of a query's filters: read once for all of them.

    held: the months held · locations: reports by coordinate, month and source (`store.location_months`)
    received: reports by source and month as received
    """

    held: Window
    locations: pd.DataFrame
    received: pd.DataFrame


def background(
    store: Store,
    *,
    districts: Collection[str] | None,
    categories: Collection[str] | None,
    sources: Collection[str] | None,
) -> Background:
    """The background of a query's filters (`Query.chosen`; None for all); raises `NoData` for an empty store."""
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    locations = stores.location_months(store, window=held, districts=districts, categories=categories, sources=sources)
    return Background(held, locations, received(store, districts or (), sources or ()))


def hub_view(store: Store, query: Query, *, beneath: Background | None = None) -> HubView:
    """Find, count, rank and judge the hotspots of a query.

    beneath: `background` of the query's filters, where the caller keeps it; else it is read
    Raises `NoData` when the window holds no report at all.
    """
    earlier = replace(query, window=_a_month_before(query.window), min_incidents=query.min_samples)
    both = Window(earlier.window.start, query.window.end)
    read = stores.incidents(store, window=both, **query.chosen)
    rows = in_window(read, query.window)
    if rows.empty:
        raise NoData(nothing_found(query))
    located = as_points(rows, store.crs)
    found = hotspots_of(located, query)
    beneath = beneath or background(store, **query.chosen)
    charts = _charts(store, query, found, beneath)
    ranks = None
    if _held_alike(beneath.received, earlier.window, query.window):
        ranks = _ranks_of(found, labels_of(as_points(in_window(read, earlier.window), store.crs), earlier))
    table = _table(found, query, charts, ranks, incidents=len(located))
    return HubView(query, found, located, table, charts, len(rows), len(rows) - len(located))


def _a_month_before(window: Window) -> Window:
    return Window(add_months(window.start, -1), add_months(window.end, -1))


def _held_alike(received: pd.DataFrame, earlier: Window, window: Window) -> bool:
    """Whether every source of two windows a month apart sent the months they do not share."""
    own = (earlier.start.replace(day=1), add_months(window.end, -1).replace(day=1))
    sent = coverage_within(received, window).query("state != 'missing'")
    sent = sent[sent["month"].between(*map(pd.Timestamp, own))]
    return all(set(sent.loc[sent["month"] == pd.Timestamp(month), "source"]) == set(sent["source"]) for month in own)


def card_of(view: HubView, hotspot: str) -> Card:
    """The card of one hotspot of a view; raises `NoData` for an id the view does not have."""
    row = _row_of(view.hotspots, hotspot)
    members = view.located[(view.hotspots.labels == row).to_numpy()]
    return Card(
        months=_card_months(view, hotspot),
        parts=_parts(members),
        hours=_hours(members),
        exact=int((members["time_precision"] == "exact").sum()),
        snapped=int((members["location_precision"] == "snapped").sum()),
        addresses=int(members["address_key"].notna().sum()),
    )


def repeats_of(view: HubView, hotspot: str) -> pd.DataFrame:
    """Share of a hotspot's reports at its busiest addresses, beside chance: top, n, of, share, chance …

    Raises `NoData` when no member names an address.
    """
    row = _row_of(view.hotspots, hotspot)
    keys = view.located.loc[(view.hotspots.labels == row).to_numpy(), "address_key"]
    return repeats.repeat_share(keys.dropna(), seed=1)


def _row_of(found: Hotspots, hotspot: str) -> int:
    rows = np.flatnonzero(found.areas["id"] == hotspot)
    if not len(rows):
        raise NoData("That hotspot is not among those found with these settings; choose one from the list.")
    return int(rows[0])


def _charts(store: Store, query: Query, found: Hotspots, beneath: Background) -> dict[str, pd.DataFrame]:
    """Control chart of every hotspot's outline, from the history to the window's last whole month."""
    end = query.window.end.replace(day=1)
    start = add_months(query.window.start.replace(day=1), -HISTORY_MONTHS)
    start = min(max(start, beneath.held.start), add_months(end, -1))
    window = Window(start, end)
    every = beneath.locations
    rows = every[every["month"].between(pd.Timestamp(start), pd.Timestamp(end), inclusive="left")]
    rows = rows.assign(hotspot=_outline_of(rows, found))
    inside = rows[rows["hotspot"].notna()].groupby(["month", "hotspot", "source"], as_index=False)["n"].sum()
    groups = found.areas[["id"]].rename(columns={"id": "hotspot"})
    months = count_grouped(
        inside,
        window=window,
        unit="month",
        by=["hotspot"],
        coverage=coverage_within(beneath.received, query.window),
        groups=groups,
    )
    aside = events(store, query)
    # A row a hotspot and month, in that order and none left out: all series share one index.
    index = period_starts(window, "month")
    counts = months["n"].to_numpy().reshape(-1, len(index))
    names = months["hotspot"].iloc[:: len(index)]
    return control_charts(pd.DataFrame(counts.T, index=index, columns=names.astype(str)), aside=aside)


def _outline_of(rows: pd.DataFrame, found: Hotspots) -> pd.Series:
    """Id of the outline each coordinate lies in, missing for none."""
    xy, place, _ = unique_locations(rows["x"].to_numpy(), rows["y"].to_numpy())
    at = gpd.GeoSeries(gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=found.areas.crs)
    location, area = found.areas.sindex.query(at, predicate="intersects")
    ids = pd.Series(found.areas["id"].to_numpy()[area], index=location).groupby(level=0).first()
    return pd.Series(ids.reindex(place).to_numpy(), index=rows.index)


def _table(
    found: Hotspots, query: Query, charts: dict[str, pd.DataFrame], earlier: dict[str, int] | None, *, incidents: int
) -> pd.DataFrame:
    """One row a hotspot; earlier: ranks a month ago, None where that window was not held."""
    areas = found.areas
    last = pd.DataFrame([charts[h].iloc[-1] for h in areas["id"]], columns=["n", "low", "high"])
    known = np.array([telling(charts[h])[-1] for h in areas["id"]], dtype=bool)
    judged = states_of(charts).set_index("place_id").reindex(areas["id"])
    states = judged["state"].mask(~known & (judged["state"] == STEADY).to_numpy())  # inside a range that says nothing
    ranks = np.arange(1, len(areas) + 1)
    moved = [
        moved_words(rank, earlier.get(h)) if earlier is not None else ""
        for rank, h in zip(ranks, areas["id"], strict=True)
    ]
    return areas.assign(
        rank=ranks,
        moved=moved,
        before=[_window_sum(charts[h], query.window.previous()) for h in areas["id"]],
        latest=last["n"].to_numpy(),
        usual_low=last["low"].where(known).to_numpy(),
        usual_high=last["high"].where(known).to_numpy(),
        state=states.fillna("not judged").to_numpy(),
        stands_out=judged["stands_out"].fillna(False).to_numpy(dtype=bool),
        share=areas["n"] / max(incidents, 1),
        one_map_point=areas["locations"] == 1,
    )


def _window_sum(chart: pd.DataFrame, window: Window) -> float:
    """Reports of the window, missing where any of its months is a gap or not held."""
    months = list(window.months())
    first = np.searchsorted(chart["period"].to_numpy(), np.datetime64(months[0]))
    counts = chart["n"].to_numpy()[first : first + len(months)]
    whole = len(counts) == len(months) and chart["period"].iloc[first] == pd.Timestamp(months[0])
    return float(counts.sum()) if whole else np.nan


def _ranks_of(found: Hotspots, earlier: pd.Series) -> dict[str, int]:
    """Rank a month ago of the hotspot that shared most of each one's reports, where there was one."""
    before = earlier[earlier != NOISE]
    now = found.labels[found.labels != NOISE]
    both = pd.DataFrame({"now": now, "before": before}).dropna().astype(int)
    shared = both.value_counts().reset_index().sort_values(["count", "before"], ascending=[False, True])
    best = shared.drop_duplicates("now").drop_duplicates("before")
    return {found.areas["id"].iloc[n]: int(b) + 1 for n, b in zip(best["now"], best["before"], strict=True)}


def moved_words(rank: int, earlier: int | None) -> str:
    """Rank against an earlier one: "up 2", "down 1", "–", or "new" where there was none."""
    if earlier is None:
        return "new"
    if earlier == rank:
        return "–"
    return f"up {earlier - rank}" if earlier > rank else f"down {rank - earlier}"


def _card_months(view: HubView, hotspot: str) -> pd.DataFrame:
    """The window's months and the year before them, with the range usual for each where it tells anything."""
    chart = view.charts[hotspot]
    known = telling(chart)
    chart = chart.assign(low=chart["low"].where(known), high=chart["high"].where(known))
    first = pd.Timestamp(add_months(view.query.window.start, -12))
    return chart.loc[chart["period"] >= first, ["period", "n", "low", "high", "outside"]]


def _parts(members: gpd.GeoDataFrame) -> pd.DataFrame:
    """Members by category, source, ward and street, most first."""
    # Of map points only: a partner's own words may be an address.
    named = (members["location_precision"] == "snapped") & ~members["place_text"].isin(KINDS_OF_PLACE)
    street = members["place_text"].where(named)
    words = {"category": members["category"], "source": members["source"], "ward": members["ward"], "street": street}
    frames = [
        column.value_counts().rename_axis("word").reset_index(name="n").assign(kind=kind)
        for kind, column in words.items()
    ]
    return pd.concat(frames, ignore_index=True)[["kind", "word", "n"]]


def _hours(members: pd.DataFrame) -> pd.DataFrame:
    """Exact times only by weekday and hour, every cell of the week present."""
    exact = members.loc[members["time_precision"] == "exact", "occurred_from"]
    cells = pd.MultiIndex.from_product([range(7), range(24)], names=["weekday", "hour"])
    counted = exact.groupby([exact.dt.day_of_week.rename("weekday"), exact.dt.hour.rename("hour")]).size()
    return counted.reindex(cells, fill_value=0).rename("n").reset_index()
