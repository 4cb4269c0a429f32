"""The files of law: what they hold, and that a broken one names its row and column."""

import csv
import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from hotspots.errors import BadFile
from hotspots.register import law
from hotspots.register.clocks import closure_hearing
from hotspots.register.interventions import Intervention
from hotspots.register.law import CLOCKS_FILE, KINDS_FILE, kinds, load_kinds, load_rules, rules
from hotspots.register.powers import load_powers


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(folder: Path, name: str, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_every_row_of_the_2026_act_says_check() -> None:
    assert len(kinds()) == 24
    touched = {k.code: k.status for k in kinds().values() if "2026" in k.law}
    assert touched == {"RSP": "check before use", "CUC": "check before use"}
    assert rules()["closure hearing"].status == "check before use"
    assert kinds()["CUC"].victim_premises and kinds()["CLP"].victim_premises and not kinds()["CLO"].victim_premises


def test_every_law_says_where_it_was_read_and_nothing_claims_to_be_checked() -> None:
    assert all(kind.source for kind in kinds().values() if kind.law)
    assert all(rule.source for rule in rules().values())
    held = [*kinds().values(), *rules().values()]
    assert all((row.last_checked is None) == (row.checked_by == "") for row in held)


def test_a_kind_is_told_in_one_line_without_empty_parts() -> None:
    assert kinds()["RES"].words == "who: Any partner · Recurring · law: by agreement"
    assert kinds()["CLO"].words.startswith("Anti-social Behaviour, Crime and Policing Act 2014 s.80 · who: Magistrates")


def test_a_kind_names_a_power_of_the_register_or_none_where_several_fit() -> None:
    known = set(load_powers(KINDS_FILE.parent / "powers.csv")["id"])
    named = {kind.code: kind.power for kind in kinds().values() if kind.power}
    assert set(named.values()) <= known
    assert named["CLO"] == "P022" and named["CLN"] == "P021" and "WAR" not in named


@pytest.mark.parametrize(
    ("file", "line", "column", "value", "says"),
    [
        (KINDS_FILE, 3, "status", "in force", "row 3: column status must be one of in force"),
        (KINDS_FILE, 2, "clocks", "notice end; closing time", "row 2: column clocks names closing time"),
        (KINDS_FILE, 4, "closes", "maybe", "row 4: column closes must be one of yes, no"),
        (KINDS_FILE, 5, "code", "CLO", "row 5: column code holds CLO a second time"),
        (KINDS_FILE, 6, "name", " ", "row 6: column name is empty"),
        (KINDS_FILE, 3, "source", "", "row 3: column source must say where the law was read"),
        (KINDS_FILE, 7, "status", "in force (recheck)", "row 7: column status must be check before use"),
        (KINDS_FILE, 2, "last_checked", "1 May", "row 2: column last_checked must be a date"),
        (CLOCKS_FILE, 4, "amount", "two days", "row 4: column amount must be a whole number"),
        (CLOCKS_FILE, 4, "unit", "days", "row 4: column unit must be one of hours, months, working days, nothing"),
        (CLOCKS_FILE, 4, "unit", "", "row 4: column unit goes with an amount"),
        (CLOCKS_FILE, 8, "without_christmas", "yes", "row 8: column without_christmas is for hours only"),
        (CLOCKS_FILE, 4, "starts", "some day", "row 4: column starts must be one of service"),
        (CLOCKS_FILE, 4, "status", "by agreement", "row 4: column status must be check before use"),
    ],
)  # fmt: skip
def test_a_broken_file_names_row_and_column(
    tmp_path: Path, file: Path, line: int, column: str, value: str, says: str
) -> None:
    rows = rows_of(file)
    rows[line - 2][column] = value
    with pytest.raises(BadFile, match=says.replace("(", r"\(")):
        (load_kinds if file == KINDS_FILE else load_rules)(written(tmp_path, file.name, rows))


def test_a_file_of_another_shape_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"the column\(s\) code"):
        load_kinds(written(tmp_path, "interventions.csv", [{"name": "x"}]))
    rows = rows_of(KINDS_FILE)
    rows[0]["name"] = "Café"
    with pytest.raises(BadFile, match="CSV UTF-8"):
        load_kinds(written(tmp_path, "interventions.csv", rows, encoding="cp1252"))
    with pytest.raises(BadFile, match="is not there; put it back"):
        load_rules(tmp_path / "absent.csv")
    path = written(tmp_path, "clocks.csv", rows_of(CLOCKS_FILE))
    path.write_text(path.read_text(encoding="utf-8") + "half,a row\n", encoding="utf-8")
    with pytest.raises(BadFile, match="row 17: the number of cells"):
        load_rules(path)


def test_what_a_solicitor_changes_holds_at_once_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(CLOCKS_FILE)
    path = written(tmp_path, "clocks.csv", rows)
    monkeypatch.setattr(law, "CLOCKS_FILE", path)
    assert closure_hearing_hours() == 48
    hearing = next(row for row in rows if row["name"] == "closure hearing")
    hearing |= {"amount": "72", "last_checked": "2026-11-30", "checked_by": "A Solicitor"}
    written(tmp_path, "clocks.csv", rows)
    os.utime(path, ns=(1, 1))
    assert closure_hearing_hours() == 72
    assert rules()["closure hearing"].last_checked == date(2026, 11, 30)


def closure_hearing_hours() -> float:
    """Hours from a service in an ordinary week."""
    served = datetime(2026, 3, 2, 9)
    return (closure_hearing(served).due.replace(tzinfo=None) - served) / timedelta(hours=1)


def test_a_broken_file_is_told_where_an_intervention_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(KINDS_FILE)
    rows[0]["epic"] = "Punishment"
    monkeypatch.setattr(law, "KINDS_FILE", written(tmp_path, "interventions.csv", rows))
    with pytest.raises(BadFile, match="interventions.csv: row 2: column epic"):
        Intervention(1, "PAT", "Police")
