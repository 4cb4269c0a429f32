"""How far a cluster stands out from what is expected of it: the ratios of scan statistics."""

import math

from scipy import special


def kulldorff_llr(count: float, expected: float, total: float, *, controls: float = math.inf) -> float:
    """Log likelihood ratio of a cluster with more than expected (Kulldorff 1997).

    Parameters: count and expected of the cases inside; total, all cases; `controls`, all incidents they are held
    against. Infinite: the expectation is known (Poisson model). Else it is (count + controls inside) × total /
    (total + controls), and that fewer controls lie inside than expected counts too (Bernoulli model).

    c ln(c/E) + (C − c) ln((C − c)/(C − E)) where c > E, else 0, and the same of the controls. It says how
    unlikely, not how sure: the highest of many needs a permutation to judge.
    """
    if count <= expected or total <= expected:
        return 0.0
    of_cases = special.xlogy(count, count / expected) + special.xlogy(
        total - count, (total - count) / (total - expected)
    )
    if math.isinf(controls):
        return float(of_cases)
    usual = expected * controls / total  # controls inside if they lay as all incidents do
    inside = usual - (count - expected)
    of_controls = special.xlogy(inside, inside / usual) + special.xlogy(
        controls - inside, (controls - inside) / (controls - usual)
    )
    return float(of_cases + of_controls)


def relative_rate(count: float, expected: float, total: float) -> float:
    """How many times what is expected lies inside, over the same outside: (c/E) / ((C − c)/(C − E)); SaTScan's RR.

    Infinite where nothing lies outside.
    """
    outside = (total - count) / (total - expected)
    return math.inf if outside == 0 else float(count / expected / outside)
