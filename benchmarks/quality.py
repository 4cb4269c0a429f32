"""How good are the hotspots: what they catch of the next months, how firm they are, whether they last.

    python benchmarks/quality.py                 on the sample (invented data)
    python benchmarks/quality.py --quick         one window instead of four
    python benchmarks/quality.py --police ZIP    also a force's street files, every month's hotspots matched

Prints markdown.
"""

import argparse
import sys
import zipfile
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hotspots.analysis.cluster import Hotspots, default_min_samples, find_hotspots  # noqa: E402
from hotspots.analysis.identity import follow  # noqa: E402
from hotspots.analysis.quality import capture, stability  # noqa: E402
from hotspots.periods import Window, add_months, last_months  # noqa: E402
from hotspots.sample import make_sample  # noqa: E402

EPS = 75.0
UNSPLIT_M = 1e6
"""Largest extent for plain DBSCAN: none."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one window")
    parser.add_argument("--police", type=Path, help="zip of police.uk street files")
    options = parser.parse_args()
    sample = make_sample()
    located = sample.incidents.dropna(subset=["x", "y"]).query("district == 'Tidewick'")
    located = gpd.GeoDataFrame(located, geometry=gpd.points_from_xy(located["x"], located["y"]), crs=27700)
    districts = sample.world.districts
    area = float(districts[districts["name"] == "Tidewick"].area.sum())
    print("## Capture of the next three months, sample, all areas of equal size\n")
    print(markdown(captures(located, area, windows=1 if options.quick else 4)))
    print("\n## Stability, last twelve months of the sample\n")
    print(markdown(firmness(located)))
    if options.police:
        print("\n## Identity over every month's last twelve months, police.uk\n")
        print(lasting(read_police(options.police), months=3 if options.quick else 24))


def markdown(frame: pd.DataFrame) -> str:
    """A frame as a markdown table."""
    rows = [frame.columns, ["---"] * len(frame.columns), *frame.astype(str).to_numpy()]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def captures(located: gpd.GeoDataFrame, area_m2: float, *, windows: int) -> pd.DataFrame:
    """Mean over windows, three months apart, of what each way of choosing areas catches."""
    tables = []
    last = located["occurred_from"].max().date().replace(day=1)
    for i in range(windows):
        window = last_months(add_months(last, -3 * i - 2), 12)
        found, after = _in(located, window), _in(located, Window(window.end, add_months(window.end, 3)))
        hotspots = find_hotspots(found, window=window, eps=EPS)
        rivals = {"plain DBSCAN, hulls": hulls(found, window)}
        tables.append(
            capture(hotspots.areas, found, after, study_area_m2=area_m2, rivals=rivals, cells_m=(50, 100, 200))
        )
    means = pd.concat(tables).groupby("method", sort=False).mean()
    shown = means[["area_share", "in_sample", "share", "pai", "pei"]].reset_index()
    return shown.round({"area_share": 5, "in_sample": 3, "share": 3, "pai": 0, "pei": 2})


def hulls(found: gpd.GeoDataFrame, window: Window) -> gpd.GeoDataFrame:
    """Convex hulls, 10 m wider, of DBSCAN clusters that nobody split."""
    plain = find_hotspots(found, window=window, eps=EPS, max_extent=UNSPLIT_M, min_days=1)
    clustered = found.assign(label=plain.labels).query("label >= 0")
    return clustered[["label", "geometry"]].dissolve("label").convex_hull.buffer(10).to_frame("geometry")


def firmness(located: gpd.GeoDataFrame) -> pd.DataFrame:
    """Share of hotspots that survive each setting moved by a quarter."""
    last = located["occurred_from"].max().date().replace(day=1)
    window = last_months(add_months(last, 1), 12)
    table = stability(
        _in(located, window),
        partial(find_hotspots, window=window),
        eps=EPS,
        min_samples=default_min_samples(window),
    )
    by = table.groupby(["setting", "eps", "min_samples"], sort=False)["survives"]
    return by.agg(survive="sum", of="count").reset_index()


def lasting(located: gpd.GeoDataFrame, *, months: int) -> str:
    """How many of the main hotspots keep one id through every run, as a sentence."""
    last = located["occurred_from"].max().date().replace(day=1)
    ends = [add_months(last, 1 - i) for i in reversed(range(months))]
    runs = [run_of(_in(located, last_months(end, 12)), last_months(end, 12)) for end in ends]
    ledgers = follow(runs)
    present = [set(ledger.loc[ledger["event"] != "ended", "id"]) for ledger in ledgers]
    carried = [len(a & b) / len(a) for a, b in zip(present, present[1:], strict=False) if a]
    main_ids = ledgers[0].loc[ledgers[0]["row"].isin(range(20)), "id"]
    through = sum(all(i in found for found in present) for i in main_ids)
    events = pd.concat(ledgers)["event"].value_counts().to_dict()
    size = np.mean([len(run) for run in runs])
    return (
        f"{len(runs)} runs, {size:.0f} hotspots each on average. From run to run {np.mean(carried):.1%} keep "
        f"their id (least {min(carried):.1%}). Of the 20 largest of the first run {through} have the same id "
        f"in every later one. Events: {events}."
    )


def run_of(found: gpd.GeoDataFrame, window: Window) -> gpd.GeoDataFrame:
    """Areas of one run with the keys of their locations."""
    hotspots: Hotspots = find_hotspots(found, window=window, eps=EPS)
    keys = found.geometry.x.round().astype(int).astype(str) + " " + found.geometry.y.round().astype(int).astype(str)
    members = keys.groupby(hotspots.labels.to_numpy()).agg(frozenset)
    areas = hotspots.areas[["n", "geometry"]]
    return areas.assign(members=members.reindex(areas.index))


def read_police(path: Path) -> gpd.GeoDataFrame:
    """Located rows of police.uk street files, whatever else the zip holds."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith("-street.csv")]
        tables = [pd.read_csv(archive.open(n), usecols=["Month", "Longitude", "Latitude"]) for n in sorted(names)]
    rows = pd.concat(tables, ignore_index=True).dropna()
    located = gpd.GeoDataFrame(
        {"occurred_from": pd.to_datetime(rows["Month"] + "-01")},
        geometry=gpd.points_from_xy(rows["Longitude"], rows["Latitude"], crs=4326),
    ).to_crs(27700)
    return located.assign(place_text="", time_precision="month")


def _in(located: gpd.GeoDataFrame, window: Window) -> gpd.GeoDataFrame:
    moment = located["occurred_from"]
    return located[(moment >= pd.Timestamp(window.start)) & (moment < pd.Timestamp(window.end))]


if __name__ == "__main__":
    main()
