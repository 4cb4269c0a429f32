"""Counts by area, month and group of kinds, ready to be added up over any released period."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hotspots.errors import BadFrame, BadValue
from hotspots.intake.categories import ACCIDENTAL_FIRE, ASB, DAMAGE, DELIBERATE_FIRE, FIRE, VIOLENCE
from hotspots.periods import Window
from hotspots.release.partition import ALL

_THEFT = ("Bicycle theft", "Burglary", "Other theft", "Shoplifting", "Theft from the person", "Vehicle crime")
_DISORDER = (VIOLENCE, "Public order", "Possession of weapons", "Robbery")
GROUP_OF: Mapping[str, str] = {
    ASB: ASB,
    "Drugs": "Drugs",
    **dict.fromkeys((DAMAGE, DELIBERATE_FIRE, ACCIDENTAL_FIRE, FIRE), "Damage and fire"),
    **dict.fromkeys(_THEFT, "Theft and burglary"),
    **dict.fromkeys(_DISORDER, "Violence and disorder"),
}
"""Category → the group it is shown in. A category that is not here (domestic abuse, hate, an unknown
word) is shown in no group, only inside the total, together with everything else that is not here."""
GROUPS = tuple(dict.fromkeys(GROUP_OF.values()))
_COLUMNS = ("month", "district", "ward", "category", "areas", "n")


def district_area(district: str) -> str:
    """Id of a district in the released tables."""
    return f"district:{district}"


def ward_area(district: str, ward: str) -> str:
    """Id of a ward: wards of two districts may share a name."""
    return f"ward:{district}/{ward}"


@dataclass(frozen=True)
class Tally:
    """Counts to add up, and what overlaps what.

    sums: areas × (months + 1) × kinds, running sums over months; NaN-free, gaps are kept apart
    gaps: areas × months, true where a source was not received · cells: overlaps, as ids of areas
    """

    held: Window
    districts: tuple[str, ...]
    wards: tuple[tuple[str, str], ...]
    cells: tuple[tuple[str, ...], ...]
    position: Mapping[str, int]
    sums: np.ndarray
    gaps: np.ndarray

    @classmethod
    def of(cls, counts: pd.DataFrame, *, held: Window, gaps: Collection[tuple[str, date]] = ()) -> "Tally":
        """Add up a frame of counts as `publish` takes it; raises `BadFrame` or `BadValue`."""
        rows = _checked(counts, held)
        rows["cell"] = [
            _cell(d, w, areas) for d, w, areas in zip(rows["district"], rows["ward"], rows["areas"], strict=True)
        ]
        cells = tuple(sorted(set(rows["cell"])))
        areas = sorted({area for cell in cells for area in cell})
        position = {area: i for i, area in enumerate(areas)}
        wards = {(d, w) for d, w in zip(rows["district"], rows["ward"], strict=True) if d and w}
        return cls(
            held=held,
            districts=tuple(sorted({d for d in rows["district"] if d})),
            wards=tuple(sorted(wards)),
            cells=cells,
            position=position,
            sums=_sums(rows, position, held),
            gaps=_gaps(cells, position, held, gaps),
        )

    def wide_areas(self, districts: Collection[str]) -> dict[str, str]:
        """Ids of some districts and of their wards → the district, in order of the alphabet."""
        whole = {district_area(d): d for d in self.districts if d in districts}
        return whole | {ward_area(d, w): d for d, w in self.wards if d in districts}

    def reports(self, district: str) -> int:
        """Every report held of a district, whatever its kind; 0 for one that is not known."""
        at = self.position.get(district_area(district))
        return 0 if at is None else int(self.sums[at, -1].sum())

    def count(self, area: str, window: Window, kind: str) -> float:
        """Reports of an area in a window of whole months; NaN where a month was not received."""
        first, last = (_month(day, self.held) for day in (window.start, window.end))
        at = self.position.get(area)
        if at is None:
            return 0.0
        if self.gaps[at, first:last].any():
            return float("nan")
        kinds = slice(None) if kind == ALL else GROUPS.index(kind)
        return float((self.sums[at, last, kinds] - self.sums[at, first, kinds]).sum())


def _checked(counts: pd.DataFrame, held: Window) -> pd.DataFrame:
    missing = [c for c in _COLUMNS if c not in counts.columns]
    if missing:
        raise BadFrame(f"Counts to publish need the column(s) {', '.join(missing)}.")
    if not held.whole_months:
        raise BadValue(f"Only whole months are published; {held.start} to {held.end} was given.")
    inside = (counts["month"] >= pd.Timestamp(held.start)) & (counts["month"] < pd.Timestamp(held.end))
    rows = counts.loc[inside, list(_COLUMNS)].reset_index(drop=True)
    rows[["district", "ward"]] = rows[["district", "ward"]].astype(object).fillna("")
    if rows["n"].isna().any() or (rows["n"] < 0).any() or (rows["n"] % 1 != 0).any():
        raise BadValue("Counts to publish must be whole numbers, 0 or more; say months not received as gaps.")
    return rows


def _cell(district: str, ward: str, areas: tuple[str, ...]) -> tuple[str, ...]:
    wide = [district_area(district)] if district else []
    if district and ward:
        wide.append(ward_area(district, ward))
    return (*wide, *sorted(areas))


def _month(day: date, held: Window) -> int:
    return 12 * (day.year - held.start.year) + day.month - held.start.month


def _sums(rows: pd.DataFrame, position: Mapping[str, int], held: Window) -> np.ndarray:
    """Running sums: areas × (months + 1) × kinds, those shown in no group last."""
    counts = np.zeros((len(position), int(held.length_in_months), len(GROUPS) + 1), dtype=np.int64)
    group = rows["category"].map(GROUP_OF)
    kind = np.array([GROUPS.index(g) if isinstance(g, str) else len(GROUPS) for g in group], dtype=int)
    month = 12 * (rows["month"].dt.year - held.start.year) + rows["month"].dt.month - held.start.month
    long = pd.DataFrame({"area": rows["cell"], "month": month, "kind": kind, "n": rows["n"].astype("int64")})
    long = long.explode("area").dropna(subset="area")
    at = long["area"].map(position).to_numpy(dtype=int)
    np.add.at(counts, (at, long["month"].to_numpy(dtype=int), long["kind"].to_numpy(dtype=int)), long["n"].to_numpy())
    return np.concatenate([np.zeros_like(counts[:, :1]), counts.cumsum(axis=1)], axis=1)


def _gaps(
    cells: Collection[tuple[str, ...]],
    position: Mapping[str, int],
    held: Window,
    gaps: Collection[tuple[str, date]],
) -> np.ndarray:
    """A month not received in a district is a gap for every area with a part in it."""
    missing = np.zeros((len(position), int(held.length_in_months)), dtype=bool)
    for district, month in gaps:
        if held.start <= month < held.end:
            inside = {area for cell in cells if district_area(district) in cell for area in cell}
            missing[[position[area] for area in inside], _month(month, held)] = True
    return missing
