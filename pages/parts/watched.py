"""The relapse watch, made once for every page that says what came back."""

from dataclasses import replace

import streamlit as st

from hotspots.pipeline import Query
from hotspots.pipeline.watching import WatchView, watch_for
from hotspots.store import Store
from pages.parts import session


def watched(store: Store) -> WatchView:
    """All watched places and hotspots of every district, as the data now stand."""
    return _watched(store, store.data_version, replace(session.first_query(store), districts=()))


@st.cache_resource(show_spinner="Watching places and hotspots …", max_entries=8)
def _watched(_store: Store, version: str, query: Query) -> WatchView:
    return watch_for(_store, query)
