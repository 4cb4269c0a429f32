"""Tables in plain words: what the link *Show as table* opens, and what a grid is on paper."""

import re

import pandas as pd
import pytest

from hotspots.release.disclosure import POLICIES
from hotspots.views.plain_tables import HEADINGS, as_html, as_read

BEHIND_CHARTS = (
    "trend", "parts of a trend", "states of parts", "coverage", "comparison", "comparison intervals",
    "months of a place", "months of a hotspot", "weeks of an area", "hours of a place", "parts of a place",
    "repeat locations", "routes by holder", "concentration",
)  # fmt: skip


@pytest.mark.parametrize("policy", BEHIND_CHARTS)
def test_every_column_behind_a_chart_has_a_heading_of_its_own(policy: str) -> None:
    columns = [c for c in POLICIES[policy].columns if c != "period"]
    heads = [HEADINGS.get(c, "") for c in columns]
    assert all(heads) and len(set(heads)) == len(heads)


def test_months_thousands_and_yes_are_words_and_what_is_the_same_is_said_once() -> None:
    table = pd.DataFrame(
        {
            "period": pd.to_datetime(["2021-01-01", "2021-02-01"]),
            "series": ["Tidewick", "Tidewick"],
            "n": [1234, 7],
            "low": [0.5, None],
            "outside": [True, False],
            "partial": [False, False],
            "last_year": [None, None],
        }
    )
    read = as_read(table)
    assert read.rows.to_dict("list") == {
        "Month": ["Jan\u00a02021", "Feb\u00a02021"],
        "Reports": ["1,234", "7"],
        "Range from": ["0.50", "–"],
        "Outside usual": ["yes", ""],
    }
    assert read.numbers["Reports"].tolist() == [1234, 7] and [*read.numbers] == ["Reports", "Range from"]
    assert read.same == "What: Tidewick"


def test_weeks_days_shares_and_changes() -> None:
    weeks = as_read(pd.DataFrame({"period": pd.to_datetime(["2021-01-04", "2021-01-11"]), "n": [1, 2]}))
    assert weeks.rows["Week from"].tolist() == ["4\u00a0Jan\u00a02021", "11\u00a0Jan\u00a02021"]
    hours = as_read(pd.DataFrame({"weekday": [0, 6], "hour": [3, 4], "n": [1, 2]}))
    assert hours.rows["Day"].tolist() == ["Mon", "Sun"] and [*hours.numbers] == ["Hour", "Reports"]
    changes = as_read(pd.DataFrame({"about": ["a", "b"], "change": [-0.5, 0.1], "low": [-0.75, -0.2]}))
    assert changes.rows["Change"].tolist() == ["-50%", "+10%"] and changes.rows["Range from"][0] == "-75%"
    ratios = as_read(pd.DataFrame({"series": ["a", "b"], "change": [0.95, 1.1], "change_low": [0.7, 0.9]}))
    assert ratios.rows["Change"].tolist() == ["0.95", "1.10"], "a trend's change is a ratio"
    assert as_read(pd.DataFrame({"place_share": [0.01], "by_chance": [0.034]})).rows["By luck alone"][0] == "3.4%"


def test_a_table_made_for_a_screen_keeps_its_headings_and_loses_its_pictures() -> None:
    made = pd.DataFrame({"Place": ["A", "A"], "Against usual": ["data:image/svg+xml;x"] * 2, "PAI": [1.5, 12.0]})
    read = as_read(made, trim=False)
    assert read.rows.to_dict("list") == {"Place": ["A", "A"], "PAI": ["1.50", "12"]}
    assert read.same == ""


def test_on_paper_a_cell_is_text_its_sign_stays_with_it_and_figures_stand_to_the_right() -> None:
    made = pd.DataFrame({"State": ["✕ Passed <b>", "a b"], "Reports": pd.Series([17.0, None], dtype=object)})
    written = as_html(as_read(made, trim=False), alt="Clocks' ends")
    assert "<td>✕\u00a0Passed &lt;b&gt;</td><td class='figure'>17</td>" in written
    assert "<td>a b</td><td class='figure'>–</td>" in written and "aria-label='Clocks&#x27; ends'" in written
    assert "<th scope='col'>State</th><th scope='col' class='figure'>Reports</th>" in written


def test_as_a_card_each_cell_bears_its_heading() -> None:
    made = pd.DataFrame({"What's <due>": ["a"], "Reports": [17.0]})
    written = as_html(as_read(made, trim=False), alt="Due", cards="beside")
    assert "<td data-head='What&#x27;s &lt;due&gt;'>a</td><td class='figure' data-head='Reports'>17</td>" in written
    assert written.startswith("<div class='cards beside' role='region' aria-label='Due' tabindex='0'><table ")


def test_a_moment_keeps_its_hour() -> None:
    moments = pd.DataFrame({"When": pd.to_datetime(["2026-01-01 09:30", "2026-01-01 00:00"])})
    assert as_read(moments).rows["When"].tolist() == [
        "1\u00a0Jan\u00a02026,\u00a009:30",
        "1\u00a0Jan\u00a02026,\u00a000:00",
    ]


def test_no_row_makes_no_row() -> None:
    assert as_read(pd.DataFrame({"series": [], "n": []})).rows.empty
    assert not re.search("_", "".join(HEADINGS.values()))
