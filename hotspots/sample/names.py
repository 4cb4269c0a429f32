"""Invented names for the sample's wards and streets."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.sample.story import MAIN, SECOND
from hotspots.schema import METRIC_CRS

WARDS = {
    MAIN: ["Samphire", "Kittiwake", "Lampwick", "Oxtide", "Whelkstone", "Marram Down", "Longshoal",
           "Farshore", "Sealstone"],
    SECOND: ["Gannet Side", "Hawserfield", "Dulse", "Cuttlebank", "Spindrift"],
}  # fmt: skip
_STEMS = (
    *("Kelp", "Limpet", "Cockle", "Periwinkle", "Barnacle", "Anemone", "Bladderwrack", "Thrift"),
    *("Campion", "Plover", "Turnstone", "Dunlin", "Avocet", "Godwit", "Curlew", "Whimbrel", "Tern"),
    *("Petrel", "Shearwater", "Fulmar", "Puffin", "Guillemot", "Razorbill", "Cormorant", "Mullet"),
    *("Whiting", "Haddock", "Turbot", "Brill", "Flounder", "Sprat", "Pilchard", "Lobster", "Prawn"),
    *("Crabtree", "Anchor", "Bowline", "Clove", "Halyard", "Sheepshank", "Reef", "Topsail", "Mizzen"),
    *("Foremast", "Keel", "Rudder", "Tiller", "Capstan", "Windlass", "Bilge", "Gunwale", "Bosun"),
    *("Purser", "Coxswain", "Stoker", "Mariner", "Harpoon", "Lantern", "Foghorn", "Beacon"),
    *("Semaphore", "Sextant", "Compass", "Plumbline", "Fathom", "League", "Knot", "Neap", "Spring"),
    *("Ebb", "Flood", "Eddy", "Breaker", "Billow", "Surge", "Swell", "Ripple", "Shingle", "Pebble"),
    *("Driftwood", "Flotsam", "Jetsam", "Lagan"),
)
_KINDS = ("Street", "Road", "Close", "Lane", "Avenue", "Way", "Rise", "Gardens", "Walk", "Terrace")
_STORY_STREETS = ("Market Walk", "Station Parade", "Malthouse Lane", "Chantry Road", "Northgate", "Mill Lane")
_RUN = 9


def name_streets(edges: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """Edges with a `name` and a `class`: one name for each run of a lattice line.

    edges: axis, line, step, main, town, x0 … y1 · placed: the sites with x and y.
    """
    edges = edges.sort_values(["town", "axis", "line", "step"], kind="stable").reset_index(drop=True)
    same_line = (edges[["town", "axis", "line"]] == edges[["town", "axis", "line"]].shift()).all(axis=1)
    first_step = edges.groupby(["town", "axis", "line"])["step"].transform("first")
    run = (edges["step"] - first_step) // _RUN
    starts = ~same_line | (run != run.shift())
    number = np.cumsum(starts & ~edges["main"]) - 1
    coined = [f"{_STEMS[(i * 37) % len(_STEMS)]} {_KINDS[(i // len(_STEMS) + i) % len(_KINDS)]}" for i in range(840)]
    name = np.array(coined, dtype=object)[np.clip(number, 0, None) % len(coined)]
    main = {0: "Station Road (fictional)", 1: "South Street (fictional)"}
    other = {0: "Causeway Road", 1: "Lighthouse Street"}
    for axis in (0, 1):
        rows = edges["main"] & (edges["axis"] == axis) & ~edges["village"]
        name[rows & (edges["district"] == MAIN)] = main[axis]
        name[rows & (edges["district"] == SECOND)] = other[axis]
    edges["name"] = name
    edges["run"] = np.cumsum(starts)
    kind = np.where(edges["main"], "major", np.where(edges["line"] % 6 == 0, "street", "minor"))
    return _story_names(edges.assign(**{"class": kind}), placed)


def _story_names(edges: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """The run nearest to a site that is called after a street takes the street's name."""
    mid = (edges[["x0", "y0"]].to_numpy() + edges[["x1", "y1"]].to_numpy()) / 2
    free = ~edges["main"].to_numpy()
    for street in _STORY_STREETS:
        site = placed[placed["name"].str.startswith(street)].iloc[0]
        distance = np.hypot(*(mid - [site["x"], site["y"]]).T) + np.where(free, 0, 1e6)
        rows = edges["run"] == edges["run"].iloc[int(distance.argmin())]
        edges.loc[rows, "name"] = f"{street} (fictional)"
        free &= ~rows.to_numpy()
    return edges


def streets(edges: pd.DataFrame) -> gpd.GeoDataFrame:
    """One line for each run of joined segments: name, class, geometry."""
    run, step = edges["run"].to_numpy(), edges["step"].to_numpy()
    breaks = np.flatnonzero((np.diff(run) != 0) | (np.diff(step) != 1)) + 1
    starts = np.concatenate([[0], breaks])
    ends = np.concatenate([breaks, [len(edges)]])
    first, last = edges[["x0", "y0"]].to_numpy(), edges[["x1", "y1"]].to_numpy()
    lines = [shapely.linestrings(np.vstack([first[a:b], last[b - 1 : b]])) for a, b in zip(starts, ends, strict=True)]
    frame = edges.iloc[starts][["name", "class"]].reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=lines, crs=METRIC_CRS)
