"""Sign in, build the menu for this viewer, render the chosen page; nothing else."""

from functools import partial

import streamlit as st

from hotspots.errors import HubError
from hotspots.release.roles import Viewer
from pages.parts import frame, menu, session


def as_page(entry: menu.Entry, viewer: Viewer) -> st.Page:
    """One entry of the menu as a page that cannot run without its viewer."""
    seen = "hidden" if entry.section == menu.UNLISTED else "visible"
    render = partial(frame.shown, entry.render, viewer)
    return st.Page(render, title=entry.title, url_path=entry.url_path, visibility=seen)


def main() -> None:
    """One run: who is there, which pages may they open, show the one they chose."""
    settings = session.settings()
    frame.dress(settings)
    store = session.current_store()
    viewer = session.viewer(store)
    st.session_state["acting"] = viewer
    home, sections = menu.pages_for(viewer)
    pages = {entry.url_path: as_page(entry, viewer) for listed in sections.values() for entry in listed}
    st.session_state["pages"] = pages
    front = st.Page(partial(frame.shown, home, viewer), title="Home", default=True, visibility="hidden")
    listed = {section: [pages[entry.url_path] for entry in entries] for section, entries in sections.items()}
    unlisted = [front, *listed.pop(menu.UNLISTED, [])]
    chosen = st.navigation({menu.UNLISTED: unlisted, **listed}, position="top")
    frame.strip(store, viewer, settings)
    chosen.run()


try:
    main()
except HubError as error:
    st.navigation([st.Page(partial(frame.refusal, str(error)), title="Not open")], position="hidden").run()
