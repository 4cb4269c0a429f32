"""The order of a meeting: every item once, area by area where an item is about areas."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from hotspots.pipeline.register import case_reviews, clocks
from hotspots.register import actions as rules
from hotspots.register.actions import Action as Task
from hotspots.release.roles import Role, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.views.register_words import clocks_title
from hotspots.views.sentences import case_review_line
from pages.parts import actions, meeting, session
from pages.parts import register as shared
from pages.parts.meeting import STEPS, WALKED, areas_about, areas_of, stops
from tests.pages.conftest import AT
from tests.pages.test_pages import SCRIPT
from tests.pipeline import small_town as town


def table(*states: str) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"H{i}" for i in range(len(states))], "state": states})


def test_the_keys_walk_through_every_item_in_the_order_of_the_agenda():
    walk = stops(table("steady", "growing", "quiet"))
    assert walk == [
        ("late", None), ("rising", "H1"), ("all", "H0"), ("all", "H1"), ("all", "H2"), ("assess", None), ("new", None),
    ]  # fmt: skip
    assert list(dict.fromkeys(step for step, _ in walk)) == list(STEPS)


def test_an_item_without_areas_is_still_a_stop_and_a_long_list_is_cut():
    assert stops(table())[1:3] == [("rising", None), ("all", None)]
    assert sum(step == "all" for step, _ in stops(table(*["steady"] * 30))) == WALKED


def test_new_and_rising_are_those_that_are_new_growing_or_back():
    assert areas_of("rising", table("new", "steady", "returned", "fading"))["id"].tolist() == ["H0", "H2"]


def test_the_case_review_is_a_count_with_its_source_and_names_nobody():
    assert case_review_line(1).startswith("ASB Case Review: 1 address has two or more residents' reports")
    assert "statutory guidance, September 2025" in case_review_line(118) and "no address" in case_review_line(0)


def test_sources_without_addresses_give_no_all_clear_of_the_asb_case_review(tmp_path):
    store = town.store_of(tmp_path, town.background(), precision="snapped")
    assert case_reviews(store, districts=(), on=town.NOW.date()) == (None, 0)
    store.close()
    assert "cannot be told" in case_review_line(None) and "no address has" not in case_review_line(None)


def screen(step: str) -> AppTest:
    """The hub meeting as a hub member sees it, at an item of the agenda."""
    ran = AppTest.from_string(SCRIPT.format(page="hub_meeting", role="hub member"), default_timeout=90)
    ran.session_state["step"] = step
    return ran.run()


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("step", ["late", "assess"])
def test_map_and_card_go_to_the_place_of_the_row_that_was_chosen(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {}
    monkeypatch.setattr(shared, "on_row", lambda _, places, then: told.update(places=places, then=then) or "rerun")
    ran = screen(step)
    assert not ran.exception and told["places"] and all(isinstance(int(place), int) for place in told["places"])
    shown = [name for name in ran.dataframe if "Place" in name.value]
    assert shown, "an action or an assessment always says where, even when it is the only one"


@pytest.mark.usefixtures("store")
def test_without_a_rising_area_the_card_shows_the_largest_that_the_sentence_names() -> None:
    areas = table("steady", "quiet")
    assert areas_about("rising", Viewer(Role.HUB_MEMBER), None, areas) == ["H0"]


def test_a_place_without_a_hotspot_leaves_the_map_without_a_chosen_area(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr(meeting, "_areas_on", lambda named, *_: ["H3"] if named == {1} else [])
    monkeypatch.setattr(meeting, "_show", shown.append)
    follow = meeting._follower(Viewer(Role.HUB_MEMBER), None, table())
    follow(1)
    follow(2)
    assert shown == ["H3", meeting.NOWHERE]


def test_attendance_is_opened_from_the_meeting_and_saved(store: Store) -> None:
    ran = screen("new")
    ran.button(key="attendance").click().run()
    assert not ran.exception and any("Save attendance of" in button.label for button in ran.button)

    def opened() -> None:
        from hotspots.release.roles import Role, Viewer
        from pages.parts import attendance, session

        attendance.dialog(Viewer(Role.HUB_MEMBER, name="test"), session.current_store())

    ran = AppTest.from_function(opened, default_timeout=90).run()
    next(button for button in ran.button if "Save attendance of" in button.label).click().run()
    came = reads.attendance(store)
    assert not ran.exception and not came["present"].any()
    assert 0 < len(came) < len(reads.partners(store)), "who was not invited and did not come sends no apology"
    st.cache_resource.clear()


def test_the_minutes_hold_what_the_screens_hold(store: Store) -> None:
    """What the meeting closed, the assessments still due and the clocks that run."""
    late = rules.overdue(reads.actions(store), on=session.today(store)).iloc[0]
    held = reads.get(store, Task, int(late["id"]))
    done = replace(held, status="done", outcome="Nobody was in", closed=session.today(store))
    register.change(store, done, who="t", at=AT)
    news = pd.DataFrame({"name": ["A"], "state": ["new"], "latest": [17.0], "usual_low": [0.0], "usual_high": [11.0]})
    page = actions._minutes(Viewer(Role.HUB_MEMBER), store, news, date(2018, 8, 31), "")
    parts = {part.split("</h2>")[0]: part for part in page.split("<h2>")[1:]}
    assert "Nobody was in" in parts["Actions closed"] and "Nobody was in" not in parts["Actions overdue"]
    due = session.assessments(store)
    assert parts["Assessments still due"].count("<tr>") == len(due) + 1 > 1
    standings = clocks(store, at=session.moment(store))["standing"].tolist()
    assert clocks_title(standings).split(";")[0] in parts["Clocks"]
    assert parts["Clocks"].count("<tr>") == sum(word != "passed" for word in standings) + 1
    assert "<td>17</td>" in parts["New and rising"] and "17.0" not in page
    st.cache_resource.clear()
