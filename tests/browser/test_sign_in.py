"""Sign-in end to end in Chromium, against an identity provider on this machine, through the hardened entry."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from hotspots.release.roles import Role
from hotspots.store import open_store
from hotspots.store.access import accounts, revoke
from hotspots.store.trail import trail
from pages.parts.menu import ENTRIES
from tests.browser.identity import CANARY, PEOPLE, provider, signing_hub
from tests.browser.running import MADE_AT, Forge, Server, free_port, serving
from tests.browser.visiting import PATIENCE, Visitor

SECRETS = ("Park View", "Tidewick", "Brineholt", "Saltreach", "areas hold", "reports held", CANARY)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as address:
        yield address


@pytest.fixture(scope="module")
def hub(sample_file: Path, issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder, port = tmp_path_factory.mktemp("signing"), free_port()
    options = signing_hub(folder, sample_file, issuer, port)
    with serving(folder, *options, script="serve.py", port=port) as running:
        yield running


def sign_in(visitor: Visitor, issuer: str, role: Role) -> None:
    """From the sign-in screen through the provider's form and back."""
    visitor.also = issuer
    visitor.open()
    visitor.page.get_by_role("button", name="Sign in").click(timeout=PATIENCE)
    visitor.page.get_by_role("button", name=PEOPLE[role], exact=True).first.click(timeout=PATIENCE)
    visitor.page.wait_for_url(re.compile(rf"localhost:{visitor.server.port}"), timeout=PATIENCE)
    expect(visitor.page.get_by_role("button", name=re.compile("Signed in|Sign out")).first).to_be_visible(
        timeout=PATIENCE
    )
    visitor.settle()


def own_faults(visitor: Visitor, issuer: str) -> list[str]:
    """What went wrong on our side: the provider's form asks for a style sheet and an icon that are not there."""
    return [fault for fault in visitor.faults if "pico" not in fault and issuer not in fault]


def store_of(hub: Server):
    return open_store(hub.folder / "hub.sqlite", at=MADE_AT)


def test_a_member_signs_in_works_and_signs_out(hub: Server, issuer: str, visit: Callable[[Server], Visitor]) -> None:
    visitor = visit(hub)
    sign_in(visitor, issuer, Role.HUB_MEMBER)
    visitor.map()
    expect(visitor.card_title()).to_be_visible(timeout=PATIENCE)
    assert own_faults(visitor, issuer) == [], "the content security policy must not break the map"
    held = accounts(store_of(hub)).set_index("subject")
    assert held.loc[PEOPLE[Role.HUB_MEMBER], "role"] == "hub member"
    lines = trail(store_of(hub), action="sign-in")
    assert any(PEOPLE[Role.HUB_MEMBER] in who for who in lines["who"])
    visitor.page.get_by_role("button", name=re.compile("Signed in")).click(timeout=PATIENCE)
    visitor.page.get_by_role("button", name="Sign out").click(timeout=PATIENCE)
    visitor.page.wait_for_timeout(500)
    other = visit(hub)
    other.open()
    expect(other.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE)


def test_a_script_that_got_into_the_page_would_not_run(
    hub: Server, issuer: str, visit: Callable[[Server], Visitor]
) -> None:
    """The second wall: the first is that no text of a report becomes markup (test_hostile_text)."""
    visitor = visit(hub)
    visitor.page.add_init_script(
        "document.addEventListener('securitypolicyviolation', "
        "e => (window.stopped ??= []).push(e.violatedDirective + ' ' + e.blockedURI))"
    )
    sign_in(visitor, issuer, Role.HUB_MEMBER)
    visitor.map()
    assert visitor.page.evaluate("() => window.stopped") is None, "nothing of the screen itself is stopped"
    for planted in ("<img src=x onerror='window.ran=1'>", "<svg onload='window.ran=2'></svg>"):
        visitor.page.evaluate(
            "markup => document.querySelector('.hub-map').insertAdjacentHTML('beforeend', markup)", planted
        )
    visitor.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran=3'; document.body.append(s); }"
    )
    visitor.page.wait_for_timeout(500)
    assert visitor.page.evaluate("() => window.ran") is None
    assert visitor.page.evaluate("() => window.stopped.length") >= 3


def test_a_revoked_member_with_an_open_tab_is_out_on_the_next_click(
    hub: Server, issuer: str, visit: Callable[[Server], Visitor]
) -> None:
    visitor = visit(hub)
    sign_in(visitor, issuer, Role.DATA_STEWARD)
    store = store_of(hub)
    own = accounts(store).set_index("subject").loc[PEOPLE[Role.DATA_STEWARD]]
    visitor.map()  # its first answer reruns the page, which would be the next click already
    visitor.settle()
    revoke(store, own["issuer"], PEOPLE[Role.DATA_STEWARD], who="another steward", at=datetime.utcnow())  # noqa: DTZ003
    visitor.received.clear()
    visitor.press(next(e for e in ENTRIES if e.url_path == "trends"))
    expect(visitor.page.get_by_text("ended by your data steward")).to_be_visible(timeout=PATIENCE)
    assert [word for word in SECRETS if word in "".join(visitor.received)] == []


def test_somebody_without_a_role_sees_that_and_nothing_else(
    hub: Server, issuer: str, visit: Callable[[Server], Visitor]
) -> None:
    visitor = visit(hub)
    sign_in(visitor, issuer, Role.NONE)
    expect(visitor.page.get_by_text("no role here yet")).to_be_visible(timeout=PATIENCE)
    assert [word for word in SECRETS if word in visitor.text() + "".join(visitor.received)] == []
    assert visitor.page.get_by_test_id("stTopNavSection").count() == 0


def asked(hub: Server, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    try:
        with urlopen(Request(f"http://127.0.0.1:{hub.port}{path}", headers=headers), timeout=30) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}
    except HTTPError as refused:
        return refused.code, {k.lower(): v for k, v in refused.headers.items()}


@pytest.mark.parametrize("path", ["/", "/outcomes", "/media/x.csv", "/_stcore/health", "/app/static/leaflet.js"])
def test_every_answer_carries_the_headers(path: str, hub: Server) -> None:
    _, headers = asked(hub, path)
    assert "object-src 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    allowed = re.search(r"script-src ([^;]+)", headers["content-security-policy"]).group(1)
    assert "'unsafe-inline'" not in allowed and "'unsafe-eval'" not in allowed
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/_stcore/metrics", "//_stcore/metrics", "/_stcore/agent/openapi.json"])
def test_routes_of_developers_are_closed(path: str, hub: Server) -> None:
    assert asked(hub, path)[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", f"127.0.0.1.evil.example:{80}", ""])
def test_another_name_is_refused(host: str, hub: Server) -> None:
    for path in ("/", "/_stcore/health", "/media/x"):
        assert asked(hub, path, Host=host)[0] in (400, 421)


def test_a_replayed_media_link_needs_a_sign_in(hub: Server, issuer: str, visit: Callable[[Server], Visitor]) -> None:
    """The link of an export, asked for by somebody who only has the link."""
    visitor = visit(hub)
    links: list[str] = []
    visitor.page.on("request", lambda request: links.append(request.url) if "/media/" in request.url else None)
    sign_in(visitor, issuer, Role.SENIOR_OFFICER)
    visitor.open("trends")
    visitor.page.get_by_role("button", name="Export").first.click(timeout=PATIENCE)
    visitor.download("Table (CSV)")
    path = re.sub(r"^https?://[^/]+", "", links[-1])
    assert asked(hub, path)[0] == 403
    assert asked(hub, path, Cookie="_streamlit_user=forged.by.me")[0] == 403
    assert any("trend.csv" in subject for subject in trail(store_of(hub), action="export")["subject"])


@pytest.mark.parametrize("path", ["", "hub_meeting"], ids=lambda path: path or "front")
def test_the_first_request_to_a_fresh_server_signed_out_gets_the_sign_in_and_nothing_else(
    path: str, forge: Forge, hub: Server, tmp_path: Path, visit: Callable[[Server], Visitor]
) -> None:
    """As a browser shows it; tests/wire/test_front_door.py asks for every page."""
    port = forge.port
    (tmp_path / "settings.toml").write_text(f'store = "{hub.folder}/hub.sqlite"\n', encoding="utf-8")
    told = (hub.folder / "secrets.toml").read_text(encoding="utf-8").replace(str(hub.port), str(port))
    (tmp_path / "secrets.toml").write_text(told, encoding="utf-8")
    with forge.serving(tmp_path, "--secrets.files", str(tmp_path / "secrets.toml"), port=port) as cold:
        visitor = visit(cold)
        visitor.page.goto(f"{cold.url}/{path}", timeout=PATIENCE)
        expect(visitor.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE)
        seen = visitor.text() + "".join(visitor.received)
        assert [word for word in SECRETS if word in seen] == []
        assert visitor.page.get_by_test_id("stTopNavSection").count() == 0
        visitor.leave()
