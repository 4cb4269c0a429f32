"""Who is around the table, what do they bring, whom do we need today, and where do we meet unknowingly?"""

import numpy as np
import pandas as pd
import streamlit as st

from hotspots.periods import add_months
from hotspots.pipeline import places as composed
from hotspots.pipeline import register as overview
from hotspots.register import partners as rules
from hotspots.register.powers import AGENCIES
from hotspots.release.disclosure import release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.store import register_reads as reads
from hotspots.views import register_words, sentences
from pages.parts import attendance, front_door, partner_form, restricted, session, show
from pages.parts import register as shared

WIDTHS = {
    "Agency": 285, "Agreement to": 92, "Joins for": 250, "Lead role": 165, "Kind": 145, "Powers held": 110, "Tier": 115,
    "Feed": 105,
}  # fmt: skip
SPARE = ("Powers held", "Feed", "Kind")
"""Columns of the register that a room may go without."""


def render(viewer: Viewer) -> None:
    """Suggested attendees and attendance, agreements and feeds, the overlap list, the register itself."""
    viewer.require(Action.SEE_REGISTER)
    store = session.current_store()
    shared.begin()
    partners = reads.partners(store)
    today = session.today(store)
    ending = release(rules.agreements_ending(partners, on=today), viewer, policy="agreements ending").table
    released = release(partners, viewer, policy="partners", as_of=today)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(width="content", gap="xsmall"):
            st.title(_title(released.table, ending), anchor=False)
            st.caption(f"Partners · as of {sentences.short_day(today)}")
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            show.downloads(released, store, title="Partners", settings={}, name="partners")
            if viewer.can(Action.RECORD) and st.button(
                "Add or change a partner", type="primary", icon=":material/group_add:", key="partner-new"
            ):
                partner_form.dialog(viewer, store)
    left, right = st.columns([55, 45], gap="small")
    with left:
        _attendees(viewer, store, partners)
        _overlaps(viewer, store)
    with right:
        _agreements(ending)
        _feeds(viewer, store, partners)
    _register(released.table, may_change=viewer.can(Action.RECORD))


def _title(partners: pd.DataFrame, ending: pd.DataFrame) -> str:
    signed = int(partners["agreement_signed"].notna().sum())
    soon = int(ending["days"].notna().sum())
    needs = f", {soon} need{'s' if soon == 1 else ''} a signature soon" if soon else ""
    return f"{len(partners)} partners, {signed} with a sharing agreement{needs}"


def _attendees(viewer: Viewer, store: Store, partners: pd.DataFrame) -> None:
    suggested, problems = attendance.suggested(viewer, store)
    words = show.plain(", ".join(problems)) or "nothing yet"
    title = f"{len(suggested)} of {len(partners)} partners fit today's agenda" if len(partners) else "Nobody to invite"
    with show.card(title, f"On it: {words} · best match first"):
        attendance.tick_list(viewer, store, suggested)


def _overlaps(viewer: Viewer, store: Store) -> None:
    places, _ = shared.charts(store)
    found, block = _recent(store, store.data_version, session.today(store))
    held = rules.overlaps(found, block)
    title = f"{sentences.count(len(held), 'time')} several partners came to one address within seven days"
    with show.card(title, f"Last {overview.OVERLAP_DAYS} days · counts by place; which address is restricted"):
        by_block = release(rules.overlaps_by_block(held), viewer, policy="overlaps by block").table
        if by_block.empty:
            st.markdown("None: it takes reports with an address and a day from two partners.")
            return
        show.grid(
            by_block.assign(block=by_block["block"].fillna("no adopted place")).rename(
                columns={"block": "Place", "addresses": "Addresses", "times": "Times", "latest": "Latest"}
            ),
            key="overlaps-by-place",
            column_config={"Latest": st.column_config.DateColumn(format="D MMM YYYY")},
            alt="Overlaps by place",
        )
        st.caption("Several came; whether a visit was needless only the partners can say.")
        restricted.guarded(viewer, lambda now: _overlap_addresses(now, held), key="overlaps")


def _overlap_addresses(now: Viewer, held: pd.DataFrame) -> None:
    if not now.unlocked:
        return
    table = release(held, now, policy="overlaps").table
    restricted.listed(
        table[["block", "address_key", "first", "last", "partners", "n"]].rename(
            columns={
                "block": "Place",
                "address_key": "Address",
                "first": "First",
                "last": "Last",
                "partners": "Partners",
                "n": "Reports",
            }  # fmt: skip
        ),
        key="overlap-addresses",
        column_config={name: st.column_config.DateColumn(format="D MMM YYYY") for name in ("First", "Last")},
        alt="Overlaps with their addresses, restricted",
    )


def _agreements(ending: pd.DataFrame) -> None:
    dated = ending[ending["days"].notna()]
    none = len(ending) - len(dated)
    title = (
        f"{len(dated)} sharing agreements end within {rules.WARN_DAYS} days"
        if len(dated)
        else f"No sharing agreement ends within {rules.WARN_DAYS} days"
    )
    without = f"{none} partner{' has' if none == 1 else 's have'} no agreement: they get no personal data"
    with show.card(title, without if none else ""):
        rows = pd.DataFrame(
            {
                "State": [_mark(s) for s in dated["state"]],
                "Agency": dated["agency"],
                "Expires": [sentences.short_day(d) for d in dated["expires"]],
            }
        )
        if len(rows):
            widths = {"State": 90, "Agency": 148, "Expires": 96}  # as much as a phone has
            show.grid(
                rows,
                key="agreements",
                alt="Agreements ending, soonest first",
                **show.fitted(rows, widths, most=5),
            )


def _mark(state: str) -> str:
    return f"✕ {state}" if state == "expired" else f"◷ {state}"


def _feeds(viewer: Viewer, store: Store, partners: pd.DataFrame) -> None:
    silent = rules.feeds_silent(partners, on=session.today(store))
    table = release(silent, viewer, policy="silent feeds").table
    feeds = partners[partners["data_feed"] != ""]
    title = register_words.feeds_title(len(feeds), len(table), registered=len(partners) > 0)
    with show.card(title, "Silent: nothing received for more than 45 days"):
        held = session.months_held(store)
        if held is not None and feeds.empty:
            st.markdown(f"The newest month held from any source is {sentences.month(add_months(held.end, -1))}.")
        rows = release(feeds, viewer, policy="partners").table
        shown = pd.DataFrame(
            {
                "State": ["✕ Silent" if a in set(table["agency"]) else "✓ Sending" for a in rows["agency"]],
                "Feed": rows["data_feed"],
                "Last received": [sentences.short_day(d, "never") for d in rows["last_received"]],
                "Agency": rows["agency"],
            }
        )
        if len(shown):
            widths = {"State": 90, "Feed": 100, "Last received": 100, "Agency": 240}
            show.grid(shown, key="feeds", alt="Data feeds", **show.fitted(shown, widths, most=4))


def _register(partners: pd.DataFrame, *, may_change: bool) -> None:
    how = "; *Add or change a partner* is at the top" if may_change else ""
    with show.card("The register", f"Problem types say what they join for{how}"):
        if partners.empty:
            st.markdown("Nobody is registered yet.")
            return
        problems = sorted({word for words in partners["problem_types"] for word in words})
        chosen = st.pills("Joins for", problems, selection_mode="multi", key="joins-for", label_visibility="collapsed")
        fits = [not chosen or not set(chosen).isdisjoint(words) for words in partners["problem_types"]]
        shown = partners.loc[np.array(fits, dtype=bool)]  # an empty list would choose columns
        if chosen:
            show.on_paper(f"Those who join for {show.plain(sentences.listing(chosen))}.", key="joins-for")
        rows = pd.DataFrame(
            {
                "Agency": shown["agency"],
                "Agreement to": [sentences.short_day(d, "none") for d in shown["agreement_expires"]],
                "Joins for": [", ".join(words) for words in shown["problem_types"]],
                "Lead role": shown["lead_role"],
                "Kind": shown["kind"],
                "Powers held": [
                    ", ".join(AGENCIES.get(group, group) for group in words) for words in shown["powers_held"]
                ],
                "Tier": [partner_form.TIERS[t] for t in shown["tier"]],
                "Feed": shown["data_feed"],
            }
        )
        look = show.fitted(rows, WIDTHS, most=6, spare=SPARE)
        show.grid(rows, key="register", alt="The register of partners", exported=True, **look)


@st.cache_data(show_spinner=False, max_entries=4)
def _recent(_store: Store, version: str, on: object) -> tuple[pd.DataFrame, pd.Series]:
    return overview.recent_reports(_store, composed.adopted(_store), on=on)


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("partners")
