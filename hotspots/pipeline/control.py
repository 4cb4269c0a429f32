"""What to compare with: comparison areas with their reasons, and untreated places for luck's share."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from hotspots.analysis.regression_to_mean import FEWEST_REFERENCES
from hotspots.periods import Window
from hotspots.pipeline.evidence import Evidence
from hotspots.pipeline.windows import Unit, Windows, length_in, moved
from hotspots.register.interventions import Intervention
from hotspots.register.places import COMPARISON

RING_M, FAR_RING_M = 150.0, 400.0
"""Outer edges of the two rings; beyond the second an area is far enough to compare with."""
REST = "rest of the district"
MOST_SUGGESTED = 5
MOST_TOGETHER = 3
LIKEST = "likest untouched areas"
FEWEST_EXPECTED = 10
_FARTHEST_LEVEL = math.log(3)
_TREND_WEIGHT = 0.25
_LONG_RUN_YEARS = 2


@dataclass(frozen=True, eq=False)
class ControlArea:
    """An area to compare with: where it is, why it was chosen, what speaks against it.

    mask: its incidents among the evidence's · geometry: None for the rest of a district
    distance: metres between the outlines, NaN for the rest of a district
    parts: names of the areas it is made of, where it is several together
    """

    name: str
    kind: str
    mask: np.ndarray
    geometry: BaseGeometry | None
    distance: float
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def suggestions(
    evidence: Evidence, target: BaseGeometry, windows: Windows, unit: Unit, *, ring: BaseGeometry
) -> list[ControlArea]:
    """Comparison areas: the likest few together, each alone in order of likeness, the rest of the district last.

    target, ring: metres; `ring` is the whole reach within which the problem could have moved. Places and
    blocks are taken that lie wholly outside it, known before the action, where nothing was logged
    between the two windows nor within 400 m (a problem may have moved in from there), and whose
    long-run level is within a factor of three. Judged on the two years up to the action only, never on
    what came after it. Those of the same district come first. Several together carry less chance of
    their own than any one of them (docs/truth.md).
    """
    free = _clean(evidence, windows)
    free = free[~free.intersects(ring)]
    alike = _alike(evidence, target, free, windows, unit) if len(free) else pd.DataFrame()
    found = [_suggested(evidence, target, row) for row in alike.head(MOST_SUGGESTED).itertuples()]
    together = [_together(evidence, target, alike)] if len(alike) > 1 else []
    return [*together, *found, rest_of_district(evidence, target, ring)]


def named_control(evidence: Evidence, target: BaseGeometry, place: pd.Series, windows: Windows) -> ControlArea:
    """A place that somebody chose to compare with, with what speaks against it."""
    return control_of(evidence, target, place["geometry"], windows, name=place["name"], reasons=("Chosen by hand.",))


def control_of(
    evidence: Evidence,
    target: BaseGeometry,
    area: BaseGeometry,
    windows: Windows,
    *,
    name: str = "given area",
    reasons: Sequence[str] = ("Given as an outline.",),
) -> ControlArea:
    """Any outline as a comparison area; its warnings say what makes it weak."""
    distance = float(shapely.distance(area, target))
    warnings = []
    if distance <= FAR_RING_M:
        warnings.append(
            f"The comparison area is only {distance:.0f} m away, so some of the problem may have moved into it."
        )
    touched = done_at(evidence, area, windows)
    if touched:
        warnings.append(f"Something was done in the comparison area too: {len(touched)} logged between the windows.")
    return ControlArea(name, "place", evidence.inside(area), area, distance, tuple(reasons), tuple(warnings))


def rest_of_district(evidence: Evidence, target: BaseGeometry, ring: BaseGeometry) -> ControlArea:
    """Everything in the target's district beyond the rings."""
    far = evidence.farther(target, FAR_RING_M) & ~evidence.inside(ring)
    district = district_of(evidence, target)
    mask = far & (evidence.incidents["district"] == district).to_numpy() if district else far
    where = f"of {district}" if district else "of the data"
    reasons = (
        f"All reports in the rest {where} more than {FAR_RING_M:.0f} m away.",
        "It holds many reports, so it adds little chance of its own; it need not be alike.",
    )
    return ControlArea(REST, "district", mask, None, math.nan, reasons)


def references(
    evidence: Evidence, target: BaseGeometry, windows: Windows, unit: Unit, *, ring: BaseGeometry, control: ControlArea
) -> tuple[np.ndarray, str]:
    """Totals of untreated places like the target over the window before, and what they are.

    Comparison blocks where there are 20 of them, else squares of the target's area in its district that
    hold a report in all the data, outside the rings. NaN marks a total with a gap.
    """
    blocks = untouched(evidence, windows)
    blocks = blocks[(blocks["kind"] == COMPARISON) & ~blocks.intersects(ring)]
    others = blocks[~blocks["name"].isin((control.name, *control.parts))]
    blocks = others if len(others) >= FEWEST_REFERENCES else blocks
    if len(blocks) >= FEWEST_REFERENCES:
        areas = {str(row.id): evidence.inside(row.geometry) for row in blocks.itertuples()}
        return _totals(evidence, areas, windows.before, unit), f"{len(blocks)} comparison blocks"
    cells = _cells(evidence, target, ring)
    totals = _cell_totals(evidence, cells, windows.before)
    return totals, f"{len(totals)} squares of equal area"


def untouched(evidence: Evidence, windows: Windows) -> gpd.GeoDataFrame:
    """Places and blocks where nothing was logged from the start of the first window to the end of the last."""
    busy = {item.place_id for item in _during(evidence.done, windows)}
    return evidence.places[~evidence.places["id"].isin(busy)]


def done_at(evidence: Evidence, area: BaseGeometry, windows: Windows) -> list[Intervention]:
    """Interventions between the windows at places that share ground with an area."""
    places = evidence.places
    shared = shapely.area(shapely.intersection(places.geometry.to_numpy(), area)) > 1
    here = set(places.loc[shared, "id"])
    return [item for item in _during(evidence.done, windows) if item.place_id in here]


def district_of(evidence: Evidence, area: BaseGeometry) -> str:
    """The district most of an area's reports lie in, "" when none says so."""
    named = evidence.incidents.loc[evidence.inside(area), "district"].dropna()
    return str(named.mode().iloc[0]) if len(named) else ""


def _during(done: Iterable[Intervention], windows: Windows) -> list[Intervention]:
    """Interventions, drives included, that ran at any time between the first day and the last."""
    first, last = windows.before.start, windows.after.end
    return [i for i in done if i.start < last and (i.window.end if i.window else last) > first]


def _clean(evidence: Evidence, windows: Windows) -> gpd.GeoDataFrame:
    """Untouched areas that nothing can have moved into, and that were not adopted for rising afterwards."""
    free = untouched(evidence, windows)
    free = free[free["adopted_on"] <= pd.Timestamp(windows.before.end)]
    treated = evidence.places[~evidence.places["id"].isin(untouched(evidence, windows)["id"])]
    reach = shapely.union_all(shapely.buffer(treated.geometry.to_numpy(), FAR_RING_M))
    return free[~free.intersects(reach)]


def _alike(
    evidence: Evidence, target: BaseGeometry, free: gpd.GeoDataFrame, windows: Windows, unit: Unit
) -> pd.DataFrame:
    """Untouched areas with their level and trend before the action, most alike first."""
    areas = {"target": evidence.inside(target)} | {str(r.id): evidence.inside(r.geometry) for r in free.itertuples()}
    before = windows.before
    long = _long_run(before, unit, evidence.held)
    counted = evidence.counts(areas, long, unit)
    size = length_in(before, unit)
    mean = counted.groupby("area")["n"].mean() * size
    late = counted["period"] >= pd.Timestamp(moved(before.end, -length_in(long, unit) // 2, unit))
    trend = np.log((_mean(counted[late]) + 0.1) / (_mean(counted[~late]) + 0.1))
    seen = counted[counted["period"] >= pd.Timestamp(before.start)].groupby("area")["n"].sum(min_count=size)
    ids = free["id"].astype(str)
    table = free.assign(level=ids.map(mean), seen=ids.map(seen), trend=ids.map(trend))
    wanted = max(float(seen.get("target", np.nan)), 1.0)
    table["off"] = np.log((table["level"] + 0.5) / (wanted + 0.5)).abs()
    table["score"] = table["off"] + _TREND_WEIGHT * (table["trend"] - trend["target"]).abs().fillna(0)
    table["elsewhere"] = table["district"] != district_of(evidence, target)
    fits = (table["level"] >= FEWEST_EXPECTED) & (table["off"] <= _FARTHEST_LEVEL) & table["seen"].notna()
    return table[fits].assign(wanted=wanted).sort_values(["elsewhere", "score", "id"])


def _mean(counted: pd.DataFrame) -> pd.Series:
    return counted.groupby("area")["n"].mean()


def _long_run(before: Window, unit: Unit, held: Window) -> Window:
    """Up to two years of whole units that end with the window before."""
    units = {"week": 52, "month": 12}[unit] * _LONG_RUN_YEARS
    fits = next(n for n in range(units, 0, -1) if moved(before.end, -n, unit) >= held.start)
    return Window(moved(before.end, -fits, unit), before.end)


def _suggested(evidence: Evidence, target: BaseGeometry, row: tuple) -> ControlArea:
    distance = float(shapely.distance(row.geometry, target))
    reasons = (
        f"{row.seen:,.0f} reports in the window before, {row.level:,.0f} on average over windows of that length in "
        f"the two years to it; the place had {row.wanted:,.0f}.",
        f"{_kilometres(distance)} away, beyond the rings, so the problem is unlikely to have moved there.",
        "Nothing is logged there between the two windows.",
    )
    return ControlArea(row.name, row.kind, evidence.inside(row.geometry), row.geometry, distance, reasons)


def _together(evidence: Evidence, target: BaseGeometry, alike: gpd.GeoDataFrame) -> ControlArea:
    """The likest few as one comparison area, of one district where that has two of them."""
    near = alike[~alike["elsewhere"]]
    chosen = (near if len(near) > 1 else alike).head(MOST_TOGETHER)
    outline = shapely.union_all(chosen.geometry.to_numpy())
    distance = float(shapely.distance(outline, target))
    names = tuple(chosen["name"])
    levels = ", ".join(f"{row.name} {row.seen:,.0f}" for row in chosen.itertuples())
    reasons = (
        f"Reports in the window before: {levels}; the place had {chosen['wanted'].iloc[0]:,.0f}.",
        f"The nearest is {_kilometres(distance)} away, beyond the rings: the problem is unlikely to have moved there.",
        "Nothing is logged in any of them between the two windows.",
        "Together they carry less chance of their own than one would.",
    )
    mask = evidence.inside(outline)
    return ControlArea(f"the {len(names)} {LIKEST}", "areas", mask, outline, distance, reasons, parts=names)


def _kilometres(metres: float) -> str:
    return f"{metres / 1000:.1f} km" if metres >= 950 else f"{metres:.0f} m"


def _totals(evidence: Evidence, areas: dict[str, np.ndarray], window: Window, unit: Unit) -> np.ndarray:
    counted = evidence.counts(areas, window, unit)
    return counted.groupby("area")["n"].sum(min_count=length_in(window, unit)).to_numpy()


def _cells(evidence: Evidence, target: BaseGeometry, ring: BaseGeometry) -> pd.Series:
    """Square of each of the district's incidents outside the rings, as a number; the grid hangs on the origin."""
    side = math.sqrt(target.area)
    mask = evidence.farther(target, 0.0) & ~evidence.inside(ring)
    district = district_of(evidence, target)
    if district:
        mask &= (evidence.incidents["district"] == district).to_numpy()
    rows = evidence.incidents[mask]
    xy = np.floor(rows[["x", "y"]].to_numpy() / side).astype("int64")
    return pd.Series(xy[:, 0] * 2**31 + xy[:, 1], index=rows.index)


def _cell_totals(evidence: Evidence, cells: pd.Series, window: Window) -> np.ndarray:
    """Reports of each square in a window; gaps are the target's own concern, for one source feeds both."""
    began = evidence.incidents.loc[cells.index, "occurred_from"]
    inside = (began >= pd.Timestamp(window.start)) & (began < pd.Timestamp(window.end))
    every = np.sort(cells.unique())
    return cells[inside].value_counts().reindex(every, fill_value=0).to_numpy(dtype=float)
