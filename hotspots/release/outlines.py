"""Outlines of wards and districts for the still pictures that councillors see.

They come from the hub's own file of areas and from nothing else. A district's areas are drawn in a frame of its
own, in whole steps from the frame's corner: no coordinate of anything is in it.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from hotspots.pipeline.outlines import areas_only
from hotspots.release.tally import district_area, ward_area

STEPS = 1000
"""Steps of a frame along its longer side: finer than a printed line."""
Rings = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True)
class Drawing:
    """The areas of one district in one frame.

    metres: length of a step · rings: id of a ward or of the district → its rings in steps east and north of the
    frame's corner, holes among them (even-odd)
    """

    metres: float
    rings: Mapping[str, Rings]


def drawings_of(
    areas: gpd.GeoDataFrame, *, districts: Collection[str], wards: Collection[tuple[str, str]]
) -> dict[str, Drawing]:
    """District → its drawing, for those of which the file has anything.

    areas: `pipeline.areas.read_areas` · wards: (district, ward) of every ward with reports
    A ward is found by its name, within its district where the file names districts; else only where no other ward,
    there or in the file, is called the same. A district is the polygon of its name, else its wards in the file
    taken together, where the file says which they are.
    """
    found = {district: _shapes(areas, district, wards) for district in districts}
    return {district: _drawn(shapes) for district, shapes in found.items() if shapes}


def drawing_as_json(drawing: Drawing) -> str:
    """A drawing as the published file keeps it."""
    return json.dumps({"metres": drawing.metres, "rings": drawing.rings}, ensure_ascii=False, separators=(",", ":"))


def drawing_from_json(text: str) -> Drawing:
    """A drawing as read from the published file."""
    held = json.loads(text)
    rings = {area: tuple(tuple(map(tuple, ring)) for ring in own) for area, own in held["rings"].items()}
    return Drawing(held["metres"], rings)


def _shapes(areas: gpd.GeoDataFrame, district: str, wards: Collection[tuple[str, str]]) -> dict[str, BaseGeometry]:
    """Id → outline in metres: the district, its known wards, and its other wards that the file has."""
    name, of = areas["name"].map(_folded), areas["of_district"].map(_folded)
    mine = of == _folded(district)
    known = {_folded(ward): ward for d, ward in wards if d == district}
    called = [_folded(ward) for _, ward in wards]
    # A ward may be called as its district is; then the polygon of that name is the ward's.
    whole = (name == _folded(district)) & (of == "") & (_folded(district) not in called)
    shapes = {}
    for folded, own in areas[mine].groupby(name[mine]):
        shapes[ward_area(district, known.get(folded, own["name"].iloc[0]))] = own.union_all()
    for folded, ward in known.items():
        nameless = areas[(name == folded) & (of == "")]
        if len(nameless) == 1 and called.count(folded) == 1:
            shapes.setdefault(ward_area(district, ward), nameless.union_all())
    if whole.any() or mine.any():
        shapes[district_area(district)] = areas[whole if whole.any() else mine].union_all()
    return shapes


def _folded(name: str) -> str:
    """A name as it is compared: without case, needless spaces and the word ward at its end."""
    return " ".join(str(name).split()).casefold().removesuffix(" ward")


def _drawn(shapes: Mapping[str, BaseGeometry]) -> Drawing:
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    step = max(east - west, north - south) / STEPS
    corner = np.array([west, south])
    return Drawing(round(step, 3), {area: _rings(shape.simplify(step), corner, step) for area, shape in shapes.items()})


def _rings(shape: BaseGeometry, corner: np.ndarray, step: float) -> Rings:
    """Rings of a shape in whole steps, largest part first; islands and holes too small to be seen are left out."""
    parts = sorted(shapely.get_parts(areas_only(shape)), key=lambda part: -part.area)
    lines = [line for part in parts for line in (part.exterior, *part.interiors)]
    steps = [np.rint((shapely.get_coordinates(line) - corner) / step).astype(int).tolist() for line in lines]
    # Each point once, and the first not again at the end.
    rings = [tuple(tuple(b) for a, b in zip(ring, ring[1:], strict=False) if a != b) for ring in steps]
    return tuple(ring for i, ring in enumerate(rings) if i == 0 or len(ring) > 2)
