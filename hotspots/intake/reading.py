"""What a reader returns: raw rows of one file, then the `Reading` that the store takes."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from hotspots.errors import BadFile, HubError
from hotspots.schema import INCIDENTS, QUARANTINE, conform

MEGABYTE = 1_000_000

Progress = Callable[[float, str], None]
"""Called with the share done (0 to 1) and what is being read."""


def silent(_fraction: float, _what: str) -> None:
    """Progress that nobody watches."""


def part_of(report: Progress, start: float, share: float, name: str = "") -> Progress:
    """Progress of a part that takes `share` of a whole from `start` on; name: said instead of the part's own words."""
    return lambda fraction, what: report(start + share * min(1.0, fraction), name or what)


@dataclass(frozen=True)
class Limits:
    """Bounds on one file or archive; the defaults are those of a browser upload."""

    file_bytes: int = 200 * MEGABYTE
    unpacked_bytes: int = 2_000 * MEGABYTE
    workbook_bytes: int = 400 * MEGABYTE  # XML of one workbook, unpacked
    ratio: int = 200  # unpacked to packed, above `free_bytes`
    free_bytes: int = 20 * MEGABYTE  # unpacked size below which the ratio is not asked
    entries: int = 5_000
    rows: int = 5_000_000
    columns: int = 500
    field_chars: int = 10_000
    depth: int = 60  # nesting of a JSON file


class NoUsableRow(BadFile):
    """Every row of the file was quarantined, or it has none."""


class Fault(NamedTuple):
    """A row kept aside by its reader: it could not be cut into cells."""

    line: int
    reason: str
    cells: list[str]


@dataclass(frozen=True, eq=False)
class Raw:
    """The rows of one file as text, before any meaning is given to them.

    cells: text columns named by the file's own headings, one row a record, blank cells "".
    lines: line (or row) number of each record in the file, the heading included.
    A geographic file's points come as text columns, longitude and latitude or easting and northing.
    sheet: of a workbook, or layer of a GeoPackage, that these are the rows of. sheets: those it could have been.
    """

    cells: pd.DataFrame
    lines: np.ndarray
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """Records in the file, whole or not."""
        return len(self.cells) + len(self.faults)


@dataclass(frozen=True, eq=False)
class Reading:
    """One file, read: what is accepted, what is kept aside and why.

    `read == accepted + quarantined + duplicates` always holds. mends: numbers of the rows of
    quarantine that a mended file holds. reference_heading: the file's own name for its references.
    stored: whoever stores the rows says there how far it is.
    """

    file: str
    sha256: str
    source: str
    incidents: pd.DataFrame
    quarantine: pd.DataFrame
    snapshots: tuple[str, ...] = ()
    month: str | None = None
    read: int = 0
    duplicates: int = 0
    warnings: tuple[str, ...] = ()
    set_aside: str | None = None
    mapping_version: str | None = None
    mends: tuple[int, ...] = ()
    reference_heading: str | None = None
    stored: Progress = field(default=silent, repr=False)
    reasons: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        conform(self.incidents, INCIDENTS, "A reading's incidents")
        conform(self.quarantine, QUARANTINE, "A reading's quarantine")
        if self.read != self.accepted + self.quarantined + self.duplicates:
            raise HubError(
                f"The rows of {self.file} do not add up: {self.read:,} read, but {self.accepted:,} accepted, "
                f"{self.quarantined:,} quarantined and {self.duplicates:,} duplicates. Please report this fault."
            )
        if not self.incidents.index.is_unique:
            raise HubError(f"Two incidents of {self.file} have the same key. Please report this fault.")
        counts = self.quarantine["reason"].value_counts()
        object.__setattr__(self, "reasons", {str(reason): int(n) for reason, n in counts.items()})

    @property
    def accepted(self) -> int:
        """Incidents taken, those without a location included."""
        return len(self.incidents)

    @property
    def unlocated(self) -> int:
        """Accepted incidents that have no location."""
        return int(self.incidents["x"].isna().sum())

    @property
    def quarantined(self) -> int:
        """Rows kept aside, each with its reason."""
        return len(self.quarantine)


def set_aside(file: str, sha256: str, source: str, why: str) -> Reading:
    """The reading of a file that is not taken, with the reason."""
    return Reading(file, sha256, source, _no_incidents(), quarantine_frame([], [], [], []), set_aside=why)


def _no_incidents() -> pd.DataFrame:
    dtypes = {"text": "str", "time": "datetime64[s]", "number": "float64"}
    frame = pd.DataFrame({name: pd.Series(dtype=dtypes[kind]) for name, kind in INCIDENTS.items()})
    return frame.set_index(pd.Index([], dtype="int64", name="incident_id"))


def quarantine_frame(lines: np.ndarray, columns: list[str | None], reasons: list[str], rows: list[str]) -> pd.DataFrame:
    """A quarantine frame, in the order of the file, with a fresh index."""
    frame = pd.DataFrame(
        {
            "line": np.asarray(lines, dtype="int64"),
            "column": pd.Series(columns, dtype="str"),
            "reason": pd.Series(reasons, dtype="str"),
            "row": pd.Series(rows, dtype="str"),
        }
    )
    return frame.sort_values("line", kind="stable", ignore_index=True)


def as_json(header: list[str], cells: list[str]) -> str:
    """The original row as JSON text; cells beyond the headings are numbered."""
    extra = [f"extra {i + 1}" for i in range(len(cells) - len(header))]
    return json.dumps(dict(zip([*header, *extra], cells, strict=False)), ensure_ascii=False)
