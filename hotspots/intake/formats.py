"""Which format a file is, by its first bytes; the name only helps to say what is wrong."""

import re
from pathlib import PurePosixPath

from hotspots.errors import BadFile

CSV, XLSX, JSON, GEOPACKAGE, SHAPEFILE, PARQUET = "csv", "xlsx", "json", "geopackage", "shapefile", "parquet"

_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel (.xls) or a locked workbook; save it as an unlocked .xlsx"),
    (b"%PDF", "a PDF; ask for the table behind it as CSV or Excel"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\0", "a picture"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"Rar!", "a RAR archive; pack it as a zip"),
    (b"7z\xbc\xaf", "a 7-Zip archive; pack it as a zip"),
    (b"BZh", "a bzip2 archive; pack it as a zip"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive; pack it as a zip"),
    (b"ARROW1", "an Arrow file; save it as Parquet or CSV"),
    (b"ORC", "an ORC file; save it as Parquet or CSV"),
    (b"Obj\x01", "an Avro file; save it as Parquet or CSV"),
    (b"\x00\x00\x27\x0a", "one part of a Shapefile; put .shp, .shx, .dbf and .prj together in a zip"),
    (b"\x00\x01\x00\x00Standard", "an Access database; export the table as CSV"),
    (b"{\\rtf", "a Word document; ask for the table as CSV or Excel"),
)
_PICKLE = re.compile(
    rb"^(\x80[\x02-\x05](\x95|[}\](cX]|K|\x8c)|\(dp|\(lp|cposix\n|c__builtin__\n|cos\nsystem)", re.DOTALL
)
_WEB_PAGE = re.compile(rb"^\s*(<!doctype html|<html|<head|<table|<script)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml|^\s*<[a-z!]", re.IGNORECASE)


def format_of(data: bytes, name: str) -> str:
    """One of the formats above; raises `BadFile` naming what the file is where it is none of them."""
    foreign = next((what for mark, what in _FOREIGN if data.startswith(mark)), None)
    if foreign:
        raise BadFile(f"{name} is {foreign}.")
    if _PICKLE.match(data[:64]):
        raise BadFile(f"{name} is a Python pickle, which can run programs; it is never opened.")
    if data.startswith(b"PK"):
        return _zipped(data, name)
    if data.startswith(b"PAR1"):
        return PARQUET
    if data.startswith(b"SQLite format 3\0"):
        return _database(data, name)
    return _text(data, name)


def _zipped(data: bytes, name: str) -> str:
    if b"xl/workbook" in data or b"[Content_Types].xml" in data:
        if b"word/document" in data or b"ppt/presentation" in data:
            raise BadFile(f"{name} is a Word or PowerPoint file; ask for the table as CSV or Excel.")
        return XLSX
    if b"mimetypeapplication/vnd.oasis" in data[:200]:
        raise BadFile(f"{name} is an OpenDocument file; save it as .xlsx or CSV.")
    return SHAPEFILE


def _database(data: bytes, name: str) -> str:
    application = data[68:72]
    if application in (b"GPKG", b"GP10", b"GP11"):
        return GEOPACKAGE
    raise BadFile(f"{name} is a database but no GeoPackage; export its table as CSV.")


def _text(data: bytes, name: str) -> str:
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"{", b"["):
        return JSON
    if _WEB_PAGE.match(head):
        raise BadFile(f"{name} is a web page, whatever its name says; export the table as CSV or .xlsx.")
    if _XML.match(head) and PurePosixPath(name).suffix.lower() not in (".csv", ".tsv", ".tab"):
        raise BadFile(f"{name} is XML; export the table as CSV, .xlsx or GeoJSON.")
    return CSV
