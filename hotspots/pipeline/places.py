"""Adopted places: counts inside the frozen boundary, and the register's frames that screens and paper share."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import store as stores
from hotspots.analysis import repeats
from hotspots.analysis.counts import count_grouped
from hotspots.analysis.states import states_of
from hotspots.analysis.usual import control_charts
from hotspots.analysis.watch import design
from hotspots.errors import NoData
from hotspots.intake.coverage import coverage_of
from hotspots.periods import Window, add_months, last_months, month_start
from hotspots.pipeline import HubView
from hotspots.pipeline.hub import _hours as hours_of
from hotspots.pipeline.hub import _parts as parts_of
from hotspots.pipeline.query import Query, as_points, events
from hotspots.register import actions as action_rules
from hotspots.register.assessments import Assessment, left_to_make, settled
from hotspots.register.interventions import Intervention, reporting_drives
from hotspots.register.places import COMPARISON, Place
from hotspots.register.site_checks import checklist
from hotspots.store import Store
from hotspots.store import register_reads as reads

SIGNAL_MONTHS = 12
"""The first signal is looked for from this many months before adoption: an older rise was another story."""
SIGNAL = (
    "First signal: the day after the first month above the place's usual range, looked for from 12 months "
    "before it was adopted."
)
QUIET_MONTHS = 6
"""Known months that set the quiet rate a reopen line is drawn from."""
LEAST_RATE = 0.25
"""Reports a month a quiet place is taken to have at the least: six months of nothing do not prove none."""
YEARS_BETWEEN = 10
"""Least years between false alarms of one place's reopen line."""


@dataclass(frozen=True)
class PlaceView:
    """One adopted place for one period, as frames for the gate.

    chart: `control_chart` of every month held · months: those of the period · n: its reports
    parts: kind, word, n · hours: weekday (0 Monday), hour, n of exact times, `exact` of them
    repeat: top, n, of, share, chance_low, chance_high, empty where no report names an address
    snapped: reports on a point that stands for many addresses · addresses: reports that name one
    lanes: what was done (policy "done at a place")
    state, since: what it is doing and the first month of its present stretch
    last_report: day of the period's latest report whose day is known
    line, years: count that would ring next month, and by luck once in how many years
    """

    place: Place
    window: Window
    chart: pd.DataFrame
    months: pd.DataFrame
    n: int
    parts: pd.DataFrame
    hours: pd.DataFrame
    repeat: pd.DataFrame
    exact: int
    snapped: int
    addresses: int
    lanes: pd.DataFrame
    state: str
    since: date | None
    last_report: date | None
    first_signal: date | None
    line: int | None
    years: float

    @property
    def last(self) -> pd.Series:
        """The last month held."""
        return self.chart.iloc[-1]

    def six_months(self) -> tuple[Window, float, float]:
        """The last six months, their reports, and those of the same months a year before (NaN for a gap)."""
        window = last_months(add_months(self.last["period"].date(), 1), 6)
        return window, _total(self.chart, window), _total(self.chart, window.year_before())


def adopted(store: Store) -> list[Place]:
    """Active places the hub has adopted; areas kept for comparison are not among them."""
    held = reads.listed(store, Place)
    return [p for p in held if p.status == "active" and p.kind != COMPARISON]


def place_charts(store: Store, places: Sequence[Place], *, today: date) -> dict[int, pd.DataFrame]:
    """Control chart of the reports inside each frozen boundary, every complete month the store holds.

    Months in which people were asked to report are not used to say what is usual. A source that a
    place's district did not receive leaves a gap. Raises `NoData` for an empty store.
    """
    window = _months_held(store, today)
    rows = stores.location_months(store, window=window)
    inside = _inside(rows, places, store.crs)
    done = _by_place(reads.listed(store, Intervention))
    made = {}
    for district in dict.fromkeys(p.district for p in places):
        here = [p for p in places if p.district == district]
        received = stores.source_months(store, districts=[district] if district else None)
        months = count_grouped(
            inside[inside["place_id"].isin([p.id for p in here])],
            window=window,
            by=["place_id"],
            coverage=coverage_of(received, window=window),
            groups=pd.DataFrame({"place_id": [p.id for p in here]}),
        )
        aside = events(store, Query(window, districts=(district,) if district else ()))
        made |= control_charts(
            months.pivot(index="period", columns="place_id", values="n"),
            exclude={p.id: reporting_drives(done.get(p.id, ())) for p in here},
            aside=aside,
        )
    return made


def place_view(store: Store, place: Place, chart: pd.DataFrame, *, months: int | None, today: date) -> PlaceView:
    """Everything the profile of one place shows.

    chart: of `place_charts` · months: length of the period that ends with the last complete month, shorter
    where less is held; None for all held
    """
    whole = _months_held(store, today)
    asked = last_months(whole.end, months) if months else whole
    window = Window(max(asked.start, whole.start), whole.end)
    members = _members(store, place, window)
    addresses = members["address_key"].dropna()
    done = reads.listed(store, Intervention, place_id=place.id)
    state = _states({place.id: chart}, {place.id: done})[place.id]
    line, years = _line(chart, state)
    return PlaceView(
        place=place,
        window=window,
        chart=chart,
        months=chart.loc[chart["period"] >= pd.Timestamp(window.start), ["period", "n", "low", "high", "outside"]],
        n=len(members),
        parts=parts_of(members),
        hours=hours_of(members),
        repeat=repeats.repeat_share(addresses, seed=1) if len(addresses) else pd.DataFrame(),
        exact=int((members["time_precision"] == "exact").sum()),
        snapped=int((members["location_precision"] == "snapped").sum()),
        addresses=len(addresses),
        lanes=lanes_of(done, today=today),
        state=state,
        since=_since(chart, state),
        last_report=_last_day(members),
        first_signal=first_signal(chart, place),
        line=line,
        years=years,
    )


def places_table(
    store: Store, places: Sequence[Place], charts: Mapping[int, pd.DataFrame], *, today: date
) -> gpd.GeoDataFrame:
    """Adopted places, a row each, for the list (policy "places"); those above their usual range first."""
    done = _by_place(reads.listed(store, Intervention))
    states = _states(charts, done)
    known = settled(reads.listed(store, Assessment), on=today)
    actions = reads.actions(store)
    open_ = actions[actions["status"] == "open"]
    late = action_rules.overdue(actions, on=today)
    checks = reads.site_checks(store)
    frame = reads.places(store).loc[[p.id for p in places]]
    last = pd.DataFrame([charts[i].iloc[-1] for i in frame.index], columns=["n", "low", "high"])
    table = frame.assign(
        state=[states[i] for i in frame.index],
        latest=last["n"].to_numpy(),
        usual_low=last["low"].to_numpy(),
        usual_high=last["high"].to_numpy(),
        open_actions=open_["place_id"].value_counts().reindex(frame.index, fill_value=0),
        late_actions=late["place_id"].value_counts().reindex(frame.index, fill_value=0),
        failed_checks=[_failed(checks, p, today) for p in places],
        assess_on=days_column([_assess_on(done.get(i, ()), known) for i in frame.index]),
    )
    rising = table["state"].isin(("new", "growing", "returned"))
    order = pd.DataFrame({"rising": ~rising, "late": -table["late_actions"], "n": -table["latest"].fillna(-1)})
    return table.loc[order.sort_values(["rising", "late", "n"], kind="stable").index]


def lanes_of(done: Sequence[Intervention], *, today: date) -> pd.DataFrame:
    """What was done, a row each in order of start: label, start, end, shape, words, status.

    end: the day after the last day, today where it still runs · shape: "day", "period" or "drive"
    """
    started = [i for i in done if i.start is not None and i.status not in ("refused", "withdrawn")]
    rows = [_lane(item, today) for item in sorted(started, key=lambda i: (i.start, i.id or 0))]
    frame = pd.DataFrame(rows, columns=["label", "start", "end", "shape", "words", "status"])
    return frame.astype({"start": "datetime64[us]", "end": "datetime64[us]"})


def first_signal(chart: pd.DataFrame, place: Place) -> date | None:
    """First day on which a month above the usual range could be known; None where there was none."""
    above = chart.loc[(chart["outside"] == "above") & (chart["period"] >= pd.Timestamp(signal_from(place))), "period"]
    return add_months(above.iloc[0].date(), 1) if len(above) else None


def signal_from(place: Place) -> date:
    """First month in which a place's first signal is looked for."""
    return month_start(add_months(place.adopted_on, -SIGNAL_MONTHS))


def place_of_hotspot(
    view: HubView,
    hotspot: str,
    *,
    name: str,
    kind: str,
    dwellings: int | None,
    problem_types: Sequence[str],
    on: date,
) -> Place:
    """The place a hub adopts from a hotspot: its outline as it stands that day.

    Raises `NoData` for an id the view does not have, `BadValue` for what a place refuses.
    """
    rows = view.hotspots.areas[view.hotspots.areas["id"] == hotspot]
    if rows.empty:
        raise NoData("That hotspot is not among those found with these settings; choose one from the list.")
    return Place(
        name=name.strip(),
        kind=kind,
        geometry=rows.iloc[0].geometry,
        adopted_on=on,
        dwellings=dwellings,
        problem_types=tuple(problem_types),
        district=_home(view, int(rows.index[0])),
        from_hotspot=hotspot,
    )


def _home(view: HubView, area: int) -> str:
    """The district that most reports of a hotspot lie in, so that a hub has a place across a border too."""
    names = view.located["district"][view.hotspots.labels == area].dropna()
    return str(names.mode().iloc[0]) if len(names) else ""


def _months_held(store: Store, today: date) -> Window:
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    end = min(held.end, month_start(today))
    return Window(min(held.start, add_months(end, -1)), end)


def place_of(rows: pd.DataFrame, places: Sequence[Place], crs: str) -> pd.Series:
    """Id of the place each row lies in, missing for none; where places overlap, the one adopted first."""
    shapes = gpd.GeoSeries([p.geometry for p in places], crs=crs)
    points = gpd.GeoSeries(gpd.points_from_xy(rows["x"], rows["y"]), crs=crs)
    point, place = shapes.sindex.query(points, predicate="intersects")
    first = pd.Series(place, index=point).groupby(level=0).min()
    ids = np.array([p.id for p in places], dtype=float)
    found = np.full(len(rows), np.nan)
    found[first.index.to_numpy(dtype=int)] = ids[first.to_numpy(dtype=int)] if len(first) else np.nan
    return pd.Series(found, index=rows.index)


def _inside(rows: pd.DataFrame, places: Sequence[Place], crs: str) -> pd.DataFrame:
    """Grouped counts of every place: month, place_id, source, n; places may overlap, each counts all its own."""
    shapes = gpd.GeoSeries([p.geometry for p in places], crs=crs)
    points = gpd.GeoSeries(gpd.points_from_xy(rows["x"], rows["y"]), crs=crs)
    point, place = shapes.sindex.query(points, predicate="intersects")
    ids = np.array([p.id for p in places], dtype=int)
    found = rows.iloc[point].assign(place_id=ids[place] if len(ids) else [])
    return found.groupby(["month", "place_id", "source"], as_index=False)["n"].sum()


def _members(store: Store, place: Place, window: Window) -> gpd.GeoDataFrame:
    """Reports of a window inside the frozen boundary."""
    located = as_points(stores.incidents(store, window=window, located=True), store.crs)
    return located.iloc[np.sort(located.sindex.query(place.geometry, predicate="intersects"))]


def _states(charts: Mapping[int, pd.DataFrame], done: Mapping[int, Sequence[Intervention]]) -> dict[int, str]:
    """State of each place, told when its last order ended so that a return is called one."""
    ended = {
        i: max(pd.Timestamp(item.window.end) for item in items if item.window is not None)
        for i, items in done.items()
        if any(item.window is not None for item in items)
    }
    states = states_of(charts, interventions_ended=ended).set_index("place_id")["state"]
    return states.fillna("not judged").to_dict()


def _since(chart: pd.DataFrame, state: str) -> date | None:
    """First month in which the state held: the third at 0 or 1 for quiet, the first above for a rise."""
    known = chart[chart["n"].notna()]
    holds = known["n"] <= 1 if state == "quiet" else known["outside"] == "above"
    if state not in ("quiet", "new", "growing", "returned") or not holds.any():
        return None
    broken = known.loc[~holds, "period"]
    run = known if broken.empty else known[known["period"] > broken.iloc[-1]]
    at = 2 if state == "quiet" else 0  # quiet needs three such months before it holds
    return run["period"].iloc[at].date() if len(run) > at else None


def _line(chart: pd.DataFrame, state: str) -> tuple[int | None, float]:
    """Count in one month that would ring, and once in how many years luck alone rings it.

    A quiet place is watched by a CUSUM from its quiet rate back to the rate usual before, because its
    old usual range would let a return pass unseen; any other by its usual range.
    """
    last = chart.iloc[-1]
    if pd.isna(last["high"]):
        return None, np.nan
    if state != "quiet":
        return int(last["high"]) + 1, 1 / (12 * last["chance_above"])
    quiet = max(float(chart["n"].dropna().tail(QUIET_MONTHS).mean()), LEAST_RATE)
    if last["mean"] <= quiet:
        return None, np.nan
    chosen = design(quiet, float(last["mean"]), run_length=12 * YEARS_BETWEEN)
    return math.ceil(chosen.threshold + chosen.reference), chosen.run_length / 12


def _last_day(members: pd.DataFrame) -> date | None:
    """Day of the latest report whose day is known."""
    known = members.loc[members["time_precision"] != "month", "occurred_from"]
    return None if known.empty else known.max().date()


def _total(chart: pd.DataFrame, window: Window) -> float:
    counts = chart.set_index("period")["n"].reindex(pd.DatetimeIndex(list(window.months())))
    return float(counts.sum()) if counts.notna().all() else np.nan


def _by_place(items: Sequence[Intervention]) -> dict[int, list[Intervention]]:
    found: dict[int, list[Intervention]] = {}
    for item in items:
        found.setdefault(item.place_id, []).append(item)
    return found


def _lane(item: Intervention, today: date) -> tuple:
    drive = item.expected_reporting_effect == "up"
    drive_words = "Residents asked to report" if drive and item.kind == "RES" and not item.title else item.label
    last = item.last_day
    one_day = last == item.start
    shape = "day" if one_day else "drive" if drive else "period"
    until = "" if one_day else f" to {_short(last)}" if last else " on"
    end = item.window.end if item.window else max(today, item.start)
    return (drive_words, item.start, end, shape, f"{_short(item.start)}{until}", item.status)


def _short(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _failed(checks: pd.DataFrame, place: Place, today: date) -> int:
    """Items of a place that need a look; none while nobody has ever checked there."""
    if not (checks["place_id"] == place.id).any():
        return 0
    return int((checklist(checks, place_id=place.id, on=today, kind=place.kind)["flag"] != "").sum())


def _assess_on(done: Sequence[Intervention], known: Mapping[int, int]) -> date | None:
    """The first assessment that nobody has recorded, however late."""
    days = [day for item in done for day in left_to_make(item, known.get(item.id, 0)).values()]
    return min(days, default=None)


def days_column(days: Sequence[date | None]) -> pd.DatetimeIndex:
    """Days as a column of a frame; NaT where there is none."""
    return pd.DatetimeIndex(pd.to_datetime(pd.Series(days, dtype=object)))
