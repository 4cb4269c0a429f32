"""Words and tables of Other areas, each made from the number it states."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from hotspots.analysis.areas import Concentration
from hotspots.pipeline.areas import ALL, AreasView
from hotspots.views.sentences import count, share, short_day

HELPS: Mapping[str, str] = {
    "Rank": "1 has the most reports",
    "Area": "Of a hexagon the street or site that most of its reports name; else the name in the file of areas",
    "Reports": "Located reports in the months and filters shown",
    "Day": "6 am to 8 pm, from real times only",
    "Night": "8 pm to 6 am, from real times only",
    "Real times": "Reports whose hour is known",
    "Hot": "It and its neighbours hold more than luck would give them, all hexagons looked at (Getis and Ord's Gi*, "
    "false discoveries held at 5%)",
}
"""Columns of the table that need a word more than their name."""
HARM = (
    "A range, because a category holds more and less serious reports. Anti-social behaviour has no weight in any index "
    "and stands on its own line; reports without a weight are unknown, not harmless."
)


def title(view: AreasView, kind: str) -> str:
    """The finding: the fullest area, or how concentrated the hexagons are beyond chance."""
    if view.spread is not None:
        return f"A fifth of the hexagons hold {view.spread.top_share:.0%} of reports; luck alone would give " \
               f"{view.spread.top_by_chance:.0%}"  # fmt: skip
    if view.table.empty:
        return f"Reports by {kind.lower()}"
    first = view.table.iloc[0]
    return f"{first['name']} has most: {int(first['n']):,} of {view.incidents:,} reports"


def counted(view: AreasView) -> str:
    """What was counted, and what was not."""
    what = count(view.incidents, "located report")
    if view.hours != ALL:
        what += f" by {view.hours}, of {view.exact:,} with a real time"
    return what + (f", {view.outside:,} in none of these areas" if view.outside else "")


def table_title(view: AreasView, kind: str) -> str:
    """How many areas hold reports, and how many are hot."""
    hot = int(view.table["hot"].sum())
    told = f"{len(view.table):,} {kind.lower()} hold reports"
    if not hot:
        return told
    return f"{told}; {hot:,} {'is' if hot == 1 else 'are'} hot with {'its' if hot == 1 else 'their'} neighbours"


def table_subtitle(view: AreasView) -> str:
    """What the columns are of."""
    parts = ["day 6 am to 8 pm, night the rest, from real times only"] if view.exact else []
    if view.spread is not None:
        parts.append(
            "a hexagon is 200 m wide wherever the reports lie; a hotspot follows them, so its count is another"
        )
    if view.base:
        parts.append(f"rate per 1,000 {view.base} with its 95% interval")
    told = " · ".join(parts)
    return told[:1].upper() + told[1:]


def one(row: pd.Series, base: str) -> str:
    """One area in a line."""
    rate = f"; {row['rate']:,.1f} per 1,000 {base}" if base and pd.notna(row["rate"]) else ""
    return f"{row['name'] or 'no name'}, rank {row['rank']}: {count(row['n'])}{rate}"


def rows(table: pd.DataFrame, base: str) -> pd.DataFrame:
    """The table as shown: rates only where a denominator is known, day and night only where a time is real."""
    shown = pd.DataFrame({"Rank": table["rank"], "Area": table["name"], "Reports": table["n"]})
    if table["exact"].any():
        shown = shown.assign(**{"Day": table["day"], "Night": table["night"], "Real times": table["exact"]})
    if base:
        shown[f"Per 1,000 {base}"] = [
            "not known" if pd.isna(r.rate) else f"{r.rate:,.1f} ({r.rate_low:,.1f} to {r.rate_high:,.1f})"
            for r in table.itertuples()
        ]
    if table["hot"].any():
        shown["Hot"] = ["◆ Yes" if hot else "" for hot in table["hot"]]
    return shown


def spread_title(spread: Concentration) -> str:
    """How much of the concentration is more than luck."""
    beyond = spread.top_share > spread.top_by_chance
    return f"Reports lie {'closer together than' if beyond else 'no closer together than'} luck alone would put them"


def spread(spread: Concentration) -> str:
    """The same in words, with its base."""
    return (
        f"{spread.n:,} reports over {spread.places:,} hexagons: all those near which anything was reported, so the "
        f"empty ones between count too. The fullest fifth hold **{spread.top_share:.0%}**; were every hexagon alike, "
        f"luck alone would put {spread.top_by_chance:.0%} there. Gini index {spread.gini:.2f}, by luck alone "
        f"{spread.gini_by_chance:.2f}, beyond luck {spread.gini_beyond:.2f} (0 is pure luck, 1 all in one). It rises "
        "by itself as counts fall, so it is not compared between periods."
    )


def spread_alt(spread: Concentration) -> str:
    """The Lorenz curve for those who cannot see it."""
    return (
        f"Lorenz curve of {count(spread.places, 'hexagon')}: the fullest fifth hold {spread.top_share:.0%} of reports, "
        f"the dashed curve of luck alone {spread.top_by_chance:.0%}"
    )


def near(table: pd.DataFrame, used: int, of: int, since: date | None) -> str:
    """How many bands hold more pairs than luck gives, and from which reports; since: see `NearRepeats`."""
    found = table[table["near_repeat"]]
    base = f"From {used:,} of {of:,} located reports, those with a real day and an address."
    if since is not None:
        base += f" Only those since {short_day(since)}: with more, too many pairs lie within reach."
    if found.empty:
        return f"{base} No distance and delay holds more pairs than luck gives."
    best = found.loc[found["ratio"].idxmax()]
    return (
        f"{base} Most beyond luck: {best['from_m']:.0f} to {best['to_m']:.0f} m and {best['from_days']:.0f} to "
        f"{best['to_days']:.0f} days apart, {int(best['pairs']):,} pairs where luck gives {best['expected']:,.0f} "
        f"({share(best['pairs'] - best['expected'], best['expected'])} more)."
    )


def near_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Bands as rows: how far, how soon, seen, by luck."""
    return pd.DataFrame(
        {
            "Metres": [f"{r.from_m:.0f} to under {r.to_m:.0f}" for r in table.itertuples()],
            "Days": [f"{r.from_days:.0f} to under {r.to_days:.0f}" for r in table.itertuples()],
            "Pairs": table["pairs"],
            "By luck": table["expected"].round(0).astype(int),
            "Times luck": table["ratio"].round(2),
            "More than luck": ["◆ Yes" if near else "" for near in table["near_repeat"]],
        }
    )


def harm_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Areas by count with their harm as a range and the ranks it allows."""
    return pd.DataFrame(
        {
            "Area": table["name"],
            "Reports": table["n"],
            "Of them ASB": table["asb"],
            "Without a weight": table["unweighed"],
            "Harm": [f"{r.harm_low:,.0f} to {r.harm_high:,.0f}" for r in table.itertuples()],
            "Rank by count": table["rank_by_count"],
            "Rank by harm": [
                f"{r.rank_best}" if r.rank_best == r.rank_worst else f"{r.rank_best} to {r.rank_worst}"
                for r in table.itertuples()
            ],
        }
    )
