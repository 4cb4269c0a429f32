"""What a file would become, shown before anything is stored."""

from collections import Counter
from collections.abc import Mapping as Words
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from hotspots.errors import BadFile, BadMapping
from hotspots.intake import police_uk
from hotspots.intake.archives import Item, items_of
from hotspots.intake.mapping import FIELDS, Mapping, guess_mapping
from hotspots.intake.readers import judge, not_taken, read_raw
from hotspots.intake.reading import Limits, NoUsableRow, Raw
from hotspots.intake.validate import Context
from hotspots.schema import METRIC_CRS

SAMPLES = 5


@dataclass(frozen=True)
class ColumnPreview:
    """One of the file's columns: its heading, what it would fill (None: not stored), a remark.

    samples: its first cells that hold something, as they are.
    """

    heading: str
    fills: str | None
    samples: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Preview:
    """A file as it was understood: nothing has been stored.

    mapping: the one given or guessed; None for a police.uk file, which needs none. problem: the sentence
    that stands in the way of an import, else None; the counts are 0 then. sheet, sheets: as in `Raw`.
    tables: files that an import would read; columns and counts are those of the first. aside: why others at
    the path would not be read → how many.
    """

    file: str
    columns: tuple[ColumnPreview, ...]
    mapping: Mapping | None
    read: int
    accepted: int = 0
    unlocated: int = 0
    quarantined: int = 0
    duplicates: int = 0
    reasons: Words[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    problem: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    tables: int = 1
    aside: Words[str, int] = field(default_factory=dict)


def preview(
    path: Path,
    *,
    today: date,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    crs: str = METRIC_CRS,
    limits: Limits | None = None,
) -> Preview:
    """Columns, first cells and the fate of every row of a file, or of the first in a folder or zip that is taken.

    Parameters as for `read_incidents`; sheet: the one whose columns are guessed, where no mapping is given.
    Raises `BadFile` for a file that cannot be read at all; a mapping that
    does not fit, or a file without a usable row, is told in `problem` so that the mapping can be mended.
    """
    limits = limits or Limits()
    items = items_of(Path(path), limits)
    taken, aside = _parted(items, limits)
    if not taken:
        told = "; ".join(reason if n == 1 else f"{n} × {reason}" for reason, n in aside.items())
        problem = f"Nothing in {Path(path).name} is taken: {told}."
        return Preview(Path(path).name, (), None, 0, problem=problem, tables=0, aside=aside)
    item = taken[0]
    asked = mapping or (Mapping(sheet=sheet) if sheet else None)
    raw = read_raw(item.load(), item.name, asked, limits, lambda _fraction, _what: None)
    headings = list(raw.cells.columns)
    known = police_uk.is_street(headings) or police_uk.is_api(headings)
    used = None if known else mapping or replace(guess_mapping(raw.cells), sheet=sheet)
    shown = Preview(
        item.name,
        _columns(raw, used),
        used,
        raw.read,
        warnings=raw.warnings,
        sheet=raw.sheet,
        sheets=raw.sheets,
        tables=len(taken),
        aside=aside,
    )
    try:
        reading = judge(raw, item.name, "", Context(today, crs), source=None, mapping=used)
    except (BadMapping, BadFile, NoUsableRow) as error:
        return replace(shown, problem=str(error))
    return replace(
        shown,
        accepted=reading.accepted,
        unlocated=reading.unlocated,
        quarantined=reading.quarantined,
        duplicates=reading.duplicates,
        reasons=reading.reasons,
        warnings=reading.warnings,
    )


def _parted(items: list[Item], limits: Limits) -> tuple[list[Item], Words[str, int]]:
    """The files an import would read, and why it would set the others aside."""
    reasons = [item.set_aside or not_taken(item, limits) for item in items]
    taken = [item for item, reason in zip(items, reasons, strict=True) if reason is None]
    return taken, Counter(reason for reason in reasons if reason)


def _columns(raw: Raw, mapping: Mapping | None) -> tuple[ColumnPreview, ...]:
    fills = {heading: name for name, heading in mapping.columns.items()} if mapping else {}
    return tuple(_column(raw, heading, fills.get(heading), mapping) for heading in raw.cells.columns)


def _column(raw: Raw, heading: str, fills: str | None, mapping: Mapping | None) -> ColumnPreview:
    cells = raw.cells[heading]
    filled = cells[cells != ""]
    blank = len(cells) - len(filled)
    told = "police.uk's own column" if mapping is None else FIELDS[fills] if fills else "not stored"
    note = f"{told}; {blank:,} blank" if blank else told
    return ColumnPreview(heading, fills, tuple(filled.head(SAMPLES)), note)
