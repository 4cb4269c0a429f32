"""How good the places of reports are: points far from the rest, and points that stand for no place at all."""

import numpy as np
import pandas as pd

FAR_FACTOR, FAR_METRES = 3.0, 5_000.0
FAR_RULE = (
    "A point is far outside when it lies more than three times as far from the middle of its district's points "
    "as 95 % of them, and at least 5 km."
)
STACK_REPORTS, STACK_SHARE, STACK_MIX = 50, 0.02, 0.25
STACK_RULE = (
    "A point is taken for a default location (a geocoder's, a police station) when it holds at least 50 reports and "
    "2 % of its source's located ones, and its mixture of categories is the whole source's: no more than a quarter "
    "of its reports would have to change category. A true hotspot has a mixture of its own."
)


def far_points(counts: pd.DataFrame) -> pd.DataFrame:
    """Located reports far outside their district: source, district, n, farthest_km; most first.

    counts: source, district (missing: judged with the source's others), x, y (metres), n. The middle is the median
    easting and northing, so that the stray points do not move it. See `FAR_RULE`.
    """
    columns = ["source", "district", "n", "farthest_km"]
    found = []
    for (source, district), own in counts.assign(district=counts["district"].fillna("")).groupby(
        ["source", "district"]
    ):
        x, y, n = own["x"].to_numpy(), own["y"].to_numpy(), own["n"].to_numpy()
        away = np.hypot(x - _quantile(x, n, 0.5), y - _quantile(y, n, 0.5))
        far = away > max(FAR_METRES, FAR_FACTOR * _quantile(away, n, 0.95))
        if far.any():
            found.append((source, district, int(n[far].sum()), round(float(away[far].max()) / 1000, 1)))
    return pd.DataFrame(found, columns=columns).sort_values(["n", "source"], ascending=[False, True], ignore_index=True)


def default_stacks(counts: pd.DataFrame) -> pd.DataFrame:
    """Points that are probably no place: source, x, y, n, share, categories; fullest first. See `STACK_RULE`.

    counts: source, category, x, y (metres), n.
    """
    found = []
    for source, own in counts.groupby("source"):
        total = own["n"].sum()
        usual = own.groupby("category")["n"].sum() / total
        if (usual > 0).sum() < 2:
            continue  # a source of one category: every point has the whole source's mixture
        at = own.groupby(["x", "y"])["n"].sum()
        for (x, y), n in at[(at >= STACK_REPORTS) & (at >= STACK_SHARE * total)].items():
            here = own[(own["x"] == x) & (own["y"] == y)].groupby("category")["n"].sum()
            unlike = (here.reindex(usual.index, fill_value=0) / n - usual).abs().sum() / 2
            if unlike <= STACK_MIX:
                found.append((source, x, y, int(n), n / total, len(here)))
    table = pd.DataFrame(found, columns=["source", "x", "y", "n", "share", "categories"])
    return table.sort_values(["n", "source"], ascending=[False, True], ignore_index=True)


def _quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """Smallest value below which at least this share of the weight lies."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, share * reached[-1])])
