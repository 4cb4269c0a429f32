"""The restricted panel: off on opening, off on a shared screen, open for minutes and never unseen.

Which address carries which mark is read through `register.open_restricted` only, which leaves an
audit line; a marked address reads "supported address" everywhere else.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from hotspots.pipeline import register as overview
from hotspots.register import prompts
from hotspots.register.places import Place
from hotspots.register.prompts import Concern, Tag
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.views import sentences
from pages.parts import register as shared
from pages.parts import session, show

TAG_DAYS = 90
LOOK_SECONDS = 15
"""How often an open panel looks whether its minutes are over."""
_SINCE, _READ, _TURNED = "unlocked_since", "restricted_read", "restricted_turned"


def as_unlocked(viewer: Viewer) -> Viewer:
    """The viewer with restricted items open, while the ten minutes run and nobody presents."""
    if not viewer.can(Action.UNLOCK_RESTRICTED) or st.session_state.get("present"):
        lock()
        return replace(viewer, unlocked=False)
    open_ = prompts.still_unlocked(st.session_state.get(_SINCE), at=session.now())
    if not open_:
        lock()
    return replace(viewer, unlocked=open_)


def lock() -> None:
    """Close the restricted items and forget what was read."""
    st.session_state.pop(_SINCE, None)
    st.session_state.pop(_READ, None)


def _lock_switch(viewer: Viewer, *, key: str) -> Viewer:
    """Button that unlocks for ten minutes or locks at once; returns the viewer as they now are."""
    now = as_unlocked(viewer)
    if st.session_state.get("present"):
        st.caption("Restricted items stay locked in presenter view.")
    elif now.unlocked:
        left = st.session_state[_SINCE] + timedelta(minutes=prompts.UNLOCK_MINUTES) - session.now()
        minutes = max(1, -(-int(left.total_seconds()) // 60))
        st.button(
            f"Lock now (open for {minutes} min)",
            icon=":material/lock:",
            on_click=_turn,
            args=(False,),
            key=f"{key}-lock",
        )
    else:
        st.button(
            f"Unlock for {prompts.UNLOCK_MINUTES} minutes",
            icon=":material/lock_open:",
            on_click=_turn,
            args=(True,),
            key=f"{key}-unlock",
            help="Look round first: what opens is for the restricted part of the meeting. The look is recorded.",
        )
    return now


def guarded(viewer: Viewer, draw: Callable[[Viewer], None], *, key: str) -> None:
    """Lock switch and what it guards, which closes by itself; nothing at all without the grant.

    draw: given the viewer as they now are, so that the gate decides what is shown
    """
    if not viewer.can(Action.UNLOCK_RESTRICTED):
        return
    every = LOOK_SECONDS if as_unlocked(viewer).unlocked else None  # closes with nobody at the mouse
    st.fragment(_guarded, run_every=every)(viewer, draw, key)


def listed(rows: pd.DataFrame, *, key: str, alt: str, **look: object) -> None:
    """Restricted rows, for the screen only: a sheet of paper lies about; look: arguments of `st.dataframe`."""
    show.grid(rows, key=key, alt=alt, printed=False, **look)
    show.on_paper("Restricted rows are not printed.", key=key)


def panel(viewer: Viewer, store: Store, place: Place) -> None:
    """Supported addresses, repeat addresses and concerns of a place."""

    def draw(now: Viewer) -> None:
        marked, heard = st.columns(2, gap="medium")
        with marked:
            _tags(now, store, place)
            _prompts(now, store, place)
        with heard:
            _concerns(now, store, place)
        st.caption("Early identification, never a count of crime. Each look is written to the audit trail.")

    guarded(viewer, draw, key=f"place-{place.id}")


def _guarded(viewer: Viewer, draw: Callable[[Viewer], None], key: str) -> None:
    if st.session_state.pop(_TURNED, False):
        st.rerun()  # the whole page, so that the clock that closes it starts or stops
    draw(_lock_switch(viewer, key=key))


def _turn(opens: bool) -> None:
    lock()
    st.session_state[_TURNED] = True
    if opens:
        st.session_state[_SINCE] = session.now()


def _tags(viewer: Viewer, store: Store, place: Place) -> None:
    counted = reads.supported_addresses(store, on=session.today(store))
    counted = release(counted[counted["place_id"] == place.id], viewer, policy="supported addresses").table
    n = int(counted["addresses"].iloc[0]) if len(counted) else 0
    st.markdown(f"**{n} supported address{'' if n == 1 else 'es'}**")
    if not viewer.unlocked:
        return
    tags = _opened(viewer, store, place)
    rows = pd.DataFrame(
        [(t.id, prompts.SHOWN_AS, t.address_key, t.tag, t.until) for t in tags],
        columns=["id", "shown_as", "address_key", "tag", "until"],
    )
    table = release(rows, viewer, policy="restricted tags").table
    for row in table.itertuples():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{show.plain(row.address_key)}: {show.plain(row.tag)}, until {sentences.short_day(row.until)}")
            if st.button("Remove", key=f"untag-{row.id}", type="tertiary"):
                chosen = next(t for t in tags if t.id == row.id)
                _write(lambda chosen=chosen: register.remove(store, chosen, who=viewer.name, at=session.now()))
    _tag_form(viewer, store, place)


def _opened(viewer: Viewer, store: Store, place: Place) -> list[Tag]:
    """The tags, read once an unlocking and place, so that one look is one audit line."""
    read = st.session_state.setdefault(_READ, {})
    if place.id not in read:
        read[place.id] = register.open_restricted(store, place_id=place.id, who=viewer.name, at=session.now())
    return read[place.id]


def _tag_form(viewer: Viewer, store: Store, place: Place) -> None:
    with st.form(f"tag-{place.id}", clear_on_submit=True, border=False):
        address, tag, until = st.columns(3)
        address_key = address.text_input("Address key", help="UPRN, or the address as the reports have it")
        chosen = tag.selectbox("Mark", prompts.TAGS, help="An exploited home is a victim's, never an offender's.")
        today = session.today(store)
        lapses = until.date_input("Lapses on", today + timedelta(days=TAG_DAYS), min_value=today, format="DD/MM/YYYY")
        if st.form_submit_button("Mark this address"):
            _write(
                lambda: register.add(
                    store,
                    Tag(place.id, address_key.strip(), chosen, lapses),
                    who=viewer.name,
                    at=session.now(),
                )
            )


def _prompts(viewer: Viewer, store: Store, place: Place) -> None:
    found, block = overview.recent_reports(store, [place], on=session.today(store))
    here = found[block.notna()]
    repeated = prompts.repeat_addresses(here, block)
    signs = prompts.cuckooing_signs(here, block)
    st.markdown(
        f"**Addresses with {prompts.REPEAT_REPORTS} reports or more in {overview.OVERLAP_DAYS} days: {len(repeated)}; "
        f"with signs that go with a home taken over: {len(signs)}**"
    )
    st.caption("A question for the landlord and adult social care; most such homes are not cuckooed.")
    if viewer.unlocked and len(repeated):
        table = release(repeated, viewer, policy="repeat addresses").table
        listed(
            table[["address_key", "n", "sources", "latest"]].rename(
                columns={"address_key": "Address", "n": "Reports", "sources": "Sources", "latest": "Latest"}
            ),
            key="repeat-addresses",
            column_config={"Latest": st.column_config.DateColumn(format="D MMM YYYY")},
            alt="Repeat addresses, restricted",
        )


def _concerns(viewer: Viewer, store: Store, place: Place) -> None:
    held = reads.concerns(store)
    held = held[held["place_id"] == place.id]
    table = release(held, viewer, policy="concerns").table
    st.markdown(f"**{len(table)} informal concern{'' if len(table) == 1 else 's'}: a prompt, never a count**")
    if viewer.unlocked:
        for row in table.itertuples():
            st.markdown(
                f"{sentences.short_day(row.heard_on)}, {show.plain(row.source)}, {row.confidence} confidence, "
                f"*{show.plain(row.handling)}*: {show.plain(row.text)}"
            )
    if not st.session_state.get("present"):
        _concern_form(viewer, store, place)


def _concern_form(viewer: Viewer, store: Store, place: Place) -> None:
    with st.form(f"concern-{place.id}", clear_on_submit=False, border=False):
        text = st.text_area(
            "File a concern about the place",
            max_chars=prompts.MAX_CONCERN,
            placeholder="What happens there. No names, no flat, no number.",
        )
        a, b = st.columns(2)
        problem = a.selectbox("Problem", place.problem_types or ("ASB",), accept_new_options=True)
        source = b.selectbox("Brought by", prompts.MEMBER_KINDS)
        confidence = a.selectbox("Confidence", prompts.CONFIDENCES)
        handling = b.selectbox("Handling", prompts.HANDLING)
        if st.form_submit_button("File it"):
            _write(
                lambda: register.add(
                    store,
                    Concern(place.id, session.today(store), problem, source, confidence, handling, text),
                    who=viewer.name,
                    at=session.now(),
                )
            )


def _write(write: Callable[[], object]) -> None:
    """Save, and read the marks anew at the next run."""
    st.session_state.pop(_READ, None)
    shared.save(write, "Saved")
