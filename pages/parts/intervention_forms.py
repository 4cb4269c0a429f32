"""Forms of an intervention: record one, put right what was written, take it a step further."""

from dataclasses import replace
from datetime import date, datetime, time

import streamlit as st

from hotspots.pipeline import places as composed
from hotspots.register.clocks import too_long
from hotspots.register.interventions import (
    EFFECTS_ON_REPORTING,
    VALID_TRANSITIONS,
    Intervention,
    advance,
    decided_by,
    status_by_dates,
)
from hotspots.register.law import kinds
from hotspots.register.places import Place
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from hotspots.views import near_names, sentences
from pages.parts import frame, session, show, signin
from pages.parts import register as shared

_DATES = {
    "decided": ("Decided", "Left empty: today, or the day it was authorised or began where that is earlier."),
    "authorised": ("Authorised", "The day a court or a senior officer allowed it; empty where nobody has to."),
    "start": ("First day", "The first day on which it applies."),
    "end": ("Last day", "The last day on which it still applies, as the order says; empty while it is open."),
    "review_on": ("Review on", "A day of the hub's own to look at it again; it becomes a clock."),
}
_STEP_DAY = {
    "decided": ("Decided on", "The day the partners decided it."),
    "authorised": ("Authorised on", "The day a court or a senior officer allowed it."),
    "active": ("First day", "The first day on which it applies."),
    "ended": ("Last day on which it applied", "The last day counts; it is over from the day after."),
}
"""Status → what its day is called and means; the others keep no day."""


@st.dialog("Record an intervention", width="large", dismissible=False)
@signin.checked
def record_dialog(viewer: Viewer, store: Store, place_id: int | None = None) -> None:
    """Record something decided or done at a place; its clocks and assessment days follow by themselves."""
    viewer.require(Action.RECORD)
    places = {p.id: p.name for p in shared.in_scope(viewer, composed.adopted(store))}
    a, b = st.columns(2)
    place = a.selectbox(
        "Place", list(places), index=shared.only(list(places), place_id), format_func=places.get, key="new-place",
    )  # fmt: skip
    with b:
        kind = _kind_field("new", None)
    fields = _fields(store, "new", kind, None)
    status = _status_field(store, fields["start"], fields["end"])
    if shared.save_or_leave("Save intervention", key="new-save"):
        if place is None or kind is None:
            frame.told("The intervention was not saved: choose its place and its kind.")
            return
        decided = fields["decided"] or decided_by(
            status, on=session.today(store), authorised=fields["authorised"], start=fields["start"]
        )
        values = fields | {"status": status, "decided": decided}
        shared.save(
            lambda: register.add(store, Intervention(place, **values), who=viewer.name, at=session.now()),
            f"{kinds()[kind].name} saved",
        )


@st.dialog("Change an intervention", width="large", dismissible=False)
@signin.checked
def change_dialog(viewer: Viewer, store: Store, item: Intervention) -> None:
    """Put right what was written about an intervention; its status goes by steps. item: as read when it was opened."""
    viewer.require(Action.RECORD)
    st.markdown(f"**{show.plain(reads.get(store, Place, item.place_id).name)}** · {sentences.STATUS[item.status]}")
    key = f"edit-{item.id}"
    fields = _fields(store, key, _kind_field(key, item), item)
    if shared.save_or_leave("Save changes", key=f"{key}-save"):
        shared.change(store, viewer, item, lambda: replace(item, **fields), f"{item.label} changed")


def _kind_field(key: str, held: Intervention | None) -> str | None:
    known = kinds()
    return st.selectbox(
        "Kind", list(known), index=list(known).index(held.kind) if held else None, key=f"{key}-kind",
        format_func=lambda code: known[code].name, on_change=_take_power, args=(key,),
    )  # fmt: skip


def _fields(store: Store, key: str, kind: str | None, held: Intervention | None) -> dict[str, object]:
    """What a form asks of an intervention, begun with the one held; field of `Intervention` → what was entered."""
    if kind:
        st.caption(show.plain(kinds()[kind].words))
    if kind == "RES":
        st.caption(
            "Here goes a drive that asks people to report: its first and last day, and *up* below. One meeting that "
            "was held is written down at its place, under *Residents*."
        )
    title = st.text_input(
        "What exactly", held.title if held else "", key=f"{key}-title",
        placeholder="CCTV working, say; no names, no flat. Empty: the kind says it all",
    )  # fmt: skip
    values = {"kind": kind, "title": title.strip()} | _agency_fields(store, key, held)
    values |= _date_fields(kind, key, held)
    if kind:
        _say_days(kind, values["start"], values["end"], held.extended_to if held else None)
    return values | _measure_fields(key, held)


def _take_power(key: str) -> None:
    """Begin with the power that goes with the kind just chosen; kinds that several powers fit have none."""
    kind = st.session_state[f"{key}-kind"]
    power = kinds()[kind].power if kind else ""
    st.session_state[f"{key}-power"] = power if power in set(shared.powers()["id"]) else ""


def _agency_fields(store: Store, key: str, held: Intervention | None) -> dict[str, object]:
    agencies = sorted({*shared.agencies(store), *(held.partners if held else ())})
    a, b, c = st.columns(3)
    lead = a.selectbox(
        "Lead agency", agencies, index=shared.only(agencies, held.lead if held else None), accept_new_options=True,
        key=f"{key}-lead",
    )  # fmt: skip
    if new := near_names.said_of(lead or "", agencies):
        a.caption(show.plain(new))
    partners = b.multiselect(
        "With", agencies, list(held.partners) if held else None, accept_new_options=True, key=f"{key}-partners"
    )
    powers = shared.powers()
    ids = list(dict.fromkeys(["", *powers["id"], held.power_id if held else ""]))
    # Its first value stands in the session, where the kind puts another: a default here would be told of twice.
    st.session_state.setdefault(f"{key}-power", held.power_id if held else "")
    power = c.selectbox(
        "Power used", ids, key=f"{key}-power",
        format_func=lambda i: f"{powers.loc[i, 'power']} ({powers.loc[i, 'statute']})" if i in powers.index
        else i or "none",
    )  # fmt: skip
    return {"lead": lead or "", "partners": tuple(partners), "power_id": power}


def _date_fields(kind: str | None, key: str, held: Intervention | None) -> dict[str, date | datetime | None]:
    dates = {
        name: column.date_input(
            label, getattr(held, name) if held else None, format="DD/MM/YYYY", key=f"{key}-{name}", help=words
        )
        for column, (name, (label, words)) in zip(st.columns(5), _DATES.items(), strict=True)
    }
    served = held.served_at if held else None
    if kind not in ("CLN", "DIS"):
        return dates | {"served_at": served}
    on, at = st.columns(2)
    day = on.date_input(
        "Notice served on", served.date() if served else None, format="DD/MM/YYYY", key=f"{key}-served-on"
    )
    hour = at.time_input(
        "at", served.time() if served else time(12), key=f"{key}-served-at",
        help="London time; the 48 hours run from it",
    )  # fmt: skip
    return dates | {"served_at": datetime.combine(day, hour) if day else None}


def _say_days(kind: str, start: date | None, end: date | None, extended_to: date | None) -> None:
    """How many days the first and the last make, both counted, and whether the law's months are fewer."""
    last = extended_to or end
    if start and last and start <= last:
        days = sentences.count((last - start).days + 1, "day")
        st.caption(
            f"It applies from {sentences.short_day(start)} to the end of {sentences.short_day(last)}: {days}, "
            "both counted."
        )
    if warning := too_long(kind, start, end, extended_to):
        with st.container(key="warn-days"):
            st.markdown(show.plain(warning))


def _measure_fields(key: str, held: Intervention | None) -> dict[str, object]:
    c, d = st.columns(2)
    hours = c.number_input(
        "Staff hours", min_value=0.0, value=held.cost_hours if held else None, step=1.0, key=f"{key}-hours"
    )
    effect = d.segmented_control(
        "Expected effect on reporting itself", EFFECTS_ON_REPORTING,
        default=held.expected_reporting_effect if held else "none", required=True, key=f"{key}-effect",
        help="Up when people are asked to report: charts then explain their own rise.",
    )  # fmt: skip
    return {"cost_hours": hours, "expected_reporting_effect": effect}


def _status_field(store: Store, start: date | None, end: date | None) -> str:
    begins = ["proposed", "decided", "authorised", "active", "ended"]
    suggested = status_by_dates(start, end, on=session.today(store))
    # A key of its own for each suggestion: when the days say something else, the field begins anew.
    return st.selectbox(
        "Status", begins, index=begins.index(suggested), format_func=sentences.STATUS.get,
        key=f"new-status-{suggested}", help="Begins as the days say: active from the first day, ended after the last.",
    )  # fmt: skip


@st.dialog("Next step", width="medium", dismissible=False)
@signin.checked
def step_dialog(viewer: Viewer, store: Store, item: Intervention) -> None:
    """Take one intervention to its next status; item: as read when the dialog was opened."""
    viewer.require(Action.RECORD)
    st.markdown(f"**{show.plain(item.label)}**, {show.plain(item.lead)}: {sentences.STATUS[item.status]}")
    steps = [step for step in sentences.STATUS if step in VALID_TRANSITIONS[item.status]]
    to = st.segmented_control(
        "It becomes", steps, default=steps[0], required=True, format_func=sentences.STATUS.get, key=f"step-{item.id}"
    )
    today = session.today(store)
    day, why = _STEP_DAY.get(to, ("On", ""))
    on, end, extended = today, None, None
    if to in _STEP_DAY:
        on = st.date_input(day, today, max_value=today, format="DD/MM/YYYY", key=f"step-on-{item.id}-{to}", help=why)
    if to == "active":
        end = st.date_input("Last day, as the order says", item.end, format="DD/MM/YYYY", key=f"step-end-{item.id}")
        _say_days(item.kind, item.start or on, end, None)
    if to == "extended":
        extended = st.date_input("New last day", None, format="DD/MM/YYYY", key=f"step-extended-{item.id}")
        _say_days(item.kind, item.start, item.end, extended)
    if to == "ended" and item.last_day:
        st.caption(f"The order's own last day is {sentences.short_day(item.last_day)}; an earlier day cuts it short.")
    if shared.save_or_leave("Save", key=f"step-save-{item.id}"):
        shared.change(
            store, viewer, item, lambda: advance(item, to, on=on, end=end, extended_to=extended),
            f"{item.label} is now {to}",
        )  # fmt: skip
