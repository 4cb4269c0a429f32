"""How soon does the hub act after the first sign, and does each agency keep its dates?"""

import pandas as pd
import streamlit as st

from hotspots.pipeline import places as composed
from hotspots.pipeline import register as overview
from hotspots.register.actions import JOINT_ACTION, MIN_BASE, ON_TIME
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import place_charts, sentences
from pages.parts import front_door, session, show
from pages.parts import register as shared


def render(viewer: Viewer) -> None:
    """Days from first signal to first joint action, actions on time, and what each number means."""
    viewer.require(Action.SEE_REGISTER)
    store = session.current_store()
    shared.begin()
    places, charts = shared.charts(store)
    today = session.today(store)
    places = shared.in_scope(viewer, places)
    found = overview.timeliness(store, places, charts, today=today)
    joint = release(found.joint, viewer, policy="days to joint action", as_of=today)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width="content", gap="xsmall"):
            st.title(_title(found, joint.table), anchor=False)
            st.caption(f"Timeliness · as of {sentences.short_day(today)}")
        show.downloads(joint, store, title="Days to joint action", settings=_recipe(), name="timeliness")
    left, right = st.columns([52, 48], gap="small")
    with left:
        _joint(joint, len(places))
        with show.card("What the numbers mean"):
            words = {"Signal": composed.SIGNAL, "Joint action": JOINT_ACTION, "On time": ON_TIME}
            st.markdown("\n\n".join(f"**{name}.** {text}" for name, text in words.items()))
    with right:
        _on_time(viewer, store, found)


def _title(found: overview.Timeliness, joint: pd.DataFrame) -> str:
    acted = int((~joint["waiting"].astype(bool)).sum())
    if not acted:
        return "No joint action has followed a first signal yet"
    noun = "place" if acted == 1 else "places"
    return f"First joint action came {found.median_days:.0f} days after the first signal (median of {acted} {noun})"


def _recipe() -> dict[str, str]:
    return {"first signal": composed.SIGNAL, "joint action": JOINT_ACTION}


def _joint(joint: Released, places: int) -> None:
    table = joint.table
    waiting = int(table["waiting"].astype(bool).sum())
    verb = "waits" if waiting == 1 else "wait"
    title = f"{sentences.count(waiting, 'place')} still {verb} for a joint action" if waiting else "No place waits"
    none = places - len(table)
    with show.card(title, f"By first signal, oldest first · {none} of {places} places had no signal"):
        if table.empty:
            st.markdown("No adopted place has been above its usual range since 12 months before it was adopted.")
            return
        drawn = show.made(place_charts.waiting_chart, joint)
        show.draw(drawn, alt_text=title, key="joint-chart")
        rows = pd.DataFrame(
            {
                "Place": table["place"],
                "First signal": [sentences.short_day(d) for d in table["first_signal"]],
                "First joint action": [sentences.short_day(d, "none yet") for d in table["first_joint_action"]],
                "Days": [
                    f"◷ {days} so far" if waits else f"{days}"
                    for days, waits in zip(table["days"], table["waiting"], strict=True)
                ],
            }
        )
        show.grid(rows, key="waiting-days", alt="Days from first signal to first joint action")


def _on_time(viewer: Viewer, store: Store, found: overview.Timeliness) -> None:
    whole = release(found.by_agency, viewer, policy="actions on time")
    table = whole.table
    kept, due = int(table["on_time"].sum()), int(table["due"].sum())
    with show.card(f"{kept} of {due} actions were done by their day", "By the agency that owns them"):
        if not due:
            st.markdown("No action has fallen due yet.")
            return
        rows = pd.DataFrame(
            {
                "Agency": table["agency"],
                "On time": [f"{k} of {d}" for k, d in zip(table["on_time"], table["due"], strict=True)],
                "Share": ["–" if pd.isna(s) else f"{s:.0%}" for s in table["share"]],
            }
        )
        show.grid(rows, key="on-time", alt="Actions on time by agency")
        st.caption(f"No share under {MIN_BASE} actions due: the two counts say all there is to say.")
        st.markdown("**By the quarter in which they were due**")
        long = release(found.by_quarter, viewer, policy="actions on time by quarter")
        rows = overview.by_quarter(long.table)
        show.grid(rows, key="on-time-quarters", alt="Actions on time by agency and quarter")
        show.downloads(long, store, title="Actions on time", settings={"on time": ON_TIME}, name="on-time")


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("timeliness")
