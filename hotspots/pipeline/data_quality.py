"""How good the data themselves are: places, times, and reports that several sources made of one event."""

from dataclasses import dataclass

import pandas as pd

from hotspots import store as stores
from hotspots.analysis.geocoding import default_stacks, far_points
from hotspots.analysis.same_events import SameEvents, probably_same
from hotspots.periods import Window, add_months
from hotspots.store import Store

MONTHS = 12


@dataclass(frozen=True)
class DataQuality:
    """What the Data page says of all that is held.

    sources: of `store.sources` · far, stacks: of `analysis.geocoding` · same: reports of `window`, the last
    twelve months held, that are probably one event; nothing else counts them as one
    """

    sources: pd.DataFrame
    far: pd.DataFrame
    stacks: pd.DataFrame
    same: SameEvents
    window: Window


def data_quality(store: Store) -> DataQuality | None:
    """Quality of a store's reports; None for an empty store."""
    held = stores.months_held(store)
    if held is None:
        return None
    window = Window(max(held.start, add_months(held.end, -MONTHS)), held.end)
    at = stores.location_months(store, window=held, by=("source", "category", "district"))
    at = at.groupby(["source", "category", "district", "x", "y"], as_index=False, dropna=False)["n"].sum()
    same = probably_same(stores.incidents(store, window=window))
    return DataQuality(stores.sources(store), far_points(at), default_stacks(at), same, window)
