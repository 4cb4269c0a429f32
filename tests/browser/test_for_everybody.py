"""Everybody in the room: no accessibility fault of ours, nothing wider than the screen, a meeting by keyboard.

One server and one session a role; each page is visited once and looked at in every way.
"""

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Waited

from hotspots.release.roles import Role
from pages.parts.menu import ENTRIES, Entry
from tests.browser.running import Server
from tests.browser.test_every_page import allowed
from tests.browser.visiting import PATIENCE, SCREEN, Visitor

WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # else every element that passed is written down as well
}
STREAMLITS_OWN = {
    # rule → what in the page, and why it cannot be mended from here
    "presentation-role-conflict": "stFileUploaderDropzone",  # the drop zone of a file field carries a role and a label
    "svg-img-alt": 'mark container"></g>',  # an empty layer of Vega's drawing; the chart has its sentence
    "region": "stHeader",  # the logo and menu stand outside the landmarks that the toolkit draws
}
ZOOMED = {"width": SCREEN["width"] // 2, "height": SCREEN["height"] // 2}
"""What 200% zoom leaves of the screen, in CSS pixels."""
MOST_DRAWN = ("hub_meeting", "trends", "outcomes")
"""Pages that are looked at in the dark too: map, charts and tables between them."""
FRESH = "() => !document.querySelector('[data-stale=\"true\"]')"
"""What a rerun is about to replace is drawn pale, which is not how anybody reads it."""
TOO_WIDE = (
    "() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth,"
    " ...[...document.querySelectorAll('[data-testid=\"stMain\"]')].map(e => e.scrollWidth - e.clientWidth))"
)
"""CSS pixels by which the page would have to be scrolled sideways."""
PHONE = {"width": 390, "height": 844}


def faults(page: Page) -> list[str]:
    """Violations that are ours, each with its rule and element."""
    found = Axe().run(page, options=WCAG).response["violations"]
    nodes = [(rule["id"], node["html"][:240]) for rule in found for node in rule["nodes"]]
    return [f"{rule}: {html}" for rule, html in nodes if STREAMLITS_OWN.get(rule, "\0") not in html]


def widest(page: Page) -> str:
    """The element that reaches farthest to the right, for the message."""
    return page.evaluate(
        "() => { let far = null, right = 0; for (const e of document.querySelectorAll('body *')) {"
        " const r = e.getBoundingClientRect(); if (r.right > right) { right = r.right; far = e; } }"
        " return far.outerHTML.slice(0, 160); }"
    )


def looked_at(visitor: Visitor, entry: Entry) -> list[str]:
    """What is wrong with the page that is open: by axe (in the dark too where much is drawn), zoomed, on a phone."""
    page, wrong = visitor.page, []
    for theme in ("light", "dark") if entry.url_path in MOST_DRAWN else ("light",):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        visitor.settle()
        page.wait_for_function(FRESH, timeout=PATIENCE)
        wrong += [f"{theme} {fault}" for fault in faults(page)]
    page.emulate_media(color_scheme="light")
    for name, size in (("200% zoom", ZOOMED), ("phone", PHONE)):
        page.set_viewport_size(size)
        visitor.settle()
        with suppress(Waited):  # charts take their new width a moment later
            page.wait_for_function(f"() => ({TOO_WIDE})() === 0", timeout=5_000)
        if over := page.evaluate(TOO_WIDE):
            wrong.append(f"{name}: {over} px wider than the screen, {widest(page)}")
    page.set_viewport_size(SCREEN)
    return [f"{entry.title}: {fault}" for fault in wrong]


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.DATA_STEWARD, Role.COUNCILLOR], ids=str)
def test_no_page_shuts_anybody_out(role: Role, server: Server, visit: Callable[[Server], Visitor]) -> None:
    """The steward sees every page there is, with all that can be done on it; the councillor's are made apart."""
    visitor = visit(server)
    visitor.open()
    visitor.become(role)
    wrong: list[str] = []
    for entry in [entry for entry in ENTRIES if entry.url_path in allowed(role)]:
        visitor.go(entry)
        wrong += looked_at(visitor, entry)
        wrong += [f"{entry.title}: a chart has no sentence" for _ in charts_without_words(visitor.page)]
    assert wrong == []


def charts_without_words(page: Page) -> list[str]:
    """Charts that a screen reader would meet without a label."""
    return page.evaluate(
        "() => [...document.querySelectorAll('[data-testid=\"stVegaLiteChart\"]')]"
        ".filter(c => !c.getAttribute('aria-label') && !c.querySelector('[aria-label]'))"
        ".map(c => c.outerHTML.slice(0, 99))"
    )


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


FITS = (
    "table => table.scrollWidth <= table.parentElement.clientWidth && table.getBoundingClientRect().right <= innerWidth"
)


PRINTED = {
    "hub_meeting": [2], "trends": [1], "whats_new": [5, 13], "areas": [60], "places": [10], "portfolio": [11, 3, 16],
    "interventions": [11, 30, 6], "powers": [60], "partners": [52, 2, 12, 5, 52], "timeliness": [5, 5, 5],
    "method": [6, 7, 19], "data": [45, 4, 1, 45],
}  # fmt: skip
"""Page → rows of the sample in each table of it; lists of hundreds stop at 60, the rest being in the export."""
A4 = {"width": 673, "height": 980}
"""A sheet within its margins, in CSS pixels."""
NO_USE_ON_PAPER = ", ".join(
    f"{what}:visible"
    for what in ("iframe", "button", "input:not([type=checkbox])", '[data-testid="stDataFrame"]', ".st-key-turn")
)


@pytest.mark.parametrize("page", PRINTED)
def test_a_table_is_whole_on_paper(page: str, server: Server, visit: Callable[[Server], Visitor]) -> None:
    """A grid draws what its window shows: on paper the same rows stand written out, under one title."""
    visitor = visit(server)
    visitor.open(f"{page}?role=Data+steward")
    written = visitor.page.locator('[class*="st-key-paper"] table')
    written.nth(len(PRINTED[page]) - 1).wait_for(state="attached", timeout=PATIENCE)
    visitor.settle()
    expect(written.first).to_be_hidden()
    visitor.page.set_viewport_size(A4)
    visitor.page.emulate_media(media="print")
    printed = visitor.page.locator('[class*="st-key-paper"] table:visible').all()
    assert [table.locator("tbody tr").count() for table in printed] == PRINTED[page]
    for table in printed:
        assert table.evaluate(FITS)
    assert visitor.page.locator(NO_USE_ON_PAPER).count() == 0
    assert visitor.page.locator("h1:visible").count() == 1
    cut = visitor.page.get_by_text(re.compile(r"^The first 60 of \d+ rows; the file under Export"))
    assert cut.count() == (page in ("areas", "powers"))


@pytest.mark.parametrize("page", ["hub_meeting", "areas"])
def test_paper_says_where_the_map_is(page: str, server: Server, visit: Callable[[Server], Visitor]) -> None:
    visitor = visit(server)
    visitor.open(f"{page}?role=Data+steward")
    told = visitor.page.get_by_text("The map is not printed")
    told.wait_for(state="attached", timeout=PATIENCE)
    expect(told).to_be_hidden()
    visitor.page.emulate_media(media="print")
    expect(told).to_be_visible()


@pytest.mark.parametrize("page", ["trends", "portfolio", "before_after", "outcomes"])
def test_a_charts_table_fits_a_phone(page: str, server: Server, visit: Callable[[Server], Visitor]) -> None:
    visitor = visit(server)
    visitor.open(page)
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    buttons = visitor.page.get_by_role("button", name="Show as table")
    expect(buttons.first).to_be_visible(timeout=PATIENCE)
    for button in buttons.all():
        button.click(timeout=PATIENCE)
        table = visitor.page.get_by_test_id("stPopoverBody").locator("table")
        expect(table).to_be_visible(timeout=PATIENCE)
        assert table.evaluate(FITS)
        visitor.page.keyboard.press("Escape")
        expect(table).to_have_count(0, timeout=PATIENCE)
