"""The powers register and its finder, checked by hand against the committed file."""

import csv
import re
from datetime import date, datetime

import pandas as pd
import pytest

from hotspots.errors import BadFile, BadValue
from hotspots.register.clocks import local_time
from hotspots.register.powers import (
    COLUMNS,
    checked_text,
    cited,
    find_powers,
    joint_visit_plan,
    law_of,
    load_powers,
    problem_types,
)


@pytest.fixture(scope="module")
def powers(project) -> pd.DataFrame:
    return load_powers(project / "data" / "powers.csv")


@pytest.fixture
def rows(project) -> list[dict]:
    with (project / "data" / "powers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(folder, rows, *, encoding="utf-8"):
    path = folder / "powers.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_power_is_cited_by_its_section_and_statute(powers):
    assert cited(powers, "P010") == "s.23(3), Misuse of Drugs Act 1971"
    assert (cited(powers, ""), cited(powers, "P999")) == ("none", "P999")


def test_the_file_holds_the_counts_of_the_domain_notes(powers):
    entry = powers[powers["kind"] == "entry"]
    assert len(powers) == 154 and len(entry) == 144
    assert powers["verified"].value_counts().to_dict() == {"source seen": 90, "from memory": 64}
    dwelling = entry[entry["private_dwelling"].isin(("yes", "yes-after-notice", "warrant-only"))]
    assert len(dwelling) == 106 and (dwelling["police_held"] == "no").sum() == 61
    assert entry["police_held"].value_counts().to_dict() == {"no": 84, "shared": 37, "yes": 23}


def test_every_row_of_the_shared_register_is_kept_as_it_was(rows, shared):
    with (shared / "powers.csv").open(encoding="utf-8", newline="") as file:
        original = list(csv.DictReader(file))
    assert [{c: row[c] for c in original[0]} for row in rows] == original


def test_cuckooing_in_a_vulnerable_persons_dwelling_without_the_police(powers):
    """Domain notes, section 5, found by hand: each named route comes back in its own group."""
    found = find_powers(
        powers, problems=["cuckooing"], premises="dwelling", occupiers=["vulnerable person"], not_police=True
    )
    by_hand = {  # id → who holds it, section, route; P149 is in the file though not in the notes
        "P021": ("police", "s.79", "closure notice: serve and secure"),
        "P022": ("police", "s.85", "closure order: enter and secure"),
        "P028": ("health", "s.135(1)", "warrant to remove a person to a place of safety"),
        "P067": ("district-housing", "s.239(6)-(7) (offences ss.72, 95, 234(3))", "HMO without notice"),
        "P101": ("county-social", "s.115", "approved mental health professional"),
        "P106": ("county-social", "ss.15-16, 48", "Court of Protection order for access"),
        "P142": ("landlord", "s.11(6)", "view condition, 24 hours in writing"),
        "P143": ("landlord", "contract", "access clause of the tenancy"),
        "P146": ("landlord", "reg.36", "gas-safety check"),
        "P148": ("landlord", "s.76 as amended", "registered provider's closure notice"),
        "P149": ("court", "possession order", "warrant of possession"),
    }
    assert set(found.routes["id"]) == set(by_hand)
    assert found.routes["agency_group"].to_dict() == {i: who for i, (who, _, _) in by_hand.items()}
    assert found.routes["section"].to_dict() == {i: section for i, (_, section, _) in by_hand.items()}
    assert set(found.at_the_door["id"]) == {"P121", "P145"}  # DWP by consent; the landlord's common parts
    assert list(found.warnings["id"]) == ["P105"]  # the Care Act gives no entry
    assert found.heading == "11 routes fit, 0 are police-only"
    assert found.agencies["routes"].sum() == 11
    assert found.routes["agency_group"].tolist() == sorted(
        found.routes["agency_group"], key=found.agencies["agency_group"].tolist().index
    )


def test_with_the_police_four_more_come_back_and_are_counted(powers):
    found = find_powers(powers, problems=["cuckooing"], premises="dwelling")
    assert found.heading == "15 routes fit, 4 are police-only"
    assert {"P001", "P002", "P007", "P010"} <= set(found.routes["id"])


def test_a_wales_only_row_needs_to_be_asked_for(powers):
    assert "P104" not in find_powers(powers, problems=["cuckooing"]).routes.index
    assert "P104" in find_powers(powers, problems=["cuckooing"], wales=True).routes.index


def test_rspca_is_a_warning_and_never_a_route(powers):
    found = find_powers(powers, problems=["dogs"])
    assert "P150" in found.warnings.index and "P150" not in found.routes.index
    assert "no statutory power of entry" in found.warnings.loc["P150", "power"]


def test_nothing_is_verified_until_a_name_and_a_date_stand_in_the_row(powers, rows, tmp_path):
    assert len(find_powers(powers, verified=True).routes) == 0
    assert checked_text(powers.loc["P001"]) == "not checked"
    rows[0] |= {"checked_by": "A Solicitor", "last_checked": ""}
    rows[1] |= {"checked_by": "", "last_checked": "2026-11-02"}
    rows[2] |= {"checked_by": "A Solicitor", "last_checked": "02/11/2026"}
    again = load_powers(write(tmp_path, rows))
    assert list(find_powers(again, verified=True).routes["id"]) == ["P003"]
    assert again.loc["P003", "last_checked"] == date(2026, 11, 2)
    assert checked_text(again.loc["P003"]) == "checked by A Solicitor on 02 November 2026"


@pytest.mark.parametrize(
    ("premises", "kept", "left_out"),
    [
        ("business", {"P040", "P087", "P094", "P118"}, {"P142", "P145", "P059"}),
        ("land", {"P040", "P059", "P080"}, {"P142", "P011", "P118"}),
        ("common parts", {"P145", "P111", "P040"}, {"P142", "P011"}),
        ("HMO", {"P066", "P067", "P111", "P145"}, {"P011", "P059", "P153"}),
        ("dwelling", {"P066", "P101", "P142"}, {"P145", "P011", "P094"}),
    ],
)
def test_premises_leave_out_only_what_the_rows_own_text_excludes(powers, premises, kept, left_out):
    found = set(find_powers(powers, premises=premises).routes["id"])
    assert kept <= found and not left_out & found


def test_occupier_leaves_out_only_another_answer_to_the_same_question(powers):
    vulnerable = set(find_powers(powers, occupiers=["vulnerable person"]).routes["id"])
    assert {"P101", "P142", "P066"} <= vulnerable and "P026" not in vulnerable
    owner = set(find_powers(powers, occupiers=["owner-occupier"]).routes["id"])
    assert "P142" not in owner and {"P101", "P066"} <= owner


def test_search_finds_a_statute_whatever_the_case_and_order(powers):
    found = find_powers(powers, search="2004 HOUSING act s.239")
    assert set(found.routes["id"]) == {"P066", "P067"}
    assert len(find_powers(powers, search="no such act").routes) == 0


def test_source_seen_leaves_out_what_came_from_memory(powers):
    assert set(find_powers(powers, source_seen=True).routes["verified"]) == {"source seen"}


def test_unknown_words_are_refused_with_the_known_ones(powers):
    with pytest.raises(BadValue, match="cuckoo is not a problem type .* cuckooing"):
        find_powers(powers, problems=["cuckoo"])
    with pytest.raises(BadValue, match="castle is not a kind of premises"):
        find_powers(powers, premises="castle")
    with pytest.raises(BadValue, match="P999 is not in the powers register"):
        law_of(powers, ["P001", "P999"])


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("kind", "magic", "row 6: column kind must be one of"),
        ("private_dwelling", "perhaps", "row 6: column private_dwelling"),
        ("agency_group", "martians", "row 6: column agency_group"),
        ("power", " ", "row 6: column power is empty"),
        ("last_checked", "last week", "row 6: column last_checked must be a date"),
        ("occupier", "ghost", "row 6: column occupier may hold"),
        ("id", "P001", "column id: P001 stands in more than one row"),
    ],
)
def test_a_broken_file_names_the_row_and_the_column(rows, tmp_path, column, value, says):
    rows[4][column] = value
    with pytest.raises(BadFile, match=re.escape(says)):
        load_powers(write(tmp_path, rows))


def test_a_missing_column_a_stray_cell_and_another_encoding_are_named(rows, tmp_path):
    without = [{k: v for k, v in row.items() if k != "occupier"} for row in rows]
    with pytest.raises(BadFile, match="row 1: .*occupier"):
        load_powers(write(tmp_path, without))
    path = write(tmp_path, rows)
    path.write_text(path.read_text(encoding="utf-8").replace("P001,entry,", "P001,entry,x,", 1), encoding="utf-8")
    with pytest.raises(BadFile, match="row 2: the number of cells"):
        load_powers(path)
    rows[0]["power"] = "Café"
    with pytest.raises(BadFile, match="CSV UTF-8"):
        load_powers(write(tmp_path, rows, encoding="cp1252"))
    with pytest.raises(BadFile, match="not there"):
        load_powers(tmp_path / "absent.csv")


def test_columns_may_come_in_any_order(rows, tmp_path):
    turned = [{c: row[c] for c in reversed(COLUMNS)} for row in rows]
    assert list(load_powers(write(tmp_path, turned)).columns) == [*COLUMNS, "checked"]


def test_joint_visit_plan_puts_each_agencys_notice_and_own_purpose(powers):
    visit = datetime(2026, 12, 29, 10, 0)  # a Tuesday after the Christmas bank holidays
    plan = joint_visit_plan(law_of(powers, ["P066", "P094", "P022", "P141"]), visit_at=visit).set_index("power_id")
    assert plan.index.tolist() == ["P141", "P094", "P066", "P022"]
    assert plan.loc["P066", "serve_by"] == local_time(datetime(2026, 12, 28, 10, 0))  # 24 hours
    assert plan.loc["P141", "serve_by"] == local_time(datetime(2026, 12, 21, 23, 59))  # 7 clear days, the longer
    # two clear working days before the 29th: 24 and 23 December (25, 26, 27, 28 do not count)
    assert plan.loc["P094", "serve_by"] == local_time(datetime(2026, 12, 22, 23, 59))
    assert pd.isna(plan.loc["P022", "serve_by"])
    assert plan.loc["P066", "purpose"].startswith("Inspect a home for hazards")
    assert "Housing Act 2004" in plan.loc["P066", "purpose"]


def test_notice_hours_count_real_hours_over_a_change_of_the_clocks(powers):
    plan = joint_visit_plan(law_of(powers, ["P066"]), visit_at=datetime(2026, 3, 29, 10, 0))
    assert plan.loc[0, "serve_by"] == local_time(datetime(2026, 3, 28, 9, 0))


def test_a_partner_without_a_power_cannot_be_planned_in(powers):
    with pytest.raises(BadValue, match="RSPCA has no power of entry"):
        joint_visit_plan(law_of(powers, ["P150"]), visit_at=datetime(2026, 3, 2, 10, 0))


def test_problem_types_are_the_registers_own_words(powers):
    assert {"cuckooing", "HMO", "utility theft"} <= set(problem_types(powers))
    assert len(problem_types(powers)) == 22
