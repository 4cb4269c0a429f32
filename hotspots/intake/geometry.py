"""Geometries of geographic files as two text columns: points only, in WGS84 or in their own metres."""

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from hotspots.errors import BadFile, BadValue
from hotspots.intake.locate import WGS84, reproject
from hotspots.schema import METRIC_CRS

NOT_A_POINT = "the geometry is not a point"


def point_columns(wkb: np.ndarray, crs: str | None, name: str) -> tuple[dict[str, pa.Array], list[str]]:
    """The points as columns longitude and latitude, or easting and northing where they are on the National Grid.

    wkb: well-known binary, None for a record without geometry. crs: as the file says. A geometry of many
    points or an area has no one place: its cells say so, and its row is refused later.
    """
    geometries = shapely.from_wkb(wkb, on_invalid="ignore")
    return columns_of(geometries, crs, name)


def columns_of(geometries: np.ndarray, crs: str | None, name: str) -> tuple[dict[str, pa.Array], list[str]]:
    """`point_columns` from shapely's geometries."""
    notes = []
    if crs is None:
        notes.append("The file does not say its CRS; its coordinates are told apart by their range.")
    geometries = _single(geometries)
    kinds = shapely.get_type_id(geometries)
    empty = shapely.is_empty(geometries) | shapely.is_missing(geometries)
    x, y = shapely.get_x(geometries), shapely.get_y(geometries)
    x, y, headings = _in_known_crs(x, y, crs, name)
    other = (kinds != 0) & ~empty
    return {
        heading: pa.array(_texts(values, other), type=pa.large_string())
        for heading, values in zip(headings, (x, y), strict=True)
    }, notes


def _single(geometries: np.ndarray) -> np.ndarray:
    """Multi-points of one point as that point."""
    multi = (shapely.get_type_id(geometries) == 4) & (shapely.get_num_geometries(geometries) == 1)
    return np.where(multi, shapely.get_geometry(geometries, 0), geometries)


def _in_known_crs(
    x: np.ndarray, y: np.ndarray, crs: str | None, name: str
) -> tuple[np.ndarray, np.ndarray, tuple[str, str]]:
    if crs is None:
        return x, y, ("x", "y")
    try:
        given = CRS.from_user_input(crs)
        code = given.to_epsg()
        if code == 27700:
            return x, y, ("easting", "northing")
        if code in (4326, 4979) or given.to_string() in ("OGC:CRS84", WGS84):
            return x, y, ("longitude", "latitude")
        lon, lat = reproject(x, y, given.to_wkt(), WGS84)
    except (CRSError, BadValue):
        raise BadFile(f"{name} is in a CRS that is not known; save it in {WGS84} or {METRIC_CRS}.") from None
    return np.round(lon, 8), np.round(lat, 8), ("longitude", "latitude")


def _texts(values: np.ndarray, other: np.ndarray) -> list[str]:
    texts = pd.Series(values).map(lambda v: "" if np.isnan(v) else repr(float(v)))
    return texts.mask(other, NOT_A_POINT).to_list()
