"""Real files read with the totals that were counted in them; skipped where the shared folder is absent."""

import lzma
from itertools import islice

import numpy as np
import pytest

from hotspots.errors import HubError
from hotspots.intake import Mapping, read_incidents
from hotspots.intake.categories import POLICE_UK
from tests.intake.corpus import TODAY

pytestmark = pytest.mark.real

FOLDERS = {  # folder: street rows, rows without location, files set aside
    "policeuk-2021-hertfordshire": (108_465, 1_789, 13),
    "policeuk-2018-essex-reheaded": (115_065, 218, 0),
    "policeuk-2014-essex-herts": (214_328, 158, 0),
    "policeuk-original-download": (30_671, 0, 0),
    "policeuk-city-of-london-2018-2021": (28_761, 2_191, 32),
    "policeuk-gwent-newport": (24_030, 61, 0),
    "policeuk-west-yorkshire-julys": (87_348, 3_771, 0),
    "policeuk-south-yorkshire-2018-2020": (524_633, 20_970, 0),
}


def totals(path):
    readings = list(read_incidents(path, today=TODAY))
    assert all(r.read == r.accepted and not r.quarantined and not r.duplicates for r in readings)
    aside = sum(r.set_aside is not None for r in readings)
    return sum(r.accepted for r in readings), sum(r.unlocated for r in readings), aside


def only_zip(shared, folder):
    return next((shared / folder).glob("*.zip"))


LARGE = ("policeuk-2014-essex-herts", "policeuk-2018-essex-reheaded", "policeuk-south-yorkshire-2018-2020")


@pytest.mark.parametrize("folder", [pytest.param(f, marks=pytest.mark.slow if f in LARGE else ()) for f in FOLDERS])
def test_police_uk_downloads_keep_every_row(folder, shared):
    assert totals(only_zip(shared, folder)) == FOLDERS[folder]


def test_gwent_has_a_snapshot_a_month_and_its_districts(shared):
    readings = [r for r in read_incidents(only_zip(shared, "policeuk-gwent-newport"), today=TODAY) if r.accepted]
    assert [r.snapshots for r in readings][:2] == [("gwent 2018-10",), ("gwent 2018-11",)]
    assert [r.month for r in readings] == ["2018-10", "2018-11", "2018-12", "2019-01", "2019-02"]
    assert sum((r.incidents["district"] == "Newport").sum() for r in readings) == 8_106
    ids = np.concatenate([r.incidents.index for r in readings])
    assert len(np.unique(ids)) == len(ids)
    first = readings[0].incidents
    assert set(first["time_precision"]) == {"month"} and set(first["location_precision"]) == {"snapped", "none"}
    assert not first["place_text"].str.startswith("On or near").any() and first["reference"].isna().all()


def test_lancashire_asb_log_keeps_its_copies(shared):
    (reading,) = read_incidents(shared / "asb-log-lancashire-2022" / "lancashire_asb.tab.gz", today=TODAY)
    assert (reading.read, reading.accepted, reading.duplicates) == (56_434, 56_434, 0)
    assert reading.source == "partner" and set(reading.incidents["time_precision"]) == {"month"}


def test_an_answer_of_the_api_is_read_whole(shared):
    (reading,) = read_incidents(shared / "policeuk-api" / "crimes-street_all-crime_leicester_2023-01.json", today=TODAY)
    assert (reading.accepted, reading.source, reading.snapshots) == (1_448, "police.uk", ())
    assert reading.incidents["category"].isin(POLICE_UK).all()


def test_chicago_reads_in_its_own_grid_month_first(shared, tmp_path):
    path = tmp_path / "chicago.csv"
    with lzma.open(shared / "chicago-2017" / "chicago-crimes-2017.csv.xz") as packed:
        path.write_bytes(b"".join(islice(packed, 20_001)))
    (reading,) = read_incidents(path, today=TODAY, crs="EPSG:26971")
    assert (reading.accepted, reading.quarantined) == (20_000, 0)
    assert set(reading.incidents["time_precision"]) == {"exact"}
    assert (reading.incidents["occurred_from"].dt.year == 2017).all()
    with pytest.raises(HubError, match="outside Great Britain"):
        list(read_incidents(path, today=TODAY))


def test_times_known_as_intervals_keep_both_ends(shared):
    (reading,) = read_incidents(shared / "points-small" / "nycvehiclethefts.csv.gz", today=TODAY, crs="EPSG:32118")
    incidents = reading.incidents
    assert reading.accepted == 35_746 and (incidents["occurred_to"] > incidents["occurred_from"]).all()


def test_times_in_universal_time_become_local(shared):
    mapping = Mapping(
        columns={"reference": "uid", "date": "date", "category": "offense_type", "x": "longitude", "y": "latitude"},
        timezone="America/Chicago",
    )
    path = shared / "points-small" / "memphis_robberies.csv"
    (reading,) = read_incidents(path, today=TODAY, crs="EPSG:32136", mapping=mapping)
    assert reading.accepted == 2_245
    assert str(reading.incidents["occurred_from"].min()) == "2018-12-31 19:30:00"


@pytest.mark.parametrize(
    "path",
    [
        "asb-log-lancashire-2022/lancashire_wards.gpkg",
        "asb-log-lancashire-2022/lancashire_ward_pop.xlsx",
        "boundaries/ward-E10000015.geojson.gz",
        "postcodes/codepoint-open-2025-05-selected-areas.zip",
        "basemap/test_fixture_1.pmtiles",
        "policeuk-api/crime-categories.json",
        "policeuk-api/police-data-kit-fixtures/neighbourhood-html-in-name.json",
    ],
)
def test_files_of_other_kinds_are_refused_in_one_sentence(path, shared):
    with pytest.raises(HubError) as error:
        list(read_incidents(shared / path, today=TODAY))
    assert 20 < len(str(error.value)) < 500
