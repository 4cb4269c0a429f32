"""The sample's files, in the shapes that partners' systems export."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.intake.locate import to_lonlat
from hotspots.sample import story as story
from hotspots.sample import words as words
from hotspots.sample.geography import World

POLICE_ZIP = "police-uk-street.zip"
LOGS = {
    words.COUNCIL: ("council-asb-log.csv", "CA"),
    words.HOUSING: ("housing-log.csv", "SH"),
    words.FIRE: ("fire-log.csv", "FR"),
}
POLICE_COLUMNS = ["Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location",
                  "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context"]  # fmt: skip
LOG_COLUMNS = ["Reference", "Date", "Time", "Type", "Address", "UPRN", "Flat", "Easting", "Northing", "Ward",
               "District", "Reported by"]  # fmt: skip
_DECIMALS = 6
_REPEATED_ID = 0.003


def write_incidents(folder: Path, rows: pd.DataFrame, rng: np.random.Generator) -> None:
    """The police.uk-like zip and the three partner logs."""
    _write_police(folder / POLICE_ZIP, rows[rows["source"] == words.POLICE], rng)
    for source, (name, prefix) in LOGS.items():
        _write_log(folder / name, rows[rows["source"] == source], prefix)


def _write_police(path: Path, rows: pd.DataFrame, rng: np.random.Generator) -> None:
    """Months in folders; rows of a month shuffled, as copies of ASB rows must not betray their order."""
    table = _police_table(rows.iloc[rng.permutation(len(rows))].sort_values("month", kind="stable"), rng)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for month, own in table.groupby("Month", sort=True):
            # A fixed date: the file's bytes must depend on the seed alone.
            entry = zipfile.ZipInfo(f"{month}/{month}-{story.FORCE_SLUG}-street.csv", (2018, 9, 3, 9, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, _csv(own.to_dict("split")["data"], POLICE_COLUMNS), compresslevel=9)


def _police_table(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    crime = (rows["word"] != words.ASB).to_numpy()
    nowhere = rows["x"].isna().to_numpy()
    lon, lat = to_lonlat(rows["x"].to_numpy(), rows["y"].to_numpy())
    outcome = np.array(words.OUTCOMES, dtype=object)[rng.choice(len(words.OUTCOMES), len(rows), p=words.OUTCOME_SHARES)]
    months = np.array([f"{m:%Y-%m}" for m in story.MONTHS], dtype=object)
    return pd.DataFrame(
        {
            "Crime ID": np.where(crime, _crime_ids(rng, len(rows)), ""),
            "Month": months[rows["month"]],
            "Reported by": story.FORCE,
            "Falls within": story.FORCE,
            "Longitude": np.where(nowhere, "", _fixed(lon)),
            "Latitude": np.where(nowhere, "", _fixed(lat)),
            "Location": np.where(nowhere, "No Location", "On or near " + rows["place_text"].to_numpy(dtype=object)),
            "LSOA code": rows["lsoa"].to_numpy(),
            "LSOA name": rows["lsoa_name"].to_numpy(),
            "Crime type": rows["word"].to_numpy(),
            "Last outcome category": np.where(crime, outcome, ""),
            "Context": "",
        }
    )


def _crime_ids(rng: np.random.Generator, n: int) -> np.ndarray:
    """64 hex digits each; a few crimes stand in two rows, as in the real files."""
    ids = np.array([rng.bytes(32).hex() for _ in range(n)], dtype=object)
    again = np.flatnonzero(rng.random(n) < _REPEATED_ID)
    again = again[again > 0]
    ids[again] = ids[again - 1]
    return ids


def _fixed(values: np.ndarray) -> np.ndarray:
    return np.array([f"{v:.{_DECIMALS}f}" for v in values], dtype=object)


def _write_log(path: Path, rows: pd.DataFrame, prefix: str) -> None:
    rows = rows.sort_values(["month", "day", "minute"], kind="stable")
    dates = [f"{day:02d}/{story.MONTHS[month]:%m/%Y}" for month, day in zip(rows["month"], rows["day"], strict=True)]
    nowhere = rows["x"].isna().to_numpy()
    table = pd.DataFrame(
        {
            "Reference": [f"{prefix}{n:06d}" for n in range(1, len(rows) + 1)],
            "Date": dates,
            "Time": [f"{m // 60:02d}:{m % 60:02d}" for m in rows["minute"]],
            "Type": rows["word"].to_numpy(),
            "Address": rows["place_text"].to_numpy(),
            "UPRN": rows["key"].to_numpy(),
            "Flat": rows["unit"].str.removeprefix("Flat ").to_numpy(),
            "Easting": np.where(nowhere, "", [f"{x:.1f}" for x in rows["x"]]),
            "Northing": np.where(nowhere, "", [f"{y:.1f}" for y in rows["y"]]),
            "Ward": rows["ward"].to_numpy(),
            "District": rows["district"].to_numpy(),
            "Reported by": rows["reporter"].to_numpy(),
        }
    )
    path.write_bytes(_csv(table.to_dict("split")["data"], LOG_COLUMNS).encode())


def _csv(rows: Iterable[list], header: list[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_land(folder: Path, world: World) -> None:
    """boundaries.geojson and basemap.geojson, longitude and latitude."""
    areas = [("district", row.name, {}, row.geometry) for row in _named(world.districts)]
    areas += [("ward", row.name, {"district": row.district}, row.geometry) for row in _named(world.wards)]
    _write_geojson(folder / "boundaries.geojson", areas)
    ground = [
        ("water", "", {}, world.water),
        ("green", "", {}, world.green),
        ("building", "", {}, world.buildings),
    ]
    ground += [
        ("street", name, {"class": kind}, line)
        for name, kind, line in zip(world.streets["name"], world.streets["class"], world.streets.geometry, strict=True)
    ]
    _write_geojson(folder / "basemap.geojson", ground)


def _named(frame: gpd.GeoDataFrame) -> Iterable:
    return frame.itertuples(index=False)


def _write_geojson(path: Path, features: Iterable[tuple[str, str, dict, shapely.Geometry]]) -> None:
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"kind": kind, "name": name, **more} if name else {"kind": kind, **more},
                "geometry": lon_lat(geometry),
            },
            separators=(",", ":"),
        )
        for kind, name, more, geometry in features
    ]
    body = ",\n".join(lines)
    path.write_bytes(f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n'.encode())


def lon_lat(geometry: shapely.Geometry) -> dict:
    """A geometry in metres as GeoJSON longitude and latitude with six decimals."""

    def degrees(xy: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack(to_lonlat(xy[:, 0], xy[:, 1])), _DECIMALS)

    return shapely.geometry.mapping(shapely.transform(geometry, degrees))


def write_register(folder: Path, register: dict[str, list[dict]]) -> None:
    """One JSON file for each noun: places.json, interventions.json, actions.json and so on."""
    for noun, rows in register.items():
        body = ",\n".join(json.dumps(row, default=_plain, ensure_ascii=False) for row in rows)
        (folder / f"{noun}.json").write_bytes(f"[\n{body}\n]\n".encode())


def write_truths(folder: Path, truth: dict) -> None:
    """truths.json."""
    text = json.dumps(truth, default=_plain, indent=1, ensure_ascii=False)
    (folder / "truths.json").write_bytes((text + "\n").encode())


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, shapely.Geometry):
        return lon_lat(value)
    raise TypeError(f"{type(value).__name__} has no place in the sample's JSON")
