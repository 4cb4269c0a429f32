"""Prompts, tags and informal information: restricted, and never a count of crime."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from hotspots.errors import BadValue
from hotspots.register.prompts import (
    Concern,
    Tag,
    by_block,
    case_review_prompt,
    cuckooing_signs,
    repeat_addresses,
    still_unlocked,
)

ASB, DRUGS = "Anti-social behaviour", "Drugs"


def incidents(*rows: tuple) -> tuple[pd.DataFrame, pd.Series]:
    """address_key, category, source, reporter_kind, day, block."""
    columns = ["address_key", "category", "source", "reporter_kind", "occurred_from", "block"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["occurred_from"] = pd.to_datetime(frame["occurred_from"], format="ISO8601")
    return frame.drop(columns="block"), frame["block"]


def test_repeat_addresses_start_at_three_reports():
    rows = [("A", ASB, "police", "resident", "2018-08-01", "Park View")] * 3
    rows += [("B", ASB, "police", "resident", "2018-08-01", "Park View")] * 2
    rows += [(None, ASB, "police", "resident", "2018-08-01", "Park View")] * 5
    found = repeat_addresses(*incidents(*rows))
    assert found["address_key"].tolist() == ["A"] and found["n"].tolist() == [3]
    assert by_block(found).to_dict("records") == [{"block": "Park View", "addresses": 1}]


def test_cuckooing_signs_need_drugs_another_sign_and_two_partners():
    rows = [
        ("A", DRUGS, "police", None, "2018-08-01", "Park View"),
        ("A", ASB, "housing", "resident", "2018-08-02", "Park View"),
        ("B", DRUGS, "police", None, "2018-08-01", "Park View"),
        ("B", DRUGS, "housing", None, "2018-08-01", "Park View"),  # one sign only
        ("C", DRUGS, "police", None, "2018-08-01", "Park View"),
        ("C", ASB, "police", None, "2018-08-01", "Park View"),  # one partner only
        ("D", "Violence and sexual offences", "police", None, "2018-08-01", "Park View"),
        ("D", ASB, "housing", None, "2018-08-01", "Park View"),  # no drugs
    ]
    assert cuckooing_signs(*incidents(*rows))["address_key"].tolist() == ["A"]
    assert cuckooing_signs(*incidents()).empty


def test_case_review_counts_addresses_with_two_residents_reports_in_six_months():
    rows = [
        ("A", ASB, "council", "resident", "2018-03-01", "x"),
        ("A", ASB, "police", "resident", "2018-08-31", "x"),
        ("B", ASB, "council", "resident", "2018-02-28", "x"),  # a day too early
        ("B", ASB, "council", "resident", "2018-08-01", "x"),
        ("C", ASB, "police", "officer", "2018-08-01", "x"),
        ("C", ASB, "council", "resident", "2018-08-02", "x"),
        ("D", DRUGS, "council", "resident", "2018-08-02", "x"),
        ("D", ASB, "council", "resident", "2018-08-02", "x"),
    ]
    assert case_review_prompt(incidents(*rows)[0], on=date(2018, 9, 1)) == 1


@pytest.mark.parametrize(("minutes", "open_"), [(-1, False), (0, True), (9.99, True), (10, False)])
def test_the_panel_shuts_after_ten_minutes(minutes, open_):
    since = datetime(2018, 9, 3, 10, 0)
    assert still_unlocked(since, at=since + timedelta(minutes=minutes)) is open_
    assert not still_unlocked(None, at=since)


def concern(text: str, **given) -> Concern:
    fields = {"problem": "drugs", "source": "councillor", "confidence": "medium", "handling": "hub partners"}
    return Concern(1, date(2018, 9, 3), **{**fields, **given}, text=text)


@pytest.mark.parametrize(
    "text",
    [
        "The man in flat 9 deals",
        "Ask at no. 12",
        "12 Chantry Road is full of them",
        "Ring 07700 900123",
        "someone@example.org knows",
        "Mrs Smith is afraid",
    ],
)
def test_a_concern_that_seems_to_name_someone_is_refused_without_repeating_it(text):
    with pytest.raises(BadValue, match="seems to name") as caught:
        concern(text)
    assert text not in str(caught.value)


def test_a_concern_about_the_place_is_taken():
    assert concern("Cars stop for two minutes behind the garages after 10 pm, most nights").confidence == "medium"


@pytest.mark.parametrize(
    "given",
    [{"source": "x"}, {"confidence": "sure"}, {"handling": "all"}, {"text": " "}, {"text": "a" * 301}],
)
def test_a_concern_needs_its_source_confidence_and_handling(given):
    with pytest.raises(BadValue):
        concern(given.pop("text", "Cars behind the garages"), **given)


def test_a_tag_is_of_a_known_kind_and_has_an_address():
    with pytest.raises(BadValue, match="exploited home"):
        Tag(1, "A", "villain", date(2019, 1, 1))
    with pytest.raises(BadValue, match="needs the address"):
        Tag(1, " ", "repeat flat", date(2019, 1, 1))
