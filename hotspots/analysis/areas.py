"""Other areas than hotspots: counts in hexagons, wards or a force's own polygons, by day and night, and rates."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.analysis.rates import count_interval
from hotspots.analysis.repeats import gini, gini_corrected, lorenz, null_gini, share_by_chance
from hotspots.errors import BadValue
from hotspots.schema import require_metres

NIGHT_FROM, NIGHT_TO = 20, 6
"""Night is from 8 pm up to, not including, 6 am, local time."""
TOP = 0.2


def count_areas(located: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Incidents in each area, and those of them with a real time by day and by night.

    located: points with occurred_from and time_precision · areas: polygons in the same metres. A point on a shared
    border, or where areas overlap, counts in the first area only, so that a report is never two.
    Returns the areas with n, exact, day, night; and the area label of each incident, missing outside all.
    """
    require_metres(located, "count_areas")
    require_metres(areas, "count_areas")
    point, area = areas.sindex.query(located.geometry, predicate="intersects")
    first = pd.Series(area, index=point).groupby(level=0).min()
    at = first.reindex(np.arange(len(located))).to_numpy()
    label = pd.Series(at, index=located.index)
    exact = (located["time_precision"] == "exact").to_numpy()
    night = exact & is_night(located["occurred_from"])
    size = len(areas)
    inside = ~np.isnan(at)
    n, real, dark = (
        np.bincount(at[inside & chosen].astype(int), minlength=size)
        for chosen in (np.ones(len(at), bool), exact, night)
    )
    return areas.assign(n=n, exact=real, day=real - dark, night=dark), label


def is_night(moments: pd.Series) -> np.ndarray:
    """Which moments lie between 8 pm and 6 am; only meaningful where the time is real."""
    hour = moments.dt.hour.to_numpy()
    return (hour >= NIGHT_FROM) | (hour < NIGHT_TO)


def per_thousand(counts: Sequence[int], of: Sequence[float]) -> pd.DataFrame:
    """Reports per 1,000 addresses or residents with the exact 95 % interval of the count: [rate, low, high].

    of: the denominators, NaN or 0 where none is known (then the rate is missing). Raises `BadValue` for one
    below 0. Do not rank town centres by it: those who report there mostly live elsewhere.
    """
    below = [d for d in of if d < 0]
    if below:
        raise BadValue(f"A number of addresses or residents is 0 or more; {below[0]:g} was given.")
    rows = []
    for n, base in zip(counts, of, strict=True):
        scale = 1000 / base if base and base == base else np.nan
        low, high = count_interval(int(n))
        rows.append((n * scale, low * scale, high * scale))
    return pd.DataFrame(rows, columns=["rate", "low", "high"])


@dataclass(frozen=True)
class Concentration:
    """How unevenly reports lie over equal places, beside what chance alone gives.

    places, n: how many · top_share: share of reports at the fullest fifth of places · top_by_chance: the
    same for equal places by luck · gini, gini_by_chance, gini_beyond: the index, chance's, and what is left
    curve: Lorenz's, fullest places first [place_share, incident_share, by_chance (the same of equal places by luck)]
    """

    places: int
    n: int
    top_share: float
    top_by_chance: float
    gini: float
    gini_by_chance: float
    gini_beyond: float
    curve: pd.DataFrame


def concentration(counts: Sequence[int]) -> Concentration | None:
    """Lorenz's fifth and Gini of counts over places of equal size, never without their null; None without reports.

    Not for wards: places of unequal size are uneven without any concentration.
    """
    ordered = np.sort(np.asarray(counts))[::-1]
    total = int(ordered.sum())
    if total == 0 or len(ordered) < 2:
        return None
    mean = total / len(ordered)
    # The fullest fifth may end inside a place: that place's share of it counts in proportion.
    whole, part = divmod(TOP * len(ordered), 1)
    top = ordered[: int(whole)].sum() + part * ordered[int(whole)]
    return Concentration(
        places=len(ordered),
        n=total,
        top_share=float(top / total),
        top_by_chance=share_by_chance(mean, top=TOP),
        gini=gini(ordered),
        gini_by_chance=null_gini(mean),
        gini_beyond=gini_corrected(ordered, simulations=99),
        curve=_curve(ordered, mean),
    )


def _curve(counts: np.ndarray, mean: float) -> pd.DataFrame:
    """Lorenz's curve at every second per cent of places, and that of equal places with Poisson counts of this mean."""
    shares, held = np.linspace(0, 1, 51), lorenz(counts)
    luck = [0.0, *(min(1.0, share_by_chance(mean, top=share)) for share in shares[1:-1]), 1.0]
    incidents = np.interp(shares, held["place_share"], held["incident_share"])
    return pd.DataFrame({"place_share": shares, "incident_share": incidents, "by_chance": luck})
