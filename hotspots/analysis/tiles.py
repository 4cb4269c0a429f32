"""DBSCAN in square tiles, merged exactly: for a country's locations in one process, or spread over several.

A tile is clustered with a border of 2·eps, so that whether a point is core is known exactly up to eps beyond the
tile; clusters of two tiles are one when they share a core point. Labels equal `cluster.label_locations` as an array,
numbers included. Within a tile the neighbours are pairs in arrays, not a Python object a point, so that a country is
labelled in a fifth of the time (docs/national.md); a district is quicker without tiles.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from hotspots.analysis.cluster import NOISE, label_locations
from hotspots.errors import BadValue

TILE = 20_000.0
"""Side of a tile in metres: a town and its surroundings."""
WIDE = 80_000.0
"""Side of a tile worked through in one process: a county, so that borders are few."""
MANY = 50_000
"""Locations from which tiles are quicker than one piece."""
_SLACK = 1e-6  # metres: a point at eps from the border belongs to it whatever the last digit


@dataclass(frozen=True)
class Tile:
    """One tile's points with their border.

    index: position of each point among all · own: inside the tile itself · near: within eps of the tile
    """

    index: np.ndarray
    xy: np.ndarray
    weights: np.ndarray
    own: np.ndarray
    near: np.ndarray


@dataclass(frozen=True)
class TileFound:
    """core, part: positions of core points and the local cluster of each · border, of: own points within eps
    of a core point, and that point's local cluster, a row a pair · parts: number of local clusters
    """

    core: np.ndarray
    part: np.ndarray
    border: np.ndarray
    of: np.ndarray
    parts: int


Each = Callable[[Callable[[Tile], TileFound], Iterable[Tile]], Iterable[TileFound]]
"""Applies a function to every tile: Python's `map`, or one that spreads the tiles over workers."""


def label_many(xy: np.ndarray, weights: np.ndarray, *, eps: float, min_samples: int) -> np.ndarray:
    """The array of `label_locations`, by the quicker way for the number of locations, in this process."""
    if len(xy) < MANY:
        return label_locations(xy, weights, eps=eps, min_samples=min_samples)
    return label_in_tiles(xy, weights, eps=eps, min_samples=min_samples, side=max(WIDE, 4 * eps))


def label_in_tiles(
    xy: np.ndarray,
    weights: np.ndarray,
    *,
    eps: float,
    min_samples: int,
    side: float = TILE,
    each: Each = map,
) -> np.ndarray:
    """DBSCAN label (-1 noise) of each location, the same array as `label_locations` gives.

    xy: metres, shape (locations, 2) · weights: incidents at each · side: of a tile, metres, at least 4·eps
    each: how tiles are worked through
    """
    if side < 4 * eps:
        raise BadValue(f"A tile must be at least four times eps wide; {side:g} m was given for eps {eps:g} m.")
    found = list(each(_Finder(eps, min_samples), tiles(xy, weights, eps=eps, side=side)))
    return _merged(found, len(xy))


def tiles(xy: np.ndarray, weights: np.ndarray, *, eps: float, side: float) -> Iterator[Tile]:
    """Tiles that hold a point, each with its border of 2·eps."""
    if len(xy) == 0:
        return
    order = np.argsort(xy[:, 0], kind="stable")
    east = xy[order, 0]
    for column in np.unique(np.floor(east / side)):
        left = column * side
        strip = order[slice(*np.searchsorted(east, [left - 2 * eps - _SLACK, left + side + 2 * eps + _SLACK]))]
        for row in np.unique(np.floor(xy[strip, 1] / side)):
            bottom = row * side
            beyond = _beyond(xy[strip], left, bottom, side)
            index = strip[beyond <= 2 * eps + _SLACK]
            index.sort()
            cell = np.floor(xy[index] / side)
            own = (cell[:, 0] == column) & (cell[:, 1] == row)
            if own.any():
                near = _beyond(xy[index], left, bottom, side) <= eps + _SLACK
                yield Tile(index, xy[index], weights[index], own, near)


def _beyond(xy: np.ndarray, left: float, bottom: float, side: float) -> np.ndarray:
    """How far each point lies outside a tile, along the axis where it is farther; 0 inside."""
    low = np.array([left, bottom])
    return np.maximum(np.maximum(low - xy, xy - (low + side)), 0).max(axis=1)


@dataclass(frozen=True)
class _Finder:
    """The work on one tile, as an object that can be sent to another process."""

    eps: float
    min_samples: int

    def __call__(self, tile: Tile) -> TileFound:
        pairs = cKDTree(tile.xy).query_pairs(self.eps, output_type="ndarray")
        one, other = pairs[:, 0], pairs[:, 1]
        n = len(tile.xy)
        reach = tile.weights + np.bincount(one, tile.weights[other], n) + np.bincount(other, tile.weights[one], n)
        core = tile.near & (reach >= self.min_samples)
        both = core[one] & core[other]
        parts, part = connected_components(coo_matrix((both[both], (one[both], other[both])), shape=(n, n)))
        ends = np.concatenate([pairs, pairs[:, ::-1]])
        touching = ends[tile.own[ends[:, 0]] & ~core[ends[:, 0]] & core[ends[:, 1]]]
        border = np.unique(np.column_stack([tile.index[touching[:, 0]], part[touching[:, 1]]]), axis=0)
        return TileFound(tile.index[core], part[core], border[:, 0], border[:, 1], int(parts))


def _merged(found: list[TileFound], n: int) -> np.ndarray:
    """Local clusters that share a core point become one; numbers go by each cluster's first core point."""
    labels = np.full(n, NOISE, dtype=np.int64)
    if not found:
        return labels
    start = np.concatenate([[0], np.cumsum([f.parts for f in found])])
    core = np.concatenate([f.core for f in found])
    part = np.concatenate([f.part + s for f, s in zip(found, start, strict=False)])
    first = np.full(n, -1, dtype=np.int64)
    first[core] = part  # any one of the clusters that a core point is in
    links = coo_matrix((np.ones(len(core), dtype=np.int8), (part, first[core])), shape=(start[-1], start[-1]))
    whole = connected_components(links, directed=False)[1]
    points, at = np.unique(core, return_index=True)
    _, seen, number = np.unique(whole[part[at]], return_index=True, return_inverse=True)
    rank = np.empty(len(seen), dtype=np.int64)
    rank[np.argsort(seen)] = np.arange(len(seen))
    labels[points] = rank[number]
    called = np.full(start[-1], np.iinfo(np.int64).max)
    np.minimum.at(called, part, labels[core])
    border = np.concatenate([f.border for f in found])
    of = np.concatenate([f.of + s for f, s in zip(found, start, strict=False)])
    lowest = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(lowest, border, called[of])
    touched = lowest != np.iinfo(np.int64).max
    labels[touched] = lowest[touched]
    return labels
