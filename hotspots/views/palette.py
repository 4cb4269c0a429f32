"""One colour, one meaning; one word, one shape: the visual language every view reads."""

from collections.abc import Mapping
from typing import NamedTuple

COLOURS: Mapping[str, str] = {
    "place": "#12436D",  # the place in question; chosen
    "comparison": "#28A197",
    "ring": "#A285D1",
    "done": "#801650",  # what the hub did
    "alert": "#F46A25",  # outside usual, late, failed
    "other": "#3D3D3D",  # other sources, naive figure, rest of district
    "usual": "#E4E8EB",  # usual range, what luck gives
    "gap": "#B1B4B6",  # no data
    "halo": "#FFDD00",
    "text": "#0B0C0C",
    "second": "#505A5F",
    "grid": "#E1E5E8",
    "ground": "#FFFFFF",
}
DARK: Mapping[str, str] = {
    "place": "#7DB8EA",
    "comparison": "#3CC4B7",
    "ring": "#BFA8E6",
    "done": "#E07BB0",
    "alert": "#F46A25",
    "other": "#C9CFD3",
    "usual": "#2F3A42",
    "gap": "#5C6870",
    "halo": "#FFDD00",
    "text": "#F3F5F6",
    "second": "#B4BDC3",
    "grid": "#3A444B",
    "ground": "#14181C",
}


class StateLook(NamedTuple):
    """How a state reads: glyph for tables, icon and colour for badges, fill on the map, rule in one line."""

    glyph: str
    icon: str
    badge: str
    look: str
    rule: str


STATES: Mapping[str, StateLook] = {
    "new": StateLook("✦", ":material/star:", "orange", "alert", "first time above its usual range in 12 months"),
    "growing": StateLook("▲", ":material/trending_up:", "orange", "alert", "above usual, and up on the quarter before"),
    "returned": StateLook("↻", ":material/replay:", "orange", "alert", "was quiet for six months, above usual again"),
    "steady": StateLook("■", ":material/trending_flat:", "blue", "steady", "inside its usual range"),
    "fading": StateLook(
        "▼",
        ":material/trending_down:",
        "gray",
        "low",
        "below usual, just back after a rise, or falling by more than luck",
    ),
    "quiet": StateLook("○", ":material/radio_button_unchecked:", "gray", "low", "three months running at 0 or 1"),
    "not judged": StateLook(
        "–", ":material/schedule:", "gray", "steady", "too few earlier months to know its usual range"
    ),
}


def state_label(state: str) -> str:
    """The state as text with its shape, for tables: "▲ Growing"."""
    return f"{STATES[state].glyph} {state.capitalize()}"
