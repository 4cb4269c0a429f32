"""Metres and back, the area of use, and CRSs that are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.errors import BadValue
from hotspots.intake.locate import area_of_use, check_crs, inside, outside_reason, reproject, to_lonlat, to_metric

CAISTER = (651_409.903, 313_177.270)  # metres


def test_projection_gives_ordnance_survey_s_worked_example():
    """Caister water tower, "A guide to coordinate systems in Great Britain", annexe C (OSGB36, no datum shift)."""
    lon, lat = 1 + 43 / 60 + 4.5177 / 3600, 52 + 39 / 60 + 27.2531 / 3600
    x, y = reproject(np.array([lon]), np.array([lat]), "EPSG:4277", "EPSG:27700")
    assert np.allclose([x[0], y[0]], CAISTER, atol=0.01)


def test_datum_shift_is_within_its_stated_accuracy():
    """The same tower in WGS84: 52 39 28.72 N, 1 42 57.79 E (C. Veness, Movable Type Scripts)."""
    lon, lat = 1 + 42 / 60 + 57.79 / 3600, 52 + 39 / 60 + 28.72 / 3600
    x, y = to_metric(np.array([lon]), np.array([lat]))
    assert np.hypot(x[0] - CAISTER[0], y[0] - CAISTER[1]) < 2


@given(st.floats(-6, 1.7), st.floats(50, 58))
def test_the_way_back_is_within_a_centimetre(lon, lat):
    x, y = to_metric(np.array([lon]), np.array([lat]))
    again = to_metric(*to_lonlat(x, y))
    assert abs(again[0][0] - x[0]) <= 0.011 and abs(again[1][0] - y[0]) <= 0.011


def test_metres_are_rounded_and_missing_values_stay_missing():
    x, y = to_metric(np.array([1.3, np.nan]), np.array([51.8, np.nan]))
    assert x[0] == round(x[0], 2) and np.isnan(x[1]) and np.isnan(y[1])


@pytest.mark.parametrize(
    ("place", "lon", "lat", "expected"),
    [
        ("Land's End", -5.716, 50.066, True),
        ("Lowestoft Ness", 1.763, 52.481, True),
        ("Muckle Flugga", -0.885, 60.855, True),
        ("Islay", -6.34, 55.60, True),
        ("Mull of Kintyre", -5.80, 55.31, True),
        ("Portpatrick", -5.12, 54.84, True),
        ("Smalls lighthouse", -5.67, 51.72, True),
        ("Dover", 1.32, 51.13, True),
        ("Belfast", -5.93, 54.60, False),
        ("Rathlin", -6.2, 55.30, False),
        ("Dublin", -6.26, 53.35, False),
        ("Calais", 1.86, 50.95, False),
        ("Jersey", -2.1, 49.2, False),
        ("Null Island", 0, 0, False),
    ],
)
def test_great_britain_is_told_from_its_neighbours(place, lon, lat, expected):
    assert inside(np.array([lon]), np.array([lat]))[0] == expected, place


def test_a_crs_in_feet_or_degrees_or_none_is_refused():
    for crs, told in (("EPSG:2263", "foot"), ("EPSG:4326", "degrees"), ("gulls", "not a CRS")):
        with pytest.raises(BadValue, match=told):
            check_crs(crs)
        with pytest.raises(BadValue):
            to_metric(np.array([1.0]), np.array([51.0]), crs)


def test_other_grids_have_their_own_area_and_reason():
    assert check_crs("EPSG:26971") == "EPSG:26971"
    assert area_of_use("EPSG:26971").west < -87.9 < area_of_use("EPSG:26971").east
    assert outside_reason("EPSG:26971") == "outside the area of EPSG:26971"
