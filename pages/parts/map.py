"""The one place where a map is drawn; what draws it can be changed here without touching a page."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import shapely
import streamlit as st

from hotspots.release.disclosure import Released
from hotspots.views import drawing_map, maps
from hotspots.views.basemaps import Basemap

WALK_METRES = 130
"""A boundary wider than this is redrawn at a zoom that shows all of it."""
# The script itself is served as a file: what stands here is sent with every change of the map.
_LOADER = """export default async (component) =>
  (await import(new URL(component.data.script, document.baseURI))).default(component);"""
_component = st.components.v2.component("hub_map", js=_LOADER, isolate_styles=False)


def draw_map(
    released: Released,
    *,
    key: str,
    label: str,
    chosen: str | None,
    crs: str,
    bounds: maps.Bounds,
    on_pick: Callable[[str], None],
    basemap: Basemap = maps.NO_BASEMAP,
    dark: bool = False,
    dots: np.ndarray | None = None,
    names: Sequence[maps.Named] = (),
    large: bool = False,
    bring_into_view: int = 0,
    height: int = 620,
    layer: Callable[..., maps.Layer] = maps.hotspot_layer,
    legend: maps.Legend = maps.STATE_LEGEND,
) -> None:
    """Draw the outlines of `released`; a click on one calls `on_pick` with its id.

    The ground is part of the component's identity and never changes while `bounds`, `basemap`, `dark`, `large`,
    `dots` and `names` stay the same; outlines and the chosen one are redrawn on it, so pan and zoom are kept.
    label: what the map is, for who does not see it
    bring_into_view: a number that grows when the chosen outline must be seen.
    """
    ground = maps.ground(bounds, basemap=basemap, dots=dots, names=names, dark=dark, legend=legend, large=large)
    name = f"{key}-{hashlib.sha256(repr(ground).encode()).hexdigest()[:10]}"

    def picked() -> None:
        told = st.session_state[name].get("picked")
        if isinstance(told, str):
            on_pick(told)

    drawn = layer(released, chosen=chosen, crs=crs, bring_into_view=bring_into_view, dark=dark)
    _show(ground, drawn, label=label, height=height, key=name, on_picked_change=picked)


def mark_corners(
    boundary: shapely.Geometry,
    *,
    key: str,
    crs: str,
    basemap: Basemap = maps.NO_BASEMAP,
    dark: bool = False,
    dots: np.ndarray | None = None,
    closed: bool = True,
    height: int = 420,
) -> list[tuple[float, float]]:
    """A map on which each click marks a corner; returns the corners so far (metres of `crs`).

    boundary: drawn beneath in grey · closed: the corners make an area, else a line
    """
    corners = st.session_state.setdefault(f"{key}-corners", [])

    def marked() -> None:
        corner = drawing_map.clicked(st.session_state[key].get("corner"), crs)
        if corner is not None and corner not in corners:
            corners.append(corner)

    ground = _ground_of(boundary, crs, basemap=basemap, dark=dark, dots=dots)
    drawn = drawing_map.drawing_layer(boundary, corners, crs=crs, closed=closed, marking=True)
    _show(
        ground,
        drawn,
        label="Map to mark corners on: the arrow keys move it, Enter marks its middle",
        height=height,
        key=key,
        on_corner_change=marked,
    )
    return corners


def draw_outline(
    boundary: shapely.Geometry,
    *,
    key: str,
    crs: str,
    basemap: Basemap = maps.NO_BASEMAP,
    dark: bool = False,
    height: int = 300,
) -> None:
    """A small map of one boundary (metres of `crs`), to see where it lies; a click does nothing."""
    ground = _ground_of(boundary, crs, basemap=basemap, dark=dark)
    drawn = drawing_map.drawing_layer(boundary, [], crs=crs, closed=True, marking=False)
    _show(ground, drawn, label="Map of the boundary", height=height, key=key)


def _ground_of(
    boundary: shapely.Geometry, crs: str, *, basemap: Basemap, dark: bool, dots: np.ndarray | None = None
) -> dict[str, object]:
    west, south, east, north = boundary.bounds
    zoom = 18 if max(east - west, north - south) < WALK_METRES else 17
    bounds = maps.bounds_of_xy([west, east], [south, north], crs)
    return maps.ground(bounds, basemap=basemap, dots=dots, dark=dark, zoom=zoom)


def _show(
    ground: dict[str, object], layer: maps.Layer, *, label: str, height: int, key: str, **on_change: Callable[[], None]
) -> None:
    below = str(st.get_option("server.baseUrlPath")).strip("/")
    assets = f"/{below}/app/static/" if below else "/app/static/"
    data = {
        "script": f"{assets}map.js?{maps.assets_version()}",
        "style": f"{assets}map.css?{maps.assets_version()}",
        "assets": assets,
        "label": label,
        "height": height,
        "ground": ground,
        "layer": layer,
    }
    _component(key=key, data=data, **on_change)
