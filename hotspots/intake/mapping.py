"""Which column of a partner's file is which of ours: guessed, corrected by the user, kept as TOML."""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Words
from dataclasses import asdict, dataclass, field
from zoneinfo import ZoneInfo

import pandas as pd

from hotspots.errors import BadMapping, BadValue
from hotspots.intake.categories import key_of
from hotspots.intake.dates import check_order

FIELDS = {
    "reference": "the partner's own reference",
    "date": "when it happened (or was reported)",
    "time": "time of day, where it has its own column",
    "end_date": "when it had ended, for an interval",
    "end_time": "time of day of the end",
    "category": "what happened",
    "subcategory": "a finer word for what happened",
    "place": "street, estate or block, without a door number",
    "address": "full address (restricted)",
    "uprn": "unique property reference number (restricted)",
    "unit": "flat or unit (restricted)",
    "x": "easting or longitude",
    "y": "northing or latitude",
    "reporter": "who reported it: resident, officer, other service",
    "district": "the area that screens open on",
    "ward": "a smaller area inside the district",
    "lsoa": "LSOA code",
    "location_precision": "how exact the coordinates are: address, street or snapped",
    "time_precision": "how exact the times are: exact, day or month",
}
"""Our fields that a partner's column (or a constant) can fill."""

COORDINATES = ("auto", "degrees", "metres")

# For each field, the headings that mean it, best first; compared as key_of() leaves them.
_NAMES: Words[str, tuple[str, ...]] = {
    "reference": (
        *(
            "reference",
            "ref",
            "ref no",
            "reference number",
            "reference no",
            "incident reference",
            "incident ref",
        ),
        *(
            "incident id",
            "case reference",
            "case ref",
            "log number",
            "log no",
            "urn",
            "incident number",
            "incident no",
        ),
        *(
            "unique reference",
            "unique id",
            "id",
            "uid",
            "record id",
            "event id",
            "job number",
            "case number",
            "case id",
        ),
        *("service request", "sr number", "crime number", "crime reference"),
    ),
    "date": (
        *("occurred from", "date occurred", "occurred", "occurred date", "incident date", "date of incident"),
        *(
            "offence date",
            "date from",
            "date start",
            "start date",
            "date",
            "incident datetime",
            "date time",
            "datetime",
        ),
        *(
            "incident date time",
            "date and time",
            "event date",
            "call date",
            "date of call",
            "offense date",
            "date single",
        ),
        *(
            "month",
            "incident month",
            "timestamp",
            "date reported",
            "reported date",
            "reported on",
            "date received",
        ),
        *(
            "received",
            "created",
            "created date",
            "date created",
            "date logged",
            "logged",
            "logged date",
            "opened",
        ),
        *("date opened", "start"),
    ),
    "time": (
        *(
            "time",
            "time occurred",
            "incident time",
            "time of incident",
            "start time",
            "time from",
            "time start",
        ),
        *("call time", "time of call", "event time", "time reported", "reported time", "time received"),
    ),
    "end_date": ("occurred to", "date to", "date end", "end date", "to date"),
    "end_time": ("end time", "time to", "time end"),
    "category": (
        *(
            "category",
            "type",
            "incident type",
            "asb type",
            "crime type",
            "offence type",
            "offense type",
            "case type",
        ),
        *("asb category", "incident category", "crime category", "event type", "call type", "complaint type"),
        *(
            "primary type",
            "problem type",
            "problem",
            "problem category",
            "report type",
            "request type",
            "service",
        ),
        *(
            "offence",
            "fire type",
            "incident classification",
            "classification",
            "nature",
            "nature of complaint",
            "subject",
        ),
        *("type of incident", "type of asb", "type description", "opening type"),
    ),
    "subcategory": (
        *(
            "subcategory",
            "sub category",
            "sub type",
            "subtype",
            "category 2",
            "type 2",
            "secondary type",
            "asb qualifier",
        ),
        *("qualifier", "motive", "detail type"),
    ),
    "place": (
        *(
            "place text",
            "place",
            "location",
            "street",
            "street name",
            "road",
            "road name",
            "block",
            "estate",
            "building",
        ),
        *("site", "location name", "location description", "block name", "scheme", "area"),
    ),
    "address": (
        *(
            "address",
            "full address",
            "property address",
            "incident address",
            "address 1",
            "address line 1",
            "address1",
        ),
        *("location address", "addr", "property", "premises"),
    ),
    "uprn": ("uprn", "unique property reference number", "property uprn", "llpg uprn", "address key"),
    "unit": (
        "unit",
        "flat",
        "flat number",
        "flat no",
        "flat unit",
        "unit number",
        "apartment",
        "sub building",
    ),
    "reporter": (
        *(
            "reporter kind",
            "reported by",
            "reporter",
            "source of report",
            "report source",
            "caller type",
            "reporter type",
        ),
        *("complainant type", "contact type"),
    ),
    "district": (
        "district",
        "district name",
        "local authority",
        "la name",
        "lad name",
        "borough",
        "council",
        "authority",
    ),
    "ward": ("ward", "ward name", "electoral ward", "wd name", "council ward"),
    "lsoa": ("lsoa", "lsoa code", "lsoa11cd", "lsoa21cd", "lsoa 2011", "lsoa 2021"),
    "location_precision": ("location precision",),
    "time_precision": ("time precision",),
}
_PAIRS = (  # metres before degrees: a gazetteer's easting is finer than a rounded longitude
    (("easting", "eastings", "east", "grid easting", "x easting", "easting x", "osgb easting", "geo easting"),
     ("northing", "northings", "north", "grid northing", "y northing", "northing y", "osgb northing", "geo northing")),
    (("longitude", "long", "lon", "lng", "longitude wgs84", "lon wgs84"),
     ("latitude", "lat", "lat", "lat", "latitude wgs84", "lat wgs84")),
    (("x", "x coordinate", "x coord", "coord x", "xcoord", "geo x", "point x"),
     ("y", "y coordinate", "y coord", "coord y", "ycoord", "geo y", "point y")),
)  # fmt: skip


@dataclass(frozen=True)
class Mapping:
    """How one source's columns and words become ours.

    columns: our field (a key of FIELDS) to their heading. constants: our field to one value for all rows.
    date_order: dmy, mdy, ymd, or auto (day first, unless the column can only be month first).
    coordinates: degrees (WGS84), metres (the hub's CRS), or auto: told apart by their range.
    categories: their word to ours, before the built-in lists. sheet: of a workbook, else the first that
    has a table. timezone: whose wall clock is meant by times that carry an offset.
    """

    columns: Words[str, str] = field(default_factory=dict)
    constants: Words[str, str] = field(default_factory=dict)
    date_order: str = "auto"
    coordinates: str = "auto"
    categories: Words[str, str] = field(default_factory=dict)
    sheet: str | None = None
    timezone: str = "Europe/London"

    def __post_init__(self) -> None:
        check_order(self.date_order)
        unknown = sorted({*self.columns, *self.constants} - set(FIELDS))
        if unknown:
            raise BadMapping(f"A mapping cannot fill {', '.join(unknown)}; its fields are {', '.join(FIELDS)}.")
        if self.coordinates not in COORDINATES:
            raise BadMapping(f"Coordinates are one of {', '.join(COORDINATES)}; {self.coordinates!r} was given.")
        try:
            ZoneInfo(self.timezone)
        except (ValueError, OSError, KeyError):
            raise BadMapping(f"{self.timezone!r} is not a time zone; Europe/London is one.") from None

    @property
    def version(self) -> str:
        """Twelve hex digits that change with anything in the mapping."""
        return hashlib.blake2b(to_toml(self).encode(), digest_size=6).hexdigest()

    def fills(self, name: str) -> bool:
        """True when a column or a constant gives this field."""
        return name in self.columns or name in self.constants


def guess_mapping(head: pd.DataFrame) -> Mapping:
    """A mapping from the headings alone, for common names in any case.

    head: a frame whose columns are the file's headings; its rows are not looked at, so that the same
    headings always give the same mapping. A field no heading stands for is left out.
    """
    return guess_from_headings([str(c) for c in head.columns])


def guess_from_headings(headings: Iterable[str]) -> Mapping:
    """`guess_mapping` from the headings themselves."""
    by_key: dict[str, str] = {}
    for heading in headings:
        by_key.setdefault(key_of(heading), heading)
    columns = _guess_pair(by_key)
    for name, names in _NAMES.items():
        match = next((by_key[n] for n in names if n in by_key), None)
        if match is not None and match not in columns.values():
            columns[name] = match
    return Mapping(columns={name: columns[name] for name in FIELDS if name in columns})


def recognised(headings: Iterable[str]) -> int:
    """How many of the headings are known names; used to find the row that holds the headings."""
    return len({key_of(h) for h in headings if h.strip()} & _KNOWN)


def check_mapping(mapping: Mapping, headings: list[str]) -> None:
    """Raise `BadMapping` unless the file has the mapping's columns and they say when and where or what."""
    absent = [heading for heading in mapping.columns.values() if heading not in headings]
    if absent:
        raise BadMapping(f"The mapping expects the column {absent[0]!r}; {seen(headings)}")
    if not mapping.fills("date"):
        raise BadMapping(f"No column holds a date; {seen(headings)} Name the date column in a mapping.")
    if ("x" in mapping.columns) != ("y" in mapping.columns):
        half = mapping.columns.get("x") or mapping.columns.get("y")
        raise BadMapping(f"Only one coordinate column was found, {half!r}; {seen(headings)}")
    told = ("x", "category", "place", "address", "uprn", "district", "ward", "lsoa")
    if not any(mapping.fills(name) for name in told):
        raise BadMapping(f"No column holds a category or a place; {seen(headings)} Name one in a mapping.")


def seen(headings: list[str]) -> str:
    """The headings as a sentence; a first row that is data rather than headings is not repeated."""
    if not recognised(headings):
        return f"the file has {len(headings)} columns, and none of their headings is a name that is known."
    named = [h for h in headings if len(h) <= 40 and not re.search(r"\d{3}", h)][:30]
    return f"the file has the columns {', '.join(named)}."


def to_toml(mapping: Mapping) -> str:
    """The mapping as TOML text, readable and editable by hand."""
    plain = asdict(mapping)
    lines = [f"{key} = {_quote(plain[key])}" for key in ("date_order", "coordinates", "timezone")]
    lines += [f"sheet = {_quote(mapping.sheet)}"] if mapping.sheet else []
    for table in ("columns", "constants", "categories"):
        lines += ["", f"[{table}]"] + [f"{_quote(k)} = {_quote(v)}" for k, v in sorted(plain[table].items())]
    return "\n".join(lines) + "\n"


def from_toml(text: str) -> Mapping:
    """The mapping written by `to_toml` or by hand; raises `BadMapping` saying what is not understood."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"The mapping is not TOML: {error}.") from None
    unknown = sorted(set(plain) - set(Mapping.__dataclass_fields__))
    if unknown:
        raise BadMapping(f"A mapping has no {unknown[0]!r}; it has {', '.join(Mapping.__dataclass_fields__)}.")
    for name, value in plain.items():
        wanted = dict if name in ("columns", "constants", "categories") else str
        members = value.values() if isinstance(value, dict) else ()
        if not isinstance(value, wanted) or not all(isinstance(v, str) for v in members):
            raise BadMapping(f"In a mapping, {name} must be {'a table of texts' if wanted is dict else 'a text'}.")
    try:
        return Mapping(**plain)
    except BadValue as error:
        raise BadMapping(str(error)) from None


def _guess_pair(by_key: Words[str, str]) -> dict[str, str]:
    for xs, ys in _PAIRS:
        x = next((by_key[n] for n in xs if n in by_key), None)
        y = next((by_key[n] for n in ys if n in by_key), None)
        if x is not None and y is not None:
            return {"x": x, "y": y}
    halves = {n for xs, ys in _PAIRS[:2] for n in (*xs, *ys)}
    half = next((name for key, name in by_key.items() if key in halves), None)
    return {} if half is None else {"x": half}


def _quote(text: str) -> str:
    """A TOML basic string."""
    escaped = "".join(c if c >= " " and c not in '"\\\x7f' else f"\\u{ord(c):04x}" for c in text)
    return f'"{escaped}"'


_KNOWN = frozenset(n for names in _NAMES.values() for n in names) | {n for p in _PAIRS for s in p for n in s}
