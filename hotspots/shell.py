"""What every verb of the command line shares: its common options, its refusals, its output."""

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Annotated

import typer

from hotspots.errors import HubError
from hotspots.settings import Settings
from hotspots.store import Store

StorePath = Annotated[str | None, typer.Option("--store", help="Store file or database URL (default: the hub's own).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Opener = Callable[[str | None, Settings], Store]


def refusals(verb: Callable) -> Callable:
    """Turn a `HubError` into one clear line on stderr and exit code 2."""

    @wraps(verb)
    def told(*args: object, **kwargs: object) -> object:
        try:
            return verb(*args, **kwargs)
        except HubError as error:
            typer.echo(" ".join(str(error).split()), err=True)
            raise typer.Exit(2) from None

    return told


def say(lines: list[str], result: dict, as_json: bool) -> None:
    """Lines for a reader, or one JSON object and nothing else."""
    typer.echo(json.dumps(result, ensure_ascii=False, default=str) if as_json else "\n".join(lines))


def story_day(store: Store, now: datetime) -> date:
    """Today; for the sample, the day its story stands at."""
    fixed = store.meta("today")
    return date.fromisoformat(fixed) if fixed else now.date()
