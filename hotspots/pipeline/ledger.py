"""Keeping the hotspots of a run: lasting ids, what became of each, and their history.

A set is kept when reports came in (after an import, for the hub's own district and every district kept
before) or when somebody says so (the button *Keep this set* on What's new), never by looking at a page:
pages only read, so that a look costs no lock, a shared link changes nothing, and a trial of other
settings can never enter the history.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.analysis.cluster import NOISE, Hotspots
from hotspots.analysis.identity import ENDED, RETURNED, match_hotspots
from hotspots.errors import BadValue, NoData
from hotspots.periods import Window, add_months
from hotspots.pipeline.hub import HubView, moved_words
from hotspots.pipeline.query import Query, default_query, hotspots_of, located_incidents
from hotspots.settings import Settings
from hotspots.store import Store, ledger
from hotspots.store.ledger import HotspotSet

Progress = Callable[[float, str], None]
_BECAME = ["hotspot", "name", "event", "from_ids", "into", "n", "rank", "change", "kept"]


def remember_run(store: Store, view: HubView, *, who: str, at: datetime) -> dict[str, str]:
    """Keep the hotspots of a view as a set of their districts; returns the view's id → the lasting id.

    The same run again writes nothing and returns the same ids. Matched by `identity.match_hotspots` to all
    that was ever kept for these districts; ids are numbered through the whole store and never reused.
    Raises `BadValue` for a view narrowed to some categories or sources, or whose window ends before the
    last set's: neither can continue a history.
    """
    ids = _keep(store, view.query, view.hotspots, view.located, who=who, at=at)
    return dict(zip(view.table["id"], ids, strict=True))


def remember_months(
    store: Store, query: Query, *, months: int, who: str, at: datetime, progress: Progress | None = None
) -> int:
    """Keep the sets of the windows that ended in each of the months before a query's own; returns how many.

    Gives a new ledger its past. Months that hold no report, or that end before the last set kept, are left out.
    """
    last = ledger.last_set(store, query.districts)
    kept = 0
    for back in range(months, 0, -1):
        window = Window(add_months(query.window.start, -back), add_months(query.window.end, -back))
        if last is not None and window.end < last.window.end:
            continue
        if progress:
            progress(1 - back / months, f"Hotspots up to {window.end}")
        try:
            located, _ = located_incidents(store, replace(query, window=window))
        except NoData:
            continue
        _keep(store, replace(query, window=window), hotspots_of(located, query), located, who=who, at=at)
        kept += 1
    return kept


def keep_latest(
    store: Store, chosen: Settings, *, today: date, who: str, at: datetime, past: int = 0
) -> tuple[str, ...]:
    """Keep the settings' own hotspots as they are now; returns the districts of which a set was kept.

    For the hub's own district (or largest) and for every one of which a set was kept before. past: months
    before them to keep first where a district has no set yet. Data that continue no history (older months,
    nothing in the window) keep nothing.
    """
    try:
        usual = default_query(store, chosen, today=today)
    except NoData:
        return ()
    kept = []
    for districts in dict.fromkeys([usual.districts, *ledger.districts_kept(store)]):
        query = replace(usual, districts=districts)
        if past and ledger.last_set(store, districts) is None:
            remember_months(store, query, months=past, who=who, at=at)
        try:
            located, _ = located_incidents(store, query)
            _keep(store, query, hotspots_of(located, query), located, who=who, at=at)
        except (BadValue, NoData):
            continue
        kept.append("; ".join(districts))
    return tuple(kept)


def lasting(store: Store, view: HubView) -> pd.DataFrame:
    """The view's hotspots by their lasting ids: id (the view's), hotspot, called, event, from_ids, change.

    hotspot: "" for one that no kept set knows · called: the hub's own name or the name as found
    change: places moved up since the set before, missing where it was not in it. Empty where nothing was kept.
    """
    told = what_became(store, view)
    found = told[told["rank"].notna()]
    if found.empty:
        return pd.DataFrame(columns=["id", "hotspot", "called", "event", "from_ids", "change"])
    unknown = ~found["kept"] & found["event"].isin(["born", "split"])
    ids = view.table["id"].to_numpy()[found["rank"].to_numpy(dtype=int) - 1]
    return found.assign(id=ids, hotspot=found["hotspot"].mask(unknown, ""), called=found["name"])[
        ["id", "hotspot", "called", "event", "from_ids", "change"]
    ].reset_index(drop=True)


def with_lasting(table: gpd.GeoDataFrame, told: pd.DataFrame) -> gpd.GeoDataFrame:
    """The hub's table with lasting ids, the hub's own names, and rank changes against the set kept before.

    told: of `lasting`; where it is empty the table keeps the names as found and last month's ranks. Where it is the
    first set of its districts there was none before: last month's ranks stay, and no event is told of.
    """
    if told.empty:
        return table.assign(hotspot="", event="", from_ids=[()] * len(table))
    known = told.set_index("id").reindex(table["id"])
    compared = known["change"].notna().any()
    return table.assign(
        name=known["called"].fillna(table.set_index("id")["name"]).to_numpy(),
        moved=_moved_since(known, table["rank"].to_numpy()) if compared else table["moved"],
        hotspot=known["hotspot"].fillna("").to_numpy(),
        event=known["event"].fillna("").to_numpy() if compared else "",
        from_ids=known["from_ids"].to_numpy() if compared else [()] * len(table),
    )


def _moved_since(known: pd.DataFrame, ranks: np.ndarray) -> list[str]:
    """Rank against the set before: up 2, down 1, –; "back" for one known from an older set, else "new"."""
    return [
        ("back" if event == RETURNED else "new") if pd.isna(change) else moved_words(rank, rank + int(change))
        for rank, change, event in zip(ranks, known["change"], known["event"], strict=True)
    ]


def what_became(store: Store, view: HubView) -> pd.DataFrame:
    """The view's hotspots and those that ended, against the last other set of its districts; writes nothing.

    [hotspot (lasting id), name, event, from_ids, into, n, rank, change (places moved up), kept]. `kept` is
    true when the view is the last set kept; else the ids of newly born ones are what they would be given.
    Empty where no set was ever kept.
    """
    run = _run(view.hotspots, view.located)
    last = ledger.last_set(store, view.query.districts)
    if last is None:
        return pd.DataFrame(columns=_BECAME)
    kept = last.fingerprint == _set_of(view.query, view.hotspots, run).fingerprint
    if kept:
        before = ledger.last_set(store, view.query.districts, before=last.id)
        told = ledger.entries(store, last.id)
    else:
        before, told = last, _previewed(store, view.query, run)
    earlier = ledger.entries(store, before.id).set_index("hotspot") if before else None
    change = [None if earlier is None else _moved(row, earlier) for row in told.itertuples()]
    return told.assign(change=pd.array(change, dtype="Int64"), kept=kept)[_BECAME]


def history_of(store: Store, hotspot: str) -> pd.DataFrame:
    """One lasting id through every kept set (`store.ledger.history`), with `change` in rank."""
    told = ledger.history(store, hotspot)
    return told.assign(change=told["rank"].shift() - told["rank"])


def rename(store: Store, hotspot: str, name: str, *, who: str, at: datetime) -> None:
    """Call a hotspot by the hub's own name in this and every later set (`store.ledger.rename`)."""
    ledger.rename(store, hotspot, name, who=who, at=at)


def _keep(
    store: Store, query: Query, found: Hotspots, located: gpd.GeoDataFrame, *, who: str, at: datetime
) -> tuple[str, ...]:
    if query.categories or query.sources:
        raise BadValue("Only hotspots of all categories and sources are kept; take the filters off first.")
    run = _run(found, located)
    made = _set_of(query, found, run)
    return ledger.keep_set(store, made, run, match=partial(_match, run), who=who, at=at)


def _match(run: gpd.GeoDataFrame, known: gpd.GeoDataFrame, used: frozenset[str]) -> pd.DataFrame:
    return match_hotspots(known, run, used_ids=used)


def _run(found: Hotspots, located: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Areas of a run with the keys of their locations, rounded to the metre as sources write them."""
    inside = located[(found.labels != NOISE).to_numpy()]
    keys = inside["x"].round().astype(int).astype(str) + " " + inside["y"].round().astype(int).astype(str)
    members = keys.groupby(found.labels[found.labels != NOISE].to_numpy()).agg(frozenset)
    areas = found.areas[["name", "n", "geometry"]]
    return areas.assign(members=members.reindex(areas.index))


def _set_of(query: Query, found: Hotspots, run: gpd.GeoDataFrame) -> HotspotSet:
    settings = (query.window, found.eps, found.min_samples, found.max_extent, found.min_days)
    members = [(int(row.n), sorted(row.members)) for row in run.itertuples()]
    fingerprint = hashlib.sha256(repr((sorted(query.districts), settings, members)).encode()).hexdigest()
    return HotspotSet(
        districts=query.districts,
        window=query.window,
        eps=found.eps,
        min_samples=found.min_samples,
        max_extent=found.max_extent,
        min_days=found.min_days,
        incidents=found.incidents,
        fingerprint=fingerprint,
    )


def _previewed(store: Store, query: Query, run: gpd.GeoDataFrame) -> pd.DataFrame:
    """What the ledger would say of a run, found ones by rank, then those that would have ended."""
    known = ledger.known(store, query.districts)
    line = match_hotspots(known, run, used_ids=ledger.used_ids(store)).rename(columns={"id": "hotspot"})
    found = line["event"] != ENDED
    rows = line.loc[found, "row"].astype(int)
    names = line["hotspot"].map(known.set_index("id")["name"]).mask(found)
    names.loc[found] = run["name"].reindex(rows).to_numpy()
    given = line["hotspot"].map(ledger.given_names(store))
    line = line.assign(
        name=given.where(given.notna(), names),
        n=run["n"].reindex(rows).set_axis(rows.index).astype("Int64"),
        rank=(rows + 1).astype("Int64"),
    )
    return line.sort_values("rank", na_position="last", kind="stable", ignore_index=True)


def _moved(row: object, earlier: pd.DataFrame) -> int | None:
    """Places moved up since the earlier set; None for one that is not in both."""
    rank = earlier["rank"].get(row.hotspot)
    return None if rank is None or pd.isna(rank) or pd.isna(row.rank) else int(rank) - int(row.rank)
