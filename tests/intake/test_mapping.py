"""Mappings: guessed from common names, kept as TOML, refused with the column that is missing."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.errors import BadMapping
from hotspots.intake.mapping import FIELDS, Mapping, check_mapping, from_toml, guess_mapping, recognised, to_toml


def guess(*headings: str) -> dict[str, str]:
    return dict(guess_mapping(pd.DataFrame(columns=list(headings))).columns)


def test_plain_names_in_any_case_are_understood():
    headings = [
        "REF",
        "Date",
        "TIME",
        "asb_type",
        "Full Address",
        "UPRN",
        "Flat",
        "Eastings",
        "northings",
        "Ward",
        "Reported By",
    ]
    fields = ["reference", "date", "time", "category", "address", "uprn", "unit", "x", "y", "ward", "reporter"]
    assert guess(*headings) == dict(zip(fields, headings, strict=True))


def test_best_of_several_dates_and_places_is_taken():
    columns = guess(
        "Date Closed", "Date Reported", "Date Occurred", "Type", "Latitude", "Longitude", "Easting", "Northing"
    )
    assert (columns["date"], columns["x"], columns["y"]) == ("Date Occurred", "Easting", "Northing")


def test_the_order_of_columns_does_not_matter():
    headings = ["Ref", "Date", "Category", "Location", "Lat", "Long", "District"]
    assert guess(*headings) == guess(*reversed(headings))


def test_nothing_known_guesses_nothing():
    assert guess("gulls", "terns") == {} and recognised(["gulls", "", "DATE"]) == 1


def test_absent_columns_are_named_with_those_seen():
    with pytest.raises(BadMapping, match="'When'.*Date, Type"):
        check_mapping(Mapping(columns={"date": "When", "category": "Type"}), ["Date", "Type"])


def test_a_first_row_of_data_is_not_repeated_in_the_sentence():
    with pytest.raises(BadMapping) as error:
        check_mapping(Mapping(), ["12 Gull Row", "A. Tern"])
    assert "Gull" not in str(error.value) and "Tern" not in str(error.value)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(
    columns=st.dictionaries(st.sampled_from(list(FIELDS)), TEXT),
    categories=st.dictionaries(TEXT, TEXT, max_size=4),
    order=st.sampled_from(["auto", "dmy", "mdy", "ymd"]),
    sheet=st.one_of(st.none(), TEXT.filter(bool)),
)
def test_toml_round_trip_keeps_the_mapping_and_its_version(columns, categories, order, sheet):
    mapping = Mapping(columns=columns, categories=categories, date_order=order, sheet=sheet)
    again = from_toml(to_toml(mapping))
    assert again == mapping and again.version == mapping.version


def test_any_change_changes_the_version():
    mapping = Mapping(columns={"date": "Date"})
    others = [Mapping(columns={"date": "When"}), Mapping(columns={"date": "Date"}, constants={"category": "Noise"})]
    assert len({m.version for m in (mapping, *others)}) == 3 and len(mapping.version) == 12


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("date_order = ", "not TOML"),
        ("gulls = 1", "no 'gulls'"),
        ("columns = 'x'", "a table of texts"),
        ("[columns]\ndate = 1", "a table of texts"),
        ("[columns]\ngulls = 'x'", "cannot fill gulls"),
        ("date_order = 'dym'", "dmy, mdy, ymd"),
        ("coordinates = 'feet'", "degrees, metres"),
        ("timezone = 'Gullshire'", "not a time zone"),
        ("timezone = '../../etc'", "not a time zone"),
    ],
)
def test_toml_that_is_not_understood_is_told(text, told):
    with pytest.raises(BadMapping, match=told):
        from_toml(text)
