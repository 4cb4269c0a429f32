"""The verb `label` of the command line: clustering a country on a laptop."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from hotspots import store as stores
from hotspots.analysis.cluster import check_settings
from hotspots.analysis.stream import Labelled
from hotspots.analysis.tiles import label_many
from hotspots.errors import NoData
from hotspots.pipeline.labelling import Batches, from_parquet, from_store, label_rows
from hotspots.pipeline.query import last_query
from hotspots.pipeline.spreading import spread_over
from hotspots.settings import Settings, read_settings
from hotspots.shell import AsJson, Opener, StorePath, refusals, say
from hotspots.store import Store

SHOWN = 20
MONTHS_A_YEAR = 12


def register(app: typer.Typer, *, opened: Opener, day: Callable[[str | None, str], date | None]) -> None:
    """Add the verb; opened: opens the store asked for · day: reads a date option."""

    @app.command("label")
    @refusals
    def label(
        files: Annotated[list[Path] | None, typer.Argument(help="Parquet files; without them the store.")] = None,
        eps: Annotated[float | None, typer.Option(help="Reach in metres.")] = None,
        min_incidents: Annotated[int | None, typer.Option(help="Least reports of a cluster.")] = None,
        from_: Annotated[str | None, typer.Option("--from", help="First day (store).")] = None,
        to: Annotated[str | None, typer.Option(help="Day after the last (store).")] = None,
        district: Annotated[str | None, typer.Option(help="One district (store).")] = None,
        out: Annotated[Path | None, typer.Option(help="Parquet of every row's label.")] = None,
        crs: Annotated[str | None, typer.Option(help="Metric CRS of the files' coordinates.")] = None,
        dask: Annotated[str | None, typer.Option(help="Workers, or a scheduler's address (optional extra).")] = None,
        store: StorePath = None,
        as_json: AsJson = False,
    ) -> None:
        """Label every row with its cluster, however many rows: DBSCAN alone, neither split nor drawn."""
        settings = read_settings()
        reach = settings.eps if eps is None else eps
        if files:
            least = min_incidents or round(settings.incidents_a_month * MONTHS_A_YEAR)
            batches: Batches = from_parquet(files, crs or settings.crs)
        else:
            held = opened(store, settings)
            dates = {"start": day(from_, "--from"), "end": day(to, "--to")}
            least, batches = _of_store(held, settings, dates, district, min_incidents)
        check_settings(reach, least)
        with spread_over(dask) if dask else nullcontext(label_many) as labeller:
            done = label_rows(batches, eps=reach, min_samples=least, out=out, labeller=labeller)
        summary = summary_of(done)
        say(_lines(summary), summary, as_json)


def _of_store(
    held: Store, settings: Settings, dates: dict[str, date | None], district: str | None, least: int | None
) -> tuple[int, Batches]:
    months = stores.months_held(held)
    if months is None:
        raise NoData("The store holds no incidents yet; import a file or make the sample first.")
    query = last_query(months, settings, **dates, district=district, min_incidents=least)
    return query.min_samples, from_store(held, query)


def summary_of(done: Labelled) -> dict:
    """What the verb prints: counts, settings and the largest clusters."""
    table = done.clusters()
    counted = done.locations
    return {
        "rows": counted.rows,
        "unlocated": counted.unlocated,
        "locations": len(counted.keys),
        "eps": done.eps,
        "min_samples": done.min_samples,
        "clusters": len(table),
        "noise": counted.rows - counted.unlocated - int(table["n"].sum()),
        "largest": table.head(SHOWN).to_dict("records"),
    }


def _lines(summary: dict) -> list[str]:
    inside = summary["rows"] - summary["unlocated"] - summary["noise"]
    lines = [
        f"{summary['clusters']:,} clusters hold {inside:,} of {summary['rows']:,} rows on {summary['locations']:,} "
        f"locations; {summary['noise']:,} are noise, {summary['unlocated']:,} have no location "
        f"(eps {summary['eps']:g} m, at least {summary['min_samples']})",
        "The largest; a wide one is many streets joined, for `find` to split:",
    ]
    lines += [
        f"{spot['n']:9,}  at {spot['easting']:.0f}, {spot['northing']:.0f}  "
        f"({spot['locations']:,} locations, {spot['extent_m']:,.0f} m)"
        for spot in summary["largest"]
    ]
    return lines
