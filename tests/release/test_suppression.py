"""Secondary suppression goes on until the audit of everything finds nothing."""

import numpy as np
import pandas as pd

from hotspots.release import suppression
from hotspots.release.audit import require_safe
from hotspots.release.partition import ALL
from hotspots.release.rounding import SUPPRESSED, shown
from hotspots.release.suppression import suppress


def districts(*, seed: int, count: int = 24, wards: int = 3) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Figures of separate districts that need unequal numbers of rounds, four quarters and their year."""
    random = np.random.default_rng(seed)
    q = [pd.Timestamp("2017-01-01") + pd.DateOffset(months=3 * i) for i in range(5)]
    rows, cells = [], []
    for d in range(count):
        n = random.poisson(0.5 + d / 4, size=(wards, 4))
        cells += [(f"district:{d}", f"ward:{d}-{w}") for w in range(wards)]
        areas = {f"ward:{d}-{w}": n[w] for w in range(wards)} | {f"district:{d}": n.sum(axis=0)}
        for area, own in areas.items():
            periods = [*zip(q[:4], q[1:], own, strict=True), (q[0], q[4], own.sum())]
            rows += [(1, area, start, end, ALL, shown(int(k)), "") for start, end, k in periods]
    return pd.DataFrame(rows, columns=["version", "area", "start", "end", "kind", "shown", "pair"]), cells


def test_separate_districts_are_all_mended_until_the_audit_of_the_whole_passes(monkeypatch):
    """One round between two audits: districts whose weakness shows in a later round must not be forgotten."""
    monkeypatch.setattr(suppression, "AT_ONCE", 1)
    for seed in range(3):
        table, cells = districts(seed=seed)
        safe = suppress(table.iloc[:0], table, cells)
        require_safe(safe, cells)
        assert 0 < (safe["shown"] == SUPPRESSED).sum() < len(table) / 5
