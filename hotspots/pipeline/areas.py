"""The same incidents by other areas: hexagons of equal size, or polygons the hub gives in a file."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from hotspots.analysis.areas import Concentration, concentration, count_areas, is_night, per_thousand
from hotspots.analysis.grid import assign_hexagons, cover, hexagons, hot_hexagons
from hotspots.analysis.harm import Weights, harm_by
from hotspots.analysis.repeats import MOST_PAIRS, near_repeats, pairs_in_reach
from hotspots.errors import BadFile, NoData
from hotspots.intake.locate import to_metric
from hotspots.pipeline.alarming import reported_ground
from hotspots.pipeline.query import Query, located_incidents
from hotspots.settings import PROJECT, Settings
from hotspots.store import Store

ALL, DAY, NIGHT = "all hours", "day", "night"
HOURS = (ALL, DAY, NIGHT)
DENOMINATORS = ("addresses", "residents")
DISTRICTS = ("district", "lad_name", "lad25nm", "lad24nm", "lad23nm", "lad22nm", "lad21nm", "ladnm")
WARDS = ("ward", "ward_name", "wd_name", "wd25nm", "wd24nm", "wd23nm", "wd22nm", "wd21nm")
NAMES = ("name", *WARDS, "beat", *DISTRICTS)
"""Columns that may hold an area's name, the finest first; a file of districts has only the last."""


@dataclass(frozen=True)
class AreasView:
    """A query's incidents by areas.

    table: id, name, rank, n, exact, day, night, hot, of, rate, rate_low, rate_high, geometry; fullest first, those
    without a report left out · base: what rates are per, "" for none · outside: located reports in no area
    spread: over hexagons only · harm: area, n, asb, weighed, harm_low … (`analysis.harm`), None without weights
    exact: located reports with a real time · incidents: all located ones counted
    """

    query: Query
    hours: str
    table: gpd.GeoDataFrame
    base: str
    outside: int
    incidents: int
    exact: int
    spread: Concentration | None
    harm: pd.DataFrame | None


def read_areas(path: Path, crs: str) -> gpd.GeoDataFrame:
    """Polygons of a file a hub gives: name, geometry in the store's metres, addresses or residents where given.

    A GeoJSON, GeoPackage or Shapefile; the name is its column name, ward, beat or an ONS one. of_district: the
    district that the file's column district, or an ONS one, says it lies in, else "". Where the file has a column
    `kind`, as the sample's has, only its wards are taken. Raises `BadFile` saying what is missing.
    """
    try:
        held = gpd.read_file(path, engine="pyogrio")
    except Exception as error:
        raise BadFile(f"The file of areas {path.name} could not be read; give a GeoJSON or GeoPackage.") from error
    columns = {str(c).lower(): c for c in held.columns}
    named = next((columns[n] for n in NAMES if n in columns), None)
    polygons = held.geometry.geom_type.isin(("Polygon", "MultiPolygon")) if held.crs is not None else []
    if named is None or not len(polygons) or not polygons.all():
        raise BadFile(
            f"{path.name} must hold polygons with their coordinate system and a column name, ward or beat; "
            f"it has {', '.join(map(str, held.columns))}."
        )
    if "kind" in columns and (held[columns["kind"]] == "ward").any():
        held = held[held[columns["kind"]] == "ward"]
    shapes = shapely.make_valid(held.to_crs(4326).geometry.to_numpy())
    moved = shapely.transform(shapes, lambda xy: pd.DataFrame(to_metric(xy[:, 0], xy[:, 1], crs)).T.to_numpy())
    base = {c: pd.to_numeric(held[columns[c]], errors="coerce").to_numpy() for c in DENOMINATORS if c in columns}
    within = next((columns[n] for n in DISTRICTS if n in columns and columns[n] != named), None)
    names = held[named].astype(str).to_numpy()
    of = held[within].fillna("").astype(str).to_numpy() if within else ""
    return gpd.GeoDataFrame({"name": names, "of_district": of, **base}, geometry=list(moved), crs=crs)


def areas_file(settings: Settings, *, sample: bool) -> str:
    """Path of the file of areas: the settings', for the sample without one its own wards, "" for neither."""
    return settings.areas or (str(PROJECT / "data" / "sample" / "boundaries.geojson") if sample else "")


def areas_for(
    store: Store,
    query: Query,
    *,
    areas: gpd.GeoDataFrame | None = None,
    hours: str = ALL,
    weights: Weights | None = None,
) -> AreasView:
    """Counts of the query's located incidents in each area of a set, or in 200 m hexagons where none is given.

    hours: "day" and "night" take only reports whose time is real. Raises `NoData` where none is left.
    """
    located, _ = located_incidents(store, query)
    exact = located["time_precision"] == "exact"
    ground = reported_ground(located)
    if hours != ALL:
        located = located[exact & (is_night(located["occurred_from"]) == (hours == NIGHT))]
    if located.empty:
        raise NoData(f"No located report here has a real time by {hours}; look at all hours, or add such a source.")
    grid = areas is None
    cells = _grid(located, ground) if grid else areas[areas.intersects(ground)].reset_index(drop=True)
    counted, label = count_areas(located, cells)
    counted = hot_hexagons(counted) if grid else counted.assign(hot=False)
    counted = _named(counted, label, located) if grid else counted
    base = next((c for c in DENOMINATORS if c in counted), "")
    table = _ranked(counted, base)
    return AreasView(
        query=query,
        hours=hours,
        table=table,
        base=base,
        outside=int(label.isna().sum()),
        incidents=len(located),
        exact=int(exact.sum()),
        spread=concentration(counted["n"].to_numpy()) if grid else None,
        harm=_harm(located, label, counted, weights),
    )


class NearRepeats(NamedTuple):
    """Knox's table, how many reports it is from, of how many located; since: first day used, None for all."""

    table: pd.DataFrame
    used: int
    of: int
    since: date | None


def near_repeats_for(store: Store, query: Query, *, most_pairs: int = MOST_PAIRS) -> NearRepeats:
    """Knox's test on the reports with a real day and an address.

    Where more than `most_pairs` lie in reach, the later half of the months is taken, again until they do not;
    a shorter stretch also mixes up a rise with a near repeat less.
    Raises `BadValue` where no source has them: neither near nor soon can be told from months and map points.
    """
    located, _ = located_incidents(store, query)
    fit = located[(located["time_precision"] != "month") & (located["location_precision"] != "snapped")]
    used, since = _latest(fit, most_pairs)
    table = near_repeats(used if len(used) else located, simulations=199)
    return NearRepeats(table, len(used), len(located), since)


def _latest(fit: gpd.GeoDataFrame, most_pairs: int) -> tuple[gpd.GeoDataFrame, date | None]:
    """The reports of the latest months, so many that the pairs in reach are not too many, and since when."""
    month = fit["occurred_from"].dt.to_period("M")
    months, since = sorted(month.unique()), None
    while len(months) > 1 and pairs_in_reach(fit["x"].to_numpy(), fit["y"].to_numpy()) > most_pairs:
        months = months[len(months) // 2 :]
        fit, since = fit[month.reindex(fit.index) >= months[0]], months[0].start_time.date()
    return fit, since


def _grid(located: gpd.GeoDataFrame, ground: shapely.Geometry) -> gpd.GeoDataFrame:
    """Hexagons of the ground reports ever come from, and those at its rim that hold one."""
    own = assign_hexagons(located["x"].to_numpy(), located["y"].to_numpy())
    return hexagons(pd.concat([cover(ground), own]).drop_duplicates(ignore_index=True), crs=located.crs)


def _named(counted: gpd.GeoDataFrame, label: pd.Series, located: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Hexagons called by the commonest place text in them."""
    known = pd.DataFrame({"area": label, "text": located["place_text"]}).dropna()
    common = known.groupby("area")["text"].agg(lambda words: words.value_counts().index[0])
    return counted.assign(name=common.reindex(range(len(counted))).fillna("").to_numpy())


def _ranked(counted: gpd.GeoDataFrame, base: str) -> gpd.GeoDataFrame:
    held = counted[counted["n"] > 0].sort_values("n", ascending=False, kind="stable")
    of = held[base].to_numpy(dtype=float) if base else [float("nan")] * len(held)
    rates = per_thousand(held["n"].to_numpy(), of)
    return held.assign(
        id=[f"area-{i}" for i in held.index],
        rank=range(1, len(held) + 1),
        of=of,
        rate=rates["rate"].to_numpy(),
        rate_low=rates["low"].to_numpy(),
        rate_high=rates["high"].to_numpy(),
    ).reset_index(drop=True)


def _harm(
    located: gpd.GeoDataFrame, label: pd.Series, counted: gpd.GeoDataFrame, weights: Weights | None
) -> pd.DataFrame | None:
    if weights is None:
        return None
    inside = located.assign(area=label)[label.notna()]
    table = harm_by(inside[["category", "area"]], weights, by=["area"])
    return table.assign(name=counted["name"].reindex(table["area"].astype(int)).to_numpy())
