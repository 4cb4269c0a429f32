"""States in words, one precedence, named from the last period first."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.analysis.states import (
    RISEN,
    STATES,
    classify_sequence,
    state,
    states_of,
    survive_false_discovery,
)
from hotspots.analysis.usual import control_chart
from hotspots.errors import BadValue, NoData

GAP = np.nan
PARK_VIEW = [1, 2, 3, GAP, 3, 2, 2, 3, 2, 1, 3, 2, 5, 6, 8, 9, 10, 11, 14, 19, 15, 6, 4, 3, 2, 1, 0, 1, 0, 0]


def monthly(values, start="2016-03-01"):
    return pd.Series(values, index=pd.date_range(start, periods=len(values), freq="MS"), dtype=float)


def named(values, **options):
    series = monthly(values)
    return state(series, control_chart(series), **options)


@pytest.mark.parametrize(
    ("until", "word"),
    [
        ("2017-02-01", "steady"),
        ("2017-04-01", "steady"),
        ("2017-05-01", "new"),
        ("2017-06-01", "growing"),
        ("2017-10-01", "growing"),
        ("2017-12-01", "fading"),
        ("2018-02-01", "fading"),
        ("2018-06-01", "quiet"),
        ("2018-08-01", "quiet"),
    ],
)
def test_park_view_month_by_month(until, word):
    series = monthly(PARK_VIEW).loc[:until]
    assert state(series, control_chart(series)) == word


def test_a_block_just_put_right_is_never_growing_new_or_steady():
    assert named([2] * 24 + [14] * 11 + [0]) == "fading"
    assert named([2] * 24 + [14] * 11 + [0, 0, 0]) == "quiet"


def test_returned_after_six_quiet_months():
    history = [2] * 12 + [12] * 4 + [3, 2, 1, 0, 1, 0, 0, 1]
    assert named([*history, 10]) == "returned"


def test_six_quiet_months_without_an_earlier_rise_are_no_return():
    assert named([2] * 12 + [0] * 8 + [10]) == "new"


def test_five_quiet_months_are_not_six():
    history = [2] * 12 + [12] * 4 + [3, 2, 2, 0, 1, 0, 0, 1]
    assert named([*history, 10]) == "growing"


def test_returned_after_an_intervention_ended():
    history = [2] * 12 + [12] * 4 + [3, 2, 3, 2]
    ended = pd.Timestamp("2017-07-01")
    assert named([*history, 12]) == "growing"
    assert named([*history, 12], intervention_ended=ended) == "returned"


def test_a_place_that_never_came_back_inside_has_not_returned():
    assert named([2] * 12 + [12, 14, 15, 16], intervention_ended=pd.Timestamp("2017-05-01")) == "growing"


def test_above_its_range_yet_falling_is_fading():
    assert named([2] * 14 + [30] * 5 + [10]) == "fading"


def test_below_its_range_is_fading():
    assert named([40, 42, 38, 41, 39, 40, 40, 43, 40, 41, 38, 42, 15]) == "fading"


def test_a_seasonal_fall_is_not_fading():
    season = [40, 40, 60, 80, 100, 120, 120, 120, 90, 60, 40, 40]
    series = monthly(season * 4 + season[:11], "2013-01-01")
    assert state(series, control_chart(series)) == "steady"


def test_a_gap_breaks_quiet_months():
    assert named([2] * 12 + [1, GAP, 0]) == "steady"
    assert named([2] * 12 + [1, 0, 0]) == "quiet"


def test_a_last_month_not_received_leaves_the_state_of_the_month_before():
    assert named([2] * 14 + [12, GAP]) == "new"


def test_too_short_a_series_has_no_state():
    with pytest.raises(NoData, match="six earlier"):
        named([2, 3, 4])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 25), st.just(GAP)), min_size=14, max_size=30))
def test_the_words_agree_with_the_last_known_month(counts):
    series = monthly(counts)
    chart = control_chart(series)
    judged = chart[chart["n"].notna() & chart["high"].notna()]
    if judged.empty:
        return
    word = state(series, chart)
    assert word in STATES
    if word in RISEN:
        assert judged["outside"].iloc[-1] == "above"
    if word in ("steady", "quiet"):
        assert judged["outside"].iloc[-1] != "above"


def test_a_fixed_share_of_unchanged_places_rises_by_luck_and_few_stand_out():
    generator = np.random.default_rng(11)
    charts = {f"P{i}": control_chart(monthly(generator.poisson(4, 20))) for i in range(120)}
    words = states_of(charts)
    assert words["state"].isin(RISEN).mean() < 0.015
    assert words["stands_out"].sum() <= 1
    assert (words["state"] == "fading").mean() < 0.05


def test_a_true_rise_stands_out_among_many_places():
    generator = np.random.default_rng(11)
    charts = {f"P{i}": control_chart(monthly(generator.poisson(4, 20))) for i in range(100)}
    charts["risen"] = control_chart(monthly([*generator.poisson(4, 19), 18]))
    charts["short"] = control_chart(monthly([3, 4]))
    words = states_of(charts).set_index("place_id")
    assert words.loc["risen", "stands_out"]
    assert words.loc["risen", "state"] == "new"
    assert words["state"].isna().sum() == 1 and not words.loc["short", "stands_out"]


def test_benjamini_hochberg_1995_example():
    """The fifteen p-values of section 3.2: four survive at 0.05."""
    p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    assert survive_false_discovery(pd.Series(p)).sum() == 4
    assert survive_false_discovery(pd.Series([*p, np.nan])).sum() == 4


@pytest.mark.parametrize(
    ("sequence", "word"),
    [
        ("...........H", "new"),
        (".........HHH", "consecutive"),
        ("HHHHHHHHHHH.", "historical"),
        (".H..H.H..H.H", "sporadic"),
        (".H..H.H..H..", "none"),
        ("CC.........H", "oscillating"),
        (".....H......", "none"),
    ],
)
def test_emerging_hot_spot_sequences(sequence, word):
    assert classify_sequence(sequence) == word


@pytest.mark.parametrize(
    ("sequence", "scores", "word"),
    [
        (".HHHHHHHHHHH", range(12), "intensifying"),
        ("HHHHHHHHHHHH", [4] * 12, "persistent"),
        ("HHHHHHHHHHHH", range(12, 0, -1), "diminishing"),
    ],
)
def test_emerging_hot_spots_that_are_nearly_always_hot(sequence, scores, word):
    assert classify_sequence(sequence, scores=list(scores)) == word
    assert classify_sequence(sequence) == "persistent"


def test_a_sequence_of_other_letters_is_refused():
    with pytest.raises(BadValue):
        classify_sequence("HXH")
