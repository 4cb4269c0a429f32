"""The synthetic sample: two invented districts, four sources, and effects that are known to be true.

Seeded and deterministic. The committed seed's counts in the main district are pinned to the numbers
that screens, tests and README share; any other seed draws them from the same rates and effects, so
that methods can be tried on many worlds of which the truth is known.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.intake.categories import categorise
from hotspots.sample import story as story
from hotspots.sample import words as words
from hotspots.sample.files import write_incidents, write_land, write_register, write_truths
from hotspots.sample.geography import World, make_world
from hotspots.sample.incidents import draw_counts, draw_rows
from hotspots.sample.pins import PINNED_SEED
from hotspots.sample.register import register_rows
from hotspots.sample.truth import SampleTruth, truth_of
from hotspots.schema import INCIDENTS

SEED = PINNED_SEED


@dataclass(frozen=True, eq=False)
class Sample:
    """One drawn world.

    incidents: frame of `schema.INCIDENTS`, index incident_id · site: Series aligned to it, the name of
    the site that made the report (missing elsewhere): the truth behind the map, not for the screens
    sites: GeoDataFrame of every site with its frozen boundary, EPSG:27700, columns name, kind,
    district, dwellings, layout, geometry · monthly: Series [site, source, month] of counts
    register: list of rows by noun (places, interventions, actions …) · truth: what was really done
    """

    seed: int
    pinned: bool
    world: World
    rows: pd.DataFrame
    incidents: pd.DataFrame
    site: pd.Series
    sites: gpd.GeoDataFrame
    register: dict[str, list[dict]]
    truth: SampleTruth

    @property
    def monthly(self) -> pd.DataFrame:
        """Reports by site (rows) and month (42 columns, first days), all sources; nothing filled in."""
        table = pd.crosstab(self.site, self.incidents["occurred_from"].dt.to_period("M").dt.to_timestamp())
        return table.reindex(columns=pd.DatetimeIndex(story.MONTHS), fill_value=0)


def make_sample(*, seed: int = SEED, pinned: bool | None = None, world: World | None = None) -> Sample:
    """Draw the sample in memory, without files.

    seed: of the reports · pinned: whether the main district's counts are the shared exact numbers
    rather than chance (default: only for the committed seed) · world: the land, when many seeds are
    drawn on it (`make_world()`; it does not depend on the seed)

    Each seed gives the same reports on every machine with the same numpy. In a world that is not
    pinned the block whose fall is only regression to the mean is chosen as a hub would choose it:
    the steepest rise among the blocks that nobody touches.
    """
    pinned = seed == SEED if pinned is None else pinned
    world = make_world() if world is None else world
    rng = np.random.default_rng(seed)
    counts = draw_counts(rng, world, pinned=pinned)
    rows = draw_rows(rng, world, counts, pinned=pinned)
    truth = truth_of(world, counts.sites.sum(axis=2), seed=seed, pinned=pinned)
    incidents = _incidents(rows)
    site = rows["site"].where(rows["site"] != "").set_axis(incidents.index).rename("site")
    register = register_rows(world, truth)
    sites = world.sites[["name", "kind", "district", "dwellings", "layout", "geometry"]]
    return Sample(seed, pinned, world, rows, incidents, site, sites, register, truth)


def draw_site_months(world: World, *, seed: int) -> tuple[pd.DataFrame, SampleTruth]:
    """Only the monthly counts of every site of a re-seeded world, and its truth: for simulations.

    Returns a frame of counts, index site, 42 columns (first days of months), and the truth; the same
    numbers as `make_sample(seed=seed, pinned=False, world=world).monthly`, at a tenth of the time. The
    row "Streets around Park View" is its ring; June 2016 lacks the council's reports.
    """
    totals = draw_counts(np.random.default_rng(seed), world, pinned=False).sites.sum(axis=2)
    counts = pd.DataFrame(totals, index=pd.Index(world.sites["name"], name="site"))
    counts.columns = pd.DatetimeIndex(story.MONTHS)
    return counts, truth_of(world, totals, seed=seed, pinned=False)


def write_sample(folder: Path, *, seed: int = SEED) -> SampleTruth:
    """Write the sample's files into `folder` (made if absent) and return the truth behind them.

    The same seed writes the same bytes. Every report, street, agency and person is invented; every
    coordinate lies in open sea.
    """
    sample = make_sample(seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    write_incidents(folder, sample.rows, np.random.default_rng([seed, 1]))
    write_land(folder, sample.world)
    write_register(folder, sample.register)
    write_truths(folder, asdict(sample.truth))
    return sample.truth


def _incidents(rows: pd.DataFrame) -> pd.DataFrame:
    """The drawn rows as the intake would give them."""
    start = _starts(rows)
    month_only = rows["minute"] < 0
    until = start.where(~month_only, start + pd.offsets.MonthBegin(1)).where(
        month_only, start + pd.Timedelta(minutes=1)
    )
    said, known = pd.factorize(rows["word"])
    category = categorise(pd.Series(known, dtype="str"), {})[0].to_numpy()[said]
    police = rows["source"] == words.POLICE
    snapshot = story.FORCE_SLUG + " " + start.dt.strftime("%Y-%m")
    frame = pd.DataFrame(
        {
            "source": np.array(story.SOURCES, dtype=object)[rows["source"]],
            "snapshot": snapshot.where(police),
            "reference": None,
            "occurred_from": start,
            "occurred_to": until,
            "time_precision": np.where(month_only, "month", "exact"),
            "category": category,
            "subcategory": rows["word"],
            "place_text": _or_missing(rows["place_text"]),
            "address_key": _or_missing(rows["key"]),
            "unit": _or_missing(rows["unit"].str.removeprefix("Flat ")),
            "reporter_kind": _or_missing(rows["reporter"].str.lower()),
            "district": _or_missing(rows["district"]),
            "ward": _or_missing(rows["ward"]),
            "lsoa": _or_missing(rows["lsoa"]),
            "x": rows["x"],
            "y": rows["y"],
            "location_precision": rows["precision"],
        }
    )
    return frame[list(INCIDENTS)].rename_axis("incident_id")


def _starts(rows: pd.DataFrame) -> pd.Series:
    months = np.array(story.MONTHS, dtype="datetime64[D]")[rows["month"]]
    minute = rows["minute"].clip(lower=0).to_numpy()
    return pd.Series(
        months.astype("datetime64[s]")
        + (rows["day"].to_numpy(dtype="int64") - 1).astype("timedelta64[D]")
        + minute.astype("timedelta64[m]"),
        index=rows.index,
    )


def _or_missing(texts: pd.Series) -> pd.Series:
    return texts.where(texts != "")
