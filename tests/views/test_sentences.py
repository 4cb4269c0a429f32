"""Words made from single values."""

import pandas as pd
import pytest

from hotspots.views import access_words, near_names, sentences

KNOWN = ["East Herts District Council", "Hertfordshire Constabulary", "Saltreach Homes"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("East Herts", "East Herts is a new name here. Did you mean East Herts District Council?"),
        ("Hertfordshire Constabulry", "is a new name here. Did you mean Hertfordshire Constabulary?"),
        ("Farwater Fire and Rescue", "Farwater Fire and Rescue is a new name here."),
    ],
)
def test_a_name_that_may_be_another_says_which(name: str, said: str) -> None:
    assert near_names.said_of(name, KNOWN).endswith(said)


@pytest.mark.parametrize("name", ["Saltreach Homes", ""])
def test_a_known_name_and_none_say_nothing(name: str) -> None:
    assert near_names.said_of(name, KNOWN) == ""


def test_a_moment_has_its_time_of_day_and_none_is_empty() -> None:
    assert sentences.short_moment(pd.Timestamp("2017-11-01 09:05:30")) == "1 Nov 2017, 09:05"
    assert sentences.short_moment(pd.NaT, empty="–") == "–"


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ('{"due": "2018-09-12", "owner": "Saltreach Homes", "reason": "", "power_id": null}',
         "due 2018-09-12 · owner Saltreach Homes"),
        ('{"files": ["1", "2", "3", "4", "5", "6", "7"], "kept": true}', "files 1, 2, 3, 4, 5 and 2 more · kept yes"),
        ('{"district": {"from": "A", "to": "B"}, "version": 0}', "district from A, to B · version 0"),
        ('["a", "b"]', "a, b"),
        (None, ""),
    ],
)  # fmt: skip
def test_a_line_of_the_trail_says_what_an_entry_holds_in_words(after: str | None, said: str) -> None:
    assert access_words.holds(after) == said
