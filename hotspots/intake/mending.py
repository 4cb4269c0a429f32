"""Rows of quarantine on their way out to be mended, and known again when they come back."""

import json

import pandas as pd

from hotspots.intake.reading import Raw

MARK = "Row in quarantine"
REASON = "Why it was kept aside"


def to_mend(rows: pd.DataFrame) -> pd.DataFrame:
    """A table to correct and import again: the files' own columns, after each row's number and its reason.

    rows: columns id, column, reason, row (JSON) of one source. Cells that a row does not have are blank.
    """
    own = pd.DataFrame([json.loads(row) for row in rows["row"]], dtype="object").fillna("")
    pairs = zip(rows["column"], rows["reason"], strict=True)
    why = [f"{column}: {reason}" if isinstance(column, str) else reason for column, reason in pairs]
    head = pd.DataFrame({MARK: rows["id"].to_numpy(), REASON: why})
    return pd.concat([head, own.drop(columns=[MARK, REASON], errors="ignore")], axis=1)


def mended_rows(raw: Raw) -> tuple[int, ...]:
    """Numbers of the rows of quarantine that a file says it holds; none for any other file."""
    headings = list(raw.cells.columns)
    if MARK not in headings:
        return ()
    place = headings.index(MARK)
    cells = [*raw.cells[MARK], *(fault.cells[place] for fault in raw.faults if len(fault.cells) > place)]
    return tuple(sorted({int(cell) for cell in cells if cell.isascii() and cell.isdigit() and len(cell) < 16}))
