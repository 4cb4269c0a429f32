"""What a release was made from, as far as everybody may know: sources, how many files, which years, one fingerprint.

No file is named, for a name can say an address or a person; the names are in the hub's audit trail, beside
the fingerprint.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256

import pandas as pd

import hotspots
from hotspots.release.rounding import LEAST_BASE

SHORT = 12
"""Characters of a fingerprint that are shown."""


@dataclass(frozen=True)
class SourceFiles:
    """Files of one source: how many, and the first and last year of their reports.

    first, last: None for a source of under 20 reports, whose years would tell when a single one was
    """

    source: str
    files: int
    first: int | None
    last: int | None


@dataclass(frozen=True)
class Recipe:
    """Everything one release was made from · program: its version."""

    sources: tuple[SourceFiles, ...]
    fingerprint: str
    program: str


def recipe_of(files: pd.DataFrame, *, key: str) -> Recipe:
    """The recipe of the files held.

    files: `store.files_in_force` · key: the store's own identity, mixed into the fingerprint so that nobody can
    test whether a file they have guessed is among them; the hub can make the fingerprint again
    """
    return Recipe(
        tuple(_of_source(source, own) for source, own in files.groupby("source", sort=True)),
        fingerprint(files["sha256"], key=key),
        hotspots.__version__,
    )


def fingerprint(hashes: Iterable[str], *, key: str = "") -> str:
    """One short hash for several files, whatever their order; a file that came in twice counts once.

    SHA-256 over the files' own hashes in order of the alphabet, a line each, the key before them where there is one.
    """
    lines = [*([key] if key else []), *sorted(set(hashes))]
    return sha256("\n".join(lines).encode()).hexdigest()[:SHORT]


def recipe_as_json(recipe: Recipe) -> str:
    """A recipe as the published file keeps it."""
    return json.dumps(asdict(recipe), ensure_ascii=False, sort_keys=True)


def recipe_from_json(text: str) -> Recipe | None:
    """A recipe as read from the published file; None for a release that has none."""
    if not text:
        return None
    held = json.loads(text)
    return Recipe(tuple(SourceFiles(**part) for part in held["sources"]), held["fingerprint"], held["program"])


def _of_source(source: str, own: pd.DataFrame) -> SourceFiles:
    many = own["n"].sum() >= LEAST_BASE
    first, last = (int(own["first"].min().year), int(own["last"].max().year)) if many else (None, None)
    return SourceFiles(source, own["sha256"].nunique(), first, last)
