"""The steward's button that publishes, and what the last press of it did."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hotspots.intake.reading import Progress
from hotspots.pipeline.areas import areas_file
from hotspots.pipeline.query import default_query
from hotspots.pipeline.watching import returned_places
from hotspots.release.due import Outlook
from hotspots.release.extent import own_districts
from hotspots.release.publishing import Summary
from hotspots.release.releasing import outlook_of, publish_store
from hotspots.release.roles import Action, Viewer
from hotspots.views import sentences
from hotspots.views.publishing_words import outlook_lines, publish_button, publish_lines
from pages.parts import session, show, signin

_DONE, _DUE = "published_now", "publishing_due"


def publishing_bar(viewer: Viewer, beside: str) -> None:
    """The button that asks first, words beside it, its report until the next press; nothing but for the steward."""
    if not viewer.can(Action.PUBLISH):
        return
    with st.container(key="outcome-steward", horizontal=True, vertical_alignment="center"):
        if st.button("Publish what is due", icon=":material/publish:"):
            st.session_state.pop(_DUE, None)
            _confirm(viewer)
        st.caption(beside, width="stretch")
    if _DONE in st.session_state:
        _told(st.session_state[_DONE])


@st.dialog("Publish what is due?", width="large")
@signin.checked
def _confirm(viewer: Viewer) -> None:
    found = _looked_at(viewer)
    reports = found.table.set_index("district")["reports"].drop("", errors="ignore")
    chosen = st.multiselect(
        "Districts whose pages go out",
        list(reports.index),
        default=[d for d in own_districts(session.current_store(), session.settings()) if d in reports.index],
        format_func=lambda district: f"{district} ({sentences.count(int(reports[district]))})",
        key="publish-districts",
    )
    head, *lines = outlook_lines(found, chosen)
    st.markdown(f"**{show.plain(head)}**")
    st.markdown("  \n".join(show.plain(line) for line in lines))
    if st.button(publish_button(found, chosen), type="primary", disabled=bool(len(reports) and not chosen)):
        st.session_state[_DONE] = _published(viewer, chosen, _bar(st.empty()))
        st.rerun()


def _looked_at(viewer: Viewer) -> Outlook:
    """What is due, worked out once for each time the question is asked."""
    if _DUE not in st.session_state:
        store, bar = session.current_store(), st.empty()
        st.session_state[_DUE] = outlook_of(
            store, session.published_path(), viewer=viewer, today=session.today(store), progress=_bar(bar)
        )
        bar.empty()
    return st.session_state[_DUE]


def _bar(place: DeltaGenerator) -> Progress:
    """A bar in a place of its own that moves as the work does."""

    def moved(done: float, what: str) -> None:
        place.progress(min(done, 1.0), f"{what} …")

    return moved


def _published(viewer: Viewer, districts: list[str], progress: Progress) -> Summary:
    store = session.current_store()
    today = session.today(store)
    query = replace(default_query(store, session.settings(), today=today), districts=())
    return publish_store(
        store,
        session.published_path(),
        viewer=viewer,
        at=session.now(),
        today=today,
        districts=districts,
        areas=areas_file(session.settings(), sample=store.is_sample),
        returned=returned_places(store, query),
        progress=progress,
    )


def _told(summary: Summary) -> None:
    with st.container(key="note-published"):
        st.markdown("  \n".join(show.plain(line) for line in publish_lines(summary)))
