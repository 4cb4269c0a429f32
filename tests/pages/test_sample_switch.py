"""Looking at the sample beside data of one's own: what is recorded goes where the strip says."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from hotspots import store as stores
from hotspots.store import Store
from tests.pages.conftest import AT


def script() -> None:
    import streamlit as st

    from hotspots.release.roles import Role, Viewer
    from pages.parts import importing, session

    store = session.current_store()
    st.title("sample" if store.is_sample else "own")
    st.text(session.published_path())
    if st.query_params.get("at") == "import":
        importing.import_card(Viewer(role=Role.DATA_STEWARD, name="test"), store)


@pytest.fixture
def both(store: Store, tmp_path: Path) -> Path:
    """A hub with the sample and an empty store of its own."""
    own = tmp_path / "none.sqlite"
    stores.open_store(own, at=AT, create=True).close()
    assert store.is_sample
    yield own
    st.cache_resource.clear()


def test_the_choice_of_the_sample_outlasts_the_page_it_was_made_on(both: Path) -> None:
    app = AppTest.from_function(script)
    app.query_params["at"] = "import"
    assert app.run().title[0].value == "own"
    app.session_state["chosen"], app.session_state["opened-Action-1"] = "H1", "half written, about the own store"
    app.toggle(key="sample-switch").set_value(True).run()
    app.query_params["at"] = "meeting"
    for _ in range(2):
        assert app.run().title[0].value == "sample" and not app.toggle
    assert "sample" in app.text[0].value and str(both.stem) not in Path(app.text[0].value).name
    assert "chosen" not in app.session_state and "opened-Action-1" not in app.session_state
    app.query_params["at"] = "import"
    assert app.run().toggle(key="sample-switch").value is True
    app.toggle(key="sample-switch").set_value(False).run()
    assert app.title[0].value == "own"
