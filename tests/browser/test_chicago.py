"""A hub elsewhere: another metric CRS, US dates, exact times; from a file nobody has seen to near repeats."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from hotspots.release.roles import Role
from pages.parts.menu import ENTRIES
from tests.browser.running import Server, hub_folder, serving, write_settings
from tests.browser.test_import_screen import bring
from tests.browser.visiting import PATIENCE, Visitor

HEADINGS = (  # noqa: SIM905 - as the file's own first line
    "ID,Case Number,Date,Block,IUCR,Primary Type,Description,Location Description,Arrest,Domestic,Beat,District,Ward,"
    "Community Area,FBI Code,X Coordinate,Y Coordinate,Updated On,Latitude,Longitude"
).split(",")
CLUSTERS = {"001XX N GULL ST": (41.8810, -87.6300), "002XX S TERN AVE": (41.8700, -87.6450)}
DEGREE = 111_320
"""Metres of a degree of latitude."""


@pytest.fixture
def chicago(sample_file: Path, tmp_path: Path) -> Iterator[Server]:
    """A hub whose settings name Illinois East and a store that is not there yet."""
    folder = hub_folder(tmp_path / "hub", sample_file)
    write_settings(folder, crs="EPSG:26971")
    with serving(folder) as running:
        yield running


def _log(path: Path) -> Path:
    """A year of invented reports: two clusters, and far from them pairs 20 m and two days apart."""
    rng, start = np.random.default_rng(2017), datetime(2017, 1, 1)
    rows = [_row(start, "000XX W SHORE DR", None)]  # its first row without a place, as in the city's own file
    for block, (lat, lon) in CLUSTERS.items():
        for _ in range(400):
            away = rng.normal(0, 25, 2)
            rows.append(_row(_moment(start, rng), block, _moved(lat, lon, *away)))
    for n in range(1_000):
        spot, when = _moved(41.80, -87.70, *rng.uniform(0, 9_000, 2)), _moment(start, rng, days=360)
        rows.append(_row(when, f"{n:03d}XX W HERON RD", spot))
        rows.append(_row(when + timedelta(days=2), f"{n:03d}XX W HERON RD", _moved(*spot, 20, 0)))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows([n, f"JA{n}", *row] for n, row in enumerate(rows, 1))
    return path


def _moment(start: datetime, rng: np.random.Generator, days: int = 365) -> datetime:
    return start + timedelta(minutes=int(rng.integers(days * 24 * 60)))


def _moved(lat: float, lon: float, north: float, east: float) -> tuple[float, float]:
    return lat + north / DEGREE, lon + east / (DEGREE * np.cos(np.radians(lat)))


def _row(when: datetime, block: str, spot: tuple[float, float] | None) -> list[object]:
    lat, lon = ("", "") if spot is None else (f"{spot[0]:.9f}", f"{spot[1]:.9f}")
    said = [f"{when:%m/%d/%Y %I:%M:%S %p}", block, "0460", "BATTERY", "SIMPLE", "STREET", "false", "false", "0111"]
    return [*said, "001", "42", "32", "08B", "", "", "02/11/2018 03:57:41 PM", lat, lon]


def test_a_city_elsewhere_from_upload_to_near_repeats(
    chicago: Server, visit: Callable[[Server], Visitor], tmp_path: Path
) -> None:
    visitor = visit(chicago)
    page = visitor.page
    visitor.open()
    visitor.become(Role.DATA_STEWARD)
    _go(visitor, "data")
    bring(visitor, _log(tmp_path / "crimes.csv"), source="city police")
    expect(page.get_by_text("2,801 rows read: 2,801 accepted, 0 quarantined")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("were read month first").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("2,800 of 2,801 reports have a place on the map")).to_be_visible(timeout=PATIENCE)

    _go(visitor, "hub_meeting")
    visitor.map()
    heading = re.search(r"(\d+) areas hold", visitor.text())
    assert heading and int(heading[1]) == len(CLUSTERS)
    page.get_by_role("radio", name="Hours").or_(page.get_by_text("Hours", exact=True)).first.click(timeout=PATIENCE)
    visitor.settle()
    expect(page.get_by_text(re.compile(r"All \d+ reports have a real time"))).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_label("Reports by weekday and hour").first).to_be_visible(timeout=PATIENCE)

    _go(visitor, "areas")
    page.get_by_role("button", name="Work it out").click(timeout=PATIENCE)
    expect(page.get_by_text("Most beyond luck: 1 to 50 m and 0 to 7 days apart")).to_be_visible(timeout=PATIENCE)
    assert page.get_by_test_id("stException").count() == 0
    assert visitor.faults == []


def _go(visitor: Visitor, path: str) -> None:
    visitor.go(next(entry for entry in ENTRIES if entry.url_path == path))
