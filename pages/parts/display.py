"""How the screen is shown, and what to do first: presenter view, size of text, the guide for a role."""

import streamlit as st

from hotspots.release.roles import Role, Viewer
from pages.parts import guides, style

USUAL_SIZE = 22

FIRST_STEPS = {
    Role.HUB_MEMBER: """
**Running a meeting**

1. Work through the agenda at the top left of **Hub meeting**, left to right: overdue actions, new and rising, top
   areas, to assess, new actions (what this meeting agreed, and its minutes). The counts say how much there is to do.
2. Choose an area in the list or on the map. Its card shows last month against the usual range and whom it reaches.
3. **Record action** stores who does what by when, in front of the room.
4. Found a block that needs a plan? **Respond › Places** adopts it: its boundary is frozen that day.
5. **Assess › Before / after** says later whether it worked, or that it cannot be told yet.
""",
    Role.SENIOR_OFFICER: """
**Reading the picture in five minutes**

1. **Analyse › Trends**: is the whole rising, or is it a few places? The grey band is the usual range.
2. **Scan › What's new**: what left its usual range, and how often such an alarm rings by luck.
3. **Assess › Portfolio**: everything the hub did, with its effect and how sure one can be.
4. **Assess › Timeliness**: days from the first signal to joint action, and who keeps their dates.

A hub with less than a year of data, or with police.uk files alone, has no last year to compare with and no
before and after for a place: the guide says what such data can tell.
""",
    Role.COUNCILLOR: """
**Reading an outcome page**

1. Choose a place, a ward or a whole district at the top.
2. The box under the title answers first: what it was, what it is, and whether that is more than luck.
   *Cannot tell* means that the test needs more, not that nothing changed.
3. Numbers are rounded and small ones hidden, so that nobody can be recognised. *Fewer than 5* is any number from
   none to four.
4. **For committee (PDF)** is the page as a paper, **Word** the same to edit. Ctrl and P prints it as well.
""",
    Role.DATA_STEWARD: """
**From an empty program to a first meeting**

1. **Data › Import and quality**: drop in a data.police.uk download or a partner's log. Nothing is stored before you
   have seen what it would become.
2. Look at what was quarantined and why; mend columns once, and they are remembered for that partner.
3. Name your hub, its district and its marking in `data/private/settings.toml`, and add a street map: without one the
   map is white, with dots where reports lie.
4. **Respond › Places**: adopt a hotspot as a place, then log what is done there under **Interventions**.
5. **Assess › Outcomes**: *Publish what is due* releases what councillors may read, after its check.
6. Take a back-up each week: the steward's guide has the command.
""",
}


def help_and_display(viewer: Viewer) -> None:
    """The two ends of the strip that everybody has: what to do first, and how to show it."""
    if st.button("New here?", type="tertiary", key="new-here"):
        _guide(viewer)
    with st.popover("Display", type="tertiary", width="content"):
        st.toggle("Presenter view", key="present", bind="query-params", help="Larger text, for a shared screen.")
        st.segmented_control(
            "Text in presenter view, pixels", style.TEXT_SIZES, default=USUAL_SIZE, key="size", required=True,
            bind="query-params",
        )  # fmt: skip
        st.caption("Light or dark: the three dots at the top right. Print: Ctrl and P.")
        st.page_link(st.session_state["pages"]["accessibility"], label="Accessibility statement")


def text_size() -> int:
    """Pixels of presenter view's text: chosen, or said by a shared link."""
    asked = st.session_state.get("size", st.query_params.get("size", USUAL_SIZE))
    sizes = {str(size): size for size in style.TEXT_SIZES}
    return sizes.get(str(asked), USUAL_SIZE)


@st.dialog("First steps", width="large")
def _guide(viewer: Viewer) -> None:
    st.markdown(FIRST_STEPS[viewer.role])
    if st.toggle("Show the whole guide, with pictures", key="whole-guide"):
        guides.show(guides.OF_ROLE[viewer.role])
