"""Headings of the register: clocks and feeds, each from the counts it states."""

from collections.abc import Sequence


def clocks_title(standings: Sequence[str]) -> str:
    """How many clocks run and how many end soon; standings: of every clock (`register.clocks.standing`)."""
    ahead = [word for word in standings if word != "passed"]
    near = len(ahead) - ahead.count("later")
    passed = len(standings) - len(ahead)
    also = f"; {passed} {'has' if passed == 1 else 'have'} passed" if passed else ""
    if not ahead:
        return f"No clock is running{also}"
    noun = "clock" if len(ahead) == 1 else "clocks"
    if not near:
        return f"{len(ahead)} {noun} running, none ends within 14 days{also}"
    return f"{near} of {len(ahead)} running {noun} end{'s' if near == 1 else ''} within 14 days{also}"


def feeds_title(feeds: int, silent: int, *, registered: bool) -> str:
    """Whether the partners' feeds still come; no all-clear where none is known."""
    if not registered:
        return "No partner is registered, so nobody can say which feed has gone silent"
    if not feeds:
        return "No partner's data feed is named, so none can be called silent"
    if silent:
        return f"{silent} of {feeds} data feeds {'has' if silent == 1 else 'have'} gone silent"
    return "Every data feed has sent"
