"""Who may come in, who saw and took what, and how long is it kept? For the data steward."""

import streamlit as st

from hotspots import store as stores
from hotspots.errors import HubError
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Role, Viewer
from hotspots.store import Store, access, retention
from hotspots.store.trail import trail
from hotspots.views import access_words as words
from pages.parts import front_door, session, show, signin

KINDS = {
    "everything": "",
    "sign-ins": "sign-in",
    "restricted views": "look at restricted",
    "exports": "export",
    "imports": "import",
    "publications": "publish",
    "roles": "grant",
    "revocations": "revoke",
}

HEADS = {"id": "Line", "at": "When", "who": "Who", "action": "Did", "subject": "What", "after": "Now holds"}
"""Columns of the trail."""


def render(viewer: Viewer) -> None:
    """Accounts with their roles, the audit trail, retention with its purge."""
    viewer.require(Action.SEE_AUDIT)
    store = session.current_store()
    st.title(words.title(stores.check(store)["integrity"]), anchor=False)
    left, right = st.columns([60, 40], gap="small")
    with left:
        _trail(viewer, store)
    with right:
        _accounts(viewer, session.own_store().within(viewer.districts) if session.own_store_exists() else store)
        _retention(viewer, store)


def _trail(viewer: Viewer, store: Store) -> None:
    with show.card("Who came in, saw restricted items, took something out, changed something", "Newest first, UTC"):
        chosen = st.pills("Show", list(KINDS), default="everything", key="audit-kind", label_visibility="collapsed")
        lines = release(trail(store, action=KINDS[chosen or "everything"]), viewer, policy="audit trail")
        shown = lines.table.assign(after=lines.table["after"].map(words.holds)).rename(columns=HEADS)
        show.grid(
            shown, key="audit-lines", printed=False, exported=True, height=520, alt="Audit trail, newest first",
            column_config={"Line": st.column_config.NumberColumn(format="localized", width=60)},
        )  # fmt: skip
        # One line of it can hold a whole register, which fills pages.
        show.on_paper("The trail is not printed; the file under *Export* has every line.", key="audit-lines")
        show.downloads(lines, store, title="Audit trail", settings={}, name="audit-trail")


def _accounts(viewer: Viewer, store: Store) -> None:
    known = release(access.accounts(store), viewer, policy="accounts")
    with show.card(words.accounts_title(known.table), "A role holds, and ends, from that person's next click"):
        if not signin.is_set_up():
            st.caption("No sign-in is set up: whoever opens this machine's own address chooses a role to view as.")
        if len(known.table):
            shown = known.table[["name", "subject", "role", "districts", "last_seen"]]
            show.grid(shown.rename(columns=str.capitalize), key="accounts", alt="Accounts and roles")
        if viewer.can(Action.CHANGE_SETTINGS) and st.button("Give or take a role", icon=":material/key:"):
            _change_role(viewer, store, known)


@st.dialog("Give or take a role")
@signin.checked
def _change_role(viewer: Viewer, store: Store, known: Released) -> None:
    people = {f"{r.name or r.subject} · {r.subject}": (r.issuer, r.subject) for r in known.table.itertuples()}
    chosen = st.selectbox("Who", [*people, "somebody new"], index=0)
    issuer, subject = people.get(chosen, ("", ""))
    if not issuer:
        issuer = st.text_input("Issuer, as the sign-in gives it")
        subject = st.text_input("Subject, as the sign-in gives it")
    role = st.selectbox("Role", [role for role in Role if role is not Role.NONE], format_func=str.capitalize)
    names = stores.districts(store)["district"].tolist()
    only = st.multiselect("Districts", [words.ALL_DISTRICTS, *names], placeholder="Choose at least one")
    give, take = st.columns(2)
    if give.button("Give this role", type="primary"):
        try:
            chosen = words.districts_chosen(only)
            access.grant(store, issuer, subject, str(role), who=viewer.name, at=session.now(), districts=chosen)
        except HubError as error:
            st.error(show.plain(str(error)))
        else:
            st.rerun()
    if take.button("Take every role and end sign-ins"):
        access.revoke(store, issuer, subject, who=viewer.name, at=session.now())
        st.rerun()


def _retention(viewer: Viewer, store: Store) -> None:
    limits = retention.Limits.of(session.settings(), session.today(store))
    rules = release(retention.due(store, limits), viewer, policy="retention")
    with show.card(words.retention_title(rules.table), "Limits are settings; a purge cannot be undone"):
        rows = rules.table.rename(columns=str.capitalize)
        numbers = {name: show.figures(60) for name in ("Held", "Due")}
        show.grid(
            rows, key="retention", alt="Retention rules",
            **show.fitted(rows, {"What": 105, "Rule": 190, "Held": 60, "Due": 60}, most=9, special=numbers),
        )  # fmt: skip
        if viewer.can(Action.CHANGE_SETTINGS) and rules.table["due"].sum() and st.button("Purge what is due"):
            _purge(viewer, store, limits)


@st.dialog("Purge what is due?")
@signin.checked
def _purge(viewer: Viewer, store: Store, limits: retention.Limits) -> None:
    st.markdown("What is past its time is removed for good. Backups made before keep it until they are deleted.")
    if st.button("Purge", type="primary"):
        retention.purge(store, limits, who=viewer.name, at=session.now())
        st.rerun()


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("access")
