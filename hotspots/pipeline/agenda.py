"""What the meeting talks about besides hotspots: places to assess, and the place a hotspot belongs to."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import shapely

from hotspots.periods import Window
from hotspots.register.actions import overdue
from hotspots.register.interventions import Intervention, assessments_due, reporting_drives
from hotspots.register.places import Place
from hotspots.store import Store
from hotspots.store import register_reads as reads

LOOK_BACK = timedelta(days=28)
"""An assessment missed at the last meetings is still due at this one."""
SAME_PLACE = 0.25
"""Least share of the smaller of two outlines that lies in both for them to be one place."""


def places_to_assess(store: Store, *, today: date) -> pd.DataFrame:
    """Interventions to assess by the next weekly meeting: place, what, assess_on, weeks, district."""
    items = reads.listed(store, Intervention)
    due = assessments_due(items, Window(today - LOOK_BACK, today + timedelta(days=7)))
    places = {p.id: p for p in reads.listed(store, Place)}
    return due.assign(
        place=[places[i].name if i in places else "" for i in due["place_id"]],
        district=[places[i].district if i in places else "" for i in due["place_id"]],
    )


def place_of(outline: shapely.Geometry, places: Sequence[Place]) -> Place | None:
    """The adopted place that a hotspot's outline mostly lies in, or that mostly lies in it; None for none."""
    best, most = None, SAME_PLACE
    for place in places:
        shared = shapely.intersection(outline, place.geometry).area / min(outline.area, place.geometry.area)
        if shared > most:
            best, most = place, shared
    return best


def open_and_late(actions: pd.DataFrame, place_id: int, *, on: date) -> tuple[int, int]:
    """How many of a place's actions are open, and how many of those are past their due day."""
    mine = actions[actions["place_id"] == place_id]
    return int((mine["status"] == "open").sum()), len(overdue(mine, on=on))


def drive_since(store: Store, place: Place, *, month: date) -> date | None:
    """First day of a reporting drive at a place that was running in the month, or None."""
    windows = reporting_drives(reads.listed(store, Intervention, place_id=place.id))
    running = [w.start for w in windows if w.start <= (month + timedelta(days=31)).replace(day=1) and w.end > month]
    return min(running, default=None)
