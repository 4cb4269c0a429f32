"""What a count becomes before a councillor sees it, and what the words then still allow.

A released figure is words: "about 45", "fewer than 5", "suppressed" or "no data". The words are the
only thing kept, so nothing finer than them can leak from a file that holds them.
"""

import math

from hotspots.errors import BadValue

THRESHOLD = 5
BASE = 5
LEAST_BASE = 20
"""No percentage, and no claim of a change, on fewer than this."""

FEWER = f"fewer than {THRESHOLD}"
SUPPRESSED = "suppressed"
NO_DATA = "no data"
_ABOUT = "about "


def shown(count: float) -> str:
    """The words for a count: 0 to 4 are alike, the rest is rounded to the nearest 5, NaN is no data.

    Raises `BadValue` for a count below zero or one that is not whole.
    """
    if math.isnan(count):
        return NO_DATA
    if count < 0 or count != int(count):
        raise BadValue(f"A count is a whole number, 0 or more; {count} was given.")
    if count < THRESHOLD:
        return FEWER
    return f"{_ABOUT}{(int(count) + BASE // 2) // BASE * BASE:,}"


def number_of(figure: str) -> int | None:
    """The rounded number of a released figure, None for one that shows no number."""
    if not figure.startswith(_ABOUT):
        return None
    digits = figure.removeprefix(_ABOUT).replace(",", "")
    if not digits.isdigit() or int(digits) % BASE:
        raise BadValue(f"{figure!r} is not a figure that was released; publish the tables again.")
    return int(digits)


def bounds_of(figure: str) -> tuple[float, float]:
    """Least and greatest count that a released figure allows; (0, infinity) where it shows nothing.

    Raises `BadValue` for words that no released table holds: on doubt, refuse.
    """
    if figure in (SUPPRESSED, NO_DATA):
        return 0.0, math.inf
    if figure == FEWER:
        return 0.0, THRESHOLD - 1.0
    number = number_of(figure)
    if number is None:
        raise BadValue(f"{figure!r} is not a figure that was released; publish the tables again.")
    return float(max(THRESHOLD, number - BASE // 2)), float(number + BASE // 2)


def percentage(part: str, whole: str) -> int | None:
    """Percentage of two released figures, to the nearest 5; None on a base under 20 or a hidden number.

    It is worked out from the rounded figures, so it says nothing that they do not.
    """
    a, b = number_of(part), number_of(whole)
    if a is None or b is None or b < LEAST_BASE:
        return None
    return min(100, int(100 * a / b + BASE / 2) // BASE * BASE)


def warrants_revision(figure: str, count: float) -> bool:
    """Whether a count differs by 5 or more from everything that the released figure allows.

    Late reports below that leave a released figure as it is: two releases of a small change would
    give the change away. A suppressed figure stays so; one without data may be filled in.
    """
    if figure == SUPPRESSED or math.isnan(count):
        return False
    if figure == NO_DATA:
        return True
    low, high = bounds_of(figure)
    return count - high >= BASE or low - count >= BASE
