"""police.uk: its columns in any spelling, its snapshots, and the files that are not taken."""

import re

import numpy as np
import pandas as pd

from hotspots.intake.categories import key_of
from hotspots.intake.locate import is_national_grid, outside_reason
from hotspots.intake.mapping import Mapping
from hotspots.intake.mending import MARK
from hotspots.intake.reading import Raw, Reading
from hotspots.intake.validate import Checked, Context, check_rows, fill_from_boundaries, settle
from hotspots.intake.words import Words, distinct, swap, trimmed

SOURCE = "police.uk"
OUTCOMES = "an outcomes file: it tells what became of crimes, not where they were; only street files are taken"
STOP_AND_SEARCH = "a stop-and-search file: it holds personal attributes and is not taken; only street files are"

_STREET = {"month", "longitude", "latitude", "location", "crime type"}
_FORCE = {"reported by", "falls within"}
_API = {"category", "month", "persistent id", "location type"}
_API_COLUMNS = {
    "reference": "id",
    "date": "month",
    "category": "category",
    "x": "location longitude",
    "y": "location latitude",
}
_API_NOTE = (
    "An API answer holds an area's crimes, so it does not replace a force's month; importing that month's street "
    "file as well counts its crimes twice."
)
_SEARCHES = {"object of search", "officer defined ethnicity", "self defined ethnicity", "age range"}
_FILE_NAME = re.compile(r"(?:^|/)(\d{4}-\d{2})-([a-z][a-z0-9-]*)-street\.(?:csv|txt)(?:\.gz)?$", re.IGNORECASE)


def is_street(headings: list[str]) -> bool:
    """True for the headings of a street file, in any case, with spaces or underscores."""
    known = {key_of(h) for h in headings}
    return known >= _STREET and bool(known & _FORCE)


def not_taken(headings: list[str]) -> str | None:
    """Why a police.uk file with these headings is set aside; None for any other file."""
    known = {key_of(h) for h in headings}
    if {"crime id", "month", "outcome type"} <= known:
        return OUTCOMES
    if {"category code", "crime id"} <= known or {"category code", "date", "crime category"} <= known:
        return OUTCOMES
    return STOP_AND_SEARCH if len(known & _SEARCHES) >= 2 else None


def read_street(raw: Raw, context: Context, *, file: str, sha256: str, source: str) -> Reading:
    """The reading of a street file: months, snapped points, whole-row copies all kept.

    Each (force, month) in it is a snapshot that replaces the one before. The force is the file name's where
    that follows police.uk's pattern, else each row's. A Crime ID only tells rows apart: it is in several
    rows at times, and anti-social behaviour has none.
    """
    heading = {key_of(h): h for h in reversed(raw.cells.columns)}
    crime_id = distinct(raw.cells[heading["crime id"]]) if "crime id" in heading else None
    force = distinct(raw.cells[heading.get("falls within") or heading["reported by"]])
    mapping = _mapping(heading)
    location = distinct(raw.cells[heading["location"]])
    mended = distinct(raw.cells[MARK]) if MARK in raw.cells else None  # a copy of a row held is another report
    extra = tuple(column for column in (crime_id, force, location, mended) if column is not None)
    checked = check_rows(raw, mapping, context, extra=extra, strict=False)
    _flag_northern_ireland(checked, force, context)
    frame = checked.frame
    checked.frame = fill_from_boundaries(
        frame.assign(
            snapshot=_snapshots(frame["occurred_from"], force, file),
            place_text=location.each(place_of).rows(),
            district=_districts(raw, heading, frame),
            location_precision=_precision(frame),
        ),
        context,
    )
    return settle(checked, file=file, sha256=sha256, source=source)


def is_api(headings: list[str]) -> bool:
    """True for the headings of the API's street-level crimes, nested names joined by a dot."""
    return {key_of(h) for h in headings} >= _API


def read_api(raw: Raw, context: Context, *, file: str, sha256: str, source: str) -> Reading:
    """The reading of an API answer: an area's crimes, not a force's month, so it is no snapshot.

    The API's own number of a crime is its reference, so that overlapping areas give each crime once.
    """
    heading = {key_of(h): h for h in reversed(raw.cells.columns)}
    named = {name: heading[key] for name, key in _API_COLUMNS.items() if key in heading}
    mapping = Mapping(columns=named, coordinates="degrees", date_order="dmy")
    checked = check_rows(raw, mapping, context, strict=False)
    checked.warnings.append(_API_NOTE)
    frame = checked.frame
    location = distinct(raw.cells[heading["location street name"]]) if "location street name" in heading else None
    checked.frame = fill_from_boundaries(
        frame.assign(
            place_text=location.each(place_of).rows() if location else frame["place_text"],
            location_precision=_precision(frame),
        ),
        context,
    )
    return settle(checked, file=file, sha256=sha256, source=source)


def slug_of(force: str) -> str:
    """The force as police.uk's file names write it: Essex Police is essex."""
    words = key_of(force.replace("'", "").replace("’", "")).split()
    named = [w for w in words if w not in ("police", "constabulary", "service")]
    return _SLUGS.get(" ".join(named), "-".join(named))


def place_of(words: pd.Series) -> pd.Series:
    """Street or sort of place, without "On or near"; "No Location" says nothing."""
    return trimmed(swap(words, r"(?i)^(?:on or near|no location)\s*", ""))


def district_of(words: pd.Series) -> pd.Series:
    """The district in an LSOA's name: East Hertfordshire 012B is in East Hertfordshire."""
    return swap(words, r"\s+\d{3}[A-Z]{1,2}$", "")


_SLUGS = {"of northern ireland": "northern-ireland", "british transport": "btp"}


def _flag_northern_ireland(checked: Checked, force: Words, context: Context) -> None:
    """Northern Ireland's own force is outside, wherever its points lie in the National Grid's box.

    A stray point of another force is kept: it is that force's incident, and data quality lists it.
    """
    irish = force.unique.map(slug_of).eq("northern-ireland").to_numpy(dtype=bool)[force.codes]
    if is_national_grid(context.crs):
        checked.flag(irish, None, outside_reason(context.crs))


def _precision(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(np.where(frame["x"].notna(), "snapped", "none"), index=frame.index, dtype="str")


def _mapping(heading: dict[str, str]) -> Mapping:
    columns = {"date": "month", "category": "crime type", "x": "longitude", "y": "latitude"}
    columns |= {"lsoa": "lsoa code"} if "lsoa code" in heading else {}
    named = {name: heading[key] for name, key in columns.items()}
    return Mapping(columns=named, coordinates="degrees", date_order="dmy")


def _snapshots(months: pd.Series, force: Words, file: str) -> pd.Series:
    """Scope "force YYYY-MM" of each row."""
    month = pd.Series(np.datetime_as_string(months.to_numpy().astype("datetime64[M]")), dtype="str")
    match = _FILE_NAME.search(file.replace("\\", "/"))
    slug = match[2].lower() if match else force.each(lambda words: words.map(slug_of)).texts()
    return slug + " " + month


def _districts(raw: Raw, heading: dict[str, str], frame: pd.DataFrame) -> pd.Series:
    if "lsoa name" not in heading:
        return frame["district"]
    return distinct(raw.cells[heading["lsoa name"]]).each(district_of).rows()
