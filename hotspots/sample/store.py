"""The store of invented data that the dashboard opens with, made from the sample's files."""

from datetime import date, datetime
from pathlib import Path

from hotspots.errors import NoData
from hotspots.intake.readers import read_incidents
from hotspots.pipeline.ledger import keep_latest
from hotspots.sample.load import load_register, wards_of
from hotspots.settings import Settings
from hotspots.store import check, open_store, record_import

TODAY = date(2018, 9, 12)
"""The day the sample's story stands at: its data end on 31 August 2018."""
PUBLISHED_AT = datetime(2018, 10, 1, 9)
"""When its outcomes were published: the first day on which figures to the end of August may be."""
SETS_BEFORE = 3
"""Months before the last whose hotspots the sample keeps, so that its ids have a history."""
SOURCES = {
    "council": "council ASB log",
    "housing": "housing",
    "fire": "fire and rescue",
}
"""Start of a sample file's name → the source it comes from; others are police.uk."""


def make_sample_store(folder: Path, where: Path, *, at: datetime) -> dict:
    """Import the sample's files and register into a new store at `where`, replacing an older sample.

    folder: the files that `write_sample` made, beside `partners.csv` · at: now, for the history.
    Returns what `check` says. Raises `NoData` when the files are not there. The store appears
    whole or not at all: it is made beside `where` and moved.
    """
    files = sorted(p for p in folder.glob("*") if p.suffix in (".zip", ".csv"))
    if not files:
        raise NoData("The sample's files are missing from data/sample; fetch the project again.")
    where.parent.mkdir(parents=True, exist_ok=True)
    making = where.with_suffix(".making")
    making.unlink(missing_ok=True)
    store = open_store(making, at=at, create=True, sample=True)
    readings = (
        reading
        for path in files
        for reading in read_incidents(
            path, source=_source(path), crs=store.crs, today=at.date(), boundaries=wards_of(folder, store.crs)
        )
    )
    record_import(store, readings, who="sample", at=at)
    load_register(store, folder, partners=folder.parent / "partners.csv", at=at)
    store.set_meta({"today": TODAY.isoformat()})
    keep_latest(store, Settings(), today=TODAY, who="sample", at=at, past=SETS_BEFORE)
    held = check(store)
    store.close()
    making.replace(where)
    return held


def _source(path: Path) -> str | None:
    return next((source for start, source in SOURCES.items() if path.name.startswith(start)), None)
