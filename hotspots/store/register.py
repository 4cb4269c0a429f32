"""Writing the register: add and change what the hub knows and does.

Every write is one short transaction with its audit line; a change names the version it was made
on, and a change of an item that somebody else has changed meanwhile is refused, so that neither
loses a word.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date, datetime

import pandas as pd
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Row, delete, insert, select, update

from hotspots.errors import BadValue, StoreError
from hotspots.register import places as place_rules
from hotspots.register.actions import Action
from hotspots.register.assessments import Assessment, require_assessable
from hotspots.register.interventions import Intervention, require_transition
from hotspots.register.partners import COLUMNS as PARTNER_COLUMNS
from hotspots.register.places import Place
from hotspots.register.prompts import Concern, Tag
from hotspots.register.sara import SaraPlan
from hotspots.register.wording import require_nobody_named
from hotspots.store import register_tables as t
from hotspots.store.database import Store, add_audit, bump_version
from hotspots.store.register_reads import SHELVES, Item, Shelf, T, item_of, items
from hotspots.store.scope import require_inside

_ONLY = "districts of the register's writer"
_OWN_WORDS = {Action: ("task", "outcome"), Assessment: ("found",), Intervention: ("title",)}
"""What a person writes in her own words and everybody at the table reads."""


class Conflict(StoreError):
    """Somebody else changed the item meanwhile; nothing was lost, yours was not saved.

    theirs: the item as it now is in the store · yours: the item that was given.
    """

    def __init__(self, theirs: Item, yours: Item, *, who: str, at: str) -> None:
        word = SHELVES[type(yours)].word
        super().__init__(
            f"This {word} was changed by {who} at {at} while you had it open. Nothing is lost: theirs is "
            "kept and yours was not saved. Look at both, then save yours again."
        )
        self.theirs, self.yours = theirs, yours


def rebased(opened: T, edited: T, theirs: T) -> T:
    """What one editor changed, on top of what the other saved meanwhile.

    opened: as she read it · edited: with her changes · theirs: as the store has it now, which she has seen.
    A field both changed is hers; the audit trail keeps the other's.
    """
    hers = {
        f.name: getattr(edited, f.name)
        for f in fields(edited)
        if f.name not in ("id", "version") and getattr(edited, f.name) != getattr(opened, f.name)
    }
    return replace(theirs, **hers)


def add(store: Store, item: T, *, who: str, at: datetime) -> T:
    """Save a new item; returns it with its id and version 1.

    Raises `BadValue` for an item already saved or a place that is not there or has been taken
    over by another, `StoreError` for a second plan of one place.
    """
    with _writing(store) as connection:
        return _add(connection, item, who=who, at=at)


def change(store: Store, item: T, *, who: str, at: datetime) -> T:
    """Save a changed item; returns it with its new version.

    item: as read from the store, with changes; its `version` must still be the store's.
    Raises `Conflict` when it is not, `BadValue` for a status step that is not allowed, or for an assessment: what
    was found on a day stays as it was written.
    """
    if isinstance(item, Assessment):
        raise BadValue("An assessment is not changed once it is recorded; record the next one.")
    with _writing(store) as connection:
        return _change(connection, item, who=who, at=at)


def record_assessment(
    store: Store, assessment: Assessment, *, who: str, at: datetime, closes: bool = False
) -> Assessment:
    """Save an assessment that was made; with `closes` its ended intervention becomes assessed in the same stroke.

    Raises `BadValue` for one that is recorded already or an intervention that cannot be assessed.
    """
    with _writing(store) as connection:
        saved = _add(connection, assessment, who=who, at=at)
        if closes:
            held = _intervention_of(connection, assessment)
            require_transition(held.status, "assessed")
            _change(connection, replace(held, status="assessed"), who=who, at=at)
        return saved


def remove(store: Store, item: Tag | Concern, *, who: str, at: datetime) -> None:
    """Delete a restricted tag or a concern; the audit keeps that it was, not what it said."""
    if not isinstance(item, Tag | Concern):
        raise BadValue("Only tags and concerns are deleted; close, cancel or exclude the others.")
    with _writing(store) as connection:
        row = _held(connection, item)
        connection.execute(delete(SHELVES[type(item)].table).where(SHELVES[type(item)].table.c.id == row.id))
        _audit(connection, "remove", item, None, who=who, at=at)


def merge_places(store: Store, places: Sequence[Place], *, name: str, who: str, at: datetime, on: date) -> Place:
    """Make one place of several; the old ones stay, marked merged, and are linked to it.

    Raises `Conflict` when one has changed meanwhile; then none is merged.
    """
    with _writing(store) as connection:
        new = _add(connection, place_rules.merge(places, name=name, on=on), who=who, at=at)
        for place in places:
            old = replace(place, status="merged", reason=f"merged into {name}")
            _change(connection, old, who=who, at=at)
            connection.execute(insert(t.place_link).values(old=place.id, new=new.id, how="merged", on=on))
        return new


def split_place(
    store: Store,
    place: Place,
    parts: Mapping[str, BaseGeometry],
    *,
    who: str,
    at: datetime,
    on: date,
    dwellings: Mapping[str, int] | None = None,
) -> tuple[Place, ...]:
    """Make several places of one; the old one stays, marked split, and is linked to them."""
    with _writing(store) as connection:
        made = place_rules.split(place, parts, on=on, dwellings=dwellings)
        new = tuple(_add(connection, part, who=who, at=at) for part in made)
        old = replace(place, status="split", reason="split into " + ", ".join(parts))
        _change(connection, old, who=who, at=at)
        for part in new:
            connection.execute(insert(t.place_link).values(old=place.id, new=part.id, how="split", on=on))
        return new


def open_restricted(store: Store, *, place_id: int, who: str, at: datetime) -> list[Tag]:
    """The tags of a place, for an unlocked member; the look itself goes into the audit trail."""
    with _writing(store) as connection:
        _require_scope(connection, place_id)
        add_audit(connection, at=at, who=who, action="look at restricted items", subject=f"place {place_id}")
        return items(connection, Tag, place_id)


def save_partners(store: Store, partners: pd.DataFrame, *, who: str, at: datetime) -> None:
    """Make the register of partners what the frame says (of `load_partners`), partner by partner."""
    new = {row["agency"]: _plain(row) for row in partners[list(PARTNER_COLUMNS)].to_dict("records")}
    with store.writing(checked=True) as connection:
        held = {row["agency"]: dict(row) for row in connection.execute(select(t.partner)).mappings()}
        changed = sorted(i for i in new if held.get(i) != new[i])
        gone = sorted(set(held) - set(new))
        connection.execute(delete(t.partner).where(t.partner.c.agency.in_([*changed, *gone])))
        if changed:
            connection.execute(insert(t.partner), [new[i] for i in changed])
        add_audit(
            connection,
            at=at,
            who=who,
            action="save partners",
            subject=f"{len(new)} partners",
            before=[held[i] for i in [*changed, *gone] if i in held],
            after=[new[i] for i in changed],
        )
        bump_version(connection)


def save_partner(store: Store, partner: Mapping[str, object], *, who: str, at: datetime) -> None:
    """Add one partner, or put it in place of the one of the same name; the others are not touched.

    partner: a row of `register.partners.partner_of`
    """
    new = _plain(dict(partner))
    with store.writing(checked=True) as connection:
        row = t.partner.c.agency == new["agency"]
        held = connection.execute(select(t.partner).where(row)).mappings().one_or_none()
        connection.execute(delete(t.partner).where(row))
        connection.execute(insert(t.partner), [new])
        add_audit(
            connection, at=at, who=who, action="save partner", subject=new["agency"],
            before=[] if held is None else [dict(held)], after=[new],
        )  # fmt: skip
        bump_version(connection)


def record_attendance(store: Store, meeting_on: date, present: Mapping[str, bool], *, who: str, at: datetime) -> None:
    """Note which agencies came on a day (agency → present); given again, it takes the place of the first."""
    with store.writing(checked=True) as connection:
        connection.execute(delete(t.attendance).where(t.attendance.c.meeting_on == meeting_on))
        if present:
            rows = [{"meeting_on": meeting_on, "agency": a, "present": p} for a, p in present.items()]
            connection.execute(insert(t.attendance), rows)
        add_audit(
            connection,
            at=at,
            who=who,
            action="attendance",
            subject=f"meeting {meeting_on}",
            after=dict(present),
        )
        bump_version(connection)


@contextmanager
def _writing(store: Store) -> Iterator[Connection]:
    """A write that carries the store's districts with it, so that every item is held against them."""
    with store.writing(checked=True) as connection:
        connection.info[_ONLY] = store.only
        try:
            yield connection
        finally:
            connection.info.pop(_ONLY, None)


def _require_scope(connection: Connection, place_id: int | None) -> None:
    """Raise `NotAllowed` for a place outside the store's districts, there or not: an id tells nothing."""
    if connection.info[_ONLY] is not None:
        home = connection.scalar(select(t.place.c.district).where(t.place.c.id == place_id))
        require_inside(connection.info[_ONLY], home, "The place")


def _add(connection: Connection, item: T, *, who: str, at: datetime) -> T:
    shelf = SHELVES[type(item)]
    if item.id is not None:
        raise BadValue(f"This {shelf.word} is saved already; change it instead.")
    _require_nobody_named(item, None)
    _require_place(connection, item)
    if isinstance(item, SaraPlan) and items(connection, SaraPlan, item.place_id):
        raise StoreError("The place has a plan already; open that one and change it.")
    if isinstance(item, Assessment):
        made = [a for a in items(connection, Assessment, item.place_id) if a.intervention_id == item.intervention_id]
        require_assessable(_intervention_of(connection, item), item, made)
    values = {**_values(item), "version": 1, **_stamp(who, at)}
    new_id = connection.execute(insert(shelf.table).values(**values)).inserted_primary_key[0]
    saved = _read_back(connection, replace(item, id=new_id))
    _audit(connection, "add", None, saved, who=who, at=at)
    return saved


def _change(connection: Connection, item: T, *, who: str, at: datetime) -> T:
    shelf = SHELVES[type(item)]
    row = _held(connection, item)
    if isinstance(item, Place):
        require_inside(connection.info[_ONLY], item.district, "The place")
    else:
        _require_scope(connection, item.place_id)
    before = item_of(type(item), row)
    if row.version != item.version:
        raise Conflict(before, item, who=row.changed_by, at=row.changed_at)
    _require_nobody_named(item, before)
    if shelf.step is not None and before.status != item.status:
        shelf.step(before.status, item.status)
    if isinstance(item, Place):
        connection.execute(insert(t.place_version).values(**row._mapping))
    values = {**_values(item), "version": item.version + 1, **_stamp(who, at)}
    connection.execute(update(shelf.table).where(shelf.table.c.id == item.id).values(**values))
    saved = _read_back(connection, item)
    _audit(connection, "change", before, saved, who=who, at=at)
    return saved


def _require_nobody_named(item: Item, before: Item | None) -> None:
    """Of what is written now: an older hub may already hold worse, which must still be read, closed and mended."""
    written = [
        getattr(item, name)
        for name in _OWN_WORDS.get(type(item), ())
        if before is None or getattr(before, name) != getattr(item, name)
    ]
    require_nobody_named(SHELVES[type(item)].word, *written)


def _held(connection: Connection, item: Item) -> Row:
    shelf = SHELVES[type(item)]
    row = connection.execute(select(shelf.table).where(shelf.table.c.id == item.id)).one_or_none()
    _require_scope(connection, item.id if isinstance(item, Place) else row and row.place_id)
    if row is None:
        raise BadValue(f"This {shelf.word} is not in the store; it was never saved, or has been removed.")
    return row


def _intervention_of(connection: Connection, assessment: Assessment) -> Intervention:
    """The intervention an assessment is about, of the same place; raises `BadValue` where there is none."""
    found = items(connection, Intervention, assessment.place_id)
    held = next((i for i in found if i.id == assessment.intervention_id), None)
    if held is None:
        raise BadValue("The intervention is not in the register of this place; record it first.")
    return held


def _read_back(connection: Connection, item: T) -> T:
    return item_of(type(item), _held(connection, item))


def _require_place(connection: Connection, item: Item) -> None:
    if isinstance(item, Place):
        require_inside(connection.info[_ONLY], item.district, "The place")
        return
    _require_scope(connection, item.place_id)
    status = connection.scalar(select(t.place.c.status).where(t.place.c.id == item.place_id))
    if status is None:
        raise BadValue("The place is not in the register; adopt it first.")
    if status in ("merged", "split") and not isinstance(item, Assessment):  # its intervention stays where it was
        raise BadValue(f"The place has been {status}; record it at the place that took over.")


def _values(item: Item) -> dict[str, object]:
    return {f.name: getattr(item, f.name) for f in fields(item) if f.name != "id"}


def _stamp(who: str, at: datetime) -> dict[str, str]:
    return {"changed_by": who, "changed_at": at.isoformat(timespec="seconds", sep=" ")}


def _audit(
    connection: Connection, action: str, before: Item | None, after: Item | None, *, who: str, at: datetime
) -> None:
    item = after or before
    shelf = SHELVES[type(item)]
    add_audit(
        connection,
        at=at,
        who=who,
        action=f"{action} {shelf.word}",
        subject=f"{shelf.word} {item.id}",
        before=_told(before, shelf),
        after=_told(after, shelf),
    )
    bump_version(connection)


def _told(item: Item | None, shelf: Shelf) -> dict[str, object] | None:
    """An item for the audit trail: no secret fields, a boundary as its area and fingerprint."""
    if item is None:
        return None
    told = {name: value for name, value in _values(item).items() if name not in shelf.secret}
    shape = told.get("geometry")
    if isinstance(shape, BaseGeometry):
        told["geometry"] = f"{shape.area:.0f} m², {hashlib.sha256(shape.wkb).hexdigest()[:12]}"
    return told


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    """A frame's row with days as dates and None for what is missing."""
    return {
        column: (None if pd.isna(row[column]) else pd.Timestamp(row[column]).date()) if kind == "date" else row[column]
        for column, kind in PARTNER_COLUMNS.items()
    }
