"""A workbook with several sheets on the Data page: the sheet is asked for, shown, stored and remembered."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from hotspots import store as stores
from hotspots.store import open_store
from tests.browser.running import MADE_AT, ROOT, hub_folder
from tests.intake.corpus import HEADER, row, rows, workbook
from tests.pages.test_pages import run

OTHER = ["Ref", "When it was", "What", "Lat", "Lon"]
ASK = "Which sheet holds the reports?"


@pytest.fixture
def hub(tmp_path: Path, sample_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = hub_folder(tmp_path / "hub", sample_file)
    monkeypatch.setenv("HUB_SETTINGS", str(folder / "settings.toml"))
    monkeypatch.chdir(ROOT)
    return folder


def give(monkeypatch: pytest.MonkeyPatch, data: bytes, name: str = "log.xlsx") -> None:
    """What the browser would have uploaded."""
    upload = SimpleNamespace(name=name, getvalue=lambda: data)
    monkeypatch.setattr("streamlit.file_uploader", lambda *_args, **_options: [upload])


def asked(ran: AppTest) -> list:
    assert not ran.exception, [e.value for e in ran.exception]
    return [box for box in ran.selectbox if box.label == ASK]


def accepted(ran: AppTest) -> str:
    return next(m.value for m in ran.metric if m.label == "would be accepted")


def test_the_sheet_is_asked_for_and_the_next_file_takes_it_again(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, workbook({"March": [HEADER, *rows(3)], "Closed": [HEADER, *map(row, range(20, 25))]})())
    ran = run("data", "data steward")
    (box,) = asked(ran)
    assert (box.options, box.value, accepted(ran)) == (["March", "Closed"], "March", "3")
    box.select("Closed").run()
    assert accepted(ran) == "5"
    next(t for t in ran.text_input if t.key == "source-name").input("council ASB log").run()
    next(b for b in ran.button if b.label == "Import 1 file").click().run()
    assert any("5 rows read: 5 accepted" in s.value for s in ran.success)
    store = open_store(hub / "hub.sqlite", at=MADE_AT)
    assert stores.mapping_for(store, "council ASB log").sheet == "Closed"
    store.close()
    give(monkeypatch, workbook({"April": [HEADER, *rows(3)], "Closed": [HEADER, *map(row, range(30, 37))]})(), "b.xlsx")
    ran.run()
    assert (asked(ran)[0].value, accepted(ran)) == ("Closed", "7")
    give(monkeypatch, workbook({"May": [HEADER, *rows(2)], "June": [HEADER, *rows(4)]})(), "c.xlsx")
    ran.run()
    assert (asked(ran)[0].value, accepted(ran)) == ("May", "2"), "the remembered sheet is not in this file"


@pytest.mark.usefixtures("hub")
def test_columns_follow_the_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, workbook({"Log": [HEADER, *rows(3)], "Other": [OTHER, ["1", "01/03/2024", "Noise", 1, 1]]})())
    ran = run("data", "data steward")
    asked(ran)[0].select("Other").run()
    assert not ran.exception
    dates = next(box for box in ran.selectbox if box.label.startswith("Date"))
    assert dates.options == ["(none)", *OTHER] and dates.value == "(none)"
    asked(ran)[0].select("Log").run()
    assert accepted(ran) == "3"


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("sheets", [{"Log": [HEADER, *rows(3)]}, {"Log": [HEADER, *rows(3)], "Sheet2": []}])
def test_one_filled_sheet_asks_nothing(sheets: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, workbook(sheets)())
    ran = run("data", "data steward")
    assert not asked(ran) and accepted(ran) == "3"
    assert next(b for b in ran.button if b.label == "Import 1 file").disabled
    assert any("say above which partner's log it is" in c.value for c in ran.caption)
