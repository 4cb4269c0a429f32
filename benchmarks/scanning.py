"""A scan over circles, to hold our likelihood ratio to what SaTScan prints; docs/alarms.md says why no screen scans."""

from collections.abc import Callable, Iterator

import numpy as np


def circles(
    distances: np.ndarray, *, reach: float = np.inf, weights: np.ndarray | None = None, most: float = np.inf
) -> np.ndarray:
    """Every circle round a place, by what it holds: one row a circle, one column a place, 1 where it lies inside.

    distances: square, from each place to each · reach: longest radius, in their unit
    weights, most: of each place, and the most that a circle may hold
    """
    order = np.argsort(distances, axis=1, kind="stable")
    held = np.ones(order.shape) if weights is None else weights[order]
    fits = (np.take_along_axis(distances, order, axis=1) <= reach) & (held.cumsum(axis=1) <= most)
    found = np.zeros((int(fits.sum()), len(distances)), dtype=np.int8)
    for row, (centre, last) in zip(found, np.argwhere(fits), strict=True):
        row[order[centre, : last + 1]] = 1
    return np.unique(found, axis=0)


def apart(ratios: np.ndarray, zones: np.ndarray) -> Iterator[tuple[int, ...]]:
    """Index of each cluster that shares no place with one before it, the highest ratio first.

    ratios: one a zone, or a row of several a zone (one a length of time) · zones: of `circles`
    """
    taken = np.zeros(zones.shape[1], dtype=bool)
    for flat in np.argsort(-ratios, axis=None, kind="stable"):
        at = np.unravel_index(flat, ratios.shape)
        inside = zones[at[0]].astype(bool)
        if ratios[at] > 0 and not (inside & taken).any():
            taken |= inside
            yield tuple(int(i) for i in at)


def chances(found: np.ndarray, shuffled: Callable[[np.random.Generator], np.ndarray], *, times: int) -> np.ndarray:
    """Share of shuffles whose highest ratio is no less than that found, the finding itself counted among them.

    shuffled: given the generator, the ratios of one shuffle
    """
    generator = np.random.default_rng(1)
    highest = np.array([shuffled(generator).max() for _ in range(times)])
    return (1 + (highest >= np.asarray(found)[:, None] - 1e-9).sum(axis=1)) / (times + 1)
