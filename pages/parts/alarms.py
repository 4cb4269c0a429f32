"""The alarms of What's new, computed once for all sessions."""

import streamlit as st

from hotspots.pipeline import Query
from hotspots.pipeline.alarming import AlarmView, alarms_for
from hotspots.pipeline.watching import WatchView
from hotspots.store import Store
from pages.parts import session
from pages.parts.watched import watched


def alarms_of(store: Store, query: Query) -> AlarmView:
    """The alarms of a query; treat them as read-only. What came back is the watch that Portfolio shows."""
    return _alarms(store, store.data_version, query, watched(store))


@st.cache_resource(show_spinner="Holding every area against its usual range …", max_entries=16)
def _alarms(_store: Store, version: str, query: Query, _back: WatchView) -> AlarmView:
    return alarms_for(_store, session.view_of(_store, query), watched=_back)
