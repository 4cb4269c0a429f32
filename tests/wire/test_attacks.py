"""What a councillor gets who lies on the wire: addresses, widgets, page hashes, links and files of others.

Every test asks the hardened entry as a browser would, and looks through every byte that comes back. Before anything
else a hub member with restricted items open, and a steward, fill every cache of the same process.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from hotspots.release.roles import Role
from hotspots.store import districts, open_store
from hotspots.store.access import accounts, grant, revoke
from hotspots.store.published import published_file, read_published
from hotspots.store.trail import trail
from pages.parts.menu import ENTRIES
from pages.parts.session import STATIC
from tests.browser.identity import CANARY, PEOPLE, plant
from tests.browser.running import MADE_AT, Server, copy_store, serving, write_settings
from tests.role_matrix import PAGES, ROLES
from tests.wire.conftest import ISSUER
from tests.wire.visitor import Visitor, chosen, cookie_of, elements, not_found, pressed, text_of

CANARIES = re.compile(rf"{CANARY}\w+")
SHAPES = re.compile(r'"(?:Point|Polygon|MultiPolygon|LineString)"|\[\s*-?\d+\.\d{4,},\s*-?\d+\.\d{4,}\s*\]')
"""An outline or a point, however it is written down."""
HUB_WORDS = re.compile(r"Mill Lane car park|Market Walk|cuckoo|record action|overdue", re.IGNORECASE)
"""A place that may not be published, the name of a hotspot, a problem that points at a person, the hub's own lists."""
LOCAL = "subject-of-one-district"
Arrive = Callable[..., Visitor]


def store_of(hub: Server):
    return open_store(hub.folder / "hub.sqlite", at=MADE_AT)


def may(role: Role, page: str) -> bool:
    return PAGES[page][ROLES.index(str(role))]


@pytest.fixture(scope="module")
def names(signed_hub: Server) -> tuple[str, str]:
    """The councillor's own district and the other one."""
    own, other = districts(store_of(signed_hub))["district"]
    grant(store_of(signed_hub), ISSUER, LOCAL, "councillor", who="the steward", at=MADE_AT, districts=[own])
    return own, other


@pytest.fixture(scope="module")
def warm(signed_hub: Server) -> dict[str, list]:
    """Every page seen by a steward and by a member with restricted items open: what they were sent, by page."""
    sent: dict[str, list] = {}
    for role in (Role.DATA_STEWARD, Role.HUB_MEMBER):
        visitor = Visitor(signed_hub, cookie_of(signed_hub, {"iss": ISSUER, "sub": PEOPLE[role]}))
        for entry in ENTRIES:
            if may(role, entry.url_path):
                came = visitor.run(entry.url_path)
                locks = [b.id for b in elements(came, "button") if b.label.startswith("Unlock")]
                came += visitor.run(entry.url_path, states=map(pressed, locks)) if locks else []
                sent.setdefault(entry.url_path, []).extend(came)
        visitor.leave()
    return sent


def leaks(text: str) -> list[str]:
    """What a councillor must never be sent, found in a text."""
    return [*CANARIES.findall(text), *SHAPES.findall(text), *HUB_WORDS.findall(text)]


def test_the_hub_itself_is_sent_what_is_looked_for(warm: dict[str, list]) -> None:
    """Else the other tests would find nothing whatever happened."""
    text = text_of(m for sent in warm.values() for m in sent)
    assert set(CANARIES.findall(text)) == {f"{CANARY}KEY"}, "an address, for the member who unlocked"
    assert len(SHAPES.findall(text)) > 1_000
    assert {w.casefold() for w in HUB_WORDS.findall(text)} == set(HUB_WORDS.pattern.casefold().split("|"))


@pytest.mark.parametrize("role", [Role.COUNCILLOR, Role.SENIOR_OFFICER], ids=str)
@pytest.mark.usefixtures("warm")
def test_no_canary_on_any_page_by_its_address_and_in_any_file(role: Role, signed_hub: Server, arrive: Arrive) -> None:
    visitor = arrive(signed_hub, PEOPLE[role])
    got: dict[str, bytes] = {}
    for entry in ENTRIES:
        came = visitor.run(entry.url_path)
        assert not_found(came) is not may(role, entry.url_path)
        for button in elements(came, "download_button"):
            if button.id in got:  # in place of a page that is not there comes the same first page again
                continue
            status, body = visitor.fetch(visitor.make(button.deferred_file_id))
            assert status == 200
            got[button.id] = body
    everything = b"".join([*visitor.received, *got.values()]).decode("utf-8", errors="replace")
    assert len(everything) > 300_000
    assert CANARIES.findall(everything) == []
    if role is Role.COUNCILLOR:
        assert leaks(everything) == []


FORGED = (
    "area=place:999", "area=ring:1", "area=control:2", "area=district:{other}", "area=ward:{other}/{ward}",
    "area={other}", "area={ward} ward, {other}", "area=../../hub.sqlite", "area=' OR 1=1 --", "area=a&area={other}",
    "role=data steward", "role=hub member&look_at_sample=true", "acting=data steward", "signed_in=x",
    "districts={other}", "district={other}", "ward={ward}", "place=1", "hotspot=H-0001", "id=1", "q=Flat 9",
    "from=2017-03-01&to=2017-03-02", "window=1", "months=1", "category=Domestic abuse", "kind=Sexual offences",
    "present=true&size=30", "size=9999999", "embed=true", "embed_options=show_toolbar", "unlocked=true",
)  # fmt: skip


@pytest.mark.usefixtures("warm")
def test_forged_addresses_show_a_councillor_released_pages_of_her_district_and_nothing_else(
    signed_hub: Server, names: tuple[str, str], arrive: Arrive
) -> None:
    own, other = names
    areas = read_published(published_file(str(signed_hub.folder / "hub.sqlite"))).current().areas
    ward = first_ward(areas, other)
    usual = headings(arrive(signed_hub, LOCAL).run("outcomes"))
    assert usual
    for query in FORGED:
        came = arrive(signed_hub, LOCAL).run("outcomes", query.format(other=other, ward=ward))
        text = text_of(came)
        assert leaks(text) == [], query
        assert other not in words(came), query
        assert headings(came) == usual, query
    honest = arrive(signed_hub, LOCAL).run("outcomes", f"area={first_ward(areas, own)} ward, {own}")
    assert headings(honest) != usual, "an address of her own must work, or this test shows nothing"


def first_ward(areas, district: str) -> str:
    return areas.loc[(areas["district"] == district) & (areas["level"] == "ward"), "name"].iloc[0]


def headings(messages: Iterable) -> list[str]:
    return [h.body for h in elements(messages, "heading")]


def words(messages: Iterable) -> str:
    """What the page says, without the echo of its own address."""
    said = [e.body for kind in ("markdown", "heading", "text") for e in elements(messages, kind)]
    said += [option for box in elements(messages, "selectbox") for option in box.options]
    return "\n".join(said)


@pytest.mark.usefixtures("names")
def test_forged_widgets_and_page_hashes_open_nothing(
    signed_hub: Server, names: tuple[str, str], warm: dict[str, list], arrive: Arrive
) -> None:
    """Ids and hashes are those that the steward's own browser was sent."""
    visitor = arrive(signed_hub, LOCAL)
    usual = headings(visitor.run("outcomes"))
    before = published_file(str(signed_hub.folder / "hub.sqlite")).read_bytes()
    box = elements(visitor.run("outcomes"), "selectbox")[0].id
    stolen = [m for sent in warm.values() for m in sent]
    buttons = {b.id for b in elements(stolen, "button")}
    assert any("publish" in text_of([m]).casefold() for m in stolen) and len(buttons) > 10
    for value in (f"ward:{names[1]}/x", "place:999", "", "\x00", "x" * 10_000):
        came = visitor.run("outcomes", states=[chosen(box, value)])
        assert leaks(text_of(came)) == [] and names[1] not in words(came)
    buttons -= {b.id for b in elements(visitor.run("outcomes"), "button")}  # her own sign-out among them
    came = visitor.run("outcomes", states=map(pressed, buttons))
    assert headings(came) == usual and leaks(text_of(came)) == []
    hashes = {
        p.page_script_hash for m in stolen if m.WhichOneof("type") == "navigation" for p in m.navigation.app_pages
    }
    assert len(hashes) > 10
    for page_hash in hashes:
        assert leaks(text_of(visitor.run("", page_hash=page_hash))) == []
    assert published_file(str(signed_hub.folder / "hub.sqlite")).read_bytes() == before
    assert accounts(store_of(signed_hub)).set_index("subject").loc[LOCAL, "role"] == "councillor"


@pytest.mark.usefixtures("warm")
def test_a_link_or_button_of_another_persons_file_is_of_no_use(signed_hub: Server, arrive: Arrive) -> None:
    member, councillor, nobody = (
        arrive(signed_hub, PEOPLE[Role.HUB_MEMBER]), arrive(signed_hub, PEOPLE[Role.COUNCILLOR]), arrive(signed_hub),
    )  # fmt: skip
    for page in ("hub_meeting", "trends", "places"):
        button = elements(member.run(page), "download_button")[0]
        url = member.make(button.deferred_file_id)
        assert member.fetch(url)[0] == 200
        for other in (councillor, nobody):
            other.run("outcomes")
            assert other.fetch(url)[0] == 403, "replayed"
            again = other.make(button.deferred_file_id)
            assert again == "" or other.fetch(again)[0] == 403, "made anew by a stolen id"
        forged = Visitor(signed_hub, councillor.cookie[:-2] + "xx")
        assert forged.fetch(url)[0] == 403
        forged.leave()


@pytest.mark.usefixtures("warm")
def test_pictures_and_maps_come_over_the_socket_never_as_a_link(signed_hub: Server, arrive: Arrive) -> None:
    """A link to a picture could be handed on; what is drawn for one person stays in their session."""
    member = arrive(signed_hub, PEOPLE[Role.HUB_MEMBER])
    sent = [m for entry in ENTRIES if may(Role.HUB_MEMBER, entry.url_path) for m in member.run(entry.url_path)]
    assert re.findall(r"/media/[\w.]+", text_of(sent)) == []


@pytest.mark.usefixtures("warm", "names")
def test_a_councillor_is_sent_the_outline_of_her_ward_in_the_message_itself(signed_hub: Server, arrive: Arrive) -> None:
    came = arrive(signed_hub, LOCAL).run("outcomes", "area=Park View (fictional)")
    sent = [image for images in elements(came, "imgs") for image in images.imgs]
    assert len(sent) == 1 and sent[0].url.startswith("data:image/svg+xml")
    assert "Outline of Samphire ward" in text_of(came) and leaks(text_of(came)) == []


@pytest.mark.usefixtures("warm")
def test_a_member_made_a_councillor_is_one_in_every_open_tab_on_the_next_click(
    signed_hub: Server, arrive: Arrive
) -> None:
    """Two tabs of one browser are one cookie: no tab keeps the role it was opened with, nor its buttons."""
    subject = "subject-who-moves"
    store = store_of(signed_hub)
    grant(store, ISSUER, subject, "hub member", who="the steward", at=datetime.now(UTC))
    first, second = arrive(signed_hub, subject), arrive(signed_hub, subject)
    button = elements(first.run("hub_meeting"), "download_button")[0]
    held = first.make(button.deferred_file_id)
    assert first.fetch(held)[0] == 200 and not not_found(second.run("trends"))
    grant(store, ISSUER, subject, "councillor", who="the steward", at=datetime.now(UTC))
    assert first.make(button.deferred_file_id) == "", "a button of the old role must make nothing"
    for tab, page in product((first, second), ("hub_meeting", "trends")):
        came = tab.run(page)
        assert not_found(came) and leaks(text_of(came)) == []


@pytest.mark.usefixtures("warm")
def test_a_revoked_member_gets_nothing_more_out_of_an_open_tab(signed_hub: Server, arrive: Arrive) -> None:
    subject = "subject-who-leaves"
    store = store_of(signed_hub)
    now = datetime.now(UTC).replace(tzinfo=None)
    grant(store, ISSUER, subject, "hub member", who="the steward", at=now)
    tab = arrive(signed_hub, subject)
    button = elements(tab.run("hub_meeting"), "download_button")[0]
    link = tab.make(button.deferred_file_id)
    assert tab.fetch(link)[0] == 200
    revoke(store, ISSUER, subject, who="the steward", at=now + timedelta(seconds=2))
    lines = len(trail(store, action="export"))
    assert tab.fetch(link)[0] == 403, "the link of a file made before"
    assert tab.make(button.deferred_file_id) == "", "the button still on the screen"
    came = tab.run("hub_meeting")
    assert "ended by your data steward" in text_of(came) and leaks(text_of(came)) == []
    assert len(trail(store, action="export")) == lines


def test_every_file_taken_is_in_the_audit_trail_with_its_taker(signed_hub: Server, arrive: Arrive) -> None:
    councillor = arrive(signed_hub, PEOPLE[Role.COUNCILLOR])
    for button in elements(councillor.run("outcomes"), "download_button"):
        assert councillor.make(button.deferred_file_id)
    lines = trail(store_of(signed_hub), action="export")
    mine = lines[lines["who"].str.contains(PEOPLE[Role.COUNCILLOR], regex=False)]
    assert {s.rsplit(".")[-1] for s in mine["subject"]} == {"pdf", "docx", "csv"}


def test_two_roles_in_two_tabs_of_one_machine_share_caches_and_no_content(open_hub: Server, arrive: Arrive) -> None:
    """On this machine the role is a view: a councillor's tab beside a member's, each page in turn, both ways round."""
    member, councillor = arrive(open_hub), arrive(open_hub)
    switch = next(box for box in elements(councillor.run(), "selectbox") if box.id.endswith("-role"))
    assert [o.casefold() for o in switch.options][0] == "councillor"
    member.run()
    as_councillor = [chosen(switch.id, switch.options[0])]
    for number, entry in enumerate(ENTRIES):
        # Whoever comes first fills the cache: the one on even pages, the other on odd ones.
        whole = member.run(entry.url_path) if number % 2 else None
        own = councillor.run(entry.url_path, states=as_councillor)
        whole = whole or member.run(entry.url_path)
        assert leaks(text_of(own)) == [], entry.title
        assert not_found(own) is not may(Role.COUNCILLOR, entry.url_path)
        if entry.url_path in ("hub_meeting", "areas"):
            assert SHAPES.search(text_of(whole)), "the member's own page must be whole all the while"


ASKED_ROLES = [str(role).capitalize() for role in Role]


def test_the_samples_address_tries_a_role_and_no_word_but_that_of_the_switch(open_hub: Server, arrive: Arrive) -> None:
    """What keeps a tried role over a reload; else the two tests below would find nothing whatever happened."""
    assert not_found(arrive(open_hub).run("data")) and not not_found(arrive(open_hub).run("data", "role=Data steward"))
    for forged in ("role=data steward", "role=steward", "role=None", "role=", "role=Hub member", "Role=Data steward"):
        assert not_found(arrive(open_hub).run("data", forged)), forged
    assert leaks(text_of(arrive(open_hub).run("hub_meeting", "role=Councillor"))) == []


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("role", [Role.COUNCILLOR, Role.SENIOR_OFFICER, Role.HUB_MEMBER], ids=str)
def test_a_role_in_the_address_does_nothing_for_somebody_signed_in(
    role: Role, signed_hub: Server, arrive: Arrive
) -> None:
    for page in ("data", "access", "hub_meeting"):
        for asked in ASKED_ROLES:
            came = arrive(signed_hub, PEOPLE[role]).run(page, f"role={asked}")
            assert not_found(came) is not may(role, page), asked
            assert role is not Role.COUNCILLOR or leaks(text_of(came)) == []
    out = arrive(signed_hub).run("data", "role=Data steward")
    assert [b.label for b in elements(out, "button")] == ["Sign in"]


def test_a_role_in_the_address_does_nothing_where_the_data_are_the_hubs_own(
    published_sample: Path, tmp_path: Path, arrive: Arrive
) -> None:
    copy_store(published_sample / "sample.sqlite", tmp_path / "hub.sqlite")
    plant(tmp_path / "hub.sqlite")
    write_settings(tmp_path)
    with serving(tmp_path) as own:
        for asked in ("", *ASKED_ROLES):
            came = arrive(own).run("accessibility", f"role={asked}")
            switch = next(box for box in elements(came, "selectbox") if box.id.endswith("-role"))
            assert (switch.options[switch.default], switch.raw_value) == ("Data steward", ""), asked
            assert not not_found(arrive(own).run("data", f"role={asked}")), asked


def test_static_files_hold_nothing_of_anybody(signed_hub: Server, arrive: Arrive) -> None:
    """They are served to whoever asks: program files only, and what a hub laid out as its basemap."""
    nobody = arrive(signed_hub)
    files = [f.relative_to(STATIC).as_posix() for f in STATIC.rglob("*") if f.is_file()]
    assert "leaflet.js" in {f.rsplit("/")[-1] for f in files}
    for file in files:
        assert not CANARIES.search(nobody.fetch(f"/app/static/{file}")[1].decode("utf-8", errors="replace")), file
