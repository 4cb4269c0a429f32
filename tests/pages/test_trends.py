"""Trends on a small store: one ward against the rest, notes added and taken away by those who may."""

import json
import re
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from hotspots.store import annotations, open_store
from hotspots.views import trend_charts
from hotspots.views.palette import COLOURS
from pages.parts import session
from tests.pages.test_before_after import said, show_page
from tests.pipeline import small_town as town


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A town whose East reports twice as much in its last year; July 2017 was not received."""
    east = town.at(town.CENTRE, town.DAYS[::2].append(town.DAYS[town.DAYS >= "2018-01-01"]))
    rows = pd.concat([east.assign(Ward="East"), town.background().assign(Ward="West")], ignore_index=True)
    made = tmp_path_factory.mktemp("trends")
    store = town.store_of(made, rows[rows["when"].dt.to_period("M") != "2017-07"])
    store.set_meta({"identity": "trends"})
    store.close()
    (made / "settings.toml").write_text('store = "hub.sqlite"\n')
    return made


@pytest.fixture
def page(folder, monkeypatch):
    monkeypatch.setenv("HUB_SETTINGS", str(folder / "settings.toml"))

    def opened(role: str = "hub member", **state: object) -> AppTest:
        shown = AppTest.from_function(show_page, args=("trends", role), default_timeout=90)
        for key, value in state.items():
            shown.session_state[key] = value
        shown.run()
        assert not shown.exception, shown.exception
        return shown

    return opened


def test_the_page_says_what_changed_and_that_a_month_is_not_there(page):
    words = said(page("senior officer"))
    assert "East (more)" in words and "West (less)" in words
    assert "July 2017 of log not received" in words


def test_new_growing_or_back_is_the_number_of_the_hub_meeting(page):
    words = said(page("senior officer"))
    hub = AppTest.from_function(show_page, args=("hub_meeting", "senior officer"), default_timeout=90).run()
    here = re.search(r"(\w+) of \d+ hotspots? (?:is|are) new, growing or back", words)
    there = re.search(r"(\d+)\W+new and rising", str(hub.button_group(key="step").options))
    assert here and there and here[1].replace("None", "0") == there[1]
    assert "What's new also watches adopted places" in words


def test_a_short_history_is_said_beside_its_wide_range(page, monkeypatch):
    assert "Short history" not in said(page("senior officer"))
    monkeypatch.setattr("pages.trends.SHORT_HISTORY", 100)
    assert "Short history: only" in said(page("senior officer"))


def test_a_line_of_few_rolling_years_is_not_drawn(page, monkeypatch):
    monkeypatch.setattr("pages.trends.FEWEST_DRAWN", 100)
    assert "fewer show no direction" in said(page("senior officer"))


def test_a_ward_or_place_is_offered_only_where_the_data_name_one(page, monkeypatch):
    offered = page("senior officer").button_group(key="scope").options
    assert "Ward" in str(offered) and "Place" not in str(offered)
    cube = session.trend_counts
    monkeypatch.setattr(session, "trend_counts", lambda store: replace(
        cube(store), counts=cube(store).counts.assign(ward=None)))  # fmt: skip
    assert not [group for group in page("senior officer").button_group if group.key == "scope"]


def test_small_charts_say_their_scale(page):
    assert re.search(r"each from 0 to \d+ reports a month", said(page("senior officer")))


@pytest.mark.parametrize("start", ["2016-03-01", "2016-09-01", "2017-06-15", "2018-06-01", "2018-11-01"])
def test_the_words_of_a_note_end_inside_its_chart(start):
    months = pd.Series(pd.date_range("2016-01-01", "2018-12-01", freq="MS"))
    begins = pd.Timestamp(start)
    notes = pd.DataFrame({"kind": ["reporting drive"], "note": ["x" * 200], "not_usual": [True], "start": [begins],
                          "end": [begins + pd.Timedelta(days=40)]})  # fmt: skip
    row = trend_charts._shades(notes, months).iloc[0]
    whole = months.max() - months.min()
    room = row["from"] - months.min() if row["late"] else months.max() - row["to"]
    assert room / whole > 0.4 and abs(row["room"] - room / whole) < 0.05
    drawn = json.dumps(trend_charts._noted_template(tuple(COLOURS.items()), 2, 290, True))
    assert drawn.count('"limit": {"expr": "max(1, datum.room * width - 12)"}') == 2, "cut by the width of the screen"


def test_a_ward_is_looked_at_by_itself(page):
    shown = page(scope="ward")
    assert "at East" in shown.title[0].value


def told_notes(shown: AppTest) -> str:
    return next(caption.value for caption in shown.caption if caption.value.startswith("Noted"))


def open_dialog() -> AppTest:
    """The dialog of notes, open in every run."""

    def script() -> None:
        from hotspots.release.disclosure import release
        from hotspots.release.roles import Role, Viewer
        from pages.parts import notes, session

        store, viewer = session.current_store(), Viewer(role=Role.HUB_MEMBER, name="test member")
        view = session.trend_of(store, session.first_query(store), scope="district", subject="")
        notes.notes_dialog(viewer, store, view, release(view.notes, viewer, policy="notes on a trend"))

    return AppTest.from_function(script, default_timeout=90).run()


def test_a_member_notes_an_event_and_takes_it_away(page, folder):
    shown = open_dialog()
    shown.selectbox(key="note-kind").set_value("out of the ordinary")
    shown.text_input(key="note-words").set_value("Street [festival](x)")
    shown.button(key="note-keep").click().run()
    assert not shown.exception, shown.exception
    store = open_store(folder / "hub.sqlite", at=town.NOW)
    kept = annotations(store)
    assert [(n.kind, n.note, n.district) for n in kept] == [("out of the ordinary", "Street [festival](x)", "Saltmere")]
    told = page("senior officer")
    assert "not judged" in told.title[0].value and "Street \\[festival\\]\\(x\\)" in told_notes(told)
    open_dialog().button(key=f"note-{kept[0].id}").click().run()
    assert annotations(store) == []
    store.close()


def test_a_note_that_does_not_fit_is_refused_in_a_sentence(page):
    assert page
    shown = open_dialog().button(key="note-keep").click().run()
    assert "Say in 1 to 80 characters" in said(shown).replace("\\", "")


def test_a_senior_officer_reads_notes_and_writes_none(page):
    assert not [b for b in page("senior officer").button if b.key == "trend-note"]
