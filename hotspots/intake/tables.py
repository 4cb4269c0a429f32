"""Rows of text to one `Raw`: headings found and made distinct, ragged rows kept aside, bounds held."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hotspots.errors import BadFile
from hotspots.intake.mapping import recognised
from hotspots.intake.reading import Fault, Limits, Raw

HEADING_ROWS = 30
TOO_MANY, TOO_FEW = "the row has too many cells", "the row has too few cells"
TOO_LONG = "a cell is too long"

Rows = tuple[list[list[str]], list[int]]
"""Some rows of cells and the line each begins on."""


def find_headings(rows: Sequence[Sequence[str]]) -> int:
    """Position of the row of headings: the one with most known names, else the first that is not blank."""
    if rows and recognised(rows[0]) >= 4:
        return 0
    scores = [recognised(row) for row in rows]
    if scores and max(scores) >= 2:
        return scores.index(max(scores))
    return next((i for i, row in enumerate(rows) if any(cell.strip() for cell in row)), 0)


def distinct_headings(cells: Sequence[str], limits: Limits) -> tuple[list[str], list[str]]:
    """Headings without blanks and repeats, and a warning where some had to be changed."""
    headings = [" ".join(cell.split()) for cell in cells]
    if len(headings) > limits.columns:
        raise BadFile(f"The file has {len(headings):,} columns; at most {limits.columns:,} are read.")
    if any(len(heading) > limits.field_chars for heading in headings):
        raise BadFile("The first row is not a row of headings: a cell in it is far too long.")
    named = [heading or f"column {i + 1}" for i, heading in enumerate(headings)]
    repeated = {heading for heading, n in Counter(named).items() if n > 1}
    used: Counter[str] = Counter()
    result = []
    for heading in named:
        used[heading] += 1
        result.append(heading if used[heading] == 1 else f"{heading} ({used[heading]})")
    if len(set(result)) < len(result):
        raise BadFile("The headings repeat one another; give each column a name of its own.")
    warnings = [f"{len(repeated)} heading(s) occur twice; the first of each is used."] if repeated else []
    return result, warnings


def build_raw(headings: list[str], chunks: Iterable[Rows], limits: Limits, warnings: Iterable[str] = ()) -> Raw:
    """All rows of a file as text columns; rows of a wrong width become faults.

    Raises `BadFile` when there are more rows than `limits` allow.
    """
    tables, lines, faults, read = [], [], [], 0
    for rows, starts in chunks:
        kept, kept_lines, bad = _whole_rows(rows, starts, len(headings), limits)
        read += len(kept) + len(bad)
        if read > limits.rows:
            raise BadFile(f"The file has more than {limits.rows:,} rows; split it, or raise the limit.")
        if kept:
            tables.append([_text(cells) for cells in zip(*kept, strict=True)])
        lines.extend(kept_lines)
        faults.extend(bad)
    return Raw(_frame(headings, tables), np.array(lines, dtype="int64"), tuple(faults), tuple(warnings))


def _whole_rows(
    rows: list[list[str]], starts: list[int], width: int, limits: Limits
) -> tuple[list[list[str]], list[int], list[Fault]]:
    """Rows of the right width, their lines, and the faults; a blank row is nobody's report and is left out."""
    longest = max((sum(map(len, row)) for row in rows), default=0)
    if longest <= limits.field_chars and all(map(any, rows)) and set(map(len, rows)) <= {width}:
        return rows, starts, []
    kept, lines, faults = [], [], []
    for row, line in zip(rows, starts, strict=True):
        if len(row) > width and not any(row[width:]):
            row = row[:width]
        if not "".join(row).strip():
            continue
        reason = _row_fault(row, width, limits)
        if reason:
            faults.append(Fault(line, reason, _shortened(row, limits)))
        else:
            kept.append(row)
            lines.append(line)
    return kept, lines, faults


def _row_fault(row: list[str], width: int, limits: Limits) -> str | None:
    if len(row) != width:
        return TOO_MANY if len(row) > width else TOO_FEW
    return TOO_LONG if len(max(row, key=len)) > limits.field_chars else None


def _shortened(row: list[str], limits: Limits) -> list[str]:
    return [cell[:200] if len(cell) > limits.field_chars else cell for cell in row[: 2 * limits.columns]]


def _text(cells: Sequence[str]) -> pa.Array:
    return pc.utf8_trim_whitespace(pa.array(cells, type=pa.large_string()))


def _frame(headings: list[str], tables: list[list[pa.Array]]) -> pd.DataFrame:
    columns = zip(*tables, strict=True) if tables else [[] for _ in headings]
    arrays = [pa.chunked_array(list(parts), type=pa.large_string()) for parts in columns]
    return pa.table(arrays, names=headings).to_pandas()


def raw_from_arrays(columns: dict[str, pa.Array], limits: Limits, warnings: Iterable[str] = ()) -> Raw:
    """A `Raw` from columns of text already apart (Parquet, geographic files); rows count from 2, as in a sheet.

    A later column of a name that is taken, in any case, gives way. Blank rows are left out, rows with a cell past
    the limit become faults.
    """
    headings, notes = distinct_headings(_unlike(list(columns)), limits)
    arrays = [pc.utf8_trim_whitespace(array) for array in columns.values()]
    cells = pa.table(arrays, names=headings).to_pandas() if arrays else pd.DataFrame()
    if cells.empty:
        return Raw(cells.astype("str"), np.array([], dtype="int64"), (), (*warnings, *notes))
    longest = cells.apply(lambda column: column.str.len()).max(axis=1)
    filled, fits = (cells != "").any(axis=1), longest <= limits.field_chars
    lines = np.arange(2, len(cells) + 2)
    long_rows = cells[~fits].itertuples(index=False, name=None)
    faults = [
        Fault(int(n), TOO_LONG, _shortened(list(r), limits)) for n, r in zip(lines[~fits], long_rows, strict=True)
    ]
    kept = (filled & fits).to_numpy()
    return Raw(cells[kept].reset_index(drop=True), lines[kept], tuple(faults), (*warnings, *notes))


def _unlike(names: list[str]) -> list[str]:
    """Names made different where they differ in nothing but case."""
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        seen[name.casefold()] += 1
        result.append(name if seen[name.casefold()] == 1 else f"{name} ({seen[name.casefold()]})")
    return result
