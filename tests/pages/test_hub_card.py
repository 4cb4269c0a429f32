"""The card of a hotspot: its table is in words, and a short history is said."""

import pytest
from streamlit.testing.v1 import AppTest

from hotspots.views import sentences
from pages.parts import hub_card
from tests.pages.test_pages import SCRIPT

TABLE = ["Month", "Reports", "Usual"]


def card(area: str = "", **state: str) -> AppTest:
    """The hub meeting as a hub member sees it, with the card's choices set; area: as a link names it."""
    ran = AppTest.from_string(SCRIPT.format(page="hub_meeting", role="hub member"), default_timeout=90)
    for key, value in state.items():
        ran.session_state[key] = value
    if area:
        ran.query_params["area"] = area
    return ran.run()


@pytest.mark.usefixtures("store")
def test_the_months_as_a_table_are_words_latest_first() -> None:
    ran = card(**{"card-chart": "Table"})
    assert not ran.exception
    months = next(frame.value for frame in ran.dataframe if list(frame.value.columns) == TABLE)
    assert months["Month"].iloc[0] == "August 2018" and months["Month"].iloc[-1] == "September 2016"
    assert len(months) == 24 and months["Reports"].sum() > 0
    assert months["Usual"].iloc[0].split(" to ")[0].isdigit()


@pytest.mark.usefixtures("store")
def test_a_short_history_is_said_and_a_long_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any("Short history" in words.value for words in card().markdown)
    monkeypatch.setattr(hub_card, "SHORT_HISTORY", 30)
    assert [words.value for words in card().markdown if "Short history" in words.value] == [sentences.short_history(23)]


@pytest.mark.usefixtures("store")
def test_a_card_without_an_id_says_why_it_has_no_history() -> None:
    of_main = next(button for button in card(step="all").button if button.label == "History")
    assert not of_main.disabled
    elsewhere = next(button for button in card(step="all", district="Brineholt").button if button.label == "History")
    assert elsewhere.disabled and "no set of Brineholt was kept" in elsewhere.help


@pytest.mark.usefixtures("store")
def test_a_hotspot_of_any_district_is_adopted_from_its_own_card() -> None:
    ran = card(area="2", step="all", district="Brineholt")
    name = ran.subheader[0].value.replace("\\", "")
    ran = next(button for button in ran.button if "Adopt" in button.label).click().run()
    asked = next(field for field in ran.selectbox if field.label == "Hotspot")
    assert not ran.exception and asked.format_func(asked.value).startswith(name)


def test_why_nobody_is_invited_tells_an_empty_register_from_no_match() -> None:
    assert "registered" in sentences.nobody_to_invite(registered=False)
    assert "problems" in sentences.nobody_to_invite(registered=True)
