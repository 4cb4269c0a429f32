"""What the pages of the register share: cached reads, saving with a word about it, the powers file."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from hotspots.errors import HubError, NotAllowed
from hotspots.pipeline import places as composed
from hotspots.pipeline.places import PlaceView
from hotspots.register.places import Place
from hotspots.register.powers import Routes, find_powers, load_powers, problem_types
from hotspots.release.disclosure import release
from hotspots.release.roles import Viewer
from hotspots.settings import PROJECT
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.store.register import Conflict
from hotspots.store.register_reads import Item, T
from pages.parts import frame, session, show

POWERS = PROJECT / "data" / "powers.csv"
_STYLE = """<style>
[class*="st-key-warn-"] p { border-left: 4px solid #F46A25; background: var(--hub-warn); color: var(--hub-text);
  padding: .35rem .7rem; font-size: .92rem; }
.st-key-place-top h1 { padding: 0 0 .3rem; }
.st-key-place-timeline-box { padding-right: 2.6rem; }
</style>"""


def charts(store: Store) -> tuple[list[Place], dict[int, pd.DataFrame]]:
    """Adopted places and the control chart of each; treat both as read-only."""
    return _charts(store, store.data_version, session.today(store))


def view_of(store: Store, place: Place, months: int | None) -> PlaceView:
    """The profile of one place for one period; treat it as read-only."""
    return _view(store, store.data_version, place.id, months, session.today(store))


def in_scope(viewer: Viewer, places: list[Place]) -> list[Place]:
    """The places of the viewer's districts."""
    return [p for p in places if viewer.districts is None or p.district in viewer.districts]


def require_scope(viewer: Viewer, place: Place) -> None:
    """Raise `NotAllowed` for a place outside the viewer's districts."""
    if not in_scope(viewer, [place]):
        raise NotAllowed("This place lies in a district you are not signed up for; ask your data steward.")


def powers() -> pd.DataFrame:
    """The register of powers as its file stands now; treat it as read-only."""
    return _powers(str(POWERS), _changed(POWERS))


def problems_known(place: Place) -> list[str]:
    """The place's problem types that the powers register has a word for."""
    known = set(problem_types(powers()))
    return [p for p in place.problem_types if p in known]


def routes_of(place: Place) -> Routes:
    """Powers that fit a place's problems, a dwelling where it has any; treat them as read-only."""
    premises = "dwelling" if place.dwellings else ""
    return _routes(str(POWERS), _changed(POWERS), tuple(problems_known(place)), premises)


def invited_to(viewer: Viewer, store: Store, place: Place) -> pd.DataFrame:
    """Partners who join for a place's problems, through the gate, best match first."""
    elsewhere = session.other_districts(store, {place.district})
    suggested = session.suggested(store, problems_known(place), elsewhere=elsewhere)
    return release(suggested, viewer, policy="suggested attendees").table


def agencies(store: Store) -> list[str]:
    """Agencies a form offers: the partners, and every agency that owns an action or leads already."""
    known = {*reads.partners(store)["agency"], *reads.actions(store)["owner"], *reads.interventions(store)["lead"]}
    return sorted(known)


def only(options: Sequence[object], chosen: object = None) -> int | None:
    """Where a choice begins: at what was chosen already, at the one there is, else at none."""
    if chosen in options:
        return options.index(chosen)
    return 0 if len(options) == 1 else None


def on_row(key: str, places: Sequence[int | None], on_place: Callable[[int], None] | None) -> str | Callable[[], None]:
    """What a list does when a row is chosen: tell its place, or only run the page again.

    key: the list's · places: the place of each row, None or missing where it has none
    """
    if on_place is None:
        return "rerun"

    def told() -> None:
        rows = st.session_state[key].selection.rows
        if rows and pd.notna(places[rows[0]]):
            on_place(int(places[rows[0]]))

    return told


def save_or_leave(label: str, *, key: str, disabled: bool = False) -> bool:
    """The two ways out of a dialog: True when it is to be saved; the other one closes it and drops what was typed.

    Dialogs with something to type in are opened with `dismissible=False`, so that neither Escape nor a click beside
    one throws a half-written record away.
    """
    with st.container(horizontal=True, gap="small"):
        saved = st.button(label, type="primary", key=key, disabled=disabled)
        if st.button("Close without saving", key=f"{key}-leave"):
            st.rerun()
    return saved


def save(write: Callable[[], object], done: str) -> None:
    """Run one write of the register, then close the dialog; a refusal stays in it as a sentence.

    A change made meanwhile by somebody else is shown beside this one, so that neither is lost.
    """
    try:
        write()
    except Conflict as conflict:
        frame.told(str(conflict))
        st.dataframe(_both(conflict), hide_index=True, alt="Their version beside yours")
        return
    except HubError as error:
        frame.told(str(error))
        return
    st.session_state["saved"] = done
    st.rerun()


def opened(item: T) -> T:
    """The item as this session began to edit it, until it is saved or the newer one is asked for.

    A form made from it keeps what somebody is typing when another saves first, and her save is then told.
    """
    held = st.session_state.setdefault(_opened_key(item), item)
    if held.version != item.version:
        with st.container(key=f"warn-newer-{type(item).__name__}-{item.id}"):
            st.markdown("Somebody else has saved this meanwhile. What you typed is kept; saving shows both.")
        if st.button("Drop mine, show the newer", key=f"newer-{type(item).__name__}-{item.id}"):
            _forget(item)
            st.rerun()
    return held


def change(store: Store, viewer: Viewer, item: T, edit: Callable[[], T], done: str) -> None:
    """Save changes to one item; where somebody else was first, show both, and save hers when asked again.

    item: as it was opened · edit: makes it with her changes, and may refuse them
    """

    def write() -> None:
        edited, theirs = edit(), st.session_state.get(_told_key(item))
        mine = edited if theirs is None else register.rebased(item, edited, theirs)
        try:
            register.change(store, mine, who=viewer.name, at=session.now())
        except Conflict as conflict:
            st.session_state[_told_key(item)] = conflict.theirs
            raise
        _forget(item)

    save(write, done)


def _opened_key(item: Item) -> str:
    return f"opened-{type(item).__name__}-{item.id}"


def _told_key(item: Item) -> str:
    return f"told-{type(item).__name__}-{item.id}"


def _forget(item: Item) -> None:
    st.session_state.pop(_opened_key(item), None)
    st.session_state.pop(_told_key(item), None)


def begin() -> None:
    """First thing on a page of the register: its own style, and the word about the last save, once."""
    st.html(_STYLE)
    done = st.session_state.pop("saved", "")
    if done:
        st.toast(show.plain(done), icon=":material/check:", duration="long")


def day_or_none(value: date | pd.Timestamp | None) -> date | None:
    """A date for a widget or a noun from a frame's cell."""
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()


def _both(conflict: Conflict) -> pd.DataFrame:
    rows = [
        (f.name, str(getattr(conflict.theirs, f.name)), str(getattr(conflict.yours, f.name)))
        for f in fields(conflict.yours)
        if f.name not in ("version", "geometry") and getattr(conflict.theirs, f.name) != getattr(conflict.yours, f.name)
    ]
    return pd.DataFrame(rows, columns=["Field", "Theirs, kept", "Yours, not saved"])


@st.cache_resource(show_spinner="Counting reports at the adopted places …", max_entries=8)
def _charts(_store: Store, version: str, today: date) -> tuple[list[Place], dict[int, pd.DataFrame]]:
    places = composed.adopted(_store)
    return places, composed.place_charts(_store, places, today=today) if places else {}


@st.cache_resource(show_spinner="Reading the place …", max_entries=64)
def _view(_store: Store, version: str, place_id: int, months: int | None, today: date) -> PlaceView:
    places, made = _charts(_store, version, today)
    place = next((p for p in places if p.id == place_id), None) or reads.get(_store, Place, place_id)
    chart = made.get(place_id)
    if chart is None:
        chart = composed.place_charts(_store, [place], today=today)[place_id]
    return composed.place_view(_store, place, chart, months=months, today=today)


def _changed(file: Path) -> int:
    """When a file was written last, 0 where there is none."""
    return file.stat().st_mtime_ns if file.exists() else 0


@st.cache_resource(show_spinner=False, max_entries=256)
def _routes(path: str, changed: int, problems: tuple[str, ...], premises: str) -> Routes:
    return find_powers(_powers(path, changed), problems=problems, premises=premises)


@st.cache_resource(show_spinner=False, max_entries=4)
def _powers(path: str, changed: int) -> pd.DataFrame:
    return load_powers(Path(path))
