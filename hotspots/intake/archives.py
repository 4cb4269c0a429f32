"""Files, folders and zips as a list of items to read; a zip's names are labels and never touch the disk."""

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from hotspots.errors import BadFile
from hotspots.intake.reading import MEGABYTE, Limits

_DATA = {
    ".csv",
    ".tsv",
    ".tab",
    ".xlsx",
    ".xlsm",
    ".json",
    ".geojson",
    ".gpkg",
    ".zip",
    ".parquet",
    ".geoparquet",
}
_PACKED = {".gz", ".xz"}
_REFUSED = {".xls", ".ods", ".shp", ".pkl", ".pickle", ".feather", ".db", ".sqlite", ".mdb", ".accdb"}
_NOT_DATA = "not a file of incidents"
NESTED = "a zip inside a zip: take it out and import it by itself"


@dataclass(frozen=True)
class Item:
    """One file to read, or to set aside.

    name: as shown, for a member of a zip "zip/member". size: bytes, unpacked. load: gives the bytes.
    inside: True for a part of a folder or zip. set_aside: why it is not read, else None.
    """

    name: str
    size: int
    load: Callable[[], bytes]
    inside: bool = False
    set_aside: str | None = None


def items_of(path: Path, limits: Limits) -> list[Item]:
    """The files at a path, in the order of their names: itself, a folder's, or a zip's.

    Raises `BadFile` where there is nothing at the path, or too much in it.
    """
    if path.is_dir():
        items = [item for child in _children(path) for item in _in_folder(child, path, limits)]
        if len(items) > limits.entries:
            raise BadFile(f"The folder {path.name} holds {len(items):,} files; at most {limits.entries:,} are read.")
        return _with_data(items, f"The folder {path.name}")
    if not path.is_file():
        raise BadFile(f"There is no file {path.name}; check the name and the folder.")
    return _file_items(path, path.name, limits)


def is_plain_zip(data: bytes) -> bool:
    """True for a zip of files, rather than a workbook or a zipped Shapefile."""
    if not data.startswith(b"PK"):
        return False
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return True  # opened, and refused, as an archive
    return "[Content_Types].xml" not in names and not any(n.lower().endswith(".shp") for n in names)


def open_zip(data: bytes, name: str, limits: Limits) -> zipfile.ZipFile:
    """A zip whose directory keeps to the limits; raises `BadFile` for a broken, locked or over-large one."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise BadFile(f"{name} is not a zip that can be read; it may be cut short. Download it again.") from None
    if len(entries) > limits.entries:
        raise BadFile(f"{name} holds {len(entries):,} files; at most {limits.entries:,} are read.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadFile(f"{name} is locked with a password; unlock it first.")
    unpacked = sum(entry.file_size for entry in entries)
    _check_unpacked(unpacked, len(data), name, limits)
    return archive


def load_member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    """The bytes of a zip's member; raises `BadFile` where they are damaged."""
    try:
        return archive.read(entry)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        raise BadFile(f"{name} is damaged in its zip; download the zip again.") from None


def _children(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def _in_folder(path: Path, folder: Path, limits: Limits) -> list[Item]:
    name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
    aside = _aside(name.removeprefix(folder.name))
    if aside:
        return [Item(name, path.stat().st_size, path.read_bytes, inside=True, set_aside=aside)]
    return [replace(item, inside=True) for item in _file_items(path, name, limits)]


def _file_items(path: Path, name: str, limits: Limits) -> list[Item]:
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise BadFile(
            f"{name} is {size / MEGABYTE:,.0f} MB; at most {limits.file_bytes / MEGABYTE:,.0f} MB are read here. "
            "The command line takes larger files."
        )
    if size == 0:
        raise BadFile(f"{name} is empty.")
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError:
        raise BadFile(f"{name} cannot be opened; close it in other programs and check who may read it.") from None
    if head.startswith(b"PK"):
        data = path.read_bytes()
        return list(_zip_items(data, name, limits)) if is_plain_zip(data) else [Item(name, size, path.read_bytes)]
    if path.suffix.lower() in _PACKED or head.startswith((b"\x1f\x8b", b"\xfd7zX")):
        inner = name.removesuffix(path.suffix) if path.suffix.lower() in _PACKED else name
        return [Item(inner, size, partial(_inflate, path, name, limits))]
    return [Item(name, size, path.read_bytes)]


def _zip_items(data: bytes, name: str, limits: Limits) -> list[Item]:
    archive = open_zip(data, name, limits)
    items = []
    for entry in sorted(archive.infolist(), key=lambda e: e.filename):
        if entry.filename and entry.is_dir():
            continue
        label = f"{name}/{_label(entry.filename)}"
        aside = NESTED if entry.filename.lower().endswith(".zip") else _aside("/" + _label(entry.filename))
        load = partial(load_member, archive, entry, label)
        items.append(Item(label, entry.file_size, load, inside=True, set_aside=aside))
    return _with_data(items, name)


def _aside(name: str) -> str | None:
    """Why a part of a folder or zip is not data, else None."""
    path = PurePosixPath(name)
    if any(part.startswith((".", "__MACOSX", "~$")) and part != ".." for part in path.parts):
        return "a hidden file"
    suffixes = [s.lower() for s in path.suffixes[-2:]]
    last = suffixes[-1] if suffixes else ""
    return None if last in _DATA | _PACKED | _REFUSED else _NOT_DATA


def _label(name: str) -> str:
    return "".join(c for c in name.replace("\\", "/") if c.isprintable())[:300]


def _with_data(items: list[Item], name: str) -> list[Item]:
    if not any(item.set_aside is None for item in items):
        raise BadFile(f"{name} holds no file of incidents (CSV, Excel, GeoJSON, GeoPackage, Parquet).")
    return items


def _inflate(path: Path, name: str, limits: Limits) -> bytes:
    """A .gz or .xz unpacked, never past the limits."""
    packed = path.stat().st_size
    parts, unpacked = [], 0
    try:
        for part in _parts(path):
            unpacked += len(part)
            _check_unpacked(unpacked, packed, name, limits)
            parts.append(part)
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        raise BadFile(f"{name} cannot be unpacked; it may be cut short. Fetch it again.") from None
    return b"".join(parts)


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        opener = lzma.open if file.read(4) == b"\xfd7zX" else gzip.open
    with opener(path, "rb") as file:
        while part := file.read(MEGABYTE):
            yield part


def _check_unpacked(unpacked: int, packed: int, name: str, limits: Limits) -> None:
    too_big = unpacked > limits.unpacked_bytes
    too_dense = unpacked > limits.free_bytes and unpacked > limits.ratio * max(packed, 1)
    if too_big or too_dense:
        raise BadFile(
            f"{name} unpacks to {unpacked / MEGABYTE:,.0f} MB from {packed / MEGABYTE:,.1f} MB; that is more than is "
            "read here. Unpack it and import the files one by one."
        )
