"""The screens in a real Chromium: cold start, warm page, filter, click to card, list to map, page weight, messages.

    python benchmarks/screens.py                        the sample; writes docs/speed.md
    python benchmarks/screens.py --size force           150,000 invented reports of one force year
    python benchmarks/screens.py --size three-forces    500,000 reports of three such years
    python benchmarks/screens.py --all                  all in turn; writes docs/speed.md
    python benchmarks/screens.py --quick                the sample, two clicks, writes nothing

Needs Chromium. Each store and server is made for the run on a free port of this machine and ended with it.
Pictures are taken by benchmarks/pictures.py.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.sync_api import CDPSession, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.force import write_force  # noqa: E402
from tests.browser.running import chromium, hub_folder, sample_once, serving, write_settings  # noqa: E402

QUIET = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
CARD = ".st-key-card h3"
NEARER = """() => {
    const mark = document.querySelector(".rank:not(.chosen)").getBoundingClientRect();
    const map = document.querySelector(".hub-map").leaflet, box = map.getContainer().getBoundingClientRect();
    const at = [mark.x + mark.width / 2 - box.x, mark.y + mark.height / 2 - box.y];
    map.setView(map.containerPointToLatLng(at), map.getZoom() + 1, {animate: false}); }"""
"""One step nearer, round a mark that is not chosen: the middle of the map may hold none."""
LONG = 120_000
SIZES = {"sample": (0, 0), "force": (150_000, 12), "three-forces": (500_000, 36)}
"""Store → reports and months."""
NAMES = {
    "sample": "the sample (29,000 reports)",
    "force": "a force year (150,000)",
    "three-forces": "three force years (500,000)",
}
TARGETS = {
    "cold start to a drawn map, s": 5.0,
    "the same with `streamlit run dashboard.py`, s": None,
    "warm page to a drawn map, s": 1.2,
    "filter change to the new list, s": 0.7,
    "click on the map to the card, s": 0.45,
    "list to the map's chosen mark, s": 0.45,
    "first visit, MB": None,
    "page again, MB": 2.0,
    "messages a click": None,
}


BESIDE = (
    "## Why the map is our own",
    "",
    "Until 30 November 2026 the map was drawn by streamlit-folium 0.27.4 in a frame. This benchmark at the last commit",
    "with it (06dd454) and at the first without, in turn within one hour, sample / force year / three force years:",
    "",
    "| what | in a frame | our own | times as fast |",
    "|---|---|---|---|",
    "| click on the map to the card, s | 0.39 / 0.43 / 0.41 | 0.15 / 0.16 / 0.20 | 2.6 / 2.7 / 2.1 |",
    "| warm page to a drawn map, s | 1.03 / 1.00 / 1.01 | 0.90 / 0.81 / 0.82 | 1.1 / 1.2 / 1.2 |",
    "| list to the map's chosen mark, s | 0.37 / 0.37 / 0.41 | 0.35 / 0.38 / 0.37 | 1.1 / 1.0 / 1.1 |",
    "",
    "A quarter of a second of each click was that component waiting for a second one. It also needed script made on",
    "the fly, so that no content security policy could stand behind it (docs/deployment.md has today's).",
)


@dataclass
class Traffic:
    """What the browser got: bytes of requests and of the socket, and how many messages."""

    bytes: int = 0
    messages: int = 0
    _session: CDPSession | None = field(default=None, repr=False)

    def listen(self, page: Page) -> "Traffic":
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")
        self._session.on("Network.loadingFinished", self._loaded)
        self._session.on("Network.webSocketFrameReceived", self._framed)
        return self

    def _loaded(self, event: dict) -> None:
        self.bytes += int(event["encodedDataLength"])

    def _framed(self, event: dict) -> None:
        # A binary frame comes as base64, four letters for three bytes.
        self.bytes += len(event["response"]["payloadData"]) * 3 // 4
        self.messages += 1

    def since(self, before: tuple[int, int]) -> tuple[float, int]:
        """Megabytes and messages since a mark."""
        return (self.bytes - before[0]) / 2**20, self.messages - before[1]

    @property
    def mark(self) -> tuple[int, int]:
        return self.bytes, self.messages


@contextmanager
def store_of(size: str) -> Iterator[Path]:
    """A hub's folder with the sample, or with an imported force."""
    rows, months = SIZES[size]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if not rows:
            yield hub_folder(folder / "hub", sample_once(folder))
            return
        hub = folder / "hub"
        hub.mkdir()
        settings = write_settings(hub)
        files = write_force(folder / "files", rows=rows, months=months)
        start = time.perf_counter()
        command = [sys.executable, "-m", "hotspots", "import", str(files)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "HUB_SETTINGS": str(settings)}, check=True)
        print(f"{size}: imported in {time.perf_counter() - start:.0f} s", flush=True)
        yield hub


def drawn(page: Page) -> None:
    """Wait until card and marks are there."""
    page.wait_for_selector(CARD, timeout=LONG)
    page.wait_for_selector(".rank", timeout=LONG, state="attached")


def opened(page: Page, url: str) -> float:
    """Seconds from asking for the page to a drawn map."""
    start = time.perf_counter()
    page.goto(url)
    drawn(page)
    return time.perf_counter() - start


def settle(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=LONG)
    page.wait_for_timeout(1_200)


def until_card_changes(page: Page, act: Callable[[], None]) -> float:
    """Seconds from an act to the card of another area."""
    before = page.locator(CARD).inner_text()
    start = time.perf_counter()
    act()
    changed = f"(b) => {{ const h = document.querySelector('{CARD}'); return h && h.innerText !== b; }}"
    page.wait_for_function(changed, arg=before, polling=10, timeout=20_000)
    return time.perf_counter() - start


def map_clicks(page: Page, many: int, traffic: Traffic) -> tuple[list[float], list[int]]:
    """Seconds and messages of clicks on marks of the map."""
    zoom = "() => document.querySelector('.hub-map').leaflet.getZoom()"
    while len(_apart(page)) < 2 and page.evaluate(zoom) < 17:
        page.evaluate(NEARER)
        settle(page)
    seconds, messages = [], []
    for turn in range(many):
        box = _another(page, turn)
        mark = traffic.mark
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        seconds.append(until_card_changes(page, lambda at=middle: page.mouse.click(*at)))
        settle(page)
        messages.append(traffic.since(mark)[1])
    return seconds, messages


def _another(page: Page, turn: int) -> dict:
    """Box of a mark in sight that is not the chosen one and that no other mark covers."""
    apart = _apart(page)
    return apart[turn % len(apart)]


def _apart(page: Page) -> list[dict]:
    """Boxes of the marks in sight that are not chosen and stand apart from every other."""
    boxes = [b for b in (mark.bounding_box() for mark in page.locator(".rank").all()[:80]) if b]
    chosen = [b for b in (mark.bounding_box() for mark in page.locator(".rank.chosen").all()) if b]

    def alone(box: dict) -> bool:
        near = [b for b in boxes if abs(b["x"] - box["x"]) < 40 and abs(b["y"] - box["y"]) < 40]
        return len(near) == 1 and box not in chosen and 40 < box["x"] < 940 and 200 < box["y"] < 950

    return [box for box in boxes if alone(box)]


def list_picks(page: Page, many: int) -> list[float]:
    """Seconds from a row of the list to its mark being the chosen one on the map."""
    grid = page.locator(".st-key-hub-body canvas[data-testid='data-grid-canvas']").first
    box, seconds = grid.bounding_box(), []
    for turn in range(many):
        before = page.locator(".rank.chosen").first.inner_text() if page.locator(".rank.chosen").count() else ""
        start = time.perf_counter()
        page.mouse.click(box["x"] + 180, box["y"] + 60 + 40 * (1 + turn % 5))
        other = "(b) => { const c = document.querySelector('.rank.chosen'); return c && c.innerText !== b; }"
        page.wait_for_function(other, arg=before, polling=10, timeout=20_000)
        seconds.append(time.perf_counter() - start)
        settle(page)
    return seconds


def filter_change(page: Page) -> float:
    """Seconds from another number of months to the list's new heading."""
    page.get_by_role("button", name="Filters").click()
    choice = page.get_by_test_id("stPopoverBody").get_by_text("6", exact=True)
    choice.wait_for(timeout=LONG)
    heading = page.locator(".st-key-hub-body h2").first
    before = heading.inner_text()
    start = time.perf_counter()
    choice.click()
    changed = "(b) => { const h = document.querySelector('.st-key-hub-body h2'); return h && h.innerText !== b; }"
    page.wait_for_function(changed, arg=before, polling=10, timeout=60_000)
    taken = time.perf_counter() - start
    page.keyboard.press("Escape")
    settle(page)
    return taken


def first_visit(playwright: Playwright, hub: Path) -> float:
    """Seconds to a drawn map for a new browser at a new server of the deployment's entry, just ready."""
    browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
    with serving(hub, script="serve.py") as server:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        taken = opened(page, server.url)
        browser.close()
    return taken


def measure(size: str, clicks: int) -> dict[str, float]:
    """Every figure for one store, in the order of `TARGETS`."""
    with store_of(size) as hub, sync_playwright() as playwright, serving(hub) as server:
        served = first_visit(playwright, hub)
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        traffic = Traffic().listen(page)
        cold, first = opened(page, server.url), None
        settle(page)
        first = traffic.since((0, 0))[0]
        mark = traffic.mark
        warm = median(opened(page, server.url) for _ in range(3))
        settle(page)
        again = traffic.since(mark)[0] / 3
        page.get_by_text("top areas").click()
        settle(page)
        answered, messages = map_clicks(page, clicks, traffic)
        listed = list_picks(page, max(clicks // 2, 1))
        filtered = filter_change(page)
        browser.close()
    figures = (served, cold, warm, filtered, median(answered), median(listed), first, again, median(messages))
    return dict(zip(TARGETS, figures, strict=True))


def page_of(results: dict[str, dict[str, float]]) -> str:
    """The measured figures as a page, each beside its target."""
    sizes = list(results)
    rows = [
        f"| {name} | {f'under {target:g}' if target else ''} | "
        + " | ".join(f"{results[size][name]:.{0 if 'messages' in name else 2}f}" for size in sizes) + " |"
        for name, target in TARGETS.items()
    ]  # fmt: skip
    return "\n".join(
        [
            "# The hub screen in Chromium",
            "",
            "Made by `python benchmarks/screens.py` (`--all`: force years as well): 1920 × 1080, server and browser on "
            "the same machine; medians where an act is repeated.",
            "",
            "| what | target | " + " | ".join(NAMES[size] for size in sizes) + " |",
            "|---|---|" + "---:|" * len(sizes),
            *rows,
            "",
            "The deployment's entry (`serve.py`) loads its libraries while the browser opens; "
            "`streamlit run dashboard.py` can load nothing before the first visit.",
            "",
            *BESIDE,
            "",
        ]
    )


def main() -> None:
    """Measure, print, and write docs/speed.md unless it was only a try."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="sample")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    sizes = list(SIZES) if chosen.all else [chosen.size]
    results = {}
    for size in sizes:
        results[size] = measure(size, 2 if chosen.quick else 12)
        print(size, {name: round(figure, 2) for name, figure in results[size].items()}, flush=True)
    page = page_of(results)
    print(page)
    if not chosen.quick and (chosen.all or chosen.size == "sample"):
        (ROOT / "docs" / "speed.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
