"""What is due to be released, and which places may have a page: what `publish` releases and its question shows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from hotspots.errors import BadValue, StoreError
from hotspots.periods import Window, add_months
from hotspots.release.outcomes import FEWEST_ADDRESSES, PlaceOutcome
from hotspots.release.partition import ALL
from hotspots.release.rounding import FEWER, shown, warrants_revision
from hotspots.release.tally import GROUPS, Tally
from hotspots.store.published import Published, read_published

DELAY_MONTHS = 1
"""A period is released this long after its last day, at the earliest."""
KEY = ["area", "start", "end", "kind"]


@dataclass(frozen=True, eq=False)
class Outlook:
    """What publishing would bring, before anything is hidden to protect it; for the person who publishes.

    table: [district, reports, figures, fewer, revised, places], a row for each district of the counts, most
    reports first ("" for places in no district, which always go out); figures are those due now, places the
    names of those that would have a page, in a tuple
    as_of: last day that a figure due covers, None when none is · refused: place → why it would have no page
    """

    table: pd.DataFrame
    as_of: date | None
    refused: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Due:
    """The figures to release and what they were made from; fresh: [area, start, end, kind, pair, shown]."""

    before: Published
    tally: Tally
    accepted: list[PlaceOutcome]
    refused: dict[str, str]
    fresh: pd.DataFrame


def outlook(
    counts: pd.DataFrame,
    *,
    held: Window,
    path: Path,
    today: date,
    places: Sequence[PlaceOutcome] = (),
    gaps: Collection[tuple[str, date]] = (),
    drawn: Collection[str] = (),
    last_version: int = 0,
) -> Outlook:
    """What `publish` would release from the same, district by district; nothing is written.

    Arguments and errors as of `publish`; how many figures must be hidden to protect small ones only the
    audit can tell, and it is made of the districts chosen.
    """
    tally = Tally.of(counts, held=held, gaps=gaps)
    due = due_of(tally, path, tally.districts, places, today=today, drawn=drawn, last_version=last_version)
    released = due.before.current().figures[KEY]
    figures = due.fresh.assign(
        district=due.fresh["area"].map(_homes(tally, due.accepted)),
        fewer=due.fresh["shown"] == FEWER,
        revised=pd.MultiIndex.from_frame(due.fresh[KEY]).isin(pd.MultiIndex.from_frame(released)),
    )
    told = figures.groupby("district").agg(
        figures=("shown", "size"), fewer=("fewer", "sum"), revised=("revised", "sum")
    )
    names = pd.Index([*tally.districts, *([""] if "" in told.index else [])], name="district")
    table = told.reindex(names, fill_value=0).astype(int).reset_index()
    table.insert(1, "reports", [tally.reports(d) for d in names])
    table["places"] = [tuple(o.place.name for o in due.accepted if o.place.district == d) for d in names]
    table = table.sort_values(["reports", "district"], ascending=[False, True], ignore_index=True)
    return Outlook(table, as_of(due.fresh) if len(due.fresh) else None, due.refused)


def due_of(
    tally: Tally,
    path: Path,
    chosen: Sequence[str],
    places: Iterable[PlaceOutcome],
    *,
    today: date,
    drawn: Collection[str],
    last_version: int,
) -> Due:
    """The figures of some districts that are due and not yet released, or changed by enough late reports.

    chosen: the districts · the rest, and errors, as of `publishing.publish`
    """
    before = read_published(path)
    require_releases(before, last_version)
    _require_outlines(before, drawn)
    accepted, refused = _accepted(places, tally, before, chosen, drawn, today)
    wanted = [*_ward_periods(tally, chosen, today), *_place_periods(accepted, tally.held)]
    fresh = _fresh(_counted(wanted, tally), before.current().figures)
    return Due(before, tally, accepted, refused, fresh)


def _homes(tally: Tally, accepted: Iterable[PlaceOutcome]) -> dict[str, str]:
    """Area → the district on whose pages its figures stand: a ring and a control are their place's."""
    of_places = {area: o.place.district for o in accepted for area in (o.area, o.ring_area, o.control_area)}
    return tally.wide_areas(tally.districts) | of_places


def require_releases(before: Published, last_version: int) -> None:
    """Raises `StoreError` for a file that lacks a release: the audit needs everything ever released."""
    if before.version < last_version:
        raise StoreError(
            f"The file of released tables ends at release {before.version}, but release {last_version} was "
            "published; restore the file from a backup, for without it no release can be checked."
        )


def _require_outlines(before: Published, drawn: Collection[str]) -> None:
    """The audit needs the outlines of all areas ever released."""
    small = {a for a in before.figures["area"] if not a.startswith(("district:", "ward:"))}
    if small - set(drawn):
        raise BadValue(
            f"{len(small - set(drawn))} areas of earlier releases are missing from the counts; count with "
            "every boundary ever released, also of places that are closed, redrawn or merged."
        )


def _accepted(
    places: Iterable[PlaceOutcome],
    tally: Tally,
    before: Published,
    chosen: Collection[str],
    drawn: Collection[str],
    today: date,
) -> tuple[list[PlaceOutcome], dict[str, str]]:
    """Places that may have a page, and why the others may not."""
    accepted, refused = [], {}
    for outcome in places:
        elsewhere = "" if outcome.place.district in (*chosen, "") else "its district is not among those published"
        reason = elsewhere or _reason_against(outcome, tally, before, drawn, today)
        if reason:
            refused[outcome.place.name] = reason
        else:
            accepted.append(outcome)
    return accepted, refused


def _reason_against(outcome: PlaceOutcome, tally: Tally, before: Published, drawn: Collection[str], today: date) -> str:
    """Why a place may not be published; empty when it may."""
    first, last, place = outcome.before, outcome.after, outcome.place
    areas = [a for a in (outcome.area, outcome.ring_area, outcome.control_area) if a]
    if (place.dwellings or 0) < FEWEST_ADDRESSES:
        return f"fewer than {FEWEST_ADDRESSES} addresses, or their number is not known"
    if not outcome.acted:
        return "nothing was done there yet"
    if not set(areas) <= set(drawn):
        return "the reports were not counted within its boundary"
    if not (first.whole_months and last.whole_months and first.length_in_months == last.length_in_months):
        return "its before and after must be whole months and equally long"
    if not (tally.held.start <= first.start and first.end <= last.start and last.end <= tally.held.end):
        return "its before and after must follow each other inside the months held"
    due = add_months(last.end, DELAY_MONTHS)
    if due > today:
        return f"its after ends too late: it may be published from {due.isoformat()}"
    if not _on_grid(outcome, before.figures):
        return "its periods overlap those released before; move on by whole periods"
    return "" if _same_reports(outcome, tally) else "its comparison was made from other reports than the tables"


def _on_grid(outcome: PlaceOutcome, released: pd.DataFrame) -> bool:
    """Whether the periods are those of the first release moved on by whole periods: no shifted windows."""
    areas = [a for a in (outcome.area, outcome.ring_area, outcome.control_area) if a]
    earlier = released[released["area"].isin(areas)]
    length = int(outcome.after.length_in_months)
    return all(
        Window(row.start.date(), row.end.date()).length_in_months == length
        and all(_months_between(row.start.date(), w.start) % length == 0 for w in (outcome.before, outcome.after))
        for row in earlier.drop_duplicates(["start", "end"]).itertuples()
    )


def _same_reports(outcome: PlaceOutcome, tally: Tally) -> bool:
    c = outcome.comparison
    rows = ((outcome.area, c.before, c.after), (outcome.ring_area, c.ring_before, c.ring_after))
    rows += ((outcome.control_area, c.control_before, c.control_after),)
    return all(
        tally.count(area, window, ALL) == count
        for area, *pair in rows
        if area
        for window, count in zip((outcome.before, outcome.after), pair, strict=True)
    )


def _months_between(a: date, b: date) -> int:
    return 12 * (b.year - a.year) + b.month - a.month


def calendar_periods(held: Window, *, today: date) -> list[Window]:
    """Whole calendar quarters and years of the months held that ended a month ago or earlier."""
    periods = []
    for months in (3, 12):
        start = date(held.start.year, 1, 1)
        while (end := add_months(start, months)) <= held.end:
            if start >= held.start and add_months(end, DELAY_MONTHS) <= today:
                periods.append(Window(start, end))
            start = end
    return periods


Wanted = tuple[str, Window, str, str]
"""Area, period, kind, and the pair it belongs to ("" for none)."""


def _ward_periods(tally: Tally, chosen: Collection[str], today: date) -> list[Wanted]:
    periods = calendar_periods(tally.held, today=today)
    return [(area, p, kind, "") for area in tally.wide_areas(chosen) for p in periods for kind in (*GROUPS, ALL)]


def _place_periods(places: Iterable[PlaceOutcome], held: Window) -> list[Wanted]:
    """A place's own periods back from its after; of ring and control the before and after alone."""
    rows: dict[tuple[str, Window], str] = {}
    for outcome in places:
        for area in (outcome.area, outcome.ring_area, outcome.control_area):
            pair = f"{area} {outcome.before.start} {outcome.after.start}"
            rows |= {(area, w): pair for w in (outcome.before, outcome.after) if area}
        for window in steps(outcome.before, outcome.after, held):
            rows.setdefault((outcome.area, window), "")
    return [(area, window, ALL, pair) for (area, window), pair in rows.items()]


def steps(before: Window, after: Window, held: Window) -> list[Window]:
    """Equal periods that hold both windows, with one more before the first where there are data.

    Where the two are not whole periods apart there is no such row of periods; then only the two.
    """
    length = int(after.length_in_months)
    if _months_between(before.start, after.start) % length:
        return [before, after]
    windows, start = [], after.start
    while start >= max(held.start, add_months(before.start, -length)):
        windows.append(Window(start, add_months(start, length)))
        start = add_months(start, -length)
    return windows[::-1]


def _counted(wanted: Iterable[Wanted], tally: Tally) -> pd.DataFrame:
    rows = [
        (area, pd.Timestamp(w.start), pd.Timestamp(w.end), kind, pair, tally.count(area, w, kind))
        for area, w, kind, pair in wanted
    ]
    return pd.DataFrame(rows, columns=[*KEY, "pair", "n"])


def _fresh(counted: pd.DataFrame, released: pd.DataFrame) -> pd.DataFrame:
    """Figures not yet released, and those that late reports changed by enough."""
    known = counted.merge(released[[*KEY, "shown"]], on=KEY, how="left")
    due = [pd.isna(old) or warrants_revision(old, n) for old, n in zip(known["shown"], known["n"], strict=True)]
    fresh = known[due].reset_index(drop=True)
    return fresh.assign(shown=[shown(n) for n in fresh["n"]]).drop(columns="n")


def as_of(figures: pd.DataFrame) -> date:
    """Last day that any of some figures covers."""
    return figures["end"].max().date() - timedelta(days=1)
