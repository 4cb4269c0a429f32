"""What partners do at a place from a day to a day, under a power or by agreement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd

from hotspots.errors import BadValue
from hotspots.periods import Window

RECHECK, CHECK, NOT_LAW = "in force (recheck)", "check before use", "by agreement"
EFFECTS_ON_REPORTING = ("up", "none", "down")
ASSESS_WEEKS = (4, 12, 26, 52)


@dataclass(frozen=True)
class Kind:
    """One kind of intervention; the law in it is data with a status, never advice.

    duration: as the law or custom puts it · clocks: names of `clocks.RULES` that run
    status: `RECHECK`, `CHECK` before use, or by agreement · epic: Enforcement, Prevention,
    Information or Communication · closes: the premises are shut, so the period is left out of
    "after" · victim_premises: the occupier is a victim; never an "offender address"
    """

    code: str
    name: str
    law: str
    who: str
    duration: str
    clocks: tuple[str, ...]
    status: str
    epic: str
    closes: bool = False
    victim_premises: bool = False


_ORDER = ("order end", "order extension", "order total")
_ACT_2014 = "Anti-social Behaviour, Crime and Policing Act 2014"
_ACT_2026 = "Crime and Policing Act 2026"
_ENFORCE, _PREVENT, _INFORM, _TALK = "Enforcement", "Prevention", "Information", "Communication"
# fmt: off
_ROWS = (
    Kind("CLN", "Closure notice", f"{_ACT_2014} ss.76-79",
         "Police inspector or council; 48 hours: superintendent or chief executive's delegate",
         "24 hours, up to 48; cannot exclude the owner or habitual residents",
         ("notice end", "closure hearing"), CHECK, _ENFORCE),
    Kind("CLO", "Closure order", f"{_ACT_2014} s.80", "Magistrates, on police or council application",
         "Up to 3 months, 6 in total", (*_ORDER, "possession notice"), RECHECK, _ENFORCE, closes=True),
    Kind("CLP", "Partial closure order", f"{_ACT_2014} s.80(7)-(8)",
         "Magistrates, on police or council application", "Up to 3 months, 6 in total",
         _ORDER, RECHECK, _PREVENT, closes=True, victim_premises=True),
    Kind("POS", "Possession, absolute ground", "Housing Act 1985 s.84A / Housing Act 1988 Ground 7A",
         "Landlord, county court", "Permanent", (), RECHECK, _ENFORCE),
    Kind("INJ", "Civil injunction", f"{_ACT_2014} s.1", "Police, council, housing provider and others",
         "Adult: as the court says; under 18: up to 12 months", ("order end",), CHECK, _ENFORCE),
    Kind("RSP", "Respect order, housing or youth injunction", _ACT_2026, "Police, council, housing provider",
         "As the court says", ("order end",), CHECK, _ENFORCE),
    Kind("CUC", "Cuckooing offence (controlling another's home)", _ACT_2026, "Police", "-",
         (), CHECK, _ENFORCE, victim_premises=True),
    Kind("CBO", "Criminal behaviour order", f"{_ACT_2014} s.22", "Court on conviction",
         "Adult: 2 years to indefinite; youth: 1 to 3 years", ("order end",), RECHECK, _ENFORCE),
    Kind("DIS", "Dispersal authorisation", f"{_ACT_2014} ss.34-35", "Police, inspector authorises",
         "Up to 48 hours", ("dispersal end",), CHECK, _ENFORCE),
    Kind("CPN", "Community protection warning or notice", f"{_ACT_2014} s.43",
         "Council, police, designated providers", "No fixed end; reviewed each year",
         ("cpn review",), RECHECK, _ENFORCE),
    Kind("PSPO", "Public spaces protection order", f"{_ACT_2014} s.59", "Council",
         "Up to 3 years, renewable", ("pspo end", "order end"), RECHECK, _ENFORCE),
    Kind("WAR", "Search warrant",
         "Misuse of Drugs Act 1971 s.23(3); Police and Criminal Evidence Act 1984 s.8", "Police",
         "Single execution", (), RECHECK, _ENFORCE),
    Kind("ARR", "Arrests or charge", "-", "Police", "-", (), NOT_LAW, _ENFORCE),
    Kind("ABC", "Acceptable behaviour contract", "-", "Any partner, voluntary",
         "6 to 12 months", ("order end",), NOT_LAW, _PREVENT),
    Kind("NOI", "Noise abatement notice or seizure", "Environmental Protection Act 1990 s.80",
         "Council environmental health", "-", (), RECHECK, _ENFORCE),
    Kind("HMO", "Housing enforcement or licensing", "Housing Act 2004", "Council housing standards", "-",
         (), RECHECK, _ENFORCE),
    Kind("REV", "Premises licence review", "Licensing Act 2003 ss.51, 53A", "Police, council and others", "-",
         (), RECHECK, _ENFORCE),
    Kind("UNT", "Untidy land, dangerous building or pests",
         "Town and Country Planning Act 1990 s.215; Building Act 1984; "
         "Prevention of Damage by Pests Act 1949", "Planning, environmental health", "Notice periods",
         (), RECHECK, _ENFORCE),
    Kind("VEH", "Vehicle warning or seizure", "Police Reform Act 2002 s.59", "Police",
         "The warning lasts 12 months", ("vehicle warning",), RECHECK, _ENFORCE),
    Kind("ENV", "Door entry, CCTV, lighting, gates or locks", "-", "Landlord, council",
         "Start is the day it works, not the day it is fitted", (), NOT_LAW, _PREVENT),
    Kind("PAT", "Hotspot patrol or wardens", "-", "Police, council", "-", (), NOT_LAW, _PREVENT),
    Kind("RES", "Residents' meetings or reporting drive", "-", "Any partner", "Recurring",
         (), NOT_LAW, _TALK),
    Kind("SUP", "Outreach, safeguarding or treatment", "-", "Social care, voluntary sector",
         "Counts only, no names", (), NOT_LAW, _INFORM, victim_premises=True),
    Kind("FIR", "Fire safety visit or prohibition", "Regulatory Reform (Fire Safety) Order 2005 art.31",
         "Fire and rescue", "-", (), RECHECK, _PREVENT),
)
# fmt: on
KINDS: Mapping[str, Kind] = {kind.code: kind for kind in _ROWS}
"""Kinds of intervention by code, in the order forms list them."""

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

_STARTED = ("active", "extended", "ended", "assessed")


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
        _require(self.kind in KINDS, f"kind must be one of {', '.join(KINDS)}; {self.kind!r} was given")
        _require(self.status in VALID_TRANSITIONS, f"status must be one of {', '.join(VALID_TRANSITIONS)}")
        _require(bool(self.lead.strip()), "a lead agency is needed")
        _require(
            self.expected_reporting_effect in EFFECTS_ON_REPORTING,
            f"the expected reporting effect must be {', '.join(EFFECTS_ON_REPORTING)}",
        )
        _require(self.cost_hours is None or self.cost_hours >= 0, "cost hours cannot be below zero")
        _require_order(
            ("decided", self.decided),
            ("authorised", self.authorised),
            ("start", self.start),
            ("end", self.end),
            ("extended to", self.extended_to),
        )
        _require(self.status not in _STARTED or self.start is not None, f"{self.status} needs a start date")
        _require(self.status != "extended" or self.extended_to is not None, "extended needs the new last day")
        _require(self.status not in ("ended", "assessed") or self.last_day is not None, "ended needs an end date")

    @property
    def label(self) -> str:
        """What a list calls it: its title, else the name of its kind."""
        return self.title.strip() or KINDS[self.kind].name

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
        return self.closed or KINDS[self.kind].closes

    @property
    def joint(self) -> bool:
        """True when the lead has at least one partner beside it."""
        return any(partner != self.lead for partner in self.partners)


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


def next_assessment(intervention: Intervention, *, on: date) -> date | None:
    """The first assessment day not before `on`; None when there is none left."""
    if intervention.status not in ("active", "extended", "ended"):
        return None
    return min((day for day in assessment_dates(intervention) if day >= on), default=None)


def assessments_due(interventions: Iterable[Intervention], window: Window) -> pd.DataFrame:
    """Assessments that fall due in a window (from this meeting to the next, say), soonest first.

    Returns intervention_id, place_id, what, assess_on (Timestamp), weeks.
    """
    rows = [
        (item.id, item.place_id, item.label, day, weeks)
        for item in interventions
        if item.status in ("active", "extended", "ended")
        for day, weeks in zip(assessment_dates(item), ASSESS_WEEKS, strict=False)
        if window.start <= day < window.end
    ]
    frame = pd.DataFrame(rows, columns=["intervention_id", "place_id", "what", "assess_on", "weeks"])
    frame = frame.astype({"assess_on": "datetime64[us]"})
    return frame.sort_values(["assess_on", "place_id"], kind="stable", ignore_index=True)


def reporting_drives(interventions: Iterable[Intervention]) -> list[Window]:
    """Windows in which people were asked to report, so that charts explain their own rise."""
    windows = [i.window for i in interventions if i.expected_reporting_effect == "up" and i.status in _STARTED]
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
        _require(a <= b, f"{later} ({b}) lies before {earlier} ({a})")
