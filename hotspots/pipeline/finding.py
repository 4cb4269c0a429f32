"""The command line's `find`: hotspots from the store or straight from files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from hotspots import store as stores
from hotspots.analysis.cluster import Hotspots
from hotspots.errors import BadValue, NoData
from hotspots.geojson import as_geojson
from hotspots.intake.reading import Reading
from hotspots.periods import Window, add_months
from hotspots.pipeline.query import Query, as_points, hotspots_of, located_incidents, nothing_found
from hotspots.store import Store

FOUND_FIELDS = (
    "id",
    "name",
    "n",
    "locations",
    "extent_m",
    "area_m2",
    "eps",
    "too_wide",
    "easting",
    "northing",
)


@dataclass(frozen=True)
class Found:
    """A run of `find` with what it was asked: the command line's answer."""

    query: Query
    hotspots: Hotspots
    crs: str

    def summary(self) -> dict:
        """Keys of the command line's JSON; lengths in metres, areas in square metres."""
        found = self.hotspots
        return {
            "window": {"from": str(found.window.start), "to": str(found.window.end)},
            "eps": found.eps,
            "min_samples": found.min_samples,
            "max_extent": found.max_extent,
            "incidents": found.incidents,
            "noise": found.noise,
            "hotspots": found.areas[list(FOUND_FIELDS)].to_dict("records"),
        }

    def geojson(self) -> dict:
        """Outlines with the same fields, in WGS84."""
        return as_geojson(self.hotspots.areas, FOUND_FIELDS, crs=self.crs)


def find_in_store(store: Store, ask: Callable[[Window], Query]) -> Found:
    """Find hotspots among the store's incidents; raises `NoData` or `BadValue` when it cannot.

    ask: makes the query once the months held are known.
    """
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    query = ask(held)
    _known_districts(query, stores.districts(store)["district"])
    located, _ = located_incidents(store, query)
    return Found(query, hotspots_of(located, query), store.crs)


def find_from_files(readings: Iterable[Reading], ask: Callable[[Window], Query], *, crs: str) -> Found:
    """Find hotspots straight from files, without a store; the rows are only held in memory."""
    taken = {reading.snapshots or (reading.file,): reading.incidents for reading in readings if not reading.set_aside}
    if not taken:
        raise NoData("No data file was given that could be taken; give CSV, zip or other incident files.")
    frame = pd.concat(taken.values())
    first, last = frame["occurred_from"].min(), frame["occurred_from"].max()
    query = ask(Window(first.date().replace(day=1), add_months(last.date().replace(day=1), 1)))
    _known_districts(query, frame["district"].dropna())
    window = query.window
    inside = (frame["occurred_from"] >= pd.Timestamp(window.start)) & (
        frame["occurred_from"] < pd.Timestamp(window.end)
    )
    inside &= (frame["time_precision"] != "month") | (frame["occurred_to"] <= pd.Timestamp(window.end))
    if query.districts:
        inside &= frame["district"].isin(query.districts)
    if not inside.any():
        raise NoData(nothing_found(query))
    return Found(query, hotspots_of(as_points(frame[inside], crs), query), crs)


def _known_districts(query: Query, names: pd.Series) -> None:
    known = set(names)
    for district in query.districts:
        if district not in known:
            near = get_close_matches(district, known, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "leave the district out to see all."
            raise BadValue(f"No report lies in a district called {district}; {hint}")
