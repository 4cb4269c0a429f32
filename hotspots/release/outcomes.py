"""What a councillor may know of one place or ward besides its released figures: facts in agreed words.

Default deny: a kind of intervention or a problem that is not listed here is not mentioned. Nothing
that points at a person is listed: injunctions, arrests, possession, outreach, the homes of exploited
people. Facts hold no count; verdicts are given only where the released numbers could carry them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta

from hotspots.analysis.comparison import Comparison
from hotspots.periods import Window, add_months
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place
from hotspots.release.rounding import LEAST_BASE, SUPPRESSED, number_of

FEWEST_ADDRESSES = 8
"""police.uk's own rule: fewer homes than this are not one place but somebody's address."""

ORDERS = frozenset({"CLO", "CLP", "PSPO"})
"""Orders of a court or council, public record: their days may be told."""
MENTIONED = ORDERS | {"RES", "WAR", "ENV", "PAT", "HMO", "UNT", "VEH", "FIR"}
"""Kinds of intervention that may be told; of the others not even that they happened."""
PROBLEMS = frozenset({"ASB", "drugs", "noise", "waste", "violence", "fire risk"})
"""Problems that may be told."""
_STARTED = ("active", "extended", "ended", "assessed")
VERDICTS = ("fell", "rose", "no clear change", "cannot tell yet", "refused")
TOO_FEW, HIDDEN, NOT_LOOKED_AT = "too few", "hidden", "not looked at"


@dataclass(frozen=True)
class PlaceOutcome:
    """One place as the hub knows it: what `publish` takes, never what it writes.

    area, ring_area, control_area: ids as in the counts, such as "place:3", "ring:3", "control:12";
    another boundary needs another id · comparison: on the same reports as the counts, before and after
    being windows of whole months · by_others: the same comparison on reports by officers and other
    services only, None when it was not made · returned: an alarm has rung since · next_test: day of the
    next assessment
    """

    place: Place
    ward: str
    area: str
    before: Window
    after: Window
    comparison: Comparison
    interventions: tuple[Intervention, ...]
    ring_area: str = ""
    control_area: str = ""
    by_others: Comparison | None = None
    returned: bool = False
    next_test: date | None = None

    @property
    def told(self) -> tuple[Intervention, ...]:
        """What was done and may be told, in order of time."""
        return told_of(self.interventions)

    @property
    def acted(self) -> bool:
        """True when anything at all was done here."""
        return any(i.status in _STARTED for i in self.interventions)


@dataclass(frozen=True)
class WardOutcome:
    """One ward with a comparison of two calendar periods, a year apart, against the rest of its district."""

    district: str
    ward: str
    before: Window
    after: Window
    comparison: Comparison


@dataclass(frozen=True)
class Done:
    """One thing that was done: kind (code), first and last day, or first of the month where it is no order."""

    kind: str
    start: date
    end: date | None


@dataclass(frozen=True)
class Facts:
    """What the published file says of one place or ward beside its figures.

    level: place, ward or district (of which only what was done is told) · verdict, ring, others: one of
    `VERDICTS`, or that it is too few, hidden or was not looked at · agencies: who did what is told ·
    drive: first and last month in which people were asked to report
    """

    level: str
    name: str
    district: str
    ward: str
    before: tuple[date, date]
    after: tuple[date, date]
    verdict: str
    area: str
    ring_area: str = ""
    control_area: str = ""
    kind: str = ""
    dwellings: int = 0
    adopted: date | None = None
    problems: tuple[str, ...] = ()
    done: tuple[Done, ...] = ()
    agencies: tuple[str, ...] = ()
    ring: str = NOT_LOOKED_AT
    others: str = NOT_LOOKED_AT
    drive: tuple[date, date] | None = None
    order_end: date | None = None
    returned: bool = False
    next_test: date | None = None


def told_of(interventions: Iterable[Intervention]) -> tuple[Intervention, ...]:
    """Those that were begun and may be told, in order of time."""
    started = [i for i in interventions if i.status in _STARTED and i.start is not None]
    return tuple(sorted((i for i in started if i.kind in MENTIONED), key=lambda i: (i.start, i.kind)))


def place_facts(outcome: PlaceOutcome, figures: Mapping[tuple[str, date], str]) -> Facts:
    """Facts of a place; verdicts are withheld where its released pair is hidden or under 20.

    figures: released words by area and first day of the period.
    """
    place, told = outcome.place, outcome.told
    pair = figures[outcome.area, outcome.before.start], figures[outcome.area, outcome.after.start]
    ring = [figures.get((outcome.ring_area, w.start), "") for w in (outcome.before, outcome.after)]
    verdict = verdict_of(outcome.comparison.verdict, *pair)
    orders = [i.last_day for i in told if i.shuts and i.last_day is not None]
    return Facts(
        level="place",
        name=place.name,
        district=place.district,
        ward=outcome.ward,
        before=_ends(outcome.before),
        after=_ends(outcome.after),
        verdict=verdict,
        area=outcome.area,
        ring_area=outcome.ring_area if any(ring) else "",
        control_area=outcome.control_area,
        kind=place.kind,
        dwellings=int(place.dwellings or 0),
        adopted=place.adopted_on.replace(day=1),
        problems=tuple(p for p in place.problem_types if p in PROBLEMS),
        done=tuple(_done(i) for i in told),
        agencies=tuple(dict.fromkeys(agency for i in told for agency in (i.lead, *i.partners))),
        ring=verdict_of(outcome.comparison.ring_verdict, *ring) if all(ring) else NOT_LOOKED_AT,
        others=_others(outcome.by_others) if verdict == "fell" else NOT_LOOKED_AT,
        drive=_drive(told),
        order_end=max(orders, default=None),
        returned=outcome.returned,
        next_test=outcome.next_test,
    )


def ward_facts(outcome: WardOutcome, area: str, figures: Mapping[tuple[str, date], str]) -> Facts:
    """Facts of a ward, its verdict withheld on the same terms as a place's."""
    pair = figures[area, outcome.before.start], figures[area, outcome.after.start]
    return Facts(
        level="ward",
        name=outcome.ward,
        district=outcome.district,
        ward=outcome.ward,
        before=_ends(outcome.before),
        after=_ends(outcome.after),
        verdict=verdict_of(outcome.comparison.verdict, *pair),
        area=area,
    )


def district_facts(district: str, area: str, quarter: date, done: Iterable[Intervention]) -> Facts:
    """What was done at places of a district that have no page of their own: neither where nor by whom.

    quarter: first day of the latest one released. Even an order is told by its months alone, for the place may
    be one home.
    """
    window = Window(quarter, add_months(quarter, 3))
    return Facts(
        level="district",
        name=district,
        district=district,
        ward="",
        before=_ends(window.year_before()),
        after=_ends(window),
        verdict=NOT_LOOKED_AT,
        area=area,
        done=tuple(dict.fromkeys(_in_months(i) for i in told_of(done))),
    )


def verdict_of(verdict: str, before: str, after: str) -> str:
    """A verdict as far as the released pair carries it.

    Stated on small counts it would give the hidden one away: a fall from 10 that is more than luck
    can only be a fall to 0 or 1.
    """
    if SUPPRESSED in (before, after):
        return HIDDEN
    if max(number_of(before) or 0, number_of(after) or 0) < LEAST_BASE:
        return TOO_FEW
    return verdict if verdict in VERDICTS else NOT_LOOKED_AT


def facts_as_json(facts: Facts) -> str:
    """Facts as the published file keeps them."""
    return json.dumps(asdict(facts), default=date.isoformat, ensure_ascii=False, sort_keys=True)


def facts_from_json(text: str) -> Facts:
    """Facts as read from the published file."""
    held = json.loads(text)
    known = {f.name: held[f.name] for f in fields(Facts)}
    for name in ("adopted", "order_end", "next_test"):
        known[name] = _day(known[name])
    for name in ("before", "after", "drive"):
        known[name] = known[name] and tuple(_day(day) for day in known[name])
    known["done"] = tuple(Done(d["kind"], _day(d["start"]), _day(d["end"])) for d in known["done"])
    known |= {name: tuple(known[name]) for name in ("problems", "agencies")}
    return Facts(**known)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _ends(window: Window) -> tuple[date, date]:
    return window.start, window.end - timedelta(days=1)


def _done(item: Intervention) -> Done:
    return Done(item.kind, item.start, item.last_day) if item.kind in ORDERS else _in_months(item)


def _in_months(item: Intervention) -> Done:
    end = None if item.last_day is None else item.last_day.replace(day=1)
    return Done(item.kind, item.start.replace(day=1), end)


def _drive(told: tuple[Intervention, ...]) -> tuple[date, date] | None:
    drives = [i for i in told if i.expected_reporting_effect == "up"]
    if not drives:
        return None
    last = [i.last_day or i.start for i in drives]
    return min(i.start for i in drives).replace(day=1), max(last).replace(day=1)


def _others(comparison: Comparison | None) -> str:
    """Verdict on reports that do not come from residents; on few of them it is too few to tell."""
    if comparison is None:
        return NOT_LOOKED_AT
    few = max(comparison.before, comparison.after) < LEAST_BASE
    return TOO_FEW if few else comparison.verdict
