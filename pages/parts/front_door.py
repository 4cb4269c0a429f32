"""Coming to a page and leaving one: what Streamlit does not see to by itself.

A page's own address leads to the front door and back to that page, on a machine just started.
Until one session has called `st.navigation`, Streamlit serves the files of `pages/` the old way, without
`dashboard.py`. Each page file then only sends its visitor here; `dashboard.py` finds out who they are, and lets them
on to the page they asked for if it is one of theirs.
"""

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import Page
from streamlit.runtime.scriptrunner import get_script_run_ctx

_ASKED = "page"
"""Word of the address that holds the page asked for, for the length of one step."""
_OPEN = "page_open"
"""What of the session holds the page that was run last."""


def lead_to(page: str) -> None:
    """Go to the front door with the page asked for and all the rest of its address."""
    st.switch_page("dashboard.py", query_params={**_address(), _ASKED: page})


def follow(pages: Mapping[str, Page]) -> None:
    """Go on to the page asked for at the front door, if it is among the viewer's own; else stay.

    pages: url_path → page, those registered for this viewer
    """
    address = _address()
    asked = address.pop(_ASKED, [""])[0]
    if asked in pages:
        st.switch_page(pages[asked], query_params=address)
    elif asked:
        del st.query_params[_ASKED]


def leave_page_before() -> None:
    """Forget the parts of the page before that could be drawn by themselves.

    Someone presses the menu and then, before the new page has come, something in such a part (or its map, late, tells
    where it lies). Streamlit 1.67 would do that part after the new page: it finds it gone, but its browser has by then
    cleared the screen for it, and an empty page stays. What is forgotten when the new page begins is not asked for.
    """
    run = get_script_run_ctx()
    if run is not None and st.session_state.get(_OPEN) != run.page_script_hash:
        st.session_state[_OPEN] = run.page_script_hash
        run.fragment_storage.clear()


def _address() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}
