"""Can everybody in the room use this? What was checked, what is known not to work, whom to tell."""

import streamlit as st

from hotspots.release.roles import Action, Viewer
from pages.parts import front_door, session


def render(viewer: Viewer) -> None:
    """The accessibility statement, in plain words."""
    viewer.require(Action.SEE_OUTCOMES)
    st.title("Accessibility statement", anchor=False)
    st.caption(f"For {session.settings().title.replace('$', '')}, run by your own community safety partnership")
    st.page_link(st.session_state["pages"]["outcomes"], label="Back to Outcomes", icon=":material/arrow_back:")
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(_USE)
    with right:
        st.markdown(_LIMITS)


_USE = """
## What you can do

- **Everything by keyboard.** Tab moves on, Shift and Tab back, Enter or Space chooses, arrow keys move in lists and
  tables, Escape closes a menu or a list; a form is left by its own *Close without saving*. On *Hub meeting*, Alt and A
  starts a new action.
- **Everything without the map.** Whatever stands on a map stands in the list beside it too, and choosing it there does
  the same. On the map Tab reaches one mark, arrow keys go from rank to rank and Enter chooses; where a boundary is
  drawn, arrow keys move the map and Enter marks its middle. Every chart has a sentence for screen readers and *Show as
  table* under it.
- **Everything without colour.** A state is a word and a shape first, a colour third. Nothing is green for good or red
  for bad.
- **Larger.** The page reflows at 200% of the browser's zoom. *Display* in the strip at the top has a presenter view.
- **Dark or light.** The three dots at the top right.
- **Still.** When your system asks for less motion, nothing moves.

## How it was checked

We aim at the Web Content Accessibility Guidelines 2.2, level AA. The program's tests run axe-core in Chromium on every
page of the data steward, who sees all there are, and on the councillor's own, look at them at 200% zoom and on a phone,
and walk a meeting's agenda, list and card with the keyboard alone.
It has not been tested with people who use a screen reader, nor in Firefox or Safari.
"""

_LIMITS = """
## What is known not to work

These come from Streamlit, the toolkit below this program, and cannot be mended here:

- **Tables are drawn on a canvas.** A screen reader gets a plain table in place of the picture, and the arrow keys
  move in it, but the outline of the chosen cell is thin.
- **The toolkit's own symbols** in a chosen file or a metric's small line have no text. What they say stands in words
  beside them.
- **The calendar of a date field** starts its week as your browser does. Dates can be typed as well.

## If something stops you

Tell your data steward or your partnership's office: what you tried, on which page, with which browser or aid. If the
answer does not help, the Equality Advisory and Support Service advises people in England, Wales and Scotland, and the
Equality Commission for Northern Ireland in Northern Ireland.
"""


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("accessibility")
