"""What a person last filtered by, put back when they come again; a shared link always wins.

Choices only (category, source, months, reach, extent), no data, in a small file beside the hub's store. The district
is not among them: it follows the person's rights. The sample keeps nothing: everybody tries it under one name.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

from hotspots.release.roles import Viewer
from hotspots.settings import Settings
from hotspots.store import Store
from hotspots.store.choices import read_choices, write_choices
from pages.parts import session

KEPT = ("category", "source", "months", "eps", "extent")


def recall(store: Store, viewer: Viewer, offered: Mapping[str, Sequence]) -> None:
    """On the first run of a session, last time's filters; nothing where the address names a filter itself.

    offered: for each kept key the words or months on offer, or the least and most of a slider.
    """
    if st.session_state.get("recalled"):
        return
    st.session_state["recalled"] = True
    path = _path(store, session.settings())
    if path is None or any(key in st.query_params for key in (*KEPT, "until", "district")):
        return
    for key, value in _valid(read_choices(path, _person(viewer)), offered).items():
        st.session_state.setdefault(key, value)


def keep(store: Store, viewer: Viewer) -> None:
    """Write down what the filters say, where it is new."""
    path = _path(store, session.settings())
    said = {key: st.session_state[key] for key in KEPT if st.session_state.get(key) is not None}
    if path is not None and said != st.session_state.get("kept"):
        write_choices(path, _person(viewer), said)
        st.session_state["kept"] = said


def _path(store: Store, settings: Settings) -> Path | None:
    """The file beside the hub's store; none for the sample and for a store on a server."""
    if store.is_sample or "://" in settings.store:
        return None
    return Path(settings.store).with_suffix(".choices.json")


def _person(viewer: Viewer) -> str:
    """Who it is, without writing the name down."""
    return hashlib.sha256(viewer.name.encode()).hexdigest()[:16]


def _valid(held: Mapping[str, object], offered: Mapping[str, Sequence]) -> dict[str, object]:
    """Of what was kept, that which the widgets can still hold: a category may be gone since."""
    good: dict[str, object] = {}
    for key, value in held.items():
        if key in ("category", "source") and isinstance(value, list):
            good[key] = [word for word in value if word in offered[key]]
        elif key == "months" and value in offered[key]:
            good[key] = value
        elif key in ("eps", "extent") and isinstance(value, int) and not isinstance(value, bool):
            low, high = offered[key]
            good[key] = min(max(value, low), high)
    return good
