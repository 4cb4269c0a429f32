"""Places: areas the hub has adopted, named and frozen, and what became of them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from hotspots.errors import BadValue

COMPARISON = "comparison"
"""Kind of an area kept to compare with: nobody acted there, and no list of adopted places shows it."""
KINDS = ("block", "street", "shops", "park", "car park", "garages", "estate", "station", "other", COMPARISON)
VALID_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "active": frozenset({"excluded", "merged", "split"}),
    "excluded": frozenset({"active"}),
    "merged": frozenset(),
    "split": frozenset(),
}
"""Status → the statuses it may become; a merged or split place lives on in its successors."""

SLIVER_M2 = 1.0
"""Overlaps and overhangs smaller than this come from drawing by hand and are let pass."""


@dataclass(frozen=True)
class Place:
    """One adopted area, its boundary frozen on the day of adoption.

    dwellings: homes inside, None when not known · problem_types: words of the powers register
    geometry: polygon in the store's metric CRS · reason: why it was excluded, redrawn, merged or split
    Raises `BadValue` for a boundary that is no area, an unknown kind or status, or no name.
    """

    name: str
    kind: str
    geometry: BaseGeometry
    adopted_on: date
    dwellings: int | None = None
    problem_types: tuple[str, ...] = ()
    district: str = ""
    from_hotspot: str = ""
    status: str = "active"
    reason: str = ""
    id: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        _require(bool(self.name.strip()), "it needs a name")
        _require(self.kind in KINDS, f"its kind must be one of {', '.join(KINDS)}; {self.kind!r} was given")
        _require(self.status in VALID_TRANSITIONS, f"its status must be one of {', '.join(VALID_TRANSITIONS)}")
        _require(self.dwellings is None or self.dwellings >= 0, "dwellings cannot be below zero")
        is_area = self.geometry.geom_type in ("Polygon", "MultiPolygon") and self.geometry.area > SLIVER_M2
        _require(is_area, "its boundary must be an area of more than a square metre, in metres")
        _require(self.geometry.is_valid, "its boundary crosses itself; draw it again")


def redraw(place: Place, geometry: BaseGeometry, *, reason: str) -> Place:
    """The place with a new boundary; comparisons made on the old one keep it through the history."""
    _require(place.status == "active", f"it is {place.status}, and only an active place can be redrawn")
    _require(bool(reason.strip()), "a new boundary needs a reason")
    return replace(place, geometry=geometry, reason=reason)


def boundary_of(corners: Sequence[tuple[float, float]]) -> BaseGeometry:
    """The area inside corners (eastings, northings) given in order; raises `BadValue` for fewer than three."""
    _require(len(corners) > 2, f"a boundary needs three corners or more; {len(corners)} are marked")
    return shapely.Polygon(corners)


def cut(place: Place, ends: Sequence[tuple[float, float]]) -> tuple[BaseGeometry, BaseGeometry]:
    """The two sides of a straight cut through a place; the line is drawn on beyond its two ends.

    Raises `BadValue` unless two ends are given and the line leaves a part on either side.
    """
    _require(len(ends) == 2, f"a cut needs its two ends; {len(ends)} are marked")
    (x, y), (to_x, to_y) = ends
    length = math.hypot(to_x - x, to_y - y)
    _require(length > 0, "the two ends of the cut are one point")
    away = place.geometry.distance(shapely.Point(ends[0]))
    reach = length + away + 2 * shapely.length(shapely.envelope(place.geometry))
    u, v = (to_x - x) / length * reach, (to_y - y) / length * reach
    left = shapely.Polygon([(x - u, y - v), (x + u, y + v), (x + u - v, y + v + u), (x - u - v, y - v + u)])
    sides = shapely.intersection(place.geometry, left), shapely.difference(place.geometry, left)
    parted = min(side.area for side in sides) > SLIVER_M2
    _require(parted, "the line does not cut it in two; mark the ends of the cut on either side of it")
    return sides


def exclude(place: Place, *, reason: str) -> Place:
    """The place taken off the list, with the reason (a hospital's default location, say)."""
    require_transition(place.status, "excluded")
    _require(bool(reason.strip()), "excluding it needs a reason")
    return replace(place, status="excluded", reason=reason)


def merge(places: Sequence[Place], *, name: str, on: date, kind: str = "") -> Place:
    """One new place that covers all the given ones.

    dwellings add up when all are known; problem types are joined. Raises `BadValue` for fewer than
    two places, or one that is not active.
    """
    _require(len({p.id for p in places}) > 1, "merging takes two places or more")
    for place in places:
        require_transition(place.status, "merged")
    known = [p.dwellings for p in places if p.dwellings is not None]
    return Place(
        name=name,
        kind=kind or places[0].kind,
        geometry=shapely.union_all([p.geometry for p in places]),
        adopted_on=on,
        dwellings=sum(known) if len(known) == len(places) else None,
        problem_types=tuple(dict.fromkeys(t for p in places for t in p.problem_types)),
        district=places[0].district,
        reason="merged from " + ", ".join(p.name for p in places),
    )


def split(
    place: Place, parts: Mapping[str, BaseGeometry], *, on: date, dwellings: Mapping[str, int] | None = None
) -> tuple[Place, ...]:
    """New places, one a named part of the old one.

    parts: name → boundary; each inside the place and none over another (a square metre is let
    pass) · dwellings: name → homes, where known. Raises `BadValue` for parts that do not fit.
    """
    require_transition(place.status, "split")
    _require(len(parts) > 1, "splitting takes two parts or more")
    shapes = list(parts.values())
    outside = shapely.area(shapely.difference(shapes, place.geometry))
    _require(bool((outside <= SLIVER_M2).all()), "each part must lie inside the place")
    overlap = sum(shapely.area(shapes)) - shapely.union_all(shapes).area
    _require(overlap <= SLIVER_M2, f"its parts overlap by {overlap:.0f} square metres")
    return tuple(
        replace(
            place,
            id=None,
            version=0,
            name=name,
            geometry=geometry,
            adopted_on=on,
            dwellings=(dwellings or {}).get(name),
            reason=f"split from {place.name}",
        )
        for name, geometry in parts.items()
    )


def require_transition(status: str, to: str) -> None:
    """Raise `BadValue` unless a place of `status` may become `to`."""
    allowed = VALID_TRANSITIONS.get(status, frozenset())
    if to not in allowed:
        steps = ", ".join(sorted(allowed)) or "nothing: look at the places that took over from it"
        raise BadValue(f"A place that is {status} cannot become {to}; it may become {steps}.")


def places_frame(places: Iterable[Place], *, crs: str) -> gpd.GeoDataFrame:
    """Places as a GeoDataFrame in the store's CRS, index place id, problem_types as text."""
    columns = ["id", "name", "kind", "dwellings", "problem_types", "district", "adopted_on", "from_hotspot"]
    columns += ["status", "reason", "version", "geometry"]
    rows = [{c: "; ".join(p.problem_types) if c == "problem_types" else getattr(p, c) for c in columns} for p in places]
    frame = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=crs)
    frame["dwellings"] = frame["dwellings"].astype("Int64")
    frame["adopted_on"] = frame["adopted_on"].astype("datetime64[us]")
    return frame.set_index("id", drop=False).rename_axis(None)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise BadValue(f"This place cannot be saved: {what}.")
