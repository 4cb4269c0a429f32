"""This one against the rest: a season all have is no difference, a part of its own way is."""

import numpy as np
import pandas as pd
import pytest

from hotspots.analysis.beside import against_rest, unlike_the_rest

MONTHS = pd.date_range("2016-01-01", periods=36, freq="MS")
SEASON = 100 + 30 * np.sin(np.arange(36) * np.pi / 6)


def series(values) -> pd.Series:
    return pd.Series(np.asarray(values, dtype=float), index=MONTHS)


def test_a_part_that_moves_with_the_rest_is_as_expected_everywhere():
    rest = series(SEASON * 9)
    assert against_rest(series(SEASON), rest).to_numpy() == pytest.approx(SEASON)


def test_the_share_comes_from_before_the_last_twelve_months():
    part = series(np.r_[SEASON[:24], SEASON[24:] * 3])
    assert against_rest(part, series(SEASON * 9)).to_numpy() == pytest.approx(SEASON)


def test_a_gap_of_the_rest_is_a_gap_of_what_it_would_give():
    rest = series(SEASON)
    rest.iloc[5] = np.nan
    assert np.isnan(against_rest(series(SEASON), rest).iloc[5])


def drawn(seed: int, rise: float) -> pd.Series:
    rate = np.r_[np.full(24, 20.0), np.full(12, 20.0 * rise)]
    return series(np.random.default_rng(seed).poisson(rate))


def test_only_the_part_that_rose_is_called_unlike_and_its_interval_holds_the_truth():
    parts = {f"w{i}": drawn(i, 1.0) for i in range(8)} | {"rose": drawn(99, 1.8)}
    # A large steady town round them: else one riser alone makes every other fall beside the rest.
    total = sum(parts.values()) + series(np.random.default_rng(7).poisson(SEASON * 20))
    told = unlike_the_rest({n: (p, total - p) for n, p in parts.items()}).set_index("series")
    assert told["unlike"].to_dict() == {**dict.fromkeys([f"w{i}" for i in range(8)], ""), "rose": "more"}
    # The rest holds no rise: the ratio of changes is the rise itself.
    assert told.loc["rose", "change_low"] < 1.8 < told.loc["rose", "change_high"]


def test_a_month_missing_in_one_year_is_left_out_of_both():
    part, rest = drawn(1, 1.0), series(SEASON * 5)
    whole = unlike_the_rest({"a": (part, rest)})
    part.iloc[[30, 18]] = np.nan
    both = unlike_the_rest({"a": (part, rest)})
    one = part.copy()
    one.iloc[18] = 10_000
    assert both.loc[0, "change"] != whole.loc[0, "change"]
    assert unlike_the_rest({"a": (one, rest)}).loc[0, "change"] == both.loc[0, "change"]


def test_too_few_months_say_nothing():
    short = unlike_the_rest({"a": (drawn(1, 1.0).iloc[:20], series(SEASON).iloc[:20])})
    assert short["change"].isna().all() and short["unlike"].tolist() == [""]
