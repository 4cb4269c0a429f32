"""Outlines of wards and districts for councillors: from the file of areas, in whole steps, and of nothing else."""

import json

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import box

from hotspots.release.outlines import STEPS, drawing_as_json, drawing_from_json, drawings_of
from hotspots.release.publishing import publish
from hotspots.schema import METRIC_CRS
from hotspots.store.published import read_published
from hotspots.views.publishing_words import publish_lines
from tests.release import towns

WEST, SOUTH = 601_234.5, 305_678.9
WARDS = [("Mere", "Ward 0"), ("Mere", "Ward 1")]


def areas(*rows: tuple[str, str, shapely.Geometry]) -> gpd.GeoDataFrame:
    names, of, shapes = zip(*rows, strict=True)
    moved = [shapely.transform(s, lambda xy: xy + (WEST, SOUTH)) for s in shapes]
    return gpd.GeoDataFrame({"name": names, "of_district": of}, geometry=moved, crs=METRIC_CRS)


TWO = areas(("Ward 0", "Mere", box(0, 0, 2000, 1000)), ("WARD 1 ward", "mere", box(2000, 0, 4000, 3000)))


def drawn(file, wards=WARDS, districts=("Mere",)):
    return drawings_of(file, districts=districts, wards=wards)


def test_a_district_is_drawn_in_whole_steps_of_a_frame_of_its_own():
    drawing = drawn(TWO)["Mere"]
    assert set(drawing.rings) == {"ward:Mere/Ward 0", "ward:Mere/Ward 1", "district:Mere"}
    assert drawing.metres == 4000 / STEPS
    assert set(drawing.rings["ward:Mere/Ward 0"][0]) == {(0, 0), (0, 250), (500, 250), (500, 0)}
    assert drawing_from_json(drawing_as_json(drawing)) == drawing
    numbers = [
        n for rings in json.loads(drawing_as_json(drawing))["rings"].values() for r in rings for p in r for n in p
    ]
    assert all(isinstance(n, int) and 0 <= n <= STEPS for n in numbers)


def test_where_it_lies_makes_no_difference_to_the_drawing():
    moved = TWO.assign(geometry=TWO.geometry.translate(-54_321.7, 9_876.5))
    assert drawing_as_json(drawn(moved)["Mere"]) == drawing_as_json(drawn(TWO)["Mere"])


def test_holes_stay_holes_and_islands_too_small_to_see_are_left_out():
    ring = box(0, 0, 3000, 3000).difference(box(1000, 1000, 2000, 2000))
    shape = shapely.union_all([ring, box(3900, 3900, 3901, 3901)])
    rings = drawn(areas(("Ward 0", "Mere", shape)))["Mere"].rings["ward:Mere/Ward 0"]
    assert len(rings) == 2 and len(rings[0]) == len(rings[1]) == 4


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("Ward 0", ""), ("Ward 1", "")], {"ward:Mere/Ward 0", "ward:Mere/Ward 1"}),
        ([("Ward 0", ""), ("ward 0", "")], set()),  # which of the two?
        ([("Ward 0", "Elsewhere")], set()),
        ([("Mere", "")], {"district:Mere"}),
        ([("Beat 7", "")], set()),
    ],
)
def test_a_name_is_taken_only_where_it_is_plain_which_ward_it_means(rows, found):
    file = areas(*[(name, of, box(1000 * i, 0, 1000 * i + 900, 900)) for i, (name, of) in enumerate(rows)])
    made = drawn(file)
    assert set(made["Mere"].rings if made else ()) == found


def test_two_wards_of_one_name_need_a_file_that_says_the_district():
    wards, districts = [("Mere", "St Mary's"), ("Fen", "St Mary's")], ("Mere", "Fen")
    square = box(0, 0, 900, 900)
    assert drawn(areas(("St Mary's", "", square)), wards, districts) == {}
    made = drawn(areas(("St Mary's", "Mere", square), ("St Mary's", "Fen", square)), wards, districts)
    assert {area for drawing in made.values() for area in drawing.rings} == {
        "ward:Mere/St Mary's", "ward:Fen/St Mary's", "district:Mere", "district:Fen",
    }  # fmt: skip


def test_a_ward_called_as_its_district_is_no_outline_of_the_district():
    wards = [("Mere", "Mere"), ("Mere", "Ward 1")]
    said = areas(("Mere", "Mere", box(0, 0, 900, 900)), ("Ward 1", "Mere", box(900, 0, 4000, 900)))
    rings = drawn(said, wards)["Mere"].rings
    assert rings["district:Mere"] != rings["ward:Mere/Mere"]
    assert max(x for x, _ in rings["district:Mere"][0]) == STEPS
    unsaid = areas(("Mere", "", box(0, 0, 900, 900)))
    assert set(drawn(unsaid, wards)["Mere"].rings) == {"ward:Mere/Mere"}


def test_publishing_draws_once_keeps_it_and_redraws_in_a_release_of_its_own(tmp_path):
    counts = towns.town(mean=5.0, wards=2, least=8.0)
    path = tmp_path / "hub-published.sqlite"

    def published(outlines):
        given = {"held": towns.HELD, "path": path, "at": towns.AT, "today": towns.TODAY}
        return publish(counts, **given, outlines=outlines), read_published(path)

    first, held = published(None)
    assert first.undrawn == ("Mere", "Mere/Ward 0", "Mere/Ward 1") and held.outlines.empty
    assert "Without a picture of their outline: Mere, Mere/Ward 0, Mere/Ward 1." in " ".join(publish_lines(first))
    second, held = published(TWO)
    assert (second.version, second.figures, second.undrawn) == (2, 0, ())
    assert drawing_from_json(held.outlines["drawing"].iloc[0]) == drawn(TWO)["Mere"]
    for file in (TWO, None):
        again, held = published(file)
        assert (again.version, again.undrawn, len(held.outlines)) == (0, (), 1)
    redrawn = areas(("Ward 0", "Mere", box(0, 0, 2500, 1000)), ("Ward 1", "Mere", box(2500, 0, 4000, 3000)))
    assert published(redrawn)[0].version == 3
    current = read_published(path).current()
    assert drawing_from_json(current.outlines["drawing"].iloc[0]) == drawn(redrawn)["Mere"]
    assert current.of_districts(["Fen"]).outlines.empty and len(current.of_districts(["Mere"]).outlines) == 1
