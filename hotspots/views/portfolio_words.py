"""Words of the portfolio: every action in a row, and what the relapse watch says of places and hotspots."""

import pandas as pd

from hotspots.pipeline.watching import PER_YEAR
from hotspots.views.comparison_words import VERDICTS


def verdict_label(verdict: str) -> str:
    """A verdict for a table cell, with its shape; other words stand as they are."""
    look = VERDICTS.get(verdict)
    return look.word if look else verdict.capitalize()


def portfolio_title(table: pd.DataFrame) -> str:
    """How many actions were compared, and how each of their places stands: once, by the latest action judged there."""
    judged = table[table["verdict"].isin(tuple(VERDICTS))]
    if judged.empty:
        return "No action can be judged yet"
    latest = judged.sort_values("start", kind="stable").drop_duplicates("place", keep="last")
    places = latest["verdict"].value_counts()
    parts = [f"{word} at {places[word]}" for word in VERDICTS if word in places.index]
    noun = "action" if len(judged) == 1 else "actions"
    where = "place" if len(latest) == 1 else "places"
    each = "; by the latest at each, " if len(judged) > len(latest) else ": "
    return f"{len(judged)} {noun} at {len(latest)} {where}{each}{', '.join(parts)}"


def change_cell(row: object) -> str:
    """An interval for a table cell; empty where there is none."""
    if pd.isna(row.low):
        return ""
    return f"{_end(row.low)} to {_end(row.high)}"


def ring_cell(row: object) -> str:
    """What happened within 150 m, with its counts."""
    if pd.isna(row.ring_before):
        return ""
    said = {"rose": "▲ rose", "fell": "▼ fell", "no clear change": "no clear change", "refused": "not judged"}
    return f"{said.get(row.ring_verdict, 'too few to say')}, {pair(row.ring_before, row.ring_after)}"


def pair(before: float, after: float) -> str:
    """49 to 4; empty where nothing was counted."""
    return "" if pd.isna(before) or pd.isna(after) else f"{int(before):,} to {int(after):,}"


def rings_when(row: object) -> str:
    """The rule of one watch in few letters: over 2 a month, adding to 2.5."""
    return (
        row.rule.split(" (")[0].removeprefix("Reports ").replace(" add up to ", ", adding to ").removesuffix(" or more")
    )


def by_luck(row: object) -> str:
    """How often one watch rings with nothing wrong."""
    years = row.run_length / PER_YEAR[row.counted_by]
    return f"once in {years:.0f} years"


def watch_title(ringing: pd.DataFrame, watched: int) -> str:
    """How many ring, and how many of them had gone quiet after an action."""
    if not watched:
        return "Nothing is watched yet"
    if ringing.empty:
        return "Nothing has come back and nothing is rising"
    back = int((ringing["state"] == "returned").sum())
    rising = len(ringing) - back
    parts = [f"{back} came back after an action" if back else "", f"{rising} rising" if rising else ""]
    return " and ".join(part for part in parts if part).capitalize()


def watch_budget(watched: int, yearly: float) -> str:
    """How often all the watched places together ring by luck."""
    if not watched:
        return "A hotspot is watched from six earlier months on"
    return (
        f"{watched} places and hotspots are watched; with nothing wrong anywhere they would together ring about "
        f"{yearly:.1f} times a year"
    )


WATCH_BEGINS = (
    "The watch of a place begins by itself when an action that ran for a time there has ended and the first whole "
    "month after it is held."
)


def quiet_title(quiet: pd.DataFrame, *, places_watched: int) -> str:
    """How many stayed quiet; that no watch of a place has begun, where none has."""
    if not places_watched:
        return f"No watch of a place has begun; {len(quiet)} hotspots as usual"
    after = int((quiet["kind"] == "place").sum())
    if not after:
        return f"No watched place can be called quiet; {len(quiet)} hotspots as usual"
    noun = "place" if after == 1 else "places"
    return f"{after} {noun} stayed quiet after the action, {len(quiet) - after} hotspots as usual"


def _end(ratio: float) -> str:
    value = 100 * (ratio - 1)
    if abs(value) < 0.5:
        return "no change"
    digits = 1 if -100 < value < -99.5 else 0  # short of everything is never rounded up to everything
    return f"{max(value, -99.9) if digits else value:+,.{digits}f}%".replace("-", "−")
