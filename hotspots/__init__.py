"""From partners' files to hotspots, places and honest before/after comparisons.

The pipeline in order::

    files -> incidents -> located -> store -> hotspots -> (adopt) -> places
                                       |          |                    |
                                       +------ counts ---- Comparison, states, alarms
    register: partners, powers, interventions, actions ------------+  |
                                                                    v  v
                                        release(result, viewer) -> Released
                                                                    |
                                         maps, charts, sentences -> page

Nothing in this package imports streamlit, prints, reads the clock or keeps state.
"""

__version__ = "0.1.0"
