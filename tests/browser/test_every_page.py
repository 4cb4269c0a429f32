"""Pages by their address in Chromium, with no error and no call to another machine.

All addresses are asked without a browser, for every role: tests/wire/test_role_matrix.py.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from hotspots.release.roles import Role
from pages.parts.menu import ENTRIES
from tests.browser.running import Server
from tests.browser.visiting import PATIENCE, Visitor
from tests.browser.walking import allowed

TYPED = ("hub_meeting", "places", "outcomes", "data", "accessibility")
"""A page with a map, one of forms, the councillor's own, one that the role has not, and one outside the menu."""


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.url_path in TYPED], ids=lambda entry: entry.url_path)
def test_an_address_typed_in_opens_its_page(entry: object, server: Server, visit: Callable[[Server], Visitor]) -> None:
    """A new session is a hub member of the sample: pages of the steward are not found."""
    visitor = visit(server)
    visitor.open(entry.url_path)
    found = entry.url_path in allowed(Role.HUB_MEMBER)
    assert visitor.page.get_by_text("Page not found").count() == (0 if found else 1)
    assert visitor.page.get_by_test_id("stException").count() == 0
    assert [fault for fault in visitor.faults if found or "does not seem to exist" not in fault] == []


def test_a_councillor_receives_no_hotspot_and_no_point(server: Server, visit: Callable[[Server], Visitor]) -> None:
    """What matters is what comes over the wire, not what is drawn."""
    visitor = visit(server)
    visitor.open()
    visitor.map()
    visitor.settle()
    assert "hub_map" in "".join(visitor.received), "the name of the map's component, by which it is looked for below"
    visitor.received.clear()
    visitor.become(Role.COUNCILLOR)
    expect(visitor.page.get_by_text("Are people just not reporting").first).to_be_visible(timeout=PATIENCE)
    received = "".join(visitor.received)
    assert "Are people just not reporting" in received
    hidden = ("usual_high", "extent_m", "address_key", "hub_map", "Anti-social behaviour", "Market Walk")
    assert [word for word in hidden if word in received] == []
