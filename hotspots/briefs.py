"""Papers that pages and command line share: store → gate → paper. Each is for one kind of reader.

A councillor's paper is made from the published file alone. The others are made from the store, each
table through the gate for the viewer who asks; restricted items are in none of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

import hotspots
from hotspots import store as stores
from hotspots.analysis.published import published_numbers
from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.pipeline import hub_view
from hotspots.pipeline import register as register_tables
from hotspots.pipeline.agenda import places_to_assess
from hotspots.pipeline.comparison_view import ComparisonView
from hotspots.pipeline.outcomes import place_cases
from hotspots.pipeline.query import default_query
from hotspots.pipeline.yearly import reports_by_year, years_held
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.release.rounding import LEAST_BASE
from hotspots.settings import Settings
from hotspots.store import Store, register_reads
from hotspots.store.published import Published
from hotspots.views import comparison_words as words
from hotspots.views import sentences
from hotspots.views.outcome_paper import outcome_paper, titles_of
from hotspots.views.paper import Items, Outlines, Paper, Section, Table, Text, table_of, words_of
from hotspots.views.recipe_words import files_table, sources_in_few

WEEK = timedelta(days=7)
MOST_MAPPED = 12
YEARS_COMPARED = 3
NOT_PROVEN = (
    "A report is one source's record; it is not a proven crime, and fewer reports is not the same as less harm."
)
_HOTSPOTS = {"rank": "No.", "name": "Area", "state": "State", "n": "Reports", "before": "Window before",
             "latest": "Last month", "locations": "Locations"}  # fmt: skip
_ACTIONS = {"place": "Place", "task": "Task", "owner": "Owner", "role": "Role", "due": "Due", "days_late": "Days late"}
_DUE = {
    "place": "Place", "what": "What was done", "weeks": "Weeks after", "assess_on": "Assess on",
    "days_late": "Days late",
}  # fmt: skip
_ASSESSED = {
    "place": "Place", "what": "What was done", "weeks": "Weeks after", "done_on": "Assessed", "by": "By",
    "found": "Found",
}  # fmt: skip
_OWN_ASSESSED = {name: head for name, head in _ASSESSED.items() if name != "place"}
_CLOCKS = {"place": "Place", "what": "For", "label": "Clock", "due": "When", "standing": "Stands"}
_AREAS = {"control": "comparison area", "ring": "next door", "far ring": "farther out"}
_READINGS = {"honest": "held against the comparison area", "naive": "before and after alone", "ring": "next door",
             "luck": "by luck, picked when high"}  # fmt: skip
_DONE = {"what": "What", "lead": "Lead", "partners": "With", "start": "From", "last_day": "To", "status": "Status"}


@dataclass(frozen=True)
class Request:
    """Who asks for a paper, of which store, and when.

    today: the day the paper is for · at: London time now, for clocks
    """

    store: Store
    viewer: Viewer
    settings: Settings
    today: date
    at: datetime

    def table(self, frame: pd.DataFrame, policy: str) -> pd.DataFrame:
        """A frame as the gate lets it through."""
        return release(frame, self.viewer, policy=policy).table


def councillor_brief(held: Published, name: str, *, viewer: Viewer, marking: str) -> Paper:
    """The outcome one-pager of a place or ward by name, from the published file alone."""
    viewer.require(Action.SEE_OUTCOMES)
    current = held.current()
    titles = titles_of(current) if len(current.figures) else {}
    area = next((a for a, title in titles.items() if _same(title, name)), None)
    area = area or next((a for a, title in titles.items() if _begins(title, name)), None)
    if area is None:
        known = ", ".join(list(titles.values())[:6])
        raise BadValue(f"Nothing is published about {name!r}. Published are: {known or 'no places or wards yet'}.")
    return outcome_paper(current, area, marking=marking)


def _same(title: str, name: str) -> bool:
    return title.casefold() == name.strip().casefold()


def _begins(title: str, name: str) -> bool:
    return bool(name.strip()) and title.casefold().startswith(name.strip().casefold())


def hub_pack(ask: Request) -> Paper:
    """The pack of a hub meeting in agenda order: overdue, new and rising, top areas, to assess, clocks, done."""
    ask.viewer.require(Action.SEE_HOTSPOTS)
    query = default_query(ask.store, ask.settings, today=ask.today)
    view = hub_view(ask.store, query)
    spots = ask.table(view.table, "hotspots")
    rising = spots[spots["state"].isin(["new", "growing", "returned"])]
    papers = register_tables.meeting_papers(ask.store, on=ask.today, since=ask.today - WEEK, at=ask.at)
    due = ask.table(places_to_assess(ask.store, today=ask.today), "assessments due")
    late = ask.table(papers.overdue, "actions")
    sections = (
        Section("Actions overdue", (table_of(late, _ACTIONS, empty="No action is overdue."),)),
        Section("New and rising", (table_of(rising, _HOTSPOTS, empty="Nothing is above its usual range."),)),
        Section("Top areas", (_map(spots), table_of(spots.head(MOST_MAPPED), _HOTSPOTS))),
        Section(
            "Places to assess",
            (table_of(due, _DUE, empty="No assessment is due before the next meeting."),),
        ),
        Section("Clocks", (table_of(ask.table(papers.clocks, "clocks"), _CLOCKS, empty="No clock is running."),)),
        Section(
            "Assessed, decided and raised since the last meeting",
            (
                table_of(ask.table(papers.assessed, "assessments"), _ASSESSED, empty="Nothing was assessed."),
                table_of(ask.table(papers.decisions, "interventions"), {"place": "Place", **_DONE}),
                table_of(ask.table(papers.new_actions, "actions"), _ACTIONS, empty="No action was raised."),
            ),
        ),
    )
    found = sentences.settings_line(query.eps, query.min_samples, query.max_extent, query.window)
    return _paper(ask, "Hub meeting pack", sections, [found], window=query.window)


def _map(spots: pd.DataFrame) -> Outlines | Text:
    """A still map of the first areas, numbered as in the list; outlines only, no point and no address."""
    shown = spots.head(MOST_MAPPED)
    if shown.empty or "geometry" not in shown:
        return Text("No hotspot was found.")
    shapes = tuple(
        (str(row.rank), tuple(tuple(part.exterior.coords) for part in getattr(row.geometry, "geoms", [row.geometry])))
        for row in shown.itertuples()
    )
    return Outlines(shapes, "Outlines of the areas by rank, north up.", f"Map of {len(shapes)} numbered areas")


def evidence_pack(ask: Request, name: str) -> Paper:
    """For a peer review or an inspection: what was found at a place, done, changed, and by which methods."""
    ask.viewer.require(Action.SEE_COMPARISONS)
    cases = place_cases(ask.store, today=ask.today, wanted=lambda place: _begins(place.name, name))
    if not cases:
        raise BadValue(f"There is no place called {name!r} where something was done; see the page Places for names.")
    case = cases[0]
    place = case.place
    done = register_reads.interventions(ask.store)
    actions = register_reads.actions(ask.store)
    assessed = register_reads.assessments(ask.store)
    own_assessed = ask.table(assessed[assessed["place_id"] == place.id].sort_values("done_on"), "assessments")
    own_done = ask.table(done[done["place_id"] == place.id], "interventions")
    own_actions = ask.table(actions[actions["place_id"] == place.id], "actions")
    found = Items(
        (
            f"Kind: {place.kind}; homes: {words_of(place.dwellings) or 'not known'}; district: {place.district}.",
            f"Adopted on {sentences.day(place.adopted_on)}; boundary frozen that day ({place.geometry.area:,.0f} m²).",
            f"Problems: {', '.join(place.problem_types) or 'not recorded'}.",
        )
    )
    sections = [
        _answer(case.view, case.why_not),
        Section("What was found", (found,)),
        Section("What was done", (table_of(own_done.sort_values("start"), _DONE), table_of(own_actions, _ACTIONS))),
        Section("What the hub found when it assessed", (table_of(own_assessed, _OWN_ASSESSED, empty="Nothing yet."),)),
        *(_changed(ask, case.view) if case.view else ()),
        _checks(ask),
    ]
    return _paper(ask, f"Evidence pack: {place.name}", tuple(sections), ["For a peer review or an inspection"])


def _answer(view: ComparisonView | None, why_not: str) -> Section:
    """The whole in two sentences, before anything else."""
    if view is None:
        return Section("", (Text(f"No comparison could be made: {why_not}.", strong=True),))
    return Section("", (Text(words.headline(view), strong=True), Text(words.counts_line(view).replace("**", ""))))


def _changed(ask: Request, view: ComparisonView) -> list[Section]:
    columns = {"area": "Area", "window": "Window", "start": "From", "end": "To", "n": "Reports",
               "expected": f"Expected a {view.unit}"}  # fmt: skip
    windows = ask.table(view.windows_table, "comparison windows")
    windows = windows.assign(
        area=windows["area"].replace({**_AREAS, "target": view.place}),
        window=windows["window"].replace({"closed": "during the action"}),
        end=windows["end"] - pd.Timedelta(days=1),
    )
    intervals = ask.table(view.intervals, "comparison intervals")
    shown = intervals.assign(
        kind=intervals["kind"].replace(_READINGS),
        **{c: [words.change(v) if v == v else "" for v in intervals[c]] for c in ("change", "low", "high")},
    )
    heads = {"kind": "Reading", "about": "Of", "before": "Before", "after": "After", "change": "Change",
             "low": "From", "high": "To"}  # fmt: skip
    found = view.comparison
    methods = (
        f"Compared with {view.control.name}: {' '.join(view.control.reasons)}",
        f"Dispersion (variance over mean) {found.dispersion:.2f}; interval at {found.level:.0%}; "
        f"p = {found.p_value:.3g} (quasi-likelihood ratio of ratios).",
        f"Regression to the mean was measured on {view.references or 'nothing'}.",
        *view.control.warnings,
    )
    said = found.sentence.replace(" periods", f" {view.unit}s")
    weak = tuple(dict.fromkeys(words.caveats(view))) or ("No caveat.",)
    return [
        Section("What changed", (Text(said), table_of(windows, columns), table_of(shown, heads))),
        Section("What to keep in mind", (Items(weak),)),
        Section("What it cannot show", (Items(tuple(words.cannot_say(view))),)),
        Section("How it was compared", (Items(methods),)),
    ]


def _checks(ask: Request) -> Section:
    checks = ask.table(published_numbers(), "published numbers")
    columns = {"source": "Source", "what": "What", "published": "Published", "ours": "Ours", "agrees": "Agrees"}
    rounded = checks.assign(
        published=[f"{v:g}" for v in checks["published"]], ours=[f"{v:.6g}" for v in checks["ours"]]
    )
    return Section("Methods checked against published numbers", (table_of(rounded, columns),))


def assessment_tables(ask: Request) -> Paper:
    """Tables for the strategic assessment: kinds and districts by year, and what interventions there were."""
    ask.viewer.require(Action.SEE_TRENDS)
    years = years_held(ask.store, most=YEARS_COMPARED)
    counted = ask.table(reports_by_year(ask.store, years), "reports by year")
    done = ask.table(register_reads.interventions(ask.store), "interventions")
    sections = (
        Section("Reports by kind", (_by_year(counted, "category", "Kind"),)),
        Section("Reports by district", (_by_year(counted, "district", "District"),)),
        Section("Interventions", (table_of(done, {"place": "Place", **_DONE}),)),
    )
    lines = [f"Years to {sentences.last_day(years[-1])}"]
    return _paper(ask, "Strategic assessment: tables", sections, lines, window=Window(years[0].start, years[-1].end))


def _by_year(counted: pd.DataFrame, what: str, head: str) -> Table:
    """Reports a year, largest first, with the change of the last year; a change only on 20 reports or more."""
    own = counted[counted["what"] == what]
    table = own.pivot_table(index="name", columns="year_to", values="n", fill_value=0).astype(int)
    table = table.sort_values(table.columns[-1], ascending=False)
    rows = []
    for name, row in table.iterrows():
        last, earlier = row.iloc[-1], row.iloc[-2] if len(row) > 1 else 0
        change = words.change(last / earlier - 1) if earlier >= LEAST_BASE else ""
        rows.append((str(name) or "not known", *[f"{n:,}" for n in row], change))
    heads = (head, *[f"Year to {day:%b %Y}" for day in table.columns], "Change, last year")
    return Table(heads, tuple(rows))


def _paper(
    ask: Request, title: str, sections: tuple[Section, ...], lines: list[str], *, window: Window | None = None
) -> Paper:
    held = window or stores.months_held(ask.store)
    data_to = "" if held is None else f"Data to {sentences.day(held.end - timedelta(days=1))}"
    sources = list(stores.sources(ask.store)["source"].astype(str))
    made = f"made on {sentences.day(ask.today)}"
    limits = "reports, not proven crimes"
    foot = (
        NOT_PROVEN,
        "No address, no person and no restricted item is in this paper. Nothing here is legal advice.",
        f"Source: {', '.join(sources)}; {made} by community-safety-hub {hotspots.__version__}.",
    )
    return Paper(
        title=title,
        marking=ask.settings.marking,
        sample=ask.store.is_sample,
        made_on=ask.today,
        lines=tuple(line for line in (ask.settings.title, data_to, *lines) if line),
        sections=(*sections, _files(ask)),
        foot=foot,
        strip=" · ".join(filter(None, (data_to, sources_in_few(sources), limits, f"{made}, files: last page"))),
    )


def _files(ask: Request) -> Section:
    """From which imported files the reports held now came."""
    files = release(stores.files_in_force(ask.store), ask.viewer, policy="files behind numbers")
    return Section("Files these numbers were made from", (files_table(files),))


MEETING: Mapping[str, Callable[[Request], Paper]] = {"hub": hub_pack, "assessment": assessment_tables}
"""Reader → the paper about everything that is made for them."""
