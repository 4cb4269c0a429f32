"""Comparisons from the store: windows, comparison areas, rings, refusals, and the sample's true effects."""

import json
import math
from datetime import date

import pandas as pd
import pytest
from shapely.geometry import box, mapping

from hotspots.errors import BadFile, BadValue, NoData
from hotspots.periods import Window
from hotspots.pipeline.comparing import SNAPPED_CAVEAT, comparison_for
from hotspots.pipeline.outlines import read_outline
from hotspots.pipeline.target import wards_and_districts
from hotspots.pipeline.windows import windows_for
from hotspots.views.comparison_words import longer
from tests.pipeline import small_town as town

PARK = "Park View (fictional)"
CLOSURE = {"start": date(2017, 11, 21), "end": date(2018, 2, 21)}
HELD = Window(date(2016, 1, 1), date(2019, 1, 1))
ACTION = {"start": date(2018, 1, 1), "end": date(2018, 2, 1)}


class TestTheSample:
    def test_park_view_reads_the_numbers_the_screens_share(self, sample_store):
        view = comparison_for(sample_store, PARK, **CLOSURE, control="Weavers Court (fictional)", same_season=True)
        found = view.comparison
        assert view.windows.before == Window(date(2017, 3, 1), date(2017, 9, 1))
        assert view.windows.after == Window(date(2018, 3, 1), date(2018, 9, 1))
        assert (found.before, found.after, found.control_before, found.control_after) == (49, 4, 38, 34)
        assert (view.ring.before, view.ring.after) == (27, 23)
        assert found.verdict == "fell"
        assert found.ratio == pytest.approx(0.10, abs=0.02)
        assert found.low < 0.091 < found.high
        assert found.reference_places >= 20
        assert view.in_closed == 11
        assert any("only 155 m away" in note for note in view.notes)

    def test_everything_else_done_there_is_named_so_that_no_action_takes_it_all(self, sample_store):
        view = comparison_for(sample_store, PARK, **CLOSURE, same_season=True)
        said = next(note for note in view.notes if "done here between" in note)
        assert said.startswith("5 other things were done here between 1 March 2017 and 31 August 2018: ")
        assert "CCTV" in said and "report" not in said.split(":")[1].casefold()

    def test_a_place_picked_for_being_high_gets_no_trend_line(self, sample_store):
        view = comparison_for(sample_store, PARK, **CLOSURE, same_season=True)
        assert view.long_run is None and longer(view) == ""

    def test_several_areas_together_are_drawn_as_their_average_and_counted_whole(self, sample_store):
        view = comparison_for(sample_store, PARK, **CLOSURE, same_season=True)
        drawn = view.series[view.series["area"] == "control"].set_index("period")["n"]
        in_window = drawn["2017-03-01":"2017-08-01"].sum()
        assert in_window * 3 == pytest.approx(view.comparison.control_before)

    def test_wards_and_districts_are_known_by_name(self, sample_store):
        names = wards_and_districts(sample_store)
        assert names[:2] == ["Brineholt", "Tidewick"] and len(names) > 10

    def test_a_reporting_drive_is_never_inside_a_window(self, sample_store):
        view = comparison_for(sample_store, "park view", **CLOSURE)
        assert view.unit == "week"
        assert view.windows.before.end == date(2017, 9, 4)
        assert (view.comparison.periods_before, view.comparison.periods_after) == (26, 26)
        assert any("asked to report from 4 September 2017 to 31 October 2017" in note for note in view.notes)

    def test_the_suggested_area_is_far_untouched_and_has_its_reasons(self, sample_store):
        view = comparison_for(sample_store, PARK, **CLOSURE, same_season=True)
        assert view.control is view.suggestions[0]
        assert view.control.distance > 400
        assert any("Nothing is logged" in reason for reason in view.control.reasons)
        assert len(view.control.parts) == 3 and view.comparison.reference_places >= 20
        assert set(view.control.parts) <= {area.name for area in view.suggestions[1:]}
        names = [area.name for area in view.suggestions]
        assert names[-1] == "rest of the district"
        assert "Fullers Row (fictional)" not in names  # the problem of another place moved there

    def test_a_problem_that_moved_next_door_is_seen_there(self, sample_store):
        view = comparison_for(sample_store, "Ropewalk Court (fictional)", start=date(2017, 9, 1), end=date(2017, 12, 1))
        assert view.comparison.verdict == "fell"
        assert view.ring.verdict == "rose"
        assert view.destinations["place"].tolist() == ["Fullers Row (fictional)"]

    def test_a_place_that_fell_back_by_itself_is_not_called_a_fall(self, sample_store):
        for year in (True, False):
            view = comparison_for(
                sample_store, "Station Parade (fictional)", start=date(2017, 9, 4), end=date(2017, 12, 1),
                same_season=year,
            )  # fmt: skip
            assert view.comparison.verdict in ("no clear change", "cannot tell yet")

    def test_a_gap_inside_the_windows_refuses_and_is_named(self, sample_store):
        view = comparison_for(sample_store, PARK, start=date(2016, 9, 1), unit="month")
        assert view.comparison.verdict == "refused"
        assert math.isnan(view.comparison.ratio)
        assert any("council ASB log, June 2016" in note for note in view.notes)

    def test_a_district_may_use_map_points_and_says_so(self, sample_store):
        view = comparison_for(sample_store, "tidewick", start=date(2017, 11, 21))
        assert (view.unit, view.control.name, view.ring) == ("month", "other districts", None)
        assert view.comparison.verdict != "refused"
        assert SNAPPED_CAVEAT in view.comparison.sentence
        assert (view.long_run.months_before, view.long_run.months_after) == (31, 9)
        assert view.long_run.effect.low < view.long_run.effect.step < view.long_run.effect.high
        assert "trend and season" in longer(view) and view.summary()["long_run"]["months_after"] == 9

    def test_the_summary_is_json_without_nan(self, sample_store):
        view = comparison_for(sample_store, PARK, start=date(2016, 9, 1), unit="month")
        found = json.loads(json.dumps(view.summary(), default=str, allow_nan=False))
        assert found["ratio"] is None
        assert set(found) >= {"verdict", "windows", "unit", "ring", "control", "when_could_tell", "sentence"}

    def test_an_unknown_name_is_refused_with_a_hint(self, sample_store):
        with pytest.raises(BadValue, match="did you mean Park View"):
            comparison_for(sample_store, "Park Veiw", **CLOSURE)

    def test_a_comparison_area_over_the_place_is_refused(self, sample_store):
        outline = comparison_for(sample_store, PARK, **CLOSURE).outlines["target"]
        with pytest.raises(BadValue, match="overlaps"):
            comparison_for(sample_store, PARK, **CLOSURE, control=outline.buffer(5))


class TestASmallTown:
    @pytest.fixture
    def store(self, tmp_path):
        busy, calm = town.DAYS[town.DAYS < "2018-01-01"][::3], town.DAYS[town.DAYS >= "2018-01-01"][::40]
        other = town.at((541_050, 421_050), town.DAYS[::4])
        reports = pd.concat([town.at(town.CENTRE, busy.append(calm)), other, town.background()])
        store = town.store_of(tmp_path, reports)
        yield store
        store.close()

    def test_an_outline_is_compared_without_any_register(self, store):
        view = comparison_for(store, town.BLOCK, **ACTION, control=town.ELSEWHERE)
        found = view.comparison
        assert view.unit == "week"
        assert view.windows.before == Window(date(2017, 7, 3), date(2018, 1, 1))
        assert view.windows.after == Window(date(2018, 2, 1), date(2018, 8, 2))
        assert found.before > 50 and found.after < 8
        assert found.verdict == "fell" or found.reference_places < 20

    def test_without_places_the_rest_of_the_district_is_compared_beyond_the_rings(self, store):
        view = comparison_for(store, town.BLOCK, **ACTION)
        assert view.control.name == "rest of the district"
        assert view.comparison.control_before > 100
        assert "squares of equal area" in view.references

    def test_a_place_nothing_was_ever_reported_in_is_an_error(self, store):
        with pytest.raises(NoData, match="Nothing was ever reported"):
            comparison_for(store, box(530_000, 410_000, 530_050, 410_050), **ACTION)

    def test_an_action_after_the_data_names_the_day_it_can_be_compared(self, store):
        with pytest.raises(NoData, match="2019-03-08"):
            comparison_for(store, town.BLOCK, start=date(2019, 1, 1), end=date(2019, 3, 1))

    def test_row_order_changes_nothing(self, tmp_path, store):
        first = comparison_for(store, town.BLOCK, **ACTION, control=town.ELSEWHERE).comparison
        busy, calm = town.DAYS[town.DAYS < "2018-01-01"][::3], town.DAYS[town.DAYS >= "2018-01-01"][::40]
        other = town.at((541_050, 421_050), town.DAYS[::4])
        reports = pd.concat([town.background(), other, town.at(town.CENTRE, busy.append(calm))])
        (tmp_path / "again").mkdir()
        again = town.store_of(tmp_path / "again", reports.sample(frac=1, random_state=4))
        assert comparison_for(again, town.BLOCK, **ACTION, control=town.ELSEWHERE).comparison == first
        again.close()


def test_map_points_alone_are_refused_for_a_place_but_not_for_a_ward(tmp_path):
    reports = pd.concat([town.at(town.CENTRE, town.DAYS[::5]), town.background()])
    store = town.store_of(tmp_path, reports, precision="snapped")
    refused = comparison_for(store, town.BLOCK, **ACTION)
    assert refused.comparison.verdict == "refused"
    assert "8 or more addresses" in refused.comparison.sentence
    assert refused.comparison.before > 0
    wide = comparison_for(store, box(539_500, 419_500, 540_300, 420_300), **ACTION)
    assert wide.comparison.verdict != "refused"
    assert SNAPPED_CAVEAT in wide.comparison.sentence
    store.close()


class TestWindows:
    def test_weeks_run_from_the_days_of_the_action(self):
        made = windows_for(date(2018, 3, 7), date(2018, 4, 4), unit="week", held=HELD, periods=10)
        assert made.before == Window(date(2017, 12, 27), date(2018, 3, 7))
        assert made.after == Window(date(2018, 4, 4), date(2018, 6, 13))
        assert made.closed == Window(date(2018, 3, 7), date(2018, 4, 4))

    def test_a_month_the_action_touches_is_in_neither_window(self):
        made = windows_for(date(2018, 3, 7), date(2018, 4, 4), unit="month", held=HELD)
        assert (made.before.end, made.after.start) == (date(2018, 3, 1), date(2018, 5, 1))

    def test_a_drive_after_the_action_moves_the_window_after_it(self):
        drive = Window(date(2018, 5, 1), date(2018, 6, 1))
        made = windows_for(date(2018, 3, 1), date(2018, 4, 1), unit="month", held=HELD, drives=[drive])
        assert made.after.start == date(2018, 6, 1)

    def test_the_same_season_goes_back_until_it_is_before_the_action(self):
        made = windows_for(date(2017, 3, 1), date(2018, 4, 1), unit="month", held=HELD, same_season=True)
        assert (made.before.start, made.after.start) == (date(2016, 4, 1), date(2018, 4, 1))

    def test_data_that_end_early_shorten_the_window_and_say_so(self):
        made = windows_for(date(2018, 9, 1), date(2018, 10, 1), unit="month", held=HELD)
        assert made.after == Window(date(2018, 10, 1), date(2019, 1, 1))
        assert "shorter than 6" in made.notes[0]

    @pytest.mark.parametrize(
        ("ask", "words"),
        [
            ({"end": date(2017, 1, 1), "unit": "week"}, "lies before its start"),
            ({"end": None, "unit": "day"}, "week or month"),
            ({"end": None, "unit": "week", "periods": 0}, "from 1 to 520"),
        ],
    )
    def test_what_makes_no_window_is_refused(self, ask, words):
        with pytest.raises(BadValue, match=words):
            windows_for(date(2018, 1, 1), held=HELD, **ask)


class TestOutlines:
    def test_features_are_taken_together_and_put_in_metres(self, tmp_path):
        path = tmp_path / "area.geojson"
        squares = [box(-1.5, 52.0, -1.499, 52.001), box(-1.499, 52.0, -1.498, 52.001)]
        features = [{"type": "Feature", "properties": {}, "geometry": mapping(one)} for one in squares]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        area = read_outline(path, crs="EPSG:27700")
        assert area.geom_type == "Polygon"
        assert area.area == pytest.approx(137 * 111, rel=0.02)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("not json", "not JSON"),
            ('{"type": "Nonsense"}', "not GeoJSON"),
            ("[1, 2]", "not GeoJSON"),
            ('{"type": "Point", "coordinates": [-1.5, 52]}', "holds no area"),
            ('{"type": "FeatureCollection", "features": []}', "holds no area"),
        ],
    )
    def test_what_is_no_area_is_refused(self, tmp_path, text, words):
        path = tmp_path / "area.geojson"
        path.write_text(text)
        with pytest.raises(BadFile, match=words):
            read_outline(path, crs="EPSG:27700")

    def test_a_missing_file_is_refused(self, tmp_path):
        with pytest.raises(BadFile, match="cannot be read"):
            read_outline(tmp_path / "none.geojson", crs="EPSG:27700")
