"""The card of one hotspot: how much, who reported it, who can act, what is late; and one click to record."""

import pandas as pd
import streamlit as st

from hotspots.pipeline import Card, HubView, repeats_of
from hotspots.pipeline.agenda import drive_since, place_of
from hotspots.pipeline.hub import SHORT_HISTORY
from hotspots.register.places import Place
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.store import register_reads as reads
from hotspots.views import alarm_words, charts, sentences
from hotspots.views.palette import STATES
from pages.parts import actions, ledger, place_forms, session, show
from pages.parts import register as shared

CHART, PRESENTED = 144, 184
"""Pixels of the chart on the card, which must fit a short screen, and in presenter view."""
INVITED = 3
"""Partners a card names; the partners page has them all."""


def card(viewer: Viewer, store: Store, view: HubView, released: Released, chosen: str | None, *, none: str) -> None:
    """Everything the room needs about the chosen hotspot, and what it can do about it.

    released: the view's table through the gate · chosen: id of the hotspot, None for none
    none: what to say where there is none
    """
    with st.container(border=True, key="card", gap="xsmall"):
        if chosen is None:
            st.markdown(none)
            return
        row = released.table[released.table["id"] == chosen].iloc[0]
        made = session.hotspot_card(store, view, chosen)
        place = place_of(row["geometry"], session.places(viewer, store))
        kind = _head(row)
        if place is None:
            _where(viewer, made)
        number, drawn, who = st.columns([20, 43, 37], gap="small")
        with number:
            _big_number(view, row, place)
        with who, st.container(key="who", gap="xsmall"):
            _who_reported_it(viewer, made)
        with drawn:
            _chart(viewer, view, made, row, kind)
        _notes(store, view, made, row, place)
        if place is not None:
            _who_can_act(viewer, store, place)
        _what_next(viewer, store, view, row, place)


def _head(row: pd.Series) -> str:
    """Name and state; returns which chart is asked for."""
    look = STATES[row["state"]]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="small"):
            st.subheader(show.plain(row["name"]), anchor=False, width="content")
            st.badge(row["state"].capitalize(), icon=look.icon, color=look.badge)
        return st.segmented_control(
            "Show", ["Months", "Hours", "Repeats", "Table"], default="Months", required=True, key="card-chart",
            label_visibility="collapsed", width="content",
        )  # fmt: skip


def _where(viewer: Viewer, made: Card) -> None:
    """Ward and streets of the reports: a name alone does not say in which town it lies."""
    parts = release(made.parts, viewer, policy="parts of a hotspot").table
    wards, streets = (
        parts.loc[parts["kind"] == kind, "word"].head(most) for kind, most in (("ward", 2), ("street", 3))
    )
    told = [f"{name}: {', '.join(words)}" for name, words in (("Ward", wards), ("Streets", streets)) if len(words)]
    if told:
        st.caption(show.plain(" · ".join(told)))


def _big_number(view: HubView, row: pd.Series, place: Place | None) -> None:
    latest = "no data" if pd.isna(row["latest"]) else f"{int(row['latest']):,}"
    known = pd.notna(row["usual_high"])
    usual = sentences.usual(row["usual_low"], row["usual_high"]) if known else "too few months"
    when = sentences.month(view.last_month)
    homes = f"<br>{place.dwellings} dwellings" if place is not None and place.dwellings else ""
    st.html(
        f"<div class='quiet'>{when}</div><div class='big-number'>{latest}</div><div>{usual}</div>"
        f"<div class='quiet'>{alarm_words.standing(row)}{homes}</div>"
    )


def _who_reported_it(viewer: Viewer, made: Card) -> None:
    parts = release(made.parts, viewer, policy="parts of a hotspot").table
    for kind, heading in (("source", "Who reported it"), ("category", "What")):
        rows = parts[parts["kind"] == kind]
        words = " · ".join(f"{show.plain(r.word)} {r.n:,}" for r in rows.head(4).itertuples())
        rest = rows["n"].iloc[4:].sum()
        st.markdown(f"**{heading}**  \n{words}{f' · other {rest:,}' if rest else ''}")


def _chart(viewer: Viewer, view: HubView, made: Card, row: pd.Series, kind: str) -> None:
    tall = PRESENTED if st.session_state.get("present") else CHART
    if kind in ("Months", "Table"):
        months = release(made.months, viewer, policy="months of a hotspot", as_of=view.last_month)
        low, high = row["usual_low"], row["usual_high"]
        text = f"Reports a month, {sentences.usual(low, high)}; last month {row['latest']:.0f}"
        if kind == "Table":
            rows = _month_table(months)
            show.grid(rows, key="card-table", height=tall, placeholder="no data", alt=text)
        else:
            show.draw(show.made(charts.month_spec, months, height=tall, label=""), alt_text=text, key="card-months")
    elif kind == "Hours":
        st.caption(sentences.times_sentence(made.exact, int(row["n"])))
        if made.exact:
            hours = release(made.hours, viewer, policy="hours of a hotspot")
            drawn = show.made(charts.hours_chart, hours)
            show.chart(drawn, hours, alt_text="Reports by weekday and hour", key="card-hours")
    else:
        _repeats(viewer, view, made, row["id"])


def _month_table(months: Released) -> pd.DataFrame:
    """The chart's months in words, latest first."""
    latest_first = months.table.iloc[::-1]
    return pd.DataFrame(
        {
            "Month": [sentences.month(day) for day in latest_first["period"]],
            "Reports": latest_first["n"].astype("Int64"),
            "Usual": [sentences.usual(r.low, r.high).removeprefix("usual ") for r in latest_first.itertuples()],
        }
    )


def _repeats(viewer: Viewer, view: HubView, made: Card, hotspot: str) -> None:
    if not made.addresses:
        st.caption("No addresses: these sources do not say at which address a report was made.")
        return
    repeat = release(repeats_of(view, hotspot), viewer, policy="repeat locations")
    for line in sentences.repeat_lines(repeat.table, made.addresses):
        st.markdown(line)
    st.caption("Which addresses they are is not shown here.")


def _notes(store: Store, view: HubView, made: Card, row: pd.Series, place: Place | None) -> None:
    snapped = ""
    notes = []
    before = made.months["n"].dropna().iloc[:-1]
    earlier = len(before)
    if pd.notna(row["usual_high"]) and earlier < SHORT_HISTORY:
        notes.append(sentences.short_history(earlier))
    elif earlier and pd.isna(row["usual_high"]):
        notes.append(sentences.nothing_usual(earlier, before.min(), before.max()))
    drive = drive_since(store, place, month=view.last_month) if place else None
    if drive:
        notes.append(f"Residents have been asked to report since {sentences.day(drive)}: some of the rise is that.")
    if row["one_map_point"] and made.snapped == row["n"]:
        notes.append(sentences.one_point_sentence())
    elif made.snapped:
        snapped = f" {sentences.snapped_sentence(made.snapped, int(row['n']))}"
    if row["too_wide"]:
        notes.append("Wider than a walk even at the shortest reach: read it as a stretch, not a block.")
    with st.container(key="card-words"):
        st.markdown(sentences.against_before(row["n"], row["before"], view.query.window) + snapped)
    for note in notes:
        with st.container(key=f"note-{hash(note) % 1000}"):
            st.markdown(note)


def _who_can_act(viewer: Viewer, store: Store, place: Place) -> None:
    """Routes that fit, whom to invite, and the oldest late action, in two lines."""
    found, invited = shared.routes_of(place), shared.invited_to(viewer, store, place)
    names = show.plain(", ".join(invited["agency"].head(INVITED))) or sentences.nobody_to_invite(
        registered=not reads.partners(store).empty
    )
    with st.container(key="card-routes"):
        st.markdown(f"**{found.heading}** (not legal advice) · Invite: {names}")
    late = session.overdue(store)
    late = release(late[late["place_id"] == place.id], viewer, policy="actions").table
    open_, _ = session.open_actions(store, place.id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="card-late"):
        if len(late):
            worst = late.sort_values("days_late", ascending=False).iloc[0]
            days = "1 day" if worst["days_late"] == 1 else f"{worst['days_late']} days"
            st.badge(f"{days} late", icon=":material/schedule:", color="orange")
            st.markdown(f"{show.plain(worst['task'])}, {show.plain(worst['owner'])}", width="content")
        else:
            st.caption(sentences.place_line(place.name, open_), width="content")


def _what_next(viewer: Viewer, store: Store, view: HubView, row: pd.Series, place: Place | None) -> None:
    """Record an action without leaving the map; adopt the area, or open its profile and powers."""
    pages = st.session_state["pages"]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="right", gap="small"):
        ledger.history_button(viewer, store, row["hotspot"], view.query, key="card-history")
        if place is not None:
            known = shared.problems_known(place)
            st.page_link(pages["powers"], label="Powers", query_params={"problem": known} if known else None)
            st.page_link(pages["places"], label="Open profile", query_params={"place": str(place.id)})
        elif viewer.can(Action.RECORD) and st.button("Adopt as a place", icon=":material/add_location_alt:"):
            place_forms.adopt_dialog(viewer, store, view.query, row["id"])
        if viewer.can(Action.RECORD) and st.button("Record action", type="primary", icon=":material/add:"):
            actions.record_action_dialog(viewer, store, place.id if place else None, place.name if place else None)
