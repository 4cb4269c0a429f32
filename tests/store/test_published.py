"""The file of released tables: read-only, whole or not at all, nothing ever taken out."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest

from hotspots.errors import StoreError
from hotspots.store import published as module
from hotspots.store.published import (
    Release,
    published_file,
    publishing,
    read_published,
    write_published,
)


def release(version: int) -> Release:
    return Release(version, datetime(2018, 11, 5, 9), date(2018, 9, 30), True, "police and council logs")


def figures(shown: str) -> pd.DataFrame:
    rows = [("ward:m/a", pd.Timestamp(2018, 7, 1), pd.Timestamp(2018, 10, 1), "all reports", shown)]
    return pd.DataFrame(rows, columns=["area", "start", "end", "kind", "shown"])


AREAS = pd.DataFrame([("ward:m/a", "ward", "A", "m", "A")], columns=["area", "level", "name", "district", "ward"])
NONE = pd.DataFrame(columns=["district", "drawing"])
PAGES = pd.DataFrame([("ward:m/a", "{}")], columns=["area", "facts"])


def write(path, version: int, shown: str = "about 10") -> None:
    write_published(path, release(version), figures=figures(shown), areas=AREAS, pages=PAGES, outlines=NONE)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "hub-published.sqlite"


def test_nothing_published_reads_as_nothing(path):
    held = read_published(path)
    assert held.version == 0
    assert held.figures.empty and held.current().pages.empty
    assert not path.exists()


def test_what_was_written_comes_back(path):
    write(path, 1)
    held = read_published(path)
    assert held.releases == (release(1),)
    pd.testing.assert_frame_equal(
        held.figures.drop(columns="version"), figures("about 10"), check_dtype=False, check_column_type=False
    )
    assert held.figures["start"].dtype == "datetime64[us]"


def test_every_release_is_kept_and_the_last_holds(path):
    write(path, 1, "about 10")
    write(path, 2, "about 20")
    held = read_published(path)
    assert list(held.figures["shown"]) == ["about 10", "about 20"]
    assert list(held.current().figures["shown"]) == ["about 20"]
    assert len(held.current().areas) == len(held.current().pages) == 1


def test_a_release_out_of_turn_is_refused(path):
    write(path, 1)
    before = path.read_bytes()
    for version in (1, 3):
        with pytest.raises(StoreError, match="cannot follow"):
            write(path, version)
    assert path.read_bytes() == before


def test_a_failure_half_way_leaves_the_old_file_and_no_scrap(path, monkeypatch):
    write(path, 1)
    before = path.read_bytes()

    def power_cut(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(module, "_move", power_cut)
    with pytest.raises(StoreError, match="nothing was published"):
        write(path, 2)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


def test_a_failed_insert_leaves_the_old_file(path):
    write(path, 1)
    before = path.read_bytes()
    twice = pd.concat([figures("about 10"), figures("about 15")])
    with pytest.raises(StoreError):
        write_published(path, release(2), figures=twice, areas=AREAS, pages=PAGES, outlines=NONE)
    assert path.read_bytes() == before


def test_the_file_is_opened_without_any_way_to_write(path):
    write(path, 1)
    connection = module._open_read_only(path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM figure")
    connection.close()


def test_a_reader_keeps_the_release_it_opened(path):
    write(path, 1)
    reader = module._open_read_only(path)
    write(path, 2, "about 20")
    assert reader.execute("SELECT max(version) FROM release").fetchone() == (1,)
    reader.close()
    assert read_published(path).version == 2


def test_reading_leaves_no_file_beside_it(path):
    write(path, 1)
    read_published(path)
    assert os.listdir(path.parent) == [path.name]


def test_another_programs_file_and_a_broken_one_are_refused(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE release (version)")
    with pytest.raises(StoreError, match="not a file of released tables"):
        read_published(path)
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="restore it"):
        read_published(path)


FIRST_FORMAT = """
CREATE TABLE release (version INTEGER PRIMARY KEY, at TEXT NOT NULL, as_of TEXT NOT NULL,
  sample INTEGER NOT NULL, sources TEXT NOT NULL) STRICT;
CREATE TABLE area (area TEXT NOT NULL, version INTEGER NOT NULL REFERENCES release, level TEXT NOT NULL,
  name TEXT NOT NULL, district TEXT NOT NULL, ward TEXT NOT NULL, PRIMARY KEY (area, version)) STRICT;
CREATE TABLE figure (version INTEGER NOT NULL REFERENCES release, area TEXT NOT NULL, start TEXT NOT NULL,
  "end" TEXT NOT NULL, kind TEXT NOT NULL, shown TEXT NOT NULL,
  PRIMARY KEY (version, area, start, "end", kind)) STRICT;
CREATE TABLE page (version INTEGER NOT NULL REFERENCES release, area TEXT NOT NULL, facts TEXT NOT NULL,
  PRIMARY KEY (version, area)) STRICT;
PRAGMA application_id=1215652432;
PRAGMA user_version=1;
INSERT INTO release VALUES (1, '2018-11-05T09:00:00', '2018-09-30', 1, 'police and council logs');
INSERT INTO area VALUES ('ward:m/a', 1, 'ward', 'A', 'm', 'A');
INSERT INTO figure VALUES (1, 'ward:m/a', '2018-07-01', '2018-10-01', 'all reports', 'about 10');
INSERT INTO page VALUES (1, 'ward:m/a', '{}');
"""
"""What the program wrote before releases had a recipe."""


def test_a_file_of_the_first_format_opens_and_the_next_release_keeps_all_of_it(path):
    with closing(sqlite3.connect(path)) as old:
        old.executescript(FIRST_FORMAT)
    before = read_published(path)
    assert before.releases == (release(1),) and before.releases[0].recipe == ""
    assert before.outlines.empty
    later = replace(release(2), recipe="{}")
    frames = {"figures": figures("about 20"), "areas": AREAS, "pages": PAGES}
    write_published(path, later, **frames, outlines=pd.DataFrame({"district": ["m"], "drawing": ["{}"]}))
    after = read_published(path)
    assert [r.recipe for r in after.releases] == ["", "{}"]
    assert list(after.figures["shown"]) == ["about 10", "about 20"]
    assert after.outlines.to_numpy().tolist() == [[2, "m", "{}"]]


def test_a_file_of_a_newer_program_is_refused(path):
    write(path, 1)
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match="another version"):
        read_published(path)


def test_two_people_cannot_publish_at_once(path, monkeypatch):
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.05)
    with publishing(path), pytest.raises(StoreError, match="Somebody else"), publishing(path):
        pass


def test_each_store_has_a_file_of_its_own(tmp_path):
    names = {published_file(tmp_path / name) for name in ("hub.sqlite", "sample.sqlite")}
    assert len(names) == 2
    assert {p.parent for p in names} == {tmp_path}
