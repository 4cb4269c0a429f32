"""What stands on every page: the style, the strip with marking and role, and the title row."""

from collections.abc import Callable
from html import escape

import streamlit as st

from hotspots.errors import HubError
from hotspots.release.roles import Viewer
from hotspots.settings import Settings
from hotspots.store import Store
from pages.parts import display, session, show, signin, style

_SAMPLE = "Sample data: every report is invented"
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path d="M32 3l25 14.5v29L32 61 7 46.5v-29z" '
    'fill="#12436D"/><circle cx="32" cy="32" r="8" fill="#FFDD00"/></svg>'
)
"""A dark blue hexagon; drawn here because named icons are fetched from another host."""


def dress(settings: Settings) -> None:
    """Page title, layout and style; first thing of every run."""
    st.set_page_config(
        page_title=settings.title,
        page_icon=_ICON,
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    st.html(style.sheet(dark=show.is_dark()))
    st.logo(_logo(settings.title, tone=show.colours()["place"]), size="large")
    # From a shared link the toggle is not there yet on the first run: the address says it.
    if st.session_state.get("present", st.query_params.get("present") == "true"):
        st.html(style.presenting(display.text_size()))


def _logo(title: str, *, tone: str) -> str:
    """The hub's name beside a hexagon, as a picture drawn here."""
    width = 46 + 12 * len(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="36" viewBox="0 0 {width} 36">'
        f'<path d="M16 3l12 7v14l-12 7-12-7V10z" fill="{tone}"/><circle cx="16" cy="17" r="4.5" fill="#FFDD00"/>'
        '<text x="38" y="24" font-family="Source Sans, Arial, sans-serif" font-size="20" font-weight="700" '
        f'fill="{tone}">{escape(title)}</text></svg>'
    )


def strip(store: Store, viewer: Viewer, settings: Settings) -> None:
    """Sample notice, marking and role; the role can be changed where it is a view, not a sign-in."""
    key = "strip-sample" if store.is_sample else "strip-own"
    with st.container(key=key, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if store.is_sample:
            with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
                st.markdown("**Sample data.** Every report here is invented.", width="content")
                if session.looks_at_sample() and st.button("Back to the hub's own data", type="tertiary"):
                    session.look_at_sample(False)
                    st.switch_page(next(iter(st.session_state["pages"].values())))  # whose widgets begin anew
        st.markdown(f"**{escape(settings.marking)}**" if settings.marking else "", width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            display.help_and_display(viewer)
            if signin.is_set_up():
                _signed_in(viewer)
            else:
                _role_switch(viewer, store)
    st.html(style.page_foot(" · ".join(filter(None, [settings.marking, settings.title, _SAMPLE * store.is_sample]))))


def _signed_in(viewer: Viewer) -> None:
    with st.popover(f"Signed in: {viewer.role}", type="tertiary", width="content"):
        st.text(viewer.name)
        signin.sign_out_button()


def _role_switch(viewer: Viewer, store: Store) -> None:
    """A view to try. Not in a popover: the browser carries only the words of widgets in sight from page to page."""
    roles = list(session.ROLES.values())
    with st.container(horizontal=True, vertical_alignment="center", width="content", gap="xsmall"):
        st.markdown("Viewing as:", width="content")
        chosen = st.selectbox(
            "Viewing as",
            roles,
            index=roles.index(session.first_role(store)),
            key="role",
            format_func=str.capitalize,
            filter_mode=None,
            label_visibility="collapsed",
            width=140 if not st.session_state.get("present") else 140 * display.text_size() // 16,
            bind="query-params" if store.is_sample else None,
        )
    if chosen is not viewer.role:  # the browser's way back led to an address of another role
        st.rerun()


def shown(render: Callable[[Viewer], None], viewer: Viewer) -> None:
    """Run a page; a `HubError` is shown as its sentence, nothing wider is caught."""
    try:
        render(viewer)
    except HubError as error:
        told(str(error))


def refusal(message: str) -> None:
    """The only thing shown when no page may be."""
    st.title("Community Safety Hub", anchor=False)
    told(message)


def told(message: str) -> None:
    """A warning in plain text, with the orange bar."""
    with st.container(key="warn"):
        st.markdown(show.plain(message))
