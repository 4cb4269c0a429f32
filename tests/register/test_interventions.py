"""Interventions: the status table, every pair; dates; assessments."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.register.clocks import clocks_of
from hotspots.register.interventions import (
    VALID_TRANSITIONS,
    Intervention,
    advance,
    assessment_dates,
    decided_by,
    next_assessment,
    reporting_drives,
    status_by_dates,
)

ALLOWED = {
    ("proposed", "decided"), ("proposed", "withdrawn"),
    ("decided", "authorised"), ("decided", "active"), ("decided", "refused"), ("decided", "withdrawn"),
    ("authorised", "active"), ("authorised", "refused"), ("authorised", "withdrawn"),
    ("active", "extended"), ("active", "ended"),
    ("extended", "extended"), ("extended", "ended"),
    ("ended", "assessed"),
}  # fmt: skip


def at_status(status: str) -> Intervention:
    extended = date(2026, 8, 31) if status == "extended" else None
    return Intervention(
        1, "CLO", "Police", status=status, start=date(2026, 3, 2), end=date(2026, 6, 1), extended_to=extended
    )


@pytest.mark.parametrize(("old", "new"), list(product(VALID_TRANSITIONS, VALID_TRANSITIONS)))
def test_every_pair_of_statuses(old, new):
    step = {"on": date(2026, 6, 1), "extended_to": date(2026, 9, 1)}
    item = at_status(old)
    if (old, new) in ALLOWED:
        if new in ("decided", "authorised"):
            step["on"] = date(2026, 3, 1)
        assert advance(item, new, **step).status == new
    else:
        with pytest.raises(BadValue, match=f"{old} cannot become {new}"):
            advance(item, new, **step)


def test_the_story_of_one_closure_order():
    item = Intervention(1, "CLO", "Police", partners=("Council", "Landlord"))
    item = advance(item, "decided", on=date(2017, 11, 8))
    item = advance(item, "authorised", on=date(2017, 11, 16))
    item = advance(item, "active", on=date(2017, 11, 21), end=date(2018, 2, 20))
    assert item.window == Window(date(2017, 11, 21), date(2018, 2, 21)) and item.joint and item.shuts
    item = advance(item, "extended", on=date(2018, 2, 19), extended_to=date(2018, 5, 20))
    assert item.last_day == date(2018, 5, 20) and item.end == date(2018, 2, 20)
    early = advance(item, "ended", on=date(2018, 4, 1))
    assert early.last_day == date(2018, 4, 1) and early.end == date(2018, 2, 20)
    assert advance(item, "ended", on=date(2018, 6, 1)).last_day == date(2018, 5, 20)


def test_an_order_cut_short_before_its_extension_loses_the_later_day():
    item = at_status("extended")
    assert advance(item, "ended", on=date(2026, 5, 1)).last_day == date(2026, 5, 1)


def test_an_extension_must_be_later_and_named():
    with pytest.raises(BadValue, match="must end after 2026-06-01"):
        advance(at_status("active"), "extended", on=date(2026, 5, 1), extended_to=date(2026, 6, 1))
    with pytest.raises(BadValue, match="needs the last day"):
        advance(at_status("active"), "extended", on=date(2026, 5, 1))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"kind": "XXX"}, "kind must be one of CLN, CLO"),
        ({"lead": " "}, "a lead agency is needed"),
        ({"status": "done"}, "status must be one of"),
        ({"expected_reporting_effect": "sideways"}, "must be up, none, down"),
        ({"cost_hours": -1.0}, "cost hours"),
        (
            {"decided": date(2026, 3, 2), "start": date(2026, 3, 1)},
            r"its first day \(1 March 2026\) lies before the day it was decided",
        ),
        (
            {"start": date(2026, 3, 2), "end": date(2026, 3, 1)},
            r"its last day \(1 March 2026\) lies before its first day \(2 March 2026\)",
        ),
        ({"status": "active"}, "active needs a start date"),
        ({"status": "ended", "start": date(2026, 3, 2)}, "ended needs an end date"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(given, says):
    with pytest.raises(BadValue, match=says):
        Intervention(**{"place_id": 1, "kind": "PAT", "lead": "Police", **given})


def test_assessments_fall_due_by_themselves_after_the_start():
    patrol = Intervention(1, "PAT", "Police", status="active", start=date(2026, 3, 2))
    weeks = [(day - patrol.start).days // 7 for day in assessment_dates(patrol)]
    assert weeks == [4, 12, 26, 52]
    assert next_assessment(patrol, on=date(2026, 3, 31)) == date(2026, 5, 25)
    assert next_assessment(patrol, on=date(2028, 1, 1)) is None
    planned, dropped = replace(patrol, status="authorised"), replace(patrol, status="withdrawn")
    assert next_assessment(planned, on=date(2026, 3, 1)) == date(2026, 3, 30), "as its clocks say"
    assert next_assessment(dropped, on=date(2026, 3, 1)) is None and clocks_of(dropped) == ()
    assert assessment_dates(Intervention(1, "PAT", "Police")) == ()


def test_shut_premises_are_assessed_from_the_day_they_open_again():
    opened = date(2026, 6, 2)
    assert assessment_dates(at_status("active")) == tuple(opened + timedelta(weeks=w) for w in (4, 12, 26, 52))
    open_ended = Intervention(1, "CLO", "Police", status="active", start=date(2026, 3, 2))
    assert assessment_dates(open_ended) == ()
    flagged = Intervention(1, "ENV", "Landlord", status="active", start=date(2026, 3, 2), closed=True)
    assert flagged.shuts and assessment_dates(flagged) == ()


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        (None, None, "decided"),
        (date(2026, 6, 2), None, "decided"),
        (date(2026, 6, 1), None, "active"),
        (date(2026, 3, 2), date(2026, 6, 1), "active"),
        (date(2026, 3, 2), date(2026, 5, 31), "ended"),
    ],
)
def test_days_suggest_the_status_and_the_last_day_still_counts(start, end, status):
    assert status_by_dates(start, end, on=date(2026, 6, 1)) == status


def test_an_order_of_the_past_counts_as_decided_no_later_than_it_began():
    today, began, allowed = date(2026, 6, 1), date(2026, 3, 2), date(2026, 2, 27)
    assert decided_by("ended", on=today, authorised=None, start=began) == began
    assert decided_by("active", on=today, authorised=allowed, start=began) == allowed
    assert decided_by("decided", on=today, authorised=None, start=date(2026, 7, 1)) == today
    assert decided_by("proposed", on=today, authorised=None, start=None) is None


def test_reporting_drives_are_the_windows_in_which_people_were_asked():
    drive = Intervention(
        1, "RES", "Council", status="ended", start=date(2017, 9, 4), end=date(2017, 10, 31),
        expected_reporting_effect="up",
    )  # fmt: skip
    planned = Intervention(1, "RES", "Council", expected_reporting_effect="up")
    assert reporting_drives([planned, at_status("ended"), drive]) == [Window(date(2017, 9, 4), date(2017, 11, 1))]
