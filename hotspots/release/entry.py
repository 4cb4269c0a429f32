"""May this sign-in come in, and as whom: age, idleness, revocation, role. Errors mean no."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hotspots.errors import NotAllowed
from hotspots.release.roles import Role, Viewer
from hotspots.store import Store
from hotspots.store.access import Account, account_of, first_sight, seen
from hotspots.store.trail import noted

LONGEST = timedelta(hours=8)
"""A sign-in lasts this long at most, however active."""
IDLE = timedelta(minutes=30)
"""Without a click for so long, it has ended."""
ALL_DISTRICTS = "all"
"""What a claim must say, alone, for a newcomer to be let into every district."""
NOTED_EVERY = timedelta(minutes=1)
SKEW = timedelta(minutes=2)
"""The sign-in's clock may be this far ahead of ours."""


class SignInEnded(NotAllowed):
    """A sign-in that was good once and is not any more: sign in again."""


@dataclass(frozen=True)
class SignIn:
    """What the sign-in says of a person; `at`: when they signed in (UTC, naive).

    roles, districts: words of the claims that map a newcomer, empty where the sign-in holds none
    """

    issuer: str
    subject: str
    name: str
    at: datetime
    roles: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()


def sign_in_of(claims: Mapping[str, object], *, roles_claim: str, districts_claim: str = "districts") -> SignIn:
    """The sign-in that a set of claims describes; raises `NotAllowed` where one that matters is missing.

    Only issuer and subject say who somebody is: names and e-mail addresses change hands.
    """
    issuer, subject, issued = (claims.get(key) for key in ("iss", "sub", "iat"))
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        raise NotAllowed("The sign-in does not say who you are (issuer and subject); tell your data steward.")
    moment = claims.get("auth_time") or issued
    if not isinstance(moment, int | float) or isinstance(moment, bool):
        raise NotAllowed("The sign-in does not say when it was made; tell your data steward.")
    name = claims.get("name") or claims.get("preferred_username") or ""
    roles, districts = _words(claims.get(roles_claim)), _words(claims.get(districts_claim))
    at = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
    return SignIn(issuer, subject, str(name), at, roles, districts)


def _words(given: object) -> tuple[str, ...]:
    """A claim's list of words; anything else than a list says nothing."""
    return tuple(str(word) for word in given) if isinstance(given, list | tuple) else ()


def mapped_role(roles: Iterable[str]) -> Role:
    """The role that a claim gives somebody who comes for the first time; more than one, or none, is no role."""
    words = {word.strip().casefold().replace("-", " ").replace("_", " ") for word in roles}
    known = [role for role in Role if role is not Role.NONE and str(role) in words]
    return known[0] if len(known) == 1 else Role.NONE


def mapped_districts(words: Iterable[str]) -> tuple[str, ...] | None:
    """The districts that a claim gives a newcomer: those it names, None for the word all, none where it is silent."""
    named = tuple(sorted({word.strip() for word in words if word.strip()}))
    return None if [word.casefold() for word in named] == [ALL_DISTRICTS] else named


def admitted(store: Store, who: SignIn, *, at: datetime) -> Viewer:
    """The viewer behind a sign-in, looked up afresh on every run.

    Raises `SignInEnded` after 8 hours, 30 idle minutes or a revocation, `NotAllowed` without a role or a district.
    """
    held = account_of(store, who.issuer, who.subject)
    if held is None:
        role, districts = str(mapped_role(who.roles)), mapped_districts(who.districts)
        new = Account(who.issuer, who.subject, who.name, role, districts)
        held = first_sight(store, new, at=at)
    _require_valid(held, who, at)
    role = Role(held.role) if held.role in set(Role) else Role.NONE
    if role is Role.NONE:
        raise NotAllowed(
            "You are signed in, but your account has no role here yet. Ask your data steward to give you one; "
            f"you are known as {who.subject} of {who.issuer}."
        )
    if held.districts is not None and not held.districts:
        raise NotAllowed(
            f"You are signed in as {role}, but for no district yet. Ask your data steward to give you one; "
            f"you are known as {who.subject} of {who.issuer}."
        )
    if held.last_seen is None or at - held.last_seen >= NOTED_EVERY:
        seen(store, held, at=at)
    districts = None if held.districts is None else frozenset(held.districts)
    return Viewer(role, name=f"{held.name or who.name} ({held.subject})".strip(), districts=districts)


def _require_valid(held: Account, who: SignIn, at: datetime) -> None:
    if who.at > at + SKEW:
        raise SignInEnded("The sign-in lies in the future; check the clocks, then sign in again.")
    if at - who.at > LONGEST:
        raise SignInEnded(f"Your sign-in has ended after {LONGEST.seconds // 3600} hours. Sign in again.")
    if held.not_before is not None and who.at <= held.not_before:
        raise SignInEnded("Your sign-in was ended by your data steward. Sign in again if you still need to.")
    if held.last_seen is not None and who.at <= held.last_seen and at - held.last_seen > IDLE:
        raise SignInEnded(f"Your sign-in has ended after {IDLE.seconds // 60} minutes without use. Sign in again.")


def note_entry(store: Store, viewer: Viewer, *, at: datetime) -> None:
    """One line in the audit trail: who came in, as what."""
    noted(store, who=viewer.name, at=at, action="sign-in", subject=str(viewer.role))


def note_refusal(store: Store, who: SignIn, why: str, *, at: datetime) -> None:
    """One line in the audit trail: who was not let in, and why."""
    noted(store, who=f"{who.name} ({who.subject})", at=at, action="sign-in refused", subject=why)
