"""The ground beneath a map, from a file on this machine: streets as lines, or raster tiles.

Streets come as GeoJSON (`kind`: street, building, water or green; `name`; `class`) or from a
GeoPackage such as OS OpenMap Local, OS Zoomstack or an OpenStreetMap extract. All is copied into
the app's served folder under a name that changes with the content; data of the hub never is.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from hotspots.errors import BadFile
from hotspots.store.tiles import Box, lay_out

MOST_BUILDINGS = 30_000
"""Outlines of buildings beyond this number make a page slow; streets are then drawn alone."""
_KINDS = {
    "street": ("road", "street"),
    "building": ("building",),
    "water": ("water", "tidal"),
    "green": ("green", "woodland", "park", "landuse"),
}
_NAMES = ("name", "name1", "roadname", "road_name", "distname", "title")
_CLASSES = ("class", "type", "fclass", "classification", "roadclassification", "roadclass", "highway")
_MAJOR = ("motorway", "trunk", "primary", "a road", "national")
_MINOR = ("path", "foot", "track", "service", "cycle", "steps", "restricted", "alley")


@dataclass(frozen=True)
class Basemap:
    """What lies beneath a map.

    kind: "none", "lines" or "tiles" · url: address under the app's own static folder, or a template of one
    lowest, highest: zoom levels held · credit: licence line for the map's corner · words: what it is, for
    the line under the map.
    """

    kind: str = "none"
    url: str = ""
    lowest: int = 0
    highest: int = 20
    credit: str = ""
    words: str = "no street map yet, a white ground with dots where reports lie"


def install(source: Path, served: Path, box: Box, *, credit: str = "") -> Basemap:
    """Make a local file ready to be served from the folder `served`; nothing is made twice.

    box: west, south, east, north of the hub's reports in degrees; what lies outside is left out.
    Raises `BadFile` where the file is absent or not a basemap.
    """
    if not source.is_file():
        raise BadFile(f"The basemap {source.name} named in the settings is not there.")
    served.mkdir(parents=True, exist_ok=True)
    name = f"basemap-{_fingerprint(source, box)}"
    kind = source.suffix.lower()
    if kind in (".pmtiles", ".mbtiles"):
        tiles = lay_out(source, served, box, name=name)
        url = f"{name}/{{z}}/{{x}}/{{y}}.{tiles.ending}"
        return Basemap("tiles", url, tiles.lowest, tiles.highest, credit or _plain(tiles.credit), source.name)
    if kind not in (".geojson", ".json", ".gpkg"):
        raise BadFile(f"The basemap {source.name} is of no known kind: give .geojson, .gpkg, .pmtiles or .mbtiles.")
    path = served / f"{name}.geojson"
    if not path.exists():
        path.write_bytes(_lines_of(source, box) if kind == ".gpkg" else _checked(source))
    return Basemap("lines", path.name, credit=credit, words=source.name)


def online(template: str, *, credit: str) -> Basemap:
    """Tiles of a server elsewhere, when the settings ask for them: it learns where everybody looks."""
    host = template.split("//", 1)[-1].split("/", 1)[0]
    return Basemap("tiles", template, 0, 19, credit, f"tiles from {host}, which sees where you look")


def _fingerprint(source: Path, box: Box) -> str:
    """Changes with the file and the area; large files are known by size and time, not read whole."""
    at = source.stat()
    small = source.read_bytes() if at.st_size < 50_000_000 else b""
    seen = (at.st_size, 0 if small else at.st_mtime_ns, [round(side, 2) for side in box])
    return hashlib.sha256(repr(seen).encode() + small).hexdigest()[:12]


def _plain(text: str) -> str:
    """A licence line without its links."""
    return "".join(part.split(">", 1)[-1] for part in text.split("<")).strip()


def _checked(source: Path) -> bytes:
    data = source.read_bytes()
    try:
        if not isinstance(json.loads(data)["features"], list):
            raise KeyError("features")
    except (ValueError, KeyError, TypeError) as error:
        raise BadFile(f"The basemap {source.name} is not a GeoJSON FeatureCollection.") from error
    return data


def _lines_of(source: Path, box: Box) -> bytes:
    """A GeoPackage's streets, buildings, water and green as GeoJSON in degrees, cut to the area."""
    try:
        layers = [str(name) for name, geometry in pyogrio.list_layers(source) if geometry]
        features = [f for layer in layers if (kind := _kind(layer)) for f in _features(source, layer, kind, box)]
    except (DataSourceError, DataLayerError) as error:
        raise BadFile(f"The basemap {source.name} cannot be read as a GeoPackage.") from error
    if not features:
        raise BadFile(
            f"The basemap {source.name} holds no streets, buildings, water or green in the area of your reports. "
            f"Its layers are {', '.join(layers[:8]) or 'none'}."
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode()


def _kind(layer: str) -> str | None:
    return next((kind for kind, words in _KINDS.items() if any(word in layer.lower() for word in words)), None)


def _features(source: Path, layer: str, kind: str, box: Box) -> Iterator[dict]:
    crs = pyogrio.read_info(source, layer=layer)["crs"]
    corners = gpd.GeoSeries([shapely.box(*box)], crs="EPSG:4326").to_crs(crs or "EPSG:4326").total_bounds
    read = gpd.read_file(source, layer=layer, bbox=tuple(corners), engine="pyogrio")
    if kind == "building" and len(read) > MOST_BUILDINGS:
        return
    shapes = read.geometry.force_2d().to_crs("EPSG:4326").simplify(0.000005)
    kept = [c for c in read.columns if c != read.geometry.name]
    known = {c.lower(): read[c] for c in kept}
    names = next((known[n] for n in _NAMES if n in known), [None] * len(read))
    classes = next((known[n] for n in _CLASSES if n in known), [layer] * len(read))
    for shape, name, sort in zip(shapely.set_precision(shapes.array, 1e-6), names, classes, strict=True):
        for part in shapely.get_parts(shape):
            if not part.is_empty:
                said = {"kind": kind, "name": name if isinstance(name, str) else "", "class": _class(str(sort))}
                yield {"type": "Feature", "properties": said, "geometry": shapely.geometry.mapping(part)}


def _class(word: str) -> str:
    low = word.lower()
    if any(part in low for part in _MINOR):
        return "minor"
    return "major" if any(part in low for part in _MAJOR) else "street"
