"""The audit of disclosure: can anybody who reads everything ever released work out a small number?

Every released figure says that a sum of unknown counts lies between two numbers. The counts are the
cells of the partition that the figures themselves make: two reports are in one cell when every
figure ever released counts both or neither. For every cell and every hidden figure the least and the
greatest count in keeping with all figures are found by integer linear programming; an interval
narrower than five numbers gives the count, or nearly, away.

Solutions are pooled: one point that keeps every figure widens the interval of all cells at once, so
few programmes are solved (the filtering of optimisation-based bound tightening: Gleixner, Berthold,
Müller and Weltge 2017, Journal of Global Optimization 67, 731-757). Parts of the tables that share no
count are solved side by side, and a part is left out as soon as all its hidden counts are open.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse.csgraph import connected_components

from hotspots.errors import HubError
from hotspots.release.partition import memberships, merged
from hotspots.release.rounding import NO_DATA, THRESHOLD, bounds_of, number_of

LEAST_WIDTH = THRESHOLD - 1
"""A hidden count must be open between at least these many steps: 0 to 4."""
LARGEST = 1e6
"""No single cell holds more reports; keeps an unbounded count finite."""
TOLERANCE = 1e-6
SAME, ADDED, APART = "nothing was reported late", "reports were only added", "releases differ freely"


class Recoverable(HubError):
    """A hidden count could be worked out from the released tables; nothing was published."""


@dataclass(frozen=True)
class Weakness:
    """A hidden count that can be worked out too closely: `what` it is, its least and greatest value.

    binding: index labels of the released figures that pin it down
    """

    what: str
    low: float
    high: float
    binding: tuple[int, ...]


@dataclass(frozen=True)
class Audit:
    """What an audit found: how many hidden counts were tried, and those that are open to attack."""

    tried: int
    weak: tuple[Weakness, ...]
    assumptions: tuple[str, ...]

    @property
    def safe(self) -> bool:
        """True when no hidden count can be worked out."""
        return not self.weak


def audit(figures: pd.DataFrame, cells: Sequence[Collection[str]], *, rounds: int | None = None) -> Audit:
    """Bounds of every hidden count, from all figures ever released together.

    Parameters
    ----------
    figures : frame [version, area, start, end, kind, shown], one row a figure of any release; start
        and end are months (Timestamps, half-open).
    cells : the overlaps of the areas: for each, the ids of all areas that hold it.
    rounds : stop after this many rounds that found a weakness, None for all. A round looks at one
        hidden count in each part of the tables that no shared count links to another.

    Returns
    -------
    An `Audit`. Later releases may hold late reports: the attacker is first granted that there were
    none, and only where the tables contradict that, that reports were only added, or nothing.

    Raises `BadValue` for a figure in words that no release uses.

    Not to be believed for areas whose overlaps are not given in `cells`, nor against somebody who
    already knows some of the reports: he is not an attacker of tables but a witness.
    """
    rows = figures[figures["shown"] != NO_DATA].reset_index()
    systems = [_first_possible(part) for part in _parts(rows, cells)]
    if not systems:
        return Audit(0, (), ())
    joined = _joined(systems)
    assumptions = tuple(dict.fromkeys(system.assumption for system in systems))
    return Audit(len(joined.named), tuple(_weaknesses(joined, rounds, figures)), assumptions)


def require_safe(figures: pd.DataFrame, cells: Sequence[Collection[str]]) -> Audit:
    """The audit, or `Recoverable` when a hidden count could be worked out."""
    found = audit(figures, cells, rounds=1)
    if not found.safe:
        raise Recoverable(
            "Nothing was published: a small number could be worked out from the released tables taken "
            f"together ({found.weak[0].what}, between {found.weak[0].low:.0f} and {found.weak[0].high:.0f}). "
            "Publish fewer figures, or wider areas or periods."
        )
    return found


@dataclass(frozen=True)
class _Part:
    """Figures that hang together: `has` tells which cell (column) each figure (row) counts."""

    figures: pd.DataFrame
    has: sparse.csr_matrix


@dataclass(frozen=True)
class _System:
    """The attacker's programme: low <= matrix @ counts <= high, and the hidden sums to find.

    figure: label of the figure behind each row, -1 for none · named: label of the figure by which each
    target is called, `whole` where it is that figure itself and not a part of it · part_of_count,
    part_of_row, part_of_target: which part of the tables each belongs to; parts share nothing, so that
    one programme answers a question for each of them
    """

    matrix: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    targets: sparse.csr_matrix
    named: np.ndarray
    whole: np.ndarray
    figure: np.ndarray
    assumption: str
    part_of_count: np.ndarray
    part_of_row: np.ndarray
    part_of_target: np.ndarray

    def inside(self, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the rows and of the counts of some parts."""
        return tuple(np.flatnonzero(np.isin(own, parts)) for own in (self.part_of_row, self.part_of_count))


def _joined(systems: Sequence[_System]) -> _System:
    """All parts side by side."""

    def parts(sizes: list[int]) -> np.ndarray:
        return np.repeat(np.arange(len(sizes)), sizes)

    return _System(
        matrix=sparse.block_diag([s.matrix for s in systems], format="csr"),
        low=np.concatenate([s.low for s in systems]),
        high=np.concatenate([s.high for s in systems]),
        targets=sparse.block_diag([s.targets for s in systems], format="csr"),
        named=np.concatenate([s.named for s in systems]),
        whole=np.concatenate([s.whole for s in systems]),
        figure=np.concatenate([s.figure for s in systems]),
        assumption="",
        part_of_count=parts([s.matrix.shape[1] for s in systems]),
        part_of_row=parts([s.matrix.shape[0] for s in systems]),
        part_of_target=parts([len(s.named) for s in systems]),
    )


def linked(figures: pd.DataFrame, cells: Sequence[Collection[str]]) -> np.ndarray:
    """A number for each figure: figures that no chain of shared counts links have different ones."""
    if figures.empty:
        return np.array([], dtype=int)
    return _labels(merged(memberships(figures, cells)))[: len(figures)]


def _labels(has: sparse.csr_matrix) -> np.ndarray:
    """Part of each figure, then of each cell."""
    links = sparse.bmat([[None, has], [has.T, None]])
    return connected_components(links, directed=False)[1]


def _parts(rows: pd.DataFrame, cells: Sequence[Collection[str]]) -> Iterator[_Part]:
    """The figures split where no chain of shared cells links them."""
    if rows.empty:
        return
    has = merged(memberships(rows, cells))
    label = _labels(has)
    figure, cell = label[: has.shape[0]], label[has.shape[0] :]
    for part in np.unique(figure):
        chosen = figure == part
        yield _Part(rows[chosen].reset_index(drop=True), has[chosen][:, cell == part])


def _first_possible(part: _Part) -> _System:
    """The programme under the strongest assumption about late reports that the tables do not contradict."""
    versions = part.figures["version"].nunique()
    for assumption in (SAME, ADDED) if versions > 1 else ():
        system = _system(part, assumption)
        if _extreme(system, np.zeros(system.matrix.shape[1]), np.zeros(1)) is not None:
            return system
    return _system(part, SAME if versions == 1 else APART)


def _system(part: _Part, assumption: str) -> _System:
    bounds = np.array([bounds_of(figure) for figure in part.figures["shown"]])
    version = part.figures["version"].to_numpy()
    if assumption == SAME:
        version = np.zeros(len(version), dtype=int)
    matrix, order = _by_version(part.has, version)
    targets, naming, whole = _targets(part.figures, matrix)
    figure = part.figures["index"].to_numpy()
    named = figure[naming]
    if assumption == ADDED and order.shape[0]:
        matrix = sparse.vstack([matrix, order]).tocsr()
        bounds = np.vstack([bounds, np.tile([0.0, np.inf], (order.shape[0], 1))])
        figure = np.r_[figure, np.full(order.shape[0], -1)]
    none = [np.zeros(size, dtype=int) for size in (matrix.shape[1], matrix.shape[0], len(named))]
    return _System(matrix, bounds[:, 0], bounds[:, 1], targets, named, whole, figure, assumption, *none)


def _by_version(has: sparse.csr_matrix, version: np.ndarray) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Own counts for every release that a cell is part of, and rows "later less earlier" for each cell."""
    coo = has.tocoo()
    pairs = np.column_stack([coo.col, version[coo.row]])
    variables, column = np.unique(pairs, axis=0, return_inverse=True)
    ones = np.ones(len(coo.row))
    matrix = sparse.csr_matrix((ones, (coo.row, column.ravel())), shape=(has.shape[0], len(variables)))
    later = np.flatnonzero(variables[1:, 0] == variables[:-1, 0]) + 1
    row = np.arange(len(later))
    order = sparse.csr_matrix(
        (np.r_[np.ones(len(later)), -np.ones(len(later))], (np.r_[row, row], np.r_[later, later - 1])),
        shape=(len(later), len(variables)),
    )
    return matrix, order


def _targets(figures: pd.DataFrame, matrix: sparse.csr_matrix) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Hidden sums: every figure without a number, and every cell that no figure shows by itself.

    With them the position of the figure that names each, and whether it is that figure itself; a cell is
    called a part of the figure of fewest cells that counts it.
    """
    numbered = np.array([number_of(figure) is not None for figure in figures["shown"]])
    size = np.diff(matrix.indptr)
    alone = np.unique(matrix[size == 1].indices)
    cells = np.setdiff1d(np.arange(matrix.shape[1]), alone)
    hidden = np.flatnonzero(~numbered)
    single = sparse.csr_matrix(
        (np.ones(len(cells)), (np.arange(len(cells)), cells)), shape=(len(cells), matrix.shape[1])
    )
    pairs = matrix.tocoo()
    smallest_first = np.lexsort((pairs.row, size[pairs.row], pairs.col))
    _, first = np.unique(pairs.col[smallest_first], return_index=True)
    smallest = pairs.row[smallest_first][first]
    whole = np.arange(len(hidden) + len(cells)) < len(hidden)
    return sparse.vstack([matrix[hidden], single]).tocsr(), np.r_[hidden, smallest[cells]], whole


def _in_words(system: _System, target: int, figures: pd.DataFrame) -> str:
    figure = figures.loc[system.named[target]]
    months = f"{figure['start']:%Y-%m} up to {figure['end']:%Y-%m}"
    return f"{'' if system.whole[target] else 'a part of '}{figure['kind']}, {months}, release {figure['version']}"


def _weaknesses(system: _System, rounds: int | None, figures: pd.DataFrame) -> list[Weakness]:
    """Targets whose interval stays narrower than `LEAST_WIDTH`, each minimised and maximised."""
    seen = _Seen(system.targets)
    if not _widen(system, seen):
        return [Weakness("tables that contradict themselves", 0.0, 0.0, ())]
    weak: list[Weakness] = []
    waiting = np.flatnonzero(~seen.all_open)
    while len(waiting) and (rounds is None or rounds > 0):
        _, first = np.unique(system.part_of_target[waiting], return_index=True)
        batch = waiting[first]
        objective = _sum_of(system, batch)
        for sign in (1.0, -1.0):
            seen.add(_extreme(system, sign * objective, system.part_of_target[batch]))
        shut = batch[~seen.all_open[batch]]
        weak += _weak(system, seen, shut, figures)
        if rounds is not None and len(shut):
            rounds -= 1
        waiting = np.setdiff1d(waiting, batch)
        waiting = waiting[~seen.all_open[waiting]]
    return weak


class _Seen:
    """The least and greatest value of each target among the points found so far."""

    def __init__(self, targets: sparse.csr_matrix) -> None:
        self._targets = targets
        self.low = np.full(targets.shape[0], np.inf)
        self.high = np.full(targets.shape[0], -np.inf)

    def add(self, point: np.ndarray | None) -> None:
        """Take in a point that keeps every figure, NaN for counts not looked at; None when there is none."""
        if point is not None:
            values = self._targets @ point
            self.low, self.high = np.fmin(self.low, values), np.fmax(self.high, values)

    @property
    def all_open(self) -> np.ndarray:
        """For each target, whether it is known to range over enough values."""
        return self.high - self.low >= LEAST_WIDTH


def _widen(system: _System, seen: _Seen, *, seed: int = 1) -> bool:
    """Open most intervals at once: all hidden sums low, all high, then random signs while that helps.

    False when no counts at all keep every figure.
    """
    random = np.random.default_rng(seed)
    signs, parts = np.ones(len(system.named)), np.unique(system.part_of_count)
    shut = len(signs)
    while shut:
        for sign in (1.0, -1.0):
            point = _extreme(system, sign * (system.targets.T @ signs), parts)
            if point is None:
                return False
            seen.add(point)
        before, shut = shut, int(np.sum(~seen.all_open))
        if shut > 0.9 * before:
            break
        signs = np.where(seen.all_open, 0.0, random.choice([-1.0, 1.0], size=len(signs)))
        parts = np.unique(system.part_of_target[~seen.all_open])
    return True


def _extreme(system: _System, objective: np.ndarray, parts: np.ndarray) -> np.ndarray | None:
    """Whole counts that keep every figure and minimise the objective; None when there are none.

    Only of the `parts` named, NaN elsewhere. Corners of such tables are mostly whole numbers by themselves;
    each part where one is not is solved again by itself as an integer programme, which is slower.
    """
    found = np.full(len(objective), np.nan)
    if not _minimise(system, objective, parts, found, whole=False):
        return None
    broken = np.abs(found - np.round(found)) > TOLERANCE
    for part in np.unique(system.part_of_count[broken]):
        if not _minimise(system, objective, part, found, whole=True):
            return None
    return np.round(found)


def _minimise(system: _System, objective: np.ndarray, parts: np.ndarray, found: np.ndarray, *, whole: bool) -> bool:
    """Write the best counts of some parts into `found`; False when no counts keep their figures."""
    rows, own = system.inside(parts)
    limits = LinearConstraint(system.matrix[rows][:, own], system.low[rows], system.high[rows])
    best = milp(objective[own], constraints=limits, integrality=int(whole), bounds=Bounds(0, LARGEST)).x
    if best is None:
        return False
    found[own] = best
    return True


def _sum_of(system: _System, targets: np.ndarray) -> np.ndarray:
    """Objective that adds up some targets."""
    chosen = np.zeros(len(system.named))
    chosen[targets] = 1.0
    return system.targets.T @ chosen


def _weak(system: _System, seen: _Seen, targets: np.ndarray, figures: pd.DataFrame) -> list[Weakness]:
    """The targets with the figures that pin them, at most one target a part."""
    if not len(targets):
        return []
    objective, parts = _sum_of(system, targets), system.part_of_target[targets]
    priced = np.union1d(_binding(system, objective, parts), _binding(system, -objective, parts))
    found = []
    for target in targets:
        own = priced[system.part_of_row[priced] == system.part_of_target[target]]
        binding = tuple(int(f) for f in np.unique(system.figure[own]) if f >= 0)
        what = _in_words(system, target, figures)
        found.append(Weakness(what, float(seen.low[target]), float(seen.high[target]), binding))
    return found


def _binding(system: _System, objective: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Rows of some parts whose limits stop the objective: those with a shadow price."""
    rows, own = system.inside(parts)
    matrix = system.matrix[rows][:, own]
    limits = sparse.vstack([matrix, -matrix]).tocsr()
    right = np.r_[system.high[rows], -system.low[rows]]
    finite = np.flatnonzero(np.isfinite(right))
    found = linprog(objective[own], A_ub=limits[finite], b_ub=right[finite], bounds=(0, LARGEST), method="highs")
    if found.x is None:
        return np.array([], dtype=int)
    priced = finite[np.abs(found.ineqlin.marginals) > TOLERANCE]
    return np.unique(rows[priced % len(rows)])
