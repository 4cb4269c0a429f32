"""The register's frames that screens and paper share: clocks, timeliness, minutes, plans, overlaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from hotspots import store as stores
from hotspots.periods import Window
from hotspots.pipeline.agenda import places_to_assess
from hotspots.pipeline.places import days_column, first_signal, place_of
from hotspots.register import actions as action_rules
from hotspots.register import partners as partner_rules
from hotspots.register import prompts
from hotspots.register.assessments import Assessment, settled
from hotspots.register.clocks import clock_table
from hotspots.register.interventions import Intervention, next_assessment
from hotspots.register.places import Place
from hotspots.register.sara import SaraPlan, sara_rows
from hotspots.store import Store
from hotspots.store import register_reads as reads

OVERLAP_DAYS = 90
"""Days the overlap list and the prompts look back on."""


def interventions_table(store: Store, *, today: date) -> pd.DataFrame:
    """Every intervention with its next assessment day (policy "interventions"), newest first."""
    table = reads.interventions(store)
    known = settled(reads.listed(store, Assessment), on=today)
    ahead = {
        i.id: next_assessment(i, on=today, settled_weeks=known.get(i.id, 0)) for i in reads.listed(store, Intervention)
    }
    table = table.assign(next_assessment=days_column([ahead[i] for i in table["id"]]))
    return table.sort_values(["start", "decided", "id"], ascending=False, na_position="first", kind="stable")


def clocks(store: Store, *, at: datetime) -> pd.DataFrame:
    """Every running clock of every intervention in the order a room needs (`register.clocks.clock_table`)."""
    names = {p.id: p.name for p in reads.listed(store, Place)}
    known = settled(reads.listed(store, Assessment), on=at.date())
    return clock_table(reads.listed(store, Intervention), names, at=at, settled_weeks=known)


def running(clocks: pd.DataFrame) -> pd.DataFrame:
    """Of the clocks those that have not passed yet."""
    return clocks[clocks["standing"] != "passed"]


@dataclass(frozen=True)
class Timeliness:
    """How soon and how reliably the hub acts.

    joint: a row a place (policy "days to joint action") · median_days: of the places that had a
    joint action, NaN when none · by_agency, by_quarter: `register.actions.on_time`
    """

    joint: pd.DataFrame
    median_days: float
    by_agency: pd.DataFrame
    by_quarter: pd.DataFrame


def timeliness(store: Store, places: Sequence[Place], charts: Mapping[int, pd.DataFrame], *, today: date) -> Timeliness:
    """First signal to first joint action by place, and actions on time by agency and quarter."""
    signals = {p.id: first_signal(charts[p.id], p) for p in places}
    known = {i: day for i, day in signals.items() if day is not None}
    joint = action_rules.days_to_joint_action(known, reads.interventions(store), on=today)
    names = {p.id: p.name for p in places}
    joint.insert(1, "place", [names[i] for i in joint["place_id"]])
    actions = reads.actions(store)
    return Timeliness(
        joint=joint,
        median_days=float(joint.loc[~joint["waiting"].astype(bool), "days"].median()),
        by_agency=action_rules.on_time(actions, on=today),
        by_quarter=action_rules.on_time(actions, on=today, by_quarter=True),
    )


def by_quarter(table: pd.DataFrame) -> pd.DataFrame:
    """Actions on time as words, "1 of 2": agency, then a column a quarter, oldest first.

    table: agency, quarter, due, on_time, as `register.actions.on_time` gives them by quarter
    """
    words = table.assign(
        words=[f"{k} of {d}" for k, d in zip(table["on_time"], table["due"], strict=True)],
        column=[f"{q.year} Q{q.quarter}" for q in table["quarter"]],
    )
    wide = words.pivot(index="agency", columns="column", values="words").fillna("–")
    return wide.rename_axis("Agency").rename_axis(None, axis=1).reset_index()


@dataclass(frozen=True)
class MeetingPapers:
    """What the minutes hold, as the screens have it: actions late on the day; what was closed, assessed, decided and
    raised since the last meeting; assessments still due (`agenda.places_to_assess`); running clocks."""

    overdue: pd.DataFrame
    closed: pd.DataFrame
    assessed: pd.DataFrame
    to_assess: pd.DataFrame
    decisions: pd.DataFrame
    new_actions: pd.DataFrame
    clocks: pd.DataFrame


def meeting_papers(store: Store, *, on: date, since: date, at: datetime) -> MeetingPapers:
    """Frames of the minutes of a meeting on a day; since: the day after the meeting before."""
    actions, done, assessed = reads.actions(store), reads.interventions(store), reads.assessments(store)
    first, last = pd.Timestamp(since), pd.Timestamp(on)
    every = clocks(store, at=at)
    return MeetingPapers(
        overdue=action_rules.overdue(actions, on=on),
        closed=actions[actions["closed"].between(first, last)],
        assessed=assessed[assessed["done_on"].between(first, last)],
        to_assess=places_to_assess(store, today=on),
        decisions=done[done["decided"].between(first, last)],
        new_actions=raised_since(actions, since=since, on=on),
        clocks=running(every),
    )


def raised_since(actions: pd.DataFrame, *, since: date, on: date) -> pd.DataFrame:
    """Actions raised from one day to another, both counted."""
    return actions[actions["raised"].between(pd.Timestamp(since), pd.Timestamp(on))]


def case_reviews(store: Store, *, districts: Sequence[str], on: date) -> tuple[int | None, int]:
    """Addresses of the districts that should be told of the ASB Case Review, and of them those with reports enough
    to ask for one in most areas (`prompts.case_review_prompt`). The first is None where no report of those months
    holds an address: nobody can be counted then, which is not nobody."""
    window = Window((pd.Timestamp(on) - pd.DateOffset(months=prompts.CASE_REVIEW_MONTHS)).date(), on)
    found = stores.incidents(store, window=window, districts=districts or None)
    if not found["address_key"].notna().any():
        return None, 0
    told, asking = (prompts.case_review_prompt(found, on=on, least=n) for n in (prompts.TELL_AT, prompts.ASK_AT))
    return told, asking


def agenda_problems(places: Sequence[Place], table: pd.DataFrame) -> list[str]:
    """Problem types of the places a meeting talks about: rising, or with a late action; all when none is."""
    due = table[table["state"].isin(("new", "growing", "returned")) | (table["late_actions"] > 0)]
    chosen = [p for p in places if p.id in due.index] or places
    return list(dict.fromkeys(word for p in chosen for word in p.problem_types))


def plan_rows(store: Store, plan: SaraPlan) -> pd.DataFrame:
    """A place's plan in SARA order with its actions and interventions (`register.sara.sara_rows`)."""
    actions, done = reads.actions(store), reads.interventions(store)
    return sara_rows(
        plan,
        actions=actions[actions["place_id"] == plan.place_id],
        interventions=done[done["place_id"] == plan.place_id],
    )


def history(store: Store, place_id: int) -> pd.DataFrame:
    """Earlier names, boundaries and statuses of a place with `area_m2` (policy "place history")."""
    told = reads.place_history(store, place_id)
    return told.assign(area_m2=[round(shape.area) for shape in told["geometry"]])


def recent_reports(
    store: Store, places: Sequence[Place], *, on: date, days: int = OVERLAP_DAYS
) -> tuple[pd.DataFrame, pd.Series]:
    """Reports of the last `days` before `on`, and the name of the place each lies in (missing for none)."""
    window = Window(on - timedelta(days=days), on)
    found = partner_rules.recent(stores.incidents(store, window=window), on=on, days=days)
    located = found[found["x"].notna()]
    number = place_of(located, places, store.crs)
    names = number.map({p.id: p.name for p in places})
    return found, names.reindex(found.index)
