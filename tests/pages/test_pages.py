"""Every page × every role, run for real: it draws, or it refuses in a sentence. The table is tests/role_matrix.py.

Pages are called past the menu, as a forged address would, so what is tested is the page's own gate.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from hotspots.release import releasing
from hotspots.release.roles import Role, Viewer
from hotspots.store.published import published_file
from pages.parts import menu
from tests.browser.running import ROOT, hub_folder, write_settings
from tests.role_matrix import PAGES, ROLES

EMPTY_HUB = {  # what a page says before the first import, when it draws at all
    "hub_meeting": "The store holds no incidents yet",
    "whats_new": "The store holds no incidents yet",
    "trends": "The store holds no incidents yet",
    "areas": "The store holds no incidents yet",
    "data": "No reports yet: bring in the first file",
}

SCRIPT = """
import streamlit as st
from functools import partial
from hotspots.release.roles import Role, Viewer
from pages.parts import frame, menu

viewer = Viewer(Role({role!r}), name="the tester")
pages = {{e.url_path: st.Page(partial(frame.shown, e.render, viewer), title=e.title, url_path=e.url_path)
         for e in menu.ENTRIES}}
st.session_state["pages"] = pages
asked = next(e for e in menu.ENTRIES if e.url_path == {page!r})
front = st.Page(partial(frame.shown, asked.render, viewer), title="Home", default=True)
st.navigation([front, *pages.values()], position="hidden").run()
"""


def run(page: str, role: str) -> AppTest:
    """One run of a page for a viewer of that role, whatever the menu would have said."""
    asked = AppTest.from_string(SCRIPT.format(page=page, role=role), default_timeout=90)
    return asked.run()


def texts(ran: AppTest) -> list[str]:
    """All words on the page, whatever element they stand in."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "info", "warning", "error")
    words = [element.value for kind in kinds for element in getattr(ran, kind)]
    return words + [
        label for kind in ("button", "radio", "selectbox") for e in getattr(ran, kind) if (label := e.label)
    ]


@pytest.mark.usefixtures("sample")
def test_the_steward_publishes_from_the_page_of_imports() -> None:
    ran = run("data", "data steward")
    button = next(b for b in ran.button if b.label == "Publish what is due")
    assert not ran.exception
    dialog = button.click().run()
    asked = next(box for box in dialog.multiselect if box.label == "Districts whose pages go out")
    assert [name.split(" (")[0] for name in asked.options] == asked.value == ["Tidewick", "Brineholt"]
    assert any("None is taken back" in text.replace("\\", "") for text in texts(dialog))
    assert any(b.label.startswith("Publish") and b.label != button.label for b in dialog.button), "the page asks first"


def refused(ran: AppTest) -> bool:
    return any("may not" in text.replace("\\", "") for text in texts(ran))


@pytest.fixture(scope="module")
def hub(published_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hub_folder(tmp_path_factory.mktemp("hub"), published_sample / "sample.sqlite")


@pytest.fixture
def sample(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SETTINGS", str(hub / "settings.toml"))
    monkeypatch.chdir(ROOT)


def test_every_page_and_every_role_has_its_row() -> None:
    assert set(PAGES) == {entry.url_path for entry in menu.ENTRIES}
    assert set(ROLES) == {str(role) for role in Role}
    assert set(menu.OPENS_WITH) == set(Role) - {Role.NONE}
    paths = [entry.url_path for entry in menu.ENTRIES]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_lists_what_the_table_allows_and_nothing_else(role: str) -> None:
    allowed = [page for page, row in PAGES.items() if row[ROLES.index(role)]]
    if not allowed:
        with pytest.raises(PermissionError):
            menu.pages_for(Viewer(Role(role)))
        return
    home, sections = menu.pages_for(Viewer(Role(role)))
    listed = [entry for entries in sections.values() for entry in entries]
    assert sorted(entry.url_path for entry in listed) == sorted(allowed)
    assert home in [entry.render for entry in listed]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("sample")
def test_a_page_draws_or_refuses(page: str, role: str) -> None:
    ran = run(page, role)
    assert not ran.exception, [e.value for e in ran.exception]
    if PAGES[page][ROLES.index(role)]:
        assert not refused(ran)
        assert len(texts(ran)) > 1
    else:
        assert refused(ran)
        assert len(texts(ran)) == 1, "a refusal must stand alone"
        assert not len(ran.get("arrow_data_frame")) and not len(ran.get("component_instance"))


def test_the_sample_is_published_once_when_its_outcomes_are_first_asked_for(
    sample_file: Path, made_ahead: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = hub_folder(tmp_path / "hub", sample_file)
    released = published_file(str(folder / "sample.sqlite"))
    monkeypatch.setattr(releasing, "publish_sample", made_ahead)
    monkeypatch.setenv("HUB_SETTINGS", str(folder / "settings.toml"))
    monkeypatch.chdir(ROOT)
    for page in ("trends", "outcomes", "outcomes"):
        ran = run(page, "hub member")
        assert not ran.exception, [e.value for e in ran.exception]
        assert released.exists() is (page == "outcomes")
    assert any("Park View" in text for text in texts(ran))


@pytest.mark.usefixtures("sample")
def test_without_a_signed_in_viewer_the_dashboard_shows_its_refusal_only() -> None:
    """A run without a request has no loopback address to trust: the same as a visitor from elsewhere."""
    ran = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=90).run()
    assert not ran.exception
    assert any("sign-in is needed" in text.replace("\\", "") for text in texts(ran))
    assert not any("Park View" in text or "Tidewick" in text for text in texts(ran))


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_hub_of_ones_own_draws_every_page(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hotspots.store import open_store
    from tests.browser.running import MADE_AT

    monkeypatch.setenv("HUB_SETTINGS", str(write_settings(tmp_path)))
    monkeypatch.chdir(ROOT)
    open_store(tmp_path / "hub.sqlite", at=MADE_AT, create=True).close()
    ran = run(page, "data steward")
    assert not ran.exception, [e.value for e in ran.exception]
    if page in EMPTY_HUB:
        assert any(EMPTY_HUB[page] in text.replace("\\", "") for text in texts(ran)), texts(ran)
