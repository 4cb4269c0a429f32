"""Forms of a place: adopt, rename, exclude, merge, check the site, hear residents, plan."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from hotspots.pipeline import Query
from hotspots.pipeline import places as composed
from hotspots.pipeline import register as overview
from hotspots.pipeline.places import PlaceView
from hotspots.register import site_checks as checks
from hotspots.register.places import COMPARISON, KINDS, Place
from hotspots.register.powers import problem_types
from hotspots.register.sara import SaraPlan
from hotspots.register.site_checks import ResidentMeeting, SiteCheck
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.views import minutes, sentences
from pages.parts import register as shared
from pages.parts import session, show, signin, taking

LATE = timedelta(days=31)
"""Reports of a month are in a month after it."""
PLAN_WIDTHS = {"Stage": 90, "Heading": 105, "Text": 440}
TRIANGLE = {
    "victim": "Victim: who is harmed",
    "guardian": "Guardian: who looks out for them",
    "offender": "Offender: who does it, as a role",
    "handler": "Handler: who has a say with them",
    "location": "Location: what makes it easy here",
    "manager": "Manager: who runs the place",
}


@st.dialog("Adopt a hotspot", width="large", dismissible=False)
@signin.checked
def adopt_dialog(viewer: Viewer, store: Store, query: Query | None = None, hotspot: str | None = None) -> None:
    """Adopt a hotspot as a place; its outline is frozen today.

    query: what its hotspots were found with, None to choose a district here · hotspot: the one to start with
    """
    viewer.require(Action.RECORD)
    view = session.view_of(store, query or _of_district(viewer, store))
    table = release(view.table, viewer, policy="hotspots").table
    names = dict(zip(table["id"], table["name"], strict=True))
    counts = dict(zip(table["id"], table["n"], strict=True))
    ids = list(names)
    chosen = st.selectbox(
        "Hotspot", ids, index=ids.index(hotspot) if hotspot in ids else None,
        key=f"adopt-hotspot-{hotspot}-{view.query.districts}",
        format_func=lambda i: f"{names[i]} ({counts[i]:,} reports)",
    )  # fmt: skip
    name = st.text_input("Name", names.get(chosen, ""), key=f"adopt-name-{chosen}")
    a, b = st.columns(2)
    kind = a.selectbox(
        "Kind", [k for k in KINDS if k != COMPARISON], index=None, key="adopt-kind", placeholder="What it is"
    )
    homes = b.number_input(
        "Dwellings inside", min_value=0, value=None, step=1, key="adopt-dwellings", placeholder="May stay empty",
        help="How many homes: from 8 on councillors may be shown the place by its name. It can be added later.",
    )  # fmt: skip
    problems = st.multiselect(
        "Problem types", problem_types(shared.powers()), key="adopt-problems", placeholder="May stay empty",
        help="Which powers fit, and whom to invite, is found by them. They can be added later.",
    )  # fmt: skip
    st.caption(
        "The boundary is frozen as drawn today, so that before and after are counted on the same ground. "
        "It can be redrawn later with a reason; earlier boundaries are kept."
    )
    missing = [what for what, said in (("the hotspot", chosen), ("its kind", kind)) if said is None]
    if missing:
        st.caption(f"Still to choose: {sentences.listing(missing)}.")
    if shared.save_or_leave("Adopt", disabled=bool(missing), key="adopt-save"):
        shared.save(
            lambda: register.add(
                store,
                composed.place_of_hotspot(
                    view, chosen, name=name, kind=kind, dwellings=homes, problem_types=problems,
                    on=session.today(store),
                ),
                who=viewer.name,
                at=session.now(),
            ),
            f"{name} is adopted as a place",
        )  # fmt: skip


def _of_district(viewer: Viewer, store: Store) -> Query:
    """The screen's first query, of the district chosen here."""
    first, names = session.first_query(store), session.districts_by_name(store, viewer)
    if not names:
        return first
    own = next((at for at, name in enumerate(names) if name in first.districts), 0)
    return replace(first, districts=(st.selectbox("District", names, index=own, key="adopt-district"),))


@st.dialog("Record a site check", width="medium", dismissible=False)
@signin.checked
def check_dialog(viewer: Viewer, store: Store, place: Place) -> None:
    """Note the condition of each item seen on one day; those left alone are not touched."""
    viewer.require(Action.RECORD)
    by = st.selectbox(
        "Checked by (agency)", shared.agencies(store), index=None, accept_new_options=True, key="check-by"
    )
    on = st.date_input("On", session.today(store), max_value=session.today(store), format="DD/MM/YYYY", key="check-on")
    seen = {
        item: st.segmented_control(
            item.capitalize() if item.islower() else item, checks.STATES, key=f"check-{item}",
            format_func=str.capitalize, help="Working means secured" if item == "void flats" else None,
        )
        for item in checks.ITEMS
    }  # fmt: skip
    if shared.save_or_leave("Save check", disabled=not any(seen.values()), key="check-save"):
        shared.save(
            lambda: [
                register.add(store, SiteCheck(place.id, item, state, on, by or ""), who=viewer.name, at=session.now())
                for item, state in seen.items()
                if state
            ],
            "Site check saved",
        )


def plan(viewer: Viewer, store: Store, view: PlaceView) -> None:
    """The place's plan in SARA order, its printable export, and the form that writes it."""
    held = reads.plan_of(store, view.place.id)
    if held is None:  # nothing stands beside the form yet: it has the whole width
        st.markdown("**No plan yet.** A plan names an objective that can be measured and the day to assess it.")
        form = st.container()
    else:
        written, form = st.columns([55, 45], gap="medium")
        with written:
            _plan_table(viewer, store, view, held)
    if viewer.can(Action.RECORD):
        with form:
            _plan_form(viewer, store, view, held)


def _plan_table(viewer: Viewer, store: Store, view: PlaceView, held: SaraPlan) -> None:
    rows = overview.plan_rows(store, held)
    released = release(rows, viewer, policy="problem-solving plan", as_of=view.last["period"].date())
    st.markdown(f"**{show.plain(held.objective)}**")
    written = released.table.rename(columns=str.capitalize)
    show.grid(written, key="plan", alt="The plan in SARA order", **show.fitted(written, PLAN_WIDTHS, most=8))
    with st.container(horizontal=True):
        taking.button(
            "Print the plan",
            lambda: minutes.sara_html(_heading(store, view), place=view.place.name, rows=released.table).encode(),
            file=f"plan-{view.place.id}.html",
            mime="text/html",
            icon=":material/print:",
            key="plan-print",
            store=store,
        )
        show.downloads(released, store, title="Problem-solving plan", settings={}, name=f"plan-{view.place.id}")


def _heading(store: Store, view: PlaceView) -> minutes.Meeting:
    chosen = session.settings()
    return minutes.Meeting(
        title=chosen.title,
        held_on=session.today(store),
        marking=chosen.marking,
        chair_role="",
        data_to=view.window.end - timedelta(days=1),
        present=(),
        sample=store.is_sample,
    )


def _plan_form(viewer: Viewer, store: Store, view: PlaceView, held: SaraPlan | None) -> None:
    _, now, _ = view.six_months()
    held = shared.opened(held) if held else None
    with st.form(f"plan-{view.place.id}", border=True):
        st.markdown("**Write the plan**")
        problem = st.text_area("Problem, as found in scanning", held.problem if held else "")
        a, b, c = st.columns([2, 1, 1])
        measure = a.text_input("What is counted", held.measure if held else "reports in six months")
        start = b.number_input("Now", value=_number(held and held.baseline, now), step=1.0, format="%.0f")
        target = c.number_input(
            "Wanted", value=held.target if held else None, step=1.0, format="%.0f", placeholder="fewer"
        )
        d, e = st.columns(2)
        ahead = session.today(store) + timedelta(days=365)
        by = d.date_input("Reached by", held.by if held else ahead, format="DD/MM/YYYY")
        assess = e.date_input(
            "Assess on", held.assess_on if held else ahead + LATE, format="DD/MM/YYYY",
            help="A month later, so that the last reports are in.",
        )  # fmt: skip
        sides = st.columns(2)
        triangle = {
            name: sides[i % 2].text_input(label, getattr(held, name) if held else "")
            for i, (name, label) in enumerate(TRIANGLE.items())
        }
        learned = st.text_area("What was learned", held.learned if held else "")
        if st.form_submit_button("Save plan", type="secondary"):
            if start is None or target is None:
                st.warning("Say how many there are now and how many are wanted.")
                return
            words = {
                "problem": problem, "measure": measure, "baseline": start, "target": target, "by": by,
                "assess_on": assess, "learned": learned, **triangle,
            }  # fmt: skip
            if held is not None:
                shared.change(store, viewer, held, lambda: replace(held, **words), "Plan saved")
                return
            shared.save(
                lambda: register.add(store, SaraPlan(view.place.id, **words), who=viewer.name, at=session.now()),
                "Plan saved",
            )


def _number(held: float | None, counted: float) -> float | None:
    """What the field begins with: what was saved, else what was counted; nothing where a month is missing."""
    if held is not None:
        return float(held)
    return None if pd.isna(counted) else float(counted)


def residents(viewer: Viewer, store: Store, place: Place) -> None:
    """Meetings with residents, how many felt safe, and the form for the next one."""
    held = reads.resident_meetings(store)
    mine = release(
        held[held["place_id"] == place.id].sort_values("held_on"), viewer, policy="residents' meetings"
    ).table
    told, form = st.columns([58, 42], gap="medium")
    with told:
        st.markdown(f"**{_pulse(mine)}**")
        rows = pd.DataFrame(
            {
                "On": [sentences.short_day(d) for d in mine["held_on"]],
                "What": mine["kind"],
                "Came": mine["attended"],
                "Feel safe": [
                    f"{s} of {n}" if n else "–" for s, n in zip(mine["feel_safe"], mine["asked"], strict=True)
                ],
                "Raised": mine["themes"],
            }
        )
        show.grid(rows, key="residents-meetings", alt="Residents' meetings, oldest first")
        st.caption("Those who come to a meeting are no sample of those who live there: counts, no percentages.")
    if viewer.can(Action.RECORD):
        with form:
            _meeting_form(viewer, store, place)


def _pulse(mine: pd.DataFrame) -> str:
    asked = mine[mine["asked"] > 0]
    if asked.empty:
        return "Residents have not been asked yet whether they feel safe"
    first, last = asked.iloc[0], asked.iloc[-1]
    latest = f"{last['feel_safe']} of {last['asked']} felt safe on {sentences.short_day(last['held_on'])}"
    if len(asked) == 1:
        return latest
    return f"{latest}, {first['feel_safe']} of {first['asked']} on {sentences.short_day(first['held_on'])}"


def _meeting_form(viewer: Viewer, store: Store, place: Place) -> None:
    with st.form(f"meeting-{place.id}", clear_on_submit=True):
        st.markdown("**Residents were heard**")
        a, b = st.columns(2)
        on = a.date_input("On", session.today(store), format="DD/MM/YYYY")
        kind = b.selectbox("What", checks.MEETING_KINDS)
        came, asked, safe = st.columns(3)
        attended = came.number_input("Came", min_value=0, step=1)
        were = asked.number_input("Asked if safe", min_value=0, step=1)
        yes = safe.number_input("Feel safe", min_value=0, step=1)
        themes = st.multiselect("Raised", problem_types(shared.powers()))
        if st.form_submit_button("Save"):
            shared.save(
                lambda: register.add(
                    store,
                    ResidentMeeting(place.id, on, kind, attended, tuple(themes), were, yes),
                    who=viewer.name,
                    at=session.now(),
                ),
                "Residents' meeting saved",
            )
