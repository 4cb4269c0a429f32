"""GeoJSON, police.uk's API answers, and plain lists of records: JSON read within a bounded depth."""

import json
from itertools import islice

import numpy as np
import pyarrow as pa
import shapely

from hotspots.errors import BadFile
from hotspots.intake.delimited import find_encoding
from hotspots.intake.geometry import columns_of
from hotspots.intake.reading import Limits, NoUsableRow, Raw
from hotspots.intake.tables import raw_from_arrays


def read_json(data: bytes, name: str, limits: Limits) -> Raw:
    """The records of a GeoJSON FeatureCollection, or of a list of objects (nested names joined by a dot).

    Raises `BadFile` for anything else, for JSON that is cut short, and for nesting past the limit.
    """
    plain = _parse(data, name, limits)
    if isinstance(plain, dict) and plain.get("type") == "FeatureCollection":
        return _read_features(plain, name, limits)
    if isinstance(plain, dict) and plain.get("type") == "Feature":
        return _read_features({**plain, "features": [plain]}, name, limits)
    records = [plain] if isinstance(plain, dict) else plain
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise BadFile(f"{name} is JSON but no list of records; GeoJSON or police.uk answers are read.")
    return _from_records([_flat(record, limits) for record in records], {}, limits, [])


def _parse(data: bytes, name: str, limits: Limits) -> object:
    encoding, _ = find_encoding(data)
    try:
        text = data.decode(encoding)
        if _depth(text) > limits.depth:
            raise BadFile(f"{name} is nested more than {limits.depth} deep; incidents are flat.")
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadFile(f"{name} is not JSON that can be read; it may be cut short. Export it again.") from None


def _depth(text: str) -> int:
    """Deepest nesting of brackets; brackets inside texts count too, which only makes the guard stricter."""
    marks = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    opening = np.isin(marks, np.frombuffer(b"[{", dtype=np.uint8))
    closing = np.isin(marks, np.frombuffer(b"]}", dtype=np.uint8))
    brackets = np.flatnonzero(opening | closing)
    steps = np.where(opening[brackets], 1, -1)
    return int(np.maximum(np.cumsum(steps), 0).max(initial=0))


def _read_features(collection: dict, name: str, limits: Limits) -> Raw:
    features = collection.get("features")
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise BadFile(f"{name} is GeoJSON without a list of features.")
    if len(features) > limits.rows:
        raise BadFile(f"{name} has {len(features):,} features; at most {limits.rows:,} are read.")
    geometries = np.array([_geometry(feature.get("geometry")) for feature in features] or [None], dtype=object)
    points, notes = columns_of(geometries[: len(features)], _crs(collection), name)
    records = []
    for feature in features:
        properties = feature.get("properties")
        record = _flat(properties, limits) if isinstance(properties, dict) else {}
        records.append({**_id(feature), **record})
    return _from_records(records, points, limits, notes)


def _id(feature: dict) -> dict[str, str]:
    return {"feature id": _text(feature["id"])} if isinstance(feature.get("id"), (str, int)) else {}


def _geometry(plain: object) -> shapely.Geometry | None:
    """A shapely geometry; a point that is no pair of numbers is taken as not a point."""
    if not isinstance(plain, dict):
        return None
    coordinates = plain.get("coordinates")
    if plain.get("type") == "MultiPoint" and isinstance(coordinates, list) and len(coordinates) == 1:
        coordinates = coordinates[0]
    elif plain.get("type") != "Point":
        return shapely.LineString([(0, 0), (1, 1)])
    pair = coordinates[:2] if isinstance(coordinates, list) else []
    numbers = [v for v in pair if isinstance(v, (int, float)) and not isinstance(v, bool) and abs(v) < 1e15]
    return shapely.Point(*numbers) if len(numbers) == 2 else shapely.LineString([(0, 0), (1, 1)])


def _crs(collection: dict) -> str | None:
    """The CRS a GeoJSON names in the old way, else WGS84, as the standard has it."""
    crs = collection.get("crs")
    name = (
        crs.get("properties", {}).get("name")
        if isinstance(crs, dict) and isinstance(crs.get("properties"), dict)
        else None
    )
    return name if isinstance(name, str) else "OGC:CRS84"


def _flat(record: dict, limits: Limits) -> dict[str, str]:
    """One level of names to texts; a list stays JSON text."""
    flat: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": text for inner, text in _flat(value, limits).items()}
        else:
            flat[str(key)] = _text(value)
    return dict(islice(flat.items(), 2 * limits.columns))


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def _from_records(records: list[dict[str, str]], points: dict[str, pa.Array], limits: Limits, notes: list[str]) -> Raw:
    if not records:
        raise NoUsableRow("The file holds a list with no rows.")
    if len(records) > limits.rows:
        raise BadFile(f"The file has {len(records):,} records; at most {limits.rows:,} are read.")
    names = dict.fromkeys(name for record in records for name in record)
    if len(names) > limits.columns:
        raise BadFile(f"The file has {len(names):,} different names; at most {limits.columns:,} columns are read.")
    columns = {name: pa.array([_safe(r.get(name, "")) for r in records], type=pa.large_string()) for name in names}
    return raw_from_arrays({**points, **columns}, limits, notes)


def _safe(text: str) -> str:
    """Half a surrogate pair, which JSON can spell and no encoding can hold, replaced."""
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text
