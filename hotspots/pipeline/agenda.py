"""What the meeting talks about besides hotspots: places to assess, and the place a hotspot belongs to."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import shapely

from hotspots.register.actions import overdue
from hotspots.register.assessments import Assessment, assessments_due, settled
from hotspots.register.interventions import Intervention, reporting_drives
from hotspots.register.places import Place
from hotspots.store import Store
from hotspots.store import register_reads as reads

NEXT_MEETING = timedelta(days=7)
"""A meeting assesses what falls due before the next one."""
SAME_PLACE = 0.25
"""Least share of the smaller of two outlines that lies in both for them to be one place."""


def places_to_assess(store: Store, *, today: date) -> pd.DataFrame:
    """Interventions to assess by the next weekly meeting, however late (policy "assessments due").

    What was missed stays until somebody records it: `register.assessments.assessments_due`, with place and district.
    """
    known = settled(reads.listed(store, Assessment), on=today)
    due = assessments_due(reads.listed(store, Intervention), known, on=today, until=today + NEXT_MEETING)
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
