"""A table as it is read: headings in plain words, cells as text, and no column that says nothing."""

import re
from html import escape
from typing import NamedTuple

import pandas as pd

from hotspots.views import sentences

HEADINGS = {
    "about": "About", "after": "After", "agency": "Who", "alarm": "Rings", "area": "Area", "before": "Before",
    "by_chance": "By luck alone", "chance_high": "Luck, to", "chance_low": "Luck, from", "change": "Change",
    "change_high": "Change, to", "change_low": "Change, from", "done": "What was done", "expected": "Expected",
    "h": "Rings above", "high": "Range to", "hour": "Hour", "incident_share": "Reports",
    "kind": "Kind", "last_year": "Year before",
    "low": "Range from", "mean": "Usual", "month": "Month", "n": "Reports", "of": "Of", "outside": "Outside usual",
    "partial": "Part of a month", "place": "Place", "place_share": "Places", "police_only": "Only the police",
    "ratio": "After to before", "rolling_12": "12 months to then", "routes": "Routes", "row": "Measure",
    "s": "Sum watched", "series": "What", "set_aside": "Not in usual range", "share": "Share", "source": "Source",
    "stands_out": "Stands out", "state": "State", "top": "Busiest addresses", "unlike": "Unlike the rest",
    "usual_high": "Usual, to", "usual_low": "Usual, from", "verdict": "Verdict", "weekday": "Day", "word": "What",
}  # fmt: skip
"""Column of a released table → its heading on screen."""
NOTHING = "–"
_SIGN, _KEPT = re.compile(r"^([^\w\s]) "), "\\1\u00a0"
"""A sign before a word, at which no line ends."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHARES = ("share", "place_share", "incident_share", "by_chance", "chance_low", "chance_high")
_CHANGES = ("change", "low", "high")


class AsRead(NamedTuple):
    """rows: text in every cell · numbers: columns of figures, as figures · same: what holds for every row."""

    rows: pd.DataFrame
    numbers: pd.DataFrame
    same: str


def as_read(table: pd.DataFrame, *, trim: bool = True) -> AsRead:
    """A table in words.

    table: any released table, or one made for a screen, whose own headings are kept
    trim: leave out columns that are empty, and say once what is the same in every row
    """
    kept = {name: column for name, column in table.infer_objects().items() if not _is_picture(column)}
    same: list[str] = []
    for name, column in [*kept.items()] if trim and len(table) > 1 else []:
        if _says_nothing(column):
            del kept[name]
        elif pd.api.types.is_string_dtype(column) and column.nunique(dropna=False) == 1:
            same.append(f"{_heading(name, column)}: {_text(name, column, table)[0]}")
            del kept[name]
    heads = {name: _heading(name, column) for name, column in kept.items()}
    rows = pd.DataFrame({heads[name]: _text(name, column, table) for name, column in kept.items()})
    numbers = pd.DataFrame({heads[name]: column.array for name, column in kept.items() if _is_number(column)})
    return AsRead(rows, numbers, " · ".join(same))


def as_html(read: AsRead, *, alt: str, cards: str = "") -> str:
    """The rows as a table of HTML whose cells are text and nothing else; figures stand to the right.

    cards: "instead" or "beside" of a grid: each cell bears its heading too, for a screen too narrow for columns, in a
    box of that class which keys can scroll
    """
    sides = [" class='figure'" if name in read.numbers else "" for name in read.rows]
    names = [escape(str(name)) for name in read.rows]
    heads = "".join(f"<th scope='col'{side}>{name}</th>" for side, name in zip(sides, names, strict=True))
    opens = [
        f"<td{side} data-head='{name}'>" if cards else f"<td{side}>" for side, name in zip(sides, names, strict=True)
    ]
    body = "".join(
        "<tr>"
        + "".join(f"{td}{escape(_SIGN.sub(_KEPT, cell))}</td>" for td, cell in zip(opens, row, strict=True))
        + "</tr>"
        for row in read.rows.itertuples(index=False, name=None)
    )
    label = escape(alt)
    table = f"<table aria-label='{label}'><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    if not cards:
        return table
    return f"<div class='cards {cards}' role='region' aria-label='{label}' tabindex='0'>{table}</div>"


def _heading(name: str, column: pd.Series) -> str:
    if name == "period":
        return "Month" if (column.dt.day == 1).all() else "Week from"
    return HEADINGS.get(name, name)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and column.dtype != bool and column.name != "weekday"


def _is_picture(column: pd.Series) -> bool:
    """An outline, or a picture drawn into the cell: a number beside it says the same."""
    return column.name == "geometry" or column.astype(str).str.startswith("data:").any()


def _says_nothing(column: pd.Series) -> bool:
    empty = column.isna() | (column.astype(str) == "")
    return bool(empty.all() or (column.dtype == bool and not column.any()))


def _text(name: str, column: pd.Series, table: pd.DataFrame) -> list[str]:
    as_change = name in _CHANGES and "about" in table  # of a comparison; a trend's change is a ratio
    return [NOTHING if pd.isna(cell) else _cell(name, cell, column, as_change=as_change) for cell in column]


def _cell(name: str, cell: object, column: pd.Series, *, as_change: bool) -> str:
    if isinstance(cell, pd.Timestamp):
        known = column.dropna()
        if (known != known.dt.normalize()).any():
            return sentences.short_moment(cell).replace(" ", "\u00a0")
        words = f"{cell:%b %Y}" if (known.dt.day == 1).all() else sentences.short_day(cell)
        return words.replace(" ", "\u00a0")
    if name == "weekday":
        return _DAYS[int(cell)]
    if column.dtype == bool:
        return "yes" if cell else ""
    if not _is_number(column):
        return str(cell)
    if as_change or name in _SHARES:
        return f"{cell:+.0%}" if as_change else f"{cell:.1%}"
    return f"{cell:,.0f}" if float(cell).is_integer() else f"{cell:,.2f}"
