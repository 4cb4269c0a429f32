"""The shared screen of a meeting: map, list and card answer each other, and the map stays where it was."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from pages.parts import menu
from tests.browser.running import Server
from tests.browser.visiting import PATIENCE, Visitor, view_of

ROW = 33


@pytest.fixture
def hub(server: Server, visit: Callable[[Server], Visitor]) -> Visitor:
    """The hub screen at its list of top areas."""
    visitor = visit(server)
    visitor.open("hub_meeting?step=all")
    expect(visitor.page.get_by_text(re.compile("of all reports"))).to_be_visible(timeout=PATIENCE)
    visitor.settle()
    return visitor


def mark(drawn: Locator) -> None:
    """A note on the map that one drawn anew would lack."""
    drawn.evaluate("(map) => { map.seenBefore = true; }")


def is_same(drawn: Locator) -> bool:
    return drawn.evaluate("(map) => map.seenBefore === true")


def other_disc(drawn: Locator) -> int:
    """Rank of a disc that is not the chosen one, in full sight."""
    return drawn.evaluate(
        """(map) => [...map.querySelectorAll(".rank:not(.chosen)")].filter(d => {
             var b = d.getBoundingClientRect(), x = b.x + b.width / 2, y = b.y + b.height / 2;
             return document.elementFromPoint(x, y) === d; }).map(d => Number(d.textContent))[0]"""
    )


def test_a_page_just_opened_asks_the_server_once(server: Server, visit: Callable[[Server], Visitor]) -> None:
    """A map that reported itself would have the server run the screen again while the browser is still drawing."""
    visitor, asked = visit(server), []
    visitor.page.on("websocket", lambda socket: socket.on("framesent", lambda sent: asked.append(sent)))
    visitor.open("hub_meeting")
    visitor.map()
    visitor.settle()
    visitor.page.wait_for_timeout(1_000)
    assert len(asked) == 1


def test_a_click_on_the_map_shows_the_card_and_leaves_the_map_alone(hub: Visitor) -> None:
    drawn = hub.map()
    mark(drawn)
    drawn.evaluate("(map) => { map.leaflet.zoomIn(1, {animate: false}); }")
    before, title = view_of(drawn), hub.card_title().inner_text(timeout=PATIENCE)
    rank = other_disc(drawn)
    drawn.locator(".rank", has_text=re.compile(rf"^{rank}$")).click(timeout=PATIENCE)
    expect(hub.card_title()).not_to_have_text(title, timeout=PATIENCE)
    expect(hub.page.locator(".st-key-card")).to_contain_text(f"rank {rank}", timeout=PATIENCE)
    hub.settle()
    assert is_same(drawn)
    assert view_of(drawn) == before
    assert drawn.locator(".rank.chosen").inner_text(timeout=PATIENCE) == str(rank)
    assert hub.faults == []


def test_a_second_and_third_click_answer_as_well(hub: Visitor) -> None:
    drawn = hub.map()
    for _ in range(3):
        rank = other_disc(drawn)
        drawn.locator(".rank", has_text=re.compile(rf"^{rank}$")).click(timeout=PATIENCE)
        expect(hub.page.locator(".st-key-card")).to_contain_text(f"rank {rank}", timeout=PATIENCE)
        hub.settle()


def test_marks_on_the_map_are_one_stop_of_tab_walked_by_arrows_and_pressed_by_enter(hub: Visitor) -> None:
    drawn, focus = hub.map(), "() => document.activeElement.getAttribute('{}')"
    marks = drawn.locator(".rank")
    assert marks.count() > 5 and drawn.locator(".rank[tabindex='0']").count() == 1
    drawn.locator(".rank[tabindex='0']").focus(timeout=PATIENCE)
    rank = int(drawn.locator(".rank.chosen").inner_text(timeout=PATIENCE))
    for key, step in (("ArrowRight", 1), ("ArrowDown", 1), ("ArrowLeft", -1)):
        hub.page.keyboard.press(key)
        rank += step
        assert hub.page.evaluate(focus.format("aria-label")).startswith(f"Rank {rank}, ")
    hub.page.keyboard.press("Enter")
    expect(hub.page.locator(".st-key-card")).to_contain_text(f"rank {rank}", timeout=PATIENCE)
    hub.settle()
    assert hub.page.evaluate(focus.format("aria-label")) == f"Rank {rank}, {hub.card_title().inner_text()}"
    assert hub.page.evaluate(focus.format("aria-pressed")) == "true"
    assert hub.faults == []


@pytest.mark.parametrize("used", [False, True])
def test_a_window_made_smaller_leaves_the_map_whole(used: bool, hub: Visitor) -> None:
    """Nobody has moved it: it shows the same areas in the new size; somebody has: it keeps their middle and zoom."""
    drawn = hub.map()
    if used:
        box = drawn.bounding_box(timeout=PATIENCE)
        hub.page.mouse.move(box["x"] + 300, box["y"] + 300)
        hub.page.mouse.wheel(0, -400)
        hub.page.wait_for_timeout(500)
    before = view_of(drawn)
    hub.page.set_viewport_size({"width": 1100, "height": 700})
    hub.page.wait_for_timeout(500)
    drawn_as, held = drawn.evaluate(
        "map => [[map.leaflet.getSize().x, map.leaflet.getSize().y], [map.clientWidth, map.clientHeight]]"
    )
    assert drawn_as == held
    if used:
        assert view_of(drawn) == pytest.approx(before, abs=1e-3)
    else:
        assert all(drawn.evaluate(
            "({ leaflet }) => leaflet.getPane('markerPane').querySelectorAll('.rank').length > 0 && "
            "[...leaflet.getPane('markerPane').querySelectorAll('.rank')].map(mark => { "
            "const m = mark.getBoundingClientRect(), b = leaflet.getContainer().getBoundingClientRect(); "
            "return m.left >= b.left && m.right <= b.right && m.top >= b.top && m.bottom <= b.bottom; })"
        ))  # fmt: skip


def click_row(hub: Visitor, number: int) -> None:
    grid = hub.page.locator(".stDataFrame").first
    box = grid.bounding_box(timeout=PATIENCE)
    hub.page.mouse.click(box["x"] + 220, box["y"] + ROW * number + ROW / 2)


def test_a_row_of_the_list_shows_its_card_and_its_place_on_the_map(hub: Visitor) -> None:
    drawn = hub.map()
    mark(drawn)
    click_row(hub, 4)
    expect(hub.page.locator(".st-key-card")).to_contain_text("rank 4", timeout=PATIENCE)
    expect(drawn.locator(".rank.chosen")).to_have_text("4", timeout=PATIENCE)
    box = drawn.locator(".rank.chosen").bounding_box(timeout=PATIENCE)
    holder = drawn.bounding_box(timeout=PATIENCE)
    assert holder["x"] <= box["x"] <= holder["x"] + holder["width"]
    assert holder["y"] <= box["y"] <= holder["y"] + holder["height"]
    assert is_same(drawn)
    assert hub.faults == []


def ticked(hub: Visitor) -> str:
    """Name of the area whose row is ticked in the list, as a screen reader is told it."""
    row = hub.page.locator('.stDataFrame [role="row"][aria-selected="true"]').first
    return row.locator('[role="gridcell"]').nth(1).inner_text(timeout=PATIENCE)


def test_list_card_and_map_agree_after_another_item_of_the_agenda_and_another_district(hub: Visitor) -> None:
    """The list kept the row that was ticked in the one before it, while card and map showed another area."""
    for press in ("new and rising", "top areas"):
        hub.page.get_by_role("radio", name=re.compile(press)).click(timeout=PATIENCE)
        hub.settle()
        hub.page.wait_for_timeout(1_000)
        assert ticked(hub) == hub.card_title().inner_text(timeout=PATIENCE)
    card = hub.card_title().inner_text(timeout=PATIENCE)
    click_row(hub, 5)
    expect(hub.card_title()).not_to_have_text(card, timeout=PATIENCE)
    hub.settle()
    hub.page.wait_for_timeout(1_000)
    card = hub.card_title().inner_text(timeout=PATIENCE)
    assert ticked(hub) == card
    hub.page.get_by_role("button", name=re.compile("Filters")).click(timeout=PATIENCE)
    hub.page.get_by_role("combobox", name="District").click(timeout=PATIENCE)
    hub.page.get_by_role("option", name="Brineholt").click(timeout=PATIENCE)
    expect(hub.card_title()).not_to_have_text(card, timeout=PATIENCE)
    hub.settle()
    hub.page.wait_for_timeout(1_000)
    assert ticked(hub) == hub.card_title().inner_text(timeout=PATIENCE)
    assert "district=Brineholt" in hub.page.url and "reports" not in hub.page.url


def test_the_list_is_reached_and_used_with_the_keyboard_alone(hub: Visitor) -> None:
    hub.map()
    title = hub.card_title().inner_text(timeout=PATIENCE)
    hub.page.locator("body").press("Tab")
    for _ in range(60):
        inside = hub.page.evaluate("() => !!document.activeElement.closest('.stDataFrame')")
        if inside and hub.page.evaluate("() => document.activeElement.tagName") == "CANVAS":
            break
        hub.page.keyboard.press("Tab")
    else:
        pytest.fail("60 presses of Tab did not reach the list")
    for _ in range(6):  # the first press enters the grid, the next ones go down it
        hub.page.keyboard.press("ArrowDown")
        hub.page.wait_for_timeout(1_000)
        if hub.card_title().inner_text(timeout=PATIENCE) != title:
            return
    pytest.fail("the arrow keys chose no other area")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_an_item_of_the_agenda_is_reached_by_arrow_and_opened_by(key: str, hub: Visitor) -> None:
    items = hub.page.get_by_role("radiogroup", name="Agenda").get_by_role("radio")
    items.nth(2).focus(timeout=PATIENCE)
    hub.page.keyboard.press("ArrowRight")
    hub.page.keyboard.press(key)
    expect(items.nth(3)).to_be_checked(timeout=PATIENCE)
    expect(hub.page.get_by_text("Assessments due by the next meeting")).to_be_visible(timeout=PATIENCE)


def test_a_new_action_opens_by_its_key_from_the_agenda_from_the_list_and_from_nowhere(hub: Visitor) -> None:
    dialog = hub.page.get_by_role("dialog", name="Record an action")
    agenda = hub.page.get_by_role("radiogroup", name="Agenda").get_by_role("radio")
    for go_to in (
        lambda: agenda.nth(2).focus(timeout=PATIENCE),
        lambda: click_row(hub, 2),
        lambda: hub.card_title().click(timeout=PATIENCE),
    ):
        go_to()
        hub.settle()
        hub.page.keyboard.press("Alt+a")
        expect(dialog).to_be_visible(timeout=PATIENCE)
        hub.page.keyboard.press("Escape")  # keeps what was typed
        hub.settle()
        expect(dialog).to_be_visible(timeout=PATIENCE)
        dialog.get_by_role("button", name="Close without saving").click(timeout=PATIENCE)
        expect(dialog).to_have_count(0, timeout=PATIENCE)
    hub.page.get_by_role("button", name="Record action").click(timeout=PATIENCE)
    expect(dialog).to_be_visible(timeout=PATIENCE)  # the card's own button works after the key's form was shut


@pytest.mark.parametrize("moment", (20, 60))
def test_what_is_pressed_while_another_page_is_on_its_way_does_not_empty_it(moment: int, hub: Visitor) -> None:
    """Milliseconds after the menu's link the old page is still there, and a part of it can still be pressed."""
    hub.page.get_by_role("button", name=re.compile("Next")).first.wait_for(timeout=PATIENCE)
    hub.open_section(next(entry for entry in menu.ENTRIES if entry.url_path == "powers"))
    hub.page.evaluate(
        """async moment => {
             const link = [...document.querySelectorAll("a")].find(a => new URL(a.href).pathname === "/powers");
             const next = [...document.querySelectorAll("button")].find(b => /Next/.test(b.innerText));
             link.click(); await new Promise(done => setTimeout(done, moment)); next.click(); }""",
        moment,
    )
    hub.page.wait_for_url(re.compile("/powers"), timeout=PATIENCE)
    hub.page.wait_for_timeout(2_000)  # for what comes after the page
    hub.settle()
    expect(hub.page.locator("h1")).to_contain_text("routes fit", timeout=PATIENCE)


def test_a_filter_changes_list_map_and_counts(hub: Visitor) -> None:
    drawn = hub.map()
    mark(drawn)
    before = hub.page.get_by_text(re.compile("of all reports")).inner_text(timeout=PATIENCE)
    discs = drawn.locator(".rank").count()
    hub.page.get_by_role("button", name="Filters").click(timeout=PATIENCE)
    hub.page.get_by_test_id("stPopoverBody").get_by_text("3", exact=True).click(timeout=PATIENCE)
    hub.page.keyboard.press("Escape")
    expect(hub.page.get_by_text(re.compile("of all reports"))).not_to_have_text(before, timeout=PATIENCE)
    hub.settle()
    assert "3 months" in hub.text()
    assert is_same(drawn), "the map was loaded anew for a filter"
    assert drawn.locator(".rank").count() != discs
    assert hub.faults == []


def test_exports_come_marked_as_sample_with_their_recipe(hub: Visitor) -> None:
    import json

    hub.page.get_by_role("button", name="Export").first.click(timeout=PATIENCE)
    table = hub.download("Table (CSV)").read_text(encoding="utf-8-sig")
    layer = json.loads(hub.download("Map layer (GeoJSON)").read_text(encoding="utf-8"))
    for recipe in ([line for line in table.splitlines() if line.startswith("#")], layer["recipe"]):
        words = " ".join(recipe)
        assert "SAMPLE DATA" in words
        assert "eps: 75 m" in words and "min_samples" in words and "window" in words
    assert len(layer["features"]) == len([r for r in table.splitlines() if not r.startswith("#")]) - 1 > 3


def test_presenter_view_fits_a_small_laptop_at_every_stop(server: Server, visit: Callable[[Server], Visitor]) -> None:
    """In front of a room nobody scrolls: from overdue actions to what was agreed, 1366 × 768 holds it all."""
    visitor = visit(server)
    page = visitor.page
    page.set_viewport_size({"width": 1366, "height": 768})
    visitor.open("hub_meeting?present=true")
    visitor.map()
    visitor.settle()
    following = page.get_by_role("button", name=re.compile("^Next"))
    for _ in range(40):
        page.wait_for_timeout(400)  # what a stop leaves behind goes when its script has ended
        visitor.settle()
        expect(page.get_by_test_id("stMain")).to_have_js_property("scrollHeight", 768, timeout=PATIENCE)
        if following.is_disabled():
            return
        page.keyboard.press("PageDown")
    pytest.fail("40 stops and no end")


@pytest.mark.parametrize("item", ("late", "assess"))
def test_beside_actions_a_small_laptop_shows_the_whole_card(
    item: str, server: Server, visit: Callable[[Server], Visitor]
) -> None:
    visitor = visit(server)
    visitor.page.set_viewport_size({"width": 1366, "height": 768})
    visitor.open(f"hub_meeting?step={item}")
    expect(visitor.page.get_by_role("button", name="Record action")).to_be_in_viewport(ratio=1, timeout=PATIENCE)
    expect(visitor.page.get_by_test_id("stMain")).to_have_js_property("scrollHeight", 768, timeout=PATIENCE)
