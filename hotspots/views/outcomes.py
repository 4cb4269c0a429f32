"""What councillors read: sentences and one chart, from released figures and facts and nothing else.

A sentence states a change only where the verdict of its comparison allows it, and says "more than
luck", never "because". Words are those of a newspaper; no figure is finer than the released one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import altair as alt
import pandas as pd

from hotspots.periods import add_months
from hotspots.release.due import DELAY_MONTHS
from hotspots.release.outcomes import HIDDEN, NOT_LOOKED_AT, TOO_FEW, Facts
from hotspots.release.partition import ALL
from hotspots.release.recipe import recipe_from_json
from hotspots.release.rounding import FEWER, NO_DATA, SUPPRESSED, THRESHOLD, number_of, percentage
from hotspots.store.published import Release
from hotspots.views import outcome_answers as answers
from hotspots.views.outcome_dates import months, span, two_spans
from hotspots.views.palette import COLOURS
from hotspots.views.recipe_words import recipe_line, sources_in_few
from hotspots.views.sentences import day

QUARTERS_DRAWN = 8
STANDING = 5
"""More bars than this lie down: their words would run into each other on a phone."""
MAP_POINTS = "police.uk"
"""The source whose reports lie on map points that stand for 8 or more addresses."""
_PLACE_TITLES = {
    "fell": "reports fell",
    "rose": "reports rose",
    "no clear change": "no clear change in reports",
    "cannot tell yet": "whether reports changed cannot be told yet",
    "refused": "no fair comparison could be made",
    TOO_FEW: "too few reports to say whether it changed",
    HIDDEN: "the numbers are too small to publish",
    NOT_LOOKED_AT: "whether it changed has not been tested",
}
_GLYPHS = {"fell": "▼ ", "rose": "▲ ", "no clear change": "■ "}
_LUCK = {"fell": "yes", "rose": "yes", "no clear change": "no", NOT_LOOKED_AT: "not tested"}
_CONCERNS = {
    "ASB": "anti-social behaviour",
    "drugs": "drug dealing",
    "noise": "noise",
    "waste": "dumped waste",
    "violence": "violence",
    "fire risk": "the risk of fire",
}
_HOMES = {"block": "block", "street": "street", "shops": "parade of shops", "garages": "group of garages"}


@dataclass(frozen=True)
class OutcomeWords:
    """A page in words: the answer first, then what was wrong, done, changed and comes next.

    strip: dates, sources, limits and recipe in one line, for every sheet of a paper
    """

    title: str
    subtitle: str
    answer: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    questions: tuple[tuple[str, str], ...]
    chart_title: str
    chart_caption: str
    foot: tuple[str, ...]
    strip: str


def outcome_words(facts: Facts, figures: pd.DataFrame, release: Release) -> OutcomeWords:
    """The page of one place.

    facts, figures: of the published file as it holds now · release: the one the page is from
    """
    before, after = (answers.figure(figures, facts.area, ends) for ends in (facts.before, facts.after))
    bars = bars_of(figures, facts.area)
    rose_first = answers.rose_first(facts, bars, before)
    return OutcomeWords(
        title=f"{facts.name}: {_place_title(facts, before, after)}",
        subtitle=_subtitle(facts.ward and f"{facts.ward} ward", release),
        answer=_answer(facts, figures, before, after),
        parts=(
            ("What was wrong", _wrong(facts)),
            ("What was done", answers.done_sentences(facts)),
            ("What changed", _changed(facts, figures, before, after)),
            ("What happens next", _next(facts)),
        ),
        questions=answers.place_questions(facts, figures, rose_first=rose_first, as_of=release.as_of),
        chart_title=_chart_title(facts, rose_first),
        chart_caption=f"Reports in each period, {facts.name}, rounded to the nearest 5",
        foot=foot(figures[figures["area"] == facts.area], release),
        strip=strip(release),
    )


def ward_words(
    ward: str,
    area: str,
    figures: pd.DataFrame,
    release: Release,
    *,
    facts: Facts | None = None,
    places: Sequence[str] = (),
    level: str = "ward",
) -> OutcomeWords:
    """The page of one ward or district: its latest quarter beside the same quarter a year before.

    facts: where a comparison of those quarters was made or, of a district, something done may be told
    places: titles of its places with a page
    """
    pair = (facts.before, facts.after) if facts else _latest_pair(figures, area)
    before, after = (answers.figure(figures, area, ends) for ends in pair)
    verdict = facts.verdict if facts else NOT_LOOKED_AT
    told = {"fell": "reports fell", "rose": "reports rose", "no clear change": "no clear change"}
    return OutcomeWords(
        title=f"{ward} {level}: {told.get(verdict, f'{after} reports in {span(*pair[1])}')}",
        subtitle=_subtitle("", release),
        answer=_ward_answer(verdict, before, after, pair),
        parts=(
            ("What was reported", _kinds(figures, area, pair[1])),
            ("What was done", answers.district_done(facts, places) if level == "district" else _places(places)),
            ("What changed", _ward_changed(verdict, before, after, pair)),
            ("What happens next", _next_figures(pair[1][1], release.at.date())),
        ),
        questions=answers.DISTRICT_QUESTIONS if level == "district" else answers.WARD_QUESTIONS,
        chart_title=f"Reports in each quarter, {ward} {level}",
        chart_caption="All reports in each quarter of the year, rounded to the nearest 5",
        foot=foot(figures[figures["area"] == area], release),
        strip=strip(release),
    )


def bars_of(figures: pd.DataFrame, area: str) -> pd.DataFrame:
    """The bars of an area's chart: [start, end, label, shown, height], oldest first.

    Of a ward or district the last eight quarters; of a place all its periods, from the first with data. `height` is the
    released number, 5 for "fewer than 5" (the height of its box, whatever the count), missing where nothing
    is shown.
    """
    own = figures[(figures["area"] == area) & (figures["kind"] == ALL)].sort_values("start")
    if area.startswith(("ward:", "district:")):
        own = own[_length(own) == 3].tail(QUARTERS_DRAWN)
    # What no partner had yet sent is no part of the story.
    own = own[(own["shown"] != NO_DATA).cummax()]
    labels = [span(r.start.date(), r.end.date() - timedelta(days=1), short=True) for r in own.itertuples()]
    heights = [float(THRESHOLD) if s == FEWER else number_of(s) for s in own["shown"]]
    return own[["start", "end", "shown"]].assign(label=labels, height=pd.Series(heights, own.index, dtype=float))


def outcome_chart(bars: pd.DataFrame, *, colours: Mapping[str, str] = COLOURS, height: int = 300) -> alt.LayerChart:
    """Bars of released numbers; "fewer than 5" is a dashed box of fixed height, hidden ones only a word.

    bars: frame of `bars_of`; more than five lie down, oldest on top. Nothing in the chart is finer than
    the released table: lengths are its rounded numbers, and the axis ends near one of them.
    """
    table = bars[["label", "shown", "height"]]
    top = max(table["height"].max(skipna=True) if table["height"].notna().any() else 0, 2 * THRESHOLD)
    lying = len(table) > STANDING
    along, across = (alt.Y, alt.X) if lying else (alt.X, alt.Y)
    room = alt.Scale(domain=[0, float(top) * (1.6 if lying else 1.2)])
    period = along("label:N", sort=None, title=None, axis=_label_axis(colours, lines=not lying))
    number = across("height:Q", title=None, axis=None, scale=room)
    size = 24 if lying else 64
    beside = {"align": "left", "baseline": "middle", "dx": 6} if lying else {"baseline": "bottom", "dy": -6}
    numbered = table[~table["shown"].isin((FEWER, SUPPRESSED, NO_DATA))]
    boxes = table[table["shown"] == FEWER]
    rest = table[table["height"].isna()].assign(height=0.0)
    layers = [
        alt.Chart(table).mark_point(opacity=0).encode(period),
        alt.Chart(numbered).mark_bar(color=colours["place"], size=size).encode(period, number),
        alt.Chart(boxes)
        .mark_bar(fill=colours["ground"], stroke=colours["place"], strokeDash=[5, 4], strokeWidth=2, size=size)
        .encode(period, number),
    ]
    for rows, weight in ((numbered, "bold"), (boxes, "bold"), (rest, "normal")):
        layers.append(
            alt.Chart(rows)
            .mark_text(fontSize=15, fontWeight=weight, color=colours["text"], **beside)
            .encode(period, number, text="shown:N")
        )
    return alt.layer(*layers).properties(height=height).configure_view(stroke=None)


def foot(figures: pd.DataFrame, release: Release) -> tuple[str, ...]:
    """What every page ends with: rounding, what a report is, sources and files, dates."""
    lines = [
        f"Numbers are rounded to the nearest 5; under 5 they read “{FEWER}”, also where there were none.",
        "A report is not a proven crime, and fewer reports is not the same as less harm.",
    ]
    if (figures["shown"] == SUPPRESSED).any():
        lines.append(f"“{SUPPRESSED.capitalize()}” hides a number that would give a small one away.")
    if (figures["shown"] == NO_DATA).any():
        lines.append(f"“{NO_DATA.capitalize()}” means that a partner's reports for that period did not arrive.")
    recipe = recipe_from_json(release.recipe)
    if recipe is None and release.sources:
        lines.append(f"Source: {release.sources}.")
    lines.append(recipe_line(recipe))
    if (figures["version"] < release.version).any():
        lines.append("Figures that an earlier release brought were made from the files held then.")
    if figures["area"].str.startswith("place:").any() and MAP_POINTS in release.sources:
        lines.append(f"Reports that {MAP_POINTS} puts on a shared map point count for the ward, not for one place.")
    lines.append(
        f"Data to {day(release.as_of)}, release {release.version}, published {day(release.at.date())}. "
        "The same figures are shown to everybody, and they stay as they were released unless late reports "
        "change them by 5 or more."
    )
    return tuple(lines)


def strip(release: Release) -> str:
    """What every sheet of a page says at its foot: dates, sources, limits, recipe."""
    recipe = recipe_from_json(release.recipe)
    made = f"recipe {recipe.fingerprint}" if recipe else f"release {release.version}"
    names = [part.source for part in recipe.sources] if recipe else release.sources.split(", ")
    parts = (f"Data to {day(release.as_of)}", sources_in_few(names), "rounded, small numbers hidden", made)
    return " · ".join(filter(None, parts))


def _place_title(facts: Facts, before: str, after: str) -> str:
    if facts.returned:
        return "the problem has come back"
    if facts.verdict == "fell" and after == FEWER and number_of(before):
        return "reports have almost stopped"
    return _PLACE_TITLES[facts.verdict]


def _subtitle(where: str, release: Release) -> str:
    parts = ["Outcome page", where, f"data to {day(release.as_of)}", f"published {day(release.at.date())}"]
    return " · ".join(part for part in parts if part)


def _answer(facts: Facts, figures: pd.DataFrame, before: str, after: str) -> tuple[str, ...]:
    if facts.verdict == HIDDEN:
        return ("The numbers are too small to publish",)
    lines = [f"{_GLYPHS.get(facts.verdict, '')}{_from_to(before, after)}", two_spans(facts.before, facts.after)]
    similar = _pair(figures, facts.control_area, facts)
    if similar:
        lines.append(f"Similar places: {similar[0]} to {similar[1]}")
    return (*lines, f"More than luck: {_LUCK.get(facts.verdict, 'cannot tell')}")


def _from_to(before: str, after: str) -> str:
    return f"From {before} to {after}" if before != after else f"{after.capitalize()}, as before"


def _pair(figures: pd.DataFrame, area: str, facts: Facts) -> tuple[str, str] | None:
    """Before and after of another area, None unless both were released as figures."""
    if not area:
        return None
    pair = answers.figure(figures, area, facts.before), answers.figure(figures, area, facts.after)
    return None if {SUPPRESSED, NO_DATA} & set(pair) else pair


def _wrong(facts: Facts) -> str:
    what = f"this {_HOMES.get(facts.kind, 'place')} with {facts.dwellings} homes"
    when = f" in {months(facts.adopted)}" if facts.adopted else ""
    concerns = [_CONCERNS[p] for p in facts.problems if p in _CONCERNS]
    text = f"The hub took on {what}{when}."
    return f"{text} The main concerns were {answers.listed(concerns)}." if concerns else text


def _changed(facts: Facts, figures: pd.DataFrame, before: str, after: str) -> str:
    when, then = answers.spans_in_words(facts)
    moved = {"fell": "Reports fell", "rose": "Reports rose"}.get(facts.verdict, "Reports went")
    if facts.verdict in (TOO_FEW, HIDDEN, "refused"):
        return {
            TOO_FEW: f"There were {before} reports in {when} and {after} in {then}. That is too few to say "
            "whether it changed.",
            HIDDEN: "The numbers are too small to publish without pointing at somebody.",
            "refused": "No fair comparison could be made, so nothing is said about a change.",
        }[facts.verdict]
    similar = _pair(figures, facts.control_area, facts)
    sentences = [f"{moved} from {before} in {when} to {after} in {then}."]
    if similar:
        sentences.append(f"Similar places without such work, taken together, went from {similar[0]} to {similar[1]}.")
    return " ".join([*sentences, answers.LUCK_SENTENCES[facts.verdict]])


def _next(facts: Facts) -> str:
    lines = ["Work with residents goes on."] if any(d.kind == "RES" and d.end is None for d in facts.done) else []
    if facts.next_test:
        lines.append(f"The hub tests this result again on {day(facts.next_test)}.")
    return " ".join(lines) or "No further test of this result has been set a day yet."


def _chart_title(facts: Facts, rose_first: bool) -> str:
    if facts.verdict == "fell":
        return "Reports rose as residents spoke up, then fell" if rose_first else "Reports fell"
    return "Reports rose" if facts.verdict == "rose" else "Reports in each period"


def _latest_pair(figures: pd.DataFrame, area: str) -> tuple[tuple[date, date], tuple[date, date]]:
    own = figures[(figures["area"] == area) & (figures["kind"] == ALL)]
    last = own[_length(own) == 3].sort_values("start").iloc[-1]
    ends = last["start"].date(), last["end"].date() - timedelta(days=1)
    earlier = add_months(ends[0], -12), add_months(last["end"].date(), -12) - timedelta(days=1)
    return earlier, ends


def _length(figures: pd.DataFrame) -> pd.Series:
    """Months that each figure covers."""
    return 12 * (figures["end"].dt.year - figures["start"].dt.year) + (
        figures["end"].dt.month - figures["start"].dt.month
    )


def _kinds(figures: pd.DataFrame, area: str, ends: tuple[date, date]) -> str:
    """The two largest kinds of a period with their released figures; shares only on a base of 20."""
    own = figures[(figures["area"] == area) & (figures["start"] == pd.Timestamp(ends[0]))]
    own = own[own["end"] == pd.Timestamp(ends[1]) + pd.Timedelta(days=1)]
    whole, when = answers.figure(figures, area, ends), span(*ends)
    numbers = {r.kind: number_of(r.shown) for r in own.itertuples() if r.kind != ALL}
    largest = sorted((k for k, n in numbers.items() if n), key=lambda k: (-numbers[k], k))[:2]
    if not largest:
        return f"No one kind of report stands out in {when}."
    words = dict(zip(own["kind"], own["shown"], strict=True))
    shares = [percentage(words[kind], whole) for kind in largest]
    named = [
        f"{kind.lower()} ({words[kind]} reports{f', about {share}% of all' if share else ''})"
        for kind, share in zip(largest, shares, strict=True)
    ]
    return f"In {when} most reports were of {answers.listed(named)}."


def _places(places: Sequence[str]) -> str:
    if not places:
        return "No place in this ward has an outcome page of its own yet. What else was done is told for the district."
    return f"These places in the ward have a page of their own: {'; '.join(places)}."


def _ward_answer(
    verdict: str, before: str, after: str, pair: tuple[tuple[date, date], tuple[date, date]]
) -> tuple[str, ...]:
    """What it was, what it is, and luck; without a figure of the year before, that there is none to compare with."""
    if before == NO_DATA:
        return (f"{after.capitalize()}; nothing to compare with yet", span(*pair[1]), f"{span(*pair[0])}: {NO_DATA}")
    return (
        f"{_GLYPHS.get(verdict, '')}{_from_to(before, after)}",
        two_spans(*pair),
        f"More than luck: {_LUCK.get(verdict, 'cannot tell')}",
    )


def _ward_changed(verdict: str, before: str, after: str, pair: tuple[tuple[date, date], tuple[date, date]]) -> str:
    if before == NO_DATA:
        return f"That cannot be said yet: the hub holds no whole figure for {span(*pair[0])} to compare with."
    counts = f"{before} reports in {span(*pair[0])} and {after} in {span(*pair[1])}"
    if verdict == NOT_LOOKED_AT:
        return f"There were {counts}. Whether that is more than luck has not been tested."
    if verdict in ("fell", "rose"):
        return f"There were {counts}. That is more than luck would explain. Why, these figures do not say."
    return f"There were {counts}. {answers.LUCK_SENTENCES[verdict]}"


def _next_figures(last: date, published: date) -> str:
    """When the next quarter may follow; once that day is over, what it still waits for."""
    start = last + timedelta(days=1)
    end = add_months(start, 3)
    due = add_months(end, DELAY_MONTHS)
    quarter = span(start, end - timedelta(days=1))
    if due <= published:
        return f"Figures for {quarter} follow once the hub holds all reports of those months and publishes them."
    return f"Figures for {quarter} can be published from {day(due)}."


def _label_axis(colours: Mapping[str, str], *, lines: bool) -> alt.Axis:
    """Names of the periods, on two lines or on one."""
    return alt.Axis(
        labelExpr="split(datum.label, '|')" if lines else "replace(datum.label, '|', ' ')",
        labelAngle=0,
        labelFlush=False,
        labelOverlap=False,
        labelFontSize=13,
        labelColor=colours["text"],
        labelLimit=140,
        ticks=False,
        domainColor=colours["text"],
    )
