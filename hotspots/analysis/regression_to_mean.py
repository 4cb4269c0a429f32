"""What a place chosen because it was high would have had next, with nothing done (empirical Bayes)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hotspots.errors import BadValue

FEWEST_REFERENCES = 20


@dataclass(frozen=True)
class Baseline:
    """Expected count of a place; `pull` is the weight given to the mean of places like it (1 = all luck)."""

    count: float
    expected: float
    variance: float
    pull: float

    @property
    def sd(self) -> float:
        """Standard deviation of the expected count."""
        return math.sqrt(self.variance)

    @property
    def change(self) -> float:
        """Regression to the mean as a fraction of the count: −0.25 is a fall of a quarter by itself."""
        return self.expected / self.count - 1 if self.count else math.nan


def expected_by_moments(count: float, mean: float, variance: float, *, dispersion: float = 1.0) -> Baseline:
    """Expected count by the method of moments (Abbess 1981; Hauer 1997).

    Parameters: the place's count; mean and variance of the counts of places like it; variance over mean of
    one place's counts from period to period. Returns: α·mean + (1 − α)·count with α = min(1, φ·mean/variance)
    and variance φ(1 − α)·expected. With φ left at 1 where it is 2–3, 9–14 % of places look fallen.
    Do not believe it when the places are not alike: a town centre is not the mean of cul-de-sacs.
    """
    if min(count, mean, variance) < 0 or dispersion < 1:
        raise BadValue("Counts, mean and variance must be 0 or more and the dispersion 1 or more.")
    pull = min(1.0, dispersion * mean / variance) if variance > 0 else 1.0
    expected = pull * mean + (1 - pull) * count
    return Baseline(count, expected, dispersion * (1 - pull) * expected, pull)


def expected_with_model(count: float, modelled: float, *, shape: float, length: float, years: float) -> Baseline:
    """Expected count of a site from a regression model of sites like it (Hauer et al. 2002).

    Parameters: the site's count over all years; modelled count per unit length and year; the model's
    over-dispersion parameter φ per unit length (`shape`); length; years. Returns: the baseline over them all.
    Weight w = 1/(1 + modelled·years/φ). Only as good as the model.
    """
    if min(modelled, shape, length, years) <= 0 or count < 0:
        raise BadValue("The modelled count, shape, length and years must be above 0, the count 0 or more.")
    pull = 1 / (1 + modelled * years / shape)
    expected = pull * modelled * length * years + (1 - pull) * count
    return Baseline(count, expected, (1 - pull) * expected, pull)


def expected_from_references(
    count: float, reference: Sequence[float], *, dispersion: float = 1.0, dispersion_df: float = math.inf
) -> Baseline:
    """Expected count of a chosen place from the totals of untreated places like it.

    Parameters: the place's count; one total a place over the same window; dispersion and its degrees of
    freedom. Returns: as `expected_by_moments`, the variance widened by what the mean, the variance and the
    dispersion of a finite set of places leave open (delta method).
    Errors: `BadValue` under 20 places. Not to be believed when the places were themselves chosen by level.
    """
    totals = np.asarray(reference, dtype=float)
    if len(totals) < FEWEST_REFERENCES:
        raise BadValue(f"At least {FEWEST_REFERENCES} reference places are needed; {len(totals)} were given.")
    mean, variance = float(totals.mean()), float(totals.var(ddof=1))
    plain = expected_by_moments(count, mean, variance, dispersion=dispersion)
    # Places that happen to be equal still owe their mean to chance.
    of_mean = plain.pull**2 * max(variance, dispersion * mean) / len(totals)
    of_pull = (plain.pull * (count - mean)) ** 2 * (_variance_of_variance(totals) + 2 / dispersion_df)
    return Baseline(count, plain.expected, plain.variance + of_mean + of_pull, plain.pull)


def _variance_of_variance(totals: np.ndarray) -> float:
    """Relative sampling variance of a variance, from the fourth moment; never below the normal's."""
    if totals.var() == 0:
        return 2 / (len(totals) - 1)
    kurtosis = float(((totals - totals.mean()) ** 4).mean() / totals.var() ** 2)
    return max(2 / (len(totals) - 1), (kurtosis - 1) / len(totals))
