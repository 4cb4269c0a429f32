"""Still pictures of a comparison: the place, its ring and the comparison area, with their counts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from hotspots.release.disclosure import Released
from hotspots.views.palette import COLOURS

SIDE = 360
SHOWN_WITHIN = 300.0
"""Metres within which the comparison area is drawn; farther off the place would be a dot."""
_MARGIN = 0.06


def still_pair(
    released: Released, *, streets: BaseGeometry | None = None, colours: Mapping[str, str] = COLOURS
) -> tuple[str, str]:
    """Two SVG pictures of one frame, before and after, outlines alone and counts in white boxes.

    released: [area, before, after, geometry] in metres, of policy "comparison outlines"; only the place,
    its inner ring and the comparison area are drawn · streets: lines in metres to draw beneath.
    The frame holds the ring, and the comparison area where that is within 300 m.
    """
    table = released.table[released.table["geometry"].notna()].set_index("area")
    frame = _frame(table)
    before, after = (_picture(table, side, frame, streets, colours) for side in ("before", "after"))
    return before, after


def has_outlines(released: Released) -> bool:
    """Whether there is a place to draw."""
    return bool(((released.table["area"] == "target") & released.table["geometry"].notna()).any())


def shows_comparison(released: Released) -> bool:
    """Whether the comparison area is near enough to stand in the pictures."""
    shapes = released.table.set_index("area")["geometry"].dropna()
    control = shapes.get("control")
    return control is not None and control.distance(shapes["target"]) <= SHOWN_WITHIN


def _frame(table: pd.DataFrame) -> tuple[float, float, float]:
    """West, north and width of a square that holds what is drawn, in metres."""
    target = table.loc["target", "geometry"]
    drawn = [shape for area, shape in table["geometry"].items() if area in ("target", "ring")]
    control = table["geometry"].get("control")
    if control is not None and control.distance(target) <= SHOWN_WITHIN:
        drawn.append(control)
    west, south, east, north = shapely.union_all(drawn).bounds
    width = max(east - west, north - south) * (1 + 2 * _MARGIN)
    return (west + east - width) / 2, (south + north + width) / 2, width


def _picture(
    table: pd.DataFrame,
    side: str,
    frame: tuple[float, float, float],
    streets: BaseGeometry | None,
    colours: Mapping[str, str],
) -> str:
    parts = [_streets(streets, frame, colours)] if streets is not None else []
    ring, control, target = (table["geometry"].get(area) for area in ("ring", "control", "target"))
    if ring is not None:
        parts.append(_path(ring, frame, fill=colours["ring"], opacity=0.14, line=colours["ring"], dash="7 5", width=2))
    if control is not None and control.distance(target) <= SHOWN_WITHIN:
        tone = colours["comparison"]
        parts.append(_path(control, frame, fill=tone, opacity=0.18, line=tone, dash="", width=2.5))
    parts.append(_path(target, frame, fill="none", opacity=1, line=colours["halo"], dash="", width=9))
    parts.append(_path(target, frame, fill=colours["place"], opacity=0.4, line=COLOURS["text"], dash="", width=3))
    spots = {"target": target.centroid, "ring": _beside(target, ring), "control": _near(control, target)}
    spots = {area: spot for area, spot in spots.items() if spot is not None and pd.notna(table.loc[area, side])}
    parts += [_count(spot, frame, table.loc[area, side]) for area, spot in spots.items()]
    words = f"Reports {side}: " + ", ".join(f"{area} {table.loc[area, side]:.0f}" for area in spots)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="100%" role="img" '
        f'aria-label="{words}" style="background:{colours["ground"]};border:1px solid {colours["gap"]}">'
        f"{''.join(parts)}</svg>"
    )


def _beside(target: BaseGeometry, ring: BaseGeometry | None) -> BaseGeometry | None:
    """A point of the ring south of the place, where its count does not hide the place's own."""
    if ring is None:
        return None
    west, south, east, _ = target.bounds
    spot = shapely.Point((west + east) / 2, south - 75)
    return spot if ring.intersects(spot) else ring.representative_point()


def _near(control: BaseGeometry | None, target: BaseGeometry) -> BaseGeometry | None:
    return control.centroid if control is not None and control.distance(target) <= SHOWN_WITHIN else None


def _xy(points: np.ndarray, frame: tuple[float, float, float]) -> np.ndarray:
    west, north, width = frame
    return np.column_stack([points[:, 0] - west, north - points[:, 1]]) * (SIDE / width)


def _path(
    shape: BaseGeometry,
    frame: tuple[float, float, float],
    *,
    fill: str,
    opacity: float,
    line: str,
    dash: str,
    width: float,
) -> str:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    steps = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in _xy(shapely.get_coordinates(ring), frame)) + "Z" for ring in rings
    )
    return (
        f'<path d="{steps}" fill="{fill}" fill-opacity="{opacity}" fill-rule="evenodd" stroke="{line}" '
        f'stroke-width="{width}" stroke-dasharray="{dash}" stroke-linejoin="round"/>'
    )


def _streets(streets: BaseGeometry, frame: tuple[float, float, float], colours: Mapping[str, str]) -> str:
    """Pale lines with an edge, cut to the frame."""
    west, north, width = frame
    cut = shapely.clip_by_rect(streets, west, north - width, west + width, north)
    lines = [part for part in shapely.get_parts(cut) if part.geom_type == "LineString" and not part.is_empty]
    steps = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in _xy(shapely.get_coordinates(one), frame)) for one in lines
    )
    return "".join(
        f'<path d="{steps}" fill="none" stroke="{tone}" stroke-width="{thick}"/>'
        for tone, thick in ((colours["gap"], 7), (colours["usual"], 5))
    )


def _count(spot: BaseGeometry, frame: tuple[float, float, float], n: float) -> str:
    (x, y) = _xy(shapely.get_coordinates(spot), frame)[0]
    x, y = min(max(x, 26), SIDE - 26), min(max(y, 18), SIDE - 18)
    text = f"{n:,.0f}"
    wide = 16 + 10 * len(text)
    return (
        f'<rect x="{x - wide / 2:.1f}" y="{y - 14:.1f}" width="{wide}" height="28" rx="3" fill="#fff" '
        f'stroke="#0b0c0c"/>'
        f'<text x="{x:.1f}" y="{y + 6:.1f}" text-anchor="middle" font-family="Source Sans, Arial, sans-serif" '
        f'font-size="17" font-weight="700" fill="#0b0c0c">{text}</text>'
    )
