"""Tasks given in a meeting, each with an owner and a due date; who keeps them, and how soon we act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hotspots.errors import BadValue

EPIC = ("Enforcement", "Prevention", "Information", "Communication")
SIDES = ("victim", "offender", "location")
MIN_BASE = 20
"""Least number of actions a share is given for; below it only the two counts are shown."""

ON_TIME = (
    "Actions done on or before their due day, of all that fell due; one still open after its due day counts "
    "as late, a cancelled one is not counted."
)
JOINT_ACTION = (
    "Days from the first signal (the first day on which a count above the usual range could be known) to the "
    "first day of an intervention by a lead agency with at least one partner."
)
"""Definitions that stand on the page beside the numbers."""

VALID_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "open": frozenset({"done", "cancelled"}),
    "done": frozenset({"open"}),
    "cancelled": frozenset({"open"}),
}
"""Status → the statuses it may become."""


@dataclass(frozen=True)
class Action:
    """One task: no names, an agency and a role.

    owner, role: agency and the post that answers for it · due, raised: days · power_id: power
    relied on · epic, side: what kind of action (`EPIC`) on which side of the triangle (`SIDES`)
    outcome: what came of it, needed to close · closed: the day.
    Raises `BadValue` naming what is missing or does not fit.
    """

    place_id: int | None
    task: str
    owner: str
    role: str
    due: date | None
    raised: date
    status: str = "open"
    power_id: str = ""
    intervention_id: int | None = None
    epic: str = ""
    side: str = ""
    outcome: str = ""
    closed: date | None = None
    id: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        needed = {
            "a place": self.place_id,
            "a task": self.task.strip(),
            "an owner agency": self.owner.strip(),
            "the owner's role": self.role.strip(),
            "a due date": self.due,
        }
        missing = [name for name, value in needed.items() if value in (None, "")]
        if missing:
            raise BadValue(f"The action was not saved: it needs {', '.join(missing)}.")
        _require(
            self.due >= self.raised, f"it is due ({self.due:%d/%m/%Y}) before it was raised ({self.raised:%d/%m/%Y})"
        )
        _require(self.status in VALID_TRANSITIONS, f"status must be one of {', '.join(VALID_TRANSITIONS)}")
        _require(self.epic in ("", *EPIC), f"its kind must be one of {', '.join(EPIC)}")
        _require(self.side in ("", *SIDES), f"its side must be one of {', '.join(SIDES)}")
        if self.status != "open":
            _require(bool(self.outcome.strip()), f"an action that is {self.status} needs its outcome")
            _require(self.closed is not None, f"an action that is {self.status} needs the day it was closed")
            _require(self.closed >= self.raised, "it cannot be closed before it was raised")


def require_transition(status: str, to: str) -> None:
    """Raise `BadValue` unless an action of `status` may become `to`."""
    allowed = VALID_TRANSITIONS.get(status, frozenset())
    if to not in allowed:
        raise BadValue(f"An action that is {status} cannot become {to}; it may become {', '.join(sorted(allowed))}.")


def overdue(actions: pd.DataFrame, *, on: date) -> pd.DataFrame:
    """Open actions past their due day, by agency and the latest first, with `days_late`.

    actions: frame of the store's actions (status, due, owner …); due on the day itself is not late.
    """
    late = actions[(actions["status"] == "open") & (actions["due"] < pd.Timestamp(on))]
    late = late.assign(days_late=(pd.Timestamp(on) - late["due"]).dt.days)
    return late.sort_values(["owner", "due"], kind="stable").reset_index(drop=True)


def overdue_by_agency(actions: pd.DataFrame, *, on: date) -> pd.DataFrame:
    """Overdue counts, most first: agency, overdue, oldest_days."""
    late = overdue(actions, on=on)
    table = late.groupby("owner", as_index=False).agg(overdue=("days_late", "size"), oldest_days=("days_late", "max"))
    return table.rename(columns={"owner": "agency"}).sort_values(
        ["overdue", "oldest_days"], ascending=False, kind="stable", ignore_index=True
    )


def on_time(actions: pd.DataFrame, *, on: date, by_quarter: bool = False) -> pd.DataFrame:
    """Actions done by their due day, of those due by `on`: agency, [quarter], due, on_time, share.

    An action still open after its due day counts as not on time; a cancelled one is not counted.
    quarter: Timestamp of the first day of the quarter in which it was due. share is NaN under
    `MIN_BASE` due, where a percentage would say more than the counts do.
    """
    counted = actions[(actions["status"] != "cancelled") & (actions["due"] <= pd.Timestamp(on))]
    counted = counted[(counted["status"] == "done") | (counted["due"] < pd.Timestamp(on))]
    kept = (counted["status"] == "done") & (counted["closed"] <= counted["due"])
    counted = counted.assign(agency=counted["owner"], kept=kept, quarter=counted["due"].dt.to_period("Q").dt.start_time)
    keys = ["agency", "quarter"] if by_quarter else ["agency"]
    table = counted.groupby(keys, as_index=False).agg(due=("kept", "size"), on_time=("kept", "sum"))
    table["share"] = np.where(table["due"] >= MIN_BASE, table["on_time"] / table["due"], np.nan)
    return table


def days_to_joint_action(first_signals: Mapping[int, date], interventions: pd.DataFrame, *, on: date) -> pd.DataFrame:
    """Days from first signal to first joint action, a row a place, oldest signal first.

    first_signals: place id → first day on which the signal could be known (for monthly counts
    the day after the month) · interventions: frame of the store's interventions
    Returns place_id, first_signal, first_joint_action (NaT when none by `on`), days (to the
    action, else waited so far) and waiting (bool). A joint action is one that started, with a
    partner beside the lead; one that began before the signal is not an answer to it.
    """
    started = interventions[interventions["joint"] & interventions["start"].notna()]
    started = started[~started["status"].isin(("refused", "withdrawn")) & (started["start"] <= pd.Timestamp(on))]
    rows = []
    for place_id, signal in sorted(first_signals.items(), key=lambda item: (item[1], item[0])):
        after = started[(started["place_id"] == place_id) & (started["start"] >= pd.Timestamp(signal))]
        first = after["start"].min()
        until = pd.Timestamp(on) if pd.isna(first) else first
        rows.append((place_id, pd.Timestamp(signal), first, (until - pd.Timestamp(signal)).days, pd.isna(first)))
    columns = ["place_id", "first_signal", "first_joint_action", "days", "waiting"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"first_signal": "datetime64[us]", "first_joint_action": "datetime64[us]"})


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise BadValue(f"This action cannot be saved: {what}.")
