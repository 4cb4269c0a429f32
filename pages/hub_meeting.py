"""Where is it, and what do we do about it? The shared screen of a hub meeting."""

import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from hotspots.pipeline import HubView, Query
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import charts, maps, sentences
from hotspots.views.palette import state_label
from pages.parts import filters, front_door, guides, hub_card, meeting, papers, session, show, signin
from pages.parts import register as shared
from pages.parts.map import draw_map

ROWS_SHOWN, ROWS_PRESENTED = 8, 4
_HEAD = 42
"""Pixels of the head of the list and its edges."""
ROWS_IN_SIGHT = 2
"""Of those presented, the rows that a small laptop has room for."""
_MOVED = "Rank against the set kept before, else against the same window one month earlier; new: it was not among them"
_ID = "A hotspot keeps its id and name while it shares most of its addresses or ground; – where no set knows it yet"
_RANGE = "The last month against its usual range"
_TOO_FEW = "too few"
_USUAL = f"What earlier months of the same place usually held; {_TOO_FEW}: those months cannot tell"
TITLES = {
    "late": "Overdue actions, agency by agency",
    "assess": "Did it work? Assessments due by the next meeting",
    "new": "What we agreed since the last meeting",
}
"""What the right side is headed with where it is not the ranked list."""
LINK = ("step", "area")
"""What a link calls the item of the agenda and the chosen area."""


def render(viewer: Viewer) -> None:
    """The hub screen: agenda and filters above, map on the left, ranked list and card on the right."""
    viewer.require(Action.SEE_HOTSPOTS)
    store = session.current_store()
    shared.begin()
    title = st.container(key="paper-hub-title")
    top = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="hub-top")
    with top:
        agenda = st.container(width="content")
        tools = st.container(horizontal=True, width="content", vertical_alignment="center", key="hub-tools")
    with tools:
        first = session.first_query(store)
        query = filters.filter_row(store, viewer, first)
    view = session.view_of(store, query)
    table = session.lasting_table(store, query)
    released = release(table, viewer, policy="hotspots", as_of=view.last_month)
    where = show.plain(", ".join(query.districts) or "all districts")
    title.markdown(
        f"# Hub meeting: {where}\n\n{sentences.period(query.window)}. The map is not printed; the meeting pack under "
        "*Export* holds it."
    )
    if st.session_state.get("present"):
        with top, st.container(key="hub-left-out", width="content"):
            st.caption("Filters, Export, who reported it:  \nleave *Presenter view* under *Display*")
    with tools:
        name = f"hotspots-{query.window.end}"
        pack = papers.Offer("Meeting pack", "meeting-pack", "hub_pack")
        show.downloads(released, store, title="Hotspots", settings=_recipe(view), name=name, paper=pack)
    _follow_link(released)
    with agenda:
        step = meeting.agenda(viewer, store, released)
    st.session_state["whole"] = True
    _body(viewer, store, view, released, step, first)
    if step in meeting.BY_AREA:  # beside the list it would be sent again at every click
        _list_on_paper(view, meeting.areas_of(step, released.table))


@st.fragment
@signin.checked
def _body(viewer: Viewer, store: Store, view: HubView, released: Released, step: str, first: Query) -> None:
    listed = meeting.areas_of(step, released.table)
    chosen = _chosen(released, meeting.areas_about(step, viewer, store, released.table))
    st.session_state["on_card"] = chosen
    _write_link(released, step, chosen)
    with st.container(key="hub-body"):
        left, right = st.columns([53, 47], gap="small")
    beside, below = left.container(key="hub-map"), right.container(gap="xsmall")
    ranked = below.container(gap="xsmall")
    for part in _order():
        if part == "card":
            with below:
                hub_card.card(viewer, store, view, released, chosen, none=meeting.no_area(step))
        elif part == "list":
            with ranked:
                _list(viewer, store, view, released, step, listed, chosen)
        else:
            with beside:
                meeting.turn(released.table, step, chosen)
                _map(store, view, released, chosen)
            with left, st.container(key="hub-foot"):
                _foot(store, view, first)


def _order() -> tuple[str, ...]:
    """What is written first is seen first, wherever it stands.

    After a click that is the card; after another choice of filters the list; on a page just opened the map, whose
    frame takes longest to load.
    """
    if not st.session_state.pop("whole", False):
        return ("card", "list", "map")
    opened = st.session_state.get("body_drawn", False)
    st.session_state["body_drawn"] = True
    return ("list", "card", "map") if opened else ("map", "list", "card")


def _list(
    viewer: Viewer,
    store: Store,
    view: HubView,
    released: Released,
    step: str,
    listed: pd.DataFrame,
    chosen: str | None,
) -> None:
    """What the item of the agenda goes through: areas, actions or assessments."""
    st.markdown(f"## {_heading(view, released, listed, step)}")
    if step == "late":
        meeting.late_actions(viewer, store, released.table)
    elif step == "assess":
        meeting.assessments(viewer, store, released.table)
    elif step == "new":
        meeting.closing(viewer, store, view, released)
    else:
        _ranked_list(view, released, listed, chosen)
    if step in ("rising", "new"):
        meeting.case_review(store, view, step)


def _chosen(released: Released, about: list[str]) -> str | None:
    """The chosen hotspot while it exists, else the first of those that the item of the agenda is about."""
    chosen = st.session_state.get("chosen")
    if chosen == meeting.NOWHERE:
        return None
    return chosen if chosen in set(released.table["id"]) else next(iter(about), None)


def _follow_link(released: Released) -> None:
    """Open what a shared link names, on the first run of a session; an area that is gone chooses nothing."""
    step, asked = (st.query_params.get(key) for key in LINK)
    if step in meeting.STEPS:
        st.session_state.setdefault("step", step)
    if asked and "chosen" not in st.session_state:
        words = released.table["id"].map(_link_words(released))
        st.session_state["chosen"] = next(iter(released.table.loc[words == asked, "id"]), None)


def _write_link(released: Released, step: str, chosen: str | None) -> None:
    """Name item and area in the address, so that a link shows another viewer with the same rights the same."""
    area = _link_words(released).get(chosen) if st.session_state.get("chosen") else None
    for key, word in zip(LINK, (step, area), strict=True):
        if word and st.query_params.get(key) != word:
            st.query_params[key] = word


def _link_words(released: Released) -> dict[str, str]:
    """Area → its lasting id, which next month's link still means; else its rank in this run. Never where it is."""
    table = released.table
    return {r.id: r.hotspot or str(r.rank) for r in table.itertuples()}


def _heading(view: HubView, released: Released, listed: pd.DataFrame, step: str) -> str:
    """What the item of the agenda is about."""
    table, where = released.table, show.plain(", ".join(view.query.districts))
    if step == "rising" and len(table):
        return sentences.new_or_back_title(len(listed), where=where)
    return TITLES.get(step) or sentences.hub_title(len(table), int(table["n"].sum()), view.incidents, where=where)


def _ranked_list(view: HubView, released: Released, listed: pd.DataFrame, chosen: str | None) -> None:
    if listed.empty:
        st.info(_nothing(view, released))
        return
    if st.session_state.get("present"):
        listed = _from_sight(listed, chosen)
    rows = listed["id"].tolist()
    rows_shown, tall = (ROWS_PRESENTED, 44) if st.session_state.get("present") else (ROWS_SHOWN, 32)
    at = [rows.index(chosen)] if chosen in rows else []
    turn = st.session_state.get("map_turn", 0)
    # Another list is another element: it would keep the row that was ticked in the one before it.
    key = f"list-{zlib.crc32(repr(rows).encode())}-{turn}"

    def from_list() -> None:
        if st.session_state.get("map_turn", 0) != turn:
            return  # word of a list that a key or the map has since replaced
        selection = st.session_state[key].selection
        cells = [tuple(cell) for cell in selection.cells]
        picked = [row for row in (*(row for row, _ in cells), *selection.rows) if row not in at]
        if picked:
            st.session_state["chosen"] = rows[picked[0]]
            st.session_state["list_turn"] = st.session_state.get("list_turn", 0) + 1
        # A cell that is pressed leaves the tick where it was: it follows, as card and map do.
        ticked = picked[:1] or at
        st.session_state[key] = {"selection": {"rows": ticked, "cells": [c for c in cells if c[0] in ticked]}}

    with st.container(key="hub-list"):
        st.dataframe(
            _list_table(listed),
            key=key,
            hide_index=True,
            on_select=from_list,
            selection_mode=["single-row", "single-cell"],
            selection_default={
                "selection": {"rows": at, "cells": [(row, "Area") for row in at]}
            },  # lets the arrow keys in
            row_height=tall,
            height="content" if len(rows) <= rows_shown else tall * rows_shown + _HEAD,
            column_config=_columns(view, listed),
            alt="Hotspots ranked by reports; choose a row to see its card",
        )


def _list_on_paper(view: HubView, listed: pd.DataFrame) -> None:
    columns, alt = _columns(view, listed), "Hotspots ranked by reports"
    show.written_out(_list_table(listed), key="hub-areas", alt=alt, exported=True, columns=columns)


def _from_sight(listed: pd.DataFrame, chosen: str | None) -> pd.DataFrame:
    """The list begun where a room sees the chosen area without scrolling; what stood above goes on at its end."""
    at = listed["id"].tolist().index(chosen) if chosen in set(listed["id"]) else 0
    first = max(0, at - ROWS_IN_SIGHT + 1)
    return pd.concat([listed.iloc[first:], listed.iloc[:first]])


def _list_table(listed: pd.DataFrame) -> pd.DataFrame:
    top = float(np.nanmax([listed["latest"].max(), listed["usual_high"].max(), 1]))
    colours = show.colours()
    return pd.DataFrame(
        {
            "Rank": listed["rank"],
            "Area": listed["name"],
            "State": [state_label(s) for s in listed["state"]],
            "Month": listed["latest"],
            "Range": [
                charts.against_usual(r.latest, r.usual_low, r.usual_high, top=top, colours=colours)
                for r in listed.itertuples()
            ],
            "Usual": [
                _TOO_FEW if pd.isna(r.usual_high) else sentences.usual(r.usual_low, r.usual_high).removeprefix("usual ")
                for r in listed.itertuples()
            ],
            "Window": listed["n"],
            "Moved": listed["moved"],
            "Id": listed["hotspot"].where(listed["hotspot"] != "", "–"),
        }
    )


def _columns(view: HubView, listed: pd.DataFrame) -> dict:
    ids, moved = (listed["hotspot"] != "").any(), (listed["moved"] != "").any()
    months = int(view.query.window.length_in_months)
    presenting = bool(st.session_state.get("present"))
    return {
        "Rank": st.column_config.NumberColumn(width=60 if presenting else 40),
        # From the back of the room the name matters more than last month's rank, which the card says too.
        "Moved": None if presenting or not moved else st.column_config.TextColumn(width=50, help=_MOVED),
        "Area": st.column_config.TextColumn(width=240 if presenting else 180),
        "State": st.column_config.TextColumn(width=98 if presenting else 78, help="By one fixed rule; see Method"),
        "Month": st.column_config.NumberColumn(f"{view.last_month:%b}", width=40, format="localized"),
        # A picture of 60 pixels says less to a room than the words beside it, which need its room.
        "Range": None
        if presenting
        else st.column_config.ImageColumn(width=66, help="The last month against its usual range"),
        "Usual": st.column_config.TextColumn(width=80 if presenting else 54, help=_USUAL),
        "Window": st.column_config.NumberColumn(
            f"{months} m", width=46, format="localized", help=f"Reports in the {months} months chosen"
        ),
        # Last, since a small laptop has no room for it; the card says it too.
        "Id": None if presenting or not ids else st.column_config.TextColumn(width=44, help=_ID),
    }


def _nothing(view: HubView, released: Released) -> str:
    if released.table.empty:
        return "No area reached the least number of reports. Lower it in the hotspot settings, or widen the dates."
    nearest = released.table.iloc[0]
    return (
        f"{len(released.table)} areas checked: none is new, growing or returned. The largest, {nearest['name']}, "
        f"had {nearest['latest']:.0f} in {sentences.month(view.last_month)} "
        f"({sentences.usual(nearest['usual_low'], nearest['usual_high'])})."
    )


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
        label="Map of the hotspots; the list beside it says the same",
        chosen=chosen,
        crs=store.crs,
        bounds=bounds[place],
        on_pick=on_pick,
        basemap=basemap,
        dark=show.is_dark(),
        large=bool(st.session_state.get("present")),
        dots=session.ground_of(store, place) if basemap.kind == "none" else None,
        names=session.district_names(store, place) if basemap.kind == "none" else (),
        bring_into_view=st.session_state.get("list_turn", 0),
    )


@st.dialog("A street map under the reports", width="large")
@signin.checked
def _basemap_guide() -> None:
    """What the data steward does so that the map shows streets."""
    guides.show(guides.BASEMAP)


def _foot(store: Store, view: HubView, first: Query) -> None:
    q = view.query
    usual = replace(q, eps=first.eps, max_extent=first.max_extent, min_incidents=first.min_incidents)
    if usual != q:
        was = session.view_of(store, usual)
        before, now = was.table["n"].sum(), view.table["n"].sum()
        told = sentences.settings_change(len(view.table), now, len(was.table), before)
        st.caption(f"**Changed settings:** {told}")
    inside = int(view.table["n"].sum())
    unlocated = f", {view.unlocated:,} of which have no location" if view.unlocated else ""
    where = show.plain(", ".join(q.districts) or "all districts")
    ground = session.basemap(store)
    st.caption(
        f"{sentences.settings_line(q.eps, view.hotspots.min_samples, q.max_extent, q.window)} "
        f"All {len(view.table)} hold {inside:,} of the {sentences.count(view.incidents)} in {where}{unlocated}. "
        f"Data to {sentences.last_day(q.window)}. Ground: {show.plain(ground.words)}. A report is not a proven crime."
    )
    if ground.kind == "none" and st.button("Add a street map", key="add-basemap", width="content"):
        _basemap_guide()


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
    front_door.lead_to("hub_meeting")
