"""What the mapping screen shows before anything is stored."""

import pytest

from hotspots.errors import BadFile
from hotspots.intake import Mapping
from hotspots.intake.police_uk import OUTCOMES
from hotspots.intake.preview import preview
from tests.intake.corpus import HEADER, STREET, TODAY, csv, row, rows, street_row, zipped


def shown(data: bytes, folder, name="a.csv", **options):
    path = folder / name
    path.write_bytes(data)
    return preview(path, today=TODAY, **options)


def test_columns_cells_guesses_and_counts(tmp_path):
    made = shown(csv(*rows(8), row(9, Date=""), header=HEADER)(), tmp_path)
    assert (made.read, made.accepted, made.quarantined, made.problem) == (9, 8, 1, None)
    assert made.reasons == {"date is missing": 1}
    assert [c.fills for c in made.columns] == ["reference", "date", "time", "category", "place", "y", "x"]
    assert made.columns[3].samples == ("Noise",) * 5 and made.columns[1].note.endswith("1 blank")


def test_a_layout_nobody_knows_is_shown_with_its_problem_and_mended_by_a_mapping(tmp_path):
    data = csv(*rows(), header=["a", "b", "c", "d", "e", "f", "g"])()
    unknown = shown(data, tmp_path)
    assert "date" in unknown.problem and unknown.accepted == 0 and len(unknown.columns) == 7
    mapping = Mapping(columns={"reference": "a", "date": "b", "time": "c", "category": "d", "y": "f", "x": "g"})
    assert shown(data, tmp_path, mapping=mapping).accepted == 3


def test_a_column_that_begins_blank_shows_what_it_holds(tmp_path):
    """Or nobody can tell longitude from latitude in a log whose first rows have no location."""
    made = shown(csv(row(1, Latitude="", Longitude=""), *map(row, range(2, 6)), header=HEADER)(), tmp_path)
    assert all(len(made.columns[n].samples) == 4 and "" not in made.columns[n].samples for n in (5, 6))


def test_police_uk_needs_no_mapping(tmp_path):
    made = shown(csv(street_row(), header=STREET)(), tmp_path)
    assert made.mapping is None and made.accepted == 1


def test_the_first_table_of_a_zip_is_shown(tmp_path):
    made = shown(zipped({"README.md": b"x", "1.csv": csv(*rows())()})(), tmp_path, "a.zip")
    assert made.file == "a.zip/1.csv" and made.accepted == 3


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(BadFile, match="PDF"):
        shown(b"%PDF-1.7", tmp_path)


def test_of_a_download_with_outcomes_the_street_files_are_shown_and_the_others_set_aside(tmp_path):
    """As police.uk gives it with both boxes ticked: the outcomes file comes first by name."""
    row_of = ["x", "2021-01", "A", "A", "", "", "", "", "", "Suspect charged"]
    outcomes = csv(row_of, header=[*STREET[:9], "Outcome type"])
    months = {f"2021-0{m}/2021-0{m}-essex-{kind}.csv": make() for m in (1, 2)
              for kind, make in (("outcomes", outcomes), ("street", csv(street_row(), header=STREET)))}  # fmt: skip
    made = shown(zipped({**months, "note.txt": b""})(), tmp_path, "a.zip")
    assert (made.file, made.accepted, made.tables) == ("a.zip/2021-01/2021-01-essex-street.csv", 1, 2)
    assert made.problem is None and dict(made.aside)[OUTCOMES] == 2
    alone = shown(outcomes(), tmp_path)
    assert alone.tables == 0 and OUTCOMES in alone.problem and alone.mapping is None
