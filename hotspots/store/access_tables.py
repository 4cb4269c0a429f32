"""Tables of who may come in, and of what was released: with version 6 of the store."""

from sqlalchemy import Column, Integer, Table, Text

from hotspots.store.register_tables import Boundary, Words
from hotspots.store.tables import metadata

account = Table(
    "account",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("name", Text, nullable=False, default=""),
    Column("role", Text, nullable=False),
    Column("districts", Words),  # none: all districts
    Column("not_before", Text, nullable=False, default=""),  # a sign-in older than this is not valid (UTC)
    Column("last_seen", Text, nullable=False, default=""),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
)
"""Who may come in. People are known by what their organisation's sign-in calls them, never by e-mail."""

released_area = Table(
    "released_area",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("area", Text, nullable=False, unique=True),
    Column("stem", Text, nullable=False, index=True),
    Column("geometry", Boundary, nullable=False),
)
"""Outlines of places, rings and comparison areas that figures were ever released for: the audit of the
next release counts within them again, whatever has become of the places."""

ACCESS = (account, released_area)
