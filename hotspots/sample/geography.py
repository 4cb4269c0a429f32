"""The sample's invented land: districts, wards, streets, addresses and map points, all in open sea.

Everything lies in the North Sea, some 40 km off the coast, inside the area of use of EPSG:27700,
so that no mark ever falls on a real home. The land is the same for every seed.
"""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from hotspots.sample import names as names
from hotspots.sample.sites import (
    place_sites,
    site_addresses,
    site_buildings,
    site_map_points,
    with_boundaries,
)
from hotspots.sample.story import MAIN, PARK_VIEW, SECOND
from hotspots.sample.town import CENTRES, DISTRICTS, TOWNS, VILLAGES, town
from hotspots.schema import METRIC_CRS

LAND_SEED = 311
ADDRESSES = 8
"""Least addresses that a map point stands for, as at police.uk."""
MOAT = 84.0
"""Metres between a site's buildings and any other report: a little over the default eps, with room
for the two metres by which coordinate transformations differ between machines."""
RING_CLEAR = 186.0
REACH = 75.0
LIKELIEST_IN_REACH = 14.0
"""Reports a year expected within 75 m of any background location, at most: far below a hotspot's 36."""


@dataclass(frozen=True)
class World:
    """The land and everything on it that a report can be tied to; coordinates in metres, EPSG:27700.

    districts, wards: name (and district), geometry · streets: name, class, geometry
    buildings, water, green: geometries · sites: the story's sites with x, y and geometry (frozen
    boundary) · addresses: key, place_text, unit, x, y, street_x, street_y, ward, district, site,
    weight · map_points: place_text, x, y, lsoa, lsoa_name, ward, district, site, weight
    """

    districts: gpd.GeoDataFrame
    wards: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    buildings: shapely.Geometry
    water: shapely.Geometry
    green: shapely.Geometry
    sites: gpd.GeoDataFrame
    addresses: pd.DataFrame
    map_points: pd.DataFrame

    @cached_property
    def site_row(self) -> dict[str, int]:
        """Position of each site by name."""
        return {name: i for i, name in enumerate(self.sites["name"])}


def make_world() -> World:
    """Lay out the land: the same for every seed of the reports."""
    rng = np.random.default_rng(LAND_SEED)
    towns = [town(rng, *CENTRES[d], *TOWNS[d], d) for d in DISTRICTS]
    villages = [town(rng, x, y, r, rng.uniform(-0.6, 0.6), d) for d, v in VILLAGES.items() for x, y, r in v]
    edges = pd.concat([*towns, *villages], ignore_index=True)
    placed = place_sites(rng, edges)
    buildings_of = site_buildings(placed)
    river = _river()
    edges = names.name_streets(edges, placed)
    districts, wards, lsoas = _areas(rng)
    background = _background_edges(edges, buildings_of, placed, river)
    addresses = pd.concat([site_addresses(buildings_of), _street_addresses(rng, background)], ignore_index=True)
    points = pd.concat([site_map_points(buildings_of), _street_map_points(rng, background)], ignore_index=True)
    points = _standing_for_eight(points, addresses)
    addresses, points = _locate(addresses, wards), _locate(_with_lsoa(points, lsoas), wards)
    addresses["key"] = [f"9990{n:08d}" for n in range(1, len(addresses) + 1)]
    _cap_density(addresses, points)
    return World(
        districts=districts,
        wards=wards,
        streets=names.streets(edges),
        buildings=_buildings(rng, edges, buildings_of, river),
        water=river,
        green=_green(placed),
        sites=with_boundaries(placed, buildings_of),
        addresses=addresses,
        map_points=points,
    )


def _background_edges(
    edges: pd.DataFrame, buildings: pd.DataFrame, placed: pd.DataFrame, river: shapely.Geometry
) -> pd.DataFrame:
    """Segments where ordinary reports happen: off the river, and clear of every site."""
    mid = (edges[["x0", "y0"]].to_numpy() + edges[["x1", "y1"]].to_numpy()) / 2
    half = np.hypot(edges["x1"] - edges["x0"], edges["y1"] - edges["y0"]) / 2
    clear = cKDTree(buildings[["x", "y"]].to_numpy()).query(mid)[0] > MOAT + np.hypot(half * 0.8, 12)
    home = placed.loc[placed["name"] == PARK_VIEW, ["x", "y"]].to_numpy()[0]
    clear &= np.hypot(*(mid - home).T) > RING_CLEAR + half
    line = shapely.linestrings(np.stack([edges[["x0", "y0"]], edges[["x1", "y1"]]], axis=1))
    clear &= shapely.distance(line, river) > 15
    return edges[clear].assign(mx=mid[clear, 0], my=mid[clear, 1]).reset_index(drop=True)


def _street_addresses(rng: np.random.Generator, edges: pd.DataFrame) -> pd.DataFrame:
    """Five homes along each segment, alternately left and right of it."""
    at = np.array([0.14, 0.32, 0.5, 0.68, 0.86])
    side = np.array([11, -11, 11, -11, 11])
    dx, dy = (edges["x1"] - edges["x0"]).to_numpy(), (edges["y1"] - edges["y0"]).to_numpy()
    length = np.hypot(dx, dy)
    x = edges["x0"].to_numpy()[:, None] + dx[:, None] * at - side * (dy / length)[:, None]
    y = edges["y0"].to_numpy()[:, None] + dy[:, None] * at + side * (dx / length)[:, None]
    weight = _weights(rng, edges)[:, None] * rng.gamma(0.45, 1, x.shape)
    again = np.repeat(np.arange(len(edges)), 5)
    frame = edges.loc[again, ["district", "mx", "my", "name"]].reset_index(drop=True)
    frame = frame.rename(columns={"mx": "street_x", "my": "street_y", "name": "place_text"}).round(1)
    return frame.assign(x=x.ravel().round(1), y=y.ravel().round(1), unit="", site="", weight=weight.ravel())


def _street_map_points(rng: np.random.Generator, edges: pd.DataFrame) -> pd.DataFrame:
    """One map point for about four segments, each standing for 8 or more addresses."""
    chosen = edges[rng.random(len(edges)) < 0.22]
    weight = _weights(rng, chosen)
    frame = chosen[["district", "name", "mx", "my"]].rename(columns={"name": "place_text", "mx": "x", "my": "y"})
    return frame.assign(site="", weight=weight).reset_index(drop=True)


def _standing_for_eight(points: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """Map points without those whose catchment holds under 8 addresses, which go to the next nearest."""
    while True:
        nearest = cKDTree(points[["x", "y"]].to_numpy()).query(addresses[["x", "y"]].to_numpy())[1]
        few = (np.bincount(nearest, minlength=len(points)) < ADDRESSES) & (points["site"] == "").to_numpy()
        if not few.any():
            return points
        points = points[~few].reset_index(drop=True)


def _weights(rng: np.random.Generator, edges: pd.DataFrame) -> np.ndarray:
    centre = np.where(edges["village"], 0.3, 0.35 + np.exp(-2.2 * edges["from_centre"]))
    return rng.gamma(0.9, 1, len(edges)) * centre


def _areas(rng: np.random.Generator) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    districts = gpd.GeoDataFrame(
        {"name": list(DISTRICTS)}, geometry=[shapely.Polygon(p) for p in DISTRICTS.values()], crs=METRIC_CRS
    )
    wards, lsoas = [], []
    for number, (district, outline) in enumerate(zip(DISTRICTS, districts.geometry, strict=True)):
        seeds = _ward_seeds(district)
        cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=outline, ordered=True))
        for name, cell in zip(names.WARDS[district], cells, strict=True):
            wards.append({"name": name, "district": district, "geometry": shapely.intersection(cell, outline)})
        near = np.array(CENTRES[district]) + rng.normal(0, TOWNS[district][0] * 0.5, (32 - 16 * number, 2))
        spots = np.vstack([near, np.array([(x, y) for x, y, _ in VILLAGES[district]])])
        for i, (x, y) in enumerate(spots):
            label = f"{district} {i // 4 + 1:03d}{'ABCD'[i % 4]}"
            lsoas.append((district, x, y, f"E0199{number:01d}{i + 1:03d}", label))
    frame = pd.DataFrame(lsoas, columns=["district", "x", "y", "lsoa", "lsoa_name"])
    return districts, gpd.GeoDataFrame(wards, crs=METRIC_CRS), frame


def _ward_seeds(district: str) -> np.ndarray:
    """One ward in the middle of the town, some round it, the rest in the country."""
    k = len(names.WARDS[district])
    inner = k // 2
    around = 2 * np.pi * np.arange(inner) / inner + 0.4
    rim = 2 * np.pi * np.arange(k - 1 - inner) / (k - 1 - inner) + 1.1
    reach = TOWNS[district][0] * np.repeat([0.0, 0.95, 3.2], [1, inner, k - 1 - inner])
    angle = np.concatenate([[0.0], around, rim])
    return np.array(CENTRES[district]) + np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])


def _with_lsoa(points: pd.DataFrame, lsoas: pd.DataFrame) -> pd.DataFrame:
    points = points.assign(lsoa="", lsoa_name="")
    for district, own in lsoas.groupby("district"):
        rows = points["district"] == district
        nearest = cKDTree(own[["x", "y"]].to_numpy()).query(points.loc[rows, ["x", "y"]].to_numpy())[1]
        points.loc[rows, ["lsoa", "lsoa_name"]] = own[["lsoa", "lsoa_name"]].to_numpy()[nearest]
    return points.round({"x": 1, "y": 1})


def _locate(frame: pd.DataFrame, wards: gpd.GeoDataFrame) -> pd.DataFrame:
    """The ward of each row: the nearest seed of its own district, which is the ward's polygon."""
    ward = np.empty(len(frame), dtype=object)
    for district in DISTRICTS:
        rows = (frame["district"] == district).to_numpy()
        nearest = cKDTree(_ward_seeds(district)).query(frame.loc[rows, ["x", "y"]].to_numpy())[1]
        ward[rows] = wards.loc[wards["district"] == district, "name"].to_numpy()[nearest]
    return frame.assign(ward=ward)


def _cap_density(addresses: pd.DataFrame, points: pd.DataFrame) -> None:
    """Scale weights down in place where background alone might look like a hotspot."""
    yearly = {(MAIN, 0): 2900.0, (MAIN, 1): 3700.0, (SECOND, 0): 1000.0, (SECOND, 1): 1250.0}
    for district in DISTRICTS:
        own = [f[(f["district"] == district) & (f["site"] == "")] for f in (addresses, points)]
        xy = np.vstack([f[["x", "y"]].to_numpy() for f in own])
        weights = [f["weight"].to_numpy() for f in own]
        pairs = cKDTree(xy).query_pairs(REACH, output_type="ndarray")
        for _ in range(14):
            expected = np.concatenate([w / w.sum() * yearly[district, kind] for kind, w in enumerate(weights)])
            near = expected + np.bincount(pairs[:, 0], expected[pairs[:, 1]], len(xy))
            near += np.bincount(pairs[:, 1], expected[pairs[:, 0]], len(xy))
            scale = np.minimum(1, LIKELIEST_IN_REACH / near)
            weights = [weights[0] * scale[: len(weights[0])], weights[1] * scale[len(weights[0]) :]]
        for frame, rows, weight in zip((addresses, points), own, weights, strict=True):
            frame.loc[rows.index, "weight"] = weight


def _river() -> shapely.Geometry:
    cx, cy = CENTRES[MAIN]
    t = np.linspace(-9000, 9500, 90)
    line = shapely.linestrings(np.column_stack([cx + 265 + 90 * np.sin(t / 520) + 700 * np.sin(t / 4100), cy + t]))
    return shapely.intersection(shapely.buffer(line, 17), shapely.Polygon(DISTRICTS[MAIN]))


def _green(placed: pd.DataFrame) -> shapely.Geometry:
    parks = placed[placed["kind"].isin(["park"])]
    discs = shapely.buffer(shapely.points(parks["x"], parks["y"]), 62, quad_segs=5)
    return shapely.union_all(discs)


def _buildings(
    rng: np.random.Generator, edges: pd.DataFrame, of_sites: pd.DataFrame, river: shapely.Geometry
) -> shapely.Geometry:
    """Terraces along the streets of the main town's middle, and a block for each site's building."""
    near = edges[(edges["district"] == MAIN) & ~edges["village"] & (edges["from_centre"] < 0.5)]
    shapes = []
    for side in (1, -1):
        start, end = rng.uniform(0.1, 0.3, len(near)), rng.uniform(0.6, 0.9, len(near))
        dx, dy = (near["x1"] - near["x0"]).to_numpy(), (near["y1"] - near["y0"]).to_numpy()
        length = np.hypot(dx, dy)
        nx, ny = -dy / length * side, dx / length * side
        corners = [(start, 8), (end, 8), (end, 17), (start, 17)]
        ring = np.stack(
            [np.column_stack([near["x0"] + dx * t + nx * off, near["y0"] + dy * t + ny * off]) for t, off in corners],
            axis=1,
        )
        shapes.append(shapely.polygons(ring))
    blocks = of_sites[of_sites["layout"] != "ring"]
    boxes = shapely.box(blocks["x"] - 8, blocks["y"] - 6, blocks["x"] + 8, blocks["y"] + 6)
    terraces = np.concatenate(shapes)
    taken = shapely.union_all([river, *shapely.buffer(shapely.points(blocks["x"], blocks["y"]), 16)])
    shapely.prepare(taken)
    return shapely.multipolygons(np.concatenate([terraces[~shapely.intersects(taken, terraces)], boxes]))
