"""What's new: every alarm of the hotspots, the adopted places and the ground nobody watches, with its luck."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots import store as stores
from hotspots.analysis.alarms import HEXAGON, PROPERTIES, Alarms, hexagon_alarms, place_alarms, weekly_chart
from hotspots.analysis.counts import count_by_period, count_grouped
from hotspots.analysis.grid import WIDTH, assign_hexagons, hexagons
from hotspots.analysis.naming import name_areas
from hotspots.analysis.usual import control_charts
from hotspots.errors import NoData
from hotspots.periods import Window, add_months, last_months
from hotspots.pipeline.agenda import place_of
from hotspots.pipeline.hub import HubView, chance_above
from hotspots.pipeline.query import HISTORY_MONTHS, as_points, coverage_for, events
from hotspots.pipeline.watching import PER_YEAR, WatchView
from hotspots.register.interventions import Intervention, reporting_drives
from hotspots.register.places import COMPARISON, Place
from hotspots.store import Store
from hotspots.store import register_reads as reads

RETURNED = "came back after the action ended"
HEXAGON_MONTHS = 3
"""Latest months that the hexagons compare with the same months a year before."""
WEEKS_BACK = 156
_GROUND = 3 * WIDTH
_TABLE = [
    "key", "place", "kind", "rule", "since", "observed", "usual_low", "usual_high", "several_properties", "tripped",
    "p_value", "false_alarms_per_year",
]  # fmt: skip


@dataclass(frozen=True)
class AlarmView:
    """Everything What's new shows for one query.

    table: a row an alarm [key, place, kind ("place", "hotspot" or "hexagon"), rule, since (first day of the
    rise), observed, usual_low, usual_high, several_properties, tripped (words), p_value,
    false_alarms_per_year (of that rule there)], the least likely first
    watched: a row a place or hotspot [key, place, kind, period, latest, usual_low, usual_high, room (reports
    that would still be usual, NaN where nothing is usual yet)] · charts: key → control chart by month
    weeks: key → `alarms.weekly_chart` of those with exact days · hexagons: those that ring, with geometry
    expected: rule → false alarms a year of all that is watched by it
    not_held: source → months of the hexagons' two windows that were not received whole; such a source is left
    out of that rule, because a month that never came is missing, not zero · grid_compared: whether any is left
    """

    table: pd.DataFrame
    watched: pd.DataFrame
    charts: dict[str, pd.DataFrame]
    weeks: dict[str, pd.DataFrame]
    hexagons: gpd.GeoDataFrame
    expected: dict[str, float]
    last_month: date
    not_held: dict[str, tuple[date, ...]]
    grid_compared: bool

    @property
    def ringing(self) -> int:
        """How many of the watched places and hotspots ring."""
        return self.table.loc[self.table["kind"] != "hexagon", "key"].nunique()

    @property
    def false_alarms_per_year(self) -> float:
        """Alarms to expect in a year from the whole screen if nothing changed anywhere (an upper bound)."""
        return sum(self.expected.values())

    @property
    def nearest(self) -> pd.Series | None:
        """The watched one with the least room left that does not ring; None where nothing is judged."""
        quiet = self.watched[self.watched["room"].notna() & ~self.watched["key"].isin(self.table["key"])]
        return None if quiet.empty else quiet.sort_values(["room", "key"]).iloc[0]


def alarms_for(store: Store, view: HubView, *, watched: WatchView | None = None) -> AlarmView:
    """Alarms of a hub view's hotspots, of the adopted places of its districts, and of the hexagon grid.

    watched: of `watching.watch_for`, for places that came back after an action ended; without it that rule is
    not used, nor where the window ends before the data do. A hotspot that is an adopted place is watched as that
    place only, so that its luck is counted once. Months in which people were asked to report make no place's
    baseline. Every rule counts the reports of the query's categories and sources; the watch of ended actions
    counts all of them.

    Raises `NoData` for a window without a whole month. Figures of overlapping rules are added, so the
    expected false alarms are an upper bound.
    """
    end = view.query.window.end.replace(day=1)
    if watched is not None and watched.last_month >= end:
        watched = None  # it knows what came back by now, not what had come back by then
    subjects = _subjects(store, view)
    located = _located(store, view, end)
    monthly = _monthly(store, view, subjects, end)
    weekly, reports = _weekly(store, view, subjects, located), _reports(subjects, located)
    found = [
        place_alarms(_of(monthly, keys), weekly=_of(weekly, keys), reports=_of(reports, keys), exclude=list(excluded))
        for excluded, keys in _by_exclusion(subjects).items()
    ]
    not_held = _not_held(coverage_for(store, view.query), end)
    comparable = located[~located["source"].isin(list(not_held))]
    ringing, hexagons_yearly = _hexagons(comparable, subjects, end)
    back = _came_back(watched, subjects, add_months(end, -1))
    charts = control_charts(
        monthly.pivot(index="period", columns="place_id", values="n"),
        exclude={key: list(excluded) for key, excluded in subjects["exclude"].items()},
    )
    return AlarmView(
        table=_table(found, subjects, ringing, back),
        watched=_watched(subjects, charts),
        charts=charts,
        weeks=_weekly_charts(weekly, subjects),
        hexagons=ringing,
        expected=_expected(charts, found, hexagons_yearly, watched),
        last_month=add_months(end, -1),
        not_held=not_held,
        grid_compared=hexagons_yearly > 0,
    )


def _subjects(store: Store, view: HubView) -> gpd.GeoDataFrame:
    """What is watched, a row each: index key, place (name), kind, geometry, exclude (windows not usual)."""
    held = reads.listed(store, Place)
    chosen = view.query.districts
    places = [p for p in held if p.status == "active" and p.kind != COMPARISON and (not chosen or p.district in chosen)]
    done, odd = reads.listed(store, Intervention), events(store, view.query)
    drives = {p.id: reporting_drives([i for i in done if i.place_id == p.id]) for p in places}
    rows = [(f"place-{p.id}", p.name, "place", p.geometry, tuple(sorted([*drives[p.id], *odd]))) for p in places]
    rows += [
        (f"hotspot-{area.id}", area.name, "hotspot", area.geometry, tuple(odd))
        for area in view.hotspots.areas.itertuples(index=False)
        if place_of(area.geometry, places) is None
    ]
    frame = pd.DataFrame(rows, columns=["key", "place", "kind", "geometry", "exclude"]).set_index("key")
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=store.crs)


def _located(store: Store, view: HubView, end: date) -> gpd.GeoDataFrame:
    """Located reports from the history up to the end of the last whole month."""
    window = _history(store, view, end)
    return as_points(stores.incidents(store, window=window, located=True, **view.query.chosen), store.crs)


def _history(store: Store, view: HubView, end: date) -> Window:
    held = stores.months_held(store)
    start = add_months(view.query.window.start.replace(day=1), -HISTORY_MONTHS)
    start = max(start, held.start) if held else start
    if start >= end:
        raise NoData(f"No whole month is over before {end}; choose later dates.")
    return Window(start, end)


def _monthly(store: Store, view: HubView, subjects: gpd.GeoDataFrame, end: date) -> pd.DataFrame:
    """Counts by month inside each outline: period, place_id, n."""
    window = _history(store, view, end)
    rows = stores.location_months(store, window=window, **view.query.chosen)
    at = gpd.GeoSeries(gpd.points_from_xy(rows["x"], rows["y"]), crs=store.crs)
    inside = _inside(rows, at, subjects).groupby(["month", "place_id", "source"], as_index=False)["n"].sum()
    return count_grouped(
        inside, window=window, by=["place_id"], coverage=coverage_for(store, view.query), groups=_groups(subjects)
    )


def _weekly(store: Store, view: HubView, subjects: gpd.GeoDataFrame, located: gpd.GeoDataFrame) -> pd.DataFrame:
    """Counts by week of the reports with exact days, the last week ending with the last whole month."""
    exact = located[located["time_precision"] != "month"]
    end = view.query.window.end.replace(day=1)
    weeks = min((end - _history(store, view, end).start).days // 7, WEEKS_BACK)
    window = Window(end - timedelta(weeks=weeks), end)
    inside = _inside(exact[["occurred_from", "time_precision", "source"]], exact.geometry, subjects)
    coverage = coverage_for(store, view.query)
    seen = inside["place_id"].unique()
    return count_by_period(
        inside,
        window=window,
        unit="week",
        by=["place_id"],
        coverage=coverage[coverage["source"].isin(exact["source"].unique())],
        groups=_groups(subjects.loc[[key for key in subjects.index if key in set(seen)]]),
    )


def _reports(subjects: gpd.GeoDataFrame, located: gpd.GeoDataFrame) -> pd.DataFrame:
    """Reports that name an address: place_id, occurred_from, address_key."""
    named = located[located["address_key"].notna()]
    return _inside(named[["occurred_from", "address_key"]], named.geometry, subjects)


def _inside(rows: pd.DataFrame, at: gpd.GeoSeries, subjects: gpd.GeoDataFrame) -> pd.DataFrame:
    """Rows with `place_id`, once for every outline they lie in: outlines may overlap."""
    point, outline = subjects.sindex.query(at, predicate="intersects")
    return rows.iloc[point].assign(place_id=subjects.index.to_numpy()[outline])


def _groups(subjects: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame({"place_id": subjects.index})


def _by_exclusion(subjects: gpd.GeoDataFrame) -> dict[tuple[Window, ...], list[str]]:
    """Subjects by the windows that are not usual for them."""
    groups: dict[tuple[Window, ...], list[str]] = {}
    for key, windows in subjects["exclude"].items():
        groups.setdefault(windows, []).append(key)
    return groups


def _of(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    return rows[rows["place_id"].isin(keys)]


def _series(part: pd.DataFrame) -> pd.Series:
    return pd.Series(part["n"].to_numpy(), index=pd.DatetimeIndex(part["period"]))


def _weekly_charts(weekly: pd.DataFrame, subjects: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    return {
        key: weekly_chart(_series(part), exclude=list(subjects.at[key, "exclude"]))
        for key, part in weekly.groupby("place_id")
    }


def _not_held(coverage: pd.DataFrame, end: date) -> dict[str, tuple[date, ...]]:
    """Source → months of the hexagons' latest window and of the year before that were not received whole."""
    recent = last_months(end, HEXAGON_MONTHS)
    wanted = [*recent.year_before().months(), *recent.months()]
    found = {}
    for source, rows in coverage.groupby("source"):
        whole = set(rows.loc[rows["state"] == "complete", "month"].dt.date)
        missing = tuple(month for month in wanted if month not in whole)
        found |= {source: missing} if missing else {}
    return found


def _hexagons(located: gpd.GeoDataFrame, subjects: gpd.GeoDataFrame, end: date) -> tuple[gpd.GeoDataFrame, float]:
    """Hexagons that ring on ground nobody watches, named by their reports, and their false alarms a year."""
    recent = last_months(end, HEXAGON_MONTHS)
    windows = [_within(located, window) for window in (recent, recent.year_before())]
    if any(part.empty for part in windows):
        none = gpd.GeoDataFrame({"rule": [], "place": []}, geometry=[], crs=located.crs)
        return none, 0.0
    rung, yearly = hexagon_alarms(*windows, area=reported_ground(located))
    watched = shapely.union_all(subjects.geometry.to_numpy())
    rung = rung[~rung.intersects(watched)].reset_index(drop=True)
    return rung.assign(place=_names(rung, windows[0])), yearly


def _within(located: gpd.GeoDataFrame, window: Window) -> gpd.GeoDataFrame:
    began = located["occurred_from"]
    return located[(began >= pd.Timestamp(window.start)) & (began < pd.Timestamp(window.end))]


def reported_ground(located: gpd.GeoDataFrame) -> shapely.Geometry:
    """Where reports ever come from, as 600 m hexagons: with empty fields in it every street would be hot."""
    cells = assign_hexagons(located["x"].to_numpy(), located["y"].to_numpy(), width=_GROUND).drop_duplicates()
    return shapely.union_all(hexagons(cells, width=_GROUND, crs=str(located.crs)).geometry.to_numpy())


def _names(rung: gpd.GeoDataFrame, recent: gpd.GeoDataFrame) -> list[str]:
    hexagon, point = recent.sindex.query(rung.geometry, predicate="intersects")
    labels = pd.Series(-1, index=recent.index)
    labels.iloc[point] = hexagon
    return name_areas(recent["place_text"], labels, len(rung))


def _came_back(watched: WatchView | None, subjects: gpd.GeoDataFrame, month: date) -> pd.DataFrame:
    """Adopted places whose watch rings after an action ended, as rows of the table."""
    if watched is None:
        return pd.DataFrame(columns=_TABLE)
    rows = watched.watched
    rows = rows[(rows["kind"] == "place") & rows["since"].notna()]
    keys = {name: key for key, name in subjects.loc[subjects["kind"] == "place", "place"].items()}
    rows = rows[rows["place"].isin(keys)]
    yearly = [PER_YEAR[r.counted_by] / r.run_length for r in rows.itertuples()]
    words = [f"{r.observed:,.0f} reports in {month:%B %Y}; since then usually {r.usual_low:,.0f} to {r.usual_high:,.0f}"
             for r in rows.itertuples()]  # fmt: skip
    columns = ["place", "kind", "since", "observed", "usual_low", "usual_high"]
    return rows[columns].assign(
        key=rows["place"].map(keys),
        rule=RETURNED,
        several_properties=False,
        tripped=words,
        p_value=np.nan,
        false_alarms_per_year=yearly,
    )[_TABLE]


def _table(
    found: Sequence[Alarms], subjects: gpd.GeoDataFrame, ringing: gpd.GeoDataFrame, back: pd.DataFrame
) -> pd.DataFrame:
    """All alarms in one table; a rise at several properties is a property of the alarms it adds to."""
    rung = pd.concat([one.table for one in found], ignore_index=True) if found else pd.DataFrame(columns=["rule"])
    parts = [back]
    if len(rung):
        several = set(rung.loc[rung["rule"] == PROPERTIES, "place_id"])
        rung = rung[rung["rule"] != PROPERTIES].rename(columns={"place_id": "key"})
        names = subjects.loc[rung["key"]]
        rung = rung.assign(
            place=names["place"].to_numpy(), kind=names["kind"].to_numpy(), several_properties=rung["key"].isin(several)
        )
        parts.append(rung[_TABLE])
    if len(ringing):
        parts.append(_hexagon_rows(ringing))
    known = [part for part in parts if len(part)]
    table = pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=_TABLE)
    table["since"] = pd.to_datetime(table["since"]).astype("datetime64[us]")
    return table.sort_values(["p_value", "since", "place"], na_position="last", kind="stable", ignore_index=True)


def _times(rate: float) -> str:
    return "all that there are" if math.isinf(rate) else f"{rate:,.1f} times"


def _hexagon_rows(ringing: gpd.GeoDataFrame) -> pd.DataFrame:
    words = [
        f"{r.n:,} reports in {HEXAGON_MONTHS} months, {r.n_before:,} in the same months last year: "
        f"{_times(r.times)} as many as if it had gone with the rest"
        for r in ringing.itertuples()
    ]
    rows = pd.DataFrame(
        {
            "key": [f"hexagon-{r.q}-{r.r}" for r in ringing.itertuples()],
            "place": ringing["place"],
            "kind": "hexagon",
            "rule": HEXAGON,
            "since": pd.NaT,
            "observed": ringing["n"].astype(float),
            "usual_low": np.nan,
            "usual_high": ringing["expected"],
            "several_properties": False,
            "tripped": words,
            "p_value": ringing["p_value"],
            "false_alarms_per_year": np.nan,  # known for the whole grid only
        }
    )
    return rows[_TABLE]


def _watched(subjects: gpd.GeoDataFrame, charts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = []
    for key, chart in charts.items():
        known = chart[chart["n"].notna()]
        last = (known if len(known) else chart).iloc[-1]
        row = (last["period"], last["n"], last["low"], last["high"], last["high"] - last["n"])
        rows.append((key, subjects.at[key, "place"], subjects.at[key, "kind"], *row))
    columns = ["key", "place", "kind", "period", "latest", "usual_low", "usual_high", "room"]
    return pd.DataFrame(rows, columns=columns)


def _expected(
    charts: dict[str, pd.DataFrame], found: Sequence[Alarms], hexagons_yearly: float, watched: WatchView | None
) -> dict[str, float]:
    """Rule → false alarms a year: monthly ranges, weekly sums, hexagons, ended actions."""
    months = sum(12 * chance_above(chart) for chart in charts.values())
    both = sum(one.false_alarms_per_year for one in found)
    back = 0.0
    if watched is not None:
        places = watched.watched[watched.watched["kind"] == "place"]
        back = sum(PER_YEAR[r.counted_by] / r.run_length for r in places.itertuples())
    return {"range": months, "weeks": max(both - months, 0.0), "returned": back, "hexagons": hexagons_yearly}
