"""A paper for a committee, a meeting or a review: headings, sentences, tables and pictures of numbers.

It is made from what has passed the gate, and knows no format; `paper_html`, `paper_pdf` and
`paper_word` print it.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd


@dataclass(frozen=True)
class Text:
    """A paragraph; `strong` for the answer line."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Items:
    """A bulleted list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of words; `empty` is said in its place when it has no rows."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "Nothing to list."


@dataclass(frozen=True)
class Bars:
    """A bar chart of released numbers: label, words over the bar, height; None draws no bar.

    hollow: bars that stand for "fewer than 5", dashed and of one height · alt: the same in a sentence
    """

    labels: tuple[str, ...]
    words: tuple[str, ...]
    heights: tuple[float | None, ...]
    hollow: tuple[bool, ...]
    caption: str
    alt: str


Rings = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True)
class Outlines:
    """A still map: outlines in metres, north up, with a scale bar and nothing beneath.

    For councillors of wards and districts only, from the published file; of hotspots for the hub alone.
    shapes: a label, or "", and rings of (x, y) each, holes among them · around: rings of what is drawn faintly
    behind · width: share of the text's
    """

    shapes: tuple[tuple[str, Rings], ...]
    caption: str
    alt: str
    around: tuple[Rings, ...] = ()
    width: float = 1.0


Block = Text | Items | Table | Bars | Outlines


@dataclass(frozen=True)
class Section:
    """A heading, or none, with what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Beside:
    """Sections with a picture at their right hand; where there is no room for it, after them."""

    sections: tuple[Section, ...]
    picture: Outlines


@dataclass(frozen=True)
class Paper:
    """The whole paper.

    marking: protective marking, on every page, or empty · sample: every report in it is invented
    lines: dates and scope under the title · foot: sources, limits, recipe, at the end
    strip: the same in one line, at the foot of every sheet
    """

    title: str
    marking: str
    sample: bool
    made_on: date
    lines: tuple[str, ...]
    sections: tuple[Section | Beside, ...]
    foot: tuple[str, ...]
    strip: str


def table_of(frame: pd.DataFrame, columns: dict[str, str], *, empty: str = "Nothing to list.") -> Table:
    """A table of the columns named that the frame has, every value in words."""
    shown = [c for c in columns if c in frame.columns]
    rows = tuple(tuple(words_of(v) for v in row) for row in frame[shown].itertuples(index=False, name=None))
    return Table(tuple(columns[c] for c in shown), rows, empty)


def words_of(value: object) -> str:
    """A value as a reader expects it: days in words, thousands parted, nothing for what is missing."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, pd.Timestamp | date):
        clock = f", {value:%H:%M}" if isinstance(value, pd.Timestamp) and value.time() != value.time().min else ""
        return f"{value.day} {value:%b %Y}{clock}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
