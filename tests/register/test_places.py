"""Places: adopted, frozen, merged, split, redrawn, excluded."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from shapely.geometry import LineString, Polygon, box

from hotspots.errors import BadValue
from hotspots.register.places import (
    VALID_TRANSITIONS,
    Place,
    boundary_of,
    cut,
    exclude,
    merge,
    places_frame,
    redraw,
    require_transition,
    split,
)

DAY = date(2017, 11, 8)
LEFT = Place("Left block", "block", box(0, 0, 30, 30), DAY, dwellings=31, problem_types=("drugs", "ASB"), id=1)
RIGHT = Place("Right block", "block", box(20, 0, 50, 30), DAY, dwellings=12, problem_types=("ASB", "noise"), id=2)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": " "}, "needs a name"),
        ({"kind": "castle"}, "kind must be one of block"),
        ({"dwellings": -1}, "below zero"),
        ({"geometry": LineString([(0, 0), (5, 5)])}, "must be an area"),
        ({"geometry": box(0, 0, 0.001, 0.001)}, "must be an area of more than a square metre"),
        ({"geometry": Polygon([(0, 0), (10, 10), (10, 0), (0, 20)])}, "crosses itself"),
    ],
)
def test_what_is_no_place_is_refused(given, says):
    with pytest.raises(BadValue, match=says):
        replace(LEFT, **given)


@pytest.mark.parametrize(("old", "new"), list(product(VALID_TRANSITIONS, VALID_TRANSITIONS)))
def test_every_pair_of_statuses(old, new):
    allowed = {("active", "excluded"), ("active", "merged"), ("active", "split"), ("excluded", "active")}
    if (old, new) in allowed:
        require_transition(old, new)
    else:
        with pytest.raises(BadValue, match=f"{old} cannot become {new}"):
            require_transition(old, new)


def test_merging_covers_both_and_adds_up_what_is_known():
    both = merge([LEFT, RIGHT], name="The blocks", on=date(2018, 1, 2))
    assert both.geometry.equals(box(0, 0, 50, 30)) and both.dwellings == 43 and both.id is None
    assert both.problem_types == ("drugs", "ASB", "noise") and both.adopted_on == date(2018, 1, 2)
    assert "Left block, Right block" in both.reason
    assert merge([LEFT, replace(RIGHT, dwellings=None)], name="x", on=DAY).dwellings is None
    with pytest.raises(BadValue, match="two places or more"):
        merge([LEFT, LEFT], name="x", on=DAY)
    with pytest.raises(BadValue, match="merged cannot become merged"):
        merge([LEFT, replace(RIGHT, status="merged")], name="x", on=DAY)


def test_splitting_gives_parts_inside_the_place_that_do_not_overlap():
    north, south = split(
        LEFT, {"North": box(0, 15, 30, 30), "South": box(0, 0, 30, 15)}, on=DAY, dwellings={"North": 20}
    )
    assert (north.name, north.dwellings, south.dwellings) == ("North", 20, None)
    assert north.problem_types == LEFT.problem_types and north.id is None
    with pytest.raises(BadValue, match="inside the place"):
        split(LEFT, {"a": box(0, 0, 30, 15), "b": box(0, 15, 40, 30)}, on=DAY)
    with pytest.raises(BadValue, match="overlap by 150 square metres"):
        split(LEFT, {"a": box(0, 0, 30, 20), "b": box(0, 15, 30, 30)}, on=DAY)
    with pytest.raises(BadValue, match="two parts or more"):
        split(LEFT, {"a": box(0, 0, 30, 20)}, on=DAY)


def test_a_hand_drawn_sliver_is_let_pass():
    parts = split(LEFT, {"a": box(0, 0, 30, 15.01), "b": box(0, 15, 30, 30.01)}, on=DAY)
    assert len(parts) == 2


def test_a_cut_parts_a_place_along_its_line_however_short_the_line():
    west, east = cut(LEFT, [(10, 14), (10, 15)])
    assert west.area == pytest.approx(300) and east.area == pytest.approx(600)
    assert west.union(east).symmetric_difference(LEFT.geometry).area < 1e-6
    for ends, says in [
        ([(10, 14)], "needs its two ends"),
        ([(10, 14)] * 2, "one point"),
        ([(99, 0), (99, 9)], "in two"),
    ]:
        with pytest.raises(BadValue, match=says):
            cut(LEFT, ends)


def test_a_boundary_needs_three_corners_and_may_not_cross_itself():
    assert redraw(LEFT, boundary_of([(0, 0), (40, 0), (0, 40)]), reason="x").geometry.area == 800
    with pytest.raises(BadValue, match="three corners or more; 2 are marked"):
        boundary_of([(0, 0), (1, 1)])
    with pytest.raises(BadValue, match="crosses itself"):
        redraw(LEFT, boundary_of([(0, 0), (10, 10), (10, 0), (0, 20)]), reason="x")


def test_redrawing_and_excluding_need_a_reason():
    assert redraw(LEFT, box(0, 0, 40, 40), reason="garages added").geometry.area == 1600
    assert exclude(LEFT, reason="hospital's default location").status == "excluded"
    for attempt in (lambda: redraw(LEFT, box(0, 0, 9, 9), reason=" "), lambda: exclude(LEFT, reason="")):
        with pytest.raises(BadValue, match="needs a reason"):
            attempt()
    with pytest.raises(BadValue, match="only an active place"):
        redraw(replace(LEFT, status="excluded"), box(0, 0, 9, 9), reason="x")


def test_the_frame_carries_metres_and_types_even_when_empty():
    frame = places_frame([LEFT, replace(RIGHT, dwellings=None)], crs="EPSG:27700")
    assert frame.crs == "EPSG:27700" and frame.loc[1, "problem_types"] == "drugs; ASB"
    empty = places_frame([], crs="EPSG:27700")
    assert empty.crs == frame.crs
    kept = ["dwellings", "adopted_on", "geometry"]
    assert empty.dtypes[kept].tolist() == frame.dtypes[kept].tolist()
