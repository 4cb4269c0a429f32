"""Dates and times as partners write them: text to local wall-clock time and its precision.

ISO (year first) is always read as such; numbers with the year last follow the mapping's order. Words
for months, two-digit years, Excel's serial numbers, AM/PM and time zones are understood. Nothing is
repaired: what fits no form stays missing and its row goes to quarantine.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hotspots.errors import BadValue

UNREADABLE, MONTH, DAY, EXACT = 0, 1, 2, 3
PRECISION_NAMES = np.array([None, "month", "day", "exact"], dtype=object)
ORDERS = ("auto", "dmy", "mdy", "ymd")

_SEP = r"[-/. ]"
_REST = r"(?P<rest>[t ,].*)?$"
_WEEKDAY = r"^(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?,? )?"
_FORMS = {
    "iso": rf"^(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_REST}",
    "iso month": r"^(?P<year>\d{4})[-/.](?P<month>\d{1,2})$",
    "compact": rf"^(?P<year>(?:19|20)\d{{2}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_REST}",
    "numbers": rf"^(?P<first>\d{{1,2}}){_SEP}(?P<second>\d{{1,2}}){_SEP}(?P<third>\d{{4}}|\d{{2}}){_REST}",
    "month year": r"^(?P<month>\d{1,2})[-/.](?P<year>\d{4})$",
    "day word": rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[-/. ]*(?P<word>[a-z]{{3,9}})\.?,?[-/. ]*"
    rf"(?P<year>\d{{4}}|\d{{2}}){_REST}",
    "word day": rf"{_WEEKDAY}(?P<word>[a-z]{{3,9}})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}){_REST}",
    "word year": r"^(?P<word>[a-z]{3,9})\.?[-/., ]+(?P<year>\d{4}|\d{2})$",
    "serial": r"^(?P<serial>\d{5}(?:\.\d+)?)$",
}
_TIME = (
    r"^[t ,]*(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?:[:.](?P<second>\d{2}))?(?:[.,]\d+)? ?"
    r"(?P<half>[ap]\.?m\.?)? ?(?P<zone>z|utc|gmt|bst|[+-]\d{2}:?\d{2}|[+-]\d{2})?$"
)
_PACKED_TIME = r"^(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?$"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_LONG_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WORDS = {
    **{w: i for i, w in enumerate(_MONTHS, 1)},
    **{w: i for i, w in enumerate(_LONG_MONTHS, 1)},
    "sept": 9,
}
_SERIAL_EPOCH = np.datetime64("1899-12-30", "s")
_SERIALS = (32_874, 73_051)  # 1990 to 2099


class Evidence(NamedTuple):
    """Positions, in the text given, of dates that can only be read one way."""

    day_first: np.ndarray
    month_first: np.ndarray


def parse_dates(text: pd.Series, *, order: str, century_end: int, zone: str) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock time and precision of each text.

    text: distinct strings. order: dmy, mdy or ymd, for dates written in numbers with the year last (ymd:
    two-digit year first). century_end: last year (two digits) taken for 20yy. zone: the place whose wall
    clock is wanted for times that carry an offset; a time without one is already local.
    Returns datetime64[s] (NaT where unreadable) and codes UNREADABLE, MONTH, DAY or EXACT.
    """
    lower = pa.array(text.str.lower().str.strip(), type=pa.string())
    when = np.full(len(text), np.datetime64("NaT", "s"))
    precision = np.zeros(len(text), dtype="int8")
    for form, pattern in _FORMS.items():
        if precision.all():
            break
        parts, found = _extract(lower, pattern)
        found &= precision == UNREADABLE
        if not found.any():
            continue
        parts = parts[found]
        if form == "serial":
            when[found], precision[found] = _from_serial(parts["serial"])
        else:
            when[found], precision[found] = _from_parts(parts, order=order, century_end=century_end, zone=zone)
    return when, precision


def date_evidence(text: pd.Series) -> Evidence:
    """Which dates can only be day first (15/01/2021) and which only month first (01/15/2021)."""
    parts, found = _extract(pa.array(text.str.lower().str.strip(), type=pa.string()), _FORMS["numbers"])
    if not found.any():
        return Evidence(np.array([], dtype=int), np.array([], dtype=int))
    first, second = _number(parts["first"]), _number(parts["second"])
    day_first = found & (first > 12) & (first <= 31) & (second <= 12)
    month_first = found & (second > 12) & (second <= 31) & (first <= 12)
    return Evidence(np.flatnonzero(day_first), np.flatnonzero(month_first))


def parse_times(text: pd.Series) -> np.ndarray:
    """Seconds after midnight of times of day; missing where unreadable.

    Takes 14:05, 14.05, 1405, 2:05 pm, 14:05:30, and Excel's fraction of a day.
    """
    lower = pa.array(text.str.lower().str.strip(), type=pa.string())
    seconds = np.full(len(text), np.nan)
    fraction = _number(text.where(text.str.fullmatch(r"0?\.\d+|0"), ""))
    seconds = np.where(fraction < 1, np.round(fraction * 86_400), seconds)
    for pattern in (_TIME, _PACKED_TIME):
        parts, found = _extract(lower, pattern)
        if not found.any():
            continue
        plain = pc.match_substring_regex(lower, r"^\d{1,2}$").to_numpy(zero_copy_only=False)
        seconds = np.where(found & ~plain & np.isnan(seconds), _seconds(parts), seconds)
    return seconds


def check_order(order: str) -> str:
    """Return the order as given, or raise `BadValue` naming the orders there are."""
    if order not in ORDERS:
        raise BadValue(f"A date order is one of {', '.join(ORDERS)}; {order!r} was given.")
    return order


def _extract(text: pa.Array, pattern: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Named parts of the pattern in each text, and where it fits; no parts at all where it fits none."""
    matched = pc.extract_regex(text, pattern=pattern)
    found = matched.is_valid().to_numpy(zero_copy_only=False)
    if not found.any():
        return pd.DataFrame(), found
    names = [field.name for field in matched.type]
    return pa.table(matched.flatten(), names=names).to_pandas(), found


def _number(text: pd.Series) -> np.ndarray:
    return pd.to_numeric(text, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)


def _from_parts(parts: pd.DataFrame, *, order: str, century_end: int, zone: str) -> tuple[np.ndarray, np.ndarray]:
    parts = _ordered(parts, order) if "first" in parts else parts
    year = _full_year(parts["year"], century_end)
    month = (
        parts["word"].map(_WORDS).to_numpy(dtype="float64", na_value=np.nan)
        if "word" in parts
        else _number(parts["month"])
    )
    has_day = "day" in parts
    day = _number(parts["day"]) if has_day else np.ones(len(parts))
    when = _calendar(year, month, day)
    precision = np.where(np.isnat(when), UNREADABLE, DAY if has_day else MONTH).astype("int8")
    if "rest" not in parts:
        return when, precision
    return _with_time(when, precision, parts["rest"].fillna("").str.strip(), zone)


def _ordered(parts: pd.DataFrame, order: str) -> pd.DataFrame:
    names = {
        "dmy": ("day", "month", "year"),
        "mdy": ("month", "day", "year"),
        "ymd": ("year", "month", "day"),
    }[order]
    last_is_year = parts["third"].str.len() == 4
    if order == "ymd" and last_is_year.any():
        names = ("day", "month", "year")
    return parts.rename(columns=dict(zip(("first", "second", "third"), names, strict=True)))


def _full_year(text: pd.Series, century_end: int) -> np.ndarray:
    year = _number(text)
    short = (text.str.len() == 2).to_numpy()
    return np.where(short, np.where(year <= century_end, 2000 + year, 1900 + year), year)


def _calendar(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The date, or missing where the calendar has none."""
    possible = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    y, m, d = (np.where(possible, part, 1).astype("int64") for part in (year, month, day))
    months = ((y - 1970) * 12 + m - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (d - 1)
    possible &= dates.astype("datetime64[M]") == months
    return np.where(possible, dates.astype("datetime64[s]"), np.datetime64("NaT", "s"))


def _with_time(when: np.ndarray, precision: np.ndarray, rest: pd.Series, zone: str) -> tuple[np.ndarray, np.ndarray]:
    given = (rest != "").to_numpy() & ~np.isnat(when)
    if not given.any():
        return when, precision
    parts, found = _extract(pa.array(rest, type=pa.string()), _TIME)
    if not found.any():
        return np.where(given, np.datetime64("NaT", "s"), when), np.where(given, UNREADABLE, precision).astype("int8")
    seconds = np.where(found, _seconds(parts), np.nan)
    readable = ~np.isnan(seconds)
    moved = when + np.where(readable, seconds, 0).astype("int64").astype("timedelta64[s]")
    moved = _to_local(moved, parts["zone"].fillna(""), zone)
    when = np.where(given & readable, moved, np.where(given, np.datetime64("NaT", "s"), when))
    precision = np.where(given, np.where(readable, EXACT, UNREADABLE), precision).astype("int8")
    return when, precision


def _seconds(parts: pd.DataFrame) -> np.ndarray:
    hour, minute, second = (_number(parts[name]) for name in ("hour", "minute", "second"))
    half = parts["half"].fillna("").str[:1] if "half" in parts else pd.Series("", index=parts.index)
    pm, am = (half == "p").to_numpy(), (half == "a").to_numpy()
    possible = np.where(pm | am, (hour >= 1) & (hour <= 12), (hour <= 23) & ~np.isnan(minute))
    minute, second = np.nan_to_num(minute), np.nan_to_num(second)
    possible = possible.astype(bool) & (minute < 60) & (second < 60)
    hour = np.where(pm, hour % 12 + 12, np.where(am, hour % 12, hour))
    return np.where(possible, hour * 3600 + minute * 60 + second, np.nan)


def _to_local(when: np.ndarray, offsets: pd.Series, zone: str) -> np.ndarray:
    """Times with an offset as the wall clock of `zone` shows them; the others unchanged."""
    has = (offsets != "").to_numpy()
    if not has.any():
        return when
    minutes = offsets[has].map({o: _offset_minutes(o) for o in offsets[has].unique()}).to_numpy("int64")
    utc = when[has] - minutes.astype("timedelta64[m]")
    local = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    result = when.copy()
    result[has] = local.to_numpy().astype("datetime64[s]")
    return result


def _offset_minutes(offset: str) -> int:
    if offset in ("z", "utc", "gmt"):
        return 0
    if offset == "bst":
        return 60
    digits = offset[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return -minutes if offset[0] == "-" else minutes


def _from_serial(text: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    serial = _number(text)
    possible = (serial >= _SERIALS[0]) & (serial < _SERIALS[1])
    seconds = np.round(np.where(possible, serial, 0) * 86_400).astype("int64")
    when = np.where(possible, _SERIAL_EPOCH + seconds.astype("timedelta64[s]"), np.datetime64("NaT", "s"))
    whole = serial == np.floor(serial)
    return when, np.where(possible, np.where(whole, DAY, EXACT), UNREADABLE).astype("int8")
