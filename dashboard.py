"""Sign in, build the menu for this viewer, render the chosen page; nothing else."""

from functools import partial

import streamlit as st

from hotspots.errors import HubError
from pages.parts import frame, menu, session


def main() -> None:
    """One run: who is there, which pages may they open, show the one they chose."""
    settings = session.settings()
    frame.dress(settings)
    store = session.current_store()
    viewer = session.viewer(store)
    home, sections = menu.pages_for(viewer)
    chosen = st.navigation(
        {
            "": [
                st.Page(partial(frame.shown, home, viewer), title="Home", default=True, visibility="hidden")
            ],
            **{
                section: [
                    st.Page(
                        partial(frame.shown, page.render, viewer), title=page.title, url_path=page.url_path
                    )
                    for page in listed
                ]
                for section, listed in sections.items()
            },
        },
        position="top",
    )
    frame.strip(store, viewer, settings)
    chosen.run()


try:
    main()
except HubError as error:
    st.navigation([st.Page(partial(frame.refusal, str(error)), title="Not open")], position="hidden").run()
