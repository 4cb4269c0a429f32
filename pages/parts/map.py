"""The one place where a map is drawn; what draws it can be changed here without touching a page."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import shapely
import streamlit as st
from streamlit_folium import st_folium

from hotspots.release.disclosure import Released
from hotspots.views import drawing_map, maps
from hotspots.views.basemaps import Basemap

WALK_METRES = 130
"""A boundary wider than this is redrawn at a zoom that shows all of it."""


def draw_map(
    released: Released,
    *,
    key: str,
    chosen: str | None,
    crs: str,
    bounds: maps.Bounds,
    on_pick: Callable[[str], None],
    basemap: Basemap = maps.NO_BASEMAP,
    dark: bool = False,
    ground: np.ndarray | None = None,
    names: Sequence[maps.Named] = (),
    large: bool = False,
    bring_into_view: int = 0,
    height: int = 620,
    layer: Callable[..., object] = maps.hotspot_layer,
    legend: maps.Legend = maps.STATE_LEGEND,
) -> None:
    """Draw the outlines of `released`; a click on one calls `on_pick` with its id.

    The ground is part of the component's identity and never changes while `bounds`, `basemap`, `dark`, `large`,
    `ground` and `names` stay the same; outlines and the chosen one are redrawn on it, so pan and zoom are kept.
    bring_into_view: a number that grows when the chosen outline must be seen.
    """
    beneath = (bounds, basemap, dark, large, None if ground is None else ground.tobytes(), names)
    ground_id = hashlib.sha256(repr(beneath).encode())
    name = f"{key}-{ground_id.hexdigest()[:10]}"

    def changed() -> None:
        hotspot = maps.picked(st.session_state.get(name))
        if hotspot is not None:
            on_pick(hotspot)

    st_folium(
        maps.base_map(bounds, basemap=basemap, ground=ground, names=names, dark=dark, legend=legend, large=large),
        key=name,
        height=height,
        use_container_width=True,
        returned_objects=["last_active_drawing", "last_object_clicked_count"],
        feature_group_to_add=layer(released, chosen=chosen, crs=crs, bring_into_view=bring_into_view, dark=dark),
        on_change=changed,
    )


def mark_corners(
    boundary: shapely.Geometry,
    *,
    key: str,
    crs: str,
    basemap: Basemap = maps.NO_BASEMAP,
    dark: bool = False,
    ground: np.ndarray | None = None,
    closed: bool = True,
    height: int = 420,
) -> list[tuple[float, float]]:
    """A map on which each click marks a corner; returns the corners so far (metres of `crs`).

    boundary: drawn beneath in grey · closed: the corners make an area, else a line
    """
    corners = st.session_state.setdefault(f"{key}-corners", [])

    def changed() -> None:
        corner = drawing_map.clicked(st.session_state.get(key), crs)
        if corner is not None and corner not in corners:
            corners.append(corner)

    _draw(
        boundary, corners, key=key, crs=crs, basemap=basemap, dark=dark, ground=ground, closed=closed, height=height,
        on_change=changed,
    )  # fmt: skip
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
    _draw(boundary, [], key=key, crs=crs, basemap=basemap, dark=dark, height=height)


def _draw(
    boundary: shapely.Geometry,
    corners: list[tuple[float, float]],
    *,
    key: str,
    crs: str,
    basemap: Basemap,
    dark: bool,
    height: int,
    ground: np.ndarray | None = None,
    closed: bool = True,
    on_change: Callable[[], None] | None = None,
) -> None:
    west, south, east, north = boundary.bounds
    zoom = 18 if max(east - west, north - south) < WALK_METRES else 17
    st_folium(
        maps.base_map(
            maps.bounds_of_xy([west, east], [south, north], crs), basemap=basemap, ground=ground, dark=dark, zoom=zoom
        ),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=["last_clicked"] if on_change else [],
        feature_group_to_add=drawing_map.drawing_layer(boundary, corners, crs=crs, closed=closed),
        on_change=on_change,
    )
