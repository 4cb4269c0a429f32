"""Notes on trends in the store: added and removed by name, each with its audit line."""

from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import delete, insert, select

from hotspots.errors import BadValue
from hotspots.register.annotations import Annotation
from hotspots.store import scope
from hotspots.store.database import Store, add_audit, bump_version
from hotspots.store.tables import annotation

_FIELDS = [f.name for f in fields(Annotation)]


def add_annotation(store: Store, made: Annotation, *, who: str, at: datetime) -> Annotation:
    """Keep a note; returns it with its id."""
    values = {name: getattr(made, name) for name in _FIELDS if name != "id"}
    scope.require_inside(store.only, made.district, "The note")
    with store.writing(checked=True) as connection:
        kept = {**values, "changed_by": who, "changed_at": at.isoformat(timespec="seconds", sep=" ")}
        new_id = connection.execute(insert(annotation).values(**kept)).inserted_primary_key[0]
        add_audit(connection, at=at, who=who, action="add note on trend", subject=f"note {new_id}", after=values)
        bump_version(connection)
    return replace(made, id=new_id)


def remove_annotation(store: Store, annotation_id: int, *, who: str, at: datetime) -> None:
    """Take a note away; what it said stays in the audit trail. Raises `BadValue` for one that is not there."""
    with store.writing(checked=True) as connection:
        chosen = annotation.c.id == annotation_id
        row = connection.execute(select(*[annotation.c[n] for n in _FIELDS]).where(chosen)).one_or_none()
        if row is None:
            raise BadValue("This note is not in the store any more; somebody else has taken it away.")
        scope.require_inside(store.only, row.district, "The note")
        connection.execute(delete(annotation).where(chosen))
        before, subject = dict(row._mapping), f"note {annotation_id}"
        add_audit(connection, at=at, who=who, action="remove note on trend", subject=subject, before=before)
        bump_version(connection)


def annotations(store: Store) -> list[Annotation]:
    """Every note, oldest first."""
    query = select(*[annotation.c[n] for n in _FIELDS]).order_by(annotation.c.start, annotation.c.id)
    with store.reading() as connection:
        return [Annotation(**row._mapping) for row in connection.execute(query)]
