"""A name that may be another one spelt otherwise: *East Herts* for *East Herts District Council*."""

from collections.abc import Sequence
from difflib import get_close_matches


def said_of(name: str, known: Sequence[str]) -> str:
    """What to say of a name that nobody has used here before: which of those known it may mean. Empty for a known one.

    Near is what holds it or lies in it, and what is spelt much like it.
    """
    if not name or name in known:
        return ""
    near = [other for other in known if name.casefold() in other.casefold() or other.casefold() in name.casefold()]
    near += [other for other in get_close_matches(name, known, n=3) if other not in near]
    meant = f" Did you mean {' or '.join(near[:3])}?" if near else ""
    return f"{name} is a new name here.{meant}"
