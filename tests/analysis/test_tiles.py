"""Clustering in batches and in tiles gives the labels of clustering everything at once."""

import numpy as np
import pytest
from sklearn.cluster import DBSCAN

from hotspots.analysis.cluster import label_locations, unique_locations
from hotspots.analysis.stream import UNLOCATED, count_locations, label_counted
from hotspots.analysis.tiles import MANY, label_in_tiles, label_many, tiles
from hotspots.errors import BadFrame, BadValue


def lattice(seed: int, rows: int = 1500) -> np.ndarray:
    """Points on a grid of 25 m, many pairs exactly eps apart and many on the edges of tiles."""
    rng = np.random.default_rng(seed)
    return rng.integers(-30, 30, (rows, 2)) * 25.0 + np.where(rng.random((rows, 1)) < 0.2, rng.uniform(-9, 9, 2), 0)


@pytest.mark.parametrize("seed", range(40))
def test_tiles_give_the_same_array_as_one_machine(seed: int) -> None:
    rng = np.random.default_rng(seed)
    xy, _, weights = unique_locations(*lattice(seed, int(rng.integers(1, 1500))).T)
    given = {"eps": float(rng.choice([25, 50, 35.5])), "min_samples": int(rng.integers(2, 14))}
    expected = label_locations(xy, weights, **given)
    np.testing.assert_array_equal(label_in_tiles(xy, weights, side=200.0, **given), expected)


@pytest.mark.parametrize("weighted", [True, False])
def test_a_country_is_labelled_as_scikit_learn_labels_it(weighted: bool) -> None:
    rng = np.random.default_rng(7)
    streets = rng.uniform(0, 250_000, (MANY // 20, 2))  # across several counties' tiles
    rows = np.repeat(streets, 25, axis=0) + rng.integers(-8, 9, (len(streets) * 25, 2)) * 20.0
    xy, _, weights = unique_locations(*rows.T)
    assert len(xy) > MANY
    weights = rng.integers(1, 5, len(xy)).astype(float) if weighted else np.ones(len(xy))
    expected = label_locations(xy, weights, eps=75, min_samples=8)
    assert expected.max() > 100
    np.testing.assert_array_equal(label_many(xy, weights, eps=75, min_samples=8), expected)


def test_every_point_is_in_one_tile_of_its_own() -> None:
    xy, _, weights = unique_locations(*lattice(1).T)
    own = np.concatenate([t.index[t.own] for t in tiles(xy, weights, eps=50, side=200)])
    np.testing.assert_array_equal(np.sort(own), np.arange(len(xy)))


def test_a_tile_narrower_than_its_borders_is_refused() -> None:
    with pytest.raises(BadValue, match="four times eps"):
        label_in_tiles(np.zeros((1, 2)), np.ones(1), eps=75, min_samples=3, side=200)


def test_nothing_to_cluster_is_no_error() -> None:
    assert len(label_in_tiles(np.empty((0, 2)), np.empty(0), eps=75, min_samples=3)) == 0


@pytest.mark.parametrize("size", [7, 400, 5000])
def test_batches_of_any_size_give_the_labels_of_all_rows_at_once(size: int) -> None:
    rows = lattice(3, 3000)
    rows = rows[np.lexsort(rows.T[::-1])]
    plain = DBSCAN(eps=25, min_samples=8).fit(np.round(rows, 2)).labels_
    batches = [tuple(rows[i : i + size].T) for i in range(0, len(rows), size)]
    done = label_counted(count_locations(batches), eps=25, min_samples=8)
    np.testing.assert_array_equal(np.concatenate(list(done.of_rows(batches))), plain)
    table = done.clusters()
    assert table["n"].sum() == (plain >= 0).sum() and len(table) == plain.max() + 1


def test_rows_without_a_location_are_counted_and_are_not_noise() -> None:
    batch = (np.array([1.0, np.nan, 1.0]), np.array([1.0, 2.0, 1.0]))
    counted = count_locations([batch])
    assert (counted.rows, counted.unlocated, counted.counts.tolist()) == (3, 1, [2])
    done = label_counted(counted, eps=25, min_samples=2)
    assert next(done.of_rows([batch])).tolist() == [0, UNLOCATED, 0]


def test_data_that_change_between_the_two_readings_are_refused() -> None:
    done = label_counted(count_locations([(np.ones(3), np.ones(3))]), eps=25, min_samples=2)
    with pytest.raises(BadFrame, match="changed while"):
        list(done.of_rows([(np.full(3, 9.0), np.ones(3))]))
