"""What's new: which places left their usual range, by which rule, and how often that rings by luck."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import special

from hotspots.analysis.grid import WIDTH, count_hexagons, hot_hexagons
from hotspots.analysis.scan_ratios import kulldorff_llr, relative_rate
from hotspots.analysis.states import start_of_rise
from hotspots.analysis.usual import LEVEL, control_charts, unit_of
from hotspots.analysis.watch import Design, design, watch
from hotspots.errors import BadFrame, BadValue
from hotspots.periods import Window

RANGE = "above its usual range"
SUM = "small weekly rises that add up"
PROPERTIES = "marked increase at several properties"
HEXAGON = "new concentration on the hexagon grid"

WEEKS_BETWEEN = 260.0
"""Weeks between false alarms of the weekly rule at one place."""
SEVERAL = 3
"""Properties that make an increase more than one household's."""
ONE_HOUSEHOLD = 0.5
"""Share of the reports above which one property is the increase."""
WEEKS_A_YEAR = 365.25 / 7

_BASELINE, _REPLAN, _GUARD = 104, 26, 8  # weeks
_CAREFUL = 1.5  # standard errors
_STEP = 0.05  # reports a week
_WEEK = ["mean", "k", "h", "s", "false_alarms_per_year"]
_ROW = [
    "place_id", "rule", "since", "period", "observed", "usual_low", "usual_high", "tripped", "p_value",
    "false_alarms_per_year",
]  # fmt: skip


@dataclass(frozen=True)
class Alarms:
    """Alarms that ring now, and how many would ring in a year if nothing changed anywhere.

    table: frame [place_id, rule, since, period, observed, usual_low, usual_high, tripped (words), p_value,
        false_alarms_per_year (of that rule at that place)], the least likely first
    watched: places that have a usual range
    false_alarms_per_year: expected for the whole screen, all places and rules together
    """

    table: pd.DataFrame
    watched: int
    false_alarms_per_year: float


def place_alarms(
    monthly: pd.DataFrame,
    *,
    weekly: pd.DataFrame | None = None,
    reports: pd.DataFrame | None = None,
    level: float = LEVEL,
    weeks_between: float = WEEKS_BETWEEN,
    exclude: Sequence[Window] = (),
) -> Alarms:
    """Alarms of hotspots and places whose latest complete month or week is out of the usual.

    Parameters
    ----------
    monthly : `counts.count_by_period` by place_id: [period, place_id, n], complete months only.
    weekly : the same by week, for sources with exact days; without it the weekly rule is not used.
    reports : frame [place_id, occurred_from, address_key], for the properties rule.
    level : of the usual range, see `usual.usual_range`.
    weeks_between : weeks between false alarms of the weekly rule at each place.
    exclude : windows that are not usual.

    Returns
    -------
    `Alarms`. A place can ring by more than one rule:
      above its usual range: the latest month is above the band of `usual.control_chart`;
      small weekly rises that add up: Poisson CUSUM of the weeks, see `weekly.weekly_chart`;
      marked increase at several properties: one of these rings and the reports since it began come from
        three properties or more, none with over half of them (it adds no false alarms of its own).

    An alarm says that reports rose beyond luck, not why: look first for a reporting drive, a new source
    or a recording change, and put it in `exclude`. False alarms of rules that overlap are added, so the
    figure is an upper bound. `p_value` is missing for sums, whose weeks were chosen by the rule itself.
    """
    rows, budget, watched = [], 0.0, set()
    months = _checked(monthly, "monthly").pivot(index="period", columns="place_id", values="n")
    charts = control_charts(months, level=level, exclude=dict.fromkeys(months.columns, exclude))
    for place, chart in charts.items():
        found, yearly = _range_row(place, chart.set_index("period"))
        rows, budget = rows + found, budget + yearly
        watched |= {place} if yearly else set()
    for place, part in _checked(weekly, "weekly").groupby("place_id") if weekly is not None else ():
        n = part.set_index("period")["n"]
        chart = weekly_chart(n, weeks_between=weeks_between, exclude=exclude).set_index("period")
        found, yearly = _sum_row(place, chart)
        rows, budget = rows + found, budget + yearly
        watched |= {place} if yearly else set()
    table = pd.DataFrame(rows, columns=_ROW)
    if reports is not None:
        table = pd.concat([table, _properties(table, reports)], ignore_index=True)
    table = table.sort_values(["p_value", "place_id", "rule"], ignore_index=True)
    return Alarms(table, len(watched), budget)


def hexagon_alarms(
    recent: gpd.GeoDataFrame,
    before: gpd.GeoDataFrame,
    *,
    area: shapely.Geometry,
    width: float = WIDTH,
    false_discoveries: float = 0.05,
    looks_per_year: float = 12,
) -> tuple[gpd.GeoDataFrame, float]:
    """Hexagons, watched by nobody yet, where reports rose together with their neighbours'.

    Parameters
    ----------
    recent, before : located incidents of the latest window, and of the same length a year (or a window)
        earlier: the same season is best.
    area : the district, in metres.
    width : of the hexagons.
    false_discoveries : share of the hexagons that ring that may be luck.
    looks_per_year : how often the screen is read.

    Returns
    -------
    Hexagons that ring [rule, q, r, n, n_before, expected, times, likelihood, z, p_value, geometry], most surprising
    first, and the false alarms a year: at most `false_discoveries` × looks, since where nothing changed
    the false discovery rate is the chance of any.

    Gi* (Ord and Getis 1995) of √recent − √before, whose spread hardly depends on how busy a hexagon is,
    with Benjamini and Hochberg over all hexagons. `expected` is hexagon total × recent total / all, as in a
    space-time permutation scan, so a rise of the whole district is no alarm anywhere; `times` is
    `relative_rate`, `likelihood` Kulldorff's ratio for it, the window before as controls. A rise that fits in
    one hexagon of seven is diluted: narrower ones see it.
    """
    now, then = (count_hexagons(frame, area=area, width=width) for frame in (recent, before))
    both = now.assign(n_before=then["n"].to_numpy())
    total = both["n"].sum() + both["n_before"].sum()
    share = both["n"].sum() / total if total else 0.0
    both = both.assign(
        expected=(both["n"] + both["n_before"]) * share, rise=np.sqrt(both["n"]) - np.sqrt(both["n_before"])
    )
    tested = hot_hexagons(both, value="rise", false_discoveries=false_discoveries)
    rung = tested[tested["hot"] & (tested["n"] > tested["expected"])]
    recently, earlier = both["n"].sum(), both["n_before"].sum()
    rung = rung.assign(
        rule=HEXAGON,
        times=[relative_rate(r.n, r.expected, recently) for r in rung.itertuples()],
        likelihood=kulldorff_llr(rung["n"], rung["expected"], recently, controls=earlier),
    ).sort_values(["p_value", "likelihood"], ascending=[True, False], ignore_index=True)
    columns = ["rule", "q", "r", "n", "n_before", "expected", "times", "likelihood", "z", "p_value", "geometry"]
    return rung[columns], false_discoveries * looks_per_year


def weekly_chart(
    series: pd.Series, *, weeks_between: float = WEEKS_BETWEEN, exclude: Sequence[Window] = ()
) -> pd.DataFrame:
    """Cumulative sum of a place's weeks against what was usual: small rises add up until they ring.

    Parameters
    ----------
    series : counts by week, indexed by its first day, NaN gaps.
    weeks_between : weeks between false alarms when nothing changes.
    exclude : windows that are not usual: they make no baseline and add nothing to the sum.

    Returns
    -------
    Frame, a row a week: [period, n, mean, k, h, s, false_alarms_per_year, alarm, since]. s is the sum of
    `watch.watch`, alarm where it reaches h; `since` is the first week of the climb that rings. Parameters
    are missing until half a year is known. They are set afresh every 26 weeks from the two years before,
    less their last eight weeks (with which the sum starts) and the weeks that rang. A gap leaves the sum
    as it was.

    Poisson CUSUM (Lucas 1985) tuned by `watch.design` for a doubling, at least three quarters of a report a
    week more. The usual rate is raised by 1.5 standard errors, and counts count for less by their dispersion:
    a rate from few weeks, taken as known, rings oftener than promised (docs/alarms.md).
    Not for a place with a strong season: its summer would ring every year.
    """
    if unit_of(series.index) != "week":
        raise BadValue("The weekly rule needs counts by week; count by week first.")
    series = series.sort_index().astype(float)
    counts = series.mask(_touched(series.index, exclude)).to_numpy()
    chart = {column: np.full(len(counts), np.nan) for column in _WEEK}
    rang, climb = np.zeros(len(counts), dtype=bool), np.full(len(counts), -1)
    plan = None
    for start in range(0, len(counts), _REPLAN):
        warm, weeks = max(0, start - _GUARD), slice(start, start + _REPLAN)
        plan = _plan(counts[:warm][~rang[:warm]], weeks_between) or plan
        if plan is not None:
            sums, alarm, began = _watched_weeks(counts[warm : weeks.stop], plan)
            chart["s"][weeks] = sums[start - warm :]
            rang[weeks], climb[weeks] = alarm[start - warm :], warm + began[start - warm :]
            for column, value in vars(plan).items():
                chart[column][weeks] = value
    frame = pd.DataFrame({"period": series.index, "n": series.to_numpy(), **chart, "alarm": rang})
    since = np.where(rang, series.index.to_numpy()[climb], np.datetime64("NaT"))
    return frame.assign(since=since)


def poisson_z(count: float, mean: float, *, periods: float = math.inf) -> float:
    """How far a count lies from a usual level, 2(√count − √mean)/√(1 + 1/periods), in standard deviations.

    Parameters: the count; the usual mean; `periods`, how many periods that mean was averaged over
    (infinite = a known mean, 1 = another single count). Raises `BadValue` for what cannot be so.
    Variance-stabilised Poisson. With two counts and `periods` left infinite a 5 % test is wrong 17–20 % of
    the time (Wheeler's year-to-date advice has this). Not for means under about 1.
    """
    if count < 0 or mean < 0 or periods <= 0:
        raise BadValue("A count and a mean cannot be negative, nor can periods be 0 or less.")
    return 2 * (math.sqrt(count) - math.sqrt(mean)) / math.sqrt(1 + 1 / periods)


def chance_of_peak(peak: int, *, mean: float, width: float, length: float) -> float:
    """Probability that the worst `width` periods among `length` hold `peak` or more by luck alone.

    peak: reports in the worst run; mean: reports a period; width: periods in the run; length: periods
    looked at. Answers "is the worst fortnight of the year surprising, now that we looked at all of them?"

    Naus 1982, approximation of the continuous Poisson scan statistic, 1 − Q2 (Q3/Q2)^(length/width − 2).
    Do not believe it for over-dispersed counts, or where the mean was taken from the peak itself.
    Raises `BadValue` where `length` is under two widths or `peak` under 3.
    """
    if length < 2 * width or peak < 3 or mean <= 0:
        raise BadValue(
            "A peak is judged among at least two widths of periods, from 3 reports and a mean above 0; "
            f"{length:g} periods, {width:g} wide, {peak} reports and a mean of {mean:g} were given."
        )
    q2, q3 = _naus(peak, mean * width)
    return float(min(1.0, max(0.0, 1 - q2 * (q3 / q2) ** (length / width - 2))))


def _checked(counts: pd.DataFrame, what: str) -> pd.DataFrame:
    absent = [c for c in ("period", "place_id", "n") if c not in counts.columns]
    if absent:
        raise BadFrame(f"The {what} counts need the column(s) {', '.join(absent)}; count by place_id.")
    return counts


def _range_row(place: str, chart: pd.DataFrame) -> tuple[list[tuple], float]:
    known = chart[chart["n"].notna() & chart["high"].notna()]
    if known.empty:
        return [], 0.0
    last = known.iloc[-1]
    yearly = 12 * float(last["chance_above"])
    if last["outside"] != "above":
        return [], yearly
    month = f"{last.name:%B %Y}"
    words = f"{last['n']:.0f} reports in {month}; usually {last['low']:.0f} to {last['high']:.0f}"
    since = start_of_rise(chart.loc[: last.name])
    row = (
        place,
        RANGE,
        since,
        last.name,
        last["n"],
        last["low"],
        last["high"],
        words,
        last["p_above"],
        yearly,
    )
    return [row], yearly


def _sum_row(place: str, chart: pd.DataFrame) -> tuple[list[tuple], float]:
    known = chart[chart["n"].notna() & chart["h"].notna()]
    if known.empty:
        return [], 0.0
    last = known.iloc[-1]
    yearly = float(last["false_alarms_per_year"])
    if not last["alarm"]:
        return [], yearly
    run = known.loc[last["since"] :]
    n, weeks, usual = run["n"].sum(), len(run), run["mean"].sum()  # the climb, from its first week
    words = f"{n:.0f} reports in {weeks} week{'' if weeks == 1 else 's'}; usually about {usual:.0f}"
    row = (place, SUM, last["since"], last.name, n, np.nan, usual, words, np.nan, yearly)
    return [row], yearly


def _properties(table: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    absent = [c for c in ("place_id", "occurred_from", "address_key") if c not in reports.columns]
    if absent:
        raise BadFrame(f"The properties rule needs the column(s) {', '.join(absent)} of the reports.")
    rows = []
    for place, rung in table.groupby("place_id", sort=True):
        first = rung.sort_values("p_value").iloc[0]
        own = reports[(reports["place_id"] == place) & (reports["occurred_from"] >= rung["since"].min())]
        by_address = own["address_key"].value_counts()
        if len(by_address) < SEVERAL or by_address.iloc[0] > ONE_HOUSEHOLD * by_address.sum():
            continue
        words = f"{first['tripped']}; they come from {len(by_address)} properties"
        rows.append({**first, "rule": PROPERTIES, "tripped": words, "false_alarms_per_year": 0.0})
    return pd.DataFrame(rows, columns=_ROW)


@dataclass(frozen=True)
class _Plan:
    """What a place's weeks are watched with for half a year."""

    mean: float
    k: float
    h: float
    false_alarms_per_year: float


def _plan(earlier: np.ndarray, weeks_between: float) -> _Plan | None:
    """Plan from the weeks before, or None where under half a year of them is known."""
    usual = earlier[~np.isnan(earlier)][-_BASELINE:]
    if len(usual) < _REPLAN:
        return None
    mean = (usual.sum() + 0.5) / len(usual)
    spread = max(1.0, float(((usual - mean) ** 2).sum() / mean / (len(usual) - 1)))
    careful = (mean + _CAREFUL * np.sqrt(spread * mean / len(usual))) / spread
    # Rounded up, so that places share a few designs: each costs as much as a whole chart.
    step = _STEP if careful < 1 else 2 * _STEP
    chosen = _design(round(np.ceil(careful / step) * step, 6), round(0.75 / spread, 1), weeks_between)
    return _Plan(mean, chosen.reference * spread, chosen.threshold * spread, WEEKS_A_YEAR / chosen.run_length)


@lru_cache(maxsize=4096)
def _design(quiet: float, least_rise: float, weeks_between: float) -> Design:
    return design(quiet, max(2 * quiet, quiet + least_rise), run_length=weeks_between)


def _watched_weeks(counts: np.ndarray, plan: _Plan) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum of each week, whether it rings, and the position where its climb began."""
    watched = watch(counts, reference=plan.k, threshold=plan.h)
    sums = np.array(watched.statistic)
    alarm = np.zeros(len(counts), dtype=bool)
    alarm[list(watched.alarms)] = True
    # A climb begins in the week after the last one with a sum of 0.
    resting = np.maximum.accumulate(np.where(sums == 0, np.arange(len(sums)), -1))
    return sums, alarm, np.minimum(resting + 1, len(counts) - 1)


def _touched(index: pd.DatetimeIndex, exclude: Sequence[Window]) -> np.ndarray:
    touched = np.zeros(len(index), dtype=bool)
    for window in exclude:
        start, end = pd.Timestamp(window.start), pd.Timestamp(window.end)
        touched |= (index < end) & (index + pd.Timedelta(weeks=1) > start)
    return touched


def _naus(n: int, psi: float) -> tuple[float, float]:
    """Probabilities of no peak of n in two and in three widths that each hold psi on average."""
    p = _poisson_terms(psi, 2 * n)
    F = np.append(np.cumsum(p), np.zeros(5))  # F[-1] … F[-5] are 0: fewer than no reports

    q2 = F[n - 1] ** 2 - (n - 1) * p[n] * p[n - 2] - (n - 1 - psi) * p[n] * F[n - 3]
    a1 = 2 * p[n] * F[n - 1] * ((n - 1) * F[n - 2] - psi * F[n - 3])
    a2 = 0.5 * p[n] ** 2 * ((n - 1) * (n - 2) * F[n - 3] - 2 * (n - 2) * psi * F[n - 4] + psi**2 * F[n - 5])
    r = np.arange(1, n)
    a3 = (p[2 * n - r] * F[r - 1] ** 2).sum()
    r = np.arange(2, n)
    a4 = (p[2 * n - r] * p[r] * ((r - 1) * F[r - 2] - psi * F[r - 3])).sum()
    return float(q2), float(F[n - 1] ** 3 - a1 + a2 + a3 - a4)


def _poisson_terms(mean: float, up_to: int) -> np.ndarray:
    k = np.arange(up_to + 1)
    return np.exp(k * np.log(mean) - mean - special.gammaln(k + 1))
