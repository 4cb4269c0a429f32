"""How soon is a Park View-like rise seen, and how often do the alarms ring for nothing?

    python benchmarks/alarms.py            400 blocks and 300 rises; puts its table into docs/alarms.md
    python benchmarks/alarms.py --quick    a fifth of them, printed only

Ours against what people do now, on simulated weeks whose spread and week-to-week correlation are those
of real blocks.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
DOCS = ROOT / "docs" / "alarms.md"

from hotspots.analysis.alarms import weekly_chart  # noqa: E402
from hotspots.analysis.usual import control_chart  # noqa: E402

FIRST_WEEK = pd.Timestamp("2014-01-06")
WEEKS = 182
WATCHED_FROM = 104
"""Weeks of history before the first that is judged."""
ONSET = 112
WEEKS_A_MONTH = 365.25 / 12 / 7
RISE = (5, 6, 8, 9, 10, 11, 14, 19)
"""Reports a month of Park View (fictional), March to October 2017; before that 2.2."""
QUIET = 2.2 / WEEKS_A_MONTH
DISTRICT = (1.18,) * 16 + (0.35,) * 24
"""Reports a week of the watched blocks: sixteen hotspots with 979 a year between them, 24 lesser blocks."""
DISPERSION, CARRIED, SEASON = 1.15, 0.1, 0.15
"""Within a week, from the week before, and of the year: as measured on 400 real blocks (docs/alarms.md)."""


@dataclass(frozen=True)
class Rings:
    """When a way of watching rings: the last day of each period judged, and whether it rang."""

    ends: pd.DatetimeIndex
    rang: np.ndarray


Watcher = Callable[[pd.Series, pd.Series], Rings]


def main() -> None:
    """Print the table as markdown and, when it is the full one, put it into the docs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a fifth of the simulations")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    blocks, rises = (80, 60) if options.quick else (400, 300)
    false = false_alarms(blocks, np.random.default_rng(options.seed))
    delays = detection_delays(rises, np.random.default_rng(options.seed + 1))
    said = f"{blocks} unchanged blocks and {rises} rises simulated, seed {options.seed}.\n\n"
    print(said + markdown(false, delays))
    if not options.quick:
        write_into(DOCS, said + markdown(false, delays))


def false_alarms(blocks: int, generator: np.random.Generator) -> dict[str, float]:
    """Rings a year of a district where nothing changes, by way of watching."""
    rings = dict.fromkeys(WATCHERS, 0.0)
    for i in range(blocks):
        weeks, months = series(simulate(generator, DISTRICT[i % len(DISTRICT)]), generator)
        for name, watcher in WATCHERS.items():
            rings[name] += _new_rings(watcher(weeks, months))
    years = blocks * (WEEKS - WATCHED_FROM) / (365.25 / 7)
    return {name: n / years * len(DISTRICT) for name, n in rings.items()}


def detection_delays(rises: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Weeks from the first day of the rise to the end of the period that rings; infinite if never."""
    delays: dict[str, list[float]] = {name: [] for name in WATCHERS}
    onset = FIRST_WEEK + pd.Timedelta(weeks=ONSET)
    for _ in range(rises):
        weeks, months = series(simulate(generator, QUIET, onset=ONSET), generator)
        for name, watcher in WATCHERS.items():
            rings = watcher(weeks, months)
            after = rings.ends[rings.rang & (rings.ends > onset)]
            delays[name].append((after[0] - onset).days / 7 if len(after) else np.inf)
    return {name: np.array(found) for name, found in delays.items()}


def simulate(generator: np.random.Generator, rate: float, *, onset: int | None = None) -> np.ndarray:
    """Weekly counts of one block: a season, over-dispersed, a tenth carried from week to week."""
    week = np.arange(WEEKS)
    mean = rate * (1 + SEASON * np.cos(2 * np.pi * (week - 28) / 52.18))
    if onset is not None:
        month = ((week - onset) / WEEKS_A_MONTH).astype(int).clip(0, len(RISE) - 1)
        mean = np.where(week >= onset, np.array(RISE)[month] / WEEKS_A_MONTH, mean)
    counts = np.zeros(WEEKS)
    for i in week:
        carried = counts[i - 1] if i else rate
        expected = (1 - CARRIED) * mean[i] + CARRIED * carried
        counts[i] = generator.negative_binomial(expected / (DISPERSION - 1), 1 / DISPERSION)
    return counts


def series(counts: np.ndarray, generator: np.random.Generator) -> tuple[pd.Series, pd.Series]:
    """The same reports by week and by whole month, each on a random day of its week."""
    weeks = pd.Series(counts, index=pd.date_range(FIRST_WEEK, periods=WEEKS, freq="7D"))
    days = np.repeat(7 * np.arange(WEEKS), counts.astype(int)) + generator.integers(0, 7, int(counts.sum()))
    months = (FIRST_WEEK + pd.to_timedelta(days, unit="D")).to_period("M")
    whole = pd.period_range("2014-02", (weeks.index[-1] - pd.DateOffset(months=1)).to_period("M"), freq="M")
    by_month = pd.Series(months).value_counts().reindex(whole, fill_value=0).astype(float)
    return weeks, by_month.set_axis(whole.to_timestamp())


def by_week_sum(weeks: pd.Series, _months: pd.Series) -> Rings:
    """Ours where days are exact: the weekly sum."""
    return _judged(weeks.index + pd.Timedelta(weeks=1), weekly_chart(weeks)["alarm"].to_numpy())


def by_usual_range(_weeks: pd.Series, months: pd.Series) -> Rings:
    """Ours where only months are known: above the usual range."""
    outside = control_chart(months)["outside"].to_numpy()
    return _judged(months.index + pd.DateOffset(months=1), outside == "above")


def by_both(weeks: pd.Series, months: pd.Series) -> Rings:
    """Ours as the screen has it: either rule."""
    first, second = (
        pd.Series(r.rang, index=r.ends) for r in (by_week_sum(weeks, months), by_usual_range(weeks, months))
    )
    moments = first.index.union(second.index)
    # Between its own looks a rule still says what it said at the last one.
    said = [rule.astype(float).reindex(moments, method="ffill").fillna(0) for rule in (first, second)]
    return Rings(moments, ((said[0] + said[1]) > 0).to_numpy())


def by_percent(growth: float) -> Watcher:
    """What people do: this month against last month."""

    def watcher(_weeks: pd.Series, months: pd.Series) -> Rings:
        before = months.shift(1)
        rang = (months > before) & (months >= (1 + growth) * before)
        return _judged(months.index + pd.DateOffset(months=1), rang.to_numpy())

    return watcher


def by_spread(deviations: float) -> Watcher:
    """What people do: this week against the mean and standard deviation of the eight before."""

    def watcher(weeks: pd.Series, _months: pd.Series) -> Rings:
        before = weeks.shift(1).rolling(8)
        rang = weeks > before.mean() + deviations * before.std()
        return _judged(weeks.index + pd.Timedelta(weeks=1), rang.to_numpy())

    return watcher


WATCHERS: dict[str, Watcher] = {
    "ours: weekly sum (exact days)": by_week_sum,
    "ours: usual range (months)": by_usual_range,
    "ours: both, as on the screen": by_both,
    "+50 % on last month": by_percent(0.5),
    "+200 % on last month": by_percent(2),
    "+400 % on last month": by_percent(4),
    "mean + 3 sd of 8 weeks": by_spread(3),
    "mean + 5 sd of 8 weeks": by_spread(5),
    "mean + 7 sd of 8 weeks": by_spread(7),
}
"""The two habits of today also at limits raised, so that they ring less for nothing."""


def markdown(false: dict[str, float], delays: dict[str, np.ndarray]) -> str:
    """Table of both figures, a row a way of watching."""
    return "\n".join(_rows(false, delays))


def write_into(page: Path, figures: str) -> None:
    """Put the figures between the page's two marks."""
    before, rest = page.read_text(encoding="utf-8").split("<!-- figures -->")
    after = rest.split("<!-- /figures -->")[1]
    page.write_text(f"{before}<!-- figures -->\n{figures}\n<!-- /figures -->{after}", encoding="utf-8")


def _rows(false: dict[str, float], delays: dict[str, np.ndarray]) -> Iterator[str]:
    yield "| way of watching | median weeks | 90 % seen by, weeks | seen in 26 weeks | false alarms a year |"
    yield "|---|---|---|---|---|"
    for name, found in delays.items():
        median, ninety = (_weeks(np.quantile(found, share, method="higher")) for share in (0.5, 0.9))
        seen = (found <= 26).mean()
        yield f"| {name} | {median} | {ninety} | {seen:.0%} | {false[name]:.1f} |"


def _weeks(delay: float) -> str:
    return f"{delay:.0f}" if np.isfinite(delay) else "never"


def _judged(ends: pd.DatetimeIndex, rang: np.ndarray) -> Rings:
    judged = ends > FIRST_WEEK + pd.Timedelta(weeks=WATCHED_FROM)
    return Rings(ends[judged], np.asarray(rang, dtype=bool)[judged])


def _new_rings(rings: Rings) -> int:
    """Rings that begin: one that goes on from period to period is one."""
    return int((rings.rang & ~np.append(False, rings.rang[:-1])).sum())


if __name__ == "__main__":
    main()
