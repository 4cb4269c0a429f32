"""Reading the register: items to change, and frames for pages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, Row, Table, func, select

from hotspots.errors import BadValue
from hotspots.register import actions as action_rules
from hotspots.register import interventions as intervention_rules
from hotspots.register import places as place_rules
from hotspots.register.actions import Action
from hotspots.register.assessments import Assessment
from hotspots.register.interventions import Intervention
from hotspots.register.law import kinds
from hotspots.register.partners import partners_frame
from hotspots.register.places import Place, places_frame
from hotspots.register.prompts import SHOWN_AS, Concern, Tag
from hotspots.register.sara import SaraPlan
from hotspots.register.site_checks import ResidentMeeting, SiteCheck
from hotspots.store import register_tables as t
from hotspots.store.database import Store

Item = Place | Intervention | Action | Assessment | SiteCheck | ResidentMeeting | SaraPlan | Tag | Concern
T = TypeVar("T", Place, Intervention, Action, Assessment, SiteCheck, ResidentMeeting, SaraPlan, Tag, Concern)


@dataclass(frozen=True)
class Shelf:
    """Where a noun is kept; secret fields never reach the audit trail."""

    table: Table
    word: str
    secret: frozenset[str] = frozenset()
    step: Callable[[str, str], None] | None = None


SHELVES: Mapping[type, Shelf] = {
    Place: Shelf(t.place, "place", step=place_rules.require_transition),
    Intervention: Shelf(t.intervention, "intervention", step=intervention_rules.require_transition),
    Action: Shelf(t.action, "action", step=action_rules.require_transition),
    Assessment: Shelf(t.assessment, "assessment"),
    SiteCheck: Shelf(t.site_check, "site check"),
    ResidentMeeting: Shelf(t.resident_meeting, "residents' meeting"),
    SaraPlan: Shelf(t.sara_plan, "plan"),
    Tag: Shelf(t.tag, "restricted tag", frozenset({"address_key", "tag"})),
    Concern: Shelf(t.concern, "concern", frozenset({"text"})),
}


def get(store: Store, noun: type[T], item_id: int) -> T:
    """One item by id, to change it; raises `BadValue` when there is none, or for a restricted tag."""
    _refuse_tags(noun)
    table = SHELVES[noun].table
    with store.reading() as connection:
        row = connection.execute(select(table).where(table.c.id == item_id)).one_or_none()
    if row is None:
        raise BadValue(f"There is no {SHELVES[noun].word} number {item_id}.")
    return item_of(noun, row)


def listed(store: Store, noun: type[T], *, place_id: int | None = None) -> list[T]:
    """Every item of a noun in order of id, of one place when it is given.

    Raises `BadValue` for tags: they are read by `open_restricted`, which leaves an audit line.
    """
    _refuse_tags(noun)
    with store.reading() as connection:
        return items(connection, noun, place_id)


def places(store: Store, *, statuses: Collection[str] = ("active",)) -> gpd.GeoDataFrame:
    """Places as a GeoDataFrame in the store's CRS (see `places_frame`)."""
    held = [p for p in listed(store, Place) if p.status in statuses]
    return places_frame(held, crs=store.crs)


def place_history(store: Store, place_id: int) -> pd.DataFrame:
    """Earlier names, boundaries and statuses of a place, oldest first, the present one last.

    Columns name, status, reason, geometry, dwellings, version, changed_by, changed_at.
    """
    columns = ["name", "status", "reason", "geometry", "dwellings", "version", "changed_by", "changed_at"]
    queries = [
        select(*[table.c[c] for c in columns]).where(table.c.id == place_id).order_by(table.c.version)
        for table in (t.place_version, t.place)
    ]
    with store.reading() as connection:
        rows = [row for query in queries for row in connection.execute(query)]
    return pd.DataFrame(rows, columns=columns)


def lineage(store: Store, place_id: int) -> tuple[int, ...]:
    """Ids of the place and of every place it was merged or split from, for its whole record."""
    with store.reading() as connection:
        links = connection.execute(select(t.place_link.c.old, t.place_link.c.new)).all()
    found = [place_id]
    for new in found:  # grows while it is walked, so ancestors of ancestors are met too
        found += [link.old for link in links if link.new == new and link.old not in found]
    return tuple(found)


def interventions(store: Store) -> pd.DataFrame:
    """Interventions, a row each, days as Timestamps, with place, district, what (its label), kind_name, law_status,
    last_day, joint, shuts and victim_premises beside the fields."""
    rows, names = _rows_with_places(store, Intervention)
    days = ["decided", "authorised", "start", "end", "extended_to", "last_day", "review_on"]
    extra = ["what", "kind_name", "law_status", "last_day", "joint", "shuts", "victim_premises"]
    known = kinds()
    for row, item in rows:
        kind = known[item.kind]
        row |= {"what": item.label, "kind_name": kind.name, "law_status": kind.status}
        row |= {"last_day": item.last_day, "joint": item.joint, "shuts": item.shuts}
        row["victim_premises"] = kind.victim_premises
        row["partners"] = "; ".join(item.partners)
    return _frame(rows, [*names, *extra], days, flags=["joint", "shuts", "victim_premises", "closed"])


def actions(store: Store) -> pd.DataFrame:
    """Actions, a row each, days as Timestamps, with place and district beside the fields."""
    rows, names = _rows_with_places(store, Action)
    return _frame(rows, names, ["due", "raised", "closed"])


def assessments(store: Store) -> pd.DataFrame:
    """Assessments that were made, a row each, with `what` (the label of the intervention) beside the fields."""
    rows, names = _rows_with_places(store, Assessment)
    labels = {item.id: item.label for item in listed(store, Intervention)}
    for row, item in rows:
        row["what"] = labels[item.intervention_id]
    return _frame(rows, [*names, "what"], ["done_on"])


def site_checks(store: Store) -> pd.DataFrame:
    """Site checks, a row each, for `register.site_checks.checklist`."""
    rows, names = _rows_with_places(store, SiteCheck)
    return _frame(rows, names, ["checked_on"])


def resident_meetings(store: Store) -> pd.DataFrame:
    """Residents' meetings, a row each, themes as text."""
    rows, names = _rows_with_places(store, ResidentMeeting)
    for row, item in rows:
        row["themes"] = "; ".join(item.themes)
    return _frame(rows, names, ["held_on"])


def concerns(store: Store) -> pd.DataFrame:
    """Informal information, a row each: restricted, a prompt and never a count."""
    rows, names = _rows_with_places(store, Concern)
    return _frame(rows, names, ["heard_on"])


def plan_of(store: Store, place_id: int) -> SaraPlan | None:
    """The place's plan, or None while it has none."""
    held = listed(store, SaraPlan, place_id=place_id)
    return held[0] if held else None


def supported_addresses(store: Store, *, on: date) -> pd.DataFrame:
    """How many addresses of each place carry a tag on a day, and no more: place_id, shown_as, addresses."""
    query = (
        select(t.tag.c.place_id, func.count(t.tag.c.address_key.distinct()))
        .where(t.tag.c.until >= on)
        .group_by(t.tag.c.place_id)
        .order_by(t.tag.c.place_id)
    )
    with store.reading() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=["place_id", "addresses"])
    frame.insert(1, "shown_as", SHOWN_AS)
    return frame


def partners(store: Store) -> pd.DataFrame:
    """The register of partners, as `register.partners` works on it."""
    with store.reading() as connection:
        rows = connection.execute(select(t.partner).order_by(t.partner.c.agency)).mappings().all()
    return partners_frame(rows)


def attendance(store: Store) -> pd.DataFrame:
    """Who came when: meeting_on (Timestamp), agency, present."""
    query = select(t.attendance).order_by(t.attendance.c.meeting_on, t.attendance.c.agency)
    with store.reading() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=["meeting_on", "agency", "present"])
    return frame.astype({"meeting_on": "datetime64[us]", "present": bool})


def items(connection: Connection, noun: type[T], place_id: int | None) -> list[T]:
    """Items of a noun in order of id, of one place when it is given."""
    table = SHELVES[noun].table
    query = select(table).order_by(table.c.id)
    if place_id is not None:
        query = query.where((table.c.id if noun is Place else table.c.place_id) == place_id)
    return [item_of(noun, row) for row in connection.execute(query)]


def item_of(noun: type[T], row: Row) -> T:
    """The dataclass of one row."""
    return noun(**{f.name: row._mapping[f.name] for f in fields(noun)})


def _refuse_tags(noun: type[Item]) -> None:
    if noun is Tag:
        raise BadValue("Restricted tags are read through the restricted panel, which leaves an audit line.")


def _rows_with_places(store: Store, noun: type[Item]) -> tuple[list[tuple[dict, Item]], list[str]]:
    table = SHELVES[noun].table
    query = (
        select(table, t.place.c.name.label("place"), t.place.c.district)
        .join(t.place, t.place.c.id == table.c.place_id)
        .order_by(table.c.id)
    )
    with store.reading() as connection:
        found = connection.execute(query).all()
    own = [f.name for f in fields(noun)]
    names = ["id", "place_id", "place", "district", *[n for n in own if n not in ("id", "place_id")]]
    return [({n: row._mapping[n] for n in names}, item_of(noun, row)) for row in found], names


def _frame(
    rows: list[tuple[dict, Item]], columns: list[str], days: list[str], flags: Sequence[str] = ()
) -> pd.DataFrame:
    frame = pd.DataFrame([row for row, _ in rows], columns=columns)
    return frame.astype({**dict.fromkeys(days, "datetime64[us]"), **dict.fromkeys(flags, bool)})
