"""From a district to sixty million reports: ours beside plain scikit-learn, PyPI `dbscan`, PostGIS and Dask.

    python benchmarks/national.py             everything; writes docs/national.md and docs/national.svg (half an hour)
    python benchmarks/national.py --only 6m   one data set anew (20k, 150k, 1m, 6m, 60m, unsnapped), then the documents
    python benchmarks/national.py --quick     20 k and 150 k rows, writes nothing

Needs `pip install dbscan==1.0.0` and Debian's postgresql and postgis for their columns, which stay empty without.
Every run is a process of its own, from the Parquet file to a label on every row, and its labels are asserted to be
the same array as ours; one that is not done in 15 minutes or would need over 16 GB is ended. Seconds of processor
time are shown beside seconds of the clock, because the machine may be shared: trust ratios of the former.
"""

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.country import write_country  # noqa: E402
from benchmarks.drawing import growth_chart  # noqa: E402
from hotspots.analysis.cluster import label_locations, unique_locations  # noqa: E402
from hotspots.pipeline.labelling import from_parquet, label_rows  # noqa: E402
from hotspots.pipeline.spreading import spread_over  # noqa: E402

EPS, LEAST = 75.0, 36
SETS = {
    "20k": (20_000, True),
    "150k": (150_000, True),
    "1m": (1_000_000, True),
    "6m": (6_000_000, True),
    "60m": (60_000_000, True),
    "unsnapped": (2_000_000, False),
}
"""Name → rows, and whether they lie on map points."""
WAYS = {
    "ours": SETS,
    "scikit-learn": ("20k", "150k", "1m", "6m", "unsnapped"),
    "dbscan": ("20k", "150k", "1m", "6m", "unsnapped"),
    "PostGIS": ("20k", "150k", "1m"),
    "Dask, 2 workers": ("6m",),
}
"""Way → the sets it is tried on. PostGIS has no weights and takes minutes from a million rows on."""
TIMEOUT = 900
MOST_BYTES = 16 << 30
HELD = ROOT / "docs" / "national.json"


def ours(file: Path, out: Path) -> None:
    """Batches, counted locations, those clustered (in tiles from 50,000 of them), labels written."""
    label_rows(from_parquet([file], "EPSG:27700"), eps=EPS, min_samples=LEAST, out=out)


def with_dask(file: Path, out: Path) -> None:
    """Ours, with the clustering in tiles on two workers."""
    with spread_over("2") as labeller:
        label_rows(from_parquet([file], "EPSG:27700"), eps=EPS, min_samples=LEAST, out=out, labeller=labeller)


def plain(file: Path, out: Path) -> None:
    """scikit-learn on every row, in the order of their places so that clusters are numbered alike."""
    from sklearn.cluster import DBSCAN

    xy = _rows(file)
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    labels = np.empty(len(xy), dtype=np.int64)
    labels[order] = DBSCAN(eps=EPS, min_samples=LEAST).fit(xy[order]).labels_
    _keep(labels, out)


def pypi(file: Path, out: Path) -> None:
    """PyPI `dbscan` (Wang, Gu, Shun 2020) on every row."""
    from dbscan import DBSCAN

    labels, _ = DBSCAN(_rows(file), eps=EPS, min_samples=LEAST)
    _keep(np.asarray(labels), out)


def postgis(file: Path, out: Path) -> None:
    """ST_ClusterDBSCAN on every row; loading is not counted, the server's memory is its own."""
    from sqlalchemy import text

    from hotspots.store.server import connect
    from tests.postgresql import running

    with running() as server:
        engine = connect(server.url())
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION postgis"))
            connection.execute(text("CREATE TABLE report (id int, at geometry(point))"))
            with connection.connection.cursor() as cursor, cursor.copy("COPY report FROM STDIN") as copy:
                for number, (x, y) in enumerate(_rows(file).tolist()):
                    copy.write_row((number, f"POINT({x} {y})"))
            connection.execute(text("ANALYZE report"))
            start = time.perf_counter()
            query = text("SELECT ST_ClusterDBSCAN(at, :eps, :least) OVER () FROM report ORDER BY id")
            labels = connection.execute(query, {"eps": EPS, "least": LEAST}).scalars().all()
            print(json.dumps({"seconds": time.perf_counter() - start}), file=sys.stderr)
        engine.dispose()
    _keep(np.array([-1 if label is None else label for label in labels]), out)


RUNS: dict[str, Callable[[Path, Path], None]] = {
    "ours": ours,
    "scikit-learn": plain,
    "dbscan": pypi,
    "PostGIS": postgis,
    "Dask, 2 workers": with_dask,
}


def child(way: str, file: Path, out: Path) -> None:
    """One way in this process: prints seconds of clock and processor, and memory beyond what was there before."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    label_locations(np.zeros((9, 2)), np.ones(9), eps=1, min_samples=2)  # what is loaded once is not measured
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten; getrusage's is inherited
    before = _memory("VmRSS")
    clock, spent = time.perf_counter(), _processor()
    RUNS[way](file, out)
    peak = _memory("VmHWM")
    told = {
        "seconds": time.perf_counter() - clock,
        "processor": _processor() - spent,
        "extra_mb": max(1.0, peak - before),
        "peak_mb": peak,
    }
    print(json.dumps(told))


def _processor() -> float:
    """Seconds of processor time of this process and of its ended children."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _memory(key: str) -> float:
    """Megabytes of this process: VmRSS now, VmHWM at most."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[key].split()[0]) / 1024


def _rows(file: Path) -> np.ndarray:
    table = pq.read_table(file)
    return np.column_stack([table["easting"].to_numpy(), table["northing"].to_numpy()])


def _keep(labels: np.ndarray, out: Path) -> None:
    pd.DataFrame({"label": labels}).to_parquet(out)


def measured(name: str, folder: Path) -> dict:
    """Every way on one data set; labels compared with ours."""
    rows, snapped = SETS[name]
    file = write_country(folder / f"{name}.parquet", rows=rows, snapped=snapped)
    found = {"rows": rows, "snapped": snapped, "load": os.getloadavg()[0], "ways": {}}
    reference = folder / "ours.labels"
    for way, sets in WAYS.items():
        if name not in sets or (way == "dbscan" and importlib.util.find_spec("dbscan") is None):
            continue
        out = reference if way == "ours" else folder / "other.labels"
        found["ways"][way] = told = _run(way, file, out)
        print(f"{name:>10} {way:>16}: {told}", flush=True)
        if way != "ours" and "failed" not in told:
            told["equal"] = compared(file, reference, out, exact=way not in ("dbscan", "PostGIS"))
    file.unlink()
    return found


def _run(way: str, file: Path, out: Path) -> dict:
    command = [sys.executable, str(Path(__file__).resolve()), "--child", way, str(file), str(out)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done in {TIMEOUT // 60} minutes"}
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["ended by the machine"]
        return {"failed": "needs over 16 GB" if "Memory" in last[0] or "bad_alloc" in last[0] else last[0][:80]}
    told = json.loads(done.stdout)
    if way == "PostGIS":
        told["seconds"] = json.loads(done.stderr.strip().splitlines()[-1])["seconds"]
        told.pop("processor"), told.pop("extra_mb"), told.pop("peak_mb")
    return told


def compared(file: Path, reference: Path, out: Path, *, exact: bool) -> str:
    """Assert that two ways agree: the same array, or the same once border rows follow scikit-learn's rule.

    A border row touches a cluster without being one of its cores; other programs give it to another of the
    clusters it touches. Its cores, and what is noise, must be the same rows.
    """
    mine, theirs = (pq.read_table(path)["label"].to_numpy() for path in (reference, out))
    if not exact:
        theirs = canonical(_rows(file), theirs)
    np.testing.assert_array_equal(mine, theirs)
    return "same array" if exact else "same array after its border rows took scikit-learn's rule"


def canonical(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Labels of another program, numbered by first core row in order of place, border rows to the lowest number."""
    from scipy.spatial import cKDTree

    xy, inverse, weights = unique_locations(*rows.T)
    tree = cKDTree(xy)
    reach = np.array([weights[near].sum() for near in _neighbours(tree, xy)])
    core = reach >= LEAST
    given = np.full(len(xy), -1)
    given[inverse] = labels
    numbers = pd.factorize(given[core])[0]
    assert (given[core] >= 0).all(), "a core row was called noise"
    made = np.full(len(xy), -1)
    made[core] = numbers
    of_cores = cKDTree(xy[core])
    for place, near in zip(np.flatnonzero(~core), _neighbours(of_cores, xy[~core]), strict=True):
        made[place] = numbers[near].min() if len(near) else -1
    assert ((made < 0) == (given < 0)).all(), "noise is not the same rows"
    return made[inverse]


def _neighbours(tree: object, xy: np.ndarray):  # noqa: ANN202
    """Positions within eps of each point, a piece of the points at a time."""
    for start in range(0, len(xy), 20_000):
        yield from tree.query_ball_point(xy[start : start + 20_000], EPS)


def document(held: dict) -> str:
    """The growth table and what it says, as Markdown."""
    lines = [
        "# From a district to a nation, on one machine",
        "",
        f"Made by `python benchmarks/national.py` (eps {EPS:g} m, at least {LEAST} reports). From the Parquet file to "
        "a label on every row; every run a process of its own. Seconds of the clock, seconds of processor time, memory "
        "beyond what was loaded before. The machine has two cores and is shared: trust ratios of processor time. In "
        "every cell with figures the labels were asserted to be the same array as ours (of `dbscan` and PostGIS after "
        "border rows took scikit-learn's rule; core rows and noise were the same at once).",
        "",
        "| rows | " + " | ".join(WAYS) + " | load |",
        "|---:|" + "---:|" * (len(WAYS) + 1),
    ]
    for name in SETS:
        if name in held:
            found = held[name]
            cells = [_cell(found["ways"].get(way)) for way in WAYS]
            kind = "" if found["snapped"] else ", unsnapped"
            lines.append(f"| {found['rows']:,}{kind} | {' | '.join(cells)} | {found['load']:.1f} |")
    lines += ["", "![Time and memory by number of rows](national.svg)", "", *_ratios(held)]
    return "\n".join([*lines, "", (ROOT / "docs" / "past-one-machine.md").read_text(encoding="utf-8")])


def _cell(told: dict | None) -> str:
    if told is None:
        return "not tried"
    if "failed" in told:
        return told["failed"]
    if "processor" not in told:
        return f"{told['seconds']:.1f} s"
    return f"{told['seconds']:.1f} s, {told['processor']:.1f} s, {told['extra_mb']:,.0f} MB"


def _ratios(held: dict) -> list[str]:
    lines = []
    for found in held.values():
        own, other = found["ways"]["ours"], found["ways"].get("scikit-learn", {})
        if "processor" in other:
            faster, leaner = other["processor"] / own["processor"], other["extra_mb"] / own["extra_mb"]
            kind = "" if found["snapped"] else ", unsnapped"
            lines.append(
                f"- {found['rows']:,} rows{kind}: {faster:.1f} × faster than plain "
                f"scikit-learn with {leaner:.1f} × less memory (peak of ours {own['peak_mb']:,.0f} MB in all)."
            )
    return lines


def main() -> None:
    """Run the comparison, or one child of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=SETS, action="append")
    parser.add_argument("--write", action="store_true", help="write the documents from what was measured before")
    parser.add_argument("--child", nargs=3, metavar=("WAY", "FILE", "OUT"))
    asked = parser.parse_args()
    if asked.child:
        child(asked.child[0], *map(Path, asked.child[1:]))
        return
    held = json.loads(HELD.read_text(encoding="utf-8")) if HELD.exists() and not asked.quick else {}
    wanted = [] if asked.write else (["20k", "150k"] if asked.quick else asked.only or list(SETS))
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted:
            held[name] = measured(name, Path(folder))
            if not asked.quick:
                HELD.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    print(document(held))
    if not asked.quick:
        (ROOT / "docs" / "national.md").write_text(document(held), encoding="utf-8")
        (ROOT / "docs" / "national.svg").write_text(growth_chart(held), encoding="utf-8")


if __name__ == "__main__":
    main()
