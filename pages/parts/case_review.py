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


def prompt(store: Store, districts: Sequence[str]) -> str:
    """How many addresses should be told of the review: a count, never which."""
    return sentences.case_review_line(*_counted(store, store.data_version, tuple(districts), session.today(store)))


def card(store: Store, districts: Sequence[str]) -> None:
    """The prompt, and the days on which the steps of a review asked for on a day fall."""
    with show.card("Whom to tell of the ASB Case Review", "A count, no names · steps in working days"):
        st.markdown(prompt(store, districts))
        asked = st.date_input(
            "A review was asked for on", session.today(store), format="DD/MM/YYYY", key="review-asked", width=220
        )
        if asked is None:
            return
        days = {show.plain(step.label): sentences.short_day(step.due.date()) for step in clocks.case_review(asked)}
        st.markdown("  \n".join(f"**{day}** {step}" for step, day in days.items()))
        rule = next(rule for name, rule in rules().items() if name.startswith(clocks.CASE_REVIEW))
        st.caption(f"{show.plain(rule.text)} Source: {show.plain(rule.source)}.")


@st.cache_data(show_spinner=False, max_entries=16)
def _counted(_store: Store, version: str, districts: tuple[str, ...], on: date) -> tuple[int | None, int]:
    return overview.case_reviews(_store, districts=districts, on=on)
