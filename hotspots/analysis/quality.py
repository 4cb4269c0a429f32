"""How good are the hotspots themselves: what they catch of the months that follow, and how firm they are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.errors import BadFrame, BadValue, NoData
from hotspots.schema import require_metres

FACTORS = (0.75, 1.25)
"""How far eps and min_samples are moved to see which hotspots survive."""
SURVIVES = 0.5
"""A hotspot survives a setting where one hotspot of that run is at least half the same, of both together."""
_NOISE = -1


class Found(Protocol):
    """What a finder returns: `labels` aligned to the incidents, -1 for noise."""

    labels: pd.Series


def prediction_accuracy(
    observed: Sequence[float], predicted: Sequence[float], *, areas: Sequence[float] | None = None
) -> pd.DataFrame:
    """PAI, PEI and RRI as more and more places are taken, highest prediction first.

    Parameters
    ----------
    observed, predicted : incidents that came and that were foretold, one a place.
    areas : area of each place, any unit; equal by default.

    Returns
    -------
    Frame [places, area_share, incident_share, pai, pei, rri], a row for each number of places taken.
    PAI = incident share / area share (Chainey et al. 2008); PEI = PAI / best PAI of any places of that
    area (Hunt 2016); RRI = predicted so far / observed so far. Equal predictions: fewer observed first, so
    that ties are never to our advantage.

    Raises `NoData` where nothing was observed. PAI grows as the area shrinks: compare it only at equal
    area, or compare PEI.
    """
    seen, foretold = np.asarray(observed, dtype=float), np.asarray(predicted, dtype=float)
    area = np.ones(len(seen)) if areas is None else np.asarray(areas, dtype=float)
    if not len(seen) == len(foretold) == len(area):
        raise BadValue("Observed, predicted and areas need one value a place each.")
    if seen.sum() == 0:
        raise NoData("No incident was observed, so no share of them can be captured.")
    order = np.lexsort((seen, -foretold / area))
    area_share = np.cumsum(area[order]) / area.sum()
    share = np.cumsum(seen[order]) / seen.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        rri = np.cumsum(foretold[order]) / np.cumsum(seen[order])
    return pd.DataFrame(
        {
            "places": np.arange(1, len(seen) + 1),
            "area_share": area_share,
            "incident_share": share,
            "pai": share / area_share,
            "pei": share / _best_share(seen, area, area_share * area.sum()),
            "rri": rri,
        }
    )


def rank_biased_overlap(first: Sequence[float], second: Sequence[float], *, decay: float = 0.9) -> float:
    """How alike two rankings of the same places are, the top counting most: 0 to 1.

    Mean over depths, weighted decay^depth, of the places in both tops over the places in either; places
    with equal counts enter together (after Webber et al. 2010, in the finite form of the Safer Streets
    project). Never 0, as the whole list always agrees with itself.
    """
    tops = [_tops(np.asarray(counts, dtype=float)) for counts in (first, second)]
    if len(first) != len(second) or not len(first):
        raise BadValue("Two rankings of the same places are needed.")
    depth = max(map(len, tops))
    left, right = ([*top, *[top[-1]] * (depth - len(top))] for top in tops)
    agreement = [len(a & b) / len(a | b) for a, b in zip(left, right, strict=True)]
    return float(np.average(agreement, weights=decay ** np.arange(depth)))


def f1_overlap(first: Sequence[float], second: Sequence[float], *, share: float = 0.5) -> float:
    """F1 of the places that hold the top `share` of incidents in each of two windows: 1 the same, 0 none."""
    hot = [_holds_top(np.asarray(counts, dtype=float), share) for counts in (first, second)]
    if len(hot[0]) != len(hot[1]):
        raise BadValue("Two windows of the same places are needed.")
    return float(2 * (hot[0] & hot[1]).sum() / (hot[0].sum() + hot[1].sum()))


def capture(
    areas: gpd.GeoDataFrame,
    located: gpd.GeoDataFrame,
    following: gpd.GeoDataFrame,
    *,
    study_area_m2: float,
    rivals: Mapping[str, gpd.GeoDataFrame] | None = None,
    cells_m: Sequence[float] = (100.0, 200.0),
) -> pd.DataFrame:
    """Share of the next months' incidents that fall in the hotspots, beside rivals of the same area.

    Parameters
    ----------
    areas : hotspots found in `located`, with `geometry`.
    located, following : points of the window they were found in, and of the months after it.
    study_area_m2 : area of the district, for shares of area.
    rivals : name -> other polygons found in `located`, such as plain DBSCAN hulls.
    cells_m : sides of plain square grids whose fullest cells are rivals too.

    Returns
    -------
    Frame [method, area_m2, area_share, in_sample, captured, of, share, pai, pei], hotspots first. Each
    rival is taken densest first until its area is the hotspots', the last one in part. `in_sample` is the
    flattering share of the window they were found in; `share` the honest one. `pei` is against the
    fullest cells of the following months themselves, on the smallest grid, which nobody could have known.

    Raises `NoData` without hotspots or following incidents. A capture is no measure of harm prevented, and on
    snapped data it says that map points repeat, not that addresses do. Where hotspots are smaller than the
    smallest cell `pei` can exceed 1.
    """
    for frame in (areas, located, following):
        require_metres(frame, "capture")
    if areas.empty or following.empty:
        raise NoData("Capture needs at least one hotspot and one incident after their window.")
    budget = float(shapely.union_all(areas.geometry.to_numpy()).area)
    windows = [_points(located), _points(following)]
    every = np.vstack(windows)
    rows = [("hotspots", *(_inside(areas, points) for points in windows))]
    for name, polygons in (rivals or {}).items():
        rows.append((name, *_densest(*_polygon_counts(polygons, windows), budget)))
    grids = {side: [_cells(points, side, every) for points in windows] for side in cells_m}
    for side, (before, after) in grids.items():
        size = np.full(len(before), side**2)
        rows.append((f"grid of {side:g} m", *_densest(before, after, size, budget)))
    side = min(cells_m)
    best = _best_share(grids[side][1], np.full(len(grids[side][1]), side**2), np.array([budget]))[0]
    return _capture_frame(rows, budget, study_area_m2, len(windows[0]), len(windows[1]), best)


def stability(
    located: gpd.GeoDataFrame,
    find: Callable[..., Found],
    *,
    eps: float,
    min_samples: int,
    factors: Sequence[float] = FACTORS,
) -> pd.DataFrame:
    """Which hotspots survive when eps and the least number are moved by a quarter.

    Parameters
    ----------
    located : incidents of the window.
    find : called `find(located, eps=…, min_samples=…)`, returns labels aligned to `located`, -1 noise.
    eps, min_samples : the settings in force.
    factors : what each is multiplied by in turn, the other unmoved.

    Returns
    -------
    Frame [hotspot, setting, eps, min_samples, similarity, survives]: hotspot is its label under the
    settings in force; `similarity` the incidents it shares with the likest hotspot of the other run over
    the incidents of both together (Jaccard; Hennig 2007 calls clusters under .5 dissolved).

    A hotspot that does not survive may still be a real problem: its border is what is uncertain.
    """
    base = find(located, eps=eps, min_samples=min_samples).labels
    parts = []
    for setting in ("eps", "min_samples"):
        for factor in factors:
            moved = {"eps": eps, "min_samples": min_samples}
            moved[setting] = eps * factor if setting == "eps" else max(1, round(min_samples * factor))
            other = find(located, **moved).labels
            similar = _similarity(base, other)
            parts.append(similar.rename("similarity").reset_index().assign(setting=setting, **moved))
    table = pd.concat(parts, ignore_index=True)
    table["survives"] = table["similarity"] >= SURVIVES
    return table[["hotspot", "setting", "eps", "min_samples", "similarity", "survives"]]


def _tops(counts: np.ndarray) -> list[set[int]]:
    """Places at or above each distinct count, the highest first."""
    return [set(np.flatnonzero(counts >= level).tolist()) for level in np.unique(counts)[::-1]]


def _holds_top(counts: np.ndarray, share: float) -> np.ndarray:
    if counts.sum() == 0:
        raise NoData("A window without incidents has no top places.")
    ascending = np.argsort(counts, kind="stable")
    hot = np.zeros(len(counts), dtype=bool)
    hot[ascending] = np.cumsum(counts[ascending]) / counts.sum() > 1 - share
    return hot


def _best_share(seen: np.ndarray, area: np.ndarray, budgets: np.ndarray) -> np.ndarray:
    """Share of incidents in the densest places up to each area, the last place in part."""
    order = np.argsort(-seen / area, kind="stable")
    reached = np.append(0.0, np.cumsum(area[order]))
    return np.interp(budgets, reached, np.append(0.0, np.cumsum(seen[order]))) / seen.sum()


def _points(located: gpd.GeoDataFrame) -> np.ndarray:
    if located.geometry.is_empty.any() or located.geometry.isna().any():
        raise BadFrame("Capture works on located incidents; leave out those without coordinates first.")
    return np.column_stack([located.geometry.x, located.geometry.y])


def _inside(areas: gpd.GeoDataFrame, points: np.ndarray) -> float:
    tree = shapely.STRtree(shapely.points(points))
    hits = tree.query(areas.geometry.to_numpy(), predicate="intersects")[1]
    return float(len(np.unique(hits)))


def _polygon_counts(polygons: gpd.GeoDataFrame, windows: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Incidents of each window in each polygon (one that lies in two counts in the first), and areas."""
    counts = []
    for points in windows:
        tree = shapely.STRtree(shapely.points(points))
        polygon, point = tree.query(polygons.geometry.to_numpy(), predicate="intersects")
        first = pd.Series(polygon).groupby(point).min()
        counts.append(np.bincount(first, minlength=len(polygons)).astype(float))
    return counts[0], counts[1], polygons.geometry.area.to_numpy()


def _densest(before: np.ndarray, after: np.ndarray, area: np.ndarray, budget: float) -> tuple[float, float]:
    """Incidents before and after in the places densest before, up to an area, the last in part."""
    order = np.lexsort((after, -before / area))
    reached = np.append(0.0, np.cumsum(area[order]))
    taken = (np.interp(budget, reached, np.append(0.0, np.cumsum(x[order]))) for x in (before, after))
    return tuple(float(x) for x in taken)


def _cells(points: np.ndarray, side: float, every: np.ndarray) -> np.ndarray:
    """Incidents in each cell that holds any incident of either window, in the order of the cells."""
    cells, order = np.unique(np.floor(every / side), axis=0), np.floor(points / side)
    rows = {tuple(cell): i for i, cell in enumerate(cells)}
    return np.bincount([rows[tuple(cell)] for cell in order], minlength=len(cells)).astype(float)


def _capture_frame(
    rows: list[tuple[str, float, float]], budget: float, study: float, n: int, following: int, best: float
) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["method", "in_sample", "captured"])
    share = frame["captured"] / following
    return pd.DataFrame(
        {
            "method": frame["method"],
            "area_m2": budget,
            "area_share": budget / study,
            "in_sample": frame["in_sample"] / n,
            "captured": frame["captured"],
            "of": following,
            "share": share,
            "pai": share / (budget / study),
            "pei": share / best,
        }
    )


def _similarity(base: pd.Series, other: pd.Series) -> pd.Series:
    """Best Jaccard of each hotspot of `base` with one of `other`, by hotspot."""
    pair = pd.DataFrame({"hotspot": base.to_numpy(), "other": other.to_numpy()})
    sizes = pair["hotspot"].value_counts(), pair["other"].value_counts()
    both = pair[(pair["hotspot"] != _NOISE) & (pair["other"] != _NOISE)].value_counts().reset_index()
    together = both["hotspot"].map(sizes[0]) + both["other"].map(sizes[1]) - both["count"]
    likest = (both["count"] / together).groupby(both["hotspot"]).max()
    hotspots = sorted(set(pair["hotspot"]) - {_NOISE})
    return likest.reindex(pd.Index(hotspots, name="hotspot"), fill_value=0.0)
