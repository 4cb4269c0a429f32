"""Partners: the file, whom to invite, what runs out, where they meet unknowingly."""

import csv
import re
from datetime import date

import pandas as pd
import pytest

from hotspots.errors import BadFile, BadValue
from hotspots.register.partners import (
    COLUMNS,
    agreements_ending,
    feeds_silent,
    load_partners,
    overlaps,
    overlaps_by_block,
    partner_of,
    partners_frame,
    recent,
    suggested_attendees,
)
from hotspots.views.register_words import feeds_title

ROW = {
    "agency": "Saltreach Homes",
    "kind": "co-operating",
    "lead_role": "Tenancy manager",
    "statutory_status": "registered provider",
    "agreement_signed": "2016-11-01",
    "agreement_expires": "01/11/2018",
    "tier": "2",
    "problem_types": "ASB; cuckooing;drugs",
    "powers_held": "landlord",
    "data_feed": "housing log",
    "last_received": "",
}


def write(folder, rows):
    path = folder / "partners.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(reversed(rows[0])))
        writer.writeheader()
        writer.writerows(rows)
    return path


def partner(agency, *, types=(), signed=None, expires=None, feed="", last=None):
    return {
        "agency": agency, "kind": "x", "lead_role": "Manager", "statutory_status": "", "tier": 1,
        "problem_types": tuple(types), "powers_held": (), "data_feed": feed,
        "agreement_signed": signed, "agreement_expires": expires, "last_received": last,
    }  # fmt: skip


def test_the_committed_register_has_47_partners_or_more_all_known_to_the_powers(project):
    from hotspots.register.powers import AGENCIES, load_powers, problem_types

    register = load_partners(project / "data" / "partners.csv")
    assert len(register) >= 47 and register["agency"].is_unique
    known = set(problem_types(load_powers(project / "data" / "powers.csv")))
    assert {t for types in register["problem_types"] for t in types} <= known
    assert {p for held in register["powers_held"] for p in held} <= set(AGENCIES)


def test_columns_may_come_in_any_order_and_dates_in_two_styles(tmp_path):
    register = load_partners(write(tmp_path, [ROW]))
    assert list(register.columns) == list(COLUMNS)
    first = register.iloc[0]
    assert first["problem_types"] == ("ASB", "cuckooing", "drugs") and first["tier"] == 2
    assert first["agreement_expires"] == pd.Timestamp("2018-11-01") and pd.isna(first["last_received"])


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("tier", "4", "row 3: column tier must be a tier: 0, 1, 2, 3"),
        ("agreement_signed", "soon", "row 3: column agreement_signed must be a date"),
        ("lead_role", "", "row 3: column lead_role is empty"),
        ("agency", "Saltreach Homes", "column agency: Saltreach Homes stands in more than one row"),
    ],
)
def test_a_broken_file_names_the_row_and_the_column(tmp_path, column, value, says):
    with pytest.raises(BadFile, match=re.escape(says)):
        load_partners(write(tmp_path, [ROW, {**ROW, "agency": "Another", column: value}]))


def test_a_missing_column_is_named(tmp_path):
    without = {k: v for k, v in ROW.items() if k != "tier"}
    with pytest.raises(BadFile, match=re.escape("row 1: the column(s) tier are missing")):
        load_partners(write(tmp_path, [without]))


def test_invitations_follow_the_agenda_and_the_actions_due():
    register = partners_frame(
        [
            partner("Fire", types=["fire risk"]),
            partner("Social care", types=["cuckooing", "vulnerability"]),
            partner("Landlord", types=["cuckooing", "drugs", "ASB"]),
            partner("Highways", types=["vehicle"]),
        ]
    )
    invited = suggested_attendees(register, ["cuckooing", "drugs"], owners=["Highways"])
    assert invited["agency"].tolist() == ["Landlord", "Highways", "Social care"]
    assert invited["why"].tolist() == ["cuckooing; drugs", "has an action due", "cuckooing"]


def test_agreements_are_listed_before_they_end_and_when_there_is_none():
    register = partners_frame(
        [
            partner("None"),
            partner("Gone", signed=date(2015, 1, 1), expires=date(2018, 8, 31)),
            partner("Today", signed=date(2015, 1, 1), expires=date(2018, 9, 1)),
            partner("Edge", signed=date(2015, 1, 1), expires=date(2018, 11, 30)),
            partner("Far", signed=date(2015, 1, 1), expires=date(2018, 12, 1)),
            partner("Open", signed=date(2015, 1, 1)),
        ]
    )
    listed = agreements_ending(register, on=date(2018, 9, 1)).set_index("agency")
    assert listed["state"].to_dict() == {
        "Gone": "expired",
        "Today": "ends in 0 days",
        "Edge": "ends in 90 days",
        "None": "no agreement",
    }


def test_a_silent_feed_is_listed_after_45_days_and_one_never_received():
    register = partners_frame(
        [
            partner("A", feed="log", last=date(2018, 7, 18)),
            partner("B", feed="log", last=date(2018, 7, 17)),
            partner("C", feed="log"),
            partner("D"),
        ]
    )
    assert feeds_silent(register, on=date(2018, 9, 1))["agency"].tolist() == ["B", "C"]


def visits(*rows: tuple) -> pd.DataFrame:
    """address_key, source, day, precision."""
    frame = pd.DataFrame(rows, columns=["address_key", "source", "occurred_from", "time_precision"])
    frame["occurred_from"] = pd.to_datetime(frame["occurred_from"], format="ISO8601")
    return frame


VISITS = visits(
    ("A", "police", "2018-08-01 23:50", "exact"),
    ("A", "council", "2018-08-08 00:10", "day"),  # seven days on
    ("B", "police", "2018-08-01", "exact"),
    ("B", "council", "2018-08-09", "exact"),  # eight days on
    ("C", "police", "2018-08-01", "exact"),
    ("C", "police", "2018-08-02", "exact"),  # one partner twice
    ("D", "fire", "2018-08-01", "month"),
    ("D", "council", "2018-08-01", "exact"),  # the other has only a month
    (None, "fire", "2018-08-01", "exact"),
    ("E", "fire", "2018-08-20", "exact"),
    ("E", "housing", "2018-08-21", "exact"),
    ("E", "police", "2018-08-22", "exact"),
)
BLOCK = pd.Series(["Park View"] * 2 + ["Tanners"] * 10, index=VISITS.index)


def test_overlaps_are_addresses_several_partners_came_to_within_seven_days():
    found = overlaps(VISITS, BLOCK)
    assert found["address_key"].tolist() == ["E", "A"]
    assert found.loc[0, ["partners", "n_partners", "n", "block"]].tolist() == [
        "fire; housing; police", 3, 3, "Tanners",
    ]  # fmt: skip
    assert overlaps(VISITS, BLOCK, days=8)["address_key"].tolist() == ["E", "B", "A"]


def test_row_order_changes_nothing():
    turned = VISITS.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(overlaps(turned, BLOCK), overlaps(VISITS, BLOCK))


def test_the_shared_screen_sees_counts_by_block_and_no_address():
    shown = overlaps_by_block(overlaps(VISITS, BLOCK))
    assert "address_key" not in shown.columns
    assert shown.set_index("block")["addresses"].to_dict() == {"Tanners": 1, "Park View": 1}
    assert overlaps_by_block(overlaps(VISITS[:0], BLOCK)).empty


def test_recent_is_half_open():
    assert recent(VISITS, on=date(2018, 8, 9), days=1)["address_key"].tolist() == ["A"]


GIVEN = {"agency": " Fire service ", "kind": "co-operating", "lead_role": "Station manager"}


def test_a_partner_is_made_of_what_is_known_and_the_rest_is_empty():
    made = partner_of(**GIVEN, agreement_signed=date(2026, 1, 5), problem_types=("fire risk",))
    assert (made["agency"], made["tier"], made["data_feed"]) == ("Fire service", 0, "")
    assert made["agreement_signed"] == pd.Timestamp("2026-01-05") and pd.isna(made["agreement_expires"])
    assert list(made) == list(COLUMNS)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"agency": " "}, "it needs the agency's name"),
        ({"kind": "", "lead_role": ""}, "it needs its kind, the role that leads for it"),
        ({"tier": 4}, "tier must be 0, 1, 2, 3"),
        ({"agreement_expires": date(2026, 1, 5)}, "say when the agreement that ends was signed"),
        ({"agreement_signed": date(2026, 2, 1), "agreement_expires": date(2026, 1, 5)}, "ends before it was signed"),
    ],
)
def test_a_partner_that_does_not_fit_is_refused_in_words(given, says):
    with pytest.raises(BadValue, match=says):
        partner_of(**GIVEN | given)


@pytest.mark.parametrize(
    ("feeds", "silent", "registered", "says"),
    [(0, 0, False, "No partner is registered"), (0, 0, True, "none can be called silent"),
     (2, 1, True, "1 of 2 data feeds has gone silent"), (2, 0, True, "Every data feed has sent")],
)  # fmt: skip
def test_no_feed_is_no_all_clear(feeds, silent, registered, says):
    assert says in feeds_title(feeds, silent, registered=registered)
