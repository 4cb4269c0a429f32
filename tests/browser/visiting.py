"""What a visitor does at a screen, with a deadline on every step, and what she notices."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Download,
    Locator,
    Request,
    WebSocket,
    expect,
)

from hotspots.release.roles import Role, Viewer
from pages.parts import menu
from tests.browser.running import Server

PATIENCE = int(os.environ.get("HUB_PATIENCE", "60000"))
"""Milliseconds any step may take on a machine that is busy with other work."""
SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'
SCREEN = {"width": 1920, "height": 1080}


class Visitor:
    """One browser session; `faults` holds console errors, script errors, dialogs and calls to other hosts."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.server = server
        self.context = context
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.also = ""
        """Address of an identity provider, which is asked with our leave."""
        self.has_menu = True
        """False for a role with a single page; on a phone's width the menu is folded away, yet it is there."""
        self.faults: list[str] = []
        self.received: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("websocket", self._listened)
        self.page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def leave(self) -> None:
        """Close the page and forget who was there; files of the program stay in the browser's cache."""
        self.page.close()
        self.context.clear_cookies()

    def _ours(self, url: str) -> bool:
        parts = urlsplit(url)
        known = parts.port == self.server.port or (self.also and url.startswith(self.also))
        return parts.scheme in ("data", "blob", "about") or bool(known)

    def _heard(self, message: ConsoleMessage) -> None:
        # Opened at a page's own address, Streamlit's front end first looks for its server below that address.
        looking = re.search(r"/[\w-]+/_stcore/(health|host-config)$", message.location.get("url", ""))
        if message.type == "error" and not looking:
            self.faults.append(f"console: {message.text} {message.location.get('url', '')}")

    def _asked(self, request: Request) -> None:
        if not self._ours(request.url):
            self.faults.append(f"asked another host: {request.url[:200]}")

    def _listened(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.received.append(_as_text(frame)))

    def open(self, path: str = "", host: str = "localhost") -> None:
        self.page.goto(f"http://{host}:{self.server.port}/{path}", timeout=PATIENCE)
        self.settle()

    def settle(self) -> None:
        """Wait until the server's script has ended and nothing on the page is still a placeholder."""
        self.page.wait_for_selector(SETTLED, timeout=PATIENCE, state="attached")
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)

    def text(self) -> str:
        return self.page.inner_text("body", timeout=PATIENCE)

    def become(self, role: Role) -> None:
        """Choose a role in the strip, where on this machine it is a view to try."""
        if self.role() == str(role):
            return
        switch = self.page.get_by_role("combobox", name="Viewing as")
        switch.click(timeout=PATIENCE)
        self.page.get_by_role("option", name=str(role).capitalize()).click(timeout=PATIENCE)
        expect(switch).to_have_value(str(role).capitalize(), timeout=PATIENCE)
        # The browser knows the choice before the server has heard of it; the menu is the server's answer.
        may_open = {entry.section for entry in menu.ENTRIES if Viewer(role, name="").can(entry.needs)}
        sections = expect(self.page.get_by_test_id("stTopNavSection"))
        self.has_menu = len(may_open - {menu.UNLISTED}) > 1
        if self.has_menu:
            sections.not_to_have_count(0, timeout=PATIENCE)
        else:
            sections.to_have_count(0, timeout=PATIENCE)
        self.settle()

    def role(self) -> str:
        """The role that the strip says is tried."""
        return self.page.get_by_role("combobox", name="Viewing as").input_value(timeout=PATIENCE).casefold()

    def menu_titles(self) -> set[str]:
        """Titles in the menu at the top, section by section."""
        titles: set[str] = set()
        for section in self._sections():
            section.click(timeout=PATIENCE)
            links = self.page.locator("a:visible", has_text=re.compile("."))
            expect(links.first).to_be_visible(timeout=PATIENCE)
            titles |= {text.strip() for text in links.all_inner_texts()}
            self.page.keyboard.press("Escape")
        return titles & {entry.title for entry in menu.ENTRIES}

    def go(self, entry: menu.Entry) -> None:
        """Choose a page in the menu, or a link on the strip; the session is kept, as a click keeps it.

        A role with a single page in the menu has no menu: the front page is that page.
        """
        if entry.section != menu.UNLISTED and not self.has_menu:
            return
        self.press(entry)
        self.page.wait_for_url(re.compile(rf"/{entry.url_path}(\?|$)"), timeout=PATIENCE)
        self.settle()

    def press(self, entry: menu.Entry) -> None:
        """Press a page's link, whatever may come of it."""
        if entry.section == menu.UNLISTED:
            self.page.get_by_role("button", name="Display").click(timeout=PATIENCE)
            self.page.get_by_test_id("stPopoverBody").get_by_text(entry.title).click(timeout=PATIENCE)
            self.page.keyboard.press("Escape")
        else:
            self.open_section(entry)
            self.page.locator("a:visible").get_by_text(entry.title, exact=True).click(timeout=PATIENCE)

    def open_section(self, entry: menu.Entry) -> None:
        """Open the menu's section that lists a page."""
        # Where the menu does not fit, its last sections are folded into one called "more".
        folded = re.compile(rf"{entry.section}|more")
        self.page.get_by_test_id("stTopNavSection").filter(has_text=folded).first.click(timeout=PATIENCE)

    def _sections(self) -> list[Locator]:
        return self.page.get_by_test_id("stTopNavSection").all()

    def map(self) -> Locator:
        """The Leaflet map, once outlines are drawn on it."""
        self.page.wait_for_selector(".hub-map .rank", timeout=PATIENCE, state="attached")
        return self.page.locator(".hub-map")

    def card_title(self) -> Locator:
        return self.page.locator(".st-key-card h3")

    def download(self, button: str) -> Path:
        """Press a download button; the path of what came."""
        with self.page.expect_download(timeout=PATIENCE) as waiting:
            self.page.get_by_role("button", name=button).click(timeout=PATIENCE)
        came: Download = waiting.value
        return came.path()


def context_of(browser: Browser) -> BrowserContext:
    """A browser as somebody has it who comes for the first time, asking for less motion.

    What moves is drawn sixty times a second, and here without a graphics card.
    """
    return browser.new_context(viewport=SCREEN, accept_downloads=True, reduced_motion="reduce")


def view_of(drawn: Locator) -> tuple[float, float, int]:
    """Latitude, longitude and zoom of the map."""
    centre = drawn.evaluate(
        "({ leaflet }) => { const c = leaflet.getCenter(); return [c.lat, c.lng, leaflet.getZoom()]; }"
    )
    return round(centre[0], 6), round(centre[1], 6), centre[2]


def _as_text(frame: str | bytes) -> str:
    return frame if isinstance(frame, str) else frame.decode("utf-8", errors="replace")
