"""The verbs `compare` and `watch` of the command line."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from shapely.geometry.base import BaseGeometry

from hotspots.errors import BadValue
from hotspots.pipeline.comparing import comparison_for
from hotspots.pipeline.comparison_view import ComparisonView
from hotspots.pipeline.outlines import read_outline
from hotspots.pipeline.query import default_query
from hotspots.pipeline.watching import WatchView, watch_for
from hotspots.settings import read_settings
from hotspots.shell import AsJson, Opener, StorePath, refusals, say, story_day
from hotspots.store import Store
from hotspots.views import comparison_words as words

OUTLINES = (".geojson", ".json")

DayReader = Callable[[str | None, str], date | None]


def register(app: typer.Typer, *, opened: Opener, day: DayReader, clock: Callable[[], datetime]) -> None:
    """Add the verbs to the command line.

    opened: opens the store asked for · day: reads a date option · clock: the program's clock
    """

    @app.command("compare")
    @refusals
    def compare(
        place: Annotated[str, typer.Option(help="A GeoJSON outline, or the name of a place, ward or district.")],
        start: Annotated[str, typer.Option(help="First day of the action, YYYY-MM-DD.")],
        end: Annotated[str | None, typer.Option(help="Day after its last day, YYYY-MM-DD.")] = None,
        control: Annotated[
            str | None, typer.Option(help="Comparison area: a GeoJSON outline or a place (default: suggested).")
        ] = None,
        unit: Annotated[str | None, typer.Option(help="week or month (default: the finest the data allow).")] = None,
        periods: Annotated[
            int | None, typer.Option(help="Periods on each side (default 26 weeks or 6 months).")
        ] = None,
        same_season: Annotated[
            bool, typer.Option("--same-season", help="Whole months after it against those of a year earlier.")
        ] = False,
        store: StorePath = None,
        as_json: AsJson = False,
    ) -> None:
        """Compare a place before and after an action with an area where nothing was done."""
        held = opened(store, read_settings())
        view = comparison_for(
            held,
            _area(place, held),
            start=day(start, "--start"),
            end=day(end, "--end"),
            control=_area(control, held) if control else None,
            unit=_unit(unit),
            periods=periods,
            same_season=same_season,
        )
        say(_comparison_lines(view), view.summary(), as_json)

    @app.command("watch")
    @refusals
    def watch(store: StorePath = None, as_json: AsJson = False) -> None:
        """Say which places and hotspots have come back or risen, and how often that rings by luck."""
        settings = read_settings()
        held = opened(store, settings)
        query = default_query(held, settings, today=story_day(held, clock()))
        view = watch_for(held, replace(query, districts=()))
        say(_watch_lines(view), view.summary(), as_json)


def _area(given: str, store: Store) -> str | BaseGeometry:
    """The outline of a file, else the text as a name."""
    path = Path(given)
    if path.suffix.lower() in OUTLINES or path.is_file():
        return read_outline(path, crs=store.crs)
    if not given.strip():
        raise BadValue("A place is a GeoJSON file or a name; nothing was given.")
    return given


def _unit(given: str | None) -> str | None:
    if given not in (None, "week", "month"):
        raise BadValue(f"--unit is week or month; {given!r} was given.")
    return given


def _comparison_lines(view: ComparisonView) -> list[str]:
    lines = [
        f"{view.comparison.verdict.upper()}: {view.comparison.sentence}",
        f"Place: {view.place}. Comparison area: {view.control.name}.",
        f"Before: {words.window(view.windows.before)}. After: {words.window(view.windows.after)}, by {view.unit}.",
    ]
    if view.windows.closed is not None:
        inside = "not known" if view.in_closed is None else f"{view.in_closed:,}"
        lines.append(f"Left out, during the action ({words.window(view.windows.closed)}): {inside}.")
    if view.could_tell_on:
        lines.append(f"Could tell from {words.day(view.could_tell_on)}.")
    lines += [f"- {note}" for note in (*view.notes, *view.comparison.caveats)]
    return lines


def _watch_lines(view: WatchView) -> list[str]:
    rings = [
        f"{row.place}: since {words.day(row.since)}, {row.observed:.0f} in the last month "
        f"(usual {row.usual_low:.0f} to {row.usual_high:.0f}). {row.rule}."
        for row in view.alarms.itertuples()
    ]
    return [
        *(rings or ["Nothing rings."]),
        f"{len(view.watched)} places and hotspots are watched; with nothing wrong anywhere they would together "
        f"ring about {view.false_alarms_per_year:.1f} times a year.",
    ]
