"""Clustering more rows than memory holds: locations are counted batch by batch, then clustered once.

A national year has ten reports on each map point, thirteen years a hundred: what must fit is the locations.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hotspots.analysis.cluster import NOISE, Labeller, label_locations, location_keys, locations_of
from hotspots.errors import BadFrame

Batch = tuple[np.ndarray, np.ndarray]
"""Eastings and northings of some rows, metres; NaN for a row without a location."""
UNLOCATED = -2
"""Label of a row without coordinates: it is not noise, nobody knows where it was."""
_WAITING = 2_000_000


@dataclass
class LocationCounts:
    """Distinct locations (to the centimetre) and the reports at each, built up batch by batch.

    keys: sorted integers, so that locations come by easting, then northing, whatever the order of rows
    """

    keys: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    counts: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    rows: int = 0
    unlocated: int = 0
    _new: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)

    def add(self, x: np.ndarray, y: np.ndarray) -> None:
        """Count one batch; x, y: metres, shape (rows,), NaN for a row without a location."""
        known = located(x, y)
        self.rows += len(x)
        self.unlocated += int(len(x) - known.sum())
        self.add_counted(*np.unique(location_keys(x[known], y[known]), return_counts=True))

    def add_counted(self, keys: np.ndarray, counts: np.ndarray) -> None:
        """Count locations that somebody else (a database) has grouped already."""
        self._new.append((keys, counts))
        if sum(len(k) for k, _ in self._new) > _WAITING:
            self.settle()

    def settle(self) -> None:
        """Merge what has been added; memory stays at the distinct locations and one batch."""
        every = [(self.keys, self.counts), *self._new]
        keys, place = np.unique(np.concatenate([k for k, _ in every]), return_inverse=True)
        counts = np.bincount(place, weights=np.concatenate([c for _, c in every]), minlength=len(keys))
        self.keys, self.counts, self._new = keys, counts.astype(np.int64), []

    @property
    def xy(self) -> np.ndarray:
        """Coordinates of the locations, metres, shape (locations, 2)."""
        return locations_of(self.keys)


@dataclass(frozen=True)
class Labelled:
    """Locations with their cluster; `labels` as in `label_locations`, -1 for noise."""

    locations: LocationCounts
    labels: np.ndarray
    eps: float
    min_samples: int

    def of_rows(self, batches: Iterable[Batch]) -> Iterator[np.ndarray]:
        """Label of every row, batch by batch: a cluster, -1 for noise, -2 without a location.

        Raises `BadFrame` for a row whose location was not counted: the data have changed meanwhile.
        """
        index = pd.Index(self.locations.keys)
        for x, y in batches:
            known = located(x, y)
            place = index.get_indexer(location_keys(x[known], y[known]))
            if (place < 0).any():
                raise BadFrame("The data changed while they were read; run it again.")
            labels = np.full(len(x), UNLOCATED, dtype=np.int64)
            labels[known] = self.labels[place]
            yield labels

    def clusters(self) -> pd.DataFrame:
        """A row a cluster, most reports first: cluster, n, locations, extent_m, easting and northing of the busiest."""
        inside = self.labels != NOISE
        xy, n = self.locations.xy[inside], self.locations.counts[inside]
        frame = pd.DataFrame({"cluster": self.labels[inside], "x": xy[:, 0], "y": xy[:, 1], "n": n})
        groups = frame.groupby("cluster")
        box = groups[["x", "y"]].max() - groups[["x", "y"]].min()
        busiest = frame.loc[groups["n"].idxmax()].set_index("cluster")
        table = pd.DataFrame(
            {
                "n": groups["n"].sum(),
                "locations": groups.size(),
                "extent_m": np.hypot(box["x"], box["y"]).round(1),
                "easting": busiest["x"],
                "northing": busiest["y"],
            }
        )
        return table.reset_index().sort_values(["n", "cluster"], ascending=[False, True], ignore_index=True)


def count_locations(batches: Iterable[Batch]) -> LocationCounts:
    """Distinct locations of all batches and the reports at each."""
    counted = LocationCounts()
    for x, y in batches:
        counted.add(x, y)
    counted.settle()
    return counted


def label_counted(
    counted: LocationCounts, *, eps: float, min_samples: int, labeller: Labeller = label_locations
) -> Labelled:
    """Cluster counted locations; every row's label equals that of DBSCAN on all rows at once.

    eps: metres · min_samples: reports · labeller: `label_locations` or one that gives equal labels
    """
    labels = labeller(counted.xy, counted.counts.astype(float), eps=eps, min_samples=min_samples)
    return Labelled(counted, labels, eps, min_samples)


def located(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Rows with both coordinates."""
    return np.isfinite(x) & np.isfinite(y)
