"""The noun `Comparison`: what a before/after finding holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """One before/after finding; counts are incidents, changes are fractions, NaN = cannot be worked out.

    Counts of areas that were not given are None. `ratio` is the target's change over the control's (1 = no
    change of its own), corrected for regression to the mean where `reference_places` is above 0;
    `naive_change` is neither. `expected_before` is the before count the ratio rests on, `expected_after` what
    the target would have had with no change of its own, `avoided` that less what it had. `dispersion` is the
    target's variance over mean, from blocks of `dispersion_block` periods.
    """

    verdict: str
    sentence: str
    caveats: tuple[str, ...]
    before: int
    after: int
    periods_before: int
    periods_after: int
    control_before: int | None
    control_after: int | None
    ring_before: int | None
    ring_after: int | None
    ring_control_before: int | None
    ring_control_after: int | None
    level: float
    naive_change: float
    ratio: float
    low: float
    high: float
    p_value: float
    dispersion: float
    dispersion_block: int
    regression_to_mean: float
    reference_places: int
    expected_before: float
    expected_after: float
    avoided: float
    avoided_low: float
    avoided_high: float
    minimum_detectable_change: float
    when_could_tell: int | None
    wdd: float
    wdd_low: float
    wdd_high: float
    wdd_local: float
    wdd_ring: float
    ring_ratio: float
    ring_low: float
    ring_high: float
    ring_verdict: str

    @property
    def ring_level(self) -> float:
        """Level of the ring's interval: either end of it errs as often as both ends of the target's together.

        A displacement overlooked costs the neighbours more than one suspected in vain, so next door is a warning at
        one in twenty where the target's verdict is a claim at one in forty. Wheeler and Ratcliffe (2018) take the
        same 90 % in their worked examples of displacement.
        """
        return max(2 * self.level - 1, 0.5)
