"""How a person fills a form: chooses, types, ticks, gives a day, presses, and waits for the answer."""

import re
from datetime import date

from playwright.sync_api import Locator, expect

from tests.browser.visiting import PATIENCE, Visitor


class Form:
    """A dialog, a form or a whole page that somebody fills.

    within: the part of the screen its fields are looked for in; the whole page when left out
    """

    def __init__(self, visitor: Visitor, within: Locator | None = None) -> None:
        self.visitor = visitor
        self.within = visitor.page.locator("body") if within is None else within

    def choose(self, field: str, *options: str) -> None:
        """Choose from a list, or several from one that takes several, as typed words narrow it."""
        box = self.within.get_by_role("combobox", name=field, exact=True)
        for option in options:
            box.click(timeout=PATIENCE)
            # Leaving the field before sends it, and the answer may come while one types: the list would close on it.
            self.visitor.settle()
            box.fill(option, timeout=PATIENCE)
            self.visitor.page.get_by_role("option", name=option).first.click(timeout=PATIENCE)
            self.visitor.settle()
        if self.visitor.page.get_by_role("listbox").count():  # one that takes several stays open
            self.leave()

    def write(self, field: str, words: str) -> None:
        """Type into a field of text or of a number."""
        box = self.within.get_by_label(field, exact=True).and_(self.within.locator("input, textarea"))
        box.fill(words, timeout=PATIENCE)

    def pick(self, field: str, part: str) -> None:
        """Press one part of a row of parts, unless it is pressed already."""
        row = self.within.get_by_role("radiogroup", name=field, exact=True)
        row.get_by_role("radio", name=part, exact=True).click(timeout=PATIENCE)
        self.visitor.settle()

    def day(self, field: str, day: date) -> None:
        """Type a day into its three parts, and leave the field as a click elsewhere does."""
        self.within.get_by_role("spinbutton", name=f"day, {field}", exact=True).click(timeout=PATIENCE)
        self.visitor.page.keyboard.type(f"{day:%d%m%Y}")
        for part in ("day", "month", "year"):
            shown = self.within.get_by_role("spinbutton", name=f"{part}, {field}", exact=True)
            expect(shown).to_have_text(re.compile(f"^0*{getattr(day, part)}$"), timeout=PATIENCE)
        self.leave()

    def leave(self) -> None:
        """Click where nothing is, as one does to get out of a field."""
        box = self.within.locator("h1, h2, h3, strong").first.bounding_box(timeout=PATIENCE)
        self.visitor.page.mouse.click(box["x"] + 2, box["y"] + 2)
        expect(self.visitor.page.get_by_role("listbox")).to_have_count(0, timeout=PATIENCE)
        self.visitor.settle()

    def press(self, button: str) -> None:
        """Press a button by its whole name and wait for the answer."""
        self.within.get_by_role("button", name=button, exact=True).click(timeout=PATIENCE)
        self.visitor.settle()


def dialog(visitor: Visitor, title: str) -> Form:
    """The dialog that has opened."""
    opened = visitor.page.get_by_role("dialog", name=title)
    expect(opened).to_be_visible(timeout=PATIENCE)
    visitor.settle()
    return Form(visitor, opened)


def closed(form: Form) -> None:
    """The dialog took what was entered: it is gone."""
    expect(form.within).to_have_count(0, timeout=PATIENCE)
    form.visitor.settle()


def tick_row(visitor: Visitor, table: str, row: int, *, tall: int, head: int = 40, at: int = 18) -> None:
    """Tick a row of a table at its left edge.

    table: what the table is for those who cannot see it · tall, head: pixels of a row and of the header
    at: pixels from the left where the box stands
    """
    grid = visitor.page.locator(f'.stDataFrame:has([aria-label*="{table}"], [alt*="{table}"])').first
    grid.scroll_into_view_if_needed(timeout=PATIENCE)
    box = _still(grid)
    visitor.page.mouse.click(box["x"] + at, box["y"] + head + tall * (row - 0.5))
    visitor.page.wait_for_timeout(600)  # a table waits a moment for the next change before it tells of one
    visitor.settle()


def _still(part: Locator) -> dict[str, float]:
    """Where a part of the screen stands once nothing above it moves it any more."""
    box = part.bounding_box(timeout=PATIENCE)
    for _ in range(20):
        part.page.wait_for_timeout(250)
        before, box = box, part.bounding_box(timeout=PATIENCE)
        if box == before:
            break
    return box
