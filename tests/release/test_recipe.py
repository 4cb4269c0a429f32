"""What a release says it was made from: enough to find the files again, too little to find a person."""

import pandas as pd

from hotspots.release.recipe import fingerprint, recipe_as_json, recipe_from_json, recipe_of
from hotspots.views.recipe_words import NOT_RECORDED, recipe_line, sources_in_few

FILES = pd.DataFrame(
    [
        ("Flat 9 Park View.csv", "housing", "2018-09-02T08:00:00", "ab" * 32, 19, "2017-05-01", "2018-02-01"),
        ("2018-01-essex-street.csv", "police.uk", "2018-09-01T08:00:00", "cd" * 32, 900, "2018-01-01", "2018-01-01"),
        ("2017-12-essex-street.csv", "police.uk", "2018-09-01T08:00:00", "ef" * 32, 800, "2017-12-01", "2017-12-01"),
    ],
    columns=["file", "source", "at", "sha256", "n", "first", "last"],
).assign(first=lambda f: pd.to_datetime(f["first"]), last=lambda f: pd.to_datetime(f["last"]))


def test_it_counts_files_and_names_none_and_a_small_source_has_no_years():
    recipe = recipe_of(FILES, key="a store")
    text = recipe_as_json(recipe)
    assert not [word for word in ("Flat", "essex", "csv", "abab", "cdcd", "efef", "900", "19") if word in text]
    assert [(s.source, s.files, s.first, s.last) for s in recipe.sources] == [
        ("housing", 1, None, None),
        ("police.uk", 2, 2017, 2018),
    ]
    assert recipe_from_json(text) == recipe


def test_the_sentence_gives_years_to_each_source_or_once_to_all():
    recipe = recipe_of(FILES, key="")
    assert recipe_line(recipe) == (
        "Made from files of housing (1) and police.uk (2, 2017 to 2018). "
        f"To check it, quote {recipe.fingerprint} (community-safety-hub {recipe.program})."
    )
    alone = recipe_of(FILES.iloc[1:2], key="")
    assert recipe_line(alone).startswith("Made from files of police.uk (1), reports of 2018. ")


def test_many_sources_are_counted_at_the_foot_of_a_sheet():
    assert sources_in_few(["housing", "police.uk"]) == "housing, police.uk"
    assert sources_in_few([f"log of district {n}" for n in range(9)]) == "9 sources, named at the end"


def test_an_older_release_says_that_nothing_was_recorded():
    assert recipe_from_json("") is None
    assert recipe_line(None) == NOT_RECORDED


def test_the_fingerprint_is_of_the_content_and_of_the_store():
    hashes = list(FILES["sha256"])
    mine = fingerprint(hashes, key="mine")
    assert mine == fingerprint([*reversed(hashes), hashes[0]], key="mine")
    others = {fingerprint(hashes[1:], key="mine"), fingerprint(hashes, key="yours"), fingerprint(hashes)}
    assert len(others) == 3 and mine not in others
