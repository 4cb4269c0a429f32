"""A small invented town on an invented grid: a block, its ring, two districts of quiet squares."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from shapely.geometry import Point, box

from hotspots.intake.readers import read_incidents
from hotspots.store import Store, open_store, record_import

NOW = datetime(2019, 1, 1, 9, 0)
CENTRE = (540_000, 420_000)
BLOCK = Point(CENTRE).buffer(20)
ELSEWHERE = box(541_000, 421_000, 541_100, 421_100)
DAYS = pd.date_range("2016-01-01", "2018-12-31", freq="D")


def store_of(folder: Path, reports: pd.DataFrame, *, precision: str = "address", source: str = "log") -> Store:
    """A store of the reports [when, x, y] (and what else is given), all of one precision."""
    path = folder / f"{source}.csv"
    made = reports.assign(
        Reference=np.arange(len(reports)),
        Date=pd.to_datetime(reports["when"]).dt.strftime("%d/%m/%Y"),
        Time="12:00",
        Type="ASB",
        District="Saltmere",
    ).rename(columns={"x": "Easting", "y": "Northing"})
    made["Location precision"] = precision
    made.drop(columns="when").to_csv(path, index=False)
    store = open_store(folder / "hub.sqlite", at=NOW, create=True)
    record_import(store, read_incidents(path, source=source, crs=store.crs, today=NOW.date()), who="test", at=NOW)
    return store


def at(place: tuple[float, float], days: object) -> pd.DataFrame:
    """One report a day given, at one point."""
    when = pd.DatetimeIndex(days)
    return pd.DataFrame({"when": when, "x": float(place[0]), "y": float(place[1])})


def background(*, every: int = 3) -> pd.DataFrame:
    """A steady town: one report every few days at each of 30 points beyond the rings."""
    spots = [(CENTRE[0] + 800 + 60 * (i % 6), CENTRE[1] + 800 + 60 * (i // 6)) for i in range(30)]
    return pd.concat([at(spot, DAYS[i % every :: every * (1 + i % 4)]) for i, spot in enumerate(spots)])
