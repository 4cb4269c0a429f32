"""The only writer: one SQL database for incidents, the register and the audit trail.

SQLite (one file, nothing to start) by default, PostgreSQL by URL, through SQLAlchemy Core.
Python's own `sqlite3` is the only SQLite in the process: a second library opening the same
file breaks its locks and has been seen to corrupt it.
"""

from hotspots.store.annotations import add_annotation, annotations, remove_annotation
from hotspots.store.database import Store, open_store
from hotspots.store.filling import store_to_fill
from hotspots.store.imports import ImportReport, record_import, undo_last_import
from hotspots.store.mappings import mapping_for, save_mapping
from hotspots.store.moving import copy_store
from hotspots.store.reads import (
    batches,
    busiest_points,
    districts,
    files_in_force,
    incident_points,
    incidents,
    location_months,
    month_counts,
    months_held,
    quarantine,
    received_of,
    source_months,
    source_months_by_district,
    sources,
    totals,
    words,
)
from hotspots.store.upkeep import backup, check

__all__ = [
    "ImportReport",
    "Store",
    "add_annotation",
    "annotations",
    "backup",
    "batches",
    "busiest_points",
    "check",
    "copy_store",
    "districts",
    "files_in_force",
    "incident_points",
    "incidents",
    "location_months",
    "mapping_for",
    "month_counts",
    "months_held",
    "open_store",
    "quarantine",
    "received_of",
    "record_import",
    "remove_annotation",
    "save_mapping",
    "source_months",
    "source_months_by_district",
    "sources",
    "store_to_fill",
    "totals",
    "undo_last_import",
    "words",
]
