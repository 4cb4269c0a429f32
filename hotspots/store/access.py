"""Who may come in: people by what their organisation's sign-in calls them, with a role each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, insert, select, update

from hotspots.errors import BadValue
from hotspots.store.access_tables import account
from hotspots.store.database import Store, add_audit

NO_ROLE = "none"
_COLUMNS = ("issuer", "subject", "name", "role", "districts", "not_before", "last_seen")


@dataclass(frozen=True)
class Account:
    """One person who has signed in or been given a role.

    role: as text, "none" by default · districts: names they may see, None for all
    not_before, last_seen: UTC, None for never; a sign-in older than `not_before` is not valid
    """

    issuer: str
    subject: str
    name: str = ""
    role: str = NO_ROLE
    districts: tuple[str, ...] | None = None
    not_before: datetime | None = None
    last_seen: datetime | None = None


def account_of(store: Store, issuer: str, subject: str) -> Account | None:
    """The account of a person, None when nobody of that name ever came."""
    with store.reading() as connection:
        return _held(connection, issuer, subject)


def first_sight(store: Store, new: Account, *, at: datetime) -> Account:
    """Make the account of somebody who signs in for the first time; one that exists is left as it is."""
    with store.writing() as connection:
        held = _held(connection, new.issuer, new.subject)
        if held is None:
            _put(connection, new, who="sign-in", at=at, action="first sign-in")
        return held or new


def seen(store: Store, who: Account, *, at: datetime) -> None:
    """Remember that a person was active; written without an audit line."""
    mine = (account.c.issuer == who.issuer) & (account.c.subject == who.subject)
    with store.writing() as connection:
        connection.execute(update(account).where(mine).values(last_seen=_text(at)))


def grant(
    store: Store,
    issuer: str,
    subject: str,
    role: str,
    *,
    who: str,
    at: datetime,
    name: str = "",
    districts: Collection[str] | None = None,
) -> Account:
    """Give a person a role; it holds from their next click. Raises `BadValue` without issuer or subject.

    districts: names, None for all
    """
    if not issuer.strip() or not subject.strip():
        raise BadValue("A role is given to an issuer and a subject, as the sign-in names them; one was empty.")
    with store.writing() as connection:
        held = _held(connection, issuer, subject)
        kept = held or Account(issuer, subject)
        given = tuple(sorted(districts)) if districts is not None else None
        new = Account(issuer, subject, name or kept.name, role, given, kept.not_before, kept.last_seen)
        _put(connection, new, who=who, at=at, action="grant", before=held)
        return new


def revoke(store: Store, issuer: str, subject: str, *, who: str, at: datetime) -> Account:
    """Take a person's role and end every sign-in made so far, open tabs included, on their next click."""
    with store.writing() as connection:
        held = _held(connection, issuer, subject)
        if held is None:
            raise BadValue(f"Nobody is known as {subject!r} of {issuer!r}; see the list of accounts.")
        new = Account(issuer, subject, held.name, NO_ROLE, held.districts, at, held.last_seen)
        _put(connection, new, who=who, at=at, action="revoke", before=held)
        return new


def accounts(store: Store) -> pd.DataFrame:
    """Everybody known: [issuer, subject, name, role, districts (words), not_before, last_seen]."""
    with store.reading() as connection:
        rows = connection.execute(select(*[account.c[c] for c in _COLUMNS]).order_by(account.c.name)).all()
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    return frame.assign(districts=[", ".join(d) or "none yet" if d is not None else "all" for d in frame["districts"]])


def districts_given(store: Store) -> frozenset[str]:
    """Districts that people with a role were let into by name."""
    query = select(account.c.districts).where(account.c.role != NO_ROLE)
    with store.reading() as connection:
        return frozenset(name for named in connection.scalars(query) for name in named or ())


def _held(connection: Connection, issuer: str, subject: str) -> Account | None:
    mine = (account.c.issuer == issuer) & (account.c.subject == subject)
    row = connection.execute(select(*[account.c[c] for c in _COLUMNS]).where(mine)).first()
    if row is None:
        return None
    return Account(*row[:5], not_before=_moment(row.not_before), last_seen=_moment(row.last_seen))


def _put(
    connection: Connection, new: Account, *, who: str, at: datetime, action: str, before: Account | None = None
) -> None:
    values = {
        "issuer": new.issuer,
        "subject": new.subject,
        "name": new.name,
        "role": new.role,
        "districts": new.districts,
        "not_before": _text(new.not_before),
        "changed_by": who,
        "changed_at": _text(at),
    }
    if before is None:
        connection.execute(insert(account).values(**values))
    else:
        mine = (account.c.issuer == new.issuer) & (account.c.subject == new.subject)
        connection.execute(update(account).where(mine).values(**values))
    told = {"role": new.role, "districts": new.districts}
    was = None if before is None else {"role": before.role, "districts": before.districts}
    subject = f"{new.name} ({new.subject}, {new.issuer})"
    add_audit(connection, at=at, who=who, action=action, subject=subject, before=was, after=told)


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
