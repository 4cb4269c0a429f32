"""Tables of the register: what the hub knows and does.

A table's columns are the fields of its dataclass in `hotspots.register`, plus who changed the row
last and when. Boundaries are WKT in the store's metric CRS, exact to the last digit.
"""

import json
from datetime import datetime

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Boolean, Column, Date, Dialect, Float, ForeignKey, Index, Integer, Table, Text
from sqlalchemy.types import TypeDecorator

from hotspots.register.clocks import local_time
from hotspots.store.tables import metadata


class Words(TypeDecorator):
    """A tuple of words, kept as a JSON list."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Words to JSON."""
        return None if value is None else json.dumps(list(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:  # noqa: ARG002
        """JSON to words."""
        return None if value is None else tuple(json.loads(value))


class Boundary(TypeDecorator):
    """A polygon, kept as WKT with every digit so that it comes back the same."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Polygon to WKT."""
        return None if value is None else shapely.to_wkt(value, rounding_precision=-1)

    def process_result_value(self, value: str | None, dialect: Dialect) -> BaseGeometry | None:  # noqa: ARG002
        """WKT to polygon."""
        return None if value is None else shapely.from_wkt(value)


class LocalTime(TypeDecorator):
    """A moment in London time, kept with its offset so that a doubled hour stays plain."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Moment to ISO 8601."""
        return None if value is None else local_time(value).isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """ISO 8601 to London time."""
        return None if value is None else local_time(datetime.fromisoformat(value))


def _kept() -> list[Column]:
    return [
        Column("version", Integer, nullable=False),
        Column("changed_by", Text, nullable=False),
        Column("changed_at", Text, nullable=False),
    ]


def _text(*names: str) -> list[Column]:
    return [Column(name, Text, nullable=False, default="") for name in names]


def _days(*names: str) -> list[Column]:
    return [Column(name, Date) for name in names]


def _at_place() -> list[Column]:
    return [
        Column("id", Integer, primary_key=True),
        Column("place_id", Integer, ForeignKey("place.id"), nullable=False, index=True),
    ]


def _place_columns() -> list[Column]:
    return [
        *_text("name", "kind", "district", "from_hotspot", "status", "reason"),
        Column("dwellings", Integer),
        Column("problem_types", Words, nullable=False),
        Column("adopted_on", Date, nullable=False),
        Column("geometry", Boundary, nullable=False),
        *_kept(),
    ]


place = Table("place", metadata, Column("id", Integer, primary_key=True), *_place_columns())

place_version = Table(
    "place_version",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("id", Integer, ForeignKey("place.id"), nullable=False, index=True),
    *_place_columns(),
)
"""A place as it was before each change: earlier names and boundaries."""

place_link = Table(
    "place_link",
    metadata,
    Column("old", Integer, ForeignKey("place.id"), primary_key=True),
    Column("new", Integer, ForeignKey("place.id"), primary_key=True),
    Column("how", Text, nullable=False),  # merged, split
    Column("on", Date, nullable=False),
)

place_share = Table(
    "place_share",
    metadata,
    Column("place_id", Integer, ForeignKey("place.id"), primary_key=True),
    Column("district", Text, primary_key=True),  # whose hub may see it
    Column("since", Date, nullable=False),
    Column("by", Text, nullable=False),
)
"""Places that a hub shows to the hub of another district."""

intervention = Table(
    "intervention",
    metadata,
    *_at_place(),
    *_text("kind", "title", "lead", "status", "power_id", "expected_reporting_effect", "compare_with"),
    Column("partners", Words, nullable=False),
    Column("served_at", LocalTime),
    *_days("decided", "authorised", "start", "end", "extended_to", "review_on"),
    Column("cost_hours", Float),
    Column("closed", Boolean, nullable=False, default=False),
    *_kept(),
)

action = Table(
    "action",
    metadata,
    *_at_place(),
    *_text("task", "owner", "role", "status", "power_id", "epic", "side", "outcome"),
    Column("intervention_id", Integer, ForeignKey("intervention.id")),
    Column("due", Date, nullable=False),
    Column("raised", Date, nullable=False),
    Column("closed", Date),
    *_kept(),
    Index("action_by_due", "status", "due"),
)

assessment = Table(
    "assessment",
    metadata,
    *_at_place(),
    Column("intervention_id", Integer, ForeignKey("intervention.id"), nullable=False, index=True),
    Column("weeks", Integer, nullable=False),
    Column("done_on", Date, nullable=False),
    *_text("by", "found"),
    *_kept(),
)
"""Assessments that were made: added, never changed."""

site_check = Table(
    "site_check",
    metadata,
    *_at_place(),
    *_text("item", "state", "by"),
    Column("checked_on", Date, nullable=False),
    *_kept(),
)

resident_meeting = Table(
    "resident_meeting",
    metadata,
    *_at_place(),
    *_text("kind"),
    Column("held_on", Date, nullable=False),
    Column("attended", Integer, nullable=False),
    Column("themes", Words, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("feel_safe", Integer, nullable=False),
    *_kept(),
)

sara_plan = Table(
    "sara_plan",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("place_id", Integer, ForeignKey("place.id"), nullable=False, unique=True),
    *_text("problem", "measure", "victim", "guardian", "offender", "handler", "location", "manager", "learned"),
    Column("baseline", Float, nullable=False),
    Column("target", Float, nullable=False),
    Column("by", Date, nullable=False),
    Column("assess_on", Date, nullable=False),
    *_kept(),
)

tag = Table(
    "restricted_tag",
    metadata,
    *_at_place(),
    *_text("address_key", "tag"),
    Column("until", Date, nullable=False),
    *_kept(),
)

concern = Table(
    "concern",
    metadata,
    *_at_place(),
    *_text("problem", "source", "confidence", "handling", "text"),
    Column("heard_on", Date, nullable=False),
    *_kept(),
)

partner = Table(
    "partner",
    metadata,
    Column("agency", Text, primary_key=True),
    *_text("kind", "lead_role", "statutory_status", "data_feed"),
    Column("tier", Integer, nullable=False),
    Column("problem_types", Words, nullable=False),
    Column("powers_held", Words, nullable=False),
    *_days("agreement_signed", "agreement_expires", "last_received"),
)

attendance = Table(
    "attendance",
    metadata,
    Column("meeting_on", Date, primary_key=True),
    Column("agency", Text, primary_key=True),
    Column("present", Boolean, nullable=False),
)

REGISTER = (
    place,
    place_version,
    place_link,
    intervention,
    action,
    site_check,
    resident_meeting,
    sara_plan,
    tag,
    concern,
    partner,
    attendance,
)
"""Tables that came with version 2 of the store, in the order they are made."""
