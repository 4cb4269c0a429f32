"""What stands on every page: the style, the strip with marking and role, and the title row."""

from collections.abc import Callable
from html import escape

import streamlit as st
from PIL import Image, ImageDraw

from hotspots.errors import HubError
from hotspots.release.roles import Role, Viewer
from hotspots.settings import Settings
from hotspots.store import Store
from pages.parts import show

_STYLE = """<style>
.stMainBlockContainer { padding: 3.75rem 1.4rem 1rem !important; }
[class*="st-key-strip"] { background: #fff7bf; border-bottom: 1px solid #e6d86b; padding: 0 1.4rem;
  margin: 0 -1.4rem; width: calc(100% + 2.8rem) !important; max-width: none; height: 1.9rem; gap: .5rem; }
[class*="st-key-strip-own"] { background: transparent; border-bottom: 1px solid #d5d9dc; }
[class*="st-key-strip"] p, [class*="st-key-strip"] button p { font-size: .84rem; margin: 0; color: #0b0c0c; }
[class*="st-key-strip"] .stMarkdown { margin: 0; }
[class*="st-key-strip"] [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
[class*="st-key-strip"] button { min-height: 1.6rem; padding: 0 .4rem; }
[class*="st-key-strip-own"] p { color: inherit; }
.st-key-hub-top { min-height: 2.6rem; }
.st-key-hub-map iframe { height: max(24rem, calc(100vh - 12.6rem)) !important; border: 1px solid #d5d9dc;
  border-radius: 4px; }
.st-key-card { border: 2px solid #12436D !important; padding: .55rem .9rem .4rem; }
.st-key-card h3 { padding: 0; }
.st-key-who p { font-size: .88rem; line-height: 1.35; }
[class*="st-key-note"] p { border-left: 4px solid #12436D; background: #eef2f6; color: #0b0c0c;
  padding: .3rem .7rem; font-size: .92rem; }
.st-key-warn p { border-left: 4px solid #F46A25; background: #fdece2; color: #0b0c0c; padding: .35rem .7rem; }
.big-number { font-size: 2.5rem; font-weight: 700; line-height: 1.05; font-variant-numeric: tabular-nums; }
.quiet { color: #505A5F; font-size: .84rem; }
*:focus-visible { outline: 3px solid #0b0c0c !important; box-shadow: 0 0 0 6px #ffdd00 !important; }
@media (max-width: 1500px) { :root { font-size: 15.6px; } }
@media (max-width: 1200px) { .st-key-hub-body [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  .st-key-hub-body [data-testid="stColumn"] { min-width: 100%; } }
@media print { [class*="st-key-strip"] { background: #fff; } button, header { display: none !important; } }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
</style>"""
"""Only `key=` classes and Streamlit's documented st… classes are styled; nothing else is stable."""

_PRESENTER = """<style>:root { font-size: 22px !important; }
@media (max-width: 1500px) { :root { font-size: 20px !important; } }</style>"""


def dress(settings: Settings) -> None:
    """Page title, layout and style; first thing of every run."""
    st.set_page_config(page_title=settings.title, page_icon=_icon(), layout="wide", initial_sidebar_state="collapsed")
    st.html(_STYLE)
    st.logo(_logo(settings.title), size="large")
    # From a shared link the toggle is not there yet on the first run: the address says it.
    if st.session_state.get("present", st.query_params.get("present") == "true"):
        st.html(_PRESENTER)


def _logo(title: str) -> str:
    """The hub's name beside a hexagon, as a picture drawn here."""
    width = 46 + 12 * len(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="36" viewBox="0 0 {width} 36">'
        '<path d="M16 3l12 7v14l-12 7-12-7V10z" fill="#12436D"/><circle cx="16" cy="17" r="4.5" fill="#FFDD00"/>'
        '<text x="38" y="24" font-family="Source Sans, Arial, sans-serif" font-size="20" font-weight="700" '
        f'fill="#12436D">{escape(title)}</text></svg>'
    )


@st.cache_resource(show_spinner=False)
def _icon() -> Image.Image:
    """A dark blue hexagon; drawn here because named icons are fetched from another host."""
    drawn = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    ImageDraw.Draw(drawn).regular_polygon((32, 32, 30), 6, rotation=30, fill="#12436D")
    ImageDraw.Draw(drawn).ellipse((24, 24, 40, 40), fill="#FFDD00")
    return drawn


def strip(store: Store, viewer: Viewer, settings: Settings) -> None:
    """Sample notice, marking and role; the role can be changed where it is a view, not a sign-in."""
    key = "strip-sample" if store.is_sample else "strip-own"
    with st.container(key=key, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if store.is_sample:
            st.markdown("**Sample data.** Every report here is invented.", width="content")
        st.markdown(f"**{escape(settings.marking)}**" if settings.marking else "", width="content")
        _role_switch(viewer)


def _role_switch(viewer: Viewer) -> None:
    roles = [role for role in Role if role is not Role.NONE]
    with st.popover(f"Viewing as: {viewer.role}", type="tertiary", width="content"):
        st.radio(
            "View as",
            roles,
            index=roles.index(viewer.role),
            key="role",
            format_func=str.capitalize,
            help="On this machine the role is a view to try, not a sign-in.",
        )


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
