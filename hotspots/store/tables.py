"""Tables of the store. Times of incidents are local wall clock as seconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

SCHEMA_VERSION = 12

metadata = MetaData()

Key = BigInteger().with_variant(Integer, "sqlite")
"""In SQLite only INTEGER PRIMARY KEY is the row itself; BIGINT would be a second index."""

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

import_batch = Table(
    "import_batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),  # UTC, ISO 8601
    Column("who", Text, nullable=False),
    Column("run", Integer, nullable=False),  # batches of one import share it; undo takes a run
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("month", Text),
    Column("snapshots", Text, nullable=False, default=""),
    Column("read", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("unlocated", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("replaced", Integer, nullable=False),
    Column("reasons", Text, nullable=False, default="{}"),
    Column("warnings", Text, nullable=False, default="[]"),
    Column("set_aside", Text),
    Column("mapping_version", Text),
    Column("undone", Text),  # when the import was undone
)


def _incident_columns() -> list[Column]:
    return [
        Column("source", Text, nullable=False),
        Column("snapshot", Text),
        Column("reference", Text),
        Column("from_s", BigInteger, nullable=False),
        Column("to_s", BigInteger, nullable=False),
        Column("month", Integer, nullable=False),  # 202101: what pages group by
        Column("time_precision", Text, nullable=False),
        Column("category", Text, nullable=False),
        Column("subcategory", Text),
        Column("place_text", Text),
        Column("address_key", Text),
        Column("unit", Text),
        Column("reporter_kind", Text),
        Column("district", Text),
        Column("ward", Text),
        Column("lsoa", Text),
        Column("x", Float),
        Column("y", Float),
        Column("location_precision", Text, nullable=False),
    ]


INCIDENT_FIELDS = [c.name for c in _incident_columns()]

incident = Table(
    "incident",
    metadata,
    Column("incident_id", Key, primary_key=True, autoincrement=False),
    *_incident_columns(),
    Column("batch_id", Integer, ForeignKey("import_batch.id"), nullable=False),
    Index("incident_by_district", "district", "month"),
    # Holds all that "which month came from whom" is counted from: every page asks, and the rows stay unread.
    Index("incident_by_snapshot", "snapshot", "source", "month", "district"),
    Index("incident_by_batch", "batch_id"),
)

incident_history = Table(
    "incident_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch", Integer, nullable=False, index=True),  # the batch that replaced this row
    Column("incident_id", BigInteger, nullable=False),
    *_incident_columns(),
    Column("batch_id", Integer, nullable=False),  # the batch that had brought it
)

stage = Table(
    "stage",
    MetaData(),
    Column("incident_id", BigInteger, nullable=False),
    *_incident_columns(),
    Column("batch_id", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
"""Rows of one import on their way in, batch by batch in the order of their ids: no key, so that they are appended."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", Integer, ForeignKey("import_batch.id"), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("column", Text),
    Column("reason", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("closed_by", Integer, index=True),  # the batch that brought the row again; empty while it waits
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("chain", Text, nullable=False),  # sha256 over the line before and this one
)

mapping = Table(
    "mapping",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False, index=True),
    Column("version", Text, nullable=False),
    Column("toml", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
)
"""Column mappings, one row a version; a source's newest row is the one in use."""

hotspot_set = Table(
    "hotspot_set",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("districts", Text, nullable=False, index=True),  # names in order of the alphabet, "" for all
    Column("window_start", Text, nullable=False),
    Column("window_end", Text, nullable=False),
    Column("eps", Float, nullable=False),
    Column("min_samples", Integer, nullable=False),
    Column("max_extent", Float, nullable=False),
    Column("min_days", Integer, nullable=False),
    Column("incidents", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),  # of settings and members: the same run is kept once
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
)

hotspot_entry = Table(
    "hotspot_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("set_id", Integer, ForeignKey("hotspot_set.id"), nullable=False, index=True),
    Column("hotspot", Text, nullable=False, index=True),  # lasting id, never given twice
    Column("event", Text, nullable=False),
    Column("from_ids", Text, nullable=False),
    Column("into", Text),
    Column("name", Text),  # as found, or as last found
    Column("n", Integer),  # the columns from here on are empty for one that ended
    Column("rank", Integer),
    Column("members", Text),  # keys of its locations
    Column("geometry", Text),  # WKT
)

hotspot_name = Table(
    "hotspot_name",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hotspot", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
)
"""Names that people gave, one row a change; the newest row is the one in use, in every set."""

LEDGER = (hotspot_set, hotspot_entry, hotspot_name)

annotation = Table(
    "annotation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("start", Date, nullable=False),
    Column("end", Date),  # the day after the last one
    Column("district", Text, nullable=False),  # "" for all
    Column("source", Text, nullable=False),  # "" for all
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
)
"""What a trend must say beneath its line."""
