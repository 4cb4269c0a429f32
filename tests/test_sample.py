"""The committed sample says what the screens say; other seeds keep its truths."""

import json
import zipfile
from datetime import date
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import cKDTree

from hotspots.analysis.cluster import find_hotspots
from hotspots.intake import read_incidents
from hotspots.intake.locate import inside
from hotspots.periods import Window
from hotspots.register.actions import Action
from hotspots.register.assessments import Assessment
from hotspots.register.interventions import Intervention
from hotspots.register.partners import load_partners
from hotspots.register.places import Place
from hotspots.register.sara import SaraPlan
from hotspots.register.site_checks import ResidentMeeting, SiteCheck
from hotspots.sample import SEED, Sample, draw_site_months, make_sample, write_sample
from hotspots.sample import pins as pins
from hotspots.sample import story as story
from hotspots.sample import words as words
from hotspots.sample.geography import World, make_world
from hotspots.schema import INCIDENTS, METRIC_CRS, conform

LOGS = {
    "council-asb-log.csv": "council ASB log",
    "housing-log.csv": "housing",
    "fire-log.csv": "fire and rescue",
}
BEFORE, AFTER = Window(date(2017, 3, 1), date(2017, 9, 1)), Window(date(2018, 3, 1), date(2018, 9, 1))
YEAR = Window(date(2016, 11, 1), date(2017, 11, 1))
RESEEDINGS = 80


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def sample(world: World) -> Sample:
    return make_sample(world=world)


@pytest.fixture(scope="module")
def committed(project: Path) -> Path:
    return project / "data" / "sample"


@pytest.fixture(scope="module")
def boundaries(committed: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(committed / "boundaries.geojson").to_crs(METRIC_CRS)


@pytest.fixture(scope="module")
def imported(committed: Path, boundaries: gpd.GeoDataFrame) -> dict[str, list]:
    """Readings of every committed file by the automatic mapping."""
    files = {"police-uk-street.zip": None, **LOGS}
    return {
        name: list(read_incidents(committed / name, today=date(2018, 9, 3), source=source, boundaries=boundaries))
        for name, source in files.items()
    }


@pytest.fixture(scope="module")
def incidents(imported: dict[str, list]) -> pd.DataFrame:
    return pd.concat([r.incidents for readings in imported.values() for r in readings])


@pytest.fixture(scope="module")
def points(incidents: pd.DataFrame) -> gpd.GeoDataFrame:
    located = incidents[incidents["x"].notna()]
    return gpd.GeoDataFrame(located, geometry=gpd.points_from_xy(located["x"], located["y"]), crs=METRIC_CRS)


@pytest.fixture(scope="module")
def reseeded(world: World) -> list:
    return [draw_site_months(world, seed=seed) for seed in range(RESEEDINGS)]


def within(frame: pd.DataFrame, window: Window) -> pd.DataFrame:
    start, end = pd.Timestamp(window.start), pd.Timestamp(window.end)
    return frame[(frame["occurred_from"] >= start) & (frame["occurred_from"] < end)]


def months_of(frame: pd.DataFrame) -> list[int]:
    counts = frame.groupby(frame["occurred_from"].dt.to_period("M")).size()
    return counts.reindex(pd.PeriodIndex(story.MONTHS, freq="M"), fill_value=0).to_list()


def boundary(committed: Path, name: str) -> shapely.Geometry:
    rows = json.loads((committed / "places.json").read_text(encoding="utf-8"))
    shape = next(shapely.geometry.shape(r["geometry"]) for r in rows if r["name"] == name)
    return gpd.GeoSeries([shape], crs=4326).to_crs(METRIC_CRS).iloc[0]


# The committed seed, as the dashboard reads it


def test_every_committed_row_is_accepted_by_the_automatic_mapping(imported):
    readings = [r for part in imported.values() for r in part]
    assert sum(r.read for r in readings) == sum(r.accepted for r in readings) > 39_000
    assert all(r.set_aside is None and not r.quarantined and not r.duplicates for r in readings)
    assert not any("not in our lists" in w for r in readings for w in r.warnings)
    assert len(imported["police-uk-street.zip"]) == 42


def test_the_intake_gives_what_the_sample_holds_in_memory(incidents, sample):
    drawn = conform(sample.incidents, INCIDENTS, "The sample")
    columns = ["source", "time_precision", "category", "place_text", "district", "lsoa", "reporter_kind"]
    for column in columns:
        read, made = (f[column].fillna("").value_counts().sort_index() for f in (incidents, drawn))
        assert read.to_dict() == made.to_dict()
    assert incidents["occurred_from"].sort_values().to_list() == drawn["occurred_from"].sort_values().to_list()
    assert incidents["address_key"].dropna().nunique() >= drawn["address_key"].dropna().nunique()


def test_park_view_has_the_months_of_the_screens(incidents):
    park = incidents[incidents["place_text"] == story.PARK_VIEW]
    assert months_of(park)[12:] == [
        *(1, 2, 3, 1, 3, 2, 2, 3, 2, 1, 3, 2, 5, 6, 8, 9, 10, 11),
        *(14, 19, 15, 6, 4, 3, 2, 1, 0, 1, 0, 0),
    ]
    assert max(months_of(park)[:12]) <= 3
    assert len(within(park, YEAR)) == 90


def test_park_views_24_months_hold_109_exact_reports_and_the_top_addresses(incidents):
    park = incidents[incidents["place_text"] == story.PARK_VIEW]
    recent = within(park, Window(date(2016, 9, 1), date(2018, 9, 1)))
    exact = recent[recent["time_precision"] == "exact"]
    assert (len(recent), len(exact)) == (127, 109)
    assert set(recent[recent["time_precision"] == "month"]["source"]) == {"police.uk"}
    top = recent["address_key"].value_counts().head(5).cumsum().to_list()
    assert (top[0], top[2], top[4]) == (52, 84, 93)
    assert exact["occurred_from"].max().date() == date(2018, 6, 18)
    hours = pd.crosstab(exact["occurred_from"].dt.day_of_week, exact["occurred_from"].dt.hour // 4)
    assert hours.to_numpy().tolist() == [list(row) for row in words.PARK_VIEW_HOURS]


def test_park_views_october_by_source_kind_and_address(sample):
    october = sample.incidents[(sample.site == story.PARK_VIEW).fillna(False)]
    october = within(october, Window(date(2017, 10, 1), date(2017, 11, 1)))
    assert october["source"].value_counts().to_dict() == {
        "police.uk": 8,
        "council ASB log": 6,
        "housing": 5,
    }
    kinds = october["subcategory"].map(words.KIND_OF).value_counts()
    assert kinds[["drugs", "nuisance", "noise"]].to_list() == [6, 6, 4] and kinds.sum() == 19
    assert october["address_key"].value_counts().iloc[0] == 9


@pytest.mark.parametrize("sources", ["all", "exact only"])
def test_before_and_after_counts_inside_the_frozen_boundaries(points, committed, sources):
    if sources == "exact only":
        points = points[points["time_precision"] == "exact"]
    park, weavers = boundary(committed, story.PARK_VIEW), boundary(committed, story.WEAVERS)
    ring = park.buffer(150).difference(park)
    assert park.distance(weavers) > 150
    assert park.centroid.distance(weavers.centroid) == pytest.approx(280, abs=1)
    counts = {
        name: [int(within(points, w).within(area).sum()) for w in (BEFORE, AFTER)]
        for name, area in (("park", park), ("ring", ring), ("weavers", weavers))
    }
    assert counts == {"park": [49, 4], "ring": [27, 23], "weavers": [38, 34]}


def test_dispersion_of_the_comparison_is_that_of_the_screens(sample):
    monthly = sample.monthly
    chi2 = df = 0
    for name in (story.PARK_VIEW, story.WEAVERS):
        for window in (BEFORE, AFTER):
            counts = monthly.loc[name, pd.DatetimeIndex(list(window.months()))].to_numpy()
            chi2 += ((counts - counts.mean()) ** 2 / counts.mean()).sum()
            df += len(counts) - 1
    assert round(chi2 / df, 1) == 1.3


def test_the_main_district_has_the_totals_of_the_screens(incidents):
    main = incidents[incidents["district"] == story.MAIN]
    months = months_of(main)
    assert months[-6:] == [642, 667, 687, 716, 731, 732]
    assert months[24:30] == [640, 679, 715, 770, 756, 705]
    assert len(within(main, YEAR)) == 8104
    assert (sum(months[30:]), sum(months[18:30])) == (8018, 8087)
    complete = [n for i, n in enumerate(months) if i != 15]
    assert min(complete) >= 560 and max(complete) <= 800
    august = within(main, Window(date(2018, 8, 1), date(2018, 9, 1)))["source"].value_counts()
    assert august.to_dict() == dict(zip(story.SOURCES, pins.AUGUST_2018_BY_SOURCE, strict=True))


def test_june_2016_lacks_the_council_log_and_nothing_else(incidents):
    june = within(incidents, Window(date(2016, 6, 1), date(2016, 7, 1)))["source"].value_counts()
    assert set(june.index) == {"police.uk", "housing", "fire and rescue"} and june.min() > 20
    held = incidents.groupby([incidents["occurred_from"].dt.to_period("M"), "source"]).size().unstack()
    assert held.isna().to_numpy().sum() == 1


def test_sixteen_hotspots_hold_979_reports_and_nothing_but_their_sites(points, boundaries):
    located = within(points[points["district"] == story.MAIN], YEAR)
    found = find_hotspots(located, window=YEAR)
    assert found.min_samples == 36 and found.splits == 0
    assert found.areas["n"].to_list()[:7] == [148, 117, 90, 84, 71, 66, 58]
    assert [n.removesuffix(" (fictional)") for n in found.areas["name"]][:8] == [
        *("Market Walk", "Bridge Street shops", "Park View", "Station Parade", "Castle Gardens"),
        *("Malthouse Lane", "Tanners Court", "Mill Lane car park"),
    ]
    assert (len(found.areas), found.areas["n"].sum(), found.areas["n"].head(10).sum()) == (16, 979, 757)
    for number, name in enumerate(found.areas["name"]):
        assert set(located.loc[found.labels == number, "place_text"]) == {name}
    land = boundaries.loc[boundaries["name"] == story.MAIN].area.iloc[0]
    assert round(100 * found.areas["area_m2"].sum() / land, 2) == 0.03


def test_august_2018_rings_for_the_growing_the_new_and_the_returned(sample):
    august = sample.monthly.loc[[story.TANNERS, story.RIVERSIDE, story.MILL_LANE]]
    assert august.iloc[:, -1].to_list() == [17, 9, 8]
    assert august.iloc[:, -8:-2].max(axis=1).le([8, 5, 5]).all()


def test_whole_row_copies_repeated_ids_and_rows_without_location_are_as_in_real_files(committed):
    with zipfile.ZipFile(committed / "police-uk-street.zip") as archive:
        names = archive.namelist()
        rows = pd.concat(pd.read_csv(archive.open(n), dtype=str, keep_default_na=False) for n in names)
    assert names[31] == "2017-10/2017-10-farwater-street.csv"
    assert rows.columns.to_list()[:3] == ["Crime ID", "Month", "Reported by"] and rows.shape[1] == 12
    asb = rows["Crime type"] == words.ASB
    assert (rows["Crime ID"] == "").eq(asb).all()
    assert rows[asb].duplicated().mean() > 0.1
    ids = rows.loc[~asb, "Crime ID"]
    assert 0 < ids.duplicated().mean() < 0.01 and ids.str.fullmatch("[0-9a-f]{64}").all()
    nowhere = rows["Location"] == "No Location"
    assert 0.015 < nowhere.mean() < 0.025
    assert (rows.loc[nowhere, ["Longitude", "Latitude", "LSOA code", "LSOA name"]] == "").all(axis=None)
    assert rows.loc[~nowhere, "LSOA name"].str.fullmatch(r"(Tidewick|Brineholt) \d{3}[A-D]").all()


def test_map_points_stand_for_eight_or_more_addresses(world):
    points, homes = world.map_points, world.addresses
    nearest = cKDTree(points[["x", "y"]].to_numpy()).query(homes[["x", "y"]].to_numpy())[1]
    catchment = np.bincount(nearest, minlength=len(points))
    assert catchment[(points["site"] == "").to_numpy()].min() >= 8
    park = homes[homes["site"] == story.PARK_VIEW]
    assert len(park) == 31 and park["key"].is_unique


# Invented throughout


def test_everything_lies_in_open_sea_inside_the_area_of_use(points, committed):
    x, y = points.geometry.x, points.geometry.y
    assert x.between(570_000, 616_000).all() and y.between(428_000, 455_000).all()
    for name in ("boundaries.geojson", "basemap.geojson"):
        ground = gpd.read_file(committed / name)
        west, south, east, north = ground.total_bounds
        # The coast at this latitude is at 0.15 degrees east or less.
        assert west > 0.6 and south > 53.6 and north < 54.0
        assert inside(np.array([west, east]), np.array([south, north])).all()


def test_keys_and_codes_are_of_invented_ranges(incidents, boundaries):
    keys = incidents["address_key"].dropna()
    assert keys[keys.str.fullmatch(r"\d+")].str.startswith("9990").all()
    assert incidents["lsoa"].dropna().str.startswith("E0199").all()
    assert set(incidents["district"].dropna()) == {story.MAIN, story.SECOND}
    assert set(boundaries["kind"]) == {"district", "ward"}


def test_the_committed_files_stay_small(committed):
    assert sum(p.stat().st_size for p in committed.iterdir()) < 5_000_000


# Files and seeds


def test_the_committed_files_are_what_the_seed_writes(committed, tmp_path):
    truth = write_sample(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {p.name for p in committed.iterdir()}
    for made in tmp_path.iterdir():
        if made.suffix != ".zip":
            assert made.read_bytes() == (committed / made.name).read_bytes(), made.name
    name = "police-uk-street.zip"
    with zipfile.ZipFile(tmp_path / name) as new, zipfile.ZipFile(committed / name) as old:
        # Members, not the zip itself: compressors differ between machines.
        assert new.namelist() == old.namelist()
        assert all(new.read(n) == old.read(n) for n in new.namelist())
        assert [i.date_time for i in new.infolist()] == [i.date_time for i in old.infolist()]
    told = json.loads((committed / "truths.json").read_text(encoding="utf-8"))
    assert told["seed"] == SEED and [s["place"] for s in told["stories"]] == [s.place for s in truth.stories]


def test_another_seed_draws_other_reports_on_the_same_land(world, sample):
    other = make_sample(seed=7, world=world)
    assert not other.pinned and len(other.incidents) != len(sample.incidents)
    assert other.sites.geometry.equals(sample.sites.geometry)
    again = make_sample(seed=7, world=world)
    pd.testing.assert_frame_equal(other.incidents, again.incidents)


def test_site_months_are_the_samples_own_counts(world):
    counts, truth = draw_site_months(world, seed=7)
    whole = make_sample(seed=7, pinned=False, world=world)
    pd.testing.assert_frame_equal(
        counts.loc[whole.monthly.index], whole.monthly, check_dtype=False, check_names=False, check_freq=False
    )
    assert truth == whole.truth


# The truths


def test_true_effects_come_back_from_many_seeds(reseeded):
    total = {}
    for counts, truth in reseeded:
        for told in truth.stories:
            if told.expected == "fell":
                before, after = (counts.loc[told.place, _columns(w)].sum() for w in (BEFORE, AFTER))
                total[told.place] = total.get(told.place, np.zeros(2)) + (before, after)
    effects = {s.place: s.effect for s in reseeded[0][1].stories}
    for place, (before, after) in total.items():
        # Four standard errors of the log ratio at the sample's dispersion.
        error = 4 * np.sqrt(story.DISPERSION * (1 / before + 1 / after))
        assert abs(np.log(after / before / effects[place])) < error
    assert set(total) == {story.PARK_VIEW, story.ROPEWALK, story.LANTERN}


def test_the_ring_of_the_displaced_block_rises_and_park_views_does_not(reseeded):
    def ratio(name: str) -> float:
        before, after = (sum(c.loc[name, _columns(w)].sum() for c, _ in reseeded) for w in (BEFORE, AFTER))
        return after / before

    truth = {s.place: s.ring_effect for s in reseeded[0][1].stories}
    assert ratio(story.FULLERS) == pytest.approx(truth[story.ROPEWALK], rel=0.08)
    assert ratio(story.RING) == pytest.approx(1, abs=0.08)


def test_the_block_chosen_at_its_peak_falls_although_nothing_was_done(reseeded):
    before = after = 0
    for counts, truth in reseeded:
        luck = next(s for s in truth.stories if s.story == "regression to the mean")
        assert luck.effect == 1 and luck.place not in truth.untouched and luck.comparison != luck.place
        before += counts.loc[luck.place, _columns(BEFORE)].sum()
        after += counts.loc[luck.place, _columns(AFTER)].sum()
    assert after / before < 0.85


def test_enough_untouched_places_for_a_reference(reseeded):
    counts, truth = reseeded[0]
    assert len(truth.untouched) >= 30
    rates = np.array([truth.rates[name] for name in truth.untouched])
    assert np.ptp(rates, axis=1).max() == 0
    assert counts.loc[list(truth.untouched)].to_numpy().std() > 0


def test_the_recording_change_moves_a_share_of_the_second_districts_asb_only(sample):
    police = sample.incidents[sample.incidents["source"] == "police.uk"]
    late = police["occurred_from"] >= pd.Timestamp(story.RECORDING_CHANGE)
    share = pd.crosstab([police["district"], late], police["subcategory"], normalize="index")["Public order"]
    assert share[story.SECOND, True] > share[story.SECOND, False] + 0.08
    assert share[story.MAIN, True] == pytest.approx(share[story.MAIN, False], abs=0.01)


def test_no_report_falls_in_the_hour_that_the_clocks_skip(sample):
    local = sample.incidents.loc[sample.incidents["time_precision"] == "exact", "occurred_from"]
    assert (
        not local.dt.tz_localize("Europe/London", ambiguous="NaT", nonexistent="NaT")[local.dt.month == 3].isna().any()
    )


def _columns(window: Window) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(list(window.months()))


# The register


def test_register_rows_become_the_registers_nouns(sample):
    register = sample.register
    ids = {row["name"]: n for n, row in enumerate(register["places"], 1)}
    for row in register["places"] + register["blocks"]:
        Place(**row | {"problem_types": tuple(row["problem_types"])})
    nouns = {
        "interventions": Intervention,
        "assessments": partial(Assessment, intervention_id=1),
        "actions": Action,
        "site_checks": SiteCheck,
        "residents": ResidentMeeting,
        "plans": SaraPlan,
    }
    for noun, kind in nouns.items():
        for row in register[noun]:
            given = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
            given.pop("title", None)
            made = kind(place_id=ids[given.pop("place")], **given)
            assert made.place_id


def test_interventions_bear_the_dates_of_the_story(sample):
    park = [r for r in sample.register["interventions"] if r["place"] == story.PARK_VIEW]
    assert [(r["kind"], r["start"].isoformat(), r["end"] and r["end"].isoformat()) for r in park] == [
        ("RES", "2017-09-04", "2017-10-31"),
        ("WAR", "2017-11-14", "2017-11-14"),
        ("CLO", "2017-11-21", "2018-02-20"),
        ("CLP", "2017-11-28", "2018-02-27"),
        ("ENV", "2017-12-18", None),
        ("ENV", "2018-01-11", None),
        ("POS", "2018-04-16", "2018-04-16"),
    ]


def test_overdue_actions_are_those_of_the_screens(sample):
    actions = pd.DataFrame(sample.register["actions"])

    def overdue(on: date) -> pd.DataFrame:
        open_then = (actions["raised"] <= on) & ~actions["closed"].map(lambda d: d is not None and d <= on)
        return actions[open_then & (actions["due"] < on)]

    november = overdue(date(2017, 11, 8))
    assert len(november) == 3 and (date(2017, 11, 8) - november["due"].min()).days == 12
    september = overdue(date(2018, 9, 12))
    late = september[september["place"] == story.PARK_VIEW]
    assert late["task"].to_list() == ["Re-check stair lighting"]
    still = (actions["place"] == story.PARK_VIEW) & (actions["status"] == "open")
    assert still.sum() == 4


def test_more_than_47_partners_hold_powers_that_the_register_knows(project):
    partners = load_partners(project / "data" / "partners.csv")
    assert len(partners) >= 47
    groups = set(pd.read_csv(project / "data" / "powers.csv")["agency_group"])
    assert {p for held in partners["powers_held"] for p in held} <= groups
    feeds = set(partners["data_feed"]) - {""}
    assert feeds == set(story.SOURCES)
