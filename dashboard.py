"""Sign in, build the menu for this viewer, render the chosen page; nothing else."""

from dataclasses import replace
from functools import partial

import streamlit as st

from hotspots.errors import HubError, NotAllowed
from hotspots.release.roles import Role, Viewer
from hotspots.settings import Settings
from hotspots.store import Store
from pages.parts import frame, front_door, menu, session, signin, warm


def as_page(entry: menu.Entry, viewer: Viewer) -> st.Page:
    """One entry of the menu as a page that cannot run without its viewer."""
    seen = "hidden" if entry.section == menu.UNLISTED else "visible"
    render = partial(frame.shown, entry.render, viewer)
    return st.Page(render, title=entry.title, url_path=entry.url_path, visibility=seen)


def who_and_where(settings: Settings) -> tuple[Viewer, Store]:
    """The viewer and the store they look at; with a sign-in set up nothing is opened for anybody else."""
    if signin.is_set_up():
        viewer = signin.viewer(session.own_store(create=True), settings)
        return viewer, session.current_store()
    store = session.current_store()
    return session.viewer(store), store


def main() -> None:
    """One run: who is there, which pages may they open, show the one they chose."""
    front_door.leave_page_before()
    settings = session.settings()
    frame.dress(settings)
    viewer, store = who_and_where(settings)
    st.session_state["acting"] = viewer
    home, sections = menu.pages_for(viewer)
    pages = {entry.url_path: as_page(entry, viewer) for listed in sections.values() for entry in listed}
    st.session_state["pages"] = pages
    front = st.Page(partial(frame.shown, home, viewer), title="Home", default=True, visibility="hidden")
    listed = {section: [pages[entry.url_path] for entry in entries] for section, entries in sections.items()}
    unlisted = [front, *listed.pop(menu.UNLISTED, [])]
    chosen = st.navigation({menu.UNLISTED: unlisted, **listed}, position="top")
    front_door.follow(pages)
    published = viewer.role is Role.COUNCILLOR or chosen.url_path == "outcomes"
    frame.strip(store, viewer, replace(settings, marking=settings.published_marking) if published else settings)
    chosen.run()
    warm.freeze_libraries(chosen.url_path)


def alone(shown: partial) -> None:
    """One screen without a menu, and nothing else."""
    st.navigation([st.Page(shown, title="Not open")], position="hidden").run()


try:
    main()
except NotAllowed as refused:
    title = session.settings().title
    alone(partial(signin.screen, refused, title) if signin.is_set_up() else partial(frame.refusal, str(refused)))
except HubError as error:
    alone(partial(frame.refusal, str(error)))
