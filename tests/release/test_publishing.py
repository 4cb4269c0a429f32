"""What `publish` releases, what it holds back, and that what is released stays."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import BadFrame, BadValue, StoreError
from hotspots.periods import Window, add_months
from hotspots.release import publishing
from hotspots.release.audit import Recoverable
from hotspots.release.due import calendar_periods, steps
from hotspots.release.outcomes import HIDDEN, TOO_FEW, WardOutcome, facts_from_json, verdict_of
from hotspots.release.partition import ALL
from hotspots.release.publishing import publish
from hotspots.release.rounding import FEWER, NO_DATA, SUPPRESSED, shown
from hotspots.release.tally import GROUPS, Tally
from hotspots.store.published import read_published
from tests.release import towns
from tests.release.towns import AFTER, AT, BEFORE, DRAWN, HELD, QUAY_AFTER, QUAY_BEFORE, TODAY

TOWN = towns.town(mean=5.0, wards=2, least=8.0)
STORY = towns.with_place(TOWN, before=QUAY_BEFORE, after=QUAY_AFTER)


def published(path, counts=TOWN, **changes):
    """Publish into `path` as on an ordinary day; returns the summary and what the file then holds."""
    given = {"held": HELD, "path": path, "at": AT, "today": TODAY} | changes
    return publish(counts, **given), read_published(path)


def figure(held, area, start, end, kind=ALL):
    """The words that hold now for one figure."""
    now = held.current().figures.set_index(["area", "start", "end", "kind"])["shown"]
    return now[area, pd.Timestamp(start), pd.Timestamp(end), kind]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "hub-published.sqlite"


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    path = tmp_path_factory.mktemp("story") / "hub-published.sqlite"
    outcome = towns.outcome(QUAY_BEFORE, QUAY_AFTER)
    return published(path, STORY, places=[outcome], drawn=DRAWN)


def test_only_calendar_quarters_and_years_of_wards_are_released(file):
    _, held = published(file)
    lengths = {(r.start.month, (r.end - r.start).days // 28) for r in held.figures.itertuples()}
    assert {start for start, _ in lengths} == {1, 4, 7, 10}
    assert {months for _, months in lengths} == {3, 13}
    assert set(held.figures["kind"]) == {*GROUPS, ALL}
    assert set(held.areas["level"]) == {"ward", "district"}


def test_a_period_is_released_a_month_after_its_end_and_not_a_day_before(file):
    due = Window(date(2018, 7, 1), date(2018, 10, 1))
    assert due in calendar_periods(HELD, today=date(2018, 11, 1))
    assert due not in calendar_periods(HELD, today=date(2018, 10, 31))
    summary, _ = published(file, today=date(2018, 10, 31))
    assert summary.as_of == date(2018, 6, 30)


def test_released_numbers_are_the_rounded_counts(file):
    _, held = published(file)
    tally = Tally.of(TOWN, held=HELD)
    for row in held.figures.itertuples():
        if row.shown != SUPPRESSED:
            window = Window(row.start.date(), row.end.date())
            assert row.shown == shown(tally.count(row.area, window, row.kind))


def test_totals_are_rounded_on_their_own(file):
    counts = towns.rows_of(np.full((1, 33, 5), 2), wards=["A"], categories=list(towns.CATEGORY.values()))
    _, held = published(file, counts)
    assert figure(held, "ward:Mere/A", date(2016, 1, 1), date(2016, 4, 1), "Drugs") == "about 5"  # 6
    assert figure(held, "ward:Mere/A", date(2016, 1, 1), date(2016, 4, 1)) == "about 30"  # 30, not 25


def test_a_kind_that_is_not_listed_is_never_shown_by_itself(file):
    published(file)
    assert b"omestic" not in file.read_bytes()


def test_a_month_that_was_not_received_is_no_data_for_all_it_touches(file):
    _, held = published(file, gaps=[("Mere", date(2016, 5, 1))])
    assert figure(held, "ward:Mere/Ward 0", date(2016, 4, 1), date(2016, 7, 1)) == NO_DATA
    assert figure(held, "ward:Mere/Ward 0", date(2016, 1, 1), date(2017, 1, 1)) == NO_DATA
    assert figure(held, "ward:Mere/Ward 0", date(2016, 7, 1), date(2016, 10, 1)) != NO_DATA


def test_the_story_reads_about_fifty_then_fewer_than_five(story):
    summary, held = story
    assert not summary.refused
    assert figure(held, "place:1", BEFORE.start, BEFORE.end) == "about 50"
    assert figure(held, "place:1", AFTER.start, AFTER.end) == FEWER
    assert figure(held, "control:2", AFTER.start, AFTER.end) == "about 35"
    facts = facts_from_json(held.pages["facts"].iloc[0])
    assert (facts.verdict, facts.dwellings, facts.drive) == ("fell", 31, (date(2017, 9, 1), date(2017, 10, 1)))


def test_a_place_is_released_as_one_total_without_kinds(story):
    _, held = story
    own = held.figures[held.figures["area"].isin(DRAWN)]
    assert set(own["kind"]) == {ALL}
    lengths = {Window(r.start.date(), r.end.date()).length_in_months for r in own.itertuples()}
    assert lengths == {6}


def test_what_points_at_a_person_is_not_in_the_file(story):
    _, held = story
    facts = held.pages["facts"].iloc[0]
    assert "cuckoo" not in facts
    assert [d.kind for d in facts_from_json(facts).done] == ["RES", "WAR", "CLO"]
    assert {d.start.day for d in facts_from_json(facts).done if d.kind != "CLO"} == {1}


def test_the_facts_hold_no_number_but_homes_and_days(story):
    _, held = story
    facts = json.loads(held.pages["facts"].iloc[0])
    numbers = {k: v for k, v in facts.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    assert numbers == {"dwellings": 31}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"place": towns.place(dwellings=7)}, "fewer than 8"),
        ({"place": towns.place(dwellings=None)}, "fewer than 8"),
        ({"interventions": ()}, "nothing was done"),
        ({"area": "place:9"}, "not counted within its boundary"),
        ({"after": Window(date(2018, 4, 1), date(2018, 9, 1))}, "equally long"),
        ({"after": Window(date(2018, 6, 1), date(2018, 12, 1))}, "inside the months held"),
        ({"after": Window(date(2018, 2, 1), date(2018, 8, 1))}, "other reports"),
    ],
)
def test_a_place_that_breaks_a_rule_has_no_page(file, change, reason):
    outcome = towns.outcome(QUAY_BEFORE, QUAY_AFTER, **change)
    summary, held = published(file, STORY, places=[outcome], drawn=DRAWN)
    assert reason in summary.refused["Quay House"]
    assert held.pages.empty
    assert not held.figures["area"].isin(DRAWN).any()


def test_eight_addresses_are_enough(file):
    outcome = towns.outcome(QUAY_BEFORE, QUAY_AFTER, place=towns.place(dwellings=8))
    summary, _ = published(file, STORY, places=[outcome], drawn=DRAWN)
    assert not summary.refused


def test_a_place_waits_for_its_month(file):
    outcome = towns.outcome(QUAY_BEFORE, QUAY_AFTER)
    summary, _ = published(file, STORY, places=[outcome], drawn=DRAWN, today=date(2018, 9, 30))
    assert "from 2018-10-01" in summary.refused["Quay House"]


def test_a_small_pair_carries_no_verdict():
    """A fall from about 10 that beats luck can only be one to 0 or 1: saying so would tell the count."""
    assert verdict_of("fell", "about 15", FEWER) == TOO_FEW
    assert verdict_of("fell", "about 20", FEWER) == "fell"
    assert verdict_of("fell", SUPPRESSED, "about 40") == HIDDEN
    assert verdict_of("a new word", "about 40", "about 40") == "not looked at"


def test_publishing_again_changes_nothing(file):
    first, held = published(file)
    again, same = published(file, last_version=1)
    assert (first.version, again.version, again.figures) == (1, 0, 0)
    pd.testing.assert_frame_equal(held.figures, same.figures)


def test_a_new_quarter_is_added_and_the_old_ones_stay(file):
    published(file, today=date(2018, 8, 2))
    summary, held = published(file, today=TODAY, last_version=1)
    new = held.figures[held.figures["version"] == 2]
    assert summary.version == 2
    assert set(new["start"]) == {pd.Timestamp(2018, 7, 1)}


def late(counts, extra):
    """The same counts with some more reports of one kind in Ward 0, January 2016."""
    row = counts[(counts["ward"] == "Ward 0") & (counts["category"] == "Drugs")].head(1)
    return pd.concat([counts, row.assign(n=extra)], ignore_index=True)


def test_late_reports_under_five_leave_a_released_figure_alone(file):
    published(file)
    summary, held = published(file, late(TOWN, 4), last_version=1)
    assert summary.version == 0
    assert held.version == 1


def test_late_reports_of_more_are_released_as_a_new_version_beside_the_old(file):
    published(file)
    summary, held = published(file, late(TOWN, 60), last_version=1)
    key = ("ward:Mere/Ward 0", pd.Timestamp(2016, 1, 1), pd.Timestamp(2016, 4, 1), "Drugs")
    rows = held.figures.set_index(["area", "start", "end", "kind"]).loc[[key]]
    assert summary.revised == summary.figures >= 1
    assert sorted(rows["version"]) == [1, 2]


def test_shifted_windows_of_a_published_place_are_refused(file):
    published(file, STORY, places=[towns.outcome(QUAY_BEFORE, QUAY_AFTER)], drawn=DRAWN)
    shifted = [Window(add_months(w.start, 1), add_months(w.end, 1)) for w in (BEFORE, AFTER)]
    tally = Tally.of(STORY, held=HELD)
    months = [[tally.count("place:1", Window(m, add_months(m, 1)), ALL) for m in w.months()] for w in shifted]
    outcome = towns.outcome(*months, before=shifted[0], after=shifted[1])
    summary, _ = published(file, STORY, places=[outcome], drawn=DRAWN, last_version=1)
    assert "overlap those released before" in summary.refused["Quay House"]


def test_both_sides_of_a_pair_are_hidden_together():
    from hotspots.release.suppression import suppress

    rows = [("place:1", w.start, w.end, ALL, "about 40", "p") for w in (BEFORE, AFTER)]
    new = pd.DataFrame(rows, columns=["area", "start", "end", "kind", "shown", "pair"]).assign(version=1)
    new[["start", "end"]] = new[["start", "end"]].apply(pd.to_datetime)
    new.loc[0, "shown"] = SUPPRESSED
    assert (suppress(new.iloc[:0], new, [("place:1",)])["shown"] == SUPPRESSED).all()


def test_a_lost_file_stops_publishing(file):
    with pytest.raises(StoreError, match="restore the file"):
        published(file, last_version=3)


def test_boundaries_of_earlier_releases_are_needed(file):
    published(file, STORY, places=[towns.outcome(QUAY_BEFORE, QUAY_AFTER)], drawn=DRAWN)
    with pytest.raises(BadValue, match="boundary ever released"):
        published(file, STORY, drawn=["place:1"], last_version=1)


def test_a_ward_has_a_verdict_only_on_released_calendar_periods(file):
    comparison = towns.outcome(QUAY_BEFORE, QUAY_AFTER).comparison
    quarters = Window(date(2017, 4, 1), date(2017, 7, 1)), Window(date(2018, 4, 1), date(2018, 7, 1))
    good = WardOutcome("Mere", "Ward 0", *quarters, comparison)
    wrong = WardOutcome("Mere", "Ward 1", BEFORE, AFTER, comparison)
    summary, held = published(file, wards=[good, wrong])
    assert list(held.pages["area"]) == ["ward:Mere/Ward 0"]
    assert "calendar" in summary.refused["Ward 1"]


def test_without_secondary_suppression_nothing_is_published(file, monkeypatch):
    """Mutation: the audit is the wall, not the suppression."""
    small = towns.town(mean=0.4, seed=2)
    monkeypatch.setattr(publishing, "suppress", lambda _released, new, _cells: new)
    with pytest.raises(Recoverable):
        published(file, small)
    assert not file.exists()


def test_counts_that_are_not_as_described_are_refused(file):
    with pytest.raises(BadFrame):
        published(file, TOWN.drop(columns="areas"))
    with pytest.raises(BadValue):
        published(file, TOWN.assign(n=0.5))
    with pytest.raises(BadValue):
        published(file, held=replace(HELD, end=date(2018, 9, 15)))


def test_equal_steps_hold_both_windows_and_one_more_before():
    assert [w.start for w in steps(BEFORE, AFTER, HELD)] == [
        date(2016, 9, 1),
        date(2017, 3, 1),
        date(2017, 9, 1),
        date(2018, 3, 1),
    ]
    apart = Window(date(2018, 2, 1), date(2018, 8, 1))
    assert steps(BEFORE, apart, HELD) == [BEFORE, apart]
