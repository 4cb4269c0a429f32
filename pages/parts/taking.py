"""What can be taken away: every file is made on demand, for the person who asked, and noted in the audit trail.

A download runs without `dashboard.py`, so it asks for itself whether that person may still come in; and its link
is of use to nobody else: `serve.py` asks `belongs_to` before it answers one.
"""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256

import streamlit as st

from hotspots.errors import NotAllowed
from hotspots.release import entry
from hotspots.release.roles import Viewer
from hotspots.store import Store
from hotspots.store.trail import noted
from pages.parts import session

MOST = 5000
"""Files remembered with their owners; a forgotten one is refused, and made again at the next press."""


def button(
    label: str,
    made: Callable[[], bytes],
    *,
    file: str,
    mime: str,
    key: str,
    store: Store,
    icon: str | None = None,
    help: str | None = None,  # noqa: A002 - Streamlit's own word
) -> None:
    """A button that makes a file when it is pressed; `file` is its name, also in the audit trail."""
    made_for_one = _for_one(store, session.acting(), file, made)
    st.download_button(
        label, made_for_one, file_name=file, mime=mime, key=key, icon=icon, help=help, on_click="ignore"
    )  # fmt: skip


def belongs_to(content: bytes, issuer: str, subject: str) -> bool:
    """Whether a file was made for that person."""
    return (issuer, subject) in _owners().get(sha256(content).digest(), ())


def _for_one(store: Store, viewer: Viewer, file: str, made: Callable[[], bytes]) -> Callable[[], bytes]:
    """What makes the file for whoever is at the screen now, bound to them."""
    who = st.session_state.get(session.SIGNED_IN)
    own = session.own_store() if who else store

    def made_and_noted() -> bytes:
        at = session.now()
        if who is not None:
            found = entry.admitted(own, who, at=at)
            if (found.role, found.districts) != (viewer.role, viewer.districts):
                raise NotAllowed("Your role has changed since this page was drawn; open it again.")
        content = made()
        if who is not None:
            _remember(content, who)
        noted(store, who=viewer.name, at=at, action="export", subject=file, after={"bytes": len(content)})
        return content

    return made_and_noted


def _remember(content: bytes, who: entry.SignIn) -> None:
    owners = _owners()
    owners.setdefault(sha256(content).digest(), set()).add((who.issuer, who.subject))
    while len(owners) > MOST:
        owners.popitem(last=False)


@st.cache_resource(show_spinner=False)
def _owners() -> OrderedDict[bytes, set[tuple[str, str]]]:
    """Digest of a file → (issuer, subject) of the people it was made for."""
    return OrderedDict()
