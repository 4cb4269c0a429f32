"""A role walks through all its pages once, and each is looked at in every way; tests read what was written down.

Drawing a page is what costs; so the tests of faults, of accessibility, of widths and of paper share one walk.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Waited

from hotspots.release.roles import Role
from pages.parts.menu import ENTRIES, Entry
from tests.browser.visiting import PATIENCE, SCREEN, Visitor
from tests.role_matrix import PAGES, ROLES

LOOKED_AT = (Role.DATA_STEWARD, Role.COUNCILLOR)
"""The steward sees every page there is, with all that can be done on it; the councillor's are made apart."""
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
PHONE = {"width": 390, "height": 844}
SHEET = {"width": 673, "height": 980}
"""A4 within its margins."""
MOST_DRAWN = ("hub_meeting", "trends", "outcomes")
"""Pages that are looked at in the dark too: map, charts and tables between them."""
PRINTED = {
    "hub_meeting": [2], "trends": [1], "whats_new": [5, 13], "areas": [60], "places": [10], "portfolio": [11, 3, 16],
    "interventions": [11, 30, 6], "powers": [60], "partners": [52, 2, 12, 5, 52], "timeliness": [5, 5, 5],
    "method": [6, 7, 19], "data": [45, 4, 1, 45],
}  # fmt: skip
"""Page → rows of the sample in each table of it; lists of hundreds stop at 60, the rest being in the export."""
NO_USE_ON_PAPER = ", ".join(
    f"{what}:visible"
    for what in (".hub-map", "button", "input:not([type=checkbox])", '[data-testid="stDataFrame"]', ".st-key-turn")
)
WITH_CHARTS = ("trends", "portfolio", "before_after", "outcomes")
"""Pages whose charts have their table beneath a link."""
FRESH = "() => !document.querySelector('[data-stale=\"true\"]')"
"""What a rerun is about to replace is drawn pale, which is not how anybody reads it."""
TOO_WIDE = (
    "() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth,"
    " ...[...document.querySelectorAll('[data-testid=\"stMain\"]')].map(e => e.scrollWidth - e.clientWidth))"
)
"""CSS pixels by which the page would have to be scrolled sideways."""
FITS = (
    "table => table.scrollWidth <= table.parentElement.clientWidth && table.getBoundingClientRect().right <= innerWidth"
)

CARDS = """() => {
  const cards = [...document.querySelectorAll(".cards")].filter(e => e.checkVisibility());
  const grids = [...document.querySelectorAll('[class*="st-key-screen"]')].filter(e => e.checkVisibility()
    && e.parentElement.nextElementSibling?.querySelector(".instead"));
  const cut = cards.flatMap(e => [...e.querySelectorAll("td")]).filter(e => e.scrollWidth > e.clientWidth + 1);
  const beyond = [...document.querySelectorAll('[data-testid="stHeader"] button')].filter(e => e.checkVisibility()
    && e.getBoundingClientRect().right > innerWidth);
  return [cards.length, [...grids.map(e => e.className), ...cut.map(e => e.innerText),
    ...beyond.map(e => e.dataset.testid)]]; }"""


def allowed(role: Role) -> list[str]:
    """Pages that the role matrix gives a role."""
    return [page for page, row in PAGES.items() if row[ROLES.index(str(role))]]


@dataclass(frozen=True)
class Paper:
    """A page on a sheet: rows of each table written out, where the screen has its grid, and what else is there."""

    rows: list[int]
    too_wide: int
    """Tables that reach over the edge."""
    useless: int
    """Grids, maps, buttons and fields."""
    titles: int
    stops: bool
    """Says that a table stops, and where the rest is."""
    tells_of_map: bool


@dataclass
class Look:
    """What was noticed on one page; what is noticed by looking closer is empty where the role is not `LOOKED_AT`."""

    title: str
    broken: list[str]
    """Words of the exceptions and warnings that are drawn."""
    faults: list[str] = field(default_factory=list)
    """What the visitor wrote down while the page was open."""
    shut_out: list[str] = field(default_factory=list)
    """Faults by axe, light and in the dark; charts without a sentence."""
    too_wide: list[str] = field(default_factory=list)
    """Zoomed to 200% and on a phone."""
    paper: Paper | None = None
    phone_cards: int = 0
    """Lists that a phone shows as cards."""
    phone_cuts: list[str] = field(default_factory=list)
    """Lists a phone shows as a grid though no row is to be chosen, words of cards that do not fit, and buttons of the
    head that lie beyond the edge."""
    phone_tables: list[bool] = field(default_factory=list)
    """Each chart's table: does it fit a phone?"""


@dataclass
class Walk:
    """All pages of one role, by the end of their address, and the titles in its menu."""

    menu: set[str]
    pages: dict[str, Look] = field(default_factory=dict)


def walked(visitor: Visitor, role: Role) -> Walk:
    """Opens every page of a role from the menu, in one session."""
    visitor.open()
    visitor.become(role)
    walk = Walk(visitor.menu_titles())
    for entry in [entry for entry in ENTRIES if entry.url_path in allowed(role)]:
        before = len(visitor.faults)
        visitor.go(entry)
        look = walk.pages[entry.url_path] = Look(entry.title, broken(visitor))
        if role in LOOKED_AT:
            look_at(visitor, entry, look)
        look.faults = visitor.faults[before:]
    return walk


def broken(visitor: Visitor) -> list[str]:
    """Exceptions and warnings on a page, which must say as well that its data are the sample."""
    page = visitor.page
    expect(page.get_by_text("Sample data.")).to_be_visible(timeout=PATIENCE)
    shown = [*page.get_by_test_id("stException").all(), *page.locator(".st-key-warn").all()]
    return [element.inner_text(timeout=PATIENCE)[:500] for element in shown]


def look_at(visitor: Visitor, entry: Entry, look: Look) -> None:
    """The page that is open by axe (in the dark too where much is drawn), zoomed, on a phone and on paper."""
    page = visitor.page
    for theme in ("light", "dark") if entry.url_path in MOST_DRAWN else ("light",):
        page.emulate_media(color_scheme=theme)
        visitor.settle()
        page.wait_for_function(FRESH, timeout=PATIENCE)
        look.shut_out += [f"{theme} {fault}" for fault in axe_faults(page)]
    page.emulate_media(color_scheme="light")
    look.shut_out += [f"a chart has no sentence: {chart}" for chart in charts_without_words(page)]
    for name, size in (("200% zoom", ZOOMED), ("phone", PHONE)):
        page.set_viewport_size(size)
        visitor.settle()
        with suppress(Waited):  # charts take their new width a moment later
            page.wait_for_function(f"() => ({TOO_WIDE})() === 0", timeout=5_000)
        if over := page.evaluate(TOO_WIDE):
            look.too_wide.append(f"{name}: {over} px wider than the screen, {widest(page)}")
    look.phone_cards, look.phone_cuts = page.evaluate(CARDS)
    if entry.url_path in WITH_CHARTS:
        look.phone_tables = tables_of_charts(page)
    if entry.url_path in PRINTED:
        look.paper = printed(page)
    page.emulate_media(media="screen")
    page.set_viewport_size(SCREEN)


def axe_faults(page: Page) -> list[str]:
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


def charts_without_words(page: Page) -> list[str]:
    """Charts that a screen reader would meet without a label."""
    return page.evaluate(
        "() => [...document.querySelectorAll('[data-testid=\"stVegaLiteChart\"]')]"
        ".filter(c => !c.getAttribute('aria-label') && !c.querySelector('[aria-label]'))"
        ".map(c => c.outerHTML.slice(0, 99))"
    )


def tables_of_charts(page: Page) -> list[bool]:
    """Opens each *Show as table* in turn: does its table fit?"""
    buttons = page.get_by_role("button", name="Show as table")
    expect(buttons.first).to_be_visible(timeout=PATIENCE)
    fit = []
    for button in buttons.all():
        button.click(timeout=PATIENCE)
        table = page.get_by_test_id("stPopoverBody").locator("table")
        expect(table).to_be_visible(timeout=PATIENCE)
        fit.append(table.evaluate(FITS))
        page.keyboard.press("Escape")
        expect(table).to_have_count(0, timeout=PATIENCE)
    return fit


def printed(page: Page) -> Paper:
    """The page on paper, where it stays; tables written out for it are not to be seen on the screen."""
    written = page.locator('[class*="st-key-paper"] table')
    written.first.wait_for(state="attached", timeout=PATIENCE)
    page.set_viewport_size(SCREEN)
    expect(written.filter(visible=True)).to_have_count(0, timeout=PATIENCE)
    page.set_viewport_size(SHEET)
    page.emulate_media(media="print")
    # Not all that are written out: what lies in a tab or card that is not open is not on the paper either.
    expect(written.filter(visible=True).first).to_be_visible(timeout=PATIENCE)
    tables = written.filter(visible=True).all()
    return Paper(
        rows=[table.locator("tbody tr").count() for table in tables],
        too_wide=sum(not table.evaluate(FITS) for table in tables),
        useless=page.locator(NO_USE_ON_PAPER).count(),
        titles=page.locator("h1:visible").count(),
        stops=page.get_by_text(re.compile(r"^The first 60 of \d+ rows; the file under Export")).count() > 0,
        tells_of_map=page.get_by_text("The map is not printed").filter(visible=True).count() > 0,
    )
