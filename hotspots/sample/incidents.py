"""Draw the sample's reports: first how many, then which, where and when."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hotspots.errors import BadValue
from hotspots.sample import pins as pins
from hotspots.sample import story as story
from hotspots.sample import words as words
from hotspots.sample.geography import World
from hotspots.sample.park_view import park_view_rows

N_MONTHS, N_SOURCES = len(story.MONTHS), len(story.SOURCES)
MISSING = (story.month_index(story.MISSING_MONTH), story.SOURCES.index(story.MISSING_SOURCE))
BACKGROUND = 508
"""Reports a month of the main district outside every site, on average."""
SECOND_SHARE = 0.35
"""Background of the second district against the main one's."""


@dataclass(frozen=True)
class Counts:
    """How many reports: `sites` (sites, months, sources) and `background` (districts, months, sources)."""

    sites: np.ndarray
    background: np.ndarray


def draw_counts(rng: np.random.Generator, world: World, *, pinned: bool) -> Counts:
    """Counts of every site and of the rest of each district; the missing month holds 0 for its source.

    pinned: the committed seed's exact numbers instead of chance for the main district.
    """
    mixes = np.array([s.mix for s in story.sites()])
    totals = _site_totals(rng, world, pinned)
    split = rng.multinomial(totals, np.broadcast_to(mixes[:, None, :], (*totals.shape, N_SOURCES)))
    if pinned:
        _pin_sources(rng, world, totals, mixes, split)
    split[:, MISSING[0], MISSING[1]] = 0
    main = (world.sites["district"] == story.MAIN).to_numpy()
    if pinned:
        background = _rest_of(_district_by_source(rng), split[main].sum(axis=0))
    else:
        background = rng.poisson(_background_rates())
    second = rng.poisson(_background_rates() * SECOND_SHARE)
    both = np.stack([background, second])
    both[:, MISSING[0], MISSING[1]] = 0
    return Counts(split, both)


def _site_totals(rng: np.random.Generator, world: World, pinned: bool) -> np.ndarray:
    """Reports a month of each site: Poisson-gamma with variance `DISPERSION` times the mean."""
    mean = story.rates(story.sites())
    shape = np.maximum(mean, 1e-9) / (story.DISPERSION - 1)
    totals = rng.poisson(rng.gamma(shape, story.DISPERSION - 1))
    if pinned:
        for name, series in pins.SITE_MONTHS.items():
            totals[world.site_row[name]] = series
        for name, numbers in pins.TWELVE_MONTHS.items():
            _pin_twelve_months(rng, totals[world.site_row[name]], *numbers)
    return totals


def _pin_twelve_months(
    rng: np.random.Generator, series: np.ndarray, year: int, october: int, second_year: int, august: int
) -> None:
    """In place: totals to October 2017 and to August 2018, spread evenly over the months between."""
    at = story.month_index(date(2017, 10, 1))
    series[at - 11 : at] = rng.multinomial(year - october, np.full(11, 1 / 11))
    series[at] = october
    rest = second_year - august - series[at - 1 : at + 1].sum()
    series[at + 1 : -1] = rng.multinomial(rest, np.full(9, 1 / 9))
    series[-1] = august


def _pin_sources(
    rng: np.random.Generator, world: World, totals: np.ndarray, mixes: np.ndarray, split: np.ndarray
) -> None:
    """In place: pinned counts of June 2016 are without the council; no police rows where pins say so."""
    partners = mixes[:, 1:] / mixes[:, 1:].sum(axis=1, keepdims=True)
    others = np.delete(mixes, MISSING[1], axis=1)
    others = others / others.sum(axis=1, keepdims=True)
    for name in pins.SITE_MONTHS:
        row = world.site_row[name]
        kept = [i for i in range(N_SOURCES) if i != MISSING[1]]
        split[row, MISSING[0], kept] = rng.multinomial(totals[row, MISSING[0]], others[row])
    for name in pins.NO_POLICE_AT:
        row = world.site_row[name]
        for year in (2017, 2018):
            first = story.month_index(date(year, 3, 1))
            months = slice(first, first + 6)
            split[row, months, 0] = 0
            split[row, months, 1:] = rng.multinomial(totals[row, months], partners[row])


def _district_by_source(rng: np.random.Generator) -> np.ndarray:
    """The main district's pinned totals split by source, each month adding up."""
    totals = np.array(pins.DISTRICT_MONTHS)
    wobble = rng.gamma(900, 1 / 900, (N_MONTHS, N_SOURCES)) * np.array(story.SHARES)
    exact = wobble / wobble.sum(axis=1, keepdims=True) * totals[:, None]
    table = np.floor(exact).astype(int)
    order = np.argsort(table - exact, axis=1, kind="stable")
    for month, short in enumerate(totals - table.sum(axis=1)):
        table[month, order[month, :short]] += 1
    table[-1] = pins.AUGUST_2018_BY_SOURCE
    return table


def _rest_of(district: np.ndarray, of_sites: np.ndarray) -> np.ndarray:
    rest = district - of_sites
    rest[MISSING[0], MISSING[1]] = 0
    if (rest < 0).any():
        raise BadValue("The pinned sites hold more reports than their district; raise the district or lower a site.")
    return rest


def _background_rates() -> np.ndarray:
    season = np.array([story.SEASON[m.month - 1] for m in story.MONTHS])
    return season[:, None] * BACKGROUND * np.array(story.SHARES)


def draw_rows(rng: np.random.Generator, world: World, counts: Counts, *, pinned: bool) -> pd.DataFrame:
    """One row a report.

    Returns a frame [source, month (index), day, minute (of day; -1 month only), word, district,
    ward, site, place_text, key, unit, reporter, lsoa, lsoa_name, x, y (NaN unlocated), precision].
    """
    site_counts = counts.sites.copy()
    if pinned:
        site_counts[world.site_row[story.PARK_VIEW]] = 0
    at_sites = _expand(site_counts, "site")
    elsewhere = _expand(counts.background, "district_row")
    at_sites["profile"] = world.sites["profile"].to_numpy()[at_sites["site"]]
    rows = pd.concat([at_sites, elsewhere.assign(site=-1, profile="street")], ignore_index=True)
    districts = np.array([story.MAIN, story.SECOND], dtype=object)
    of_site = world.sites["district"].to_numpy()[rows["site"]]
    of_rest = districts[rows["district_row"].fillna(0).astype(int)]
    rows["district"] = np.where(rows["site"] >= 0, of_site, of_rest)
    rows["site"] = np.where(rows["site"] >= 0, world.sites["name"].to_numpy()[rows["site"]], "")
    rows = _with_words(rng, rows)
    rows = _with_times(rng, rows)
    rows = _with_places(rng, rows, world)
    rows = pd.concat([rows, _no_location(rng, rows)], ignore_index=True)
    rows["reporter"] = _reporters(rng, rows)
    if pinned:
        rows = pd.concat([rows, park_view_rows(world)], ignore_index=True)
    rows = _blur(rng, rows)
    return rows.drop(columns=["district_row", "profile"], errors="ignore")


def _expand(counts: np.ndarray, first: str) -> pd.DataFrame:
    index = np.indices(counts.shape).reshape(3, -1)
    again = np.repeat(np.arange(counts.size), counts.ravel())
    return pd.DataFrame({first: index[0][again], "month": index[1][again], "source": index[2][again]})


def _with_words(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """The source's word for each report; the second district's recording change is applied here."""
    word = np.empty(len(rows), dtype=object)
    for (source, profile), group in rows.groupby(["source", "profile"]):
        known, share = words.word_shares(source, profile)
        word[group.index] = known[rng.choice(len(known), len(group), p=share)]
    changed = (
        (word == words.ASB)
        & (rows["district"] == story.SECOND).to_numpy()
        & (rows["month"] >= story.month_index(story.RECORDING_CHANGE)).to_numpy()
        & (rng.random(len(rows)) < story.RECORDING_SHARE)
    )
    word[changed] = words.PUBLIC_ORDER
    return rows.assign(word=word)


def _with_times(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """Day and minute by weekday and hour of the profile; police.uk knows the month only."""
    first, days = story.month_days()
    weekday, hour = np.zeros(len(rows), dtype=int), np.zeros(len(rows), dtype=int)
    for profile, group in rows.groupby("profile"):
        cell = rng.choice(168, len(group), p=words.hour_shares(profile).ravel())
        weekday[group.index], hour[group.index] = cell // 24, cell % 24
    month = rows["month"].to_numpy()
    start = (weekday - first[month]) % 7 + 1
    weeks = (days[month] - start) // 7 + 1
    day = start + 7 * (rng.random(len(rows)) * weeks).astype(int)
    minute = hour * 60 + rng.integers(0, 60, len(rows))
    police = (rows["source"] == words.POLICE).to_numpy()
    return rows.assign(day=np.where(police, 1, day), minute=np.where(police, -1, _spring(month, day, minute)))


def _spring(month: np.ndarray, day: np.ndarray, minute: np.ndarray) -> np.ndarray:
    """Nothing is reported in the hour that the clocks skip on the last Sunday of March."""
    march = np.array([m.month == 3 for m in story.MONTHS])[month]
    last_sunday = np.array([31 - (date(m.year, 3, 31).weekday() + 1) % 7 if m.month == 3 else 0 for m in story.MONTHS])[
        month
    ]
    skipped = march & (day == last_sunday) & (minute >= 60) & (minute < 120)
    return np.where(skipped, minute + 60, minute)


def _with_places(rng: np.random.Generator, rows: pd.DataFrame, world: World) -> pd.DataFrame:
    """An address for partner reports, a map point for the police's."""
    columns = ["place_text", "ward", "x", "y"]
    for column in (*columns, "key", "unit", "lsoa", "lsoa_name", "street_x", "street_y"):
        rows[column] = np.nan if column in ("x", "y", "street_x", "street_y") else ""
    police = rows["source"] == words.POLICE
    for mask, table, extra in (
        (police, world.map_points, ["lsoa", "lsoa_name"]),
        (~police, world.addresses, ["key", "unit", "street_x", "street_y"]),
    ):
        own = rows[mask]
        chosen = _choose(rng, own, table)
        for column in (*columns, *extra):
            rows.loc[own.index, column] = table[column].to_numpy()[chosen]
    return rows


def _choose(rng: np.random.Generator, rows: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """A row of `table` for each report: of its site, or of its district outside every site."""
    chosen = np.empty(len(rows), dtype=int)
    where = rows["site"].where(rows["site"] != "", "rest of " + rows["district"]).reset_index(drop=True)
    place = table["site"].where(table["site"] != "", "rest of " + table["district"])
    positions = place.groupby(place).indices
    weight = table["weight"].to_numpy()
    for name, index in where.groupby(where).indices.items():
        candidates = positions[name]
        share = weight[candidates] / weight[candidates].sum()
        chosen[index] = candidates[rng.choice(len(candidates), len(index), p=share)]
    return chosen


def _reporters(rng: np.random.Generator, rows: pd.DataFrame) -> np.ndarray:
    reporter = np.full(len(rows), "", dtype=object)
    for source, share in words.REPORTER_SHARES.items():
        index = np.flatnonzero(rows["source"] == source)
        reporter[index] = np.array(words.REPORTERS, dtype=object)[rng.choice(3, len(index), p=share)]
    return reporter


def _no_location(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """Further police.uk rows that say nowhere: no point, no LSOA, so no district either."""
    police = rows[rows["source"] == words.POLICE]
    lost = police[rng.random(len(police)) < story.UNLOCATED[0]].assign(site="")
    for column in ("place_text", "ward", "district", "lsoa", "lsoa_name"):
        lost[column] = ""
    return lost.assign(x=np.nan, y=np.nan)


def _blur(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """Background rows as they come: some at the street only, some without any location."""
    chance, source = rng.random(len(rows)), rows["source"].to_numpy()
    rest = (rows["site"] == "").to_numpy()
    partner = rest & (source != words.POLICE)
    lost = partner & (chance < np.array(story.UNLOCATED)[source])
    street = partner & ~lost & (chance > 0.78)
    rows["precision"] = np.where(source == words.POLICE, "snapped", np.where(street, "street", "address"))
    rows.loc[lost | rows["x"].isna(), "precision"] = "none"
    rows.loc[street, ["x", "y"]] = rows.loc[street, ["street_x", "street_y"]].to_numpy()
    rows.loc[street | lost, ["key", "unit"]] = ""
    rows.loc[lost, ["x", "y"]] = np.nan
    return rows.drop(columns=["street_x", "street_y"])
