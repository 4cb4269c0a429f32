"""The order of a meeting: every item once, area by area where an item is about areas."""

import pandas as pd

from hotspots.pipeline.register import case_reviews
from hotspots.views.sentences import case_review_line
from pages.parts.meeting import STEPS, WALKED, areas_of, stops
from tests.pipeline import small_town as town


def table(*states: str) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"H{i}" for i in range(len(states))], "state": states})


def test_the_keys_walk_through_every_item_in_the_order_of_the_agenda():
    walk = stops(table("steady", "growing", "quiet"))
    assert walk == [
        ("late", None), ("rising", "H1"), ("all", "H0"), ("all", "H1"), ("all", "H2"), ("assess", None), ("new", None),
    ]  # fmt: skip
    assert list(dict.fromkeys(step for step, _ in walk)) == list(STEPS)


def test_an_item_without_areas_is_still_a_stop_and_a_long_list_is_cut():
    assert stops(table())[1:3] == [("rising", None), ("all", None)]
    assert sum(step == "all" for step, _ in stops(table(*["steady"] * 30))) == WALKED


def test_new_and_rising_are_those_that_are_new_growing_or_back():
    assert areas_of("rising", table("new", "steady", "returned", "fading"))["id"].tolist() == ["H0", "H2"]


def test_the_case_review_is_a_count_with_its_source_and_names_nobody():
    assert case_review_line(1).startswith("ASB Case Review: 1 address has two or more residents' reports")
    assert "statutory guidance, September 2025" in case_review_line(118) and "no address" in case_review_line(0)


def test_sources_without_addresses_give_no_all_clear_of_the_asb_case_review(tmp_path):
    store = town.store_of(tmp_path, town.background(), precision="snapped")
    assert case_reviews(store, districts=(), on=town.NOW.date()) == (None, 0)
    store.close()
    assert "cannot be told" in case_review_line(None) and "no address has" not in case_review_line(None)
