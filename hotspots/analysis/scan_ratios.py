"""How far a cluster stands out from what is expected of it: the ratios of scan statistics."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special


def kulldorff_llr(
    count: ArrayLike, expected: ArrayLike, total: float, *, controls: float = math.inf
) -> np.ndarray | float:
    """Log likelihood ratio of clusters with more than expected (Kulldorff 1997).

    Parameters: count and expected of the cases inside, of one cluster or of many (arrays of one shape); total, all
    cases; `controls`, all incidents they are held against. Infinite: the expectation is known (Poisson model). Else
    it is (count + controls inside) × total / (total + controls), and that fewer controls lie inside than expected
    counts too (Bernoulli model).

    c ln(c/E) + (C − c) ln((C − c)/(C − E)) where c > E, else 0, and the same of the controls. It says how
    unlikely, not how sure: the highest of many needs a permutation to judge. A number, or an array of the shape given.
    """
    count, expected = np.asarray(count, float), np.asarray(expected, float)
    more = (count > expected) & (total > expected)
    inside, due = np.where(more, count, 0), np.where(more, expected, 0)  # nothing where nothing of nothing is due
    ratio = special.rel_entr(inside, due) + special.rel_entr(total - inside, total - due)
    if math.isfinite(controls):
        usual = due * controls / total  # controls inside if they lay as all incidents do
        left = usual - (inside - due)
        ratio = ratio + special.rel_entr(left, usual) + special.rel_entr(controls - left, controls - usual)
    return ratio if ratio.ndim else float(ratio)


def relative_rate(count: float, expected: float, total: float) -> float:
    """How many times what is expected lies inside, over the same outside: (c/E) / ((C − c)/(C − E)); SaTScan's RR.

    Infinite where nothing lies outside.
    """
    outside = (total - count) / (total - expected)
    return math.inf if outside == 0 else float(count / expected / outside)
