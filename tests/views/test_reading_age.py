"""Outcome pages read like a newspaper: Flesch and Kincaid's grade, measured on every page of the published sample.

Grade = 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid, Fishburne, Rogers and Chissom 1975); the reading
age is about the grade plus five. Syllables are counted as groups of vowels, a silent e at the end left out: within a
tenth of a dictionary's on English prose. Names, months and numbers are the reader's own words and count as they stand.
"""

import re
from statistics import mean

import pytest

from hotspots.store.published import published_file, read_published
from hotspots.views.outcome_paper import titles_of, words_for

NEWSPAPER = 7.0
"""A reading age of about twelve."""


def syllables(word: str) -> int:
    spoken = re.sub(r"(?:[^laeiouy]es|[^l]e|ed)$", "", word.casefold())
    return max(1, len(re.findall(r"[aeiouy]+", spoken)))


def grade(text: str) -> float:
    """Flesch-Kincaid grade of English prose."""
    sentences = [s for s in re.split(r"[.?!](?:\s|$)", text) if s.strip()]
    words = re.findall(r"[A-Za-z][A-Za-z'-]*|\d[\d,]*", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * mean(map(syllables, words)) - 15.59


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("The cat sat on the mat. The dog ran to the door.", -2, 2),
        (
            "Quasi-likelihood estimation accommodates overdispersion, and the resulting confidence intervals "
            "incorporate additional variability attributable to heterogeneous reporting propensities.",
            16,
            40,
        ),
    ],
)
def test_the_measure_tells_a_primer_from_a_paper(text, low, high):
    assert low <= grade(text) <= high


def test_every_outcome_page_reads_like_a_newspaper(published_sample):
    held = read_published(published_file(str(published_sample / "sample.sqlite"))).current()
    titles = titles_of(held)
    grades = {}
    for area in titles:
        page = words_for(held, area, titles)
        grades[titles[area]] = grade(" ".join([*(t for _, t in page.parts), *(f"{q} {a}" for q, a in page.questions)]))
    assert len(grades) > 10
    assert max(grades.values()) <= NEWSPAPER, max(grades.items(), key=lambda item: item[1])
