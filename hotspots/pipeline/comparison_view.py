"""The nouns of a comparison as pages, reports and the command line read them."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd
from shapely.geometry.base import BaseGeometry

from hotspots.analysis.comparison import Comparison
from hotspots.periods import Window
from hotspots.pipeline.control import ControlArea
from hotspots.pipeline.windows import Unit, Windows, moved


@dataclass(frozen=True)
class Ring:
    """What happened between two distances from the place, other places taken out; ratios against the control."""

    inner_m: float
    outer_m: float
    before: int
    after: int
    ratio: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True, eq=False)
class ComparisonView:
    """A comparison with everything that was chosen to make it.

    series: [period, area, n] of target, control, ring, far ring over all data, gaps missing
    destinations: [place, distance, before, after] of other places within 400 m
    reporting: [what, kind, before, after] by who reported and by source · in_closed: reports during the
    action itself, None where days are not known · references: what luck was measured on · outlines:
    area → geometry in metres · could_tell_on: the day on which a halving would show
    """

    place: str
    place_id: int | None
    start: date
    end: date | None
    comparison: Comparison
    windows: Windows
    unit: Unit
    control: ControlArea
    suggestions: tuple[ControlArea, ...]
    ring: Ring | None
    far_ring: Ring | None
    series: pd.DataFrame
    destinations: pd.DataFrame
    reporting: pd.DataFrame
    in_closed: int | None
    references: str
    outlines: Mapping[str, BaseGeometry]
    notes: tuple[str, ...]

    @property
    def could_tell_on(self) -> date | None:
        """The day after the last period that `when_could_tell` asks for."""
        wait = self.comparison.when_could_tell
        return None if wait is None else moved(self.windows.after.end, wait, self.unit)

    def summary(self) -> dict:
        """Keys of the command line's JSON; what cannot be worked out is None."""
        windows = self.windows
        return {
            **{key: _plain(value) for key, value in asdict(self.comparison).items()},
            "place": self.place,
            "unit": self.unit,
            "windows": {
                "before": _dates(windows.before),
                "after": _dates(windows.after),
                "closed": None if windows.closed is None else {**_dates(windows.closed), "reports": self.in_closed},
            },
            "control": {
                "name": self.control.name,
                "kind": self.control.kind,
                "distance_m": _plain(self.control.distance),
                "before": self.comparison.control_before,
                "after": self.comparison.control_after,
                "reasons": list(self.control.reasons),
                "warnings": list(self.control.warnings),
            },
            "ring": _ring_summary(self.ring),
            "far_ring": _ring_summary(self.far_ring),
            "destinations": self.destinations.to_dict("records"),
            "references": self.references,
            "could_tell_on": self.could_tell_on,
            "notes": list(self.notes),
        }


def _dates(window: Window) -> dict[str, str]:
    return {"from": str(window.start), "to": str(window.end)}


def _ring_summary(ring: Ring | None) -> dict | None:
    return None if ring is None else {key: _plain(value) for key, value in asdict(ring).items()}


def _plain(value: object) -> object:
    """A JSON value: what is not a finite number is None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
