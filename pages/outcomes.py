"""What was wrong, what was done, what changed? Read from what the hub has published, and nothing else."""

import streamlit as st

from hotspots.release.roles import Action, Viewer


def render(viewer: Viewer) -> None:
    """Say that nothing has been published yet; published outcomes are the only thing shown here."""
    viewer.require(Action.SEE_OUTCOMES)
    st.title("Nothing has been published yet", anchor=False)
    st.markdown(
        "This page shows outcomes of places and wards that the hub has released for councillors: "
        "whole quarters, small numbers hidden, no addresses and no map of hotspots. "
        "The hub publishes them once they are checked; until then there is nothing to see here."
    )


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    st.switch_page("dashboard.py")
