"""The cells that released figures make: which smallest counts each figure adds up."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

ALL = "all reports"
"""The kind that adds up every kind, those never shown by themselves included."""


def memberships(figures: pd.DataFrame, cells: Sequence[Collection[str]]) -> sparse.csr_matrix:
    """Which elementary count (area overlap × stretch of months × kind) each figure adds up.

    figures: frame [area, start, end, kind] · cells: for each overlap of areas, their ids; an area
    that none names is taken to lie apart. Returns figures × counts, ones and zeros.
    """
    areas = _areas(figures["area"], cells)
    edges = np.unique(figures[["start", "end"]].to_numpy())
    kinds = [*sorted(set(figures["kind"]) - {ALL}), ""]
    first = np.searchsorted(edges, figures["start"].to_numpy())
    last = np.searchsorted(edges, figures["end"].to_numpy())
    stretches, size = len(edges), len(kinds)
    indices = []
    for area, a, b, kind in zip(figures["area"], first, last, figures["kind"], strict=True):
        kind_at = np.arange(size) if kind == ALL else np.array([kinds.index(kind)])
        time_at = (areas[area][:, None] * stretches + np.arange(a, b)).ravel()
        indices.append((time_at[:, None] * size + kind_at).ravel())
    columns = np.concatenate(indices)
    pointer = np.r_[0, np.cumsum([len(i) for i in indices])]
    width = (max(int(i.max()) for i in areas.values()) + 1) * stretches * size
    return sparse.csr_matrix((np.ones(len(columns)), columns, pointer), shape=(len(figures), width))


def merged(has: sparse.csr_matrix) -> sparse.csr_matrix:
    """One column for all counts that exactly the same figures add up: nobody can tell them apart."""
    by_count = has.tocsc()
    by_count.sort_indices()
    used = np.flatnonzero(np.diff(by_count.indptr))
    parts = (by_count.indices[by_count.indptr[c] : by_count.indptr[c + 1]].tobytes() for c in used)
    first: dict[bytes, int] = {}
    for column, figures in zip(used, parts, strict=True):
        first.setdefault(figures, int(column))
    return by_count[:, list(first.values())].tocsr()


def _areas(named: pd.Series, cells: Sequence[Collection[str]]) -> dict[str, np.ndarray]:
    """Positions of the overlaps that make up each area named in a figure."""
    at: dict[str, list[int]] = {area: [] for area in dict.fromkeys(named)}
    for position, cell in enumerate(cells):
        for area in cell:
            if area in at:
                at[area].append(position)
    apart = len(cells)
    for positions in at.values():
        if not positions:
            positions.append(apart)
            apart += 1
    return {area: np.array(positions) for area, positions in at.items()}
