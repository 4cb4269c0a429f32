"""Before and after in words: counts and interval first, "consistent with", never "caused by"."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd

from hotspots.analysis.comparison import Comparison
from hotspots.analysis.evaluation import FEWEST_BEFORE
from hotspots.analysis.findings import span
from hotspots.periods import Window
from hotspots.pipeline.comparison_view import GAP, ComparisonView, Ring
from hotspots.views.reporting_words import reporting
from hotspots.views.sentences import day, short_day


class VerdictLook(NamedTuple):
    """How a verdict reads: badge text, icon, badge colour and its rule in one line."""

    word: str
    icon: str
    badge: str
    rule: str


VERDICTS: Mapping[str, VerdictLook] = {
    "fell": VerdictLook("▼ Fell", ":material/trending_down:", "blue", "the whole interval is under no change"),
    "rose": VerdictLook("▲ Rose", ":material/trending_up:", "orange", "the whole interval is over no change"),
    "no clear change": VerdictLook(
        "▬ No clear change", ":material/trending_flat:", "gray", "a halving would have been seen, and was not"
    ),
    "cannot tell yet": VerdictLook(
        "Cannot tell yet", ":material/schedule:", "gray", "even a halving could have been missed"
    ),
    "refused": VerdictLook("✕ Refused", ":material/block:", "gray", "the data cannot answer this"),
}
_BEYOND = 20.0
DAYS_A_MONTH = 365.25 / 12


def action_days(value: Window) -> str:
    """A window in few letters: whole months by name, else 21 Nov 2017 to 20 Feb 2018."""
    if value.whole_months or value.days == 1:
        return window(value)
    return f"{short_day(value.start)} to {short_day(value.end - timedelta(days=1))}"


def window(value: Window) -> str:
    """March to August 2017, or 6 March to 3 September 2017 when months are not whole."""
    last = value.end - timedelta(days=1)
    if not value.whole_months:
        return f"{_without_year(value.start, last)} to {day(last)}" if value.days > 1 else day(last)
    if (value.start.year, value.start.month) == (last.year, last.month):
        return f"{last:%B %Y}"
    first = f"{value.start:%B}" if value.start.year == last.year else f"{value.start:%B %Y}"
    return f"{first} to {last:%B %Y}"


def headline(view: ComparisonView) -> str:
    """The one sentence: the place, the interval, and what it allows for."""
    found, place = view.comparison, view.place
    if found.verdict == "refused":
        return f"Nothing can be said about a change at {place}."
    if math.isnan(found.low) or found.before < FEWEST_BEFORE:
        few = f"{found.before:,} to {found.after:,} are too few"
        return f"It cannot be told yet whether reports at {place} changed: {few}."
    fits = span(found.low, found.high).replace(" %", "%")
    if found.verdict in ("fell", "rose"):
        return f"Reports at {place} are consistent with {fits}."
    lead = "No clear change at" if found.verdict == "no clear change" else "It cannot be told yet for"
    return f"{lead} {place}: the counts fit {fits}."


def counts_line(view: ComparisonView) -> str:
    """The four counts with their months, and the best estimate after them."""
    found, before, after = view.comparison, view.windows.before, view.windows.after
    text = f"From **{found.before:,}** {_noun(found.before)} in {window(before)}"
    text += f" to **{found.after:,}** in {window(after)}."
    if view.refused_for == GAP:
        return f"{text} What was not received whole is left out of both counts."
    if view.refused:
        return f"{text} They are what was counted, not a change."
    if found.control_before is not None:
        areas = "area" if len(view.control.parts) < 2 else f"areas ({len(view.control.parts)} together)"
        text += f" The comparison {areas} went from **{found.control_before:,}** to **{found.control_after:,}**"
        text += " over the same dates."
    if found.verdict in ("fell", "rose"):
        text += f" Best estimate {change(found.ratio - 1)}."
    return text if math.isnan(found.low) else f"{text} The interval allows for {_allowed(found)}."


def phases(view: ComparisonView) -> str:
    """Before, during and after in reports a month; "" where the action had no days of its own."""
    windows, found = view.windows, view.comparison
    if windows.closed is None or view.in_closed is None:
        return ""
    sides = ((found.before, windows.before), (view.in_closed, windows.closed), (found.after, windows.after))
    before, during, after = (f"{_a_month(n, days):.1f}" for n, days in sides)
    return (
        f"Reports a month: **{before}** before, **{during}** during the action itself "
        f"({_reports(view.in_closed)}, {window(windows.closed)}, in neither window), **{after}** after."
    )


def difference(view: ComparisonView) -> str:
    """The weighted displacement difference, what it is and its interval; "" where it cannot be worked out."""
    found = view.comparison
    if math.isnan(found.wdd) or math.isnan(found.wdd_low):
        return ""
    ends = f"{_signed(found.wdd_low)} to {_signed(found.wdd_high)}"
    return (
        "Weighted displacement difference (WDD): how many reports the place's count changed by, less how many the "
        "comparison area's did. Minus: fewer reports than had the place gone the comparison area's way; plus: more. "
        f"From {window(view.windows.before)} to {window(view.windows.after)} it is {ends} reports "
        f"(best estimate WDD {_signed(found.wdd)}). It sets counts, not rates, side by side, so a larger comparison "
        "area blurs it; the verdict rests on the change in per cent above."
    )


def moved(view: ComparisonView) -> str:
    """Did it move next door? Both rings, then the named places near by."""
    if view.ring is None:
        return "Not looked at: a ward or district has no ring."
    parts = [_ring_line(ring) for ring in (view.ring, view.far_ring) if ring is not None]
    if view.ring.verdict != "refused":
        parts.append(f"(Next door is a warning, so it is judged by a {view.comparison.ring_level:.0%} interval.)")
    named = view.destinations[view.destinations["after"] > view.destinations["before"]]
    parts += [
        f"{row.place}, {row.distance:.0f} m away: {row.before:,} to {row.after:,} reports."
        for row in named.itertuples()
    ]
    return " ".join(parts)


def luck(view: ComparisonView) -> str:
    """Is it more than luck, and what luck alone would have given."""
    found = view.comparison
    if found.verdict == "refused" or math.isnan(found.p_value):
        return "Cannot be said."
    sure = {"fell": "Yes", "rose": "Yes", "no clear change": "No"}.get(found.verdict, "Cannot tell")
    # At a chance under 1 in 1,000 the tail is the model's word, not the data's.
    chance = "less than 1 in 1,000" if found.p_value < 0.001 else f"about {_odds(found.p_value)}"
    text = f"{sure}: with no change of its own, counts this far apart have a chance of {chance}."
    if found.reference_places and found.regression_to_mean >= 0:
        text += f" It did not stand above {view.references}, so nothing was taken out for having been picked when high."
    elif found.reference_places and not math.isnan(found.regression_to_mean):
        text += (
            f" Picked when it was high, it would be expected to go to about {found.expected_before:.0f} by itself "
            f"({change(found.regression_to_mean)}, from {view.references}); that is taken out."
        )
    return text


def longer(view: ComparisonView) -> str:
    """What a longer series of a ward or district says, with trend and season; "" where none could be fitted."""
    found = view.long_run
    if found is None:
        return ""
    fits = span(found.effect.low, found.effect.high).replace(" %", "%")
    return (
        f"{found.months_before} months before and {found.months_after} after, allowing for trend and season, are "
        f"consistent with {fits} at that time (interrupted time series, no comparison area)."
    )


NEVER_QUIET = ("refused", "rose")
"""Verdicts beside which no place is called quiet."""


def lasted(seen: pd.DataFrame, waiting: bool, *, verdict: str = "fell", never: bool = False) -> str:
    """Whether a place whose action has ended came back; "" where it is not watched.

    seen: its row of the watch, or none · waiting: whether its action is still to end · verdict: of the
    comparison, since a place of which nothing can be said, or that rose, is not called quiet · never: whether it has
    no quiet level (`WatchView.never_quiet`)
    """
    if never:
        return (
            "Cannot be called quiet: reports were not clearly fewer after the action than in the weeks before it, "
            "or too few of those weeks are held."
        )
    if seen.empty:
        return "Not watched yet: that starts by itself when the action ends." if waiting else ""
    row = seen.iloc[0]
    # The watch counts what a comparison leaves out: without this a month could hold more than its whole window.
    last = f"{_reports(int(row['observed']))} in the last month, those on map points too"
    usual = f"{last}; quiet range {row['usual_low']:,.0f} to {row['usual_high']:,.0f} a month"
    if verdict in NEVER_QUIET and pd.isna(row["since"]):
        why = "the comparison is refused" if verdict == "refused" else "reports rose"
        return f"Cannot be said, because {why} ({last})."
    if pd.isna(row["since"]):
        return f"So far: watched since {day(row['watched_from'])} and quiet ({usual})."
    return f"No, it has come back since {day(row['since'])}: {usual}."


def power(found: Comparison) -> str:
    """The smallest fall that would have been seen four times in five."""
    if math.isnan(found.minimum_detectable_change):
        return "How small a fall would have been seen cannot be worked out."
    return f"A fall smaller than {-100 * found.minimum_detectable_change:.0f}% could well have been missed."


def next_test(view: ComparisonView, due: date | None) -> str:
    """When to look again, and when it could tell."""
    parts = [day(due) if due else "No assessment is left in the register."]
    if view.could_tell_on:
        parts.append(f"A halving would show from {day(view.could_tell_on)}.")
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts)


def caveats(view: ComparisonView) -> list[str]:
    """Everything that weakens the finding, the method's own notes last."""
    return [*view.notes, *[note.replace(" %", "%") for note in view.comparison.caveats]]


def cannot_say(view: ComparisonView) -> list[str]:
    """What this comparison leaves open, always said beside it."""
    if view.refused:
        return [
            f"Whether reports at {view.place} rose or fell: the two counts stand alone.",
            "Whether it moved next door.",
            "That people are safer or feel so: reports are not harm.",
        ]
    lines = ["That the action did it: other things happened too, and nobody drew lots for the place."]
    ring = view.ring
    if ring is None or ring.verdict == "refused":
        lines.append("Whether it moved next door.")
    elif ring.verdict not in ("rose", "fell"):
        lines.append(f"That nothing moved: next door, {_fits(ring)} fits the counts.")
    lines.append("That people are safer or feel so: reports are not harm.")
    if reporting(view):
        lines.append("That fewer reports mean fewer incidents: people may have stopped reporting.")
    lines.append("That it will last: it is tested again, and watched.")
    return lines


def cost(view: ComparisonView, hours: float) -> str:
    """Staff hours beside the reports that did not come, interval first."""
    found = view.comparison
    if math.isnan(found.avoided):
        return f"{hours:,.0f} staff hours are recorded; reports avoided cannot be worked out."
    months = window(view.windows.after)
    return (
        f"{hours:,.0f} staff hours are recorded. {_avoided(found)} reports than expected in {months} (best estimate "
        f"{_than(found.avoided)}). Other actions at the place share in them."
    )


def _avoided(found: Comparison) -> str:
    """Between 14 and 29 fewer; or, where it may have been either, From 18 more to 12 fewer."""
    low, high = found.avoided_low, found.avoided_high
    if low < 0 < high:
        return f"From {_than(low)} to {_than(high)}"
    least, most = sorted((abs(low), abs(high)))
    return f"Between {least:,.0f} and {most:,.0f} {'more' if high <= 0 else 'fewer'}"


def _than(avoided: float) -> str:
    return f"{abs(avoided):,.0f} {'more' if avoided < 0 else 'fewer'}"


def interval_title(view: ComparisonView) -> str:
    """What the interval plot shows."""
    found = view.comparison
    if math.isnan(found.low):
        return "No interval can be worked out from these counts"
    if found.verdict in ("fell", "rose"):
        return "The honest interval stays clear of no change; the naive figure has no interval"
    return "The honest interval includes no change; the naive figure hides that"


def timeline_title(view: ComparisonView) -> str:
    """How the windows were laid."""
    windows = view.windows
    apart = windows.before.end < (windows.closed or windows.after).start
    left_out = "; what is untinted is in neither window" if apart else ""
    return f"{window(windows.before)} against {window(windows.after)}{left_out}"


def change(value: float) -> str:
    """A fraction as 91% fewer, or 30% more."""
    if math.isnan(value):
        return "not known"
    if value > _BEYOND:
        return f"more than {_BEYOND:.0f} times as many"
    if abs(value) < 0.005:
        return "no change"
    share = "more than 99" if -1 < value < -0.995 else f"{100 * abs(value):.0f}"
    return f"{share}% {'fewer' if value < 0 else 'more'}"


def _ring_line(ring: Ring) -> str:
    """What happened between two distances, with its counts; of a ring that was not judged the counts alone."""
    where = f"within {ring.outer_m:.0f} m" if not ring.inner_m else f"{ring.inner_m:.0f} to {ring.outer_m:.0f} m away"
    counts = f"{ring.before:,} to {ring.after:,} reports"
    if ring.verdict == "refused":
        return f"Not judged {where}: {counts}."
    said = {
        "rose": "It rose",
        "fell": "It fell too",
        "no clear change": "No clear change",
    }.get(ring.verdict, "Too few to say")
    return f"{said} {where}: {counts} ({_fits(ring)})."


def _fits(ring: Ring) -> str:
    return "no interval" if math.isnan(ring.low) else span(ring.low, ring.high).replace(" %", "%")


def _allowed(found: Comparison) -> str:
    text = "change in the comparison area"
    picked = found.reference_places and found.regression_to_mean < 0
    return f"{text} and for having been picked when high" if picked else text


def _odds(p_value: float) -> str:
    return f"1 in {1 / p_value:,.0f}" if p_value < 0.5 else "evens or more"


def _reports(n: int) -> str:
    return f"{n:,} {_noun(n)}"


def _noun(n: int) -> str:
    return "report" if n == 1 else "reports"


def _a_month(n: int, days: Window) -> float:
    return n / (days.days / DAYS_A_MONTH)


def _signed(value: float) -> str:
    return f"{value:,.0f}".replace("-", "−")


def _without_year(first: date, last: date) -> str:
    return f"{first.day} {first:%B}" if first.year == last.year else day(first)


def checks_title(checks: pd.DataFrame) -> str:
    """How many published numbers our functions give."""
    agreed = int(checks["agrees"].sum())
    return f"{agreed} of {len(checks)} published numbers are met"
