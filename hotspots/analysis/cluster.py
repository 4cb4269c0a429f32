"""Hotspots: DBSCAN in metres on unique locations, kept walkable, one number each."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from sklearn.cluster import DBSCAN

from hotspots.analysis.naming import name_areas
from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.schema import AREAS, require_metres

EPS = 75.0
"""Default reach in metres: below the pitch of most street grids, so streets do not chain."""
INCIDENTS_A_MONTH = 3.0
MAX_EXTENT = 300.0
MIN_DAYS = 3
SMALLEST_EPS = 15.0
SHRINK = 0.8
NOISE = -1

Labeller = Callable[..., np.ndarray]
"""Like `label_locations`: another way to the same array."""


@dataclass(frozen=True)
class Hotspots:
    """What one run found, with the settings that made it.

    areas: GeoDataFrame with the columns of `schema.AREAS`, largest first, index 0, 1, 2 …
    labels: Series of int aligned to the located frame: the row of `areas`, or -1 for noise
    eps, max_extent: metres; min_samples: incidents; min_days: distinct days
    splits: how many clusters were wider than `max_extent` and run again at a smaller eps
    """

    areas: gpd.GeoDataFrame
    labels: pd.Series
    eps: float
    min_samples: int
    max_extent: float
    min_days: int
    window: Window
    splits: int

    @property
    def incidents(self) -> int:
        """Located incidents in the window."""
        return len(self.labels)

    @property
    def noise(self) -> int:
        """Located incidents in no hotspot."""
        return int((self.labels == NOISE).sum())


@dataclass(frozen=True)
class _Run:
    """Clusters before they have outlines: parts largest first, and which one (-1 none) each location is in."""

    parts: list["_Part"]
    xy: np.ndarray
    weights: np.ndarray
    of_location: np.ndarray
    labels: pd.Series
    splits: int


@dataclass(frozen=True)
class _Part:
    """Positions (into the unique locations) of one cluster and the eps that holds it."""

    members: np.ndarray
    eps: float
    too_wide: bool


def default_min_samples(window: Window, incidents_a_month: float = INCIDENTS_A_MONTH) -> int:
    """Least incidents of a hotspot: so many a month on average over the window, at least 3."""
    return max(3, round(incidents_a_month * window.length_in_months))


def find_hotspots(
    located: gpd.GeoDataFrame,
    *,
    window: Window,
    eps: float = EPS,
    min_samples: int | None = None,
    max_extent: float = MAX_EXTENT,
    min_days: int = MIN_DAYS,
    labeller: Labeller | None = None,
) -> Hotspots:
    """Find the blocks where incidents concentrate.

    located: incidents of the window with a point each, in a CRS in metres
    eps: reach in metres (inclusive) · min_samples: least incidents within eps of a core
    location, itself included (default: three a month over the window)
    max_extent: metres; a cluster whose bounding box has a longer diagonal is run again on its
    own members at eps × 0.8, again and again; below 15 m it is kept and flagged `too_wide`
    min_days: least distinct days, judged only where at least half the dates are exact
    labeller: clusters all locations in the first run, `label_locations` unless given; labels must be equal

    Returns `Hotspots`. Row order changes nothing: locations are sorted before clustering, so a
    border location near two clusters goes to the same one each time.
    Raises `BadValue` for parameters out of range and `BadFrame` for a frame not in metres.

    Source: Ester, Kriegel, Sander, Xu 1996; Schubert et al. 2017. Clustering unique locations
    with their counts as weights gives the labels of clustering every row (tested), at a fraction
    of time and memory. Not to be believed as *the* border of a problem: try eps and min_samples
    a quarter up and down, and remember that snapped sources cluster map points, not addresses.
    """
    min_samples = default_min_samples(window) if min_samples is None else min_samples
    run = _run(located, eps, min_samples, max_extent, min_days, labeller or label_locations)
    areas = _areas(run, located)
    return Hotspots(
        areas, run.labels, float(eps), int(min_samples), float(max_extent), int(min_days), window, run.splits
    )


def label_incidents(
    located: gpd.GeoDataFrame,
    *,
    window: Window,
    eps: float = EPS,
    min_samples: int | None = None,
    max_extent: float = MAX_EXTENT,
    min_days: int = MIN_DAYS,
) -> pd.Series:
    """The `labels` of `find_hotspots` alone, for whoever needs no outlines or names: half the work.

    Parameters (metres; incidents; days), errors and source as there. Returns, for each incident in the frame's own
    order, its hotspot's rank less 1, −1 for noise.
    """
    min_samples = default_min_samples(window) if min_samples is None else min_samples
    return _run(located, eps, min_samples, max_extent, min_days, label_locations).labels


def unique_locations(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct coordinates sorted by easting then northing, each row's place among them, and counts.

    x, y: metres, shape (rows,). Coordinates are the same when equal to the centimetre: sources
    write more digits than they know. Returns (locations × 2 metres, rows, locations).
    """
    if len(x) == 0:
        return np.empty((0, 2)), np.empty(0, dtype=np.intp), np.empty(0)
    code, keys = pd.factorize(location_keys(x, y))
    order = np.argsort(keys)
    place = np.empty(len(keys), dtype=np.intp)
    place[order] = np.arange(len(keys))
    inverse = place[code]
    return locations_of(keys[order]), inverse, np.bincount(inverse, minlength=len(keys)).astype(float)


def location_keys(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """One integer a location, in order of easting, then northing: centimetres, northing in the low 32 bits.

    x, y: metres, finite, shape (rows,); ±21,000 km fits.
    """
    return (np.round(x * 100).astype(np.int64) << 32) + (np.round(y * 100).astype(np.int64) + 2**31)


def locations_of(keys: np.ndarray) -> np.ndarray:
    """Coordinates in metres, shape (locations, 2), of the keys of `location_keys`."""
    return np.column_stack([(keys >> 32) / 100, ((keys & 0xFFFFFFFF) - 2**31) / 100])


def label_locations(xy: np.ndarray, weights: np.ndarray, *, eps: float, min_samples: int) -> np.ndarray:
    """DBSCAN label (-1 noise) of each unique location; equal to labelling every row.

    xy: metres, shape (locations, 2), float64 (float32 moves borders) · weights: incidents at each.
    """
    if len(xy) == 0:
        return np.empty(0, dtype=np.int64)
    # sklearn sums weights per point in Python; without duplicates they only cost time.
    sample_weight = weights if (weights != 1).any() else None
    return DBSCAN(eps=eps, min_samples=min_samples).fit(xy, sample_weight=sample_weight).labels_


def extent(xy: np.ndarray) -> float:
    """Diagonal of the bounding box of the locations, metres."""
    return float(np.hypot(*np.ptp(xy, axis=0)))


def check_settings(eps: float, min_samples: int) -> None:
    """Raise `BadValue` for a reach or a least number that makes no sense."""
    if not (math.isfinite(eps) and 1 <= eps <= 5000):
        raise BadValue(f"eps is the reach in metres, from 1 to 5,000; {eps} was given.")
    if min_samples < 2:
        raise BadValue(f"min_samples counts incidents and must be at least 2; {min_samples} was given.")


def _check(eps: float, min_samples: int, max_extent: float) -> None:
    check_settings(eps, min_samples)
    if not (math.isfinite(max_extent) and max_extent >= 30):
        raise BadValue(f"The largest extent is in metres, at least 30; {max_extent} was given.")


def _run(
    located: gpd.GeoDataFrame, eps: float, min_samples: int, max_extent: float, min_days: int, labeller: Labeller
) -> _Run:
    require_metres(located, "find_hotspots")
    _check(eps, min_samples, max_extent)
    xy, inverse, weights = unique_locations(located.geometry.x.to_numpy(), located.geometry.y.to_numpy())
    parts, splits = _walkable_parts(xy, weights, eps, min_samples, max_extent, labeller)
    parts = _order(_on_enough_days(parts, inverse, located, min_days), xy, weights)
    of_location = np.full(len(xy), NOISE)
    for number, part in enumerate(parts):
        of_location[part.members] = number
    labels = pd.Series(of_location[inverse], index=located.index, name="hotspot", dtype="int64")
    return _Run(parts, xy, weights, of_location, labels, splits)


def _walkable_parts(
    xy: np.ndarray, weights: np.ndarray, eps: float, min_samples: int, max_extent: float, labeller: Labeller
) -> tuple[list[_Part], int]:
    waiting = [(np.arange(len(xy)), eps)]
    clustered = labeller  # all at once the first time, each wide cluster by itself after that
    done: list[_Part] = []
    splits = 0
    while waiting:
        members, reach = waiting.pop()
        labels = clustered(xy[members], weights[members], eps=reach, min_samples=min_samples)
        clustered = label_locations
        for cluster in _clusters(members, labels):
            if extent(xy[cluster]) <= max_extent:
                done.append(_Part(cluster, reach, False))
            elif reach * SHRINK < SMALLEST_EPS:
                done.append(_Part(cluster, reach, True))
            else:
                splits += 1
                waiting.append((cluster, reach * SHRINK))
    return done, splits


def _clusters(members: np.ndarray, labels: np.ndarray) -> Iterator[np.ndarray]:
    inside = labels != NOISE
    order = np.argsort(labels[inside], kind="stable")
    starts = np.flatnonzero(np.diff(labels[inside][order])) + 1
    if inside.any():
        yield from np.split(members[inside][order], starts)


def _on_enough_days(parts: list[_Part], inverse: np.ndarray, located: pd.DataFrame, least: int) -> list[_Part]:
    """Many reports of one night are an event, not a hotspot; unknowable from months alone."""
    of_location = np.full(inverse.max(initial=-1) + 1, NOISE)
    for number, part in enumerate(parts):
        of_location[part.members] = number
    part_of = of_location[inverse]
    exact = (located["time_precision"] != "month").to_numpy()
    began = located["occurred_from"].to_numpy()
    # A month that is all a row knows counts as one day: even numbers are days, odd ones months.
    when = np.where(
        exact,
        2 * began.astype("datetime64[D]").astype(np.int64),
        1 + 2 * began.astype("datetime64[M]").astype(np.int64),
    )
    rows = pd.DataFrame({"part": part_of, "exact": exact, "when": when})[part_of != NOISE].groupby("part")
    enough = (rows["exact"].mean() < 0.5) | (rows["when"].nunique() >= least)
    return [part for number, part in enumerate(parts) if enough[number]]


def _order(parts: list[_Part], xy: np.ndarray, weights: np.ndarray) -> list[_Part]:
    """Largest first; ties by the westernmost, southernmost location."""
    return sorted(parts, key=lambda p: (-weights[p.members].sum(), *xy[p.members].min(axis=0)))


def _areas(run: _Run, located: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    parts, xy, weights, labels = run.parts, run.xy, run.weights, run.labels
    rows = located[["occurred_from"]][labels != NOISE].groupby(labels[labels != NOISE])["occurred_from"]
    peaks = np.array([p.members[np.argmax(weights[p.members])] for p in parts], dtype=int)
    shapes = _outlines(parts, xy, run.of_location)
    frame = pd.DataFrame(
        {
            "id": [f"E{xy[i, 0]:.0f}N{xy[i, 1]:.0f}" for i in peaks],
            "name": name_areas(located["place_text"], labels, len(parts)),
            "n": [int(weights[p.members].sum()) for p in parts],
            "locations": [len(p.members) for p in parts],
            "days": _days(located["occurred_from"], labels, len(parts)),
            "first": rows.min().to_numpy(),
            "last": rows.max().to_numpy(),
            "eps": [p.eps for p in parts],
            "extent_m": [extent(xy[p.members]) for p in parts],
            "area_m2": shapely.area(np.array(shapes, dtype=object)) if shapes else [],
            "too_wide": pd.Series([p.too_wide for p in parts], dtype=bool),
            "easting": xy[peaks, 0],
            "northing": xy[peaks, 1],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=located.crs))[list(AREAS)]


def _days(began: pd.Series, labels: pd.Series, parts: int) -> np.ndarray:
    """Distinct days of each part."""
    inside = (labels != NOISE).to_numpy()
    day = began.to_numpy()[inside].astype("datetime64[D]").astype(np.int64) + 2**31  # never below 0
    pairs = pd.unique((labels.to_numpy()[inside] << 32) + day)
    return np.bincount(pairs >> 32, minlength=parts)


def _outlines(parts: list[_Part], xy: np.ndarray, of_location: np.ndarray) -> list[shapely.Geometry]:
    """Discs of half the eps round the members, less the Voronoi cells of locations that are not.

    So the located incidents inside an outline are exactly its members: one number, not two.
    Made from unique locations only: buffering rows is quadratic in time and memory.
    """
    if not parts:
        return []
    radius = {p.eps: p.eps / 2 for p in parts}
    members = np.concatenate([p.members for p in parts])
    tree = cKDTree(xy)
    near = np.unique(np.concatenate(tree.query_ball_point(xy[members], 2 * max(radius.values())))).astype(int)
    cells = _cells(xy[near])
    position = np.full(len(xy), -1)
    position[near] = np.arange(len(near))
    shapes = []
    for number, part in enumerate(parts):
        r = radius[part.eps]
        outline = shapely.union_all(shapely.buffer(shapely.points(xy[part.members]), r))
        reach = np.unique(np.concatenate(tree.query_ball_point(xy[part.members], 2 * r))).astype(int)
        others = reach[of_location[reach] != number]
        if len(others):
            outline = shapely.difference(outline, shapely.union_all(cells[position[others]]))
        shapes.append(outline)
    return shapes


def _cells(xy: np.ndarray) -> np.ndarray:
    """Voronoi cell of each location, in the locations' order; a lone location has the plane."""
    if len(xy) < 2:
        return shapely.buffer(shapely.points(xy), 1e6)
    frame = shapely.box(*(xy.min(axis=0) - 1000), *(xy.max(axis=0) + 1000))
    cells = shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=frame, ordered=True)
    return shapely.get_parts(cells)
