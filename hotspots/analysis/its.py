"""Interrupted time series: a step (and a change of slope) in a longer series with trend and season."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM, GLMResults

from hotspots.errors import BadValue

FEWEST_EITHER_SIDE = 8
STEP, TREND, SLOPE = 1, 2, 3


@dataclass(frozen=True)
class SeriesEffect:
    """What changed at the step, allowing for trend and season; ratios, 1 = no change.

    `step`, `low`, `high`, `p_value` are the step's, `slope` and `slope_p` the further change each period
    (NaN unless asked for), `trend` the change each period before it. `fitted` and `expected` (with the step
    taken out) are counts, one a period; `gaps` the positions without data.
    """

    step: float
    low: float
    high: float
    p_value: float
    slope: float
    slope_p: float
    trend: float
    dispersion: float
    fitted: tuple[float, ...]
    expected: tuple[float, ...]
    gaps: tuple[int, ...]


def interrupted_series(
    counts: Sequence[float],
    *,
    start: int,
    exposure: Sequence[float] | None = None,
    harmonics: int = 0,
    periods_per_year: float = 12.0,
    slope_change: bool = False,
    level: float = 0.95,
) -> SeriesEffect:
    """Fit a quasi-Poisson regression with trend, season and a step at `start`.

    Parameters: counts per equal period, oldest first, NaN for a gap; `start`, the position of the first
    period after the action; `exposure`, the population or length behind each count; `harmonics`, pairs of
    sine and cosine in a year of `periods_per_year`; `slope_change`, also let the trend change; the level.
    Returns: a `SeriesEffect`; its interval is over-dispersed (Pearson chi-square over its df, never below 1),
    normal as the source's, its p from Student's t.
    Errors: `BadValue` under 8 recorded periods on a side, more season than the series can carry, bad counts.

    Source: Lopez Bernal, Cummins and Gasparrini (2017), with statsmodels' GLM. No comparison area: whatever
    else happened at that time is in the step. Not for a place chosen at its peak, nor for a trend that bends.
    """
    series, known = _checked(counts, start)
    offset = np.zeros(len(series)) if exposure is None else _log_exposure(exposure, len(series))
    design = _design(len(series), start, harmonics, periods_per_year, slope_change)
    if known.sum() <= design.shape[1] + 1:
        raise BadValue(f"{known.sum()} recorded periods are too few for {design.shape[1]} terms; ask for fewer.")
    model = GLM(series[known], design[known], family=families.Poisson(), offset=offset[known]).fit()
    return _effect(model, design, offset, known, slope_change, level)


def _effect(
    model: GLMResults,
    design: np.ndarray,
    offset: np.ndarray,
    known: np.ndarray,
    slope_change: bool,
    level: float,
) -> SeriesEffect:
    """Read the step, slope and trend off the fitted model, errors scaled by its dispersion."""
    scale = max(1.0, float(model.pearson_chi2 / model.df_resid))
    beta, errors = np.asarray(model.params), np.asarray(model.bse) * math.sqrt(scale)
    without = design.copy()
    without[:, [STEP, SLOPE] if slope_change else [STEP]] = 0.0
    reach = float(stats.norm.ppf(0.5 + level / 2)) * errors[STEP]
    return SeriesEffect(
        step=math.exp(beta[STEP]),
        low=math.exp(beta[STEP] - reach),
        high=math.exp(beta[STEP] + reach),
        p_value=_p(beta[STEP] / errors[STEP], model.df_resid),
        slope=math.exp(beta[SLOPE]) if slope_change else math.nan,
        slope_p=_p(beta[SLOPE] / errors[SLOPE], model.df_resid) if slope_change else math.nan,
        trend=math.exp(beta[TREND]),
        dispersion=scale,
        fitted=tuple(np.exp(design @ beta + offset).tolist()),
        expected=tuple(np.exp(without @ beta + offset).tolist()),
        gaps=tuple(np.flatnonzero(~known).tolist()),
    )


def _design(size: int, start: int, harmonics: int, year: float, slope_change: bool) -> np.ndarray:
    """Columns: constant, step, trend, then slope change (from 0 at the step) and season."""
    time = np.arange(1, size + 1, dtype=float)
    after = (np.arange(size) >= start).astype(float)
    columns = [np.ones(size), after, time]
    if slope_change:
        columns.append(after * (time - start - 1))
    for order in range(1, harmonics + 1):
        angle = 2 * math.pi * order * time / year
        columns += [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)


def _p(statistic: float, df: float) -> float:
    return float(2 * stats.t.sf(abs(statistic), df))


def _checked(counts: Sequence[float], start: int) -> tuple[np.ndarray, np.ndarray]:
    series = np.asarray(counts, dtype=float)
    known = ~np.isnan(series)
    if (series[known] < 0).any() or (series[known] != np.floor(series[known])).any():
        raise BadValue("Counts must be whole numbers, 0 or more (a gap is NaN); some are not.")
    sides = int(known[:start].sum()), int(known[start:].sum())
    if min(sides) < FEWEST_EITHER_SIDE:
        raise BadValue(
            f"A time series needs {FEWEST_EITHER_SIDE} recorded periods before and after; {sides[0]} and "
            f"{sides[1]} are there. Use the before/after comparison instead."
        )
    if series[known][: sides[0]].sum() == 0 or series[known][sides[0] :].sum() == 0:
        raise BadValue("One side of the series holds no incidents, so a step cannot be fitted.")
    return series, known


def _log_exposure(exposure: Sequence[float], size: int) -> np.ndarray:
    values = np.asarray(exposure, dtype=float)
    if len(values) != size or not (values > 0).all():
        raise BadValue(f"Exposure needs {size} values above 0, one a period.")
    return np.log(values)
