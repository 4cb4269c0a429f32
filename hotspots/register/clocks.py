"""Deadlines that run on their own, with the rule and its source beside each.

A clock says when a period ends and why. It never says that anyone is in time: service, appeals,
adjournments and changes of the law are for a solicitor. Hours are hours that pass, in the
Europe/London zone, through weekends, bank holidays and the change of the clocks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pandas as pd

from hotspots.errors import BadValue
from hotspots.periods import add_months
from hotspots.register.interventions import (
    ASSESS_WEEKS,
    CHECK,
    KINDS,
    NOT_LAW,
    RECHECK,
    Intervention,
    assessment_dates,
)

LONDON = ZoneInfo("Europe/London")
_ACT = "legislation.gov.uk/ukpga/2014/12"
_MEMORY = "from memory; not yet read at its source"


@dataclass(frozen=True)
class Rule:
    """The law or custom behind a clock; amount: hours, months or weeks as the text says."""

    label: str
    amount: int
    text: str
    source: str
    status: str


@dataclass(frozen=True)
class Clock:
    """One deadline: what ends, when (local time), by which rule, read where, how sure.

    note: what the day is, where courts and offices may be shut; the clock runs all the same.
    """

    label: str
    due: datetime
    rule: str
    source: str
    status: str
    note: str = ""


RULES: Mapping[str, Rule] = {
    "notice end": Rule(
        "Closure notice ends",
        24,
        "A closure notice lasts at most 24 hours, or 48 when a superintendent or the chief executive's "
        "delegate issues it (s.77); in the 48 hours Christmas Day is disregarded (s.77(3)).",
        f"{_ACT}/section/77, text read",
        CHECK,
    ),
    "closure hearing": Rule(
        "Court must have heard the closure application",
        48,
        "The application must be heard not later than 48 hours after service of the closure notice "
        "(s.80(3)); only Christmas Day is disregarded (s.80(4)), so weekends and bank holidays count. A "
        "minister said in February 2026 that the Crime and Policing Bill makes it 72 hours: check.",
        f"{_ACT}/section/80, text as enacted read; parallelparliament.co.uk question 108421",
        CHECK,
    ),
    "order end": Rule(
        "Order's last day", 0, "The last day written on the order, as extended.", "the order itself", RECHECK
    ),
    "order extension": Rule(
        "Apply to extend, if it is needed",
        0,
        "An extension must be applied for before the order expires (s.82).",
        f"{_ACT}/section/82; {_MEMORY}",
        RECHECK,
    ),
    "order total": Rule(
        "Longest the order can run with extensions",
        6,
        "A closure order lasts up to 3 months (s.80(6)), and up to 6 with its extensions (s.82(7)-(8)).",
        f"{_ACT}/section/80, text read; s.82(8) from a secondary source",
        RECHECK,
    ),
    "possession notice": Rule(
        "Last day to serve notice on the absolute ground",
        3,
        "Notice that relies on a closure of more than 48 hours must be served within 3 months beginning with "
        "the day the order was made, or an appeal was determined (Housing Act 1985 s.83ZA).",
        f"{_ACT}/section/95; period {_MEMORY}",
        RECHECK,
    ),
    "pspo end": Rule(
        "Public spaces protection order expires at the latest",
        36,
        "A public spaces protection order lasts at most 3 years; it can be extended before that (s.60).",
        f"{_ACT}/section/60; {_MEMORY}",
        RECHECK,
    ),
    "cpn review": Rule(
        "Review the community protection notice",
        12,
        "A notice has no fixed end; the hub reviews it after a year.",
        f"the hub's own rule; {_MEMORY}",
        NOT_LAW,
    ),
    "dispersal end": Rule(
        "Dispersal authorisation ends at the latest",
        48,
        "An authorisation lasts up to 48 hours (s.34); a longer period was proposed: check.",
        "stored summary of the ASB tools and powers",
        CHECK,
    ),
    "vehicle warning": Rule(
        "Vehicle warning lapses",
        12,
        "A warning under s.59 Police Reform Act 2002 lasts 12 months.",
        "a study deck on s.59 (secondary)",
        RECHECK,
    ),
    "assessment": Rule(
        "Assess the intervention",
        0,
        "4, 12, 26 and 52 weeks after it started, or after shut premises opened again.",
        "the hub's own rule",
        NOT_LAW,
    ),
    "case review": Rule(
        "ASB Case Review",
        0,
        "One area's published procedure: acknowledge in 10 working days, decide on the threshold in 15, meet "
        "in 20. Put your own area's figures here.",
        "gosport.gov.uk ASB case review",
        NOT_LAW,
    ),
}
"""Clock name → rule; the words and numbers a solicitor checks."""

_WHILE_IT_RUNS = frozenset({"order end", "order extension", "order total", "pspo end", "cpn review"})
CASE_REVIEW_STEPS = (
    ("Acknowledge the case review", 10),
    ("Decide on the threshold", 15),
    ("Hold the review", 20),
)


def clocks_of(intervention: Intervention) -> tuple[Clock, ...]:
    """Every clock of one intervention, soonest first; none once it is refused, withdrawn or assessed."""
    if intervention.status in ("refused", "withdrawn", "assessed"):
        return ()
    names = [n for n in KINDS[intervention.kind].clocks if intervention.status != "ended" or n not in _WHILE_IT_RUNS]
    made = [_MAKERS[name](intervention) for name in names]
    made += [
        _clock("assessment", end_of_day(day), label=f"Assess it, {weeks} weeks on")
        for day, weeks in zip(assessment_dates(intervention), ASSESS_WEEKS, strict=False)
    ]
    if intervention.review_on is not None:
        made.append(_clock("assessment", end_of_day(intervention.review_on), label="Review, as the hub set it"))
    return tuple(sorted((c for c in made if c is not None), key=lambda c: c.due))


def clock_table(interventions: Iterable[Intervention], places: Mapping[int, str], *, at: datetime) -> pd.DataFrame:
    """Every running clock of many interventions as a frame, in the order of `soonest`.

    places: place id → name. Returns place_id, place, what, label, due (London time),
    standing, rule, source, status, note.
    """
    made = [(clock, item) for item in interventions for clock in clocks_of(item)]
    rows = [
        (
            *(item.place_id, places[item.place_id], item.label, c.label, c.due),
            *(standing(c, at=at), c.rule, c.source, c.status, c.note),
        )
        for c, item in sorted(made, key=lambda pair: _room_order(pair[0], at))
    ]
    columns = [
        "place_id",
        "place",
        "what",
        "label",
        "due",
        "standing",
        "rule",
        "source",
        "status",
        "note",
    ]
    return pd.DataFrame(rows, columns=columns).astype({"due": "datetime64[us, Europe/London]"})


def closure_hearing(served_at: datetime) -> Clock:
    """When the court must have heard the application for a closure order, 48 hours from service.

    served_at: local time of service (a naive time is London time; of a doubled hour the first).
    Not for use where the 2026 Act's period applies; the rule's status says to check.
    """
    return _clock("closure hearing", _without_christmas(served_at, RULES["closure hearing"].amount))


def notice_end(served_at: datetime, *, hours: int = 24) -> Clock:
    """When a closure notice of 24 or 48 hours ends.

    hours: as the notice says; Christmas Day is disregarded only in one of 48.
    """
    if hours not in (24, 48):
        raise BadValue(f"A closure notice lasts 24 or 48 hours; {hours} was given.")
    ends = _without_christmas(served_at, hours) if hours == 48 else hours_after(served_at, hours)
    return _clock("notice end", ends)


def possession_notice(made_on: date) -> Clock:
    """Last day to serve notice on the absolute ground after a closure order made on a day.

    An appeal moves the start to the day it was determined: give that day then.
    """
    return _clock("possession notice", end_of_day(_period_end(made_on, RULES["possession notice"].amount)))


def case_review(requested_on: date) -> tuple[Clock, ...]:
    """The steps of an ASB Case Review, in working days after the request."""
    return tuple(
        _clock("case review", end_of_day(working_days_after(requested_on, days)), label=label)
        for label, days in CASE_REVIEW_STEPS
    )


def standing(clock: Clock, *, at: datetime) -> str:
    """Where a clock stands, in words for the room: passed, within 48 hours, within 14 days, later."""
    left = _left(clock, at)
    if left < timedelta(0):
        return "passed"
    if left <= timedelta(hours=48):
        return "within 48 hours"
    return "within 14 days" if left <= timedelta(days=14) else "later"


def local_time(moment: datetime) -> datetime:
    """A time in the London zone; a naive one is taken as London's wall clock.

    Raises `BadValue` for a time the clocks skipped in spring.
    """
    if moment.tzinfo is not None:
        return moment.astimezone(LONDON)
    aware = moment.replace(tzinfo=LONDON)
    if aware.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != moment:
        raise BadValue(f"{moment:%d %B %Y %H:%M} did not exist: the clocks went forward; give the hour after.")
    return aware


def hours_after(moment: datetime, hours: int) -> datetime:
    """Local time when so many hours have passed, whatever the clocks did."""
    return (local_time(moment).astimezone(UTC) + timedelta(hours=hours)).astimezone(LONDON)


def hours_before(moment: datetime, hours: int) -> datetime:
    """Local time so many real hours earlier."""
    return hours_after(moment, -hours)


def end_of_day(day: date) -> datetime:
    """The last minute of a local day."""
    return local_time(datetime(day.year, day.month, day.day, 23, 59))


def day_off(day: date) -> str:
    """The weekend day's or bank holiday's name (England and Wales), or empty for a working day."""
    holiday = _bank_holidays(day.year).get(day)
    return holiday or (f"{day:%A}" if day.weekday() >= 5 else "")


@cache
def _bank_holidays(year: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))


def working_days_after(day: date, number: int) -> date:
    """The working day so many after `day`, which itself is not counted."""
    while number:
        day += timedelta(days=1)
        number -= not day_off(day)
    return day


def clear_working_days_before(moment: datetime, number: int) -> datetime:
    """End of the last day that leaves so many whole working days before `moment`'s day."""
    day = local_time(moment).date()
    while number:
        day -= timedelta(days=1)
        number -= not day_off(day)
    return end_of_day(day - timedelta(days=1))


def _without_christmas(served_at: datetime, hours: int) -> datetime:
    """End of a period of hours in which 25 December is not counted."""
    served, ends = local_time(served_at), hours_after(served_at, hours)
    christmas = datetime(served.year, 12, 25, tzinfo=LONDON)
    over = christmas + timedelta(days=1)
    if christmas <= served < over:
        return hours_after(over, hours)
    return hours_after(ends, 24) if served < christmas < ends else ends


def _period_end(first: date, months: int) -> date:
    """Last day of a period of months that begins with `first`."""
    return add_months(first, months) - timedelta(days=1)


def _clock(name: str, due: datetime, *, label: str = "") -> Clock:
    rule = RULES[name]
    off = day_off(due.date())
    note = f"Falls on {off}; courts and offices may be shut, the clock runs all the same." if off else ""
    return Clock(label or rule.label, due, rule.text, rule.source, rule.status, note)


def _notice(intervention: Intervention) -> Clock | None:
    """48 hours where its last day lies two days or more after its first."""
    if intervention.served_at is None:
        return None
    window = intervention.window
    return notice_end(intervention.served_at, hours=48 if window is not None and window.days > 2 else 24)


def _hearing(intervention: Intervention) -> Clock | None:
    return None if intervention.served_at is None else closure_hearing(intervention.served_at)


def _last_day(name: str) -> Callable[[Intervention], Clock | None]:
    def make(intervention: Intervention) -> Clock | None:
        return None if intervention.last_day is None else _clock(name, end_of_day(intervention.last_day))

    return make


def _months_on(name: str) -> Callable[[Intervention], Clock | None]:
    def make(intervention: Intervention) -> Clock | None:
        if intervention.start is None:
            return None
        return _clock(name, end_of_day(_period_end(intervention.start, RULES[name].amount)))

    return make


def _dispersal(intervention: Intervention) -> Clock | None:
    if intervention.served_at is None:
        return None
    return _clock("dispersal end", hours_after(intervention.served_at, RULES["dispersal end"].amount))


_MAKERS: Mapping[str, Callable[[Intervention], Clock | None]] = {
    "notice end": _notice,
    "closure hearing": _hearing,
    "order end": _last_day("order end"),
    "order extension": _last_day("order extension"),
    "order total": _months_on("order total"),
    "possession notice": _months_on("possession notice"),
    "pspo end": _months_on("pspo end"),
    "cpn review": _months_on("cpn review"),
    "dispersal end": _dispersal,
    "vehicle warning": _months_on("vehicle warning"),
}


def soonest(clocks: Iterable[Clock], *, at: datetime) -> list[Clock]:
    """Clocks as a room needs them: those ahead by due time, then those passed, latest first."""
    return sorted(clocks, key=lambda clock: _room_order(clock, at))


def _room_order(clock: Clock, at: datetime) -> tuple[bool, timedelta]:
    left = _left(clock, at)
    return left < timedelta(0), abs(left)


def _left(clock: Clock, at: datetime) -> timedelta:
    """Real time left; both go through UTC, for clocks on one wall differ by the change of the hour."""
    return clock.due.astimezone(UTC) - local_time(at).astimezone(UTC)
