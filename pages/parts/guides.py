"""The guides of the folder docs/, shown in the app: nobody at a screen has that folder."""

import re

import streamlit as st

from hotspots.release.roles import Role
from hotspots.settings import PROJECT

DOCS = PROJECT / "docs"
OF_ROLE = {
    Role.HUB_MEMBER: "guide-hub-member.md",
    Role.SENIOR_OFFICER: "guide-senior-officer.md",
    Role.COUNCILLOR: "guide-councillor.md",
    Role.DATA_STEWARD: "guide-steward.md",
}
BASEMAP = "basemap.md"
_PICTURE = re.compile(r"^!\[([^\]]*)\]\(([^)]+)\)\s*$", re.M)
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\([\w-]+\.md\)")


def show(name: str) -> None:
    """A guide with its pictures; a link to another guide stands as its name."""
    text = (DOCS / name).read_text(encoding="utf-8")
    start = 0
    for picture in _PICTURE.finditer(text):
        st.markdown(_plain_links(text[start : picture.start()]))
        st.image(str(DOCS / picture[2]), caption=picture[1], width="stretch")
        start = picture.end()
    st.markdown(_plain_links(text[start:]))


def _plain_links(text: str) -> str:
    """Links inside the folder as words, and the guide's title no larger than the dialog's own."""
    return re.sub(r"^# ", "## ", _LINK.sub(r"*\1*", text), flags=re.M)
