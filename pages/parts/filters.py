"""Choosing what to look at: dates, district, category, source and the hotspot settings."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots import store as stores
from hotspots.periods import Window, add_months, last_months
from hotspots.pipeline import Query
from hotspots.release.roles import Viewer
from hotspots.store import Store
from hotspots.views import sentences
from pages.parts import remembered, session, show

ALL_DISTRICTS = "All districts together"
MONTHS = (1, 3, 6, 9, 12, 24)
REACH, EXTENT = (15, 200), (100, 1000)
"""Least and most that the sliders offer, metres."""


def filter_row(store: Store, viewer: Viewer, first: Query) -> Query:
    """Filters and the settings drawer in one row; returns the query they make."""
    remembered.recall(store, viewer, _offered(store))
    query = _settings(_filters(store, viewer, first, label=_label(first)), first)
    remembered.keep(store, viewer)
    return query


def trend_row(store: Store, viewer: Viewer, first: Query, *, every: bool = False) -> Query:
    """The filters alone, for pages without hotspot settings; every: offer all districts together as well."""
    remembered.recall(store, viewer, _offered(store))
    query = _filters(store, viewer, first, every=every)
    remembered.keep(store, viewer)
    return query


def _label(first: Query) -> str:
    """The button says which district the screen shows: the room must not have to open it to know."""
    district = st.session_state.get("district") or ", ".join(first.districts)
    return f"Filters: {show.plain(district)}" if district else "Filters"


def _filters(store: Store, viewer: Viewer, first: Query, *, every: bool = False, label: str = "Filters") -> Query:
    held = session.months_held(store)
    with st.popover(f":material/tune: {label}", width="content"):
        districts = _district(store, viewer, first, every=every)
        window = _window(first, held)
        categories, sources = choices(store, store.data_version)
        chosen = st.multiselect(
            "Category", categories, key="category", placeholder="All categories", bind="query-params"
        )
        if not every:
            fed = st.multiselect("Source", sources, key="source", placeholder="All sources", bind="query-params")
    if every:
        fed = _source_pills(sources)
    return replace(first, window=window, districts=districts, categories=tuple(chosen), sources=tuple(fed))


def _offered(store: Store) -> dict[str, Sequence]:
    """What each filter that is remembered can hold."""
    categories, sources = choices(store, store.data_version)
    held = session.months_held(store)
    months = [m for m in MONTHS if held is not None and m <= held.length_in_months]
    return {"category": categories, "source": sources, "months": months, "eps": REACH, "extent": EXTENT}


def _source_pills(sources: list[str]) -> list[str]:
    """The sources in sight, one press each; none pressed means all."""
    return st.pills(
        "Sources, all where none is pressed", sources, selection_mode="multi", key="trend-source",
        label_visibility="collapsed", bind="query-params", format_func=show.plain,  # pills read Markdown
    )  # fmt: skip


def _district(store: Store, viewer: Viewer, first: Query, *, every: bool) -> tuple[str, ...]:
    counts = _districts(store, store.data_version)
    allowed = counts if viewer.districts is None else counts[counts["district"].isin(viewer.districts)]
    options = allowed["district"].tolist()
    if not options:
        return ()
    per_name = dict(zip(allowed["district"], allowed["n"], strict=True))
    # A county looks across its borders; where there is one district, all together would be the same.
    offered = [ALL_DISTRICTS, *options] if every or len(options) > 1 else options
    start = offered.index(first.districts[0]) if first.districts and first.districts[0] in offered else 0
    chosen = st.selectbox(
        "District",
        offered,
        index=start,
        key="trend-district" if every else "district",
        format_func=lambda name: f"{name} ({per_name[name]:,} reports)" if name in per_name else name,
        bind="query-params",
    )
    if chosen == ALL_DISTRICTS:
        return () if viewer.districts is None else tuple(options)
    return (chosen,)


def _window(first: Query, held: Window) -> Window:
    ends = [m for m in (add_months(held.start, i) for i in range(1, 600)) if m <= held.end][::-1]
    default_end = first.window.end if first.window.end in ends else ends[0]
    end = st.selectbox(
        "Up to the end of",
        ends,
        index=ends.index(default_end),
        format_func=lambda d: sentences.month(add_months(d, -1)),
        key="until",
        bind="query-params",
    )
    longest = int(Window(held.start, end).length_in_months)
    lengths = [m for m in MONTHS if m <= longest] or [longest]
    default = min(int(first.window.length_in_months), lengths[-1])
    months = st.segmented_control(
        "Months",
        sorted({*lengths, default}),
        default=default,
        required=True,
        key="months",
        bind="query-params",
        help="The window: this many whole months, up to the month above.",
    )
    return last_months(end, months)


def _settings(query: Query, first: Query) -> Query:
    with st.popover(":material/settings: Hotspot settings", width="content"):
        st.markdown("**What counts as a hotspot**")
        eps = st.slider(
            "Reach in metres (eps)", *REACH, int(first.eps), step=5, key="eps", bind="query-params",
            help="Reports this near to each other belong together. Larger joins streets into one area.",
        )  # fmt: skip
        rate = st.slider(
            "Least reports (min_samples)", 3, 200, query.min_samples, key=f"least-{query.min_samples}",
            help="A location is a core of a hotspot when this many reports lie within reach.",
        )  # fmt: skip
        wide = st.slider(
            "Largest extent in metres", *EXTENT, int(first.max_extent), step=50, key="extent", bind="query-params",
            help="A wider area is run again on its own with a shorter reach until a person can walk it.",
        )  # fmt: skip
        st.caption("The map, list and card follow at once; the line under the map always says which settings made it.")
    least = None if rate == query.min_samples else rate
    return replace(query, eps=float(eps), min_incidents=least, max_extent=float(wide))


@st.cache_data(show_spinner=False, max_entries=8)
def choices(_store: Store, version: str) -> tuple[list[str], list[str]]:
    """Categories and sources that the store holds."""
    return stores.words(_store, "category"), stores.words(_store, "source")


@st.cache_data(show_spinner=False, max_entries=8)
def _districts(_store: Store, version: str) -> pd.DataFrame:
    return stores.districts(_store)
