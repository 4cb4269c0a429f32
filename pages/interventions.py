"""What was done where, under which power, how does it stand, and which deadline runs next?"""

from datetime import date, datetime, time

import pandas as pd
import streamlit as st

from hotspots.pipeline import places as composed
from hotspots.pipeline import register as overview
from hotspots.register.interventions import (
    EFFECTS_ON_REPORTING,
    VALID_TRANSITIONS,
    Intervention,
    advance,
)
from hotspots.register.law import kinds
from hotspots.register.powers import NOT_LEGAL_ADVICE
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.views import sentences
from pages.parts import assessing, case_review, front_door, session, show, signin
from pages.parts import register as shared

STANDING = {
    "passed": "✕ Passed",
    "within 48 hours": "◆ Within 48 hours",
    "within 14 days": "◷ Within 14 days",
    "later": "○ Later",
}
"""How near a deadline is: a shape and a word, never a colour alone and never that anyone is in time."""
WIDTHS = {
    "What": 115, "Place": 100, "Status": 88, "When": 95, "Who": 190, "Power": 48, "Hours": 45, "Law": 80,
}  # fmt: skip
CLOCK_WIDTHS = {"Stands": 95, "Ends": 105, "Clock": 150, "For": 150, "Law": 85, "Note": 120}
STEPS = {
    "proposed": "○ Proposed", "decided": "◔ Decided", "authorised": "◑ Authorised", "active": "● Active",
    "extended": "● Extended", "ended": "■ Ended", "assessed": "✓ Assessed", "refused": "✕ Refused",
    "withdrawn": "– Withdrawn",
}  # fmt: skip


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
                record_dialog(viewer, store)
    with st.container(key="stacks-interventions"):
        left, right = st.columns([48, 52], gap="small")
    with left:
        _clocks(store, clocks)
        case_review.card(store, sorted(viewer.districts or ()))
    with right:
        _list(viewer, store, released)
        _assessments(viewer, store, released.table)


def _title(table: pd.DataFrame) -> str:
    running = int(table["status"].isin(("active", "extended")).sum())
    return f"{running} of {len(table)} interventions are running" if len(table) else "No intervention yet"


def _list(viewer: Viewer, store: Store, released: Released) -> None:
    table = released.table
    may_step = viewer.can(Action.RECORD)
    how = "Newest first; choose a row to take it a step further" if may_step else "Newest first"
    with show.card("What was done where", how):
        if table.empty:
            st.markdown("Nothing has been recorded. Record the first intervention with the button above.")
            return
        rows = _rows(table)
        event = st.dataframe(
            rows,
            key=f"interventions-{store.data_version}",
            hide_index=True,
            on_select="rerun" if may_step else "ignore",
            selection_mode="single-row",
            alt="Interventions, newest first",
            **show.fitted(rows, WIDTHS, most=6),
        )
        if may_step:
            _step_button(viewer, store, table, event.selection.rows)


def _rows(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "What": [_what(row) for row in table.itertuples()],
            "Place": table["place"],
            "Status": [STEPS[status] for status in table["status"]],
            "When": [_when(r.start, r.last_day) for r in table.itertuples()],
            "Who": [f"{r.lead}, with {r.partners}" if r.partners else r.lead for r in table.itertuples()],
            "Power": table["power_id"],
            "Hours": ["–" if pd.isna(hours) else f"{hours:.0f}" for hours in table["cost_hours"]],
            "Law": table["law_status"],
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
        label = f"{STEPS[chosen['status']]} is final"
    if st.button(label, disabled=not steps, icon=":material/arrow_forward:", key="intervention-step"):
        item = reads.get(store, Intervention, int(chosen["id"]))
        if item.status == "ended" and assessing.left(store, item):
            assessing.dialog(viewer, store, item, closes=True)
        else:
            step_dialog(viewer, store, item)


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
    ahead = table[table["standing"] != "passed"]
    near = int(ahead["standing"].isin(("within 48 hours", "within 14 days")).sum())
    title = "No clock is running"
    if len(ahead):
        ends = "ends" if near == 1 else "end"
        title = f"{near} of {len(ahead)} clocks {ends} within 14 days" if near else "No clock ends within 14 days"
    with show.card(title, "Soonest first, then those passed · London time, weekends and bank holidays count"):
        if table.empty:
            return
        rows = _clock_rows(table)
        st.dataframe(rows, hide_index=True, alt="Clocks by due time", **show.fitted(rows, CLOCK_WIDTHS, most=6))
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
            "Stands": [STANDING[s] for s in table["standing"]],
            "Ends": [_ends(due) for due in table["due"]],
            "Clock": table["label"],
            "For": table["what"] + ", " + table["place"],
            "Law": table["status"],
            "Note": [note.partition(";")[0] for note in table["note"]],
        }
    )


def _ends(due: pd.Timestamp) -> str:
    day = f"{due:%a} {due.day} {due:%b %Y}"
    return f"end of {day}" if (due.hour, due.minute) == (23, 59) else f"{day}, {due:%H:%M}"


@st.dialog("Record an intervention", width="large")
@signin.checked
def record_dialog(viewer: Viewer, store: Store, place_id: int | None = None) -> None:
    """Record something decided or done at a place; its clocks and assessment days follow by themselves."""
    viewer.require(Action.RECORD)
    places = {p.id: p.name for p in shared.in_scope(viewer, composed.adopted(store))}
    a, b = st.columns(2)
    place = a.selectbox(
        "Place", list(places), index=list(places).index(place_id) if place_id in places else None,
        format_func=places.get, key="new-place",
    )  # fmt: skip
    known = kinds()
    kind = b.selectbox("Kind", list(known), format_func=lambda code: known[code].name, index=None, key="new-kind")
    if kind:
        st.caption(show.plain(known[kind].words))
    title = st.text_input(
        "What exactly", key="new-title", placeholder="CCTV working, say; no names, no flat. Empty: the kind says it all"
    )
    agencies = shared.agencies(store)
    lead = a.selectbox("Lead agency", agencies, index=None, accept_new_options=True, key="new-lead")
    partners = b.multiselect("With", agencies, accept_new_options=True, key="new-partners")
    powers = shared.powers()
    power = a.selectbox(
        "Power used", ["", *powers["id"]], key="new-power",
        format_func=lambda i: f"{powers.loc[i, 'power']} ({powers.loc[i, 'statute']})" if i else "none",
    )  # fmt: skip
    status = b.selectbox("Status", ["proposed", "decided", "authorised", "active", "ended"], index=1, key="new-status")
    dates = _date_fields(store, kind)
    c, d = st.columns(2)
    hours = c.number_input("Staff hours", min_value=0.0, value=None, step=1.0, key="new-hours")
    effect = d.segmented_control(
        "Expected effect on reporting itself", EFFECTS_ON_REPORTING, default="none", required=True, key="new-effect",
        help="Up when people are asked to report: charts then explain their own rise.",
    )  # fmt: skip
    if st.button("Save intervention", type="primary", key="new-save"):
        if place is None or kind is None:
            st.warning("Choose the place and the kind first.")
            return
        shared.save(
            lambda: register.add(
                store,
                Intervention(
                    place, kind, lead or "", status, power, tuple(partners),
                    cost_hours=hours, expected_reporting_effect=effect, title=title.strip(), **dates,
                ),
                who=viewer.name,
                at=session.now(),
            ),
            f"{known[kind].name} saved",
        )  # fmt: skip


def _date_fields(store: Store, kind: str | None) -> dict[str, date | datetime | None]:
    today = session.today(store)
    columns = st.columns(5)
    names = {
        "decided": "Decided", "authorised": "Authorised", "start": "First day", "end": "Last day",
        "review_on": "Review on",
    }  # fmt: skip
    dates = {
        name: column.date_input(label, today if name == "decided" else None, format="DD/MM/YYYY", key=f"new-{name}")
        for column, (name, label) in zip(columns, names.items(), strict=True)
    }
    if kind not in ("CLN", "DIS"):
        return dates
    on, at = st.columns(2)
    day = on.date_input("Notice served on", None, format="DD/MM/YYYY", key="new-served-on")
    hour = at.time_input("at", time(12), key="new-served-at", help="London time; the 48 hours run from it")
    return dates | {"served_at": datetime.combine(day, hour) if day else None}


@st.dialog("Next step", width="medium")
@signin.checked
def step_dialog(viewer: Viewer, store: Store, item: Intervention) -> None:
    """Take one intervention to its next status; item: as read when the dialog was opened."""
    viewer.require(Action.RECORD)
    st.markdown(f"**{show.plain(item.label)}**, {show.plain(item.lead)}: {STEPS[item.status]}")
    steps = sorted(VALID_TRANSITIONS[item.status])
    to = st.segmented_control(
        "It becomes", steps, default=steps[0], required=True, format_func=str.capitalize, key=f"step-{item.id}"
    )
    today = session.today(store)
    on = st.date_input("On", today, format="DD/MM/YYYY", key=f"step-on-{item.id}")
    end = extended = None
    if to == "active":
        end = st.date_input("Last day, as the order says", item.end, format="DD/MM/YYYY", key=f"step-end-{item.id}")
    if to == "extended":
        extended = st.date_input("New last day", None, format="DD/MM/YYYY", key=f"step-extended-{item.id}")
    if st.button("Save", type="primary", key=f"step-save-{item.id}"):
        shared.change(
            store, viewer, item, lambda: advance(item, to, on=on, end=end, extended_to=extended),
            f"{item.label} is now {to}",
        )  # fmt: skip


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("interventions")
