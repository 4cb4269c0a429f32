"""Assessments on any screen: those due, recording one that was made, and those recorded."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from hotspots.pipeline.agenda import NEXT_MEETING
from hotspots.register import assessments as rules
from hotspots.register.assessments import Assessment
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.views import sentences
from pages.parts import register as shared
from pages.parts import session, show, signin

_DUE_WIDTHS = {"When": 110, "Place": 175, "What was done": 185, "Weeks after": 100}
_MADE_WIDTHS = {
    "Assessed": 80, "Place": 120, "What was done": 150, "Weeks after": 100, "What was found": 230, "By": 120,
}  # fmt: skip


def due_list(
    viewer: Viewer, store: Store, *, key: str, most: int = 6, on_place: Callable[[int], None] | None = None
) -> None:
    """What is to be assessed by the next meeting, the longest due first; a chosen one can be recorded.

    most: rows seen without scrolling · on_place: told the place of the chosen one
    """
    every = session.assessments(store)
    due = release(every, viewer, policy="assessments due").table
    if due.empty:
        fresh = not session.places(viewer, store)
        first = "Nothing to assess yet: adopt an area as a place first, then record what is done there."
        st.caption(first if fresh else "No assessment is due before the next meeting.")
        return
    may_record = viewer.can(Action.RECORD)
    rows = pd.DataFrame(
        {
            "When": [sentences.late_or_due(r.assess_on, r.days_late) for r in due.itertuples()],
            "Place": due["place"],
            "What was done": due["what"],
            "Weeks after": due["weeks"],
        }
    )
    # Beside a map there is less room than on a page of its own.
    widths = _DUE_WIDTHS if on_place else {name: wide * 3 // 2 for name, wide in _DUE_WIDTHS.items()}
    key_now = f"{key}-{store.data_version}"
    of = every.set_index("intervention_id")["place_id"].reindex(due["intervention_id"]).tolist()
    event = show.grid(
        rows,
        key=key_now,
        on_select=shared.on_row(key_now, of, on_place) if may_record or on_place else "ignore",
        selection_mode="single-row",
        alt="Assessments due, the longest due first",
        **show.fitted(rows, widths, most=most),
    )
    if not may_record:
        return
    chosen = event.selection.rows
    if st.button("Record the chosen assessment", key=f"{key}-record", disabled=not chosen, icon=":material/task_alt:"):
        dialog(viewer, store, reads.get(store, Intervention, int(due.iloc[chosen[0]]["intervention_id"])))


def left(store: Store, item: Intervention) -> dict[int, date]:
    """Weeks → day of the assessments of an intervention that nobody has recorded (`assessments.left_to_make`)."""
    known = rules.settled(reads.listed(store, Assessment, place_id=item.place_id), on=session.today(store))
    return rules.left_to_make(item, known.get(item.id, 0))


@st.dialog("Record an assessment", width="medium", dismissible=False)
@signin.checked
def dialog(viewer: Viewer, store: Store, item: Intervention, *, closes: bool = False) -> None:
    """Record what an assessment found; it leaves the agenda, and earlier ones that were missed leave with it.

    item: as read when the dialog was opened · closes: begin with the intervention closed as assessed
    """
    viewer.require(Action.RECORD)
    today, open_ = session.today(store), left(store, item)
    near = {weeks: day for weeks, day in open_.items() if day < today + NEXT_MEETING} or dict(list(open_.items())[:1])
    place = reads.get(store, Place, item.place_id).name
    st.markdown(f"**{show.plain(item.label)}**, {show.plain(place)} · led by {show.plain(item.lead)}")
    passed = [weeks for weeks, day in near.items() if day <= today]
    weeks = st.segmented_control(
        "Which assessment", list(near), default=(passed or list(near))[-1 if passed else 0], required=True,
        format_func=lambda w: f"{w} weeks, {sentences.short_day(near[w])}", key=f"assess-weeks-{item.id}",
    )  # fmt: skip
    missed = [w for w in open_ if w < weeks]
    if missed:
        st.caption(
            f"This settles the ones missed before it: after {sentences.listing([str(w) for w in missed])} weeks."
        )
    found = st.text_input(
        "What was found", key=f"assess-found-{item.id}", max_chars=rules.LONGEST_FOUND,
        placeholder="One line: fewer reports, cannot tell yet, moved next door … no names, no flat",
    )  # fmt: skip
    a, b = st.columns(2)
    agencies = shared.agencies(store)
    by = a.selectbox(
        "Made by (agency)", agencies, index=agencies.index(item.lead) if item.lead in agencies else None,
        accept_new_options=True, key=f"assess-by-{item.id}",
    )  # fmt: skip
    on = b.date_input("Made on", today, max_value=today, format="DD/MM/YYYY", key=f"assess-on-{item.id}")
    last = st.checkbox(
        "It was the last: close the intervention as assessed", closes, key=f"assess-last-{item.id}",
        help="Then no later assessment of it is asked for.",
    ) if item.status == "ended" else False  # fmt: skip
    if shared.save_or_leave("Save assessment", key=f"assess-save-{item.id}"):
        shared.save(
            lambda: register.record_assessment(
                store, Assessment(item.place_id, item.id, weeks, on, by or "", found.strip()),
                who=viewer.name, at=session.now(), closes=last,
            ),
            f"Assessment of {item.label} recorded",
        )  # fmt: skip


def made(viewer: Viewer, store: Store, *, place_id: int | None = None, most: int = 6) -> None:
    """Assessments that were recorded, newest first, of one place where it is given; a word where there is none.

    most: rows seen without scrolling
    """
    held = reads.assessments(store)
    if place_id is not None:
        held = held[held["place_id"] == place_id]
    held = held.sort_values(["done_on", "id"], ascending=False, kind="stable")
    table = release(held, viewer, policy="assessments").table
    if table.empty:
        st.caption("No assessment has been recorded yet.")
        return
    rows = pd.DataFrame(
        {
            "Assessed": [sentences.short_day(d) for d in table["done_on"]],
            "Place": table["place"],
            "What was done": table["what"],
            "Weeks after": table["weeks"].astype(str),
            "What was found": table["found"],
            "By": table["by"],
        }
    )
    if place_id is not None:
        rows = rows.drop(columns="Place")
    widths = {name: _MADE_WIDTHS[name] for name in rows.columns}
    key = "assessed" if place_id is None else f"assessed-{place_id}"
    show.grid(rows, key=key, alt="Assessments recorded, newest first", **show.fitted(rows, widths, most=most))
