"""Did it work here? A place, an action and its dates → windows, comparison area, rings and one `Comparison`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from hotspots.analysis.comparison import Comparison
from hotspots.analysis.evaluation import compare
from hotspots.errors import BadValue, NoData
from hotspots.periods import Window
from hotspots.pipeline import control as controls
from hotspots.pipeline.comparison_view import ComparisonView, Ring, reason_of
from hotspots.pipeline.control import FAR_RING_M, REST, RING_M, ControlArea
from hotspots.pipeline.evidence import Evidence, evidence_of
from hotspots.pipeline.long_run import LongRun, long_run
from hotspots.pipeline.target import Target, place_called, target_of, wider_than
from hotspots.pipeline.windows import Unit, Windows, length_in, moved, said_day, windows_for
from hotspots.register.annotations import RECORDING, Annotation, concerning
from hotspots.register.interventions import Intervention, reporting_drives
from hotspots.register.places import COMPARISON
from hotspots.store import Store

SNAPPED_REFUSED = (
    "Refused: every report here lies on a map point that stands for 8 or more addresses, so nothing can be said "
    "about one block. Compare its ward or district, or import a partner's own log."
)
SNAPPED_CAVEAT = "Reports are on map points that stand for 8 or more addresses, so the edge of the area is not exact."


def comparison_for(
    store: Store,
    place: str | BaseGeometry,
    *,
    start: date,
    end: date | None = None,
    control: str | BaseGeometry | None = None,
    unit: Unit | None = None,
    periods: int | None = None,
    same_season: bool = False,
    name: str = "",
) -> ComparisonView:
    """Compare a place before and after an action; an answer even where the verdict is *refused*.

    place: a polygon in the store's metres (called `name`), or the name of a place, ward or district
    start: first day of the action · end: the day after its last, None while it goes on
    control: a polygon, a place's name or "rest of the district"; without one the likest untouched areas
    unit: weeks where every report knows its day, else months · periods: units a side (26 weeks, 6 months)
    same_season: whole months after it against the same months of the year before.
    Raises `BadValue` for an unknown name or wrong dates, `NoData` where nothing was ever reported there
    or one window holds no whole period.
    """
    evidence = evidence_of(store)
    return compare_in(
        store, evidence, place, start=start, end=end, control=control, unit=unit, periods=periods,
        same_season=same_season, name=name,
    )  # fmt: skip


def compare_in(
    store: Store,
    evidence: Evidence,
    place: str | BaseGeometry,
    *,
    start: date,
    end: date | None = None,
    control: str | BaseGeometry | None = None,
    unit: Unit | None = None,
    periods: int | None = None,
    same_season: bool = False,
    name: str = "",
) -> ComparisonView:
    """`comparison_for` on evidence already read, for many comparisons of one store."""
    target = target_of(store, evidence, place, name)
    refusal = ""
    if target.wide or not target.mask.any():
        evidence = evidence_of(store, snapped=True)
        target = target_of(store, evidence, place, name)
        refusal = "" if target.wide else SNAPPED_REFUSED
    if not target.mask.any():
        raise NoData(f"Nothing was ever reported in {target.name}; check the outline and its coordinates.")
    unit = unit or ("month" if same_season or refusal else evidence.finest)
    windows = windows_for(
        start, end, unit=unit, held=evidence.held, periods=periods,
        drives=reporting_drives(_done(evidence, target)), same_season=same_season,
    )  # fmt: skip
    case = _Case(evidence, target, windows, unit, start)
    chosen, offered = _control(case, control)
    changes = _recording_changes(case)
    refusal = refusal or _not_alike(case, chosen, changes)
    return _viewed(case, chosen, offered, start=start, end=end, refusal=refusal, changes=changes)


@dataclass(frozen=True, eq=False)
class _Case:
    evidence: Evidence
    target: Target
    windows: Windows
    unit: Unit
    start: date

    def ring_between(self, inner: float, outer: float, control: ControlArea | None = None) -> BaseGeometry | None:
        """The band round the place, less the places that were known before the action and the control."""
        geometry = self.target.geometry
        if geometry is None:
            return None
        places = self.evidence.places
        first = pd.Timestamp((self.windows.closed or self.windows.after).start)
        known = places[(places["adopted_on"] <= first) & ~places["id"].isin(self.target.ids)]
        others = [*known.geometry, *([control.geometry] if control and control.geometry is not None else [])]
        band = geometry.buffer(outer).difference(geometry.buffer(inner) if inner else geometry)
        return band.difference(shapely.union_all(others)) if others else band


def _recording_changes(case: _Case) -> list[Annotation]:
    """Noted recording changes, of sources counted here, between the first window's start and the second's end."""
    first, last = case.windows.before.start, case.windows.after.end
    sources = case.evidence.incidents.loc[case.target.mask, "source"].unique()
    known = concerning(case.evidence.noted, districts=(), sources=sources)
    return [a for a in known if a.kind == RECORDING and first < a.start < last]


def _not_alike(case: _Case, control: ControlArea, changes: Sequence[Annotation]) -> str:
    """Why the two areas cannot be held against each other: one was recorded otherwise than the other; else ""."""
    districts = case.evidence.incidents["district"]
    here, there = (set(districts[mask].dropna().unique()) for mask in (case.target.mask, control.mask))
    for change in changes:
        if change.district and (change.district in here) != (change.district in there):
            return (
                f"Refused: {change.district} has recorded otherwise since {said_day(change.start)} ({change.note}) and "
                f"the comparison area {'has not' if change.district in here else 'holds reports of it'}, so a "
                "fall or a rise could be one of recording only. Compare with an area of the same district."
            )
    return ""


def _done(evidence: Evidence, target: Target) -> list[Intervention]:
    return [item for item in evidence.done if item.place_id in target.ids]


def _control(case: _Case, given: str | BaseGeometry | None) -> tuple[ControlArea, list[ControlArea]]:
    """The comparison area asked for or the likest one, and what else is suggested."""
    evidence, target, windows = case.evidence, case.target, case.windows
    if target.geometry is None:
        rest = _rest_of(evidence, target)
        return rest, [rest]
    reach = target.geometry.buffer(FAR_RING_M)
    ring = case.ring_between(0, RING_M)
    if target.wide:
        offered = [controls.rest_of_district(evidence, target.geometry, ring)]
    else:
        offered = controls.suggestions(evidence, target.geometry, windows, case.unit, ring=reach)
    if given is None:
        return offered[0], offered
    if isinstance(given, str):
        return _control_called(case, given, offered), offered
    if shapely.area(shapely.intersection(given, target.geometry)) > 1:
        raise BadValue("The comparison area overlaps the place itself; give an area outside it.")
    return controls.control_of(evidence, target.geometry, given, windows), offered


def _control_called(case: _Case, name: str, offered: Sequence[ControlArea]) -> ControlArea:
    known = next((area for area in offered if area.name.casefold() == name.strip().casefold()), None)
    if known is not None:
        return known
    row = place_called(case.evidence, name)
    if row is None or row["id"] in case.target.ids:
        raise BadValue(f"There is no other place called {name!r} to compare with; take one of the list or {REST!r}.")
    return controls.named_control(case.evidence, case.target.geometry, row, case.windows)


def _rest_of(evidence: Evidence, target: Target) -> ControlArea:
    """For a ward the rest of its district, for a district all the others."""
    frame, mask = evidence.incidents, ~target.mask
    if target.column == "ward":
        homes = frame.loc[target.mask, "district"].dropna()
        mask &= frame["district"].isin(homes.mode()).to_numpy()
        return ControlArea(REST, "district", mask, None, math.nan, ("All reports in the rest of its district.",))
    return ControlArea("other districts", "district", mask, None, math.nan, ("All reports in the other districts.",))


def _viewed(
    case: _Case,
    control: ControlArea,
    offered: Sequence[ControlArea],
    *,
    start: date,
    end: date | None,
    refusal: str,
    changes: Sequence[Annotation],
) -> ComparisonView:
    evidence, target, windows, unit = case.evidence, case.target, case.windows, case.unit
    ring, far = case.ring_between(0, RING_M, control), case.ring_between(RING_M, FAR_RING_M, control)
    outlines = {"target": target.geometry, "control": control.geometry, "ring": ring, "far ring": far}
    outlines = {area: shape for area, shape in outlines.items() if shape is not None}
    masks = {"target": target.mask, "control": control.mask}
    masks |= {area: evidence.inside(outlines[area]) for area in ("ring", "far ring") if area in outlines}
    if "ring" in masks and not target.wide:
        masks[REST] = controls.rest_of_district(evidence, target.geometry, outlines["ring"]).mask
    counts = {
        side: evidence.counts(masks, window, unit)
        for side, window in (("before", windows.before), ("after", windows.after))
    }
    totals, what = _references(case, control)
    found, rings = _compared(counts, case, totals, refusal=bool(refusal))
    found = _worded(found, case, refusal)
    gaps = evidence.gaps(windows.before, windows.after)
    refused = found.verdict == "refused"
    return ComparisonView(
        place=target.name,
        place_id=target.ids[0] if target.ids else None,
        start=start,
        end=end,
        comparison=found,
        windows=windows,
        unit=unit,
        control=control,
        suggestions=tuple(offered),
        ring=rings.get("ring"),
        far_ring=rings.get("far ring"),
        series=_drawn(evidence.counts({a: m for a, m in masks.items() if a != REST}, _history(case), unit), control),
        destinations=_destinations(case),
        reporting=_reporting(case),
        in_closed=_in_closed(case),
        references=what,
        outlines=outlines,
        done=tuple(_done(evidence, target)),
        notes=tuple(_notes(case, control, () if refusal else changes, gaps, refused=refused)),
        long_run=None if refusal else _long_run(case, start),
        map_points=bool((evidence.incidents.loc[target.mask, "location_precision"] == "snapped").any()),
        refused_for=reason_of(counts, map_points=refusal == SNAPPED_REFUSED, given=bool(refusal)) if refused else "",
        gaps=tuple(gaps),
        wider=() if target.wide else wider_than(target, evidence),
    )


def _references(case: _Case, control: ControlArea) -> tuple[np.ndarray | None, str]:
    if case.target.wide or case.target.geometry is None:
        return None, ""
    reach = case.target.geometry.buffer(FAR_RING_M)
    return controls.references(
        case.evidence, case.target.geometry, case.windows, case.unit, ring=reach, control=control
    )


def _compared(
    counts: Mapping[str, pd.DataFrame], case: _Case, references: np.ndarray | None, *, refusal: bool
) -> tuple[Comparison, dict[str, Ring]]:
    """The comparison with its inner ring, and both rings with their own figures."""

    def of(area: str, side: str) -> np.ndarray | None:
        frame = counts[side]
        rows = frame.loc[frame["area"] == area, "n"].to_numpy()
        return rows if len(rows) else None

    def against(area: str, rest: str) -> Comparison:
        return compare(
            of("target", "before"),
            of("target", "after"),
            control_before=None if refusal else of("control", "before"),
            control_after=None if refusal else of("control", "after"),
            ring_before=of(area, "before"),
            ring_after=of(area, "after"),
            ring_control_before=None if refusal else of(rest, "before"),
            ring_control_after=None if refusal else of(rest, "after"),
            reference=references,
            selected_as_hotspot=not case.target.wide,
        )

    # A ring was not picked for being high, so its control need not be alike: the rest of the district adds the
    # least chance of its own. WDD, which sets counts side by side, would drown in it and leaves both out.
    near, far, alone = against("ring", REST), against("far ring", REST), against("ring", "none")
    near = replace(
        near, **{field: getattr(alone, field) for field in ("wdd", "wdd_low", "wdd_high", "wdd_local", "wdd_ring")}
    )
    bands = {"ring": (near, 0.0, RING_M), "far ring": (far, RING_M, FAR_RING_M)}
    return near, {
        area: Ring(
            inner, outer, found.ring_before, found.ring_after, found.ring_ratio, found.ring_low, found.ring_high,
            found.ring_verdict,
        )
        for area, (found, inner, outer) in bands.items()
        if found.ring_before is not None
    }  # fmt: skip


def _worded(found: Comparison, case: _Case, refusal: str) -> Comparison:
    """The comparison with what the kind of data adds to its sentence."""
    if refusal:
        return replace(found, verdict="refused", sentence=refusal, caveats=())
    snapped = case.target.wide and (case.evidence.incidents["location_precision"] == "snapped").any()
    snapped = snapped and found.verdict != "refused"
    return replace(found, sentence=f"{found.sentence} {SNAPPED_CAVEAT}") if snapped else found


def _drawn(counted: pd.DataFrame, control: ControlArea) -> pd.DataFrame:
    """The series as they are drawn: of several comparison areas together, their average."""
    several = (counted["area"] == "control") & (len(control.parts) > 1)
    return counted.assign(n=counted["n"].where(~several, counted["n"] / max(len(control.parts), 1)))


def _long_run(case: _Case, start: date) -> LongRun | None:
    """Only where the area was not picked for being high."""
    if not case.target.wide:
        return None
    left_out = [item.window for item in _done(case.evidence, case.target) if item.window and item.shuts]
    left_out += [case.windows.closed] if case.windows.closed else []
    return long_run(case.evidence, case.target.mask, start=start, left_out=tuple(left_out))


def _history(case: _Case) -> Window:
    """All whole units of the data, on the grid of the window before."""
    held, grid, unit = case.evidence.held, case.windows.before.start, case.unit
    if unit == "month":
        return held
    first = moved(grid, -((grid - held.start).days // 7), unit)
    return Window(first, moved(first, (held.end - first).days // 7, unit))


def _destinations(case: _Case) -> pd.DataFrame:
    """Other places near enough for the problem to have moved to, nearest first, with their counts."""
    columns = ["place", "distance", "before", "after"]
    target, places = case.target, case.evidence.places
    if target.geometry is None:
        return pd.DataFrame(columns=columns)
    near = places.assign(distance=places.distance(target.geometry).round())
    near = near[(near["distance"] <= FAR_RING_M) & (near["kind"] != COMPARISON) & ~near["id"].isin(target.ids)]
    masks = {row.name: case.evidence.inside(row.geometry) for row in near.sort_values("distance").itertuples()}
    rows = [(near.loc[near["name"] == name, "distance"].iloc[0], *_both(case, mask)) for name, mask in masks.items()]
    return pd.DataFrame([(name, *row) for name, row in zip(masks, rows, strict=True)], columns=columns)


def _reporting(case: _Case) -> pd.DataFrame:
    """Who reported, and which source took it, in the two windows."""
    frame, target = case.evidence.incidents, case.target.mask
    rows = [
        (what, str(word), *_both(case, target & (frame[what] == word).to_numpy()))
        for what in ("reporter_kind", "source")
        for word in sorted(frame.loc[target, what].dropna().unique())
    ]
    return pd.DataFrame(rows, columns=["what", "kind", "before", "after"])


def _both(case: _Case, mask: np.ndarray) -> tuple[int, int]:
    """Reports of a mask in the two windows."""
    return _inside(case, mask, case.windows.before), _inside(case, mask, case.windows.after)


def _inside(case: _Case, mask: np.ndarray, window: Window) -> int:
    began = case.evidence.incidents["occurred_from"]
    return int((mask & (began >= pd.Timestamp(window.start)) & (began < pd.Timestamp(window.end))).sum())


def _in_closed(case: _Case) -> int | None:
    closed = case.windows.closed
    if closed is None or (case.evidence.finest == "month" and not closed.whole_months):
        return None
    return _inside(case, case.target.mask, closed)


def _notes(
    case: _Case, control: ControlArea, changes: Sequence[Annotation], gaps: Sequence[str], *, refused: bool
) -> list[str]:
    """What moved the windows, what was recorded otherwise, what else was done, what was left out."""
    notes = [*case.windows.notes, *([] if refused else control.warnings)]
    notes += [
        f"Recorded otherwise since {said_day(a.start)}, here and in the comparison area: {a.note}." for a in changes
    ]
    if gaps:
        notes.append(f"Not received, or in part only: {', '.join(gaps[:4])}{' …' if len(gaps) > 4 else ''}.")
    if case.target.geometry is not None and not case.target.wide and not refused:
        notes.append("Next door is held against the rest of the district, beyond 400 m; it is no part of the WDD.")
    notes += _overlaps(case)
    if length_in(case.windows.before, case.unit) != length_in(case.windows.after, case.unit):
        notes.append("The windows differ in length, so counts are compared per period.")
    return notes


def _overlaps(case: _Case) -> list[str]:
    """That other things were done here between the first window's start and the second's end."""
    first, last = case.windows.before.start, case.windows.after.end
    others = [
        item
        for item in _done(case.evidence, case.target)
        if item.start < last and (item.window.end if item.window else item.start + timedelta(days=1)) > first
    ]
    own = next((item for item in others if item.start == case.start and item.expected_reporting_effect != "up"), None)
    rest = [item.label for item in others if item is not own and item.expected_reporting_effect != "up"]
    if not rest:
        return []
    noun = "1 other thing was" if len(rest) == 1 else f"{len(rest)} other things were"
    return [
        f"{noun} done here between {said_day(first)} and {said_day(last - timedelta(days=1))}: {', '.join(rest)}. "
        "The change is that of everything together."
    ]
