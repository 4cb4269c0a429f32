"""Secondary suppression: hide just as many more figures as it takes until the audit finds nothing."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from hotspots.release.audit import Weakness, audit, linked
from hotspots.release.partition import ALL
from hotspots.release.rounding import NO_DATA, SUPPRESSED, number_of

AT_ONCE = 4
"""Weak counts of one part of the tables mended between two audits: more would hide more than it takes."""


def suppress(released: pd.DataFrame, new: pd.DataFrame, cells: Sequence[Collection[str]]) -> pd.DataFrame:
    """The new figures with as many suppressed as it takes that no hidden count can be worked out.

    Parameters
    ----------
    released : every figure of earlier releases, [version, area, start, end, kind, shown, pair]; they
        are out and cannot be taken back.
    new : the figures about to be released, same columns, unique index. Figures with the same `pair`
        (a before and its after) are hidden together.
    cells : the overlaps of the areas, as for `audit`.

    Returns
    -------
    `new` with some of `shown` replaced by "suppressed". Among the figures that pin a count down the
    least useful goes first: a kind before a total, a ward before a district, a small number before a
    large one. It ends, since hiding everything new leaves what was safe before.
    """
    new = _pairs_together(new)
    everything = pd.concat([released, new], ignore_index=True)
    part = linked(everything, cells)
    unsafe = set(part)
    while unsafe:
        looked_at = everything[np.isin(part, list(unsafe))]
        weak = audit(looked_at, cells, rounds=AT_ONCE).weak
        own = [_least_useful(new, weakness, offset=len(released)) for weakness in weak]
        hidden = new["shown"].mask(new.index.isin([label for label in own if label is not None]), SUPPRESSED)
        before, new = new, _pairs_together(new.assign(shown=hidden))
        changed = np.flatnonzero((new["shown"] != before["shown"]).to_numpy()) + len(released)
        whole = len(looked_at) == len(everything)
        everything = pd.concat([released, new], ignore_index=True)
        # What was hidden loosens its own part only, so that is looked at first. But a round is counted
        # when any part is weak, so a part may be left before all of it was tried: the last look is at all.
        unsafe = set(part[changed]) or (set() if whole else set(part))
    return new


def _least_useful(new: pd.DataFrame, weakness: Weakness, *, offset: int) -> object | None:
    """Label of the new figure to hide for one weak count; None when no new figure can help."""
    own = [row - offset for row in weakness.binding if row >= offset]
    usable = new.iloc[own]
    usable = usable[~usable["shown"].isin([SUPPRESSED, NO_DATA])]
    if usable.empty:
        return None
    use = [(_level(row.area, row.kind), number_of(row.shown) or 0, row.Index) for row in usable.itertuples()]
    return min(use)[-1]


def _level(area: str, kind: str) -> int:
    """How much a reader loses with a figure: kinds least, a place's own total most."""
    order = ("ward", "district", "ring", "control", "place")
    return 2 * order.index(area.partition(":")[0]) + (kind == ALL)


def _pairs_together(new: pd.DataFrame) -> pd.DataFrame:
    """If one side of a before and after is suppressed, so is the other."""
    hidden = new.loc[new["shown"] == SUPPRESSED, "pair"]
    both = new["pair"].isin(hidden[hidden != ""])
    return new.assign(shown=new["shown"].mask(both & (new["shown"] != NO_DATA), SUPPRESSED))
