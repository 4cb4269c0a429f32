"""Invented police.uk months of the size of a real force, for benchmarks; no real place or person."""

import csv
from datetime import date
from pathlib import Path

import numpy as np

from hotspots.periods import add_months

HEADER = (
    *("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location"),
    *("LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context"),
)
KINDS = ("Anti-social behaviour", "Violence and sexual offences", "Criminal damage and arson", "Shoplifting", "Drugs")
LAST = date(2023, 12, 1)
"""Month of the newest file, so that ten years of them are in the past as well."""
POINTS_PER_TOWN = 1_500
WEST, NORTH = 0.30, 53.60
"""A corner in open sea: towns stand in a row eastwards from here."""


def write_force(folder: Path, *, rows: int, months: int, towns: int = 10, seed: int = 1) -> Path:
    """Street files of `months` months with about `rows` rows in all, in police.uk's folders.

    Every town has a centre where map points lie closer and hold more reports (a Zipf law, capped), so that hotspots
    are as many and as large as in a real force's files.
    """
    draw = np.random.default_rng(seed)
    towns_of, lonlat, weights = _points(draw, towns)
    for number in range(months):
        month = f"{add_months(LAST, number + 1 - months):%Y-%m}"
        chosen = draw.choice(len(weights), size=rows // months, p=weights)
        kinds = draw.choice(KINDS, size=len(chosen), p=(0.35, 0.3, 0.15, 0.12, 0.08))
        path = folder / month / f"{month}-benchmark-street.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(HEADER)
            pairs = zip(chosen, kinds, strict=True)
            out.writerows(_row(month, point, lonlat[point], int(towns_of[point]), kind) for point, kind in pairs)
    return folder


def _points(draw: np.random.Generator, towns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Town of each map point, its longitude and latitude, and its share of the reports."""
    towns_of = np.repeat(np.arange(towns), POINTS_PER_TOWN)
    spread = draw.normal(0, 1, (len(towns_of), 2)) * (0.03, 0.018)
    lonlat = np.column_stack([WEST + 0.02 * towns_of, np.full(len(towns_of), NORTH)]) + spread
    weights = 1 / (np.minimum(draw.zipf(1.6, len(towns_of)), 400).astype(float) + 2) ** -0.8
    return towns_of, lonlat, weights / weights.sum()


def _row(month: str, point: int, at: np.ndarray, town: int, kind: str) -> tuple[str, ...]:
    force = "Benchmark Constabulary"
    where = (f"{at[0]:.6f}", f"{at[1]:.6f}", f"On or near Street {point}", f"E0199{town:04d}", f"Town {town:02d} 001A")
    return ("", month, force, force, *where, kind, "", "")
