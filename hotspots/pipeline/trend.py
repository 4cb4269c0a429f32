"""Reports by month with their usual range: of districts, of one ward or place, and of each against the rest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots import store as stores
from hotspots.analysis.beside import against_rest, unlike_the_rest
from hotspots.analysis.counts import count_grouped
from hotspots.analysis.states import states_of
from hotspots.analysis.trends import rolling_12, same_month_last_year
from hotspots.analysis.usual import control_chart, control_charts
from hotspots.errors import NoData
from hotspots.intake.coverage import coverage_of
from hotspots.periods import Window
from hotspots.pipeline.query import Query, month_after, nothing_found
from hotspots.register.annotations import DRIVE, EVENT, Annotation, concerning, not_usual
from hotspots.register.places import COMPARISON, Place
from hotspots.store import Store
from hotspots.store import register_reads as reads

DISTRICT, WARD, PLACE = "district", "ward", "place"
SCOPES = (DISTRICT, WARD, PLACE)
MOST_PARTS = 12
"""Small multiples drawn at most: those with most reports in the window."""
_KEYS = ["month", "district", "ward", "category", "source", "snapshot"]


@dataclass(frozen=True)
class TrendCube:
    """Everything the trend of any filter is made of, read once: counts, never single reports.

    held: the months the store holds · counts: [month, district, ward, category, source, snapshot, n]
    noted: what people noted beneath the line, oldest first
    """

    held: Window
    counts: pd.DataFrame
    noted: tuple[Annotation, ...]


@dataclass(frozen=True)
class TrendView:
    """The trend of a query, ready for the gate.

    subject: the ward or place looked at, "" for the districts themselves · split: what the parts are
    chart: period, n, low, high, outside, set_aside, last_year, rolling_12, partial (policy "trend")
    parts: series, period, n, expected, low, high, outside: each part beside what the rest would give it
    states: series, state, n, usual_low, usual_high, stands_out, change, change_low, change_high, unlike
    coverage: source, month, state, n · notes: kind, note, start, end of what concerns the query
    """

    query: Query
    subject: str
    split: str
    chart: pd.DataFrame
    parts: pd.DataFrame
    states: pd.DataFrame
    coverage: pd.DataFrame
    notes: pd.DataFrame

    @property
    def last(self) -> pd.Series:
        """The last month that is not a gap."""
        known = self.chart[self.chart["n"].notna()]
        return known.iloc[-1]


def trend_cube(store: Store) -> TrendCube:
    """Counts of the whole store by month, district, ward, category and source, grouped by the database.

    Raises `NoData` for an empty store.
    """
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    counts = stores.month_counts(store, by=_KEYS[1:])
    words = dict.fromkeys(_KEYS[1:], "category")
    return TrendCube(held, counts.astype(words), tuple(stores.annotations(store)))


def place_cube(store: Store) -> pd.DataFrame:
    """Counts inside the frozen boundary of every adopted place: place, district, month, category, source, n."""
    columns = ["place", "district", "month", "category", "source", "n"]
    held = stores.months_held(store)
    places = [p for p in reads.listed(store, Place) if p.status == "active" and p.kind != COMPARISON]
    if held is None or not places:
        return pd.DataFrame(columns=columns)
    rows = stores.location_months(store, window=held, by=("category", "source"))
    point = gpd.GeoSeries(gpd.points_from_xy(rows["x"], rows["y"]))
    at, place = gpd.GeoSeries([p.geometry for p in places]).sindex.query(point, predicate="intersects")
    inside = rows.iloc[at].assign(
        place=np.array([p.name for p in places], dtype=object)[place],
        district=np.array([p.district for p in places], dtype=object)[place],
    )
    return inside.groupby(columns[:-1], as_index=False, observed=True)["n"].sum()


def trend_for(
    cube: TrendCube, query: Query, *, scope: str = DISTRICT, subject: str = "", places: pd.DataFrame | None = None
) -> TrendView:
    """Monthly counts of everything up to the query's end, for its filters, and of each part beside the rest.

    scope: what the small multiples are: wards of the districts (districts where several are chosen), or
    places, then `places` is `place_cube` · subject: the ward or place the chart is of, "" for the whole
    Raises `NoData` when no month has a report.
    """
    window = Window(cube.held.start, min(cube.held.end, month_after(query.window.end)))
    rows = _chosen(cube.counts, query)
    if rows.empty:
        raise NoData(nothing_found(replace(query, window=window)))
    coverage = coverage_of(_received(cube, query), window=window)
    parts, by = _parts(rows, query, scope, places)
    noted = concerning(cube.noted, districts=query.districts, sources=query.sources)
    drives, aside = (not_usual(noted, kinds=[kind], until=window.end) for kind in (DRIVE, EVENT))
    whole = count_grouped(_summed(rows, []), window=window, coverage=coverage)
    named = _largest(parts, by, query.window, keep=subject)
    counted = count_grouped(
        _summed(parts[parts[by].isin(named)], [by]), window=window, by=[by], coverage=coverage
    ).rename(columns={by: "series"})
    own = counted[counted["series"] == subject] if subject else whole
    if own.empty:
        raise NoData(nothing_found(replace(query, window=window)))
    beside, states = _beside_the_rest(counted, whole, named, exclude=drives, aside=aside)
    return TrendView(
        query=query,
        subject=subject,
        split=by,
        chart=_chart(own, exclude=drives, aside=aside),
        parts=beside,
        states=states,
        coverage=coverage,
        notes=_notes(noted, window),
    )


def subjects_of(cube: TrendCube, query: Query) -> list[str]:
    """Wards of the query's districts that have a report, in order of the alphabet."""
    rows = _chosen(cube.counts, replace(query, categories=(), sources=()))
    return sorted(rows["ward"].dropna().unique())


def _chosen(rows: pd.DataFrame, query: Query) -> pd.DataFrame:
    wanted = pd.Series(True, index=rows.index)
    for column, values in zip(("district", "category", "source"), query.chosen.values(), strict=True):
        if values is not None:
            wanted &= rows[column].isin(values)
    return rows[wanted]


def _received(cube: TrendCube, query: Query) -> pd.DataFrame:
    """Reports by source and month as received, of the query's sources."""
    keys = ["source", "snapshot", "month"]
    whole = _summed_by(cube.counts, keys)
    local = _summed_by(_chosen(cube.counts, replace(query, categories=(), sources=())), keys)
    received = stores.received_of(
        whole, local if query.districts else None, noted=cube.noted, districts=query.districts or None
    )
    return received[received["source"].isin(query.sources)] if query.sources else received


def _summed_by(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sums of `n`; text instead of categories, which compare badly between two frames."""
    summed = rows.groupby(keys, as_index=False, observed=True, dropna=False)["n"].sum()
    return summed.astype({k: object for k in keys if k != "month"})


def _summed(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return _summed_by(rows, ["month", *by, "source"])


def _parts(rows: pd.DataFrame, query: Query, scope: str, places: pd.DataFrame | None) -> tuple[pd.DataFrame, str]:
    """Counts of what the whole is held against, and the column that names its parts."""
    if scope == PLACE and places is not None:
        return _chosen(places, query), PLACE
    if scope == DISTRICT and len(query.districts) != 1:
        return rows, DISTRICT
    return (rows, WARD) if rows["ward"].notna().any() else (rows, "source")


def _largest(rows: pd.DataFrame, by: str, window: Window, *, keep: str) -> list[str]:
    """Names of the parts with most reports in the window, `keep` among them, in order of the alphabet."""
    inside = rows[(rows["month"] >= pd.Timestamp(window.start)) & (rows["month"] < pd.Timestamp(window.end))]
    sizes = inside.groupby(by, observed=True)["n"].sum()
    names = list(sizes[sizes > 0].nlargest(MOST_PARTS).index)
    if keep and keep not in names and (rows[by] == keep).any():
        names = [*names[: MOST_PARTS - 1], keep]
    return sorted(names)


def _series(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(frame["n"].to_numpy(), index=pd.DatetimeIndex(frame["period"]))


def _chart(counted: pd.DataFrame, **windows: Sequence[Window]) -> pd.DataFrame:
    series = _series(counted)
    return control_chart(series, **windows).assign(
        partial=counted["partial"].to_numpy(),
        last_year=same_month_last_year(series).to_numpy(),
        rolling_12=rolling_12(series).to_numpy(),
    )


def _beside_the_rest(
    counted: pd.DataFrame,
    whole: pd.DataFrame,
    named: Collection[str],
    *,
    exclude: Sequence[Window],
    aside: Sequence[Window],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each part's months beside what the rest would give it, and what it is doing, false discoveries held."""
    total, expected, changes = _series(whole), [], {}
    parts = {name: _series(counted[counted["series"] == name]) for name in named}
    charts = control_charts(pd.DataFrame(parts, index=total.index), exclude=dict.fromkeys(parts, exclude), aside=aside)
    for name, series in parts.items():
        rest = total - series
        expected.append(charts[name].assign(series=name, expected=against_rest(series, rest).to_numpy()))
        changes[name] = (series, rest)
    columns = ["series", "period", "n", "expected", "low", "high", "outside"]
    beside = pd.concat(expected, ignore_index=True)[columns] if expected else pd.DataFrame(columns=columns)
    states = states_of(charts).rename(columns={"place_id": "series", "low": "usual_low", "high": "usual_high"})
    unlike = unlike_the_rest(changes)
    return beside, states.assign(state=states["state"].fillna("not judged")).merge(unlike, on="series", how="left")


def _notes(noted: Sequence[Annotation], window: Window) -> pd.DataFrame:
    rows = [
        (a.id, a.kind, a.note, a.district, a.source, kept.start, kept.end, a.end, a.kind in (DRIVE, EVENT))
        for a in noted
        if (kept := a.window(window.end)) is not None
    ]
    columns = ["id", "kind", "note", "where", "source", "start", "end", "given_end", "not_usual"]
    frame = pd.DataFrame(rows, columns=columns)
    days = ("start", "end", "given_end")
    return frame.assign(**{day: pd.to_datetime(frame[day]).astype("datetime64[us]") for day in days})
