"""Which files a paper's numbers were made from: named for the hub, counted for everybody else."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from hotspots.release.disclosure import Released
from hotspots.release.recipe import SHORT, Recipe, SourceFiles, fingerprint
from hotspots.views.paper import Table
from hotspots.views.sentences import count, listing, short_day

NOT_RECORDED = "From which files the figures were made was not recorded."
MOST_NAMED = 6
"""Files of one source that are named each by itself; of more, as of a force's months, their number is given."""
MOST_LETTERS = 60
_HEADS = ("Source", "File", "Reports of", "Reports", "Imported", "sha256, first 12")


def files_table(files: Released) -> Table:
    """The files behind a hub's paper, one a row; a source with many has one row and one hash over all of them.

    files: `store.files_in_force` through the gate
    """
    rows = []
    for source, own in files.table.groupby("source", sort=True):
        parts = [own] if len(own) > MOST_NAMED else [own.loc[[row]] for row in own.index]
        rows += [_row(str(source), part) for part in parts]
    return Table(_HEADS, tuple(rows), empty="No imported file.")


def recipe_line(recipe: Recipe | None) -> str:
    """What a release was made from, in one sentence for the foot of a page."""
    if recipe is None:
        return NOT_RECORDED
    spans = {(part.first, part.last) for part in recipe.sources}
    same = len(spans) == 1
    told = listing([_part(part, alone=not same) for part in recipe.sources])
    years = _years(recipe.sources[0]) if same else ""
    return (
        f"Made from files of {told}{f', reports of {years}' if years else ''}. "
        f"To check it, quote {recipe.fingerprint} (community-safety-hub {recipe.program})."
    )


def sources_in_few(names: Sequence[str]) -> str:
    """Sources for the one line at the foot of a sheet: named, or counted where that would not fit."""
    named = ", ".join(names)
    return named if len(named) <= MOST_LETTERS else f"{len(names)} sources, named at the end"


def _part(part: SourceFiles, *, alone: bool) -> str:
    years = _years(part) if alone else ""
    return f"{part.source} ({part.files:,}{f', {years}' if years else ''})"


def _years(part: SourceFiles) -> str:
    if part.first is None:
        return ""
    return str(part.first) if part.first == part.last else f"{part.first} to {part.last}"


def _row(source: str, own: pd.DataFrame) -> tuple[str, ...]:
    many = len(own) > 1
    days = sorted({date.fromisoformat(at[:10]) for at in own["at"]})
    return (
        source,
        count(len(own), "file") if many else str(own["file"].iloc[0]),
        _span(f"{own['first'].min():%b %Y}", f"{own['last'].max():%b %Y}"),
        f"{int(own['n'].sum()):,}",
        _span(short_day(days[0]), short_day(days[-1])),
        f"{fingerprint(own['sha256'])} over all" if many else str(own["sha256"].iloc[0])[:SHORT],
    )


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"
