"""Every role × page × deep link × export button, asked for on the wire: the expected content, or nothing at all."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from hotspots.release.roles import Role
from pages.parts.menu import ENTRIES
from tests.browser.identity import PEOPLE
from tests.browser.running import ROOT, Server
from tests.role_matrix import EXPORTS, LINKS, PAGES, ROLES
from tests.wire.conftest import ISSUER
from tests.wire.visitor import Visitor, chosen, cookie_of, elements, not_found, pressed, text_of

BOM = b"\xef\xbb\xbf"
BEGINS = {"pdf": b"%PDF-", "docx": b"PK", "html": b"<!doctype html>", "csv": BOM + b"#", "rows": BOM,
          "geojson": b'{"type"'}  # fmt: skip
PRINTED = {"minutes": "html", "plan-print": "html", "to-mend": "rows"}
Arrive = Callable[..., Visitor]


def last_step(agenda: object) -> WidgetState:
    """The agenda's last step: what was agreed."""
    state = WidgetState(id=agenda.id)
    state.string_array_value.data.append(agenda.options[-1].content)
    return state


def two_rows(table: object) -> WidgetState:
    """The first two rows of a table ticked."""
    return chosen(table.id, '{"selection": {"rows": [0, 1], "columns": []}}')


MOVES = {  # page → kind of widget, end of its id, and what is done to it before the page shows all its exports
    "hub_meeting": ("button_group", "-step", last_step),
    "powers": ("dataframe", "", two_rows),
    "method": ("button", "-quality-run", lambda button: pressed(button.id)),
}


@dataclass
class Seen:
    """What one role was shown: page or link → found or not and its headings; page → its exports."""

    found: dict[str, bool] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, set[str]] = field(default_factory=dict)


def looked(hub: Server, visitor: Visitor) -> Seen:
    """Every address of the table, one after another; a link with a query begins a session, as a click on it does."""
    seen = Seen()
    for address in dict.fromkeys([*PAGES, *LINKS, *EXPORTS]):
        own = afresh(hub, visitor, address)
        came = opened(own, address)
        seen.found[address] = not not_found(came)
        seen.text[address] = said(came)
        # What is shown in place of a page that is not there is the role's own first page.
        shown = elements(came, "download_button") if seen.found[address] else []
        seen.buttons[address] = {named(b.id) for b in shown}
        if own is not visitor:
            own.leave()
    return seen


def said(messages: list) -> str:
    """Titles and sentences of what was sent."""
    words = [e.body for kind in ("heading", "markdown") for e in elements(messages, kind)]
    return "\n".join(w for w in words if not w.startswith("<style")).replace("\\", "")


def opened(visitor: Visitor, address: str) -> list:
    """All that an address sends, after the one move that brings its last part to the screen."""
    page, _, query = address.partition("?")
    came = visitor.run(page, quote(query, safe="=&"))
    if address in MOVES and not not_found(came):
        kind, end, move = MOVES[address]
        widget = next(w for w in elements(came, kind) if w.id and w.id.endswith(end))
        came += visitor.run(page, states=[move(widget)])
    return came


def named(widget_id: str) -> str:
    """An export's name without the days and numbers in it."""
    key = widget_id.split("-", 2)[2]
    return re.sub(r"-\d[\d-]*(?=-|$)", "", key).replace("--", "-")


@pytest.fixture(scope="module")
def people(signed_hub: Server) -> Iterator[dict[str, tuple[Visitor, Seen]]]:
    """Everybody's session and what it was shown, the least trusted last, when every cache is full."""
    made = {}
    Visitor(signed_hub, cookie_of(signed_hub, {"iss": ISSUER, "sub": PEOPLE[Role.COUNCILLOR]})).run()
    for role in reversed(Role):
        visitor = Visitor(signed_hub, cookie_of(signed_hub, {"iss": ISSUER, "sub": PEOPLE[role]}))
        made[str(role)] = visitor, looked(signed_hub, visitor) if role is not Role.NONE else Seen()
    yield made
    for visitor, _ in made.values():
        visitor.leave()


def rows(table: dict[str, tuple[bool, ...]]) -> list[tuple[str, str, bool]]:
    return [(key, role, yes) for key, row in table.items() for role, yes in zip(ROLES, row, strict=True)]


def test_every_page_and_role_has_its_row() -> None:
    assert set(PAGES) == {entry.url_path for entry in ENTRIES}
    assert {address.partition("?")[0] for address in EXPORTS} == set(PAGES)
    assert set(ROLES) == {str(role) for role in Role}


@pytest.mark.parametrize("role", ROLES[1:])
def test_every_page_opens_by_its_address_or_is_not_there(role: str, people: dict) -> None:
    found = people[role][1].found
    assert {page: found[page] for page in PAGES} == {page: row[ROLES.index(role)] for page, row in PAGES.items()}


@pytest.mark.parametrize("role", ROLES[1:])
@pytest.mark.parametrize("link", LINKS)
def test_a_shared_link_opens_what_it_names_or_nothing(link: str, role: str, people: dict) -> None:
    seen = people[role][1]
    allowed = PAGES[link.partition("?")[0]][ROLES.index(role)]
    assert seen.found[link] is allowed
    if allowed:
        bare = seen.text[link.partition("?")[0]]
        assert LINKS[link] in seen.text[link] if LINKS[link] else seen.text[link] != bare
    else:  # the councillor's own first page stands in its place, as without the query
        assert seen.text[link] == seen.text[link.partition("?")[0]]


@pytest.mark.parametrize("role", ROLES[1:])
def test_every_export_button_has_its_row_and_no_row_is_left_over(role: str, people: dict) -> None:
    at = ROLES.index(role)
    expected = {
        a: {name for name, row in own.items() if row[at]} if PAGES[a.partition("?")[0]][at] else set()
        for a, own in EXPORTS.items()
    }
    shown = {address: people[role][1].buttons[address] for address in EXPORTS}
    assert shown == expected


@pytest.mark.parametrize("role", ROLES[1:])
def test_every_export_is_what_it_says_for_whoever_may_have_it(role: str, signed_hub: Server, people: dict) -> None:
    """Word and web pages are the PDF's paper in another form: pressed by the least trusted who may."""
    whole = people[role][0]
    at = ROLES.index(role)
    for address, own in EXPORTS.items():
        if not any(row[at] for row in own.values()):
            continue
        visitor = afresh(signed_hub, whole, address)
        fresh = ids_at(visitor, address)
        for name, row in own.items():
            first = row.index(True) == at
            if row[at] and (first or not name.endswith(("docx", "html"))):
                status, body = visitor.fetch(visitor.make(fresh[name]))
                kind = PRINTED.get(name, name.rsplit("-", 1)[-1])
                assert status == 200 and body.startswith(BEGINS[kind]), (address, name, status, body[:80])
                assert len(body) > 50


def afresh(hub: Server, visitor: Visitor, address: str) -> Visitor:
    """The same person; a link with a query begins a session of its own."""
    return Visitor(hub, visitor.cookie) if "?" in address else visitor


def ids_at(visitor: Visitor, address: str) -> dict[str, str]:
    """Export → id of its button on the server, as the page stands now: an older page's are gone."""
    return {named(b.id): b.deferred_file_id for b in elements(opened(visitor, address), "download_button")}


def test_an_export_is_of_no_use_to_a_role_it_is_not_for(signed_hub: Server, people: dict) -> None:
    """By the id of the button and by the link of the file, both stolen from the steward."""
    tried = dict.fromkeys(ROLES[:-1], 0)
    for address, own in EXPORTS.items():
        steward = afresh(signed_hub, people["data steward"][0], address)
        stolen = ids_at(steward, address)
        for role, visitor in ((role, people[role][0]) for role in ROLES[:-1]):
            name = next((name for name, row in own.items() if not row[ROLES.index(role)]), None)
            if name:
                link = steward.make(stolen[name])
                assert steward.fetch(link)[0] == 200
                assert visitor.fetch(link)[0] == 403, (role, address, name)
                again = visitor.make(stolen[name])
                assert again == "" or visitor.fetch(again)[0] == 403
                tried[role] += 1
    assert min(tried.values()) >= 2 and tried["councillor"] > 10


def test_nobody_without_a_role_is_shown_a_button(people: dict) -> None:
    visitor = people["none"][0]
    for address in EXPORTS:
        page, _, query = address.partition("?")
        came = visitor.run(page, query)
        assert "no role here yet" in text_of(came) and elements(came, "download_button") == []


def test_every_export_in_the_source_is_in_the_table() -> None:
    """A button that these visits did not bring to the screen is found all the same."""
    known = {name for own in EXPORTS.values() for name in own}
    written = set()
    made_of_others = ("show.py", "papers.py")  # they add the form to a name that is given to them
    for path in sorted(p for p in (ROOT / "pages").rglob("*.py") if p.name not in made_of_others):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and (name := name_of(call)):
                written.add(name)
    assert len(written) > 20
    assert {w for w in written if not any(k == w or k.startswith(f"{w}-") for k in known)} == set()


def name_of(call: ast.Call) -> str:
    """What a call that hands something out calls it; "" for other calls and names made elsewhere."""
    called = ast.unparse(call.func)
    word = {"show.downloads": "name", "taking.button": "key"}.get(called)
    given = next((k.value for k in call.keywords if k.arg == word), None)
    if called == "papers.Offer":
        given = call.args[1]
    if isinstance(given, ast.JoinedStr):
        parts = [v.value if isinstance(v, ast.Constant) else "0" for v in given.values]
        return re.sub(r"-?\b0\b", "", "".join(parts)).strip("-")
    return given.value if isinstance(given, ast.Constant) else ""
