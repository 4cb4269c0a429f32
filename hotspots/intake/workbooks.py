"""Excel workbooks (.xlsx): the sheet with the table, read cell by cell as text, within bounds."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from hotspots.errors import BadFile, BadMapping
from hotspots.intake.archives import open_zip
from hotspots.intake.mapping import recognised
from hotspots.intake.reading import Limits, Progress, Raw
from hotspots.intake.tables import HEADING_ROWS, Rows, build_raw, distinct_headings, find_headings

_SHEET_ROWS = 1_048_576
_CELLS = 100_000_000  # cells looked at in one sheet, blank ones included
_CHUNK = 20_000
_DTD = (b"<!DOCTYPE", b"<!ENTITY")
_BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    OSError,
    EOFError,
    zlib.error,
)


def read_workbook(data: bytes, name: str, sheet: str | None, limits: Limits, progress: Progress) -> Raw:
    """The rows of one sheet: the one asked for, else the first visible one with headings that are known.

    Raises `BadFile` for a workbook that is broken, holds a DTD or passes the limits, `BadMapping` where it
    has no such sheet.
    """
    _check_parts(data, name, limits)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        chosen, sheets, warnings = _choose(book, sheet)
        raw = _read_sheet(chosen, warnings, limits, progress)
        return replace(raw, sheet=chosen.title, sheets=sheets)
    except _BROKEN:
        raise BadFile(f"{name} is not a workbook that can be read; open it in Excel and save it again.") from None


def _check_parts(data: bytes, name: str, limits: Limits) -> None:
    """Refuse a workbook that unpacks too large or declares a DTD or entities (XML attacks)."""
    archive = open_zip(data, name, limits)
    if sum(entry.file_size for entry in archive.infolist()) > limits.workbook_bytes:
        raise BadFile(f"{name} is too large a workbook when unpacked; save the sheet as CSV.")
    for entry in archive.infolist():
        if entry.filename.lower().endswith((".xml", ".rels")):
            _check_xml(archive, entry, name)


def _check_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    tail = b""
    try:
        with archive.open(entry) as part:
            while piece := part.read(1 << 20):
                text = (tail + piece).upper()
                if any(mark in text for mark in _DTD) or (not tail and text[:2] in (b"\xff\xfe", b"\xfe\xff")):
                    raise BadFile(f"{name} declares XML entities, as no spreadsheet does; it is not opened.")
                tail = piece[-16:]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError):
        raise BadFile(f"{name} is damaged; open it in Excel and save it again.") from None


def _choose(book: openpyxl.Workbook, sheet: str | None) -> tuple[ReadOnlyWorksheet, tuple[str, ...], list[str]]:
    """The sheet to read, the names of the visible ones that hold something, and what must be said of the choice."""
    sheets = {s.title: s for s in book.worksheets if isinstance(s, ReadOnlyWorksheet)}
    if sheet is not None and sheet not in sheets:
        raise BadMapping(f"The workbook has no sheet {sheet!r}; it has {', '.join(sheets)}.")
    visible = [s for s in sheets.values() if s.sheet_state == "visible"]
    tops = [_top(s) for s in visible]
    filled = tuple(s.title for s, top in zip(visible, tops, strict=True) if any(map(any, top)))
    if sheet is not None:
        return sheets[sheet], filled, []
    if not visible:
        raise BadFile("The workbook has no visible sheet of cells.")
    scores = [max(map(recognised, top), default=0) for top in tops]
    chosen = visible[scores.index(max(scores))]
    tables = [s.title for s, score in zip(visible, scores, strict=True) if score >= 2 and s is not chosen]
    note = f"Sheet {chosen.title!r} was read; {', '.join(map(repr, tables))} was not: name it in a mapping to read it."
    return chosen, filled, [note] if tables else []


def _top(sheet: ReadOnlyWorksheet) -> list[list[str]]:
    sheet.reset_dimensions()
    return [_texts(row) for row in islice(sheet.iter_rows(values_only=True), HEADING_ROWS)]


def _read_sheet(sheet: ReadOnlyWorksheet, warnings: list[str], limits: Limits, progress: Progress) -> Raw:
    sheet.reset_dimensions()  # what the file claims of its size is not believed
    rows = enumerate(sheet.iter_rows(values_only=True), 1)
    top = [(line, _texts(row)) for line, row in islice(rows, HEADING_ROWS)]
    position = find_headings([row for _, row in top])
    if not top or not any(top[position][1]):
        raise BadFile("The sheet is empty.")
    headings, notes = distinct_headings(_without_tail(top[position][1]), limits)
    skipped = sum(1 for _, row in top[:position] if any(row))
    notes += [f"{skipped} row(s) above the headings were left out."] if skipped else []
    rest = chain(top[position + 1 :], ((line, _texts(row)) for line, row in _bounded(rows, limits)))
    return build_raw(headings, _chunks(rest, len(headings), progress), limits, [*warnings, *notes])


def _bounded(rows: Iterator[tuple[int, tuple]], limits: Limits) -> Iterator[tuple[int, tuple]]:
    """Rows that hold something, as long as the sheet keeps to a spreadsheet's own bounds and ours."""
    seen = 0
    for line, row in rows:
        seen += len(row)
        if line > _SHEET_ROWS or seen > _CELLS:
            raise BadFile("The sheet claims more cells than a spreadsheet has; save the table as CSV.")
        if len(row) > limits.columns and any(cell is not None for cell in row[limits.columns :]):
            raise BadFile(f"Row {line:,} has a cell beyond column {limits.columns:,}; clear it, or save as CSV.")
        if row:
            yield line, row


def _chunks(rows: Iterator[tuple[int, list[str]]], width: int, progress: Progress) -> Iterator[Rows]:
    while part := list(islice(rows, _CHUNK)):
        progress(0.3, "Reading rows")
        yield [_padded(row, width) for _, row in part], [line for line, _ in part]


def _without_tail(row: list[str]) -> list[str]:
    last = max((i for i, cell in enumerate(row) if cell.strip()), default=-1)
    return row[: last + 1]


def _padded(row: list[str], width: int) -> list[str]:
    """A row as wide as the headings: sheets leave blank cells out, and people write remarks beside the table."""
    return (row + [""] * (width - len(row)))[:width]


def _texts(row: tuple) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("seconds")
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
