"""Raster map tiles of one local file, PMTiles or MBTiles, laid out as files where the app may serve them.

Plain files need no tile server and no route of our own: the map asks for /z/x/y as it would ask one.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import asinh, pi, radians, tan
from pathlib import Path

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import MagicNumberNotFound, TileType

from hotspots.errors import BadFile

MOST_TILES = 40_000
"""About 400 MB of raster tiles: a district to zoom 17."""
DEEPEST = 19
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
_RASTER = {TileType.PNG: "png", TileType.JPEG: "jpg", TileType.WEBP: "webp"}


@dataclass(frozen=True)
class TileSet:
    """Tiles laid out: the folder's name, the ending of each file, the zoom levels held, the licence line."""

    folder: str
    ending: str
    lowest: int
    highest: int
    credit: str


@dataclass(frozen=True)
class _Source:
    """One open file: how to get a tile, its ending, its zoom levels and what it says of its licence."""

    get: Callable[[int, int, int], bytes | None]
    ending: str
    lowest: int
    highest: int
    credit: str


def lay_out(source: Path, folder: Path, box: Box, *, name: str) -> TileSet:
    """Write the tiles of `source` that touch `box` into `folder/name/z/x/y.ending`; what is there stays.

    Levels that would bring more than 40,000 tiles are left out, the deepest first.
    Raises `BadFile` for vector tiles, a damaged file, or one without a tile of the area.
    """
    try:
        opened = _pmtiles(source) if source.suffix.lower() == ".pmtiles" else _mbtiles(source)
        highest = _deepest_that_fits(box, opened.lowest, min(opened.highest, DEEPEST))
        written = sum(_write(opened, folder / name, *tile) for tile in _tiles(box, opened.lowest, highest))
    except (sqlite3.Error, MagicNumberNotFound, ValueError, IndexError, EOFError, KeyError, OSError) as error:
        raise BadFile(f"{source.name} cannot be read as map tiles ({type(error).__name__}).") from error
    if not written:
        raise BadFile(f"{source.name} holds no tile of the area of your reports.")
    return TileSet(name, opened.ending, opened.lowest, highest, opened.credit)


def _pmtiles(source: Path) -> _Source:
    with source.open("rb") as file:
        reader = Reader(MmapSource(file))
        head = reader.header()
    if head["tile_type"] not in _RASTER:
        raise _vector(source)
    credit = str(reader.metadata().get("attribution", ""))
    return _Source(reader.get, _RASTER[head["tile_type"]], head["min_zoom"], head["max_zoom"], credit)


def _mbtiles(source: Path) -> _Source:
    opened = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
    says = dict(opened.execute("SELECT name, value FROM metadata"))
    ending = says.get("format", "png")
    if ending == "pbf":
        raise _vector(source)
    lowest, highest = opened.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()

    def get(z: int, x: int, y: int) -> bytes | None:
        rows = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        row = opened.execute(rows, (z, x, 2**z - 1 - y)).fetchone()  # MBTiles counts rows from the south
        return row[0] if row else None

    return _Source(get, "jpg" if ending == "jpeg" else ending, lowest, highest, str(says.get("attribution", "")))


def _vector(source: Path) -> BadFile:
    return BadFile(
        f"{source.name} holds vector tiles. Give raster tiles (PNG, JPEG or WebP), or streets as a GeoPackage."
    )


def _write(source: _Source, folder: Path, z: int, x: int, y: int) -> bool:
    path = folder / str(z) / str(x) / f"{y}.{source.ending}"
    if path.exists():
        return True
    data = source.get(z, x, y)
    if not data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return True


def _deepest_that_fits(box: Box, lowest: int, highest: int) -> int:
    total = 0
    for z in range(lowest, highest + 1):
        west, north, east, south = _range(box, z)
        total += (east - west + 1) * (south - north + 1)
        if total > MOST_TILES:
            return max(z - 1, lowest)
    return highest


def _tiles(box: Box, lowest: int, highest: int) -> Iterator[tuple[int, int, int]]:
    for z in range(lowest, highest + 1):
        west, north, east, south = _range(box, z)
        yield from ((z, x, y) for x in range(west, east + 1) for y in range(north, south + 1))


def _range(box: Box, z: int) -> tuple[int, int, int, int]:
    """First and last column and row of the tiles that touch a box (Web Mercator, rows from the north)."""
    west, south, east, north = box
    last = 2**z - 1
    columns = [int((degrees + 180) / 360 * 2**z) for degrees in (west, east)]
    rows = [int((1 - asinh(tan(radians(degrees))) / pi) / 2 * 2**z) for degrees in (north, south)]
    (left, right), (top, bottom) = ([min(max(n, 0), last) for n in pair] for pair in (columns, rows))
    return left, top, right, bottom
