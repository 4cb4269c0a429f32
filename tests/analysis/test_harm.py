"""Harm: a range, a version, ASB apart, never silently dropping what has no weight."""

import pandas as pd
import pytest

from hotspots.analysis.harm import harm_by, read_weights
from hotspots.errors import BadFile, BadFrame

TABLE = """category,low,high,version,source
Burglary,19,730,2020 sheet,Example index
Robbery,365,365,2020 sheet,Example index
Other theft,2,27.9,2020 sheet,Example index
"""


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.csv"
    path.write_text(TABLE, encoding="utf-8")
    return read_weights(path)


def incidents(**places):
    rows = [(place, category) for place, categories in places.items() for category in categories]
    return pd.DataFrame(rows, columns=["place_id", "category"])


def test_version_and_source_are_kept(weights):
    assert (weights.version, weights.source) == ("2020 sheet", "Example index")


def test_harm_is_a_range_and_asb_is_on_its_own_line(weights):
    made = incidents(A=["Burglary", "Anti-social behaviour", "anti-social behaviour"], B=["robbery"])
    harm = harm_by(made, weights).set_index("place_id")
    assert harm.loc["A", ["n", "asb", "weighed", "harm_low", "harm_high"]].tolist() == [3, 2, 1, 19, 730]
    assert harm.loc["B", ["harm_low", "harm_high"]].tolist() == [365, 365]


def test_a_block_of_asb_alone_is_first_by_count_and_last_by_harm(weights):
    made = incidents(Block=["Anti-social behaviour"] * 9, Shop=["Other theft"])
    harm = harm_by(made, weights).set_index("place_id")
    assert harm.index[0] == "Block"
    assert harm.loc["Block", ["rank_by_count", "rank_best", "rank_worst"]].tolist() == [1, 2, 2]


def test_ranges_that_overlap_share_a_range_of_ranks(weights):
    made = incidents(A=["Burglary"], B=["Robbery"], C=["Other theft"])
    harm = harm_by(made, weights).set_index("place_id")
    assert harm.loc["A", ["rank_best", "rank_worst"]].tolist() == [1, 3]
    assert harm.loc["B", ["rank_best", "rank_worst"]].tolist() == [1, 2]
    assert harm.loc["C", ["rank_best", "rank_worst"]].tolist() == [2, 3]


def test_a_category_without_a_weight_is_counted_as_unweighed(weights):
    harm = harm_by(incidents(A=["Drugs", "Robbery"]), weights)
    assert harm.loc[0, ["weighed", "unweighed"]].tolist() == [1, 1]


def test_an_equal_table_ranks_as_counts_do(tmp_path):
    path = tmp_path / "ones.csv"
    path.write_text("category,low,high,version,source\nx,1,1,1,us\n", encoding="utf-8")
    made = incidents(A=["x"] * 3, B=["x"] * 5, C=["x"])
    harm = harm_by(made, read_weights(path))
    assert (harm["rank_best"] == harm["rank_by_count"]).all()
    assert (harm["rank_worst"] == harm["rank_by_count"]).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("category,low,high\nx,1,1\n", "lacks version, source"),
        ("category,low,high,version,source\n", "lacks rows"),
        (TABLE.replace("19,730", "730,19"), "line 2"),
        (TABLE.replace("2,27.9", "two,27.9"), "line 4"),
        (TABLE.replace("Robbery", "burglary"), "line 3.*twice"),
        (TABLE.replace("2020 sheet", "2016", 1), "version must be"),
    ],
)
def test_a_wrong_table_says_where(tmp_path, text, message):
    path = tmp_path / "weights.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=message):
        read_weights(path)


def test_an_absent_file_and_column_are_said(tmp_path, weights):
    with pytest.raises(BadFile, match=r"none\.csv could not be read"):
        read_weights(tmp_path / "none.csv")
    with pytest.raises(BadFrame, match="ward"):
        harm_by(incidents(A=["x"]), weights, by=["ward"])
