"""The change of a target over the change of its control, with an interval that knows over-dispersion."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from scipy import optimize, special

from hotspots.analysis.rates import RateRatio

FURTHEST = 300.0
POWER_Z = 0.8416212335729143


@dataclass(frozen=True)
class Cells:
    """Counts before and after of target and control, and the variance over mean of each.

    Window lengths are not needed: they cancel in the ratio of the two changes.
    """

    before: float
    after: float
    control_before: float
    control_after: float
    before_phi: float = 1.0
    after_phi: float = 1.0
    control_phi: float = 1.0

    @property
    def expected_after(self) -> float:
        """What the target would have had, had it changed as its control did."""
        return self.before * self.control_after / self.control_before if self.control_before else math.nan


def ratio_of_ratios(cells: Cells, *, df: float, level: float = 0.95) -> RateRatio:
    """Change of the target over change of the control, 1 = no difference.

    Parameters: the four counts with their dispersions; degrees of freedom of those; the interval's level.
    Returns: the ratio, its limits and a two-sided p that agrees with them; half an incident is added to every
    count when one of them is 0, and only then.

    The interval is the profile quasi-likelihood's: all ratios whose deviance, over the dispersion, is below
    the squared t quantile (McCullagh and Nelder 1989). At small counts it keeps its level and sees more than
    the log-normal interval. Do not believe it when target and control would not have moved together.
    """
    quantile, cells = t_quantile(df, level), _without_zero(cells)
    centre = math.log(cells.after / cells.expected_after)

    def excess(log_ratio: float) -> float:
        return signed_root(cells, log_ratio) - quantile

    def shortfall(log_ratio: float) -> float:
        return signed_root(cells, log_ratio) + quantile

    low, high = _solve(shortfall, centre, -1.0), _solve(excess, centre, 1.0)
    p_value = 2 * _t_tail(df, abs(signed_root(cells, 0.0)))
    return RateRatio(math.exp(centre), math.exp(low), math.exp(high), p_value)


def _without_zero(cells: Cells) -> Cells:
    """Half an incident more in every cell when one is 0, else the deviance sets the upper limit too low."""
    counts = {name: getattr(cells, name) for name in ("before", "after", "control_before", "control_after")}
    if min(counts.values()) > 0:
        return cells
    return replace(cells, **{name: count + 0.5 for name, count in counts.items()})


def signed_root(cells: Cells, log_ratio: float) -> float:
    """Signed square root of the scaled deviance at a ratio: above 0 when the counts lie below that ratio.

    Every cell but `after` must be above 0.

    The common change of both areas is profiled out; its score equation is a quadratic.
    """
    w0, w1, v = 1 / cells.before_phi, 1 / cells.after_phi, 1 / cells.control_phi
    y0, y1, c0, c1 = cells.before, cells.after, cells.control_before, cells.control_after
    target, control = w0 * y0 + w1 * y1, v * (c0 + c1)
    early, late = w0 * y0 + v * c0, w1 * y1 + v * c1
    ratio = math.exp(log_ratio)
    a = w1 * ratio
    middle = late * (a * v + w0 * v) - target * a * v - control * v * w0
    root = math.sqrt(middle**2 + 4 * a * v * early * late * w0 * v)
    # The two forms are equal; each is free of cancellation on its side of 0.
    change = (root + middle) / (2 * a * v * early) if middle > 0 else 2 * late * w0 * v / (root - middle)
    level, control_level = target / (w0 + a * change), control / (v + v * change)
    fitted = level * ratio * change
    deviance = w0 * _term(y0, level) + w1 * _term(y1, fitted)
    deviance += v * (_term(c0, control_level) + _term(c1, control_level * change))
    return math.copysign(math.sqrt(max(0.0, 2 * deviance)), fitted - y1)


def _term(count: float, fitted: float) -> float:
    return count * math.log(count / fitted) if count > 0 else 0.0


def _solve(function: Callable[[float], float], centre: float, step: float) -> float:
    """Where a rising function crosses 0, looked for from `centre` in the direction of `step`."""
    reach = centre + step
    while function(reach) * step < 0:
        reach += step + (reach - centre)
        if abs(reach) > FURTHEST:
            return math.copysign(math.inf, step)
    return float(optimize.brentq(function, *sorted((centre, reach)), xtol=1e-10))


def t_quantile(df: float, level: float) -> float:
    """Two-sided quantile of Student's t; normal where df is infinite."""
    return float(special.ndtri(0.5 + level / 2) if math.isinf(df) else special.stdtrit(df, 0.5 + level / 2))


def _t_tail(df: float, value: float) -> float:
    return float(special.ndtr(-value) if math.isinf(df) else special.stdtr(df, -value))


def smallest_visible_fall(cells: Cells, *, df: float, level: float = 0.95) -> float:
    """The smallest fall that would be called a fall four times in five, as a fraction (−0.5 = −50 %).

    Parameters: as `ratio_of_ratios`. Returns: a fraction below 0, NaN when not even a complete stop would be.
    Source: the expected counts put into the test itself. It takes the control as it was seen.
    """
    cells = _without_zero(cells)
    nearly_none, nearly_all = 1e-9, 1 - 1e-9
    needed = t_quantile(df, level) + POWER_Z
    if _strength(cells, nearly_none) < needed:
        return math.nan
    return float(optimize.brentq(lambda ratio: _strength(cells, ratio) - needed, nearly_none, nearly_all)) - 1


def can_see(cells: Cells, ratio: float, *, df: float, level: float = 0.95, longer: float = 1.0) -> bool:
    """Whether a true ratio is called a fall four times in five, the after window `longer` times itself."""
    return _strength(_without_zero(cells), ratio, longer) >= t_quantile(df, level) + POWER_Z


def _strength(cells: Cells, ratio: float, longer: float = 1.0) -> float:
    """The test's statistic when the target's counts come out as a true ratio would make them."""
    after = cells.expected_after * ratio * longer
    return signed_root(replace(cells, after=after, control_after=cells.control_after * longer), 0.0)
