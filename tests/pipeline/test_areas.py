"""The same incidents by other areas: a hub's polygons, day and night, near repeats, harm, refusals in words."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
import shapely

from hotspots.analysis.harm import read_weights
from hotspots.errors import BadFile, BadValue, NoData
from hotspots.periods import Window
from hotspots.pipeline import default_query
from hotspots.pipeline.areas import areas_for, near_repeats_for, read_areas
from hotspots.settings import Settings
from hotspots.views import area_words
from tests.pipeline import small_town as town

SEA = ((0.0, 53.4), (1.6, 53.4), (1.6, 54.2), (0.0, 54.2), (0.0, 53.4))


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A town with exact times at noon."""
    reports = pd.concat([town.background(), town.at(town.CENTRE, town.DAYS[::4])])
    store = town.store_of(tmp_path_factory.mktemp("areas"), reports)
    yield store, default_query(store, Settings())
    store.close()


def geojson(path, features, **more) -> object:
    made = [{"type": "Feature", "properties": p, "geometry": shapely.geometry.mapping(g)} for p, g in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made, **more}), encoding="utf-8")
    return path


def test_hexagons_hold_every_located_report_once(hub):
    view = areas_for(*hub)
    assert view.table["n"].sum() == view.incidents and view.outside == 0
    assert view.spread.n == view.incidents and view.table["rank"].tolist() == list(range(1, len(view.table) + 1))
    assert set(view.table["day"]) == set(view.table["n"]) and view.table["night"].sum() == 0
    assert view.table["rate"].isna().all()


def test_a_files_polygons_with_addresses_give_rates(hub, tmp_path):
    path = geojson(tmp_path / "beats.geojson", [({"Beat": "All", "Addresses": 2000}, shapely.Polygon(SEA))])
    areas = read_areas(path, hub[0].crs)
    view = areas_for(*hub, areas=areas)
    row = view.table.iloc[0]
    assert (row["name"], row["n"], view.base) == ("All", view.incidents, "addresses")
    assert row["rate"] == pytest.approx(view.incidents / 2) and row["rate_low"] < row["rate"] < row["rate_high"]
    assert view.spread is None and not view.table["hot"].any()


@pytest.mark.parametrize(
    ("columns", "name", "of"),
    [
        ({"WD24NM": "St Mary's", "LAD24NM": "Mere"}, "St Mary's", "Mere"),
        ({"ward_name": "St Mary's", "District": None}, "St Mary's", ""),
        ({"LAD24NM": "Mere"}, "Mere", ""),
        ({"beat": "B7"}, "B7", ""),
    ],
)
def test_a_file_says_what_an_area_is_called_and_in_which_district_it_lies(columns, name, of, tmp_path):
    areas = read_areas(geojson(tmp_path / "a.geojson", [(columns, shapely.Polygon(SEA))]), "EPSG:27700")
    assert areas[["name", "of_district"]].to_numpy().tolist() == [[name, of]]


@pytest.mark.parametrize(
    ("features", "says"),
    [
        ([({"label": "x"}, shapely.Polygon(SEA))], "a column name"),
        ([({"name": "x"}, shapely.Point(1, 54))], "polygons"),
    ],
)
def test_a_file_without_names_or_polygons_is_refused(tmp_path, features, says):
    with pytest.raises(BadFile, match=says):
        read_areas(geojson(tmp_path / "a.geojson", features), "EPSG:27700")


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "a.geojson").write_text("no")
    for name in ("a.geojson", "absent.gpkg"):
        with pytest.raises(BadFile, match="could not be read"):
            read_areas(tmp_path / name, "EPSG:27700")


def test_day_holds_all_and_night_is_refused_where_nothing_happened(hub):
    assert areas_for(*hub, hours="day").incidents == areas_for(*hub).incidents
    with pytest.raises(NoData, match="real time by night"):
        areas_for(*hub, hours="night")


def test_near_repeats_are_refused_for_months_and_map_points(hub, tmp_path):
    month = Window(date(2018, 11, 1), date(2018, 12, 1))
    table, used, of, since = near_repeats_for(hub[0], replace(hub[1], window=month))
    assert used == of and since is None and {"pairs", "expected", "near_repeat"} <= set(table)
    snapped = town.store_of(tmp_path, town.at(town.CENTRE, town.DAYS[::4]), precision="snapped")
    with pytest.raises(BadValue, match="snapped to a map point"):
        near_repeats_for(snapped, default_query(snapped, Settings()))
    snapped.close()


def test_near_repeats_of_too_many_pairs_come_from_the_latest_months(hub):
    two = replace(hub[1], window=Window(date(2018, 10, 1), date(2018, 12, 1)))
    whole = near_repeats_for(hub[0], two)
    latest = near_repeats_for(hub[0], two, most_pairs=int(whole.table["pairs"].sum()))
    assert whole.since is None and whole.used == whole.of == latest.of
    assert latest.since == date(2018, 11, 1) and 0 < latest.used < whole.used
    assert (latest.table["pairs"] <= whole.table["pairs"]).all()


def test_harm_is_a_range_beside_the_count_with_its_source(hub, tmp_path):
    path = tmp_path / "weights.csv"
    path.write_text("category,low,high,version,source\nburglary,19,365,1,the hub\n")
    view = areas_for(*hub, weights=read_weights(path))
    assert view.harm["n"].sum() == view.incidents and view.harm["asb"].sum() == view.incidents
    assert (view.harm[["harm_low", "harm_high"]] == 0).all(axis=None), "nothing but anti-social behaviour has no harm"
    assert areas_for(*hub).harm is None, "never by default"


def test_day_and_night_are_columns_only_where_an_hour_is_known(hub):
    view = areas_for(*hub)
    assert {"Day", "Night", "Real times"} <= set(area_words.rows(view.table, view.base))
    unknown = replace(view, table=view.table.assign(exact=0, day=0, night=0), exact=0)
    assert not {"Day", "Night", "Real times"} & set(area_words.rows(unknown.table, ""))
    assert "6 am" in area_words.table_subtitle(view) and "6 am" not in area_words.table_subtitle(unknown)


def test_the_words_say_which_hexagons_are_counted_and_why_a_hotspot_has_another_number(hub):
    view = areas_for(*hub)
    assert "a hotspot follows them, so its count is another" in area_words.table_subtitle(view)
    assert "so the empty ones between count too" in area_words.spread(view.spread)
    for plain in (area_words.table_title(view, "Hexagons"), area_words.spread_title(view.spread)):
        assert not {"Gini", "Gi*", "Knox"} & set(plain.split())
