"""Whether it worked, asked on its days: what is due, and what somebody recorded as found.

An assessment looks at everything up to its own day, so one that is recorded settles those of the same intervention
that came before it and were missed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from hotspots.errors import BadValue
from hotspots.register.interventions import ASSESS_WEEKS, UNDER_WAY, Intervention, assessment_dates

LONGEST_FOUND = 200


@dataclass(frozen=True)
class Assessment:
    """One assessment that was made; it is added and never changed.

    weeks: which of `ASSESS_WEEKS` · done_on: the day it was made · by: the agency that made it, never a person's
    name · found: one line of what came of it. Raises `BadValue` naming what is missing or does not fit.
    """

    place_id: int
    intervention_id: int
    weeks: int
    done_on: date
    by: str
    found: str
    id: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        _require(self.weeks in ASSESS_WEEKS, f"it must be one of {', '.join(map(str, ASSESS_WEEKS))} weeks")
        _require(self.done_on is not None, "the day it was made is needed")
        _require(bool(self.by.strip()), "the agency that made it is needed")
        _require(bool(self.found.strip()), "one line of what was found is needed")
        _require(
            len(self.found) <= LONGEST_FOUND and "\n" not in self.found,
            f"what was found must fit one line of {LONGEST_FOUND} characters; {len(self.found)} were given",
        )


def settled(made: Iterable[Assessment], *, on: date) -> dict[int, int]:
    """Intervention id → weeks up to which its assessments are settled by what was recorded until a day."""
    held: dict[int, int] = {}
    for item in made:
        if item.done_on <= on:
            held[item.intervention_id] = max(item.weeks, held.get(item.intervention_id, 0))
    return held


def left_to_make(intervention: Intervention, settled_weeks: int = 0) -> dict[int, date]:
    """Weeks → day of every assessment still to be made, in order; empty before it starts and once it is assessed."""
    if intervention.status not in UNDER_WAY:
        return {}
    days = zip(ASSESS_WEEKS, assessment_dates(intervention), strict=False)
    return {weeks: day for weeks, day in days if weeks > settled_weeks}


def assessments_due(
    interventions: Iterable[Intervention], settled_weeks: Mapping[int, int], *, on: date, until: date
) -> pd.DataFrame:
    """Interventions with an assessment due before a day and recorded by nobody, longest due first.

    settled_weeks: as `settled` gives it · on: today · until: the first day that is too far ahead
    Returns intervention_id, place_id, what, assess_on (Timestamp: the first day not kept), weeks (of all that are
    due, "4, 12"), days_late (whole days since assess_on, 0 where it lies ahead).
    """
    rows = []
    for item in interventions:
        left = left_to_make(item, settled_weeks.get(item.id, 0))
        due = {weeks: day for weeks, day in left.items() if day < until}
        if due:
            first = min(due.values())
            weeks = ", ".join(map(str, due))
            rows.append((item.id, item.place_id, item.label, first, weeks, max(0, (on - first).days)))
    columns = ["intervention_id", "place_id", "what", "assess_on", "weeks", "days_late"]
    frame = pd.DataFrame(rows, columns=columns).astype({"assess_on": "datetime64[us]", "days_late": "int64"})
    return frame.sort_values(["assess_on", "place_id"], kind="stable", ignore_index=True)


def require_assessable(intervention: Intervention, assessment: Assessment, made: Iterable[Assessment]) -> None:
    """Raise `BadValue` unless the assessment can be recorded for the intervention.

    made: those recorded for it; one for the same week or a later one settles it already.
    """
    _require(
        intervention.status in UNDER_WAY,
        f"{intervention.label} is {intervention.status}; only what has started and is not assessed yet can be",
    )
    _require(
        assessment.done_on >= intervention.start, f"{intervention.label} began on {_day(intervention.start)}, later"
    )
    known = max(made, key=lambda item: item.weeks, default=None)
    if known is not None:
        _require(
            assessment.weeks > known.weeks,
            f"{known.by} recorded the one after {known.weeks} weeks on {_day(known.done_on)} already",
        )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise BadValue(f"This assessment was not saved: {what}.")
