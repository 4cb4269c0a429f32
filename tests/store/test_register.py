"""The register in the store: nothing lost, everything audited, old stores upgraded."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box
from sqlalchemy import select

from hotspots.errors import BadValue, HubError, StoreError
from hotspots.pipeline.agenda import places_to_assess
from hotspots.register.actions import Action, days_to_joint_action, overdue
from hotspots.register.assessments import Assessment
from hotspots.register.clocks import clock_table, clocks_of, local_time
from hotspots.register.interventions import Intervention, advance, reporting_drives
from hotspots.register.partners import load_partners, partner_of
from hotspots.register.places import Place, exclude, redraw
from hotspots.register.prompts import Concern, Tag
from hotspots.register.sara import SaraPlan, sara_rows
from hotspots.register.site_checks import ResidentMeeting, SiteCheck, checklist
from hotspots.store import open_store, register, register_tables, tables
from hotspots.store import register_reads as reads
from hotspots.store.database import Store
from hotspots.store.upkeep import check
from hotspots.views.minutes import Meeting, minutes_html, sara_html

NOW = datetime(2017, 11, 8, 10, 0)
DAY = NOW.date()
ME = {"who": "Asha, hub member", "at": NOW}
BLOCK = Place("Park View (fictional)", "block", Point(1000, 1000).buffer(30), DAY, dwellings=31, district="Tidewick")


@pytest.fixture
def store(place_for_store):
    opened = open_store(place_for_store, at=NOW, create=True)
    yield opened
    opened.close()


@pytest.fixture
def place(store) -> Place:
    return register.add(store, BLOCK, **ME)


def task(place: Place, **given) -> Action:
    return replace(
        Action(place.id, "Mend the communal door", "Saltreach Homes", "Repairs manager", date(2017, 11, 22), DAY),
        **given,
    )


def running(store: Store, place: Place, **given) -> Intervention:
    """A patrol that began in September 2017, saved."""
    item = Intervention(place.id, "PAT", "Police", "active", start=date(2017, 9, 4))
    return register.add(store, replace(item, **given), **ME)


def audit_lines(store: Store) -> list:
    with store.reading() as connection:
        return connection.execute(select(tables.audit).order_by(tables.audit.c.id)).all()


def test_every_noun_comes_back_as_it_was_saved(store, place):
    items = [
        Intervention(
            place.id, "CLN", "Police", partners=("Council", "Saltreach Homes"), power_id="P021",
            served_at=local_time(datetime(2017, 10, 29, 1, 30)), start=DAY, end=date(2017, 11, 10),
            cost_hours=3.5, expected_reporting_effect="up", closed=True, title="Notice on the stairwell",
        ),
        task(place, epic="Prevention", side="location", power_id="P145"),
        SiteCheck(place.id, "CCTV", "failed", DAY, "Saltreach Homes, caretaker"),
        Assessment(place.id, running(store, place).id, 4, DAY, "Council", "Too few weeks to tell"),
        ResidentMeeting(place.id, DAY, "drop-in", 14, themes=("drugs", "noise"), asked=12, feel_safe=3),
        SaraPlan(place.id, "Reports rose", "reports a month", 11.5, 3, date(2018, 8, 31), date(2018, 9, 5)),
        Concern(place.id, DAY, "drugs", "councillor", "low", "police only", "Cars behind the garages"),
    ]  # fmt: skip
    for item in items:
        saved = register.add(store, item, **ME)
        assert saved == replace(item, id=saved.id, version=1)
        assert reads.get(store, type(item), saved.id) == saved
    tag = register.add(store, Tag(place.id, "UPRN 1", "exploited home", date(2018, 2, 1)), **ME)
    assert register.open_restricted(store, place_id=place.id, **ME) == [tag]


def test_each_tables_columns_are_its_dataclass_fields():
    for noun, shelf in reads.SHELVES.items():
        assert {c.name for c in shelf.table.columns} - {"changed_by", "changed_at"} == {f.name for f in fields(noun)}


# WKT has 17 decimals, fewer digits than a coordinate under a metre may hold; the grid's are far above.
@given(st.lists(st.floats(1, 700_000), min_size=4, max_size=4).filter(
    lambda c: abs(c[0] - c[2]) > 2 and abs(c[1] - c[3]) > 2
))  # fmt: skip
def test_a_boundary_comes_back_to_the_last_digit(corners):
    shape = box(min(corners[0], corners[2]), min(corners[1], corners[3]), max(corners[::2]), max(corners[1::2]))
    kind = register_tables.Boundary()
    again = kind.process_result_value(kind.process_bind_param(shape, None), None)
    assert again.equals_exact(shape, 0)


def test_every_change_is_audited_with_who_when_before_and_after(store, place):
    action = register.add(store, task(place), **ME)
    done = replace(action, status="done", outcome="Door mended", closed=date(2017, 11, 20))
    register.change(store, done, who="Ben, hub member", at=datetime(2017, 11, 20, 9, 0))
    line = audit_lines(store)[-1]
    assert (line.who, line.at, line.action) == ("Ben, hub member", "2017-11-20T09:00:00", "change action")
    assert json.loads(line.before)["status"] == "open" and json.loads(line.after)["outcome"] == "Door mended"
    assert check(store)["integrity"] == "ok"


def test_every_write_changes_the_data_version(store, place):
    before = store.data_version
    action = register.add(store, task(place), **ME)
    between = store.data_version
    register.change(store, replace(action, task="Mend both doors"), **ME)
    assert len({before, between, store.data_version}) == 3


def test_the_second_of_two_editors_is_told_who_was_first_and_neither_loses_text(store, place):
    read_by_both = register.add(store, task(place), **ME)
    first = replace(read_by_both, task="Mend the communal door and its closer")
    second = replace(read_by_both, task="Mend the communal door by Friday")
    register.change(store, first, who="Ben, hub member", at=datetime(2017, 11, 8, 10, 5))
    with pytest.raises(register.Conflict, match="changed by Ben, hub member at 2017-11-08 10:05") as told:
        register.change(store, second, who="Chi, hub member", at=datetime(2017, 11, 8, 10, 6))
    assert "Nothing is lost" in str(told.value) and isinstance(told.value, StoreError)
    assert told.value.theirs.task == first.task and told.value.yours.task == second.task
    assert reads.get(store, Action, read_by_both.id).task == first.task
    again = replace(second, version=told.value.theirs.version)
    assert register.change(store, again, who="Chi, hub member", at=NOW).version == 3


def test_a_step_the_status_table_refuses_is_refused_by_the_store_too(store, place):
    item = register.add(store, Intervention(place.id, "CLO", "Police"), **ME)
    with pytest.raises(BadValue, match="proposed cannot become ended"):
        register.change(store, replace(item, status="ended", start=DAY, end=DAY), **ME)
    decided = register.change(store, advance(item, "decided", on=DAY), **ME)
    assert decided.status == "decided" and decided.version == 2
    assert len(audit_lines(store)) == 3  # place, intervention, its one change


def test_refusals_leave_the_store_as_it_was(store, place):
    lines = len(audit_lines(store))
    saved = SaraPlan(place.id, "Reports rose", "reports a month", 11, 3, date(2018, 8, 31), date(2018, 9, 5))
    kept = register.add(store, saved, **ME)
    for attempt, says in [
        (lambda: register.add(store, saved, **ME), "a plan already"),
        (lambda: register.add(store, kept, **ME), "saved already"),
        (lambda: register.add(store, task(replace(place, id=99)), **ME), "not in the register"),
        (lambda: register.change(store, task(place, id=99), **ME), "never saved"),
        (lambda: reads.get(store, Action, 99), "no action number 99"),
        (lambda: reads.get(store, Tag, 1), "restricted panel"),
        (lambda: reads.listed(store, Tag), "restricted panel"),
        (lambda: register.remove(store, kept, **ME), "Only tags and concerns"),
    ]:
        with pytest.raises(HubError, match=says):
            attempt()
    assert len(audit_lines(store)) == lines + 1


def test_a_places_earlier_names_and_boundaries_are_kept(store, place):
    wider = register.change(store, redraw(place, place.geometry.buffer(10), reason="garages added"), **ME)
    register.change(store, replace(wider, name="Park View and garages (fictional)"), **ME)
    history = reads.place_history(store, place.id)
    assert history["name"].tolist() == [BLOCK.name, BLOCK.name, "Park View and garages (fictional)"]
    assert history["version"].tolist() == [1, 2, 3]
    assert history.loc[0, "geometry"].equals_exact(BLOCK.geometry, 0)
    assert history.loc[1, "geometry"].area > history.loc[0, "geometry"].area


def test_merging_and_splitting_link_the_old_to_the_new(store, place):
    other = register.add(store, replace(BLOCK, name="Garages", geometry=box(1040, 990, 1080, 1010)), **ME)
    both = register.merge_places(store, [place, other], name="Block and garages", on=DAY, **ME)
    assert reads.places(store)["name"].tolist() == ["Block and garages"]
    assert set(reads.lineage(store, both.id)) == {place.id, other.id, both.id}
    halves = {"West": box(960, 960, 1000, 1040), "East": box(1040, 990, 1080, 1010)}
    inside = {name: shape.intersection(both.geometry) for name, shape in halves.items()}
    west, _ = register.split_place(store, both, inside, on=DAY, dwellings={"West": 31}, **ME)
    assert set(reads.lineage(store, west.id)) == {west.id, both.id, place.id, other.id}
    with pytest.raises(BadValue, match="has been merged"):
        register.add(store, task(place), **ME)


def test_a_merge_of_a_place_changed_meanwhile_does_nothing(store, place):
    other = register.add(store, replace(BLOCK, name="Garages"), **ME)
    register.change(store, replace(other, dwellings=4), **ME)
    with pytest.raises(register.Conflict):
        register.merge_places(store, [place, other], name="Both", on=DAY, **ME)
    assert reads.places(store)["name"].tolist() == [BLOCK.name, "Garages"]


def test_an_excluded_place_leaves_the_list_and_can_come_back(store, place):
    gone = register.change(store, exclude(place, reason="default location"), **ME)
    assert reads.places(store).empty and len(reads.places(store, statuses=("excluded",))) == 1
    register.change(store, replace(gone, status="active"), **ME)
    assert len(reads.places(store)) == 1


def test_frames_for_pages_have_their_types_even_when_empty(store):
    for frame, days in [
        (reads.actions(store), ["due", "raised", "closed"]),
        (reads.interventions(store), ["start", "end", "last_day"]),
        (reads.site_checks(store), ["checked_on"]),
        (reads.resident_meetings(store), ["held_on"]),
        (reads.concerns(store), ["heard_on"]),
    ]:
        assert frame.empty and {"place", "district", "place_id"} <= set(frame.columns)
        assert all(pd.api.types.is_datetime64_any_dtype(frame[d]) for d in days)
    assert reads.places(store).crs == store.crs


def test_the_intervention_frame_says_what_pages_show(store, place):
    item = Intervention(
        place.id, "CLP", "Police", status="active", partners=("Council",), start=DAY, end=date(2018, 2, 7)
    )
    saved = register.add(store, item, **ME)
    row = reads.interventions(store).iloc[0]
    assert row["place"] == BLOCK.name and row["district"] == "Tidewick" and row["kind_name"] == "Partial closure order"
    assert row["joint"] and row["shuts"] and row["victim_premises"] and row["partners"] == "Council"
    assert row["last_day"] == pd.Timestamp(2018, 2, 7)
    assert len(clocks_of(reads.get(store, Intervention, saved.id))) == 7


def test_the_checklist_reads_from_the_store(store, place):
    register.add(store, SiteCheck(place.id, "CCTV", "failed", date(2017, 6, 1), "Landlord"), **ME)
    table = checklist(reads.site_checks(store), place_id=place.id, on=DAY).set_index("item")
    assert table.loc["CCTV", "flag"] == "failed" and table.loc["lighting", "flag"] == "never checked"


def test_restricted_items_are_counted_without_address_and_never_told_to_the_audit(store, place):
    tags = [
        register.add(store, Tag(place.id, key, "exploited home", date(2018, 2, 1)), **ME)
        for key in ("SECRET 1", "SECRET 2")
    ]
    register.add(store, Tag(place.id, "SECRET 2", "repeat flat", date(2017, 11, 1)), **ME)  # lapsed
    concern = Concern(place.id, DAY, "drugs", "resident", "low", "police only", "WHISPER behind the garages")
    concern = register.add(store, concern, **ME)
    seen = reads.supported_addresses(store, on=DAY)
    assert seen.to_dict("records") == [{"place_id": place.id, "shown_as": "supported address", "addresses": 2}]
    register.open_restricted(store, place_id=place.id, who="Chi", at=NOW)
    register.remove(store, tags[0], **ME)
    register.remove(store, concern, **ME)
    lines = audit_lines(store)
    assert [(line.who, line.action) for line in lines[-3:]] == [
        ("Chi", "look at restricted items"),
        ("Asha, hub member", "remove restricted tag"),
        ("Asha, hub member", "remove concern"),
    ]
    told = "".join(str(tuple(line)) for line in lines)
    assert "SECRET" not in told and "WHISPER" not in told and "exploited" not in told
    assert reads.supported_addresses(store, on=DAY)["addresses"].tolist() == [1]
    assert reads.concerns(store).empty


def test_partners_and_attendance_are_kept(store, project):
    register_of_file = load_partners(project / "data" / "partners.csv")
    register.save_partners(store, register_of_file, **ME)
    held = reads.partners(store)
    wanted = register_of_file.sort_values("agency", ignore_index=True)
    pd.testing.assert_frame_equal(held.sort_values("agency", ignore_index=True), wanted)
    register.save_partners(store, register_of_file.iloc[1:], **ME)
    line = audit_lines(store)[-1]
    assert len(reads.partners(store)) == len(register_of_file) - 1
    assert len(json.loads(line.before)) == 1 and json.loads(line.after) == []
    one = partner_of(agency="Fire", kind="co-operating", lead_role="Station manager")
    register.save_partner(store, one, **ME)
    register.save_partner(store, one | {"lead_role": "Watch manager"}, **ME)
    line, held = audit_lines(store)[-1], reads.partners(store)
    assert len(held) == len(register_of_file), "one more, and the others as they were"
    assert held.set_index("agency").loc["Fire", "lead_role"] == "Watch manager"
    assert json.loads(line.before)[0]["lead_role"] == "Station manager"
    register.record_attendance(store, DAY, {"Police": True, "Fire": True}, **ME)
    register.record_attendance(store, DAY, {"Police": True, "Fire": False}, **ME)
    assert reads.attendance(store)["present"].tolist() == [False, True]


def test_a_store_of_version_one_is_upgraded_with_a_back_up_and_keeps_its_rows(tmp_path):
    path = tmp_path / "old.sqlite"
    old = open_store(path, at=NOW, create=True)
    with old.writing() as connection:
        tables.metadata.drop_all(connection, tables=register_tables.REGISTER)
    old.set_meta({"schema_version": "1", "kept": "yes"})
    old.close()
    new = open_store(path, at=NOW)
    assert new.meta("schema_version") == str(tables.SCHEMA_VERSION) and new.meta("kept") == "yes"
    saved = register.add(new, BLOCK, **ME)
    assert reads.get(new, Place, saved.id) == saved and check(new)["integrity"] == "ok"
    assert list(tmp_path.glob("old-before-tables-*.sqlite"))
    new.close()


def test_an_assessment_leaves_the_agenda_once_recorded_and_is_written_in_the_trail(store, place):
    item = running(store, place)
    due = places_to_assess(store, today=DAY)
    assert due[["place", "weeks", "days_late"]].to_numpy().tolist() == [["Park View (fictional)", "4", 37]]
    made = Assessment(place.id, item.id, 4, DAY, "Council", "Too few weeks to tell")
    saved = register.record_assessment(store, made, **ME)
    assert places_to_assess(store, today=DAY).empty
    held = reads.assessments(store).iloc[0]
    assert (held["what"], held["by"], held["found"]) == (item.label, "Council", "Too few weeks to tell")
    line = audit_lines(store)[-1]
    assert (line.who, line.action) == (ME["who"], "add assessment") and "Too few weeks" in line.after
    with pytest.raises(BadValue, match="not changed once it is recorded"):
        register.change(store, replace(saved, found="It worked"), **ME)
    with pytest.raises(BadValue, match="Council recorded the one after 4 weeks on 8 November 2017 already"):
        register.record_assessment(store, made, **ME)


def test_the_last_assessment_closes_its_ended_intervention_in_the_same_stroke_or_not_at_all(store, place):
    still = running(store, place)
    ended = running(store, place, status="ended", end=date(2017, 10, 1))
    for item in (still, ended):
        made = Assessment(place.id, item.id, 4, DAY, "Council", "No clear change")
        if item is still:
            with pytest.raises(BadValue, match="active cannot become assessed"):
                register.record_assessment(store, made, closes=True, **ME)
        else:
            register.record_assessment(store, made, closes=True, **ME)
    assert reads.get(store, Intervention, ended.id).status == "assessed"
    assert [a.intervention_id for a in reads.listed(store, Assessment)] == [ended.id]
    assert places_to_assess(store, today=date(2018, 9, 12))["intervention_id"].tolist() == [still.id]


def test_an_assessment_is_of_an_intervention_of_its_place_and_names_nobody(store, place):
    item = running(store, place)
    made = Assessment(place.id, item.id, 4, DAY, "Council", "Mr Smith has left")
    with pytest.raises(BadValue, match="seems to name a person"):
        register.record_assessment(store, made, **ME)
    with pytest.raises(BadValue, match="not in the register of this place"):
        register.record_assessment(store, replace(made, intervention_id=item.id + 1, found="Quiet"), **ME)


def test_what_was_done_at_a_place_since_merged_can_still_be_assessed(store, place):
    item = running(store, place)
    other = register.add(store, replace(BLOCK, name="Next block"), **ME)
    register.merge_places(store, [place, other], name="Both", on=DAY, **ME)
    register.record_assessment(store, Assessment(place.id, item.id, 4, DAY, "Council", "Quiet"), **ME)
    assert places_to_assess(store, today=DAY).empty


def test_a_store_from_before_assessments_were_recorded_opens_and_records_them(tmp_path):
    path = tmp_path / "old.sqlite"
    old = open_store(path, at=NOW, create=True)
    place = register.add(old, BLOCK, **ME)
    item = running(old, place)
    with old.writing() as connection:
        register_tables.assessment.drop(connection)
    old.set_meta({"schema_version": "11"})
    old.close()
    new = open_store(path, at=NOW)
    assert places_to_assess(new, today=DAY)["intervention_id"].tolist() == [item.id]
    register.record_assessment(new, Assessment(place.id, item.id, 4, DAY, "Council", "Quiet"), **ME)
    assert places_to_assess(new, today=DAY).empty and check(new)["integrity"] == "ok"
    assert places_to_assess(new.within({"Tidewick"}), today=DAY).empty
    assert reads.listed(new.within({"Elsewhere"}), Assessment) == []
    new.close()


def test_a_store_whose_interventions_had_no_title_keeps_them_and_gains_it(tmp_path):
    path = tmp_path / "old.sqlite"
    old = open_store(path, at=NOW, create=True)
    place = register.add(old, BLOCK, **ME)
    kept = register.add(old, Intervention(place.id, "ENV", "Landlord"), **ME)
    with old.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE intervention DROP COLUMN title")
    old.set_meta({"schema_version": "4"})
    old.close()
    new = open_store(path, at=NOW)
    assert reads.get(new, Intervention, kept.id) == kept and kept.label == "Door entry, CCTV, lighting, gates or locks"
    told = register.change(new, replace(kept, title="CCTV working"), **ME)
    assert reads.interventions(new)["what"].tolist() == ["CCTV working"] == [told.label]
    new.close()


def test_a_store_from_before_the_index_held_months_counts_them_without_reading_a_row(tmp_path):
    path = tmp_path / "old.sqlite"
    old = open_store(path, at=NOW, create=True)
    with old.writing() as connection:
        connection.exec_driver_sql("DROP INDEX incident_by_snapshot")
        connection.exec_driver_sql("CREATE INDEX incident_by_snapshot ON incident (snapshot, source)")
    old.set_meta({"schema_version": "9"})
    old.close()
    new = open_store(path, at=NOW)
    counted = "SELECT source, snapshot, month, count(*) FROM incident GROUP BY source, snapshot, month"
    with new.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counted}").all()
    assert "USING COVERING INDEX incident_by_snapshot" in plan[0][3] and len(plan) == 1
    new.close()


def test_a_store_from_before_comparison_areas_were_recorded_gains_the_column(tmp_path):
    path = tmp_path / "old.sqlite"
    old = open_store(path, at=NOW, create=True)
    place = register.add(old, BLOCK, **ME)
    kept = register.add(old, Intervention(place.id, "ENV", "Landlord"), **ME)
    with old.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE intervention DROP COLUMN compare_with")
    old.set_meta({"schema_version": "7"})
    old.close()
    new = open_store(path, at=NOW)
    chosen = register.change(new, replace(reads.get(new, Intervention, kept.id), compare_with="Quay House"), **ME)
    assert reads.get(new, Intervention, kept.id) == chosen
    assert audit_lines(new)[-1].who == ME["who"] and "Quay House" in audit_lines(new)[-1].after
    new.close()


def test_a_door_or_a_person_is_refused_when_written_and_still_read_where_an_older_hub_holds_it(store, place):
    lock = Intervention(place.id, "ENV", "Council", title="Lock at Flat 7")
    for named in (task(place, task="Knock at flat 7"), lock):
        with pytest.raises(BadValue, match="seems to name"):
            register.add(store, named, **ME)
    kept = register.add(store, task(place), **ME)
    with pytest.raises(BadValue, match="seems to name"):
        closing = {"status": "done", "outcome": "Mr Jones has moved", "closed": DAY}
        register.change(store, replace(kept, **closing), **ME)
    with store.writing() as connection:  # as a hub of last year may have it
        connection.execute(register_tables.action.update().values(task="Knock at flat 7"))
    old = reads.get(store, Action, kept.id)
    done = register.change(store, replace(old, status="done", outcome="Nobody there", closed=DAY), **ME)
    assert done.task == "Knock at flat 7" and done.status == "done"


TEN_MEMBERS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from hotspots.register.actions import Action
from hotspots.store import open_store, register

path, place_id, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
day, now = date(2017, 11, 8), datetime(2017, 11, 8, 10, 0)

def member(number):
    store = open_store(path, at=now)
    for i in range(3):
        task = Action(place_id, f"task {i} of member {number}", f"Agency {number}", "Manager", day, day)
        register.add(store, task, who=f"member {number}", at=now)
    store.close()

with ThreadPoolExecutor(10) as pool:
    list(pool.map(member, range(first, first + 10)))
"""


def test_twenty_members_in_two_processes_recording_at_once_lose_nothing(store, place_for_store, place, project):
    command = [sys.executable, "-c", TEN_MEMBERS, place_for_store, str(place.id)]
    running = [subprocess.Popen([*command, first], cwd=project) for first in ("0", "10")]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    found = reads.actions(store)
    assert set(found["task"]) == {f"task {i} of member {m}" for m in range(20) for i in range(3)}
    assert len(found) == 60 and len(audit_lines(store)) == 61
    assert check(store)["integrity"] == "ok"  # the audit chain too


def test_of_many_members_changing_one_action_each_version_has_one_winner(store, place_for_store, place):
    action = register.add(store, task(place), **ME)

    def change(number: int) -> bool:
        mine = open_store(place_for_store, at=NOW)
        try:
            register.change(mine, replace(action, task=f"version of {number}"), who=f"member {number}", at=NOW)
        except register.Conflict:
            return False
        finally:
            mine.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(change, range(8)))
    assert sum(won) == 1
    assert reads.get(store, Action, action.id).task == f"version of {won.index(True)}"


def test_the_story_of_one_block_from_adoption_to_minutes_and_plan(store, place):
    """The shape of the acceptance story: entered, joined up, printed."""
    team = {"lead": "Council", "partners": ("Police", "Saltreach Homes")}
    drive = Intervention(
        place.id, "RES", **team, status="ended", start=date(2017, 9, 4), end=date(2017, 10, 31),
        expected_reporting_effect="up",
    )  # fmt: skip
    order = Intervention(
        place.id, "CLO", "Police", partners=("Council",), power_id="P022",
        status="active", start=date(2017, 11, 21), end=date(2018, 2, 20),
    )  # fmt: skip
    for item in (
        drive,
        Intervention(place.id, "WAR", "Police", status="active", start=date(2017, 11, 14)),
        order,
    ):
        register.add(store, item, **ME)
    late = register.add(store, task(place, raised=date(2017, 10, 1), due=date(2017, 11, 1)), **ME)
    register.add(store, task(place, task="Mend CCTV", power_id="P145", epic="Prevention"), **ME)
    plan = SaraPlan(place.id, "Reports rose", "reports a month", 11, 3, date(2018, 8, 31), date(2018, 9, 5))
    register.add(store, plan, **ME)

    actions, interventions = reads.actions(store), reads.interventions(store)
    waited = days_to_joint_action({place.id: date(2017, 6, 1)}, interventions, on=date(2017, 11, 22))
    assert waited["days"].tolist() == [95]
    assert overdue(actions, on=DAY)["id"].tolist() == [late.id]
    assert reporting_drives(reads.listed(store, Intervention))[0].start == date(2017, 9, 4)
    clocks = clock_table(reads.listed(store, Intervention), {place.id: place.name}, at=datetime(2017, 11, 22, 10, 0))
    meeting = Meeting("Tidewick hub", DAY, "OFFICIAL", "Manager", date(2017, 10, 31), ["Council", "Police"])
    page = minutes_html(
        meeting,
        overdue=overdue(actions, on=DAY),
        closed=actions[actions["closed"].notna()],
        news=pd.DataFrame(),
        assessed=reads.assessments(store),
        to_assess=pd.DataFrame(),
        decisions=interventions,
        new_actions=actions[actions["raised"] == pd.Timestamp(DAY)],
        clocks=clocks,
    )
    for words in ("Closure order", "Mend CCTV", "20 Feb 2018, 23:59", "Police; Saltreach Homes"):
        assert words in page
    held = reads.plan_of(store, place.id)
    rows = sara_rows(held, actions=actions, interventions=interventions)
    assert rows.loc[rows["stage"] == "Response", "heading"].tolist() == ["Intervention"] * 3 + [
        "Action",
        "Prevention",
    ]
    assert "Assess on" in sara_html(meeting, place=place.name, rows=rows)
