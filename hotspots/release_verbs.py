"""The verbs of the command line that decide who sees what and how long: `publish`, `brief`, `grant`, `purge`."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hotspots import briefs
from hotspots.errors import BadValue
from hotspots.intake.reading import Progress, silent
from hotspots.pipeline.areas import areas_file
from hotspots.pipeline.query import default_query
from hotspots.pipeline.watching import returned_places
from hotspots.register.clocks import local_time
from hotspots.release.extent import own_districts
from hotspots.release.releasing import outlook_of, publish_store, require_known
from hotspots.release.roles import Action, Role, Viewer
from hotspots.settings import Settings, read_settings
from hotspots.shell import AsJson, Opener, StorePath, refusals, say, story_day
from hotspots.store import Store, access, retention
from hotspots.store.published import published_file, read_published
from hotspots.store.trail import noted
from hotspots.views.access_words import purge_lines
from hotspots.views.paper import Paper
from hotspots.views.printing import printed
from hotspots.views.publishing_words import outlook_lines, publish_lines


@dataclass(frozen=True)
class _Shell:
    """What the command line lends its verbs.

    opened: opens the store asked for · clock: the program's clock · viewer: who runs the command
    progress: shows how far a long verb is
    """

    opened: Opener
    clock: Callable[[], datetime]
    viewer: Callable[[], Viewer]
    progress: Progress


def register(
    app: typer.Typer,
    *,
    opened: Opener,
    clock: Callable[[], datetime],
    viewer: Callable[[], Viewer],
    progress: Progress,
) -> None:
    """Add the verbs to the command line.

    opened: opens the store asked for · clock: the program's clock · viewer: who runs the command
    progress: shows how far a long verb is
    """
    shell = _Shell(opened, clock, viewer, progress)
    for add in (_add_publish, _add_brief, _add_grant, _add_purge):
        add(app, shell)


def _add_publish(app: typer.Typer, shell: _Shell) -> None:
    @app.command("publish")
    @refusals
    def publish(
        district: Annotated[
            list[str] | None, typer.Option(help="Only this district; may be repeated (default: the hub's own).")
        ] = None,
        only_look: Annotated[bool, typer.Option("--look", help="Say what would go out and release nothing.")] = False,
        store: StorePath = None,
        as_json: AsJson = False,
    ) -> None:
        """Release what is due to councillors: once, for good, the same for everybody, and audited."""
        who = shell.viewer()
        who.require(Action.PUBLISH)
        settings = read_settings()
        held = shell.opened(store, settings)
        chosen = tuple(district or own_districts(held, settings))
        progress = silent if as_json else shell.progress
        if only_look:
            _look(held, who, settings, chosen, shell.clock(), progress, as_json)
            return
        today = story_day(held, shell.clock())
        summary = publish_store(
            held,
            _released_file(held, settings),
            viewer=who,
            at=shell.clock(),
            today=today,
            districts=chosen,
            areas=areas_file(settings, sample=held.is_sample),
            returned=returned_places(held, replace(default_query(held, settings, today=today), districts=())),
            progress=progress,
        )
        say(publish_lines(summary), asdict(summary), as_json)


def _look(
    held: Store,
    who: Viewer,
    settings: Settings,
    chosen: tuple[str, ...],
    now: datetime,
    progress: Progress,
    as_json: bool,
) -> None:
    require_known(held, chosen)
    found = outlook_of(held, _released_file(held, settings), viewer=who, today=story_day(held, now), progress=progress)
    told = {"districts": found.table.to_dict("records"), "chosen": chosen, "refused": dict(found.refused)}
    say(outlook_lines(found, chosen), told, as_json)


def _released_file(held: Store, settings: Settings) -> Path:
    return published_file(str(held.path) if held.path else settings.store)


def _add_brief(app: typer.Typer, shell: _Shell) -> None:
    @app.command("brief")
    @refusals
    def brief(
        out: Annotated[Path, typer.Option(help="File to write: .pdf, .html or .docx.")],
        reader: Annotated[str, typer.Option("--for", help="councillor, hub, review or assessment.")] = "hub",
        place: Annotated[str | None, typer.Option(help="A place or ward, for councillor and review.")] = None,
        store: StorePath = None,
        as_json: AsJson = False,
    ) -> None:
        """Print a paper: a councillor's one-pager, the meeting pack, an evidence pack, assessment tables."""
        who, settings = shell.viewer(), read_settings()
        held = shell.opened(store, settings)
        made = _paper(held, reader, place, _asked(held, who, settings, shell.clock()), settings)
        content = printed(made, out.suffix.lower().removeprefix("."), author=settings.title)
        try:
            out.write_bytes(content)
        except OSError as error:
            raise BadValue(f"{out.name} could not be written ({error.strerror}); choose another path.") from error
        noted(held, who=who.name, at=shell.clock(), action="export", subject=made.title, after={"file": out.name})
        say(
            [f"{made.title}: written to {out}."],
            {"paper": made.title, "file": str(out), "bytes": len(content)},
            as_json,
        )


def _add_grant(app: typer.Typer, shell: _Shell) -> None:
    @app.command("grant")
    @refusals
    def grant(
        issuer: Annotated[str, typer.Option(help="As the sign-in gives it (iss).")],
        subject: Annotated[str, typer.Option(help="As the sign-in gives it (sub).")],
        role: Annotated[str, typer.Option(help="As on the screens; none takes it away.")],
        district: Annotated[list[str] | None, typer.Option(help="Only this district; may be repeated.")] = None,
        name: Annotated[str, typer.Option(help="For the list of accounts.")] = "",
        store: StorePath = None,
        as_json: AsJson = False,
    ) -> None:
        """Give a person a role, or with `none` take it and end every sign-in made so far."""
        who = shell.viewer()
        who.require(Action.CHANGE_SETTINGS)
        if role not in set(Role):
            raise BadValue(f"--role is one of {', '.join(Role)}; {role!r} was given.")
        held = shell.opened(store, read_settings())
        if role == Role.NONE:
            made = access.revoke(held, issuer, subject, who=who.name, at=shell.clock())
        else:
            made = access.grant(
                held, issuer, subject, role, who=who.name, at=shell.clock(), name=name, districts=district or None
            )
        told = {"issuer": made.issuer, "subject": made.subject, "role": made.role, "districts": made.districts}
        say([f"{made.name or made.subject} is now: {made.role}."], told, as_json)


def _add_purge(app: typer.Typer, shell: _Shell) -> None:
    @app.command("purge")
    @refusals
    def purge(
        only_look: Annotated[bool, typer.Option("--look", help="Say what is due and change nothing.")] = False,
        store: StorePath = None,
        as_json: AsJson = False,
    ) -> None:
        """Remove what is kept past its time: detail of old reports, quarantine, closed actions, audit lines."""
        who, settings = shell.viewer(), read_settings()
        who.require(Action.CHANGE_SETTINGS)
        held = shell.opened(store, settings)
        limits = retention.Limits.of(settings, story_day(held, shell.clock()))
        rules = retention.due(held, limits)
        if only_look:
            lines = [f"{r.due:,} of {r.held:,} {r.what} ({r.rule})" for r in rules.itertuples()]
            say(lines, dict(zip(rules["what"], map(int, rules["due"]), strict=True)), as_json)
            return
        done = retention.purge(held, limits, who=who.name, at=shell.clock())
        say(purge_lines(done), done, as_json)


def _asked(held: Store, who: Viewer, settings: Settings, now: datetime) -> briefs.Request:
    today = story_day(held, now)
    return briefs.Request(
        held, who, settings, today, local_time(datetime.combine(today, now.time(), tzinfo=now.tzinfo))
    )


def _paper(held: Store, reader: str, place: str | None, ask: briefs.Request, settings: Settings) -> Paper:
    if reader in ("councillor", "review") and not place:
        raise BadValue(f"A paper for {reader} is about one place; name it with --place.")
    if reader == "councillor":
        published = read_published(_released_file(held, settings))
        return briefs.councillor_brief(published, place, viewer=ask.viewer, marking=settings.published_marking)
    if reader == "review":
        return briefs.evidence_pack(ask, place)
    if reader in briefs.MEETING:
        return briefs.MEETING[reader](ask)
    raise BadValue(f"--for is councillor, hub, review or assessment; {reader!r} was given.")
