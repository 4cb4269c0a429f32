"""What a map shows, as plain data: its ground, and one layer of outlines with their rank.

`map_assets/map.js` draws it with Leaflet, text as text and never as markup, every asset from this machine: Leaflet
comes from a pinned package, and both are copied into a folder that the app serves. Without a basemap the ground is
white with a scale bar, dots and names.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from hotspots.geojson import to_wgs84
from hotspots.intake.locate import to_lonlat
from hotspots.release.disclosure import Released
from hotspots.views.basemaps import Basemap
from hotspots.views.map_style import DARK, LIGHT, TINTS, looks
from hotspots.views.palette import STATES

OURS = "map_assets"
LEAFLET = "xstatic.pkg.leaflet"
ASSETS = {"map.js": OURS, "map.css": OURS, "leaflet.js": LEAFLET, "leaflet.css": LEAFLET}
"""File → where it is taken from: the package that ships it, or our own folder beside this module."""

NO_BASEMAP = Basemap()
Layer = dict[str, object]
"""What is drawn on the ground: its kind and what map.js needs for it, as JSON can say it."""
Named = tuple[float, float, str]
"""A name on the map: latitude, longitude, words."""
NAME_LENGTH = 40
"""Letters of a name that a map shows."""
Bounds = tuple[tuple[float, float], tuple[float, float]]
"""South-west and north-east corners as (latitude, longitude)."""
Legend = tuple[tuple[str, str, str, str], ...]
"""Items of a map's legend: fill and edge as names of tones, dash, words."""
STATE_LEGEND: Legend = (
    ("alert-tint", "text", "", "New, growing, returned"),
    ("steady-tint", "place", "", "Steady"),
    ("low-tint", "place", "4 3", "Fading, quiet"),
)
AREA_LEGEND: Legend = (
    ("low-tint", "place", "", "Few reports"),
    ("place", "place", "", "Most"),
    ("steady-tint", "text", "", "Strong edge: hot with its neighbours"),
)
NUMBERED = 10
"""Areas that bear their rank as a number; the others are tinted only."""


def install_assets(folder: Path) -> list[str]:
    """Copy the map's scripts and styles into `folder`; returns the names of those not to be had."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    for name, home in ASSETS.items():
        try:
            content = _asset(name, home)
            if not (folder / name).exists() or (folder / name).read_bytes() != content:
                (folder / name).write_bytes(content)
        except (ModuleNotFoundError, FileNotFoundError):
            missing.append(name)
    return missing


@cache
def assets_version() -> str:
    """Changes with the map's own script and style, so that a browser never draws with those it kept from before."""
    ours = b"".join(_asset(name, home) for name, home in ASSETS.items() if home == OURS)
    return hashlib.sha256(ours).hexdigest()[:10]


def _asset(name: str, home: str) -> bytes:
    where = Path(__file__).with_name(OURS) if home == OURS else files(home) / "data"
    return (where / name).read_bytes()


def ground(
    bounds: Bounds,
    *,
    basemap: Basemap = NO_BASEMAP,
    dots: np.ndarray | None = None,
    names: Sequence[Named] = (),
    dark: bool = False,
    legend: Legend = (),
    zoom: int | None = None,
    large: bool = False,
) -> dict[str, object]:
    """The ground of a map, white or dark: what never changes during a meeting.

    bounds: what to show first · basemap: streets or tiles to lay beneath
    dots: longitudes and latitudes (n × 2) of map points to dot in grey where there is no basemap
    names: of districts, written on that ground
    legend: items of its legend; without any it explains no ranks either
    large: words and numbers for a room to read
    zoom: shows the middle of `bounds` at this zoom, else all of them
    """
    laid: dict[str, object] = {}
    if basemap.kind == "lines":
        laid["lines"] = basemap.url
    elif basemap.kind == "tiles":
        laid["tiles"] = {"url": basemap.url, "lowest": basemap.lowest, "highest": basemap.highest}
    elif dots is not None and len(dots):
        laid["dots"] = np.round(dots, 5).ravel().tolist()
        laid["names"] = [(lat, lon, _short(name)) for lat, lon, name in names]
    return {
        "bounds": bounds,
        "zoom": zoom,
        "tones": dict(DARK if dark else LIGHT),
        "large": large,
        "legend": legend,
        "credit": basemap.credit,
        **laid,
    }


def hotspot_layer(
    released: Released, *, chosen: str | None, crs: str, bring_into_view: int = 0, dark: bool = False
) -> Layer:
    """Outlines with their rank, filled by state, the chosen one with a halo.

    bring_into_view: a number that grows when the chosen outline must be seen; the map moves only if
    it is out of sight or too small to make out.
    """
    return _outlines(_features(released.table, crs), chosen, bring_into_view, dark=dark)


def area_layer(
    released: Released, *, chosen: str | None, crs: str, bring_into_view: int = 0, dark: bool = False
) -> Layer:
    """Areas tinted by their count, the ten fullest numbered, those hot with their neighbours edged.

    released: id, rank, n, hot, geometry (policy "areas")
    """
    return _outlines(_area_features(released.table, crs), chosen, bring_into_view, dark=dark)


def bounds_of(released: Released, crs: str) -> Bounds | None:
    """Corners that hold every outline, or None when there is none."""
    if released.table.empty:
        return None
    west, south, east, north = gpd.GeoSeries(released.table["geometry"]).total_bounds
    return bounds_of_xy([west, east], [south, north], crs)


def bounds_of_xy(x: Sequence[float], y: Sequence[float], crs: str) -> Bounds:
    """Corners as latitudes and longitudes of two eastings and two northings in metres."""
    (lon, lon2), (lat, lat2) = to_lonlat(np.asarray(x), np.asarray(y), crs)
    return (float(lat), float(lon)), (float(lat2), float(lon2))


def lonlat_of(xy: np.ndarray, crs: str) -> np.ndarray:
    """Longitudes and latitudes (n × 2) of eastings and northings (n × 2, metres)."""
    return np.column_stack(to_lonlat(xy[:, 0], xy[:, 1], crs))


def box_of(lonlat: np.ndarray, *, step: float = 0.05) -> tuple[float, float, float, float]:
    """West, south, east and north (degrees) round most points (n × 2), stray ones cut off.

    Widened to whole steps, so that next month's reports seldom ask for another basemap.
    """
    if not len(lonlat):
        return (-9.0, 49.5, 2.5, 61.0)
    low, high = np.quantile(lonlat, [0.005, 0.995], axis=0)
    (west, south), (east, north) = np.floor(low / step) * step, np.ceil(high / step) * step
    return (float(west), float(south), float(east), float(north))


def _outlines(features: dict, chosen: str | None, turn: int, *, dark: bool) -> Layer:
    tones = DARK if dark else LIGHT
    return {
        "kind": "outlines",
        "features": features,
        "chosen": chosen,
        "turn": turn,
        "looks": looks(tones),
        "edge": tones["text"],
    }


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"


def _features(table: gpd.GeoDataFrame, crs: str) -> dict:
    """Each outline, and a point on it for its rank; both carry the id that a click sends back."""
    features = []
    outlines = to_wgs84(shapely.simplify(table["geometry"].to_numpy(), 0.5), crs, digits=6)
    for outline, row in zip(outlines, table.itertuples(), strict=True):
        look = STATES[row.state].look
        properties = {"hotspot": row.id, "rank": int(row.rank), "look": look, "name": _short(row.name)}
        for shape in (outline, shapely.set_precision(shapely.point_on_surface(outline), 1e-6)):
            features.append({"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)})
    return {"type": "FeatureCollection", "features": features}


def _area_features(table: gpd.GeoDataFrame, crs: str) -> dict:
    features = []
    top = max(int(table["n"].max()), 1) if len(table) else 1
    for outline, row in zip(to_wgs84(table["geometry"].to_numpy(), crs, digits=6), table.itertuples(), strict=True):
        # By the root: a few areas hold most, and in even steps all the others would be the palest alike.
        shade = min(TINTS - 1, int(TINTS * (row.n / top) ** 0.5))
        properties = {"hotspot": row.id, "rank": int(row.rank), "look": f"tint-{shade}{'-hot' if row.hot else ''}"}
        disc = [shapely.set_precision(shapely.point_on_surface(outline), 1e-6)] if row.rank <= NUMBERED else []
        for shape in (outline, *disc):
            features.append({"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)})
    return {"type": "FeatureCollection", "features": features}
