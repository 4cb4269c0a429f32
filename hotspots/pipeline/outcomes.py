"""What the hub may publish: one case a place where something was done, counts by area, wards a year apart.

A case rests on the place's first order that shut it, else on the first action there that was not a
call to report. After it, time is cut into periods of six whole months; the latest that is over is
compared with the same months of the last year before the action. So the season is the same, and
periods released at different times never overlap in part.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry
from statsmodels.stats.multitest import multipletests

from hotspots import store as stores
from hotspots.analysis.comparison import Comparison
from hotspots.analysis.counts import MISSING, PARTIAL
from hotspots.analysis.evaluation import compare
from hotspots.errors import NoData
from hotspots.intake.coverage import coverage_of
from hotspots.periods import Window, add_months, month_start
from hotspots.pipeline.comparing import compare_in
from hotspots.pipeline.comparison_view import ComparisonView
from hotspots.pipeline.evidence import Evidence, evidence_of
from hotspots.register.interventions import Intervention, next_assessment
from hotspots.register.places import COMPARISON, Place
from hotspots.store import Store, register_reads

MONTHS_A_SIDE = 6
FALSE_DISCOVERY = 0.05
"""Share of the wards called changed that may be luck, over all wards looked at together."""
RESIDENT = "resident"
SHAPE_OF = {"place": "target", "ring": "ring", "control": "control"}
"""First word of an area's id → its outline in a comparison."""


@dataclass(frozen=True, eq=False)
class PlaceCase:
    """One adopted place with the comparison that its outcome page rests on.

    outlines: place, ring and control → outline in metres, those that have one · why_not: why no
    comparison could be made, then `view` is None
    """

    place: Place
    ward: str
    done: tuple[Intervention, ...]
    view: ComparisonView | None
    by_others: Comparison | None
    next_test: date | None
    why_not: str = ""

    @property
    def outlines(self) -> dict[str, BaseGeometry]:
        """Outlines of the place, its ring and the area it is compared with."""
        shapes = self.view.outlines if self.view else {}
        return {word: shapes[area] for word, area in SHAPE_OF.items() if area in shapes}


@dataclass(frozen=True)
class WardCase:
    """One ward's latest quarter beside the same quarter a year earlier, against the rest of its district."""

    district: str
    ward: str
    before: Window
    after: Window
    comparison: Comparison


def place_cases(store: Store, *, today: date, wanted: Callable[[Place], bool] = lambda _place: True) -> list[PlaceCase]:
    """A case for every adopted place where something was done, in order of id; empty without reports.

    wanted: which of them to compare, for each takes about a second
    """
    adopted = [
        p for p in register_reads.listed(store, Place) if p.kind != COMPARISON and p.status == "active" and wanted(p)
    ]
    evidence = _evidence(store)
    if evidence is None:
        return []
    done = {p.id: tuple(i for i in evidence.done if i.place_id == p.id) for p in adopted}
    return [_case(store, evidence, place, done[place.id], today) for place in adopted if done[place.id]]


def _evidence(store: Store) -> Evidence | None:
    try:
        return evidence_of(store)
    except NoData:
        return None


def _case(store: Store, evidence: Evidence, place: Place, done: tuple[Intervention, ...], today: date) -> PlaceCase:
    inside = evidence.incidents[evidence.inside(place.geometry)]
    wards = inside["ward"].dropna().mode()
    tests = [day for item in done if (day := next_assessment(item, on=today)) is not None]
    case = PlaceCase(place, "" if wards.empty else str(wards.iloc[0]), done, None, None, min(tests, default=None))
    chosen = first_action(done)
    if chosen is None:
        return replace(case, why_not="only calls to report were made there, and a rise is their success")
    # The result is that of the first action, and so is the day on which it is tested again.
    case = replace(case, next_test=next_assessment(chosen, on=today) or case.next_test)
    until = _latest_period(chosen, evidence.held)
    if until is None:
        return replace(case, why_not=f"it can be published once {MONTHS_A_SIDE} whole months after it are held")
    asked = {"start": chosen.start, "end": until, "periods": MONTHS_A_SIDE, "same_season": True}
    try:
        view = compare_in(store, evidence, place.geometry, **asked, name=place.name)
    except NoData as error:
        return replace(case, why_not=str(error))
    if view.windows.after.length_in_months < MONTHS_A_SIDE:
        return replace(case, why_not=f"it can be published once {MONTHS_A_SIDE} whole months after it are held")
    return replace(case, view=view, by_others=_by_others(store, evidence, place, view))


def _latest_period(chosen: Intervention, held: Window) -> date | None:
    """First day of the latest period of six months after the action that the months held cover whole."""
    over = chosen.window.end if chosen.window else chosen.start
    first = over if over.day == 1 else add_months(month_start(over), 1)
    starts = range(0, int(Window(held.start, held.end).length_in_months), MONTHS_A_SIDE)
    return max((s for n in starts if add_months(s := add_months(first, n), MONTHS_A_SIDE) <= held.end), default=None)


def first_action(done: Iterable[Intervention]) -> Intervention | None:
    """The first that shut the place, else the first that was not a call to report; None when neither was."""
    acted = [i for i in done if i.expected_reporting_effect != "up"]
    shut = [i for i in acted if i.shuts and i.window is not None]
    return min(shut or acted, key=lambda i: (i.start, i.id or 0), default=None)


def _by_others(store: Store, evidence: Evidence, place: Place, view: ComparisonView) -> Comparison | None:
    """The same comparison on reports that do not come from residents; None where nobody else reports."""
    kind = evidence.incidents["reporter_kind"]
    others = replace(evidence, incidents=evidence.incidents[kind.notna() & (kind != RESIDENT)])
    if not others.inside(place.geometry).any():
        return None
    control = view.control.geometry if view.control.geometry is not None else view.control.name
    same = {"start": view.start, "end": view.end, "control": control, "periods": MONTHS_A_SIDE}
    try:
        return compare_in(store, others, place.geometry, **same, same_season=True, name=place.name).comparison
    except NoData:
        return None


def area_counts(store: Store, outlines: Mapping[str, BaseGeometry]) -> pd.DataFrame:
    """Every report in one row: [month, district, ward, category, areas, n].

    outlines: id → outline in metres · areas: tuple of the ids that hold the reports of the row. A report
    on a map point that stands for many addresses is in its ward and in no outline, as in a comparison.
    """
    every = stores.incidents(store)
    evidence = _evidence(store)
    areas = pd.Series([()] * len(every), index=every.index, dtype=object)
    if evidence is not None and outlines:
        areas.update(_areas_of(evidence, outlines))
    month = every["occurred_from"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    rows = every[["district", "ward", "category"]].astype(object).fillna("").assign(month=month, areas=areas)
    keys = ["month", "district", "ward", "category", "areas"]
    return rows.groupby(keys, sort=True).size().rename("n").reset_index()


def _areas_of(evidence: Evidence, outlines: Mapping[str, BaseGeometry]) -> pd.Series:
    """Incident → ids of the outlines that hold it, those that any holds."""
    ids = np.array(list(outlines), dtype=object)
    inside = np.column_stack([evidence.inside(shape) for shape in outlines.values()])
    kinds, code = np.unique(inside, axis=0, return_inverse=True)
    words = np.empty(len(kinds), dtype=object)
    words[:] = [tuple(ids[row]) for row in kinds]
    return pd.Series(words[code.ravel()], index=evidence.incidents.index)[inside.any(axis=1)]


def gaps_of(store: Store, held: Window) -> set[tuple[str, date]]:
    """(district, month) pairs for which a source that covers the district did not arrive whole."""
    found = set()
    for district, received in stores.source_months_by_district(store, stores.districts(store)["district"]):
        state = coverage_of(received, window=held)
        short = state[state["state"].isin((MISSING, PARTIAL))]
        found |= {(district, month.date()) for month in short["month"]}
    return found


def ward_cases(counts: pd.DataFrame, latest: Window, *, gaps: Iterable[tuple[str, date]] = ()) -> list[WardCase]:
    """A comparison of every ward's latest quarter with the same quarter a year earlier.

    counts: frame of `area_counts` · latest: the quarter. Of all wards called changed, 5 % at most may be luck
    (Benjamini and Hochberg 1995): the others stand as no clear change. A district with a gap in either
    quarter has no cases.
    """
    before = latest.year_before()
    months = [pd.Timestamp(m) for w in (before, latest) for m in w.months()]
    table = counts[counts["month"].isin(months) & (counts["district"] != "") & (counts["ward"] != "")]
    table = table.pivot_table(index=["district", "ward"], columns="month", values="n", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=months, fill_value=0)
    short = {district for district, month in gaps if pd.Timestamp(month) in months}
    cases = [
        _ward_case(table, district, ward, before, latest)
        for district, ward in table.index
        if district not in short and len(table.loc[district]) > 1
    ]
    return _together(cases)


def _ward_case(table: pd.DataFrame, district: str, ward: str, before: Window, after: Window) -> WardCase:
    own = table.loc[(district, ward)].to_numpy(dtype=float)
    rest = table.loc[district].sum().to_numpy(dtype=float) - own
    side = int(before.length_in_months)
    found = compare(
        own[:side],
        own[side:],
        control_before=rest[:side],
        control_after=rest[side:],
        selected_as_hotspot=False,
    )
    return WardCase(district, ward, before, after, found)


def _together(cases: list[WardCase]) -> list[WardCase]:
    """Verdicts that hold with all wards looked at together."""
    tested = [c for c in cases if c.comparison.verdict in ("fell", "rose", "no clear change")]
    p = [c.comparison.p_value for c in tested]
    holds = dict(zip(map(id, tested), multipletests(p, FALSE_DISCOVERY, "fdr_bh")[0], strict=True)) if p else {}
    return [
        c if holds.get(id(c), True) else replace(c, comparison=replace(c.comparison, verdict="no clear change"))
        for c in cases
    ]


def sources_in_words(store: Store) -> str:
    """The partners' feeds, for the foot of a page."""
    return ", ".join(sorted(stores.sources(store)["source"].astype(str)))
