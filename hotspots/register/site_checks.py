"""What is seen and heard at a place: the condition of its doors and lights, and its residents."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from hotspots.errors import BadValue

ITEMS = ("communal door", "CCTV", "lighting", "bin store", "void flats")
OUTDOORS = ("CCTV", "lighting")
"""Items that any place may have; the others are of buildings."""
OPEN_KINDS = frozenset({"street", "shops", "park", "car park", "station"})
"""Kinds of place that are no building: nobody checks their communal door."""
STATES = ("working", "failed", "not checked")
STALE_DAYS = 60
MEETING_KINDS = ("residents' meeting", "drop-in", "walkabout", "survey")


@dataclass(frozen=True)
class SiteCheck:
    """One item looked at on one day; by: agency and role, never a person's name.

    For void flats "working" means secured. Raises `BadValue` for an unknown item or state.
    """

    place_id: int
    item: str
    state: str
    checked_on: date
    by: str
    id: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        _require(self.item in ITEMS, f"item must be one of {', '.join(ITEMS)}")
        _require(self.state in STATES, f"state must be one of {', '.join(STATES)}")
        _require(bool(self.by.strip()), "say which agency checked")


@dataclass(frozen=True)
class ResidentMeeting:
    """One time residents were heard: how many came and how many feel safe, no names.

    themes: problem types raised · asked: how many were asked if they feel safe; feel_safe: how
    many said yes. Raises `BadValue` for counts that do not fit together.
    """

    place_id: int
    held_on: date
    kind: str
    attended: int
    themes: tuple[str, ...] = ()
    asked: int = 0
    feel_safe: int = 0
    id: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        _require(self.kind in MEETING_KINDS, f"kind must be one of {', '.join(MEETING_KINDS)}")
        _require(0 <= self.feel_safe <= self.asked, "more feel safe than were asked")
        _require(self.attended >= 0, "attendance cannot be below zero")


def checklist(checks: pd.DataFrame, *, place_id: int, on: date, kind: str = "block") -> pd.DataFrame:
    """The items of a place as last seen: item, state, checked_on, by, days, flag.

    kind: of the place; one of `OPEN_KINDS` has the items of buildings only once they were checked there.

    checks: frame of the store's site checks. flag: "failed", "not checked for N days" (over
    `STALE_DAYS`), "never checked" or empty; a failed item stays failed however old.
    """
    mine = checks[(checks["place_id"] == place_id) & (checks["checked_on"] <= pd.Timestamp(on))]
    latest = mine.sort_values(["checked_on", "id"], kind="stable").groupby("item").last()
    expected = OUTDOORS if kind in OPEN_KINDS else ITEMS
    items = [item for item in ITEMS if item in expected or item in latest.index]
    table = latest.reindex(items)[["state", "checked_on", "by"]]
    table["state"] = table["state"].astype(object).where(table["state"].notna(), "not checked")
    table["by"] = table["by"].astype(object).where(table["by"].notna(), "")
    table["days"] = (pd.Timestamp(on) - table["checked_on"]).dt.days.astype("Int64")
    table["flag"] = [_flag(state, days) for state, days in zip(table["state"], table["days"], strict=True)]
    return table.rename_axis("item").reset_index()


def feel_safe_pulse(meetings: pd.DataFrame, *, place_id: int) -> pd.DataFrame:
    """How many felt safe each time residents were asked, oldest first: held_on, asked, feel_safe.

    Counts only: those who come to a meeting are no sample of those who live there.
    """
    asked = meetings[(meetings["place_id"] == place_id) & (meetings["asked"] > 0)]
    return asked.sort_values("held_on")[["held_on", "kind", "asked", "feel_safe"]].reset_index(drop=True)


def _flag(state: str, days: int) -> str:
    if state == "failed":
        return "failed"
    if pd.isna(days):
        return "never checked"
    if state == "not checked" or days > STALE_DAYS:
        return f"not checked for {days} days" if days > STALE_DAYS else "not checked"
    return ""


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise BadValue(f"This cannot be saved: {what}.")
