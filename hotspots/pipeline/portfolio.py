"""Every intervention with its effect: what was done, what changed, what is due, what came back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd

from hotspots.errors import NoData
from hotspots.pipeline.comparing import compare_in
from hotspots.pipeline.comparison_view import ComparisonView
from hotspots.pipeline.control import REST
from hotspots.pipeline.evidence import Evidence, evidence_of
from hotspots.pipeline.watching import WatchView
from hotspots.pipeline.windows import length_in, windows_for
from hotspots.register.interventions import STARTED, Intervention, next_assessment, reporting_drives
from hotspots.store import Store

COLUMNS = [
    "place", "district", "done", "lead", "status", "start", "last_day", "verdict", "before", "after",
    "control", "control_before", "control_after", "ratio", "low", "high", "naive_change", "expected_after",
    "avoided", "avoided_low", "avoided_high", "cost_hours", "ring_verdict", "ring_before", "ring_after",
    "next_assessment", "could_tell_on", "returned", "why", "intervention_id",
]  # fmt: skip
LONGEST_FIRST = (12, 9, 6)
NOT_COMPARED = "reporting drive"
"""Verdict of an intervention whose aim is more reports: a rise is its success, so none is judged."""


@dataclass(frozen=True, eq=False)
class Portfolio:
    """`table`: a row an intervention (COLUMNS), the latest first · `data_to`: the day after the data's last."""

    table: pd.DataFrame
    data_to: date


def portfolio_for(store: Store, *, today: date, watched: WatchView, same_season: bool = True) -> Portfolio:
    """Compare every intervention that has started, each with the likest untouched areas.

    today: for the next assessment · watched: says which places have returned. A comparison that cannot be
    made yet stands with the reason in `why`; where a year apart is not to be had, the weeks just before
    serve. Interventions at one place overlap: their effects are not to be added up.
    """
    evidence = evidence_of(store)
    ringing = watched.watched
    returned = set(ringing.loc[ringing["state"] == "returned", "place"])
    rows = [_row(store, evidence, item, today, returned, same_season) for item in _oldest_last(evidence, today)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    days = ("start", "last_day", "next_assessment", "could_tell_on")
    return Portfolio(frame.astype(dict.fromkeys(days, "datetime64[us]")), evidence.held.end)


def comparison_of(
    store: Store,
    item: Intervention,
    *,
    evidence: Evidence | None = None,
    periods: int | None = None,
    same_season: bool = True,
) -> ComparisonView:
    """The comparison of one intervention at its place, same months a year apart where the data allow it.

    It is compared with the area on record for it (`compare_with`), else with the likest untouched ones.
    periods: months a side; without it the longest of 12, 9 and 6 that the data hold whole after it with the
    same months of the year before it, which depends on what is held and never on what happened.
    """
    evidence = evidence or evidence_of(store)
    place = evidence.places.loc[item.place_id, "name"]
    ask = {"start": item.start, "end": item.window.end if item.window else None, "control": _on_record(item, evidence)}
    if same_season:
        try:
            months = periods or _longest(evidence, item)
            return compare_in(store, evidence, place, **ask, periods=months, same_season=True)
        except NoData:
            pass  # the year before is not held: the periods just before still are
    return compare_in(store, evidence, place, **ask, periods=periods, unit="month" if periods else None)


def _longest(evidence: Evidence, item: Intervention) -> int:
    """The most months a side that are whole, without a gap, and lie just one year apart."""
    drives = reporting_drives(i for i in evidence.done if i.place_id == item.place_id)
    end = item.window.end if item.window else None
    for months in LONGEST_FIRST:
        windows = windows_for(
            item.start, end, unit="month", held=evidence.held, periods=months, drives=drives, same_season=True
        )
        whole = length_in(windows.after, "month") == months and windows.after.year_before() == windows.before
        if whole and not evidence.gaps(windows.before, windows.after):
            return months
    return LONGEST_FIRST[-1]


def _on_record(item: Intervention, evidence: Evidence) -> str | None:
    """The comparison area somebody chose for it; None where none was, or its place is no longer active."""
    known = (REST, *evidence.places["name"])
    return item.compare_with if item.compare_with in known else None


def _oldest_last(evidence: Evidence, today: date) -> Iterator[Intervention]:
    """What has begun by today; a plan with a first day of its own has no effect to show."""
    known = set(evidence.places["id"])
    begun = (i for i in evidence.done if i.place_id in known and i.status in STARTED and i.start <= today)
    yield from sorted(begun, key=lambda i: (i.start, i.id), reverse=True)


def _row(
    store: Store, evidence: Evidence, item: Intervention, today: date, returned: set[str], same_season: bool
) -> dict[str, object]:
    place = evidence.places.loc[item.place_id]
    head = {
        "place": place["name"],
        "district": place["district"],
        "done": item.label,
        "lead": item.lead,
        "status": item.status,
        "start": item.start,
        "last_day": item.last_day,
        "cost_hours": item.cost_hours,
        "next_assessment": next_assessment(item, on=today),
        "returned": place["name"] in returned,
        "intervention_id": item.id,
    }
    if item.expected_reporting_effect == "up":
        return head | {"verdict": NOT_COMPARED, "why": "Its aim is more reports, so they are not judged."}
    try:
        view = comparison_of(store, item, evidence=evidence, same_season=same_season)
    except NoData as error:
        return head | {"verdict": "cannot tell yet", "why": str(error)}
    return head | _effect(view)


def _effect(view: ComparisonView) -> dict[str, object]:
    found, names = view.comparison, set(COLUMNS)
    fields = {key: value for key, value in vars(found).items() if key in names}
    return fields | {"control": view.control.name, "could_tell_on": view.could_tell_on, "why": found.sentence}
