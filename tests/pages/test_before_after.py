"""The before/after and portfolio pages on a small store: what each role sees, with and without a register."""

import shutil
from datetime import date

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from hotspots.register.interventions import Intervention
from hotspots.register.places import Place
from hotspots.sample import story
from hotspots.store import open_store, register
from hotspots.store import register_reads as reads
from hotspots.views import portfolio_words
from pages import portfolio
from tests.pipeline import small_town as town

PAGES = ("before_after", "portfolio")


def show_page(page: str, role: str) -> None:
    """The script AppTest runs: one page for one role."""
    from importlib import import_module

    from hotspots.errors import HubError
    from hotspots.release.roles import Role, Viewer
    from pages.parts import frame

    try:
        import_module(f"pages.{page}").render(Viewer(role=Role(role), name="test"))
    except HubError as error:
        frame.told(str(error))


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Two hubs with the same reports: one with a place and its closure, one with an empty register."""
    made = {}
    busy = town.DAYS[town.DAYS < "2017-10-01"][::3].append(town.DAYS[town.DAYS >= "2017-10-01"][::20])
    reports = pd.concat([town.at(town.CENTRE, busy), town.at((541_050, 421_050), town.DAYS[::4]), town.background()])
    for name in ("with places", "without"):
        folder = tmp_path_factory.mktemp(name.replace(" ", ""))
        store = town.store_of(folder, reports)
        if name == "with places":
            _act(store)
        store.close()
        settings = folder / "settings.toml"
        settings.write_text('store = "hub.sqlite"\n')
        made[name] = settings
    return made


def _act(store):
    who = {"who": "test", "at": town.NOW}
    place = register.add(store, Place("Salt Row", "block", town.BLOCK, date(2017, 8, 1), district="Saltmere"), **who)
    shut = {"start": date(2017, 10, 1), "end": date(2017, 12, 31), "cost_hours": 40}
    register.add(store, Intervention(place.id, "CLO", "Council", "ended", **shut), **who)
    drive = {"start": date(2017, 9, 1), "end": date(2017, 9, 30), "expected_reporting_effect": "up"}
    register.add(store, Intervention(place.id, "RES", "Council", "ended", **drive), **who)


@pytest.fixture(scope="module")
def map_points(tmp_path_factory):
    """A hub that holds nothing but reports on map points, with a place and its closure."""
    folder = tmp_path_factory.mktemp("mappoints")
    here, there = town.at(town.CENTRE, town.DAYS[::2]), town.background()
    reports = pd.concat([here.assign(Ward="Old Quay"), there.assign(Ward="New Quay")])
    store = town.store_of(folder, reports, precision="snapped")
    _act(store)
    store.set_meta({"identity": "map points"})  # made at the same moment, they would share every cache
    store.close()
    (folder / "settings.toml").write_text('store = "hub.sqlite"\n')
    return folder / "settings.toml"


@pytest.fixture
def page(stores, monkeypatch):
    def opened(name: str, *, hub: str = "with places", role: str = "senior officer") -> AppTest:
        monkeypatch.setenv("HUB_SETTINGS", str(stores[hub]))
        shown = AppTest.from_function(show_page, args=(name, role), default_timeout=60).run()
        assert not shown.exception, shown.exception
        return shown

    return opened


def said(shown: AppTest) -> str:
    parts = [*shown.title, *shown.markdown, *shown.caption]
    return " ".join(str(part.value) for part in parts).replace("\\", "")


def test_the_page_answers_with_interval_counts_caveats_and_what_cannot_be_said(page):
    shown = page("before_after")
    text = said(shown)
    assert "Salt Row" in shown.title[0].value
    assert "Did it move?" in text and "More than luck?" in text and "Next test" in text
    assert "What did it cost?" in text and "40 staff hours" in text
    assert "What we cannot say" in text and "Caveats" in text
    assert "asked to report more (1 September 2017 to 30 September 2017)" in text


def test_a_reporting_drive_is_not_offered_as_something_to_judge(page):
    options = next(box for box in page("before_after").selectbox if box.label == "What was done").options
    assert len(options) == 1 and options[0] == "Closure order, 1 Oct 2017"


def test_another_comparison_area_may_be_chosen(page):
    shown = page("before_after")
    box = next(box for box in shown.selectbox if box.label == "Compare with")
    assert box.options[0] == "the likest untouched areas"
    again = box.select("rest of the district").run()
    assert not again.exception
    assert "Comparison area, rest of the district" in said(again)


def test_a_hub_member_puts_the_chosen_area_on_record_and_it_stays(page):
    shown = page("before_after", role="hub member")
    assert not [b for b in shown.button if "Keep this" in b.label]
    chosen = next(box for box in shown.selectbox if box.label == "Compare with").select("rest of the district").run()
    next(b for b in chosen.button if "Keep this" in b.label).click().run()
    again = page("before_after", role="hub member")
    assert next(box for box in again.selectbox if box.label == "Compare with").value == "rest of the district"
    assert "rest of the district (on record)" in said(again)
    assert not [b for b in again.button if "Keep this" in b.label]
    back = (
        next(box for box in again.selectbox if box.label == "Compare with").select("the likest untouched areas").run()
    )
    next(b for b in back.button if "Keep this" in b.label).click().run()


def test_who_may_not_record_may_look_with_another_area_but_keeps_nothing(page):
    shown = page("before_after", role="senior officer")
    chosen = next(box for box in shown.selectbox if box.label == "Compare with").select("rest of the district").run()
    assert not [b for b in chosen.button if "Keep this" in b.label]


def test_without_places_a_hotspot_and_a_date_are_chosen(page):
    shown = page("before_after", hub="without")
    assert [box.label for box in shown.selectbox] == ["Hotspot, ward or district"]
    assert len(shown.date_input) == 2
    assert shown.title[0].value


def test_where_a_place_is_refused_one_button_compares_its_ward_round_the_same_dates(page, stores, map_points):
    stores["map points"] = map_points
    shown = page("before_after", hub="map points")
    text = said(shown)
    assert "Nothing can be said" in shown.title[0].value and "8 or more addresses" in text
    assert "What was counted" in text and "Import a partner's own log" in text
    assert "More than luck?" not in text and "95% interval" not in text and "No reports on map points" not in text
    wider = next(button for button in shown.button if button.label == "Compare Old Quay").click().run()
    assert not wider.exception and not wider.warning
    assert not [button for button in shown.button if button.label == "Compare Saltmere"], "no other district is held"
    assert "Old Quay" in wider.title[0].value and "Nothing can be said" not in wider.title[0].value
    assert [day.value for day in wider.date_input] == [date(2017, 10, 1), date(2018, 1, 1)]


def test_the_portfolio_counts_verdicts_and_states_the_alarm_budget(page):
    shown = page("portfolio")
    assert shown.title[0].value.startswith("1 place with an action: ")
    assert len(shown.dataframe[0].value) == 2
    assert "times a year" in said(shown)
    assert "data to 31 December 2018" in said(shown)
    assert "in all districts, each against its own quiet level; What's new goes by usual ranges" in said(shown)
    assert "1 action judged, 1 reporting drive not" in said(shown)


def test_each_place_counts_once_in_the_portfolios_title():
    rows = pd.DataFrame(
        {
            "place": ["A", "A", "B", "C"],
            "start": pd.to_datetime(["2018-01-01", "2018-06-01", "2018-03-01", "2018-02-01"]),
            "verdict": ["cannot tell yet", "fell", "fell", "no clear change"],
            "before": [30.0, 30.0, 40.0, 20.0],
        }
    )
    title = portfolio_words.portfolio_title(rows)
    assert title == "3 places with an action: fell at 2, no clear change at 1"


def test_an_action_with_nothing_counted_yet_hides_no_refusal_and_a_refusal_has_its_reason():
    rows = pd.DataFrame(
        {
            "place": ["A", "A", "B"],
            "start": pd.to_datetime(["2018-01-01", "2018-06-01", "2018-03-01"]),
            "verdict": ["refused", "cannot tell yet", "refused"],
            "before": [float("nan")] * 3,
            "why": ["Refused: on map points.", "No month after it yet.", "Refused: on map points."],
        }
    )
    assert portfolio_words.portfolio_title(rows) == "2 places with an action: refused at 2"
    assert portfolio_words.refused_because(rows) == ["Refused at A and B: on map points."]
    assert portfolio_words.refused_because(rows.tail(1)) == ["Refused at B: on map points."]


def test_the_columns_of_the_watch_have_a_word_of_help():
    assert set(portfolio.RINGING) - {"Place", "State"} <= set(portfolio_words.WATCH_HELPS)


def test_a_plan_is_no_action_of_the_portfolio(page, map_points, stores):
    store = open_store(map_points.parent / "hub.sqlite", at=town.NOW)
    place = reads.listed(store, Place)[0]
    who = {"who": "test", "at": town.NOW}
    register.add(store, Intervention(place.id, "RES", "Council", "proposed", start=date(2019, 2, 1)), **who)
    store.close()
    stores["map points"] = map_points
    shown = page("portfolio", hub="map points")
    assert shown.title[0].value == "1 place with an action: refused at 1"
    assert "Refused at Salt Row" in said(shown) and "8 or more addresses" in said(shown)
    assert len(shown.dataframe[0].value) == 2, "the closure and the drive; not the plan"


def test_the_samples_recording_change_is_not_read_as_a_fall(sample_file, tmp_path, monkeypatch):
    shutil.copy(sample_file, tmp_path / "sample.sqlite")
    (tmp_path / "settings.toml").write_text('sample_store = "sample.sqlite"\n')
    monkeypatch.setenv("HUB_SETTINGS", str(tmp_path / "settings.toml"))
    shown = AppTest.from_function(show_page, args=("before_after", "senior officer"), default_timeout=90)
    asked = {"kind": "Any area and date", "spot": story.SECOND, "start": story.RECORDING_CHANGE}
    for key, value in asked.items():
        shown.session_state[f"compare-{key}"] = value
    text = said(shown.run())
    assert not shown.exception
    assert "Refused" in text and "Some anti-social behaviour recorded as public order" in text
    assert "What can still be done" in text and "after the recording changed" in text
    assert "Change in reports, 95% interval" not in text and "Reports a month: " not in text
    assert "consistent with" not in shown.title[0].value
    shown.session_state["compare-start"] = date(2018, 2, 1)  # both sides recorded the new way
    later = said(shown.run())
    assert "recorded as public order" not in later and "No clear change" in later


def test_an_empty_portfolio_says_what_to_do(page):
    shown = page("portfolio", hub="without")
    assert "Record an intervention" in shown.info[0].value


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["councillor", "none"])
def test_who_may_not_see_comparisons_is_told_so_and_shown_nothing(page, name, role):
    shown = page(name, role=role)
    assert not shown.title and not shown.dataframe
    assert "may not see comparisons" in said(shown)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["senior officer", "hub member", "data steward"])
def test_who_may_see_comparisons_is_shown_the_page(page, name, role):
    assert page(name, role=role).title[0].value
