"""The problem-solving plan of a place: Scanning, Analysis, Response, Assessment."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from hotspots.errors import BadValue

STAGES = ("Scanning", "Analysis", "Response", "Assessment")


@dataclass(frozen=True)
class SaraPlan:
    """One plan a place: an objective that can be measured, the triangle, the day to assess it.

    problem: what was found in scanning · measure: what is counted ("reports a month") · baseline,
    target: its value now and wanted · by: the day it should be reached · victim, offender,
    location: the three sides, each with its guardian, handler or manager · assess_on: a day not
    before `by`. No names. Raises `BadValue` when the objective cannot be measured.
    """

    place_id: int
    problem: str
    measure: str
    baseline: float
    target: float
    by: date
    assess_on: date
    victim: str = ""
    guardian: str = ""
    offender: str = ""
    handler: str = ""
    location: str = ""
    manager: str = ""
    learned: str = ""
    id: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        _require(bool(self.problem.strip()), "say what the problem is")
        _require(bool(self.measure.strip()), "say what is counted")
        _require(self.target != self.baseline, "the target is the same as the baseline")
        _require(self.assess_on >= self.by, f"it is assessed ({self.assess_on}) before its target day ({self.by})")

    @property
    def objective(self) -> str:
        """The objective in one sentence."""
        verb = "Bring down" if self.target < self.baseline else "Bring up"
        return f"{verb} {self.measure} from {self.baseline:g} to {self.target:g} by {_day(self.by)}."


def sara_rows(plan: SaraPlan, *, actions: pd.DataFrame, interventions: pd.DataFrame) -> pd.DataFrame:
    """The plan in SARA order, a row a line: stage, heading, text; what case systems take in.

    actions, interventions: the place's rows from the store, oldest first in the result.
    """
    lines = [
        ("Scanning", "Problem", plan.problem),
        ("Scanning", "Objective", plan.objective),
        *[("Analysis", heading, text) for heading, text in _triangle(plan) if text],
        *[("Response", "Intervention", _intervention(row)) for row in _oldest(interventions, "start")],
        *[("Response", row["epic"] or "Action", _action(row)) for row in _oldest(actions, "raised")],
        ("Assessment", "Assess on", _day(plan.assess_on)),
        ("Assessment", "What was learned", plan.learned or "not yet written"),
    ]
    return pd.DataFrame(lines, columns=["stage", "heading", "text"])


def _triangle(plan: SaraPlan) -> list[tuple[str, str]]:
    return [
        ("Victim", plan.victim),
        ("Guardian", plan.guardian),
        ("Offender", plan.offender),
        ("Handler", plan.handler),
        ("Location", plan.location),
        ("Manager", plan.manager),
    ]


def _oldest(rows: pd.DataFrame, column: str) -> list[dict]:
    return rows.sort_values(column, kind="stable").to_dict("records")


def _intervention(row: dict) -> str:
    days = " to ".join(_day(d) for d in (row["start"], row["last_day"]) if pd.notna(d)) or "no date yet"
    partners = f" with {row['partners']}" if row["partners"] else ""
    return f"{row['what']}, {row['lead']}{partners}: {days} ({row['status']})"


def _action(row: dict) -> str:
    outcome = f"; {row['outcome']}" if row["outcome"] else ""
    return f"{row['task']}: {row['owner']}, {row['role']}, due {_day(row['due'])} ({row['status']}{outcome})"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise BadValue(f"This plan cannot be saved: {what}.")
