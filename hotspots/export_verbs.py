"""The verb `export`: the hub's incidents as a file that `import` reads back as they were."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import typer

from hotspots import store as stores
from hotspots.errors import BadValue, NoData
from hotspots.intake.exports import safe_frame
from hotspots.pipeline.query import last_query
from hotspots.release.roles import Action, Viewer
from hotspots.settings import read_settings
from hotspots.shell import AsJson, Opener, StorePath, refusals, say
from hotspots.store.trail import noted

KINDS = (".csv", ".geojson", ".gpkg")


def register(
    app: typer.Typer,
    *,
    opened: Opener,
    day: Callable[[str | None, str], date | None],
    clock: Callable[[], datetime],
    viewer: Callable[[], Viewer],
) -> None:
    """Add the verb; opened: opens the store asked for · day: reads a date option · viewer: who runs it."""

    @app.command("export")
    @refusals
    def export(
        out: Annotated[Path, typer.Argument(help="File to write: .csv, .geojson or .gpkg.")],
        from_: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
        to: Annotated[str | None, typer.Option(help="Day after the last.")] = None,
        district: Annotated[str | None, typer.Option(help="One district.")] = None,
        source: Annotated[str | None, typer.Option(help="One source.")] = None,
        store: StorePath = None,
        as_json: AsJson = False,
    ) -> None:
        """Write incidents to a file for another program or another hub; addresses go along, so keep it safe."""
        who = viewer()
        who.require(Action.IMPORT)
        if out.suffix.lower() not in KINDS:
            raise BadValue(f"An export is {', '.join(KINDS)}; {out.name} was asked for.")
        held = opened(store, read_settings())
        months = stores.months_held(held)
        if months is None:
            raise NoData("The store holds no incidents yet; import a file or make the sample first.")
        start, end = day(from_, "--from") or months.start, day(to, "--to") or months.end
        window = last_query(months, read_settings(), start=start, end=end).window
        frame = stores.incidents(
            held, window=window, districts=[district] if district else None, sources=[source] if source else None
        )
        if frame.empty:
            raise NoData(f"No incident from {window.start} to the day before {window.end} matches; widen the dates.")
        noted(held, who=who.name, at=clock(), action="export", subject=out.name, after={"incidents": len(frame)})
        write_incidents(frame, out, crs=held.crs)
        told = {"file": str(out), "incidents": len(frame), "unlocated": int(frame["x"].isna().sum())}
        said = f"{told['incidents']:,} incidents, {told['unlocated']:,} of them without a location, are in {out.name}."
        say([said], told, as_json)


def write_incidents(incidents: pd.DataFrame, out: Path, *, crs: str) -> None:
    """A frame of `schema.INCIDENTS` as .csv (safe in a spreadsheet), .geojson or .gpkg; a whole file or none.

    crs: of its x and y; GeoJSON is in WGS84 as its standard asks. Raises `BadValue` where it cannot be written.
    """
    part = out.with_name(f".{out.stem}.part{out.suffix}")
    try:
        if out.suffix.lower() == ".csv":
            safe_frame(incidents).to_csv(part, index=False, encoding="utf-8-sig")
        else:
            placed = incidents["x"].notna().to_numpy()
            points = np.full(len(incidents), None, dtype=object)
            points[placed] = shapely.points(incidents.loc[placed, ["x", "y"]].to_numpy(dtype=float))
            layer = gpd.GeoDataFrame(incidents.drop(columns=["x", "y"]), geometry=points, crs=crs)
            driver = "GeoJSON" if out.suffix.lower() == ".geojson" else "GPKG"
            layer.to_crs("EPSG:4326").to_file(part, driver=driver, layer="incidents")
        part.replace(out)
    except OSError as error:
        raise BadValue(f"{out.name} could not be written ({error.strerror}); choose another path.") from error
    finally:
        part.unlink(missing_ok=True)
