"""The first visit of all to a page's own address: it leads to that page for whoever may see it, and nowhere else."""

from pathlib import Path

import pytest

from hotspots.release.roles import Role
from tests.browser.identity import PEOPLE
from tests.browser.running import Forge, hub_folder
from tests.role_matrix import PAGES, ROLES
from tests.wire.visitor import Visitor, elements, text_of

MEMBERS = ("trends", "places", "outcomes", "accessibility")


@pytest.fixture(scope="module")
def forge():
    made = Forge()
    yield made
    made.close()


def said(messages) -> str:
    return " ".join(h.body for h in elements(messages, "heading")).replace("\\", "")


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
