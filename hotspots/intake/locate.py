"""Coordinates: longitude and latitude to the hub's metric CRS and back, and where that CRS may be used.

The grid file OSTN15 is never used, even where a machine has it, so that every machine gives the same
metres. Britain's seven-parameter Helmert shift is then good to about 2 m (EPSG gives 2 m for it): well
inside police.uk's own snapping, but not good enough to tell one doorway from the next.
"""

import warnings
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup

from hotspots.errors import BadValue
from hotspots.schema import METRIC_CRS

WGS84 = "EPSG:4326"
DECIMALS = 2  # of a metre: far below the accuracy of any source, and stable across platforms

# EPSG gives Great Britain's area of use as one box, which also holds Ireland and a corner of France.
_IRELAND = shapely.Polygon(
    [(-9.1, 49.7), (-7.5, 49.7), (-5.75, 52.0), (-5.75, 53.5), (-5.3, 54.1), (-5.3, 54.75), (-5.85, 55.2)]
    + [(-6.1, 55.42), (-7.2, 55.55), (-9.1, 55.6)]
)
_FRANCE = shapely.Polygon([(2.1, 51.1), (1.55, 51.0), (1.4, 50.8), (1.2, 50.3), (0.3, 49.9), (0, 49.7), (2.1, 49.7)])


class Area(NamedTuple):
    """Longitudes and latitudes between which a CRS may be used, in degrees."""

    west: float
    south: float
    east: float
    north: float


def to_metric(lon: np.ndarray, lat: np.ndarray, crs: str = METRIC_CRS) -> tuple[np.ndarray, np.ndarray]:
    """Easting and northing in metres, rounded to 0.01 m.

    lon, lat: arrays of one shape, WGS84 degrees; missing values stay missing.
    Returns two float arrays of the same shape. Points far outside the CRS's area of use come back
    missing or far off: ask `inside` first. Raises `BadValue` for a CRS that is not in metres.
    """
    x, y = reproject(lon, lat, WGS84, check_crs(crs))
    return np.round(x, DECIMALS), np.round(y, DECIMALS)


def to_lonlat(x: np.ndarray, y: np.ndarray, crs: str = METRIC_CRS) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude (WGS84 degrees) of eastings and northings in metres.

    Returns two float arrays of the inputs' shape, unrounded; the way back of `to_metric` to 0.01 m.
    Raises `BadValue` for a CRS that is not in metres.
    """
    return reproject(x, y, check_crs(crs), WGS84)


def reproject(x: np.ndarray, y: np.ndarray, from_crs: str, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of any CRS in another, both given as x (east) before y (north)."""
    new_x, new_y = _transformer(from_crs, crs).transform(np.asarray(x, float), np.asarray(y, float))
    return np.where(np.isfinite(new_x), new_x, np.nan), np.where(np.isfinite(new_y), new_y, np.nan)


def inside(lon: np.ndarray, lat: np.ndarray, crs: str = METRIC_CRS, *, strict: bool = True) -> np.ndarray:
    """True where a point lies in the CRS's area of use.

    strict: for the National Grid, leave out Ireland and France, which EPSG's box holds in part.
    """
    area = area_of_use(crs)
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    within = (lon >= area.west) & (lon <= area.east) & (lat >= area.south) & (lat <= area.north)
    if strict and is_national_grid(crs) and within.any():
        elsewhere = shapely.contains_xy(_IRELAND, lon, lat) | shapely.contains_xy(_FRANCE, lon, lat)
        within &= ~elsewhere
    return within


def outside_reason(crs: str) -> str:
    """How a row outside the CRS's area of use is called."""
    return "outside Great Britain" if is_national_grid(crs) else f"outside the area of {crs}"


def is_national_grid(crs: str) -> bool:
    """True for the British National Grid, however it is written."""
    return _crs(crs).to_epsg() == 27700


@lru_cache(maxsize=32)
def area_of_use(crs: str = METRIC_CRS) -> Area:
    """The box in which the CRS may be used; raises `BadValue` where the CRS declares none."""
    area = _crs(crs).area_of_use
    if area is None:
        raise BadValue(f"The CRS {crs} does not say where it may be used; give an EPSG code such as {METRIC_CRS}.")
    return Area(area.west, area.south, area.east, area.north)


@lru_cache(maxsize=32)
def check_crs(crs: str) -> str:
    """Return the CRS as given, or raise `BadValue` unless it is projected in metres."""
    parsed = _crs(crs)
    unit = parsed.axis_info[0].unit_name if parsed.axis_info else "unknown units"
    if not parsed.is_projected or unit != "metre":
        kind = unit if parsed.is_projected else "degrees"
        raise BadValue(f"The hub's CRS must be in metres; {crs} is in {kind}. In Great Britain use {METRIC_CRS}.")
    area_of_use(crs)
    return crs


@lru_cache(maxsize=32)
def _crs(crs: str) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except CRSError:
        raise BadValue(f"{crs!r} is not a CRS that is known; give an EPSG code such as {METRIC_CRS}.") from None


@lru_cache(maxsize=32)
def _transformer(from_crs: str, to_crs: str) -> Transformer:
    """The most accurate transformation that needs no grid file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyproj says that OSTN15 is absent: meant to be
        group = TransformerGroup(_crs(from_crs), _crs(to_crs), always_xy=True, allow_ballpark=False)
        gridless = [t for t in group.transformers if "grids=" not in t.definition]
        known = [t for t in gridless if t.accuracy >= 0]
        if known:
            return min(known, key=lambda t: t.accuracy)
        if gridless:
            return gridless[0]
    try:
        return Transformer.from_crs(_crs(from_crs), _crs(to_crs), always_xy=True)
    except ProjError:
        raise BadValue(f"There is no known way from {from_crs} to {to_crs}.") from None
