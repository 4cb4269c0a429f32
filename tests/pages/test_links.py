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


def filters_button(app: AppTest) -> str:
    """Words on the button of the filters, without its icon."""
    return app.get("popover")[0].proto.popover.label.split(": ", 1)[1].split(": ")[-1]


@pytest.mark.parametrize(
    ("address", "district"),
    [
        ({}, "Tidewick"),
        ({"district": "Brineholt"}, "Brineholt"),
        ({"district": "Brineholt (1,234 reports)"}, "Brineholt"),
        ({"district": "Nowhere"}, "Tidewick"),
    ],
    ids=["none", "name", "name and count, as links once were", "unknown"],
)
def test_the_button_the_heading_and_the_list_name_the_district_an_address_asks_for(address, district) -> None:
    app = hub(step="all", **address)
    assert not app.exception
    assert filters_button(app) == district
    assert next(s for s in app.selectbox if s.label == "District").value == district
    assert any(m.value.endswith(f"of all reports in {district}") for m in app.markdown)
    assert app.query_params.get("district") in ([district], district, None)


def test_a_district_of_another_store_is_forgotten() -> None:
    """The sample's town was on the button over real data after the first import of a session."""
    app = AppTest.from_string(SCRIPT, default_timeout=TIMEOUT)
    app.session_state["district"] = "A town of another store"
    assert filters_button(app.run()) == "Tidewick"


def test_districts_are_offered_by_name_alone() -> None:
    asked = next(s for s in hub().selectbox if s.label == "District")
    assert asked.options == ["All districts together", "Brineholt", "Tidewick"]


def test_the_card_follows_the_item_of_the_agenda() -> None:
    """Among five places to assess stood the card of a sixth."""
    app = hub(step="rising")
    assert "Tanners Court" in card_of(app)
    app.button_group(key="step").set_value("assess").run()
    named = {place.split(" (")[0] for d in app.dataframe if "Weeks after" in d.value for place in d.value["Place"]}
    assert card_of(app).replace("\\", "").split(" (")[0] in named
    app.button_group(key="step").set_value("new").run()
    assert not app.subheader and any("No hotspot lies on a place named above" in m.value for m in app.markdown)
    app.button_group(key="step").set_value("all").run()
    assert "rank 1" in "".join(h.proto.body for h in app.get("html") if "big-number" in h.proto.body)


def test_only_who_changes_settings_is_told_how_a_screen_opens_on_her_district() -> None:
    told = [
        any("names yours" in c.value for c in AppTest.from_string(script, default_timeout=TIMEOUT).run().caption)
        for script in (SCRIPT, SCRIPT.replace("HUB_MEMBER", "DATA_STEWARD"))
    ]
    assert told == [False, True]
