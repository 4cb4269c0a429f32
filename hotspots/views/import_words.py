"""What a file holds before an import, and what an import did, in words."""

from collections import Counter
from collections.abc import Iterable, Mapping

from hotspots.intake.police_uk import SOURCE
from hotspots.views.sentences import count

ALIKE = (
    "Rows that are alike in every column are all kept: police.uk gives anti-social behaviour no number, "
    "so two alike may be two reports."
)
WIDEST = 60
"""Characters of the command line's word of progress."""


def alike(sources: Iterable[str]) -> str:
    """Why rows that are alike are no duplicates, where one of the sources is police.uk; else nothing."""
    return ALIKE if SOURCE in set(sources) else ""


def set_aside_line(n: int, reason: str) -> str:
    """Files that an import does not read, and why: one line however many they are."""
    return f"{count(n, 'file')} set aside{', each' if n > 1 else ''}: {reason.rstrip('.')}."


def inside_lines(first: str, tables: int, aside: Mapping[str, int]) -> list[str]:
    """What a folder or zip holds, before the figures of the first file in it."""
    more = [f"{tables} files will be read. The figures below are those of the first alone, {file_name(first)}."]
    return [*(more if tables > 1 else []), *(set_aside_line(n, reason) for reason, n in aside.items())]


def file_name(path: str) -> str:
    """The last part of a file's name inside a zip or folder."""
    return path.rpartition("/")[2]


def progress_words(what: str) -> str:
    """What is being done, in the width of one line; of a file inside others its own name, which changes."""
    own = what if " " in what else file_name(what)
    return (own if len(own) <= WIDEST else f"…{own[1 - WIDEST :]}").ljust(WIDEST)


def import_lines(batches: Iterable[dict], totals: Mapping[str, int]) -> list[str]:
    """The import file by file; of a zip or folder its name once, and in one line what was set aside for one reason."""
    lines, within = [], ""
    batches = list(batches)
    for b in batches:
        if b["set_aside"]:
            continue
        holder, _, own = b["file"].rpartition("/")
        if holder and holder != within:
            lines.append(f"{holder}:")
        within, indent = holder, "  " if holder else ""
        lines.append(
            f"{indent}{own}: {b['read']:,} read = {b['accepted']:,} accepted + {b['quarantined']:,} quarantined + "
            f"{b['duplicates']:,} duplicates; {b['unlocated']:,} without a location, {b['replaced']:,} replaced"
        )
        lines += [f"{indent}  {n:,} × {reason}" for reason, n in b["reasons"].items()]
        lines += [f"{indent}  note: {warning}" for warning in b["warnings"]]
    aside = Counter(b["set_aside"] for b in batches if b["set_aside"])
    lines += [set_aside_line(n, reason) for reason, n in aside.items()]
    said = alike(b["source"] for b in batches if not b["set_aside"])
    lines += [said] if said else []
    return [*lines, "In all: " + ", ".join(f"{n:,} {key}" for key, n in totals.items())]
