"""CSV and its relatives: encoding, delimiter and headings found, then read by Python's own csv module."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hotspots.errors import BadFile
from hotspots.intake.mapping import recognised
from hotspots.intake.reading import Fault, Limits, Progress, Raw
from hotspots.intake.tables import HEADING_ROWS, TOO_LONG, Rows, build_raw, distinct_headings, find_headings

DELIMITERS = (",", ";", "\t", "|")
BAD_QUOTE = "a quotation mark is out of place"
_CHUNK = 20_000
_SLICE = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Layout:
    """How a delimited file is written: what must be known before its first row can be read."""

    data: bytes
    encoding: str
    delimiter: str
    skipped: int  # lines above the headings
    headings: list[str]
    warnings: list[str]


def find_layout(data: bytes, limits: Limits) -> Layout:
    """Encoding, delimiter and row of headings of a delimited text file.

    Raises `BadFile` for text that cannot be decoded, or that is no table.
    """
    encoding, warnings = find_encoding(data)
    if b"\0" in data and not encoding.startswith(("utf-16", "utf-32")):
        data = data.replace(b"\0", b"")
        warnings.append("The file held NUL characters; they were left out.")
    sample = _sample(data, encoding)
    delimiter = _find_delimiter(sample)
    skipped = _skipped_lines(sample, delimiter)
    headings, notes = distinct_headings(_row_after(sample, delimiter, skipped), limits)
    if len(headings) < 2:
        raise BadFile("The file has one column only; incidents need at least a date and a category or place.")
    if skipped:
        warnings.append(f"{skipped} line(s) above the headings were left out.")
    return Layout(data, encoding, delimiter, skipped, headings, warnings + notes)


def read_delimited(layout: Layout, limits: Limits, progress: Progress) -> Raw:
    """The rows of a delimited text file; raises `BadFile` where a quotation mark is never closed."""
    faults: list[Fault] = []
    raw = build_raw(layout.headings, _chunks(layout, limits, progress, faults), limits, layout.warnings)
    return replace(raw, faults=(*raw.faults, *faults))


def find_encoding(data: bytes) -> tuple[str, list[str]]:
    """Name of the encoding and any notice: byte order mark, strict UTF-8, bare UTF-16, then Windows-1252."""
    bom = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    bare = bom or _bare_utf16(data)
    if bare:
        if not _decodes(data, bare):
            raise BadFile(
                f"The file begins as {bare.removesuffix('-sig')} text but cannot be read as such; "
                "save it again as UTF-8."
            )
        return bare, []
    if data.count(b"\0") > max(8, len(data) // 1000):
        raise BadFile("The file is not text; give it as CSV, Excel (.xlsx), GeoJSON, GeoPackage or Parquet.")
    if _decodes(data, "utf-8"):
        return "utf-8", []
    if not _decodes(data, "cp1252") or _looks_binary(data):
        raise BadFile("The text of the file is in no encoding that is known; save it again as UTF-8.")
    return "cp1252", ["The file is not UTF-8; it was read as Windows-1252. Check names with accents."]


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _SLICE):
            decoder.decode(data[start : start + _SLICE])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _bare_utf16(data: bytes) -> str | None:
    head = data[:4096]
    pairs = len(head) // 2
    if pairs < 8:
        return None
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if odd > 0.7 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * pairs and odd < 0.1 * pairs else None


def _looks_binary(data: bytes) -> bool:
    head = data[:65_536]
    controls = sum(head.count(byte) for byte in range(32) if byte not in (9, 10, 11, 12, 13))
    return controls > len(head) * 0.002


def _open_text(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def _sample(data: bytes, encoding: str) -> list[str]:
    """The first lines, each cut at a length no line of headings has."""
    with _open_text(data, encoding) as text:
        return [line for _ in range(HEADING_ROWS) if (line := text.readline(200_000))]


def _find_delimiter(sample: list[str]) -> str:
    """The delimiter under which most headings are known names, then the one that gives most columns alike."""
    if sample and sample[0].lower().startswith("sep=") and len(sample[0].strip()) == 5:
        return sample[0].strip()[-1]
    first = next((line for line in sample if line.strip()), "")
    plain = max(DELIMITERS, key=first.count)
    if recognised(first.split(plain)) >= 3:
        return plain
    return max(DELIMITERS, key=lambda delimiter: _delimiter_score(sample, delimiter))


def _delimiter_score(sample: list[str], delimiter: str) -> tuple[int, int, int]:
    rows = [row for row in _lenient(sample, delimiter) if row]
    if not rows:
        return 0, 0, 0
    widths = [len(row) for row in rows]
    usual = max(set(widths), key=lambda w: (widths.count(w), w))
    return max(recognised(row) for row in rows), usual > 1 and widths.count(usual), usual


def _lenient(sample: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(sample, delimiter=delimiter))
    except csv.Error:
        return [line.split(delimiter) for line in sample]


def _skipped_lines(sample: list[str], delimiter: str) -> int:
    """Lines before the row of headings (a title, a blank line, Excel's sep=)."""
    rows = [_lenient([line], delimiter)[0] if line.strip() else [] for line in sample]
    return find_headings(rows)


def _row_after(sample: list[str], delimiter: str, skipped: int) -> list[str]:
    rows = _lenient(sample[skipped:], delimiter)
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise BadFile("The file is empty.")
    return rows[0]


def _chunks(layout: Layout, limits: Limits, progress: Progress, faults: list[Fault]) -> Iterator[Rows]:
    """Rows after the headings, some at a time; lines that csv cannot cut are added to `faults`."""
    skipped = layout.skipped
    with _open_text(layout.data, layout.encoding) as text:
        for _ in range(skipped):
            text.readline()
        last = [""]
        reader = csv.reader(_remember(text, last), delimiter=layout.delimiter, strict=True)
        end = _pass_headings(reader)
        while True:
            rows, ends, error = _take(reader)
            starts = [e + 1 for e in [end, *ends[:-1]]] if rows else []
            end = ends[-1] if ends else end
            yield rows, [start + skipped for start in starts]
            if error is not None:
                faults.append(_fault(error, end + 1 + skipped, reader.line_num + skipped, last[0], limits))
                if len(faults) > max(100, limits.rows // 100):
                    raise BadFile("Quotation marks are out of place all over the file; export it again.")
                end = reader.line_num
            elif not rows:
                return
            progress(0.6 * text.buffer.tell() / max(1, len(layout.data)), "Reading rows")


def _pass_headings(reader: Iterator[list[str]]) -> int:
    """Line that the headings end on."""
    try:
        next(reader, None)
    except csv.Error:
        raise BadFile("A quotation mark is out of place in the row of headings; mend it and try again.") from None
    return reader.line_num


def _remember(lines: io.TextIOWrapper, last: list[str]) -> Iterator[str]:
    for line in lines:
        last[0] = line
        yield line


def _take(reader: Iterator[list[str]]) -> tuple[list[list[str]], list[int], str | None]:
    """Up to one chunk of rows, the line each ends on, and csv's complaint where it stopped early."""
    rows, ends = [], []
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if len(rows) == _CHUNK:
                break
    except csv.Error as error:
        return rows, ends, str(error)
    return rows, ends, None


def _fault(error: str, first: int, last: int, text: str, limits: Limits) -> Fault:
    if "end of data" in error or last > first:
        raise BadFile(
            f"A quotation mark that opens on line {first:,} is not closed properly, so the rows after it cannot "
            "be told apart; mend that line and try again."
        )
    reason = TOO_LONG if "field limit" in error else BAD_QUOTE
    return Fault(first, reason, [text.strip()[: limits.field_chars]])
