"""The site checklist and what residents say."""

from datetime import date

import pandas as pd
import pytest

from hotspots.errors import BadValue
from hotspots.register.site_checks import ITEMS, ResidentMeeting, SiteCheck, checklist, feel_safe_pulse

CHECKS = pd.DataFrame(
    [
        (1, 1, "CCTV", "failed", "2017-06-01", "Landlord"),
        (2, 1, "communal door", "working", "2017-11-01", "Landlord"),
        (3, 1, "communal door", "failed", "2017-11-01", "Police"),  # later the same day
        (4, 1, "lighting", "working", "2017-09-09", "Council"),  # 60 days
        (5, 1, "bin store", "working", "2017-09-08", "Council"),  # 61 days
        (6, 2, "void flats", "working", "2017-11-07", "Landlord"),  # another place
        (7, 1, "CCTV", "working", "2017-12-18", "Landlord"),  # in the future
    ],
    columns=["id", "place_id", "item", "state", "checked_on", "by"],
).astype({"checked_on": "datetime64[us]"})


def test_the_latest_state_of_each_item_with_what_is_stale_or_failed():
    table = checklist(CHECKS, place_id=1, on=date(2017, 11, 8)).set_index("item")
    assert table.index.tolist() == list(ITEMS)
    assert table["state"].tolist() == ["failed", "failed", "working", "working", "not checked"]
    assert table["flag"].tolist() == ["failed", "failed", "", "not checked for 61 days", "never checked"]
    assert table.loc["communal door", "by"] == "Police"


def test_a_place_without_checks_says_so_five_times():
    table = checklist(CHECKS[:0], place_id=9, on=date(2017, 11, 8))
    assert table["flag"].tolist() == ["never checked"] * 5


@pytest.mark.parametrize(("field", "value"), [("item", "roof"), ("state", "fine"), ("by", " ")])
def test_an_unknown_item_state_or_nobody_is_refused(field, value):
    good = {
        "place_id": 1,
        "item": "CCTV",
        "state": "failed",
        "checked_on": date(2017, 6, 1),
        "by": "Landlord",
    }
    with pytest.raises(BadValue):
        SiteCheck(**{**good, field: value})


def test_more_cannot_feel_safe_than_were_asked():
    with pytest.raises(BadValue, match="more feel safe"):
        ResidentMeeting(1, date(2018, 3, 1), "survey", 10, asked=8, feel_safe=9)


def test_the_pulse_is_counts_in_order_of_time():
    meetings = pd.DataFrame(
        {
            "place_id": [1, 1, 1, 2],
            "held_on": pd.to_datetime(["2018-03-01", "2017-10-01", "2018-01-01", "2018-01-01"]),
            "kind": ["survey", "survey", "drop-in", "survey"],
            "asked": [20, 18, 0, 5],
            "feel_safe": [15, 4, 0, 5],
        }
    )
    assert feel_safe_pulse(meetings, place_id=1)["feel_safe"].tolist() == [4, 15]


@pytest.mark.parametrize(("day", "flag"), [("2017-09-09", "not checked"), ("2017-09-08", "not checked for 61 days")])
def test_somebody_who_could_not_check_leaves_it_flagged(day, flag):
    row = CHECKS.iloc[[3]].assign(state="not checked", checked_on=pd.Timestamp(day))
    table = checklist(row, place_id=1, on=date(2017, 11, 8)).set_index("item")
    assert table.loc["lighting", "flag"] == flag


def test_a_street_has_no_communal_door_until_somebody_checks_one():
    asked = {"place_id": 1, "on": date(2017, 11, 8)}
    assert checklist(CHECKS[:0], **asked, kind="street")["item"].to_list() == ["CCTV", "lighting"]
    seen = set(CHECKS.loc[CHECKS["place_id"] == 1, "item"])
    assert set(checklist(CHECKS, **asked, kind="street")["item"]) == seen | {"CCTV", "lighting"}
    assert len(checklist(CHECKS[:0], **asked, kind="block")) == 5
