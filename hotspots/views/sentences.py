"""Words on the screen, each made from the number it states and only where that number allows it."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from hotspots.periods import Window


def day(value: date) -> str:
    """1 November 2017."""
    return f"{value.day} {value:%B %Y}"


def short_day(value: date | pd.Timestamp | None, empty: str = "") -> str:
    """1 Nov 2017, for tables; `empty` where there is none.

    By hand, since the sign that leaves out a leading nought is not known to every system's clock.
    """
    return empty if value is None or pd.isna(value) else f"{value.day} {value:%b %Y}"


def short_moment(value: pd.Timestamp | None, empty: str = "") -> str:
    """1 Nov 2017, 09:05, for tables; `empty` where there is none."""
    return empty if value is None or pd.isna(value) else f"{short_day(value)}, {value:%H:%M}"


STATUS = {
    "proposed": "○ Proposed", "decided": "◔ Decided", "authorised": "◑ Authorised", "active": "● Active",
    "extended": "● Extended", "ended": "■ Ended", "assessed": "✓ Assessed", "refused": "✕ Refused",
    "withdrawn": "– Withdrawn",
}  # fmt: skip
"""Status of an intervention as every screen writes it: a shape and a word."""


def late_or_due(due: date | pd.Timestamp, days_late: float) -> str:
    """ "◷ 3 days late", or "○ 12 Sep 2018" for a day that is not passed; days_late may be missing."""
    if pd.notna(days_late) and days_late > 0:
        return f"◷ {int(days_late)} day{'' if days_late == 1 else 's'} late"
    return f"○ {short_day(due)}"


def month(value: date) -> str:
    """October 2017."""
    return f"{value:%B %Y}"


def last_day(window: Window) -> str:
    """Last day of a window in words."""
    return day(window.end - timedelta(days=1))


def period(window: Window) -> str:
    """12 months to 31 October 2017, or the two dates when months are not whole."""
    if window.whole_months:
        months = int(window.length_in_months)
        return f"{months} month{'s' if months != 1 else ''} to {last_day(window)}"
    return f"{day(window.start)} to {last_day(window)}"


def count(n: float, noun: str = "report") -> str:
    """1,204 reports."""
    return f"{int(n):,} {noun}{'' if int(n) == 1 else 's'}"


def listing(words: Sequence[str]) -> str:
    """Eastmere, Westmere and Northmere."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def share(part: float, whole: float) -> str:
    """12% with whole percents; two decimals under one percent; the counts stand beside it."""
    if not whole:
        return "none"
    value = 100 * part / whole
    return f"{value:.0f}%" if value >= 1 else f"{value:.2f}%"


def usual(low: float, high: float) -> str:
    """usual 0 to 7, or that too little is known."""
    if pd.isna(low) or pd.isna(high):
        return "usual range not known yet"
    return f"usual {int(low):,} to {int(high):,}"


def short_history(earlier: int) -> str:
    """What a usual range made from few months cannot do; earlier: months with a count before the last."""
    months = "1 earlier month" if earlier == 1 else f"{earlier} earlier months"
    return (
        f"Short history: only {months} stand behind the usual range, drawn from the seventh on. It cannot know the "
        "season, and it can miss a rise that began in them."
    )


def nothing_usual(earlier: int, low: float, high: float) -> str:
    """That few months which differ much make no usual range; low, high: least and most of the months held."""
    return f"Too few months to know what is usual: the {earlier} before held {int(low):,} to {count(high)} each."


def nobody_to_invite(*, registered: bool) -> str:
    """Why the card names nobody to invite."""
    return "no partner joins for its problems" if registered else "no partner is registered yet"


def hub_title(n_hotspots: int, inside: int, incidents: int, *, where: str = "") -> str:
    """The finding of the ranked list; where: the district it is of, "" for all."""
    of = f" in {where}" if where else ""
    if not n_hotspots:
        return f"No area{of} holds enough reports to be a hotspot"
    noun = "area holds" if n_hotspots == 1 else "areas hold"
    return f"{n_hotspots} {noun} {share(inside, incidents)} of all reports{of}"


def new_or_back_title(n: int, *, where: str = "") -> str:
    """The finding of the list of areas that are new, growing or back; where: the district, "" for all."""
    of = f" of {where}" if where else ""
    told = {0: f"No area{of} is", 1: f"1 area{of} is"}.get(n, f"{n} areas{of} are")
    return f"{told} new, growing or back"


def _long(window: Window) -> str:
    """12 months, or 45 days where months are not whole."""
    return count(window.length_in_months, "month") if window.whole_months else count(window.days, "day")


def settings_line(eps: float, min_samples: int, max_extent: float, window: Window) -> str:
    """How the hotspots were made, under every map."""
    return (
        f"Hotspot: reports within {eps:g} m of each other, at least {min_samples} in {_long(window)}, "
        f"walkable ({max_extent:g} m)."
    )


def against_before(n: float, before: float, window: Window) -> str:
    """Counts of a window and of the one before, without a percentage: no test was made."""
    if pd.isna(before):
        return f"{count(n)} in {period(window)}; the {_long(window)} before are not held whole, so nothing is compared."
    earlier = window.previous()
    return f"{count(n)} in {period(window)}, {int(before):,} in the {period(earlier)}."


def no_history(district: str, *, kept: bool) -> str:
    """Why a card has no lasting id and no history; kept: a set of the district was kept, without this hotspot."""
    if kept:
        return "No id and history yet: the set kept last does not have this hotspot. Keep this set on What's new."
    return f"No id and history yet: no set of {district} was kept. Keep this set on What's new."


def times_sentence(exact: int, members: int) -> str:
    """Why there is an hour × weekday grid, or why not."""
    if exact == 0:
        return "No hours or weekdays: these reports know only their month."
    if exact < members:
        return f"From the {exact:,} of {members:,} reports with a real time; the rest know only their month or day."
    return f"All {members:,} reports have a real time."


def one_point_sentence() -> str:
    """What a hotspot of a single police.uk map point is."""
    return "One police.uk map point, standing for 8 or more addresses: where on it the reports lie is not known."


def snapped_sentence(snapped: int, members: int) -> str:
    """That some members lie on map points, not at addresses."""
    if snapped == members:
        return "All reports are placed on police.uk map points that stand for 8 or more addresses, not at an address."
    return f"{snapped:,} of {members:,} reports are placed on police.uk map points, not at an address."


def repeat_lines(repeat: pd.DataFrame, base: int) -> list[str]:
    """Share of the reports at the top addresses beside what chance alone would give."""
    lines = []
    for row in repeat.itertuples():
        top = "The top address has" if row.top == 1 else f"The top {row.top} addresses have"
        luck = f"; by chance {row.chance_low:.0%} to {row.chance_high:.0%}" if pd.notna(row.chance_low) else ""
        lines.append(f"{top} **{int(row.n):,}** of {base:,} ({row.share:.0%}{luck})")
    return lines


def trend_title(last: pd.Series, subject: str = "") -> str:
    """The whole in one line: the last month against its usual range."""
    when, of = month(last["period"]), f" at {subject}" if subject else ""
    if last.get("set_aside", False):
        return f"{int(last['n']):,} reports in {when}{of}: noted as out of the ordinary, so not judged"
    if pd.isna(last["high"]):
        return f"{int(last['n']):,} reports in {when}{of}; too few earlier months to know what is usual"
    words = {"above": "above", "below": "below"}.get(last["outside"], "inside")
    return f"Reports{of} were {words} their usual range in {when} ({int(last['n']):,})"


def parts_title(states: pd.DataFrame, noun: str) -> str:
    """How many parts went another way than the rest, by name where there are few."""
    unlike = states[states["unlike"].fillna("") != ""]
    if unlike.empty:
        return f"Each {noun} went as the rest did over the last year" if len(states) > 1 else f"Reports by {noun}"
    names = [f"{row.series} ({row.unlike})" for row in unlike.itertuples()]
    if len(names) <= 2:
        return f"{' and '.join(names)} went another way than the rest"
    return f"{len(names)} of {count(len(states), noun)} went another way than the rest"


def trend_alt(last: pd.Series) -> str:
    """The control chart in one sentence."""
    return f"Reports a month; last {int(last['n']):,} in {month(last['period'])}, {usual(last['low'], last['high'])}"


def control_title(chart: pd.DataFrame) -> str:
    """How often, and when last, the series left its usual range."""
    judged = chart[chart["high"].notna() & chart["n"].notna()]
    judged = judged[~judged["set_aside"]] if "set_aside" in judged else judged
    if judged.empty:
        return "Reports a month"
    outside = judged[judged["outside"] != ""]
    since = f"since {month(judged['period'].iloc[0])}"
    if outside.empty:
        return f"Every month held {since} was inside its usual range"
    times = "month was" if len(outside) == 1 else "months were"
    return f"{len(outside)} of {len(judged)} {times} outside the usual range {since}"


def control_note(coverage: pd.DataFrame) -> str:
    """What the band is, and why a month is not drawn."""
    missing = coverage[coverage["state"] == "missing"]
    note = "The grey band holds about 995 of 1,000 months if nothing has changed."
    if len(missing):
        first = missing.iloc[0]
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        note += f" {month(first['month'])} of {first['source']}{more} not received, so no total is drawn."
    return note


def span(chart: pd.DataFrame) -> str:
    """March 2016 to August 2018."""
    return f"{month(chart['period'].iloc[0])} to {month(chart['period'].iloc[-1])}"


def rolling_title(chart: pd.DataFrame) -> str:
    """The last 12 months and the 12 before, as two counts."""
    rolling = chart.set_index("period")["rolling_12"].dropna()
    if rolling.empty:
        return "Rolling 12 months"
    end = rolling.index[-1]
    before = rolling.get(end - pd.DateOffset(months=12))
    if before is None or pd.isna(before):
        return f"{int(rolling.iloc[-1]):,} reports in 12 months to {month(end)}"
    return f"{int(rolling.iloc[-1]):,} reports in the last 12 months, {int(before):,} in the 12 before"


def rolling_waits(known: int, needed: int) -> str:
    """Why rolling years are not drawn; known: months that end 12 complete ones, of `needed`."""
    if not known:
        return "Drawn once 12 months running are complete; a rolling year with a gap would be false."
    return (
        f"{count(known, 'month')} can look back on 12 complete ones; a line is drawn from {needed} on, because fewer "
        "show no direction."
    )


def last_year_title(chart: pd.DataFrame) -> str:
    """The latest months summed beside the same months a year before; only months known in both."""
    pairs = chart.dropna(subset=["n", "last_year"]).tail(6)
    if pairs.empty:
        return "Same months last year"
    months = "month" if len(pairs) == 1 else "months"
    return f"{int(pairs['n'].sum()):,} reports against {int(pairs['last_year'].sum()):,} in the same {months} last year"


def rising_title(rising: int, areas: int) -> str:
    """How many of the hub meeting's hotspots it calls new, growing or back."""
    if not areas:
        return "No hotspot to judge"
    return f"{rising or 'None'} of {count(areas, 'hotspot')} {'is' if rising <= 1 else 'are'} new, growing or back"


def firm_rises(firm: int, rising: int, areas: int) -> str:
    """How many rises hold after looking at every area (false discoveries held at 5 %); "" where none rose."""
    if not rising:
        return ""
    which = "It stands" if firm == rising == 1 else f"{firm} of {rising} stand{'s' if firm == 1 else ''}"
    return f"{which} out after allowing for having looked at all {areas}."


def coverage_title(coverage: pd.DataFrame) -> str:
    """What was not received, or that all was."""
    missing = int((coverage["state"] == "missing").sum())
    partial = int((coverage["state"] == "partial").sum())
    if not missing and not partial:
        return "Every source sent every month"
    parts = [f"{missing} missing" if missing else "", f"{partial} part only" if partial else ""]
    return f"Source months: {' and '.join(p for p in parts if p)}"


def data_title(totals: dict) -> str:
    """What the store holds in one line."""
    held = f"{totals['incidents']:,} reports held"
    if totals["quarantined"]:
        return f"{held}, {count(totals['quarantined'], 'row')} waiting in quarantine"
    return f"{held}, none waiting in quarantine" if totals["incidents"] else "No reports yet: bring in the first file"


def far_points(n: int) -> str:
    """How many located reports lie where they can hardly belong."""
    if not n:
        return "No located report lies far outside the district it is counted in."
    verb = "lies far outside its" if n == 1 else "lie far outside their"
    return f"**{count(n, 'located report')}** {verb} district: a wrong coordinate, or another hub's."


def default_locations(points: int, n: int) -> str:
    """Points at which reports are put when their place is not known."""
    if not points:
        return "No point looks like a default location."
    return (
        f"**{count(points, 'point')}** with {count(n, 'report')} {'looks' if points == 1 else 'look'} like a default "
        "location, not a place: a hotspot there is one of the records, not of the street."
    )


def same_title(n: int, *, beyond_luck: bool) -> str:
    """How many reports another source's report probably tells too; "probably" only where luck joins fewer."""
    if not n:
        return "No two sources seem to report the same event"
    if not beyond_luck:
        return f"{count(n, 'report')} {'lies' if n == 1 else 'lie'} as near another source's as luck alone would bring"
    return f"{count(n, 'report')} {'is' if n == 1 else 'are'} probably the same event as another source's"


def same_line(reports: int, events: int, by_luck: int) -> str:
    """Counts before and after joining, and what luck alone would join."""
    return (
        f"**{reports:,}** reports as received, **{events:,}** events if those were joined. With each source's dates "
        f"moved weeks apart, {by_luck:,} would be joined by luck alone."
    )


def same_rule(unmatchable: int) -> str:
    """The rule, and who cannot be matched by it."""
    rule = "Same category, at most 50 m apart, at most two hours apart (the same day where only the day is known)."
    if not unmatchable:
        return rule
    return (
        f"{rule} {unmatchable:,} reports know only their month, are snapped to a map point or have no place: those "
        "cannot be matched."
    )


def import_done(totals: dict) -> str:
    """What an import did with every row."""
    return (
        f"{totals['read']:,} rows read: {totals['accepted']:,} accepted, {totals['quarantined']:,} quarantined, "
        f"{totals['duplicates']:,} duplicates. {totals['replaced']:,} earlier rows were replaced."
    )


def imported_when(at: str, who: str, files: int, aside: int) -> str:
    """When and by whom the last import was made."""
    moment = pd.Timestamp(at)
    also = f", {aside} set aside" if aside else ""
    return f"Imported {day(moment)} by {who} · {files} file{'s' if files != 1 else ''}{also}"


def place_line(name: str, open_: int) -> str:
    """An adopted place that is late with nothing, in one line."""
    return f"Adopted as {name} · {count(open_, 'open action')}"


def case_review_line(addresses: int | None, asking: int = 0, *, where: str = "") -> str:
    """The prompt to tell residents of the ASB Case Review; addresses: with two reports or more in six months,
    None where no report of them holds an address. where: the districts counted.

    asking: those of them with three or more, the usual number at which a review may be asked for
    """
    of = f" in {where}" if where else ""
    if addresses is None:
        return f"ASB Case Review: cannot be told, because no report held{of} for the last six months has an address."
    if not addresses:
        return f"ASB Case Review: no address{of} has two residents' reports of ASB in the last six months."
    verb = f"address{of} has" if addresses == 1 else f"addresses{of} have"
    more = f" {asking:,} of them {'has' if asking == 1 else 'have'} three or more." if asking else ""
    return (
        f"ASB Case Review: {addresses:,} {verb} two or more residents' reports of ASB in the last six months.{more} "
        "Explain the review to each of them (statutory guidance, September 2025)."
    )


def settings_change(areas: int, inside: float, usual_areas: int, usual_inside: float) -> str:
    """What changed settings make of the same reports, beside the hub's own settings."""
    return (
        f"{areas} areas hold {int(inside):,} reports; with the hub's own settings {usual_areas} areas "
        f"hold {int(usual_inside):,}."
    )
