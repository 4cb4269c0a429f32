"""A comparison in words a councillor can read aloud: counts first, the interval before the percentage."""

import math
from dataclasses import replace
from typing import Protocol

from hotspots.analysis.comparison import Comparison

ONE_PERIOD = "With one period on each side nothing shows how far the counts stray by chance, so no verdict is given."
FEW_BEFORE = "Fewer than 10 reports before are too few to say whether it changed."
UNCORRECTED = (
    "A place picked because it was high falls by itself, and with fewer than 20 similar places to measure "
    "that against this cannot be told apart from luck."
)
WEAK = "These counts are too few to say: even a halving could have been missed."
BEYOND = 20.0


class Area(Protocol):
    """Counts of one area, as `evaluation` holds them."""

    @property
    def totals(self) -> tuple[int, int]:
        """Reports before and after."""

    @property
    def has_gap(self) -> bool:
        """Whether a period of either window was not received."""


def refusal(target: Area, control: Area | None) -> str:
    """Why these two areas cannot be compared at all; empty when they can."""
    if control is None:
        return "No comparison area was given, so nothing separates a change here from a change everywhere."
    if target.has_gap or control.has_gap:
        return "A period inside the windows has no data; a gap is not a zero, so nothing is compared across it."
    if sum(target.totals) == 0:
        return "Nothing was reported in either window, so there is nothing to compare."
    if sum(control.totals) == 0:
        return "Nothing was reported in the comparison area in either window, so it shows nothing."
    return ""


def worded(result: Comparison, *, reason: str, selected: bool, dropped: int) -> Comparison:
    """The same comparison with its sentence and caveats.

    Parameters: the figures and verdict; why it is that verdict; whether the place was picked for being high;
    how many reference places were left out for a gap. Returns: a new `Comparison`.
    """
    sentence = " ".join(part for part in (_counts(result), _finding(result, reason), _next_door(result)) if part)
    return replace(result, sentence=sentence, caveats=_caveats(result, reason, selected=selected, dropped=dropped))


def _counts(result: Comparison) -> str:
    text = (
        f"There were {_reports(result.before)} in the {_periods(result.periods_before)} before and "
        f"{_number(result.after)} in the {_periods(result.periods_after)} after"
    )
    if result.control_before is None:
        return text + "."
    pair = f"{_number(result.control_before)} and {_number(result.control_after)}"
    return f"{text}; the comparison area had {pair}."


def _finding(result: Comparison, reason: str) -> str:
    if math.isnan(result.ratio) or reason == FEW_BEFORE:
        return reason
    if result.reference_places and result.regression_to_mean < 0:
        lead = (
            "Allowing for that, and for its having been picked when it was high (about "
            f"{result.expected_before:.0f} before, not {_number(result.before)}, was its usual), the counts"
        )
    else:
        lead = (
            "Taken at face value, the counts"
            if reason in (UNCORRECTED, ONE_PERIOD)
            else "Allowing for that, the counts"
        )
    lead += f" are consistent with {_interval(result)}"
    if result.verdict == "no clear change":
        return f"{lead}: no clear change."
    wait = result.when_could_tell
    more = "" if wait is None else f" About {wait} more {'period' if wait == 1 else 'periods'} would be needed."
    return f"{lead}. {reason}{more}".strip()


def _interval(result: Comparison) -> str:
    """The interval, then, where it shows a change, the best estimate with the two counts it rests on."""
    text = span(result.low, result.high)
    if result.low <= 1 <= result.high or math.isnan(result.expected_after):
        return text
    best = f"best estimate {_change(result.ratio)}"
    return f"{text} ({best}: {_number(result.after)} where about {result.expected_after:.0f} were expected)"


def _next_door(result: Comparison) -> str:
    if result.ring_before is None:
        return ""
    pair = f"Next door had {_number(result.ring_before)} before and {_number(result.ring_after or 0)} after"
    if math.isnan(result.ring_ratio):
        return f"{pair}; whether that is a change cannot be said."
    said = {
        "rose": "a rise",
        "fell": "a fall",
        "no clear change": "no clear change",
        "cannot tell yet": "too few to say",
    }[result.ring_verdict]
    own = f"{span(result.ring_low, result.ring_high)} of its own ({result.ring_level:.0%} interval)"
    return f"{pair}, consistent with {own}: {said}."


def span(low: float, high: float) -> str:
    """An interval of ratios in words, nearest to no change first."""
    if high < 1:
        return f"a fall of between {_percent(1 - high)} and {_percent(1 - low)}"
    if low > 1:
        ends = f"{_percent(low - 1)} and {_percent(high - 1)}" if high <= BEYOND else ""
        return f"a rise of between {ends}" if ends else f"a rise of {_percent(low - 1)} or much more"
    top = f"a rise of {_percent(high - 1)}" if high <= BEYOND else f"a rise of more than {BEYOND:.0f} times"
    return f"anything from a fall of {_percent(1 - low)} to {top}"


def _change(ratio: float) -> str:
    if abs(ratio - 1) < 0.005:
        return "no change"
    if ratio > BEYOND:
        return f"a rise of more than {BEYOND:.0f} times"
    return f"a fall of {_percent(1 - ratio)}" if ratio < 1 else f"a rise of {_percent(ratio - 1)}"


def _percent(share: float) -> str:
    """A percentage; a fall short of everything is never rounded up to everything."""
    return "more than 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def _caveats(result: Comparison, reason: str, *, selected: bool, dropped: int) -> tuple[str, ...]:
    notes = [*_method_notes(result, selected=selected), *_ring_notes(result)]
    if dropped:
        notes.append(f"Similar places left out because their data have a gap: {dropped}.")
    if result.verdict == "cannot tell yet" and reason != WEAK:
        notes.append("Waiting alone will not settle it.")
    elif result.verdict == "cannot tell yet" and result.when_could_tell is None:
        notes.append("Waiting alone will not settle it: the before window or the comparison area is too small.")
    return tuple(notes)


def _method_notes(result: Comparison, *, selected: bool) -> list[str]:
    notes: list[str] = []
    if result.verdict == "refused":
        return notes
    if selected and not result.reference_places:
        notes.append(
            "Fewer than 20 similar places (or none with a report) were given, so how far a place picked when "
            "it was high falls by itself could not be measured, and no fall is claimed."
        )
    if not math.isnan(result.ratio) and math.isnan(result.dispersion):
        notes.append("One period a side: the intervals take the counts for pure chance, which they seldom are.")
    if result.dispersion_block > 1:
        notes.append(
            f"Bad periods follow bad periods here, so they were taken {result.dispersion_block} at a time "
            "to judge how far they stray."
        )
    if result.verdict == "no clear change":
        notes.append(f"A fall smaller than {_percent(-result.minimum_detectable_change)} could well have been missed.")
    if not math.isnan(result.wdd) and selected:
        notes.append("The difference in incidents (WDD) is not corrected for a place picked when it was high.")
    return notes


def _ring_notes(result: Comparison) -> list[str]:
    if result.ring_before is None:
        return ["No ring was given, so whether it moved next door was not looked at."]
    if result.ring_control_before is None:
        return ["The ring was set against the target's comparison area; the WDD leaves it out."]
    return []


def _reports(count: int) -> str:
    return "1 report" if count == 1 else f"{_number(count)} reports"


def _periods(count: int) -> str:
    return "1 period" if count == 1 else f"{count} periods"


def _number(count: int | None) -> str:
    return f"{count or 0:,}"
