"""Deadlines that run on their own, with the rule and its source beside each (`data/clocks.csv`).

A clock says when a period ends and why. It never says that anyone is in time: service, appeals,
adjournments and changes of the law are for a solicitor. Hours are hours that pass, in the
Europe/London zone, through weekends, bank holidays and the change of the clocks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import holidays
import pandas as pd

from hotspots.errors import BadValue
from hotspots.periods import add_months
from hotspots.register.interventions import ASSESS_WEEKS, OVER, Intervention, assessment_dates
from hotspots.register.law import Rule, kinds, rules

LONDON = ZoneInfo("Europe/London")


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


NOTICES = ("notice end", "notice end, longer")
"""Rules of a closure notice: the usual one, and the longer one that a senior officer issues."""
CASE_REVIEW = "case review"
"""How the rules of the steps of an ASB Case Review begin."""


def clocks_of(intervention: Intervention, *, settled_weeks: int = 0) -> tuple[Clock, ...]:
    """Every clock of one intervention, soonest first; none once it is refused, withdrawn or assessed.

    settled_weeks: assessments up to it have been made (`assessments.settled`) and run no more
    """
    if intervention.status in OVER:
        return ()
    made = [_running(rules()[name], intervention) for name in kinds()[intervention.kind].clocks]
    assess = rules()["assessment"]
    made += [
        _clock(assess, end_of_day(day), label=f"Assess it, {weeks} weeks on")
        for day, weeks in zip(assessment_dates(intervention), ASSESS_WEEKS, strict=False)
        if weeks > settled_weeks
    ]
    if intervention.review_on is not None:
        made.append(_clock(assess, end_of_day(intervention.review_on), label="Review, as the hub set it"))
    return tuple(sorted((c for c in made if c is not None), key=lambda c: c.due))


def clock_table(
    interventions: Iterable[Intervention],
    places: Mapping[int, str],
    *,
    at: datetime,
    settled_weeks: Mapping[int, int] = MappingProxyType({}),
) -> pd.DataFrame:
    """Every running clock of many interventions as a frame, in the order of `soonest`.

    places: place id → name · settled_weeks: intervention id → weeks (`assessments.settled`)
    Returns place_id, place, what, label, due (London time), standing, rule, source, status, note.
    """
    made = [
        (clock, item)
        for item in interventions
        for clock in clocks_of(item, settled_weeks=settled_weeks.get(item.id, 0))
    ]
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
    """When the court must have heard the application for a closure order.

    served_at: local time of service (a naive time is London time; of a doubled hour the first).
    Not for use where the 2026 Act's period applies; the rule's status says to check.
    """
    rule = rules()["closure hearing"]
    return _clock(rule, _due(rule, served_at))


def notice_end(served_at: datetime, *, hours: int = 24) -> Clock:
    """When a closure notice ends.

    hours: as the notice says, one of those the file of clocks knows; Christmas Day is disregarded only in the longer.
    """
    known = {rules()[name].amount: rules()[name] for name in NOTICES}
    if hours not in known:
        raise BadValue(f"A closure notice lasts {' or '.join(map(str, known))} hours; {hours} was given.")
    return _clock(known[hours], _due(known[hours], served_at))


def too_long(kind: str, start: date | None, end: date | None, extended_to: date | None = None) -> str:
    """One sentence where the days of an intervention are more than the law's months, "" where they are not.

    kind: its code · start, end, extended_to: as `Intervention` holds them. It is told and never refused: the court
    may have said otherwise, and laws change.
    """
    held = kinds()[kind]
    whole = [rules()[name].amount for name in held.clocks if name == "order total"]
    for months, last, how in (
        (held.longest_months, end, "before it is extended"),
        (whole[0] if whole else 0, extended_to, "with its extensions"),
    ):
        if months and start and last and last > _period_end(start, months):
            longest = _period_end(start, months)
            return (
                f"{_words(start)} to {_words(last)} is longer than the {months} months that a {held.name.lower()} may "
                f"run {how} ({held.law}): that would end on {_words(longest)}. Look at the order again."
            )
    return ""


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def possession_notice(made_on: date) -> Clock:
    """Last day to serve notice on the absolute ground after a closure order made on a day.

    An appeal moves the start to the day it was determined: give that day then.
    """
    rule = rules()["possession notice"]
    return _clock(rule, _due(rule, made_on))


def case_review(requested_on: date) -> tuple[Clock, ...]:
    """The steps of an ASB Case Review, in working days after the request."""
    steps = [rule for name, rule in rules().items() if name.startswith(CASE_REVIEW)]
    return tuple(_clock(rule, _due(rule, requested_on)) for rule in steps)


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


def _due(rule: Rule, start: date | datetime) -> datetime:
    """When the rule's time is over; start: the moment of service for hours, else a day."""
    if rule.unit == "hours":
        return _without_christmas(start, rule.amount) if rule.without_christmas else hours_after(start, rule.amount)
    if rule.unit == "months":
        return end_of_day(_period_end(start, rule.amount))
    return end_of_day(working_days_after(start, rule.amount))  # no unit: amount 0, the day itself


def _clock(rule: Rule, due: datetime, *, label: str = "") -> Clock:
    off = day_off(due.date())
    note = f"Falls on {off}; courts and offices may be shut, the clock runs all the same." if off else ""
    return Clock(label or rule.label, due, rule.text, rule.source, rule.status, note)


def _running(rule: Rule, intervention: Intervention) -> Clock | None:
    """The clock of one rule; None where it is over, or what it runs from is not known yet."""
    starts = {"service": intervention.served_at, "first day": intervention.start, "last day": intervention.last_day}
    start = starts.get(rule.starts)
    if start is None or (rule.while_running and intervention.status == "ended"):
        return None
    if rule.name == NOTICES[0]:
        return notice_end(start, hours=_notice_hours(intervention))
    return _clock(rule, _due(rule, start))


def _notice_hours(intervention: Intervention) -> int:
    """The longer time where the last day lies farther from the first than the shorter reaches."""
    short, longer = (rules()[name].amount for name in NOTICES)
    window = intervention.window
    return longer if window is not None and (window.days - 1) * 24 > short else short


def soonest(clocks: Iterable[Clock], *, at: datetime) -> list[Clock]:
    """Clocks as a room needs them: those ahead by due time, then those passed, latest first."""
    return sorted(clocks, key=lambda clock: _room_order(clock, at))


def _room_order(clock: Clock, at: datetime) -> tuple[bool, timedelta]:
    left = _left(clock, at)
    return left < timedelta(0), abs(left)


def _left(clock: Clock, at: datetime) -> timedelta:
    """Real time left; both go through UTC, for clocks on one wall differ by the change of the hour."""
    return clock.due.astimezone(UTC) - local_time(at).astimezone(UTC)
