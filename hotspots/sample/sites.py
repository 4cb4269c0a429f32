"""The story's sites on the ground: their buildings, addresses, map points and frozen boundaries."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from hotspots.sample.story import PARK_VIEW, Site, sites
from hotspots.sample.town import CENTRES, TOWNS
from hotspots.schema import METRIC_CRS


def place_sites(rng: np.random.Generator, edges: pd.DataFrame) -> pd.DataFrame:
    """The story's sites with x and y: compact ones moved to the middle of the nearest street block."""
    told = sites()
    frame = pd.DataFrame([vars(s) | {"anchor": s.anchor} for s in told])
    centre = np.array([CENTRES[d] for d in frame["district"]])
    frame["x"], frame["y"] = centre[:, 0] + frame["east"], centre[:, 1] + frame["north"]
    middles = _block_middles(edges)
    free = (frame["layout"] == "compact") & (frame["anchor"] == "")
    nearest = cKDTree(middles).query(frame.loc[free, ["x", "y"]])[1]
    frame.loc[free, ["x", "y"]] = middles[nearest]
    hung = frame["anchor"] != ""
    anchors = frame.set_index("name").loc[frame.loc[hung, "anchor"], ["x", "y"]].to_numpy()
    frame.loc[hung, ["x", "y"]] = anchors + frame.loc[hung, ["east", "north"]].to_numpy()
    return _place_estates(rng, frame)


def _block_middles(edges: pd.DataFrame) -> np.ndarray:
    """Middle of every street block whose four corners stand, two towns only."""
    town = edges[~edges["village"]]
    mids = town[["x0", "y0", "x1", "y1"]].to_numpy()
    centre = np.column_stack([(mids[:, 0] + mids[:, 2]) / 2, (mids[:, 1] + mids[:, 3]) / 2])
    along, across = centre[town["axis"] == 0], centre[town["axis"] == 1]
    near = cKDTree(across).query(along, k=2, distance_upper_bound=90)
    whole = np.isfinite(near[0]).all(axis=1)
    pairs = across[near[1][whole]].mean(axis=1)
    distance = cKDTree(centre).query(pairs)[0]
    return pairs[distance > 25]


def _place_estates(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Dart throwing: each estate well clear of every site placed before it."""
    taken = frame.loc[frame["x"].notna(), ["x", "y"]].to_numpy()
    for index in frame.index[frame["x"].isna()]:
        district = frame.at[index, "district"]
        reach = TOWNS[district][0] * 0.84
        while True:
            angle, distance = rng.uniform(0, 2 * np.pi), reach * np.sqrt(rng.uniform(0.02, 1))
            spot = np.array(CENTRES[district]) + distance * np.array([np.cos(angle), np.sin(angle)])
            if np.hypot(*(taken - spot).T).min() > 345:
                break
        frame.loc[index, ["x", "y"]] = spot
        taken = np.vstack([taken, spot])
    return frame


def site_buildings(placed: pd.DataFrame) -> pd.DataFrame:
    """Every building of every site: site row, x, y, and how many dwellings or units it holds."""
    rows = []
    for row, site in enumerate(placed.itertuples()):
        offsets = _offsets(site)
        units = np.full(len(offsets), max(1, site.dwellings) // len(offsets) or 1)
        units[: max(0, site.dwellings - units.sum())] += 1
        rows += [(row, site.x + dx, site.y + dy, n) for (dx, dy), n in zip(offsets, units, strict=True)]
    frame = pd.DataFrame(rows, columns=["row", "x", "y", "units"]).round({"x": 1, "y": 1})
    for column in ("name", "district", "layout", "dwellings"):
        frame[column] = placed[column].to_numpy()[frame["row"]]
    return frame


def _offsets(site: Site) -> np.ndarray:
    if site.layout == "spread":
        dx, dy = np.meshgrid([-110, 0, 110], [-86, 0, 86])
        return np.column_stack([dx.ravel(), dy.ravel()]).astype(float)
    if site.layout == "ring":
        k = np.arange(20)
        reach, angle = np.where(k % 2, 118, 136), 2 * np.pi * k / 20
    else:
        k = np.arange(3 if site.name == PARK_VIEW else int(np.clip(site.rate * 1.6, 4, 14)))
        reach, angle = site.radius * np.sqrt((k + 0.5) / len(k)), k * np.pi * (3 - np.sqrt(5))
    return np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])


def site_addresses(buildings: pd.DataFrame) -> pd.DataFrame:
    """A key for every dwelling of a site, at its building, flats numbered from building to building.

    Few addresses make most reports, as in life: each next one makes 0.75 of the one before.
    """
    again = buildings.loc[buildings.index.repeat(buildings["units"])]
    floor = again.groupby(level=0).cumcount()
    again = again.assign(floor=floor).sort_values(["row", "floor"], kind="stable").reset_index(drop=True)
    number = again.groupby("row").cumcount() + 1
    flats = again["name"].str.contains("Court|House|Park View") & (again["dwellings"] > 0)
    fading = np.where(again["layout"] == "compact", 0.75**number, 0.75 ** again["floor"])
    return pd.DataFrame(
        {
            "district": again["district"], "place_text": again["name"], "x": again["x"], "y": again["y"],
            "street_x": again["x"], "street_y": again["y"], "site": again["name"],
            "unit": np.where(flats, "Flat " + number.astype(str), ""), "weight": fading + 0.02,
        }
    )  # fmt: skip


def site_map_points(buildings: pd.DataFrame) -> pd.DataFrame:
    """Map points at a site's first building (several where it is spread): 8 or more addresses each."""
    nth = buildings.groupby("row").cumcount()
    chosen = buildings[(nth == 0) | (~buildings["layout"].eq("compact") & (nth % 4 == 0))]
    chosen = chosen.rename(columns={"name": "place_text"})
    frame = chosen[["district", "place_text", "x", "y"]]
    return frame.assign(site=chosen["place_text"], weight=1.0).reset_index(drop=True)


def with_boundaries(placed: pd.DataFrame, buildings: pd.DataFrame) -> gpd.GeoDataFrame:
    """Each site's frozen boundary: round its buildings, with a little ground."""
    outlines = []
    for row, layout in enumerate(placed["layout"]):
        spots = shapely.multipoints(buildings.loc[buildings["row"] == row, ["x", "y"]].to_numpy())
        hull = shapely.convex_hull(spots)
        outlines.append(shapely.buffer(hull, 12 if layout == "compact" else 16, quad_segs=4))
    return gpd.GeoDataFrame(placed, geometry=shapely.set_precision(outlines, 0.1), crs=METRIC_CRS)
