"""What is drawn on a map while somebody marks corners on it, and what their clicks mean in metres."""

from collections.abc import Sequence

import numpy as np
import shapely

from hotspots.geojson import to_wgs84
from hotspots.intake.locate import to_metric
from hotspots.views.maps import Layer, lonlat_of


def drawing_layer(
    boundary: shapely.Geometry, corners: Sequence[tuple[float, float]], *, crs: str, closed: bool, marking: bool
) -> Layer:
    """A boundary in grey and, over it, the corners marked so far with the line through them.

    boundary, corners: metres of `crs` · closed: the last corner is joined to the first
    marking: whether a click tells where it was; it goes through both to the ground beneath.
    """
    old = to_wgs84(np.array([boundary]), crs, digits=7)[0]
    at = [[lat, lon] for lon, lat in lonlat_of(np.array(corners), crs).tolist()] if corners else []
    return {
        "kind": "drawing",
        "boundary": shapely.geometry.mapping(old),
        "corners": at,
        "closed": closed,
        "marking": marking,
    }


def clicked(event: object, crs: str) -> tuple[float, float] | None:
    """Easting and northing (metres of `crs`) of a click as the browser tells it; None for anything else it may say."""
    try:
        longitude, latitude = float(event["lng"]), float(event["lat"])  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return None
    x, y = to_metric(np.array([longitude]), np.array([latitude]), crs)
    return (float(x[0]), float(y[0])) if np.isfinite([x[0], y[0]]).all() else None
