"""How is every number made? The settings in force and what each page will not tell you."""

import pandas as pd
import streamlit as st

from hotspots.release.roles import Action, Viewer
from hotspots.views.palette import STATES
from pages.parts import front_door, quality, session, show
from pages.parts.published import published_section


def render(viewer: Viewer) -> None:
    """Definitions, settings in force and limits, in plain words."""
    viewer.require(Action.SEE_METHOD)
    store = session.current_store()
    settings = session.settings()
    st.title("How the numbers are made", anchor=False)
    left, right = st.columns(2)
    with left, st.container(border=True):
        st.markdown("## A hotspot is where reports lie close together")
        st.markdown(_HOTSPOT)
        st.markdown("## Settings in force")
        show.grid(_settings_table(settings, store.crs), key="settings-in-force", alt="Settings in force")
    with right, st.container(border=True):
        st.markdown("## One word for what an area is doing")
        words = [{"State": f"{look.glyph} {word.capitalize()}", "Rule": look.rule} for word, look in STATES.items()]
        show.grid(pd.DataFrame(words), key="states-rules", alt="States of an area and the rule of each")
        st.markdown("## What it cannot tell")
        st.markdown(_LIMITS)
    quality.quality_card(viewer, store)
    published_section(viewer)


_HOTSPOT = """
DBSCAN groups reports that lie within *eps* metres of each other, wherever at least *min_samples* of them lie within
that reach. A group wider than a walk is run again on its own with a shorter reach until a person can walk it. The
outline is drawn so that the reports inside it are exactly the reports counted: one number, not two. Reports outside
every group are not lost: they are counted in every total.

Usual range: what earlier months of the same place usually held, with room for reports coming in bursts. About five
months in a thousand fall outside it by luck.
"""

_LIMITS = """
- A **report** is one report by one source. It is not a proven crime, and one event may be reported twice.
- **police.uk** moves every report to a map point that stands for 8 or more addresses and gives only the month: no
  hours, no weekdays, no claim about one building.
- A month that a source did not send is **missing**, never zero.
- Places are good to about 2 m when given as longitude and latitude, because the precise grid of Great Britain is not
  shipped with this program; to the metre when given as easting and northing.
- A rise can be people reporting more; a fall can be people reporting less.
"""


def _settings_table(settings: object, crs: str) -> pd.DataFrame:
    rows = [
        ("eps (reach)", f"{settings.eps:g} m"),
        ("min_samples", f"{settings.incidents_a_month:g} a month over the window"),
        ("largest extent", f"{settings.max_extent:g} m"),
        ("least distinct days, where dates are exact", str(settings.min_days)),
        ("window", f"last {settings.window_months} complete months"),
        ("coordinates", crs),
    ]
    return pd.DataFrame(rows, columns=["Setting", "Value"])


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("method")
