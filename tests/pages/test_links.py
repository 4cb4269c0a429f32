"""A link to the hub screen shows another viewer the same item of the agenda and the same area."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

TIMEOUT = 90
SCRIPT = """
import streamlit as st
from functools import partial
from hotspots.release.roles import Role, Viewer
from pages.parts import frame, menu

viewer = Viewer(Role.HUB_MEMBER, name="test member")
st.session_state["acting"] = viewer
pages = {e.url_path: st.Page(partial(frame.shown, e.render, viewer), title=e.title, url_path=e.url_path)
         for e in menu.ENTRIES}
st.session_state["pages"] = pages
front = st.Page(partial(frame.shown, menu.ENTRIES[0].render, viewer), title="Home", default=True)
st.navigation([front, *pages.values()], position="hidden").run()
"""


def hub(**query: str) -> AppTest:
    """The hub meeting as a hub member's first run at an address."""

    app = AppTest.from_string(SCRIPT, default_timeout=TIMEOUT)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def card_of(app: AppTest) -> str:
    """Name on the card."""
    return app.subheader[0].value


@pytest.fixture(autouse=True)
def settings(sample_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub whose sample is a copy that nobody else writes to."""
    shutil.copy(sample_file, tmp_path / "sample.sqlite")
    path = tmp_path / "settings.toml"
    path.write_text('store = "none.sqlite"\nsample_store = "sample.sqlite"\n', encoding="utf-8")
    monkeypatch.setenv("HUB_SETTINGS", str(path))


def test_a_link_opens_the_area_and_the_item_it_names() -> None:
    ranked = next(d.value for d in hub(step="all").dataframe if {"Area", "Id"} <= set(d.value.columns))
    third = ranked.iloc[2]
    hotspot, name = third["Id"], third["Area"]
    app = hub(area=hotspot, step="all")
    assert not app.exception
    assert name.split(" (")[0] in card_of(app).replace("\\", "")
    assert app.session_state["step"] == "all"
    assert app.query_params["area"] in (hotspot, [hotspot])


@pytest.mark.parametrize("forged", ["H-9999", "' OR 1=1 --", "<script>"])
def test_an_area_that_is_not_there_opens_the_first(forged: str) -> None:
    app = hub(area=forged, step="all")
    assert not app.exception
    assert card_of(app) == card_of(hub(step="all"))
