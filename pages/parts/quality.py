"""How good the hotspots are, on the Method page: computed when asked for, because it takes a while."""

import pandas as pd
import streamlit as st

from hotspots.pipeline import Query
from hotspots.pipeline.measuring import QualityView, quality_of
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import alarm_words as words
from hotspots.views import sentences
from pages.parts import session, show


def quality_card(viewer: Viewer, store: Store) -> None:
    """Capture beside rivals of equal area, and which hotspots survive other settings."""
    with show.card("How good are the hotspots themselves?", "Tried on months they were not made from", key="quality"):
        st.markdown(_WHAT)
        if st.button("Work it out", icon=":material/science:", key="quality-run"):
            st.session_state["quality_for"] = store.data_version
        if st.session_state.get("quality_for") != store.data_version:
            return
        view = _quality(store, store.data_version, session.first_query(store))
        left, right = st.columns([52, 48], gap="small")
        with left:
            _capture(viewer, store, view)
        if viewer.can(Action.SEE_HOTSPOTS):
            with right:
                _strip(viewer, store, view)


_WHAT = """
Hotspots are found in one window, then held against the three months after it, beside the fullest squares of a plain
grid and plain DBSCAN taken up to the same area. Then reach and least number are moved by a quarter, one at a time.
"""


def _capture(viewer: Viewer, store: Store, view: QualityView) -> None:
    released = release(view.capture, viewer, policy="capture")
    table = released.table
    st.markdown(f"**{words.capture_title(table)}**")
    st.caption(
        f"Found in the {sentences.period(view.window)}, tried on the {sentences.period(view.following)} · all "
        f"{table['area_share'].iloc[0]:.2%} of the {view.study_km2:.0f} km² that reports ever came from"
    )
    rows = pd.DataFrame(
        {
            "Way of choosing areas": table["method"].str.capitalize().str.replace("dbscan", "DBSCAN"),
            "Same window": [f"{share:.1%}" for share in table["in_sample"]],
            "Next months": [f"{share:.1%}" for share in table["share"]],
            "Reports": [f"{r.captured:.0f} of {r.of:,}" for r in table.itertuples()],
            "PAI": table["pai"].round(1),
            "PEI": table["pei"].round(2),
        }
    )
    show.grid(rows, key="capture-ways", alt="Share of the next months' reports in areas of equal size")
    st.caption("PAI: share of reports over share of area. PEI: that over the best anybody could have drawn afterwards.")
    show.downloads(released, store, title="Capture of the next months", settings={}, name="capture")


def _strip(viewer: Viewer, store: Store, view: QualityView) -> None:
    released = release(view.stability, viewer, policy="stability")
    table = released.table
    st.markdown(f"**{words.stability_title(table)}**")
    st.caption("● survives: at least half the same reports, of both together · ○ dissolves: its border is uncertain")
    survives = words.stability_strip(table)
    show.grid(survives, key="survives", exported=True, height=420, alt="Which hotspots survive other settings")
    show.downloads(released, store, title="Stability of the hotspots", settings={}, name="stability")


@st.cache_resource(show_spinner="Trying the hotspots on the months after …", max_entries=8)
def _quality(_store: Store, version: str, query: Query) -> QualityView:
    return quality_of(_store, query)
