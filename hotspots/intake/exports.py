"""Cells that a spreadsheet must not run: marked on the way out, restored on the way in."""

import re

import pandas as pd

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
MARK = "'"


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula.

    Cells that begin with = + - @, a tab, a carriage return or their full-width forms, unless the cell is a
    number. A cell that already begins with the apostrophe and such a character gets another, so that
    `restored` always gives the text back. Source: OWASP, CSV injection.
    """
    return MARK + text if _dangerous(text) or _marked(text) else text


def restored(text: str) -> str:
    """The text that `safe_cell` was given."""
    return text[1:] if _marked(text) else text


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy of a table whose headings and text cells are all safe for a spreadsheet; numbers are untouched."""
    safe = frame.rename(columns=lambda name: safe_cell(str(name)))
    for position, dtype in enumerate(safe.dtypes):
        if pd.api.types.is_string_dtype(dtype) or pd.api.types.is_object_dtype(dtype):
            cells = safe.iloc[:, position].map(_safe_value)
            safe = safe.assign(**{safe.columns[position]: cells})
    return safe


def _safe_value(value: object) -> object:
    return safe_cell(value) if isinstance(value, str) else value


def _dangerous(text: str) -> bool:
    return text.startswith(_TRIGGERS) and not _NUMBER.fullmatch(text)


def _marked(text: str) -> bool:
    rest = text.lstrip(MARK)
    return rest != text and _dangerous(rest)
