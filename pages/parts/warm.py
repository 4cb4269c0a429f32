"""Loading ahead: what the first visitor would wait for is loaded while her browser still opens.

Only the server's own entry (`serve.py`) can do this; `streamlit run dashboard.py` runs nothing before a visit.
"""

import logging
from importlib import import_module
from threading import Thread

LIBRARIES = ("altair", "folium.plugins", "sklearn.cluster", "hotspots.pipeline", "hotspots.release.entry")
"""Slowest to load first; no file of `pages`, which the first run loads itself, in its own order."""


def up() -> Thread:
    """Begin to load the libraries of the hub screen beside the server; returns the thread."""
    thread = Thread(target=_load, name="loading ahead", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    for name in LIBRARIES:
        try:
            import_module(name)
        except ImportError:  # the first visit meets the same error and says it where somebody reads it
            logging.getLogger(__name__).warning("%s could not be loaded ahead.", name)
