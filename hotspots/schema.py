"""Columns, types and CRS of every frame that passes between stages."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from hotspots.errors import BadFrame

METRIC_CRS = "EPSG:27700"
"""British National Grid, metres: the default CRS of a store."""

TIME_PRECISIONS = ("exact", "day", "month")
LOCATION_PRECISIONS = ("address", "street", "snapped", "none")
REPORTER_KINDS = ("resident", "officer", "other service")

INCIDENTS: Mapping[str, str] = {
    "source": "text",  # partner feed: police.uk, council ASB log …
    "snapshot": "text",  # "force YYYY-MM" of a police.uk month, else missing
    "reference": "text",  # the partner's own reference, where it has one
    "occurred_from": "time",  # local wall clock, no zone; half-open with occurred_to
    "occurred_to": "time",
    "time_precision": "text",  # one of TIME_PRECISIONS
    "category": "text",
    "subcategory": "text",  # the source's own word
    "place_text": "text",
    "address_key": "text",  # UPRN or normalised address: restricted
    "unit": "text",  # flat: restricted
    "reporter_kind": "text",  # one of REPORTER_KINDS or missing
    "district": "text",
    "ward": "text",
    "lsoa": "text",
    "x": "number",  # easting in metres; missing when unlocated
    "y": "number",  # northing in metres
    "location_precision": "text",  # one of LOCATION_PRECISIONS
}
"""One row a report by one source; index `incident_id` (int64, unique)."""

RESTRICTED = frozenset({"address_key", "unit", "reference"})
"""Columns only an unlocked hub member may ever see."""

QUARANTINE: Mapping[str, str] = {
    "line": "number",  # line or row number in the file, the header being 1
    "column": "text",
    "reason": "text",
    "row": "text",  # the original row as JSON
}

AREAS: Mapping[str, str] = {
    "id": "text",
    "name": "text",
    "n": "number",  # incidents of the window inside
    "locations": "number",  # distinct coordinates
    "days": "number",  # distinct exact dates, or distinct months for month-only rows
    "first": "time",
    "last": "time",
    "eps": "number",  # metres at which this part held together
    "extent_m": "number",  # diagonal of the members' bounding box
    "area_m2": "number",
    "too_wide": "flag",
    "easting": "number",  # of its busiest location, metres
    "northing": "number",
    "geometry": "geometry",
}
"""One row a hotspot, largest first."""

_CHECKS = {
    "text": lambda s: pd.api.types.is_string_dtype(s) or pd.api.types.is_object_dtype(s) or s.isna().all(),
    "time": pd.api.types.is_datetime64_any_dtype,
    "number": pd.api.types.is_numeric_dtype,
    "flag": pd.api.types.is_bool_dtype,
    "geometry": lambda s: isinstance(s, gpd.GeoSeries) or s.dtype == "geometry",
}


def conform(frame: pd.DataFrame, columns: Mapping[str, str], what: str) -> pd.DataFrame:
    """Return `frame` with exactly the schema's columns, in order, or say what it had.

    Raises `BadFrame` naming the missing columns or the first column of a wrong kind.
    """
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise BadFrame(f"{what} needs the column(s) {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}.")
    for column, kind in columns.items():
        if not _CHECKS[kind](frame[column]):
            raise BadFrame(f"{what}: column {column} should hold {kind}s but has type {frame[column].dtype}.")
    return frame[list(columns)]


def require_metres(frame: gpd.GeoDataFrame, what: str) -> None:
    """Raise `BadFrame` unless the frame's CRS is projected in metres."""
    crs = frame.crs
    if crs is None or not crs.is_projected or crs.axis_info[0].unit_name != "metre":
        given = "no CRS" if crs is None else crs.to_string()
        raise BadFrame(f"{what} works in metres, but the data are in {given}; project them to {METRIC_CRS} first.")
