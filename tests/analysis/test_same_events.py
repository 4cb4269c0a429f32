"""Reports of one event by several sources are found, and nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hotspots.analysis.geocoding import default_stacks, far_points
from hotspots.analysis.same_events import probably_same
from hotspots.errors import BadFrame

NOON = pd.Timestamp("2021-03-01 12:00")


def reports(*rows: tuple) -> pd.DataFrame:
    """(source, minutes after noon, metres east[, category, time precision, location precision])."""
    full = [(*row, *("Noise", "exact", "address")[len(row) - 3 :]) for row in rows]
    table = pd.DataFrame(full, columns=["source", "late", "x", "category", "time_precision", "location_precision"])
    when = NOON + pd.to_timedelta(table["late"], unit="min")
    return table.assign(occurred_from=when.astype("datetime64[s]"), y=np.where(table["x"].isna(), np.nan, 100.0))


KNOWN = {
    "the same moment and place": ([("a", 0, 0), ("b", 0, 0)], 1),
    "both bounds are included": ([("a", 0, 0), ("b", 120, 50)], 1),
    "a minute too late": ([("a", 0, 0), ("b", 121, 0)], 2),
    "a metre too far": ([("a", 0, 0), ("b", 0, 51)], 2),
    "another category": ([("a", 0, 0), ("b", 0, 0, "Drugs")], 2),
    "one source twice is two reports": ([("a", 0, 0), ("a", 0, 0)], 2),
    "three sources, one event": ([("a", 0, 0), ("b", 10, 0), ("c", 20, 0)], 1),
    "a source joins once, the closer of two": ([("a", 0, 0), ("b", 5, 0), ("b", 60, 0)], 2),
    "two pairs": ([("a", 0, 0), ("a", 300, 0), ("b", 5, 0), ("b", 310, 0)], 2),
    "a day without its time": ([("a", 600, 0), ("b", -720, 0, "Noise", "day")], 1),
    "the day before": ([("a", -721, 0), ("b", -720, 0, "Noise", "day")], 2),
    "two days without times": ([("a", -720, 0, "Noise", "day"), ("b", -720, 20, "Noise", "day")], 1),
    "only the month is known": ([("a", 0, 0), ("b", 0, 0, "Noise", "month")], 2),
    "snapped to a map point": ([("a", 0, 0), ("b", 0, 0, "Noise", "exact", "snapped")], 2),
    "no place": ([("a", 0, np.nan), ("b", 0, np.nan)], 2),
}


@pytest.mark.parametrize("case", KNOWN)
def test_events_are_known(case: str) -> None:
    rows, events = KNOWN[case]
    found = probably_same(reports(*rows))
    assert (found.reports, found.events) == (len(rows), events)
    assert found.by_category["reports"].sum() == len(rows) and found.by_category["events"].sum() == events


def test_order_and_ids_of_rows_change_nothing_and_the_frame_stays_as_it_was() -> None:
    draw = np.random.default_rng(3)
    rows = reports(
        *[
            (s, int(t), int(x))
            for s, t, x in zip("abc" * 60, draw.integers(0, 900, 180), draw.integers(0, 300, 180), strict=True)
        ]
    )
    before = rows.copy()
    first = probably_same(rows)
    assert 0 < first.reports - first.events < 120
    pd.testing.assert_frame_equal(rows, before)
    shuffled = probably_same(rows.sample(frac=1, random_state=1))
    pd.testing.assert_series_equal(shuffled.group.sort_index(), first.group)
    per_event = rows.assign(event=first.group).dropna(subset="event").groupby("event")
    assert (per_event["source"].nunique() == per_event.size()).all(), "a source twice in one event"


def test_what_luck_joins_is_told_apart_from_true_pairs() -> None:
    """Fifty events told by both sources, each at a time and place of its own: luck joins none of them."""
    told = [(source, 300 * i + late, 200 * i) for i in range(50) for source, late in (("a", 0), ("b", 30))]
    found = probably_same(reports(*told))
    assert (found.reports - found.events, found.by_luck) == (50, 0) and found.beyond_luck
    assert not replace(found, by_luck=45).beyond_luck, "50 against 45 is luck"


def test_a_frame_that_lacks_a_column_is_named() -> None:
    with pytest.raises(BadFrame, match="location_precision"):
        probably_same(reports(("a", 0, 0)).drop(columns="location_precision"))


def counts(points: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(points, columns=["source", "district", "category", "x", "y", "n"])


def town(n: int = 400, seed: int = 1) -> list[tuple]:
    draw = np.random.default_rng(seed)
    xy = draw.normal(0, 800, (n, 2)).round()
    kinds = draw.choice(["Noise", "Drugs", "Burglary"], n, p=(0.5, 0.3, 0.2))
    return [("log", "Tidewick", k, x, y, 2) for k, (x, y) in zip(kinds, xy, strict=True)]


def test_points_far_outside_are_counted_and_the_edge_of_town_is_not() -> None:
    assert far_points(counts(town())).empty
    stray = [("log", "Tidewick", "Noise", 60_000.0, 0.0, 3), ("log", "Tidewick", "Noise", 0.0, 4_900.0, 1)]
    (row,) = far_points(counts([*town(), *stray])).itertuples(index=False)
    assert (row.source, row.district, row.n) == ("log", "Tidewick", 3) and 59 < row.farthest_km < 61


def test_a_default_location_is_told_from_a_true_hotspot() -> None:
    station = [("log", "Tidewick", kind, 10.0, 10.0, n) for kind, n in (("Noise", 50), ("Drugs", 28), ("Burglary", 22))]
    nightclub = [("log", "Tidewick", "Drugs", 500.0, 500.0, 100)]
    (row,) = default_stacks(counts([*town(), *station, *nightclub])).itertuples(index=False)
    assert (row.x, row.y, row.n, row.categories) == (10.0, 10.0, 100, 3)
    assert default_stacks(counts(town())).empty
