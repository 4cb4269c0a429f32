"""The ledger of hotspots: every set that was kept, and the lasting id of each hotspot in it."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, Row, func, insert, select

from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.store import scope
from hotspots.store.database import Store, add_audit, bump_version
from hotspots.store.tables import hotspot_entry as entry
from hotspots.store.tables import hotspot_name
from hotspots.store.tables import hotspot_set as kept_set

ENDED = "ended"
LONGEST_NAME = 80
_BETWEEN = "; "
_ENTRY = ["hotspot", "event", "from_ids", "into", "name", "n", "rank"]

Match = Callable[[gpd.GeoDataFrame, Collection[str]], pd.DataFrame]
"""Known hotspots and every id ever given → `identity.match_hotspots` of the run about to be kept."""


@dataclass(frozen=True)
class HotspotSet:
    """What a set of hotspots was made from; `id`, `made_at` and `made_by` once it is kept.

    districts: names, none for all · eps, max_extent: metres · incidents: located ones of the window
    fingerprint: of the settings and of every hotspot's members, so that the same run is kept once
    """

    districts: tuple[str, ...]
    window: Window
    eps: float
    min_samples: int
    max_extent: float
    min_days: int
    incidents: int
    fingerprint: str
    id: int | None = None
    made_at: str = ""
    made_by: str = ""


def keep_set(
    store: Store, made: HotspotSet, areas: gpd.GeoDataFrame, *, match: Match, who: str, at: datetime
) -> tuple[str, ...]:
    """Keep a set and give its hotspots their lasting ids; returned in the order of `areas`.

    areas: frame [name, n, members, geometry], the first has rank 1, index labels as in `match`'s `row`
    A set equal to the last one of its districts is not written again. Reading, matching and writing
    are one transaction under the store's lock, so two people at once cannot give one id twice.
    Raises `BadValue` for a window that ends before that of the last set: history is not rewritten.
    """
    for district in made.districts or ("",):
        scope.require_inside(store.only, district, "The set")
    with store.writing(checked=True) as connection:
        last = _last_set(connection, made.districts)
        if last is not None and last.fingerprint == made.fingerprint:
            return _ids_by_rank(connection, last.id)
        if last is not None and made.window.end < last.window.end:
            raise BadValue(
                f"The last set kept goes up to {last.window.end}, this one only to {made.window.end}; "
                "choose the latest months to keep a set."
            )
        held = _known(connection, made.districts, store.crs)
        ledger = match(held, _used_ids(connection))
        set_id = connection.execute(insert(kept_set).values(**_set_values(made, who, at))).inserted_primary_key[0]
        rows = _entry_rows(set_id, ledger, areas, dict(zip(held["id"], held["name"], strict=True)))
        if rows:
            connection.execute(insert(entry), rows)
        found = len(areas)
        subject = f"hotspot set {set_id}"
        add_audit(connection, at=at, who=who, action="keep hotspots", subject=subject, after={"hotspots": found})
        return _ids_by_rank(connection, set_id)


def rename(store: Store, hotspot: str, name: str, *, who: str, at: datetime) -> None:
    """Give a hotspot a name of the hub's own, for every set; earlier names stay in the store.

    Raises `BadValue` for an id that was never given, or a name that is empty or too long.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadValue(f"A name has 1 to {LONGEST_NAME} characters; {len(name)} were given.")
    with store.reading() as connection:
        if not connection.scalar(select(func.count()).where(entry.c.hotspot == hotspot)):
            raise BadValue(f"There is no hotspot {hotspot} in the ledger; keep a set first.")
    with store.writing(checked=True) as connection:
        values = {"hotspot": hotspot, "name": name, "at": at.isoformat(timespec="seconds"), "who": who}
        connection.execute(insert(hotspot_name).values(**values))
        add_audit(connection, at=at, who=who, action="rename hotspot", subject=f"hotspot {hotspot}", after=name)
        bump_version(connection)


def last_set(store: Store, districts: Collection[str], *, before: int | None = None) -> HotspotSet | None:
    """The newest set of exactly these districts, or the one before set number `before`; None for none."""
    with store.reading() as connection:
        return _last_set(connection, districts, before)


def districts_kept(store: Store) -> list[tuple[str, ...]]:
    """The districts of which a set was ever kept, () for all together."""
    with store.reading() as connection:
        held = connection.scalars(select(kept_set.c.districts).distinct().order_by(kept_set.c.districts)).all()
    return [tuple(name for name in words.split(_BETWEEN) if name) for words in held]


def known(store: Store, districts: Collection[str]) -> gpd.GeoDataFrame:
    """Every hotspot ever found in these districts with its latest shape.

    [id, n, members, geometry, active, name, rank]; active is false for one that has ended, name as last found.
    """
    with store.reading() as connection:
        return _known(connection, districts, store.crs)


def used_ids(store: Store) -> frozenset[str]:
    """Every id ever given, in any district."""
    with store.reading() as connection:
        return _used_ids(connection)


def given_names(store: Store) -> dict[str, str]:
    """Id → the name the hub gave it, of those that were given one."""
    with store.reading() as connection:
        return _given_names(connection)


def entries(store: Store, set_id: int) -> pd.DataFrame:
    """One set: hotspot, event, from_ids (tuple), into, name, n, rank; found ones by rank, then the ended."""
    query = select(*[entry.c[c] for c in _ENTRY]).where(entry.c.set_id == set_id).order_by(entry.c.id)
    with store.reading() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=_ENTRY)
        given = _given_names(connection)
    return _told(frame, given).sort_values("rank", na_position="last", kind="stable", ignore_index=True)


def history(store: Store, hotspot: str) -> pd.DataFrame:
    """One hotspot through every set that names it, oldest first.

    [set_id, start, end (of the window), kept_from, kept_to (NaT for the present set), event, from_ids, into,
    name (as it is called now), found_as, n, rank]. Raises `BadValue` for an id never given.
    """
    query = (
        select(entry.c.set_id, *[entry.c[c] for c in _ENTRY])
        .where(entry.c.hotspot == hotspot)
        .order_by(entry.c.set_id, entry.c.id)
    )
    with store.reading() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=["set_id", *_ENTRY])
        given = _given_names(connection)
    if frame.empty:
        raise BadValue(f"There is no hotspot {hotspot} in the ledger; keep a set first.")
    told = _told(frame.assign(found_as=frame["name"]), given)
    versions = sets(store).rename(columns={"id": "set_id"})
    columns = ["set_id", "start", "end", "kept_from", "kept_to"]
    joined = versions[columns].merge(told, on="set_id")
    return joined[[*columns, "event", "from_ids", "into", "name", "found_as", "n", "rank"]]


def sets(store: Store) -> pd.DataFrame:
    """Every set kept, oldest first: id, districts, start, end, kept_from, kept_to, settings, incidents, made_by.

    start, end: of the window · kept_from, kept_to: while it was the districts' present set, NaT where it still is
    """
    names = ["id", "districts", "window_start", "window_end", "made_at", "eps", "min_samples", "max_extent"]
    query = select(*[kept_set.c[c] for c in [*names, "incidents", "made_by"]]).order_by(kept_set.c.id)
    with store.reading() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=[*names, "incidents", "made_by"])
    frame = frame.rename(columns={"window_start": "start", "window_end": "end", "made_at": "kept_from"})
    days = ["start", "end", "kept_from"]
    frame = frame.assign(**{c: pd.to_datetime(frame[c]).astype("datetime64[us]") for c in days})
    frame["kept_to"] = frame.groupby("districts")["kept_from"].shift(-1)
    return frame


def _key(districts: Collection[str]) -> str:
    return _BETWEEN.join(sorted(districts))


def _set_values(made: HotspotSet, who: str, at: datetime) -> dict[str, object]:
    stamped = replace(made, made_at=at.isoformat(timespec="seconds"), made_by=who)
    values = {k: v for k, v in vars(stamped).items() if k not in ("id", "window", "districts")}
    window = {"window_start": made.window.start.isoformat(), "window_end": made.window.end.isoformat()}
    return {**values, **window, "districts": _key(made.districts)}


def _last_set(connection: Connection, districts: Collection[str], before: int | None = None) -> HotspotSet | None:
    query = select(kept_set).where(kept_set.c.districts == _key(districts))
    if before is not None:
        query = query.where(kept_set.c.id < before)
    row = connection.execute(query.order_by(kept_set.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _set_of(row)


def _set_of(row: Row) -> HotspotSet:
    values = dict(row._mapping)
    window = Window(*(date.fromisoformat(values.pop(c)) for c in ("window_start", "window_end")))
    districts = tuple(name for name in values.pop("districts").split(_BETWEEN) if name)
    return HotspotSet(districts=districts, window=window, **values)


def _known(connection: Connection, districts: Collection[str], crs: str) -> gpd.GeoDataFrame:
    here = kept_set.c.districts == _key(districts)
    joined = entry.join(kept_set, kept_set.c.id == entry.c.set_id)
    latest = (
        select(func.max(entry.c.id)).select_from(joined).where(here, entry.c.event != ENDED).group_by(entry.c.hotspot)
    )
    present = connection.scalar(select(func.max(kept_set.c.id)).where(here))
    columns = ["hotspot", "n", "members", "geometry", "set_id", "name", "rank"]
    query = select(*[entry.c[c] for c in columns]).where(entry.c.id.in_(latest)).order_by(entry.c.id)
    rows = connection.execute(query).all()
    frame = pd.DataFrame(rows, columns=columns).rename(columns={"hotspot": "id"})
    frame = frame.assign(
        members=[frozenset(json.loads(text)) for text in frame["members"]],
        active=frame["set_id"] == present,
    )
    shapes = gpd.GeoSeries(shapely.from_wkt(frame["geometry"].to_numpy(dtype=object)), crs=crs)
    made = gpd.GeoDataFrame(frame.drop(columns=["set_id", "geometry"]), geometry=shapes)
    return made.astype({"active": bool})[["id", "n", "members", "geometry", "active", "name", "rank"]]


def _used_ids(connection: Connection) -> frozenset[str]:
    return frozenset(connection.scalars(select(entry.c.hotspot).distinct()))


def _ids_by_rank(connection: Connection, set_id: int) -> tuple[str, ...]:
    query = select(entry.c.hotspot).where(entry.c.set_id == set_id, entry.c.rank.is_not(None))
    return tuple(connection.scalars(query.order_by(entry.c.rank)))


def _given_names(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(hotspot_name.c.hotspot, hotspot_name.c.name).order_by(hotspot_name.c.id))
    return dict(map(tuple, rows))


def _entry_rows(
    set_id: int, ledger: pd.DataFrame, areas: gpd.GeoDataFrame, called: Mapping[str, str]
) -> list[dict[str, object]]:
    ranks = {label: position for position, label in enumerate(areas.index, start=1)}
    rows = []
    for line in ledger.itertuples():
        row = {"set_id": set_id, "hotspot": line.id, "event": line.event, "from_ids": json.dumps(line.from_ids)}
        found = {**dict.fromkeys(("n", "rank", "members", "geometry")), "name": called.get(line.id)}
        if line.event != ENDED:
            area = areas.loc[line.row]
            found = {
                "name": str(area["name"]),
                "n": int(area["n"]),
                "rank": ranks[line.row],
                "members": json.dumps(sorted(area["members"])),
                "geometry": shapely.to_wkt(area["geometry"], rounding_precision=3),
            }
        rows.append(row | found | {"into": line.into})
    return rows


def _told(frame: pd.DataFrame, given: dict[str, str]) -> pd.DataFrame:
    """Entries with lists as tuples and the hub's own names."""
    names = [given.get(i, n) for i, n in zip(frame["hotspot"], frame["name"], strict=True)]
    told = frame.assign(name=names, from_ids=[tuple(json.loads(text)) for text in frame["from_ids"]])
    return told.astype({"n": "Int64", "rank": "Int64"})
