"""The steward's button that publishes, and what the last press of it did."""

from dataclasses import replace

import streamlit as st

from hotspots.intake.reading import Progress
from hotspots.pipeline.areas import areas_file
from hotspots.pipeline.query import default_query
from hotspots.pipeline.watching import returned_places
from hotspots.release.publishing import Summary
from hotspots.release.releasing import publish_store
from hotspots.release.roles import Action, Viewer
from hotspots.views.publishing_words import publish_lines
from pages.parts import session, show, signin

_DONE = "published_now"


def publishing_bar(viewer: Viewer, beside: str) -> None:
    """For those who may publish: the button, words beside it, its report until the next press; for others nothing."""
    if not viewer.can(Action.PUBLISH):
        return
    with st.container(key="outcome-steward", horizontal=True, vertical_alignment="center"):
        if st.button("Publish what is due", icon=":material/publish:"):
            _confirm(viewer)
        st.caption(beside, width="stretch")
    if _DONE in st.session_state:
        _told(st.session_state[_DONE])


@st.dialog("Publish what is due?")
@signin.checked
def _confirm(viewer: Viewer) -> None:
    st.markdown(
        "Quarters and half years that ended a month ago or earlier are released to councillors, rounded and with "
        "small numbers hidden. The same figures go to everybody and stay: a release is never taken back. "
        "It is refused where a small number could be worked out from everything released so far."
    )
    if st.button("Publish", type="primary"):
        bar = st.progress(0.0, "Beginning …")
        st.session_state[_DONE] = _published(viewer, lambda done, what: bar.progress(min(done, 1.0), f"{what} …"))
        st.rerun()


def _published(viewer: Viewer, progress: Progress) -> Summary:
    store = session.current_store()
    today = session.today(store)
    query = replace(default_query(store, session.settings(), today=today), districts=())
    return publish_store(
        store,
        session.published_path(),
        viewer=viewer,
        at=session.now(),
        today=today,
        areas=areas_file(session.settings(), sample=store.is_sample),
        returned=returned_places(store, query),
        progress=progress,
    )


def _told(summary: Summary) -> None:
    with st.container(key="note-published"):
        st.markdown("  \n".join(show.plain(line) for line in publish_lines(summary)))
