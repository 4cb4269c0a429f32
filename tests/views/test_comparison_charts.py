"""Comparison charts and words: windows with counts, arrows where a line leaves the plot, no cause claimed."""

import math
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from shapely.geometry import Point

from hotspots.analysis.evaluation import compare
from hotspots.periods import Window
from hotspots.pipeline.comparison_view import GAP, ComparisonView, Ring
from hotspots.pipeline.control import ControlArea
from hotspots.pipeline.windows import Windows
from hotspots.release.disclosure import release
from hotspots.release.roles import Role, Viewer
from hotspots.views import comparison_charts as charts
from hotspots.views import comparison_maps as pictures
from hotspots.views import comparison_words as words
from hotspots.views import portfolio_words, refusal_words, reporting_words
from hotspots.views.palette import COLOURS

VIEWER = Viewer(role=Role.SENIOR_OFFICER)
BEFORE, AFTER = Window(date(2017, 3, 1), date(2017, 9, 1)), Window(date(2018, 3, 1), date(2018, 9, 1))


def view_of(before=(8, 9, 8, 8, 8, 8), after=(1, 0, 1, 1, 0, 1), **given) -> ComparisonView:
    found = compare(
        before, after, control_before=[6, 7, 6, 7, 6, 6], control_after=[6, 5, 6, 6, 6, 5],
        ring_before=[5, 4, 5, 4, 5, 4], ring_after=[4, 4, 4, 4, 4, 3], selected_as_hotspot=False,
    )  # fmt: skip
    months = pd.date_range("2016-09-01", "2018-08-01", freq="MS").astype("datetime64[us]")
    series = pd.concat(
        [pd.DataFrame({"period": months, "area": area, "n": 5.0}) for area in ("target", "control", "ring")]
    )
    series.loc[series["period"] == "2016-10-01", "n"] = math.nan
    place = Point(0, 0).buffer(20)
    ring = Ring(0, 150, 27, 23, found.ring_ratio, found.ring_low, found.ring_high, found.ring_verdict)
    made = ComparisonView(
        place="Salt Row", place_id=1, start=date(2017, 11, 21), end=date(2018, 2, 21), comparison=found,
        windows=Windows(BEFORE, AFTER, Window(date(2017, 11, 21), date(2018, 2, 21)), ()), unit="month",
        control=ControlArea("Quay House", "block", None, Point(250, 0).buffer(30), 200.0, ("Alike.",)),
        suggestions=(), ring=ring, far_ring=None, series=series,
        destinations=pd.DataFrame(columns=["place", "distance", "before", "after"]),
        reporting=pd.DataFrame([("reporter_kind", "resident", 40, 3), ("reporter_kind", "officer", 9, 1)],
                               columns=["what", "kind", "before", "after"]),
        in_closed=11, references="", outlines={"target": place, "ring": place.buffer(150).difference(place),
                                               "control": Point(250, 0).buffer(30)},
        done=(), notes=(),
    )  # fmt: skip
    return replace(made, **given)


@pytest.fixture
def view():
    return view_of()


def released(policy, frame):
    return release(frame, VIEWER, policy=policy)


def texts(chart) -> str:
    return str(chart.to_dict())


def test_windows_carry_their_counts_in_words(view):
    table = released("comparison windows", view.windows_table)
    done = release(pd.DataFrame(columns=["done", "start", "end", "drive"]), VIEWER, policy="things done")
    drawn = texts(charts.timeline(released("comparison", view.series), table, done))
    assert all(said in drawn for said in ("Before: 49", "After: 4", "During: 11", "No data, October 2016"))
    assert drawn.index("[3, 3]") < drawn.index("middle"), "a gap is drawn first: it never covers a window's count"


def test_what_was_done_stands_beneath_a_day_as_a_diamond_a_drive_pale(view):
    done = pd.DataFrame(
        {
            "done": ["Search warrant", "Reporting drive", "CCTV"],
            "start": pd.to_datetime(["2017-11-14", "2017-09-04", "2017-12-18"]),
            "end": pd.to_datetime(["2017-11-15", "2017-11-01", None]),
            "drive": [False, True, False],
        }
    )
    chart = charts.timeline(
        released("comparison", view.series),
        released("comparison windows", view.windows_table),
        release(done, VIEWER, policy="things done"),
    )
    lanes = [mark["mark"] for mark in chart.to_dict()["layer"][-1]["layer"]]
    assert sum(mark.get("shape") == "diamond" for mark in lanes) == 1
    assert sum("strokeDash" in mark for mark in lanes) == 1


def test_small_multiples_share_the_scale_they_are_given(view):
    series = released("comparison", view.series)
    table = released("comparison windows", view.windows_table)
    for area in ("target", "control", "ring"):
        drawn = texts(charts.small_multiple(series, table, area, top=20.0))
        assert "[0, 20.0]" in drawn
        assert COLOURS[charts.MEANING[area]] in drawn


def test_an_interval_beyond_the_plot_ends_in_an_arrow_and_the_naive_figure_has_none(view):
    frame = view.intervals
    frame.loc[frame["kind"] == "ring", "high"] = 4.6
    spec = charts.interval_chart(released("comparison intervals", frame)).to_dict()
    marks = [layer["mark"] for layer in spec["layer"]]
    assert any(mark.get("shape") == "triangle-right" for mark in marks)
    data = {row["kind"]: row for rows in spec["datasets"].values() for row in rows if "kind" in row and "says" in row}
    assert data["naive"]["low"] is None
    assert data["naive"]["says"] == "92% fewer: do not quote"
    assert data["ring"]["to"] == charts.RIGHTS[-1] and data["ring"]["beyond"] == "goes on to +460%"
    assert data["naive"]["label"] == "Naive, before and after alone|92% fewer: do not quote"  # no words in the plot


@pytest.mark.parametrize(("high", "end"), [(0.64, 1.0), (1.04, 1.25), (1.27, 1.5), (1.9, 2.0)])
def test_the_plot_reaches_as_far_as_its_lines_do(view, high, end):
    frame = view.intervals
    frame.loc[frame["kind"] == "ring", "high"] = high
    spec = charts.interval_chart(released("comparison intervals", frame)).to_dict()
    scale = next(layer["encoding"]["x"]["scale"] for layer in spec["layer"] if "scale" in layer["encoding"]["x"])
    assert scale["domain"][0] < -1 and scale["domain"][1] > end
    rows = [row for rows in spec["datasets"].values() for row in rows if row.get("kind") == "ring"]
    assert all(row["to"] == high and row["beyond"] == "" for row in rows)
    assert "no change" in texts(charts.interval_chart(released("comparison intervals", frame)))


def test_a_district_does_not_make_a_flat_line_of_a_place(view):
    many = view.series.assign(n=view.series["n"].where(view.series["area"] != "control", 150.0))
    near, far = (released("comparison", frame) for frame in (view.series, many))
    assert charts.beside(near) and not charts.beside(far)
    table = released("comparison windows", view.windows_table)
    done = release(pd.DataFrame(columns=["done", "start", "end", "drive"]), VIEWER, policy="things done")
    assert "150.0" not in texts(charts.timeline(far, table, done))


def test_the_sentence_gives_the_interval_before_the_estimate_and_never_a_cause(view):
    everything = " ".join(
        [words.headline(view), words.counts_line(view), words.luck(view), words.moved(view), *words.cannot_say(view)]
    )
    assert "are consistent with a fall of between" in words.headline(view)
    assert "%" in words.headline(view) and "Best estimate" not in words.headline(view)
    assert "**49** reports in March to August 2017 to **4** in March to August 2018" in words.counts_line(view)
    assert "caused by" not in everything and "because of" not in everything


def test_a_refusal_says_so_and_draws_nothing_false():
    view = view_of(before=(8, 9, math.nan, 8, 8, 8))
    assert "Nothing can be said" in words.headline(view)
    assert words.interval_title(view) == "No interval can be worked out from these counts"
    spec = charts.interval_chart(released("comparison intervals", view.intervals)).to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows if row.get("kind") == "honest"]
    assert all(row["low"] is None for row in rows)


def test_an_open_question_names_the_day_it_could_be_answered():
    view = view_of()
    waited = replace(view, comparison=replace(view.comparison, when_could_tell=3))
    assert waited.could_tell_on == date(2018, 12, 1)
    assert "A halving would show from 1 December 2018." in words.next_test(waited, None)


def test_silence_is_held_against_reports_that_do_not_depend_on_residents(view):
    assert "too few reports to rule silence out" in reporting_words.reporting(view)
    many = view.reporting.assign(before=[40, 90], after=[3, 7])
    assert "silence alone would not explain it" in reporting_words.reporting(replace(view, reporting=many))
    rose = view.reporting.assign(after=[3, 20])
    assert "different ways" in reporting_words.reporting(replace(view, reporting=rose))
    few = view.reporting.assign(before=[40, 2])
    assert "Too few" in reporting_words.reporting(replace(view, reporting=few))


def test_silence_may_be_part_of_a_fall_that_residents_made_alone(view):
    kinds = pd.DataFrame(
        [("reporter_kind", "resident", 60, 4), ("reporter_kind", "officer", 30, 26), ("source", "housing", 90, 30)],
        columns=["what", "kind", "before", "after"],
    )
    seen = replace(view, reporting=kinds)
    assert seen.silence.high < 1
    assert "silence may be part of it" in reporting_words.reporting(seen)
    assert reporting_words.who_reported(seen) == "Who reported: residents 60 to 4, officers 30 to 26."
    assert (
        reporting_words.officer_found(seen)
        == "Officers found 30 of 90 reports before (33%) and 26 of 30 reports after (87%)."
    )
    assert reporting_words.third_party(seen) == ""


def test_fires_and_ambulances_stand_apart_and_a_share_of_few_has_no_percentage(view):
    rows = [("source", "Fire and rescue", 8, 2), ("source", "Ambulance trust", 3, 1), ("source", "housing", 30, 1)]
    calls = pd.DataFrame(rows, columns=["what", "kind", "before", "after"])
    seen = replace(view, reporting=pd.concat([view.reporting, calls]))
    assert "Fire and rescue 8 to 2; Ambulance trust 3 to 1." in reporting_words.third_party(seen)
    assert "housing" not in reporting_words.third_party(seen)
    assert (
        reporting_words.officer_found(seen) == "Officers found 9 of 49 reports before (18%) and 1 of 4 reports after."
    )
    nobody = replace(view, reporting=view.reporting.head(0))
    assert nobody.silence is None and reporting_words.reporting(nobody) == ""


def test_a_closed_period_has_its_own_rate_beside_the_two_windows(view):
    assert words.phases(view) == (
        "Reports a month: **8.1** before, **3.6** during the action itself (11 reports, 21 November 2017 to "
        "20 February 2018, in neither window), **0.7** after."
    )
    assert words.phases(replace(view, in_closed=None)) == ""


def test_the_difference_in_reports_gives_its_interval_first(view):
    said = words.difference(view)
    assert said.startswith("Weighted displacement difference (WDD): how many reports") and "Minus: fewer" in said
    assert "From March to August 2017 to March to August 2018" in said
    assert said.index(" to −") < said.index("WDD −")


def test_what_the_watch_says_of_a_place():
    row = {"observed": 8.0, "usual_low": 0.0, "usual_high": 3.0, "watched_from": pd.Timestamp("2018-02-21")}
    back = pd.DataFrame([row | {"since": pd.Timestamp("2018-08-01")}])
    quiet = pd.DataFrame([row | {"observed": 0.0, "since": pd.NaT}])
    assert words.lasted(back, waiting=False) == (
        "No, it has come back since 1 August 2018: 8 reports in the last month, those on map points too; quiet range "
        "0 to 3 a month."
    )
    assert "watched since 21 February 2018 and quiet (0 reports in the last month" in words.lasted(quiet, waiting=False)
    assert "when the action ends" in words.lasted(quiet.head(0), waiting=True)
    assert words.lasted(quiet.head(0), waiting=False) == ""
    for verdict in ("refused", "rose"):
        assert words.lasted(quiet, waiting=False, verdict=verdict).startswith("Cannot be said")
        assert "come back" in words.lasted(back, waiting=False, verdict=verdict)
    assert "Cannot be called quiet" in words.lasted(quiet.head(0), waiting=False, never=True)


def test_a_watch_says_in_few_letters_when_it_rings_and_how_often_by_luck():
    rule = "Reports over 2 a month add up to 2.5 or more (usual 1 a month; with nothing wrong it rings once in …)"
    row = pd.Series({"rule": rule, "run_length": 60.0, "counted_by": "month"})
    assert portfolio_words.rings_when(row) == "what is over 2 a month adds up to 2.5"
    assert portfolio_words.by_luck(row) == "once in 5 years"


def test_hours_stand_beside_an_interval_of_reports_avoided(view):
    said = words.cost(view, 55)
    assert said.startswith("55 staff hours")
    assert said.index("Between") < said.index("best estimate")
    either = replace(view.comparison, avoided_low=-18.2, avoided=4.1, avoided_high=12.0)
    told = words.cost(replace(view, comparison=either), 180)
    assert "From 18 more to 12 fewer reports than expected" in told and "(best estimate 4 fewer)" in told


def test_a_gap_is_told_as_such_beside_counts_that_leave_it_out():
    view = view_of(before=(8, 9, math.nan, 8, 8, 8), refused_for=GAP, gaps=("council log, May 2017",))
    assert "left out of both counts" in words.counts_line(view) and "periods" not in refusal_words.why_refused(view)
    assert "not received whole" in refusal_words.why_refused(view)
    assert refusal_words.what_remains(view)[0] == "Import what was not received: council log, May 2017."
    assert words.moved(replace(view, ring=replace(view.ring, verdict="refused"))).startswith("Not judged within 150 m")
    assert all("rose or fell" not in line or "stand alone" in line for line in words.cannot_say(view))


def test_map_pictures_hold_counts_and_no_text_of_the_data(view):
    outlines = released("comparison outlines", view.area_counts)
    before, after = pictures.still_pair(outlines)
    assert ">49<" in before and ">4<" in after
    assert "Salt Row" not in before + after and "Quay" not in before + after


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (BEFORE, "March to August 2017"),
        (Window(date(2016, 12, 1), date(2017, 6, 1)), "December 2016 to May 2017"),
        (Window(date(2017, 3, 1), date(2017, 4, 1)), "March 2017"),
        (Window(date(2017, 3, 6), date(2017, 9, 4)), "6 March to 3 September 2017"),
        (Window(date(2017, 12, 6), date(2018, 1, 4)), "6 December 2017 to 3 January 2018"),
        (Window(date(2017, 11, 14), date(2017, 11, 15)), "14 November 2017"),
    ],
)
def test_windows_in_words(window, said):
    assert words.window(window) == said


def test_where_no_place_is_watched_nobody_is_told_that_none_stayed_quiet():
    spots = pd.DataFrame({"kind": ["hotspot"] * 3})
    told = portfolio_words.quiet_title(spots, places_watched=0)
    assert told == "No watch of a place has begun; 3 hotspots as usual"
    assert portfolio_words.quiet_title(spots, places_watched=1).startswith("No watched place can be called quiet")
    assert portfolio_words.quiet_title(spots.head(0), places_watched=0) == "No watch has begun"
    assert portfolio_words.watch_title(spots.head(0), 0) == "Nothing is watched yet"
    assert "times a year" not in portfolio_words.watch_budget(0, 0.0)
