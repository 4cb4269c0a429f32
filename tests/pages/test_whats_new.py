"""What's new and the quality card on small stores: what rings is named, what does not is measured, roles hold."""

import json
from functools import partial

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from hotspots.store import ledger, open_store
from hotspots.views import column_widths
from pages import portfolio, whats_new
from pages.parts import alarms, show
from pages.parts import ledger as ledger_list
from tests.pages.test_before_after import said, show_page
from tests.pipeline import small_town as town

QUIET = (541_000, 420_000)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Two hubs: in one a block's reports rise in December 2018, in the other nothing ever changes."""
    steady = [town.at(QUIET, town.DAYS[::9]), town.background()]
    rise = town.at(town.CENTRE, town.DAYS[::8].append(town.DAYS[town.DAYS >= "2018-12-01"]))
    flats = rise.assign(UPRN=[100_000 + i % 7 for i in range(len(rise))])
    made = {}
    for name, reports in (("rising", [flats, *steady]), ("steady", steady)):
        folder = tmp_path_factory.mktemp(name)
        store = town.store_of(folder, pd.concat(reports))
        store.set_meta({"identity": name})  # made at the same moment, they would share every cache
        store.close()
        made[name] = folder
        (folder / "settings.toml").write_text('store = "hub.sqlite"\n')
    return made


@pytest.fixture
def page(stores, monkeypatch):
    def opened(name: str, hub: str, role: str = "hub member") -> AppTest:
        monkeypatch.setenv("HUB_SETTINGS", str(stores[hub] / "settings.toml"))
        shown = AppTest.from_function(show_page, args=(name, role), default_timeout=90).run()
        assert not shown.exception, shown.exception
        return shown

    return partial(opened, "whats_new"), partial(opened, "method")


def press(shown: AppTest, label: str) -> AppTest:
    pressed = next(button for button in shown.button if button.label == label).click().run()
    assert not pressed.exception, pressed.exception
    return pressed


def test_what_rings_is_named_with_its_number_its_range_and_its_luck(page):
    shown = page[0]("rising")
    alarms = shown.dataframe[0].value
    assert "an alarm" in shown.title[0].value
    assert "Trends and the hub meeting count hotspots by their last whole month alone" in said(shown)
    assert "Last month above usual" in alarms["Why it rings"].tolist()
    assert (alarms["Reports"] >= 30).any() and alarms["Usually"].str.contains("to").any()
    assert alarms["By luck"].str.contains("once in|a year").all()
    assert alarms["Properties"].str.contains("Several").any(), "the rise comes from seven flats"
    assert "a year by luck alone" in said(shown)
    assert "may still be called *Steady*" in said(shown), "a state and an alarm do not contradict each other"


def test_every_column_has_a_word_of_help_and_room_for_its_words(page):
    listed = page[0]("rising").dataframe[0]
    shown = json.loads(listed.proto.columns)
    assert {name for name in listed.value if not shown[name].get("help")} == set()
    assert set(ledger_list._WIDTHS) == {*ledger_list._HELP, "Reports", "Rank"}
    longest = {"Properties": "◆ Several", "Since": "21 Jul 2018", "Usually": "Usually", "Reports": "Reports"}
    needed = {name: show._LETTERS.pixels(column_widths.breadth(words)) for name, words in longest.items()}
    assert {name for name in longest if shown[name]["width"] < needed[name]} == set()
    assert sum(shown[name]["width"] for name in listed.value) <= sum(whats_new.WIDTHS.values())


def test_what_came_back_is_told_by_the_one_watch_that_portfolio_shows(page, monkeypatch):
    asked = []
    monkeypatch.setattr(alarms, "watched", lambda store: asked.append(store) or portfolio.relapses.watched(store))
    page[0]("rising")
    assert asked


def test_a_quiet_screen_names_the_nearest_and_what_would_ring(page):
    shown = page[0]("steady")
    assert shown.title[0].value == "Nothing is outside its usual range"
    assert "The nearest is" in said(shown) and "it would ring at" in said(shown)


def test_a_set_is_kept_only_by_its_button_and_once(page, stores):
    shown = page[0]("steady")
    assert "No set of hotspots has been kept yet" in said(shown)
    kept = press(shown, "Keep this set")
    store = open_store(stores["steady"] / "hub.sqlite", at=town.NOW)
    sets = ledger.sets(store)
    store.close()
    assert len(sets) == 13, "the first keeping brings the twelve months before"
    assert set(sets["made_by"]) == {"test"}
    assert not [button for button in kept.button if button.label == "Keep this set"]
    assert kept.dataframe[-1].value["Id"].str.startswith("H").all()


def test_a_senior_officer_reads_but_keeps_nothing(page):
    shown = page[0]("rising", role="senior officer")
    assert shown.title and "No set of hotspots has been kept yet" in said(shown)
    assert not [button for button in shown.button if button.label == "Keep this set"]


@pytest.mark.parametrize("role", ["councillor", "none"])
def test_who_may_not_see_hotspots_is_told_so_and_shown_nothing(page, role):
    shown = page[0]("rising", role=role)
    assert not shown.title and not shown.dataframe
    assert "may not see hotspots" in said(shown)


def test_quality_is_worked_out_only_when_asked(page):
    shown = page[1]("rising", role="senior officer")
    assert "Way of choosing areas" not in str([frame.value.columns.tolist() for frame in shown.dataframe])
    asked = press(shown, "Work it out")
    tables = {column: frame.value for frame in asked.dataframe for column in frame.value.columns}
    assert tables["Way of choosing areas"]["Way of choosing areas"].tolist()[:2] == ["Hotspots", "Plain DBSCAN, hulls"]
    assert tables["PAI"]["PAI"].iloc[0] > 1
    assert "survive every setting moved by a quarter" in said(asked)
