"""A scan over circles, to hold our likelihood ratio to what SaTScan prints; docs/alarms.md says why no screen scans."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hotspots.analysis.scan_ratios import kulldorff_llr  # noqa: E402
from hotspots.errors import BadFrame  # noqa: E402

PATIENTS, FEVER_DAYS, LONGEST, FARTHEST = 194, 24, 7, 3.0
"""Cases, days, the longest time and the widest circle (kilometres) of the run that rsatscan prints."""
EARTH = 6371.0088
"""Mean radius, kilometres."""
SHUFFLES = 999


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


def read_fever(cases: Path, places: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latitude and longitude of each place; the place (its row) and the day (1 to 24) of each case.

    Raises `BadFrame` where they are not those files.
    """
    try:
        where = pd.read_csv(places, sep="\t", header=None, names=["place", "lat", "lon"], index_col=False)
        came = pd.read_csv(cases, sep="\t", header=None, names=["place", "n", "day"], index_col=False)
        day = pd.to_datetime(came["day"], format="%Y/%m/%d").dt.day.to_numpy()
        at = pd.Index(where["place"]).get_indexer(came["place"])
        positions = where[["lat", "lon"]].to_numpy(float)
    except (OSError, ValueError) as error:
        why = str(error).splitlines()[0]
        raise BadFrame(f"{cases.name} and {places.name} cannot be read as NYCfever: {why}") from None
    if len(came) != PATIENTS or (at < 0).any():
        known = int((at >= 0).sum())
        raise BadFrame(f"NYCfever.cas has {PATIENTS} cases at known places; {cases.name} has {known}.")
    return positions, at, day


def fever(positions: np.ndarray, at: np.ndarray, day: np.ndarray) -> pd.DataFrame:
    """Clusters that share no place, the highest ratio first, of a space-time permutation scan as of the last day.

    positions, at, day: of `read_fever`. Returns [cases, expected, days, places, ratio, p_value]: circles of up to
    `FARTHEST` that hold at most half of the cases, times of up to `LONGEST` days that end with the last, two cases at
    least; expected is cases in the circle × cases in the time / all (Kulldorff and others 2005).
    """
    zones = circles(_kilometres(positions), reach=FARTHEST)
    inside = zones[:, at].astype(float)
    zones, inside = zones[inside.sum(axis=1) <= len(at) / 2], inside[inside.sum(axis=1) <= len(at) / 2]

    def scanned(days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        late = (days[:, None] > FEVER_DAYS - np.arange(1, LONGEST + 1)).astype(float)
        cases, expected = inside @ late, np.outer(inside.sum(axis=1), late.sum(axis=0)) / len(days)
        return np.where(cases >= 2, kulldorff_llr(cases, expected, len(days)), 0), cases, expected

    ratios, cases, expected = scanned(day)
    found = list(apart(ratios, zones))
    highest = [ratios[cluster] for cluster in found]
    p_values = chances(highest, lambda generator: scanned(generator.permutation(day))[0], times=SHUFFLES)
    rows = [
        (int(cases[zone, time]), expected[zone, time], time + 1, int(zones[zone].sum()), ratio, p_value)
        for (zone, time), ratio, p_value in zip(found, highest, p_values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["cases", "expected", "days", "places", "ratio", "p_value"])


def _kilometres(positions: np.ndarray) -> np.ndarray:
    """Great-circle distance of each place from each; positions: degrees of latitude and longitude."""
    lat, lon = np.radians(positions).T
    half = np.sin((lat[:, None] - lat) / 2) ** 2 + np.cos(lat[:, None]) * np.cos(lat) * (
        np.sin((lon[:, None] - lon) / 2) ** 2
    )
    return 2 * EARTH * np.arcsin(np.sqrt(half))
