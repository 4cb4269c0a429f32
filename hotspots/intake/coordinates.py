"""Pairs of coordinates as written, to metres, each pair that cannot be right named for what is wrong with it."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from hotspots.intake.locate import DECIMALS, inside, outside_reason, to_lonlat, to_metric
from hotspots.intake.words import Words, has

HALF = "only one coordinate"
NOT_NUMBERS = "coordinates are not numbers"
ZERO = "coordinates are 0, 0"
MIXED = "degrees and metres mixed"
SWAPPED_DEGREES = "latitude and longitude swapped"
SWAPPED_METRES = "easting and northing swapped"

_NOTHING = {"", "na", "n/a", "nan", "none", "null", "-", "--", "unknown", "not known", "no location", "nil"}
_THOUSANDS = r"^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
_PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"


class Located(NamedTuple):
    """x, y: metres, missing where there is no location. reason: why a row is refused, else None."""

    x: np.ndarray
    y: np.ndarray
    reason: np.ndarray
    degrees: bool


def locate(x: Words, y: Words, *, kind: str, crs: str, strict: bool = True) -> Located:
    """Metres of each row from its two coordinate cells, worked out once for each distinct pair.

    kind: degrees (WGS84), metres (`crs`), or auto: the scale that most pairs have. Both cells blank is a row
    without a location, which is no fault. strict: as for `locate.inside`.
    """
    width = len(y.unique)
    pairs, row_pair, counts = np.unique(
        x.codes.astype("int64") * width + y.codes, return_inverse=True, return_counts=True
    )
    a, a_state = _numbers(x.unique)
    b, b_state = _numbers(y.unique)
    i, j = np.divmod(pairs, width) if width else (pairs, pairs)
    a, b, a_state, b_state = a[i], b[j], a_state[i], b_state[j]
    reason = _cell_faults(a, b, a_state, b_state)
    degrees = _is_degrees(a, b, reason, counts) if kind == "auto" else kind == "degrees"
    metric_x, metric_y = _to_metres(a, b, reason, degrees=degrees, crs=crs, strict=strict)
    return Located(metric_x[row_pair], metric_y[row_pair], reason[row_pair], degrees)


def coarse(words: Words) -> bool:
    """True when every number of a column of degrees has three decimals or fewer: 100 m at best."""
    numbers = words.unique[has(words.unique, r"\d")]
    return bool(len(numbers)) and not has(numbers, r"\.\d{4}").any()


def _numbers(words: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The number in each word, and 0 where it is one, 1 where the cell says nothing, 2 where it is no number."""
    nothing = words.str.lower().isin(_NOTHING).to_numpy()
    grouped = has(words, _THOUSANDS)
    plain = words.where(~grouped, words.str.replace(",", "")) if grouped.any() else words
    is_number = has(plain, _PLAIN).to_numpy()
    value = pd.to_numeric(plain.where(is_number), errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    value = np.where(np.isfinite(value), value, np.nan)
    return value, np.where(nothing, 1, np.where(np.isnan(value), 2, 0))


def _cell_faults(a: np.ndarray, b: np.ndarray, a_state: np.ndarray, b_state: np.ndarray) -> np.ndarray:
    reason = np.full(len(a), None, dtype=object)
    reason[(a == 0) & (b == 0)] = ZERO
    reason[(a_state == 1) != (b_state == 1)] = HALF
    reason[(a_state == 2) | (b_state == 2)] = NOT_NUMBERS
    return reason


def _is_degrees(a: np.ndarray, b: np.ndarray, reason: np.ndarray, counts: np.ndarray) -> bool:
    sound = np.equal(reason, None) & ~np.isnan(a)
    small = sound & (np.abs(a) <= 180) & (np.abs(b) <= 180)
    return 2 * counts[small].sum() >= counts[sound].sum()


def _to_metres(
    a: np.ndarray, b: np.ndarray, reason: np.ndarray, *, degrees: bool, crs: str, strict: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Metres of the sound pairs; `reason` gets a word for those of the wrong scale or in the wrong place."""
    present = np.equal(reason, None) & ~np.isnan(a)
    scale = (np.abs(a) <= 180) & (np.abs(b) <= 180) if degrees else (np.abs(a) > 180) & (np.abs(b) > 180)
    reason[present & ~scale] = MIXED
    tried = np.flatnonzero(present & scale)
    right = _is_inside(a[tried], b[tried], degrees=degrees, crs=crs, strict=strict)
    turned = _is_inside(b[tried], a[tried], degrees=degrees, crs=crs, strict=strict) & ~right
    reason[tried[~right]] = outside_reason(crs)
    reason[tried[turned]] = SWAPPED_DEGREES if degrees else SWAPPED_METRES
    good = tried[right]
    x, y = np.full(len(a), np.nan), np.full(len(a), np.nan)
    x[good], y[good] = to_metric(a[good], b[good], crs) if degrees else (a[good], b[good])
    return np.round(x, DECIMALS), np.round(y, DECIMALS)


def _is_inside(a: np.ndarray, b: np.ndarray, *, degrees: bool, crs: str, strict: bool) -> np.ndarray:
    lon, lat = (a, b) if degrees else to_lonlat(a, b, crs)
    return inside(lon, lat, crs, strict=strict)
