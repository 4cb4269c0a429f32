"""Who a row is: the same in any order, twice the same, apart where it must be."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotspots.intake import read_incidents
from hotspots.intake.categories import categorise
from tests.intake.corpus import HEADER, NO_REF, STREET, TODAY, csv, geo, points, row, rows, street_row


def read(data: bytes, folder, name="a.csv", **options):
    path = folder / name
    path.write_bytes(data)
    (reading,) = read_incidents(path, today=TODAY, **options)
    return reading


SMALL_ROWS = st.lists(st.tuples(st.sampled_from(["Noise", "Graffiti"]), st.integers(1, 3)), min_size=1, max_size=12)


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(kinds=SMALL_ROWS, data=st.data())
def test_shuffled_rows_give_the_same_keys_and_totals(kinds, data, tmp_path):
    table = [row(day, Type=kind)[1:] for kind, day in kinds]
    shuffled = data.draw(st.permutations(table))
    first = read(csv(*table, header=NO_REF)(), tmp_path)
    second = read(csv(*shuffled, header=NO_REF)(), tmp_path)
    assert sorted(first.incidents.index) == sorted(second.incidents.index) and len(first.incidents) == len(kinds)


def test_the_same_file_twice_gives_the_same_incidents(tmp_path):
    once, twice = (read(csv(*rows(9))(), tmp_path) for _ in range(2))
    assert once.incidents.equals(twice.incidents) and once.sha256 == twice.sha256


def test_the_same_log_in_another_format_gives_the_same_keys(tmp_path):
    plain = csv(*([*row(i)[:5], f"{51.8 + (i - 1) / 100:.2f}", "1.3012"] for i in (1, 2, 3)))
    from_csv = read(plain(), tmp_path)
    from_gpkg = read(geo(points(), "GPKG", ".gpkg")(), tmp_path, "a.gpkg")
    assert list(from_csv.incidents.index) == list(from_gpkg.incidents.index)


def test_a_reference_keeps_its_key_when_its_row_changes(tmp_path):
    old, new = (read(csv(row(1, Type=kind))(), tmp_path) for kind in ("Noise", "Graffiti"))
    assert list(old.incidents.index) == list(new.incidents.index)


def test_sources_and_snapshots_do_not_share_keys(tmp_path):
    a, b = (read(csv(row())(), tmp_path, source=name) for name in ("housing", "fire"))
    assert not set(a.incidents.index) & set(b.incidents.index)
    months = [
        read(csv(street_row(Month="2024-03"), header=STREET)(), tmp_path, f"2024-03-{force}-street.csv")
        for force in ("gullshire", "ternshire")
    ]
    assert not set(months[0].incidents.index) & set(months[1].incidents.index)


def test_keys_are_positive_and_fit_a_database_s_integer(tmp_path):
    index = read(csv(*rows(30))(), tmp_path).incidents.index
    assert index.dtype == "int64" and (index >= 0).all() and index.name == "incident_id"


def test_unmapped_columns_and_looked_up_wards_do_not_change_keys(tmp_path):
    plain = read(csv(*(r[1:] for r in rows()), header=NO_REF)(), tmp_path)
    noted = read(csv(*([*r[1:], f"n{i}"] for i, r in enumerate(rows())), header=[*NO_REF, "Notes"])(), tmp_path)
    area = gpd.GeoDataFrame(
        {"kind": ["ward", "district"], "name": ["Gull", "Gullshire"]},
        geometry=[shapely.box(600_000, 200_000, 700_000, 250_000)] * 2,
        crs="EPSG:27700",
    )
    placed = read(csv(*(r[1:] for r in rows()), header=NO_REF)(), tmp_path, boundaries=area)
    assert list(plain.incidents.index) == list(noted.incidents.index) == list(placed.incidents.index)
    assert set(placed.incidents["ward"]) == {"Gull"} and set(placed.incidents["district"]) == {"Gullshire"}
    assert plain.incidents["ward"].isna().all()


def test_quarantine_names_line_column_reason_and_keeps_the_row(tmp_path):
    reading = read(csv(row(), row(2, Date="32/01/2024", Street="Tern Row"))(), tmp_path)
    (bad,) = reading.quarantine.to_dict("records")
    assert (bad["line"], bad["column"], bad["reason"]) == (3, "Date", "date is not readable")
    assert '"Street": "Tern Row"' in bad["row"] and reading.reasons == {"date is not readable": 1}


def test_lines_are_those_of_the_file_below_titles_and_long_cells(tmp_path):
    text = "Noise log\n\n" + csv(row(1, Street="Gull\nRow"), row(2, Type=""))().decode()
    assert read(text.encode(), tmp_path).quarantine["line"].tolist() == [6]


def test_restricted_parts_leave_the_place_text(tmp_path):
    header = [*HEADER[:4], "Address", *HEADER[5:]]
    reading = read(csv(row(1, Street="Flat 3a, 12 Gull Row, Ternmouth, CO15 1AA"), header=header)(), tmp_path)
    incident = reading.incidents.iloc[0]
    assert (incident["place_text"], incident["unit"]) == ("Gull Row", "3A")
    assert incident["address_key"] == "FLAT 3A 12 GULL ROW TERNMOUTH CO15 1AA"
    assert incident["location_precision"] == "address"


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("Violent crime", "Violence and sexual offences"),
        ("criminal-damage-arson", "Criminal damage and arson"),
        ("ANTI-SOCIAL BEHAVIOUR", "Anti-social behaviour"),
        ("Rowdy/Nuisance Neighbours", "Anti-social behaviour"),
        ("Fly-tipping", "Anti-social behaviour"),
        ("Secondary Deliberate", "Deliberate fire"),
        ("Domestic Violence", "Domestic abuse"),
        ("Seagulls", "Seagulls"),
    ],
)
def test_category_words_become_ours_or_stay(word, ours):
    assert categorise(pd.Series([word]), {})[0].tolist() == [ours]
    assert categorise(pd.Series([word]), {word.lower(): "Drugs"})[0].tolist() == ["Drugs"]
