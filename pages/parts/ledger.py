"""What became of the hotspots: the set kept last, the button that keeps one, the history of one hotspot."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.pipeline import HubView, Query
from hotspots.pipeline import ledger as kept
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.store import ledger as sets
from hotspots.views import alarm_words as words
from hotspots.views import sentences
from pages.parts import session, show, signin

PAST_MONTHS = 12
"""Months whose sets the first keeping adds, so that a new ledger begins with a year of history."""
_WIDTHS = {"Id": 48, "Hotspot": 62, "Became": 95, "From, into": 66, "Reports": 66, "Rank": 50, "Moved": 50}
"""Columns of the list and their pixels on a small laptop."""
_HELP = {
    "Id": "A number it keeps for good",
    "Hotspot": "The street or site that most of its reports name, or the name the hub gave it",
    "Became": "Against the set before: where it lies, not how many reports it has",
    "From, into": "Ids of the hotspots it came from, or the one it went into",
    "Moved": "Rank against the set before",
}


def became_card(viewer: Viewer, store: Store, view: HubView, first: Query) -> None:
    """Hotspots against the last set kept; a chosen row opens its history.

    first: the settings' own query: only its sets are kept, in whatever district.
    """
    table = kept.what_became(store, view)
    released = release(table, viewer, policy="hotspot ledger", as_of=view.last_month)
    is_kept = bool(len(table)) and bool(table["kept"].iloc[0])
    title = words.became_title(table["event"].value_counts(), kept=is_kept)
    if table.empty:
        title = "No set of hotspots has been kept yet"
    with show.card(
        title, "A hotspot keeps its id and name while it shares most of its addresses or ground", key="ledger"
    ):
        if not is_kept and viewer.can(Action.RECORD):
            _keep_button(viewer, store, view, first, past=table.empty)
        if table.empty:
            st.caption("Until a hub member keeps one here, hotspots have no lasting id and no history. From then on "
                       "this list says which are new, grew, shrank, split or ended.")  # fmt: skip
            return
        chosen = _list(released.table)
        with st.container(horizontal=True, vertical_alignment="center"):
            recipe = {"district": ", ".join(view.query.districts) or "all", "window": str(view.query.window.end)}
            show.downloads(released, store, title="What became of the hotspots", settings=recipe, name="hotspot-ledger")
            if chosen and is_kept:
                history_button(viewer, store, chosen, view.query, key="ledger-history", label=f"History of {chosen}")


def _keep_button(viewer: Viewer, store: Store, view: HubView, first: Query, *, past: bool) -> None:
    """Keep this set; the first time, the sets of the year before it as well."""
    usual = replace(first, districts=view.query.districts) == view.query
    why = "" if usual else "Only the settings' own dates and filters are kept; reset the filters to keep a set."
    if not st.button("Keep this set", icon=":material/bookmark_add:", key="keep-set", disabled=not usual, help=why):
        return
    who, at = viewer.name, session.now()
    with st.status("Keeping the hotspots", expanded=False) as status:
        if past:
            kept.remember_months(
                store, view.query, months=PAST_MONTHS, who=who, at=at,
                progress=lambda share, said: status.update(label=f"{said} · {share:.0%}"),
            )  # fmt: skip
        kept.remember_run(store, view, who=who, at=at)
    st.rerun()


def _list(table: pd.DataFrame) -> str:
    """The set as a list; returns the id of the chosen row, or ""."""
    rows = pd.DataFrame(
        {
            "Id": table["hotspot"],
            "Hotspot": table["name"].fillna(""),
            "Became": [words.BECAME[event] for event in table["event"]],
            "From, into": [words.lineage(r.event, r.hotspot, r.from_ids, r.into) for r in table.itertuples()],
            "Reports": table["n"],
            "Rank": table["rank"],
            "Moved": [words.moved(change) for change in table["change"]],
        }
    )
    if not rows["From, into"].any():
        rows = rows.drop(columns="From, into")  # an empty column would push the last one out of sight
    widths = {name: wide for name, wide in _WIDTHS.items() if name in rows}
    widths["Hotspot"] += sum(_WIDTHS.values()) - sum(widths.values())
    chosen = show.grid(
        rows,
        key="ledger-list",
        exported=True,
        on_select="rerun",
        selection_mode="single-row",
        **show.fitted(
            rows,
            widths,
            most=6,
            spare=("From, into", "Moved", "Rank"),
            special={
                **{name: st.column_config.TextColumn(width=_WIDTHS[name], help=told) for name, told in _HELP.items()},
                "Reports": show.figures(_WIDTHS["Reports"], help="In the months the filters show"),
                "Rank": show.figures(_WIDTHS["Rank"], help="1 has the most reports"),
            },
        ),
        alt="Hotspots with their lasting ids and what became of each; choose a row for its history",
    ).selection.rows
    return table["hotspot"].iloc[chosen[0]] if chosen else ""


def history_button(
    viewer: Viewer, store: Store, hotspot: str, query: Query, *, key: str, label: str = "History"
) -> None:
    """The button that opens a hotspot's history, where it can also be renamed; without an id it says why not.

    hotspot: lasting id, "" for none · query: what the hotspot was found with
    """
    why = "Every set it was in; rename it here" if hotspot else _why_none(store, query)
    if st.button(label, icon=":material/history:", key=key, help=why, disabled=not hotspot):
        _history(viewer, store, hotspot)


def _why_none(store: Store, query: Query) -> str:
    where = show.plain(sentences.listing(query.districts)) if query.districts else "all districts together"
    return sentences.no_history(where, kept=sets.last_set(store, query.districts) is not None)


@st.dialog("History of a hotspot", width="large")
@signin.checked
def _history(viewer: Viewer, store: Store, hotspot: str) -> None:
    released = release(kept.history_of(store, hotspot), viewer, policy="history of a hotspot")
    table = released.table
    last = table.iloc[-1]
    ends = table["end"] - pd.Timedelta(days=1)
    st.markdown(
        f"**{show.plain(last['name'] or hotspot)}** · {hotspot} · known since the set to {sentences.day(ends.iloc[0])}"
    )
    rows = pd.DataFrame(
        {
            "Up to": [sentences.short_day(day) for day in ends],
            "Became": [words.BECAME[event] for event in table["event"]],
            "From, into": [words.lineage(r.event, hotspot, r.from_ids, r.into) for r in table.itertuples()],
            "Reports": table["n"],
            "Rank": table["rank"],
            "Moved": [words.moved(change) for change in table["change"]],
            "Found as": table["found_as"],
        }
    )
    st.dataframe(rows.iloc[::-1], hide_index=True, alt="Every set that names this hotspot, the latest first")
    if viewer.can(Action.RECORD):
        name = st.text_input("Call it", value=last["name"] or "", max_chars=80, key=f"rename-{hotspot}")
        if st.button("Save the name", type="primary", disabled=name.strip() in ("", last["name"])):
            kept.rename(store, hotspot, name, who=viewer.name, at=session.now())
            st.rerun()
