"""Our numbers beside published ones that need a file which this repository does not carry.

    python benchmarks/published.py --near-repeat FILE

FILE is `inst/extdata/chicago_be_month1.csv` of the R package NearRepeat (Steenbeek, github.com/wsteenbeek): 970
burglaries in Chicago, 31 December 2015 to 31 January 2016, a line `x,y,date` each, metres, no header. It is the data of
a package under the GPL, so it is read from where you put it. Prints a line for every cell and exits with 1 where one
differs; docs/published.md tells the result.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

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


def main() -> int:
    """Read the file and print every cell; 0 where all are equal, 1 where one differs, 2 where the file is another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--near-repeat", type=Path, required=True, metavar="FILE", help="chicago_be_month1.csv")
    try:
        burglaries = read_burglaries(parser.parse_args().near_repeat)
    except BadFrame as error:
        print(error, file=sys.stderr)
        return 2
    cells = list(compared(burglaries))
    print("| table | band | published | ours | |\n|---|---|---|---|---|")
    for table, band, published, ours in cells:
        print(f"| {table} | {band} | {published:,} | {ours:,} | {'✓' if published == ours else '✗'} |")
    equal = sum(published == ours for *_, published, ours in cells)
    print(f"\n{equal} of {len(cells)} equal.")
    return 0 if equal == len(cells) else 1


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


def _band(cell: tuple) -> str:
    bands = ((cell.from_m, cell.to_m, "m"), (cell.from_days, cell.to_days, "days"))
    return ", ".join(
        f"{start:g} {unit} and over" if np.isinf(end) else f"{start:g} to {end:g} {unit}" for start, end, unit in bands
    )


if __name__ == "__main__":
    sys.exit(main())
