"""Ours against plain scikit-learn: DBSCAN on unique locations with weights beside DBSCAN on every row.

    python benchmarks/cluster.py            20 k, 150 k and 1 M rows, three runs each
    python benchmarks/cluster.py --quick    20 k and 150 k rows, one run each

Rows are police.uk-like: a street grid of map points, about ten reports on each, a heavy tail. Every
run is a process of its own; the two ways take turns; labels are asserted equal. Prints a table and
writes it to docs/cluster.md.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

SIZES = (20_000, 150_000, 1_000_000)
EPS, MIN_SAMPLES = 75.0, 36


def snapped_rows(rows: int, seed: int = 1) -> np.ndarray:
    """Coordinates in metres, shape (rows, 2), sorted: reports on about a tenth as many map points."""
    rng = np.random.default_rng(seed)
    points = rows // 10
    side = int(np.ceil(np.sqrt(points)))
    east, north = np.divmod(np.arange(points), side)
    xy = np.column_stack([east, north]) * 90.0 + rng.uniform(-28, 28, (points, 2))
    weight = rng.lognormal(0, 1.3, points)
    chosen = rng.choice(points, size=rows, p=weight / weight.sum())
    picked = np.round(xy[chosen], 2)
    return picked[np.lexsort((picked[:, 1], picked[:, 0]))]


def run(way: str, rows: int) -> dict:
    """Label one data set one way in this process: seconds, peak memory beyond the data, a digest of the labels."""
    from sklearn.cluster import DBSCAN

    from hotspots.analysis.cluster import label_locations, unique_locations

    xy = snapped_rows(rows)
    DBSCAN(eps=1, min_samples=2).fit(xy[:10])  # what is loaded once is not what is measured
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    if way == "ours":
        places, inverse, weights = unique_locations(xy[:, 0], xy[:, 1])
        labels = label_locations(places, weights, eps=EPS, min_samples=MIN_SAMPLES)[inverse]
    else:
        labels = DBSCAN(eps=EPS, min_samples=MIN_SAMPLES).fit(xy).labels_
    seconds = time.perf_counter() - start
    extra = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    np.save(f"{way}.npy", labels)
    return {"seconds": seconds, "extra_mb": max(extra, 1) / 1024, "hotspots": int(labels.max() + 1)}


def compared(rows: int, runs: int, folder: Path) -> dict:
    """Both ways in turn, each in its own process; labels must be the same array."""
    found: dict[str, list[dict]] = {"ours": [], "plain": []}
    for _ in range(runs):
        for way in found:
            command = [sys.executable, str(Path(__file__).resolve()), "--child", way, "--rows", str(rows)]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=900)
            found[way].append(json.loads(done.stdout))
        np.testing.assert_array_equal(np.load(folder / "ours.npy"), np.load(folder / "plain.npy"))
    return {
        "rows": rows,
        "hotspots": found["ours"][0]["hotspots"],
        **{f"{way}_{key}": median(r[key] for r in found[way]) for way in found for key in ("seconds", "extra_mb")},
        "faster": median(p["seconds"] / o["seconds"] for o, p in zip(found["ours"], found["plain"], strict=True)),
        "leaner": median(p["extra_mb"] / o["extra_mb"] for o, p in zip(found["ours"], found["plain"], strict=True)),
    }


def table(results: list[dict]) -> str:
    """The results as a Markdown table."""
    lines = [
        "| rows | clusters | ours | plain scikit-learn | faster | ours, extra MB | plain, extra MB | less memory |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r['rows']:,} | {r['hotspots']:,} | {r['ours_seconds']:.2f} s | {r['plain_seconds']:.2f} s | "
        f"{r['faster']:.1f} × | {r['ours_extra_mb']:.0f} | {r['plain_extra_mb']:.0f} | {r['leaner']:.1f} × |"
        for r in results
    ]
    return "\n".join(lines)


def main() -> None:
    """Run the comparison, or one child of it."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--child", choices=("ours", "plain"))
    parser.add_argument("--rows", type=int, default=0)
    asked = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    if asked.child:
        print(json.dumps(run(asked.child, asked.rows)))
        return
    sizes, runs = (SIZES[:2], 1) if asked.quick else (SIZES, 3)
    with tempfile.TemporaryDirectory() as folder:
        results = [compared(rows, runs, Path(folder)) for rows in sizes]
    text = (
        "# Clustering: unique locations with weights against every row\n\n"
        f"Made by `python benchmarks/cluster.py` (eps {EPS:g} m, min_samples {MIN_SAMPLES}); medians of {runs} run(s), "
        "the two ways in turn, each in a process of its own; labels asserted equal. Trust the ratios.\n\n"
        f"{table(results)}\n"
    )
    print(text)
    if not asked.quick:
        (Path(__file__).resolve().parent.parent / "docs" / "cluster.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
