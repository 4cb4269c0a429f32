"""Deadlines over weekends, bank holidays, Christmas Day and the change of the clocks."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.errors import BadValue
from hotspots.register.clocks import (
    case_review,
    clock_table,
    clocks_of,
    closure_hearing,
    day_off,
    hours_after,
    local_time,
    notice_end,
    possession_notice,
    soonest,
    standing,
    too_long,
    working_days_after,
)
from hotspots.register.interventions import Intervention
from hotspots.register.law import kinds, rules


def at(*parts: int) -> datetime:
    return local_time(datetime(*parts))


@pytest.mark.parametrize(
    ("served", "due"),
    [
        (at(2026, 11, 6, 17, 0), at(2026, 11, 8, 17, 0)),  # Friday evening runs out on Sunday
        (at(2026, 5, 1, 9, 30), at(2026, 5, 3, 9, 30)),  # early May bank holiday weekend
        (at(2026, 4, 2, 12, 0), at(2026, 4, 4, 12, 0)),  # Good Friday counts
        (at(2026, 12, 26, 10, 0), at(2026, 12, 28, 10, 0)),  # Boxing Day and its substitute count
        (at(2026, 12, 24, 15, 0), at(2026, 12, 27, 15, 0)),  # Christmas Day does not
        (at(2026, 12, 23, 15, 0), at(2026, 12, 26, 15, 0)),
        (at(2026, 12, 23, 0, 0), at(2026, 12, 25, 0, 0)),  # over as Christmas Day begins
        (at(2026, 12, 25, 9, 0), at(2026, 12, 28, 0, 0)),  # served on it: counts from its end
        (at(2026, 12, 31, 18, 0), at(2027, 1, 2, 18, 0)),  # over New Year's Day
    ],
)
def test_the_48_hours_run_through_everything_but_christmas_day(served, due):
    clock = closure_hearing(served)
    assert clock.due == due
    assert "48 hours" in clock.rule and "Christmas Day" in clock.rule
    assert clock.status == "check before use" and "legislation.gov.uk/ukpga/2014/12/section/80" in clock.source


def test_hours_are_real_hours_when_the_clocks_change():
    assert closure_hearing(datetime(2026, 3, 28, 10, 0)).due == at(2026, 3, 30, 11, 0)
    assert closure_hearing(datetime(2026, 10, 24, 10, 0)).due == at(2026, 10, 26, 9, 0)


def test_of_a_doubled_hour_the_first_is_taken_and_a_skipped_one_is_refused():
    assert local_time(datetime(2026, 10, 25, 1, 30)).astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    with pytest.raises(BadValue, match="did not exist"):
        local_time(datetime(2026, 3, 29, 1, 30))


@given(st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 1), timezones=st.just(UTC)))
def test_a_hearing_is_48_or_at_most_72_real_hours_on(served):
    hours = (closure_hearing(served).due.astimezone(UTC) - served) / timedelta(hours=1)
    christmas_near = (served.month, served.day) in {(12, 23), (12, 24), (12, 25)}
    assert hours == 48 or (christmas_near and 48 < hours <= 72)


def test_only_a_notice_of_48_hours_disregards_christmas_day():
    served = datetime(2026, 12, 24, 12, 0)
    assert notice_end(served, hours=24).due == at(2026, 12, 25, 12, 0)
    assert notice_end(served, hours=48).due == at(2026, 12, 27, 12, 0)
    with pytest.raises(BadValue, match="24 or 48"):
        notice_end(served, hours=72)


def test_a_closure_order_of_three_months_and_its_windows():
    order = Intervention(1, "CLO", "Police", status="active", start=date(2017, 11, 21), end=date(2018, 2, 20))
    due = {c.label: c.due for c in clocks_of(order)}
    assert due["Order's last day"] == at(2018, 2, 20, 23, 59)
    assert due["Apply to extend, if it is needed"] == at(2018, 2, 20, 23, 59)
    assert due["Longest the order can run with extensions"] == at(2018, 5, 20, 23, 59)
    assert due["Last day to serve notice on the absolute ground"] == at(2018, 2, 20, 23, 59)


def test_three_months_beginning_on_a_day_end_the_day_before_its_number():
    assert possession_notice(date(2026, 11, 30)).due.date() == date(2027, 2, 27)
    assert possession_notice(date(2026, 1, 1)).due.date() == date(2026, 3, 31)


def test_an_ended_order_keeps_its_possession_window_and_assessments_only():
    order = Intervention(1, "CLO", "Police", status="ended", start=date(2026, 1, 5), end=date(2026, 2, 1))
    assert [c.label for c in clocks_of(order)] == [
        "Assess it, 4 weeks on",
        "Last day to serve notice on the absolute ground",
        "Assess it, 12 weeks on",
        "Assess it, 26 weeks on",
        "Assess it, 52 weeks on",
    ]
    withdrawn = Intervention(1, "CLO", "Police", status="withdrawn")
    assert clocks_of(withdrawn) == ()


@pytest.mark.parametrize(
    ("kind", "extra", "label", "due"),
    [
        ("PSPO", {}, "Public spaces protection order expires at the latest", at(2029, 3, 1, 23, 59)),
        ("CPN", {}, "Review the community protection notice", at(2027, 3, 1, 23, 59)),
        ("VEH", {}, "Vehicle warning lapses", at(2027, 3, 1, 23, 59)),
        ("DIS", {"served_at": at(2026, 3, 2, 20, 0)}, "Dispersal authorisation ends at the latest",
         at(2026, 3, 4, 20, 0)),
        ("CLN", {"served_at": at(2026, 3, 2, 20, 0)}, "Closure notice ends", at(2026, 3, 3, 20, 0)),
        ("CLN", {"served_at": at(2026, 3, 2, 20, 0), "end": date(2026, 3, 4)}, "Closure notice ends",
         at(2026, 3, 4, 20, 0)),
    ],
)  # fmt: skip
def test_each_kind_runs_its_own_clock(kind, extra, label, due):
    done = Intervention(1, kind, "Council", status="active", start=date(2026, 3, 2), **extra)
    assert {c.label: c.due for c in clocks_of(done)}[label] == due


def test_case_review_steps_count_working_days_over_easter():
    steps = case_review(date(2026, 3, 27))  # Good Friday is 3 April, Easter Monday the 6th
    assert [c.due.date() for c in steps] == [date(2026, 4, 14), date(2026, 4, 21), date(2026, 4, 28)]


def test_working_days_skip_one_off_bank_holidays():
    assert working_days_after(date(2022, 9, 16), 1) == date(2022, 9, 20)  # 19 September 2022, state funeral
    assert working_days_after(date(2026, 12, 24), 1) == date(2026, 12, 29)


def test_a_day_off_is_named_beside_the_clock_which_runs_all_the_same():
    clock = closure_hearing(datetime(2026, 12, 26, 10, 0))
    assert day_off(date(2026, 12, 28)) and "Boxing Day" in clock.note and "runs all the same" in clock.note
    assert closure_hearing(datetime(2026, 11, 2, 10, 0)).note == ""


def test_no_clock_says_that_anyone_is_in_time():
    for rule in rules().values():
        assert "in time" not in rule.text.lower() and rule.source and rule.status
    for days in (-3, 0, 1, 10, 100):
        words = standing(closure_hearing(datetime(2026, 3, 2, 9, 0)), at=at(2026, 3, 2, 9, 0) + timedelta(days=days))
        assert words in {"passed", "within 48 hours", "within 14 days", "later"}


def test_standing_turns_at_the_deadline_in_real_time():
    clock = closure_hearing(datetime(2026, 10, 24, 1, 30))  # due 00:30 on the 26th
    assert standing(clock, at=clock.due) == "within 48 hours"
    assert standing(clock, at=hours_after(clock.due, 0) + timedelta(minutes=1)) == "passed"


def test_clocks_ahead_come_first_and_the_passed_after_them_latest_first():
    clocks = [closure_hearing(datetime(2026, 3, day, 9, 0)) for day in (2, 9, 16, 23)]
    order = soonest(reversed(clocks), at=at(2026, 3, 12, 0, 0))
    assert order == [clocks[2], clocks[3], clocks[1], clocks[0]]


def test_every_clock_named_by_a_kind_has_its_rule():
    assert {name for kind in kinds().values() for name in kind.clocks} <= set(rules())


def test_the_clock_table_lists_every_place_in_one_order():
    order = Intervention(1, "CLO", "Police", status="active", start=date(2026, 3, 2), end=date(2026, 6, 1))
    notice = Intervention(2, "CLN", "Police", status="active", start=date(2026, 3, 2), served_at=at(2026, 3, 2, 9, 0))
    table = clock_table([order, notice], {1: "Park View", 2: "Tanners"}, at=at(2026, 3, 3, 12, 0))
    assert table.loc[0, ["place", "label", "standing"]].tolist() == [
        "Tanners", "Court must have heard the closure application", "within 48 hours",
    ]  # fmt: skip
    assert table["standing"].tolist()[-1] == "passed" and str(table["due"].dt.tz) == "Europe/London"
    assert len(table) == len(clocks_of(order)) + len(clocks_of(notice))
    assert clock_table([], {}, at=at(2026, 3, 3, 12, 0)).empty


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({"start": date(2018, 3, 1), "end": date(2018, 5, 31)}, ""),
        ({"start": date(2018, 3, 1), "end": date(2018, 6, 1)}, "longer than the 3 months .* would end on 31 May 2018"),
        ({"start": date(2018, 3, 1), "end": date(2018, 5, 31), "extended_to": date(2018, 8, 31)}, ""),
        (
            {"start": date(2018, 3, 1), "end": date(2018, 5, 31), "extended_to": date(2018, 9, 1)},
            "1 March 2018 to 1 September 2018 is longer than the 6 months .* with its extensions",
        ),
        ({"start": date(2018, 3, 1), "end": None}, ""),
    ],
)  # fmt: skip
def test_an_order_longer_than_the_law_allows_is_told_with_the_day_it_would_end(days, says):
    told = too_long("CLO", **days)
    assert re.search(says, told) if says else told == ""
    assert too_long("PAT", **days) == ""
