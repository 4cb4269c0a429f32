"""What is happening at an adopted place, what was done there, and what is still to do?"""

from datetime import date

import pandas as pd
import streamlit as st

from hotspots.pipeline import places as composed
from hotspots.pipeline.places import PlaceView
from hotspots.register import actions as action_rules
from hotspots.register import site_checks as checks
from hotspots.register.places import Place
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.store import register_reads as reads
from hotspots.views import charts, place_charts, sentences
from hotspots.views import place_words as words
from hotspots.views.palette import STATES, state_label
from pages.parts import actions, front_door, place_forms, place_history, restricted, session, sharing, show
from pages.parts import register as shared

PERIODS = {12: "12 months", 24: "24 months", 0: "All months"}
WIDTHS = {
    "Usual": 80, "Against usual": 110, "Actions": 110, "Site": 110, "Assess": 130, "Kind": 120, "District": 110,
}  # fmt: skip
"""Columns of the list after the first three, and their pixels on a small laptop."""
SPARE = ("District", "Kind")
"""Columns that a room may go without."""


def render(viewer: Viewer) -> None:
    """The list of adopted places, or the profile of the one chosen."""
    viewer.require(Action.SEE_REGISTER)
    store = session.current_store()
    shared.begin()
    places, made = shared.charts(store)
    places = shared.in_scope(viewer, places)
    by_id = {p.id: p for p in places}
    top = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="place-top")
    head = top.container(width="content", gap="xsmall")
    tools = top.container(horizontal=True, width="content", vertical_alignment="center")
    chosen = by_id.get(_chosen(tools, by_id))
    if chosen is None:
        _all_places(viewer, store, places, made, head, tools)
    else:
        _profile(viewer, store, chosen, head, tools)


def _chosen(tools: st.delta_generator.DeltaGenerator, by_id: dict[int, Place]) -> int:
    """Id of the place on the screen, 0 for the list; the URL holds the id, never a name."""
    asked = st.query_params.get("place", "")
    st.session_state.setdefault("place", int(asked) if asked.isdigit() else 0)
    if st.session_state["place"] not in by_id:
        st.session_state["place"] = 0
    with tools:
        chosen = st.selectbox(
            "Place",
            [0, *by_id],
            format_func=lambda i: by_id[i].name if i else "All places",
            key="place",
            label_visibility="collapsed",
            width=280,
        )
    if chosen:
        st.query_params["place"] = str(chosen)
    else:
        st.query_params.pop("place", None)
    return chosen


def _all_places(
    viewer: Viewer,
    store: Store,
    places: list[Place],
    made: dict[int, pd.DataFrame],
    head: st.delta_generator.DeltaGenerator,
    tools: st.delta_generator.DeltaGenerator,
) -> None:
    table = composed.places_table(store, places, made, today=session.today(store))
    released = release(table, viewer, policy="places", as_of=session.today(store))
    rising = int(released.table["state"].isin(("new", "growing", "returned")).sum())
    with head:
        st.title(_list_title(len(released.table), rising), anchor=False)
        st.caption("Places the hub has adopted · boundary frozen · those above their usual range first")
    with tools:
        show.downloads(released, store, title="Adopted places", settings={}, name="places")
        if viewer.can(Action.RECORD) and st.button(
            "Adopt a hotspot", type="primary", icon=":material/add_location_alt:", key="adopt"
        ):
            place_forms.adopt_dialog(viewer, store)
    with show.card("Choose a place to open its profile"):
        if released.table.empty:
            st.markdown("No place has been adopted yet. Adopt a hotspot with the button above.")
        else:
            _list(released.table, made, session.today(store))
    sharing.shared_with_us(viewer, store)
    with st.expander("Comparison areas and places off the list"):
        _off_the_list(viewer, store)


def _list_title(n: int, rising: int) -> str:
    if not n:
        return "No place has been adopted yet"
    lies = "is above its" if rising == 1 else "are above their"
    return f"{rising or 'None'} of {sentences.count(n, 'place')} {lies} usual range"


def _list(table: pd.DataFrame, made: dict[int, pd.DataFrame], today: date) -> None:
    ids = table["id"].tolist()
    turn = st.session_state.get("place_turn", 0)
    key = f"places-{turn}"

    def opened() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            st.session_state["place"] = ids[rows[0]]
            st.session_state["place_turn"] = turn + 1

    month = f"{made[ids[0]].iloc[-1]['period']:%b}"
    top = max(float(table["latest"].max()), float(table["usual_high"].max()), 1.0)
    colours = show.colours()
    rows = pd.DataFrame(
        {
            "Place": table["name"],
            "State": [state_label(s) for s in table["state"]],
            month: table["latest"],
            "Usual": [sentences.usual(r.usual_low, r.usual_high).removeprefix("usual ") for r in table.itertuples()],
            "Against usual": [
                charts.against_usual(r.latest, r.usual_low, r.usual_high, top=top, colours=colours)
                for r in table.itertuples()
            ],
            "Actions": [_action_words(r.open_actions, r.late_actions) for r in table.itertuples()],
            "Site": [_site_words(n) for n in table["failed_checks"]],
            "Assess": [_assess_words(day, today) for day in table["assess_on"]],
            "Kind": table["kind"],
            "District": table["district"],
        }
    )
    widths = {"Place": 300, "State": 110, month: 56, **WIDTHS}
    if st.session_state.get("present"):
        rows = rows.drop(columns="Against usual")  # from the back of the room the words beside it say more
        widths["Place"] += widths.pop("Against usual")
    show.grid(
        rows,
        key=key,
        exported=True,
        on_select=opened,
        selection_mode="single-row",
        **show.fitted(
            rows,
            widths,
            most=14,
            spare=SPARE,
            special={
                "Against usual": st.column_config.ImageColumn(),
                month: st.column_config.NumberColumn(help="Reports in the last complete month"),
            },
        ),  # fmt: skip
        alt="Adopted places; choose a row to open it",
    )


def _action_words(open_: int, late: int) -> str:
    if late:
        return f"◷ {late} late of {open_}"
    return f"{open_} open" if open_ else "–"


def _assess_words(day: pd.Timestamp, today: date) -> str:
    late = pd.notna(day) and day.date() < today
    return f"◷ since {sentences.short_day(day)}" if late else sentences.short_day(day, "–")


def _site_words(n: int) -> str:
    return f"✕ {n} to look at" if n else "–"


def _off_the_list(viewer: Viewer, store: Store) -> None:
    frame = reads.places(store, statuses=("active", "excluded", "merged", "split"))
    adopted = {p.id for p in composed.adopted(store)}
    table = release(frame[~frame["id"].isin(adopted)], viewer, policy="places").table
    rows = pd.DataFrame(
        {
            "Place": table["name"],
            "Kind": table["kind"],
            "Status": table["status"],
            "Why": table["reason"],
            "Dwellings": table["dwellings"],
        }
    )
    show.grid(rows, key="off-the-list", alt="Comparison areas and places off the list")
    if viewer.can(Action.RECORD):
        place_history.bring_back(viewer, store)


def _profile(
    viewer: Viewer,
    store: Store,
    place: Place,
    head: st.delta_generator.DeltaGenerator,
    tools: st.delta_generator.DeltaGenerator,
) -> None:
    shared.require_scope(viewer, place)
    with tools:
        months = st.segmented_control(
            "Period", list(PERIODS), default=24, required=True, format_func=PERIODS.get, key="period",
            label_visibility="collapsed", bind="query-params",
        )  # fmt: skip
        view = shared.view_of(store, place, months or None)
        if viewer.can(Action.RECORD) and st.button(
            "Record action", type="primary", icon=":material/add:", key="record-action"
        ):
            actions.record_action_dialog(viewer, store, place.id, place.name)
    with head:
        _head(view)
    _metrics(store, view)
    left, right = st.columns([66, 34], gap="small")
    with left:
        _timeline(viewer, store, view)
    with right:
        _checklist(viewer, store, place)
        _open_actions(viewer, store, place)
    _foot(viewer, store, view)
    _tabs(viewer, store, view)


def _head(view: PlaceView) -> None:
    place, look = view.place, STATES[view.state]
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.title(show.plain(place.name), anchor=False, width="content")
        st.badge(view.state.capitalize(), icon=look.icon, color=look.badge)
        if view.since:
            st.caption(f"since {sentences.month(view.since)}", width="content")
    homes = f"{place.dwellings} dwellings · " if place.dwellings else ""
    st.caption(
        f"{place.kind.capitalize()} · {homes}boundary frozen {sentences.day(place.adopted_on)} · "
        f"data to {sentences.last_day(view.window)}"
    )


def _metrics(store: Store, view: PlaceView) -> None:
    last, (half, now, before) = view.last, view.six_months()
    columns = st.columns(5, gap="small")
    columns[0].metric(
        sentences.month(last["period"]), _number(last["n"]), sentences.usual(last["low"], last["high"]),
        delta_color="off", delta_arrow="off", border=True, height="stretch",
    )  # fmt: skip
    columns[1].metric(
        words.months_title(half), _number(now),
        f"same months a year before: {_number(before)}",
        delta_color="off", delta_arrow="off", border=True, height="stretch",
    )  # fmt: skip
    _days_since(columns[2], store, view)
    _first_action(columns[3], store, view)
    _line(columns[4], view)


def _number(n: float) -> str:
    return "no data" if pd.isna(n) else f"{int(n):,}"


def _days_since(column: st.delta_generator.DeltaGenerator, store: Store, view: PlaceView) -> None:
    day = view.last_report
    value = "–" if day is None else f"{(session.today(store) - day).days:,}"
    told = "no day is known here" if day is None else sentences.day(day)
    column.metric(
        "Days since last report", value, told, delta_color="off", delta_arrow="off", border=True, height="stretch",
        help="The latest report whose day is known; sources that give only the month are not in it.",
    )  # fmt: skip


def _first_action(column: st.delta_generator.DeltaGenerator, store: Store, view: PlaceView) -> None:
    signal = view.first_signal
    value = "no signal"
    told = words.no_signal(composed.signal_from(view.place), view.last["period"].date())
    if signal is not None:
        row = action_rules.days_to_joint_action(
            {view.place.id: signal}, reads.interventions(store), on=session.today(store)
        ).iloc[0]
        until = "no joint action yet" if row["waiting"] else sentences.short_day(row["first_joint_action"])
        value, told = f"{row['days']} days", f"{sentences.short_day(signal)} to {until}"
    column.metric(
        "First signal to first joint action", value, told, delta_color="off", delta_arrow="off", border=True,
        height="stretch", help=f"{composed.SIGNAL} {action_rules.JOINT_ACTION}",
    )  # fmt: skip


def _line(column: st.delta_generator.DeltaGenerator, view: PlaceView) -> None:
    quiet = view.state == "quiet"
    value = "not known yet" if view.line is None else f"{view.line} reports"
    # A small laptop cuts what is longer: five of these stand side by side.
    told = "too few months" if view.line is None else f"or more · by luck once in {view.years:.0f} years"
    column.metric(
        "Opens again at" if quiet else "Alarm next month at", value, told, delta_color="off", delta_arrow="off",
        border=True, height="stretch",
        help="For a quiet place: the count in one month at which its relapse watch rings (CUSUM from the last "
        "six months' rate back to the rate usual before); a slow climb rings sooner. Else: one above its usual range.",
    )  # fmt: skip


def _timeline(viewer: Viewer, store: Store, view: PlaceView) -> None:
    months = release(view.months, viewer, policy="months of a place", as_of=view.last["period"].date())
    done = release(view.lanes, viewer, policy="done at a place")
    name = show.plain(view.place.name)
    with show.card(
        sentences.control_title(view.months), f"Reports a month from all sources inside the frozen boundary, {name}"
    ):
        drawn = show.made(place_charts.timeline_chart, months, done, window=view.window, height=270)
        usual = sentences.usual(view.last["low"], view.last["high"])
        alt = f"Reports a month at {view.place.name}, {usual}; below, what was done"
        with st.container(key="place-timeline-box"):
            show.chart(drawn, months, alt_text=alt, key="place-timeline")
        if len(done.table):
            st.caption("Dashed bar: people were asked to report, so part of a rise then is people telling us.")
        recipe = {
            "boundary": f"frozen {view.place.adopted_on}",
            "window": f"{view.window.start} up to, not including, {view.window.end}",
        }
        name = f"place-{view.place.id}-months"
        show.downloads(months, store, title=f"Reports a month, {view.place.name}", settings=recipe, name=name)


def _checklist(viewer: Viewer, store: Store, place: Place) -> None:
    table = checks.checklist(reads.site_checks(store), place_id=place.id, on=session.today(store), kind=place.kind)
    rows = release(table, viewer, policy="site checks").table
    with show.card(words.site_title(rows), "Condition of the site, as last seen"):
        for row in rows.itertuples():
            item, mark, seen = st.columns([29, 47, 24], vertical_alignment="center")
            item.markdown(row.item.capitalize() if row.item.islower() else row.item)
            with mark:
                _check_badge(row)
            seen.caption(sentences.short_day(row.checked_on, "–"))
        if viewer.can(Action.RECORD) and st.button("Record a check", icon=":material/fact_check:", key="check"):
            place_forms.check_dialog(viewer, store, place)


def _check_badge(row: object) -> None:
    if not row.flag:
        word = "Secured" if row.item == "void flats" else "Working"
        st.badge(word, icon=":material/check:", color="gray")
    elif row.flag == "failed":
        st.badge("Failed", icon=":material/close:", color="orange")
    else:
        colour = "gray" if row.flag == "never checked" else "orange"
        st.badge(row.flag.capitalize(), icon=":material/schedule:", color=colour)


def _open_actions(viewer: Viewer, store: Store, place: Place) -> None:
    table = reads.actions(store)
    mine = table[(table["place_id"] == place.id) & (table["status"] == "open")].sort_values("due", kind="stable")
    today = pd.Timestamp(session.today(store))
    mine = mine.assign(days_late=(today - mine["due"]).dt.days.clip(lower=0))
    late = int((mine["days_late"] > 0).sum())
    how = "Late first; choose one to close it" if viewer.can(Action.RECORD) else "Late first"
    with show.card(f"{sentences.count(len(mine), 'open action')}, {late} late", how):
        actions.action_list(viewer, store, mine, key="place-actions", empty="No action is open here.")


def _foot(viewer: Viewer, store: Store, view: PlaceView) -> None:
    who, when, where, can = st.columns([28, 27, 21, 24], gap="small")
    with who:
        _parts(viewer, view)
    with when:
        _hours(viewer, view)
    with where:
        _repeats(viewer, view)
    with can:
        _powers(viewer, store, view.place)


def _parts(viewer: Viewer, view: PlaceView) -> None:
    released = release(view.parts, viewer, policy="parts of a place")
    sources = int((released.table["kind"] == "source").sum())
    with show.card(
        words.parts_title(view.n, sources, view.window),
        "What, and who told us, inside the frozen boundary; a hotspot on the hub screen has its own outline and dates",
        stretch=True,
    ):
        drawn = show.made(place_charts.parts_chart, released, kind="category")
        show.draw(drawn, alt_text="Reports by category", key="place-categories")
        drawn = show.made(place_charts.parts_chart, released, kind="source")
        show.chart(drawn, released, alt_text="Reports by source", key="place-sources")


def _hours(viewer: Viewer, view: PlaceView) -> None:
    with show.card("When", sentences.times_sentence(view.exact, view.n), stretch=True):
        if view.exact:
            hours = release(view.hours, viewer, policy="hours of a place")
            drawn = show.made(charts.hours_chart, hours, height=200)
            show.chart(drawn, hours, alt_text="Reports by weekday and hour", key="place-hours")


def _repeats(viewer: Viewer, view: PlaceView) -> None:
    if view.repeat.empty:
        with show.card("Repeat addresses", stretch=True):
            st.caption("No addresses: these sources do not say at which address a report was made.")
        return
    repeat = release(view.repeat, viewer, policy="repeat locations")
    top = repeat.table.iloc[0]
    title = f"One address has {top['share']:.0%}; chance gives {top['chance_low']:.0%} to {top['chance_high']:.0%}"
    with show.card(
        title, f"Share of the {view.addresses} reports with an address · dot: seen, grey: chance", stretch=True
    ):
        show.chart(show.made(place_charts.repeat_chart, repeat), repeat, alt_text=title, key="place-repeats")
        st.caption("Which addresses they are is not shown here.")


def _powers(viewer: Viewer, store: Store, place: Place) -> None:
    found = shared.routes_of(place)
    holders = release(found.agencies, viewer, policy="routes by holder")
    with show.card(
        f"Powers: {found.heading}", "Not legal advice; the powers finder has each with its source", stretch=True
    ):
        st.markdown(show.plain(words.holders_line(holders)))
        invited = shared.invited_to(viewer, store, place)
        st.markdown("**Invite**")
        st.markdown("  \n".join(show.plain(a) for a in invited["agency"].head(5)) or "No partner joins for these.")


def _tabs(viewer: Viewer, store: Store, view: PlaceView) -> None:
    names = ["Plan", "Residents", "Place and history"]
    if viewer.can(Action.UNLOCK_RESTRICTED):
        names.append("Restricted")
    tabs = st.tabs(names)
    with tabs[0]:
        place_forms.plan(viewer, store, view)
    with tabs[1]:
        place_forms.residents(viewer, store, view.place)
    with tabs[2]:
        place_history.history(viewer, store, view.place)
    if len(tabs) > 3:
        with tabs[3]:
            restricted.panel(viewer, store, view.place)


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("places")
