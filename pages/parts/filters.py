"""Choosing what to look at: dates, district, category, source and the hotspot settings."""

import re
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from hotspots import store as stores
from hotspots.periods import Window, add_months, last_months
from hotspots.pipeline import Query
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import sentences
from pages.parts import remembered, session, show

ALL_DISTRICTS = "All districts together"
MONTHS = (1, 3, 6, 9, 12, 24)
_COUNTED = re.compile(r" \([\d,]+ reports\)$")
REACH, EXTENT = (15, 200), (100, 1000)
"""Least and most that the sliders offer, metres."""


def filter_row(store: Store, viewer: Viewer, first: Query) -> Query:
    """Filters and the settings drawer in one row; returns the query they make."""
    remembered.recall(store, viewer, _offered(store))
    query = _settings(_filters(store, viewer, first, named=True), first)
    remembered.keep(store, viewer)
    return query


def trend_row(store: Store, viewer: Viewer, first: Query, *, every: bool = False) -> Query:
    """The filters alone, for pages without hotspot settings; every: offer all districts together as well."""
    remembered.recall(store, viewer, _offered(store))
    query = _filters(store, viewer, first, every=every)
    remembered.keep(store, viewer)
    return query


def _filters(store: Store, viewer: Viewer, first: Query, *, every: bool = False, named: bool = False) -> Query:
    """The panel of filters; named: its button says which district the screen shows without being opened."""
    held = session.months_held(store)
    offered = _offered_districts(store, viewer, every=every)
    own = _own_district(first, offered)
    shown = _shown_district(own, offered, key=_district_key(every=every))
    label = f"Filters: {show.plain(shown)}" if named and shown else "Filters"
    with st.popover(f":material/tune: {label}", width="content"):
        districts = _district(store, viewer, offered, own, every=every)
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


def _district_key(*, every: bool) -> str:
    return "trend-district" if every else "district"


def _offered_districts(store: Store, viewer: Viewer, *, every: bool) -> list[str]:
    """Districts to choose from: by name, those with few reports last, all together first where there are several."""
    names = session.districts_by_name(store, viewer)
    # A county looks across its borders; where there is one district, all together would be the same.
    return [ALL_DISTRICTS, *names] if names and (every or len(names) > 1) else names


def _own_district(first: Query, offered: list[str]) -> str:
    """The district a screen opens with, the first on offer where the viewer may not have that one."""
    own = first.districts[0] if first.districts else ""
    return own if own in offered else next(iter(offered), "")


def _shown_district(own: str, offered: list[str], *, key: str) -> str:
    """What the list of districts will say: the choice made, else the address, else the screen's own.

    A choice that is not on offer (the sample's town, once the hub has data of its own) is forgotten.
    """
    if st.session_state.get(key) in offered:
        return st.session_state[key]
    st.session_state.pop(key, None)
    said = st.query_params.get(key, "")
    asked = link_district(said)
    if asked not in offered:
        return own
    if asked != said:  # the list reads an address itself, and as it is today
        st.query_params[key] = asked
        st.rerun()
    return asked


def link_district(asked: str) -> str:
    """The district an address names; older links bear its number of reports behind the name."""
    return _COUNTED.sub("", asked)


def _district(store: Store, viewer: Viewer, offered: list[str], own: str, *, every: bool) -> tuple[str, ...]:
    if not offered:
        return ()
    chosen = st.selectbox(
        "District",
        offered,
        index=offered.index(own),
        key=_district_key(every=every),
        help="By name, those with few reports last. Open the list and type to find one.",
        bind="query-params",
    )
    if chosen == ALL_DISTRICTS:
        return () if viewer.districts is None else tuple(name for name in offered if name != ALL_DISTRICTS)
    told = f"{sentences.count(session.district_counts(store)[chosen])} held of {show.plain(chosen)}."
    if viewer.can(Action.CHANGE_SETTINGS) and not session.settings().district and len(offered) > 1:
        told += " Screens open on the district with most reports until `district` in settings.toml names yours."
    st.caption(told)
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
