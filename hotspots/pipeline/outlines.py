"""Outlines from a GeoJSON file, in the store's metres."""

import json
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from hotspots.errors import BadFile
from hotspots.intake.locate import to_metric


def read_outline(path: Path, *, crs: str) -> BaseGeometry:
    """The area of a GeoJSON file as one shape in metres of `crs`; several features are taken together.

    Longitudes and latitudes by default; numbers that cannot be degrees are taken as metres of `crs`.
    Raises `BadFile` for a file that is missing, no GeoJSON, or holds no area.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadFile(f"{path.name} cannot be read ({error.strerror}); give a GeoJSON file.") from error
    except ValueError:
        raise BadFile(f"{path.name} is not JSON; export the area as GeoJSON.") from None
    try:
        shapes = [shape(part) for part in _geometries(data)]
    except (TypeError, KeyError, ValueError, AttributeError, shapely.errors.ShapelyError):
        raise BadFile(f"{path.name} is JSON but not GeoJSON; export the area as GeoJSON.") from None
    area = areas_only(shapely.union_all(shapely.make_valid(np.array(shapes, dtype=object))))
    if area.is_empty:
        raise BadFile(f"{path.name} holds no area; a comparison needs a polygon.")
    return areas_only(shapely.make_valid(shapely.transform(area, lambda xy: _metres(xy, crs, path.name))))


def _geometries(data: dict) -> list[dict]:
    kind = data["type"]
    if kind == "FeatureCollection":
        return [part for feature in data["features"] for part in _geometries(feature)]
    if kind == "Feature":
        return [data["geometry"]] if data["geometry"] else []
    return [data]


def areas_only(area: BaseGeometry) -> BaseGeometry:
    """Polygons of a shape, without the points and lines that mending may leave."""
    parts = [part for part in shapely.get_parts(area) if part.geom_type in ("Polygon", "MultiPolygon")]
    nested = [part for part in shapely.get_parts(area) if part.geom_type == "GeometryCollection"]
    return shapely.union_all([*parts, *[areas_only(part) for part in nested]])


def _metres(xy: np.ndarray, crs: str, name: str) -> np.ndarray:
    if (np.abs(xy) > (180, 90)).any():
        return xy
    moved = np.column_stack(to_metric(xy[:, 0], xy[:, 1], crs))
    if np.isnan(moved).any():
        raise BadFile(f"{name} lies outside the area of {crs}; check the order of longitude and latitude.")
    return moved
