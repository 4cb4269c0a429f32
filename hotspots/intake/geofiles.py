"""GeoPackage and zipped Shapefile, read by GDAL from memory; names inside an archive never touch the disk."""

import io
import warnings
import zipfile
from dataclasses import replace

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from hotspots.errors import BadFile, BadMapping
from hotspots.intake.archives import load_member, open_zip
from hotspots.intake.columnar import arrays_of
from hotspots.intake.geometry import point_columns
from hotspots.intake.mapping import recognised
from hotspots.intake.reading import Limits, Raw
from hotspots.intake.tables import raw_from_arrays

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def read_geopackage(data: bytes, name: str, layer: str | None, limits: Limits) -> Raw:
    """The records of a GeoPackage's layer: the one asked for, else the one whose columns are best known."""
    return _read(data, name, layer, limits)


def read_shapefile(data: bytes, name: str, limits: Limits) -> Raw:
    """The records of the one Shapefile in a zip; raises `BadFile` where a part is missing or there are two."""
    archive = open_zip(data, name, limits)
    entries = {suffix: [e for e in archive.infolist() if e.filename.lower().endswith(suffix)] for suffix in _PARTS}
    if len(entries[".shp"]) != 1:
        raise BadFile(f"{name} holds {len(entries['.shp'])} Shapefiles; put one in a zip.")
    missing = [suffix for suffix in (".shx", ".dbf") if not entries[suffix]]
    if missing:
        raise BadFile(f"{name} lacks the Shapefile's {' and '.join(missing)}; put all its parts in the zip.")
    clean = io.BytesIO()
    with zipfile.ZipFile(clean, "w") as fresh:
        for suffix, found in entries.items():
            if found:
                fresh.writestr(f"layer{suffix}", load_member(archive, found[0], name))
    return _read(clean.getvalue(), name, None, limits)


def _read(data: bytes, name: str, layer: str | None, limits: Limits) -> Raw:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks on odd but readable files
            chosen, layers, notes = _choose(data, layer)
            info = pyogrio.read_info(data, layer=chosen)
            _check(info, name, limits)
            meta, table = pyogrio.raw.read_arrow(data, layer=chosen, max_features=limits.rows + 1)
    except (DataSourceError, DataLayerError, pa.ArrowException, ValueError, OSError, RuntimeError):
        raise BadFile(f"{name} is not a geographic file that can be read; export it again.") from None
    return replace(_to_raw(table, meta, name, limits, notes), sheet=chosen, sheets=layers)


def _choose(data: bytes, layer: str | None) -> tuple[str, tuple[str, ...], list[str]]:
    layers = tuple(str(found) for found in pyogrio.list_layers(data)[:, 0])
    if layer is not None:
        if layer not in layers:
            raise BadMapping(f"The file has no layer {layer!r}; it has {', '.join(layers)}.")
        return layer, layers, []
    best = max(layers, key=lambda found: recognised(pyogrio.read_info(data, layer=found)["fields"]))
    others = [found for found in layers if found != best]
    note = f"Layer {best!r} was read and {', '.join(map(repr, others))} was not: name it in a mapping to read it."
    return best, layers, [note] if others else []


def _check(info: dict, name: str, limits: Limits) -> None:
    if info["features"] > limits.rows:
        raise BadFile(f"{name} has {info['features']:,} records; at most {limits.rows:,} are read.")
    if len(info["fields"]) > limits.columns:
        raise BadFile(f"{name} has {len(info['fields']):,} columns; at most {limits.columns:,} are read.")


def _to_raw(table: pa.Table, meta: dict, name: str, limits: Limits, notes: list[str]) -> Raw:
    geometry = meta["geometry_name"] or "wkb_geometry"
    plain = [f.name for f in table.schema if f.name != geometry and not _is_special(f.type)]
    columns = arrays_of(table.select(plain))
    if geometry not in table.column_names:
        return raw_from_arrays(columns, limits, notes)
    wkb = table.column(geometry).to_numpy(zero_copy_only=False)
    points, more = point_columns(wkb, meta["crs"], name)
    return raw_from_arrays({**points, **columns}, limits, [*notes, *more])


def _is_special(kind: pa.DataType) -> bool:
    return pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
