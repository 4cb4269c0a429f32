"""What becomes of a place: its history, and the forms that rename, exclude, merge, redraw and split it."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.pipeline import places as composed
from hotspots.pipeline import register as overview
from hotspots.register import places as place_rules
from hotspots.register.places import Place
from hotspots.register.powers import problem_types
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from pages.parts import assessing, session, sharing, show, signin
from pages.parts import register as shared
from pages.parts.map import mark_corners


def history(viewer: Viewer, store: Store, place: Place) -> None:
    """Earlier names and boundaries with who changed them, and the forms that rename, exclude or merge."""
    told, forms = st.columns([58, 42], gap="medium")
    with told:
        table = release(overview.history(store, place.id), viewer, policy="place history").table
        rows = pd.DataFrame(
            {
                "Version": table["version"],
                "Name": table["name"],
                "Status": table["status"],
                "Reason": table["reason"],
                "Area, m²": table["area_m2"],
                "By": table["changed_by"],
                "When": table["changed_at"],
            }
        )
        st.markdown(f"**{len(rows)} version{'' if len(rows) == 1 else 's'}, oldest first**")
        show.grid(rows, key="place-history", alt="History of the place")
        st.markdown("**What was assessed here, newest first**")
        assessing.made(viewer, store, place_id=place.id)
    if viewer.can(Action.RECORD):
        with forms:
            held = shared.opened(place)
            _rename(viewer, store, held)
            _exclude(viewer, store, held)
            _merge(viewer, store, place)
            sharing.share_form(viewer, store, place)
            if st.button("Redraw or split on the map", icon=":material/polyline:", key="reshape"):
                reshape_dialog(viewer, store, place)


def _rename(viewer: Viewer, store: Store, place: Place) -> None:
    with st.form(f"rename-{place.id}"):
        name = st.text_input("Name", place.name)
        homes = st.number_input("Dwellings", min_value=0, value=place.dwellings, step=1)
        known = problem_types(shared.powers())
        problems = st.multiselect(
            "Problem types", sorted({*known, *place.problem_types}), default=list(place.problem_types)
        )
        if st.form_submit_button("Save name and facts"):
            facts = {"name": name.strip(), "dwellings": homes, "problem_types": tuple(problems)}
            shared.change(store, viewer, place, lambda: replace(place, **facts), "Place saved")


def _exclude(viewer: Viewer, store: Store, place: Place) -> None:
    with st.form(f"exclude-{place.id}"):
        reason = st.text_input("Take it off the list because", placeholder="A hospital's default location, say")
        if st.form_submit_button("Exclude"):
            shared.change(
                store, viewer, place, lambda: place_rules.exclude(place, reason=reason), f"{place.name} excluded"
            )


def _merge(viewer: Viewer, store: Store, place: Place) -> None:
    others = {p.id: p for p in shared.in_scope(viewer, composed.adopted(store)) if p.id != place.id}
    with st.form(f"merge-{place.id}"):
        other = st.selectbox("Merge with", list(others), index=None, format_func=lambda i: others[i].name)
        name = st.text_input("Name of the merged place", place.name)
        if st.form_submit_button("Merge"):
            if other is None:
                st.warning("Choose the place to merge with first.")
                return
            shared.save(
                lambda: register.merge_places(
                    store, [place, others[other]], name=name.strip(), who=viewer.name, at=session.now(),
                    on=session.today(store),
                ),
                f"{name} now covers both",
            )  # fmt: skip


def bring_back(viewer: Viewer, store: Store) -> None:
    """Put an excluded place back on the list."""
    gone = {p.id: p for p in shared.in_scope(viewer, reads.listed(store, Place)) if p.status == "excluded"}
    if not gone:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Put back on the list", list(gone), format_func=lambda i: gone[i].name, key="bring-back")
        if st.button("Put back", key="bring-back-save"):
            back = gone[chosen]
            shared.change(store, viewer, back, lambda: replace(back, status="active"), f"{back.name} is back")


@st.dialog("Redraw or split a place", width="large", dismissible=False)
@signin.checked
def reshape_dialog(viewer: Viewer, store: Store, place: Place) -> None:
    """A new boundary from corners clicked on the map, or a straight cut into two places.

    place: as read when the dialog was opened
    """
    viewer.require(Action.RECORD)
    cuts = st.segmented_control(
        "What to do", [False, True], default=False, required=True, key=f"reshape-{place.id}",
        format_func=lambda cut: "Split it in two" if cut else "Redraw its boundary",
    )  # fmt: skip
    st.caption(
        (
            "Click the two ends of the cut on the map."
            if cuts
            else "Click the corners of the new boundary in order; the old one is dashed."
        )
        + " By keyboard: the arrow keys move the map, Enter marks its middle."
    )
    key = f"reshape-map-{place.id}-{cuts}"
    basemap = session.basemap(store)
    corners = mark_corners(
        place.geometry, key=key, crs=store.crs, basemap=basemap, dark=show.is_dark(), closed=not cuts,
        dots=session.ground_of(store, (place.district,)) if basemap.kind == "none" else None,
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{len(corners)} marked**", width="content")
        st.button("Take the last one back", disabled=not corners, on_click=lambda: corners.pop(), key=f"{key}-undo")
        st.button("Start again", disabled=not corners, on_click=corners.clear, key=f"{key}-clear")
    if cuts:
        _split_form(viewer, store, place, corners)
    else:
        _redraw_form(viewer, store, place, corners)


def _redraw_form(viewer: Viewer, store: Store, place: Place, corners: list[tuple[float, float]]) -> None:
    reason = st.text_input(
        "Why it is redrawn", key=f"redraw-why-{place.id}", placeholder="The garages belong to it, say"
    )
    st.caption("Earlier boundaries are kept; before and after made on them keep theirs.")
    if shared.save_or_leave("Save the new boundary", key=f"redraw-save-{place.id}"):
        shared.change(
            store, viewer, place,
            lambda: place_rules.redraw(place, place_rules.boundary_of(corners), reason=reason),
            f"{place.name} redrawn",
        )  # fmt: skip


def _split_form(viewer: Viewer, store: Store, place: Place, corners: list[tuple[float, float]]) -> None:
    a, b = st.columns(2)
    names = (
        a.text_input("Name of the part left of the cut", f"{place.name}, first part", key=f"split-left-{place.id}"),
        b.text_input("Name of the part right of it", f"{place.name}, second part", key=f"split-right-{place.id}"),
    )
    homes = (
        a.number_input("Dwellings there", min_value=0, value=None, step=1, key=f"split-left-homes-{place.id}"),
        b.number_input("Dwellings there ", min_value=0, value=None, step=1, key=f"split-right-homes-{place.id}"),
    )
    if shared.save_or_leave("Split the place", key=f"split-save-{place.id}"):
        dwellings = {name: n for name, n in zip(names, homes, strict=True) if n is not None}
        shared.save(
            lambda: register.split_place(
                store, place, dict(zip(names, place_rules.cut(place, corners), strict=True)), who=viewer.name,
                at=session.now(), on=session.today(store), dwellings=dwellings,
            ),
            f"{place.name} split",
        )  # fmt: skip
