"""Reports by different sources that are probably one event: flagged, never joined.

The rule: another source, the same category, at most 50 m apart, and at most two hours apart where both know
their time, or on the same day where one knows only its day. The closest go together first, a source once an
event. A report that knows only its month, is snapped to a map point or has no place cannot be matched.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from hotspots.analysis.rates import exact_ratio
from hotspots.errors import BadFrame

METRES = 50.0
MINUTES = 120.0
_NEEDED = ("source", "category", "occurred_from", "time_precision", "location_precision", "x", "y")
_FAR = 1e7
"""Metres that keep days or categories apart in one tree; wider than any country."""


@dataclass(frozen=True)
class SameEvents:
    """Which reports are probably the same event.

    group: number of its event for each report of the frame given, missing for one that stands alone
    can: whether the report knows enough to be matched · by_category: category, reports, events (after joining)
    by_luck: reports that would go into another's event all the same with each source's clock weeks apart
    """

    group: pd.Series
    can: pd.Series
    by_category: pd.DataFrame
    by_luck: int

    @property
    def reports(self) -> int:
        """Reports before joining."""
        return len(self.group)

    @property
    def events(self) -> int:
        """Events after joining: a group counts once."""
        return int(self.group.isna().sum() + self.group.nunique())

    @property
    def beyond_luck(self) -> bool:
        """Whether more reports join than luck alone would join: the exact test of both counts, at 5 %."""
        joined = self.reports - self.events
        return joined > self.by_luck and exact_ratio(joined, self.by_luck).p_value < 0.05

    @property
    def unmatchable(self) -> int:
        """Reports that know too little to be matched."""
        return int((~self.can).sum())


def probably_same(incidents: pd.DataFrame, *, metres: float = METRES, minutes: float = MINUTES) -> SameEvents:
    """Reports of different sources with the same time, place and category, as groups; counts before and after.

    incidents: columns source, category, occurred_from, time_precision, location_precision, x, y (metres); unique
    index. metres, minutes: how far apart two may be at most, both included. Raises `BadFrame` naming columns that
    are not there. Not for counting: what is flagged is likely, not known, and every count stays as reported.
    """
    absent = [c for c in _NEEDED if c not in incidents.columns]
    if absent:
        raise BadFrame(f"Matching reports needs the column(s) {', '.join(absent)}.")
    known = (incidents["time_precision"] != "month") & (incidents["location_precision"] != "snapped")
    can = known & incidents["x"].notna()
    group = pd.Series(pd.NA, index=incidents.index, dtype="Int64")
    rows, luck = incidents[can].sort_index(), 0
    if rows["source"].nunique() > 1:
        members = _joined(rows, _pairs(rows, metres, minutes))
        group.loc[members.index] = members
        weeks = pd.to_timedelta(pd.factorize(rows["source"])[0] * 7, unit="D")
        chance = rows.assign(occurred_from=rows["occurred_from"] + weeks)
        met = _joined(chance, _pairs(chance, metres, minutes))
        luck = len(met) - met.nunique()
    counted = incidents.assign(
        event=group.astype("object").where(group.notna(), [("alone", i) for i in range(len(group))])
    )
    by_category = counted.groupby("category", as_index=False).agg(
        reports=("source", "size"), events=("event", "nunique")
    )
    return SameEvents(group, can, by_category, luck)


def _pairs(rows: pd.DataFrame, metres: float, minutes: float) -> pd.DataFrame:
    """Pairs of positions [a, b, minutes, metres] within the rule, closest first; sources differ."""
    kinds = pd.factorize(rows["category"])[0] * _FAR
    seconds = rows["occurred_from"].to_numpy().astype("datetime64[s]").astype("int64")
    xy, exact = rows[["x", "y"]].to_numpy(), (rows["time_precision"] == "exact").to_numpy()
    scaled = seconds / 60 * (metres / minutes)
    both = _near(np.column_stack([xy, scaled, kinds]), np.flatnonzero(exact), metres)
    days = (seconds // 86_400) * _FAR
    either = _near(np.column_stack([xy, days, kinds]), np.arange(len(rows)), metres) if not exact.all() else both[:0]
    either = either[~(exact[either[:, 0]] & exact[either[:, 1]])]
    found = np.concatenate([both, either])
    sources = pd.factorize(rows["source"])[0]
    found = found[sources[found[:, 0]] != sources[found[:, 1]]]
    a, b = found.T
    apart = np.hypot(*(xy[a] - xy[b]).T)
    late = np.where(exact[a] & exact[b], np.abs(seconds[a] - seconds[b]) / 60, 0.0)
    table = pd.DataFrame({"a": a, "b": b, "minutes": late, "metres": apart})
    table = table[(table["metres"] <= metres) & (table["minutes"] <= minutes)]
    return table.sort_values(["minutes", "metres", "a", "b"], ignore_index=True)


def _near(places: np.ndarray, which: np.ndarray, reach: float) -> np.ndarray:
    """Pairs of positions no further apart than `reach` along any axis."""
    if len(which) < 2:
        return np.empty((0, 2), dtype=np.int64)
    # A hair wider, for the rounding of large coordinates; the rule itself is applied to the pairs found.
    found = cKDTree(places[which]).query_pairs(reach + 1e-3, p=np.inf, output_type="ndarray")
    return which[found.reshape(-1, 2)]


def _joined(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """Event number of every report in a pair: pairs are taken in order, no source twice in one event."""
    sources = rows["source"].to_numpy()
    event: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    for a, b in pairs[["a", "b"]].itertuples(index=False):
        left, right = members.get(event.get(a, -1), [a]), members.get(event.get(b, -1), [b])
        if left is right or {sources[i] for i in left} & {sources[i] for i in right}:
            continue
        number = min(*left, *right)
        for i in (*left, *right):
            event[i] = number
        members[number] = [*left, *right]
    at = sorted(event)
    return pd.Series([event[i] for i in at], index=rows.index[at], dtype="Int64")
