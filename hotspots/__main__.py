"""The command line: `python -m hotspots …`, the same verbs and core as the screens."""

import json
import os
import sys
from datetime import UTC, date, datetime
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

import hotspots
from hotspots import compare_verbs, export_verbs, label_verbs, release_verbs
from hotspots import store as stores
from hotspots.errors import BadValue, StoreError
from hotspots.intake.readers import read_incidents
from hotspots.intake.reading import Limits, Progress, part_of, silent
from hotspots.periods import Window
from hotspots.pipeline import Query, find_from_files, find_in_store, last_query
from hotspots.pipeline.ledger import keep_latest
from hotspots.release.releasing import publish_sample
from hotspots.release.roles import Role, Viewer
from hotspots.settings import PRIVATE, PROJECT, Settings, read_settings
from hotspots.shell import AsJson, StorePath, refusals, say
from hotspots.store import Store
from hotspots.store.published import published_file
from hotspots.views.import_words import import_lines, progress_words

app = typer.Typer(
    help="Find, act on and honestly evaluate crime and ASB hotspots.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD")]


@app.command("import")
@refusals
def import_files(
    files: Annotated[list[Path], typer.Argument(help="Files, folders or data.police.uk zips.")],
    source: Annotated[str | None, typer.Option(help="Name of the partner feed.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Column mapping (TOML).")] = None,
    crs: Annotated[str | None, typer.Option(help="Metric CRS of a new store, for example EPSG:27700.")] = None,
    store: StorePath = None,
    as_json: AsJson = False,
) -> None:
    """Read files into the store; every row is accepted, quarantined or a duplicate."""
    settings = read_settings()
    where = store or settings.store
    with stores.store_to_fill(where, at=_now(), crs=crs or settings.crs) as filling:
        if crs and crs != filling.crs:
            raise StoreError(f"This store is kept in {filling.crs}; make a new store for {crs}.")
        if filling.is_sample:
            raise StoreError("This store holds the invented sample; import into a store of your own (--store).")
        moved = silent if as_json else _progress
        readings = _readings(files, source, mapping, filling.crs, part_of(moved, 0, 0.8))
        storing = part_of(moved, 0.8, 0.2)
        report = stores.record_import(filling, readings, who=_who(), at=_now(), progress=storing)
    opened = stores.open_store(where, at=_now())
    keep_latest(opened, settings, today=_now().date(), who=_who(), at=_now())
    say(
        import_lines(report.batches, report.totals), {"batches": list(report.batches), "totals": report.totals}, as_json
    )


@app.command()
@refusals
def find(
    files: Annotated[list[Path] | None, typer.Argument(help="Read these instead of the store.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    to: Annotated[str | None, typer.Option(help="Day after the last, YYYY-MM-DD.")] = None,
    district: Annotated[str | None, typer.Option(help="One district.")] = None,
    eps: Annotated[float | None, typer.Option(help="Reach in metres.")] = None,
    min_incidents: Annotated[int | None, typer.Option(help="Least reports of a hotspot.")] = None,
    max_extent: Annotated[float | None, typer.Option(help="Widest a hotspot may be, metres.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the outlines as GeoJSON.")] = None,
    crs: Annotated[str | None, typer.Option(help="Metric CRS when reading files.")] = None,
    source: Annotated[str | None, typer.Option(help="Name of the partner feed when reading files.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Column mapping (TOML) when reading files.")] = None,
    store: StorePath = None,
    as_json: AsJson = False,
) -> None:
    """Find hotspots in the store, or straight from files."""
    settings = read_settings()

    def query(held: Window) -> Query:
        return last_query(
            held,
            settings,
            start=_day(from_, "--from"),
            end=_day(to, "--to"),
            district=district,
            eps=eps,
            min_incidents=min_incidents,
            max_extent=max_extent,
        )

    if files:
        readings = _readings(files, source, mapping, crs or settings.crs, silent if as_json else _progress)
        result = find_from_files(readings, query, crs=crs or settings.crs)
    else:
        result = find_in_store(_open(store, settings), query)
    if out is not None:
        _write(out, json.dumps(result.geojson(), ensure_ascii=False))
    summary = result.summary()
    say(_find_lines(summary), summary, as_json)


@app.command()
@refusals
def sample(store: StorePath = None, as_json: AsJson = False) -> None:
    """Make the store of invented data that the dashboard opens with."""
    from hotspots.sample.store import make_sample_store

    where = Path(store or read_settings().sample_store)
    if where.exists() and not stores.open_store(where, at=_now()).is_sample:
        raise StoreError(f"{where.name} holds data of your own; give the sample a path of its own (--store).")
    made = make_sample_store(PROJECT / "data" / "sample", where, at=_now())
    published_file(str(where)).unlink(missing_ok=True)
    publish_sample(stores.open_store(where, at=_now()), published_file(str(where)))
    say([f"Sample data are in {where.name}: {made['incidents']:,} invented reports."], made, as_json)


@app.command()
@refusals
def fetch(
    force: Annotated[str, typer.Option(help="As in police.uk's file names: essex, hertfordshire …")],
    from_: Annotated[str, typer.Option("--from", help="First month, YYYY-MM.")],
    to: Annotated[str, typer.Option(help="Last month, included, YYYY-MM.")],
    folder: Annotated[Path | None, typer.Option("--into", help="Folder for the files.")] = None,
    as_json: AsJson = False,
) -> None:
    """Download street files from data.police.uk; run it again to go on where it broke off."""
    from hotspots.intake.police_uk_fetch import fetch as download

    into = folder or PRIVATE / "downloads"
    got = download(force, from_, to, into, progress=None if as_json else _progress)
    told = {
        "files": [str(path) for path in got.files],
        "already": [str(path) for path in got.already],
        "missing": list(got.missing),
    }
    say(
        [f"{len(got.files)} new and {len(got.already)} earlier files are in {into}; import that folder next."],
        told,
        as_json,
    )


@app.command()
@refusals
def check(store: StorePath = None, as_json: AsJson = False) -> None:
    """Count what the store holds and check that it is sound."""
    found = stores.check(_open(store, read_settings()))
    lines = [f"{key}: {value}" for key, value in found.items()]
    say(lines, found, as_json)
    if found["integrity"] != "ok":
        raise typer.Exit(1)


@app.command()
@refusals
def backup(
    folder: Annotated[Path | None, typer.Option("--to", help="Folder for the copy.")] = None,
    store: StorePath = None,
    as_json: AsJson = False,
) -> None:
    """Copy the store to a dated file, safely while it is in use."""
    opened = _open(store, read_settings())
    beside = opened.path.parent if opened.path else PRIVATE
    target = stores.backup(opened, folder or beside / "backups", at=_now(), who=_who())
    say([f"Backed up to {target}."], {"backup": str(target), "bytes": target.stat().st_size}, as_json)


@app.command()
@refusals
def migrate(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Store file or database URL to copy.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Empty database (URL) or new file to copy into.")],
    as_json: AsJson = False,
) -> None:
    """Copy a store from SQLite to PostgreSQL or back, and prove that every row of every table arrived."""
    copied = stores.copy_store(stores.open_store(source, at=_now()), target, who=_who(), at=_now())
    lines = [f"{rows:>10,}  {table}" for table, rows in copied.items()]
    told = f"{sum(copied.values()):,} rows of {len(copied)} tables were copied; each table was read back and is equal."
    say([*lines, told], {"tables": copied, "rows": sum(copied.values())}, as_json)


def _readings(files: list[Path], source: str | None, mapping: Path | None, crs: str, moved: Progress):  # noqa: ANN202
    from hotspots.intake.mapping import from_toml

    own = from_toml(mapping.read_text(encoding="utf-8")) if mapping else None
    limits = Limits(file_bytes=20_000_000_000, unpacked_bytes=40_000_000_000, rows=100_000_000)
    for number, path in enumerate(files):
        yield from read_incidents(
            path,
            source=source,
            mapping=own,
            crs=crs,
            today=_now().date(),
            progress=part_of(moved, number / len(files), 1 / len(files)),
            limits=limits,
        )


def _progress(done: float, what: str) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{done:4.0%} {progress_words(what)}", err=True, nl=done >= 1)


def _open(given: str | None, settings: Settings) -> Store:
    """The store asked for, else the hub's own, else the sample."""
    own = given or settings.store
    if not given and "://" not in own and not Path(own).exists() and Path(settings.sample_store).exists():
        own = settings.sample_store
    return stores.open_store(own, at=_now())


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(f"{option} takes a day as YYYY-MM-DD; {text!r} was given.") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadValue(
            f"{path.name} could not be written ({error.strerror}); choose another path for --out."
        ) from error


def _find_lines(summary: dict) -> list[str]:
    inside = summary["incidents"] - summary["noise"]
    window = summary["window"]
    lines = [
        f"{len(summary['hotspots'])} hotspots hold {inside:,} of {summary['incidents']:,} located reports, "
        f"{window['from']} up to, not including, {window['to']} "
        f"(eps {summary['eps']:g} m, at least {summary['min_samples']}, walkable {summary['max_extent']:g} m)"
    ]
    lines += [
        f"{rank:4} {spot['n']:6,}  {spot['name']}  ({spot['locations']} locations, {spot['extent_m']:.0f} m)"
        for rank, spot in enumerate(summary["hotspots"], 1)
    ]
    return lines


def _who() -> str:
    return os.environ.get("HUB_USER") or getuser()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def _viewer() -> Viewer:
    """Who runs the command: whoever can read the store's file is its steward, unless HUB_ROLE says less."""
    named = os.environ.get("HUB_ROLE", Role.DATA_STEWARD)
    if named not in set(Role):
        raise BadValue(f"HUB_ROLE is one of {', '.join(Role)}; {named!r} was given.")
    return Viewer(Role(named), name=_who())


release_verbs.register(app, opened=_open, clock=_now, viewer=_viewer, progress=_progress)
compare_verbs.register(app, opened=_open, day=_day, clock=_now)
label_verbs.register(app, opened=_open, day=_day)
export_verbs.register(app, opened=_open, day=_day, clock=_now, viewer=_viewer)


def main() -> None:
    """Run the command line; a call that does not fit (an unknown option, an unreadable path) is one line too."""
    program = f"python -m {hotspots.__name__}"
    try:
        code = app(prog_name=program, standalone_mode=False)
    except TyperException as error:
        told = " ".join(error.format_message().split()).rstrip(".")
        if told:  # with no verb at all the help is printed, and there is nothing to add
            typer.echo(f"{told}. `{program} --help` lists what it takes.", err=True)
        code = 2
    sys.exit(code)


if __name__ == "__main__":
    main()
