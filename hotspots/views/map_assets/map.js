/**
 * The hub's map: Leaflet on this machine's own files, drawn for the component in pages/parts/map.py.
 *
 * Every text is set as text, never as markup. `component.data` is made by hotspots/views/maps.py and drawing_map.py:
 *   assets   address of the folder that holds leaflet.js and leaflet.css
 *   style    address of map.css
 *   label    what a screen reader is told the map is
 *   height   pixels, where the page's style says nothing else
 *   ground   what never changes while the map stands: bounds, zoom, tones, large, legend, credit, and one of
 *            lines (address of a GeoJSON), tiles {url, lowest, highest}, dots [lon, lat, …] with names [[lat, lon, text]]
 *   layer    what is drawn on it, with its kind: "outlines" or "drawing"
 * Told back, as triggers: `picked` (id of an outline) and `corner` ({lat, lng}).
 */

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const SMALL = 16; // pixels up to which a mark is a ring without its number
const maps = new WeakMap();
let library;

export default async function (component) {
  const { data, parentElement } = component;
  await (library ??= load(data));
  if (!maps.has(parentElement)) { maps.set(parentElement, new HubMap(parentElement, data)); }
  const map = maps.get(parentElement), turn = (map.turn ?? 0) + 1;
  map.turn = turn;
  map.tell = component.setTriggerValue;
  map.show(data.layer);
  // A run that a newer one has overtaken is told to clean up as well, and must leave the map to that one.
  return () => { if (map.turn === turn) { map.remove(); maps.delete(parentElement); } };
}

/** Leaflet and both styles, once a page. */
function load({ assets, style }) {
  const styles = [`${assets}leaflet.css`, style].map((address) => new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = done;
    document.head.append(link);
  }));
  return Promise.all([import(assets + "leaflet.js"), ...styles]);
}

class HubMap {
  constructor(parent, { assets, ground, height, label }) {
    this.ground = ground;
    this.holder = document.createElement("div");
    this.holder.className = ground.large ? "hub-map large" : "hub-map";
    this.holder.style.setProperty("--map-height", `${height}px`);
    Object.entries(ground.tones).forEach(([name, tone]) => this.holder.style.setProperty(`--${name}`, tone));
    this.holder.setAttribute("role", "region");
    this.holder.setAttribute("aria-label", label);
    parent.append(this.holder);
    const moves = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(this.holder, {
      attributionControl: false, maxZoom: 20, zoomAnimation: moves, fadeAnimation: moves, markerZoomAnimation: moves,
    });
    this.holder.leaflet = this.map;
    furnish(this.map, ground);
    const mark = (at) => { if (this.layer?.marking) { this.tell("corner", { lat: at.lat, lng: at.lng }); } };
    this.map.on("click", (event) => mark(event.latlng));
    this.holder.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === this.holder) { mark(this.map.getCenter()); }
    });
    ["pointerdown", "wheel", "keydown"].forEach((kind) => {
      this.holder.addEventListener(kind, () => { this.used = true; }, { passive: true });
    });
    this.sizes = new ResizeObserver(() => this.fit(assets));
    this.sizes.observe(this.holder);
    this.fit(assets);
  }

  /**
   * Show what the map was asked for as soon as it has a size (in a dialog that opens it has none yet), and again in
   * another size until somebody has moved it.
   */
  fit(assets) {
    if (!this.holder.clientHeight || !this.holder.clientWidth) { return; }
    this.map.invalidateSize({ animate: false });
    if (this.fitted && (this.used || this.map.broughtIntoView)) { return; }
    const { bounds, zoom } = this.ground;
    if (zoom) {
      this.map.setView(L.latLngBounds(bounds).getCenter(), zoom, { animate: false });
    } else {
      const covered = this.holder.querySelector(".leaflet-control-legend")?.offsetHeight ?? 0;
      const edges = { paddingTopLeft: [24, 24], paddingBottomRight: [24, 24 + covered] };
      this.map.fitBounds(bounds, { ...edges, animate: false });
    }
    if (this.fitted) { return; }
    this.fitted = true;
    layGround(this.map, this.ground, assets);
    if (this.layer) { this.show(this.layer); }
  }

  /** Draw a layer in place of the one before; where only the choice changed, whoever is on a mark stays on it. */
  show(layer) {
    const shapes = JSON.stringify([layer.kind, layer.features]);
    this.layer = layer;
    if (!this.fitted) { return; }
    if (layer.kind === "drawing") {
      this.holder.classList.toggle("marking", layer.marking);
      this.drawn?.remove();
      this.drawn = drawing(layer).addTo(this.map);
      return;
    }
    if (shapes !== this.shapes) {
      this.outlines?.remove();
      this.outlines = new Outlines(this.map, layer, (id) => this.tell("picked", id));
      this.shapes = shapes;
    }
    this.outlines.choose(layer.chosen);
    this.outlines.bringIntoView(layer.chosen, layer.turn);
  }

  remove() {
    this.sizes.disconnect();
    this.map.remove();
    this.holder.remove();
  }
}

/** Outlines with their rank; a click recolours at once, the server's answer follows. */
class Outlines {
  constructor(map, { features, looks, edge }, pick) {
    this.map = map;
    this.discs = {};
    this.shapes = {};
    this.group = L.featureGroup().addTo(map);
    this.halo = this.beneath({ color: "#ffdd00", weight: 16, fill: false, opacity: 1 });
    this.edge = this.beneath({ color: edge, weight: 5, fill: false });
    const chosen = (id) => { this.choose(id); pick(id); };
    L.geoJSON(features, {
      style: (feature) => looks[feature.properties.look],
      pointToLayer: (feature, at) => this.disc(feature.properties, at, chosen),
      onEachFeature: (feature, layer) => {
        const id = feature.properties.hotspot;
        if (feature.geometry.type !== "Point") { this.shapes[id] = feature; }
        layer.on("click", () => chosen(id));
      },
    }).addTo(this.group);
    this.arranging = () => { this.makeRoom(); this.placeNames(); };
    map.on("zoomend", this.arranging);
  }

  beneath(style) {
    return L.geoJSON(null, { interactive: false, style }).addTo(this.group);
  }

  disc(properties, at, chosen) {
    const { hotspot, rank, name } = properties;
    const disc = this.discs[hotspot] = L.marker(at, {
      icon: icon(properties, false), zIndexOffset: -20 * rank, title: name || `Rank ${rank}`, autoPanOnFocus: false,
    });
    disc.properties = properties;
    disc.on("keydown", ({ originalEvent }) => {
      const step = STEPS[originalEvent.key];
      if (originalEvent.key === "Enter") { chosen(hotspot); }
      if (step) {
        originalEvent.preventDefault();
        this.walk(hotspot, step);
      }
    });
    return disc;
  }

  /** Tab reaches one mark, the chosen one or else the first; the arrow keys go on from it in the order of rank. */
  walk(from, step) {
    const ids = this.ranked(), to = this.discs[ids[ids.indexOf(from) + step]];
    if (!to) { return; }
    this.reach(to.properties.hotspot);
    this.map.panInside(to.getLatLng(), { padding: [60, 60], animate: false });
    to.getElement().focus();
  }

  reach(id) {
    const reached = this.discs[id] ? id : this.ranked()[0];
    Object.entries(this.discs).forEach(([key, disc]) => {
      disc.getElement()?.setAttribute("tabindex", key === reached ? 0 : -1);
    });
  }

  ranked() {
    const rank = (id) => this.discs[id].properties.rank;
    return Object.keys(this.discs).sort((a, b) => rank(a) - rank(b));
  }

  choose(id) {
    this.halo.clearLayers();
    this.edge.clearLayers();
    if (this.shapes[id]) { this.halo.addData(this.shapes[id]); this.edge.addData(this.shapes[id]); }
    Object.entries(this.discs).forEach(([key, disc]) => {
      const on = key === id, { rank, name } = disc.properties, element = disc.getElement();
      if (on !== Boolean(element?.classList.contains("chosen"))) { disc.setIcon(icon(disc.properties, on)); }
      disc.setZIndexOffset(on ? 10000 : -20 * rank);
      disc.getElement()?.setAttribute("aria-label", name ? `Rank ${rank}, ${name}` : `Rank ${rank}`);
      disc.getElement()?.setAttribute("aria-pressed", on);
    });
    this.reach(id);
    requestAnimationFrame(this.arranging);
  }

  /** Move only if the chosen mark is out of sight or too small to make out; turn: grows when it must be seen. */
  bringIntoView(id, turn) {
    const disc = this.discs[id];
    if (!turn || turn === this.map.broughtIntoView || !disc) { return; }
    this.map.broughtIntoView = turn;
    const near = this.map.getZoom() >= 15 && this.map.getBounds().pad(-0.05).contains(disc.getLatLng());
    if (!near) { this.map.setView(disc.getLatLng(), Math.max(this.map.getZoom(), 16)); }
  }

  /**
   * Of two marks on each other the lower rank moves aside as far as it must; where that would be further than the mark
   * is wide it becomes a small ring, whose rank is seen from nearer. Outlines stay where they are.
   */
  makeRoom() {
    const marks = this.marks(), placed = [];
    marks.forEach(({ disc }) => {
      disc.classList.remove("crowded");
      disc.style.translate = "";
    });
    marks.forEach(({ disc }) => {
      const { left, top, width } = disc.getBoundingClientRect();
      if (width <= SMALL) { return; }
      const edge = disc.classList.contains("chosen") ? 8 : 2;
      const here = { x: left + width / 2, y: top + width / 2, reach: width / 2 + edge };
      const to = aside(here, placed), moved = Math.hypot(to.x - here.x, to.y - here.y);
      if (moved > width || overlap(to, placed)) {
        disc.classList.add("crowded");
      } else {
        if (moved) { disc.style.translate = `${to.x - here.x}px ${to.y - here.y}px`; }
        placed.push(to);
      }
    });
    const rings = marks.some(({ disc }) => disc.getBoundingClientRect().width <= SMALL);
    this.map.getContainer().classList.toggle("has-rings", rings);
  }

  /** Marks with their boxes, the one on top first. */
  marks() {
    return Object.values(this.discs).map((disc) => disc.getElement()).filter(Boolean)
      .map((disc) => ({ disc, box: disc.getBoundingClientRect() }))
      .sort((a, b) => b.disc.style.zIndex - a.disc.style.zIndex);
  }

  /**
   * Without a street map names stand beside the discs: to the left where there is no room to the right, and where
   * there is none at all the pointer still tells them.
   */
  placeNames() {
    if (!this.map.getContainer().classList.contains("plain")) { return; }
    const marks = this.marks(), taken = marks.map((mark) => mark.box);
    const free = (box) => !taken.some((other) =>
      other.left < box.right && other.right > box.left && other.top < box.bottom && other.bottom > box.top);
    marks.forEach(({ disc, box }) => {
      const wide = 12 + 7.5 * disc.title.length, middle = (box.top + box.bottom) / 2;
      const high = { top: middle - 8, bottom: middle + 8 };
      const right = { left: box.right + 1, right: box.right + wide, ...high };
      const left = { left: box.left - wide, right: box.left - 1, ...high };
      const side = free(right) ? right : free(left) ? left : null;
      disc.classList.toggle("name-left", side === left);
      disc.classList.toggle("name-none", side === null && !disc.classList.contains("chosen"));
      if (side) { taken.push(side); }
    });
  }

  remove() {
    this.map.off("zoomend", this.arranging);
    this.group.remove();
  }
}

/** A circle that this one lies on, if any. */
function overlap({ x, y, reach }, placed) {
  return placed.find((other) => Math.hypot(x - other.x, y - other.y) < reach + other.reach - 0.5);
}

/** Where a circle touches those before it without lying on them, after a few tries. */
function aside(circle, placed) {
  let at = circle;
  for (let turn = 0; turn < 4; turn += 1) {
    const other = overlap(at, placed);
    if (!other) { break; }
    const far = Math.hypot(at.x - other.x, at.y - other.y) || 1, apart = (at.reach + other.reach) / far;
    at = { ...at, x: other.x + (at.x - other.x) * apart, y: other.y + (at.y - other.y) * apart };
  }
  return at;
}

function icon({ rank, look }, chosen) {
  const size = chosen ? " chosen" : rank > 10 ? " low-rank" : "";
  return L.divIcon({ className: `rank ${look}${size}`, iconSize: null, html: String(Number(rank)) });
}

function words(text, className = "") {
  const element = document.createElement("div");
  element.className = className;
  element.textContent = text;
  return element;
}

/** An old boundary in grey and the corners marked so far with the line through them; a click goes through both. */
function drawing({ boundary, corners, closed }) {
  const passes = { interactive: false };
  const group = L.featureGroup();
  L.geoJSON(boundary, {
    ...passes, style: { color: "#505a5f", weight: 3, dashArray: "6 4", fillOpacity: 0.08 },
  }).addTo(group);
  const line = closed && corners.length > 2 ? [...corners, corners[0]] : corners;
  L.polyline(line, { ...passes, color: "#12436d", weight: 4 }).addTo(group);
  corners.forEach((corner) => L.circleMarker(corner, {
    ...passes, radius: 6, color: "#0b0c0c", fillColor: "#ffdd00", fillOpacity: 1,
  }).addTo(group));
  return group;
}

/** The legend, bottom left; a scale bar in metres and the basemap's licence line, bottom right. */
function furnish(map, { legend, tones, credit }) {
  const control = (position, made) => {
    const held = L.control({ position });
    held.onAdd = () => made;
    held.addTo(map);
  };
  const box = words("", "leaflet-control-legend");
  legend.forEach(([fill, edge, dash, text]) => {
    const item = document.createElement("span");
    item.append(swatch(tones[fill], tones[edge], dash), text);
    box.append(item);
  });
  if (legend.length) { box.append(ranked("1", "", "Rank"), ranked("", "when-rings", "Small ring: zoom in")); }
  if (box.childElementCount) { control("bottomleft", box); }
  if (credit) { control("bottomright", words(credit, "leaflet-control-credit")); }
  L.control.scale({ position: "bottomright", imperial: false, maxWidth: 160 }).addTo(map);
  const far = () => map.getContainer().classList.toggle("far", map.getZoom() < 15);
  map.on("zoomend", far).whenReady(far);
}

function swatch(fill, stroke, dash) {
  const make = (name, given) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(given).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  };
  const picture = make("svg", { width: 22, height: 15, "aria-hidden": "true" });
  picture.append(make("rect", {
    x: 1, y: 1, width: 20, height: 13, fill, stroke, "stroke-width": 2, "stroke-dasharray": dash,
  }));
  return picture;
}

function ranked(digit, className, text) {
  const item = document.createElement("span"), ring = document.createElement("i");
  item.className = className;
  ring.className = digit ? "key-rank" : "key-rank key-low";
  ring.textContent = digit;
  item.append(ring, text);
  return item;
}

/** Streets or tiles; where there are neither, grey dots where reports lie and the names of the districts. */
function layGround(map, { lines, tiles, dots, names, tones }, assets) {
  if (lines) {
    fetch(assets + lines).then((answer) => answer.json()).then((data) => layStreets(map, data, tones));
  } else if (tiles) {
    L.tileLayer(tiles.url.includes("://") ? tiles.url : assets + tiles.url, {
      minNativeZoom: tiles.lowest, maxNativeZoom: tiles.highest, maxZoom: 20, noWrap: true,
      errorTileUrl: "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    }).addTo(map);
  } else if (dots?.length) {
    map.getContainer().classList.add("plain");
    const renderer = L.canvas({ pane: still(map, "ground", 250) });
    for (let i = 0; i < dots.length; i += 2) {
      L.circleMarker([dots[i + 1], dots[i]], {
        renderer, pane: "ground", radius: 3, weight: 0, fillColor: "#b1b4b6", fillOpacity: 0.55, interactive: false,
      }).addTo(map);
    }
    names.forEach(([lat, lon, name]) => named(map, "ground", [lat, lon], words(name, "district")));
  }
}

/** A pane of its own below what can be pressed. */
function still(map, name, zIndex) {
  const pane = map.createPane(name);
  pane.style.zIndex = zIndex;
  pane.style.pointerEvents = "none";
  return name;
}

/** A name on the ground; whoever is read the screen would hear hundreds of them. */
function named(to, pane, at, element) {
  element.setAttribute("aria-hidden", "true");
  const written = L.divIcon({ className: "", iconSize: null, html: element });
  L.marker(at, { pane, interactive: false, keyboard: false, icon: written }).addTo(to);
}

/** Streets, buildings, water and green of a GeoJSON file on this machine. */
function layStreets(map, data, tones) {
  const renderer = L.canvas({ pane: still(map, "base", 240), padding: 0.3 });
  const layer = (kind, style) => L.geoJSON(data, {
    renderer, pane: "base", interactive: false, filter: (feature) => feature.properties.kind === kind, style,
  }).addTo(map);
  const width = { major: 10, street: 7, minor: 4 };
  const street = (color, casing) => (feature) => {
    const scale = Math.min(1, 2 ** (map.getZoom() - 17)), wide = (width[feature.properties.class] || 6) * scale;
    const weight = Math.max(wide, 0.6) + casing * (scale > 0.4 ? 1 : 0.6);
    return { color, weight, lineCap: "round", lineJoin: "round", opacity: 1 };
  };
  const building = () => ({
    color: tones.wall, weight: map.getZoom() > 16 ? 1 : 0.3, fillColor: tones.built, fillOpacity: 1,
  });
  layer("water", { stroke: false, fillColor: tones.water, fillOpacity: 1 });
  layer("green", { stroke: false, fillColor: tones.green, fillOpacity: 1 });
  const restyled = [street(tones.casing, 2), street(tones.road, 0)].map((style) => [layer("street", style), style]);
  restyled.push([layer("building", building), building]);
  map.on("zoomend", () => restyled.forEach(([drawn, style]) => drawn.setStyle(style)));
  nameStreets(map, data);
}

/** Each street's name along its middle piece, where one is near enough to read it: those in sight, as marks are dear. */
function nameStreets(map, data) {
  const group = L.layerGroup().addTo(map), streets = data.features.map(nameOf).filter(Boolean);
  const write = () => {
    group.clearLayers();
    if (map.getZoom() < 17) { return; }
    const seen = map.getBounds().pad(0.2);
    streets.filter(({ at }) => seen.contains(at)).forEach(({ at, name, turned }) => {
      const text = words(name, "street");
      text.style.transform = `rotate(${turned}deg) translate(-50%, -50%)`;
      named(group, "markerPane", at, text);
    });
  };
  map.on("moveend", write);
  write();
}

function nameOf({ properties, geometry }) {
  if (properties.kind !== "street" || !properties.name || geometry.type !== "LineString") { return null; }
  const line = geometry.coordinates, k = Math.floor((line.length - 1) / 2);
  const [west, south] = line[k], [east, north] = line[Math.min(k + 1, line.length - 1)];
  let turned = -Math.atan2(north - south, (east - west) * Math.cos(south * Math.PI / 180)) * 180 / Math.PI;
  if (turned > 90) { turned -= 180; } else if (turned < -90) { turned += 180; }
  return { at: [(south + north) / 2, (west + east) / 2], name: properties.name, turned };
}
