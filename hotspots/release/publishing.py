"""`publish`: the released tables that councillors see, made once, the same for everybody, and audited.

Wards by calendar quarter and year and by group of kinds; places of eight or more homes where something
was done, in periods as long as their before and after. Nothing else is ever released: no free date,
area or kind. What was released is not taken back; a figure changes only where late reports add up to
five or more beyond what it already allowed. The whole of it, every release, must pass the audit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd

from hotspots.intake.reading import Progress, silent
from hotspots.periods import Window
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place
from hotspots.release.audit import require_safe
from hotspots.release.due import KEY, as_of, due_of
from hotspots.release.outcomes import (
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
from hotspots.release.rounding import FEWER, SUPPRESSED
from hotspots.release.suppression import suppress
from hotspots.release.tally import Tally, district_area, ward_area
from hotspots.store.published import (
    FIGURES,
    Published,
    Release,
    publishing,
    write_published,
)


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
        due = due_of(tally, path, chosen, places, today=today, drawn=drawn, last_version=last_version)
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
            release = Release(before.version + 1, at, as_of(everything), sample, sources, recipe)
            areas = _areas(tally, facts, everything, before)
            write_published(path, release, figures=new, areas=areas, pages=pages, outlines=drawings)
    return Summary(
        version=before.version + 1 if written else 0,
        as_of=as_of(everything) if len(everything) else None,
        figures=len(new),
        fewer=int((new["shown"] == FEWER).sum()),
        suppressed=int((new["shown"] == SUPPRESSED).sum()),
        revised=len(new.merge(before.figures[KEY].drop_duplicates(), on=KEY)),
        pages=len(facts),
        refused=due.refused | unfit,
        tried=tried,
        districts=chosen,
        left_out={d: tally.reports(d) for d in tally.districts if d not in chosen},
        undrawn=_undrawn(drawn_now, tally.wide_areas(chosen), everything),
    )


def _safe(fresh: pd.DataFrame, before: Published, tally: Tally, progress: Progress) -> tuple[pd.DataFrame, int]:
    """The new figures with what must be hidden hidden, and how many hidden counts the audit tried."""
    released = before.figures.assign(pair="")
    new = suppress(released, fresh.assign(version=before.version + 1), tally.cells)
    progress(0.8, "Testing what could be worked out from everything ever released")
    return new, require_safe(pd.concat([released, new], ignore_index=True), tally.cells).tried


def _facts(
    places: Iterable[PlaceOutcome], wards: Iterable[WardOutcome], figures: pd.DataFrame
) -> tuple[list[Facts], dict[str, str]]:
    """Facts for the pages, and the wards whose periods were not released."""
    current = figures[figures["kind"] == ALL].drop_duplicates(KEY, keep="last")
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
