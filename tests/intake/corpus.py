"""Bad and odd files made by code, each with what must become of it.

Every point lies in the sea off the coast of eastern England, every name is invented.
"""

import gzip
import io
import json
import lzma
import pickle
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from hotspots.intake import Limits, Mapping

TODAY = date(2026, 11, 22)
HEADER = ["Reference", "Date", "Time", "Type", "Street", "Latitude", "Longitude"]
STREET = ["Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code"]
STREET += ["LSOA name", "Crime type", "Last outcome category", "Context"]


@dataclass(frozen=True)
class Case:
    """One file: how it is made and what must become of it.

    refuse: words that the sentence of refusal holds, None where the file is taken. reasons: of the quarantine.
    warns: words that a warning holds. aside: words of the reason for setting it aside.
    """

    name: str
    file: str
    make: Callable[[], bytes]
    accept: int = 0
    quarantine: int = 0
    duplicates: int = 0
    unlocated: int = 0
    reasons: frozenset[str] = frozenset()
    refuse: str | None = None
    warns: str | None = None
    aside: str | None = None
    options: dict = field(default_factory=dict)


def row(i: int = 1, **changes: str) -> list[str]:
    """One good row of the plain table, with cells changed by heading."""
    cells = {"Reference": f"A{i}", "Date": f"{i % 28 + 1:02d}/03/2024", "Time": "21:30", "Type": "Noise"}
    cells |= {"Street": "Gull Row", "Latitude": f"51.80{i % 100:02d}", "Longitude": "1.3012"}
    return list((cells | changes).values())


def rows(n: int = 3) -> list[list[str]]:
    return [row(i) for i in range(1, n + 1)]


def csv_text(table: list[list[str]], header: list[str] = HEADER, sep: str = ",", end: str = "\n") -> str:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in (sep, '"', "\n", "\r")) else text

    return "".join(sep.join(map(cell, line)) + end for line in [header, *table])


def csv(*table: list[str], header: list[str] = HEADER, **options: str) -> Callable[[], bytes]:
    return lambda: csv_text(list(table), header, **options).encode()


def raw(data: bytes | str) -> Callable[[], bytes]:
    return lambda: data.encode() if isinstance(data, str) else data


def street_row(**changes: str) -> list[str]:
    cells = {"Crime ID": "", "Month": "2024-03", "Reported by": "Gullshire Police", "Falls within": "Gullshire Police"}
    cells |= {"Longitude": "1.301200", "Latitude": "51.801200", "Location": "On or near Gull Row"}
    cells |= {"LSOA code": "E01099999", "LSOA name": "East Gullshire 001A", "Crime type": "Anti-social behaviour"}
    return list((cells | {"Last outcome category": "", "Context": ""} | changes).values())


def workbook(sheets: dict[str, list[list]], **options: str) -> Callable[[], bytes]:
    def make() -> bytes:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, table in sheets.items():
            sheet = book.create_sheet(title)
            sheet.sheet_state = options.get(title, "visible")
            for line in table:
                sheet.append(line)
        return _saved(book)

    return make


def far_cell() -> bytes:
    book = openpyxl.Workbook()
    for line in [HEADER, *rows()]:
        book.active.append(line)
    book.active["XFD1048576"] = "far away"
    return _saved(book)


def _saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def tampered_workbook(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """A workbook with its sheet's XML changed."""

    def make() -> bytes:
        source = zipfile.ZipFile(io.BytesIO(workbook({"Log": [HEADER, *rows()]})()))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                data = source.read(name)
                target.writestr(name, change(data) if name.startswith("xl/worksheets/sheet") else data)
        return out.getvalue()

    return make


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Callable[[], bytes]:
    def make() -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, data in members.items():
                archive.writestr(name, data)
        return out.getvalue()

    return make


def parquet(table: pa.Table) -> Callable[[], bytes]:
    def make() -> bytes:
        out = io.BytesIO()
        pq.write_table(table, out)
        return out.getvalue()

    return make


def frame(n: int = 3) -> pd.DataFrame:
    return pd.DataFrame(rows(n), columns=HEADER)


def points(n: int = 3, crs: str = "EPSG:4326", geometry: list | None = None) -> gpd.GeoDataFrame:
    table = frame(n).drop(columns=["Latitude", "Longitude"])
    made = geometry or [shapely.Point(1.3012, 51.8 + i / 100) for i in range(n)]
    return gpd.GeoDataFrame(table, geometry=made, crs="EPSG:4326").to_crs(crs)


def geo(data: gpd.GeoDataFrame, driver: str, suffix: str) -> Callable[[], bytes]:
    """A geographic file made by GDAL; a Shapefile comes zipped."""

    def make() -> bytes:
        import tempfile

        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = Path(folder) / f"points{suffix}"
            data.to_file(path, driver=driver)
            if suffix != ".shp":
                return path.read_bytes()
            return zipped({p.name: p.read_bytes() for p in Path(folder).iterdir()})()

    return make


def geoparquet(data: gpd.GeoDataFrame) -> Callable[[], bytes]:
    def make() -> bytes:
        out = io.BytesIO()
        data.to_parquet(out)
        return out.getvalue()

    return make


def features(*geometries: object, **top: object) -> Callable[[], bytes]:
    made = [
        {"type": "Feature", "geometry": g, "properties": dict(zip(HEADER[:5], row(i)[:5], strict=True))}
        for i, g in enumerate(geometries, 1)
    ]
    return raw(json.dumps({"type": "FeatureCollection", "features": made, **top}))


def api(**changes: object) -> dict:
    crime = {"category": "anti-social-behaviour", "location_type": "Force", "context": "", "outcome_status": None}
    crime |= {"location": {"latitude": "51.8", "longitude": "1.3", "street": {"id": 1, "name": "On or near Gull Row"}}}
    return crime | {"persistent_id": "", "id": 7, "location_subtype": "", "month": "2024-03"} | changes


def text_table(**columns: list) -> pa.Table:
    return pa.table(columns)


def many(n: int, **changes: str) -> list[list[str]]:
    return [row(i, Reference=f"A{i}", **changes) for i in range(n)]


POINT = {"type": "Point", "coordinates": [1.3012, 51.8012]}
AREA = {"type": "Polygon", "coordinates": [[[1, 51], [1.1, 51], [1.1, 51.1], [1, 51]]]}
GOOD = csv_text(rows())
NO_REF = HEADER[1:]
METRES = [*HEADER[:5], "Easting", "Northing"]


def metres(i: int, easting: str, northing: str) -> list[str]:
    return [*row(i)[:5], easting, northing]


def swapped() -> list[str]:
    return row(9, Latitude="1.3012", Longitude="51.8012")


def r(*reasons: str) -> frozenset[str]:
    return frozenset(reasons)


ENCODINGS = [
    Case("utf-8", "a.csv", raw(GOOD), accept=3),
    Case("utf-8 with a byte order mark", "a.csv", raw(GOOD.encode("utf-8-sig")), accept=3),
    Case("utf-16 little-endian with mark", "a.csv", raw(GOOD.encode("utf-16")), accept=3),
    Case("utf-16 big-endian with mark", "a.csv", raw(b"\xfe\xff" + GOOD.encode("utf-16-be")), accept=3),
    Case("utf-16 without mark", "a.csv", raw(GOOD.encode("utf-16-le")), accept=3),
    Case("utf-32 with mark", "a.csv", raw(GOOD.encode("utf-32")), accept=3),
    Case(
        "windows-1252 with an accent",
        "a.csv",
        raw(csv_text([row(Street="Caf\xe9 Row")]).encode("cp1252")),
        accept=1,
        warns="Windows-1252",
    ),
    Case("utf-16 cut in half a character", "a.csv", raw(GOOD.encode("utf-16")[:-1]), refuse="cannot be read as such"),
    Case("bytes that no encoding has", "a.csv", raw(GOOD.encode() + b"\x81\x8d\x8f\xff\n"), refuse="in no encoding"),
    Case("a few NUL characters", "a.csv", raw(GOOD.replace("Noise", "Noi\0se")), accept=3, warns="NUL"),
    Case("mostly NUL characters", "a.csv", raw(GOOD.encode() + b"\0" * 900), refuse="is not text"),
    Case("control characters in a cell", "a.csv", csv(row(Street="Gull\x07 Row\x1b")), accept=1),
    Case("emoji and full-width digits in text", "a.csv", csv(row(Street="Gull Row \U0001f6a8 １２")), accept=1),
]

SHAPES = [
    Case("semicolons", "a.csv", csv(*rows(), sep=";"), accept=3),
    Case("tabs", "a.tsv", csv(*rows(), sep="\t"), accept=3),
    Case("pipes", "a.txt", csv(*rows(), sep="|"), accept=3),
    Case("Excel's sep= line", "a.csv", raw("sep=;\n" + csv_text(rows(), sep=";")), accept=3),
    Case("CRLF line ends", "a.csv", csv(*rows(), end="\r\n"), accept=3),
    Case("CR line ends", "a.csv", csv(*rows(), end="\r"), accept=3),
    Case("no newline at the end", "a.csv", raw(GOOD.rstrip("\n")), accept=3),
    Case("a newline inside quotation marks", "a.csv", csv(row(Street="Gull Row\nBlock B"), row(2)), accept=2),
    Case("a quotation mark doubled", "a.csv", csv(row(Street='The "Gull"'), row(2)), accept=2),
    Case("an unclosed quotation mark", "a.csv", raw(GOOD + '"A9,01/03/2024,\n' + GOOD), refuse="quotation mark"),
    Case(
        "a quotation mark out of place on one line",
        "a.csv",
        raw(GOOD + '"A9"x,01/03/2024,21:30,Noise,Gull Row,51.8,1.3\n'),
        accept=3,
        quarantine=1,
        reasons=r("a quotation mark is out of place"),
    ),
    Case("a quotation mark out of place in the headings", "a.csv", raw('"Date"x,Type,Street\n'), refuse="headings"),
    Case("blank lines between rows", "a.csv", raw(GOOD.replace("\n", "\n\n")), accept=3),
    Case("rows of commas alone at the end", "a.csv", raw(GOOD + ",,,,,,\n" * 5), accept=3),
    Case("a title above the headings", "a.csv", raw("Gullshire noise log\n\n" + GOOD), accept=3, warns="above"),
    Case(
        "a comma too many in one row",
        "a.csv",
        raw(GOOD + "A9,01/03/2024,21:30,Noise,Gull Row, Block B,51.8,1.3\n"),
        accept=3,
        quarantine=1,
        reasons=r("the row has too many cells"),
    ),
    Case("a comma after every row", "a.csv", raw(GOOD.replace("\n", ",\n").replace("tude,\n", "tude\n")), accept=3),
    Case(
        "a last row cut short",
        "a.csv",
        raw(GOOD + "A9,01/03/2024,21"),
        accept=3,
        quarantine=1,
        reasons=r("the row has too few cells"),
    ),
    Case("headings in capitals", "a.csv", csv(*rows(), header=[h.upper() for h in HEADER]), accept=3),
    Case("headings with spaces round them", "a.csv", csv(*rows(), header=[f" {h} " for h in HEADER]), accept=3),
    Case("a column without a heading", "a.csv", csv(*([*c, "x"] for c in rows()), header=[*HEADER, " "]), accept=3),
    Case(
        "a heading twice", "a.csv", csv(*([*c, "x"] for c in rows()), header=[*HEADER, "Type"]), accept=3, warns="twice"
    ),
    Case("headings alone", "a.csv", csv(), refuse="no rows"),
    Case("an empty file", "a.csv", raw(b""), refuse="is empty"),
    Case("white space alone", "a.csv", raw(" \n\n \n"), refuse="is empty"),
    Case("one column", "a.csv", raw("Date\n01/03/2024\n"), refuse="one column"),
    Case("no row of headings", "a.csv", raw(GOOD.split("\n", 1)[1]), refuse="none of their headings"),
    Case("no column with a date", "a.csv", raw("Type,Street\nNoise,Gull Row\n"), refuse="No column holds a date"),
    Case("a date and nothing else", "a.csv", raw("Date,Amount\n01/03/2024,5\n"), refuse="category or a place"),
    Case("one coordinate column", "a.csv", raw("Date,Type,Latitude\n01/03/2024,Noise,51\n"), refuse="Only one coord"),
    Case("no category column", "a.csv", csv(*([c[1], *c[4:]] for c in rows()), header=["Date", *HEADER[4:]]), accept=3,
         warns="no category column"),
    Case("no coordinates at all", "a.csv", raw("Date,Type,Street\n01/03/2024,Noise,Gull Row\n"), accept=1, unlocated=1,
         warns="No row has a location"),
    Case("a cell past the limit", "a.csv", csv(row(), row(2, Street="x" * 10_001)), accept=1, quarantine=1,
         reasons=r("a cell is too long")),
    Case("more rows than the limit", "a.csv", csv(*rows(9)), refuse="more than 5 rows",
         options={"limits": Limits(rows=5)}),
    Case("more columns than the limit", "a.csv", raw(",".join(f"c{i}" for i in range(600)) + "\n"),
         refuse="at most 500"),
    Case("more bytes than the limit", "a.csv", csv(*rows()), refuse="at most",
         options={"limits": Limits(file_bytes=50)}),
]  # fmt: skip

PLACES = [
    Case("easting and northing", "a.csv", csv(metres(1, "630000", "220000"), header=METRES), accept=1),
    Case("eastings with thousands separators", "a.csv", csv(metres(1, "630,000", "220,000"), header=METRES), accept=1),
    Case("metres under headings of degrees", "a.csv", csv(row(Latitude="220000", Longitude="630000")), accept=1),
    Case("latitude and longitude swapped", "a.csv", csv(*rows(), swapped()), accept=3, quarantine=1,
         reasons=r("latitude and longitude swapped")),
    Case("easting and northing swapped", "a.csv", csv(metres(1, "630000", "220000"), metres(2, "1200000", "320000"),
         header=METRES), accept=1, quarantine=1, reasons=r("easting and northing swapped")),
    Case("zero, zero", "a.csv", csv(row(), row(2, Latitude="0", Longitude="0.0")), accept=1, quarantine=1,
         reasons=r("coordinates are 0, 0")),
    Case("half a pair", "a.csv", csv(row(), row(2, Latitude="")), accept=1, quarantine=1,
         reasons=r("only one coordinate")),
    Case("both blank", "a.csv", csv(row(), row(2, Latitude="", Longitude="")), accept=2, unlocated=1),
    Case("both N/A", "a.csv", csv(row(), row(2, Latitude="N/A", Longitude="null")), accept=2, unlocated=1),
    Case("degrees and metres mixed", "a.csv", csv(*rows(), row(4, Latitude="220000", Longitude="630000")), accept=3,
         quarantine=1, reasons=r("degrees and metres mixed")),
    Case("one of each in a pair", "a.csv", csv(*rows(), row(4, Latitude="220000")), accept=3, quarantine=1,
         reasons=r("degrees and metres mixed")),
    Case("in Paris", "a.csv", csv(row(), row(2, Latitude="48.8566", Longitude="2.3522")), accept=1, quarantine=1,
         reasons=r("outside Great Britain")),
    Case("in Belfast", "a.csv", csv(row(), row(2, Latitude="54.5973", Longitude="-5.9301")), accept=1, quarantine=1,
         reasons=r("outside Great Britain")),
    Case("in Calais, inside the box", "a.csv", csv(row(), row(2, Latitude="50.95", Longitude="1.86")), accept=1,
         quarantine=1, reasons=r("outside Great Britain")),
    Case("every row in Paris", "a.csv", csv(row(Latitude="48.8566", Longitude="2.3522")),
         refuse="outside Great Britain"),
    Case("words for coordinates", "a.csv", csv(row(), row(2, Latitude="north", Longitude="east")), accept=1,
         quarantine=1, reasons=r("coordinates are not numbers")),
    Case("degrees, minutes and seconds", "a.csv", csv(row(), row(2, Latitude="51°48'N", Longitude="1°18'E")), accept=1,
         quarantine=1, reasons=r("coordinates are not numbers")),
    Case("infinite and not-a-number", "a.csv", csv(row(), row(2, Latitude="inf", Longitude="1e999")), accept=1,
         quarantine=1, reasons=r("coordinates are not numbers")),
    Case("hexadecimal and underscores", "a.csv", csv(row(), row(2, Latitude="0x33", Longitude="1_3")), accept=1,
         quarantine=1, reasons=r("coordinates are not numbers")),
    Case("three decimals in every row", "a.csv", csv(row(Latitude="51.801", Longitude="1.301")), accept=1,
         warns="100 m"),
    Case("a default location", "a.csv", csv(*many(60, Latitude="51.8012")), accept=60, warns="one point"),
    Case("a telephone number in a street", "a.csv", csv(row(Street="Gull Row, ring 01632 960 123")), accept=1,
         warns="telephone"),
]  # fmt: skip

TIMES = [
    Case("ISO dates", "a.csv", csv(row(Date="2024-03-01")), accept=1),
    Case("ISO date and time with Z", "a.csv", csv(row(Date="2024-07-01T22:30:00Z", Time="")), accept=1),
    Case("a two-digit year", "a.csv", csv(row(Date="01/03/24")), accept=1),
    Case("months in words", "a.csv", csv(row(Date="Friday 1 March 2024"), row(2, Date="2-Mar-24")), accept=2),
    Case("months alone", "a.csv", csv(row(Date="2024-03", Time=""), row(2, Date="Mar 2024", Time="")), accept=2),
    Case("Excel serial numbers", "a.csv", csv(row(Date="45352"), row(2, Date="45352.75", Time="")), accept=2),
    Case("US dates", "a.csv", csv(row(Date="03/14/2024"), row(2, Date="03/01/2024")), accept=2, warns="month first"),
    Case("both orders in one column", "a.csv", csv(row(Date="14/03/2024"), row(2, Date="03/14/2024")),
         refuse="two orders"),
    Case("US dates under a day-first mapping", "a.csv", csv(row(Date="03/14/2024")), refuse="only be month first",
         options={"mapping": Mapping(columns={"date": "Date", "category": "Type"}, date_order="dmy")}),
    Case("a day the calendar lacks", "a.csv", csv(row(), row(2, Date="30/02/2024")), accept=1, quarantine=1,
         reasons=r("date is not readable")),
    Case("29 February in a common year", "a.csv", csv(row(), row(2, Date="29/02/2023")), accept=1, quarantine=1,
         reasons=r("date is not readable")),
    Case("words for a date", "a.csv", csv(row(), row(2, Date="last Tuesday")), accept=1, quarantine=1,
         reasons=r("date is not readable")),
    Case("a blank date", "a.csv", csv(row(), row(2, Date="")), accept=1, quarantine=1, reasons=r("date is missing")),
    Case("a date to come", "a.csv", csv(row(), row(2, Date="23/11/2026")), accept=1, quarantine=1,
         reasons=r("date is in the future")),
    Case("today", "a.csv", csv(row(Date="22/11/2026", Time="23:59")), accept=1),
    Case("a date before 1990", "a.csv", csv(row(), row(2, Date="31/12/1989")), accept=1, quarantine=1,
         reasons=r("date is before 1990")),
    Case("1900, as a default", "a.csv", csv(row(), row(2, Date="01/01/1900")), accept=1, quarantine=1,
         reasons=r("date is before 1990")),
    Case("25 o'clock", "a.csv", csv(row(), row(2, Time="25:00")), accept=1, quarantine=1,
         reasons=r("time is not readable")),
    Case("24:00", "a.csv", csv(row(), row(2, Time="24:00")), accept=1, quarantine=1, reasons=r("time is not readable")),
    Case("a blank time", "a.csv", csv(row(), row(2, Time="")), accept=2),
    Case("times as 9.15pm and 2115", "a.csv", csv(row(Time="9.15pm"), row(2, Time="2115")), accept=2),
    Case("the hour the clocks skip", "a.csv", csv(row(Date="31/03/2024", Time="01:30")), accept=1),
    Case("the hour the clocks repeat", "a.csv", csv(row(Date="27/10/2024", Time="01:30")), accept=1),
    Case("midnight in every row", "a.csv", csv(*(row(i, Date=f"2024-03-{i:02d} 00:00:00", Time="") for i in (2, 3))),
         accept=2, warns="midnight"),
    Case("an interval", "a.csv", csv(row(Date="01/03/2024 18:00", Time="02/03/2024 07:00"),
         header=["Ref", "Date from", "Date to", *HEADER[3:]]), accept=1),
    Case("an interval that ends before it begins", "a.csv", csv(row(Date="02/03/2024 18:00", Time="01/03/2024 07:00"),
         row(2, Date="01/03/2024", Time="02/03/2024"), header=["Ref", "Date from", "Date to", *HEADER[3:]]), accept=1,
         quarantine=1, reasons=r("it ends before it begins")),
]  # fmt: skip

IDENTITIES = [
    Case("an exact repeat of a reference", "a.csv", csv(row(), row()), accept=1, duplicates=1),
    Case("a reference with two contents", "a.csv", csv(row(2), row(1), row(1, Type="Graffiti")), accept=1, quarantine=2,
         reasons=r("same reference, different contents")),
    Case("identical rows without a reference", "a.csv", csv(*[row()[1:]] * 4, header=NO_REF), accept=4),
    Case("references NA and null", "a.csv", csv(row(Reference="NA"), row(2, Reference="null")), accept=2),
    Case("references with leading noughts", "a.csv", csv(row(Reference="007"), row(Reference="7")), accept=2),
    Case("references of twenty digits", "a.csv", csv(row(Reference="1" * 20), row(Reference="1" * 19 + "2")), accept=2),
    Case("some references blank", "a.csv", csv(row(), row(2, Reference=""), row(2, Reference="")), accept=3),
    Case("a missing category", "a.csv", csv(row(), row(2, Type="")), accept=1, quarantine=1,
         reasons=r("category is missing")),
    Case("a category nobody knows", "a.csv", csv(row(Type="Seagulls")), accept=1, warns="Seagulls"),
]  # fmt: skip

INJECTIONS = [
    Case("a formula in a cell", "a.csv", csv(row(Street="=cmd|' /C calc'!A0")), accept=1),
    Case("HTML and script in a cell", "a.csv", csv(row(Street="<img src=x onerror=alert(1)>")), accept=1),
    Case("a template in a cell", "a.csv", csv(row(Street="${alert(1)}")), accept=1),
    Case("SQL in a cell", "a.csv", csv(row(Street="'; DROP TABLE incident; --")), accept=1),
    Case("a path in a reference", "a.csv", csv(row(Reference="../../etc/passwd")), accept=1),
    Case("a formula for a heading", "a.csv", csv(*([*c, "x"] for c in rows()), header=[*HEADER, "=1+1"]), accept=3),
]

WORKBOOKS = [
    Case("a workbook", "a.xlsx", workbook({"Log": [HEADER, *rows()]}), accept=3),
    Case("a workbook named .csv", "a.csv", workbook({"Log": [HEADER, *rows()]}), accept=3),
    Case("real dates, times and numbers", "a.xlsx", workbook({"Log": [HEADER, [1, datetime(2024, 3, 1),
         datetime(2024, 3, 1, 21, 30).time(), "Noise", "Gull Row", 51.8012, 1.3012]]}), accept=1),
    Case("a title and a blank row first", "a.xlsx", workbook({"Log": [["Noise log"], [], HEADER, *rows()]}), accept=3,
         warns="above the headings"),
    Case("the table on the second sheet", "a.xlsx", workbook({"Notes": [["Read me"]], "Log": [HEADER, *rows()]}),
         accept=3),
    Case("two sheets with tables", "a.xlsx", workbook({"Jan": [HEADER, *rows()], "Feb": [HEADER, *rows()]}), accept=3,
         warns="'Feb'"),
    Case("a hidden sheet", "a.xlsx", workbook({"Old": [HEADER, *rows(9)], "Log": [HEADER, *rows()]}, Old="hidden"),
         accept=3),
    Case("a sheet that is not there", "a.xlsx", workbook({"Log": [HEADER, *rows()]}), refuse="no sheet 'May'",
         options={"mapping": Mapping(columns={"date": "Date", "category": "Type"}, sheet="May")}),
    Case("a total at the foot", "a.xlsx", workbook({"Log": [HEADER, *rows(), ["Total", None, None, 3]]}), accept=3,
         quarantine=1, reasons=r("date is missing")),
    Case("error values", "a.xlsx", workbook({"Log": [HEADER, *rows(), row(4, Latitude="#N/A")]}), accept=3,
         quarantine=1,
         reasons=r("coordinates are not numbers")),
    Case("one far cell", "a.xlsx", far_cell, refuse="beyond column"),
    Case("an empty sheet", "a.xlsx", workbook({"Log": []}), refuse="empty"),
    Case("a DTD with entities", "a.xlsx", tampered_workbook(lambda x: b'<!DOCTYPE a [<!ENTITY b "c">]>' + x),
         refuse="XML entities"),
    Case("a sheet that is no XML", "a.xlsx", tampered_workbook(lambda _: b"gulls"), refuse="not a workbook"),
    Case("a row number past any spreadsheet", "a.xlsx",
         tampered_workbook(lambda x: x.replace(b'<row r="4"', b'<row r="2000000000"')), refuse="more cells"),
    Case("a workbook that unpacks too large", "a.xlsx", workbook({"Log": [HEADER, *rows()]}), refuse="too large",
         options={"limits": Limits(workbook_bytes=1_000)}),
    Case("an old .xls", "a.xls", raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), refuse="old Excel"),
    Case("a Word document", "a.docx", zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), refuse="Word"),
]  # fmt: skip

GEOGRAPHIC = [
    Case("GeoJSON points", "a.geojson", features(POINT, POINT), accept=2),
    Case("GeoJSON without geometry", "a.geojson", features(POINT, None), accept=2, unlocated=1),
    Case("GeoJSON with an area", "a.geojson", features(POINT, AREA), accept=1, quarantine=1,
         reasons=r("coordinates are not numbers")),
    Case("GeoJSON with latitude first", "a.geojson", features(POINT, {"type": "Point", "coordinates": [51.8, 1.3]}),
         accept=1, quarantine=1, reasons=r("latitude and longitude swapped")),
    Case("GeoJSON with words for coordinates", "a.geojson", features(POINT, {"type": "Point", "coordinates": "x"}),
         accept=1, quarantine=1, reasons=r("coordinates are not numbers")),
    Case("GeoJSON on the National Grid", "a.geojson", features({"type": "Point", "coordinates": [630000, 220000]},
         crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}), accept=1),
    Case("GeoJSON in a CRS nobody knows", "a.geojson", features(POINT, crs={"properties": {"name": "gulls"}}),
         refuse="CRS that is not known"),
    Case("GeoJSON with no features", "a.geojson", features(), refuse="no rows"),
    Case("GeoJSON cut short", "a.geojson", lambda: features(POINT)()[:-9], refuse="cut short"),
    Case("GeoJSON nested too deep", "a.geojson", raw("[" * 5000 + "]" * 5000), refuse="deep"),
    Case("GeoJSON with a number of 5,000 digits", "a.geojson", raw('{"features": [' + "9" * 5000 + "]}"),
         refuse="JSON"),
    Case("JSON that is a word", "a.json", raw('["gulls"]'), refuse="no list of records"),
    Case("a list of plain records", "a.json", raw(json.dumps(frame().to_dict("records"))), accept=3),
    Case("a GeoPackage", "a.gpkg", geo(points(), "GPKG", ".gpkg"), accept=3),
    Case("a GeoPackage on the National Grid", "a.gpkg", geo(points(crs="EPSG:27700"), "GPKG", ".gpkg"), accept=3),
    Case("a GeoPackage in web Mercator", "a.gpkg", geo(points(crs="EPSG:3857"), "GPKG", ".gpkg"), accept=3),
    Case("a GeoPackage cut short", "a.gpkg", lambda: geo(points(), "GPKG", ".gpkg")()[:5000], refuse="geographic file"),
    Case("a database that is no GeoPackage", "a.gpkg", raw(b"SQLite format 3\0" + b"\0" * 200), refuse="no GeoPackage"),
    Case("a zipped Shapefile", "a.zip", geo(points(), "ESRI Shapefile", ".shp"), accept=3),
    Case("a Shapefile without its table", "a.zip", zipped({"a.shp": b"\0\0'\n", "a.shx": b""}), refuse="lacks"),
    Case("two Shapefiles in a zip", "a.zip", zipped({"a.shp": b"x", "b.shp": b"x"}), refuse="2 Shapefiles"),
    Case("a Shapefile of nonsense", "a.zip", zipped({"a.shp": b"x", "a.shx": b"x", "a.dbf": b"x"}),
         refuse="geographic"),
    Case("one part of a Shapefile", "a.shp", raw(b"\x00\x00\x27\x0a" + b"\0" * 100), refuse="one part of a Shapefile"),
    Case("GeoParquet", "a.parquet", geoparquet(points()), accept=3),
    Case("GeoParquet on the National Grid", "a.parquet", geoparquet(points(crs="EPSG:27700")), accept=3),
]  # fmt: skip

PARQUETS = [
    Case("Parquet of texts", "a.parquet", parquet(pa.Table.from_pandas(frame())), accept=3),
    Case("Parquet of real types", "a.parquet", parquet(text_table(
         id=pa.array([1.0, 2.0]), date=pa.array([datetime(2024, 3, 1, 9), None], pa.timestamp("us")),
         type=pa.array(["Noise", "Noise"]).dictionary_encode(), easting=[630000.0, 630000.0],
         northing=[220000.0, np.nan])), accept=1, quarantine=1, reasons=r("date is missing")),
    Case("Parquet with a nested column", "a.parquet", parquet(text_table(date=["2024-03-01"], type=[["a"]])),
         refuse="nested"),
    Case("Parquet with a binary column", "a.parquet", parquet(text_table(date=["2024-03-01"], type=[b"\xff"])),
         refuse="special type"),
    Case("Parquet with more rows than the limit", "a.parquet", parquet(pa.Table.from_pandas(frame(9))),
         refuse="at most 5", options={"limits": Limits(rows=5)}),
    Case("Parquet cut short", "a.parquet", lambda: parquet(pa.Table.from_pandas(frame()))()[:-40],
         refuse="not a Parquet"),
    Case("Parquet in name alone", "a.parquet", raw(b"PAR1" + b"gulls" * 20 + b"PAR1"), refuse="not a Parquet"),
    Case("Parquet with no rows", "a.parquet", parquet(pa.Table.from_pandas(frame(0))), refuse="no rows"),
]  # fmt: skip

ARCHIVES = [
    Case("a zip of two logs", "a.zip", zipped({"1.csv": csv(row(1))(), "2.csv": csv(row(2))()}), accept=2),
    Case("a zip with a log and a read-me", "a.zip", zipped({"1.csv": csv(row())(), "README.md": b"hello"}), accept=1),
    Case("a zip with Apple's leavings", "a.zip", zipped({"1.csv": csv(row())(), "__MACOSX/._1.csv": b"\0x"}), accept=1),
    Case("a zip with one bad file", "a.zip", zipped({"1.csv": csv(row())(), "2.csv": b"\x81\xff\x00\x01"}),
         refuse="2.csv"),
    Case("a zip of nothing", "a.zip", zipped({}), refuse="no file of incidents"),
    Case("a zip of pictures", "a.zip", zipped({"a.png": b"\x89PNG"}), refuse="no file of incidents"),
    Case("a zip cut short", "a.zip", lambda: zipped({"1.csv": csv(*rows(50))()})()[:-30], refuse="not a zip"),
    Case("a zip with damaged bytes", "a.zip", lambda: damaged(zipped({"1.csv": csv(*rows(50))()})()), refuse="damaged"),
    Case("a zip inside a zip", "a.zip", zipped({"1.csv": csv(row())(), "b.zip": zipped({"2.csv": b""})()}), accept=1),
    Case("names that climb out of the zip", "a.zip", zipped({"../../evil.csv": csv(row())()}), accept=1),
    Case("the same file twice in a zip", "a.zip", zipped({"1.csv": csv(row())(), "2.csv": csv(row())()}), accept=1),
    Case("a zip bomb", "a.zip", zipped({"1.csv": b"0" * 30_000_000}), refuse="unpacks to"),
    Case("more entries than the limit", "a.zip", zipped({f"{i}.csv": b"x" for i in range(9)}), refuse="at most 5",
         options={"limits": Limits(entries=5)}),
    Case("a locked zip", "a.zip", lambda: locked(zipped({"1.csv": csv(row())()})()), refuse="password"),
    Case("a gzipped log", "a.csv.gz", lambda: gzip.compress(GOOD.encode()), accept=3),
    Case("an xz log", "a.csv.xz", lambda: lzma.compress(GOOD.encode()), accept=3),
    Case("a gzip cut short", "a.csv.gz", lambda: gzip.compress(GOOD.encode())[:-9], refuse="cannot be unpacked"),
    Case("a gzip bomb", "a.csv.gz", lambda: gzip.compress(b"0" * 30_000_000), refuse="unpacks to"),
]  # fmt: skip

DISGUISES = [
    Case("a PDF named .csv", "a.csv", raw(b"%PDF-1.7 gulls"), refuse="a PDF"),
    Case("a picture named .csv", "a.csv", raw(b"\x89PNG\r\n\x1a\n"), refuse="a picture"),
    Case("a program named .csv", "a.csv", raw(b"MZ\x90\0"), refuse="a program"),
    Case("a web page named .xls", "a.xls", raw("<html><table><tr><td>x</td></tr></table></html>"), refuse="web page"),
    Case("XML", "a.json", raw('<?xml version="1.0"?><a/>'), refuse="is XML"),
    Case("a pickle", "a.parquet", lambda: pickle.dumps({"a": 1}), refuse="pickle"),
    Case("an old pickle", "a.csv", raw(b"cos\nsystem\n(S'true'\ntR."), refuse="pickle"),
    Case("a RAR archive", "a.zip", raw(b"Rar!\x1a\x07\x01\x00"), refuse="RAR"),
    Case("an Access database", "a.mdb", raw(b"\x00\x01\x00\x00Standard Jet DB"), refuse="Access"),
    Case("JSON named .csv", "a.csv", raw(json.dumps(frame().to_dict("records"))), accept=3),
]

POLICE_UK = [
    Case("a street file", "2024-03-gullshire-street.csv", csv(street_row(), street_row(), header=STREET), accept=2),
    Case("a street file in snake case", "x.csv", csv(street_row(), header=[h.lower().replace(" ",
         "_") for h in STREET]),
         accept=1),
    Case("No Location", "x.csv", csv(street_row(Longitude="", Latitude="", Location="No Location"), header=STREET),
         accept=1, unlocated=1),
    Case("one Crime ID in two rows", "x.csv", csv(*[street_row(**{"Crime ID": "abc"})] * 2, header=STREET), accept=2),
    Case("a retired category", "x.csv", csv(street_row(**{"Crime type": "Violent crime"}), header=STREET), accept=1),
    Case("a month that is no month", "x.csv", csv(street_row(), street_row(Month="2024-13"), header=STREET), accept=1,
         quarantine=1, reasons=r("date is not readable")),
    Case("Northern Ireland", "2024-03-northern-ireland-street.csv", csv(street_row(Longitude="-5.93", Latitude="54.60",
         **{"Falls within": "Police Service of Northern Ireland"}), header=STREET), refuse="outside Great Britain"),
    Case("Northern Ireland beside a force", "a.zip", zipped({
         "2024-03-gullshire-street.csv": csv(street_row(), header=STREET)(), "2024-03-northern-ireland-street.csv":
         csv(street_row(**{"Falls within": "Police Service of Northern Ireland"}), header=STREET)()}), accept=1),
    Case("an outcomes file", "x.csv", csv(header=["Crime ID", "Month", "Reported by", "Falls within", "Longitude",
         "Latitude", "Location", "LSOA code", "LSOA name", "Outcome type"]), aside="outcomes"),
    Case("a stop-and-search file", "x.csv", csv(header=["Type", "Date", "Latitude", "Longitude", "Gender", "Age range",
         "Self-defined ethnicity", "Object of search"]), aside="personal"),
    Case("two versions of one month", "a.zip", zipped({"a/2024-03-gullshire-street.csv": csv(street_row(),
         header=STREET)(),
         "b/2024-03-gullshire-street.csv": csv(street_row(Location="x"), header=STREET)()}), refuse="both hold"),
    Case("an answer of the API", "x.json", raw(json.dumps([api(), api(id=8, category="violent-crime")])), accept=2,
         warns="API answer"),
    Case("an API answer with the same crime twice", "x.json", raw(json.dumps([api(), api()])), accept=1, duplicates=1),
    Case("an API answer with broken coordinates", "x.json", raw(json.dumps([api(), api(id=8, location={
         "latitude": "aaa", "longitude": "aaa", "street": {"id": 1, "name": "x"}})])), accept=1, quarantine=1,
         reasons=r("coordinates are not numbers")),
    Case("an API answer without a location", "x.json", raw(json.dumps([api(), api(id=8, location=None)])), accept=2,
         unlocated=1),
    Case("an empty API answer", "x.json", raw("[]"), refuse="no rows"),
    Case("an API outcome", "x.json", raw(json.dumps([{"category": {"code": "x", "name": "y"}, "date": "2024-03",
         "crime": api()}])), aside="outcomes"),
]  # fmt: skip

CASES = [
    *ENCODINGS, *SHAPES, *PLACES, *TIMES, *IDENTITIES, *INJECTIONS, *WORKBOOKS, *GEOGRAPHIC, *PARQUETS, *ARCHIVES,
    *DISGUISES, *POLICE_UK,
]  # fmt: skip


def damaged(data: bytes) -> bytes:
    """The zip with bytes of its first member overwritten."""
    return data[:60] + b"gulls" * 4 + data[80:]


def locked(data: bytes) -> bytes:
    """The zip with its members marked as encrypted."""
    start = data.index(b"PK\x01\x02")
    return data[:6] + b"\x01" + data[7 : start + 8] + b"\x01" + data[start + 9 :]
