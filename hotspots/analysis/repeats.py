"""Repeats and concentration, always beside what chance alone would give."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial import cKDTree

from hotspots.errors import BadFrame, BadValue, NoData

SPACE_BANDS = (0, 1, 50, 100, 200, 400)
"""Metres: the same spot, then out to a few streets."""
TIME_BANDS = (0, 7, 14, 21, 28)
"""Days."""
MOST_PAIRS = 5_000_000
"""Pairs within the farthest band that are compared at most."""


def repeat_share(
    address_keys: pd.Series,
    *,
    top: Sequence[int] = (1, 3, 5),
    addresses: int | None = None,
    simulations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Share of incidents at the busiest addresses, beside the share that chance alone gives them.

    Parameters
    ----------
    address_keys : one a report; those without an address are left out and counted in `unknown`.
    top : how many of the busiest addresses.
    addresses : addresses that could have had a report (the block's dwellings); by default those
        that had one, which understates how unusual a concentration is.
    simulations : reports are thrown on the addresses at random so many times.

    Returns
    -------
    Frame [top, n, of, share, chance, chance_low, chance_high, p_value, unknown]: n of `of` reports;
    `chance` the mean share, low and high its 95 % range; p_value = (r + 1)/(simulations + 1).

    Raises
    ------
    NoData : no report has an address.  BadValue : fewer `addresses` than had a report.

    Not for snapped data, where an address is a map point, nor to point at a household: the result
    is restricted.
    """
    known = address_keys.dropna()
    if known.empty:
        raise NoData("No report here has an address, so repeats cannot be counted.")
    counts = np.sort(known.value_counts().to_numpy())[::-1]
    addresses = len(counts) if addresses is None else addresses
    if addresses < len(counts):
        raise BadValue(
            f"Reports came from {len(counts)} addresses, more than the {addresses} given; count the "
            "addresses of the place again."
        )
    chance = _shares_by_chance(int(counts.sum()), addresses, max(top), simulations, seed)
    rows = [_repeat_row(k, counts, chance[:, min(k, addresses) - 1]) for k in top]
    return pd.DataFrame(rows).assign(unknown=int(address_keys.isna().sum()))


def near_repeats(
    incidents: pd.DataFrame,
    *,
    space_bands: Sequence[float] = SPACE_BANDS,
    time_bands: Sequence[float] = TIME_BANDS,
    simulations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Whether reports come close after and close to an earlier one more often than by luck.

    incidents: columns x, y (metres), occurred_from, time_precision, location_precision; rows without
    coordinates are left out. The other parameters and the result are those of `knox`.
    Raises `BadValue` for rows that know only their month or are snapped to a map point: neither near nor
    soon can be told from them.
    """
    needed = ["x", "y", "occurred_from", "time_precision", "location_precision"]
    absent = [c for c in needed if c not in incidents.columns]
    if absent:
        raise BadFrame(f"Near repeats need the column(s) {', '.join(absent)}.")
    located = incidents.dropna(subset=["x", "y"])
    months, snapped = (located["time_precision"] == "month"), (located["location_precision"] == "snapped")
    if months.any() or snapped.any():
        raise BadValue(
            f"Near repeats need days and addresses: {int(months.sum()):,} of these incidents know only their "
            f"month and {int(snapped.sum()):,} are snapped to a map point; choose sources with exact times."
        )
    return knox(
        located["x"].to_numpy(),
        located["y"].to_numpy(),
        located["occurred_from"],
        space_bands=space_bands,
        time_bands=time_bands,
        n_permutations=simulations,
        seed=seed,
    )


def knox(
    x: np.ndarray,
    y: np.ndarray,
    days: np.ndarray | pd.Series,
    *,
    space_bands: Sequence[float] = SPACE_BANDS,
    time_bands: Sequence[float] = TIME_BANDS,
    n_permutations: int = 999,
    seed: int = 0,
    closed: Literal["left", "right"] = "left",
    metric: Literal["euclidean", "manhattan"] = "euclidean",
) -> pd.DataFrame:
    """Pairs of incidents by distance and days apart, against dates shuffled among the places.

    Parameters
    ----------
    x, y : metres, a row an incident.
    days : dates (whole days are compared) or numbers of days, in the same order.
    space_bands, time_bands : rising edges in metres and days; the last may be infinite.
    n_permutations : shuffles of the dates.
    closed : "left" for bands [a, b), "right" for bands (a, b] whose first also holds its lower edge.
    metric : straight lines, or along the axes.

    Returns
    -------
    Frame [from_m, to_m, from_days, to_days, pairs, expected, ratio, p_value, near_repeat], a row a cell.
    expected is `expected_pairs`, the mean over all shuffles there are; p_value = (r + 1)/(n_permutations + 1),
    one-sided; `near_repeat` is p < .05 and ratio ≥ 1.2.

    Raises
    ------
    BadValue : edges that do not rise, dates that are all firsts of a month (month-only data), or over
        five million pairs in reach.

    Knox 1964; permutation after Besag and Diggle 1977; highlighting after Ratcliffe. The near repeat
    calculator's label "a to b" is [a − 1, b) in truth. Do not believe it where the risk of places
    changes through the window: that alone makes pairs close in both (a rise or season is enough).
    """
    place, when = np.column_stack([x, y]).astype(float), _day_numbers(days)
    bands = _Bands(np.asarray(space_bands, float), np.asarray(time_bands, float), closed)
    rng = np.random.default_rng(seed)
    pairs, space = _near_pairs(place, bands, metric)
    of = len(when) * (len(when) - 1) // 2
    soon = _pairs_by_time(when, bands)
    near = _completed(np.bincount(space, minlength=bands.shape[0] + 1), of, bands)
    observed = _table(when, pairs, space, soon, bands)
    shuffled = np.array([_table(rng.permutation(when), pairs, space, soon, bands) for _ in range(n_permutations)])
    return _knox_frame(bands, observed, shuffled, expected_pairs(near, soon, of=of))


def expected_pairs(near: Sequence[int], soon: Sequence[int], *, of: int) -> np.ndarray:
    """Pairs expected in each cell of a Knox table when dates are shuffled among the places (Knox 1964).

    near: pairs in each band of distance, whatever their dates; soon: in each band of days, however far apart;
    of: all pairs. Returns near × soon / of, a row a band of distance: exactly the mean over all shuffles.
    """
    return np.outer(near, soon) / max(of, 1)


def lorenz(counts: Sequence[float]) -> pd.DataFrame:
    """Cumulative share of incidents by share of places, busiest first: [place_share, incident_share]."""
    ordered = np.sort(_some(counts))[::-1]
    places = np.arange(len(ordered) + 1) / len(ordered)
    return pd.DataFrame({"place_share": places, "incident_share": np.append(0.0, np.cumsum(ordered) / ordered.sum())})


def gini(counts: Sequence[float]) -> float:
    """Gini index of counts over places: 0 all equal, near 1 all at one place.

    Never to be shown bare or compared between periods: with few incidents it is high by chance alone
    (see `null_gini`) and rises by itself as counts fall.
    """
    ordered = np.sort(_some(counts))
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))


def gini_generalised(counts: Sequence[float]) -> float:
    """Gini against the most even spread that so few incidents allow (Bernasco and Steenbeek 2017).

    G' = max(places/incidents, 1)(G − 1) + 1. Corrects for fewer incidents than places only; chance
    still raises it, so put `null_gini` or `gini_corrected` beside it.
    """
    values = _some(counts)
    return max(len(values) / float(values.sum()), 1.0) * (gini(values) - 1) + 1


def gini_corrected(counts: Sequence[float], *, simulations: int = 499, seed: int = 0) -> float:
    """Gini beyond what chance gives: 0 is pure chance, 1 all at one place, below 0 evener than chance.

    (G − G0)/(1 − G0), where G0 is the mean Gini of the same number of incidents thrown at random on the
    same number of places. Raises `BadValue` for a single place, where nothing can be concentrated.
    """
    values = _some(counts)
    if len(values) < 2:
        raise BadValue("Concentration needs at least two places.")
    # Thrown rather than `null_gini`, which stands for endlessly many places with a total that varies: held against
    # that, pure chance over ten places with eight reports scores −0.1 on average instead of 0, over 100 places −0.01.
    thrown = np.random.default_rng(seed).multinomial(
        round(float(values.sum())), np.full(len(values), 1 / len(values)), simulations
    )
    by_chance = float(np.mean([gini(row) for row in thrown]))
    return (gini(values) - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0


def null_gini(mean: float) -> float:
    """Gini of pure chance: many equal places with Poisson counts of this mean, ΣF(1 − F)/mean."""
    if mean <= 0:
        raise BadValue(f"A mean count lies above 0; {mean} was given.")
    k = np.arange(int(mean + 12 * np.sqrt(mean) + 30))
    up_to = stats.poisson.cdf(k, mean)
    return float((up_to * (1 - up_to)).sum() / mean)


def share_by_chance(mean: float, *, top: float = 0.2) -> float:
    """Share of incidents that the luckiest `top` of many equal places hold by chance alone.

    Poisson counts of this mean a place. Print it beside every "20 % of places hold 80 %": at a mean
    of one incident in four places, 20 % of equal places hold 91.5 %.
    """
    if not 0 < top <= 1:
        raise BadValue(f"A share of places lies above 0 and up to 1; {top} was given.")
    if mean <= 0:
        raise BadValue(f"A mean count lies above 0; {mean} was given.")
    k = np.arange(int(mean + 12 * np.sqrt(mean) + 30))[::-1]
    places = stats.poisson.pmf(k, mean)
    before = np.cumsum(places) - places
    taken = np.clip(top - before, 0, places)
    return float((k * taken).sum() / mean)


def weekday_statistic(counts: Sequence[float]) -> float:
    """G = 2 Σ o ln(o/e) of counts over the seven weekdays against equal days (Wheeler's small-sample test).

    Judge it by its exact or simulated distribution, not by chi-square, under some 35 reports.
    """
    values = _some(counts)
    if len(values) != 7:
        raise BadValue(f"A week has seven days; {len(values)} counts were given.")
    seen = values[values > 0]
    return float(2 * (seen * np.log(seen * 7 / values.sum())).sum())


def _some(counts: Sequence[float]) -> np.ndarray:
    values = np.asarray(counts, dtype=float)
    if not len(values) or np.isnan(values).any() or (values < 0).any() or values.sum() == 0:
        raise NoData("Concentration needs counts of at least one incident, with no gap among them.")
    return values


def _shares_by_chance(n: int, addresses: int, top: int, simulations: int, seed: int) -> np.ndarray:
    """Share of the busiest 1, 2 … `top` addresses in each simulation."""
    thrown = np.random.default_rng(seed).multinomial(n, np.full(addresses, 1 / addresses), simulations)
    busiest = -np.sort(-thrown, axis=1)[:, :top]
    return np.cumsum(busiest, axis=1) / n


def _repeat_row(top: int, counts: np.ndarray, chance: np.ndarray) -> dict:
    n, of = int(counts[:top].sum()), int(counts.sum())
    low, high = np.quantile(chance, [0.025, 0.975])
    # A share that equals a simulated one must count as reached; shares are ratios of the same total.
    reached = int((np.round(chance * of) >= n).sum())
    return {
        "top": top,
        "n": n,
        "of": of,
        "share": n / of,
        "chance": float(chance.mean()),
        "chance_low": float(low),
        "chance_high": float(high),
        "p_value": (reached + 1) / (len(chance) + 1),
    }


@dataclass(frozen=True)
class _Bands:
    """Edges in metres and days, and which side of a band is closed."""

    space: np.ndarray
    time: np.ndarray
    closed: Literal["left", "right"]

    def __post_init__(self) -> None:
        for edges in (self.space, self.time):
            if len(edges) < 2 or (np.diff(edges) <= 0).any() or edges[0] < 0:
                raise BadValue("Bands need at least two edges that rise from 0 or more.")

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.space) - 1, len(self.time) - 1

    def band(self, values: np.ndarray, edges: np.ndarray) -> np.ndarray:
        """Number of each value's band, or -1 outside all of them."""
        if self.closed == "left":
            number = np.searchsorted(edges, values, side="right") - 1
        else:
            number = np.searchsorted(edges, values, side="left") - 1
            number[values == edges[0]] = 0
        return np.where((number < 0) | (number >= len(edges) - 1), -1, number)


def _day_numbers(days: np.ndarray | pd.Series) -> np.ndarray:
    values = pd.Series(days)
    if not pd.api.types.is_datetime64_any_dtype(values):
        return values.to_numpy(dtype=float)
    dates = values.dt.normalize()
    if len(dates) > 1 and (dates.dt.day == 1).all() and dates.nunique() > 1:
        raise BadValue("These dates are all the first of a month: month-only data has no near repeats.")
    return dates.to_numpy().astype("datetime64[D]").astype(float)


def pairs_in_reach(x: np.ndarray, y: np.ndarray, reach: float = SPACE_BANDS[-1]) -> int:
    """How many pairs of places lie at most `reach` metres apart; x, y: metres, two arrays of one length."""
    return _count_pairs(cKDTree(np.column_stack([x, y]).astype(float)), reach, p=2)


def _count_pairs(tree: cKDTree, reach: float, p: int) -> int:
    return int(tree.count_neighbors(tree, reach, p=p) - tree.n) // 2


def _near_pairs(place: np.ndarray, bands: _Bands, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Pairs within the largest finite distance, and the space band of each: 1 the first, 0 none."""
    p = 1 if metric == "manhattan" else 2
    reach = bands.space[np.isfinite(bands.space)].max()
    tree = cKDTree(place)
    if _count_pairs(tree, reach, p) > MOST_PAIRS:
        raise BadValue("Over five million pairs lie in reach; choose a shorter window or smaller bands.")
    pairs = tree.query_pairs(reach, p=p, output_type="ndarray")
    gap = place[pairs[:, 0]] - place[pairs[:, 1]]
    distance = np.abs(gap).sum(axis=1) if p == 1 else np.hypot(gap[:, 0], gap[:, 1])
    # Coordinates are known to the centimetre at best; a pair 100 m apart must not land at 99.999….
    return pairs, bands.band(np.round(distance, 6), bands.space) + 1


def _table(when: np.ndarray, pairs: np.ndarray, space: np.ndarray, soon: np.ndarray, bands: _Bands) -> np.ndarray:
    rows, columns = bands.shape
    apart = bands.band(np.abs(when[pairs[:, 0]] - when[pairs[:, 1]]), bands.time)
    cell = space[apart >= 0] * columns + apart[apart >= 0]
    return _completed(np.bincount(cell, minlength=(rows + 1) * columns).reshape(rows + 1, columns), soon, bands)


def _completed(counted: np.ndarray, every: np.ndarray | int, bands: _Bands) -> np.ndarray:
    """Counts by band of distance without their first row, which lies in no band; an endless last one filled up."""
    if np.isinf(bands.space[-1]):
        # Far pairs are never listed: they are every pair there is, less the near.
        counted[-1] = every - counted[:-1].sum(axis=0)
    return counted[1:]


def _pairs_by_time(when: np.ndarray, bands: _Bands) -> np.ndarray:
    """Pairs in each band of days, however far apart; no shuffle of the dates changes it."""
    ordered, own = np.sort(when), np.arange(1, len(when) + 1)

    def sooner(days: float, side: Literal["left", "right"]) -> int:
        return int((np.searchsorted(ordered, ordered + days, side=side) - own).clip(min=0).sum())

    below = [sooner(days, bands.closed) for days in bands.time]
    below[0] = sooner(bands.time[0], "left")
    return np.diff(below)


def _knox_frame(bands: _Bands, observed: np.ndarray, shuffled: np.ndarray, expected: np.ndarray) -> pd.DataFrame:
    row, column = (a.ravel() for a in np.indices(bands.shape))
    expected = expected.ravel()
    reached = (shuffled >= observed).sum(axis=0).ravel()
    pairs = observed.ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, pairs / expected, np.nan)
    p_value = (reached + 1) / (len(shuffled) + 1)
    return pd.DataFrame(
        {
            "from_m": bands.space[row],
            "to_m": bands.space[row + 1],
            "from_days": bands.time[column],
            "to_days": bands.time[column + 1],
            "pairs": pairs,
            "expected": expected,
            "ratio": ratio,
            "p_value": p_value,
            "near_repeat": (p_value < 0.05) & (ratio >= 1.2),
        }
    )
