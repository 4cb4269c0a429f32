"""Words made from single values."""

import pandas as pd
import pytest

from hotspots.views import sentences

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
    assert sentences.near_names(name, KNOWN).endswith(said)


@pytest.mark.parametrize("name", ["Saltreach Homes", ""])
def test_a_known_name_and_none_say_nothing(name: str) -> None:
    assert sentences.near_names(name, KNOWN) == ""


def test_a_moment_has_its_time_of_day_and_none_is_empty() -> None:
    assert sentences.short_moment(pd.Timestamp("2017-11-01 09:05:30")) == "1 Nov 2017, 09:05"
    assert sentences.short_moment(pd.NaT, empty="–") == "–"
