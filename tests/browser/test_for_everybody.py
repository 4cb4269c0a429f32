"""Everybody in the room, on every page of every role: no fault, no call to another machine, no accessibility fault of
ours, nothing wider than the screen, paper whole; a meeting by keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from hotspots.release.roles import Role
from pages.parts.menu import ENTRIES, OPENS_WITH, UNLISTED
from tests.browser.running import Server
from tests.browser.visiting import PATIENCE, Visitor
from tests.browser.walking import LOOKED_AT, PRINTED, WITH_CHARTS, Look, Walk, allowed

WalkOf = Callable[[Role], Walk]


def noted(walk: Walk, kind: Callable[[Look], list[str]]) -> list[str]:
    """Everything of one kind that was noticed, with the page it was noticed on."""
    return [f"{look.title}: {fault}" for look in walk.pages.values() for fault in kind(look)]


@pytest.mark.parametrize("role", OPENS_WITH, ids=str)
def test_a_role_opens_all_its_pages_without_a_fault(role: Role, walk_of: WalkOf) -> None:
    walk = walk_of(role)
    listed = {entry.title for entry in ENTRIES if entry.url_path in allowed(role) and entry.section != UNLISTED}
    # With a single page there is no menu: the front page is that page.
    assert walk.menu == (listed if len(listed) > 1 else set())
    assert set(walk.pages) == set(allowed(role))
    for look in walk.pages.values():
        assert (look.broken, look.faults) == ([], []), look.title


@pytest.mark.slow
@pytest.mark.parametrize("role", LOOKED_AT, ids=str)
def test_no_page_shuts_anybody_out(role: Role, walk_of: WalkOf) -> None:
    """By axe, in the dark too where much is drawn; every chart has its sentence."""
    assert noted(walk_of(role), lambda look: look.shut_out) == []


@pytest.mark.parametrize("role", LOOKED_AT, ids=str)
def test_no_page_is_wider_than_the_screen_at_twice_the_size_or_on_a_phone(role: Role, walk_of: WalkOf) -> None:
    assert noted(walk_of(role), lambda look: look.too_wide) == []


def test_a_phone_shows_the_rows_of_a_list_as_cards(walk_of: WalkOf) -> None:
    walk = walk_of(Role.DATA_STEWARD)
    assert noted(walk, lambda look: look.phone_cuts) == []
    lists = {"places": 1, "powers": 1, "interventions": 3, "method": 3, "access": 2}
    assert {page: walk.pages[page].phone_cards for page in lists} == lists


@pytest.mark.parametrize("page", PRINTED)
def test_a_table_is_whole_on_paper(page: str, walk_of: WalkOf) -> None:
    """A grid draws what its window shows: on paper the same rows stand written out, under one title."""
    paper = walk_of(Role.DATA_STEWARD).pages[page].paper
    assert paper.rows == PRINTED[page]
    assert (paper.too_wide, paper.useless, paper.titles) == (0, 0, 1)
    assert paper.stops == (page in ("areas", "powers"))
    assert paper.tells_of_map == (page in ("hub_meeting", "areas"))


@pytest.mark.parametrize("page", WITH_CHARTS)
def test_a_charts_table_fits_a_phone(page: str, walk_of: WalkOf) -> None:
    fit = walk_of(Role.DATA_STEWARD).pages[page].phone_tables
    assert fit and all(fit)


def focused(page: Page) -> str:
    """Name of the element that has the keyboard."""
    return page.evaluate(
        "() => { const e = document.activeElement;"
        " if (!e || e.tagName === 'CANVAS') return e ? 'CANVAS' : '';"
        " return e.getAttribute('aria-label') || e.innerText || e.tagName; }"
    )


def tab_to(page: Page, name: str, *, most: int = 60) -> None:
    """Press Tab until the element of that name has the keyboard."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if re.search(name, focused(page)):
            return
    raise AssertionError(f"{most} times Tab and {name!r} was never reached; last was {focused(page)!r}")


def test_a_meeting_by_keyboard_alone(own_server: Server, visit: Callable[[Server], Visitor]) -> None:
    """Agenda, list, card and a recorded action without touching the mouse; the focus is seen all the way."""
    visitor = visit(own_server)
    visitor.open()
    visitor.map()  # its first answer reruns the page, and takes away what a key was pressed on before
    visitor.settle()
    page = visitor.page
    tab_to(page, "overdue")
    ring = page.evaluate("() => getComputedStyle(document.activeElement).outlineWidth")
    assert ring == "3px", "the focused element has no visible edge"
    for _ in ("new and rising", "top areas"):
        page.keyboard.press("PageDown")
        page.wait_for_timeout(500)
        visitor.settle()
    expect(page.get_by_text(re.compile("of all reports"))).to_be_visible(timeout=PATIENCE)
    before = visitor.card_title().inner_text()
    tab_to(page, "^CANVAS$")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(visitor.card_title()).not_to_have_text(before, timeout=PATIENCE)
    tab_to(page, "Record action")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")  # what was typed is not thrown away by a slip
    expect(dialog).to_be_visible(timeout=PATIENCE)
    tab_to(page, "Close without saving")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0, timeout=PATIENCE)
    assert visitor.faults == []
