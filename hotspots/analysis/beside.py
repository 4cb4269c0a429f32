"""This one against the rest: whether a ward or place changed as its district did."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hotspots.analysis.rates import RateRatio
from hotspots.analysis.ratio import Cells, ratio_of_ratios
from hotspots.analysis.states import survive_false_discovery
from hotspots.analysis.usual import FEW

YEAR = 12
_UNKNOWN = RateRatio(np.nan, np.nan, np.nan, np.nan)


def against_rest(part: pd.Series, rest: pd.Series) -> pd.Series:
    """What a part would have had, had it moved as the rest of the whole did.

    part, rest: counts by month on one index, NaN gaps. Returns a value a month, NaN at gaps: the rest
    times the share that the part had of it in the months before the last twelve (in all months where
    fewer than twelve such are known). A picture to look at: `unlike_the_rest` is the test.
    """
    known = (part.notna() & rest.notna()).to_numpy()
    early = known & (np.arange(len(part)) < len(part) - YEAR)
    base = early if early.sum() >= YEAR else known
    total = float(rest[base].sum())
    return (rest * (float(part[base].sum()) / total if total else np.nan)).rename("expected")


def unlike_the_rest(pairs: Mapping[str, tuple[pd.Series, pd.Series]], *, rate: float = 0.05) -> pd.DataFrame:
    """Which parts changed otherwise than the rest: the last 12 months against the 12 before.

    pairs: name -> counts by month of the part and of the rest on one index, NaN gaps; a calendar month
        counts only where both years know it, so that the two sums are of the same season.
    Returns [series, change, change_low, change_high, unlike]: the change of the part over that of the rest
    with its 95 % interval (`ratio_of_ratios`), and "more", "less" or "", where "more" and "less" survive
    Benjamini–Hochberg over all parts at `rate`. NaN where under six months are known in both years.

    Dispersion is that of the part's monthly share within each year (Pearson's χ² of the binomial over its
    df, never below 1), so a season that all parts have is no noise. Do not read it as cause: a part may
    change because the rest did, or because its border reports were placed next door.
    """
    ratios = {name: _change(part, rest) for name, (part, rest) in pairs.items()}
    p_values = pd.Series({name: r.p_value for name, r in ratios.items()}, dtype=float)
    firm = survive_false_discovery(p_values, rate=rate)
    rows = [
        (name, r.ratio, r.low, r.high, ("more" if r.ratio > 1 else "less") if firm[name] else "")
        for name, r in ratios.items()
    ]
    return pd.DataFrame(rows, columns=["series", "change", "change_low", "change_high", "unlike"])


def _change(part: pd.Series, rest: pd.Series) -> RateRatio:
    both = np.column_stack([part.to_numpy(dtype=float), rest.to_numpy(dtype=float)])
    if len(both) < 2 * YEAR:
        return _UNKNOWN
    now, before = both[-YEAR:], both[-2 * YEAR : -YEAR]
    known = ~np.isnan(now).any(axis=1) & ~np.isnan(before).any(axis=1)
    now, before = now[known], before[known]
    totals = [*before.sum(axis=0), *now.sum(axis=0)] if len(now) else [0.0]
    if len(now) < FEW or totals[1] == 0 or totals[3] == 0 or totals[0] + totals[2] == 0:
        return _UNKNOWN
    phi = _dispersion_of_share(before, now)
    was, rest_was, after, rest_after = totals
    return ratio_of_ratios(Cells(was, after, rest_was, rest_after, phi, phi, phi), df=2.0 * (len(now) - 1))


def _dispersion_of_share(*years: np.ndarray) -> float:
    """Pearson's χ² of the part's share of each month, within years, over its degrees of freedom; at least 1."""
    square, df = 0.0, 0
    for year in years:
        total = year.sum(axis=1)
        share = year[:, 0].sum() / total.sum()
        spread = total * share * (1 - share)
        telling = spread > 0
        square += float((((year[:, 0] - total * share) ** 2)[telling] / spread[telling]).sum())
        df += max(int(telling.sum()) - 1, 0)
    return max(1.0, square / df) if df else 1.0
