"""Pictures of the screens, made from the invented sample in a real Chromium.

    python benchmarks/pictures.py                     the pictures of README and guides, into docs/
    python benchmarks/pictures.py --all FOLDER        every page × role × screen × theme, presenter, print
    python benchmarks/pictures.py --all FOLDER --page trends --role councillor --colour-vision

Needs Chromium. The server is started for the run on a free port of this machine and ended with it.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hotspots.release.roles import Role, Viewer  # noqa: E402
from pages.parts.menu import ENTRIES, OPENS_WITH, Entry  # noqa: E402
from tests.browser.running import Server, chromium, hub_folder, sample_once, serving  # noqa: E402
from tests.browser.visiting import SCREEN, SETTLED, Visitor, context_of  # noqa: E402

QUIET = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]
SIZES = {"1920": (1920, 1080), "1366": (1366, 768), "390": (390, 844)}
TALLEST = 6000
SETTLE_MS = 1200
GUIDE_WIDTH = 1100
GUIDE = {  # picture of a guide: page, role, size
    "hub-meeting": ("hub_meeting", Role.HUB_MEMBER, (1920, 1080)),
    "guide-hub-place": ("places", Role.HUB_MEMBER, (1440, 900)),
    "guide-hub-powers": ("powers", Role.HUB_MEMBER, (1440, 900)),
    "guide-senior-trends": ("trends", Role.SENIOR_OFFICER, (1440, 900)),
    "guide-senior-before-after": ("before_after", Role.SENIOR_OFFICER, (1440, 900)),
    "guide-councillor-outcomes": ("outcomes", Role.COUNCILLOR, (1440, 900)),
    "guide-steward-import": ("data", Role.DATA_STEWARD, (1440, 900)),
}
DEFECTS = ("deuteranopia", "protanopia", "tritanopia", "achromatopsia")


def entries_of(role: Role) -> list[Entry]:
    """Pages of the menu that a role may open."""
    return [entry for entry in ENTRIES if Viewer(role, name="pictures").can(entry.needs)]


@contextmanager
def sample_server() -> Iterator[tuple[Server, Browser]]:
    """The app on the sample in a folder that is removed afterwards, and a Chromium."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        hub = hub_folder(Path(folder) / "hub", sample_once(Path(folder)))
        with serving(hub) as server:
            browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
            yield server, browser
            browser.close()


def arrive(browser: Browser, server: Server, role: Role, *, theme: str = "light", query: str = "") -> Visitor:
    """A visitor of that role, with the system's theme light or dark."""
    visitor = Visitor(context_of(browser), server)
    visitor.page.emulate_media(color_scheme=theme)
    visitor.open(query)
    visitor.become(role)
    return visitor


def turn_to(visitor: Visitor, entry: Entry) -> None:
    """Open a page of the menu at the size the menu is written for."""
    visitor.page.set_viewport_size(SCREEN)
    visitor.go(entry)


def take(page: Page, path: Path, size: tuple[int, int], *, whole: bool = False, present: bool = False) -> None:
    """One picture at a size; `whole`: the page to its end, present: in presenter view."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    # Opened anew, since a list keeps the widths and letters it was first drawn with.
    page.goto(f"{page.url}{'&' if '?' in page.url else '?'}present=true" if present else page.url)
    page.wait_for_selector(SETTLED)
    page.wait_for_timeout(SETTLE_MS)
    if whole:
        needed = page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
        page.set_viewport_size({"width": size[0], "height": min(max(needed, size[1]), TALLEST)})
        page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=str(path))


def take_all(folder: Path, *, only_page: str, only_role: str, colour_vision: bool) -> None:
    """Every page × role × screen × theme, presenter view and print; the page's name first."""
    folder.mkdir(parents=True, exist_ok=True)
    with sample_server() as (server, browser):
        for role in [r for r in OPENS_WITH if only_role in ("", str(r))]:
            for theme in ("light", "dark"):
                visitor = arrive(browser, server, role, theme=theme)
                for entry in [e for e in entries_of(role) if only_page in ("", e.url_path)]:
                    turn_to(visitor, entry)
                    name = f"{entry.url_path}-{str(role).replace(' ', '-')}"
                    _sizes(visitor.page, folder, f"{name}-{theme}")
                    if theme == "light":
                        _print(visitor.page, folder, name)
                        _seen_by(visitor.page, folder, name, DEFECTS if colour_vision else ())
                visitor.leave()
            _presenter(browser, server, role, folder, only_page)


def _sizes(page: Page, folder: Path, name: str) -> None:
    for size, pixels in SIZES.items():
        take(page, folder / f"{name}-{size}.png", pixels, whole=True)


def _print(page: Page, folder: Path, name: str) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=str(folder / f"{name}-print.png"), full_page=True)
    page.pdf(path=str(folder / f"{name}-print.pdf"), format="A4")
    page.emulate_media(media="screen")


def _seen_by(page: Page, folder: Path, name: str, defects: tuple[str, ...]) -> None:
    """The page as people with a colour-vision defect see it."""
    session = page.context.new_cdp_session(page)
    for defect in defects:
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": defect})
        take(page, folder / f"{name}-{defect}.png", SIZES["1920"])
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": "none"})


def _presenter(browser: Browser, server: Server, role: Role, folder: Path, only_page: str) -> None:
    visitor = arrive(browser, server, role, query="?present=true")
    for entry in [e for e in entries_of(role) if only_page in ("", e.url_path)]:
        turn_to(visitor, entry)
        for size in ("1920", "1366"):
            name = f"{entry.url_path}-{str(role).replace(' ', '-')}-presenter-{size}.png"
            take(visitor.page, folder / name, SIZES[size], whole=True, present=True)
    visitor.leave()


def take_guide() -> None:
    """The pictures that README and guides show: small, of the sample only."""
    with sample_server() as (server, browser):
        for name, (url_path, role, size) in GUIDE.items():
            visitor = arrive(browser, server, role)
            turn_to(visitor, next(e for e in ENTRIES if e.url_path == url_path))
            path = ROOT / "docs" / f"{name}.png"
            take(visitor.page, path, size)
            _shrink(path)
            visitor.leave()


def _shrink(path: Path) -> None:
    """Narrower and with few colours: a guide is read in a browser, not printed as a poster."""
    with Image.open(path) as picture:
        height = round(picture.height * GUIDE_WIDTH / picture.width)
        small = picture.convert("RGB").resize((GUIDE_WIDTH, height), Image.Resampling.LANCZOS)
    small.quantize(255, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)


def main() -> None:
    """Take the guides' pictures, or all of them for looking through."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    parser.add_argument("--page", default="")
    parser.add_argument("--role", default="")
    parser.add_argument("--colour-vision", action="store_true")
    chosen = parser.parse_args()
    if chosen.all:
        take_all(chosen.all, only_page=chosen.page, only_role=chosen.role, colour_vision=chosen.colour_vision)
    else:
        take_guide()


if __name__ == "__main__":
    main()
