"""Small towns with known counts, for the tests of publishing: every true count is at hand."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd
from shapely.geometry import box

from hotspots.analysis.comparison import Comparison
from hotspots.analysis.evaluation import compare
from hotspots.periods import Window, add_months
from hotspots.register.interventions import Intervention
from hotspots.register.places import Place
from hotspots.release.outcomes import PlaceOutcome
from hotspots.release.tally import GROUP_OF, GROUPS

HELD = Window(date(2016, 1, 1), date(2018, 10, 1))
BEFORE, AFTER = Window(date(2017, 3, 1), date(2017, 9, 1)), Window(date(2018, 3, 1), date(2018, 9, 1))
TODAY = date(2018, 11, 5)
AT = datetime(2018, 11, 5, 9, 30)
DRAWN = ("place:1", "ring:1", "control:2")
CATEGORY = {group: next(c for c, g in GROUP_OF.items() if g == group) for group in GROUPS}


def rows_of(
    counts: np.ndarray, *, wards: Sequence[str], categories: Sequence[str], district: str = "Mere"
) -> pd.DataFrame:
    """Wards × months × categories from January 2016, as the frame that `publish` takes."""
    months = [pd.Timestamp(add_months(HELD.start, i)) for i in range(counts.shape[1])]
    index = pd.MultiIndex.from_product([wards, months, categories], names=["ward", "month", "category"])
    frame = pd.Series(counts.ravel(), index=index, name="n").reset_index()
    return frame.assign(district=district, areas=[()] * len(frame))


def town(*, seed: int = 3, mean: float = 3.0, wards: int = 3, least: float = 0.0) -> pd.DataFrame:
    """Reports of a small town, many cells under 5 unless `least` is high, with a kind shown in no group."""
    random = np.random.default_rng(seed)
    categories = [*CATEGORY.values(), "Domestic abuse"]
    rates = random.gamma(0.7, mean, size=(wards, 1, len(categories)))
    counts = random.poisson(rates + least, size=(wards, int(HELD.length_in_months), len(categories)))
    return rows_of(counts, wards=[f"Ward {i}" for i in range(wards)], categories=categories)


def with_place(counts: pd.DataFrame, *, before: Sequence[int], after: Sequence[int]) -> pd.DataFrame:
    """The same counts and, in Ward 0, a place with these months, a ring of 4 a month and a control of 6."""
    rows = []
    for month in (add_months(HELD.start, i) for i in range(int(HELD.length_in_months))):
        n = 2
        if BEFORE.start <= month < BEFORE.end:
            n = before[month.month - 3]
        elif AFTER.start <= month < AFTER.end:
            n = after[month.month - 3]
        for area, many in (("place:1", n), ("ring:1", 4), ("control:2", 6)):
            rows.append((pd.Timestamp(month), "Mere", "Ward 0", "Anti-social behaviour", (area,), many))
    extra = pd.DataFrame(rows, columns=["month", "district", "ward", "category", "areas", "n"])
    return pd.concat([counts, extra], ignore_index=True)


def place(*, dwellings: int | None = 31, name: str = "Quay House") -> Place:
    """A block with problems, one of which may not be told."""
    return Place(
        name=name,
        kind="block",
        geometry=box(0, 0, 40, 40),
        adopted_on=date(2017, 6, 12),
        dwellings=dwellings,
        problem_types=("drugs", "ASB", "cuckooing"),
        district="Mere",
        id=1,
    )


DONE = (
    Intervention(
        1, "RES", "council", "ended", start=date(2017, 9, 4), end=date(2017, 10, 31), expected_reporting_effect="up"
    ),
    Intervention(1, "WAR", "police", "ended", start=date(2017, 11, 14), end=date(2017, 11, 14)),
    Intervention(1, "CLO", "council", "ended", start=date(2017, 11, 21), end=date(2018, 2, 20), closed=True),
    Intervention(1, "CUC", "police", "ended", start=date(2017, 11, 22), end=date(2017, 11, 22)),
    Intervention(1, "SUP", "council", "active", start=date(2017, 11, 22)),
)


def outcome(
    reports_before: Sequence[int],
    reports_after: Sequence[int],
    *,
    comparison: Comparison | None = None,
    **changes: object,
) -> PlaceOutcome:
    """The place's outcome with the comparison that its counts give."""
    made = comparison or compare(
        reports_before,
        reports_after,
        control_before=[6] * 6,
        control_after=[6] * 6,
        ring_before=[4] * 6,
        ring_after=[4] * 6,
        selected_as_hotspot=False,
    )
    held = {
        "place": place(),
        "ward": "Ward 0",
        "area": "place:1",
        "before": BEFORE,
        "after": AFTER,
        "comparison": made,
        "interventions": DONE,
        "ring_area": "ring:1",
        "control_area": "control:2",
        "next_test": date(2018, 11, 21),
    }
    return PlaceOutcome(**(held | changes))


QUAY_BEFORE, QUAY_AFTER = (5, 6, 8, 9, 10, 11), (2, 1, 0, 1, 0, 0)
"""The pinned story: 49 reports, then 4."""
