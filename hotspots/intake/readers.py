"""A file, a folder or a zip to readings: one reader per format, one `Reading` per file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.errors import BadFile, BadMapping
from hotspots.intake import formats, police_uk
from hotspots.intake.archives import Item, items_of
from hotspots.intake.columnar import read_parquet
from hotspots.intake.delimited import find_layout, read_delimited
from hotspots.intake.formats import format_of
from hotspots.intake.geofiles import read_geopackage, read_shapefile
from hotspots.intake.jsonfiles import read_json
from hotspots.intake.locate import check_crs
from hotspots.intake.mapping import Mapping, guess_mapping
from hotspots.intake.mending import mended_rows
from hotspots.intake.reading import (
    Limits,
    NoUsableRow,
    Progress,
    Raw,
    Reading,
    part_of,
    set_aside,
    silent,
)
from hotspots.intake.validate import Context, check_rows, fill_from_boundaries, settle
from hotspots.intake.workbooks import read_workbook
from hotspots.schema import METRIC_CRS

PARTNER = "partner"
_READ = 0.6
"""Share of a file's time that reading and judging it takes; the rest is whoever stores it."""


def read_incidents(
    path: Path,
    *,
    today: date,
    source: str | None = None,
    mapping: Mapping | None = None,
    crs: str = METRIC_CRS,
    boundaries: gpd.GeoDataFrame | None = None,
    progress: Progress | None = None,
    limits: Limits | None = None,
) -> Iterator[Reading]:
    """Readings of a file, of every file in a folder, or of every file in a zip, one at a time.

    path: CSV and its relatives, XLSX, GeoJSON, GeoPackage, zipped Shapefile, Parquet, police.uk downloads and
    API answers; .gz and .xz of these. today: later dates are refused. source: name of the partner's feed;
    police.uk or partner where it is left out, never the file's name. mapping: of the columns, else guessed.
    crs: the hub's metric CRS. boundaries: columns kind (district, ward), name, geometry in that CRS.

    Raises a `HubError` with one sentence at the first file that cannot be read: whoever stores readings keeps
    none of them then. Files that are no data of incidents come as readings with `set_aside`.
    """
    limits, report = limits or Limits(), progress or silent
    context = Context(today, check_crs(crs), boundaries)
    items = items_of(Path(path), limits)
    task = _Task(context, limits, source, mapping)
    total, done, scopes, hashes = sum(i.size for i in items) or 1, 0, {}, {}
    for item in items:
        report(done / total, item.name)
        start, share = done / total, item.size / total
        reading = _read_item(item, task, part_of(report, start, _READ * share, item.name))
        if item.inside:
            reading = _refuse_clash(reading, scopes, hashes)
        rest = part_of(report, start + _READ * share, (1 - _READ) * share, item.name)
        yield replace(reading, stored=rest)
        done += item.size
        report(done / total, item.name)


@dataclass(frozen=True)
class _Task:
    context: Context
    limits: Limits
    source: str | None
    mapping: Mapping | None


def _read_item(item: Item, task: _Task, progress: Progress) -> Reading:
    if item.set_aside:
        return set_aside(item.name, "", task.source or PARTNER, item.set_aside)
    sha256 = ""
    try:
        data = item.load()
        sha256 = hashlib.sha256(data).hexdigest()
        if not data.strip(b"\0 \t\r\n"):
            raise NoUsableRow(f"{item.name} is empty.")
        raw = read_raw(data, item.name, task.mapping, task.limits, progress)
        del data  # a large file's bytes need not stay while its rows are judged
        progress(0.6, "Checking rows")
        return judge(raw, item.name, sha256, task.context, source=task.source, mapping=task.mapping)
    except NoUsableRow as error:
        if not item.inside:
            raise
        return set_aside(item.name, sha256, task.source or PARTNER, str(error))
    except (BadFile, BadMapping) as error:
        raise type(error)(_naming(item.name, str(error))) from None


def judge(
    raw: Raw, name: str, sha256: str, context: Context, *, source: str | None, mapping: Mapping | None
) -> Reading:
    """The reading of a file's rows, by the kind of file that its headings show.

    A file of mended rows holds part of what its snapshot was, so it replaces no snapshot.
    """
    reading = _judged(raw, name, sha256, context, source=source, mapping=mapping)
    mends = mended_rows(raw)
    return replace(reading, mends=mends, snapshots=()) if mends else reading


def _judged(
    raw: Raw, name: str, sha256: str, context: Context, *, source: str | None, mapping: Mapping | None
) -> Reading:
    headings = list(raw.cells.columns)
    aside = police_uk.not_taken(headings)
    if aside:
        return set_aside(name, sha256, source or police_uk.SOURCE, aside)
    if police_uk.is_street(headings) or police_uk.is_api(headings):
        read = police_uk.read_street if police_uk.is_street(headings) else police_uk.read_api
        return read(raw, context, file=name, sha256=sha256, source=source or police_uk.SOURCE)
    mapping = mapping or guess_mapping(raw.cells)
    checked = check_rows(raw, mapping, context)
    checked.frame = fill_from_boundaries(checked.frame, context)
    read = settle(checked, file=name, sha256=sha256, source=source or PARTNER, mapping_version=mapping.version)
    return replace(read, reference_heading=mapping.columns.get("reference"))


def read_raw(data: bytes, name: str, mapping: Mapping | None, limits: Limits, progress: Progress) -> Raw:
    """The rows of one file as text, by the format that its first bytes show."""
    kind = format_of(data, name)
    sheet = mapping.sheet if mapping else None
    if kind == formats.XLSX:
        return read_workbook(data, name, sheet, limits, progress)
    if kind == formats.PARQUET:
        return read_parquet(data, name, limits)
    if kind == formats.JSON:
        return read_json(data, name, limits)
    if kind == formats.GEOPACKAGE:
        return read_geopackage(data, name, sheet, limits)
    if kind == formats.SHAPEFILE:
        return read_shapefile(data, name, limits)
    layout = find_layout(data, limits)
    if police_uk.not_taken(layout.headings):  # set aside by its headings: its rows are not read at all
        return Raw(pd.DataFrame(columns=layout.headings, dtype="str"), np.array([], dtype="int64"))
    return read_delimited(layout, limits, progress)


def not_taken(item: Item, limits: Limits) -> str | None:
    """Why a police.uk file is set aside, by its headings and without reading its rows; None for any other file."""
    data = item.load()
    if not data.strip(b"\0 \t\r\n"):
        return f"{item.name} is empty" if item.inside else None
    try:
        is_text = format_of(data, item.name) == formats.CSV
        return police_uk.not_taken(find_layout(data, limits).headings) if is_text else None
    except BadFile as error:
        raise BadFile(_naming(item.name, str(error))) from None


def _refuse_clash(reading: Reading, scopes: dict[str, str], hashes: dict[str, str]) -> Reading:
    """The same file twice counts once; two different files of one force and month are refused."""
    if reading.set_aside:
        return reading
    twin = hashes.setdefault(reading.sha256, reading.file)
    if twin != reading.file:
        return set_aside(reading.file, reading.sha256, reading.source, f"the same bytes as {twin}")
    for scope in reading.snapshots:
        other = scopes.setdefault(scope, reading.file)
        if other != reading.file:
            raise BadFile(f"{other} and {reading.file} both hold {scope}; import only the one to be kept.")
    return reading


def _naming(name: str, sentence: str) -> str:
    """The sentence with the file's name in it."""
    if name in sentence:
        return sentence
    return f"{name}: {sentence[:1].lower()}{sentence[1:]}"
