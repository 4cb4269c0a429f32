"""Who came to a meeting: ticked on the meeting's own screen or on Partners."""

import pandas as pd
import streamlit as st

from hotspots.pipeline import places as composed
from hotspots.pipeline import register as overview
from hotspots.register import actions as action_rules
from hotspots.register import partners as rules
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.views import sentences
from pages.parts import register as shared
from pages.parts import session, show, signin

_WIDTHS = {"Came": 96, "Agency": 290, "Because": 300}


def noted(store: Store) -> dict[str, bool]:
    """Agency → came, as saved for today's meeting; empty before anything was."""
    came = reads.attendance(store)
    today = came[came["meeting_on"] == pd.Timestamp(session.today(store))]
    return dict(zip(today["agency"], today["present"].astype(bool), strict=True))


def suggested(viewer: Viewer, store: Store) -> tuple[pd.DataFrame, list[str]]:
    """Whom to invite for today's agenda, through the gate, best match first; and the problem types on it."""
    places, charts = shared.charts(store)
    places, today = shared.in_scope(viewer, places), session.today(store)
    problems = overview.agenda_problems(places, composed.places_table(store, places, charts, today=today))
    owners = action_rules.overdue(reads.actions(store), on=today)["owner"].unique()
    elsewhere = session.other_districts(store, {p.district for p in places})
    found = rules.suggested_attendees(reads.partners(store), problems, owners=owners, elsewhere=elsewhere)
    return release(found, viewer, policy="suggested attendees").table, problems


def tick_list(viewer: Viewer, store: Store, invited: pd.DataFrame) -> None:
    """Those invited, whom one ticks as they come; then the other partners, of whom only who came is kept.

    invited: of `suggested`
    """
    partners = release(reads.partners(store), viewer, policy="partners").table
    others = [agency for agency in partners["agency"] if agency not in set(invited["agency"])]
    if partners.empty:
        st.caption(f"{sentences.nobody_to_invite(registered=False).capitalize()}.")
        return
    came, may, today = noted(store), viewer.can(Action.RECORD), session.today(store)
    agencies = [*invited["agency"], *others]
    rows = pd.DataFrame(
        {
            "Came": pd.Series([came.get(agency, False) for agency in agencies], dtype=bool),
            "Agency": agencies,
            "Because": [*invited["why"], *[""] * len(others)],
        }
    )
    alt = "Suggested attendees; tick who came" if may else "Suggested attendees, and who came"
    with show.on_screen("attendance"):
        edited = st.data_editor(
            rows,
            key=f"attendance-{today}-{store.data_version}",
            hide_index=True,
            disabled=["Agency", "Because"] if may else True,
            alt=alt,
            **show.fitted(rows, _WIDTHS, most=6, special={"Came": st.column_config.CheckboxColumn()}),
        )
    show.written_out(edited, key="attendance", alt=alt)
    if may and st.button(f"Save attendance of {sentences.short_day(today)}", icon=":material/how_to_reg:"):
        ticked = dict(zip(agencies, edited["Came"].astype(bool), strict=True))
        present = {agency: came for agency, came in ticked.items() if came or agency not in others}
        shared.save(
            lambda: register.record_attendance(store, today, present, who=viewer.name, at=session.now()),
            "Attendance saved",
        )


@st.dialog("Who came today", width="large")
@signin.checked
def dialog(viewer: Viewer, store: Store) -> None:
    """Tick who came without leaving the meeting."""
    viewer.require(Action.SEE_REGISTER)
    tick_list(viewer, store, suggested(viewer, store)[0])
