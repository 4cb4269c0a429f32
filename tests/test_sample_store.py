"""The sample store opens with its register: places, what was done, late actions, partners."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from hotspots import store as stores
from hotspots.errors import NoData
from hotspots.pipeline.agenda import places_to_assess
from hotspots.pipeline.places import adopted, place_charts, place_view
from hotspots.register.actions import overdue
from hotspots.register.assessments import Assessment
from hotspots.register.interventions import Intervention
from hotspots.register.places import COMPARISON, Place
from hotspots.register.site_checks import checklist
from hotspots.sample import load as sample_load
from hotspots.sample import store as sample_store
from hotspots.sample import story as sample_story
from hotspots.store import Store, annotations
from hotspots.store import register_reads as reads

AT = datetime(2026, 1, 5, 9)
TODAY = sample_store.TODAY


@pytest.fixture(scope="module")
def store(sample_file: Path) -> Iterator[Store]:
    opened = stores.open_store(sample_file, at=AT)
    yield opened
    opened.close()


def rows_of(project: Path, name: str) -> list[dict]:
    return json.loads((project / "data" / "sample" / f"{name}.json").read_text(encoding="utf-8"))


def test_every_row_of_the_files_is_in_the_store(store: Store, project: Path) -> None:
    for name, noun in sample_load.NOUNS.items():
        assert len(reads.listed(store, noun)) == len(rows_of(project, name)), name
    assert len(reads.listed(store, Assessment)) == len(rows_of(project, "assessments"))
    places = reads.listed(store, Place)
    assert len(places) == len(rows_of(project, "places")) + len(rows_of(project, "blocks"))
    assert len(reads.partners(store)) >= 47
    notes = rows_of(project, "annotations")
    assert {(n.kind, n.district, n.note) for n in annotations(store)} == {
        (r["kind"], r["district"], r["note"]) for r in notes
    }


def test_a_row_keeps_its_days_words_and_place(store: Store, project: Path) -> None:
    row = next(r for r in rows_of(project, "interventions") if r["kind"] == "CLO" and "Park View" in r["place"])
    saved = next(i for i in reads.listed(store, Intervention, place_id=park_view(store).id) if i.kind == "CLO")
    assert (saved.start, saved.end) == (date(2017, 11, 21), date(2018, 2, 20))
    assert saved.partners == tuple(row["partners"]) and saved.lead == row["lead"] and saved.shuts


def test_comparison_areas_are_kept_but_not_listed_as_adopted(store: Store, project: Path) -> None:
    kept = [p for p in reads.listed(store, Place) if p.kind == COMPARISON]
    assert [p.name for p in kept] == [r["name"] for r in rows_of(project, "blocks")]
    assert {p.name for p in adopted(store)} == {r["name"] for r in rows_of(project, "places")}
    done = {i.place_id for i in reads.listed(store, Intervention)}
    assert done.isdisjoint(p.id for p in kept)


def test_the_hub_opens_with_two_late_actions_and_two_items_to_look_at(store: Store) -> None:
    late = overdue(reads.actions(store), on=TODAY)
    assert dict(zip(late["task"], late["days_late"], strict=True)) == {
        "Joint visit to the three busiest stairs": 7,
        "Re-check stair lighting": 2,
    }
    seen = checklist(reads.site_checks(store), place_id=park_view(store).id, on=TODAY).set_index("item")["flag"]
    assert seen[seen != ""].to_dict() == {"lighting": "not checked for 93 days", "bin store": "failed"}


def test_counts_inside_the_frozen_boundary_are_those_the_story_was_written_with(store: Store) -> None:
    place = park_view(store)
    chart = place_charts(store, [place], today=TODAY)[place.id].set_index("period")["n"]
    shown = chart[date(2016, 3, 1).isoformat() :].to_list()
    gap = 3
    known = [int(n) for i, n in enumerate(shown) if i != gap]
    assert known == [1, 2, 3, 3, 2, 2, 3, 2, 1, 3, 2, 5, 6, 8, 9, 10, 11, 14, 19, 15, 6, 4, 3, 2, 1, 0, 1, 0, 0]
    assert shown[gap] != shown[gap], "June 2016 was not received: a gap, never the one report of others"


def test_a_profile_begins_where_the_data_begin(store: Store) -> None:
    place = park_view(store)
    chart = place_charts(store, [place], today=TODAY)[place.id]
    whole = place_view(store, place, chart, months=None, today=TODAY)
    longer = place_view(store, place, chart, months=240, today=TODAY)
    assert longer.window == whole.window and len(longer.months) == len(chart) and longer.n == whole.n


def test_a_missing_file_leaves_no_half_made_sample(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    (folder / "fire-log.csv").write_bytes((project / "data" / "sample" / "fire-log.csv").read_bytes())
    with pytest.raises(NoData, match=r"json is missing"):
        sample_store.make_sample_store(folder, tmp_path / "made.sqlite", at=AT)
    assert not (tmp_path / "made.sqlite").exists()


def park_view(store: Store) -> Place:
    return next(p for p in reads.listed(store, Place) if p.name == sample_story.PARK_VIEW)


def test_the_meeting_of_the_story_has_six_to_assess_one_of_them_missed_since_june(store: Store) -> None:
    due = places_to_assess(store, today=TODAY)
    assert len(due) == 6 and due["days_late"].tolist() == [86, 21, 14, 12, 9, 9]
    assert due["what"].iloc[0] == "CCTV working" and due["weeks"].iloc[0] == "26"
