"""An attacker who holds everything ever released, with a solver of his own, recovers no small cell.

He shares no code with the audit: he reads the published file, knows the map (which ward lies in which
district, which place in which ward) and the calendar, takes one unknown for every ward, month and kind,
and asks a linear programme for the least and the greatest count of every cell he wants.
"""

import sqlite3
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import linprog

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

    def bounds(self, sum_: np.ndarray) -> tuple[float, float]:
        """Least and greatest value of a sum of unknowns in keeping with all that was released."""
        limits = sparse.vstack([self.matrix, -self.matrix])
        right = np.r_[self.high, -self.low]
        known = np.isfinite(right)
        ends = []
        for sign in (1, -1):
            found = linprog(sign * sum_, A_ub=limits.tocsr()[known], b_ub=right[known], bounds=(0, 1e6))
            assert found.status == 0, "the released tables contradict each other"
            ends.append(sign * found.fun)
        return np.ceil(ends[0] - 1e-6), np.floor(ends[1] + 1e-6)


def truth(counts: pd.DataFrame, parts: list[tuple[str, ...]]) -> np.ndarray:
    """The true counts in the order of the attacker's unknowns."""
    made = np.zeros((len(parts), len(MONTHS), len(KINDS)))
    for row in counts.itertuples():
        part = parts.index((f"district:{row.district}", f"ward:{row.district}/{row.ward}", *row.areas))
        made[part, MONTHS.index(row.month), KINDS.index(GROUP_OF.get(row.category, "not shown"))] += row.n
    return made.ravel()


def recovered(attacker: Attacker, cells: list[np.ndarray], true: np.ndarray) -> list[tuple[float, float, float]]:
    """Small cells whose interval is narrower than 0 to 4: (true count, least, greatest)."""
    found = []
    for sum_ in cells:
        n = float(sum_ @ true)
        if n <= 4:
            low, high = attacker.bounds(sum_)
            assert low <= n <= high, "the attacker's own view of the tables is wrong"
            if high - low < 4:
                found.append((n, low, high))
    return found


def released(path, counts, **changes):
    """Publish as on an ordinary day."""
    return publish(counts, **({"held": HELD, "path": path, "at": AT, "today": TODAY} | changes))


def quarter_cells(attacker: Attacker, wards: list[str], *, kinds=KINDS, every: int = 1) -> list[np.ndarray]:
    """Every (or every nth) ward × quarter × kind, those never shown included."""
    quarters = list(zip(MONTHS[::3], [*MONTHS[3::3], pd.Timestamp(HELD.end)], strict=True))
    wanted = list(product(wards, quarters, kinds))[::every]
    return [attacker.sum_of(ward, start, end, kind) for ward, (start, end), kind in wanted]


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
    cells = quarter_cells(attacker, WARDS, every=3)
    assert sum(float(c @ true) <= 4 for c in cells) > 20
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
    assert recovered(attacker, quarter_cells(attacker, WARDS, every=3), true)


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
    assert recovered(attacker, quarter_cells(attacker, WARDS, every=4), truth(counts, PARTS)) == []


def test_the_ward_less_its_place_gives_no_cell_away(file):
    counts = towns.with_place(towns.town(mean=1.5, seed=2), before=QUAY_BEFORE, after=QUAY_AFTER)
    outcome = towns.outcome(QUAY_BEFORE, QUAY_AFTER)
    assert not released(file, counts, places=[outcome], drawn=DRAWN).refused
    parts = [*PARTS, *[(*PARTS[0], area) for area in DRAWN]]
    attacker, true = Attacker(file, parts), truth(counts, parts)
    months = [attacker.sum_of("place:1", m, m + pd.DateOffset(months=1), ALL) for m in MONTHS[12:32:3]]
    windows = [attacker.sum_of("place:1", "2018-03-01", "2018-09-01", kind) for kind in (ALL, *GROUPS)]
    rest = [attacker.sum_of(WARDS[0], a, b, k) for a, b, k in [("2018-04-01", "2018-07-01", k) for k in KINDS]]
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
