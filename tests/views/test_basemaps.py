"""Basemaps from local files: laid out once, cut to the hub's area, refused in a sentence when they are not maps."""

import json
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from hotspots.errors import BadFile
from hotspots.store.tiles import lay_out
from hotspots.views import basemaps, drawing_map, maps

HERTFORD = (-0.10, 51.78, -0.05, 51.82)
HERE = ((51.7, -0.1), (51.8, 0.0))
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def geopackage(tmp_path: Path) -> Path:
    """Two roads, one of them far away, and a building, in the metres of Great Britain."""
    path = tmp_path / "streets.gpkg"
    here, away = shapely.LineString([(532000, 212500), (532200, 212700)]), shapely.LineString([(1e5, 1e5), (1e5, 2e5)])
    roads = {"name": ["Mill Lane", "Far Road"], "classification": ["Local Street", "A Road"], "geometry": [here, away]}
    gpd.GeoDataFrame(roads, crs="EPSG:27700").to_file(path, layer="roads_local", engine="pyogrio")
    house = {"geometry": [shapely.box(532050, 212600, 532060, 212610)]}
    gpd.GeoDataFrame(house, crs="EPSG:27700").to_file(path, layer="local_buildings", engine="pyogrio")
    return path


@pytest.fixture
def mbtiles(tmp_path: Path) -> Path:
    """One tile at zoom 10 over Hertford, and one over the other side of the world."""
    path = tmp_path / "ground.mbtiles"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        file.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        says = [("format", "png"), ("attribution", '<a href="#">© Somebody</a> 2026')]
        file.executemany("INSERT INTO metadata VALUES (?, ?)", says)
        file.executemany("INSERT INTO tiles VALUES (10, ?, ?, ?)", [(511, 2**10 - 1 - 339, PNG), (3, 3, PNG)])
    return path


def test_a_geopackage_becomes_streets_of_the_area(geopackage: Path, tmp_path: Path) -> None:
    made = basemaps.install(geopackage, tmp_path / "static", HERTFORD, credit="Contains OS data")
    assert (made.kind, made.credit, made.words) == ("lines", "Contains OS data", "streets.gpkg")
    features = json.loads((tmp_path / "static" / made.url).read_text())["features"]
    kinds = {(f["properties"]["kind"], f["properties"]["name"], f["properties"]["class"]) for f in features}
    assert kinds == {("street", "Mill Lane", "street"), ("building", "", "street")}
    longitude, latitude = features[0]["geometry"]["coordinates"][0]
    assert HERTFORD[0] < longitude < HERTFORD[2] and HERTFORD[1] < latitude < HERTFORD[3]


def test_tiles_of_the_area_are_laid_out_and_no_others(mbtiles: Path, tmp_path: Path) -> None:
    made = basemaps.install(mbtiles, tmp_path / "static", HERTFORD)
    assert (made.kind, made.lowest, made.highest) == ("tiles", 10, 10)
    assert made.credit == "© Somebody 2026", "the licence line comes from the file, without its links"
    written = [p.relative_to(tmp_path / "static").as_posix() for p in (tmp_path / "static").rglob("*.png")]
    assert written == [made.url.format(z=10, x=511, y=339)]


def test_real_pmtiles_are_laid_out(shared: Path, tmp_path: Path) -> None:
    world = shared / "basemap" / "stamen_toner(raster)CC-BY+ODbL_z3.pmtiles"
    made = lay_out(world, tmp_path, HERTFORD, name="world")
    assert (made.lowest, made.highest, made.ending) == (0, 3, "png")
    tile = tmp_path / "world" / "3" / "3" / "2.png"
    assert tile.read_bytes().startswith(b"\x89PNG")


def test_vector_tiles_are_refused_with_what_to_give(shared: Path, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="vector tiles. Give raster tiles"):
        lay_out(shared / "basemap" / "test_fixture_1.pmtiles", tmp_path, HERTFORD, name="x")


@pytest.mark.parametrize("name", ["a.pmtiles", "a.mbtiles", "a.gpkg", "a.geojson", "a.txt"])
def test_a_file_that_is_no_map_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"not a map at all " * 20)
    with pytest.raises(BadFile, match=name) as refused:
        basemaps.install(tmp_path / name, tmp_path / "static", HERTFORD)
    assert "Traceback" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="streets.geojson named in the settings is not there"):
        basemaps.install(tmp_path / "streets.geojson", tmp_path, HERTFORD)


def test_online_tiles_say_that_they_leave_the_machine() -> None:
    made = basemaps.online("https://tiles.example/{z}/{x}/{y}.png", credit="© Somebody")
    assert made.words == "tiles from tiles.example, which sees where you look"
    drawn = maps.ground(HERE, basemap=made)
    assert drawn["tiles"]["url"] == "https://tiles.example/{z}/{x}/{y}.png" and drawn["credit"] == "© Somebody"


def test_a_dark_map_has_a_dark_ground() -> None:
    assert [maps.ground(HERE, dark=dark)["tones"]["ground"] for dark in (False, True)] == ["#FFFFFF", "#14181C"]


def test_dots_and_names_lie_on_a_ground_without_streets_only() -> None:
    dots = np.array([[-0.08, 51.8], [-0.07, 51.8100004]])
    drawn = maps.ground(HERE, dots=dots, names=[(51.8, -0.075, "Ware")])
    assert drawn["dots"] == [-0.08, 51.8, -0.07, 51.81] and drawn["names"] == [(51.8, -0.075, "Ware")]
    streets = maps.ground(HERE, basemap=basemaps.Basemap(kind="lines", url="base.json"), dots=dots)
    assert streets["lines"] == "base.json" and "dots" not in streets


def test_a_long_name_is_cut_for_the_map() -> None:
    drawn = maps.ground(HERE, dots=np.array([[0.0, 51.0]]), names=[(51.8, 0.0, "A" * 60)])
    assert drawn["names"][0][2] == "A" * 39 + "…"


def test_each_tone_of_a_legend_is_one_of_the_map() -> None:
    drawn = maps.ground(HERE, legend=maps.STATE_LEGEND)
    assert drawn["legend"] == maps.STATE_LEGEND
    tones = {tone for fill, edge, *_ in maps.STATE_LEGEND + maps.AREA_LEGEND for tone in (fill, edge)}
    assert tones <= set(drawn["tones"])


def test_the_maps_files_are_copied_and_replaced_where_they_changed(tmp_path: Path) -> None:
    assert maps.install_assets(tmp_path) == []
    whole = {name: (tmp_path / name).read_bytes() for name in maps.ASSETS}
    (tmp_path / "map.js").write_text("an older version", encoding="utf-8")
    assert maps.install_assets(tmp_path) == []
    assert {name: (tmp_path / name).read_bytes() for name in maps.ASSETS} == whole
    assert b"Leaflet" in whole["leaflet.js"]


def test_a_file_of_the_map_that_is_not_to_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "ASSETS", {**maps.ASSETS, "leaflet.js": "no_such_package"})
    assert maps.install_assets(tmp_path) == ["leaflet.js"]


def test_a_click_is_told_in_metres() -> None:
    x, y = drawing_map.clicked({"lat": 51.8, "lng": -0.08}, "EPSG:27700")
    assert (x, y) == pytest.approx((532_500, 213_000), abs=1_500)  # Hertford


NO_CLICKS = (
    *(None, {}, "x", 7, [1], {"lat": 51.8}),
    *({"lat": wrong, "lng": 0} for wrong in ("north", None, "nan", float("inf"))),
)


@pytest.mark.parametrize("told", NO_CLICKS, ids=str)
def test_what_is_no_click_marks_no_corner(told: object) -> None:
    assert drawing_map.clicked(told, "EPSG:27700") is None
