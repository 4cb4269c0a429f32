"""A place shown by one hub to another: the form that shares it, and what the neighbour then reads."""

from datetime import datetime

from streamlit.testing.v1 import AppTest

from hotspots.register.places import Place
from hotspots.release.roles import Role
from hotspots.store import Store, sharing
from hotspots.store import register_reads as reads

AT = datetime(2026, 1, 5, 9)
GOES_ALONG_NOT = ("concern", "supported address", "UPRN")


def places(role: Role, district: str, place: int | None = None) -> AppTest:
    """The Places page for somebody signed up for one district."""

    def script(role: str, district: str) -> None:
        import streamlit as st

        from hotspots.release.roles import Role, Viewer
        from pages import places
        from pages.parts import frame

        viewer = Viewer(Role(role), "test member", frozenset({district}))
        st.session_state["acting"] = viewer
        frame.shown(places.render, viewer)

    app = AppTest.from_function(script, kwargs={"role": str(role), "district": district}, default_timeout=60)
    if place is not None:
        app.query_params["place"] = str(place)
    return app.run()


def shared_cards(app: AppTest) -> list[str]:
    return [m.value for m in app.markdown if "shared by" in m.value]


def test_a_member_shows_a_place_to_the_neighbouring_hub_which_reads_it_there(store: Store) -> None:
    place = next(p for p in reads.listed(store, Place) if p.name.startswith("Park View"))
    other = sharing.others(store, place.district)[0]
    assert shared_cards(places(Role.HUB_MEMBER, other)) == []

    app = places(Role.HUB_MEMBER, place.district, place.id)
    (form,) = [m for m in app.multiselect if m.label == "Show it to the hub of"]
    assert form.options == [other]
    form.select(other)
    (save,) = [b for b in app.button if b.label == "Save who sees it"]
    save.click()
    app.run()
    assert not app.exception and sharing.shared_with(store, place.id) == (other,)

    seen = places(Role.HUB_MEMBER, other)
    assert shared_cards(seen) == [f"## 1 place shared by {place.district}"]
    (choice,) = [s for s in seen.selectbox if s.label == "Shared place"]
    assert choice.options == [f"{place.name} ({place.district})"]
    tables = "\n".join(d.value.to_string() for d in seen.dataframe)
    assert "losure order" in tables
    assert not [word for word in GOES_ALONG_NOT if word in tables]
    # It is no place of the neighbour's: not in her list, and its address opens the list.
    assert "Park View" not in str(seen.selectbox(key="place").options)
    assert places(Role.HUB_MEMBER, other, place.id).selectbox(key="place").value == 0


def test_a_senior_officer_reads_what_is_shared_and_shares_nothing(store: Store) -> None:
    place = next(p for p in reads.listed(store, Place) if p.name.startswith("Park View"))
    other = sharing.others(store, place.district)[0]
    own = {"on": AT.date(), "who": "a member", "at": AT}
    sharing.share_place(store, place.id, [other], **own)
    assert len(shared_cards(places(Role.SENIOR_OFFICER, other))) == 1
    at_home = places(Role.SENIOR_OFFICER, place.district, place.id)
    assert not [m for m in at_home.multiselect if m.label == "Show it to the hub of"]
