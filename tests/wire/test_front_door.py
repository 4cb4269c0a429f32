"""The first visit of all to a page's own address: it leads to that page for whoever may see it, and nowhere else.

Until a session has called st.navigation, Streamlit serves files in pages/ the old way, without the entry script. So
each page is asked for on a server of its own that nobody has visited before.
"""

from pathlib import Path

import pytest

from hotspots.release.roles import Role
from pages.parts.menu import ENTRIES
from tests.browser.conftest import ELSEWHERE
from tests.browser.identity import CANARY, PEOPLE
from tests.browser.running import Forge, Server, hub_folder
from tests.role_matrix import PAGES, ROLES
from tests.wire.visitor import Visitor, elements, text_of

PATHS = ["", *(entry.url_path for entry in ENTRIES)]
SECRETS = ("Park View", "Tidewick", "Brineholt", "Lampwick", "Saltreach", "areas hold", "reports held", CANARY)
MEMBERS = ("trends", "places", "outcomes", "accessibility")


@pytest.fixture(scope="module")
def forge():
    made = Forge()
    yield made
    made.close()


def said(messages) -> str:
    return " ".join(h.body for h in elements(messages, "heading")).replace("\\", "")


def holds_nothing(messages) -> bool:
    """No word of the hub's, and no menu in the end: the one page there is says why."""
    menus = [m.navigation.app_pages for m in messages if m.WhichOneof("type") == "navigation"]
    return not any(word in text_of(messages) for word in SECRETS) and len(menus[-1]) <= 1


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path or "front")
def test_the_first_request_from_elsewhere_is_refused(path, forge: Forge, sample_file: Path, tmp_path: Path):
    with forge.serving(hub_folder(tmp_path / "hub", sample_file)) as cold:
        visitor = Visitor(cold, host=ELSEWHERE)
        came = visitor.run(path)
        assert "sign-in is needed" in text_of(came).replace("\\", "") and holds_nothing(came)
        visitor.leave()


def test_a_later_request_from_elsewhere_is_refused_too(open_hub: Server):
    """After a visit from the machine itself has filled the caches."""
    visitor = Visitor(open_hub)
    assert "Park View" in text_of(visitor.run("hub_meeting"))
    visitor.leave()
    for path in PATHS:
        visitor = Visitor(open_hub, host=ELSEWHERE)
        came = visitor.run(path)
        assert "sign-in is needed" in text_of(came).replace("\\", "") and holds_nothing(came), path
        visitor.leave()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path or "front")
def test_the_first_request_signed_out_gets_the_sign_in_and_nothing_else(
    path, forge: Forge, signed_hub: Server, tmp_path: Path
):
    (tmp_path / "settings.toml").write_text(f'store = "{signed_hub.folder}/hub.sqlite"\n', encoding="utf-8")
    told = (signed_hub.folder / "secrets.toml").read_text(encoding="utf-8")
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(told.replace(str(signed_hub.port), str(forge.port)), encoding="utf-8")
    with forge.serving(tmp_path, "--secrets.files", str(secrets)) as cold:
        visitor = Visitor(cold)
        came = visitor.run(path)
        assert [b.label for b in elements(came, "button")] == ["Sign in"] and holds_nothing(came)
        visitor.leave()


@pytest.mark.parametrize("page", MEMBERS)
def test_the_first_visit_of_all_gets_the_page_it_asked_for(page, forge: Forge, published_sample: Path, tmp_path: Path):
    folder = hub_folder(tmp_path / "hub", published_sample / "sample.sqlite")
    query = "place=2" if page == "places" else ""
    with forge.serving(folder) as cold:
        first, again = Visitor(cold), Visitor(cold)
        came, later = first.run(page, query), again.run(page, query)
        assert said(came) == said(later) != ""
        assert ("Weavers Court" in said(came)) is (page == "places")
        first.leave()
        again.leave()


def test_the_word_that_carries_the_page_opens_nothing_to_whoever_may_not_see_it(signed_hub, arrive):
    """It is only a word of the address: the menu decides, for a councillor and for somebody signed out."""
    home = said(arrive(signed_hub, PEOPLE[Role.COUNCILLOR]).run())
    assert "reports have almost stopped" in home
    for page, row in PAGES.items():
        if not row[ROLES.index("councillor")]:
            came = arrive(signed_hub, PEOPLE[Role.COUNCILLOR]).run("", f"page={page}")
            assert said(came) == home and "Mill Lane car park" not in text_of(came), page
        out = arrive(signed_hub).run("", f"page={page}")
        assert [b.label for b in elements(out, "button")] == ["Sign in"] and "Park View" not in text_of(out)
    mine = arrive(signed_hub, PEOPLE[Role.SENIOR_OFFICER]).run("", "page=places&place=2")
    assert "Weavers Court" in said(mine)
