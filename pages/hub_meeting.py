"""Where is it, and what do we do about it? The shared screen of a hub meeting."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from hotspots import briefs
from hotspots.pipeline import Card, HubView, Query, card_of, repeats_of
from hotspots.pipeline.agenda import drive_since, place_of
from hotspots.register.places import Place
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import charts, maps, sentences
from hotspots.views.palette import STATES, state_label
from pages.parts import actions, filters, papers, session, show
from pages.parts.map import draw_map

RISING = ("new", "growing", "returned")
ROWS_SHOWN = 7
_MOVED = "Against the same window one month earlier"


def render(viewer: Viewer) -> None:
    """The hub screen: agenda and filters above, map on the left, ranked list and card on the right."""
    viewer.require(Action.SEE_HOTSPOTS)
    store = session.current_store()
    top = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="hub-top")
    with top:
        agenda = st.container(width="content")
        tools = st.container(horizontal=True, width="content", vertical_alignment="center", key="hub-tools")
    with tools:
        first = session.first_query(store)
        query = filters.filter_row(store, viewer, first)
    view = session.view_of(store, query)
    released = release(view.table, viewer, policy="hotspots", as_of=view.last_month)
    with tools:
        name = f"hotspots-{query.window.end}"
        pack = papers.Offer("Meeting pack", "meeting-pack", briefs.hub_pack)
        show.downloads(released, store, title="Hotspots", settings=_recipe(view), name=name, paper=pack)
    with agenda:
        step = _agenda(viewer, store, released)
    _body(viewer, store, view, released, step)
    _foot(store, view, first)


def _agenda(viewer: Viewer, store: Store, released: Released) -> str:
    """The meeting's items in order, counts first; opens on the first that has something."""
    late = len(actions.overdue(viewer, store).table)
    rising = int(released.table["state"].isin(RISING).sum())
    assess = len(session.assessments(store))
    labels = {
        "late": f"**{late}** overdue action{'' if late == 1 else 's'}",
        "rising": f"**{rising}** new and rising",
        "all": f"**{len(released.table)}** top areas",
        "assess": f"**{assess}** to assess",
    }
    opens = "late" if late else "rising" if rising else "all"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        step = st.segmented_control(
            "Agenda",
            list(labels),
            default=opens,
            required=True,
            format_func=labels.get,
            key="step",
            label_visibility="collapsed",
        )
        if viewer.can(Action.RECORD) and st.button("New action", icon=":material/add:", shortcut="Ctrl+Enter"):
            actions.record_action_dialog(viewer, store)
    return step


@st.fragment
def _body(viewer: Viewer, store: Store, view: HubView, released: Released, step: str) -> None:
    listed = released.table if step != "rising" else released.table[released.table["state"].isin(RISING)]
    chosen = _chosen(released, listed)
    with st.container(key="hub-body"):
        left, right = st.columns([53, 47], gap="small")
    # The card is written first, before list and map, so that a click never waits for it.
    with right, st.container(gap="xsmall"):
        ranked = st.container(gap="xsmall")
        _card(viewer, store, view, released, chosen)
        with ranked:
            if step == "late":
                _late_actions(viewer, store)
            elif step == "assess":
                _assessments(viewer, store)
            else:
                _ranked_list(view, released, listed, chosen)
    with left, st.container(key="hub-map"):
        _map(store, view, released, chosen)


def _chosen(released: Released, listed: pd.DataFrame) -> str | None:
    """The chosen hotspot while it exists, else the first of the list."""
    chosen = st.session_state.get("chosen")
    if chosen in set(released.table["id"]):
        return chosen
    return listed["id"].iloc[0] if len(listed) else None


def _late_actions(viewer: Viewer, store: Store) -> None:
    st.markdown("##### Overdue actions, the latest first")
    actions.overdue_list(viewer, store, key="hub-late")


def _assessments(viewer: Viewer, store: Store) -> None:
    due = release(session.assessments(store), viewer, policy="assessments due").table
    st.markdown("##### Did it work? Assessments due by the next meeting")
    if due.empty:
        st.caption("No intervention is due for assessment this week.")
        return
    rows = due.assign(assess_on=due["assess_on"].dt.strftime("%-d %b %Y"))
    names = {"place": "Place", "what": "What was done", "assess_on": "Assess on", "weeks": "Weeks after"}
    st.dataframe(rows[list(names)].rename(columns=names), hide_index=True, alt="Assessments due")


def _ranked_list(view: HubView, released: Released, listed: pd.DataFrame, chosen: str | None) -> None:
    inside = int(released.table["n"].sum())
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        title = sentences.hub_title(len(released.table), inside, view.incidents)
        st.markdown(f"##### {title}", width="content")
        counts = f"{inside:,} of {sentences.count(view.incidents)}, {sentences.period(view.query.window)}"
        st.caption(counts, width="content")
    if listed.empty:
        st.info(_nothing(released))
        return
    rows = listed["id"].tolist()
    at = [rows.index(chosen)] if chosen in rows else []
    turn = st.session_state.get("map_turn", 0)
    key = f"list-{view.query.window.end}-{turn}"

    def from_list() -> None:
        selection = st.session_state[key].selection
        picked = [row for row, _ in selection.cells] + selection.rows
        if picked:
            st.session_state["chosen"] = rows[picked[0]]
            st.session_state["list_turn"] = st.session_state.get("list_turn", 0) + 1

    tall = 44 if st.session_state.get("present") else 40
    st.dataframe(
        _list_table(listed),
        key=key,
        hide_index=True,
        on_select=from_list,
        selection_mode=["single-row", "single-cell"],
        selection_default={"selection": {"rows": at, "cells": [(row, "Area") for row in at]}},  # lets the arrow keys in
        row_height=tall,
        height=tall * (min(len(rows), ROWS_SHOWN) + 1) + 2,
        column_config=_columns(view),
        alt="Hotspots ranked by reports; choose a row to see its card",
    )


def _list_table(listed: pd.DataFrame) -> pd.DataFrame:
    top = float(np.nanmax([listed["latest"].max(), listed["usual_high"].max(), 1]))
    return pd.DataFrame(
        {
            "Rank": listed["rank"],
            "Moved": listed["moved"],
            "Area": listed["name"],
            "State": [state_label(s) for s in listed["state"]],
            "Month": listed["latest"],
            "Against usual": [
                charts.against_usual(r.latest, r.usual_low, r.usual_high, top=top) for r in listed.itertuples()
            ],
            "Usual": [sentences.usual(r.usual_low, r.usual_high).removeprefix("usual ") for r in listed.itertuples()],
            "Window": listed["n"],
        }
    )


def _columns(view: HubView) -> dict:
    months = int(view.query.window.length_in_months)
    presenting = bool(st.session_state.get("present"))
    return {
        "Rank": st.column_config.NumberColumn(width=40),
        # From the back of the room the name matters more than last month's rank, which the card says too.
        "Moved": None if presenting else st.column_config.TextColumn(width=50, help=_MOVED),
        "Area": st.column_config.TextColumn(width=200 if presenting else 150),
        "State": st.column_config.TextColumn(width=78, help="By one fixed rule; see Method"),
        "Month": st.column_config.NumberColumn(f"{view.last_month:%b}", width=40, format="localized"),
        "Against usual": st.column_config.ImageColumn(width=90),
        "Usual": st.column_config.TextColumn(width=54),
        "Window": st.column_config.NumberColumn(f"{months} m", width=46, format="localized"),
    }


def _nothing(released: Released) -> str:
    if released.table.empty:
        return "No area reached the least number of reports. Lower it in the hotspot settings, or widen the dates."
    nearest = released.table.iloc[0]
    return (
        f"{len(released.table)} areas checked: none is new, growing or returned. The largest, {nearest['name']}, "
        f"had {nearest['latest']:.0f} in the last month "
        f"({sentences.usual(nearest['usual_low'], nearest['usual_high'])})."
    )


def _card(viewer: Viewer, store: Store, view: HubView, released: Released, chosen: str | None) -> None:
    with st.container(border=True, key="card", gap="xsmall"):
        if chosen is None:
            st.markdown("Choose an area on the map or in the list to see its card.")
            return
        row = released.table[released.table["id"] == chosen].iloc[0]
        card = card_of(view, chosen)
        _card_head(row)
        number, drawn, who = st.columns([18, 52, 30], gap="small")
        with number:
            _big_number(view, row)
        with who, st.container(key="who", gap="xsmall"):
            _who_sees_it(viewer, card)
        with drawn:
            _card_chart(viewer, view, card, row)
        place = place_of(row["geometry"], session.places(viewer, store))
        _card_notes(store, view, card, row, place)
        _card_actions(viewer, store, place)


def _card_head(row: pd.Series) -> None:
    look = STATES[row["state"]]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.subheader(show.plain(row["name"]), anchor=False, width="content")
            st.badge(row["state"].capitalize(), icon=look.icon, color=look.badge)
        moved = {"–": "unmoved", "new": "not among them a month ago"}.get(row["moved"], row["moved"])
        st.caption(f"rank {row['rank']}, {moved}", width="content")


def _big_number(view: HubView, row: pd.Series) -> None:
    latest = "no data" if pd.isna(row["latest"]) else f"{int(row['latest']):,}"
    usual = sentences.usual(row["usual_low"], row["usual_high"])
    when = sentences.month(view.last_month)
    st.html(f"<div class='quiet'>{when}</div><div class='big-number'>{latest}</div><div>{usual}</div>")


def _who_sees_it(viewer: Viewer, card: Card) -> None:
    parts = release(card.parts, viewer, policy="parts of a hotspot").table
    for kind, heading in (("source", "Who sees it"), ("category", "What")):
        rows = parts[parts["kind"] == kind]
        words = " · ".join(f"{show.plain(r.word)} {r.n:,}" for r in rows.head(4).itertuples())
        rest = rows["n"].iloc[4:].sum()
        st.markdown(f"**{heading}**  \n{words}{f' · other {rest:,}' if rest else ''}")


def _card_chart(viewer: Viewer, view: HubView, card: Card, row: pd.Series) -> None:
    kinds = ["Months", "Hours", "Repeats"]
    kind = st.segmented_control(
        "Show", kinds, default="Months", required=True, key="card-chart", label_visibility="collapsed"
    )
    if kind == "Months":
        months = release(card.months, viewer, policy="months of a hotspot", as_of=view.last_month)
        drawn = charts.month_spec(months, colours=show.colours())
        low, high = row["usual_low"], row["usual_high"]
        text = f"Reports a month, {sentences.usual(low, high)}; last month {row['latest']:.0f}"
        show.chart(drawn, months, alt_text=text, key="card-months")
    elif kind == "Hours":
        st.caption(sentences.times_sentence(card.exact, int(row["n"])))
        if card.exact:
            hours = release(card.hours, viewer, policy="hours of a hotspot")
            drawn = charts.hours_chart(hours, colours=show.colours())
            show.chart(drawn, hours, alt_text="Reports by weekday and hour", key="card-hours")
    else:
        _repeats(viewer, view, card, row["id"])


def _repeats(viewer: Viewer, view: HubView, card: Card, hotspot: str) -> None:
    if not card.addresses:
        st.caption("No addresses: these sources do not say at which address a report was made.")
        return
    repeat = release(repeats_of(view, hotspot), viewer, policy="repeat locations")
    for line in sentences.repeat_lines(repeat.table, card.addresses):
        st.markdown(line)
    st.caption("Which addresses they are is not shown here.")


def _card_actions(viewer: Viewer, store: Store, place: Place | None) -> None:
    """Record an action without leaving the map; the profile is one click away."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right"):
        if place is not None:
            open_, late = session.open_actions(store, place.id)
            st.caption(sentences.place_line(place.name, place.dwellings, open_, late))
            st.page_link(
                st.session_state["pages"]["places"], label="Open profile", query_params={"place": str(place.id)}
            )
        if viewer.can(Action.RECORD) and st.button("Record action", type="primary", icon=":material/add:"):
            actions.record_action_dialog(viewer, store, place.id if place else None, place.name if place else None)


def _card_notes(store: Store, view: HubView, card: Card, row: pd.Series, place: Place | None) -> None:
    st.markdown(sentences.against_before(row["n"], row["before"], view.query.window))
    notes = []
    drive = drive_since(store, place, month=view.last_month) if place else None
    if drive:
        notes.append(f"Residents have been asked to report since {sentences.day(drive)}: some of the rise is that.")
    if row["one_map_point"] and card.snapped == row["n"]:
        notes.append(sentences.one_point_sentence())
    elif card.snapped:
        notes.append(sentences.snapped_sentence(card.snapped, int(row["n"])))
    if row["too_wide"]:
        notes.append("Wider than a walk even at the shortest reach: read it as a stretch, not a block.")
    for note in notes:
        with st.container(key=f"note-{hash(note) % 1000}"):
            st.markdown(note)


def _map(store: Store, view: HubView, released: Released, chosen: str | None) -> None:
    missing = session.asset_trouble()
    if missing:
        st.warning(
            f"The map cannot be drawn: {', '.join(missing)} is missing. Run the README's first command again; "
            "the list and the card work without it."
        )
        return
    bounds = st.session_state.setdefault("bounds", {})
    place = view.query.districts
    if place not in bounds:
        bounds[place] = maps.bounds_of(released, store.crs) or session.bounds_of_points(store, view)

    def on_pick(hotspot: str) -> None:
        if st.session_state.get("chosen") != hotspot:
            st.session_state["chosen"] = hotspot
            st.session_state["map_turn"] = st.session_state.get("map_turn", 0) + 1

    basemap = session.basemap(store)
    draw_map(
        released,
        key="hub",
        chosen=chosen,
        crs=store.crs,
        bounds=bounds[place],
        on_pick=on_pick,
        basemap=basemap,
        dark=show.is_dark(),
        ground=session.ground_of(store, place) if basemap.kind == "none" else None,
        bring_into_view=st.session_state.get("list_turn", 0),
    )


def _foot(store: Store, view: HubView, first: Query) -> None:
    q = view.query
    usual = replace(q, eps=first.eps, max_extent=first.max_extent, min_incidents=first.min_incidents)
    if usual != q:
        was = session.view_of(store, usual)
        before, now = was.table["n"].sum(), view.table["n"].sum()
        told = sentences.settings_change(len(view.table), now, len(was.table), before)
        st.caption(f"**Changed settings:** {told}")
    inside = int(view.table["n"].sum())
    unlocated = (
        f" {sentences.count(view.unlocated)} without a location are counted but not on the map."
        if view.unlocated
        else ""
    )
    st.caption(
        f"{sentences.settings_line(q.eps, view.hotspots.min_samples, q.max_extent, q.window)} "
        f"{len(view.table)} areas hold {sentences.share(inside, view.incidents)} of reports "
        f"({inside:,} of {view.incidents:,})."
        f"{unlocated} Data to {sentences.last_day(q.window)}. Ground: {show.plain(session.basemap(store).words)}. "
        "A report is not a proven crime."
    )


def _recipe(view: HubView) -> dict[str, str]:
    q = view.query
    return {
        "window": f"{q.window.start} up to, not including, {q.window.end}",
        "district": ", ".join(q.districts) or "all",
        "category": ", ".join(q.categories) or "all",
        "source": ", ".join(q.sources) or "all",
        "eps": f"{q.eps:g} m",
        "min_samples": str(view.hotspots.min_samples),
        "largest extent": f"{q.max_extent:g} m",
    }


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    st.switch_page("dashboard.py")
