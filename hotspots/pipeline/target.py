"""What is compared: a place, an outline, or a ward or district by its name."""

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from hotspots import store as stores
from hotspots.errors import BadValue
from hotspots.pipeline.evidence import Evidence
from hotspots.store import Store

WIDE_M2 = 500_000.0
"""From half a square kilometre an outline is taken for a ward or district, where map points may count."""


@dataclass(frozen=True, eq=False)
class Target:
    """What is compared; `geometry` is None for a ward or district known by name."""

    name: str
    mask: np.ndarray
    geometry: BaseGeometry | None
    ids: tuple[int, ...] = ()
    wide: bool = False
    column: str = ""


def target_of(store: Store, evidence: Evidence, place: str | BaseGeometry, name: str) -> Target:
    """The target of a name, or of an outline in metres (called `name`); raises `BadValue` for an unknown name."""
    if isinstance(place, str):
        return _named(store, evidence, place)
    places = evidence.places
    shapes = places.geometry.to_numpy()
    shared = shapely.area(shapely.intersection(shapes, place)) / shapely.area(shapely.union(shapes, place))
    same = places[shared > 0.5]
    called = name or (same["name"].iloc[0] if len(same) == 1 else "the area given")
    return Target(called, evidence.inside(place), place, tuple(same["id"]), wide=place.area >= WIDE_M2)


def wider_than(target: Target, evidence: Evidence) -> tuple[str, ...]:
    """The ward and the district in which most of a target's reports lie.

    Only those that can be compared: a ward with reports elsewhere in its district, a district with others beside it.
    """
    frame = evidence.incidents
    home = _most(frame.loc[target.mask, "district"])
    ward = _most(frame.loc[target.mask, "ward"])
    beside_ward = frame.loc[frame["district"] == home, "ward"] != ward
    beside_home = frame["district"].dropna() != home
    found = ((ward, beside_ward), (home, beside_home))
    return tuple(dict.fromkeys(name for name, others in found if name and others.any()))


def _most(names: pd.Series) -> str:
    """The commonest of some names, "" where none is known."""
    known = names.dropna().mode()
    return str(known.iloc[0]) if len(known) else ""


def wards_and_districts(store: Store) -> list[str]:
    """Names that `comparison_for` knows besides places: districts, then wards."""
    names = [
        name
        for column in ("district", "ward")
        for name in sorted(stores.month_counts(store, by=[column])[column].dropna().unique())
    ]
    return list(dict.fromkeys(names))


def _named(store: Store, evidence: Evidence, name: str) -> Target:
    row = place_called(evidence, name)
    if row is not None:
        return Target(row["name"], evidence.inside(row["geometry"]), row["geometry"], (row["id"],))
    for column in ("district", "ward"):
        known = stores.month_counts(store, by=[column])[column].dropna().unique()
        match = next((word for word in known if word.casefold() == name.strip().casefold()), None)
        if match is not None:
            mask = (evidence.incidents[column] == match).to_numpy()
            return Target(match, mask, None, wide=True, column=column)
    near = get_close_matches(name, evidence.places["name"], n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "adopt it first, or give its outline as GeoJSON."
    raise BadValue(f"There is no place, ward or district called {name!r}; {hint}")


def place_called(evidence: Evidence, name: str) -> pd.Series | None:
    """The active place of a name, whatever its case, or the only one whose name begins so."""
    wanted, names = name.strip().casefold(), evidence.places["name"].str.casefold()
    exact = evidence.places[names == wanted]
    found = exact if len(exact) else evidence.places[names.str.startswith(wanted)]
    return found.iloc[0] if len(found) == 1 and wanted else None
