"""Rank by harm as a range, beside rank by count; anti-social behaviour is on its own line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hotspots.errors import BadFile, BadFrame

ASB = frozenset({"anti-social behaviour"})
"""Categories, in lower case, that carry no weight in any published index."""
_COLUMNS = ("category", "low", "high", "version", "source")


@dataclass(frozen=True)
class Weights:
    """Harm of one incident of each category, from low to high, with where it came from.

    table: frame [low, high] indexed by category in lower case; version, source: as the file says
    """

    table: pd.DataFrame
    version: str
    source: str


def read_weights(path: Path) -> Weights:
    """Read a weight table the hub chose: a CSV [category, low, high, version, source].

    `low` and `high` bound the harm of one incident in any unit (such as days of a starting-point sentence);
    the same number twice says it is exact. version and source are the same on each row, and are shown with
    every figure made from them.

    Raises `BadFile` saying which column or row is wrong. No table is supplied: no openly licensed one by
    category was found, and police.uk categories are each too wide for one number.
    """
    try:
        table = pd.read_csv(path, dtype="str", skipinitialspace=True, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise BadFile(f"The weight table {Path(path).name} could not be read as a CSV: give one in UTF-8.") from error
    absent = [c for c in _COLUMNS if c not in table.columns]
    if absent or table.empty:
        raise BadFile(
            f"A weight table needs rows and the columns {', '.join(_COLUMNS)}; "
            f"{Path(path).name} lacks {', '.join(absent) or 'rows'}."
        )
    table["category"] = _plain(table["category"])
    for column in ("low", "high"):
        table[column] = pd.to_numeric(table[column], errors="coerce")
    _check(table, Path(path).name)
    ranges = table.set_index("category")[["low", "high"]]
    return Weights(ranges, table["version"].iloc[0], table["source"].iloc[0])


def harm_by(
    incidents: pd.DataFrame,
    weights: Weights,
    *,
    by: Sequence[str] = ("place_id",),
    asb: Collection[str] = ASB,
) -> pd.DataFrame:
    """Harm of the incidents of each place as a range, with its ranks by count and by harm.

    Parameters
    ----------
    incidents : frame with `category` and the columns of `by`.
    weights : from `read_weights`.
    by : what to sum over.
    asb : categories counted on their own line and never weighed, in any case.

    Returns
    -------
    Frame [*by, n, asb, weighed, unweighed, harm_low, harm_high, rank_by_count, rank_best, rank_worst],
    most incidents first. `unweighed` incidents have a category without a weight: they are missing from
    the harm, not harmless. The true rank by harm lies between `rank_best` and `rank_worst`: places
    surely above (their low over its high) and possibly above.

    Never the default order: a block of nothing but anti-social behaviour has no harm at all by any index, and
    two published indices rank places differently (Ashby 2017).
    """
    absent = [c for c in ("category", *by) if c not in incidents.columns]
    if absent:
        raise BadFrame(f"Harm needs the column(s) {', '.join(absent)}.")
    category = _plain(incidents["category"])
    is_asb = category.isin({c.lower() for c in asb})
    known = category.isin(weights.table.index) & ~is_asb
    marked = incidents[list(by)].assign(
        n=1,
        asb=is_asb.astype(int),
        weighed=known.astype(int),
        unweighed=(~known & ~is_asb).astype(int),
        harm_low=category.map(weights.table["low"]).where(known, 0.0),
        harm_high=category.map(weights.table["high"]).where(known, 0.0),
    )
    totals = marked.groupby(list(by), dropna=False, observed=True).sum().reset_index()
    return _ranked(totals).sort_values(["rank_by_count", *by], ignore_index=True)


def _plain(words: pd.Series) -> pd.Series:
    return words.astype("str").str.strip().str.lower()


def _check(table: pd.DataFrame, name: str) -> None:
    wrong = table["low"].isna() | table["high"].isna() | (table["low"] < 0) | (table["high"] < table["low"])
    if wrong.any():
        raise BadFile(
            f"{name}, line {int(np.flatnonzero(wrong)[0]) + 2}: low and high must be numbers, 0 or more, "
            "with low not above high."
        )
    if table["category"].duplicated().any():
        line = int(np.flatnonzero(table["category"].duplicated())[0]) + 2
        raise BadFile(f"{name}, line {line}: a category stands in the table twice; keep one.")
    for column in ("version", "source"):
        if table[column].isna().any() or table[column].nunique() != 1:
            raise BadFile(f"{name}: {column} must be given, and be the same on every row.")


def _ranked(totals: pd.DataFrame) -> pd.DataFrame:
    low, high = totals["harm_low"].to_numpy(), totals["harm_high"].to_numpy()
    surely_above = (low[None, :] > high[:, None]).sum(axis=1)
    possibly_above = (high[None, :] > low[:, None]).sum(axis=1) - (high > low)
    return totals.assign(
        rank_by_count=totals["n"].rank(ascending=False, method="min").astype(int),
        rank_best=surely_above + 1,
        rank_worst=possibly_above + 1,
    )
