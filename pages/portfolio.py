"""What have all our actions come to? Every intervention with its effect, what is due and what came back."""

from datetime import date

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
        st.caption(
            f"Every action in the register against the likest untouched areas · data before {words.day(made.data_to)}"
        )
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
    "Place": 110, "Done": 125, "From": 84, "To": 84, "Verdict": 96, "Returned": 92, "Change": 108, "Counts": 66,
    "Compared": 76, "Next door": 120, "Next test": 88, "Hours": 52, "Status": 66,
}  # fmt: skip


def _actions(released: Released) -> None:
    with show.card(
        "Every action and its effect", "Counts before and after · change against the comparison area, 95% interval"
    ):
        rows = _table(released.table)
        show.grid(
            rows,
            key="portfolio-actions",
            **show.fitted(rows, WIDTHS, most=9, special=_columns()),
            alt="Interventions with verdict, counts, interval, ring, hours and next assessment",
        )
        st.caption(
            "Actions at one place overlap, so each line shows the change round that action, not its own share: never "
            "add them up. A reporting drive is not judged: more reports are its success."
        )
    if released.table["low"].isna().all():
        return
    with show.card("The intervals side by side", "A line that crosses 0% shows no clear change · dot: best estimate"):
        drawn = charts.effects_chart(released, colours=show.colours())
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
            show.grid(_ringing(ringing), key="portfolio-ringing", row_height=40, alt="Places that ring")
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
            show.grid(_quiet(quiet), key="portfolio-quiet", height=300, alt="Places that stayed quiet")
        if no_boast:
            st.caption(
                "Not called quiet, because a comparison is refused, reports rose or were not clearly fewer after the "
                f"action than before it, or too little before it is held: {show.plain(', '.join(no_boast))}."
            )
        if view.waiting:
            st.caption("Watch not started, the action has not ended: " + show.plain(", ".join(view.waiting)) + ".")
        if view.unwatched:
            st.caption(f"{view.unwatched} hotspots have too few earlier months to watch.")


def _ringing(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Place": rows["place"],
            "State": ["↻ Returned" if state == "returned" else "▲ Rising" for state in rows["state"]],
            "Since": [sentences.short_day(d) for d in rows["since"]],
            "Last month": rows["observed"],
            "Quiet range": [
                f"{low:.0f} to {high:.0f}" for low, high in zip(rows["usual_low"], rows["usual_high"], strict=True)
            ],
            "Rings when": [portfolio_words.rings_when(row) for row in rows.itertuples()],
            "By luck": [portfolio_words.by_luck(row) for row in rows.itertuples()],
        }
    )


def _quiet(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Place": rows["place"],
            "Kind": rows["kind"],
            "Watched from": [f"{day:%b %Y}" for day in rows["watched_from"]],
            "Last month": rows["observed"],
            "Quiet range": [
                f"{low:.0f} to {high:.0f}" for low, high in zip(rows["usual_low"], rows["usual_high"], strict=True)
            ],
        }
    )


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
        "Change": "95% interval against the comparison area",
        "Counts": "Reports before and after",
        "Compared": "The same in the comparison area",
    }
    text = {name: st.column_config.TextColumn(width=WIDTHS[name], help=told) for name, told in helps.items()}
    return {**text, "Hours": st.column_config.NumberColumn(width=WIDTHS["Hours"], format="%d")}


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("portfolio")
