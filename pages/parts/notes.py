"""What people noted beneath a trend: the list, and the dialog that adds or takes away a note."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pandas as pd
import streamlit as st

from hotspots.pipeline import TrendView
from hotspots.register.annotations import KINDS, LONGEST_NOTE, MEANS, Annotation
from hotspots.release.disclosure import Released
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, add_annotation, remove_annotation
from hotspots.views import sentences
from pages.parts import register as shared
from pages.parts import session, show, signin


def notes_button(viewer: Viewer, store: Store, view: TrendView, notes: Released) -> None:
    """The button that opens the dialog, for those who may record."""
    if viewer.can(Action.RECORD) and st.button("Note", icon=":material/edit_note:", key="trend-note"):
        notes_dialog(viewer, store, view, notes)


def notes_lines(notes: Released) -> None:
    """Every note as a line under the chart: when, what it is, in whose words."""
    if notes.table.empty:
        return
    lines = [f"{_when(row)}: {show.plain(row.note)} ({row.kind})" for row in notes.table.itertuples()]
    st.caption("Noted: " + " · ".join(dict.fromkeys(lines)))


def _when(row: object) -> str:
    first = sentences.day(row.start)
    if pd.isna(row.given_end):
        return f"from {first}"
    return f"{first} to {sentences.day(row.given_end - timedelta(days=1))}"


@st.dialog("Note on the trend", width="large")
@signin.checked
def notes_dialog(viewer: Viewer, store: Store, view: TrendView, notes: Released) -> None:
    """Add a note, or take one away."""
    st.caption("A note explains a change on every chart of its district. It changes no report.")
    kind = st.selectbox("Kind", KINDS, format_func=str.capitalize, key="note-kind")
    st.caption(MEANS[kind])
    words = st.text_input("What happened", max_chars=LONGEST_NOTE, key="note-words")
    left, right = st.columns(2)
    first = left.date_input("First day", value=view.last["period"].date(), format="DD/MM/YYYY", key="note-first")
    lasts = right.checkbox("It still lasts, or it stays", key="note-lasts")
    last = right.date_input("Last day", value=first, format="DD/MM/YYYY", key="note-last", disabled=lasts)
    where = left.selectbox("District", [*view.query.districts, ""], key="note-district", format_func=_all("districts"))
    feeds = sorted(view.coverage["source"].unique())
    source = right.selectbox("Source", ["", *feeds], key="note-source", format_func=_all("sources"))
    if st.button("Keep the note", type="primary", key="note-keep"):
        end = None if lasts else last + timedelta(days=1)
        given = (kind, words.strip(), first, end, where, source)
        shared.save(lambda: _add(viewer, store, given), "Note kept.")
    for row in notes.table.itertuples():
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"{_when(row)}: {show.plain(row.note)}", width="content")
            if st.button("Take away", key=f"note-{row.id}", type="tertiary"):
                shared.save(partial(_remove, viewer, store, int(row.id)), "Note taken away.")


def _all(what: str) -> Callable[[str], str]:
    return lambda name: name or f"All {what}"


def _add(viewer: Viewer, store: Store, given: tuple[str, str, date, date | None, str, str]) -> None:
    add_annotation(store, Annotation(*given), who=viewer.name, at=session.now())


def _remove(viewer: Viewer, store: Store, note: int) -> None:
    remove_annotation(store, note, who=viewer.name, at=session.now())
