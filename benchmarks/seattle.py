"""Seattle's drug market intervention by the method that published it: weighted blocks, p by groups and by placebos.

Robbins, Saunders and Kilmer 2017; the data are `seattledmi` of the R package microsynth. Our own `compare` weights
nothing, and docs/published.md says why.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import linprog, minimize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hotspots.analysis.evaluation import compare  # noqa: E402
from hotspots.errors import BadFrame  # noqa: E402

# Printed by microsynth's vignette for the four quarters after: crimes expected in the treated blocks.
SEATTLE = {"i_felony": 68.22, "i_misdemea": 71.80, "i_drugs": 23.76, "any_crime": 986.44}
HOMES = [
    *("TotalPop", "BLACK", "HISPANIC", "Males_1521", "HOUSEHOLDS", "FAMILYHOUS", "FEMALE_HOU", "RENTER_HOU"),
    "VACANT_HOU",
]
BLOCKS, QUARTERS, BEFORE = 9642, 16, 12
ALLOWED = 0.01
"""How far a weighted count may be from the printed one: that was found by steps which stop when near enough."""


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


def tables(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Which blocks were treated; what is matched, a row a block, of mean 1; each crime by block and quarter."""
    treated = rows.groupby("ID")["Intervention"].max().to_numpy() == 1
    crimes = {what: rows[what].to_numpy(float).reshape(-1, QUARTERS) for what in SEATTLE}
    homes = rows.loc[rows["time"] == 1, HOMES].to_numpy(float)
    matched = np.column_stack([np.ones(len(homes)), homes, *(by_quarter[:, :BEFORE] for by_quarter in crimes.values())])
    return treated, matched / matched.mean(axis=0), crimes


def seattle(rows: pd.DataFrame) -> pd.DataFrame:
    """What the published method expects without the intervention, and what `compare` finds, by kind of crime.

    rows: of `read_blocks`. Returns [after, published, expected, change, least, most, ratio, low, high]: crimes of the
    four quarters after in the treated blocks, those of other blocks under `smallest_weights` that match the number of
    blocks, nine counts of people and homes and each crime in each quarter before; what other weights that match as well
    could have given; and ratio and interval of `compare` against all other blocks, unweighted.
    """
    treated, matched, crimes = tables(rows)
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


def jackknife(rows: pd.DataFrame, *, groups: int = 39, seed: int = 1) -> float:
    """One-sided p of the fall of any crime: each of `groups` random groups of blocks left out in turn.

    rows: of `read_blocks`. The spread of the logarithm of what happened over what was expected.
    """
    treated, matched, crimes = tables(rows)
    after = crimes["any_crime"][:, BEFORE:].sum(axis=1)
    generator, group = np.random.default_rng(seed), np.empty(len(treated), dtype=int)
    for part in (treated, ~treated):
        group[generator.permutation(np.flatnonzero(part))] = np.arange(part.sum()) % groups
    whole = _log_change(treated, matched, after)
    left = [_log_change(treated[stay], matched[stay], after[stay]) for stay in (group != g for g in range(groups))]
    spread = np.sqrt((groups - 1) / groups * np.sum((np.array(left) - np.mean(left)) ** 2))
    return float(stats.norm.cdf(whole / spread))


def placebos(rows: pd.DataFrame, *, times: int = 250, seed: int = 1) -> tuple[float, float]:
    """Share of random groups of untreated blocks whose any crime fell as much: by what was left over, and in number.

    rows: of `read_blocks`. As many blocks as were treated, weighted in the same way among the untreated.
    """
    treated, matched, crimes = tables(rows)
    after = crimes["any_crime"][:, BEFORE:].sum(axis=1)
    found = np.array(_happened_and_expected(treated, matched, after))
    generator, blocks, others, later = np.random.default_rng(seed), treated.sum(), matched[~treated], after[~treated]
    tried = []
    for _ in range(times):
        chosen = np.zeros(len(others), dtype=bool)
        chosen[generator.choice(len(others), blocks, replace=False)] = True
        tried.append(_happened_and_expected(chosen, others, later))
    happened, expected = np.array(tried).T
    by_ratio = happened / expected <= found[0] / found[1]
    in_number = happened - expected <= found[0] - found[1]
    return float(by_ratio.mean()), float(in_number.mean())


def _log_change(treated: np.ndarray, matched: np.ndarray, after: np.ndarray) -> float:
    happened, expected = _happened_and_expected(treated, matched, after)
    return float(np.log(happened / expected))


def _happened_and_expected(treated: np.ndarray, matched: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    weights = smallest_weights(matched[~treated], matched[treated].sum(axis=0))
    return float(after[treated].sum()), float(weights @ after[~treated])
