"""Every page with its place in the menu and the grant it needs: one table."""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from hotspots.errors import NotAllowed
from hotspots.release.roles import Action, Role, Viewer

UNLISTED = ""
"""Section of pages that are reached by a link, not by the menu."""


class Entry(NamedTuple):
    """A page of the menu: section of the problem-solving cycle, title, URL and the grant it needs.

    url_path: the name of the page's file; before anybody's first visit Streamlit knows no other.
    """

    section: str
    title: str
    url_path: str
    needs: Action

    def render(self, viewer: Viewer) -> None:
        """Draw the page; its file is loaded with its first visit, so that no page waits for what another uses."""
        import_module(f"pages.{self.url_path}").render(viewer)


ENTRIES = (
    Entry("Scan", "Hub meeting", "hub_meeting", Action.SEE_HOTSPOTS),
    Entry("Scan", "What's new", "whats_new", Action.SEE_HOTSPOTS),
    Entry("Analyse", "Trends", "trends", Action.SEE_TRENDS),
    Entry("Analyse", "Other areas", "areas", Action.SEE_HOTSPOTS),
    Entry("Respond", "Places", "places", Action.SEE_REGISTER),
    Entry("Respond", "Interventions", "interventions", Action.SEE_REGISTER),
    Entry("Respond", "Powers finder", "powers", Action.SEE_REGISTER),
    Entry("Respond", "Partners", "partners", Action.SEE_REGISTER),
    Entry("Assess", "Before / after", "before_after", Action.SEE_COMPARISONS),
    Entry("Assess", "Portfolio", "portfolio", Action.SEE_COMPARISONS),
    Entry("Assess", "Timeliness", "timeliness", Action.SEE_REGISTER),
    Entry("Assess", "Outcomes", "outcomes", Action.SEE_OUTCOMES),
    Entry("Data", "Import and quality", "data", Action.SEE_IMPORTS),
    Entry("Data", "Access and audit", "access", Action.SEE_AUDIT),
    Entry("Data", "Method", "method", Action.SEE_METHOD),
    Entry(UNLISTED, "Accessibility", "accessibility", Action.SEE_OUTCOMES),
)

OPENS_WITH = {
    Role.DATA_STEWARD: "hub_meeting",
    Role.HUB_MEMBER: "hub_meeting",
    Role.SENIOR_OFFICER: "trends",
    Role.COUNCILLOR: "outcomes",
}


def pages_for(viewer: Viewer) -> tuple[Callable[[Viewer], None], dict[str, list[Entry]]]:
    """The page `/` shows, and the viewer's menu by section; raises `NotAllowed` for no role."""
    allowed = [entry for entry in ENTRIES if viewer.can(entry.needs)]
    if not allowed:
        raise NotAllowed("Your account has no role here yet. Ask your data steward to give you one.")
    sections: dict[str, list[Entry]] = {}
    for entry in allowed:
        sections.setdefault(entry.section, []).append(entry)
    home = next(entry for entry in allowed if entry.url_path == OPENS_WITH[viewer.role])
    return home.render, sections
