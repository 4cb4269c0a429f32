"""The audit trail: who came in, saw restricted items, took something out or changed something.

Lines are only ever added; each carries a hash over itself and the line before, so that an edit shows.
"""

from datetime import datetime

import pandas as pd
from sqlalchemy import select

from hotspots.store.database import Store, add_audit
from hotspots.store.tables import audit

COLUMNS = ("id", "at", "who", "action", "subject", "after")


def noted(store: Store, *, who: str, at: datetime, action: str, subject: str, after: object = None) -> None:
    """Add one line about something that changed no row: a sign-in, a view of restricted items, an export."""
    with store.writing(checked=True) as connection:
        add_audit(connection, at=at, who=who, action=action, subject=subject, after=after)


def trail(store: Store, *, action: str = "", limit: int = 2000) -> pd.DataFrame:
    """The latest lines, newest first: [id, at (Timestamp, UTC), who, action, subject, after (JSON)].

    action: only lines whose action begins so
    """
    query = select(*[audit.c[c] for c in COLUMNS]).order_by(audit.c.id.desc()).limit(limit)
    if action:
        query = query.where(audit.c.action.startswith(action, autoescape=True))
    with store.reading() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=list(COLUMNS))
    return frame.assign(at=pd.to_datetime(frame["at"], format="ISO8601").astype("datetime64[us]"))
