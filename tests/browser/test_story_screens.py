"""The story of Park View, entered step by step in a browser as a hub member, ending in minutes and a plan on paper.

The shape is that of a real award for a block of flats; every name is the sample's. The reports are there from the
start and the register is empty; the calendar is turned twice on the way. `HUB_STORY_PICTURES` names a folder for a
picture of each step; without it they go into pytest's own.
"""

import os
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hotspots import store as stores
from hotspots.sample.story import LANDLORD, PARK_VIEW
from hotspots.store import register_tables
from pages.parts.menu import ENTRIES
from tests.browser.forms import Form, closed, dialog, tick_row
from tests.browser.running import Server, hub_folder, serving
from tests.browser.visiting import PATIENCE, Visitor

FIRST, COURT, LAST = date(2017, 11, 8), date(2017, 11, 22), date(2018, 9, 12)
COUNCIL = "Tidewick District Council, community safety"
POLICE = "Farwater Constabulary, neighbourhood team"
KEPT = {"partner"}
"""Tables of the register that are there before the story: who sits at the table."""


class Story:
    """A hub with the sample's reports and an empty register; its calendar; a picture of every step."""

    def __init__(self, server: Server, visitor: Visitor, pictures: Path) -> None:
        self.server, self.visitor, self.page, self.pictures = server, visitor, visitor.page, pictures
        self.taken = 0

    def turn_calendar(self, day: date) -> None:
        turn_calendar(self.server.folder / "sample.sqlite", day)

    def go(self, url_path: str) -> Form:
        """The page of that name, chosen in the menu."""
        self.visitor.go(next(entry for entry in ENTRIES if entry.url_path == url_path))
        return Form(self.visitor)

    def look(self, name: str) -> None:
        """A picture of the step."""
        self.visitor.settle()
        self.taken += 1
        self.page.screenshot(path=self.pictures / f"{self.taken:02d}-{name}.png", animations="disabled")

    def see(self, words: str) -> None:
        # What only paper shows (a wide table written out) has the same words, unseen.
        expect(self.page.get_by_text(words).filter(visible=True).first).to_be_visible(timeout=PATIENCE)


def turn_calendar(path: Path, day: date) -> None:
    """The day the sample's story stands at."""
    store = stores.open_store(path, at=datetime(day.year, day.month, day.day, 9))
    store.set_meta({"today": day.isoformat()})
    store.close()


@pytest.fixture
def story(sample_file: Path, tmp_path: Path, visit: Callable[[Server], Visitor]) -> Iterator[Story]:
    folder = hub_folder(tmp_path / "hub", sample_file)
    store = stores.open_store(folder / "sample.sqlite", at=datetime(2017, 11, 8, 9))
    with store.writing() as connection:
        for table in (register_tables.assessment, *reversed(register_tables.REGISTER)):
            if table.name not in KEPT:
                connection.execute(table.delete())
    store.close()
    turn_calendar(folder / "sample.sqlite", FIRST)
    pictures = Path(os.environ.get("HUB_STORY_PICTURES", tmp_path / "pictures"))
    pictures.mkdir(parents=True, exist_ok=True)
    with serving(folder) as server:
        yield Story(server, visit(server), pictures)


def test_the_story_of_park_view_at_the_screen(story: Story) -> None:
    adopt(story)
    find_who_can_act(story)
    look_at_the_site(story)
    serve_a_notice(story)
    give_actions(story)
    hear_residents(story)
    story.turn_calendar(COURT)
    hold_the_meeting_after_court(story)
    story.turn_calendar(LAST)
    hold_the_last_meeting(story)
    write_the_plan(story)
    assert story.visitor.faults == []


def adopt(story: Story) -> None:
    """On 8 November 2017 the block stands out: 19 reports in October. It becomes a place, its boundary frozen."""
    story.visitor.open("hub_meeting")
    story.visitor.map()
    expect(story.visitor.card_title()).to_have_text(PARK_VIEW, timeout=PATIENCE)
    expect(story.page.locator(".st-key-card .big-number")).to_have_text("19", timeout=PATIENCE)
    story.look("what-is-rising")
    Form(story.visitor).press("Adopt as a place")
    form = dialog(story.visitor, "Adopt a hotspot")
    form.choose("Kind", "block")
    form.write("Dwellings inside", "31")
    form.choose("Problem types", "drugs", "cuckooing", "ASB")
    story.look("adopt")
    form.press("Adopt")
    closed(form)
    story.see("(not legal advice) · Invite:")
    story.look("card-of-the-place")


def find_who_can_act(story: Story) -> None:
    """Who besides the police holds a route to a home where somebody vulnerable is exploited."""
    finder = story.go("powers")
    finder.choose("Problem", "cuckooing")
    finder.choose("Premises", "dwelling")
    finder.choose("Who lives there", "vulnerable person")
    story.page.get_by_role("button", name="Not police").click(timeout=PATIENCE)
    story.see("11 routes fit, 0 are police-only")
    story.look("who-can-act")


def look_at_the_site(story: Story) -> None:
    """Cameras that record nothing, and a communal door that does not lock."""
    story.go("places").choose("Place", PARK_VIEW)
    Form(story.visitor).press("Record a check")
    form = dialog(story.visitor, "Record a site check")
    form.choose("Checked by (agency)", LANDLORD)
    for item, state in (("Communal door", "Failed"), ("CCTV", "Failed"), ("Lighting", "Working")):
        form.pick(item, state)
    story.look("site-check")
    form.press("Save check")
    closed(form)
    story.see("Site: 2 failed and 2 not checked lately")
    story.look("profile-after-the-check")


def serve_a_notice(story: Story) -> None:
    """Residents are asked to report; a closure notice is served, and its 48 hours run."""
    page = story.go("interventions")
    page.press("Record an intervention")
    form = dialog(story.visitor, "Record an intervention")
    form.choose("Place", PARK_VIEW)
    form.choose("Kind", "Residents' meetings or reporting drive")
    form.write("What exactly", "Residents asked to report")
    form.choose("Lead agency", COUNCIL)
    form.choose("With", POLICE, LANDLORD)
    form.choose("Status", "Active")
    form.day("Decided", date(2017, 9, 1))
    form.day("First day", date(2017, 9, 4))
    form.day("Last day", date(2017, 11, 30))
    form.pick("Expected effect on reporting itself", "up")
    story.look("reporting-drive")
    form.press("Save intervention")
    closed(form)
    page.press("Record an intervention")
    form = dialog(story.visitor, "Record an intervention")
    form.choose("Place", PARK_VIEW)
    form.choose("Kind", "Closure notice")
    form.choose("Lead agency", COUNCIL)
    form.choose("With", POLICE)
    form.choose("Power used", "Enter and secure premises under a closure order")
    form.day("Notice served on", date(2017, 11, 7))
    story.look("closure-notice")
    form.press("Save intervention")
    closed(form)
    story.see("2 of 5 running clocks end within 14 days; 1 has passed")
    story.look("clocks-running")


def give_actions(story: Story) -> None:
    """Two tasks from the shared screen, each with an owner and a day; one without an owner is refused."""
    hub = story.go("hub_meeting")
    story.visitor.map()
    for task, owner, due in (
        ("Report on all cameras", LANDLORD, date(2017, 11, 15)),
        ("Statements for the court", POLICE, date(2017, 11, 17)),
    ):
        hub.press("Record action")
        form = dialog(story.visitor, "Record an action")
        form.write("What will be done", task)
        form.press("Save action")
        expect(form.within.get_by_text("needs an owner agency")).to_be_visible(timeout=PATIENCE)
        form.choose("Owner (agency)", owner)
        form.day("Due", due)
        form.pick("Kind", "Prevention")
        story.look("action")
        form.press("Save action")
        closed(form)


def hear_residents(story: Story) -> None:
    """Few of those asked feel safe; counts only."""
    story.go("places").choose("Place", PARK_VIEW)
    story.page.get_by_role("tab", name="Residents").click(timeout=PATIENCE)
    form = Form(story.visitor, story.page.get_by_test_id("stForm").filter(has_text="Residents were heard"))
    for field, number in (("Came", "12"), ("Asked if safe", "24"), ("Feel safe", "5")):
        form.write(field, number)
    form.press("Save")
    story.see("5 of 24 felt safe on 8 Nov 2017")
    story.look("residents")


def hold_the_meeting_after_court(story: Story) -> None:
    """Two weeks on the meeting opens on what is late; the order the court made is entered."""
    story.visitor.open("hub_meeting")
    story.visitor.map()
    story.see("Overdue actions, agency by agency")
    story.look("overdue")
    page = story.go("interventions")
    page.press("Record an intervention")
    form = dialog(story.visitor, "Record an intervention")
    form.choose("Place", PARK_VIEW)
    form.choose("Kind", "Closure order")
    form.write("What exactly", "Closure order, one home")
    form.choose("Lead agency", COUNCIL)
    form.choose("With", POLICE, LANDLORD)
    power = form.within.get_by_role("combobox", name="Power used", exact=True)
    expect(power).to_have_value(re.compile("Enter and secure premises under a closure order"), timeout=PATIENCE)
    form.day("Decided", date(2017, 11, 15))
    form.press("Save intervention")
    closed(form)
    tick_row(story.visitor, "Interventions, newest first", 1, tall=76, head=40)
    page.press("Next step for the chosen row")
    form = dialog(story.visitor, "Next step")
    form.pick("It becomes", "● Active")
    form.day("First day", date(2017, 11, 21))
    form.day("Last day, as the order says", date(2018, 2, 20))
    story.look("order-begins")
    form.press("Save")
    closed(form)
    story.look("order-and-its-clocks")
    story.page.get_by_text("The rule behind each clock").click(timeout=PATIENCE)
    story.see("Longest the order can run with extensions")


HEADS = ("Actions overdue", "Actions closed")


def hold_the_last_meeting(story: Story) -> None:
    """Ten months on: a late action is closed with what came of it, who came is ticked, the minutes are printed."""
    partners = story.go("partners")
    expect(story.page.get_by_role("button", name="Save attendance of 12 Sep 2018")).to_be_visible(timeout=PATIENCE)
    tick_row(story.visitor, "Suggested attendees; tick who came", 1, tall=40, at=95)
    partners.press("Save attendance of 12 Sep 2018")
    story.look("attendance")
    hub = story.go("hub_meeting")
    story.visitor.map()
    story.see("Overdue actions, agency by agency")
    tick_row(story.visitor, "Actions, late first", 2, tall=76)
    hub.press("Close the chosen action")
    form = dialog(story.visitor, "Close an action")
    expect(form.within.get_by_text("Report on all cameras")).to_be_visible(timeout=PATIENCE)
    form.write("What came of it", "No camera had been recording; all do now")
    story.look("close-an-action")
    form.press("Close action")
    closed(form)
    story.page.get_by_role("radio", name=re.compile("top areas")).click(timeout=PATIENCE)
    story.visitor.settle()
    story.page.keyboard.press("Alt+a")
    form = dialog(story.visitor, "Record an action")
    form.choose("Place", PARK_VIEW)
    form.write("What will be done", "Residents' meeting each quarter")
    form.choose("Owner (agency)", COUNCIL)
    form.press("Save action")
    closed(form)
    story.page.get_by_role("radio", name=re.compile("new action")).click(timeout=PATIENCE)
    story.see("What we agreed since the last meeting")
    story.look("what-was-agreed")
    minutes = unescape(story.visitor.download("Minutes (web page)").read_text(encoding="utf-8"))
    assert "12 September 2018" in minutes and f"Present: {POLICE}" in minutes and "Not legal advice" in minutes
    assert "Residents' meeting each quarter" in minutes and "Statements for the court" in minutes
    overdue, closed_actions = (minutes.split(f"<h2>{head}</h2>")[1].split("<h2>")[0] for head in HEADS)
    assert "Report on all cameras" not in overdue, "an action that was closed is late no more"
    assert "Report on all cameras" in closed_actions and "No camera had been recording; all do now" in closed_actions


def write_the_plan(story: Story) -> None:
    """The profile says that it went quiet; the plan is written and printed in SARA order."""
    story.go("places").choose("Place", PARK_VIEW)
    story.see("same months a year before: 49")
    story.look("quiet")
    form = Form(story.visitor, story.page.get_by_test_id("stForm").filter(has_text="Write the plan"))
    form.write("Problem, as found in scanning", "Reports above the usual range since May 2017")
    form.write("Location: what makes it easy here", "Communal door does not lock; cameras do not record")
    form.write("Manager: who runs the place", LANDLORD)
    form.write("Now", "49")
    form.write("Wanted", "4")
    form.press("Save plan")
    story.see("Bring down reports in six months from 49 to 4")
    story.look("plan")
    paper = unescape(story.visitor.download("Print the plan").read_text(encoding="utf-8"))
    heads = [paper.index(f"<h2>{stage}</h2>") for stage in ("Scanning", "Analysis", "Response", "Assessment")]
    assert heads == sorted(heads)
    assert "Closure order, one home" in paper and "Report on all cameras" in paper
