"""Folders, zips and progress: one reading a file, lazily, with a share done that only grows."""

import os

import pytest

from hotspots.errors import BadFile, HubError
from hotspots.intake import read_incidents
from hotspots.intake.reading import Reading, quarantine_frame, set_aside
from tests.intake.corpus import GOOD, STREET, TODAY, csv, row, rows, street_row, zipped


def names(path):
    return [(r.file, r.accepted, r.set_aside) for r in read_incidents(path, today=TODAY)]


def test_a_folder_is_read_in_order_with_its_zips_and_without_its_rubbish(tmp_path):
    folder = tmp_path / "in"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "2.csv").write_bytes(csv(row(2))())
    (folder / "1.csv").write_bytes(csv(row(1))())
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "SOURCE.txt").write_bytes(b"hello")
    (folder / "z.zip").write_bytes(zipped({"3.csv": csv(row(3))()})())
    assert [(f, n) for f, n, aside in names(folder) if aside is None] == [
        ("in/1.csv", 1), ("in/b/2.csv", 1), ("in/z.zip/3.csv", 1)]  # fmt: skip
    assert {aside for _, _, aside in names(folder) if aside} == {"a hidden file", "not a file of incidents"}


def test_links_out_of_a_folder_are_not_followed(tmp_path):
    (tmp_path / "secret.csv").write_bytes(csv(row())())
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.csv").write_bytes(csv(row(2))())
    os.symlink(tmp_path / "secret.csv", folder / "2.csv")
    assert len(names(folder)) == 1


def test_readings_come_one_at_a_time_and_a_bad_file_ends_them(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"1.csv": csv(row())(), "2.csv": b"%PDF"})())
    readings = read_incidents(path, today=TODAY)
    assert next(readings).accepted == 1
    with pytest.raises(BadFile, match="2.csv is a PDF"):
        next(readings)


def test_an_empty_street_file_in_a_download_is_set_aside(tmp_path):
    path = tmp_path / "a.zip"
    members = {"2024-03-gullshire-street.csv": csv(street_row(), header=STREET)(), "2024-04-gullshire-street.csv":
               csv(header=STREET)()}  # fmt: skip
    path.write_bytes(zipped(members)())
    assert [aside for *_, aside in names(path)][1].endswith("has headings but no rows.")


def test_progress_grows_from_nothing_to_all(tmp_path):
    path, seen = tmp_path / "a.zip", []
    path.write_bytes(zipped({f"{i}.csv": csv(*rows(20), row(90 + i))() for i in range(4)})())
    list(read_incidents(path, today=TODAY, progress=lambda share, what: seen.append((share, what))))
    shares = [share for share, _ in seen]
    assert shares[0] == 0 and shares[-1] == pytest.approx(1) and shares == sorted(shares) and len(set(shares)) > 8
    assert {what for _, what in seen} == {f"a.zip/{i}.csv" for i in range(4)}


def test_a_reading_that_does_not_add_up_cannot_be_made(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(GOOD)
    (good,) = read_incidents(path, today=TODAY)
    with pytest.raises(HubError, match="do not add up"):
        Reading("a", "", "x", good.incidents, quarantine_frame([], [], [], []), read=4)


def test_set_aside_readings_hold_nothing():
    reading = set_aside("a", "", "x", "why")
    assert (reading.read, reading.accepted, reading.unlocated, reading.snapshots) == (0, 0, 0, ())


def test_names_of_sources_come_from_the_caller_or_the_kind_never_the_file(tmp_path):
    path = tmp_path / "housing.csv"
    path.write_text(GOOD)
    assert [r.source for r in read_incidents(path, today=TODAY)] == ["partner"]
    assert [r.source for r in read_incidents(path, today=TODAY, source="housing")] == ["housing"]
    path.write_bytes(csv(street_row(), header=STREET)())
    assert [r.source for r in read_incidents(path, today=TODAY)] == ["police.uk"]
