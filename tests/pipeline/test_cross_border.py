"""A hotspot that lies across the border of two districts: each hub sees a part, the county sees it whole."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hotspots.intake.readers import read_incidents
from hotspots.periods import Window
from hotspots.pipeline import Query, hub_view
from hotspots.pipeline.ledger import remember_run
from hotspots.pipeline.places import place_of_hotspot
from hotspots.store import Store, ledger, open_store, record_import

NOW = datetime(2019, 1, 1, 9)
BORDER = 540_000
WEST, EAST = 25, 20
LEAST = 36


@pytest.fixture
def county(tmp_path: Path) -> Store:
    """Reports on both sides of a street that is a border: enough for a hotspot only together."""
    easting = np.concatenate([np.full(WEST, BORDER - 20.0), np.full(EAST, BORDER + 20.0)])
    days = pd.date_range("2018-01-03", periods=len(easting), freq="7D")
    rows = pd.DataFrame(
        {
            "Reference": np.arange(len(easting)),
            "Date": days.strftime("%d/%m/%Y"),
            "Time": "12:00",
            "Type": "ASB",
            "District": np.where(easting < BORDER, "Westmark", "Eastmark"),
            "Easting": easting,
            "Northing": 420_000.0,
        }
    )
    rows.to_csv(tmp_path / "log.csv", index=False)
    store = open_store(tmp_path / "hub.sqlite", at=NOW, create=True)
    record_import(store, read_incidents(tmp_path / "log.csv", source="a log", today=NOW.date()), who="county", at=NOW)
    yield store
    store.close()


QUERY = Query(Window(date(2018, 1, 1), date(2019, 1, 1)), min_incidents=LEAST)


def test_each_hub_alone_finds_nothing_and_the_county_finds_the_hotspot_whole(county: Store) -> None:
    for name, n in (("Westmark", WEST), ("Eastmark", EAST)):
        own = hub_view(county.within({name}), replace(QUERY, districts=(name,)))
        assert own.incidents == n and own.table.empty
    whole = hub_view(county, QUERY)
    assert whole.table["n"].tolist() == [WEST + EAST]
    assert hub_view(county.within({"Westmark", "Eastmark"}), QUERY).table["n"].tolist() == [WEST + EAST]


def test_adopted_it_belongs_to_the_district_with_most_of_its_reports(county: Store) -> None:
    view = hub_view(county, QUERY)
    place = place_of_hotspot(
        view, view.table["id"].iloc[0], name="Border Street", kind="street", dwellings=None, problem_types=(),
        on=NOW.date(),
    )  # fmt: skip
    assert place.district == "Westmark"


def test_the_countys_own_set_is_kept_and_no_hub_sees_it(county: Store) -> None:
    remember_run(county, hub_view(county, QUERY), who="county", at=NOW)
    assert len(ledger.sets(county)) == 1
    assert ledger.sets(county.within({"Westmark"})).empty
