"""The story of Park View, entered step by step as a hub member: from the first sign to minutes and plan.

Names are the sample's; the shape is that of a real award: a block of flats, a warrant, two orders, a door,
cameras, residents, possession, quiet.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from hotspots import store as stores
from hotspots.errors import BadValue, NotAllowed
from hotspots.periods import Window
from hotspots.pipeline import Query, hub_view
from hotspots.pipeline import places as place_pipeline
from hotspots.pipeline import register as register_pipeline
from hotspots.register.actions import Action, overdue
from hotspots.register.clocks import local_time
from hotspots.register.interventions import Intervention, advance
from hotspots.register.places import Place
from hotspots.register.powers import find_powers, load_powers
from hotspots.register.prompts import Tag
from hotspots.register.sara import SaraPlan
from hotspots.register.site_checks import ITEMS, ResidentMeeting, SiteCheck, checklist
from hotspots.release.disclosure import release
from hotspots.release.roles import Role, Viewer
from hotspots.sample import story as sample_story
from hotspots.store import Store, register, register_tables
from hotspots.store import register_reads as reads
from hotspots.views.minutes import Meeting, minutes_html, sara_html

MEMBER = Viewer(role=Role.HUB_MEMBER, name="hub member")
SENIOR = Viewer(role=Role.SENIOR_OFFICER, name="senior officer")
FIRST, NOW = date(2017, 11, 8), date(2018, 9, 12)
COUNCIL, POLICE, LANDLORD = "Tidewick District Council", sample_story.FORCE, sample_story.LANDLORD
TABLE = (COUNCIL, POLICE, LANDLORD)
SECRET = "UPRN-OF-A-SUPPORTED-HOME"


class Hub:
    """A hub member at the keyboard: what is saved is saved as them, at nine on the day."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, item: object, on: date) -> object:
        return register.add(self.store, item, who=MEMBER.name, at=datetime(on.year, on.month, on.day, 9))

    def step(self, item: Intervention, to: str, on: date, **dates: date) -> Intervention:
        moved = advance(item, to, on=on, **dates)
        return register.change(self.store, moved, who=MEMBER.name, at=datetime(on.year, on.month, on.day, 9))

    def done(self, place: Place, kind: str, start: date, end: date | None = None, **more: object) -> Intervention:
        """Proposed, decided, begun and (with an end that has come) ended, by the table of steps."""
        partners = tuple(p for p in TABLE if p != more.get("lead", COUNCIL))
        item = self.add(Intervention(place.id, kind, **{"lead": COUNCIL, "partners": partners} | more), on=start)
        item = self.step(self.step(item, "decided", start), "active", start, **({"end": end} if end else {}))
        return self.step(item, "ended", end) if end else item


@pytest.fixture(scope="module")
def hub(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """The sample's reports with an empty register."""
    copy = tmp_path_factory.mktemp("story") / "hub.sqlite"
    shutil.copy(sample_file, copy)
    store = stores.open_store(copy, at=datetime(2017, 11, 8, 9))
    with store.writing() as connection:
        for table in (register_tables.assessment, *reversed(register_tables.REGISTER)):
            connection.execute(table.delete())
    yield Hub(store)
    store.close()


def test_the_story_of_park_view(hub: Hub) -> None:
    place = adopt(hub)
    see_who_can_act()
    raise_actions(hub, place)
    act(hub, place)
    look_at_the_site(hub, place)
    hear_residents(hub, place)
    plan(hub, place)
    keep_the_flat_out_of_sight(hub, place)
    see_that_it_went_quiet(hub, place)
    print_minutes_and_plan(hub, place)


def adopt(hub: Hub) -> Place:
    """On 8 November 2017 the block stands out: 19 in October, far above its usual range. It is adopted."""
    view = hub_view(hub.store, Query(Window(date(2016, 11, 1), date(2017, 11, 1)), ("Tidewick",)))
    table = release(view.table, MEMBER, policy="hotspots").table
    row = table[table["name"] == sample_story.PARK_VIEW].iloc[0]
    assert row["state"] == "growing" and row["latest"] == 19 > row["usual_high"]
    made = place_pipeline.place_of_hotspot(
        view, row["id"], name="Park View", kind="block", dwellings=31,
        problem_types=("drugs", "ASB", "cuckooing"), on=FIRST,
    )  # fmt: skip
    place = hub.add(made, FIRST)
    chart = place_pipeline.place_charts(hub.store, [place], today=FIRST)[place.id]
    assert chart.iloc[-1]["n"] == 19, "the frozen boundary counts what the hotspot counted"
    assert place.district == "Tidewick" and place.from_hotspot == row["id"]
    return place


def see_who_can_act() -> None:
    """Which powers fit a home used for dealing, and who besides the police holds one."""
    powers = load_powers(Path(__file__).resolve().parent.parent / "data" / "powers.csv")
    found = find_powers(powers, problems=["drugs", "cuckooing"], premises="dwelling")
    held = set(release(found.routes, MEMBER, policy="powers").table["agency_group"])
    assert {"police", "landlord"} <= held and found.police_only < len(found.routes)


def raise_actions(hub: Hub, place: Place) -> None:
    """Every action has an owner, a role and a day; one without is refused."""
    with pytest.raises(BadValue, match="an owner agency"):
        Action(place.id, "Somebody should look at the cameras", "", "", date(2017, 11, 22), FIRST)
    cctv = Action(place.id, "Report on all cameras", LANDLORD, "Housing officer", date(2017, 11, 15), FIRST)
    statements = Action(place.id, "Statements for court", POLICE, "Sergeant", date(2017, 11, 17), FIRST)
    hub.add(cctv, FIRST)
    saved = hub.add(statements, FIRST)
    done = replace(saved, status="done", outcome="Six statements", closed=date(2017, 11, 15))
    register.change(hub.store, done, who=MEMBER.name, at=datetime(2017, 11, 15, 9))
    late = overdue(reads.actions(hub.store), on=date(2017, 11, 22))
    assert late[["owner", "days_late"]].to_numpy().tolist() == [[LANDLORD, 7]]


def act(hub: Hub, place: Place) -> None:
    """Warrant, closure notice, closure and partial closure, cameras, door, possession."""
    hub.done(place, "RES", date(2017, 9, 4), date(2017, 10, 31), expected_reporting_effect="up")
    hub.done(place, "WAR", date(2017, 11, 14), date(2017, 11, 14), lead=POLICE, power_id="P010")
    served = local_time(datetime(2017, 11, 18, 15))  # a Saturday: the hours run through the weekend
    hub.add(Intervention(place.id, "CLN", COUNCIL, served_at=served, partners=(POLICE,)), date(2017, 11, 18))
    clocks = register_pipeline.clocks(hub.store, at=datetime(2017, 11, 18, 16))
    hearing = clocks[clocks["label"] == "Court must have heard the closure application"].iloc[0]
    assert str(hearing["due"]) == "2017-11-20 15:00:00+00:00" and hearing["standing"] == "within 48 hours"
    assert "weekends and bank holidays count" in hearing["rule"] and hearing["status"] == "check before use"
    closure = hub.done(place, "CLO", date(2017, 11, 21), date(2018, 2, 20), power_id="P022")
    with pytest.raises(BadValue, match="cannot become active"):
        advance(closure, "active", on=date(2018, 3, 1))
    hub.done(place, "CLP", date(2017, 11, 28), date(2018, 2, 27), power_id="P022")
    hub.done(place, "ENV", date(2017, 12, 18), lead=LANDLORD)
    hub.done(place, "ENV", date(2018, 1, 11), lead=LANDLORD)
    hub.done(place, "POS", date(2018, 4, 16), date(2018, 4, 16), lead=LANDLORD, power_id="P149")


def look_at_the_site(hub: Hub, place: Place) -> None:
    """Cameras that record nothing and a door that does not lock; both mended later."""
    for item in ("CCTV", "communal door"):
        hub.add(SiteCheck(place.id, item, "failed", FIRST, LANDLORD), FIRST)
    flags = checklist(reads.site_checks(hub.store), place_id=place.id, on=FIRST).set_index("item")["flag"]
    assert flags["CCTV"] == flags["communal door"] == "failed" and flags["lighting"] == "never checked"
    for item in ITEMS:
        hub.add(SiteCheck(place.id, item, "working", date(2018, 9, 3), LANDLORD), date(2018, 9, 3))
    assert (checklist(reads.site_checks(hub.store), place_id=place.id, on=NOW)["flag"] == "").all()


def hear_residents(hub: Hub, place: Place) -> None:
    """Few felt safe at first; counts only, no names."""
    for day, safe in ((date(2017, 9, 4), 4), (date(2018, 8, 1), 19)):
        hub.add(ResidentMeeting(place.id, day, "residents' meeting", 12, ("drugs",), 24, safe), day)
    assert reads.resident_meetings(hub.store)["feel_safe"].tolist() == [4, 19]


def plan(hub: Hub, place: Place) -> None:
    """An objective that can be measured, and the day to assess it."""
    hub.add(
        SaraPlan(
            place.id, "Reports above the usual range since May", "reports in six months", 49, 24,
            date(2018, 8, 31), date(2018, 11, 21), victim="Tenants whose homes are used by others",
            location="Communal door does not lock; cameras do not record", manager=LANDLORD,
        ),
        FIRST,
    )  # fmt: skip


def keep_the_flat_out_of_sight(hub: Hub, place: Place) -> None:
    """The exploited home is a count to the room, a key to an unlocked member, nothing to a senior officer."""
    hub.add(Tag(place.id, SECRET, "exploited home", date(2018, 12, 1)), FIRST)
    counted = reads.supported_addresses(hub.store, on=FIRST)
    assert release(counted, MEMBER, policy="supported addresses").table.iloc[0].tolist() == ["supported address", 1]
    tags = register.open_restricted(hub.store, place_id=place.id, who=MEMBER.name, at=datetime(2017, 11, 8, 10))
    rows = counted.assign(address_key=[t.address_key for t in tags], until=[t.until for t in tags])
    assert "address_key" not in release(rows, MEMBER, policy="restricted tags").table
    unlocked = release(rows, replace(MEMBER, unlocked=True), policy="restricted tags").table
    assert unlocked["address_key"].tolist() == [SECRET]
    with pytest.raises(NotAllowed):
        release(rows, replace(SENIOR, unlocked=True), policy="restricted tags")


def see_that_it_went_quiet(hub: Hub, place: Place) -> None:
    """Ten months on: quiet, 4 reports against 49 in the same months a year before, acted on in 95 days."""
    chart = place_pipeline.place_charts(hub.store, [place], today=NOW)[place.id]
    view = place_pipeline.place_view(hub.store, place, chart, months=24, today=NOW)
    assert view.state == "quiet" and view.since == date(2018, 6, 1)
    assert view.six_months()[1:] == (4, 49)
    assert view.lanes["shape"].tolist() == ["drive", "day", "period", "period", "period", "period", "day"]
    assert view.line is not None and view.line < view.last["high"] and view.years >= 10
    times = register_pipeline.timeliness(hub.store, [place], {place.id: chart}, today=NOW)
    assert times.joint.iloc[0]["days"] == 95 and not times.joint.iloc[0]["waiting"]


def print_minutes_and_plan(hub: Hub, place: Place) -> None:
    """Paper for the room: what was late, decided and raised; the plan in SARA order; no address on either."""
    register.record_attendance(
        hub.store, date(2017, 11, 22), {LANDLORD: True, POLICE: True}, who=MEMBER.name, at=datetime(2017, 11, 22, 9)
    )
    came = reads.attendance(hub.store)
    meeting = Meeting(
        "Tidewick hub", date(2017, 11, 22), "OFFICIAL", "chair", date(2017, 10, 31),
        came.loc[came["present"], "agency"].tolist(), sample=True,
    )  # fmt: skip
    papers = register_pipeline.meeting_papers(
        hub.store, on=date(2017, 11, 22), since=date(2017, 11, 16), at=datetime(2017, 11, 22, 9)
    )
    minutes = minutes_html(
        meeting,
        overdue=release(papers.overdue, MEMBER, policy="actions").table,
        closed=release(papers.closed, MEMBER, policy="actions").table,
        news=release(papers.overdue, MEMBER, policy="actions").table[:0],
        assessed=release(papers.assessed, MEMBER, policy="assessments").table,
        to_assess=release(papers.to_assess, MEMBER, policy="assessments due").table,
        decisions=release(papers.decisions, MEMBER, policy="interventions").table,
        new_actions=release(papers.new_actions, MEMBER, policy="actions").table,
        clocks=release(papers.clocks, MEMBER, policy="clocks").table,
    )
    assert "Report on all cameras" in minutes and "Closure order" in minutes and "Park View" in minutes
    assert f"Present: {POLICE}, {LANDLORD}" in minutes and "Not legal advice" in minutes
    rows = register_pipeline.plan_rows(hub.store, reads.plan_of(hub.store, place.id))
    sara = sara_html(meeting, place=place.name, rows=release(rows, MEMBER, policy="problem-solving plan").table)
    heads = [sara.index(f"<h2>{stage}</h2>") for stage in ("Scanning", "Analysis", "Response", "Assessment")]
    assert heads == sorted(heads)
    assert "Bring down reports in six months from 49 to 24 by 31 August 2018." in sara
    assert "Possession, absolute ground" in sara and "Six statements" in sara
    assert SECRET not in minutes + sara and "exploited home" not in minutes + sara
