"""The audit finds what a reader of the tables could find, and nothing that he could not."""

import numpy as np
import pandas as pd
import pytest

from hotspots.release import audit as module
from hotspots.release.audit import APART, SAME, Recoverable, audit, require_safe
from hotspots.release.partition import ALL, memberships, merged
from hotspots.release.rounding import (
    FEWER,
    NO_DATA,
    SUPPRESSED,
    bounds_of,
    number_of,
    percentage,
    shown,
    warrants_revision,
)

Q = [pd.Timestamp("2016-01-01") + pd.DateOffset(months=3 * i) for i in range(9)]


def figures(*rows: tuple) -> pd.DataFrame:
    """Rows (area, first quarter, quarter after the last, kind, shown), with a version as sixth if not 1."""
    made = [(r[5] if len(r) > 5 else 1, r[0], Q[r[1]], Q[r[2]], r[3], r[4]) for r in rows]
    return pd.DataFrame(made, columns=["version", "area", "start", "end", "kind", "shown"])


WARD = [("district:m", "ward:a"), ("district:m", "ward:b")]


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, FEWER), (4, FEWER), (5, "about 5"), (7, "about 5"), (8, "about 10"), (1202, "about 1,200")],
)
def test_a_count_becomes_the_words_of_the_rule(count, words):
    assert shown(count) == words


def test_the_words_allow_exactly_the_counts_that_give_them():
    for count in range(200):
        low, high = bounds_of(shown(count))
        assert [n for n in range(210) if shown(n) == shown(count)] == list(range(int(low), int(high) + 1))


def test_words_that_no_release_uses_are_refused():
    for words in ("7", "about 7", "0", "", "about"):
        with pytest.raises(ValueError):
            bounds_of(words)


def test_no_percentage_on_a_base_under_twenty_or_a_hidden_number():
    assert percentage("about 10", "about 15") is None
    assert percentage(FEWER, "about 50") is None
    assert percentage("about 10", SUPPRESSED) is None
    assert percentage("about 10", "about 20") == 50
    assert number_of("about 20") == 20


def test_a_released_figure_is_revised_only_for_five_more_than_it_allowed():
    assert not warrants_revision("about 10", 16)  # 12 may have been true: a change of 4
    assert warrants_revision("about 10", 17)
    assert not warrants_revision(FEWER, 8)
    assert warrants_revision(FEWER, 9)
    assert not warrants_revision(SUPPRESSED, 900)
    assert warrants_revision(NO_DATA, 0)


def test_a_hidden_cell_in_a_wide_total_is_safe():
    table = figures(("ward:a", 0, 1, "x", FEWER), ("ward:a", 0, 1, "y", "about 40"), ("ward:a", 0, 1, ALL, "about 45"))
    assert audit(table, WARD).safe


def test_a_total_less_its_parts_is_found():
    """8 to 12 in all, 5 to 7 of kind y: kind x must be between 1 and 4 if there is no other kind."""
    table = figures(
        ("ward:a", 0, 1, "x", FEWER),
        ("ward:a", 0, 1, "y", "about 5"),
        ("ward:a", 0, 1, "z", FEWER),
        ("ward:a", 0, 1, ALL, "about 5"),
    )
    found = audit(table, WARD)
    assert not found.safe
    assert {(w.low, w.high) for w in found.weak} == {(0, 2)}
    with pytest.raises(Recoverable, match="could be worked out"):
        require_safe(table, WARD)


def test_quarters_less_their_year_are_found():
    table = figures(*(("ward:a", q, q + 1, ALL, FEWER) for q in range(4)), ("ward:a", 0, 4, ALL, "about 15"))
    found = audit(table, WARD)
    assert {(w.low, w.high) for w in found.weak} == {(1, 4)}


def test_wards_less_their_district_are_found():
    table = figures(
        ("ward:a", 0, 1, ALL, FEWER), ("ward:b", 0, 1, ALL, "about 5"), ("district:m", 0, 1, ALL, "about 5")
    )
    assert [(w.low, w.high) for w in audit(table, WARD).weak] == [(0, 2)]


def test_a_place_inside_its_ward_is_found():
    cells = [("district:m", "ward:a"), ("district:m", "ward:a", "place:1")]
    table = figures(("ward:a", 0, 2, ALL, "about 10"), ("place:1", 0, 2, ALL, "about 10"))
    assert audit(table, cells).safe, "the rest of the ward may hold 0 to 4"
    table = figures(("ward:a", 0, 2, ALL, "about 5"), ("place:1", 0, 2, ALL, "about 5"))
    assert {(w.low, w.high) for w in audit(table, cells).weak} == {(0, 2)}


def test_one_free_window_is_found():
    """A window of one's own choosing differs from a released one by a quarter, and gives it away."""
    table = figures(("ward:a", 0, 2, ALL, "about 10"), ("ward:a", 1, 3, ALL, FEWER))
    assert audit(table, WARD).safe
    table = pd.concat([table, figures(("ward:a", 0, 3, ALL, "about 15"))], ignore_index=True)
    assert (1, 4) in {(w.low, w.high) for w in audit(table, WARD).weak}


def test_two_releases_are_taken_together():
    """A quarter hidden in one release and told by the year less the rest in the next."""
    first = figures(*(("ward:a", q, q + 1, ALL, "about 10") for q in range(3)), ("ward:a", 3, 4, ALL, FEWER))
    assert audit(first, WARD).safe
    both = pd.concat([first, figures(("ward:a", 0, 4, ALL, "about 25", 2))], ignore_index=True)
    found = audit(both, WARD)
    assert found.assumptions == (SAME,)
    assert {w.what[:11] for w in found.weak} == {"all reports"}
    assert {(w.low, w.high) for w in found.weak} == {(0, 3)}


def test_releases_that_contradict_each_other_are_taken_for_late_reports():
    table = figures(("ward:a", 0, 1, ALL, FEWER), ("ward:a", 0, 1, ALL, "about 30", 2))
    found = audit(table, WARD)
    assert found.safe
    assert found.assumptions == (module.ADDED,)
    fewer_now = figures(("ward:a", 0, 1, ALL, "about 30"), ("ward:a", 0, 1, ALL, FEWER, 2))
    assert audit(fewer_now, WARD).assumptions == (APART,)


def test_tables_that_contradict_themselves_are_refused():
    table = figures(("ward:a", 0, 1, "x", "about 40"), ("ward:a", 0, 1, "y", FEWER), ("ward:a", 0, 1, ALL, "about 10"))
    assert not audit(table, WARD).safe


def test_no_data_tells_nothing_and_suppressed_is_still_watched():
    alone = figures(("ward:a", 0, 1, ALL, NO_DATA))
    assert audit(alone, WARD).tried == 0
    table = figures(
        ("ward:a", 0, 1, "x", SUPPRESSED), ("ward:a", 0, 1, "y", "about 5"), ("ward:a", 0, 1, ALL, "about 5")
    )
    assert not audit(table, WARD).safe


def test_bounds_hold_the_true_counts_and_equal_full_enumeration():
    """Every whole solution of a small table, counted out by hand, gives the intervals of the audit."""
    random = np.random.default_rng(5)
    for _ in range(15):
        true = random.integers(0, 7, size=(2, 2))
        table = figures(
            *(("ward:a", q, q + 1, kind, shown(true[q, k])) for q in range(2) for k, kind in enumerate("xy")),
            *(("ward:a", 0, 2, kind, shown(true[:, k].sum())) for k, kind in enumerate("xy")),
        )
        weak = {(w.what.split(",")[0], w.what.split()[1][:7]): (w.low, w.high) for w in audit(table, WARD).weak}
        expected = {key: ends for key, ends in enumerated(true).items() if ends[1] - ends[0] < 4}
        assert set(weak.values()) == set(expected.values())
        for (kind, _month), (low, high) in weak.items():
            assert any(low <= n <= high for n in true[:, "xy".index(kind)])


def enumerated(true: np.ndarray) -> dict:
    """Least and greatest value of each hidden cell over all tables that would have been released alike."""
    span = [np.arange(int(bounds_of(shown(n))[0]), int(bounds_of(shown(n))[1]) + 1) for n in true.ravel()]
    grid = np.stack(np.meshgrid(*span, indexing="ij"), axis=-1).reshape(-1, 2, 2)
    for k in range(2):
        low, high = bounds_of(shown(true[:, k].sum()))
        sums = grid[:, :, k].sum(axis=1)
        grid = grid[(sums >= low) & (sums <= high)]
    return {
        (q, k): (grid[:, q, k].min(), grid[:, q, k].max())
        for q in range(2)
        for k in range(2)
        if shown(true[q, k]) == FEWER
    }


def test_counts_that_no_figure_tells_apart_are_one_cell():
    table = figures(("ward:a", 0, 4, ALL, "about 50"), ("ward:a", 0, 4, "x", "about 20"))
    assert merged(memberships(table, WARD)).shape == (2, 2)
