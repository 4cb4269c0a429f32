"""What partners do at a place from a day to a day, under a power or by agreement; kinds and their law are `law`'s."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.register.law import kinds

EFFECTS_ON_REPORTING = ("up", "none", "down")
ASSESS_WEEKS = (4, 12, 26, 52)

VALID_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "proposed": frozenset({"decided", "withdrawn"}),
    "decided": frozenset({"authorised", "active", "refused", "withdrawn"}),
    "authorised": frozenset({"active", "refused", "withdrawn"}),
    "active": frozenset({"extended", "ended"}),
    "extended": frozenset({"extended", "ended"}),
    "ended": frozenset({"assessed"}),
    "assessed": frozenset(),
    "refused": frozenset(),
    "withdrawn": frozenset(),
}
"""Status → the statuses it may become; what is not listed is refused."""

UNDER_WAY = ("active", "extended", "ended")
"""Statuses in which whether it worked is still to be asked."""
STARTED = (*UNDER_WAY, "assessed")
"""Statuses of what was done; anything else is a plan, or came to nothing."""
OVER = ("refused", "withdrawn", "assessed")
"""Statuses after which no clock of it runs and no assessment of it lies ahead."""


@dataclass(frozen=True)
class Intervention:
    """One thing done at a place; it holds no names and no address.

    title: what exactly, in the hub's words ("CCTV working"), empty where its kind says it all
    lead, partners: agencies · decided, authorised: days · served_at: local time a notice was served
    start, end: first and last day it applies, as written on the order · extended_to: the last day
    after extensions · cost_hours: staff hours · closed: shut period left out of "after"
    expected_reporting_effect: up (people were asked to report), none or down · compare_with: the
    comparison area somebody chose for it, "" for the suggested one.
    Raises `BadValue` for dates out of order, an unknown kind, status or effect, or no lead.
    """

    place_id: int
    kind: str
    lead: str
    status: str = "proposed"
    power_id: str = ""
    partners: tuple[str, ...] = ()
    decided: date | None = None
    authorised: date | None = None
    served_at: datetime | None = None
    start: date | None = None
    end: date | None = None
    extended_to: date | None = None
    review_on: date | None = None
    cost_hours: float | None = None
    expected_reporting_effect: str = "none"
    closed: bool = False
    title: str = ""
    compare_with: str = ""
    id: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        known = kinds()
        _require(self.kind in known, f"kind must be one of {', '.join(known)}; {self.kind!r} was given")
        _require(self.status in VALID_TRANSITIONS, f"status must be one of {', '.join(VALID_TRANSITIONS)}")
        _require(bool(self.lead.strip()), "a lead agency is needed")
        _require(
            self.expected_reporting_effect in EFFECTS_ON_REPORTING,
            f"the expected reporting effect must be {', '.join(EFFECTS_ON_REPORTING)}",
        )
        _require(self.cost_hours is None or self.cost_hours >= 0, "cost hours cannot be below zero")
        _require_order(
            ("the day it was decided", self.decided),
            ("the day it was authorised", self.authorised),
            ("its first day", self.start),
            ("its last day", self.end),
            ("its new last day", self.extended_to),
        )
        _require(self.status not in STARTED or self.start is not None, f"{self.status} needs a start date")
        _require(self.status != "extended" or self.extended_to is not None, "extended needs the new last day")
        _require(self.status not in ("ended", "assessed") or self.last_day is not None, "ended needs an end date")

    @property
    def label(self) -> str:
        """What a list calls it: its title, else the name of its kind."""
        return self.title.strip() or kinds()[self.kind].name

    @property
    def last_day(self) -> date | None:
        """Last day it applies, extensions included; None while open."""
        return self.extended_to or self.end

    @property
    def window(self) -> Window | None:
        """Its days as a half-open window; None without a start or an end."""
        if self.start is None or self.last_day is None:
            return None
        return Window(self.start, self.last_day + timedelta(days=1))

    @property
    def shuts(self) -> bool:
        """True when its window is left out of "after": its own flag, or its kind's."""
        return self.closed or kinds()[self.kind].closes

    @property
    def joint(self) -> bool:
        """True when the lead has at least one partner beside it."""
        return any(partner != self.lead for partner in self.partners)


def status_by_dates(start: date | None, end: date | None, *, on: date) -> str:
    """The status that days suggest: decided before the first day, active from it, ended after the last."""
    if start is None or start > on:
        return "decided"
    return "ended" if end is not None and end < on else "active"


def decided_by(status: str, *, on: date, authorised: date | None, start: date | None) -> date | None:
    """The day it counts as decided where nobody said: today, or an earlier day that it cannot be later than.

    None for what is only proposed.
    """
    if status == "proposed":
        return None
    return min(day for day in (on, authorised, start) if day is not None)


def advance(
    intervention: Intervention,
    to: str,
    *,
    on: date,
    end: date | None = None,
    extended_to: date | None = None,
) -> Intervention:
    """The intervention in its next status, with the date that goes with it.

    on: the day it was decided, authorised, started or ended · end: last day, when the order
    states it · extended_to: new last day, for "extended".
    Raises `BadValue` for a step `VALID_TRANSITIONS` does not list or a date out of order.
    """
    require_transition(intervention.status, to)
    if to == "extended" and (extended_to is None or intervention.last_day is None):
        raise BadValue("An extension needs the last day of the order and the new last day.")
    if to == "extended" and extended_to <= intervention.last_day:
        raise BadValue(f"An extension must end after {intervention.last_day}; {extended_to} was given.")
    dates: dict[str, dict[str, date | None]] = {
        "decided": {"decided": on},
        "authorised": {"authorised": on},
        "active": {"start": intervention.start or on, "end": end or intervention.end},
        "extended": {"extended_to": extended_to},
        "ended": _ending(intervention, on),
    }
    return replace(intervention, status=to, **dates.get(to, {}))


def require_transition(status: str, to: str) -> None:
    """Raise `BadValue` unless an intervention of `status` may become `to`."""
    allowed = VALID_TRANSITIONS.get(status, frozenset())
    if to not in allowed:
        steps = ", ".join(sorted(allowed)) or "nothing: it is final"
        raise BadValue(f"An intervention that is {status} cannot become {to}; it may become {steps}.")


def assessment_dates(intervention: Intervention) -> tuple[date, ...]:
    """Days to assess it: 4, 12, 26 and 52 weeks on, empty before it starts.

    Counted from its first day; where premises are shut, from the day they open again, because
    the shut period is no part of "after". An order that shuts and has no end yet has none.
    """
    if intervention.start is None:
        return ()
    if intervention.shuts:
        window = intervention.window
        return () if window is None else tuple(window.end + timedelta(weeks=w) for w in ASSESS_WEEKS)
    return tuple(intervention.start + timedelta(weeks=w) for w in ASSESS_WEEKS)


def next_assessment(intervention: Intervention, *, on: date, settled_weeks: int = 0) -> date | None:
    """The first assessment day not before `on`; None when there is none left.

    settled_weeks: those up to it are passed over, for they were made before their day (`assessments.settled`)
    """
    if intervention.status in OVER:
        return None
    days = zip(ASSESS_WEEKS, assessment_dates(intervention), strict=False)
    return min((day for weeks, day in days if day >= on and weeks > settled_weeks), default=None)


def reporting_drives(interventions: Iterable[Intervention]) -> list[Window]:
    """Windows in which people were asked to report, so that charts explain their own rise."""
    windows = [i.window for i in interventions if i.expected_reporting_effect == "up" and i.status in STARTED]
    return sorted(w for w in windows if w is not None)


def _ending(intervention: Intervention, on: date) -> dict[str, date | None]:
    """An order cut short keeps no later day; one that ran out keeps its own."""
    if intervention.last_day is not None and intervention.last_day <= on:
        return {}
    if intervention.extended_to is not None and intervention.end is not None and on > intervention.end:
        return {"extended_to": on}
    return {"end": on, "extended_to": None}


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise BadValue(f"This intervention cannot be saved: {what}.")


def _require_order(*days: tuple[str, date | None]) -> None:
    known = [(name, day) for name, day in days if day is not None]
    for (earlier, a), (later, b) in zip(known, known[1:], strict=False):
        _require(a <= b, f"{later} ({_day(b)}) lies before {earlier} ({_day(a)})")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
