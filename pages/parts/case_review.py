"""The ASB Case Review: how many should be told of it, as a count, and the days its steps fall on."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from hotspots.pipeline import register as overview
from hotspots.register import clocks
from hotspots.register.law import rules
from hotspots.store import Store
from hotspots.views import sentences
from pages.parts import session, show

_MEETING = "meeting-districts"
"""Key of the districts the meeting last counted."""


def prompt(store: Store, districts: Sequence[str]) -> str:
    """How many addresses of the districts should be told of the review: a count, never which.

    districts: those of the meeting's query, none for all; the session's other pages count the same ones
    """
    st.session_state[_MEETING] = tuple(districts)
    return _line(store, tuple(districts))


def card(store: Store) -> None:
    """The meeting's prompt, and the days on which the steps of a review asked for on a day fall."""
    districts = st.session_state.get(_MEETING, session.first_query(store).districts)
    with show.card("Whom to tell of the ASB Case Review", "A count, no names, of the district the meeting looks at"):
        st.markdown(show.plain(_line(store, districts)))
        asked = st.date_input(
            "A review was asked for on", None, format="DD/MM/YYYY", key="review-asked", width=220,
            help="Gives the days on which its steps fall.",
        )  # fmt: skip
        if asked is None:
            return
        days = {show.plain(step.label): sentences.short_day(step.due.date()) for step in clocks.case_review(asked)}
        st.markdown("  \n".join(f"**{day}** {step}" for step, day in days.items()))
        rule = next(rule for name, rule in rules().items() if name.startswith(clocks.CASE_REVIEW))
        st.caption(f"{show.plain(rule.text)} Source: {show.plain(rule.source)}.")


def _line(store: Store, districts: tuple[str, ...]) -> str:
    counted = _counted(store, store.data_version, districts, session.today(store))
    return sentences.case_review_line(*counted, where=", ".join(districts) or "all districts")


@st.cache_data(show_spinner=False, max_entries=16)
def _counted(_store: Store, version: str, districts: tuple[str, ...], on: date) -> tuple[int | None, int]:
    return overview.case_reviews(_store, districts=districts, on=on)
