"""The reports that a comparison may count, and in which of its areas each lies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from hotspots import store as stores
from hotspots.analysis.counts import MISSING, PARTIAL, Unit, count_by_period
from hotspots.errors import NoData
from hotspots.intake.coverage import coverage_of
from hotspots.periods import Window
from hotspots.register.annotations import Annotation
from hotspots.register.interventions import Intervention
from hotspots.store import Store, register_reads

_COLUMNS = [
    "occurred_from", "time_precision", "source", "district", "ward", "reporter_kind", "location_precision", "x", "y",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Evidence:
    """Every report that may be counted in small areas, with what the register knows.

    incidents: frame of the countable sources · snapped: whether map points that stand for many
    addresses are among them · held: whole months held · coverage: [source, month, state, n]
    places: GeoDataFrame of active places and comparison blocks · done: interventions that started
    noted: what people noted about the counts
    """

    incidents: pd.DataFrame
    snapped: bool
    held: Window
    coverage: pd.DataFrame
    places: gpd.GeoDataFrame
    done: tuple[Intervention, ...]
    crs: str
    noted: tuple[Annotation, ...] = ()

    @property
    def finest(self) -> Unit:
        """Weeks where every report knows its day, else months."""
        return "month" if (self.incidents["time_precision"] == "month").any() else "week"

    def inside(self, area: BaseGeometry) -> np.ndarray:
        """Boolean array: which incidents lie in an area (its edge included)."""
        shapely.prepare(area)
        return shapely.intersects_xy(area, self.incidents["x"].to_numpy(), self.incidents["y"].to_numpy())

    def farther(self, area: BaseGeometry, metres: float) -> np.ndarray:
        """Boolean array: which located incidents lie more than `metres` from an area."""
        located = self.incidents["x"].notna().to_numpy()
        return located & ~self.inside(area.buffer(metres))

    def counts(self, areas: Mapping[str, np.ndarray], window: Window, unit: Unit) -> pd.DataFrame:
        """Counts of areas, name → boolean array of its incidents: [period, area, n], gaps missing.

        A period for which a source's file is known to be incomplete is a gap as well.
        """
        narrow = self.incidents[["occurred_from", "time_precision", "source"]]
        parts = [narrow[mask].assign(area=name) for name, mask in areas.items()]
        counted = count_by_period(
            pd.concat(parts),
            window=window,
            unit=unit,
            by=["area"],
            coverage=self.coverage,
            groups=pd.DataFrame({"area": list(areas)}),
        )
        return counted.assign(n=counted["n"].mask(counted["partial"]))[["period", "area", "n"]]

    def gaps(self, *windows: Window) -> list[str]:
        """Which source lacks which month of the windows, in words."""
        months = {pd.Timestamp(month) for window in windows for month in window.months()}
        short = self.coverage[self.coverage["month"].isin(months) & self.coverage["state"].isin((MISSING, PARTIAL))]
        return [f"{row.source}, {row.month:%B %Y}" for row in short.itertuples()]


def evidence_of(store: Store, *, snapped: bool = False) -> Evidence:
    """Read what may be counted; raises `NoData` when the store holds nothing of the kind.

    snapped: also reports on map points that stand for many addresses, which say nothing about a block.
    """
    held = stores.months_held(store)
    if held is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    chosen = None if snapped else _countable(store)
    incidents = stores.incidents(store, sources=chosen)[_COLUMNS]
    if not snapped:
        incidents = incidents[incidents["location_precision"] != "snapped"]
    received = stores.source_months(store)
    received = received[received["source"].isin(incidents["source"].unique())]
    return Evidence(
        incidents=incidents,
        snapped=snapped,
        held=held,
        coverage=coverage_of(received, window=held),
        places=register_reads.places(store),
        done=tuple(i for i in register_reads.listed(store, Intervention) if i.start is not None),
        crs=store.crs,
        noted=tuple(stores.annotations(store)),
    )


def _countable(store: Store) -> Collection[str]:
    """Sources that place at least some reports at an address or street."""
    by = stores.month_counts(store, by=["source", "location_precision"])
    return set(by.loc[by["location_precision"].isin(("address", "street")), "source"])
