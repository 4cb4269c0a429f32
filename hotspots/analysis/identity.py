"""The same hotspot as last time? A ledger of what was born, grew, split, merged and ended."""

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array

from hotspots.errors import BadFrame
from hotspots.schema import require_metres

BORN, KEPT, GREW, SHRANK = "born", "kept", "grew", "shrank"
SPLIT, MERGED, ENDED, RETURNED = "split", "merged", "ended", "returned"

MOST = 0.5
"""Two hotspots are kin where they share more than this of the smaller one's addresses or area."""
CHANGED = 0.25
"""A hotspot grew or shrank where its incidents changed by at least this share."""
_PREFIX = "H"


def match_hotspots(
    earlier: gpd.GeoDataFrame, later: gpd.GeoDataFrame, *, used_ids: Collection[str] = ()
) -> pd.DataFrame:
    """Give the hotspots of a run their lasting ids, and record what became of each earlier one.

    Parameters
    ----------
    earlier : frame [id, n, members, geometry], a row an id with its latest known shape; `members` is a
        collection of location keys. An optional flag `active` is false where the id had already ended:
        it can come back, but an active one is preferred.
    later : frame [n, members, geometry] of the new run; its index labels are returned as `row`.
    used_ids : every id ever given, also those no longer in `earlier`; none is given twice.

    Returns
    -------
    Frame [id, event, from_ids (tuple), into, row, overlap], later hotspots in order of size, then those
    that ended. `row` is missing for an ended one; `into` names the id that took it up, if one did;
    `overlap` is the kinship kept (0 to 2: shared share of members plus of area, of both together).

      born      kin to none · returned  took up an id that had ended
      kept, grew, shrank   one earlier, incidents changed under or at least a quarter
      merged    took up two or more: it keeps the id it overlaps most, the others end into it
      split     one earlier became several: the part that overlaps most keeps the id (event split),
                the others get new ids with from_ids naming it
      ended     no longer found

    Raises `BadFrame` for absent columns, repeated ids or a CRS not in metres.

    Ids are paired one to one so that the overlap of all pairs together is largest (Hungarian method, Kuhn
    1955); ties go by size, then place, never by row order. An id follows the place, not the people or the
    problem: after a long gap read `returned` as "the same ground", no more.
    """
    before, after = _ordered(earlier, "earlier", with_id=True), _ordered(later, "later", with_id=False)
    kin, overlap = _kinship(before, after)
    taken = _pair(before, overlap)
    names = _names(before, after, taken, used_ids)
    rows = [_later_row(j, before, after, kin, overlap, taken, names) for j in range(len(after))]
    rows += [_ended_row(i, before, kin, overlap, names) for i in _ended(before, taken)]
    ledger = pd.DataFrame(rows, columns=["id", "event", "from_ids", "into", "row", "overlap"], dtype=object)
    return ledger.astype({"overlap": float})


def follow(runs: list[gpd.GeoDataFrame]) -> list[pd.DataFrame]:
    """Ledgers of a sequence of runs, oldest first, each matched to all that went before.

    runs: frames [n, members, geometry]. Returns one ledger a run, as `match_hotspots` makes them.
    """
    known, ledgers = None, []
    for run in runs:
        if known is None:
            known = run.iloc[:0].assign(id=pd.Series(dtype=object), active=pd.Series(dtype=bool))
        ledger = match_hotspots(known, run, used_ids=known["id"])
        known = remember(known, run, ledger)
        ledgers.append(ledger)
    return ledgers


def remember(known: gpd.GeoDataFrame, run: gpd.GeoDataFrame, ledger: pd.DataFrame) -> gpd.GeoDataFrame:
    """Every id ever given with its latest shape and whether it is active: `earlier` for the next run."""
    found = ledger[ledger["event"] != ENDED]
    latest = run.loc[found["row"], ["n", "members", "geometry"]].assign(id=found["id"].to_numpy(), active=True)
    gone = known[~known["id"].isin(latest["id"])][["n", "members", "geometry", "id"]].assign(active=False)
    parts = [part for part in (latest, gone) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else latest


def rank_changes(ledger: pd.DataFrame, later: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Rank by incidents in this run and the one before: [id, rank, previous_rank, change].

    ledger: of `match_hotspots(earlier, later)`; later and earlier carry `n`, earlier also `id`. Equal
    counts share the better rank. `change` is positive for a hotspot that moved up, missing for one that
    was not there.
    """
    found = ledger[ledger["event"] != ENDED]
    now = pd.Series(later.loc[found["row"], "n"].to_numpy(), index=found["id"].to_numpy())
    active = earlier[earlier["active"]] if "active" in earlier.columns else earlier
    previously = pd.Series(active["n"].to_numpy(), index=active["id"].to_numpy())
    ranks = pd.DataFrame(
        {
            "rank": now.rank(ascending=False, method="min"),
            "previous_rank": previously.rank(ascending=False, method="min").reindex(now.index),
        }
    )
    ranks = ranks.assign(change=ranks["previous_rank"] - ranks["rank"]).astype("Int64")
    return ranks.sort_values("rank", kind="stable").rename_axis("id").reset_index()


@dataclass(frozen=True)
class _Run:
    """Hotspots of one run in an order that depends on them alone."""

    frame: gpd.GeoDataFrame
    members: list[frozenset]
    ids: list[str]
    active: np.ndarray

    def __len__(self) -> int:
        return len(self.members)


def _ordered(frame: gpd.GeoDataFrame, what: str, *, with_id: bool) -> _Run:
    absent = [c for c in ("n", "members", "geometry", *(["id"] if with_id else [])) if c not in frame.columns]
    if absent:
        raise BadFrame(f"The {what} hotspots need the column(s) {', '.join(absent)}.")
    if len(frame):
        require_metres(frame, "match_hotspots")
    if with_id and frame["id"].duplicated().any():
        raise BadFrame(f"The {what} hotspots hold an id more than once; each needs its own row.")
    centre = frame.geometry.centroid if len(frame) else frame.geometry
    members = [frozenset(m) for m in frame["members"]]
    keys = [
        (-n, round(p.x, 2), round(p.y, 2), tuple(sorted(map(str, m))))
        for n, p, m in zip(frame["n"], centre, members, strict=True)
    ]
    order = sorted(range(len(frame)), key=keys.__getitem__)
    ordered = frame.iloc[order]
    ids = ordered["id"].tolist() if with_id else []
    active = ordered["active"].to_numpy(dtype=bool) if "active" in frame else np.ones(len(frame), dtype=bool)
    return _Run(ordered, [members[i] for i in order], ids, active)


def _kinship(before: _Run, after: _Run) -> tuple[np.ndarray, np.ndarray]:
    """Whether each earlier and later hotspot are kin, and by how much (0 where they are not)."""
    size = [np.array([max(1, len(m)) for m in run.members], dtype=float) for run in (before, after)]
    by_members, of_members = _shares(_shared_members(before, after), *size)
    area = [run.frame.geometry.area.to_numpy() for run in (before, after)]
    by_area, of_area = _shares(_shared_area(before, after), *area)
    kin = (by_members > MOST) | (by_area > MOST)
    return kin, np.where(kin, of_members + of_area, 0.0)


def _shared_members(before: _Run, after: _Run) -> np.ndarray:
    keys = {key: i for i, key in enumerate(frozenset().union(*before.members, *after.members))}
    holds = []
    for run in (before, after):
        rows = np.repeat(np.arange(len(run)), [len(m) for m in run.members])
        columns = [keys[key] for members in run.members for key in members]
        shape = (len(run), len(keys))
        holds.append(csr_array((np.ones(len(columns)), (rows, columns)), shape=shape))
    return (holds[0] @ holds[1].T).toarray()


def _shared_area(before: _Run, after: _Run) -> np.ndarray:
    ground = [run.frame.geometry.to_numpy() for run in (before, after)]
    common = np.zeros((len(before), len(after)))
    i, j = shapely.STRtree(ground[1]).query(ground[0], predicate="intersects")
    common[i, j] = shapely.area(shapely.intersection(ground[0][i], ground[1][j]))
    return common


def _shares(shared: np.ndarray, before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is shared, as a share of the smaller of the two and of both together."""
    smaller = np.minimum(before[:, None], after[None, :])
    together = before[:, None] + after[None, :] - shared
    nothing = np.zeros_like(shared)
    return (
        np.divide(shared, smaller, out=nothing.copy(), where=smaller > 0),
        np.divide(shared, together, out=nothing.copy(), where=together > 0),
    )


def _pair(before: _Run, overlap: np.ndarray) -> dict[int, int]:
    """Later -> earlier, one to one: the active first, then those that had ended."""
    taken: dict[int, int] = {}
    for wanted in (True, False):
        rows = np.flatnonzero(before.active == wanted)
        columns = np.array([j for j in range(overlap.shape[1]) if j not in taken], dtype=int)
        part = overlap[np.ix_(rows, columns)]
        for i, j in zip(*linear_sum_assignment(part, maximize=True), strict=True):
            if part[i, j] > 0:
                taken[int(columns[j])] = int(rows[i])
    return taken


def _names(before: _Run, after: _Run, taken: dict[int, int], used: Collection[str]) -> list[str]:
    numbers = [int(i[len(_PREFIX) :]) for i in {*used, *before.ids} if i[len(_PREFIX) :].isdigit()]
    following = max(numbers, default=0)
    names = []
    for j in range(len(after)):
        if j in taken:
            names.append(before.ids[taken[j]])
        else:
            following += 1
            names.append(f"{_PREFIX}{following}")
    return names


def _later_row(
    j: int,
    before: _Run,
    after: _Run,
    kin: np.ndarray,
    overlap: np.ndarray,
    taken: dict[int, int],
    names: list[str],
) -> tuple:
    own = taken.get(j)
    still_there = set(taken.values())
    taken_up = [i for i in np.flatnonzero(kin[:, j]) if before.active[i] and (i == own or i not in still_there)]
    parts = [] if own is None else [k for k in np.flatnonzero(kin[own]) if k == j or k not in taken]
    from_ids = tuple(before.ids[i] for i in ([own] if own is not None else []))
    if own is None:
        parents = [i for i in np.flatnonzero(kin[:, j]) if before.active[i]]
        event, from_ids = (SPLIT if parents else BORN), tuple(before.ids[i] for i in parents)
    elif not before.active[own]:
        event = RETURNED
    elif len(taken_up) > 1:
        event = MERGED
        from_ids += tuple(before.ids[i] for i in taken_up if i != own)
    elif len(parts) > 1:
        event = SPLIT
    else:
        event = _size_event(before.frame["n"].iloc[own], after.frame["n"].iloc[j])
    kept = float(overlap[own, j]) if own is not None else 0.0
    return (names[j], event, from_ids, None, after.frame.index[j], kept)


def _size_event(n_before: float, n_after: float) -> str:
    if n_after >= (1 + CHANGED) * n_before:
        return GREW
    return SHRANK if n_after <= (1 - CHANGED) * n_before else KEPT


def _ended(before: _Run, taken: dict[int, int]) -> list[int]:
    kept = set(taken.values())
    return [i for i in range(len(before)) if before.active[i] and i not in kept]


def _ended_row(i: int, before: _Run, kin: np.ndarray, overlap: np.ndarray, names: list[str]) -> tuple:
    heir = int(np.argmax(overlap[i])) if kin[i].any() else None
    into = names[heir] if heir is not None else None
    return (before.ids[i], ENDED, (before.ids[i],), into, None, float(overlap[i].max(initial=0.0)))
