"""The nouns of a comparison as pages, reports and the command line read them."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from hotspots.analysis.comparison import Comparison
from hotspots.analysis.rates import RateRatio, log_rate_ratio
from hotspots.periods import Window
from hotspots.pipeline.control import ControlArea
from hotspots.pipeline.long_run import LongRun
from hotspots.pipeline.windows import Unit, Windows, moved
from hotspots.register.interventions import Intervention

MAP_POINTS, RECORDED, GAP, NOTHING = "map points", "recorded otherwise", "a gap", "nothing reported"
"""Why a comparison is refused."""


def reason_of(counts: Mapping[str, pd.DataFrame], *, map_points: bool, given: bool) -> str:
    """Which of the reasons a refusal has.

    counts: window → [period, area, n], gaps missing · given: whether it was refused before anything was compared,
    either for reports on map points or, else, because one area was recorded otherwise than the other
    """
    if given:
        return MAP_POINTS if map_points else RECORDED
    held = pd.concat(counts.values())
    return GAP if held.loc[held["area"].isin(("target", "control")), "n"].isna().any() else NOTHING


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
    reporting: [what, kind, before, after] by who reported and by source
    in_closed: reports during the action itself, None where days are not known
    references: what luck was measured on · outlines: area → geometry in metres
    done: everything logged at the place · long_run: a ward's or district's interrupted time series
    map_points: whether reports on map points that stand for many addresses are among those counted
    refused_for: why the verdict is *refused* (MAP_POINTS, RECORDED, GAP or NOTHING), "" where it is not
    gaps: source and month of the windows that were not received whole, in words
    wider: wards and districts in which most of the reports lie, that can be compared in its stead
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
    done: tuple[Intervention, ...]
    notes: tuple[str, ...]
    long_run: LongRun | None = None
    map_points: bool = False
    refused_for: str = ""
    gaps: tuple[str, ...] = ()
    wider: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether nothing can be said, so that counts stand alone and nothing is held against them."""
        return self.comparison.verdict == "refused"

    @property
    def could_tell_on(self) -> date | None:
        """The day after the last period that `when_could_tell` asks for."""
        wait = self.comparison.when_could_tell
        return None if wait is None else moved(self.windows.after.end, wait, self.unit)

    @property
    def silence(self) -> RateRatio | None:
        """Change in residents' reports over that in everybody else's; None where the data do not tell them apart."""
        own, others = self._by_reporter
        return None if 0 in (sum(own), sum(others)) else log_rate_ratio(own, others)

    @property
    def others_fell(self) -> bool:
        """Whether reports that do not come from residents fell beyond luck against the comparison area.

        By the 95 % interval of the ratio of ratios, widened for bursts as the verdict's is.
        """
        found, others = self.comparison, self._by_reporter[1]
        if 0 in (sum(others), found.control_before, found.control_after):
            return False
        change = log_rate_ratio(others, (found.control_before, found.control_after))
        bursts = max(1.0, found.dispersion) if math.isfinite(found.dispersion) else 1.0
        return change.ratio * (change.high / change.ratio) ** math.sqrt(bursts) < 1

    @property
    def _by_reporter(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Reports before and after: of residents, of everybody else."""
        kinds = self.reporting[self.reporting["what"] == "reporter_kind"]
        own = kinds["kind"] == "resident"
        sums = [kinds.loc[rows, ["before", "after"]].sum() for rows in (own, ~own)]
        resident, other = ((int(both["before"]), int(both["after"])) for both in sums)
        return resident, other

    @property
    def area_counts(self) -> pd.DataFrame:
        """[area, before, after, geometry]: every area's reports in the two windows; geometry where it has one."""
        found = self.comparison
        rows = [
            ("target", found.before, found.after),
            ("control", found.control_before, found.control_after),
            *[(area, ring.before, ring.after) for area, ring in self._rings.items()],
        ]
        frame = pd.DataFrame(rows, columns=["area", "before", "after"])
        return frame.assign(geometry=frame["area"].map(dict(self.outlines)))

    @property
    def windows_table(self) -> pd.DataFrame:
        """[area, window, start, end, n, expected, expected_low, expected_high]: windows with their counts.

        `expected` is what the place would have had a unit with no change of its own, for its window after.
        """
        rows = [
            (row.area, side, getattr(self.windows, side).start, getattr(self.windows, side).end, getattr(row, side))
            for row in self.area_counts.itertuples()
            for side in ("before", "after")
        ]
        if self.windows.closed is not None:
            closed = self.windows.closed
            rows.append(("target", "closed", closed.start, closed.end, self.in_closed))
        frame = pd.DataFrame(rows, columns=["area", "window", "start", "end", "n"])
        frame = frame.astype({"start": "datetime64[us]", "end": "datetime64[us]", "n": "Float64"})
        found, size = self.comparison, self.comparison.periods_after
        mine = (frame["area"] == "target") & (frame["window"] == "after")
        ends = {
            "expected": found.expected_after,
            "expected_low": max(found.after + found.avoided_low, 0.0),
            "expected_high": found.after + found.avoided_high,
        }
        return frame.assign(**{name: np.where(mine, value / size, np.nan) for name, value in ends.items()})

    @property
    def intervals(self) -> pd.DataFrame:
        """[row, kind, about, before, after, change, low, high]: changes as fractions, the honest one first.

        kind: honest, ring or naive (no interval), or luck: from no change to regression to the mean.
        """
        found = self.comparison
        honest = ("honest", self.place, found.before, found.after, found.ratio - 1, found.low - 1, found.high - 1)
        naive = ("naive", self.place, found.before, found.after, found.naive_change, math.nan, math.nan)
        rings = [
            ("ring", f"{ring.inner_m:.0f} to {ring.outer_m:.0f} m", ring.before, ring.after, ring.ratio - 1,
             ring.low - 1, ring.high - 1)
            for ring in self._rings.values()
        ]  # fmt: skip
        luck = ("luck", "", found.before, found.after, found.regression_to_mean, math.nan, math.nan)
        frame = pd.DataFrame(
            [honest, naive, *rings, luck], columns=["kind", "about", "before", "after", "change", "low", "high"]
        )
        return frame.assign(row=range(len(frame)))

    @property
    def _rings(self) -> dict[str, Ring]:
        both = {"ring": self.ring, "far ring": self.far_ring}
        return {area: ring for area, ring in both.items() if ring is not None}

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
            "long_run": None if self.long_run is None else _long_run_summary(self.long_run),
            "could_tell_on": self.could_tell_on,
            "notes": list(self.notes),
        }


def _dates(window: Window) -> dict[str, str]:
    return {"from": str(window.start), "to": str(window.end)}


def _ring_summary(ring: Ring | None) -> dict | None:
    return None if ring is None else {key: _plain(value) for key, value in asdict(ring).items()}


def _long_run_summary(found: LongRun) -> dict:
    step = {key: _plain(getattr(found.effect, key)) for key in ("step", "low", "high", "p_value", "dispersion")}
    return step | {"months_before": found.months_before, "months_after": found.months_after}


def _plain(value: object) -> object:
    """A JSON value: what is not a finite number is None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
