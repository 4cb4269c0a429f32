"""Columns of a grid: every word is whole, in the fewest lines the room allows."""

import pandas as pd
import pytest

from hotspots.views import column_widths
from hotspots.views.column_widths import Letters, breadth, fit

LETTERS = Letters(em=14, edges=24)
ROWS = pd.DataFrame(
    {
        "Agency": ["Brineholt District Council, community safety", "Saltreach Homes"],
        "State": ["◷ ends in 18 days", "✕ expired"],
        "Law": ["in force (recheck)", "by agreement"],
        "Reports": [1_234, 5],
    }
)


def wide(text: str) -> float:
    return breadth(text) * LETTERS.em + LETTERS.edges


def test_a_row_has_one_line_where_the_room_allows():
    found = fit(ROWS, {"Agency": 400, "State": 150, "Law": 150, "Reports": 70}, letters=LETTERS, most_lines=4)
    assert found.lines == 1
    assert all(found.widths[name] >= wide(text) for name in ("Agency", "State", "Law") for text in ROWS[name])


def test_words_wrap_where_it_does_not_and_stay_within_the_room():
    hints = {"Agency": 160, "State": 110, "Law": 90, "Reports": 60}
    found = fit(ROWS, hints, letters=LETTERS, most_lines=4)
    assert found.lines > 1 and sum(found.widths.values()) <= sum(hints.values()) + 30
    assert found.widths["Law"] >= wide("agreement") and found.widths["Agency"] >= wide("community")
    assert found.widths["Reports"] >= wide("Reports"), "a head never wraps"


def test_a_sign_stays_with_its_word_and_a_date_in_one_line():
    rows = pd.DataFrame({"Status": ["■ Ended"], "When": ["28 Nov 2017 to 27 Feb 2018"]})
    found = fit(rows, {"Status": 20, "When": 20}, letters=LETTERS, most_lines=4)
    assert found.widths["Status"] >= wide("■ Ended") and found.widths["When"] >= wide("28 Nov 2017")


def test_what_can_be_spared_goes_before_rows_grow_tall_and_nothing_else_ever():
    hints = {"Agency": 110, "State": 90, "Law": 90, "Reports": 60}
    whole = fit(ROWS, hints, letters=LETTERS, most_lines=4)
    found = fit(ROWS, hints, letters=LETTERS, most_lines=4, spare=("Law", "State"))
    assert set(whole.widths) == set(hints), "without leave no column goes"
    assert "Law" not in found.widths and "Agency" in found.widths and found.lines <= whole.lines


def test_larger_letters_take_more_lines_in_the_same_room():
    hints = {"Agency": 330, "State": 140, "Law": 130, "Reports": 80}
    large = Letters(LETTERS.em * 1.3, LETTERS.edges * 1.3)
    small = fit(ROWS, hints, letters=LETTERS, most_lines=4)
    found = fit(ROWS, hints, letters=large, most_lines=4)
    assert small.lines < found.lines


def test_links_ticks_and_pictures_keep_their_width():
    rows = pd.DataFrame({"Text": ["https://www.legislation.gov.uk/" + "x" * 300], "Came": [True]})
    assert fit(rows, {"Text": 60, "Came": 90}, letters=LETTERS, most_lines=4).widths == {"Text": 60, "Came": 90}


@pytest.mark.parametrize("text", ["", "   ", None, float("nan")])
def test_empty_cells_need_no_room(text):
    rows = pd.DataFrame({"Note": [text]}, dtype=object)
    found = fit(rows, {"Note": 100}, letters=LETTERS, most_lines=4)
    assert found.lines == 1 and found.widths["Note"] >= column_widths._NARROWEST


def test_a_table_without_rows_has_room_for_its_heads():
    found = fit(ROWS.head(0), dict.fromkeys(ROWS, 10), letters=LETTERS, most_lines=4)
    assert found.widths["Agency"] >= wide("Agency")


def test_a_table_that_scrolls_sideways_anyway_takes_no_more_lines_than_its_words_need():
    rows = pd.DataFrame({"Source": ["council ASB log"], **{name: [0] for name in ("Quarantined", "Duplicates")}})
    found = fit(rows, dict.fromkeys(rows, 50), letters=LETTERS, most_lines=4)
    assert found.lines == 2 and sum(found.widths.values()) > 150
