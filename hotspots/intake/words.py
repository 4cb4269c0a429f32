"""A column as its distinct words and which row has which: every rule then runs once a word, not once a row."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.arrays import ArrowStringArray

from hotspots.intake.exports import restored
from hotspots.intake.mapping import Mapping
from hotspots.intake.reading import Raw

_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)  # pandas' own str, made without a copy
_CONTROLS = r"[\x00-\x08\x0b-\x1f\x7f]"


@dataclass(frozen=True, eq=False)
class Words:
    """codes: for each row the position of its word. unique: the distinct words, "" for a blank cell."""

    codes: np.ndarray
    unique: pd.Series

    @property
    def blank(self) -> np.ndarray:
        """True for rows whose cell is blank."""
        return _is_blank(self.unique)[self.codes]

    @property
    def any(self) -> bool:
        """True when at least one row has a word."""
        return not _is_blank(self.unique).all()

    def each(self, change: Callable[[pd.Series], pd.Series]) -> "Words":
        """The column with every word changed; words that become equal stay apart."""
        changed = change(self.unique)
        return Words(self.codes, changed if changed.dtype == "str" else changed.astype("str"))

    def rows(self) -> pd.Series:
        """One text a row, blank cells missing."""
        words = _arrow(self.unique)
        present = pc.if_else(pc.equal(words, ""), pa.scalar(None, words.type), words)
        return _series(present.take(pa.array(self.codes)))

    def texts(self) -> pd.Series:
        """One text a row, blank cells ""."""
        return _series(_arrow(self.unique).take(pa.array(self.codes)))


@dataclass(frozen=True, eq=False)
class Columns:
    """The mapped columns and constants of a file, by our names; a field that nothing fills is blank in every row."""

    filled: dict[str, Words]
    blank: Words

    def get(self, name: str) -> Words:
        """The words of one of our fields."""
        return self.filled.get(name, self.blank)


def columns_of(raw: Raw, mapping: Mapping) -> Columns:
    """The words of every column the mapping uses; a column goes before a constant of the same field."""
    rows = len(raw.cells)
    filled = {name: constant(value, rows) for name, value in mapping.constants.items()}
    filled |= {name: distinct(raw.cells[heading]) for name, heading in mapping.columns.items()}
    return Columns(filled, constant("", rows))


def distinct(texts: pd.Series) -> Words:
    """The words of a text column, spaces at the ends, control characters and export marks removed."""
    codes, unique = pd.factorize(texts)
    words = pd.Series(unique, dtype="str").reset_index(drop=True)
    return Words(codes, _clean(words))


def constant(word: str, rows: int) -> Words:
    """The same word in every row."""
    return Words(np.zeros(rows, dtype="int64"), pd.Series([word], dtype="str"))


def has(words: pd.Series, pattern: str) -> pd.Series:
    """True for words in which the pattern (RE2) is found; missing words have none."""
    found = pc.fill_null(pc.match_substring_regex(_arrow(words), pattern), False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=words.index)


def swap(words: pd.Series, pattern: str, new: str) -> pd.Series:
    """Words with every match of the pattern (RE2) replaced; \\1 in `new` is the first group."""
    return _series(pc.replace_substring_regex(_arrow(words), pattern, new), words.index)


def trimmed(words: pd.Series) -> pd.Series:
    """Words without white space at their ends."""
    return _series(pc.utf8_trim_whitespace(_arrow(words)), words.index)


def _arrow(words: pd.Series) -> pa.Array:
    array = pa.array(words.array, type=pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _series(array: pa.Array, index: pd.Index | None = None) -> pd.Series:
    series = pd.Series(ArrowStringArray(array, dtype=_TEXT))
    return series if index is None else series.set_axis(index)


def _is_blank(words: pd.Series) -> np.ndarray:
    return pc.equal(_arrow(words), "").to_numpy(zero_copy_only=False)


def _clean(words: pd.Series) -> pd.Series:
    if has(words, _CONTROLS).any():
        words = swap(words, _CONTROLS, " ")
    if has(words, "^'").any():
        words = words.map(restored).astype("str")
    return trimmed(words)
