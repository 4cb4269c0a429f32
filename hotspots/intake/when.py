"""When each row happened: date and time cells to a half-open interval and its precision."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hotspots.errors import BadFile, BadMapping
from hotspots.intake.categories import key_of
from hotspots.intake.dates import (
    DAY,
    EXACT,
    MONTH,
    PRECISION_NAMES,
    UNREADABLE,
    date_evidence,
    parse_dates,
    parse_times,
)
from hotspots.intake.mapping import Mapping
from hotspots.intake.words import Columns, Words

NO_DATE, BAD_DATE, BAD_TIME = "date is missing", "date is not readable", "time is not readable"
FUTURE, ANCIENT = "date is in the future", "date is before 1990"
BAD_END, BACKWARDS = "end date is not readable", "it ends before it begins"

_EARLIEST = np.datetime64("1990-01-01", "s")
_INSTANT = np.timedelta64(60, "s")  # an exact time stands for its minute
_MANY = 30  # rows, all on the first of a month, that show the day to be a filler


@dataclass(frozen=True, eq=False)
class When:
    """start, end: datetime64[s]. precision: codes of `dates`. faults: (rows, our field, reason), worst first."""

    start: np.ndarray
    end: np.ndarray
    precision: np.ndarray
    faults: list[tuple[np.ndarray, str, str]]
    warnings: list[str]

    @property
    def names(self) -> pd.Series:
        """Precision as the schema's words."""
        return pd.Series(PRECISION_NAMES[self.precision], dtype="str")


def read_when(columns: Columns, lines: np.ndarray, mapping: Mapping, today: date) -> When:
    """The interval of each row, half-open in local wall-clock time, and what is wrong with the rest.

    lines: line of each row in its file, for the sentences of refusal.
    A month stands for the whole month, a day for the whole day, an exact time for its minute, unless the
    file gives an end. Raises `BadFile` where one column holds dates that can only be day first beside dates
    that can only be month first, `BadMapping` where they contradict the mapping's order.
    """
    cells = columns.get("date")
    order, warnings = _order(cells, lines, mapping)
    start, precision = _moments(cells, mapping, order, today)
    times = columns.get("time")
    start, precision, bad_time = _add_times(start, precision, times)
    precision, notes = _true_precision(start, precision, columns, mapping, has_times=times.any)
    end, bad_end = _ends(columns, mapping, start, precision, order, today)
    tomorrow = np.datetime64(today, "s") + np.timedelta64(1, "D")
    faults = [
        (cells.blank, "date", NO_DATE),
        (np.isnat(start), "date", BAD_DATE),
        (bad_time, "time", BAD_TIME),
        (start < _EARLIEST, "date", ANCIENT),
        (start >= tomorrow, "date", FUTURE),
        (bad_end, "end_date", BAD_END),
        (end <= start, "end_date", BACKWARDS),
    ]
    return When(start, end, precision, faults, warnings + notes)


def end_of(start: np.ndarray, precision: np.ndarray) -> np.ndarray:
    """First moment after a month, day or minute."""
    months = (start.astype("datetime64[M]") + 1).astype("datetime64[s]")
    days = (start.astype("datetime64[D]") + 1).astype("datetime64[s]")
    return np.where(precision == MONTH, months, np.where(precision == DAY, days, start + _INSTANT))


def _order(cells: Words, lines: np.ndarray, mapping: Mapping) -> tuple[str, list[str]]:
    """The order to read by, after asking every date of the column."""
    if mapping.date_order == "ymd":
        return "ymd", []
    evidence = date_evidence(cells.unique)
    heading = mapping.columns.get("date", "the date")
    day_first, month_first = (_first_line(cells, lines, found) for found in evidence)
    if day_first and month_first:
        raise BadFile(
            f"The dates in column {heading!r} are in two orders: line {day_first:,} can only be day first, line "
            f"{month_first:,} only month first; put them in one order and try again."
        )
    shown = "mdy" if month_first else "dmy" if day_first else None
    if mapping.date_order != "auto" and shown not in (None, mapping.date_order):
        said, is_ = ("day", "month") if shown == "mdy" else ("month", "day")
        line = month_first or day_first
        raise BadMapping(
            f"The mapping says that the dates in column {heading!r} are {said} first, but line {line:,} can only "
            f"be {is_} first."
        )
    if mapping.date_order == "auto" and shown == "mdy":
        return "mdy", [f"Dates in column {heading!r} were read month first: some of them can only be so."]
    return ("dmy" if mapping.date_order == "auto" else mapping.date_order), []


def _first_line(cells: Words, lines: np.ndarray, words: np.ndarray) -> int:
    """Line of the first row that has one of the words; 0 where there is none."""
    if not len(words):
        return 0
    return int(lines[np.flatnonzero(np.isin(cells.codes, words))[0]])


def _moments(cells: Words, mapping: Mapping, order: str, today: date) -> tuple[np.ndarray, np.ndarray]:
    when, precision = parse_dates(cells.unique, order=order, century_end=today.year % 100, zone=mapping.timezone)
    return when[cells.codes], precision[cells.codes]


def _add_times(start: np.ndarray, precision: np.ndarray, times: Words) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times of their own column put on dates; a blank time leaves the whole day."""
    if not times.any:
        return start, precision, np.zeros(len(start), dtype=bool)
    seconds = parse_times(times.unique)[times.codes]
    bad = np.isnan(seconds) & ~times.blank
    midnight = start == start.astype("datetime64[D]")
    whole = ~np.isnan(seconds) & midnight & (precision >= DAY)
    moved = start + np.where(whole, seconds, 0).astype("int64").astype("timedelta64[s]")
    blank_day = times.blank & midnight & (precision == EXACT)
    precision = np.where(whole, EXACT, np.where(blank_day, DAY, precision)).astype("int8")
    return np.where(whole, moved, start), precision, bad


def _true_precision(
    start: np.ndarray, precision: np.ndarray, columns: Columns, mapping: Mapping, *, has_times: bool
) -> tuple[np.ndarray, list[str]]:
    """Midnights in every row are days, and firsts of the month in every row are months."""
    if mapping.fills("time_precision"):
        return _stated(precision, columns.get("time_precision")), []
    read = precision != UNREADABLE
    notes = []
    if not has_times and read.any() and (precision[read] == EXACT).all() and _at_start(start[read], "D"):
        precision = np.where(read, DAY, precision).astype("int8")
        notes.append("Every time is midnight, so only the day is taken as known.")
    heading = key_of(mapping.columns.get("date", ""))
    enough = read.sum() >= _MANY or "month" in heading.split()
    if enough and read.any() and (precision[read] == DAY).all() and _at_start(start[read], "M"):
        precision = np.where(read, MONTH, precision).astype("int8")
        notes.append("Every date is the first of a month, so only the month is taken as known.")
    return precision, notes


def _stated(precision: np.ndarray, stated: Words) -> np.ndarray:
    codes = stated.unique.str.lower().map({"exact": EXACT, "day": DAY, "month": MONTH}).fillna(UNREADABLE)
    given = codes.to_numpy("int8")[stated.codes]
    keep = (given == UNREADABLE) | (precision == UNREADABLE)
    return np.where(keep, precision, given).astype("int8")


def _at_start(when: np.ndarray, unit: str) -> bool:
    return bool((when == when.astype(f"datetime64[{unit}]")).all())


def _ends(
    columns: Columns, mapping: Mapping, start: np.ndarray, precision: np.ndarray, order: str, today: date
) -> tuple[np.ndarray, np.ndarray]:
    """End of each row: as given, else the end of its month, day or minute."""
    usual = end_of(start, precision)
    cells = columns.get("end_date")
    if not cells.any:
        return usual, np.zeros(len(start), dtype=bool)
    end, end_precision = _moments(cells, mapping, order, today)
    end, end_precision, bad = _add_times(end, end_precision, columns.get("end_time"))
    bad |= np.isnat(end) & ~cells.blank
    if not mapping.fills("time_precision"):
        last = end_of(end, end_precision)
        end = np.where((end_precision < EXACT) | (end == start), last, end)
    return np.where(cells.blank | bad, usual, end), bad
