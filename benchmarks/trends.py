"""Trends in a real Chromium on a force's three years: first load, then the answer to each kind of filter.

    python benchmarks/trends.py                 500,000 invented rows in police.uk's format
    python benchmarks/trends.py --police ZIP    a force's own street files
    python benchmarks/trends.py --store FILE    a store that holds them already

Writes docs/trends.md. Beside it the plain way, reading and grouping the rows at every change, on the same store.
Needs Chromium; server and browser run on this machine and are ended with the run.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hotspots import store as stores  # noqa: E402
from hotspots.analysis.counts import count_by_period  # noqa: E402
from hotspots.analysis.trends import rolling_12, same_month_last_year  # noqa: E402
from hotspots.analysis.usual import control_chart  # noqa: E402
from hotspots.intake.coverage import coverage_of  # noqa: E402
from hotspots.intake.readers import read_incidents  # noqa: E402
from hotspots.periods import Window  # noqa: E402
from hotspots.pipeline import Query, default_query, trend_cube, trend_for  # noqa: E402
from hotspots.settings import Settings  # noqa: E402
from hotspots.store import Store  # noqa: E402
from tests.browser.running import copy_store, serving, write_settings  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
CHART = "button[aria-label^='Show data: Reports a month']"
"""The chart's own toolbar, which bears its text for those who cannot see it: last month and usual range."""
NOW = datetime(2021, 2, 1)
KINDS = ("Anti-social behaviour", "Burglary", "Drugs", "Public order", "Vehicle crime", "Violence and sexual offences")
DISTRICTS = ("Saltford", "Brinewell", "Marshby", "Dunehurst")
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)


def invented(folder: Path, *, rows: int = 500_000, months: int = 36) -> Path:
    """Street files of an invented force: as many rows and map points as a real one."""
    rng = np.random.default_rng(1)
    points = pd.DataFrame({"x": rng.uniform(0.7, 0.9, 18_000), "y": rng.uniform(53.76, 53.86, 18_000)}).round(6)
    district = rng.choice(DISTRICTS, 18_000, p=(0.45, 0.25, 0.18, 0.12))
    weight = rng.pareto(1.3, 18_000) + 0.05
    for i in range(months):
        month = f"{2018 + i // 12}-{i % 12 + 1:02d}"
        at = rng.choice(18_000, rows // months, p=weight / weight.sum())
        kinds = rng.choice(KINDS, len(at), p=(0.22, 0.08, 0.05, 0.1, 0.15, 0.4))
        lines = [
            f"{'' if k == KINDS[0] else format(j + i * 10**6, '064x')},{month},Invented Force,Invented Force,"
            f"{points.x[p]},{points.y[p]},On or near Street {p},E0199{p % 9999:04d},{district[p]} 001A,{k},,"
            for j, (p, k) in enumerate(zip(at, kinds, strict=True))
        ]
        path = folder / month / f"{month}-invented-street.csv"
        path.parent.mkdir(parents=True)
        path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return folder


def filled(hub: Path, files: Path) -> Store:
    """A hub's own store with the files in it."""
    write_settings(hub)
    store = stores.open_store(hub / "hub.sqlite", at=NOW, create=True)
    readings = read_incidents(files, source="police.uk", crs=store.crs, today=date(2021, 2, 1))
    stores.record_import(store, readings, who="benchmark", at=NOW)
    return store


def copied(hub: Path, held: Path) -> Store:
    """A hub's own store that is a copy of one already filled."""
    write_settings(hub)
    copy_store(held, hub / "hub.sqlite")
    return stores.open_store(hub / "hub.sqlite", at=NOW)


def plain(store: Store, query: Query) -> pd.DataFrame:
    """The same chart without anything kept: rows read and grouped at every change."""
    held = stores.months_held(store)
    window = Window(held.start, held.end)
    rows = stores.incidents(store, window=window, **query.chosen)
    received = stores.source_months(store, districts=query.districts or None)
    counted = count_by_period(rows, window=window, unit="month", coverage=coverage_of(received, window=window))
    series = pd.Series(counted["n"].to_numpy(), index=pd.DatetimeIndex(counted["period"]))
    return control_chart(series).assign(
        last_year=same_month_last_year(series).to_numpy(), rolling_12=rolling_12(series).to_numpy()
    )


def in_process(store: Store) -> dict[str, float]:
    """Seconds in Python alone: counts once, a filter with them, a filter the plain way (medians)."""
    first = default_query(store, Settings())
    kinds = sorted(stores.month_counts(store, by=["category"])["category"].unique())[:2]
    queries = [replace(first, districts=(), categories=(kind,)) for kind in kinds] + [replace(first, districts=())]
    start = time.process_time()
    cube = trend_cube(store)
    once = time.process_time() - start
    kept = median(_seconds(partial(trend_for, cube, query)) for query in queries)
    read = median(_seconds(partial(plain, store, query)) for query in queries)
    for query in queries:
        ours, theirs = trend_for(cube, query).chart["n"], plain(store, query)["n"]
        if not np.array_equal(ours, theirs, equal_nan=True):
            raise SystemExit("The two ways count differently: the figures would mean nothing.")
    return {"once": once, "kept": kept, "plain": read}


def _seconds(work: Callable[[], object]) -> float:
    """Seconds of the processor: other work on the machine does not lengthen them."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _served() -> float:
    """Seconds of the processor that the server, this process's child, has used so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8")
            command = (stat.parent / "cmdline").read_text(encoding="utf-8")
        except OSError:
            continue  # it ended meanwhile
        values = text.rsplit(")", 1)[1].split()
        if int(values[1]) == os.getpid() and "streamlit" in command:
            ticks += int(values[11]) + int(values[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def settled(page: Page) -> None:
    """Wait until the script has run out."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=180_000)


def answer(page: Page, change: Callable[[], None]) -> tuple[float, float, float]:
    """Seconds from a click to a chart that says other numbers, to the end of the page, and of the server's work."""
    before, used = _said(page), _served()
    start = time.perf_counter()
    change()
    page.wait_for_function(f"(b) => {{ {_SAYS} return said && said !== b; }}", arg=before, polling=20, timeout=60_000)
    # Two frames on, the new picture has been painted.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    drawn = time.perf_counter() - start
    settled(page)
    whole = time.perf_counter() - start
    page.wait_for_timeout(1500)
    return drawn, whole, _served() - used


_SAYS = f"""const at = document.querySelector("{CHART}"), said = at && at.getAttribute("aria-label");"""


def _said(page: Page) -> str:
    return page.evaluate(f"() => {{ {_SAYS} return said; }}")


def choosing(page: Page, label: str, word: str) -> Callable[[], None]:
    """Open a select box or multiselect of the filters and find a word in it; what is returned clicks on it."""
    box = page.get_by_label(label, exact=True).first
    box.click()
    box.fill(word)  # a long list draws only what is in sight
    option = page.get_by_role("option").filter(has_text=word).first.element_handle()
    return lambda: option.click(force=True)


def on_screen(page: Page, url: str, words: list[str], districts: list[str]) -> dict[str, list]:
    """First load, then categories, districts and all districts together, one change at a time."""
    page.goto(url)  # the first visit of all goes through the front door
    page.wait_for_selector("[data-testid=stHeader]", timeout=180_000)
    settled(page)
    start, used = time.perf_counter(), _served()
    page.goto(f"{url}/trends")
    page.wait_for_selector(CHART, state="attached", timeout=180_000)
    drawn = time.perf_counter() - start
    settled(page)
    seen: dict[str, list] = {
        "first load": [(drawn, time.perf_counter() - start, _served() - used)],
        "category": [],
        "district": [],
    }
    page.get_by_text("Filters").first.click()
    page.wait_for_timeout(1500)
    for word in words:
        seen["category"].append(answer(page, choosing(page, "Category", word)))
    for name in districts:
        seen["district"].append(answer(page, choosing(page, "District", name)))
    return seen


def main() -> None:
    """Measure and write docs/trends.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--police", type=Path, help="zip of police.uk street files")
    parser.add_argument("--store", type=Path, help="a store that holds them already; it is copied, not touched")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        hub = Path(folder) / "hub"
        hub.mkdir()
        if options.store:
            store = copied(hub, options.store)
        else:
            store = filled(hub, options.police or invented(Path(folder) / "files"))
        rows = stores.totals(store)["incidents"]
        python = in_process(store)
        words = sorted(stores.month_counts(store, by=["category"])["category"].unique())[:3]
        districts = stores.districts(store)["district"].tolist()
        with serving(hub) as server:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            seen = on_screen(page, server.url, words, [*districts[1:3], "All districts"])
            browser.close()
        store.close()
    given = " --store FILE" if options.store else " --police ZIP" if options.police else ""
    report(rows, python, seen, verb=f"python benchmarks/trends.py{given}", real=bool(given))


def report(rows: int, python: dict[str, float], seen: dict[str, list], *, verb: str, real: bool) -> None:
    """Print the figures and write them to docs/trends.md."""
    what = "a force's own street files" if real else "invented rows in police.uk's format"
    screen = [
        f"| {kind}, median of {len(t)} | {_middle(t, 0)} | {_middle(t, 1)} | {_middle(t, 2)} |"
        for kind, t in seen.items()
    ]
    load = f"Load average meanwhile: {os.getloadavg()[1]:.0f} on {os.cpu_count()} cores. "
    lines = [
        "# Trends on a force's three years\n",
        f"Made by `{verb}` on {rows:,} rows ({what}), 1920 × 1080, server and browser on the same machine.",
        f"{load}Times on the screen are of what other work left of it; the processor's are not stretched.\n",
        "| on the screen | to the new chart, s | to the end of the page, s | server's processor, s |",
        "|---|---:|---:|---:|",
        *screen,
        "\nTimed from the click on the choice.",
        "The chart comes first; a district's hotspots, which are found anew for it, come after.\n",
        "| in Python alone | processor, s |\n|---|---:|",
        f"| counts grouped by the database, once until the data change | {python['once']:.2f} |",
        f"| a filter with them: chart, gaps, every part against the rest | {python['kept']:.3f} |",
        f"| the plain way: rows read and grouped at every change, the chart only | {python['plain']:.2f} |",
        f"| times as long | {python['plain'] / python['kept']:.0f} |",
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    (ROOT / "docs" / "trends.md").write_text(text, encoding="utf-8")


def _middle(times: list[tuple[float, float, float]], at: int) -> str:
    values = [t[at] for t in times]
    spread = f" ({min(values):.2f} to {max(values):.2f})" if len(values) > 1 else ""
    return f"{median(values):.2f}{spread}"


if __name__ == "__main__":
    main()
