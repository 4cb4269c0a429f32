"""A steward brings in a file of her own through the Data page."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from hotspots.release.roles import Role
from pages.parts.menu import ENTRIES
from tests.browser.running import Server
from tests.browser.visiting import PATIENCE, Visitor
from tests.test_command_line import OUTCOMES, month_file, police_row, write_csv

DATA = next(entry for entry in ENTRIES if entry.url_path == "data")


@pytest.fixture
def steward(own_server: Server, visit: Callable[[Server], Visitor]) -> Visitor:
    visitor = visit(own_server)
    visitor.open("accessibility")  # a page that counts nothing
    visitor.become(Role.DATA_STEWARD)
    visitor.go(DATA)
    return visitor


def give(steward: Visitor, *paths: Path) -> None:
    steward.page.locator("input[type=file]").set_input_files([str(p) for p in paths], timeout=PATIENCE)
    steward.settle()


def test_a_police_uk_file_goes_in_and_stands_on_every_screen(steward: Visitor, tmp_path: Path) -> None:
    files = [month_file(tmp_path, n=200, month=f"2021-{month:02d}") for month in range(1, 4)]
    give(steward, *files)
    expect(steward.page.get_by_text("would be accepted")).to_be_visible(timeout=PATIENCE)
    assert not (steward.server.folder / "hub.sqlite").exists(), "stored before the button was pressed"
    steward.page.get_by_role("button", name="Import 3 files").click(timeout=PATIENCE)
    expect(steward.page.get_by_text("600 rows read: 600 accepted")).to_be_visible(timeout=PATIENCE)
    expect(steward.page.get_by_text("Sample data.")).to_have_count(0, timeout=PATIENCE)
    steward.page.get_by_role("link", name="Open Hub meeting").click(timeout=PATIENCE)
    steward.page.wait_for_url(re.compile("/hub_meeting"), timeout=PATIENCE)
    steward.settle()
    steward.map()
    assert "540 of the 540 reports" in steward.text(), "those with a location; the map opens on their district"
    for item, said in (("overdue", "No action has been recorded yet"), ("to assess", "Nothing to assess yet")):
        agenda = steward.page.get_by_role("radiogroup", name="Agenda")
        agenda.get_by_role("radio", name=re.compile(item)).click(timeout=PATIENCE)
        expect(steward.page.get_by_text(said)).to_be_visible(timeout=PATIENCE)
    assert steward.faults == []


def test_the_sample_looked_at_instead_stays_on_every_page_until_it_is_left(steward: Visitor, tmp_path: Path) -> None:
    give(steward, month_file(tmp_path, n=200, month="2021-01"))
    steward.page.get_by_role("button", name="Import 1 file").click(timeout=PATIENCE)
    sample = steward.page.get_by_text("Sample data.")
    expect(sample).to_have_count(0, timeout=PATIENCE)
    steward.page.get_by_text("Look at the sample instead").click(timeout=PATIENCE)
    filters = steward.page.get_by_role("button", name="Filters: Tidewick")
    for title in ("Hub meeting", "Interventions", "Hub meeting"):
        steward.go(next(entry for entry in ENTRIES if entry.title == title))
        expect(sample).to_be_visible(timeout=PATIENCE)
    expect(filters).to_be_visible(timeout=PATIENCE)
    steward.page.get_by_role("button", name="Back to the hub's own data").click(timeout=PATIENCE)
    expect(sample).to_have_count(0, timeout=PATIENCE)
    expect(filters).to_have_count(0, timeout=PATIENCE)
    steward.settle()
    assert "Tidewick" not in steward.text() + steward.page.url
    assert steward.faults == []


def test_the_download_with_street_and_outcomes_goes_in_as_it_is(steward: Visitor, tmp_path: Path) -> None:
    """Its first file by name is an outcomes file, which is set aside."""
    street = month_file(tmp_path)
    outcomes = write_csv(tmp_path / "outcomes.csv", [[*police_row(1)[:9], "Suspect charged"]], OUTCOMES)
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as packed:
        packed.write(outcomes, "2021-01/2021-01-hertfordshire-outcomes.csv")
        packed.write(street, f"2021-01/{street.name}")
    give(steward, tmp_path / "download.zip")
    expect(steward.page.get_by_text("1 file set aside")).to_be_visible(timeout=PATIENCE)
    steward.page.get_by_role("button", name="Import 1 file").click(timeout=PATIENCE)
    expect(steward.page.get_by_text("60 rows read: 60 accepted")).to_be_visible(timeout=PATIENCE)


def _picture(folder: Path) -> Path:
    (folder / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    return folder / "picture.csv"


def _abroad(folder: Path) -> Path:
    return write_csv(folder / "2021-01-miami-street.csv", [police_row(i, lon=-80.19, lat=25.76) for i in range(9)])


def _empty(folder: Path) -> Path:
    (folder / "empty.csv").touch()
    return folder / "empty.csv"


@pytest.mark.parametrize("make", [_picture, _abroad, _empty], ids=lambda make: make.__name__.strip("_"))
def test_a_bad_file_gets_one_sentence_and_starts_no_store(make: object, steward: Visitor, tmp_path: Path) -> None:
    give(steward, make(tmp_path))
    expect(steward.page.locator(".st-key-warn")).to_have_count(1, timeout=PATIENCE)
    told = steward.page.locator(".st-key-warn").inner_text(timeout=PATIENCE)
    assert len(told.split()) > 2 and "Traceback" not in told
    assert steward.page.get_by_test_id("stException").count() == 0
    button = steward.page.get_by_role("button", name="Import 1 file")
    assert button.count() == 0 or button.is_disabled()
    assert not (steward.server.folder / "hub.sqlite").exists()


def test_a_bad_file_behind_a_good_one_stores_neither(steward: Visitor, tmp_path: Path) -> None:
    """Each upload is looked at before the button is there at all."""
    give(steward, month_file(tmp_path), _picture(tmp_path))
    expect(steward.page.locator(".st-key-warn")).to_have_count(1, timeout=PATIENCE)
    assert steward.page.get_by_test_id("stException").count() == 0
    assert steward.page.get_by_role("button", name="Import 2 files").count() == 0
    steward.page.reload(timeout=PATIENCE)
    steward.settle()
    expect(steward.page.get_by_text("Sample data.")).to_be_visible(timeout=10_000)


def test_rows_kept_aside_are_downloaded_mended_and_brought_in_again(steward: Visitor, tmp_path: Path) -> None:
    page, log = steward.page, tmp_path / "log.csv"
    days = ["01/03/2021", "32/03/2021", "02/03/2021", "31/02/2021"]
    rows = [f"{day},10:15,Noise,{n} Mill Row,60000{n},440000" for n, day in enumerate(days)]
    log.write_text("\n".join(["Date,Time,Type,Address,Easting,Northing", *rows]) + "\n", encoding="utf-8")
    bring(steward, log, source="council ASB log")
    expect(page.get_by_text("2 rows wait in quarantine")).to_be_visible(timeout=PATIENCE)
    with page.expect_download(timeout=PATIENCE) as taken:
        page.get_by_role("button", name="to mend (CSV)").click(timeout=PATIENCE)
    table = pd.read_csv(taken.value.path(), dtype=str)
    assert table["Date"].tolist() == ["32/03/2021", "31/02/2021"]
    mended = tmp_path / "mended.csv"
    table.assign(Date=["30/03/2021", "28/02/2021"]).to_csv(mended, index=False)
    bring(steward, mended, source="council ASB log")
    expect(page.get_by_text("2 rows read: 2 accepted")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("0 rows wait in quarantine")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Undo the last import").click(timeout=PATIENCE)
    page.get_by_role("button", name="Undo it").click(timeout=PATIENCE)
    expect(page.get_by_text("2 rows wait in quarantine")).to_be_visible(timeout=PATIENCE)
    assert steward.faults == []


def bring(steward: Visitor, path: Path, *, source: str) -> None:
    """A partner's log from upload to stored."""
    give(steward, path)
    field = steward.page.get_by_role("textbox", name="Which partner's log is it?")
    field.fill(source, timeout=PATIENCE)
    field.press("Enter")
    steward.settle()
    button = steward.page.get_by_role("button", name="Import 1 file")
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click(timeout=PATIENCE)
    steward.settle()
