"""Maps with folium: one layer of outlines with their rank, every asset from this machine.

folium writes what it is given into script, so no text of an incident or place is given to it: a name goes
as the numbers of its letters (`map_ground.letters`), and the map writes them as text. Assets come from pinned
packages and are copied into a folder that the app serves; without a basemap the ground is white with a scale bar,
dots and names.
"""

import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import Element
from folium.template import Template

from hotspots.geojson import to_wgs84
from hotspots.intake.locate import to_lonlat
from hotspots.release.disclosure import Released
from hotspots.views.basemaps import Basemap
from hotspots.views.map_ground import SERVED_AT, Ground, Lines, Named, Script, Tiles, letters
from hotspots.views.map_style import DARK, LIGHT, TINTS, looks, map_style
from hotspots.views.palette import STATES

ASSETS = {"leaflet.js": "xstatic.pkg.leaflet", "leaflet.css": "xstatic.pkg.leaflet"}
"""File → package that ships it."""

folium.Map.default_js = [("leaflet", f"{SERVED_AT}leaflet.js")]
folium.Map.default_css = [("leaflet_css", f"{SERVED_AT}leaflet.css")]

NO_BASEMAP = Basemap()
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
    """Copy the map's script and style into `folder`; returns the names of those not to be had."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    for name, package in ASSETS.items():
        try:
            source = files(package) / "data" / name
            if not (folder / name).exists():
                shutil.copyfile(str(source), folder / name)
        except (ModuleNotFoundError, FileNotFoundError):
            missing.append(name)
    return missing


def base_map(
    bounds: Bounds,
    *,
    basemap: Basemap = NO_BASEMAP,
    ground: np.ndarray | None = None,
    names: Sequence[Named] = (),
    dark: bool = False,
    legend: Legend = STATE_LEGEND,
    zoom: int | None = None,
    large: bool = False,
) -> folium.Map:
    """The ground of a map: white or dark, with scale bar, and what never changes during a meeting.

    bounds: what to show first · basemap: streets or tiles to lay beneath
    ground: longitudes and latitudes (n × 2) of map points to dot in grey where there is no basemap
    names: of districts, written on that ground
    large: words and numbers for a room to read
    zoom: shows the middle of `bounds` at this zoom, for a map that opens in a dialog: it has no size yet to fit
    """
    tones = DARK if dark else LIGHT
    drawn = folium.Map(tiles=None, control_scale=False, zoom_control=True, max_zoom=20, prefer_canvas=False)
    drawn.options["attribution_control"] = False
    if zoom is None:
        drawn.fit_bounds(bounds, padding=(24, 24))
    else:
        drawn.location = [float(v) for v in np.mean(bounds, axis=0)]
        drawn.options["zoom"] = zoom
    drawn.get_root().header.add_child(Element(map_style(tones, large=large)))
    _Furniture(legend, tones, basemap.credit).add_to(drawn)
    if basemap.kind == "lines":
        Lines(f"{SERVED_AT}{basemap.url}", tones).add_to(drawn)
    elif basemap.kind == "tiles":
        Tiles(basemap).add_to(drawn)
    elif ground is not None and len(ground):
        Ground(ground, names).add_to(drawn)
    return drawn


def hotspot_layer(
    released: Released, *, chosen: str | None, crs: str, bring_into_view: int = 0, dark: bool = False
) -> folium.FeatureGroup:
    """Outlines with their rank, filled by state, the chosen one with a halo; redrawn without a reload.

    bring_into_view: a number that grows when the chosen outline must be seen; the map moves only if
    it is out of sight or too small to make out.
    """
    group = folium.FeatureGroup(name="hotspots")
    _Outlines(_features(released.table, crs), chosen or "", bring_into_view, DARK if dark else LIGHT).add_to(group)
    return group


def area_layer(
    released: Released, *, chosen: str | None, crs: str, bring_into_view: int = 0, dark: bool = False
) -> folium.FeatureGroup:
    """Areas tinted by their count, the ten fullest numbered, those hot with their neighbours edged.

    released: id, rank, n, hot, geometry (policy "areas")
    """
    group = folium.FeatureGroup(name="areas")
    features = _area_features(released.table, crs)
    _Outlines(features, chosen or "", bring_into_view, DARK if dark else LIGHT).add_to(group)
    return group


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


def picked(event: dict | None) -> str | None:
    """Id of the outline in what the map component sends back, or None."""
    drawing = (event or {}).get("last_active_drawing") or {}
    chosen = (drawing.get("properties") or {}).get("hotspot")
    return chosen if isinstance(chosen, str) else None


def _features(table: gpd.GeoDataFrame, crs: str) -> dict:
    """Each outline, and a point on it for its rank; both carry the id that a click sends back."""
    features = []
    outlines = to_wgs84(shapely.simplify(table["geometry"].to_numpy(), 0.5), crs, digits=6)
    for outline, row in zip(outlines, table.itertuples(), strict=True):
        look = STATES[row.state].look
        properties = {"hotspot": row.id, "rank": int(row.rank), "look": look, "name": letters(row.name)}
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


class _Outlines(Script):
    """Hotspot outlines; a click recolours at once, the server's answer follows."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = (function (group) {
          var data = {{ this.data.features }}, looks = {{ this.data.looks }};
          var chosen = {{ this.data.chosen }}, discs = {}, shapes = {};
          var halo = L.geoJSON(null, {interactive: false,
            style: {color: "#ffdd00", weight: 16, fill: false, opacity: 1}}).addTo(group);
          var edge = L.geoJSON(null, {interactive: false,
            style: {color: {{ this.data.edge }}, weight: 5, fill: false}}).addTo(group);
          var outlines = L.geoJSON(data, {
            style: function (f) { return looks[f.properties.look]; },
            pointToLayer: function (f, at) {
              return discs[f.properties.hotspot] = L.marker(at, {icon: icon(f, false),
                zIndexOffset: -20 * Number(f.properties.rank), title: named(f)});
            },
            onEachFeature: function (f, layer) {
              if (f.geometry.type !== "Point") { shapes[f.properties.hotspot] = f; }
              layer.on("click", function () { choose(f.properties.hotspot); });
            }
          }).addTo(group);
          function icon(f, on) {
            var size = on ? " chosen" : Number(f.properties.rank) > 10 ? " low-rank" : "";
            return L.divIcon({className: "rank " + f.properties.look + size, iconSize: null,
              html: String(Number(f.properties.rank))});
          }
          function named(f) {
            return f.properties.name ? String.fromCodePoint.apply(null, f.properties.name) :
              "Rank " + Number(f.properties.rank);
          }
          function choose(id) {
            halo.clearLayers(); edge.clearLayers();
            if (shapes[id]) { halo.addData(shapes[id]); edge.addData(shapes[id]); }
            Object.keys(discs).forEach(function (key) {
              discs[key].setIcon(icon(discs[key].feature, key === id)).setZIndexOffset(
                key === id ? 10000 : -20 * Number(discs[key].feature.properties.rank));
            });
            setTimeout(placeNames, 0);
          }
          // Without a street map names stand beside the discs: to the left where there is no room to the right, and
          // where there is none at all the pointer still tells them.
          function placeNames() {
            if (!document.querySelector(".plain")) { return; }
            var boxes = Object.keys(discs).map(function (key) { return discs[key].getElement(); }).filter(Boolean)
              .map(function (disc) { return {disc: disc, box: disc.getBoundingClientRect()}; });
            boxes.sort(function (a, b) { return b.disc.style.zIndex - a.disc.style.zIndex; });
            var taken = boxes.map(function (one) { return one.box; });
            function free(box) {
              return !taken.some(function (t) {
                return t.left < box.right && t.right > box.left && t.top < box.bottom && t.bottom > box.top; });
            }
            boxes.forEach(function (one) {
              var wide = 12 + 7.5 * one.disc.title.length, b = one.box, y = (b.top + b.bottom) / 2;
              var right = {left: b.right + 1, right: b.right + wide, top: y - 8, bottom: y + 8};
              var left = {left: b.left - wide, right: b.left - 1, top: y - 8, bottom: y + 8};
              var side = free(right) ? right : free(left) ? left : null;
              one.disc.classList.toggle("name-left", side === left);
              one.disc.classList.toggle("name-none", side === null && !one.disc.classList.contains("chosen"));
              if (side) { taken.push(side); }
            });
          }
          if (window.map) { window.map.off("zoomend", window.placeNames).on("zoomend", placeNames); }
          window.placeNames = placeNames;
          choose(chosen);
          var turn = {{ this.data.turn }}, disc = discs[chosen];
          if (turn && window.broughtIntoView !== turn && disc && window.map) {
            window.broughtIntoView = turn;
            var near = window.map.getZoom() >= 15 && window.map.getBounds().pad(-0.05).contains(disc.getLatLng());
            if (!near) { window.map.setView(disc.getLatLng(), Math.max(window.map.getZoom(), 16)); }
          }
          return outlines;
        })({{ this._parent.get_name() }});
        {% endmacro %}
    """)

    def __init__(self, features: dict, chosen: str, turn: int, tones: Mapping[str, str]) -> None:
        super().__init__(
            "outlines", features=features, chosen=chosen, looks=looks(tones), turn=turn, edge=tones["text"]
        )


class _Furniture(Script):
    """The legend, bottom left; a scale bar in metres and the basemap's licence line, bottom right.

    The component counts clicks from 0 while the server is told None; a map just drawn would then report a change,
    and the server would run the screen again for nothing.
    """

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (map) {
          if (window.__GLOBAL_DATA__) { window.__GLOBAL_DATA__.last_object_clicked_count = null; }
          var legend = L.control({position: "bottomleft"});
          legend.onAdd = function () {
            var box = L.DomUtil.create("div", "leaflet-control-legend");
            function item(fill, edge, dash, words) {
              return "<span><svg width=22 height=15><rect x=1 y=1 width=20 height=13 fill='" + fill + "' stroke='" +
                edge + "' stroke-width=2 stroke-dasharray='" + dash + "'/></svg>" + words + "</span>";
            }
            box.innerHTML = {{ this.data.legend }}.map(function (i) { return item(i[0], i[1], i[2], i[3]); }).join("") +
              "<span><i class='key-rank'>1</i>Rank</span><span class='when-far'><i class='key-rank key-low'></i>" +
              "Rank {{ this.numbered }} on: zoom in</span>";
            return box;
          };
          legend.addTo(map);
          var credit = {{ this.data.credit }}, line = L.control({position: "bottomright"});
          line.onAdd = function () {
            var box = L.DomUtil.create("div", "leaflet-control-credit");
            box.textContent = credit;
            return box;
          };
          if (credit) { line.addTo(map); }
          function far() { map.getContainer().classList.toggle("far", map.getZoom() < 15); }
          map.on("zoomend", far); map.whenReady(far);
          L.control.scale({position: "bottomright", imperial: false, maxWidth: 160}).addTo(map);
        })({{ this._parent.get_name() }});
        {% endmacro %}
    """)

    def __init__(self, legend: Legend, tones: Mapping[str, str], credit: str) -> None:
        items = [(tones[fill], tones[edge], dash, words) for fill, edge, dash, words in legend]
        super().__init__("furniture", legend=items, credit=credit)
        self.numbered = NUMBERED + 1
