"""The contract of the command line: keys, sums, exit codes, one line of refusal, the store unchanged.

Verbs run in this process through typer's runner; that the same holds for a real process, with
nothing but JSON on its standard output, is shown once at the end.
"""

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

from hotspots.__main__ import app, main
from hotspots.intake.police_uk import OUTCOMES as OUTCOMES_REASON
from hotspots.store.published import published_file
from hotspots.views.import_words import WIDEST, progress_words

HEADER = [
    *("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location"),
    *("LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context"),
]
OUTCOMES = [*HEADER[:9], "Outcome type"]
SEARCHES = [
    *("Type", "Date", "Part of a policing operation", "Policing operation", "Latitude", "Longitude", "Gender"),
    *("Age range", "Self-defined ethnicity", "Officer-defined ethnicity", "Legislation", "Object of search"),
    *("Outcome", "Outcome linked to object of search", "Removal of more than just outer clothing"),
]
FORCE = "Hertfordshire Constabulary"
TOTALS = {"read", "accepted", "unlocated", "quarantined", "duplicates", "replaced"}
BATCH = TOTALS | {"file", "source", "month", "set_aside", "reasons", "warnings"}
HOTSPOT = ["id", "name", "n", "locations", "extent_m", "area_m2", "eps", "too_wide", "easting", "northing"]


def police_row(number: int, month: str = "2021-01", lon: float = 0.078, lat: float = 51.87) -> list[str]:
    """One row as data.police.uk writes it; the LSOA name gives the district."""
    where = [f"{lon:.6f}", f"{lat:.6f}", f"On or near Street {number % 3}", "E01023456", "East Hertfordshire 001A"]
    return ["", month, FORCE, FORCE, *where, "Anti-social behaviour", "", ""]


def write_csv(path: Path, rows: list[list[str]], header: list[str] = HEADER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def month_file(folder: Path, n: int = 60, month: str = "2021-01") -> Path:
    """A street file: three map points 50 m apart, and a tenth of the rows without a location."""
    rows = [police_row(i, month, lat=51.87 + (i % 3) * 0.00045) for i in range(n)]
    for row in rows[::10]:
        row[4:9] = ["", "", "No Location", "", ""]
    return write_csv(folder / f"{month}-hertfordshire-street.csv", rows)


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)


@dataclass(frozen=True)
class Hub:
    """A command line with a store of its own."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "hub.sqlite"

    def run(self, *words: object) -> Answer:
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    def ask(self, *words: object) -> dict:
        answer = self.run(*words, "--json")
        assert (answer.code, answer.err) == (0, ""), answer.err
        assert len(answer.out.splitlines()) == 1
        return answer.json

    def content(self) -> str:
        """Everything in the store's tables, as SQL."""
        connection = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)
        try:
            return "\n".join(connection.iterdump())
        finally:
            connection.close()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    settings = tmp_path / "settings.toml"
    settings.write_text('store = "hub.sqlite"\nsample_store = "sample.sqlite"\n', encoding="utf-8")
    monkeypatch.setenv("HUB_SETTINGS", str(settings))
    return Hub(tmp_path)


@pytest.fixture
def filled(hub: Hub) -> Hub:
    hub.ask("import", month_file(hub.folder / "in"))
    return hub


def test_import_tells_every_key_and_every_row(hub: Hub) -> None:
    told = hub.ask("import", month_file(hub.folder))
    assert set(told) == {"batches", "totals"}
    assert set(told["totals"]) == TOTALS
    (batch,) = told["batches"]
    assert set(batch) == BATCH
    assert (batch["source"], batch["month"], batch["set_aside"]) == ("police.uk", "2021-01", None)
    assert (batch["read"], batch["accepted"], batch["unlocated"]) == (60, 60, 6)
    assert batch["read"] == batch["accepted"] + batch["quarantined"] + batch["duplicates"]
    assert told["totals"] == {key: batch[key] for key in TOTALS}


def test_a_rejected_row_is_counted_with_its_reason(hub: Hub) -> None:
    path = month_file(hub.folder)
    rows = list(csv.reader(path.open(encoding="utf-8")))[1:]
    rows[1][1] = "2021-13"
    rows[2][4:6] = ["-80.1", "25.7"]
    (batch,) = hub.ask("import", write_csv(path, rows))["batches"]
    assert (batch["read"], batch["accepted"], batch["quarantined"]) == (60, 58, 2)
    assert sum(batch["reasons"].values()) == 2
    assert hub.ask("check")["quarantined"] == 2


def test_the_same_snapshot_again_replaces_itself(filled: Hub) -> None:
    before = filled.ask("check")
    again = filled.ask("import", filled.folder / "in" / "2021-01-hertfordshire-street.csv")["totals"]
    assert (again["accepted"], again["read"], again["replaced"]) == (60, 60, 60)
    assert filled.ask("check") == before


def test_a_partner_log_is_called_partner_unless_named(hub: Hub) -> None:
    header = ["Reference", "Date", "Time", "Type", "Address", "Latitude", "Longitude"]
    rows = [[f"R{i}", "03/02/2021", "21:15", "Noise", "1 High Street", "51.87", "0.078"] for i in range(5)]
    log = write_csv(hub.folder / "my council log.csv", rows, header)
    assert hub.ask("import", log)["batches"][0]["source"] == "partner"
    assert hub.ask("import", log, "--source", "council ASB log")["batches"][0]["source"] == "council ASB log"
    assert hub.ask("check")["by_source"] == {"council ASB log": 5, "partner": 5}


def test_folders_and_zips_are_read_and_other_files_set_aside(hub: Hub) -> None:
    month = hub.folder / "download" / "2021-01"
    month_file(month)
    write_csv(month / "2021-01-hertfordshire-outcomes.csv", [[*police_row(1)[:9], "Suspect charged"]], OUTCOMES)
    packed = hub.folder / "download.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted((hub.folder / "download").rglob("*.csv")):
            archive.write(file, file.relative_to(hub.folder / "download"))
    folder = hub.ask("import", hub.folder / "download")
    zipped = hub.ask("import", packed)
    for told in (folder, zipped):
        aside = [b for b in told["batches"] if b["set_aside"]]
        assert told["totals"]["read"] == 60
        assert len(aside) == 1 and aside[0]["read"] == 0
    assert zipped["totals"]["replaced"] == 60
    lines = hub.run("import", packed, "--store", hub.store).out.splitlines()
    assert lines[:2] == ["download.zip/2021-01:", *[line for line in lines if line.startswith("  2021-01-hert")]]
    assert [line for line in lines if "set aside" in line] == [f"1 file set aside: {OUTCOMES_REASON}."]


def test_the_line_of_progress_shows_the_part_of_a_name_that_changes() -> None:
    zipped = "2021-01_2022-01-hertfordshire-street-and-outcomes.zip/2021-03/2021-03-hertfordshire-street.csv"
    assert progress_words(zipped).rstrip() == "2021-03-hertfordshire-street.csv"
    assert len(progress_words(zipped * 9)) == len(progress_words("Reading / writing")) == WIDEST


def test_find_sums_up_and_writes_what_it_says(filled: Hub) -> None:
    out = filled.folder / "spots.geojson"
    words = ["find", "--from", "2021-01-01", "--to", "2021-02-01", "--min-incidents", 10, "--out", out]
    found = filled.ask(*words)
    assert set(found) == {"window", "eps", "min_samples", "max_extent", "incidents", "noise", "hotspots"}
    assert found["window"] == {"from": "2021-01-01", "to": "2021-02-01"}
    assert (found["eps"], found["min_samples"], found["max_extent"]) == (75, 10, 300)
    assert found["incidents"] == 54
    assert sum(spot["n"] for spot in found["hotspots"]) + found["noise"] == 54
    assert all(list(spot) == HOTSPOT for spot in found["hotspots"])
    written = json.loads(out.read_text(encoding="utf-8"))
    assert [feature["properties"] for feature in written["features"]] == found["hotspots"]


def test_find_straight_from_a_file_is_find_in_a_store(filled: Hub) -> None:
    words = ["--from", "2021-01-01", "--to", "2021-02-01", "--min-incidents", 10, "--district", "East Hertfordshire"]
    straight = filled.ask("find", filled.folder / "in" / "2021-01-hertfordshire-street.csv", *words)
    assert straight == filled.ask("find", *words)


def test_check_tells_its_keys(filled: Hub) -> None:
    told = filled.ask("check")
    assert {"incidents", "unlocated", "by_source", "quarantined", "integrity", "schema", "version"} <= set(told)
    assert (told["incidents"], told["unlocated"], told["integrity"]) == (60, 6, "ok")


def test_backup_is_a_store_that_holds_the_same(filled: Hub) -> None:
    told = filled.ask("backup", "--to", filled.folder / "safe")
    copy = Path(told["backup"])
    assert copy.parent == filled.folder / "safe"
    assert told["bytes"] == copy.stat().st_size
    assert filled.ask("check", "--store", copy) == filled.ask("check")
    if os.name == "posix":
        assert copy.stat().st_mode & 0o077 == 0


def test_the_sample_is_published_and_takes_no_real_data(hub: Hub, made_ahead, monkeypatch) -> None:
    monkeypatch.setattr("hotspots.__main__.publish_sample", made_ahead)
    made = hub.ask("sample")
    assert made["sample"] is True and made["incidents"] > 10_000 and made["integrity"] == "ok"
    assert published_file(str(hub.folder / "sample.sqlite")).exists()
    refused = hub.run("import", month_file(hub.folder), "--store", hub.folder / "sample.sqlite")
    assert refused.code == 2 and "sample" in refused.err
    assert hub.ask("check", "--store", hub.folder / "sample.sqlite") == made


def _missing(folder: Path) -> Path:
    return folder / "absent.csv"


def _empty(folder: Path) -> Path:
    (folder / "empty.csv").touch()
    return folder / "empty.csv"


def _header_alone(folder: Path) -> Path:
    return write_csv(folder / "header.csv", [])


def _picture(folder: Path) -> Path:
    (folder / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    return folder / "picture.csv"


def _other_ending(folder: Path) -> Path:
    (folder / "letter.docx").write_bytes(b"PK\x03\x04 not really")
    return folder / "letter.docx"


def _torn_zip(folder: Path) -> Path:
    whole = folder / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(month_file(folder / "z"), "2021-01-hertfordshire-street.csv")
    (folder / "torn.zip").write_bytes(whole.read_bytes()[:-60])
    return folder / "torn.zip"


def _unknown_columns(folder: Path) -> Path:
    return write_csv(folder / "menu.csv", [["soup", "4.50"], ["bread", "2.00"]], ["dish", "price"])


def _abroad(folder: Path) -> Path:
    rows = [police_row(i, lon=-80.19, lat=25.76) for i in range(20)]
    return write_csv(folder / "2021-01-miami-street.csv", rows)


def _bad_dates(folder: Path) -> Path:
    rows = [[f"R{i}", "the other day", "Noise", "51.87", "0.078"] for i in range(20)]
    return write_csv(folder / "log.csv", rows, ["Reference", "Date", "Type", "Latitude", "Longitude"])


def _stop_and_search(folder: Path) -> Path:
    row = ["Person search", "2021-01-03T10:00:00+00:00", "", "", "51.87", "0.078", "Male", "18-24", "", "", "PACE"]
    return write_csv(folder / "2021-01-hertfordshire-stop-and-search.csv", [[*row, "", "", "", ""]], SEARCHES)


def _another_database(folder: Path) -> Path:
    connection = sqlite3.connect(folder / "accounts.sqlite")
    connection.execute("CREATE TABLE account (id INTEGER)")
    connection.commit()
    connection.close()
    return folder / "accounts.sqlite"


BAD = [
    _missing,
    _empty,
    _header_alone,
    _picture,
    _other_ending,
    _torn_zip,
    _unknown_columns,
    _abroad,
    _bad_dates,
    _stop_and_search,
    _another_database,
]


def is_one_clear_line(answer: Answer) -> bool:
    lines = answer.err.splitlines()
    told = len(lines) == 1 and len(lines[0].split()) > 2 and "Traceback" not in lines[0]
    return told and answer.code == 2 and answer.out == ""


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__.strip("_"))
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_a_bad_file_is_one_line_and_changes_nothing(make: object, as_json: bool, filled: Hub) -> None:
    before = filled.content()
    answer = filled.run("import", make(filled.folder), *(["--json"] if as_json else []))
    assert is_one_clear_line(answer), answer
    assert filled.content() == before


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__.strip("_"))
def test_a_bad_first_file_leaves_no_store_behind(make: object, hub: Hub) -> None:
    bad = make(hub.folder)
    there = {p.name for p in hub.folder.iterdir()}
    assert is_one_clear_line(hub.run("import", bad))
    assert {p.name for p in hub.folder.iterdir()} == there


def test_a_bad_file_among_good_ones_takes_none(filled: Hub) -> None:
    before = filled.content()
    good = month_file(filled.folder, month="2021-02")
    answer = filled.run("import", good, _picture(filled.folder))
    assert is_one_clear_line(answer), answer
    assert filled.content() == before


def test_the_store_itself_is_not_taken_for_a_file_of_incidents(filled: Hub) -> None:
    before = filled.content()
    assert is_one_clear_line(filled.run("import", filled.store))
    assert filled.content() == before


def _as_nobody_special() -> list[str]:
    """What a command starts with so that even the administrator meets a file's own permissions."""
    if os.name != "posix" or (os.geteuid() == 0 and shutil.which("setpriv") is None):
        pytest.skip("this system lets whoever runs the tests read every file")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


def in_a_process(*words: object, before: Sequence[str] = ()) -> Answer:
    """The same call as a user's shell makes it."""
    command = [*before, sys.executable, "-m", "hotspots", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[1])
    return Answer(done.returncode, done.stdout, done.stderr)


def test_a_file_that_may_not_be_read_is_one_line(filled: Hub) -> None:
    path = month_file(filled.folder, month="2021-02")
    path.chmod(0)
    answer = in_a_process("import", path, before=_as_nobody_special())
    assert is_one_clear_line(answer), answer
    assert path.name in answer.err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("words", "needle"),
    [
        (["find", "--epsilon", "75"], "--epsilon"),
        (["find", "--eps", "wide"], "--eps"),
        (["seek"], "seek"),
        (["import"], "FILES"),
    ],
    ids=["option", "value", "verb", "nothing given"],
)
def test_a_call_that_does_not_fit_is_one_line(
    words: list[str], needle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["hotspots", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    answer = Answer(ended.value.code, *capsys.readouterr())
    assert is_one_clear_line(answer), answer
    assert needle.casefold() in answer.err.casefold()


@pytest.mark.parametrize(
    ("words", "needle"),
    [
        (["find", "--district", "East Herts"], "East Hertfordshire"),
        (["find", "--district", "Atlantis"], "Atlantis"),
        (["find", "--from", "01/02/2021"], "YYYY-MM-DD"),
        (["find", "--from", "2021-02-01", "--to", "2021-01-01"], "window"),
        (["find", "--from", "2031-01-01", "--to", "2031-02-01"], "2031"),
        (["find", "--eps", "0"], "eps"),
        (["find", "--eps", "nan"], "eps"),
        (["find", "--min-incidents", "1"], "min_samples"),
        (["find", "--max-extent", "0"], "extent"),
        (["find", "--out", "no-such-folder/spots.geojson"], "spots.geojson"),
        (["find", "absent.csv"], "absent.csv"),
        (["check", "--store", "absent.sqlite"], "absent.sqlite"),
        (["backup", "--store", "absent.sqlite"], "absent.sqlite"),
        (["import", "absent.csv", "--store", "mysql://nobody@nowhere/hub"], "MySQLdb"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_question_that_cannot_be_answered_is_one_line(words: list[str], needle: str, filled: Hub) -> None:
    before = filled.content()
    for answer in (filled.run(*words), filled.run(*words, "--json")):
        assert is_one_clear_line(answer), answer
        assert needle in answer.err
    assert filled.content() == before


def test_an_empty_hub_says_what_to_do_first(hub: Hub) -> None:
    for verb in ("find", "check", "backup"):
        answer = hub.run(verb)
        assert is_one_clear_line(answer), answer
        assert "import" in answer.err
    assert not hub.store.exists()


def test_another_programs_database_is_not_a_store(hub: Hub) -> None:
    other = _another_database(hub.folder)
    before = other.read_bytes()
    for words in (["check"], ["find"], ["import", month_file(hub.folder)], ["sample"]):
        answer = hub.run(*words, "--store", other)
        assert is_one_clear_line(answer), answer
        assert other.read_bytes() == before


def test_the_sample_is_never_made_over_a_hubs_own_data(filled: Hub) -> None:
    before = filled.content()
    assert is_one_clear_line(filled.run("sample", "--store", filled.store))
    assert filled.content() == before


def test_a_broken_settings_file_is_one_line(hub: Hub) -> None:
    (hub.folder / "settings.toml").write_text("eps = 'wide'\n", encoding="utf-8")
    answer = hub.run("find")
    assert is_one_clear_line(answer) and "eps" in answer.err


def test_a_real_process_prints_json_and_nothing_else(tmp_path: Path, project: Path) -> None:
    """Warnings of any library would break whoever reads the output."""
    store, log = tmp_path / "hub.sqlite", month_file(tmp_path)
    command = [sys.executable, "-W", "default", "-m", "hotspots", "import", str(log), "--store", str(store), "--json"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["totals"]["accepted"] == 60
    refused = subprocess.run(
        [*command[:5], "import", str(tmp_path / "absent.csv"), "--json"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1)


def zip_in(shared: Path, folder: str) -> Path:
    return next((shared / folder).glob("*.zip"))


@pytest.mark.real
@pytest.mark.parametrize(
    ("folder", "rows"),
    [
        ("policeuk-2018-essex-reheaded", 115_065),
        ("policeuk-2014-essex-herts", 214_328),
        ("policeuk-original-download", 30_671),
    ],
)
def test_a_real_download_keeps_every_row(folder: str, rows: int, shared: Path, hub: Hub) -> None:
    told = hub.ask("import", zip_in(shared, folder))["totals"]
    assert (told["read"], told["accepted"], told["quarantined"], told["duplicates"]) == (rows, rows, 0, 0)


@pytest.fixture(scope="module")
def herts(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Hub:
    """A store with the Hertfordshire download of 2021, imported twice."""
    hub = Hub(tmp_path_factory.mktemp("herts"))
    download = zip_in(shared, "policeuk-2021-hertfordshire")
    told = hub.ask("import", download, "--store", hub.store)["totals"]
    assert (told["accepted"], told["unlocated"], told["quarantined"], told["duplicates"]) == (108_465, 1_789, 0, 0)
    once = hub.ask("check", "--store", hub.store)
    again = hub.ask("import", download, "--store", hub.store)["totals"]
    assert again["accepted"] == again["replaced"] == once["incidents"] == 108_465
    assert hub.ask("check", "--store", hub.store) == once
    return hub


NINE_MONTHS = ["--district", "East Hertfordshire", "--from", "2021-01-01", "--to", "2021-10-01", "--min-incidents", 30]


@pytest.mark.real
@pytest.mark.parametrize(
    ("eps", "fewest", "most", "share"), [(75, 38, 42, (0.26, 0.28)), (150, 48, 68, (0.0, 1.0))], ids=["75 m", "150 m"]
)
def test_east_hertfordshire_is_walkable_and_one_number(
    eps: int, fewest: int, most: int, share: tuple[float, float], herts: Hub
) -> None:
    out = herts.folder / f"spots-{eps}.geojson"
    found = herts.ask("find", *NINE_MONTHS, "--eps", eps, "--store", herts.store, "--out", out)
    inside = sum(spot["n"] for spot in found["hotspots"])
    assert fewest <= len(found["hotspots"]) <= most
    assert share[0] <= inside / found["incidents"] <= share[1]
    assert max(spot["extent_m"] for spot in found["hotspots"]) <= 300
    assert not any(spot["too_wide"] for spot in found["hotspots"])
    assert inside + found["noise"] == found["incidents"]
    outlines = gpd.read_file(out).to_crs(27700)
    assert points_inside(outlines, points_of(herts)).tolist() == [spot["n"] for spot in found["hotspots"]]


def points_of(hub: Hub) -> gpd.GeoSeries:
    """Located rows of the nine months in the district, read from the store's file without our code."""
    connection = sqlite3.connect(f"file:{hub.store}?mode=ro", uri=True)
    query = "SELECT x, y FROM incident WHERE x IS NOT NULL AND district = ? AND month BETWEEN 202101 AND 202109"
    rows = pd.read_sql_query(query, connection, params=["East Hertfordshire"])
    connection.close()
    return gpd.GeoSeries(gpd.points_from_xy(rows["x"], rows["y"]), crs=27700)


def points_inside(outlines: gpd.GeoDataFrame, points: gpd.GeoSeries) -> pd.Series:
    """Number of points in each outline, in the outlines' order."""
    area, _ = points.sindex.query(outlines.geometry, predicate="intersects")
    return pd.Series(area).value_counts().reindex(range(len(outlines)), fill_value=0)
