"""Actions on any screen: record one in front of the room, close one, list the late ones, print the minutes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from hotspots.pipeline import places as composed
from hotspots.pipeline import register as overview
from hotspots.register import actions as rules
from hotspots.register.actions import Action as Task
from hotspots.register.places import Place
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.views import minutes, sentences
from pages.parts import register as shared
from pages.parts import session, show, signin, taking

DUE_DAYS = 14
MEETING_DAYS = 7
"""A hub meets weekly: minutes hold what was decided and raised since the meeting before."""


@st.dialog("Record an action", width="large", dismissible=False)
@signin.checked
def record_action_dialog(
    viewer: Viewer,
    store: Store,
    place_id: int | None = None,
    place_name: str | None = None,
    *,
    first: int | None = None,
) -> None:
    """Record one action with owner and due date; nothing is saved without both and a place.

    place_id: the adopted place, None to choose one here · place_name: what the screen calls it; given
    without an id it is an area not adopted yet, and the dialog says so · first: the place the choice begins with
    """
    viewer.require(Action.RECORD)
    place = _place_field(viewer, store, place_id, place_name, first)
    task = st.text_input("What will be done", key="action-task", placeholder="One task, no names, no flat")
    owner, role = _owner_fields(store)
    raised, due = _day_fields(session.today(store))
    kind, of = _step_fields()
    power = st.selectbox(
        "Power relied on (not legal advice)",
        ["", *shared.powers()["id"]],
        format_func=_power_words,
        key="action-power",
    )
    st.caption("Kind, side and power may stay empty; the rest is needed.")
    if shared.save_or_leave("Save action", key="action-save"):
        shared.save(
            lambda: register.add(
                store,
                Task(
                    place_id=place,
                    task=task,
                    owner=owner or "",
                    role=role,
                    due=due,
                    raised=raised,
                    epic=kind or "",
                    side=of or "",
                    power_id=power,
                ),
                who=viewer.name,
                at=session.now(),
            ),
            f"Action saved: {owner}, due {sentences.short_day(due)}",
        )


def _owner_fields(store: Store) -> tuple[str | None, str]:
    """The agency that owns an action, and the role in it that answers for it."""
    left, middle = st.columns(2)
    partners = reads.partners(store)
    known = sorted(partners["agency"])  # so that whoever owes an action is found among those to invite
    owner = left.selectbox(
        "Owner (agency)", known, index=shared.only(known), accept_new_options=not known, key="action-owner",
        help="From the register of partners" if known else None,
    )  # fmt: skip
    lead = partners.loc[partners["agency"] == owner, "lead_role"]
    role = middle.text_input(
        "Owner's role, which answers for it", value=lead.iloc[0] if len(lead) else "", key=f"action-role-{owner}"
    )
    return owner, role


def _day_fields(today: date) -> tuple[date, date]:
    """When an action was agreed, and the last day on which it is in time."""
    agreed, until = st.columns(2)
    raised = agreed.date_input(
        "Agreed on", today, max_value=today, format="DD/MM/YYYY", key="action-raised",
        help="The day of the meeting that gave it, today unless you say otherwise. The minutes of that week hold it.",
    )  # fmt: skip
    due = until.date_input(
        "Due", today + timedelta(days=DUE_DAYS), format="DD/MM/YYYY", key="action-due",
        help="The last day on which it is in time; it is late from the day after.",
    )  # fmt: skip
    return raised, due


def _step_fields() -> tuple[str | None, str | None]:
    """What kind of step an action is, and which side of the problem analysis triangle it works on."""
    epic, side = st.columns(2)
    kind = epic.segmented_control(
        "Kind", rules.EPIC, key="action-epic", help="What kind of step it is. May stay empty."
    )
    of = side.segmented_control(
        "Side of the triangle", rules.SIDES, format_func=str.capitalize, key="action-side",
        help="Of the problem analysis triangle: whom or what it works on. A problem needs a victim, an offender and "
        "a location; taking away one of them ends it. May stay empty.",
    )  # fmt: skip
    return kind, of


@st.dialog("Close an action", width="medium", dismissible=False)
@signin.checked
def close_action_dialog(viewer: Viewer, store: Store, action: Task) -> None:
    """Close one action with its outcome; action: as read when the dialog was opened."""
    viewer.require(Action.RECORD)
    st.markdown(
        f"**{show.plain(action.task)}**  \n{show.plain(action.owner)}, "
        f"agreed on {sentences.short_day(action.raised)}, due {sentences.short_day(action.due)}"
    )
    status = st.segmented_control(
        "It is", ["done", "cancelled"], default="done", required=True, key=f"close-status-{action.id}"
    )
    outcome = st.text_input("What came of it", key=f"close-outcome-{action.id}", placeholder="Needed to close it")
    today = session.today(store)
    closed = st.date_input(
        "On", today, min_value=action.raised, max_value=max(today, action.raised), format="DD/MM/YYYY",
        key=f"close-on-{action.id}",
    )  # fmt: skip
    if shared.save_or_leave("Close action", key=f"close-save-{action.id}"):
        closing = {"status": status, "outcome": outcome, "closed": closed}
        shared.change(store, viewer, action, lambda: replace(action, **closing), f"Action {status}")


def overdue(viewer: Viewer, store: Store) -> Released:
    """Open actions past their due day, by agency and the latest first."""
    return release(session.overdue(store), viewer, policy="actions")


def overdue_list(viewer: Viewer, store: Store, *, key: str, on_place: Callable[[int], None]) -> None:
    """Late actions by agency, one of which may be chosen and closed; says so when there is none."""
    table = session.overdue(store)
    first = "No action has been recorded yet. *Record action* writes down the first: who does what by when."
    empty = first if session.actions(store).empty else "No action is overdue."
    action_list(viewer, store, table, key=key, empty=empty, on_place=on_place)


_WIDTHS = {"When": 105, "Task": 150, "Owner": 115, "Place": 115, "Agreed": 85}
_ON_A_PROFILE = {"When": 90, "Task": 120, "Owner": 110, "Agreed": 90}
"""Pixels of the list of one place, whose card is narrower."""


def action_list(
    viewer: Viewer,
    store: Store,
    table: pd.DataFrame,
    *,
    key: str,
    empty: str,
    on_place: Callable[[int], None] | None = None,
) -> None:
    """Actions as a list; a chosen open one can be closed by who may record.

    table: rows of the store's actions, `days_late` where they are late · on_place: told the place of the chosen one;
    without it the list is of one place, which it then leaves out
    """
    released = release(table, viewer, policy="actions").table
    if released.empty:
        st.caption(empty)
        return
    may_close = viewer.can(Action.RECORD)
    rows, key_now = _action_rows(released, with_place=on_place is not None), f"{key}-{store.data_version}"
    of = table.set_index("id")["place_id"].reindex(released["id"]).tolist()
    event = show.grid(
        rows,
        key=key_now,
        on_select=shared.on_row(key_now, of, on_place) if may_close or on_place else "ignore",
        selection_mode="single-row",
        **show.fitted(rows, _WIDTHS if on_place else _ON_A_PROFILE, most=4 if on_place else 6),
        alt="Actions, late first",
    )
    if not may_close:
        return
    chosen = event.selection.rows
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pressed = st.button(
            "Close the chosen action", key=f"{key}-close", disabled=not chosen, icon=":material/task_alt:"
        )
        if not chosen:
            with show.on_screen(f"{key}-first"):
                st.caption("Choose one in the list first.", width="content")
    if pressed:
        close_action_dialog(viewer, store, reads.get(store, Task, int(released.iloc[chosen[0]]["id"])))


def since_last_meeting(today: date) -> date:
    """First day of what this meeting's minutes hold: the day after the meeting before."""
    return today - timedelta(days=MEETING_DAYS - 1)


def minutes_download(viewer: Viewer, store: Store, *, news: pd.DataFrame, data_to: date, case_review: str) -> None:
    """Button that saves the minutes of today's meeting as a web page to print.

    news: rows of released areas above their usual range · case_review: the prompt about it, a count
    """
    file = f"minutes-{session.today(store)}.html"
    taking.button(
        "Minutes (web page)",
        lambda: _minutes(viewer, store, news, data_to, case_review).encode(),
        file=file,
        mime="text/html",
        icon=":material/download:",
        key="minutes",
        store=store,
        help="Saved as a web page; open it to read or print: what was late, closed, new, assessed and decided, which "
        "clocks run, and who does what by when.",
    )


def _minutes(viewer: Viewer, store: Store, news: pd.DataFrame, data_to: date, case_review: str) -> str:
    today = session.today(store)
    papers = overview.meeting_papers(store, on=today, since=since_last_meeting(today), at=session.moment(store))
    came = reads.attendance(store)
    came = came[came["meeting_on"] == pd.Timestamp(today)]
    meeting = minutes.Meeting(
        title=session.settings().title,
        held_on=today,
        marking=session.settings().marking,
        chair_role="chair of the hub",
        data_to=data_to,
        present=came.loc[came["present"], "agency"].tolist(),
        apologies=came.loc[~came["present"], "agency"].tolist(),
        next_on=today + timedelta(days=MEETING_DAYS),
        sample=store.is_sample,
    )
    rising = news.assign(
        n=news["latest"].astype("Int64"),
        usual=[sentences.usual(r.usual_low, r.usual_high).removeprefix("usual ") for r in news.itertuples()],
    )
    parts = {
        "overdue": release(papers.overdue, viewer, policy="actions").table,
        "closed": release(papers.closed, viewer, policy="actions").table,
        "assessed": release(papers.assessed, viewer, policy="assessments").table,
        "to_assess": release(papers.to_assess, viewer, policy="assessments due").table,
        "decisions": release(papers.decisions, viewer, policy="interventions").table,
        "new_actions": release(papers.new_actions, viewer, policy="actions").table,
        "clocks": release(papers.clocks, viewer, policy="clocks").table,
    }
    return minutes.minutes_html(meeting, news=rising, prompt=case_review, **parts)


def _place_field(
    viewer: Viewer, store: Store, place_id: int | None, place_name: str | None, first: int | None
) -> int | None:
    if place_id is not None:
        name = place_name or reads.get(store, Place, place_id).name
        st.markdown(f"**{show.plain(name)}**")
        return place_id
    if place_name:
        st.caption(
            f"{show.plain(place_name)} is not an adopted place yet. Adopt it on Places, or choose the place "
            "this is for."
        )
    places = {p.id: p.name for p in shared.in_scope(viewer, composed.adopted(store))}
    # A key of its own for each beginning: what was chosen for another area is not carried over.
    return st.selectbox(
        "Place", list(places), index=shared.only(list(places), first), format_func=places.get,
        key=f"action-place-{first}",
    )  # fmt: skip


def _power_words(power_id: str) -> str:
    if not power_id:
        return "none"
    row = shared.powers().loc[power_id]
    return f"{row['power']} ({row['statute']} {row['section']})"


def _action_rows(table: pd.DataFrame, *, with_place: bool) -> pd.DataFrame:
    late = table["days_late"] if "days_late" in table else pd.Series(pd.NA, index=table.index)
    when = [sentences.late_or_due(due, days) for days, due in zip(late, table["due"], strict=True)]
    rows = pd.DataFrame({"When": when, "Task": table["task"], "Owner": table["owner"]})
    rows["Agreed"] = [sentences.short_day(day) for day in table["raised"]]
    if with_place:
        rows.insert(3, "Place", table["place"])
    return rows
