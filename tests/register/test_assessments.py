"""Assessments: due until somebody records them, however late; each settles what was missed before it."""

from dataclasses import replace
from datetime import date

import pytest

from hotspots.errors import BadValue
from hotspots.register.assessments import Assessment, assessments_due, left_to_make, require_assessable, settled
from hotspots.register.clocks import clocks_of
from hotspots.register.interventions import Intervention, next_assessment

PATROL = Intervention(1, "PAT", "Police", status="active", start=date(2026, 3, 2), id=4)
MADE = Assessment(1, 4, 12, date(2026, 6, 3), "Council", "Fewer reports; too few months to tell")


def due(*items: Intervention, on: date, made: tuple[Assessment, ...] = ()):
    """What is due on a day and until the meeting a week on."""
    until = date.fromordinal(on.toordinal() + 7)
    return assessments_due(items, settled(made, on=on), on=on, until=until)


def test_a_missed_assessment_stays_due_for_years_and_says_by_how_many_days():
    found = due(PATROL, on=date(2029, 3, 30))
    assert found[["intervention_id", "weeks", "days_late"]].to_numpy().tolist() == [[4, "4, 12, 26, 52", 1096]]
    assert found["assess_on"].dt.date.tolist() == [date(2026, 3, 30)]


def test_a_meeting_has_what_falls_due_before_the_next_one_and_not_that_days_own():
    assert due(PATROL, on=date(2026, 3, 23)).empty
    ahead = due(PATROL, on=date(2026, 3, 24))
    assert ahead["weeks"].tolist() == ["4"] and ahead["days_late"].tolist() == [0]


def test_what_is_recorded_leaves_and_takes_with_it_what_was_missed_before():
    assert due(PATROL, on=date(2026, 8, 1), made=(MADE,)).empty
    assert due(PATROL, on=date(2026, 9, 1), made=(MADE,))["weeks"].tolist() == ["26"]
    assert left_to_make(PATROL, 12) == {26: date(2026, 8, 31), 52: date(2027, 3, 1)}


def test_a_record_of_a_later_day_settles_nothing_yet():
    assert due(PATROL, on=date(2026, 6, 2), made=(MADE,))["weeks"].tolist() == ["4, 12"]
    assert settled([MADE, replace(MADE, weeks=4)], on=date(2026, 6, 3)) == {4: 12}


@pytest.mark.parametrize("status", ["assessed", "refused", "withdrawn", "proposed"])
def test_what_was_assessed_refused_withdrawn_or_not_begun_never_comes_back(status):
    item = replace(PATROL, status=status, end=date(2026, 4, 1))
    assert due(item, on=date(2029, 1, 1)).empty and left_to_make(item) == {}


def test_a_recorded_assessment_is_neither_a_clock_nor_the_next_one():
    labels = [clock.label for clock in clocks_of(PATROL, settled_weeks=12)]
    assert labels == ["Assess it, 26 weeks on", "Assess it, 52 weeks on"]
    assert next_assessment(PATROL, on=date(2026, 3, 24), settled_weeks=4) == date(2026, 5, 25)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"weeks": 5}, "one of 4, 12, 26, 52 weeks"),
        ({"by": " "}, "agency that made it is needed"),
        ({"found": " "}, "one line of what was found is needed"),
        ({"found": "x" * 201}, "200 characters; 201 were given"),
        ({"found": "a\nb"}, "must fit one line"),
        ({"done_on": None}, "day it was made is needed"),
    ],
)
def test_an_assessment_without_who_when_and_one_line_is_refused(given, says):
    with pytest.raises(BadValue, match=says):
        replace(MADE, **given)


@pytest.mark.parametrize(
    ("item", "made", "says"),
    [
        (replace(PATROL, status="refused"), (), "is refused; only what has started"),
        (replace(PATROL, start=date(2026, 7, 1)), (), "began on 1 July 2026, later"),
        (PATROL, (MADE,), "Council recorded the one after 12 weeks on 3 June 2026 already"),
        (PATROL, (replace(MADE, weeks=26),), "the one after 26 weeks"),
    ],
)
def test_what_cannot_be_assessed_says_why(item, made, says):
    with pytest.raises(BadValue, match=says):
        require_assessable(item, MADE, made)
