"""Adding a partner to the register, or changing what it says of one."""

import pandas as pd
import streamlit as st

from hotspots import store as stores
from hotspots.register import partners as rules
from hotspots.register.powers import problem_types
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store, register
from hotspots.store import register_reads as reads
from pages.parts import register as shared
from pages.parts import session, signin

KINDS = ("responsible authority", "co-operating", "voluntary or faith", "national body", "housing")
"""Kinds a new register offers; any other may be typed."""
TIERS = {0: "0 released figures", 1: "1 partnership", 2: "2 hub restricted", 3: "3 own agency"}


@st.dialog("Add or change a partner", width="large", dismissible=False)
@signin.checked
def dialog(viewer: Viewer, store: Store) -> None:
    """One partner: a new name adds it, a known one shows what is held and changes it."""
    viewer.require(Action.RECORD)
    held = reads.partners(store).set_index("agency", drop=False)
    agency = st.selectbox(
        "Agency", sorted(held.index), index=None, accept_new_options=True, key="partner-agency",
        placeholder="Type a new name, or choose one to change",
    )  # fmt: skip
    known = held.loc[agency].to_dict() if agency in held.index else dict(rules.EMPTY_PARTNER)
    given = known | {"agency": agency or ""} | _who(known, held, agency) | _agreement(known, agency)
    feeds = sorted({*held["data_feed"], *stores.words(store, "source")} - {""})
    at = feeds.index(known["data_feed"]) if known["data_feed"] in feeds else None
    given["data_feed"] = st.selectbox(
        "Its data feed", feeds, index=at, accept_new_options=True, key=f"partner-feed-{agency}",
        placeholder="May stay empty", help="The source its reports come from.",
    ) or ""  # fmt: skip
    if shared.save_or_leave("Save partner", key="partner-save"):
        shared.save(
            lambda: register.save_partner(store, rules.partner_of(**given), who=viewer.name, at=session.now()),
            f"{agency} is in the register of partners",
        )


def _who(known: dict, held: pd.DataFrame, agency: str | None) -> dict[str, object]:
    kinds = sorted({*KINDS, *held["kind"]})
    left, right = st.columns(2)
    words = sorted({*problem_types(shared.powers()), *known["problem_types"]}, key=str.casefold)
    return {
        "kind": left.selectbox(
            "Kind", kinds, index=kinds.index(known["kind"]) if known["kind"] else None, accept_new_options=True,
            key=f"partner-kind-{agency}",
        ) or "",
        "lead_role": right.text_input(
            "Role that leads for it", known["lead_role"], key=f"partner-role-{agency}", placeholder="A post, no name"
        ),
        "problem_types": tuple(
            st.multiselect(
                "Joins for (problem types)", words, list(known["problem_types"]), key=f"partner-problems-{agency}",
                placeholder="May stay empty", help="Whom to invite is found by them.",
            )
        ),
    }  # fmt: skip


def _agreement(known: dict, agency: str | None) -> dict[str, object]:
    signed, until, tier = st.columns(3)
    days = {name: shared.day_or_none(known[name]) for name in ("agreement_signed", "agreement_expires")}
    return {
        "agreement_signed": signed.date_input(
            "Sharing agreement signed", days["agreement_signed"], format="DD/MM/YYYY", key=f"partner-signed-{agency}"
        ),
        "agreement_expires": until.date_input(
            "It ends", days["agreement_expires"], format="DD/MM/YYYY", key=f"partner-until-{agency}"
        ),
        "tier": tier.selectbox(
            "Tier", list(TIERS), index=int(known["tier"]), format_func=TIERS.get, key=f"partner-tier-{agency}",
            help="How much of the hub's data it may get.",
        ),
    }  # fmt: skip
