"""The very first request after a start, straight to a page: nothing is shown to whoever may not see it.

As a browser shows it, at the front door and at one page; tests/wire/test_front_door.py asks for every page.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hotspots.release.roles import Role
from pages.parts.menu import ENTRIES
from tests.browser.conftest import ELSEWHERE
from tests.browser.running import Forge, Server, hub_folder, serving
from tests.browser.visiting import PATIENCE, Visitor

PATHS = ("", "hub_meeting")
SECRETS = ("Park View", "Tidewick", "Brineholt", "Lampwick", "Sampler", "areas hold", "reports held")


def shows_refusal_only(visitor: Visitor) -> None:
    refusal = visitor.page.get_by_text(re.compile("sign-in is needed|Page not found"))
    expect(refusal.first).to_be_visible(timeout=PATIENCE)
    seen = visitor.text() + "".join(visitor.received)
    assert [secret for secret in SECRETS if secret in seen] == []
    assert visitor.page.get_by_test_id("stTopNavSection").count() == 0


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path or "front")
def test_the_first_request_from_elsewhere_is_refused(
    path: str, forge: Forge, sample_file: Path, tmp_path: Path, visit: Callable[[Server], Visitor]
) -> None:
    with forge.serving(hub_folder(tmp_path / "hub", sample_file)) as cold:
        visitor = visit(cold)
        visitor.page.goto(f"http://{ELSEWHERE}:{cold.port}/{path}", timeout=PATIENCE)
        shows_refusal_only(visitor)
        visitor.leave()  # a page that goes on knocking at a dead server makes the browser slow to knock again


def test_a_later_request_from_elsewhere_is_refused_too(server: Server, visit: Callable[[Server], Visitor]) -> None:
    """After a normal visit has filled every cache."""
    visitor = visit(server)
    visitor.open()
    for path in PATHS:
        visitor.received.clear()
        visitor.page.goto(f"http://{ELSEWHERE}:{server.port}/{path}", timeout=PATIENCE)
        shows_refusal_only(visitor)


def test_the_first_visitor_on_the_machine_itself_gets_the_hub_screen(
    sample_file: Path, tmp_path: Path, visit: Callable[[Server], Visitor]
) -> None:
    with serving(hub_folder(tmp_path / "hub", sample_file)) as cold:
        visitor = visit(cold)
        visitor.open()
        visitor.map()
        expect(visitor.card_title()).to_be_visible(timeout=PATIENCE)
        expect(visitor.page.get_by_text("Sample data.")).to_be_visible(timeout=PATIENCE)
        assert visitor.faults == []


def test_a_bookmark_on_a_machine_just_started_leads_to_its_own_page_without_an_alarm(
    forge: Forge, sample_file: Path, tmp_path: Path, visit: Callable[[Server], Visitor]
) -> None:
    """The page's file runs in place of the entry script, and must lead through it to what the link names."""
    with forge.serving(hub_folder(tmp_path / "hub", sample_file)) as cold:
        visitor = visit(cold)
        visitor.open("before_after?compare-place=Ropewalk+Court+%28fictional%29")
        expect(visitor.page.get_by_test_id("stTopNavSection").first).to_be_visible(timeout=PATIENCE)
        visitor.page.wait_for_url(re.compile(r"/before_after\?compare-place=Ropewalk"), timeout=PATIENCE)
        expect(visitor.page.get_by_role("heading", name=re.compile("Ropewalk Court")).first).to_be_visible(
            timeout=PATIENCE
        )
        assert "page=" not in visitor.page.url
        assert visitor.page.get_by_role("dialog").count() == 0
        assert visitor.faults == []


def test_a_role_tried_on_the_sample_is_still_there_after_a_reload(
    server: Server, visit: Callable[[Server], Visitor]
) -> None:
    """On a page that no other role has, too, and from page to page."""
    visitor = visit(server)
    visitor.open("accessibility")
    visitor.become(Role.DATA_STEWARD)
    visitor.go(next(entry for entry in ENTRIES if entry.url_path == "access"))
    title = visitor.page.locator("h1").first.inner_text(timeout=PATIENCE)
    visitor.page.reload(timeout=PATIENCE)
    visitor.settle()
    expect(visitor.page.locator("h1").first).to_have_text(title, timeout=PATIENCE)
    assert visitor.role() == str(Role.DATA_STEWARD)
    assert visitor.page.get_by_role("dialog").count() == 0
    assert visitor.faults == []


def test_the_server_listens_on_this_machine_only(server: Server) -> None:
    import psutil

    mine = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.laddr.port == server.port]
    assert {c.laddr.ip for c in mine} == {"127.0.0.1"}
