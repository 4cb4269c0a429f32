"""What a hub may set, read from one TOML file, with defaults and bounds."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from hotspots.errors import SettingsError
from hotspots.schema import METRIC_CRS

PROJECT = Path(__file__).resolve().parent.parent
PRIVATE = PROJECT / "data" / "private"
MARKINGS = ("", "OFFICIAL", "OFFICIAL-SENSITIVE")


@dataclass(frozen=True)
class Settings:
    """One hub's settings; every field is a key of the TOML file.

    eps, max_extent: metres · incidents_a_month: least reports of a hotspot, on average
    min_days: least distinct days where dates are exact · upload_mb: browser uploads, megabytes
    published_marking: what outcome pages and councillors' papers bear; `marking` is that of everything else
    store, sample_store: file path or database URL · basemap: a local file of streets (GeoJSON, GeoPackage) or
    raster tiles (PMTiles, MBTiles), or empty · basemap_credit: its licence line, shown on the map
    areas: a local file of polygons (wards, beats) to count by, with addresses or residents where rates are wanted
    harm_weights: a CSV [category, low, high, version, source]; none is supplied
    online_tiles: address of a tile server with {z}, {x} and {y}; it then learns where everybody looks
    hosts: names, separated by spaces, under which `serve.py` answers besides this machine's own
    roles_claim, districts_claim: claims of the sign-in that map a newcomer's first role and districts
    keep_…: how long before `purge` removes the detail of reports, closed actions, audit lines, quarantined rows
    """

    title: str = "Community Safety Hub"
    marking: str = "OFFICIAL"
    published_marking: str = "OFFICIAL"
    district: str = ""
    eps: float = 75.0
    incidents_a_month: float = 3.0
    max_extent: float = 300.0
    min_days: int = 3
    window_months: int = 12
    store: str = str(PRIVATE / "hub.sqlite")
    sample_store: str = str(PRIVATE / "sample.sqlite")
    crs: str = METRIC_CRS
    upload_mb: int = 200
    basemap: str = ""
    basemap_credit: str = ""
    online_tiles: str = ""
    areas: str = ""
    harm_weights: str = ""
    hosts: str = ""
    roles_claim: str = "roles"
    districts_claim: str = "districts"
    keep_detail_years: int = 5
    keep_actions_years: int = 6
    keep_audit_years: int = 6
    keep_quarantine_days: int = 90


_BOUNDS: Mapping[str, tuple[float, float]] = {
    "eps": (15, 1000),
    "incidents_a_month": (0.5, 1000),
    "max_extent": (50, 5000),
    "min_days": (1, 31),
    "window_months": (1, 60),
    "upload_mb": (1, 2000),
    "keep_detail_years": (1, 30),
    "keep_actions_years": (1, 30),
    "keep_audit_years": (1, 30),
    "keep_quarantine_days": (1, 3650),
}


def read_settings(path: Path | None = None) -> Settings:
    """Settings from `path`, else from the file named in HUB_SETTINGS, else the defaults.

    Relative paths in the file are relative to it. Raises `SettingsError` naming the key.
    """
    named = os.environ.get("HUB_SETTINGS")
    path = path or (Path(named) if named else PRIVATE / "settings.toml")
    if not path.exists():
        if named:
            raise SettingsError(f"HUB_SETTINGS names {path.name}, which does not exist.")
        return Settings()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}.") from error
    return checked(given, path)


def checked(given: Mapping[str, object], path: Path) -> Settings:
    """`given` as Settings, each key known, of the right kind and inside its bounds."""
    known = {f.name: f.type for f in fields(Settings)}
    values: dict[str, object] = {}
    for key, value in given.items():
        if key not in known:
            raise SettingsError(f"{path.name}: {key} is not a setting. Settings are {', '.join(known)}.")
        values[key] = _value(key, known[key], value, path)
    settings = replace(Settings(), **values)
    for key in ("marking", "published_marking"):
        if getattr(settings, key) not in MARKINGS:
            raise SettingsError(f"{path.name}: {key} must be one of {', '.join(filter(None, MARKINGS))} or empty.")
    return settings


def _value(key: str, kind: object, value: object, path: Path) -> object:
    wanted = {"float": (int, float), float: (int, float)}.get(kind, kind)
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
        name = kind.__name__ if isinstance(kind, type) else kind
        raise SettingsError(f"{path.name}: {key} must be a {name}; {value!r} was given.")
    if key in _BOUNDS:
        low, high = _BOUNDS[key]
        if not low <= value <= high:
            raise SettingsError(f"{path.name}: {key} must lie between {low:g} and {high:g}; {value:g} was given.")
    if key in ("store", "sample_store", "basemap", "areas", "harm_weights") and value and "://" not in value:
        return str((path.parent / value).resolve())
    return value
