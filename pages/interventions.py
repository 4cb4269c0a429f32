"""What was done where, under which power, how does it stand, and which deadline runs next?"""

import pandas as pd
import streamlit as st

from hotspots.pipeline import register as overview
from hotspots.register import powers
from hotspots.register.interventions import VALID_TRANSITIONS, Intervention
from hotspots.register.powers import NOT_LEGAL_ADVICE
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.store import register_reads as reads
from hotspots.views import register_words, sentences
from pages.parts import assessing, case_review, front_door, intervention_forms, session, show
from pages.parts import register as shared

STANDING = {
    "passed": "✕ Passed",
    "within 48 hours": "◆ Within 48 hours",
    "within 14 days": "◷ Within 14 days",
    "later": "○ Later",
}
"""How near a deadline is: a shape and a word, never a colour alone and never that anyone is in time."""
WIDTHS = {
    "What": 180, "Status": 88, "When": 120, "Place": 120, "Lead": 150, "Power": 165, "Law": 100, "Hours": 55,
    "With": 240,
}  # fmt: skip
SPARE = ("Law", "Hours", "With")
CLOCK_WIDTHS = {"Ends": 165, "Clock": 225, "Stands": 135, "Place": 185, "For": 270, "Law": 130, "Note": 150}
CLOCK_SPARE = ("Law", "Note")
"""Columns that a room may go without."""


def render(viewer: Viewer) -> None:
    """Clocks by due time, every intervention with its status, and recording a new one."""
    viewer.require(Action.SEE_REGISTER)
    store = session.current_store()
    shared.begin()
    table = overview.interventions_table(store, today=session.today(store))
    released = release(table, viewer, policy="interventions")
    clocks = release(overview.clocks(store, at=session.moment(store)), viewer, policy="clocks")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width="content", gap="xsmall"):
            st.title(_title(released.table), anchor=False)
            st.caption(f"Interventions · as of {sentences.short_day(session.today(store))} · {NOT_LEGAL_ADVICE}")
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            show.downloads(released, store, title="Interventions", settings={}, name="interventions")
            if viewer.can(Action.RECORD) and st.button(
                "Record an intervention", type="primary", icon=":material/add:", key="intervention-new"
            ):
                intervention_forms.record_dialog(viewer, store)
    _list(viewer, store, released)
    _clocks(store, clocks)
    with st.container(key="stacks-interventions"):
        left, right = st.columns([60, 40], gap="small")
    with left:
        _assessments(viewer, store, released.table)
    with right:
        case_review.card(store)


def _title(table: pd.DataFrame) -> str:
    running = int(table["status"].isin(("active", "extended")).sum())
    return f"{running} of {len(table)} interventions are running" if len(table) else "No intervention yet"


def _list(viewer: Viewer, store: Store, released: Released) -> None:
    table = released.table
    may_step = viewer.can(Action.RECORD)
    how = "Newest first; choose a row to take it a step further or to change it" if may_step else "Newest first"
    with show.card("What was done where", how):
        if table.empty:
            st.markdown("Nothing has been recorded. Record the first intervention with the button above.")
            return
        rows = _rows(table)
        event = show.grid(
            rows,
            key=f"interventions-{store.data_version}",
            exported=True,
            on_select="rerun" if may_step else "ignore",
            selection_mode="single-row",
            alt="Interventions, newest first",
            **show.fitted(rows, WIDTHS, most=6, spare=SPARE),
        )
        if may_step:
            _step_button(viewer, store, table, event.selection.rows)


def _rows(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "What": [_what(row) for row in table.itertuples()],
            "Status": [sentences.STATUS[status] for status in table["status"]],
            "When": [_when(r.start, r.last_day) for r in table.itertuples()],
            "Place": table["place"],
            "Lead": table["lead"],
            "Power": [powers.cited(shared.powers(), power) for power in table["power_id"]],
            "Law": table["law_status"],
            "Hours": ["–" if pd.isna(hours) else f"{hours:.0f}" for hours in table["cost_hours"]],
            "With": table["partners"],
        }
    )


def _what(row: object) -> str:
    """What was done, and where it moves reporting itself, which way."""
    effect = row.expected_reporting_effect
    return row.what if effect == "none" else f"{row.what} (reporting {effect})"


def _when(start: pd.Timestamp, last_day: pd.Timestamp) -> str:
    if pd.isna(start):
        return "not started"
    first = sentences.short_day(start)
    return first if start == last_day else f"{first} to {sentences.short_day(last_day, 'no end set')}"


def _step_button(viewer: Viewer, store: Store, table: pd.DataFrame, rows: list[int]) -> None:
    chosen = table.iloc[rows[0]] if rows else None
    steps = sorted(VALID_TRANSITIONS[chosen["status"]]) if chosen is not None else []
    label = "Next step for the chosen row"
    if chosen is not None and not steps:
        label = f"{sentences.STATUS[chosen['status']]} is final"
    with st.container(horizontal=True, gap="small"):
        step = st.button(label, disabled=not steps, icon=":material/arrow_forward:", key="intervention-step")
        change = st.button(
            "Change the chosen row", disabled=chosen is None, icon=":material/edit:", key="intervention-change"
        )
    if not (step or change):
        return
    item = reads.get(store, Intervention, int(chosen["id"]))
    if change:
        intervention_forms.change_dialog(viewer, store, item)
    elif item.status == "ended" and assessing.left(store, item):
        assessing.dialog(viewer, store, item, closes=True)
    else:
        intervention_forms.step_dialog(viewer, store, item)


def _assessments(viewer: Viewer, store: Store, table: pd.DataFrame) -> None:
    n, late = len(session.assessments(store)), int((session.assessments(store)["days_late"] > 0).sum())
    with show.card(
        f"{n} to assess by the next meeting, {late} late" if n else "Nothing is to be assessed by the next meeting",
        "4, 12, 26 and 52 weeks after the start, or after shut premises opened again",
    ):
        due, made, ahead = st.tabs(["To assess", "Assessed", "Days ahead"])
        with due:
            assessing.due_list(viewer, store, key="interventions-assess", most=4)
        with made:
            assessing.made(viewer, store, most=4)
        with ahead:
            _days_ahead(table)


def _days_ahead(table: pd.DataFrame) -> None:
    ahead = table[table["next_assessment"].notna()].sort_values("next_assessment").head(6)
    if ahead.empty:
        st.caption("No assessment lies ahead.")
    for row in ahead.itertuples():
        st.markdown(f"**{sentences.short_day(row.next_assessment)}** {show.plain(row.what)}, {show.plain(row.place)}")


def _clocks(store: Store, clocks: Released) -> None:
    table = clocks.table
    title = register_words.clocks_title(table["standing"].tolist())
    with show.card(title, "Soonest first, then those passed · London time, weekends and bank holidays count"):
        if table.empty:
            return
        rows = _clock_rows(table)
        look = show.fitted(rows, CLOCK_WIDTHS, most=6, spare=CLOCK_SPARE)
        show.grid(rows, key="clocks", alt="Clocks by due time", **look)
        with st.container(horizontal=True, vertical_alignment="center"):
            show.downloads(clocks, store, title="Clocks", settings={"advice": NOT_LEGAL_ADVICE}, name="clocks")
            st.caption(
                "A clock says when a period ends, and runs on a day on which courts and offices may be shut. Service, "
                "appeals and adjournments are for a solicitor."
            )
        with st.expander("The rule behind each clock, and where it was read"):
            for rule in table.drop_duplicates(["rule", "source"]).itertuples():
                st.markdown(
                    f"**{show.plain(rule.label)}**  \n{show.plain(rule.rule)}  \n"
                    f"Source: {show.plain(rule.source)}  \nLaw: **{rule.status}**"
                )


def _clock_rows(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Ends": [_ends(due) for due in table["due"]],
            "Clock": table["label"],
            "Stands": [STANDING[s] for s in table["standing"]],
            "Place": table["place"],
            "For": table["what"],
            "Law": table["status"],
            "Note": [note.partition(";")[0] for note in table["note"]],
        }
    )


def _ends(due: pd.Timestamp) -> str:
    day = f"{due:%a} {due.day} {due:%b %Y}"
    return f"end of {day}" if (due.hour, due.minute) == (23, 59) else f"{day}, {due:%H:%M}"


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("interventions")
