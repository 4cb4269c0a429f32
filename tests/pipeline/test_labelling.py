"""A country by the command line: Parquet or store, whole or spread over workers, one answer."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster
from sklearn.cluster import DBSCAN
from typer.testing import CliRunner

from hotspots.__main__ import app
from hotspots.analysis.cluster import find_hotspots, label_locations, unique_locations
from hotspots.periods import Window
from hotspots.pipeline.spreading import spread_over
from hotspots.store import incidents, open_store
from tests.analysis.test_tiles import lattice


def run(*args: object) -> dict:
    done = CliRunner().invoke(app, ["label", *map(str, args), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def refused(*args: object) -> str:
    done = CliRunner().invoke(app, ["label", *map(str, args)])
    assert done.exit_code == 2
    return " ".join(done.output.split())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """3,000 rows in a shuffled order, some without a location."""
    x, y = (lattice(5, 3000) + 500_000).T
    frame = pd.DataFrame({"Easting": x, "Northing": y}).sample(frac=1, random_state=1)
    frame.iloc[:7, 0] = np.nan
    frame.to_parquet(tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def test_every_row_has_scikit_learns_label(file: Path, tmp_path: Path) -> None:
    told = run(file, "--eps", 25, "--min-incidents", 8, "--out", tmp_path / "labels.parquet")
    labels = pd.read_parquet(tmp_path / "labels.parquet")["label"].to_numpy()
    frame = pd.read_parquet(file).reset_index(drop=True)
    known = frame.dropna().round(2).sort_values(["Easting", "Northing"])
    plain = DBSCAN(eps=25, min_samples=8).fit(known.to_numpy()).labels_
    np.testing.assert_array_equal(labels[known.index], plain)
    assert (labels == -2).sum() == told["unlocated"] == 7
    assert told["noise"] == (plain == -1).sum() and told["clusters"] == plain.max() + 1
    assert [p.name for p in tmp_path.glob("*.part")] == []


def test_degrees_are_put_in_metres_first(tmp_path: Path) -> None:
    frame = pd.DataFrame({"longitude": [0.7] * 20 + [0.8] * 3 + [None], "latitude": [51.8] * 24})
    frame.to_parquet(tmp_path / "degrees.parquet")
    told = run(tmp_path / "degrees.parquet", "--min-incidents", 10)
    assert (told["rows"], told["locations"], told["clusters"], told["noise"], told["unlocated"]) == (24, 2, 1, 3, 1)
    assert told["largest"][0]["easting"] == pytest.approx(586_200, abs=500)


def test_the_store_gives_the_labels_of_its_rows(sample_file: Path, tmp_path: Path) -> None:
    told = run("--store", sample_file, "--out", tmp_path / "labels.parquet")
    labels = pd.read_parquet(tmp_path / "labels.parquet").set_index("incident_id")["label"]
    frame = incidents(open_store(sample_file, at=pd.Timestamp(2026, 1, 5))).loc[labels.index]
    located = frame[frame["x"].notna()]
    xy, inverse, weights = unique_locations(located["x"].to_numpy(), located["y"].to_numpy())
    expected = label_locations(xy, weights, eps=told["eps"], min_samples=told["min_samples"])[inverse]
    np.testing.assert_array_equal(labels[located.index], expected)
    assert told["rows"] == len(frame) and told["clusters"] > 1


@pytest.fixture(scope="module")
def two_workers() -> Iterator[str]:
    """Address of a scheduler with two workers, in threads of this process: quick to start on a busy machine."""
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def test_two_dask_workers_give_the_same_labels_and_the_same_hotspots(two_workers: str) -> None:
    xy, _, weights = unique_locations(*(lattice(6, 3000) * 40).T)
    frame = pd.DataFrame({"x": np.repeat(xy[:, 0], 3), "y": np.repeat(xy[:, 1], 3)})
    with spread_over(two_workers) as labeller:
        spread = labeller(xy, weights, eps=1000, min_samples=6)
        found = find_hotspots(_points(frame), window=YEAR, eps=1000, min_samples=9, max_extent=4000, labeller=labeller)
    np.testing.assert_array_equal(spread, label_locations(xy, weights, eps=1000, min_samples=6))
    alone = find_hotspots(_points(frame), window=YEAR, eps=1000, min_samples=9, max_extent=4000)
    pd.testing.assert_series_equal(found.labels, alone.labels)
    assert found.areas.equals(alone.areas) and found.splits == alone.splits > 0


YEAR = Window(pd.Timestamp(2021, 1, 1).date(), pd.Timestamp(2022, 1, 1).date())


def _points(frame: pd.DataFrame):  # noqa: ANN202
    from hotspots.pipeline.query import as_points

    days = pd.Timestamp(2021, 3, 1) + pd.to_timedelta(np.arange(len(frame)) % 200, unit="D")
    return as_points(frame.assign(occurred_from=days, time_precision="exact", place_text="Mill Lane"), "EPSG:27700")


def test_what_cannot_be_clustered_is_refused_in_one_sentence(file: Path, tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    pd.DataFrame({"x": [np.nan], "y": [1.0]}).to_parquet(tmp_path / "empty.parquet")
    (tmp_path / "text.parquet").write_text("no parquet")
    assert "rename its coordinates" in refused(tmp_path / "other.parquet")
    assert "nothing to cluster" in refused(tmp_path / "empty.parquet")
    assert "not a Parquet file" in refused(tmp_path / "text.parquet")
    assert "not a Parquet file" in refused(tmp_path / "absent.parquet")
    assert "eps is the reach" in refused(file, "--eps", 0)
    assert "number of workers" in refused(file, "--dask", "many")
    assert "could not be written" in refused(file, "--out", tmp_path / "absent" / "labels.parquet")
