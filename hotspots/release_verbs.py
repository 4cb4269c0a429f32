"""The verbs of the command line that let something out: `publish`."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

import typer

from hotspots.pipeline.query import default_query
from hotspots.pipeline.watching import returned_places
from hotspots.release.releasing import publish_store, published_file
from hotspots.release.roles import Action, Viewer
from hotspots.settings import read_settings
from hotspots.shell import AsJson, Opener, StorePath, refusals, say, story_day
from hotspots.views.publishing_words import publish_lines


def register(
    app: typer.Typer,
    *,
    opened: Opener,
    clock: Callable[[], datetime],
    viewer: Callable[[], Viewer],
) -> None:
    """Add the verbs to the command line.

    opened: opens the store asked for · clock: the program's clock · viewer: who runs the command
    """

    @app.command("publish")
    @refusals
    def publish(store: StorePath = None, as_json: AsJson = False) -> None:
        """Release what is due to councillors: once, the same for everybody, and audited."""
        who = viewer()
        who.require(Action.PUBLISH)
        settings = read_settings()
        held = opened(store, settings)
        today = story_day(held, clock())
        summary = publish_store(
            held,
            published_file(str(held.path) if held.path else settings.store),
            viewer=who,
            at=clock(),
            today=today,
            returned=returned_places(held, replace(default_query(held, settings, today=today), districts=())),
        )
        say(publish_lines(summary), asdict(summary), as_json)
