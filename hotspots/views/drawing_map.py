"""What is drawn on a map while somebody marks corners on it, and what their clicks mean in metres."""

from collections.abc import Sequence

import folium
import numpy as np
import shapely

from hotspots.geojson import to_wgs84
from hotspots.intake.locate import to_metric
from hotspots.views.maps import lonlat_of


def drawing_layer(
    boundary: shapely.Geometry, corners: Sequence[tuple[float, float]], *, crs: str, closed: bool
) -> folium.FeatureGroup:
    """A boundary in grey and, over it, the corners marked so far with the line through them.

    boundary, corners: metres of `crs` · closed: the last corner is joined to the first
    A click goes through both to the ground beneath.
    """
    group = folium.FeatureGroup(name="drawing")
    old = to_wgs84(np.array([boundary]), crs, digits=7)[0]
    grey = {"color": "#505a5f", "weight": 3, "dashArray": "6 4", "fillOpacity": 0.08, "interactive": False}
    folium.GeoJson(shapely.geometry.mapping(old), style_function=lambda _: grey).add_to(group)
    if corners:
        at = [(float(lat), float(lon)) for lon, lat in lonlat_of(np.array(corners), crs)]
        for point in at:
            folium.CircleMarker(point, radius=6, color="#0b0c0c", fill=True, fill_color="#ffdd00", fill_opacity=1,
                                interactive=False).add_to(group)  # fmt: skip
        line = [*at, at[0]] if closed and len(at) > 2 else at
        if len(line) > 1:
            folium.PolyLine(line, color="#12436d", weight=4, interactive=False).add_to(group)
    return group


def clicked(event: dict | None, crs: str) -> tuple[float, float] | None:
    """Easting and northing of the last click on the ground, or None."""
    at = (event or {}).get("last_clicked")
    if not at:
        return None
    x, y = to_metric(np.array([at["lng"]]), np.array([at["lat"]]), crs)
    return float(x[0]), float(y[0])
