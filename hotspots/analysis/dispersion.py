"""How much more counts vary from period to period than pure chance would make them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

Counts = np.ndarray

BLOCK = 4
SHORTEST_FOR_BLOCKS = 12
# Weights fall as the correlations of a latent AR(1) of .6 do. A place chosen at its peak was chosen in a burst,
# so a burst overlooked costs most there: the test is at 16 % for it and at 5 % else, where looking harder only
# costs power (docs/truth.md).
CORRELATION_Z = 1.64
CORRELATION_Z_CHOSEN = 1.0
LAG_WEIGHTS = (1.0, 0.6, 0.36, 0.22)
SPLIT_LEVEL = 0.10
CARRY_OVER = 1.5
# At few incidents a period the kurtosis rule alone would throw away more power than coverage needs.
DF_SHARE = 4.0
DF_LEAST = 8.0


@dataclass(frozen=True)
class Dispersion:
    """Variance over mean of target and control, their degrees of freedom, and how they were found.

    `peak` with `peak_df` is the target's for judging a peak. `block` is the number of periods counted
    together (1 = single periods); `pooled` is True when target and control share one value. All values are
    NaN, df 0, when no window holds two periods with a count.
    """

    target: float
    control: float
    target_df: float
    control_df: float
    block: int
    pooled: bool
    peak: float
    peak_df: float


@dataclass(frozen=True)
class _Spread:
    """Pearson chi-square of some windows, its degrees of freedom, and each window's (mean, df)."""

    chi2: float
    df: int
    means: tuple[tuple[float, int], ...]
    block: int = 1

    @property
    def phi(self) -> float:
        return max(1.0, self.chi2 / self.df) if self.df else math.nan

    def __add__(self, other: "_Spread") -> "_Spread":
        return _Spread(self.chi2 + other.chi2, self.df + other.df, self.means + other.means, self.block)


def dispersion(target: Sequence[Counts], control: Sequence[Counts], *, chosen: bool = False) -> Dispersion:
    """Over-dispersion of the windows of a target and its control: pooled Pearson chi-square over its df.

    Parameters: the windows (arrays of counts per equal period, oldest first) of each area; levels may differ
    from window to window, only the spread within them is used. `chosen`: the target was picked for being
    high. Returns: a `Dispersion`, never below 1.

    Periods that go together (a bad week follows a bad week) hide variance from this sum. When every window has
    twelve periods and those up to four apart go together more than chance gives 19 times in 20 (five in six
    for a chosen place), blocks of four are counted and what carries over from block to block is added.
    Target and control share one value unless an F test at 10 % sets them apart.
    Source: quasi-Poisson (McCullagh and Nelder 1989, 4.5). Not to be believed when a window holds a trend: it
    is read as noise, which errs on the side of caution.
    """
    every = [*target, *control]
    correlated = min(map(len, every)) >= SHORTEST_FOR_BLOCKS and _correlation_z(every) > (
        CORRELATION_Z_CHOSEN if chosen else CORRELATION_Z
    )
    block = BLOCK if correlated else 1
    ours, theirs = (_spread(area, block) for area in (target, control))
    both = ours + theirs
    ours_df, theirs_df, both_df = (_reliable_df(part, both.phi) for part in (ours, theirs, both))
    if _differ(ours, theirs, ours_df, theirs_df):
        (phi, df), (control_phi, control_df) = (
            _carried(area, part, df) for area, part, df in ((target, ours, ours_df), (control, theirs, theirs_df))
        )
        return Dispersion(phi, control_phi, df, control_df, block, False, *_peak(target, phi, df, block))
    phi, df = _carried(every, both, both_df)
    return Dispersion(phi, phi, df, df, block, True, *_peak(every, phi, df, block))


def _peak(windows: Sequence[Counts], phi: float, df: float, block: int) -> tuple[float, float]:
    """Dispersion for judging how high a chosen place would have been by luck: from blocks, come what may.

    A place chosen at its peak was chosen in a burst, so a burst that went unnoticed costs most there.
    """
    if block > 1 or min(map(len, windows)) < SHORTEST_FOR_BLOCKS:
        return phi, df
    part = _spread(windows, BLOCK)
    return part.phi, _reliable_df(part, part.phi)


def _spread(windows: Sequence[Counts], block: int) -> _Spread:
    parts = [_window_spread(window, block) for window in windows]
    return sum(parts, _Spread(0.0, 0, (), block))


def _window_spread(window: Counts, block: int) -> _Spread:
    """Chi-square of one window's blocks; blocks differ by at most one period so that none is dropped."""
    size = len(window)
    blocks = max(1, size // block)
    edges = np.linspace(0, size, blocks + 1).round().astype(int)
    total = float(window.sum())
    if total == 0 or blocks == 1:
        return _Spread(0.0, 0, ())
    expected = np.diff(edges) * total / size
    counts = np.add.reduceat(window, edges[:-1])
    return _Spread(float(((counts - expected) ** 2 / expected).sum()), blocks - 1, ((total / blocks, blocks - 1),))


def _correlation_z(windows: Sequence[Counts]) -> float:
    """How far neighbouring periods go together beyond chance, in standard deviations."""
    spread = periods = 0.0
    together = np.zeros(len(LAG_WEIGHTS))
    for window in windows:
        mean = window.mean()
        if mean > 0:
            residual = (window - mean) / math.sqrt(mean)
            together += [residual[lag:] @ residual[:-lag] for lag in range(1, len(LAG_WEIGHTS) + 1)]
            spread += float(residual @ residual)
            periods += len(window)
    if spread == 0:
        return 0.0
    # Taking each window's own mean away pulls every correlation down by 1/n, which is given back.
    correlations = together / spread + len(windows) / periods
    weights = np.array(LAG_WEIGHTS)
    return float(weights @ correlations * math.sqrt(periods) / np.linalg.norm(weights))


def _carried(windows: Sequence[Counts], part: _Spread, df: float) -> tuple[float, float]:
    """Dispersion with what goes on from block to block, and its degrees of freedom.

    For weeks with correlation .6 the growth from blocks to the whole window is about that from weeks to
    blocks; half as much again is added, since a place may be worse. The sum strays further than its parts.
    """
    if part.block == 1 or not df:
        return part.phi, df
    phi = part.phi + CARRY_OVER * max(0.0, part.phi - _spread(windows, 1).phi)
    return phi, max(df * (phi / ((1 + CARRY_OVER) * part.phi)) ** 2, min(df, DF_LEAST))


def _reliable_df(part: _Spread, phi: float) -> float:
    """Degrees of freedom, fewer where periods hold so few incidents that chi-square is itself erratic.

    The excess kurtosis of a count with mean m and variance φm is (6φ² − 6φ + 1) / (φm) (negative binomial).
    """
    if part.df == 0:
        return 0.0
    excess = (6 * phi * phi - 6 * phi + 1) / phi
    variance = sum(df * (2 + excess / mean) for mean, df in part.means)
    return max(2 * part.df**2 / variance, part.df / DF_SHARE, min(float(part.df), DF_LEAST))


def _differ(ours: _Spread, theirs: _Spread, ours_df: float, theirs_df: float) -> bool:
    if not ours.df or not theirs.df:
        return False
    below = special.fdtr(ours_df, theirs_df, ours.phi / theirs.phi)
    return bool(min(below, 1 - below) < SPLIT_LEVEL / 2)
