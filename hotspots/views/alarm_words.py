"""Words of What's new and of the hotspots' history, each made from the number it states."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from hotspots.pipeline.alarming import RETURNED, AlarmView
from hotspots.views.sentences import count, month, usual

RULES: Mapping[str, str] = {
    "above its usual range": "Last month above usual",
    "small weekly rises that add up": "Weekly rises add up",
    RETURNED: "Back after its action ended",
    "new concentration on the hexagon grid": "New on unwatched ground",
}
"""Rule of an alarm → the rule in plain words, short enough for a table."""
BUDGET: Mapping[str, tuple[str, str]] = {
    "range": ("Last month above its usual range", "whole months"),
    "weeks": ("Small weekly rises that add up", "reports with their day"),
    "returned": ("Came back after the action ended", "an action that ended"),
    "hexagons": ("New concentration on the hexagon grid", "reports on the map"),
}
"""Part of the false-alarm budget → the rule, and what it needs."""
BECAME: Mapping[str, str] = {
    "born": "✦ First seen",
    "returned": "↻ Returned",
    "grew": "▲ Grew",
    "kept": "■ Still there",
    "shrank": "▼ Shrank",
    "split": "◇ Split",
    "merged": "◆ Merged",
    "ended": "○ Ended",
}
"""Event of the ledger → word with its shape, for tables."""
_IN_SENTENCES = {"born": "first seen", "kept": "still there"}
"""Events that another word tells better; the rest are told as the ledger calls them."""


def rising_counts(when: date) -> str:
    """What Trends counts as new, growing or back, and how What's new differs; when: the month judged."""
    return (
        f"Counts hotspots whose whole month of {month(when)} lay above their usual range, as the hub meeting does. "
        "What's new also watches adopted places and the ground between, and adds up weeks."
    )


def counts(all_districts: bool) -> str:
    """What What's new counts, and how Trends, the hub meeting and Portfolio differ."""
    where = "" if all_districts else ", in all districts,"
    return (
        "Counts adopted places and other hotspots whose month or weeks rose, and new spots between them. Trends and "
        "the hub meeting count hotspots by their last whole month alone; "
        f"Portfolio{where} asks which place is still quiet."
    )


def title(ringing: int, watched: int, grid: int, names: list[str]) -> str:
    """The finding: how many of the watched areas ring, by name where there are few, and how many new spots.

    ringing, watched: places and hotspots · grid: hexagons between them that ring · names: of all that ring
    """
    if not ringing + grid:
        return "Nothing is outside its usual range"
    if ringing + grid <= 2 and len(names) == ringing + grid:
        return f"{' and '.join(names)} {_ring(len(names))}"
    spots = count(grid, "spot") + " that nobody watches"
    if not ringing:
        return f"{spots} {_ring(grid)}"
    areas = f"{ringing} of {count(watched, 'watched area')} {_ring(ringing)}"
    return f"{areas}; {spots} rose too" if grid else areas


def _ring(n: int) -> str:
    return "rings an alarm" if n == 1 else "ring an alarm"


def grid(view: AlarmView) -> str:
    """What the hexagon rule could compare: the reason where it has no last year, or which source was left out."""
    if not view.grid_compared:
        return "no last year to compare on the grid" + (f" ({_gaps(view)})" if view.not_held else "")
    return "the grid between them" + (f" without {_gaps(view)}" if view.not_held else "")


def _gaps(view: AlarmView) -> str:
    return "; ".join(f"{source}: {_months(gone)} not held whole" for source, gone in view.not_held.items())


def _months(gone: tuple[date, ...]) -> str:
    told = [f"{day:%b %Y}" for day in gone]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def nearest(row: pd.Series | None, watched: int, judged: int) -> str:
    """What was looked at and which came nearest, for a screen on which nothing rings.

    watched, judged: areas looked at, and those of them with enough earlier months for a usual range
    """
    if row is None:
        return "No area has six earlier months yet, so nothing can be called unusual."
    rest = "" if judged == watched else f", {watched - judged} more have too few earlier months to be judged"
    return (
        f"{count(judged, 'area')} checked{rest}. The nearest is {row['place']}: {count(row['latest'])} in "
        f"{month(row['period'])} ({usual(row['usual_low'], row['usual_high'])}); it would ring at "
        f"{int(row['usual_high']) + 1}."
    )


def usual_words(low: float, high: float) -> str:
    """Usual range of an alarm, or the expected number where a rule has no lower end."""
    if pd.isna(high):
        return "–"
    if pd.isna(low):
        return f"about {high:,.0f}" if high >= 1 else "under 1"
    return f"{low:,.0f} to {high:,.0f}"


def usually(rule: str, low: float, high: float) -> str:
    """`usual_words` of an alarm's own rule: what came back is held against its quiet months, not its usual range."""
    return usual_words(low, high) + (" while quiet" if rule == RETURNED else "")


def luck(yearly: float) -> str:
    """How often something rings by luck: 4.7 a year, or once in so many years."""
    if pd.isna(yearly):
        return "whole grid only"
    if yearly <= 0:
        return "never"
    if yearly >= 0.5:
        return f"{yearly:.1f} a year"
    return f"once in {1 / yearly:,.0f} years"


def luck_title(yearly: float) -> str:
    """The false alarms of the whole screen as a finding."""
    about = f"{yearly:.1f}" if yearly >= 1.5 else "one" if yearly >= 0.7 else "fewer than one"
    rings = "ring" if about not in ("one", "fewer than one") else "rings"
    return f"About {about} of these {rings} a year by luck alone"


def became_title(counts: Mapping[str, int], *, kept: bool) -> str:
    """What became of the hotspots since the set before."""
    told = [f"{counts[event]} {_IN_SENTENCES.get(event, event)}" for event in BECAME if counts.get(event)]
    since = "since the set before" if kept else "since the last set kept"
    return f"Hotspots {since}: {', '.join(told)}" if told else f"No hotspot {since}"


def moved(change: object) -> str:
    """Rank change against the set before: up 2, down 1, –; empty where there was none before."""
    if pd.isna(change):
        return ""
    return "–" if change == 0 else f"up {change}" if change > 0 else f"down {-change}"


def standing(row: pd.Series) -> str:
    """Rank and what it is against, what became of it, lasting id: "rank 3, up 2 since the set before · split, from H4
    · id H12". Says nothing of a move where nothing was held to compare with.
    """
    since = "since the set before" if row["event"] else "on a month ago"
    moved_ = {"": "", "–": f", unmoved {since}", "new": ", new among them", "back": ", back among them"}.get(
        row["moved"], f", {row['moved']} {since}"
    )
    kin = lineage(row["event"], row["hotspot"], row["from_ids"], None) if row["event"] else ""
    became = "" if row["event"] in ("kept", "born", "returned") else row["event"]
    event = "" if not became else f"{became}{', ' + kin if kin else ''}"
    lasting_id = f"id {row['hotspot']}" if row["hotspot"] else ""
    return " · ".join(part for part in (f"rank {row['rank']}{moved_}", event, lasting_id) if part)


def lineage(event: str, own: str, from_ids: tuple[str, ...], into: object) -> str:
    """Other ids that a hotspot came from or went into."""
    if event == "ended":
        return f"into {into}" if isinstance(into, str) else ""
    others = [i for i in from_ids if i != own]
    return f"from {', '.join(others)}" if others else ""


def capture_title(table: pd.DataFrame) -> str:
    """What the hotspots caught beside the best rival of equal area, as counts."""
    own, rivals = table.iloc[0], table.iloc[1:]
    best = rivals.loc[rivals["captured"].idxmax()]
    return (
        f"Last period's hotspots held {own['captured']:,.0f} of the next {own['of']:,.0f} reports; "
        f"the best rival of equal area, {best['method']}, {best['captured']:,.0f}"
    )


def stability_title(table: pd.DataFrame) -> str:
    """How many hotspots survive every setting moved by a quarter."""
    firm = table.groupby("hotspot")["survives"].all()
    return f"{int(firm.sum())} of {count(len(firm), 'hotspot')} survive every setting moved by a quarter"


def stability_strip(table: pd.DataFrame) -> pd.DataFrame:
    """Hotspots by setting: ● where they survive, ○ where they dissolve, with how alike they stayed."""
    moved = table["setting"].map({"eps": "reach ", "min_samples": "least "})
    values = [f"{r.eps:.0f} m" if r.setting == "eps" else f"{int(r.min_samples)} reports" for r in table.itertuples()]
    cells = table.assign(
        column=moved + pd.Series(values, index=table.index),
        words=[f"{'●' if r.survives else '○'} {r.similarity:.2f}" for r in table.itertuples()],
    )
    order = list(dict.fromkeys(cells["column"]))
    wide = cells.pivot(index=["hotspot", "name", "n"], columns="column", values="words")[order].reset_index()
    return wide.drop(columns="hotspot").rename(columns={"name": "Hotspot", "n": "Reports"}).rename_axis(None, axis=1)
