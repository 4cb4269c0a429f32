"""Outlines between the store's metres and GeoJSON's degrees."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.intake.locate import to_lonlat


def to_wgs84(shapes: np.ndarray, crs: str, *, digits: int) -> np.ndarray:
    """Shapes in metres of `crs` as longitude and latitude, rounded; 7 digits are about a centimetre."""

    def moved(xy: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack(to_lonlat(xy[:, 0], xy[:, 1], crs)), digits)

    return shapely.transform(shapes, moved) if len(shapes) else shapes


def as_geojson(areas: gpd.GeoDataFrame, properties: Sequence[str], *, crs: str) -> dict:
    """A GeoJSON FeatureCollection (WGS84, 7 decimals) of outlines in metres with their properties."""
    shapes = to_wgs84(areas.geometry.to_numpy(), crs, digits=7)
    features = [
        {
            "type": "Feature",
            "properties": {name: _plain(row[name]) for name in properties},
            "geometry": shapely.geometry.mapping(shape),
        }
        for shape, (_, row) in zip(shapes, areas.iterrows(), strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _plain(value: object) -> object:
    """A JSON value: numpy scalars as Python's, whatever is missing as null."""
    if hasattr(value, "item"):
        value = value.item()
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value
