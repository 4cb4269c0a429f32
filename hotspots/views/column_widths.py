"""How wide the columns of a grid are and how many lines its rows take, so that no word is cut."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd

_EMS = {
    " ": 0.2,
    **dict.fromkeys("iIjl.,;:'’|!·", 0.26),
    **dict.fromkeys("frt()[]-/", 0.34),
    **dict.fromkeys("ckszvxyJLY", 0.46),
    **dict.fromkeys("aeg0123456789–", 0.5),
    **dict.fromkeys("bdhnopquABCEFKPRSTVXZ", 0.55),
    **dict.fromkeys("DGHNOQU", 0.64),
    **dict.fromkeys("wWmM", 0.8),
}
"""Letter → width in ems of the program's own font, Source Sans, rounded up within groups."""
_SIGN = 0.9
"""Ems of what the font lacks and another lends: signs before a word."""
_SIGN_BEFORE = re.compile(r"^([^\w\s]) ")
"""A sign before a word, which never stands on a line by itself."""
_DATE = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})")
_EASILY_READ = 3
"""Lines of a row beyond which a column that can be spared goes first."""
_FOR_FEWER_LINES = 1.1
"""How much wider a table that scrolls sideways anyway may become, so that its rows take fewer lines."""
_STEP = 0.5
"""Ems by which a column is widened until its words fit."""
_NARROWEST = 50
"""Pixels below which a grid makes no column."""


@dataclass(frozen=True)
class Letters:
    """How large a cell's text is. em: pixels of the font's size · edges: pixels of a cell that hold no text."""

    em: float
    edges: float

    def pixels(self, ems: float) -> int:
        """Width of a column that has room for so many ems of text."""
        return max(_NARROWEST, round(ems * self.em + self.edges + 0.5))


@dataclass(frozen=True)
class Fit:
    """Column → pixels, of those that stay, and the lines of the tallest row."""

    widths: Mapping[str, int]
    lines: int


def breadth(text: str) -> float:
    """Width of a line of text in ems."""
    return sum(_EMS.get(letter, _SIGN if ord(letter) > 0x2000 else 0.55) for letter in text)


def fit(
    rows: pd.DataFrame,
    hints: Mapping[str, int],
    *,
    letters: Letters,
    most_lines: int,
    labels: Mapping[str, str] | None = None,
    spare: Sequence[str] = (),
) -> Fit:
    """Widths with which every cell is whole in the fewest lines, within the sum of the hints where that can be.

    hints: column → pixels it would have; their sum is the room, and what holds no words keeps its own
    most_lines: of a row; words that need more widen their column beyond the room, which then scrolls sideways
    labels: column → its head, where it is not the name
    spare: columns to leave out where the room holds no such widths, the least needed first
    """
    labels, room = labels or {}, sum(hints.values())
    texts = {name: _texts(rows[name]) for name in hints}
    heads = {name: letters.pixels(breadth(labels.get(name, name))) for name in hints}
    left = [name for name in spare if name in hints]

    @cache
    def narrowest(name: str, lines: int) -> int:
        return _needed(texts[name], lines, heads[name], hints[name], letters)

    fewer = [[name for name in hints if name not in left[:gone]] for gone in range(len(left) + 1)]
    for few, many in ((1, _EASILY_READ), (_EASILY_READ + 1, most_lines)):
        for kept in fewer:
            for lines in range(few, min(many, most_lines) + 1):
                needed = {name: narrowest(name, lines) for name in kept}
                if sum(needed.values()) <= room:
                    return Fit(_eased(needed, room, lines, narrowest), lines)
    kept = fewer[-1]
    enough = _FOR_FEWER_LINES * sum(narrowest(name, most_lines) for name in kept)
    lines = next(n for n in range(1, most_lines + 1) if sum(narrowest(name, n) for name in kept) <= enough)
    return Fit({name: narrowest(name, lines) for name in kept}, lines)


def _texts(cells: pd.Series) -> list[str] | None:
    """What a column writes, each word for word once, the widest first; None where it writes no words."""
    if pd.api.types.is_bool_dtype(cells):
        return None
    if pd.api.types.is_numeric_dtype(cells):
        said = {f"{cell:,}" for cell in cells.dropna().unique()}
    else:
        said = {cell for cell in cells if isinstance(cell, str)}
    if any(cell.startswith(("https:", "data:")) for cell in said):  # a link, a picture
        return None
    return sorted(said, key=breadth, reverse=True)


def _needed(texts: list[str] | None, lines: int, head: int, hint: int, letters: Letters) -> int:
    """Pixels with which a column holds its texts in so many lines, and its head."""
    if texts is None:
        return max(hint, head)
    return max(head, letters.pixels(_ems(texts, lines)))


def _eased(needed: dict[str, int], room: int, lines: int, narrowest: Callable[[str, int], int]) -> dict[str, int]:
    """What the rows' lines leave of the room, spent on columns that then take fewer, the cheapest first.

    None grows by more than a third: on a phone it would push the others out of sight.

    narrowest: pixels of a column for so many lines
    """
    eased = dict(needed)
    for few in range(1, lines):
        for name in sorted(eased, key=lambda one: narrowest(one, few) - eased[one]):
            more = narrowest(name, few) - eased[name]
            if 0 < more <= min(room - sum(eased.values()), needed[name] / 3):
                eased[name] += more
    return eased


def _ems(texts: Iterable[str], lines: int) -> float:
    """The least room in ems, within a step, in which no text needs more lines."""
    room = 0.0
    for text in texts:  # widest first: the later ones mostly fit at once
        whole = breadth(text)
        if whole <= room:
            continue
        words = [breadth(word) for word in _DATE.sub(r"\1_\2_\3", _SIGN_BEFORE.sub(r"\1_", text)).split()]
        room = max(room, whole / lines, *words) if words else room
        while _lines(words, room) > lines:
            room += _STEP
    return room


def _lines(words: Sequence[float], room: float) -> int:
    """Lines that words of these widths take."""
    taken, used = 1, 0.0
    for word in words:
        if used and used + _EMS[" "] + word > room:
            taken, used = taken + 1, word
        else:
            used += word + (_EMS[" "] if used else 0)
    return taken
