"""What a register of places must not hold: a person's name, a door, a number to call."""

import re

from hotspots.errors import BadValue

_IDENTIFYING = re.compile(
    r"\b(flat|apartment|apt|unit|room|house|number|no\.?|nos\.?)\s*\d|\d{1,4}[a-z]?\s+(?!new\b|more\b|old\b|broken\b)\w+\s+"
    r"(road|street|lane|close|court|avenue|way|drive|house)\b|\b\d[\d ]{8,}\d\b|\S+@\S+|"
    r"\b(mr|mrs|ms|miss|dr)\.?\s+\w",
    re.IGNORECASE,
)


def require_nobody_named(what: str, *texts: str) -> None:
    """Raise `BadValue` when a text seems to name a person, a flat, an address or a number.

    what: the noun in the sentence, "action" say. It sees titles ("Mr Smith"), doors ("Flat 12", "12 Mill Lane"),
    telephone numbers and e-mail addresses; a bare surname it cannot see, so it is no proof that nobody is named.
    """
    if any(_IDENTIFYING.search(text) for text in texts):
        raise BadValue(
            f"The {what} was not saved: it seems to name a person, a flat, an address or a number. "
            "Say what happens at the place, not who or which door."
        )
