"""Our numbers beside published ones that need a file which this repository does not carry.

    python benchmarks/published.py --near-repeat FILE
    python benchmarks/published.py --seattle FILE
    python benchmarks/published.py --fever CASES PLACES

--near-repeat: `inst/extdata/chicago_be_month1.csv` of the R package NearRepeat (Steenbeek, github.com/wsteenbeek): 970
burglaries in Chicago, 31 December 2015 to 31 January 2016, a line `x,y,date` each, metres, no header.
--seattle: `seattledmi` of the R package microsynth (Robbins and Davenport) as CSV: crimes by census block and quarter
round the drug market intervention of 2013.
--fever: `NYCfever.cas` and `NYCfever.geo` of SaTScan's sample data, lines of place, cases and day, and of place,
latitude and longitude, apart by tabs: 194 fevers in New York's hospitals, 1 to 24 November 2001.
All are data of others, so they are read from where you put them. Prints a line for every number and
exits with 1 where one differs; docs/published.md tells the result.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import linprog, minimize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.scanning import apart, chances, circles  # noqa: E402
from hotspots.analysis.evaluation import compare  # noqa: E402
from hotspots.analysis.repeats import knox  # noqa: E402
from hotspots.analysis.scan_ratios import kulldorff_llr  # noqa: E402
from hotspots.errors import BadFrame  # noqa: E402

BURGLARIES = 970
SHUFFLES = 999
FAR = np.inf


class Table(NamedTuple):
    """Pairs printed for bands [from, to) of metres and days, a row a band of metres."""

    name: str
    metres: tuple[float, ...]
    days: tuple[float, ...]
    pairs: tuple[tuple[int, ...], ...]


# fmt: off
CALCULATOR = Table(
    "Near Repeat Calculator 1.3", (0, 1, 100, 200, 300, FAR), (0, 7, 14, 21, FAR),
    ((28, 5, 5, 2), (44, 13, 8, 4), (97, 56, 19, 16), (77, 67, 45, 20), (182194, 146149, 95237, 45879)),
)
# "1 to 100 metres" and "0 to 7 days" read as whole metres and days, the last one within: [1, 101) and [0, 8).
LITERAL = Table(
    "its labels taken literally", (0, 1, 101, 201, 301, FAR), (0, 8, 15, 22, FAR),
    ((29, 4, 5, 2), (45, 15, 7, 2), (106, 48, 21, 13), (88, 64, 46, 15), (206611, 138108, 88321, 36415)),
)
VIGNETTE = Table(
    "vignette of NearRepeat", (0, 0.1, 200, 400, 600), (0, 7, 14, 21),
    ((28, 5, 5), (141, 69, 27), (186, 140, 100), (237, 192, 128)),
)
# fmt: on
NEAR_REPEATS = ((0, 0), (1, 0), (100, 0))
"""Bands of that table, by their lower edges, that the calculator's summary calls significant and meaningful."""


# Printed by microsynth's vignette for the four quarters after: crimes expected in the treated blocks.
SEATTLE = {"i_felony": 68.22, "i_misdemea": 71.80, "i_drugs": 23.76, "any_crime": 986.44}
HOMES = [
    *("TotalPop", "BLACK", "HISPANIC", "Males_1521", "HOUSEHOLDS", "FAMILYHOUS", "FEMALE_HOU", "RENTER_HOU"),
    "VACANT_HOU",
]
BLOCKS, QUARTERS, BEFORE = 9642, 16, 12
ALLOWED = 0.01
"""How far a weighted count may be from the printed one: that was found by steps which stop when near enough."""

PATIENTS, FEVER_DAYS, LONGEST, FARTHEST = 194, 24, 7, 3.0
"""Cases, days, the longest time and the widest circle (kilometres) of the run that rsatscan prints."""
EARTH = 6371.0088
"""Mean radius, kilometres."""


def main() -> int:
    """Read the file and print every number; 0 where all are equal, 1 where one differs, 2 where the file is another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--near-repeat", type=Path, metavar="FILE", help="chicago_be_month1.csv")
    which.add_argument("--seattle", type=Path, metavar="FILE", help="seattledmi.csv or .csv.gz")
    which.add_argument("--fever", type=Path, nargs=2, metavar="FILE", help="NYCfever.cas and NYCfever.geo")
    files = parser.parse_args()
    try:
        if files.near_repeat:
            equal = _near_repeat(files.near_repeat)
        elif files.seattle:
            equal = _seattle(files.seattle)
        else:
            equal = _fever(*files.fever)
    except BadFrame as error:
        print(error, file=sys.stderr)
        return 2
    print(f"\n{sum(equal)} of {len(equal)} equal.")
    return 0 if all(equal) else 1


def _near_repeat(path: Path) -> list[bool]:
    cells = list(compared(read_burglaries(path)))
    print("| table | band | published | ours | |\n|---|---|---|---|---|")
    for table, band, published, ours in cells:
        print(f"| {table} | {band} | {published:,} | {ours:,} | {'✓' if published == ours else '✗'} |")
    return [published == ours for *_, published, ours in cells]


def _seattle(path: Path) -> list[bool]:
    table = seattle(read_blocks(path))
    equal = ((table["expected"] - table["published"]).abs() <= ALLOWED).tolist()
    print("| crimes | after | expected, published | ours | change | other weights allow | compare, unweighted | |")
    print("|---|---|---|---|---|---|---|---|")
    for row, met in zip(table.itertuples(), equal, strict=True):
        print(
            f"| {row.Index} | {row.after} | {row.published} | {row.expected:.3f} | {row.change:+.1%} "
            f"| {row.least:,.0f} to {row.most:,.0f} | {row.ratio - 1:+.1%} ({row.low - 1:+.0%} to {row.high - 1:+.0%}) "
            f"| {'✓' if met else '✗'} |"
        )
    return equal


def _fever(cases: Path, places: Path) -> list[bool]:
    found = fever(*read_fever(cases, places))
    print("| cases | expected | days | places | ratio | p |\n|---|---|---|---|---|---|")
    for row in found.itertuples():
        print(f"| {row.cases} | {row.expected:.2f} | {row.days} | {row.places} | {row.ratio:.3f} | {row.p_value:.3f} |")
    told = {"clusters": (3, int((found["p_value"] < 1).sum())), "p < .05": (0, int((found["p_value"] < 0.05).sum()))}
    for what, (published, ours) in told.items():
        print(f"{what}: {published} published, {ours} ours {'✓' if published == ours else '✗'}")
    return [published == ours for published, ours in told.values()]


def read_burglaries(path: Path) -> pd.DataFrame:
    """Rows [x, y (metres), day] of the package's file; raises `BadFrame` where it is not that file."""
    try:
        rows = pd.read_csv(path, header=None, names=["x", "y", "day"], dtype={"x": float, "y": float}, index_col=False)
        rows["day"] = pd.to_datetime(rows["day"], format="%Y-%m-%d")
    except (OSError, ValueError) as error:
        why = str(error).splitlines()[0]
        raise BadFrame(f"{path.name} cannot be read as lines of x,y,date without a header: {why}") from None
    if len(rows) != BURGLARIES or rows.isna().any(axis=None):
        complete = len(rows.dropna())
        raise BadFrame(f"chicago_be_month1.csv has {BURGLARIES} complete lines; {path.name} has {complete:,}.")
    return rows


def compared(burglaries: pd.DataFrame) -> Iterator[tuple[str, str, int, int]]:
    """Table, band, published number and ours of every cell, then of the bands called a near repeat."""
    for table in (CALCULATOR, LITERAL, VIGNETTE):
        found = knox(
            burglaries["x"].to_numpy(),
            burglaries["y"].to_numpy(),
            burglaries["day"],
            space_bands=table.metres,
            time_bands=table.days,
            n_permutations=SHUFFLES,
            metric="manhattan",
        )
        published = [pairs for row in table.pairs for pairs in row]
        for cell, pairs in zip(found.itertuples(), published, strict=True):
            yield table.name, f"{_band(cell)}: pairs", pairs, int(cell.pairs)
        if table is CALCULATOR:
            for cell in found.itertuples():
                called = (cell.from_m, cell.from_days) in NEAR_REPEATS
                yield table.name, f"{_band(cell)}: called a near repeat", int(called), int(cell.near_repeat)


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


def read_blocks(path: Path) -> pd.DataFrame:
    """A row a block and quarter, in their order; raises `BadFrame` where it is not that file."""
    needed = ["ID", "time", "Intervention", *SEATTLE, *HOMES]
    try:
        rows = pd.read_csv(path, usecols=needed).sort_values(["ID", "time"], ignore_index=True)
    except (OSError, ValueError) as error:
        raise BadFrame(f"{path.name} cannot be read as seattledmi: {str(error).splitlines()[0]}") from None
    if len(rows) != BLOCKS * QUARTERS:
        raise BadFrame(f"seattledmi has {BLOCKS * QUARTERS:,} rows; {path.name} has {len(rows):,}.")
    return rows


def seattle(rows: pd.DataFrame) -> pd.DataFrame:
    """What the published method expects without the intervention, and what `compare` finds, by kind of crime.

    rows: of `read_blocks`. Returns [after, published, expected, change, least, most, ratio, low, high]: crimes of the
    four quarters after in the treated blocks, those of other blocks under `smallest_weights` that match the number of
    blocks, nine counts of people and homes and each crime in each quarter before; what other weights that match as well
    could have given; and ratio and interval of `compare` against all other blocks, unweighted.
    """
    treated = rows.groupby("ID")["Intervention"].max().to_numpy() == 1
    crimes = {what: rows[what].to_numpy(float).reshape(-1, QUARTERS) for what in SEATTLE}
    homes = rows.loc[rows["time"] == 1, HOMES].to_numpy(float)
    matched = np.column_stack([np.ones(len(homes)), homes, *(by_quarter[:, :BEFORE] for by_quarter in crimes.values())])
    matched = matched / matched.mean(axis=0)
    totals, others = matched[treated].sum(axis=0), matched[~treated]
    weights = smallest_weights(others, totals)
    table = []
    for what, by_quarter in crimes.items():
        after = by_quarter[:, BEFORE:].sum(axis=1)
        happened, expected = int(after[treated].sum()), float(weights @ after[~treated])
        could = _least_and_most(others, totals, after[~treated])
        unweighted = _unweighted(by_quarter[treated].sum(axis=0), by_quarter[~treated].sum(axis=0))
        table.append((happened, SEATTLE[what], expected, happened / expected - 1, *could, *unweighted))
    columns = ["after", "published", "expected", "change", "least", "most", "ratio", "low", "high"]
    return pd.DataFrame(table, columns=columns, index=list(crimes))


def _unweighted(treated: np.ndarray, others: np.ndarray) -> tuple[float, float, float]:
    before, after = slice(BEFORE), slice(BEFORE, None)
    found = compare(
        treated[before],
        treated[after],
        control_before=others[before],
        control_after=others[after],
        selected_as_hotspot=False,
    )
    return found.ratio, found.low, found.high


def smallest_weights(rows: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Weights of at least 0, of the smallest sum of squares, with which the rows add up to the totals.

    rows: one a unit, a column a quantity; totals: one a quantity. They are max(0, rows λ) at the λ that makes
    ½ Σ weights² − totals λ least, by Newton's steps in a trust region. Raises `BadFrame` where no weights do.
    """

    def least(at: np.ndarray) -> tuple[float, np.ndarray]:
        weights = np.maximum(0, rows @ at)
        return weights @ weights / 2 - totals @ at, rows.T @ weights - totals

    def bend(at: np.ndarray) -> np.ndarray:
        used = rows[rows @ at > 0]
        return used.T @ used

    if not linprog(np.zeros(len(rows)), A_eq=rows.T, b_eq=totals, bounds=(0, None)).success:
        raise BadFrame("No weights of at least 0 make these rows add up to these totals.")
    start = np.zeros(rows.shape[1])
    found = minimize(least, start, jac=True, hess=bend, method="trust-exact", options={"gtol": 1e-6, "maxiter": 500})
    return np.maximum(0, rows @ found.x)


def _least_and_most(rows: np.ndarray, totals: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """The fewest and the most that weights of at least 0 with these totals can make of counts."""
    found = [linprog(sign * counts, A_eq=rows.T, b_eq=totals, bounds=(0, None)) for sign in (1, -1)]
    return found[0].fun, -found[1].fun


def _band(cell: tuple) -> str:
    bands = ((cell.from_m, cell.to_m, "m"), (cell.from_days, cell.to_days, "days"))
    return ", ".join(
        f"{start:g} {unit} and over" if np.isinf(end) else f"{start:g} to {end:g} {unit}" for start, end, unit in bands
    )


if __name__ == "__main__":
    sys.exit(main())
