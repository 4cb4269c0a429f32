"""Has it come back? Places whose action has ended and every hotspot, watched with a known false-alarm rate."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import shapely
from scipy import stats

from hotspots.analysis.watch import Design, Watched, design, false_alarms_per_year, watch
from hotspots.errors import BadValue, NoData
from hotspots.periods import Window, add_months
from hotspots.pipeline.evidence import Evidence, evidence_of
from hotspots.pipeline.hub import HubView, hub_view
from hotspots.pipeline.query import Query
from hotspots.pipeline.windows import Unit
from hotspots.register.interventions import Intervention
from hotspots.register.places import COMPARISON
from hotspots.store import Store

BUDGET_A_YEAR = 4.0
"""False alarms a year that all watched places together may ring with nothing wrong."""
PER_YEAR: Mapping[Unit, float] = {"week": 52.0, "month": 12.0}
LEAST_BETWEEN: Mapping[Unit, float] = {"week": 104.0, "month": 24.0}
RINGS_FOR: Mapping[Unit, int] = {"week": 4, "month": 1}
"""Latest periods in which an alarm counts as ringing now."""
LEARNING_WEEKS = 13
SHUT_DAYS = 56
BEFORE_WEEKS = 26
FEWEST_BASELINE_MONTHS = 6
WEEKLY_FROM = 0.5
"""Reports a week from which weeks are watched; below it a month is the shortest period that says anything."""
_LOWEST_A_MONTH = 0.5
_WATCHED = [
    "place", "kind", "watched_from", "counted_by", "quiet", "relapse", "threshold", "run_length", "rule", "since",
    "observed", "usual_low", "usual_high", "state",
]  # fmt: skip


@dataclass(frozen=True)
class WatchView:
    """All watched places, those that ring, and how often that would happen by luck.

    watched: a row a place [place, kind ("place" or "hotspot"), watched_from, counted_by, quiet and relapse
    (reports a unit), threshold, run_length (units between false alarms), rule (words), since (NaT while
    it does not ring), observed (reports in the last whole month), usual_low, usual_high, state
    ("returned", "rising" or "quiet")] · waiting: places whose action has not ended or has no whole
    month after it yet · never_quiet: places no quieter after the action than before it, or of which too
    little is held before: they have no quiet level to be watched against
    unwatched: hotspots with too few earlier months to know what is quiet
    last_month: first day of the last whole month held, which is as far as the watch looks
    """

    watched: pd.DataFrame
    waiting: tuple[str, ...]
    never_quiet: tuple[str, ...]
    unwatched: int
    false_alarms_per_year: float
    last_month: date

    @property
    def alarms(self) -> pd.DataFrame:
        """Those that ring now: place, since, rule, observed, usual_low, usual_high."""
        ringing = self.watched[self.watched["since"].notna()]
        return ringing[["place", "since", "rule", "observed", "usual_low", "usual_high"]]

    def summary(self) -> dict:
        """Keys of the command line's JSON."""
        rows = self.alarms.assign(since=self.alarms["since"].dt.date.astype(str)).to_dict("records")
        return {
            "alarms": [{key: _plain(value) for key, value in row.items()} for row in rows],
            "false_alarms_per_year": round(self.false_alarms_per_year, 3),
            "watched": len(self.watched),
            "quiet": self.watched.loc[self.watched["state"] == "quiet", "place"].tolist(),
            "waiting": list(self.waiting),
            "never_quiet": list(self.never_quiet),
            "unwatched": self.unwatched,
        }


def watch_for(store: Store, query: Query) -> WatchView:
    """Watch every place with an ended action and every hotspot of a query that is none of those places.

    All located reports count, as on the hub screen. A place is watched from the day after its last action
    that ran for a time (a closure order, say) ended; its quiet level is that of the first 13 weeks after,
    or that of eight weeks or more during which it was shut, whichever is lower; where that is not below the
    26 weeks before the action, the place never went quiet and is not watched. A hotspot's quiet level is
    that of its months before the query's window. Both are raised by a standard error, and the fewest
    periods between false alarms is set so that everything watched together stays inside the budget.
    Rates are taken as Poisson: reports that come in bursts ring more often than the figure says.
    """
    return watch_in(evidence_of(store, snapped=True), _hub(store, query))


def watch_in(evidence: Evidence, hub: HubView | None = None) -> WatchView:
    """`watch_for` on evidence already read, with the hotspots of a hub view or none."""
    places, waiting, never = _places(evidence)
    spots, unwatched = _hotspots(hub, _outlines(evidence, places)) if hub is not None else ([], 0)
    series = [*places, *spots]
    found = [_judged(one, len(series)) for one in series]
    known = [(one, *made) for one, made in zip(series, found, strict=True) if made is not None]
    yearly = sum(false_alarms_per_year([plan], periods_per_year=PER_YEAR[one.unit]) for one, plan, _ in known)
    rows = [_row(one, plan, seen) for one, plan, seen in known]
    table = pd.DataFrame(rows, columns=_WATCHED).astype({"since": "datetime64[us]", "watched_from": "datetime64[us]"})
    lost = unwatched + sum(made is None for made in found)
    return WatchView(table.sort_values(["state", "since"], ascending=[False, True], ignore_index=True),
                     tuple(waiting), tuple(never), lost, yearly, add_months(evidence.held.end, -1))  # fmt: skip


@dataclass(frozen=True)
class _Series:
    """One place's counts since it is watched, with the quiet level they are held against."""

    place: str
    kind: str
    unit: Unit
    counts: pd.Series
    quiet: float
    monthly: pd.Series

    @property
    def quiet_a_month(self) -> float:
        """Reports a month at the quiet rate, whatever unit the watch counts in."""
        return self.quiet * PER_YEAR[self.unit] / PER_YEAR["month"]


def returned_places(store: Store, query: Query) -> frozenset[str]:
    """Names of the places whose alarm says that the problem has come back."""
    watched = watch_for(store, query).watched
    return frozenset(watched.loc[watched["state"] == "returned", "place"])


def _hub(store: Store, query: Query) -> HubView | None:
    """The hotspots to watch, None where the window holds no report at all."""
    try:
        return hub_view(store, query)
    except NoData:
        return None


def _places(evidence: Evidence) -> tuple[list[_Series], list[str], list[str]]:
    """Series of adopted places whose action has ended, the names of those still waiting, and of those never quiet."""
    found, waiting, never = [], [], []
    adopted = evidence.places[evidence.places["kind"] != COMPARISON]
    for place in adopted.itertuples():
        done = [item for item in evidence.done if item.place_id == place.id]
        last = _last_ended(done, evidence.held.end)
        series = _place_series(evidence, place, last) if last else None
        quieter = series is not None and _went_quiet(evidence, place, last, series)
        found += [series] if quieter else []
        never += [place.name] if series is not None and not quieter else []
        waiting += [place.name] if done and not series else []
    return found, waiting, never


def _last_ended(done: list[Intervention], today: date) -> Intervention | None:
    """The action that ran for a time and ended last; one that shut the place before any other."""
    ended = [
        i
        for i in done
        if i.window is not None and i.window.days > 1 and i.window.end <= today and i.expected_reporting_effect != "up"
    ]
    shut = [i for i in ended if i.shuts]
    return max(shut or ended, key=lambda i: i.window.end, default=None)


def _place_series(evidence: Evidence, place: tuple, last: Intervention) -> _Series | None:
    """Weeks or months since the action ended; None before the first whole one is over."""
    mask, held, ended = evidence.inside(place.geometry), evidence.held, last.window.end
    monthly = _counts(evidence, mask, _months_from(ended, held), "month")
    weekly = min(_rate(evidence, mask, window) for window in _learning(last, held))
    unit: Unit = "week" if weekly >= WEEKLY_FROM and evidence.finest == "week" else "month"
    weeks = Window(ended, ended + timedelta(weeks=max((held.end - ended).days // 7, 1)))
    counts = _counts(evidence, mask, weeks, "week") if unit == "week" else monthly
    if monthly.empty or counts.empty:
        return None
    quiet = weekly if unit == "week" else max(weekly * 52 / 12, _LOWEST_A_MONTH)
    return _Series(place.name, "place", unit, counts, quiet, monthly)


def _went_quiet(evidence: Evidence, place: tuple, last: Intervention, series: _Series) -> bool:
    """Whether the quiet level lies below the time before the action: a range made of raised months is not quiet."""
    before = Window(last.start - timedelta(weeks=BEFORE_WEEKS), last.start)
    if before.start < evidence.held.start:
        before = Window(evidence.held.start, last.start) if evidence.held.start < last.start else before
    began = evidence.incidents.loc[evidence.inside(place.geometry), "occurred_from"]
    n = ((began >= pd.Timestamp(before.start)) & (began < pd.Timestamp(before.end))).sum()
    return before.days >= 7 * LEARNING_WEEKS and series.quiet * PER_YEAR[series.unit] / 52 < n / (before.days / 7)


def _learning(last: Intervention, held: Window) -> list[Window]:
    """Spells that say how quiet it can be."""
    ended = last.window.end
    after = Window(ended, max(min(ended + timedelta(weeks=LEARNING_WEEKS), held.end), ended + timedelta(days=7)))
    shut = last.shuts and last.window.days >= SHUT_DAYS
    return [last.window, after] if shut else [after]


def _rate(evidence: Evidence, mask: np.ndarray, window: Window) -> float:
    """Reports a week of a spell, raised by a standard error."""
    began = evidence.incidents.loc[mask, "occurred_from"]
    n = ((began >= pd.Timestamp(window.start)) & (began < pd.Timestamp(window.end))).sum()
    return _careful(int(n), window.days / 7)


def _months_from(ended: date, held: Window) -> Window | None:
    """Whole months after a day, None before the first is over."""
    first = ended if ended.day == 1 else add_months(ended.replace(day=1), 1)
    return Window(first, held.end) if first < held.end else None


def _counts(evidence: Evidence, mask: np.ndarray, window: Window | None, unit: Unit) -> pd.Series:
    if window is None or window.end > evidence.held.end:
        return pd.Series(dtype=float)
    counted = evidence.counts({"place": mask}, window, unit)
    return counted.set_index("period")["n"]


def _outlines(evidence: Evidence, places: list[_Series]) -> np.ndarray:
    watched = evidence.places["name"].isin([one.place for one in places])
    return evidence.places.geometry[watched].to_numpy()


def _hotspots(hub: HubView, watched: np.ndarray) -> tuple[list[_Series], int]:
    """Monthly series over the query's window of every hotspot off the watched outlines, and how many have
    too short a past."""
    first, found, short = pd.Timestamp(hub.query.window.start), [], 0
    areas = hub.hotspots.areas
    areas = areas[~areas.intersects(shapely.union_all(watched))]
    names = dict(zip(areas["id"], areas["name"], strict=True))
    for hotspot, chart in ((one, hub.charts[one]) for one in names):
        series = chart.set_index("period")["n"]
        past = series[series.index < first].dropna()
        if len(past) < FEWEST_BASELINE_MONTHS:
            short += 1
            continue
        quiet = max(_careful(past.sum(), len(past)), _LOWEST_A_MONTH)
        now = series[series.index >= first]
        found.append(_Series(names[hotspot], "hotspot", "month", now, quiet, now))
    return found, short


def _careful(n: float, periods: float) -> float:
    """A rate a period, raised by its standard error: a quiet level taken too low rings too often."""
    return (n + math.sqrt(max(n, 1.0))) / periods


def _judged(one: _Series, watched: int) -> tuple[Design, Watched] | None:
    """The plan of one watch and what it has seen; None where no threshold keeps the promise."""
    between = max(LEAST_BETWEEN[one.unit], watched * PER_YEAR[one.unit] / BUDGET_A_YEAR)
    try:
        plan = design(_rounded(one.quiet), _rounded(_relapse(one.quiet)), run_length=between)
    except BadValue:
        return None
    return plan, watch(one.counts, reference=plan.reference, threshold=plan.threshold)


def _relapse(quiet: float) -> float:
    """The level that would mean it is back: twice the quiet one, or half as much again where that is high."""
    return max(quiet + 2 * math.sqrt(quiet), quiet * 1.5)


def _rounded(rate: float) -> float:
    return round(rate, 2) if rate < 10 else round(rate, 1)


def _row(one: _Series, plan: Design, seen: Watched) -> tuple:
    """One row of the watched table."""
    latest = one.counts.iloc[-RINGS_FOR[one.unit] :]
    ringing = [i for i in seen.alarms if i >= len(one.counts) - len(latest) and latest.max() > plan.reference]
    since = one.counts.index[_began(seen, ringing[0])] if ringing else pd.NaT
    known = one.monthly.dropna()
    low, high = stats.poisson.ppf((0.0025, 0.9975), one.quiet_a_month)
    state = ("returned" if one.kind == "place" else "rising") if ringing else "quiet"
    return (
        one.place, one.kind, one.counts.index[0], one.unit, plan.quiet, plan.relapse, plan.threshold, plan.run_length,
        _rule(one, plan), since, float(known.iloc[-1]) if len(known) else math.nan, low, high, state,
    )  # fmt: skip


def _began(seen: Watched, position: int) -> int:
    """Where the climb to an alarm began: after the last time the sum stood at nothing."""
    zeros = [i for i in range(position) if seen.statistic[i] == 0]
    return zeros[-1] + 1 if zeros else 0


def _rule(one: _Series, plan: Design) -> str:
    noun = one.unit
    return (
        f"Reports over {plan.reference:g} a {noun} add up to {plan.threshold:g} or more (usual {plan.quiet:g} a "
        f"{noun}; with nothing wrong it rings once in about {plan.run_length / PER_YEAR[noun]:.0f} years)"
    )


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
