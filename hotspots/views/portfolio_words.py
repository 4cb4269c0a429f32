"""Words of the portfolio: every action in a row, and what the relapse watch says of places and hotspots."""

from collections.abc import Mapping

import pandas as pd

from hotspots.pipeline.watching import PER_YEAR
from hotspots.views.comparison_words import VERDICTS
from hotspots.views.sentences import count, listing


def verdict_label(verdict: str) -> str:
    """A verdict for a table cell, with its shape; other words stand as they are."""
    look = VERDICTS.get(verdict)
    return look.word if look else verdict.capitalize()


def portfolio_title(table: pd.DataFrame) -> str:
    """How each place with an action stands: once, by the latest compared there.

    table: place, start, verdict, before (missing where nothing was counted)
    """
    judged = table[table["verdict"].isin(tuple(VERDICTS))]
    if judged.empty:
        return "No action can be judged yet"
    latest = _latest(judged)
    places = latest["verdict"].value_counts()
    parts = [f"{word} at {places[word]}" for word in VERDICTS if word in places.index]
    return f"{count(len(latest), 'place')} with an action: {', '.join(parts)}"


def portfolio_subtitle(table: pd.DataFrame) -> str:
    """How many actions stand behind the title, and that drives do not; table: as for the title."""
    judged = int(table["verdict"].isin(tuple(VERDICTS)).sum())
    drives = len(table) - judged
    besides = f", {count(drives, 'reporting drive')} not" if drives else ""
    return f"{count(judged, 'action')} judged{besides}; a place counts by its latest that could be compared"


def _latest(judged: pd.DataFrame) -> pd.DataFrame:
    """A row a place; an action with nothing counted after it yet does not hide what came of the one before."""
    by = judged.assign(counted=judged["before"].notna() | judged["verdict"].eq("refused"))
    return by.sort_values(["counted", "start"], kind="stable").drop_duplicates("place", keep="last")


def refused_because(table: pd.DataFrame) -> list[str]:
    """Why places stand as refused in the title, a sentence a reason: "Refused at A and B: …".

    table: place, start, verdict, before, why
    """
    latest = _latest(table[table["verdict"].isin(tuple(VERDICTS))])
    refused = latest[latest["verdict"] == "refused"]
    by = refused["place"].groupby(refused["why"].str.removeprefix("Refused: "), sort=False)
    return [f"Refused at {listing(list(names))}: {why}" for why, names in by]


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
    """The rule of one watch in few letters: what is over 2 a month adds up to 2.5."""
    return f"what is {row.rule.split(' (')[0].removeprefix('Reports ').removesuffix(' or more')}".replace(
        " add", " adds"
    )


def by_luck(row: object) -> str:
    """How often one watch rings with nothing wrong."""
    years = row.run_length / PER_YEAR[row.counted_by]
    return f"once in {years:,.0f} years"


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
    """What the watch counts, how it differs from What's new, and how often all of it rings by luck."""
    if not watched:
        return "A hotspot is watched from six earlier months on"
    return (
        f"{watched} places since their action ended and other hotspots, in all districts, each against its own quiet "
        "level; What's new goes by usual ranges, of one district. With nothing wrong anywhere they would together ring "
        f"about {yearly:.1f} times a year"
    )


WATCH_HELPS: Mapping[str, str] = {
    "Since": "When the climb to this alarm began",
    "Last month": "Reports in the last whole month, those on map points too, which the counts above leave out",
    "Quiet range": "What 995 of 1,000 months would hold at the quiet level",
    "Rings when": "Each month's or week's reports over the first figure are added up; a quiet one takes away again",
    "By luck": "How often it rings with nothing wrong",
    "Watched": "First month of the watch",
}
"""Columns of the watch that need a word more than their name."""
ADDS_UP = (
    "The watch adds up: several months each a little over the quiet level ring, though the last alone lies inside its "
    "quiet range."
)
WATCH_BEGINS = (
    "The watch of a place begins by itself when an action that ran for a time there has ended and the first whole "
    "month after it is held."
)


def quiet_title(quiet: pd.DataFrame, *, places_watched: int) -> str:
    """How many stayed quiet; that no watch of a place has begun, where none has."""
    if not places_watched and quiet.empty:
        return "No watch has begun"
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
