"""A place's new boundary, marked on the map with the mouse and by keyboard, and stored."""

from collections.abc import Callable

from playwright.sync_api import expect

from hotspots.store import open_store
from hotspots.store.register_reads import places
from tests.browser.forms import Form, closed, dialog
from tests.browser.running import MADE_AT, Server
from tests.browser.visiting import PATIENCE, Visitor

PARK_VIEW = "Park View (fictional)"


def area_of(server: Server) -> float:
    held = places(open_store(server.folder / "sample.sqlite", at=MADE_AT))
    return float(held.loc[held["name"] == PARK_VIEW, "geometry"].item().area)


def test_a_boundary_is_redrawn_by_clicks_and_by_keys(own_server: Server, visit: Callable[[Server], Visitor]) -> None:
    visitor = visit(own_server)
    before = area_of(own_server)
    visitor.open("places")
    page, screen = visitor.page, Form(visitor)
    screen.choose("Place", PARK_VIEW)
    page.get_by_role("tab", name="Place and history").click(timeout=PATIENCE)
    screen.press("Redraw or split on the map")
    form, drawn = dialog(visitor, "Redraw or split a place"), page.locator(".hub-map")
    expect(drawn.locator("path")).to_have_count(2, timeout=PATIENCE)  # the old boundary, and a line not yet begun
    box = drawn.bounding_box(timeout=PATIENCE)
    for number, (across, down) in enumerate(((0.35, 0.3), (0.65, 0.3), (0.65, 0.8)), start=1):
        page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        expect(page.get_by_text(f"{number} marked")).to_be_visible(timeout=PATIENCE)
    drawn.focus(timeout=PATIENCE)
    drawn.evaluate("({ leaflet }) => { leaflet.panBy([-180, 100], { animate: false }); }")
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 marked")).to_be_visible(timeout=PATIENCE)
    form.write("Why it is redrawn", "The garages belong to it")
    form.press("Save the new boundary")
    closed(form)
    assert area_of(own_server) > 1.5 * before
    assert visitor.faults == []
