"""What the steward reads about access, the audit trail and retention."""

import json
from collections.abc import Collection

import pandas as pd

from hotspots.errors import BadValue

ALL_DISTRICTS = "all districts"
_LISTED = 5
"""Items of a list that a line of the trail names; the file under *Export* has them all."""


def title(integrity: str) -> str:
    """Whether the audit trail stands as it was written."""
    if integrity == "ok":
        return "The audit trail is whole: no line was changed after it was written"
    return f"Look at this now: {integrity}"


def holds(after: str | None) -> str:
    """What a line of the trail says that an entry holds since: *due 2018-09-12 · owner Saltreach Homes*.

    after: JSON as the trail keeps it. What is empty is left out, and a long list stops after its first items.
    """
    if not isinstance(after, str) or not after:  # a table holds a missing one as not a number
        return ""
    held = json.loads(after)
    if not isinstance(held, dict):
        return _value(held)
    told = [f"{name.replace('_', ' ')} {_value(value)}" for name, value in held.items() if value not in (None, "", [])]
    return " · ".join(told)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        rest = f" and {len(value) - _LISTED} more" if len(value) > _LISTED else ""
        return ", ".join(_value(item) for item in value[:_LISTED]) + rest
    return str(value)


def accounts_title(accounts: pd.DataFrame) -> str:
    """How many people have a role."""
    n = int((accounts["role"] != "none").sum())
    return f"{n} {'person has' if n == 1 else 'people have'} a role" if len(accounts) else "Nobody has signed in yet"


def districts_chosen(chosen: Collection[str]) -> tuple[str, ...] | None:
    """Districts ticked for a person, None for all; raises `BadValue` for none, which would be a guess."""
    if not chosen:
        raise BadValue(f"Choose the districts this person may see, or “{ALL_DISTRICTS}”.")
    return None if ALL_DISTRICTS in chosen else tuple(chosen)


def retention_title(rules: pd.DataFrame) -> str:
    """Whether anything is past its time."""
    n = int(rules["due"].sum())
    return f"{n:,} rows are past their time" if n else "Nothing is kept past its time"


def purge_lines(done: dict[str, int]) -> list[str]:
    """What a purge took away, for the command line."""
    taken = [f"{n:,} {what}" for what, n in done.items() if n]
    return [f"Purged: {', '.join(taken)}." if taken else "Nothing was past its time.",
            "Backups made before this keep what was purged until you delete them."]  # fmt: skip
