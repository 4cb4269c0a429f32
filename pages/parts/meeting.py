"""The meeting's agenda in its order: a count an item, one click or one key to the next, minutes at the end."""

from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import streamlit as st

from hotspots.pipeline import HubView
from hotspots.pipeline import register as overview
from hotspots.pipeline.agenda import place_of
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import sentences
from pages.parts import actions, assessing, attendance, session, show, signin
from pages.parts import case_review as case_reviews

RISING = ("new", "growing", "returned")
STEPS = ("late", "rising", "all", "assess", "new")
"""Items of the agenda in the order a meeting takes them."""
BY_AREA = ("rising", "all")
"""Items that are gone through area by area."""
NOWHERE = "nowhere"
"""What is chosen where the room looks at a place on which no hotspot lies."""
WALKED = 10
"""Areas of the ranked list the keys walk through; the rest are a click away."""
Stop = tuple[str, str | None]
_STYLE = """<style>
.st-key-hub-map { position: relative; gap: 0; }
@media (min-width: 801px) { .st-key-hub-map .hub-map { height: max(22rem, calc(100vh - 16rem)); } }
.st-key-turn { position: absolute !important; top: .6rem; right: .6rem; z-index: 5; width: auto !important;
  background: var(--hub-ground); border: 1px solid var(--hub-edge); border-radius: 4px; padding: 0 .4rem; }
.st-key-turn button { min-height: 2rem; padding: 0 .3rem; }
.st-key-hub-tools button { white-space: nowrap; }
.st-key-card { gap: .3rem; }
.st-key-card-chart button { min-height: 1.9rem; padding: 0 .5rem; }
.st-key-card-chart button p { font-size: .84rem; }
.st-key-hub-foot { padding: 0; margin-top: -.7rem; gap: .3rem; }
.st-key-hub-foot button { min-height: 1.9rem; padding: 0 .5rem; }
.st-key-hub-foot p { font-size: .76rem; }
.st-key-card-late { gap: .5rem; }
.st-key-card-words p, .st-key-card-routes p, .st-key-card-late p { font-size: .92rem; line-height: 1.35; }
@media print { .st-key-hub-list { display: none !important; } }
@media screen and (max-height: 900px) { .st-key-hub-list [data-testid="stElementContainer"],
  .st-key-hub-list [data-testid="stFullScreenFrame"], .st-key-hub-list [data-testid="stDataFrame"],
  .st-key-hub-list [data-testid="stDataFrameResizable"] { max-height: 166px !important; flex: 0 1 auto !important; } }
</style>"""
"""A short screen shows four rows of the list and scrolls the rest, so that list, card and map fit it."""
_PRESENTING = """<style>
@media screen and (min-height: 901px) { [data-testid="stLayoutWrapper"]:has(> .st-key-hub-left-out) { display: none; } }
@media screen and (max-height: 900px) {
  .st-key-hub-left-out { min-height: 2.2rem; justify-content: center; }
  .st-key-hub-left-out p { font-size: 14px; line-height: 1.2; margin: 0; }
  .st-key-hub-tools, .st-key-card-chart, .st-key-card-words, .st-key-review-rising,
  .st-key-card [data-testid="stColumn"]:has(.st-key-who) { display: none !important; }
  [data-testid="stHeader"] { height: 2.7rem !important; min-height: 2.7rem !important; }
  .stMainBlockContainer { padding-top: 2.7rem !important; padding-bottom: 0 !important; }
  .st-key-hub-top { min-height: 2.4rem; margin: -.6rem 0 -.5rem; }
  .st-key-hub-body h2 { padding: 0 0 1rem !important; }
  .st-key-hub-map .hub-map { height: calc(100vh - 12.6rem); }
  .st-key-card .quiet:last-child { display: none; }
  .st-key-card [class*="st-key-note"] p { font-size: .84rem; padding: .1rem .5rem; }
  .st-key-hub-list :is([data-testid="stElementContainer"], [data-testid="stFullScreenFrame"],
    [data-testid="stDataFrame"], [data-testid="stDataFrameResizable"]) { max-height: 178px !important; }
  .st-key-hub-body:has(.st-key-card [class*="st-key-note"]) .st-key-hub-list :is([data-testid="stElementContainer"],
    [data-testid="stFullScreenFrame"], [data-testid="stDataFrame"], [data-testid="stDataFrameResizable"]) {
    max-height: 136px !important; }
  .st-key-card-routes p, .st-key-card-late p { font-size: .84rem; line-height: 1.25; }
  .st-key-hub-foot { margin-top: -.5rem; }
  .st-key-hub-foot p { font-size: 13px; line-height: 1.25; } }
</style>"""
"""Large text on a short screen leaves out what the ordinary view shows, so that nothing must be scrolled for."""
_BESIDE = """<style>
@media screen and (max-height: 900px) {
  [data-testid="stLayoutWrapper"]:has(> :is(.st-key-card-words, .st-key-card-late)) { display: none !important; }
  .st-key-hub-late-close button, .st-key-hub-assess-record button { min-height: 1.9rem; padding: 0 .5rem; } }
</style>"""
"""There, an item that goes by actions leaves the card its chart and who can act: what is late stands in the list."""
_TALKING = """<style>
@media screen and (max-height: 900px) { .st-key-card { display: none !important; } }
</style>"""
"""In presenter view such an item has the side of a short screen to itself."""


def agenda(viewer: Viewer, store: Store, released: Released) -> str:
    """The agenda, counts first, opened at its first item that has something; returns the item chosen."""
    st.html(_STYLE + (_PRESENTING if st.session_state.get("present") else ""))
    late = len(actions.overdue(viewer, store).table)
    rising = len(areas_of("rising", released.table))
    fresh = len(_fresh(viewer, store).table)
    assess = len(session.assessments(store))
    labels = {
        "late": f"**{late}** overdue action{'' if late == 1 else 's'}",
        "rising": f"**{rising}** new and rising",
        "all": f"**{len(released.table)}** top areas",
        "assess": f"**{assess}** to assess",
        "new": f"**{fresh}** new action{'' if fresh == 1 else 's'}",
    }
    opens = "late" if late else "rising" if rising else "all"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        step = st.segmented_control(
            "Agenda",
            list(STEPS),
            default=opens,
            required=True,
            format_func=labels.get,
            key="step",
            label_visibility="collapsed",
            on_change=_first_of_step,
            args=(viewer, store, released.table),
        )
        if viewer.can(Action.RECORD):
            _new_action(viewer, store, released)
    if step not in BY_AREA:
        st.html(_TALKING if st.session_state.get("present") else _BESIDE)
    return step


@st.fragment
@signin.checked
def _new_action(viewer: Viewer, store: Store, released: Released) -> None:
    """Record an action from anywhere, begun with the area on the card.

    A fragment like the screen below it: a dialog that a run of the whole page opened, once shut, would keep the
    card's own dialog from opening.
    """
    # Not with Enter: a focused button, agenda item or list keeps every Enter to itself.
    if not st.button("New action", icon=":material/add:", shortcut="Alt+A"):
        return
    rows = released.table[released.table["id"] == st.session_state.get("on_card")]
    place = place_of(rows["geometry"].iloc[0], session.places(viewer, store)) if len(rows) else None
    actions.record_action_dialog(viewer, store, first=place.id if place else None)


def areas_of(step: str, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the ranked list an item of the agenda talks about."""
    return table[table["state"].isin(RISING)] if step == "rising" else table


def areas_about(step: str, viewer: Viewer, store: Store, table: pd.DataFrame) -> list[str]:
    """Ids of the areas an item of the agenda is about: those it lists, or those on the places it names.

    Where it lists none it is about the largest, which the sentence in the list's stead tells of.
    """
    if step in BY_AREA:
        return areas_of(step, table)["id"].tolist() or table["id"].head(1).tolist()
    return _areas_on(set(_named_in(step, store)["place_id"]), viewer, store, table)


def _areas_on(named: set[int], viewer: Viewer, store: Store, table: pd.DataFrame) -> list[str]:
    """Ids of the areas that lie on any of the adopted places."""
    places = [place for place in session.places(viewer, store) if place.id in named]
    rows = zip(table["id"], table["geometry"], strict=True) if places else ()
    return [area for area, outline in rows if place_of(outline, places) is not None]


def _named_in(step: str, store: Store) -> pd.DataFrame:
    """What an item that goes by actions or assessments lists, as rows that name their place."""
    if step == "assess":
        return session.assessments(store)
    return session.overdue(store) if step == "late" else _raised(store)


def no_area(step: str) -> str:
    """What the card says where an item of the agenda leads to no area."""
    if step in BY_AREA:
        return "Choose an area on the map to see its card."
    if st.session_state.get("chosen") == NOWHERE:
        return "No hotspot lies on the place of that row, so the map cannot show it."
    return "No hotspot lies on a place named above. Choose an area on the map to see its card."


def stops(table: pd.DataFrame) -> list[Stop]:
    """Every stop of the meeting in order: an item, with the area where an item goes area by area."""
    walk: list[Stop] = []
    for step in STEPS:
        ids = areas_of(step, table)["id"].head(WALKED).tolist() if step in BY_AREA else []
        walk += [(step, i) for i in ids] or [(step, None)]
    return walk


def turn(table: pd.DataFrame, step: str, chosen: str | None) -> None:
    """Buttons to the stop before and after, which Page Up and Page Down press (a presenter's clicker too)."""
    walk = stops(table)
    here = (step, chosen if step in BY_AREA else None)
    at = walk.index(here) if here in walk else next(i for i, (name, _) in enumerate(walk) if name == step)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content", key="turn"):
        moved = False
        for word, icon, key, to in (
            ("Previous", ":material/chevron_left:", "PageUp", at - 1),
            ("Next", ":material/chevron_right:", "PageDown", at + 1),
        ):
            moved |= st.button(
                word, icon=icon, shortcut=key, type="tertiary", key=f"turn-{key}", disabled=not 0 <= to < len(walk),
                on_click=_go, args=(walk[to] if 0 <= to < len(walk) else walk[at],),
            )  # fmt: skip
    if moved:
        st.rerun()  # the agenda above has moved too


def late_actions(viewer: Viewer, store: Store, table: pd.DataFrame) -> None:
    """Overdue actions; a chosen one can be closed, and map and card show where it is."""
    actions.overdue_list(viewer, store, key="hub-late", on_place=_follower(viewer, store, table))


def assessments(viewer: Viewer, store: Store, table: pd.DataFrame) -> None:
    """What is due for assessment by the next meeting, however late; a chosen one can be recorded and is shown."""
    assessing.due_list(viewer, store, key="hub-assess", most=4, on_place=_follower(viewer, store, table))


def _follower(viewer: Viewer, store: Store, table: pd.DataFrame) -> Callable[[int], None]:
    """Lets map and card go to the area on a place; table: the ranked areas."""
    return lambda place: _show(next(iter(_areas_on({place}, viewer, store, table)), NOWHERE))


def case_review(store: Store, view: HubView, step: str) -> None:
    """How many addresses should be told of the ASB Case Review."""
    with st.container(key=f"review-{step}"):
        st.caption(show.plain(case_reviews.prompt(store, view.query.districts)))


def closing(viewer: Viewer, store: Store, view: HubView, released: Released) -> None:
    """What was agreed since the last meeting, who was there, and the paper to take away."""
    today = session.today(store)
    fresh = _fresh(viewer, store)
    present = sum(attendance.noted(store).values())
    if fresh.table.empty:
        st.markdown("No action has been raised since the last meeting.")
    else:
        rows = fresh.table.assign(**{day: fresh.table[day].map(sentences.short_day) for day in ("raised", "due")})
        names = {
            "place": "Place", "task": "Task", "owner": "Owner", "raised": "Agreed", "due": "Due", "status": "Status",
        }  # fmt: skip
        show.grid(
            rows[list(names)].rename(columns=names), key="fresh-actions", height=40 * min(len(rows), 5) + 40,
            row_height=40, alt="Actions raised since the last meeting",
        )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        actions.minutes_download(
            viewer, store, news=areas_of("rising", released.table), data_to=view.query.window.end - timedelta(days=1),
            case_review=case_reviews.prompt(store, view.query.districts),
        )  # fmt: skip
        show.downloads(fresh, store, title="New actions", settings={}, name=f"actions-{today}")
        if st.button(f"Attendance: {present or 'none'} noted", key="attendance", icon=":material/how_to_reg:"):
            attendance.dialog(viewer, store)


def _fresh(viewer: Viewer, store: Store) -> Released:
    """Actions raised since the last meeting."""
    return release(_raised(store), viewer, policy="actions", as_of=session.today(store))


def _raised(store: Store) -> pd.DataFrame:
    today = session.today(store)
    return overview.raised_since(session.actions(store), since=actions.since_last_meeting(today), on=today)


def _first_of_step(viewer: Viewer, store: Store, table: pd.DataFrame) -> None:
    """Let the card follow the item just opened: keep an area it is about, else take its first."""
    about = areas_about(st.session_state["step"], viewer, store, table)
    if st.session_state.get("chosen") not in about:
        _show(next(iter(about), None))


def _go(stop: Stop) -> None:
    st.session_state["step"], area = stop
    _show(area)


def _show(area: str | None) -> None:
    """Choose an area, None for the first the item is about, from outside list and map, and let both follow."""
    st.session_state["chosen"] = area
    for turned in ("list_turn", "map_turn"):
        st.session_state[turned] = st.session_state.get(turned, 0) + 1
