"""An attacker who holds everything ever released, with a solver of his own, recovers no small cell.

He shares no code with the audit: he reads the published file, knows the map (which ward lies in which
district, which place in which ward) and the calendar, takes one unknown whole number for every ward, month
and kind, and asks a solver for the least and the greatest count of every cell he wants. Every table that
the solver hands back in keeping with all that was released tells him about all cells at once, so he first
asks for many cells together, high and low in turn, and gives a cell up as soon as two tables differ by four in it.
"""

import sqlite3
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from hotspots.release import publishing
from hotspots.release.audit import Recoverable, audit
from hotspots.release.partition import ALL
from hotspots.release.publishing import publish
from hotspots.release.rounding import shown
from hotspots.release.suppression import suppress
from hotspots.release.tally import GROUP_OF, GROUPS
from hotspots.store.published import read_published
from tests.release import towns
from tests.release.towns import AT, DRAWN, HELD, QUAY_AFTER, QUAY_BEFORE, TODAY

ENOUGH = 4
"""A count that may be any of five numbers is not recovered."""
KINDS = (*GROUPS, "not shown")
MONTHS = [pd.Timestamp(m) for m in HELD.months()]


class Attacker:
    """One unknown for each part of the map, month and kind; a pair of limits for each released figure."""

    def __init__(self, path, parts: list[tuple[str, ...]], months: list[pd.Timestamp] = MONTHS) -> None:
        self.parts, self.months = parts, months
        with sqlite3.connect(path) as connection:
            self.rows = connection.execute('SELECT area, start, "end", kind, shown FROM figure').fetchall()
        told = [(self.sum_of(*row[:4]), self.limits(row[4])) for row in self.rows if row[4] != "no data"]
        self.matrix = sparse.vstack([sparse.csr_matrix(sum_) for sum_, _ in told]).tocsr()
        self.low, self.high = np.array([limits for _, limits in told]).T

    def sum_of(self, area: str, start: str, end: str, kind: str) -> np.ndarray:
        """Which unknowns a figure adds up, as he understands its heading."""
        part = np.array([area in part for part in self.parts])
        month = np.array([pd.Timestamp(start) <= m < pd.Timestamp(end) for m in self.months])
        wanted = np.array([kind in (k, "all reports") for k in KINDS])
        return (part[:, None, None] & month[:, None] & wanted).ravel().astype(float)

    @staticmethod
    def limits(words: str) -> tuple[float, float]:
        """What the words allow, from the note at the foot of the page."""
        if words == "suppressed":
            return 0, np.inf
        if words == "fewer than 5":
            return 0, 4
        number = int(words.removeprefix("about ").replace(",", ""))
        return max(number - 2, 5), number + 2

    def hidden(self) -> list[np.ndarray]:
        """The sums of all figures that show no number."""
        return [self.sum_of(*row[:4]) for row in self.rows if row[4] in ("fewer than 5", "suppressed")]

    def ranges(self, cells: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Least and greatest value that he found for each cell; what he found four apart he leaves at that."""
        wanted = sparse.csr_matrix(np.array(cells))
        known, sums = self.as_one(wanted)
        limits = LinearConstraint(known, self.low, self.high)
        ends = np.full(len(cells), np.inf), np.full(len(cells), -np.inf)

        def look(objective: np.ndarray) -> None:
            table = milp(objective, constraints=limits, integrality=1, bounds=Bounds(0, 1e6)).x
            assert table is not None, "the released tables contradict each other"
            values = sums @ np.round(table)
            np.minimum(ends[0], values, out=ends[0])
            np.maximum(ends[1], values, out=ends[1])

        random, signs = np.random.default_rng(1), np.ones(len(cells))
        while np.any(signs):
            before = np.sum(ends[1] - ends[0] < ENOUGH)
            for sign in (1, -1):
                look(sign * (sums.T @ signs))
            near = ends[1] - ends[0] < ENOUGH
            helped = before - near.sum() > 0.1 * before
            signs = near * random.choice([-1, 1], size=len(cells)) if helped else np.zeros(len(cells))
        for i in range(len(cells)):
            for sign in (1, -1):
                if ends[1][i] - ends[0][i] < ENOUGH:
                    look(sign * sums[[i]].toarray().ravel())
        return ends

    def as_one(self, wanted: sparse.csr_matrix) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Released sums and wanted sums, with one unknown for all that only ever occur together."""
        both = sparse.vstack([self.matrix, wanted]).tocsc()
        both.sort_indices()
        rows = [both.indices[a:b].tobytes() for a, b in zip(both.indptr, both.indptr[1:], strict=False)]
        kept = both[:, sorted({row: i for i, row in enumerate(rows)}.values())].tocsr()
        return kept[: self.matrix.shape[0]], kept[self.matrix.shape[0] :]


def truth(counts: pd.DataFrame, parts: list[tuple[str, ...]]) -> np.ndarray:
    """The true counts in the order of the attacker's unknowns."""
    made = np.zeros((len(parts), len(MONTHS), len(KINDS)))
    for row in counts.itertuples():
        part = parts.index((f"district:{row.district}", f"ward:{row.district}/{row.ward}", *row.areas))
        made[part, MONTHS.index(row.month), KINDS.index(GROUP_OF.get(row.category, "not shown"))] += row.n
    return made.ravel()


def recovered(attacker: Attacker, cells: list[np.ndarray], true: np.ndarray) -> list[tuple[float, float, float]]:
    """What he gets to fewer than five values of, as (true count, least, greatest): hidden figures and small cells."""
    assert np.all(attacker.low <= attacker.matrix @ true), "his own view of the tables is wrong"
    assert np.all(attacker.matrix @ true <= attacker.high), "his own view of the tables is wrong"
    tried = [*attacker.hidden(), *[sum_ for sum_ in cells if sum_ @ true <= 4]]
    counts = np.array(tried) @ true
    low, high = attacker.ranges(tried)
    found = high - low < ENOUGH
    assert np.all((low <= counts)[found] & (counts <= high)[found]), "the solver is wrong"
    return list(zip(counts[found], low[found], high[found], strict=True))


def released(path, counts, **changes):
    """Publish as on an ordinary day."""
    return publish(counts, **({"held": HELD, "path": path, "at": AT, "today": TODAY} | changes))


def quarter_cells(attacker: Attacker, wards: list[str]) -> list[np.ndarray]:
    """Every ward × quarter × kind, those never shown included."""
    starts = [m for m in attacker.months if m.month % 3 == 1]
    wanted = product(wards, starts, KINDS)
    return [attacker.sum_of(ward, start, start + pd.DateOffset(months=3), kind) for ward, start, kind in wanted]


def month_cells(attacker: Attacker, areas: list[str]) -> list[np.ndarray]:
    """Every area × month, all kinds together."""
    return [attacker.sum_of(a, m, m + pd.DateOffset(months=1), ALL) for a, m in product(areas, attacker.months)]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "hub-published.sqlite"


WARDS = [f"ward:Mere/Ward {i}" for i in range(3)]
PARTS = [("district:Mere", ward) for ward in WARDS]


def test_no_small_cell_of_a_small_town_is_recovered(file):
    counts = towns.town(mean=1.5, seed=2)
    summary = released(file, counts)
    assert summary.fewer > 100
    assert summary.suppressed > 0, "the town must need secondary suppression, or the test shows nothing"
    attacker = Attacker(file, PARTS)
    true = truth(counts, PARTS)
    cells = quarter_cells(attacker, WARDS)
    assert sum(float(c @ true) <= 4 for c in cells) > 60
    assert recovered(attacker, cells, true) == []


def test_the_same_tables_without_suppression_are_recovered(file, monkeypatch):
    """Mutation: with neither suppression nor audit the attacker wins, so the test above can fail."""
    counts = towns.town(mean=1.5, seed=2)
    monkeypatch.setattr(publishing, "suppress", lambda _released, new, _cells: new)
    with pytest.raises(Recoverable):
        released(file, counts)
    monkeypatch.setattr(publishing, "require_safe", lambda figures, cells: audit(figures, cells, rounds=1))
    weak = released_and_audited(file, counts)
    attacker = Attacker(file, PARTS)
    true = truth(counts, PARTS)
    assert weak
    assert recovered(attacker, quarter_cells(attacker, WARDS), true)


def released_and_audited(file, counts):
    """Release in spite of everything, and what the audit says of the file."""
    released(file, counts)
    return audit(read_published(file).figures, PARTS, rounds=1).weak


def test_two_releases_together_give_no_cell_away(file):
    counts = towns.town(mean=1.5, seed=2)
    released(file, counts, today=TODAY.replace(month=2))
    released(file, counts, last_version=1)
    attacker = Attacker(file, PARTS)
    assert len({row[1] for row in attacker.rows}) > 8
    assert recovered(attacker, quarter_cells(attacker, WARDS), truth(counts, PARTS)) == []


def test_the_ward_less_its_place_gives_no_cell_away(file):
    counts = towns.with_place(towns.town(mean=1.5, seed=2), before=QUAY_BEFORE, after=QUAY_AFTER)
    outcome = towns.outcome(QUAY_BEFORE, QUAY_AFTER)
    assert not released(file, counts, places=[outcome], drawn=DRAWN).refused
    parts = [*PARTS, *[(*PARTS[0], area) for area in DRAWN]]
    attacker, true = Attacker(file, parts), truth(counts, parts)
    months = month_cells(attacker, ["place:1"])
    windows = [attacker.sum_of("place:1", "2018-03-01", "2018-09-01", kind) for kind in (ALL, *GROUPS)]
    rest = quarter_cells(attacker, WARDS[:1])
    place = np.array(["place:1" in part for part in parts]).repeat(len(MONTHS) * len(KINDS))
    assert recovered(attacker, [*months, *windows, *[r * ~place for r in rest]], true) == []


def test_a_free_filter_is_caught():
    """Mutation: one figure for a window of one's own choosing, and the audit refuses."""
    counts = np.array([6, 5, 1, 9])
    quarters = [pd.Timestamp(2017, m, 1) for m in (1, 4, 7, 10)] + [pd.Timestamp(2018, 1, 1)]
    spans = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]
    rows = [(1, "ward:m/a", quarters[a], quarters[b], ALL, shown(counts[a:b].sum())) for a, b in spans]
    table = pd.DataFrame(rows, columns=["version", "area", "start", "end", "kind", "shown"])
    assert audit(table, [("ward:m/a",)]).safe
    free = table.head(1).assign(start=quarters[0], end=quarters[3], shown=shown(counts[:3].sum()))
    free_too = table.head(1).assign(start=quarters[1], end=quarters[3], shown=shown(counts[1:3].sum()))
    assert not audit(pd.concat([table, free, free_too], ignore_index=True), [("ward:m/a",)]).safe


def random_table(seed: int) -> pd.DataFrame:
    """A year of quarters × two kinds of one ward, with every total, from a ward that hardly reports."""
    random = np.random.default_rng(seed)
    counts = random.poisson(random.gamma(0.8, random.uniform(1, 8), size=2), size=(4, 2))
    quarters = [pd.Timestamp(2017, m, 1) for m in (1, 4, 7, 10)] + [pd.Timestamp(2018, 1, 1)]
    rows = []
    for start, end in [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]:
        x, y = counts[start:end].sum(axis=0)
        for kind, n in (("x", x), ("y", y), (ALL, x + y)):
            rows.append((1, f"ward:{seed}", quarters[start], quarters[end], kind, shown(n), ""))
    return pd.DataFrame(rows, columns=["version", "area", "start", "end", "kind", "shown", "pair"])


def test_two_hundred_random_tables_are_made_safe_and_most_needed_it():
    """Tables that share nothing, forty published at once."""
    needed, kept = 0, []
    for first in range(0, 200, 40):
        tables = [random_table(seed) for seed in range(first, first + 40)]
        table = pd.concat(tables, ignore_index=True)
        cells = [(f"ward:{seed}",) for seed in range(first, first + 40)]
        safe = suppress(table.iloc[:0], table, cells)
        assert audit(safe, cells).safe
        changed = (safe["shown"] != table["shown"]).to_numpy()
        assert (safe.loc[changed, "shown"] == "suppressed").all()
        needed += len(np.unique(np.flatnonzero(changed) // len(tables[0])))
        kept.append(1 - changed.mean())
    assert needed > 50
    assert np.mean(kept) > 0.5, "a table of nothing would be safe as well"
