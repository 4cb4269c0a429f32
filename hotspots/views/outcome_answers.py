"""What was done, and the answers to the three questions that a councillor is asked in the street."""

from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd

from hotspots.release.outcomes import HIDDEN, NOT_LOOKED_AT, TOO_FEW, Done, Facts
from hotspots.release.partition import ALL
from hotspots.release.rounding import NO_DATA, SUPPRESSED, number_of
from hotspots.views.outcome_dates import months, same_months, span
from hotspots.views.sentences import day

NOT_REPORTING = "Are people just not reporting?"
NEXT_DOOR = "Did it move next door?"
COME_BACK = "Could it come back?"
WARD_QUESTIONS = (
    (NOT_REPORTING, "Figures alone cannot show it. Fewer reports can mean less trouble or less reporting."),
    (NEXT_DOOR, "Every ward has a page with the same periods, so you can look at the wards beside this one."),
    (
        COME_BACK,
        "Figures go up and down by luck alone; only a change that passed a test is called a change here.",
    ),
)
DISTRICT_QUESTIONS = (
    WARD_QUESTIONS[0],
    (NEXT_DOOR, "These figures are of the whole district, so they cannot show what moved inside it."),
    WARD_QUESTIONS[2],
)
OWN_PAGE = "A place gets its own page if it has 8 or more homes and half a year of figures after the work."
"""Which places have one (`release.outcomes.FEWEST_ADDRESSES`, `pipeline.outcomes.MONTHS_A_SIDE`)."""
LUCK_SENTENCES = {
    "fell": "The fall is more than luck would explain. It fits with what was done, but does not prove it.",
    "rose": "The rise is more than luck would explain. Why it rose, these figures do not say.",
    "no clear change": "A difference of that size can be luck, so this is no clear change.",
    "cannot tell yet": "Whether that is more than luck cannot be told yet.",
    "refused": "No fair comparison could be made, so nothing is said about a change.",
    HIDDEN: "The numbers are too small to publish.",
    TOO_FEW: "That is too few to say whether it changed.",
    NOT_LOOKED_AT: "Whether that is more than luck has not been tested.",
}
_DONE = {
    "WAR": "Police carried out a search warrant {when}.",
    "CLO": "A court closed premises here {when}.",
    "CLP": "A court limited who could enter premises here {when}.",
    "PSPO": "The council set rules for the public space (a public spaces protection order) {when}.",
    "ENV": "Locks, cameras, lighting or doors were put right {when}.",
    "PAT": "Extra patrols were made {when}.",
    "HMO": "The council enforced housing standards {when}.",
    "UNT": "Untidy or unsafe land was dealt with {when}.",
    "VEH": "Vehicles used to cause trouble were stopped {when}.",
    "FIR": "The fire service made a safety visit {when}.",
}
_DRIVE, _MEETINGS = "Residents were asked {when} to report what they see.", "Partners met residents {when}."


def figure(figures: pd.DataFrame, area: str, ends: tuple[date, date]) -> str:
    """Released words for all reports of an area from a first to a last day; "no data" where none are."""
    after_last = pd.Timestamp(ends[1]) + pd.Timedelta(days=1)
    own = figures[(figures["area"] == area) & (figures["kind"] == ALL)]
    found = own.loc[(own["start"] == pd.Timestamp(ends[0])) & (own["end"] == after_last), "shown"]
    return NO_DATA if found.empty else str(found.iloc[0])


def done_sentences(facts: Facts) -> str:
    """What was done, a sentence a kind, in order of time."""
    kinds = dict.fromkeys(done.kind for done in facts.done)
    sentences = [_done(kind, [d for d in facts.done if d.kind == kind], facts) for kind in kinds]
    if facts.agencies and sentences:
        worked = " worked together." if len(facts.agencies) > 1 else " led the work."
        sentences.append(listed(facts.agencies) + worked)
    return " ".join(sentences) or "What was done here is not for publication."


def district_done(facts: Facts | None, places: Sequence[str]) -> str:
    """What was done in a district: places with a page of their own, then the rest, neither where nor by whom.

    facts: of the district, None where nothing may be told of any other place · places: titles of those pages
    """
    told = [f"These places in the district have a page of their own: {'; '.join(places)}."] if places else []
    kinds = dict.fromkeys(done.kind for done in facts.done) if facts else {}
    other = [
        (_MEETINGS if kind == "RES" else _DONE[kind]).format(when=_when([d for d in facts.done if d.kind == kind]))
        for kind in kinds
    ]
    if other and places:
        told.append("Elsewhere in the district:")
    told += other
    if not told:
        return f"Nothing that may be told in public is recorded for this district. {OWN_PAGE}"
    return " ".join(told if places else [*told, OWN_PAGE])


def place_questions(
    facts: Facts, figures: pd.DataFrame, *, rose_first: bool, as_of: date
) -> tuple[tuple[str, str], ...]:
    """The three questions, each answered from its own test or with what is not known."""
    return (
        (NOT_REPORTING, _not_reporting(facts, rose_first)),
        (NEXT_DOOR, _next_door(facts, figures)),
        (COME_BACK, _come_back(facts, as_of)),
    )


def rose_first(facts: Facts, bars: pd.DataFrame, before: str) -> bool:
    """True when reports went up, in released numbers, in a period in which people were asked to report."""
    if facts.drive is None or number_of(before) is None:
        return False
    first = pd.Timestamp(facts.drive[0])
    during = bars[(bars["start"] <= first) & (bars["end"] > first)]
    return any((number_of(shown) or 0) > number_of(before) for shown in during["shown"])


def spans_in_words(facts: Facts) -> tuple[str, str]:
    """Both periods; the second as "the same months of 2018" where it is."""
    if same_months(facts.before, facts.after):
        return span(*facts.before), f"the same months of {facts.after[0].year}"
    return span(*facts.before), span(*facts.after)


def listed(words: Sequence[str]) -> str:
    """One, two and three."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _done(kind: str, items: list[Done], facts: Facts) -> str:
    text = (_DRIVE if facts.drive else _MEETINGS) if kind == "RES" else _DONE[kind]
    if kind in ("CLO", "CLP", "PSPO"):
        return text.format(when=listed([_days(item) for item in items]))
    return text.format(when=_when(items))


def _when(items: Iterable[Done]) -> str:
    return f"in {listed(list(dict.fromkeys(_months(items))))}"


def _months(items: Iterable[Done]) -> list[str]:
    return [months(i.start) if i.end in (None, i.start) else span(i.start, i.end) for i in items]


def _days(item: Done) -> str:
    return f"from {day(item.start)}" + (f" to {day(item.end)}" if item.end else "")


def _not_reporting(facts: Facts, up_first: bool) -> str:
    if facts.verdict != "fell":
        return "No fall has been shown here, so the question does not arise."
    answer = {
        "fell": "Unlikely. Reports by officers and other services, who do not wait for residents, fell as well.",
        "rose": "It is possible. Reports by officers and other services rose over the same time.",
        "no clear change": "It is possible. Reports by officers and other services did not clearly fall.",
        NOT_LOOKED_AT: "This has not been tested.",
    }.get(facts.others, "We cannot tell. Officers and other services made too few reports to check against.")
    if up_first:
        answer += " Residents were asked to report, and reports went up first; they fell after that."
    return answer


def _next_door(facts: Facts, figures: pd.DataFrame) -> str:
    pair = [figure(figures, facts.ring_area, ends) for ends in (facts.before, facts.after)]
    if facts.ring == NOT_LOOKED_AT or NO_DATA in pair:
        return "This was not looked at."
    if SUPPRESSED in pair or facts.ring == HIDDEN:
        return "The numbers for the streets around are too small to publish."
    counts = f"In the streets around there were {pair[0]} reports before and {pair[1]} after"
    return {
        "fell": f"We see no sign of it. {counts}, a fall there too.",
        "no clear change": f"We see no sign of it. {counts}. A small move would be too small to see.",
        "rose": f"Some of it may have. {counts}, a rise that is more than luck would explain.",
    }.get(facts.ring, f"We cannot tell. {counts}, too few to be sure either way.")


def _come_back(facts: Facts, as_of: date) -> str:
    if facts.returned:
        return "It has. Reports went above what had become usual, and the hub was warned."
    answer = "Yes."
    if facts.order_end:
        ran = "ended" if facts.order_end <= as_of else "ends"
        answer += f" The last order {ran} on {day(facts.order_end)}."
    return f"{answer} New reports are checked every month, so that a return is seen early."
