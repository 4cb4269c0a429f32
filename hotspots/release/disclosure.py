"""The gate: nothing reaches a screen, an export or a message but a `Released`.

`release` looks up one policy, checks the viewer's grant and keeps only the columns the policy
names for that role. On doubt it refuses: an unknown policy, role or district raises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from hotspots.errors import BadFrame, NotAllowed
from hotspots.release.roles import Action, Role, Viewer


@dataclass(frozen=True)
class Policy:
    """Who may see a kind of table, and which of its columns.

    needs: the grant · columns: shown to every role holding it · restricted: shown only to an
    unlocked viewer who may unlock restricted items.
    """

    needs: Action
    columns: tuple[str, ...]
    restricted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Released:
    """A table that has passed the gate; only `release` makes one.

    suppressed: number of cells hidden · policy: the policy's name · as_of: last day of the data.
    """

    table: pd.DataFrame
    policy: str
    as_of: date | None
    footnotes: tuple[str, ...] = ()
    suppressed: int = 0


POLICIES: Mapping[str, Policy] = {
    "hotspots": Policy(
        Action.SEE_HOTSPOTS,
        (
            "id",
            "name",
            "rank",
            "moved",
            "state",
            "n",
            "before",
            "latest",
            "usual_low",
            "usual_high",
            "share",
            "locations",
            "days",
            "eps",
            "extent_m",
            "area_m2",
            "too_wide",
            "one_map_point",
            "geometry",
        ),
    ),
    "months of a hotspot": Policy(Action.SEE_HOTSPOTS, ("period", "n", "low", "high", "outside")),
    "parts of a hotspot": Policy(Action.SEE_HOTSPOTS, ("kind", "word", "n")),
    "hours of a hotspot": Policy(Action.SEE_HOTSPOTS, ("weekday", "hour", "n")),
    "repeat locations": Policy(Action.SEE_HOTSPOTS, ("top", "n", "of", "share", "chance_low", "chance_high")),
    "trend": Policy(
        Action.SEE_TRENDS,
        ("period", "series", "n", "low", "high", "outside", "partial", "last_year", "rolling_12"),
    ),
    "states": Policy(Action.SEE_TRENDS, ("state", "n", "meaning")),
    "import batches": Policy(
        Action.SEE_IMPORTS,
        (
            "at",
            "who",
            "run",
            "file",
            "source",
            "month",
            "read",
            "accepted",
            "unlocated",
            "quarantined",
            "duplicates",
            "replaced",
            "set_aside",
            "warnings",
            "undone",
        ),
    ),
    "quarantine": Policy(Action.SEE_IMPORTS, ("file", "source", "line", "column", "reason", "row")),
    "coverage": Policy(Action.SEE_TRENDS, ("source", "month", "state", "n")),
    "sources": Policy(
        Action.SEE_TRENDS, ("source", "n", "first", "last", "located", "exact_time", "with_address")
    ),
}
"""One row a kind of table; a table without a row cannot be shown."""


def release(
    table: pd.DataFrame,
    viewer: Viewer,
    *,
    policy: str,
    as_of: date | None = None,
    footnotes: Iterable[str] = (),
) -> Released:
    """Pass a table through the gate for one viewer.

    Keeps the policy's columns that the table has; rows of districts outside the viewer's scope
    are dropped. Raises `NotAllowed` for a viewer without the grant or an unknown policy, and
    `BadFrame` when the table has none of the policy's columns.
    """
    rule = POLICIES.get(policy)
    if rule is None:
        raise NotAllowed(f"There is no release policy called {policy}; nothing is shown without one.")
    if viewer.role not in Role:
        raise NotAllowed("The viewer's role is not known; nothing is shown.")
    viewer.require(rule.needs)
    shown = list(rule.columns)
    if rule.restricted and viewer.unlocked and viewer.can(Action.UNLOCK_RESTRICTED):
        shown += rule.restricted
    columns = [c for c in shown if c in table.columns]
    if not columns:
        raise BadFrame(f"The table has none of the columns of the policy {policy}; nothing is shown.")
    return Released(_in_scope(table, viewer)[columns].copy(), policy, as_of, tuple(footnotes))


def _in_scope(table: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
    if viewer.districts is None or "district" not in table.columns:
        return table
    return table[table["district"].isin(viewer.districts)]
