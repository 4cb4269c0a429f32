"""A place that one hub shows to another: its boundary, what is done there and what is still to do.

Nothing else goes along: no report, address, concern, tag, check, meeting or plan. The neighbour reads and
cannot change; the hub whose place it is may end it at any time, and both are in the audit trail.
"""

from collections.abc import Collection
from datetime import date, datetime

import geopandas as gpd
import pandas as pd
from sqlalchemy import Column, MetaData, Table, Text, delete, insert, select

from hotspots.errors import BadValue
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place, places_frame
from hotspots.store import register_tables as t
from hotspots.store.database import Store, add_audit, bump_version
from hotspots.store.reads import districts
from hotspots.store.register_reads import get, item_of

_VIEWS = MetaData()
_PLACE, _INTERVENTION, _ACTION = (
    table.to_metadata(_VIEWS, name=f"shared_{table.name}") for table in (t.place, t.intervention, t.action)
)
_NAME = Table("district_name", _VIEWS, Column("district", Text))


def share_place(
    store: Store, place_id: int, chosen: Collection[str], *, on: date, who: str, at: datetime
) -> tuple[str, ...]:
    """Show a place to the hubs of these districts and to no other from now on; returns them in order.

    chosen: none ends the sharing. Raises `BadValue` for a place that is not the hub's, or not active, and for a
    district that is the place's own or not in the store.
    """
    place = get(store, Place, place_id)
    wanted = tuple(sorted(set(chosen)))
    unknown = set(wanted) - set(others(store, place.district))
    if unknown:
        raise BadValue(f"{min(unknown)} is not another district of this store; choose one of its districts.")
    if wanted and place.status != "active":
        raise BadValue(f"{place.name} is {place.status}; only a place on the list is shared.")
    with store.writing(checked=True) as connection:
        held = connection.execute(select(t.place_share).where(t.place_share.c.place_id == place_id)).all()
        before = tuple(sorted(row.district for row in held))
        if before == wanted:
            return wanted
        gone = [name for name in before if name not in wanted]
        mine = t.place_share.c.place_id == place_id
        connection.execute(delete(t.place_share).where(mine, t.place_share.c.district.in_(gone)))
        new = [{"place_id": place_id, "district": d, "since": on, "by": who} for d in wanted if d not in before]
        if new:
            connection.execute(insert(t.place_share), new)
        add_audit(
            connection, at=at, who=who, action="share place", subject=f"place {place_id}", before=before, after=wanted
        )
        bump_version(connection)
    return wanted


def shared_with(store: Store, place_id: int) -> tuple[str, ...]:
    """Districts whose hubs see the place beside its own, in order of the alphabet."""
    query = select(t.place_share.c.district).where(t.place_share.c.place_id == place_id)
    with store.reading() as connection:
        return tuple(sorted(connection.scalars(query)))


def others(store: Store, district: str) -> list[str]:
    """Every other district of the installation by name, the hub's own and its neighbours'."""
    if store.only is None:
        names = districts(store)["district"].tolist()
    else:
        with store.reading() as connection:
            names = list(connection.scalars(select(_NAME.c.district)))
    return sorted(name for name in names if name != district)


def shared_places(store: Store) -> gpd.GeoDataFrame:
    """Active places that other hubs show to this one, as `places_frame`; `home` is whose each is.

    Empty for a store of all districts: it holds them as its own.
    """
    items = []
    if store.only is not None:
        with store.reading() as connection:
            rows = connection.execute(select(_PLACE).where(_PLACE.c.status == "active").order_by(_PLACE.c.name))
            items = [item_of(Place, row) for row in rows]
    return places_frame(items, crs=store.crs).rename(columns={"district": "home"})


def shared_interventions(store: Store, place_id: int) -> pd.DataFrame:
    """What is done at a shared place: what, lead, status, start, last_day, oldest first."""
    with store.reading() as connection:
        rows = connection.execute(
            select(_INTERVENTION).where(_INTERVENTION.c.place_id == place_id).order_by(_INTERVENTION.c.start)
        ).all()
    done = [item_of(Intervention, row) for row in rows]
    frame = pd.DataFrame(
        [(i.label, i.lead, i.status, i.start, i.last_day) for i in done],
        columns=["what", "lead", "status", "start", "last_day"],
    )
    return frame.astype({"start": "datetime64[us]", "last_day": "datetime64[us]"})


def shared_actions(store: Store, place_id: int) -> pd.DataFrame:
    """Open actions at a shared place: task, owner, due, first due first."""
    query = (
        select(_ACTION.c.task, _ACTION.c.owner, _ACTION.c.due)
        .where(_ACTION.c.place_id == place_id, _ACTION.c.status == "open")
        .order_by(_ACTION.c.due)
    )
    with store.reading() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=["task", "owner", "due"])
    return frame.astype({"due": "datetime64[us]"})
