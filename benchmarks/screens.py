"""The screens in a real Chromium: first visit, warm visit, click to card, list to card; and the README's picture.

    python benchmarks/screens.py             measure on the sample, write docs/speed.md
    python benchmarks/screens.py --picture   only take docs/hub-meeting.png

Needs Chromium. The server is started for the run on a free port of this machine and ended with it.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Frame, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.running import hub_folder, sample_once, serving  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CARD = ".st-key-card h3"
CLICKS = 12


def opened(page: Page, url: str) -> tuple[float, Frame]:
    """Seconds from asking for the page to a drawn map, and the map's frame."""
    start = time.perf_counter()
    page.goto(url)
    page.wait_for_selector(CARD, timeout=120_000)
    frame = page.wait_for_selector("iframe[title*=folium]", timeout=60_000).content_frame()
    frame.wait_for_selector(".rank", timeout=60_000)
    return time.perf_counter() - start, frame


def clicks(page: Page, frame: Frame) -> list[float]:
    """Seconds from a click on the map to the card of another hotspot, several times."""
    page.get_by_text("top areas").click()
    page.wait_for_timeout(2500)
    frame.evaluate("() => { map.setZoom(16, {animate: false}); }")
    page.wait_for_timeout(1500)
    seconds = []
    for turn in range(CLICKS):
        before = page.locator(CARD).inner_text()
        box = _another(frame, turn)
        start = time.perf_counter()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        changed = "(b) => { const h = document.querySelector('.st-key-card h3'); return h && h.innerText !== b; }"
        page.wait_for_function(changed, arg=before, polling=10, timeout=10_000)
        seconds.append(time.perf_counter() - start)
        page.wait_for_timeout(1200)
    return seconds


def _another(frame: Frame, turn: int) -> dict:
    """Box of a disc in sight that is not the chosen one."""
    discs = frame.locator(".rank:not(.chosen)")
    boxes = [discs.nth(i).bounding_box() for i in range(discs.count())]
    seen = [b for b in boxes if b and 40 < b["x"] < 940 and 200 < b["y"] < 950]
    return seen[turn % len(seen)]


def main() -> None:
    """Measure, or take the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", action="store_true")
    only_picture = parser.parse_args().picture
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        hub = hub_folder(Path(folder) / "hub", sample_once(Path(folder)))
        with serving(hub) as server:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            cold, _ = opened(page, server.url)
            page.get_by_text("top areas").click()
            page.wait_for_timeout(4000)
            page.screenshot(path=str(ROOT / "docs" / "hub-meeting.png"))
            if not only_picture:
                warm, frame = opened(page, server.url)
                answered = clicks(page, frame)
                _write(cold, warm, answered)
            browser.close()


def _write(cold: float, warm: float, answered: list[float]) -> None:
    text = (
        "# The hub screen in Chromium\n\n"
        "Made by `python benchmarks/screens.py` on the sample, 1920 × 1080, server and browser on the same 2 cores.\n\n"
        "| what | seconds |\n|---|---:|\n"
        f"| cold server, first visit to a drawn map | {cold:.1f} |\n"
        f"| warm server, page to a drawn map | {warm:.1f} |\n"
        f"| click on the map to the card, median of {len(answered)} | {median(answered):.2f} |\n"
        f"| the quickest and the slowest of them | {min(answered):.2f} to {max(answered):.2f} |\n\n"
        "A quarter of a second of each click is the map component waiting for a second click.\n"
    )
    print(text)
    (ROOT / "docs" / "speed.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
