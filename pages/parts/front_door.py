"""From a page's own address to the front door and back to that page, on a machine just started.

Until one session has called `st.navigation`, Streamlit serves the files of `pages/` the old way, without
`dashboard.py`. Each page file then only sends its visitor here; `dashboard.py` finds out who they are, and lets them
on to the page they asked for if it is one of theirs.
"""

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import Page

_ASKED = "page"
"""Word of the address that holds the page asked for, for the length of one step."""


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


def _address() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}
