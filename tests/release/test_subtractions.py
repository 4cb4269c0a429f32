"""Attacks with pencil and paper, each by its name: a total less its parts, by period, by area and by kind.

No solver and nothing of the audit: every figure is taken for the range its words allow, every total of the released
file is set against every set of parts that fills it, and what is left of a hidden part must stay wide open. The same
tables without secondary suppression fall to each of the three.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from hotspots.release import publishing
from hotspots.release.audit import audit
from hotspots.release.partition import ALL
from hotspots.release.publishing import publish
from hotspots.release.tally import GROUPS
from hotspots.store.published import read_published
from tests.release import towns
from tests.release.test_attacks import PARTS, WARDS, Attacker, month_cells, quarter_cells, recovered, truth
from tests.release.towns import AT, CATEGORY, DRAWN, HELD, TODAY

Sum = tuple[str, list[str]]
"""Words of a total and of all the parts that fill it."""


def by_period(figures: pd.DataFrame) -> Iterator[Sum]:
    """A year and its quarters, of one area and kind."""
    for _, own in figures.groupby(["area", "kind"]):
        length = (own["end"] - own["start"]).dt.days
        for year in own[length > 300].itertuples():
            inside = own[(length < 100) & (own["start"] >= year.start) & (own["end"] <= year.end)]
            if len(inside) == 4:
                yield year.shown, inside["shown"].tolist()


def by_area(figures: pd.DataFrame) -> Iterator[Sum]:
    """A district and its wards, of one period and kind."""
    for _, own in figures.groupby(["start", "end", "kind"]):
        words = own.set_index("area")["shown"]
        yield words["district:Mere"], [words[ward] for ward in WARDS]


def by_kind(figures: pd.DataFrame) -> Iterator[Sum]:
    """All reports and the kinds: what is in no kind shown is one more part, which nobody is told."""
    for _, own in figures.groupby(["area", "start", "end"]):
        words = own.set_index("kind")["shown"]
        yield words[ALL], [*words[list(GROUPS)], "suppressed"]


SUBTRACTIONS = {"periods": by_period, "areas": by_area, "kinds": by_kind}


def left_over(total: str, parts: list[str]) -> Iterator[tuple[float, float]]:
    """Least and greatest value of each hidden part, from the total and the other parts alone."""
    ranges = np.array([Attacker.limits(words) for words in parts])
    least, most = Attacker.limits(total)
    for i, words in enumerate(parts):
        if not words.startswith("about"):
            others = np.delete(ranges, i, axis=0).sum(axis=0)
            yield max(ranges[i][0], least - others[1]), min(ranges[i][1], most - others[0])


def won(figures: pd.DataFrame, how: str) -> list[tuple[float, float]]:
    """Hidden counts that a subtraction leaves fewer than five values for."""
    found = [range_ for total, parts in SUBTRACTIONS[how](figures) for range_ in left_over(total, parts)]
    assert len(found) > 20, "nothing was hidden, so nothing was attacked"
    return [(low, high) for low, high in found if high - low < 4]


def figures_of(tmp_path, counts, **changes) -> pd.DataFrame:
    path = tmp_path / "hub-published.sqlite"
    publish(counts, **({"held": HELD, "path": path, "at": AT, "today": TODAY} | changes))
    return read_published(path).figures


@pytest.mark.parametrize("how", SUBTRACTIONS)
@pytest.mark.parametrize("seed", [2, 4])
def test_subtracting_gives_no_hidden_count_away(how, seed, tmp_path):
    assert won(figures_of(tmp_path, towns.town(mean=1.5, seed=seed)), how) == []


@pytest.mark.parametrize("how", SUBTRACTIONS)
def test_without_secondary_suppression_the_same_subtraction_wins(how, tmp_path, monkeypatch):
    """Mutation: small counts hidden by themselves, as one would think enough."""
    monkeypatch.setattr(publishing, "suppress", lambda _released, new, _cells: new)
    monkeypatch.setattr(publishing, "require_safe", lambda figures, cells: audit(figures.head(0), cells))
    # Kinds have a part that is never shown, so only a total that is itself small pins them: many small wards do.
    tables = [figures_of(tmp_path / str(seed), towns.town(mean=0.6, seed=seed)) for seed in range(6)]
    assert any(won(figures, how) for figures in tables)


SMALL = 1
"""Which of the three wards hardly reports anything."""


def lopsided(seed: int = 8) -> pd.DataFrame:
    """Two wards full of reports, and between them one with a handful a year."""
    random = np.random.default_rng(seed)
    rates = np.full((3, 1, len(CATEGORY) + 1), 20.0)
    rates[SMALL] = 0.12
    counts = random.poisson(np.broadcast_to(rates, (3, int(HELD.length_in_months), len(CATEGORY) + 1)))
    return towns.rows_of(
        counts, wards=["Ward 0", "Ward 1", "Ward 2"], categories=[*CATEGORY.values(), "Domestic abuse"]
    )


def test_a_small_ward_between_large_ones_stays_hidden(tmp_path):
    """District less the two large wards, each rounded: what is left is the small one, and must stay open."""
    counts = lopsided()
    figures = figures_of(tmp_path, counts)
    own = figures[figures["area"] == WARDS[SMALL]]
    assert own["shown"].isin(["fewer than 5", "suppressed"]).mean() > 0.9
    assert won(figures, "areas") == won(figures, "periods") == []
    attacker = Attacker(tmp_path / "hub-published.sqlite", PARTS)
    true = truth(counts, PARTS)
    cells = quarter_cells(attacker, [WARDS[SMALL]])
    assert sum(float(c @ true) <= 4 for c in cells) > 45
    assert recovered(attacker, cells, true) == []


@pytest.mark.parametrize("dwellings", [1, 7, None])
def test_the_hotspot_of_one_home_is_in_no_released_table(dwellings, tmp_path):
    """Fifty reports at one home, adopted as a place: no page, figure or name, and its ward does not give it away."""
    before, after = (5, 6, 8, 9, 10, 11), (2, 1, 0, 1, 0, 0)
    counts = towns.with_place(towns.town(mean=1.5, seed=2), before=before, after=after)
    home = towns.place(dwellings=dwellings, name="12 Quay Row")
    path = tmp_path / "hub-published.sqlite"
    outcome = towns.outcome(before, after, place=home)
    summary = publish(counts, held=HELD, path=path, at=AT, today=TODAY, places=[outcome], drawn=DRAWN)
    assert set(summary.refused) == {"12 Quay Row"}
    held = read_published(path)
    assert set(held.figures["area"]) == {"district:Mere", *WARDS}
    assert b"Quay" not in path.read_bytes() and held.pages.empty
    parts = [*PARTS, *[(*PARTS[0], area) for area in DRAWN]]
    attacker, true = Attacker(path, parts), truth(counts, parts)
    cells = month_cells(attacker, ["place:1"])
    assert recovered(attacker, cells, true) == []
    least, _ = attacker.ranges([sum(cells)])
    assert least == [0], "that nothing ever happened at the home must stay possible"
