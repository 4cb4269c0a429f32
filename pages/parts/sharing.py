"""Places shown by one district's hub to another's: the form that shares one, and those shared with this hub."""

import pandas as pd
import streamlit as st

from hotspots.register.places import Place
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, sharing
from hotspots.views import sentences
from pages.parts import register as shared
from pages.parts import session, show
from pages.parts.map import draw_outline

GOES_ALONG = (
    "They see its name, boundary, interventions and open actions, and can change none. Reports, addresses, concerns "
    "and everything restricted stay with this hub."
)


def share_form(viewer: Viewer, store: Store, place: Place) -> None:
    """Which other districts' hubs see the place; nothing where the store holds one district."""
    names = session.neighbours(store, place.district)
    if not names:
        return
    held = sharing.shared_with(store, place.id)
    with st.form(f"share-{place.id}"):
        chosen = st.multiselect(
            "Show it to the hub of", names, default=list(held), placeholder="No other hub sees it", help=GOES_ALONG
        )
        if st.form_submit_button("Save who sees it"):
            told = f"{place.name} is shown to {sentences.listing(chosen)}" if chosen else f"{place.name} is this hub's"
            shared.save(
                lambda: sharing.share_place(
                    store, place.id, chosen, on=session.today(store), who=viewer.name, at=session.now()
                ),
                told,
            )


def shared_with_us(viewer: Viewer, store: Store) -> None:
    """Places that other hubs show to this one, each with what is done there; nothing where there are none."""
    viewer.require(Action.SEE_REGISTER)
    places = sharing.shared_places(store)
    if places.empty:
        return
    told = release(places, viewer, policy="places shared by other hubs")
    homes = sentences.listing(sorted(told.table["home"].unique()))
    title = f"{sentences.count(len(told.table), 'place')} shared by {homes}"
    with show.card(title, "Another hub's places: to know of, not to change, and in no count of this hub"):
        rows = {row.id: row for row in told.table.itertuples()}
        chosen = st.selectbox(
            "Shared place", list(rows), format_func=lambda i: f"{rows[i].name} ({rows[i].home})", key="shared-place",
            label_visibility="collapsed",
        )  # fmt: skip
        _one(viewer, store, rows[chosen])


def _one(viewer: Viewer, store: Store, row: object) -> None:
    done = release(sharing.shared_interventions(store, row.id), viewer, policy="done at a shared place").table
    todo = release(sharing.shared_actions(store, row.id), viewer, policy="actions at a shared place").table
    homes = f" · {row.dwellings} dwellings" if pd.notna(row.dwellings) else ""
    st.caption(
        f"{row.kind.capitalize()}{homes} · boundary frozen {sentences.day(row.adopted_on)} · "
        f"{show.plain(row.problem_types) or 'no problem type given'}"
    )
    words, drawn = st.columns([67, 33], gap="medium")
    with words:
        done = done.assign(status=done["status"].map(sentences.STATUS))
        _table(
            "What is done", done, f"shared-done-{row.id}",
            {"What": "what", "Lead": "lead", "Status": "status", "Start": "start", "Last day": "last_day"},
        )  # fmt: skip
        _table("Still to do", todo, f"shared-todo-{row.id}", {"Action": "task", "Owner": "owner", "Due": "due"})
    with drawn:
        basemap, dark = session.basemap(store), show.is_dark()
        draw_outline(row.geometry, key=f"shared-{row.id}", crs=store.crs, basemap=basemap, dark=dark)


def _table(title: str, table: pd.DataFrame, key: str, columns: dict[str, str]) -> None:
    if table.empty:
        st.markdown(f"**{title}:** nothing recorded")
        return
    st.markdown(f"**{title}**")
    rows = pd.DataFrame(
        {
            head: [sentences.short_day(v, "–") for v in table[name]] if table[name].dtype.kind == "M" else table[name]
            for head, name in columns.items()
        }
    )
    show.grid(rows, key=key, alt=title)
