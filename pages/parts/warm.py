"""Loading ahead, and setting aside what was loaded.

What the first visitor would wait for is loaded while her browser still opens. Only the server's own entry (`serve.py`)
can do this; `streamlit run dashboard.py` runs nothing before a visit.
"""

import gc
import logging
from importlib import import_module
from threading import Thread

import streamlit as st

LIBRARIES = ("altair", "sklearn.cluster", "hotspots.pipeline", "hotspots.release.entry")
"""Slowest to load first; no file of `pages`, which the first run loads itself, in its own order."""


def up() -> Thread:
    """Begin to load the libraries of the hub screen beside the server; returns the thread."""
    thread = Thread(target=_load, name="loading ahead", daemon=True)
    thread.start()
    return thread


@st.cache_resource(show_spinner=False)
def freeze_libraries(page: str) -> None:  # noqa: ARG001 -- the key: a page's first run loads what stays for good
    """Tell the garbage collector to pass over all that is loaded by now; to be called at the end of a page's run.

    Streamlit collects garbage after every run and every click. Each time it would look through half a million
    objects of the libraries, a fifth of a second in which nobody else's click is answered.
    """
    gc.collect()
    gc.freeze()


def _load() -> None:
    for name in LIBRARIES:
        try:
            import_module(name)
        except ImportError:  # the first visit meets the same error and says it where somebody reads it
            logging.getLogger(__name__).warning("%s could not be loaded ahead.", name)
