"""What have all our actions come to? Every intervention with its effect, what is due and what came back."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from hotspots.pipeline.portfolio import NOT_COMPARED, Portfolio, portfolio_for
from hotspots.pipeline.watching import WatchView
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import comparison_charts as charts
from hotspots.views import comparison_words as words
from hotspots.views import portfolio_words, sentences
from pages.parts import front_door, session, show
from pages.parts import watched as relapses


def render(viewer: Viewer) -> None:
    """Counts of verdicts; the table; intervals side by side; the relapse watch."""
    viewer.require(Action.SEE_COMPARISONS)
    store = session.current_store()
    watched = relapses.watched(store)
    made = _portfolio(store, store.data_version, session.today(store), watched)
    released = release(made.table, viewer, policy="portfolio", as_of=made.data_to)
    title, tools = st.columns([80, 20], vertical_alignment="center")
    with title:
        st.title(portfolio_words.portfolio_title(released.table), anchor=False)
        until = sentences.day(made.data_to - timedelta(days=1))
        told = portfolio_words.portfolio_subtitle(released.table)
        st.caption(f"{told} · against the likest untouched areas · data to {until}")
        for why in portfolio_words.refused_because(released.table):
            st.caption(show.plain(why))
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
        show.downloads(released, store, title="Portfolio of interventions", settings=_RECIPE, name="portfolio")
    if released.table.empty:
        st.info("Nothing has been logged as started yet. Record an intervention on the Interventions page.")
    else:
        _actions(released)
    verdicts = released.table
    unproved = frozenset(verdicts.loc[verdicts["verdict"].isin(words.NEVER_QUIET), "place"])
    _watched(watched, release(watched.watched, viewer, policy="watch", as_of=made.data_to), unproved)


@st.cache_resource(show_spinner="Comparing every action …", max_entries=8)
def _portfolio(_store: Store, version: str, today: date, _watched: WatchView) -> Portfolio:
    return portfolio_for(_store, today=today, watched=_watched)


WIDTHS = {
    "Place": 140, "Done": 160, "From": 94, "To": 94, "Verdict": 94, "Returned": 88, "Change": 106, "Counts": 66,
    "Compared": 78, "Next door": 112, "Next test": 94, "Hours": 52, "Status": 66,
}  # fmt: skip


RINGING = {
    "Place": 125, "State": 100, "Since": 92, "Last month": 82, "Quiet range": 86, "Rings when": 134, "By luck": 78,
}  # fmt: skip
QUIET = {"Place": 150, "Last month": 82, "Quiet range": 88, "Kind": 66, "Watched": 76}
SPARE = ("Status", "Hours", "Returned", "To", "Since", "Kind", "Watched")
"""Columns of the three tables that a room may go without."""


def _actions(released: Released) -> None:
    with show.card(
        "Every action and its effect", "Counts before and after · change against the comparison area, 95% interval"
    ):
        rows = _table(released.table)
        show.grid(
            rows,
            key="portfolio-actions",
            placeholder="–",
            **show.fitted(rows, WIDTHS, most=14, special=_columns(), spare=SPARE),
            alt="Interventions with verdict, counts, interval, ring, hours and next assessment",
        )
        st.caption(
            "Actions at one place overlap, so each line shows the change round that action, not its own share: never "
            "add them up. A reporting drive is not judged: more reports are its success."
        )
    if released.table["low"].isna().all():
        return
    with show.card(
        "The intervals side by side", "A line that crosses 0% shows neither a fall nor a rise · dot: best estimate"
    ):
        drawn = show.made(charts.effects_chart, released)
        show.chart(
            drawn, released, alt_text="Change and interval of every action", key="portfolio-effects", columns=_DRAWN
        )


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Place": rows["place"],
            "Done": rows["done"],
            "From": [sentences.short_day(d) for d in rows["start"]],
            "To": [sentences.short_day(d) for d in rows["last_day"]],
            "Verdict": [portfolio_words.verdict_label(v) for v in rows["verdict"]],
            "Returned": ["↻ Returned" if back else "" for back in rows["returned"]],
            "Change": [portfolio_words.change_cell(row) for row in rows.itertuples()],
            "Counts": [portfolio_words.pair(row.before, row.after) for row in rows.itertuples()],
            "Compared": [portfolio_words.pair(row.control_before, row.control_after) for row in rows.itertuples()],
            "Next door": [portfolio_words.ring_cell(row) for row in rows.itertuples()],
            "Next test": [sentences.short_day(d) for d in rows["next_assessment"]],
            "Hours": rows["cost_hours"],
            "Status": rows["status"].map(sentences.STATUS),
        }
    )


def _watched(view: WatchView, released: Released, unproved: frozenset[str]) -> None:
    """unproved: places with a comparison that is refused or shows a rise, which are not called quiet."""
    table = released.table
    ringing, quiet = table[table["since"].notna()], table[table["since"].isna()]
    kept = quiet["kind"].eq("place") & quiet["place"].isin(unproved)
    no_boast, quiet = [*quiet.loc[kept, "place"], *view.never_quiet], quiet[~kept]
    left, right = st.columns([60, 40], gap="small")
    with (
        left,
        show.card(
            portfolio_words.watch_title(ringing, len(table)),
            portfolio_words.watch_budget(len(table), view.false_alarms_per_year),
        ),
    ):
        if len(ringing):
            rows = _ringing(ringing)
            look = show.fitted(rows, RINGING, special=_helped(RINGING), spare=SPARE)
            show.grid(rows, key="portfolio-ringing", alt="Places that ring", **look)
            if (ringing["observed"] <= ringing["usual_high"]).any():
                st.caption(portfolio_words.ADDS_UP)
        st.caption(f"{portfolio_words.WATCH_BEGINS} Reports that come in bursts ring more often than the figure says.")
    with (
        right,
        show.card(
            portfolio_words.quiet_title(quiet, places_watched=int(table["kind"].eq("place").sum())),
            "Watched and silent; last whole month against the quiet range",
            stretch=True,
        ),
    ):
        if len(quiet):
            rows = _quiet(quiet)
            look = show.fitted(rows, QUIET, special=_helped(QUIET), spare=SPARE)
            show.grid(rows, key="portfolio-quiet", alt="Places that stayed quiet", **look)
        if no_boast:
            st.caption(
                "Not called quiet, because a comparison is refused, reports rose or were not clearly fewer after the "
                f"action than before it, or too little before it is held: {show.plain(', '.join(no_boast))}."
            )
            spots = sorted(set(no_boast) & set(quiet["place"]))
            if spots:
                st.caption(f"As a hotspot at its usual level: {show.plain(', '.join(spots))}.")
        if view.waiting:
            st.caption("Watch not started, the action has not ended: " + show.plain(", ".join(view.waiting)) + ".")
        if view.unwatched:
            st.caption(
                f"{sentences.count(view.unwatched, 'hotspot')} of all districts: too few earlier months to watch."
            )


def _ringing(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Place": rows["place"],
            "State": ["↻ Returned" if state == "returned" else "▲ Rising" for state in rows["state"]],
            "Since": [sentences.short_day(d) for d in rows["since"]],
            "Last month": rows["observed"],
            "Quiet range": _ranges(rows),
            "Rings when": [portfolio_words.rings_when(row) for row in rows.itertuples()],
            "By luck": [portfolio_words.by_luck(row) for row in rows.itertuples()],
        }
    )


def _quiet(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Place": rows["place"],
            "Last month": rows["observed"],
            "Quiet range": _ranges(rows),
            "Kind": rows["kind"],
            "Watched": [f"{day:%b %Y}" for day in rows["watched_from"]],
        }
    )


def _ranges(rows: pd.DataFrame) -> list[str]:
    return [f"{low:,.0f} to {high:,.0f}" for low, high in zip(rows["usual_low"], rows["usual_high"], strict=True)]


def _helped(widths: dict[str, int]) -> dict:
    """The columns of the watch with a word of help where one is needed."""
    helps = {name: portfolio_words.WATCH_HELPS[name] for name in widths if name in portfolio_words.WATCH_HELPS}
    text = {name: st.column_config.TextColumn(width=widths[name], help=told) for name, told in helps.items()}
    return text | {"Last month": show.figures(widths["Last month"], help=helps["Last month"])}


_RECIPE = {
    "windows": "12, 9 or 6 whole months after, against the same months a year before; else 26 weeks each side",
    "comparison area": "likest untouched areas of the same district, beyond 400 m of any action",
    "not judged": NOT_COMPARED,
}
_DRAWN = ("place", "done", "before", "after", "ratio", "low", "high")
"""Columns of the portfolio that its chart draws."""


def _columns() -> dict:
    """Columns that need a word more than their name."""
    helps = {
        "From": "First day",
        "To": "Last day; empty while it runs",
        "Verdict": "What the whole interval says; Fell and Rose are never called an effect of the action",
        "Returned": "The watch below rings there since an action ended",
        "Change": "95% interval against the comparison area",
        "Counts": "Reports before and after",
        "Compared": "The same in the comparison area",
        "Next door": "Within 150 m, by a 90% interval, with reports before and after",
        "Next test": "Next of the assessments 4, 12, 26 and 52 weeks on; empty where none lies ahead",
    }
    text = {name: st.column_config.TextColumn(width=WIDTHS[name], help=told) for name, told in helps.items()}
    return {**text, "Hours": show.figures(WIDTHS["Hours"], help="Staff hours; – where nobody noted them")}


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("portfolio")
