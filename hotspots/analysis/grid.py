"""An equal-area hexagon grid in metres, and where on it incidents concentrate now (Gi*)."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.stats import false_discovery_control, norm

from hotspots.errors import BadValue, NoData
from hotspots.schema import METRIC_CRS, require_metres

WIDTH = 200.0
"""Metres between opposite sides of a hexagon."""

_NEIGHBOURS = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
_CORNERS = np.deg2rad(np.arange(30, 390, 60))  # pointed top


def assign_hexagons(x: np.ndarray, y: np.ndarray, *, width: float = WIDTH) -> pd.DataFrame:
    """Hexagon of each point, as axial coordinates.

    x, y: metres. width: metres between opposite sides. Returns a frame [q, r] in the order of the points.
    The grid hangs on the origin of the CRS, so a hexagon is the same in every run. A point on an edge
    belongs to one hexagon. Rounding of cube coordinates after Red Blob Games.
    """
    if width <= 0:
        raise BadValue(f"A hexagon's width is above 0 m; {width} was given.")
    side = width / np.sqrt(3)
    r = np.asarray(y, dtype=float) / (1.5 * side)
    q = np.asarray(x, dtype=float) / width - r / 2
    whole_q, whole_r, whole_s = np.round(q), np.round(r), np.round(-q - r)
    off_q, off_r, off_s = np.abs(whole_q - q), np.abs(whole_r - r), np.abs(whole_s + q + r)
    # The coordinate rounded furthest is the one that follows from the other two.
    mend_q = (off_q > off_r) & (off_q > off_s)
    mend_r = ~mend_q & (off_r > off_s)
    return pd.DataFrame(
        {
            "q": np.where(mend_q, -whole_r - whole_s, whole_q).astype(np.int64),
            "r": np.where(mend_r, -whole_q - whole_s, whole_r).astype(np.int64),
        }
    )


def hexagons(cells: pd.DataFrame, *, width: float = WIDTH, crs: str = METRIC_CRS) -> gpd.GeoDataFrame:
    """Polygons of hexagons: the frame [q, r, …] with `geometry`, each of the same area."""
    side = width / np.sqrt(3)
    x = width * (cells["q"].to_numpy() + cells["r"].to_numpy() / 2)
    y = 1.5 * side * cells["r"].to_numpy()
    # To the millimetre, so that neighbours share their corners exactly.
    rings = np.stack([x[:, None] + side * np.cos(_CORNERS), y[:, None] + side * np.sin(_CORNERS)], axis=2).round(3)
    return gpd.GeoDataFrame(cells.copy(), geometry=list(shapely.polygons(rings)), crs=crs)


def cover(area: shapely.Geometry, *, width: float = WIDTH) -> pd.DataFrame:
    """Hexagons [q, r] whose centre lies in an area (metres), in order; raises `NoData` where none does."""
    west, south, east, north = area.bounds
    side = width / np.sqrt(3)
    r = np.arange(np.floor(south / (1.5 * side)), np.ceil(north / (1.5 * side)) + 1)
    span = np.arange(np.ceil((east - west) / width) + 2)
    first = np.floor(west / width - r / 2)
    q = (first[:, None] + span[None, :]).ravel()
    r = np.repeat(r, len(span))
    inside = shapely.contains_xy(area, width * (q + r / 2), 1.5 * side * r)
    if not inside.any():
        raise NoData("No hexagon has its centre in this area; choose narrower ones.")
    return pd.DataFrame({"q": q[inside].astype(np.int64), "r": r[inside].astype(np.int64)})


def count_hexagons(located: gpd.GeoDataFrame, *, area: shapely.Geometry, width: float = WIDTH) -> gpd.GeoDataFrame:
    """Incidents in each hexagon of an area, zeros included: [q, r, n, geometry].

    located: points in metres. Incidents outside the area's hexagons are not counted.
    """
    require_metres(located, "count_hexagons")
    cells = cover(area, width=width)
    own = assign_hexagons(located.geometry.x.to_numpy(), located.geometry.y.to_numpy(), width=width)
    n = own.value_counts().rename("n").reset_index()
    counted = cells.merge(n, on=["q", "r"], how="left")
    counted["n"] = counted["n"].fillna(0).astype(np.int64)
    return hexagons(counted, width=width, crs=located.crs)


def gi_star(values: Sequence[float], neighbours: Sequence[Sequence[int]]) -> np.ndarray:
    """Getis and Ord's Gi* z-scores with binary weights, each place its own neighbour.

    Parameters
    ----------
    values : one a place.
    neighbours : positions of each place's neighbours, itself not among them.

    Returns
    -------
    z-scores in the order of the places; NaN everywhere where all values are equal.

    Gi* = (Σwx − W x̄)/(s √((nΣw² − W²)/(n − 1))), s with divisor n (Ord and Getis 1995; the 1996 paper's
    figures use n − 1), by esda. The normal approximation is poor where most values are 0.
    """
    from esda.getisord import G_Local  # half a second to import, and only this screen needs it
    from libpysal.weights import W

    x = np.asarray(values, dtype=float)
    if len(x) != len(neighbours):
        raise BadValue(f"{len(x)} values and {len(neighbours)} lists of neighbours were given; one each.")
    if len(x) < 3 or np.ptp(x) == 0:
        return np.full(len(x), np.nan)
    # esda divides by the sum of the values, which turns the sign where it is negative. The statistic does
    # not change when all values are raised alike.
    raised = x - min(0.0, x.min() - 1)
    # Each its own neighbour from the start: esda would rebuild the weights, and warn of islands.
    weights = W({i: [i, *found] for i, found in enumerate(neighbours)}, silence_warnings=True)
    return np.asarray(G_Local(raised, weights, transform="B", permutations=0, star=None).Zs, dtype=float)


def hot_hexagons(counted: gpd.GeoDataFrame, *, value: str = "n", false_discoveries: float = 0.05) -> gpd.GeoDataFrame:
    """Hexagons that are, with their neighbours, hotter than the area around: adds [z, p_value, hot].

    Parameters
    ----------
    counted : frame [q, r, `value`] of `count_hexagons`, or with another number in `value`, such as the
        change since the season before.
    value : column tested.
    false_discoveries : share of the hot hexagons that may be luck.

    Returns
    -------
    The frame with z (Gi*), one-sided p_value and hot (survives Benjamini and Hochberg 1995 over all
    hexagons; Caldas de Castro and Singer 2006 for its use with Gi*).

    "Hot" is relative to the area given: a busy town centre is hot in a rural district and not in a
    city. Counts follow where people live and go, so this is where, not why. Snapped points make
    hexagons with a map point hot and their neighbours cold.
    """
    cells = list(zip(counted["q"], counted["r"], strict=True))
    position = {cell: i for i, cell in enumerate(cells)}
    neighbours = [[position[q + a, r + b] for a, b in _NEIGHBOURS if (q + a, r + b) in position] for q, r in cells]
    z = gi_star(counted[value].to_numpy(), neighbours)
    p = norm.sf(z)
    hot = np.zeros(len(z), dtype=bool)
    if len(z) and not np.isnan(p).any():
        hot = false_discovery_control(p) <= false_discoveries
    return counted.assign(z=z, p_value=p, hot=hot)
