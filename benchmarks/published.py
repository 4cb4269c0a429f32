"""Our numbers beside published ones that need a file which this repository does not carry.

    python benchmarks/published.py --near-repeat FILE
    python benchmarks/published.py --seattle FILE [--p-values]
    python benchmarks/published.py --impact FILE
    python benchmarks/published.py --fever CASES PLACES

--near-repeat: `inst/extdata/chicago_be_month1.csv` of the R package NearRepeat (Steenbeek, github.com/wsteenbeek): 970
burglaries in Chicago, 31 December 2015 to 31 January 2016, a line `x,y,date` each, metres, no header.
--seattle: `seattledmi` of the R package microsynth (Robbins and Davenport) as CSV: crimes by census block and quarter
round the drug market intervention of 2013. With --p-values, in three minutes, p of the fall of any crime as well.
--impact: `tests/fixtures/arma_data.csv` of tfcausalimpact (Willian Fuks), columns X and y, a hundred rows.
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
from statsmodels.tsa.statespace.structural import UnobservedComponents

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.scanning import SHUFFLES, fever, read_fever  # noqa: E402
from benchmarks.seattle import ALLOWED, jackknife, placebos, read_blocks, seattle  # noqa: E402
from hotspots.analysis.repeats import knox  # noqa: E402
from hotspots.errors import BadFrame  # noqa: E402

BURGLARIES = 970
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
STEPS, UNTREATED = 100, 70
"""Rows of the README's series, and those before its effect."""


def main() -> int:
    """Read the file and print every number; 0 where all are equal, 1 where one differs, 2 where the file is another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--near-repeat", type=Path, metavar="FILE", help="chicago_be_month1.csv")
    which.add_argument("--seattle", type=Path, metavar="FILE", help="seattledmi.csv or .csv.gz")
    which.add_argument("--impact", type=Path, metavar="FILE", help="arma_data.csv")
    which.add_argument("--fever", type=Path, nargs=2, metavar="FILE", help="NYCfever.cas and NYCfever.geo")
    parser.add_argument("--p-values", action="store_true", help="of Seattle too: by groups and by placebos")
    files = parser.parse_args()
    try:
        if files.near_repeat:
            equal = _near_repeat(files.near_repeat)
        elif files.seattle:
            equal = _seattle(files.seattle, p_values=files.p_values)
        elif files.impact:
            equal = _impact(files.impact)
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


def _seattle(path: Path, *, p_values: bool) -> list[bool]:
    rows = read_blocks(path)
    table = seattle(rows)
    equal = ((table["expected"] - table["published"]).abs() <= ALLOWED).tolist()
    print("| crimes | after | expected, published | ours | change | other weights allow | compare, unweighted | |")
    print("|---|---|---|---|---|---|---|---|")
    for row, met in zip(table.itertuples(), equal, strict=True):
        print(
            f"| {row.Index} | {row.after} | {row.published} | {row.expected:.3f} | {row.change:+.1%} "
            f"| {row.least:,.0f} to {row.most:,.0f} | {row.ratio - 1:+.1%} ({row.low - 1:+.0%} to {row.high - 1:+.0%}) "
            f"| {'✓' if met else '✗'} |"
        )
    return [*equal, *(_seattle_p(rows) if p_values else ())]


def _seattle_p(rows: pd.DataFrame) -> list[bool]:
    """The published p came from groups that another program drew: it must lie among those of groups of our own."""
    grouped = [jackknife(rows, seed=seed) for seed in range(6)]
    by_ratio, in_number = placebos(rows)
    met = []
    for how, published, ours in (
        ("39 random groups left out in turn, six draws", 0.046, grouped),
        ("250 groups of untreated blocks, by the number and by the ratio", 0.012, [in_number, by_ratio]),
    ):
        met.append(min(ours) <= published <= max(ours))
        print(f"p, {how}: {published} published, {min(ours):.3f} to {max(ours):.3f} ours {'✓' if met[-1] else '✗'}")
    return met


def _impact(path: Path) -> list[bool]:
    found = impact(read_series(path))
    published = {"observed": (125.23, 0.005), "expected": (120.34, 0.05), "effect": (4.89, 0.05), "low": (4.26, 0.1),
                 "high": (5.47, 0.1)}  # fmt: skip
    for what, (value, allowed) in published.items():
        ours = found[what]
        print(f"{what}: {value} published, {ours:.2f} ours {'✓' if abs(ours - value) <= allowed else '✗'}")
    return [abs(found[what] - value) <= allowed for what, (value, allowed) in published.items()]


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


def read_series(path: Path) -> pd.DataFrame:
    """Rows [X, y] of the README's example, 5 added to y from the 71st on; raises `BadFrame` for another file."""
    try:
        rows = pd.read_csv(path, usecols=["X", "y"], dtype=float)
    except (OSError, ValueError) as error:
        raise BadFrame(f"{path.name} cannot be read as arma_data: {str(error).splitlines()[0]}") from None
    if len(rows) != STEPS or rows.isna().any(axis=None):
        raise BadFrame(f"arma_data.csv has {STEPS} complete rows; {path.name} has {len(rows.dropna())}.")
    rows.loc[UNTREATED:, "y"] += 5
    return rows


def impact(rows: pd.DataFrame, *, draws: int = 4000) -> dict[str, float]:
    """Means over the treated steps of CausalImpact's model: a level that wanders, and a covariate.

    rows: [X, y] in order, of which the first `UNTREATED` are fitted. Both are scaled by those, and the level's steps
    have the standard deviation .01 that the package takes before it has seen any data; the rest is fitted by maximum
    likelihood (statsmodels), where the README's run approaches the posterior by drawing at random; so what the
    covariate's weight may be is left out of the interval, which comes out a little narrower. Returns observed,
    expected, effect, low and high (95 %).
    """
    fitted = rows.iloc[:UNTREATED]
    y, x = ((rows[name] - fitted[name].mean()) / fitted[name].std() for name in ("y", "X"))
    y, x = y.to_numpy(), x.to_numpy()[:, None]
    model = UnobservedComponents(y[:UNTREATED], exog=x[:UNTREATED], level="llevel")
    with model.fix_params({"sigma2.level": 0.01**2}):
        fit = model.fit(disp=0)
    later, scale = x[UNTREATED:], fitted["y"].std()
    at_start = fitted["y"].mean()
    expected = fit.get_forecast(len(later), exog=later).predicted_mean.mean() * scale + at_start
    generator = np.random.default_rng(1)
    drawn = [fit.simulate(len(later), anchor="end", exog=later, rng=generator).mean() for _ in range(draws)]
    observed = float(rows["y"].iloc[UNTREATED:].mean())
    low, high = observed - (np.quantile(drawn, [0.975, 0.025]) * scale + at_start)
    return {
        "observed": observed,
        "expected": float(expected),
        "effect": observed - float(expected),
        "low": float(low),
        "high": float(high),
    }


def _band(cell: tuple) -> str:
    bands = ((cell.from_m, cell.to_m, "m"), (cell.from_days, cell.to_days, "days"))
    return ", ".join(
        f"{start:g} {unit} and over" if np.isinf(end) else f"{start:g} to {end:g} {unit}" for start, end, unit in bands
    )


if __name__ == "__main__":
    sys.exit(main())
