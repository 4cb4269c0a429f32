"""Did it work? Before against after, target against control: counts in, one honest `Comparison` out."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hotspots.analysis import findings
from hotspots.analysis.comparison import Comparison
from hotspots.analysis.dispersion import Dispersion, dispersion
from hotspots.analysis.rates import RateRatio, Wdd, log_rate_ratio, wdd
from hotspots.analysis.ratio import Cells, can_see, ratio_of_ratios, smallest_visible_fall
from hotspots.analysis.regression_to_mean import FEWEST_REFERENCES, Baseline, expected_from_references
from hotspots.errors import BadValue

FEWEST_BEFORE = 10
HALF = 0.5
LONGEST_WAIT = 4

Counts = Iterable[float] | None


def compare(
    target_before: Counts,
    target_after: Counts,
    *,
    control_before: Counts,
    control_after: Counts,
    ring_before: Counts = None,
    ring_after: Counts = None,
    ring_control_before: Counts = None,
    ring_control_after: Counts = None,
    reference: Counts = None,
    selected_as_hotspot: bool = True,
    level: float = 0.95,
) -> Comparison:
    """Compare a target before and after with its control: luck, bursts, regression to the mean allowed for.

    Parameters: counts per equal period, oldest first, of the target, its control, the ring round it and the
    ring's own control (the control serves where none is given); before and after may differ in length, areas
    within a window may not; NaN is a gap. `reference`: one total per untreated similar place over the same
    before window. `selected_as_hotspot`: the target was picked because it was high. `level` of the intervals; the
    ring's own is `Comparison.ring_level`, 90 % beside 95 %.
    Returns: a `Comparison`. A gap, an empty target or no control is the verdict *refused*, not an error.
    Errors: `BadValue` for negative or fractional counts, unequal lengths, a level outside 0.5–0.999.

    The ratio is (after/before of the target)/(after/before of the control) with a profile quasi-likelihood
    interval (`ratio.ratio_of_ratios`), dispersion from `dispersion.dispersion`, the before count of a chosen
    place replaced by its empirical-Bayes expectation (`regression_to_mean`); one period a side, where no
    dispersion can be known, falls back on Wilson's Poisson interval and never reaches a verdict. The weighted
    displacement difference is given beside it, with the same dispersion, not corrected for regression.
    Do not believe it where the control would not have moved as the target did, or was itself picked for being
    high before; nor where the way of reporting changed in one area only.
    """
    if not 0.5 <= level <= 0.999:
        raise BadValue(f"The level of an interval must be from 0.5 to 0.999; {level} was given.")
    target = _area("target", target_before, target_after)
    if target is None:
        raise BadValue("The target needs counts before and after; none were given.")
    areas = {
        "control": _area("control", control_before, control_after),
        "ring": _area("ring", ring_before, ring_after),
        "ring_control": _area("ring control", ring_control_before, ring_control_after),
    }
    _check_lengths(target, areas)
    references, dropped = _references(reference)
    case = _Case(target, **areas, references=references, selected=selected_as_hotspot, level=level)
    result, reason = _judged(case)
    return findings.worded(result, reason=reason, selected=selected_as_hotspot, dropped=dropped)


@dataclass(frozen=True)
class _Area:
    """Counts of one area, period by period, before and after."""

    before: np.ndarray
    after: np.ndarray

    @property
    def windows(self) -> tuple[np.ndarray, np.ndarray]:
        """Counts before and counts after, a period an element, NaN where none was recorded."""
        return self.before, self.after

    @property
    def totals(self) -> tuple[int, int]:
        """Incidents in the periods that were recorded."""
        return int(np.nansum(self.before)), int(np.nansum(self.after))

    @property
    def has_gap(self) -> bool:
        """True when a period of either window was not recorded."""
        return any(bool(np.isnan(window).any()) for window in self.windows)


@dataclass(frozen=True)
class _Case:
    """What was asked, checked."""

    target: _Area
    control: _Area | None
    ring: _Area | None
    ring_control: _Area | None
    references: np.ndarray
    selected: bool
    level: float

    @property
    def adjusts(self) -> bool:
        """Whether regression to the mean can and must be taken out."""
        return self.selected and len(self.references) >= FEWEST_REFERENCES and bool(self.references.any())


@dataclass(frozen=True)
class _Estimate:
    """A ratio with what it rests on; `cells` and `df` serve the questions of power."""

    ratio: RateRatio
    cells: Cells
    df: float
    spread: Dispersion
    level: float

    @property
    def known(self) -> bool:
        """False where no window holds two periods: nothing says how far counts stray."""
        return not math.isnan(self.spread.target)


def _judged(case: _Case) -> tuple[Comparison, str]:
    """All figures and the verdict, and why it is that verdict."""
    reason = findings.refusal(case.target, case.control)
    result = _ring(_counted(case), case)
    if case.control is None or case.target.has_gap or case.control.has_gap:
        return result, reason
    spread = dispersion(case.target.windows, case.control.windows, chosen=case.selected)
    result = _displacement(result, case, spread)
    if reason:
        return result, reason
    base = _baseline(case, spread)
    estimate = _estimate(case.target, case.control, spread, base, case.level)
    expected = estimate.cells.expected_after
    ratio, after = estimate.ratio, result.after
    result = replace(
        result,
        ratio=ratio.ratio,
        low=ratio.low,
        high=ratio.high,
        p_value=ratio.p_value,
        regression_to_mean=base.change if base else result.regression_to_mean,
        expected_before=estimate.cells.before,
        expected_after=expected,
        avoided=expected - after,
        avoided_low=expected * (1 - ratio.high),
        avoided_high=expected * (1 - ratio.low),
        minimum_detectable_change=_visible(estimate),
    )
    verdict, reason = _verdict(case.target, estimate, may_fall=case.adjusts or not case.selected)
    wait = _periods_needed(case.target, estimate) if reason == findings.WEAK else None
    return replace(result, verdict=verdict, when_could_tell=wait), reason


def _counted(case: _Case) -> Comparison:
    """The counts and the naive change; every other figure still unknown."""
    nan = math.nan
    before, after = case.target.totals
    sizes = [len(window) for window in case.target.windows]
    naive = (after / sizes[1]) / (before / sizes[0]) - 1 if before and not case.target.has_gap else nan
    pairs = [area.totals if area else (None, None) for area in (case.control, case.ring, case.ring_control)]
    return Comparison(
        verdict="refused", sentence="", caveats=(), before=before, after=after,
        periods_before=sizes[0], periods_after=sizes[1],
        control_before=pairs[0][0], control_after=pairs[0][1],
        ring_before=pairs[1][0], ring_after=pairs[1][1],
        ring_control_before=pairs[2][0], ring_control_after=pairs[2][1],
        level=case.level, naive_change=naive, ratio=nan, low=nan, high=nan, p_value=nan, dispersion=nan,
        dispersion_block=1, regression_to_mean=nan if case.selected else 0.0,
        reference_places=len(case.references) if case.adjusts else 0, expected_before=nan, expected_after=nan,
        avoided=nan, avoided_low=nan, avoided_high=nan, minimum_detectable_change=nan, when_could_tell=None,
        wdd=nan, wdd_low=nan, wdd_high=nan, wdd_local=nan, wdd_ring=nan,
        ring_ratio=nan, ring_low=nan, ring_high=nan, ring_verdict="refused",
    )  # fmt: skip


def _displacement(result: Comparison, case: _Case, spread: Dispersion) -> Comparison:
    """Fill the weighted displacement difference and the dispersion it shares with the ratio."""
    pairs = [case.target.totals, case.control.totals]
    rings = (case.ring, case.ring_control)
    if all(area is not None and not area.has_gap for area in rings):
        pairs += [area.totals for area in rings]
    found = _scaled_wdd(pairs, case, spread)
    return replace(
        result,
        dispersion=spread.target,
        dispersion_block=spread.block,
        wdd=found.value if found.standard_error > 0 else math.nan,
        wdd_low=found.low,
        wdd_high=found.high,
        wdd_local=found.local if found.standard_error > 0 else math.nan,
        wdd_ring=found.ring if len(pairs) == 4 and found.standard_error > 0 else math.nan,
    )


def _scaled_wdd(pairs: list[tuple[int, int]], case: _Case, spread: Dispersion) -> Wdd:
    """WDD at the scale of the after window, the larger dispersion for both areas."""
    sizes = [len(window) for window in case.target.windows]
    known = not math.isnan(spread.target)
    return wdd(
        *pairs,
        weights=(sizes[0] / sizes[1], 1.0),
        dispersion=max(spread.target, spread.control) if known else 1.0,
        df=min(spread.target_df, spread.control_df) if known else math.inf,
        level=case.level,
    )


def _ring(result: Comparison, case: _Case) -> Comparison:
    """Fill the ring's own ratio and verdict: did next door rise?"""
    control = case.ring_control or case.control
    if case.ring is None or findings.refusal(case.ring, control):
        return result
    spread = dispersion(case.ring.windows, control.windows)
    estimate = _estimate(case.ring, control, spread, None, result.ring_level)
    verdict, _ = _verdict(case.ring, estimate, may_fall=True)
    ratio = estimate.ratio
    return replace(result, ring_ratio=ratio.ratio, ring_low=ratio.low, ring_high=ratio.high, ring_verdict=verdict)


def _baseline(case: _Case, spread: Dispersion) -> Baseline | None:
    """The before count a chosen place would have had on average, where references allow it."""
    if not case.adjusts:
        return None
    known = not math.isnan(spread.target)
    base = expected_from_references(
        case.target.totals[0],
        case.references,
        dispersion=spread.peak if known else 1.0,
        dispersion_df=spread.peak_df if known else math.inf,
    )
    # A place under the mean of the others was not high: nothing is taken out, and none is added.
    return replace(base, expected=min(base.expected, base.count)) if base.count else base


def _estimate(area: _Area, control: _Area, spread: Dispersion, base: Baseline | None, level: float) -> _Estimate:
    """The ratio of the two changes."""
    known = not math.isnan(spread.target)
    phi, control_phi = (spread.target, spread.control) if known else (1.0, 1.0)
    before, before_phi = float(area.totals[0]), phi
    if base is not None:
        before = base.expected
        before_phi = base.variance / base.expected
    cells = Cells(before, area.totals[1], *control.totals, before_phi, phi, control_phi)
    df = _joint_df(cells, spread) if known else math.inf
    if known or base is not None:
        ratio = ratio_of_ratios(cells, df=df, level=level)
    else:
        ratio = log_rate_ratio(area.totals, control.totals, level=level)
    return _Estimate(ratio, cells, df, spread, level)


def _joint_df(cells: Cells, spread: Dispersion) -> float:
    """Satterthwaite's degrees of freedom where target and control have their own dispersion."""
    if spread.pooled:
        return spread.target_df
    ours = cells.before_phi / (cells.before + HALF) + cells.after_phi / (cells.after + HALF)
    theirs = cells.control_phi * (1 / (cells.control_before + HALF) + 1 / (cells.control_after + HALF))
    return (ours + theirs) ** 2 / (ours**2 / spread.target_df + theirs**2 / spread.control_df)


def _verdict(area: _Area, estimate: _Estimate, *, may_fall: bool) -> tuple[str, str]:
    """The verdict and its reason; the order is the order of what can be trusted."""
    ratio = estimate.ratio
    if not estimate.known:
        return "cannot tell yet", findings.ONE_PERIOD
    if area.totals[0] < FEWEST_BEFORE:
        return "cannot tell yet", findings.FEW_BEFORE
    if ratio.high < 1:
        return ("fell", "") if may_fall else ("cannot tell yet", findings.UNCORRECTED)
    if ratio.low > 1:
        return "rose", ""
    if not _visible(estimate) >= -HALF:
        return "cannot tell yet", findings.WEAK
    return "no clear change", ""


def _visible(estimate: _Estimate) -> float:
    if not estimate.known:
        return math.nan
    return smallest_visible_fall(estimate.cells, df=estimate.df, level=estimate.level)


def _periods_needed(area: _Area, estimate: _Estimate) -> int | None:
    """Further after-periods until a halving would be seen; None where waiting would not do it."""
    before, after = (len(window) for window in area.windows)
    for further in range(1, LONGEST_WAIT * before + 1):
        longer = (after + further) / after
        if can_see(estimate.cells, HALF, df=estimate.df, level=estimate.level, longer=longer):
            return further
    return None


def _area(name: str, before: Counts, after: Counts) -> _Area | None:
    """Checked counts of an area; None where it was not given."""
    first, second = _counts(name, before), _counts(name, after)
    if len(first) == len(second) == 0:
        return None
    if len(first) == 0 or len(second) == 0:
        raise BadValue(f"The {name} needs counts both before and after; one of the two is empty.")
    return _Area(first, second)


def _counts(name: str, values: Counts) -> np.ndarray:
    """Whole numbers, 0 or more, NaN for a gap, as a new float array."""
    if values is None:
        return np.array([])
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "iuf":
        counts = values.astype(float)
    else:
        try:
            counts = pd.array(list(values), dtype="Float64").to_numpy(float, math.nan)
        except (TypeError, ValueError) as error:
            raise BadValue(f"The {name} must be a list of counts, one per period.") from error
    recorded = counts[~np.isnan(counts)]
    if not np.isfinite(recorded).all() or (recorded < 0).any() or (recorded != np.floor(recorded)).any():
        raise BadValue(f"Counts of the {name} must be whole numbers, 0 or more (a gap is NaN); some are not.")
    return counts


def _check_lengths(target: _Area, others: dict[str, _Area | None]) -> None:
    sizes = [len(window) for window in target.windows]
    for name, area in others.items():
        if area is not None and [len(window) for window in area.windows] != sizes:
            given = " and ".join(str(len(window)) for window in area.windows)
            wanted = " and ".join(map(str, sizes))
            words = name.replace("_", " ")
            raise BadValue(f"The {words} has {given} periods, the target {wanted}: use the same periods for both.")


def _references(reference: Counts) -> tuple[np.ndarray, int]:
    """Totals of the reference places, and how many were left out because they hold a gap."""
    totals = _counts("reference", reference)
    known = totals[~np.isnan(totals)]
    return known, len(totals) - len(known)
