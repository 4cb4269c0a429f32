"""Our numbers beside published ones that need a file which this repository does not carry.

    python benchmarks/published.py --near-repeat FILE
    python benchmarks/published.py --seattle FILE

--near-repeat: `inst/extdata/chicago_be_month1.csv` of the R package NearRepeat (Steenbeek, github.com/wsteenbeek): 970
burglaries in Chicago, 31 December 2015 to 31 January 2016, a line `x,y,date` each, metres, no header.
--seattle: `seattledmi` of the R package microsynth (Robbins and Davenport) as CSV: crimes by census block and quarter
round the drug market intervention of 2013.
Both are data of packages under the GPL, so they are read from where you put them. Prints a line for every number and
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

from hotspots.analysis.evaluation import compare  # noqa: E402
from hotspots.analysis.repeats import knox  # noqa: E402
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


def main() -> int:
    """Read the file and print every number; 0 where all are equal, 1 where one differs, 2 where the file is another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--near-repeat", type=Path, metavar="FILE", help="chicago_be_month1.csv")
    which.add_argument("--seattle", type=Path, metavar="FILE", help="seattledmi.csv or .csv.gz")
    files = parser.parse_args()
    try:
        equal = _near_repeat(files.near_repeat) if files.near_repeat else _seattle(files.seattle)
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
