"""How good the hotspots themselves are: what last period's caught of the months after, and how firm they are."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import geopandas as gpd
import pandas as pd

from hotspots.analysis.cluster import find_hotspots
from hotspots.analysis.quality import capture, stability
from hotspots.errors import NoData
from hotspots.periods import Window, add_months
from hotspots.pipeline.alarming import reported_ground
from hotspots.pipeline.query import Query, hotspots_of, located_incidents
from hotspots.store import Store

FOLLOWING_MONTHS = 3
UNSPLIT_M = 1e6
"""Largest extent for plain DBSCAN: none."""
_HULL_M = 10.0

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class QualityView:
    """Two answers about the hotspots of a query's settings.

    window, following: the hotspots were found in the one and tried on the other · capture: of `quality.capture`
    stability: of `quality.stability` with `name` and `n` of each hotspot of the query's own window
    study_km2: ground that shares of area are of
    """

    query: Query
    window: Window
    following: Window
    capture: pd.DataFrame
    stability: pd.DataFrame
    study_km2: float


def quality_of(store: Store, query: Query, *, progress: Progress | None = None) -> QualityView:
    """Try the hotspots of three months ago on the months since, and move the settings by a quarter.

    Rivals at equal area: squares of 50, 100 and 200 m that were fullest in the same window, and plain DBSCAN
    (never split, convex hulls 10 m wider). Shares of area are of the ground that reports ever came from in
    either window, because the store holds no boundary; PAI is therefore lower than against a whole district.

    Raises `NoData` where no hotspot is found or nothing was reported in the months after.
    """
    told = progress or (lambda _share, _words: None)
    following = Window(add_months(query.window.end, -FOLLOWING_MONTHS), query.window.end)
    window = Window(add_months(query.window.start, -FOLLOWING_MONTHS), following.start)
    told(0.1, "Hotspots of the window before")
    before, _ = located_incidents(store, replace(query, window=window))
    after, _ = located_incidents(store, replace(query, window=following))
    found = hotspots_of(before, replace(query, window=window))
    if found.areas.empty:
        raise NoData("No hotspot was found in the window before, so there is nothing to try on the months after.")
    told(0.4, "What they caught of the months after")
    study = reported_ground(pd.concat([before, after])).area
    rivals = {"plain DBSCAN, hulls": _hulls(before, replace(query, window=window))}
    caught = capture(found.areas, before, after, study_area_m2=study, rivals=rivals, cells_m=(50, 100, 200))
    told(0.6, "Which survive other settings")
    return QualityView(query, window, following, caught, _firmness(store, query), study / 1e6)


def _hulls(located: gpd.GeoDataFrame, query: Query) -> gpd.GeoDataFrame:
    """Convex hulls of DBSCAN clusters that nobody split."""
    plain = hotspots_of(located, replace(query, max_extent=UNSPLIT_M, min_days=1))
    clustered = located.assign(label=plain.labels).query("label >= 0")
    return clustered[["label", "geometry"]].dissolve("label").convex_hull.buffer(_HULL_M).to_frame("geometry")


def _firmness(store: Store, query: Query) -> pd.DataFrame:
    located, _ = located_incidents(store, query)
    find = partial(find_hotspots, window=query.window, max_extent=query.max_extent, min_days=query.min_days)
    table = stability(located, find, eps=query.eps, min_samples=query.min_samples)
    areas = hotspots_of(located, query).areas
    return table.assign(name=table["hotspot"].map(areas["name"]), n=table["hotspot"].map(areas["n"]))
