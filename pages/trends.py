"""What is genuinely changing, and what is noise? Reports by month with their usual range."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.pipeline import HubView, Query, TrendView
from hotspots.pipeline.hub import SHORT_HISTORY
from hotspots.pipeline.trend import DISTRICT, PLACE, SCOPES, WARD, subjects_of
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import alarm_words, charts, sentences, trend_charts
from hotspots.views.palette import STATES, state_label
from pages.parts import filters, front_door, meeting, notes, papers, session, show
from pages.parts import register as shared

RISING_WIDTHS = {"Area": 180, "State": 95, "Month": 60, "Usual": 70}
UNBROKEN = "\N{WORD JOINER}\N{NO-BREAK SPACE}"
"""A blank at which no line ends, after a dash neither."""
FEWEST_DRAWN = 6
"""Months of rolling years that make a line; fewer are told in words."""
PARTS = {WARD: "ward", DISTRICT: "district", PLACE: "adopted place", "source": "source"}


def render(viewer: Viewer) -> None:
    """Control chart, rolling 12 months, same months last year, each part against the rest, and the areas."""
    viewer.require(Action.SEE_TRENDS)
    store = session.current_store()
    shared.begin()
    title, tools = st.columns([42, 58], vertical_alignment="center")
    title, tools = title.container(gap="xsmall"), tools.container(horizontal=True, horizontal_alignment="right")
    with tools:
        scope = _scope(viewer, store)
        query = filters.trend_row(store, viewer, session.first_query(store), every=True)
        subject = _subject(viewer, store, query, scope)
    view = session.trend_of(store, query, scope=scope, subject=subject)
    released = release(view.chart, viewer, policy="trend", as_of=view.last["period"].date())
    noted = release(view.notes, viewer, policy="notes on a trend")
    with tools:
        notes.notes_button(viewer, store, view, noted)
        show.downloads(
            released,
            store,
            title="Reports by month",
            settings=_recipe(view),
            name="trend",
            paper=papers.Offer("Strategic assessment", "assessment", "assessment_tables"),
        )
    with title:
        heading, caption = st.empty(), st.empty()
    heading.title(show.plain(sentences.trend_title(view.last, subject)), anchor=False)
    caption.caption(_caption(view))
    left, right = st.columns([65, 35], gap="small")
    with left:
        _control_chart(view, released, noted)
        # In presenter view on a small laptop one below the other: beside each other their figures would touch.
        with st.container(key="stacks-years" if st.session_state.get("present") else "years"):
            a, b = st.columns(2, gap="small")
        with a:
            _rolling(view, released)
        with b:
            _last_year(view, released)
        _multiples(viewer, store, view, scope)
    with right:
        if len(query.districts) == 1:
            areas = session.view_of(store, replace(query, categories=(), sources=()))
            rising = _areas(viewer, areas)
            if not subject:
                heading.title(f"{sentences.trend_title(view.last)}; {rising}", anchor=False)
        _coverage(viewer, view)


def _scope(viewer: Viewer, store: Store) -> str:
    """What the chart is of; a ward or a place is offered only where the data name one."""
    named = {WARD: session.trend_counts(store).counts["ward"].notna().any(), PLACE: session.places(viewer, store)}
    scopes = [scope for scope in SCOPES if named.get(scope, True)]
    if len(scopes) == 1:
        return DISTRICT
    return st.segmented_control(
        "What the chart is of", scopes, default=DISTRICT, required=True, format_func=str.capitalize, key="scope",
        label_visibility="collapsed", bind="query-params",
    )  # fmt: skip


def _subject(viewer: Viewer, store: Store, query: Query, scope: str) -> str:
    """The ward or place the chart is of, "" for the whole."""
    if scope == DISTRICT:
        return ""
    if scope == WARD:
        options = subjects_of(session.trend_counts(store), query)
    else:
        chosen = query.districts
        options = [p.name for p in session.places(viewer, store) if not chosen or p.district in chosen]
    if not options:
        st.caption("No report names a ward." if scope == WARD else "No place is adopted here yet.")
        return ""
    key = f"{scope}-{'-'.join(query.districts)}"
    return st.selectbox(scope.capitalize(), options, key=key, label_visibility="collapsed", width=220)


def _caption(view: TrendView) -> str:
    q = view.query
    what = " and ".join(q.categories) if q.categories else "all categories"
    fed = " and ".join(q.sources) if q.sources else "all sources"
    where = ", ".join(q.districts) or "all districts"
    words = [where, view.subject, what, fed, f"data to {sentences.month(view.last['period'])}"]
    return "Trends · " + " · ".join(show.plain(w) for w in words if w)


def _control_chart(view: TrendView, released: Released, noted: Released) -> None:
    where = show.plain(view.subject or ", ".join(view.query.districts) or "all districts")
    with show.card(sentences.control_title(view.chart), f"Reports a month, {where}, {sentences.span(view.chart)}"):
        drawn = show.made(trend_charts.noted_chart, released, noted, height=290)
        show.chart(drawn, released, alt_text=sentences.trend_alt(view.last), key="trend-chart")
        st.caption(show.plain(sentences.control_note(view.coverage)))
        _short(released)
        notes.notes_lines(noted)


def _short(released: Released) -> None:
    """Says beside a usual range of few months what it cannot do."""
    known = released.table[released.table["n"].notna()]
    earlier = len(known) - 1
    if earlier < SHORT_HISTORY and pd.notna(known["high"].iloc[-1]):
        with st.container(key="note-short"):
            st.markdown(sentences.short_history(earlier))


def _rolling(view: TrendView, released: Released) -> None:
    told = "Reports in the 12 months to each month; no line where one of the 12 was not received"
    with show.card(sentences.rolling_title(view.chart), told, stretch=True):
        known = released.table["rolling_12"].notna().sum()
        if known < FEWEST_DRAWN:
            st.caption(sentences.rolling_waits(int(known), FEWEST_DRAWN))
            return
        drawn = show.made(charts.rolling_chart, released, height=170)
        show.chart(drawn, released, alt_text="Reports in the 12 months to each month", key="trend-rolling")


def _last_year(view: TrendView, released: Released) -> None:
    with show.card(sentences.last_year_title(view.chart), "□ last year  ■ this year", stretch=True):
        if released.table["last_year"].notna().sum() < 1:
            st.caption("No month here was also received the year before.")
            return
        drawn = show.made(charts.same_months_chart, _last_six(released), height=170)
        show.chart(
            drawn,
            released,
            alt_text="The latest six months beside the same months last year",
            key="trend-year",
        )


def _last_six(released: Released) -> Released:
    return replace(released, table=released.table[released.table["n"].notna()].tail(6))


def _multiples(viewer: Viewer, store: Store, view: TrendView, scope: str) -> None:
    """Each ward, place or district beside what the rest would give it."""
    parts = release(view.parts, viewer, policy="parts of a trend")
    states = release(view.states, viewer, policy="states of parts")
    if len(states.table) < 2:
        return  # a single part is the whole, which is drawn above
    noun = PARTS[view.split]
    title = show.plain(sentences.parts_title(states.table, noun))
    scale = f"each from 0 to {trend_charts.top_of(parts):,.0f} reports a month"
    with show.card(title, f"Blue: this {noun} · grey: what the rest would give it · last 36 months, {scale}"):
        st.html(trend_charts.panels(parts, states, colours=show.colours()))
        st.caption(
            "More or less than the rest: last 12 months against the 12 before; said only where it holds after looking "
            "at all of them. An orange diamond is above its own usual range."
        )
        with st.container(horizontal=True):
            show.as_table(states.table, alt_text=f"Each {noun} against the rest", key="trend-parts")
            show.downloads(states, store, title=f"Each {noun} against the rest", settings=_recipe(view), name="parts")


def _areas(viewer: Viewer, view: HubView) -> str:
    """Hotspots above their usual range, how many would be by luck, and all states counted; returns the finding."""
    table = release(view.table, viewer, policy="hotspots").table
    rising = meeting.areas_of("rising", table)
    title = sentences.rising_title(len(rising), len(table))
    with show.card(title, alarm_words.rising_counts(view.last_month)):
        if len(rising):
            rows = _rising_table(rising)
            look = show.fitted(rows, RISING_WIDTHS)
            show.grid(rows, key="trend-rising", alt="Areas above their usual range", **look)
        with st.container(key="note-luck"):
            luck = alarm_words.luck(view.false_alarms_per_year)
            firm = sentences.firm_rises(int(rising["stands_out"].sum()), len(rising), len(table))
            checked = sentences.count(len(table), "hotspot")
            st.markdown(
                f"**How often is it luck?** {checked} checked monthly by this rule alone ring by luck {luck}. {firm}"
            )
            waiting = int((table["state"] == "not judged").sum())
            if waiting:
                st.caption(f"{waiting} of {checked} cannot be judged yet: too few earlier months.")
    with show.card(f"States of the {sentences.count(len(table), 'hotspot')}", "One word each, by a fixed rule"):
        show.read_table(_states_table(table))
    return title[0].lower() + title[1:] if title.startswith("None") else title


def _states_table(table: pd.DataFrame) -> pd.DataFrame:
    counts = table["state"].value_counts()
    rows = [
        {
            "State": state_label(word).replace(" ", UNBROKEN),
            "Hotspots": int(counts.get(word, 0)),
            "By the rule": look.rule,
        }
        for word, look in STATES.items()
    ]
    return pd.DataFrame(rows)


def _rising_table(rising: pd.DataFrame) -> pd.DataFrame:
    usual = [sentences.usual(r.usual_low, r.usual_high).removeprefix("usual ") for r in rising.itertuples()]
    return pd.DataFrame(
        {
            "Area": rising["name"],
            "State": [state_label(s) for s in rising["state"]],
            "Month": [f"{int(n):,}" for n in rising["latest"]],
            "Usual": usual,
        }
    )


def _coverage(viewer: Viewer, view: TrendView) -> None:
    show.coverage(release(view.coverage, viewer, policy="coverage"), key="trend-coverage")


def _recipe(view: TrendView) -> dict[str, str]:
    q = view.query
    return {
        "district": ", ".join(q.districts) or "all",
        "category": ", ".join(q.categories) or "all",
        "source": ", ".join(q.sources) or "all",
        "usual range": "99.5% prediction interval from earlier months; gaps are months not received",
    }


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("trends")
