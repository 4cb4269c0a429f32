"""Relapse watch: has a place that went quiet come back? A Poisson CUSUM with a stated false-alarm rate."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy import stats

from hotspots.errors import BadValue

STEP = 0.5
HIGHEST_THRESHOLD = 30.0
FINEST_STEP = 100
FEWEST_WEEKS_BETWEEN = 104


@dataclass(frozen=True)
class Watched:
    """A watched series and when it rang; positions count from 0.

    `statistic` is as long as the counts, `alarms` the positions at or over the threshold, `gaps` those
    without data, where the sum is held and nothing rings. `first` is the first alarm and `since` where the
    climb to it began; both are None when it never rang.
    """

    statistic: tuple[float, ...]
    alarms: tuple[int, ...]
    gaps: tuple[int, ...]
    first: int | None
    since: int | None

    @property
    def returned(self) -> bool:
        """Whether it has rung at all."""
        return self.first is not None


def watch(counts: Iterable[float], *, reference: float, threshold: float, fast_start: bool = False) -> Watched:
    """Run a Poisson CUSUM, S = max(0, S + count − k), that rings at S ≥ h.

    Parameters: counts per equal period since the intervention ended, oldest first, NaN for a gap; k and h in
    incidents (from `design`); `fast_start` begins at h/2, for a place that may never have gone quiet.
    Returns: `Watched`. An alarm does not reset the sum: it rings until the place is quiet again.
    Errors: `BadValue` for a negative or fractional count, or k or h not above 0.
    Source: Page (1954); Lucas (1985). Not for a place with a strong season: its summer would ring every year.
    """
    _check_settings(reference, threshold)
    series = _checked(counts)
    level, start = (threshold / 2 if fast_start else 0.0), 0
    trace, starts = [], []
    for position, count in enumerate(series):
        if not math.isnan(count):
            start = position if level == 0 else start
            level = max(0.0, level + count - reference)
        trace.append(level)
        starts.append(start)
    gaps = tuple(i for i, count in enumerate(series) if math.isnan(count))
    alarms = tuple(i for i, value in enumerate(trace) if value >= threshold and i not in gaps)
    first = alarms[0] if alarms else None
    return Watched(tuple(trace), alarms, gaps, first, None if first is None else starts[first])


def average_run_length(rate: float, *, reference: float, threshold: float, fast_start: bool = False) -> float:
    """Mean number of periods until the CUSUM rings while the place has a constant rate.

    Parameters: incidents a period; k and h; where it starts. Returns: periods (a false-alarm interval at the
    quiet rate, a delay at the relapse rate). Exact for Poisson counts: the sum is a Markov chain on the
    multiples of the largest step that divides k and h (Brook and Evans 1972). In bursts alarms come sooner.
    """
    _check_settings(reference, threshold)
    if not rate > 0:
        raise BadValue(f"The rate must be above 0; {rate} was given.")
    k, h = (Fraction(value).limit_denominator(FINEST_STEP) for value in (reference, threshold))
    step = _largest_step(k, h / 2)
    states = math.ceil(h / step)
    now, later = np.arange(states)[:, None], np.arange(states)[None, :]
    shift = int(k / step)
    counts = (later - now + shift) * float(step)
    whole = np.isclose(counts, np.round(counts))
    chances = np.where(whole, stats.poisson.pmf(np.round(counts), rate), 0.0)
    # Everything that would take the sum under 0 stops at 0.
    chances[:, 0] = stats.poisson.cdf((shift - now[:, 0]) * float(step) + 1e-9, rate)
    return float(steps_to_alarm(chances)[int(h / 2 / step) if fast_start else 0])


def _largest_step(first: Fraction, second: Fraction) -> Fraction:
    """Greatest common divisor with 1, so that counts, k and h/2 are all whole multiples of it."""
    denominator = math.lcm(first.denominator, second.denominator)
    return Fraction(math.gcd(int(first * denominator), int(second * denominator), denominator), denominator)


def steps_to_alarm(transitions: np.ndarray) -> np.ndarray:
    """Mean number of steps before a Markov chain leaves its states, from each of them.

    Parameters: square array of chances from state to state, rows summing to 1 less the chance of alarm.
    Returns: one mean a state, the solution of (I − Q)·steps = 1.
    """
    return np.linalg.solve(np.eye(len(transitions)) - transitions, np.ones(len(transitions)))


@dataclass(frozen=True)
class Design:
    """A CUSUM's settings and what they promise, in periods.

    `reference` (k) is taken off every count, the alarm rings at `threshold` (h); `run_length` is the mean
    number of periods between false alarms at the `quiet` rate, `delay` the mean to a true one at `relapse`.
    """

    quiet: float
    relapse: float
    reference: float
    threshold: float
    run_length: float
    delay: float

    @property
    def sentence(self) -> str:
        """What the watch promises, in words."""
        return (
            f"Rings when reports climb from about {self.quiet:g} to about {self.relapse:g} a period, on "
            f"average after {self.delay:.1f} periods; with nothing wrong it still rings about once in "
            f"{self.run_length:.0f} periods."
        )


def design(quiet: float, relapse: float, *, run_length: float = FEWEST_WEEKS_BETWEEN) -> Design:
    """Choose k and h for a quiet rate and the rate that would mean the place has returned.

    Parameters: two rates per period, quiet below relapse; the fewest periods wanted between false alarms.
    Returns: k nearest to (relapse − quiet)/ln(relapse/quiet) and the lowest h that keep the promise, both in
    halves of an incident. Errors: `BadValue` when the rates are not 0 < quiet < relapse, or so high or close
    that no threshold up to 30 keeps it: watch longer periods or a larger rise.
    Source: Lucas (1985). The rates are taken as known: a quiet rate from a short spell rings too often.
    """
    if not 0 < quiet < relapse:
        raise BadValue(f"The quiet rate must be above 0 and below the relapse rate; {quiet} and {relapse} given.")
    exact = (relapse - quiet) / math.log(relapse / quiet)
    k = max(STEP, round(exact / STEP) * STEP)
    for h in np.arange(STEP, HIGHEST_THRESHOLD + STEP, STEP).tolist():
        length = average_run_length(quiet, reference=k, threshold=h)
        if length >= run_length:
            delay = average_run_length(relapse, reference=k, threshold=h)
            return Design(quiet, relapse, k, h, length, delay)
    raise BadValue(
        f"No threshold up to {HIGHEST_THRESHOLD:.0f} keeps {run_length:.0f} periods between false alarms for "
        f"{quiet} against {relapse} a period; watch longer periods or a larger rise."
    )


def false_alarms_per_year(designs: Iterable[Design], *, periods_per_year: float = 52.0) -> float:
    """False alarms to expect a year from all watched places together, with nothing wrong anywhere.

    Parameters: the design of each watched place; periods in a year (52 weeks, 12 months).
    Returns: Σ periods_per_year / run_length. Assumes each watch starts afresh after an alarm is closed.
    """
    return sum(periods_per_year / chosen.run_length for chosen in designs)


DESIGNED_PAIRS = (
    (0.25, 1.0),
    (0.5, 1.5),
    (0.5, 2.0),
    (1.0, 2.0),
    (1.0, 3.0),
    (2.0, 4.0),
    (3.0, 5.0),
    (4.0, 8.0),
)


def design_table() -> tuple[Design, ...]:
    """Ready designs for weekly counts, at least two years between false alarms at each place."""
    return tuple(design(quiet, relapse) for quiet, relapse in DESIGNED_PAIRS)


def _check_settings(reference: float, threshold: float) -> None:
    if not (reference > 0 and threshold > 0):
        raise BadValue(f"Reference and threshold must be above 0; {reference} and {threshold} were given.")


def _checked(counts: Iterable[float]) -> list[float]:
    series = [float(count) for count in counts]
    recorded = [count for count in series if not math.isnan(count)]
    if any(count < 0 or not count.is_integer() for count in recorded):
        raise BadValue("Watched counts must be whole numbers, 0 or more (a gap is NaN); some are not.")
    return series
