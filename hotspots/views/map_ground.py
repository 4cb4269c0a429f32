"""What lies beneath a map: streets or tiles from this machine, else grey dots and the names of districts."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
from branca.element import MacroElement
from folium.template import Template

from hotspots.views.basemaps import Basemap

SERVED_AT = "../../app/static/"
"""The app's static folder, as seen from the frame that holds the map."""
Named = tuple[float, float, str]
"""A name on the map: latitude, longitude, words."""
NAME_LENGTH = 40
"""Letters of a name that a map shows."""


def letters(name: str) -> list[int]:
    """A name as the numbers of its letters: what writes and reads a map's script finds no text in it."""
    short = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"
    return [ord(letter) for letter in short]


class Script(MacroElement):
    """A piece of script in a folium map, with its data as JSON."""

    def __init__(self, name: str, **data: object) -> None:
        super().__init__()
        self._name = name
        self.data = {key: json.dumps(value).replace("</", "<\\/") for key, value in data.items()}


class Tiles(Script):
    """Raster tiles, served from this machine or, where the settings ask for it, from elsewhere."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        L.tileLayer({{ this.data.url }}, {minNativeZoom: {{ this.data.lowest }}, maxNativeZoom: {{ this.data.highest }},
          maxZoom: 20, noWrap: true,
          errorTileUrl: "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
        }).addTo({{ this._parent.get_name() }});
        {% endmacro %}
    """)

    def __init__(self, basemap: Basemap) -> None:
        url = basemap.url if "://" in basemap.url else f"{SERVED_AT}{basemap.url}"
        super().__init__("tiles", url=url, lowest=basemap.lowest, highest=basemap.highest)


class Ground(Script):
    """Without a basemap: grey dots where reports lie, the shape of a town, and the names of the districts."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (map) {
          map.getContainer().classList.add("plain");
          map.createPane("ground").style.zIndex = 250;
          map.getPane("ground").style.pointerEvents = "none";
          var canvas = L.canvas({pane: "ground"}), flat = {{ this.data.points }};
          for (var i = 0; i < flat.length; i += 2) {
            L.circleMarker([flat[i], flat[i + 1]], {renderer: canvas, pane: "ground", radius: 3, weight: 0,
              fillColor: "#b1b4b6", fillOpacity: 0.55, interactive: false}).addTo(map);
          }
          {{ this.data.names }}.forEach(function (named) {
            var text = document.createElement("div");
            text.className = "district";
            text.textContent = String.fromCodePoint.apply(null, named[2]);
            L.marker([named[0], named[1]], {pane: "ground", interactive: false, keyboard: false,
              icon: L.divIcon({className: "", iconSize: null, html: text})}).addTo(map);
          });
        })({{ this._parent.get_name() }});
        {% endmacro %}
    """)

    def __init__(self, lonlat: np.ndarray, names: Sequence[Named]) -> None:
        points = np.round(lonlat[:, ::-1], 5).ravel().tolist()
        super().__init__("ground", points=points, names=[(lat, lon, letters(name)) for lat, lon, name in names])


class Lines(Script):
    """Streets, buildings, water and green from a GeoJSON file on this machine."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (map) {
          map.createPane("base").style.zIndex = 240;
          map.getPane("base").style.pointerEvents = "none";
          var canvas = L.canvas({pane: "base", padding: 0.3});
          var width = {major: 10, street: 7, minor: 4}, lines = [], tone = {{ this.data.tones }};
          fetch({{ this.data.url }}).then(function (r) { return r.json(); }).then(function (data) {
            function layer(kind, style) {
              return L.geoJSON(data, {renderer: canvas, pane: "base", interactive: false,
                filter: function (f) { return f.properties.kind === kind; }, style: style}).addTo(map);
            }
            function line(colour, extra) {
              return function (f) {
                var scale = Math.min(1, Math.pow(2, map.getZoom() - 17)), w = (width[f.properties.class] || 6) * scale;
                return {color: colour, weight: Math.max(w, 0.6) + extra * (scale > 0.4 ? 1 : 0.6), lineCap: "round",
                  lineJoin: "round", opacity: 1};
              };
            }
            layer("water", {stroke: false, fillColor: tone.water, fillOpacity: 1});
            layer("green", {stroke: false, fillColor: tone.green, fillOpacity: 1});
            [[tone.casing, 2], [tone.road, 0]].forEach(function (look) {
              lines.push([layer("street", line(look[0], look[1])), look]);
            });
            var built = layer("building", building);
            map.on("zoomend", function () {
              lines.forEach(function (pair) { pair[0].setStyle(line(pair[1][0], pair[1][1])); });
              built.setStyle(building);
            });
            function building() {
              return {color: tone.wall, weight: map.getZoom() > 16 ? 1 : 0.3, fillColor: tone.built, fillOpacity: 1};
            }
            names(data);
          });
          function names(data) {
            var group = L.layerGroup();
            data.features.forEach(function (f) {
              var p = f.properties, c = f.geometry.coordinates;
              if (p.kind !== "street" || !p.name || f.geometry.type !== "LineString") { return; }
              var k = Math.floor((c.length - 1) / 2), a = c[k], b = c[Math.min(k + 1, c.length - 1)];
              var dx = (b[0] - a[0]) * Math.cos(a[1] * Math.PI / 180), dy = b[1] - a[1];
              var angle = -Math.atan2(dy, dx) * 180 / Math.PI;
              if (angle > 90) { angle -= 180; } else if (angle < -90) { angle += 180; }
              var text = document.createElement("div");
              text.textContent = p.name;
              text.className = "street";
              text.style.transform = "rotate(" + angle + "deg) translate(-50%, -50%)";
              var at = [(a[1] + b[1]) / 2, (a[0] + b[0]) / 2];
              L.marker(at, {interactive: false, keyboard: false,
                icon: L.divIcon({className: "", iconSize: null, html: text})}).addTo(group);
            });
            function toggle() { map.getZoom() >= 17 ? group.addTo(map) : group.remove(); }
            map.on("zoomend", toggle); toggle();
          }
        })({{ this._parent.get_name() }});
        {% endmacro %}
    """)

    def __init__(self, url: str, tones: Mapping[str, str]) -> None:
        super().__init__("basemap", url=url, tones=dict(tones))
