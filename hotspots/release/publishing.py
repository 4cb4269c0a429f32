"""`publish`: the released tables that councillors see, made once, the same for everybody, and audited.

Wards by calendar quarter and year and by group of kinds; places of eight or more homes where something
was done, in periods as long as their before and after. Nothing else is ever released: no free date,
area or kind. What was released is not taken back; a figure changes only where late reports add up to
five or more beyond what it already allowed. The whole of it, every release, must pass the audit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd

from hotspots.errors import BadValue, StoreError
from hotspots.intake.reading import Progress, silent
from hotspots.periods import Window, add_months
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place
from hotspots.release.audit import require_safe
from hotspots.release.outcomes import (
    FEWEST_ADDRESSES,
    Facts,
    PlaceOutcome,
    WardOutcome,
    district_facts,
    facts_as_json,
    place_facts,
    told_of,
    ward_facts,
)
from hotspots.release.outlines import Drawing, drawing_as_json, drawing_from_json, drawings_of
from hotspots.release.partition import ALL
from hotspots.release.rounding import FEWER, SUPPRESSED, shown, warrants_revision
from hotspots.release.suppression import suppress
from hotspots.release.tally import GROUPS, Tally, district_area, ward_area
from hotspots.store.published import (
    FIGURES,
    Published,
    Release,
    publishing,
    read_published,
    write_published,
)

DELAY_MONTHS = 1
"""A period is released this long after its last day, at the earliest."""
_KEY = ["area", "start", "end", "kind"]


@dataclass(frozen=True)
class Summary:
    """What one act of publishing did, for the person who did it; not for councillors.

    version: 0 when there was nothing new · figures: newly released, of them `fewer` than 5, `suppressed`
    and `revised` · pages: places and wards with an outcome · refused: place or ward → why it has none
    tried: hidden counts that the audit could not work out · districts: those released · left_out: others of
    the counts → their reports · undrawn: wards and districts of those released without an outline
    """

    version: int
    as_of: date | None
    figures: int
    fewer: int
    suppressed: int
    revised: int
    pages: int
    refused: Mapping[str, str]
    tried: int
    districts: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    undrawn: tuple[str, ...] = ()


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
class _Due:
    """The figures to release and what they were made from; fresh: [area, start, end, kind, pair, shown]."""

    before: Published
    tally: Tally
    accepted: list[PlaceOutcome]
    refused: dict[str, str]
    fresh: pd.DataFrame


def publish(
    counts: pd.DataFrame,
    *,
    held: Window,
    path: Path,
    at: datetime,
    today: date,
    districts: Collection[str] | None = None,
    places: Sequence[PlaceOutcome] = (),
    wards: Sequence[WardOutcome] = (),
    acted: Sequence[tuple[Place, Sequence[Intervention]]] = (),
    gaps: Collection[tuple[str, date]] = (),
    drawn: Collection[str] = (),
    sources: str = "",
    recipe: str = "",
    outlines: gpd.GeoDataFrame | None = None,
    sample: bool = False,
    last_version: int = 0,
    progress: Progress = silent,
) -> Summary:
    """Release what is due into the published file, or refuse.

    Parameters
    ----------
    counts : frame [month (Timestamp, its first day), district, ward, category, areas, n], every report
        in exactly one row; `areas` is a tuple of the ids of the places, rings and controls that hold it.
    held : the complete months of the counts.
    path : the file of released tables (`store.published.published_file`).
    at, today : the clock; nothing is released until a month after its period's end.
    districts : those whose wards and places are released, None for all of the counts; of the others nothing
        new is written, but they are counted and audited like all.
    places, wards : outcomes to make pages of.
    acted : every adopted place with what was done there: of one without a page of its own the district's page
        says what may be told, without its name.
    gaps : (district, month) not received from every source: "no data" there.
    drawn : ids of all places, rings and controls that `counts` was made with; all ever released are needed.
    sources : the partners' feeds in words, for the foot of the page.
    recipe : what the counts were made from, as `release.recipe` writes it; "" where that is not known.
    outlines : wards and districts as `pipeline.areas.read_areas` gives them, to draw the pages' still pictures
        from; None keeps those that were published before.
    progress : told how far it is (0 to 1) and with what.
    last_version : the last release that the hub knows of: a file that is behind was lost or put back.

    Returns
    -------
    A `Summary`. Raises `Recoverable` when a hidden count could be worked out, `StoreError` when the file
    is behind or cannot be written, `BadFrame` or `BadValue` for counts that are not as described; the
    published file is then unchanged.
    """
    with publishing(path):
        tally = Tally.of(counts, held=held, gaps=gaps)
        chosen = tally.districts if districts is None else tuple(d for d in tally.districts if d in set(districts))
        due = _due(tally, path, chosen, places, today=today, drawn=drawn, last_version=last_version)
        before = due.before
        progress(0.45, "Hiding small numbers, and what would give them away")
        new, tried = _safe(due.fresh, before, tally, progress)
        progress(0.95, "Writing the released tables")
        everything = pd.concat([before.figures, new[list(FIGURES)]], ignore_index=True)
        facts, unfit = _facts(due.accepted, [ward for ward in wards if ward.district in chosen], everything)
        named = {outcome.place.id for outcome in due.accepted}
        elsewhere = [(place, done) for place, done in acted if place.id not in named]
        pages = _changed([*facts, *_district_facts(chosen, elsewhere, everything)], before)
        drawn_now, drawings = _drawings(outlines, tally, chosen, before)
        written = bool(len(new) or len(pages) or len(drawings))
        if written:
            release = Release(before.version + 1, at, _as_of(everything), sample, sources, recipe)
            areas = _areas(tally, facts, everything, before)
            write_published(path, release, figures=new, areas=areas, pages=pages, outlines=drawings)
    return Summary(
        version=before.version + 1 if written else 0,
        as_of=_as_of(everything) if len(everything) else None,
        figures=len(new),
        fewer=int((new["shown"] == FEWER).sum()),
        suppressed=int((new["shown"] == SUPPRESSED).sum()),
        revised=len(new.merge(before.figures[_KEY].drop_duplicates(), on=_KEY)),
        pages=len(facts),
        refused=due.refused | unfit,
        tried=tried,
        districts=chosen,
        left_out={d: tally.reports(d) for d in tally.districts if d not in chosen},
        undrawn=_undrawn(drawn_now, tally.wide_areas(chosen), everything),
    )


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
    due = _due(tally, path, tally.districts, places, today=today, drawn=drawn, last_version=last_version)
    released = due.before.current().figures[_KEY]
    figures = due.fresh.assign(
        district=due.fresh["area"].map(_homes(tally, due.accepted)),
        fewer=due.fresh["shown"] == FEWER,
        revised=pd.MultiIndex.from_frame(due.fresh[_KEY]).isin(pd.MultiIndex.from_frame(released)),
    )
    told = figures.groupby("district").agg(
        figures=("shown", "size"), fewer=("fewer", "sum"), revised=("revised", "sum")
    )
    names = pd.Index([*tally.districts, *([""] if "" in told.index else [])], name="district")
    table = told.reindex(names, fill_value=0).astype(int).reset_index()
    table.insert(1, "reports", [tally.reports(d) for d in names])
    table["places"] = [tuple(o.place.name for o in due.accepted if o.place.district == d) for d in names]
    table = table.sort_values(["reports", "district"], ascending=[False, True], ignore_index=True)
    return Outlook(table, _as_of(due.fresh) if len(due.fresh) else None, due.refused)


def _due(
    tally: Tally,
    path: Path,
    chosen: Sequence[str],
    places: Iterable[PlaceOutcome],
    *,
    today: date,
    drawn: Collection[str],
    last_version: int,
) -> _Due:
    before = read_published(path)
    require_releases(before, last_version)
    _require_outlines(before, drawn)
    accepted, refused = _accepted(places, tally, before, chosen, drawn, today)
    wanted = [*_ward_periods(tally, chosen, today), *_place_periods(accepted, tally.held)]
    fresh = _fresh(_counted(wanted, tally), before.current().figures)
    return _Due(before, tally, accepted, refused, fresh)


def _homes(tally: Tally, accepted: Iterable[PlaceOutcome]) -> dict[str, str]:
    """Area → the district on whose pages its figures stand: a ring and a control are their place's."""
    of_places = {area: o.place.district for o in accepted for area in (o.area, o.ring_area, o.control_area)}
    return tally.wide_areas(tally.districts) | of_places


def _safe(fresh: pd.DataFrame, before: Published, tally: Tally, progress: Progress) -> tuple[pd.DataFrame, int]:
    """The new figures with what must be hidden hidden, and how many hidden counts the audit tried."""
    released = before.figures.assign(pair="")
    new = suppress(released, fresh.assign(version=before.version + 1), tally.cells)
    progress(0.8, "Testing what could be worked out from everything ever released")
    return new, require_safe(pd.concat([released, new], ignore_index=True), tally.cells).tried


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
    return pd.DataFrame(rows, columns=[*_KEY, "pair", "n"])


def _fresh(counted: pd.DataFrame, released: pd.DataFrame) -> pd.DataFrame:
    """Figures not yet released, and those that late reports changed by enough."""
    known = counted.merge(released[[*_KEY, "shown"]], on=_KEY, how="left")
    due = [pd.isna(old) or warrants_revision(old, n) for old, n in zip(known["shown"], known["n"], strict=True)]
    fresh = known[due].reset_index(drop=True)
    return fresh.assign(shown=[shown(n) for n in fresh["n"]]).drop(columns="n")


def _facts(
    places: Iterable[PlaceOutcome], wards: Iterable[WardOutcome], figures: pd.DataFrame
) -> tuple[list[Facts], dict[str, str]]:
    """Facts for the pages, and the wards whose periods were not released."""
    current = figures[figures["kind"] == ALL].drop_duplicates(_KEY, keep="last")
    words = {(r.area, Window(r.start.date(), r.end.date())): r.shown for r in current.itertuples()}
    facts, unfit = [], {}
    for outcome in places:
        own = {(a, w.start): s for (a, w), s in words.items() if w in (outcome.before, outcome.after)}
        facts.append(place_facts(outcome, own))
    for outcome in wards:
        area = ward_area(outcome.district, outcome.ward)
        own = {(area, w.start): words[area, w] for w in (outcome.before, outcome.after) if (area, w) in words}
        if len(own) < 2:
            unfit[outcome.ward] = "its before and after are not both released calendar periods"
        else:
            facts.append(ward_facts(outcome, area, own))
    return facts, unfit


def _district_facts(
    chosen: Collection[str], acted: Iterable[tuple[Place, Sequence[Intervention]]], figures: pd.DataFrame
) -> list[Facts]:
    """Facts of the districts in which something may be told of places without a page of their own."""
    done: dict[str, list[Intervention]] = {}
    for place, items in acted:
        done.setdefault(place.district, []).extend(items)
    quarters = figures[(figures["kind"] == ALL) & (figures["end"] == figures["start"] + pd.DateOffset(months=3))]
    latest = quarters.groupby("area")["start"].max()
    return [
        district_facts(district, district_area(district), latest[district_area(district)].date(), done[district])
        for district in chosen
        if district_area(district) in latest.index and told_of(done.get(district, ()))
    ]


def _changed(facts: Iterable[Facts], before: Published) -> pd.DataFrame:
    """Pages that are new or say something new."""
    held = dict(before.current().pages[["area", "facts"]].itertuples(index=False))
    rows = [(f.area, text) for f in facts if held.get(f.area) != (text := facts_as_json(f))]
    return pd.DataFrame(rows, columns=["area", "facts"])


def _drawings(
    outlines: gpd.GeoDataFrame | None, tally: Tally, chosen: Collection[str], before: Published
) -> tuple[dict[str, Drawing], pd.DataFrame]:
    """District → the drawing that holds now, and those to write: new or redrawn."""
    held = dict(before.current().outlines[["district", "drawing"]].itertuples(index=False))
    made = (
        {}
        if outlines is None
        else drawings_of(outlines, districts=chosen, wards=[pair for pair in tally.wards if pair[0] in chosen])
    )
    told = {district: drawing_as_json(drawing) for district, drawing in made.items()}
    rows = [(district, text) for district, text in told.items() if held.get(district) != text]
    now = {district: drawing_from_json(text) for district, text in (held | told).items()}
    return now, pd.DataFrame(rows, columns=["district", "drawing"])


def _undrawn(drawings: Mapping[str, Drawing], wide: Collection[str], figures: pd.DataFrame) -> tuple[str, ...]:
    """Names of those of some wards and districts that have figures and no outline."""
    drawn = {area for drawing in drawings.values() for area in drawing.rings}
    return tuple(sorted(a.partition(":")[2] for a in (set(wide) & set(figures["area"])) - drawn))


def _areas(tally: Tally, facts: Iterable[Facts], figures: pd.DataFrame, before: Published) -> pd.DataFrame:
    """Name, district and ward of every area with a figure that is new or was renamed."""
    named = {district_area(d): ("district", d, d, "") for d in tally.districts}
    named |= {ward_area(d, w): ("ward", w, d, w) for d, w in tally.wards}
    for f in facts:
        if f.level == "place":
            named |= {a: ("comparison", "", f.district, "") for a in (f.ring_area, f.control_area) if a}
            named[f.area] = ("place", f.name, f.district, f.ward)
    rows = [(area, *words) for area, words in named.items() if area in set(figures["area"])]
    columns = ["area", "level", "name", "district", "ward"]
    held = set(before.current().areas[columns].itertuples(index=False, name=None))
    return pd.DataFrame([row for row in rows if row not in held], columns=columns)


def _as_of(figures: pd.DataFrame) -> date:
    return figures["end"].max().date() - timedelta(days=1)
