"""Sign-in by the organisation's own identity provider (OpenID Connect), where one is set up."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from hotspots.errors import NotAllowed
from hotspots.release import entry
from hotspots.release.roles import Viewer
from hotspots.settings import Settings
from hotspots.store import Store
from pages.parts import session, show

_NOTED = "sign_in_noted"
P, R = ParamSpec("P"), TypeVar("R")


class NotSignedIn(NotAllowed):
    """Nobody is signed in yet."""


def is_set_up() -> bool:
    """True when `.streamlit/secrets.toml` names an identity provider."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def viewer(store: Store, settings: Settings) -> Viewer:
    """Who is signed in, checked afresh on every run; raises `NotSignedIn`, `SignInEnded` or `NotAllowed`."""
    if not st.user.is_logged_in:
        raise NotSignedIn("Sign in to see this hub's reports.")
    who = entry.sign_in_of(
        st.user.to_dict(), roles_claim=settings.roles_claim, districts_claim=settings.districts_claim
    )
    at = session.now()
    try:
        found = entry.admitted(store, who, at=at)
    except NotAllowed as refused:
        why = str(refused)
        _once(("refused", who.at, why), lambda: entry.note_refusal(store, who, why, at=at))
        raise
    st.session_state[session.SIGNED_IN] = who
    _once(("in", who.at, found.role), lambda: entry.note_entry(store, found, at=at))
    return found


def checked(part: Callable[P, R]) -> Callable[P, R]:
    """A fragment or dialog that asks again who is there: it reruns without `dashboard.py`.

    Whoever may not come in any more, or has another role than before, gets the whole page anew.
    """

    @wraps(part)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if is_set_up():
            try:
                same = viewer(session.own_store(create=True), session.settings()) == replace(
                    session.acting(), unlocked=False
                )
            except NotAllowed:
                same = False
            if not same:
                st.rerun()
        return part(*args, **kwargs)

    return run


def screen(why: NotAllowed, title: str) -> None:
    """The only thing a visitor without a valid sign-in sees."""
    st.title(show.plain(title), anchor=False)
    st.markdown(show.plain(str(why)))
    if isinstance(why, NotSignedIn):
        st.button("Sign in", type="primary", on_click=st.login)
    else:
        st.button("Sign out", type="primary", on_click=st.logout)
    st.caption("You sign in with your own organisation's account. This program keeps no passwords.")


def sign_out_button() -> None:
    """Ends the sign-in here and at the identity provider."""
    st.button("Sign out", on_click=st.logout, key="sign-out")


def _once(what: tuple[object, ...], note: Callable[[], None]) -> None:
    """Each of a session's entries and refusals is noted once, not at every click."""
    if st.session_state.get(_NOTED) != what:
        st.session_state[_NOTED] = what
        note()
