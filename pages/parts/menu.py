"""Every page with its place in the menu and the grant it needs: one table."""

from collections.abc import Callable
from typing import NamedTuple

from hotspots.errors import NotAllowed
from hotspots.release.roles import Action, Role, Viewer
from pages import (
    access,
    accessibility,
    areas,
    before_after,
    data,
    hub_meeting,
    interventions,
    method,
    outcomes,
    partners,
    places,
    portfolio,
    powers,
    timeliness,
    trends,
    whats_new,
)

UNLISTED = ""
"""Section of pages that are reached by a link, not by the menu."""


class Entry(NamedTuple):
    """A page of the menu: section of the problem-solving cycle, title, URL, grant, what draws it.

    url_path: the name of the page's file; before anybody's first visit Streamlit knows no other.
    """

    section: str
    title: str
    url_path: str
    needs: Action
    render: Callable[[Viewer], None]


ENTRIES = (
    Entry("Scan", "Hub meeting", "hub_meeting", Action.SEE_HOTSPOTS, hub_meeting.render),
    Entry("Scan", "What's new", "whats_new", Action.SEE_HOTSPOTS, whats_new.render),
    Entry("Analyse", "Trends", "trends", Action.SEE_TRENDS, trends.render),
    Entry("Analyse", "Other areas", "areas", Action.SEE_HOTSPOTS, areas.render),
    Entry("Respond", "Places", "places", Action.SEE_REGISTER, places.render),
    Entry("Respond", "Interventions", "interventions", Action.SEE_REGISTER, interventions.render),
    Entry("Respond", "Powers finder", "powers", Action.SEE_REGISTER, powers.render),
    Entry("Respond", "Partners", "partners", Action.SEE_REGISTER, partners.render),
    Entry("Assess", "Before / after", "before_after", Action.SEE_COMPARISONS, before_after.render),
    Entry("Assess", "Portfolio", "portfolio", Action.SEE_COMPARISONS, portfolio.render),
    Entry("Assess", "Timeliness", "timeliness", Action.SEE_REGISTER, timeliness.render),
    Entry("Assess", "Outcomes", "outcomes", Action.SEE_OUTCOMES, outcomes.render),
    Entry("Data", "Import and quality", "data", Action.SEE_IMPORTS, data.render),
    Entry("Data", "Access and audit", "access", Action.SEE_AUDIT, access.render),
    Entry("Data", "Method", "method", Action.SEE_METHOD, method.render),
    Entry(UNLISTED, "Accessibility", "accessibility", Action.SEE_OUTCOMES, accessibility.render),
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
