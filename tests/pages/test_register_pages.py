"""The register's pages: every page opens or refuses for every role, and saves what is entered."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from hotspots.pipeline import register as overview
from hotspots.register.actions import Action
from hotspots.register.assessments import Assessment
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place, exclude
from hotspots.register.prompts import Concern, Tag
from hotspots.release.roles import Role
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.views import column_widths
from hotspots.views.column_widths import Letters
from hotspots.views.register_words import clocks_title
from pages.parts import display, session, show
from pages.parts.case_review import prompt

AT = datetime(2026, 1, 5, 9)
PARK_VIEW = 1
PAGES = ("places", "interventions", "powers", "partners", "timeliness")
MAY_SEE = (Role.HUB_MEMBER, Role.SENIOR_OFFICER, Role.DATA_STEWARD)
TIMEOUT = 60


def page(name: str, role: Role, **query: str) -> AppTest:
    """One page as `dashboard.py` would show it to a role."""

    def script(name: str, role: str) -> None:
        import importlib

        from hotspots.release.roles import Role, Viewer
        from pages.parts import frame

        module = importlib.import_module(f"pages.{name}")
        frame.shown(module.render, Viewer(role=Role(role), name="test member"))

    app = AppTest.from_function(script, kwargs={"name": name, "role": str(role)}, default_timeout=TIMEOUT)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def words(app: AppTest) -> str:
    return "\n".join(e.value for kind in ("title", "markdown", "caption") for e in getattr(app, kind))


@pytest.mark.parametrize("role", MAY_SEE)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_a_role_with_the_grant(store: Store, name: str, role: Role) -> None:  # noqa: ARG001
    app = page(name, role)
    assert not app.exception
    assert len(app.title) == 1


@pytest.mark.parametrize("role", [Role.NONE, Role.COUNCILLOR])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_refuses_a_role_without_the_grant(store: Store, name: str, role: Role) -> None:  # noqa: ARG001
    app = page(name, role)
    assert not app.exception and not app.title and not app.dataframe
    assert "may not see the register" in words(app)


def test_the_profile_says_what_the_story_was_written_with(store: Store) -> None:  # noqa: ARG001
    app = page("places", Role.HUB_MEMBER, place=str(PARK_VIEW))
    shown = {m.label: (m.value, m.delta) for m in app.metric}
    assert shown["August 2018"][0] == "0"
    assert shown["March to August 2018"] == ("4", "same months a year before: 49")
    assert shown["First signal to first joint action"][0] == "95 days"
    assert "4 open actions, 1 late" in words(app) and "Site: 1 failed and 1 not checked lately" in words(app)


def test_what_was_done_is_called_by_its_own_title_where_it_has_one(store: Store) -> None:  # noqa: ARG001
    table = page("interventions", Role.HUB_MEMBER).dataframe[0].value
    assert {"CCTV working", "Communal door repaired"} <= set(table["What"])


def test_a_place_that_is_not_there_opens_the_list(store: Store) -> None:  # noqa: ARG001
    app = page("places", Role.HUB_MEMBER, place="999")
    assert not app.exception and app.title[0].value == "2 of 10 places are above their usual range"


def test_only_who_may_record_is_offered_it(store: Store) -> None:  # noqa: ARG001
    member, senior = (page("places", role, place=str(PARK_VIEW)) for role in (Role.HUB_MEMBER, Role.SENIOR_OFFICER))
    offered = {"Record action", "Record a check", "Close the chosen action"}
    assert offered <= {b.label for b in member.button}
    assert offered.isdisjoint({b.label for b in senior.button})
    assert "Restricted" in [t.label for t in member.tabs] and "Restricted" not in [t.label for t in senior.tabs]


def test_the_powers_finder_counts_and_warns(store: Store) -> None:  # noqa: ARG001
    app = page("powers", Role.HUB_MEMBER)
    app.multiselect(key="problem").set_value(["cuckooing"])
    app.selectbox(key="premises").set_value("dwelling")
    app.multiselect(key="occupier").set_value(["vulnerable person"])
    app.button_group(key="only").set_value(["not_police"])
    app.run()
    assert app.title[0].value == "11 routes fit, 0 are police-only"
    assert "Not legal advice" in words(app) and "gives no entry power" in words(app)
    assert "No solicitor has checked any of these rows yet" in words(app)
    assert "Solicitor" not in app.dataframe[0].value, "the same two words in every row say nothing"
    app.button_group(key="only").set_value(["verified"])
    app.run()
    assert app.title[0].value == "0 routes fit, 0 are police-only"
    assert "No route that fits bears a solicitor's name and date yet" in words(app)


def test_the_powers_finder_explains_why_the_police_hold_more_than_is_police_only(store: Store) -> None:  # noqa: ARG001
    app = page("powers", Role.SENIOR_OFFICER)
    assert app.title[0].value == "146 routes fit, 23 are police-only"
    assert "of the police's 36, 13 may be used by others too" in words(app)
    assert "grey: only the police" not in words(app), "no bar is grey while the police share some of theirs"


def test_clocks_show_rule_and_source_and_never_that_anyone_is_in_time(store: Store) -> None:  # noqa: ARG001
    app = page("interventions", Role.HUB_MEMBER)
    assert "in time" not in words(app).casefold()
    assert "Source: " in words(app) and "Law: **" in words(app)


def test_the_case_review_is_a_count_with_its_days_in_working_days(store: Store) -> None:  # noqa: ARG001
    app = page("interventions", Role.HUB_MEMBER)
    meeting = prompt(store, session.first_query(store).districts)
    assert "118 addresses in Tidewick have two or more residents' reports of ASB in the last six months" in meeting
    assert show.plain(meeting) in words(app), "the same count of the same district on both screens"
    assert "Acknowledge the case review" not in words(app), "no step has a day before a review was asked for"
    app.date_input(key="review-asked").set_value(date(2018, 3, 23)).run()  # a Friday; Good Friday is 30 March
    shown = words(app).replace("\\", "")
    assert "**10 Apr 2018** Acknowledge the case review" in shown
    assert "**17 Apr 2018** Decide on the threshold" in shown and "**24 Apr 2018** Hold the review" in shown


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Nothing of this test's copy of the sample is remembered for the next, whose changes bear the same numbers."""
    yield
    st.cache_resource.clear()


def test_an_excluded_place_is_put_back_by_its_button(store: Store, forgotten: None) -> None:  # noqa: ARG001
    held = reads.get(store, Place, PARK_VIEW)
    register.change(store, exclude(held, reason="a hospital's default location"), who="t", at=AT)
    app = page("places", Role.HUB_MEMBER)
    app.selectbox(key="bring-back").set_value(PARK_VIEW)
    app.button(key="bring-back-save").click().run()
    back = reads.get(store, Place, PARK_VIEW)
    assert back.status == "active" and back.name == held.name
    assert not [b for b in app.button if b.key == "bring-back-save"], "nothing is left to put back"


class TestSplit:
    """The cut is given as its two ends, as clicks on the map leave them."""

    @staticmethod
    def dialog() -> AppTest:
        def script() -> None:
            from hotspots.register.places import Place
            from hotspots.release.roles import Role, Viewer
            from hotspots.store import register_reads as reads
            from pages.parts import place_history, session

            store = session.current_store()
            place_history.reshape_dialog(Viewer(Role.HUB_MEMBER, name="test member"), store, reads.get(store, Place, 1))

        app = AppTest.from_function(script, default_timeout=TIMEOUT).run()
        return app.button_group(key=f"reshape-{PARK_VIEW}").set_value([True]).run()

    def cut(self, app: AppTest, *ends: tuple[float, float]) -> AppTest:
        app.session_state[f"reshape-map-{PARK_VIEW}-True-corners"] = list(ends)
        app.run()
        app.text_input(key=f"split-left-{PARK_VIEW}").set_value("Park View, west")
        app.text_input(key=f"split-right-{PARK_VIEW}").set_value("Park View, east")
        app.number_input(key=f"split-left-homes-{PARK_VIEW}").set_value(15)
        app.number_input(key=f"split-right-homes-{PARK_VIEW}").set_value(16)
        return app.button(key=f"split-save-{PARK_VIEW}").click().run()

    def test_a_cut_from_edge_to_edge_makes_two_places_of_one(self, store: Store) -> None:
        old = reads.get(store, Place, PARK_VIEW)
        west, south, east, north = old.geometry.bounds
        middle = (west + east) / 2
        self.cut(self.dialog(), (middle, south), (middle, north))
        made = {p.name: p for p in reads.listed(store, Place) if p.name.startswith("Park View, ")}
        assert reads.get(store, Place, PARK_VIEW).status == "split"
        assert {name: p.dwellings for name, p in made.items()} == {"Park View, west": 15, "Park View, east": 16}
        assert sum(p.geometry.area for p in made.values()) == pytest.approx(old.geometry.area)
        assert made["Park View, west"].geometry.centroid.x < middle < made["Park View, east"].geometry.centroid.x

    def test_one_end_is_not_enough_and_the_dialog_says_so(self, store: Store) -> None:
        app = self.cut(self.dialog(), (0.0, 0.0))
        assert "a cut needs its two ends; 1 are marked" in words(app).replace("\\", "")
        assert reads.get(store, Place, PARK_VIEW).status == "active"


class TestRestrictedPanel:
    SECRET = "UPRN-OF-A-SUPPORTED-HOME"

    def opened(self, store: Store, role: Role = Role.HUB_MEMBER) -> AppTest:
        register.add(store, Tag(PARK_VIEW, self.SECRET, "exploited home", date(2018, 12, 1)), who="t", at=AT)
        concern = Concern(PARK_VIEW, date(2018, 9, 3), "drugs", "resident", "low", "police only", "Cars at night")
        register.add(store, concern, who="t", at=AT)
        return AppTest.from_function(self.panel, kwargs={"role": str(role)}, default_timeout=TIMEOUT).run()

    @staticmethod
    def panel(role: str) -> None:
        from hotspots.register.places import Place
        from hotspots.release.roles import Role, Viewer
        from hotspots.store import register_reads as reads
        from pages.parts import restricted, session

        store = session.current_store()
        restricted.panel(Viewer(role=Role(role), name="test member"), store, reads.get(store, Place, 1))

    def looks(self, store: Store) -> int:
        from sqlalchemy import text

        with store.reading() as connection:
            return connection.scalar(
                text("select count(*) from audit where action = 'look at restricted items' and who = 'test member'")
            )

    def test_it_is_locked_on_opening_and_shows_a_count_only(self, store: Store) -> None:
        app = self.opened(store)
        assert self.SECRET not in words(app).replace("\\", "") and "Cars at night" not in words(app)
        assert "1 supported address" in words(app) and self.looks(store) == 0

    def test_unlocking_shows_it_and_leaves_one_audit_line_a_look(self, store: Store) -> None:
        app = self.opened(store)
        app.button(key=f"place-{PARK_VIEW}-unlock").click().run()
        assert self.SECRET in words(app).replace("\\", "") and "Cars at night" in words(app)
        app.run()
        assert self.looks(store) == 1

    def test_it_locks_by_itself_after_ten_minutes(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        app = self.opened(store)
        app.button(key=f"place-{PARK_VIEW}-unlock").click().run()
        later = session.now() + timedelta(minutes=10)
        monkeypatch.setattr(session, "now", lambda: later)
        app.run()
        assert self.SECRET not in words(app).replace("\\", "")

    def test_it_stays_locked_in_presenter_view(self, store: Store) -> None:
        app = self.opened(store)
        app.button(key=f"place-{PARK_VIEW}-unlock").click().run()
        app.session_state["present"] = True
        app.run()
        assert self.SECRET not in words(app).replace("\\", "")
        assert "stay locked in presenter view" in words(app)
        app.session_state["present"] = False
        app.run()
        assert self.SECRET not in words(app).replace("\\", ""), "leaving presenter view must not open it again"

    def test_a_senior_officer_sees_nothing_of_it(self, store: Store) -> None:
        app = self.opened(store, Role.SENIOR_OFFICER)
        assert not app.exception and not words(app) and not app.button


def dialog(which: str, number: int | None = None, version: int | None = None) -> AppTest:
    """A dialog of the actions part, open in every run."""

    def script(which: str, number: int | None, version: int | None) -> None:
        from dataclasses import replace

        from hotspots.register.actions import Action
        from hotspots.release.roles import Role, Viewer
        from hotspots.store import register_reads as reads
        from pages.parts import actions, session

        store, viewer = session.current_store(), Viewer(role=Role.HUB_MEMBER, name="test member")
        if which == "record":
            actions.record_action_dialog(viewer, store, number)
        else:
            held = replace(reads.get(store, Action, number), version=version, status="open", outcome="", closed=None)
            actions.close_action_dialog(viewer, store, held)

    kwargs = {"which": which, "number": number, "version": version}
    return AppTest.from_function(script, kwargs=kwargs, default_timeout=TIMEOUT).run()


class TestActions:
    def test_an_action_is_recorded_with_owner_role_and_due_day(self, store: Store) -> None:
        app = dialog("record", PARK_VIEW)
        app.text_input(key="action-task").set_value("Chase the lock contractor")
        app.selectbox(key="action-owner").set_value("Saltreach Homes").run()
        app.button(key="action-save").click().run()
        saved = reads.listed(store, Action, place_id=PARK_VIEW)[-1]
        assert (saved.task, saved.owner) == ("Chase the lock contractor", "Saltreach Homes")
        assert saved.role == "Tenancy enforcement manager", "the register's lead role is offered"
        assert saved.due == date(2018, 9, 26) and saved.version == 1
        assert saved.raised == date(2018, 9, 12), "agreed today, where nobody says otherwise"

    def test_an_action_agreed_at_an_earlier_meeting_bears_its_day_in_the_list(
        self,
        store: Store,
        forgotten: None,  # noqa: ARG002
    ) -> None:
        app = dialog("record", PARK_VIEW)
        app.text_input(key="action-task").set_value("Chase the lock contractor")
        app.date_input(key="action-raised").set_value(date(2018, 9, 5))
        app.selectbox(key="action-owner").set_value("Saltreach Homes").run()
        app.button(key="action-save").click().run()
        assert reads.listed(store, Action)[-1].raised == date(2018, 9, 5)
        shown = page("places", Role.HUB_MEMBER, place=str(PARK_VIEW)).dataframe
        rows = next(d.value for d in shown if "Agreed" in d.value)
        assert rows.set_index("Task").loc["Chase the lock contractor", "Agreed"] == "5 Sep 2018"

    def test_without_owner_and_place_nothing_is_saved_and_the_dialog_says_what_lacks(self, store: Store) -> None:
        before = len(reads.listed(store, Action))
        app = dialog("record")
        app.text_input(key="action-task").set_value("Nobody's task")
        app.button(key="action-save").click().run()
        assert "needs a place, an owner agency, the owner's role" in words(app).replace("\\", "")
        assert len(reads.listed(store, Action)) == before

    @pytest.mark.parametrize("task", ["Knock at Flat 12", "Speak to Mr Smith"])
    def test_a_task_that_names_a_home_or_a_person_is_refused_in_one_sentence(self, store: Store, task: str) -> None:
        before = len(reads.listed(store, Action))
        app = dialog("record", PARK_VIEW)
        app.text_input(key="action-task").set_value(task)
        app.selectbox(key="action-owner").set_value("Saltreach Homes").run()
        app.button(key="action-save").click().run()
        assert "seems to name a person, a flat, an address or a number" in words(app).replace("\\", "")
        assert len(reads.listed(store, Action)) == before

    def test_owners_are_the_partners_of_the_register(self, store: Store) -> None:
        offered = dialog("record", PARK_VIEW).selectbox(key="action-owner").options
        assert offered == sorted(reads.partners(store)["agency"])

    def test_two_people_closing_one_action_are_told_and_neither_loses_text(self, store: Store) -> None:
        mine = next(a for a in reads.listed(store, Action) if a.status == "open")
        app = dialog("close", mine.id, mine.version)
        closed = Action(**{**vars(mine), "status": "done", "outcome": "Theirs", "closed": date(2018, 9, 12)})
        register.change(store, closed, who="somebody else", at=AT)
        app.text_input(key=f"close-outcome-{mine.id}").set_value("Mine")
        app.button(key=f"close-save-{mine.id}").click().run()
        assert "changed by somebody else" in words(app).replace("\\", "")
        both = app.dataframe[0].value.set_index("Field")
        assert both.loc["outcome"].tolist() == ["Theirs", "Mine"]
        assert reads.get(store, Action, mine.id).outcome == "Theirs"


class TestAssessments:
    """Due ones stay listed until recorded; then they stand at the place, on the page and in the minutes."""

    CCTV = 5

    @staticmethod
    def dialog(number: int, *, closes: bool = False) -> AppTest:
        def script(number: int, closes: bool) -> None:
            from hotspots.register.interventions import Intervention
            from hotspots.release.roles import Role, Viewer
            from hotspots.store import register_reads as reads
            from pages.parts import assessing, session

            store = session.current_store()
            viewer = Viewer(role=Role.HUB_MEMBER, name="test member")
            assessing.dialog(viewer, store, reads.get(store, Intervention, number), closes=closes)

        return AppTest.from_function(script, kwargs={"number": number, "closes": closes}, default_timeout=TIMEOUT).run()

    def test_one_missed_since_june_is_listed_with_its_days_late_until_it_is_recorded(
        self,
        store: Store,
        forgotten: None,  # noqa: ARG002
    ) -> None:
        due = self.due(page("interventions", Role.HUB_MEMBER))
        assert due.iloc[0].tolist() == ["◷ 86 days late", "Park View (fictional)", "CCTV working", "26"]
        app = self.dialog(self.CCTV)
        app.text_input(key=f"assess-found-{self.CCTV}").set_value("Every camera still records")
        app.button(key=f"assess-save-{self.CCTV}").click().run()
        saved = reads.listed(store, Assessment)[-1]
        assert (saved.weeks, saved.by, saved.done_on) == (26, "Saltreach Homes", date(2018, 9, 12))
        app = page("interventions", Role.HUB_MEMBER)
        assert "CCTV working" not in self.due(app)["What was done"].tolist()
        made = next(d.value for d in app.dataframe if "What was found" in d.value)
        assert made.iloc[0]["What was found"] == "Every camera still records"
        place = page("places", Role.HUB_MEMBER, place=str(PARK_VIEW))
        made = next(d.value for d in place.dataframe if "What was found" in d.value)
        assert made.iloc[0]["What was found"] == "Every camera still records" and "Place" not in made

    def test_without_a_line_of_what_was_found_nothing_is_saved(self, store: Store) -> None:
        before = len(reads.listed(store, Assessment))
        app = self.dialog(self.CCTV)
        app.button(key=f"assess-save-{self.CCTV}").click().run()
        assert "one line of what was found is needed" in words(app).replace("\\", "")
        assert len(reads.listed(store, Assessment)) == before

    def test_an_ended_order_is_closed_as_assessed_with_its_last_assessment(
        self,
        store: Store,
        forgotten: None,  # noqa: ARG002
    ) -> None:
        number = next(i.id for i in reads.listed(store, Intervention) if i.title == "Evening patrols")
        app = self.dialog(number, closes=True)
        app.text_input(key=f"assess-found-{number}").set_value("No clear change").run()
        app.button(key=f"assess-save-{number}").click().run()
        assert reads.get(store, Intervention, number).status == "assessed"

    def test_only_who_may_record_is_offered_it(self, store: Store) -> None:  # noqa: ARG002
        offered = {
            role: {b.label for b in page("interventions", role).button}
            for role in (Role.HUB_MEMBER, Role.SENIOR_OFFICER)
        }
        assert "Record the chosen assessment" in offered[Role.HUB_MEMBER] - offered[Role.SENIOR_OFFICER]

    @staticmethod
    def due(app: AppTest):
        return next(d.value for d in app.dataframe if "Weeks after" in d.value and "When" in d.value)


class TestInterventionForm:
    """What it begins with, what it says of the days, and that what was written can be put right."""

    @staticmethod
    def dialog(which: str, number: int = 0) -> AppTest:
        def script(which: str, number: int) -> None:
            from hotspots.register.interventions import Intervention
            from hotspots.release.roles import Role, Viewer
            from hotspots.store import register_reads as reads
            from pages.parts import intervention_forms as forms
            from pages.parts import session

            store, viewer = session.current_store(), Viewer(role=Role.HUB_MEMBER, name="test member")
            if which == "record":
                forms.record_dialog(viewer, store, 1)
            else:
                shown = {"change": forms.change_dialog, "step": forms.step_dialog}[which]
                shown(viewer, store, reads.get(store, Intervention, number))

        kwargs = {"which": which, "number": number}
        return AppTest.from_function(script, kwargs=kwargs, default_timeout=TIMEOUT).run()

    def order(self, first: date, last: date) -> AppTest:
        app = self.dialog("record")
        app.selectbox(key="new-kind").set_value("CLO").run()
        app.selectbox(key="new-lead").set_value("Saltreach Homes")
        app.date_input(key="new-start").set_value(first)
        return app.date_input(key="new-end").set_value(last).run()

    def test_a_past_order_is_saved_as_ended_with_its_power_and_no_day_to_correct(self, store: Store) -> None:
        app = self.order(date(2018, 3, 1), date(2018, 5, 31))
        assert app.date_input(key="new-decided").value is None
        assert "1 Mar 2018 to the end of 31 May 2018: 92 days, both counted" in words(app)
        app.button(key="new-save").click().run()
        saved = reads.listed(store, Intervention)[-1]
        assert (saved.status, saved.power_id, saved.decided) == ("ended", "P022", date(2018, 3, 1))
        assert (saved.start, saved.end) == (date(2018, 3, 1), date(2018, 5, 31))

    def test_a_future_order_begins_as_decided_today(self, store: Store) -> None:
        self.order(date(2018, 10, 1), date(2018, 12, 31)).button(key="new-save").click().run()
        saved = reads.listed(store, Intervention)[-1]
        assert (saved.status, saved.decided) == ("decided", date(2018, 9, 12))

    def test_an_order_of_more_months_than_the_law_allows_is_told_so_before_it_is_saved(
        self,
        store: Store,  # noqa: ARG002
    ) -> None:
        told = words(self.order(date(2018, 3, 1), date(2018, 6, 30))).replace("\\", "")
        assert "longer than the 3 months that a closure order may run before it is extended" in told
        assert "31 May 2018" in told

    def test_without_place_or_kind_it_says_so_and_saves_nothing(self, store: Store) -> None:
        before = len(reads.listed(store, Intervention))
        app = self.dialog("record")
        app.button(key="new-save").click().run()
        assert "choose its place and its kind" in words(app).replace("\\", "")
        assert len(reads.listed(store, Intervention)) == before

    def test_statuses_are_the_same_words_in_list_form_and_step(self, store: Store) -> None:
        tables = [shown.value for shown in page("interventions", Role.HUB_MEMBER).dataframe]
        listed = set(next(table for table in tables if "Status" in table)["Status"])
        offered = set(next(s for s in self.dialog("record").selectbox if s.label == "Status").options)
        running = next(i for i in reads.listed(store, Intervention) if i.status == "active")
        steps = set(self.dialog("step", running.id).button_group(key=f"step-{running.id}").options)
        assert {"■ Ended", "● Active"} <= listed & offered and steps == {"● Extended", "■ Ended"}

    def test_what_was_written_is_put_right_and_the_rest_stays(self, store: Store) -> None:
        held = next(i for i in reads.listed(store, Intervention) if i.title == "CCTV working")
        app = self.dialog("change", held.id)
        app.text_input(key=f"edit-{held.id}-title").set_value("Every camera working")
        app.button(key=f"edit-{held.id}-save").click().run()
        saved = reads.get(store, Intervention, held.id)
        assert saved == replace(held, title="Every camera working", version=held.version + 1)

    def test_an_order_is_cut_short_on_a_day_that_still_counts(self, store: Store) -> None:
        held = next(i for i in reads.listed(store, Intervention) if i.title == "Alley gates")
        app = self.dialog("step", held.id)
        app.button_group(key=f"step-{held.id}").set_value("ended").run()
        app.date_input(key=f"step-on-{held.id}-ended").set_value(date(2018, 9, 1))
        app.button(key=f"step-save-{held.id}").click().run()
        saved = reads.get(store, Intervention, held.id)
        assert (saved.status, saved.last_day) == ("ended", date(2018, 9, 1))
        assert saved.window is not None and saved.window.end == date(2018, 9, 2)


class TestTwoEditors:
    """A form keeps what is typed when another saves first; her next save adds to theirs."""

    def test_the_second_editor_of_a_plan_is_told_keeps_her_text_and_saves_beside_theirs(self, store: Store) -> None:
        app = page("places", Role.HUB_MEMBER, place=str(PARK_VIEW))
        plan = reads.plan_of(store, PARK_VIEW)
        register.change(store, replace(plan, manager="Theirs, the landlord"), who="somebody else", at=AT)
        self.learned(app).set_value("Mine: doors first")
        self.save(app)
        assert "changed by somebody else" in words(app).replace("\\", "")
        assert self.learned(app).value == "Mine: doors first", "what she typed is still there"
        assert reads.plan_of(store, PARK_VIEW).learned == plan.learned
        both = next(d.value for d in app.dataframe if "Theirs, kept" in d.value).set_index("Field")
        assert both.loc["learned", "Yours, not saved"] == "Mine: doors first"
        self.save(app)
        saved = reads.plan_of(store, PARK_VIEW)
        assert (saved.learned, saved.manager) == ("Mine: doors first", "Theirs, the landlord")

    @staticmethod
    def learned(app: AppTest) -> object:
        return next(t for t in app.text_area if t.label == "What was learned")

    @staticmethod
    def save(app: AppTest) -> None:
        next(b for b in app.button if b.label == "Save plan").click().run()


def test_a_hotspot_of_another_district_is_adopted_from_the_list_of_places(store: Store) -> None:
    def script() -> None:
        from hotspots.release.roles import Role, Viewer
        from pages.parts import place_forms, session

        place_forms.adopt_dialog(Viewer(role=Role.HUB_MEMBER, name="test member"), session.current_store())

    app = AppTest.from_function(script, default_timeout=TIMEOUT).run()
    app.selectbox(key="adopt-district").select("Brineholt").run()
    assert app.button(key="adopt-save").disabled and "the hotspot and its kind" in words(app)
    next(field for field in app.selectbox if field.label == "Hotspot").select_index(0).run()
    app.selectbox(key="adopt-kind").select("street").run()
    app.button(key="adopt-save").click().run()
    made = max(reads.listed(store, Place), key=lambda place: place.id)
    assert not app.exception and (made.district, made.kind) == ("Brineholt", "street")


class TestPartners:
    @pytest.fixture
    def nobody(self, store: Store, forgotten: None) -> Store:  # noqa: ARG002
        register.save_partners(store, reads.partners(store).iloc[:0], who="t", at=AT)
        return store

    def test_a_register_without_partners_gives_no_all_clear_and_offers_the_form(self, nobody: Store) -> None:  # noqa: ARG002
        app = page("partners", Role.HUB_MEMBER)
        said = words(app).replace("\\", "")
        assert "nobody can say which feed has gone silent" in said and "Nobody is registered yet." in said
        assert "Every data feed has sent" not in said
        assert [b for b in app.button if b.key == "partner-new"]

    def test_what_is_held_of_a_partner_is_shown_and_changed(self, store: Store, forgotten: None) -> None:  # noqa: ARG002
        def opened() -> None:
            from hotspots.release.roles import Role, Viewer
            from pages.parts import partner_form, session

            partner_form.dialog(Viewer(Role.HUB_MEMBER, name="test member"), session.current_store())

        before = reads.partners(store).set_index("agency")
        app = AppTest.from_function(opened, default_timeout=TIMEOUT).run()
        app.selectbox(key="partner-agency").set_value("Saltreach Homes").run()
        app.text_input(key="partner-role-Saltreach Homes").set_value("Head of housing")
        app.button(key="partner-save").click().run()
        after = reads.partners(store).set_index("agency")
        assert not app.exception and after.loc["Saltreach Homes", "lead_role"] == "Head of housing"
        assert after.drop(columns="lead_role").equals(before.drop(columns="lead_role")), "nothing else has changed"

    def test_who_may_not_record_is_not_offered_the_form(self, store: Store) -> None:  # noqa: ARG002
        assert not [b for b in page("partners", Role.SENIOR_OFFICER).button if b.key == "partner-new"]


@pytest.mark.parametrize("presenting", [False, True])
@pytest.mark.parametrize("name", ["interventions", "partners", "places", "powers"])
def test_no_cell_of_a_list_is_cut_and_a_room_sees_the_first_columns(
    store: Store,  # noqa: ARG001
    name: str,
    presenting: bool,
) -> None:
    app = AppTest.from_function(_presented, kwargs={"name": name, "presenting": presenting}, default_timeout=TIMEOUT)
    app.run()
    assert not app.exception
    listed = [d for d in app.dataframe if d.proto.row_height]
    assert listed
    by = display.USUAL_SIZE * show._LAPTOP if presenting else 1
    letters = Letters(show._LETTERS.em * by, show._LETTERS.edges * by)
    for shown in listed:
        columns, tall = json.loads(shown.proto.columns), shown.proto.row_height
        grown = display.USUAL_SIZE / 18 if presenting else 1
        lines = 1 if tall < 60 else round((tall / grown - 14) / show._LINE)
        hidden = {column for column in shown.value if columns.get(column, {}).get("hidden")}
        assert presenting or not hidden, "only a room goes without a column"
        assert shown.value.columns[0] not in hidden
        for column in set(shown.value) - hidden:
            words = [cell for cell in shown.value[column] if isinstance(cell, str) and ":" not in cell[:6]]
            needed = column_widths._ems(sorted(words, key=column_widths.breadth, reverse=True), lines)
            assert columns[column]["width"] >= letters.pixels(needed) - 1, (column, lines)


def _presented(name: str, presenting: bool) -> None:
    import importlib

    import streamlit as st

    from hotspots.release.roles import Role, Viewer
    from pages.parts import frame

    st.session_state["present"] = presenting
    frame.shown(importlib.import_module(f"pages.{name}").render, Viewer(role=Role.HUB_MEMBER, name="test member"))


def test_powers_are_named(store: Store) -> None:  # noqa: ARG001
    app = page("interventions", Role.HUB_MEMBER)
    held = next(d.value for d in app.dataframe if "Lead" in d.value)
    assert "s.23(3), Misuse of Drugs Act 1971" in set(held["Power"]) and not held["Power"].str.match(r"P\d+$").any()


def test_the_head_of_the_clocks_counts_those_that_run_and_those_that_passed(store: Store) -> None:  # noqa: ARG001
    table = overview.clocks(store, at=datetime(2018, 9, 12, 9))
    assert f"## {clocks_title(table['standing'].tolist())}" in words(page("interventions", Role.HUB_MEMBER))
