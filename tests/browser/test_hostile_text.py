"""Text of an import that would run, load or link, in every field: it is shown as text, and does nothing."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from hotspots.intake.readers import read_incidents
from hotspots.store import open_store, record_import
from pages.parts.menu import ENTRIES
from tests.browser.running import MADE_AT, Server, hub_folder, serving
from tests.browser.visiting import PATIENCE, Visitor

ATTACKS = {
    "image": "<img src=x onerror=top.ran=1>",
    "script": "</script><script>top.ran=2</script>",
    "template": "${top.ran=3}",
    "backtick": "`+(top.ran=4)+`",
    "beacon": "![x](http://beacon.example/x.png)",
    "link": "[Mill Lane](javascript:top.ran=5)",
    "quote": '" onmouseover=top.ran=6 x="',
    "jinja": "{{ 7*191 }}{% raw %}",
    "latex": "$\\href{http://beacon.example}{x}$ :material/home: :tada: :red[x]",
    "formula": '=HYPERLINK("http://beacon.example";"x")',
}
HEADER = ["Reference", "Date", "Time", "Type", "Address", "Place", "Flat", "Ward", "District", "Reported by"]
TODAY = date(2026, 1, 1)


def hostile_log(path: Path) -> Path:
    """Ten clusters 400 m apart over six months; every text field of a cluster holds its attack."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow([*HEADER, "Easting", "Northing"])
        for (k, word), month, turn in product(enumerate(ATTACKS.values()), range(1, 7), range(12)):
            when = [f"{turn + 1:02d}/{month:02d}/2021", f"{turn:02d}:15"]
            who = [word, word, word, word, word, "<b>${top.ran=7}</b> `District` ![x](http://beacon.example/d)", word]
            place = [str(530000 + 400 * k + turn % 3 * 10), "180000"]
            out.writerow([f"{word} {k} {month} {turn}", *when, *who, *place])
    return path


@pytest.fixture(scope="module")
def attacked(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = hub_folder(tmp_path_factory.mktemp("attacked"), sample_file)
    name = "log <img src=x onerror=top.ran=8> ${top.ran=9} `.csv"
    store = open_store(folder / "hub.sqlite", at=MADE_AT, create=True)
    readings = list(read_incidents(hostile_log(folder / name), source=ATTACKS["beacon"] + "${top.ran=10}", today=TODAY))
    totals = record_import(store, readings, who=ATTACKS["image"], at=MADE_AT).totals
    store.close()
    assert totals["accepted"] == len(ATTACKS) * 72, "the attacks must be in the store to be shown"
    with serving(folder) as running:
        yield running


def is_inert(visitor: Visitor) -> None:
    assert visitor.page.evaluate("() => window.ran") is None
    assert all(frame.evaluate("() => window.ran === undefined") for frame in visitor.page.frames)
    assert [fault for fault in visitor.faults if "beacon" in fault or "dialog" in fault] == []
    assert visitor.faults == []


def test_nothing_runs_or_calls_out_on_any_page(attacked: Server, visit: Callable[[Server], Visitor]) -> None:
    visitor = visit(attacked)
    visitor.open()
    for entry in ENTRIES:
        visitor.go(entry)
        assert visitor.page.get_by_test_id("stException").count() == 0, entry.title
        is_inert(visitor)


def test_each_attack_is_shown_as_the_words_it_is(attacked: Server, visit: Callable[[Server], Visitor]) -> None:
    """The card names each hotspot after its hostile place, letter by letter, and the map goes on working."""
    visitor = visit(attacked)
    visitor.open("hub_meeting")
    drawn = visitor.map()
    shown = set()
    for rank in range(1, len(ATTACKS) + 1):
        disc = drawn.locator(".rank", has_text=re.compile(rf"^{rank}$"))
        disc.dispatch_event("click", timeout=PATIENCE)
        visitor.page.locator(".st-key-card").get_by_text(re.compile(rf"\brank {rank}\b")).first.wait_for(
            timeout=PATIENCE
        )
        visitor.settle()
        shown.add(visitor.card_title().inner_text(timeout=PATIENCE).replace("\u2060", ""))
        visitor.page.mouse.move(600, 500)
        is_inert(visitor)
    whole = [word for word in ATTACKS.values() if not any(word in title for title in shown)]
    assert whole == [], shown


def test_a_hostile_address_line_changes_nothing(server: Server, visit: Callable[[Server], Visitor]) -> None:
    visitor = visit(server)
    visitor.open("hub_meeting?district=%3Cimg%20src%3Dx%20onerror%3Dtop.ran%3D1%3E&eps=999999&category=${top.ran=2}")
    visitor.map()
    assert visitor.page.get_by_test_id("stException").count() == 0
    is_inert(visitor)
