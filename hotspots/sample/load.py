"""The sample's register, from its files into its store: places, what was done, and who the partners are.

Blocks where nobody ever acted go in as places of kind `places.COMPARISON`: they are areas to compare
with, have a frozen boundary like any other, and are left out wherever adopted places are listed.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from hotspots.errors import NoData
from hotspots.intake.locate import to_metric
from hotspots.register.actions import Action
from hotspots.register.annotations import Annotation
from hotspots.register.assessments import Assessment
from hotspots.register.interventions import Intervention
from hotspots.register.partners import load_partners
from hotspots.register.places import COMPARISON, Place
from hotspots.register.sara import SaraPlan
from hotspots.register.site_checks import ResidentMeeting, SiteCheck
from hotspots.store import register
from hotspots.store import register_reads as reads
from hotspots.store.annotations import add_annotation
from hotspots.store.database import Store
from hotspots.store.register_reads import Item

WHO = "sample"
NOUNS: Mapping[str, type[Item]] = {
    "interventions": Intervention,
    "actions": Action,
    "site_checks": SiteCheck,
    "residents": ResidentMeeting,
    "plans": SaraPlan,
}
"""File of rows → the noun they are; each row names its `place`."""


def load_register(store: Store, folder: Path, *, partners: Path, at: datetime) -> dict[str, int]:
    """Save every row of the sample's register files in the store; returns how many of each.

    folder: the files that `write_sample` made · partners: the register of partners
    Raises `NoData` when a file is missing, `BadValue` for a row its noun refuses.
    """
    ids = _load_places(store, folder, at=at)
    saved = {"places": len(ids)}
    for name, noun in NOUNS.items():
        rows = _rows(folder, name)
        for row in rows:
            item = noun(place_id=ids[row["place"]], **fields_of(noun, row))
            register.add(store, item, who=WHO, at=at)
        saved[name] = len(rows)
    saved["assessments"] = _load_assessments(store, folder, ids, at=at)
    known = load_partners(partners)
    register.save_partners(store, known, who=WHO, at=at)
    return saved | {"partners": len(known), "annotations": _load_annotations(store, folder, at=at)}


def _load_assessments(store: Store, folder: Path, ids: Mapping[str, int], *, at: datetime) -> int:
    """Save the assessments, each of the intervention at its place that bears the title; returns how many."""
    rows = _rows(folder, "assessments")
    done = {(item.place_id, item.title): item.id for item in reads.listed(store, Intervention)}
    for row in rows:
        place = ids[row["place"]]
        item = Assessment(place, done[place, row["title"]], **fields_of(Assessment, row))
        register.record_assessment(store, item, who=WHO, at=at)
    return len(rows)


def _load_places(store: Store, folder: Path, *, at: datetime) -> dict[str, int]:
    """Save places and blocks; returns name → id."""
    blocks = [row | {"kind": COMPARISON} for row in _rows(folder, "blocks")]
    rows = [*_rows(folder, "places"), *blocks]
    shapes = _in_metres([shapely.geometry.shape(row["geometry"]) for row in rows], store.crs)
    ids = {}
    for row, geometry in zip(rows, shapes, strict=True):
        place = Place(geometry=geometry, **fields_of(Place, row))
        ids[place.name] = register.add(store, place, who=WHO, at=at).id
    return ids


def wards_of(folder: Path, crs: str) -> gpd.GeoDataFrame:
    """The sample's wards [kind, name, geometry], moved as the incidents are: police.uk rows name none."""
    ground = gpd.read_file(_there(folder / "boundaries.geojson"), engine="pyogrio")
    wards = ground[ground["kind"] == "ward"].reset_index(drop=True)
    return gpd.GeoDataFrame(wards[["kind", "name"]], geometry=_in_metres(list(wards.geometry), crs), crs=crs)


def _load_annotations(store: Store, folder: Path, *, at: datetime) -> int:
    """Save what the trends must say beneath their line; returns how many."""
    rows = _rows(folder, "annotations")
    for row in rows:
        start, end = (date.fromisoformat(row[c]) if row[c] else None for c in ("from", "to"))
        made = Annotation(row["kind"], row["note"], start, end, row["district"], row["source"])
        add_annotation(store, made, who=WHO, at=at)
    return len(rows)


def _in_metres(shapes: list[shapely.Geometry], crs: str) -> np.ndarray:
    """Boundaries moved as the incidents are, so that a report stays on its side of the line."""
    return shapely.transform(np.array(shapes), lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], crs)))


def _rows(folder: Path, name: str) -> list[dict]:
    return json.loads(_there(folder / f"{name}.json").read_text(encoding="utf-8"))


def _there(path: Path) -> Path:
    if not path.exists():
        raise NoData(f"The sample's file {path.name} is missing from data/sample; fetch the project again.")
    return path


def fields_of(noun: type[Item], row: Mapping[str, object]) -> dict[str, object]:
    """The row's values that the noun has a field for, days as dates and lists as tuples."""
    wanted = {f.name: f.type for f in fields(noun) if f.name in row and f.name not in ("geometry", "place_id")}
    return {name: _value(kind, row[name]) for name, kind in wanted.items()}


def _value(kind: object, value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    return date.fromisoformat(value) if isinstance(value, str) and kind in (date, date | None) else value
