"""Simulated worlds with a known truth: how often does each before/after method call it right?

    python benchmarks/truth.py            2,000 worlds a cell, writes docs/truth.md
    python benchmarks/truth.py --quick    200 worlds a cell

Every world has 400 places, 26 weeks before and 26 after. The control is the sum of 20 other places taken
without looking at their counts; the reference totals are those of the other 399 places before.
"""

import argparse
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "truth.md"
sys.path.insert(0, str(ROOT))

from hotspots.analysis.evaluation import compare  # noqa: E402
from hotspots.analysis.rates import exact_ratio, wdd  # noqa: E402

PLACES, WEEKS, CONTROLS = 400, 26, 20
METHODS = ("ours", "percent change", "Poisson test", "WDD")
DISPERSIONS = (1, 2, 3)


@dataclass(frozen=True)
class World:
    """What is true: everything a cell of the table stands for."""

    part: str
    name: str
    dispersion: int
    rate: float = 1.5
    shape: float = 2.0
    change: float = 1.0
    peak: bool = True
    everywhere: float = 1.0
    drive: float = 1.0
    ring: float = 1.0
    with_ring: bool = False
    bursts: bool = False


def worlds() -> Iterator[World]:
    """All cells, in the order of the issue: nothing done, falls, displacement, recording, drive, bursts."""
    for phi, shape in product(DISPERSIONS, (1, 2, 8)):
        yield World("a", f"nothing done, gamma shape {shape}", phi, shape=shape)
    for peak, rate, change, phi in product((True, False), (0.5, 2, 8), (0.7, 0.5, 0.2), DISPERSIONS):
        name = f"fall of {1 - change:.0%}, {rate:g} a week, {'at the peak' if peak else 'not chosen'}"
        yield World("b", name.replace("%", " %"), phi, rate=rate, change=change, peak=peak)
    for phi, ring in product(DISPERSIONS, (1.0, 1.5)):
        name = "fall of 50 %, ring " + ("unchanged" if ring == 1 else "up 50 %")
        yield World("c", name, phi, rate=4, change=0.5, ring=ring, with_ring=True, peak=False)
    for phi, peak in product(DISPERSIONS, (True, False)):
        name = f"30 % fewer recorded everywhere, {'at the peak' if peak else 'not chosen'}"
        yield World("d", name, phi, rate=2, everywhere=0.7, peak=peak)
    for phi in DISPERSIONS:
        yield World("e", "reports up 50 % for 8 weeks after a drive", phi, rate=4, drive=1.5, peak=False)
    for peak, rate, phi in product((True, False), (2, 8), DISPERSIONS):
        name = f"bursts, nothing done, {rate} a week, {'at the peak' if peak else 'not chosen'}"
        yield World("f", name, phi, rate=rate, peak=peak, bursts=True)


@dataclass(frozen=True)
class Draw:
    """One simulated world's weekly counts, and its true mean counts of target and control."""

    target: tuple[np.ndarray, np.ndarray]
    control: tuple[np.ndarray, np.ndarray]
    ring: tuple[np.ndarray, np.ndarray]
    reference: np.ndarray
    means: tuple[float, float, float, float]


def draw(world: World, rng: np.random.Generator) -> Draw:
    """Simulate the places, choose the target and its control, then let time pass."""
    # A place that was not chosen needs no others but its ring and controls, and no references.
    places = PLACES if world.peak else CONTROLS + 2
    risks = world.rate * rng.gamma(world.shape, 1 / world.shape, places)
    if not world.peak:
        risks[:2] = world.rate
    before = _counts(risks, world, rng)
    totals = before.sum(axis=1)
    chosen = int(totals.argmax()) if world.peak else 0
    ring = chosen - 1 if chosen == places - 1 else chosen + 1
    others = np.setdiff1d(np.arange(places), [chosen, ring])
    controls = rng.choice(others, CONTROLS, replace=False)
    later = risks[np.r_[chosen, ring, controls]] * world.everywhere
    later[0] *= world.change
    later[1] *= world.ring
    after = _counts(later, world, rng, drive=world.drive)
    means = WEEKS * np.array([risks[chosen], later[0], risks[controls].sum(), later[2:].sum()])
    return Draw(
        (before[chosen], after[0]),
        (before[controls].sum(axis=0), after[2:].sum(axis=0)),
        (before[ring], after[1]),
        np.delete(totals, chosen),
        tuple(means),
    )


def _counts(risks: np.ndarray, world: World, rng: np.random.Generator, drive: float = 1.0) -> np.ndarray:
    """Weekly counts, variance = dispersion × mean, the mean itself in bursts where the world has them."""
    means = np.repeat(risks[:, None], WEEKS, axis=1)
    means[0, :8] *= drive
    if world.bursts:
        means = means * _bursts(len(risks), rng)
    if world.dispersion > 1:
        excess = world.dispersion - 1
        means = rng.gamma(np.maximum(means / excess, 1e-12), excess)
    return rng.poisson(means)


def _bursts(places: int, rng: np.random.Generator, correlation: float = 0.6, sd: float = 0.5) -> np.ndarray:
    """Log-normal factors of mean 1 that follow an AR(1) from week to week."""
    noise = rng.normal(0, sd, (places, WEEKS))
    log = np.empty_like(noise)
    log[:, 0] = noise[:, 0]
    for week in range(1, WEEKS):
        log[:, week] = correlation * log[:, week - 1] + math.sqrt(1 - correlation**2) * noise[:, week]
    return np.exp(log - sd**2 / 2)


@dataclass(frozen=True)
class Answer:
    """What a method said of one world; `covers` is NaN where it gives no interval."""

    fell: bool
    rose: bool
    covers: float = math.nan
    ring_rose: bool = False
    silent: bool = False


def ours(world: World, seen: Draw) -> Answer:
    """`compare` with its references, told truthfully whether the place was chosen for being high."""
    rings = {"ring_before": seen.ring[0], "ring_after": seen.ring[1]} if world.with_ring else {}
    found = compare(
        *seen.target,
        control_before=seen.control[0],
        control_after=seen.control[1],
        reference=seen.reference if world.peak else None,
        selected_as_hotspot=world.peak,
        **rings,
    )
    covers = math.nan if found.verdict == "refused" else float(found.low <= world.change <= found.high)
    silent = found.verdict in ("cannot tell yet", "refused")
    return Answer(found.verdict == "fell", found.verdict == "rose", covers, found.ring_verdict == "rose", silent)


def percent_change(_: World, seen: Draw) -> Answer:
    """The plain percentage: lower is a fall, higher a rise."""
    before, after = (int(window.sum()) for window in seen.target)
    return Answer(after < before, after > before)


def poisson_test(world: World, seen: Draw) -> Answer:
    """Exact conditional test of after against before at 5 %, no control."""
    before, after = (int(window.sum()) for window in seen.target)
    test = exact_ratio(after, before)
    return Answer(test.high < 1, test.low > 1, float(test.low <= world.change <= test.high))


def textbook_wdd(_: World, seen: Draw) -> Answer:
    """WDD with its Poisson variance at 5 %."""
    target, control = (tuple(int(window.sum()) for window in area) for area in (seen.target, seen.control))
    found = wdd(target, control)
    truth = seen.means[1] - seen.means[0] - (seen.means[3] - seen.means[2])
    return Answer(found.high < 0, found.low > 0, float(found.low <= truth <= found.high))


RULES = dict(zip(METHODS, (ours, percent_change, poisson_test, textbook_wdd), strict=True))


@dataclass(frozen=True)
class Row:
    """One cell of the table: shares over its worlds, by method."""

    world: World
    fell: dict[str, float]
    rose: dict[str, float]
    covers: dict[str, float]
    silent: float
    ring_rose: float
    expected_before: float


def run(job: tuple[int, int, World]) -> Row:
    """All worlds of one cell, from a seed of its own."""
    index, size, world = job
    rng = np.random.default_rng([20171107, index])
    draws = [draw(world, rng) for _ in range(size)]
    answers = {name: [rule(world, seen) for seen in draws] for name, rule in RULES.items()}
    mine = answers["ours"]
    return Row(
        world,
        {name: float(np.mean([a.fell for a in said])) for name, said in answers.items()},
        {name: float(np.mean([a.rose for a in said])) for name, said in answers.items()},
        {name: _mean_known([a.covers for a in said]) for name, said in answers.items()},
        float(np.mean([a.silent for a in mine])),
        float(np.mean([a.ring_rose for a in mine])),
        float(np.mean([seen.means[0] for seen in draws])),
    )


def _mean_known(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


TARGETS = """Targets: false *fell* at most 5 % in (a) and (d), 6 % in (f); coverage at least 93 % in (b), at
most 98 % where the before window expects 50 or more, at least 90 % in (a)."""

HEADER = (
    "| part | world | φ | before | fell: ours | % change | Poisson | WDD | rose: ours | % change | Poisson "
    "| WDD | covers: ours | Poisson | WDD | cannot tell | ring rose |"
)


def table(rows: list[Row]) -> str:
    """The cells as a markdown table; shares in per cent."""
    lines = [HEADER, "|" + "---|" * (HEADER.count("|") - 1)]
    for row in rows:
        cells = [row.world.part, row.world.name, str(row.world.dispersion), f"{row.expected_before:.0f}"]
        cells += [_share(row.fell[name]) for name in METHODS]
        cells += [_share(row.rose[name]) for name in METHODS]
        cells += [_share(row.covers[name]) for name in METHODS if name != "percent change"]
        cells += [_share(row.silent), _share(row.ring_rose) if row.world.with_ring else ""]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _share(value: float) -> str:
    return "" if math.isnan(value) else f"{100 * value:.1f}"


def verdicts(rows: list[Row]) -> str:
    """Each target against its worst cell, met or missed."""
    in_b = [row for row in rows if row.world.part == "b"]
    checks = [
        ("false *fell* in (a), at most 5 %", max(_null(rows, "a"), key=_fell), _fell, 0.05, True),
        ("false *fell* in (d), at most 5 %", max(_null(rows, "d"), key=_fell), _fell, 0.05, True),
        ("false *fell* in (f), at most 6 %", max(_null(rows, "f"), key=_fell), _fell, 0.06, True),
        ("coverage in (b), at least 93 %", min(in_b, key=_covers), _covers, 0.93, False),
        ("coverage in (a), at least 90 %", min(_null(rows, "a"), key=_covers), _covers, 0.90, False),
        (
            "coverage in (b) at 50 or more before, at most 98 %",
            max((row for row in in_b if row.expected_before >= 50), key=_covers),
            _covers,
            0.98,
            True,
        ),
    ]
    lines = ["| target | worst cell | there | |", "|---|---|---|---|"]
    for name, row, measure, limit, at_most in checks:
        met = measure(row) <= limit if at_most else measure(row) >= limit
        cell = f"{row.world.name}, φ {row.world.dispersion}"
        lines.append(f"| {name} | {cell} | {100 * measure(row):.1f} % | {'met' if met else '**missed**'} |")
    return "\n".join([*lines, *_power(rows)])


def _power(rows: list[Row]) -> list[str]:
    """Power against the best method whose own false *fell* keeps to 5 % in every cell of (a) and (d)."""
    nulls = _null(rows, "a") + _null(rows, "d")
    honest = [name for name in METHODS if max(row.fell[name] for row in nulls) <= 0.05]
    falls = [row for row in rows if row.world.part == "b"]
    gaps = [max((row.fell[name] for name in honest), default=0.0) - row.fell["ours"] for row in falls]
    gap, worst = max(gaps), falls[int(np.argmax(gaps))]
    cell = f"{worst.world.name}, φ {worst.world.dispersion}" if honest != ["ours"] else "no other qualifies"
    name = f"power within 2 points of the best honest method ({', '.join(honest)})"
    return [f"| {name} | {cell} | {100 * gap:.1f} points | {'met' if gap <= 0.02 else '**missed**'} |"]


def _null(rows: list[Row], part: str) -> list[Row]:
    return [row for row in rows if row.world.part == part]


def _fell(row: Row) -> float:
    return row.fell["ours"]


def _covers(row: Row) -> float:
    return row.covers["ours"]


def report(rows: list[Row], size: int) -> str:
    """The whole page."""
    return f"""# How often is each before/after method right?

Written by `python benchmarks/truth.py`: {size:,} simulated worlds a cell, seeded, 400 places, 26 weeks before
and 26 after, gamma risks (shape 2 unless said). *At the peak*: the place with most before of the 400,
`compare` told so and given the other 399 totals; its level is then far above the average in the name (see
*before*, the mean true count). The control is the sum of 20 other places. φ is variance over mean of a
week's count (negative binomial). All figures are per cent of worlds. *Fell* is a false alarm in (a), (d), (e)
and (f), and power in (b) and (c). *% change* calls any lower count a fall; *Poisson* is the exact test of two
counts, no control; *WDD* is the textbook one. *Covers*: the 95 % interval holds the truth. *Cannot tell*:
ours said *cannot tell yet* or *refused*.

{TARGETS}

## Against the targets

{verdicts(rows)}

## Every cell

{table(rows)}

## What to know about it

- At the peak with bursts, (f), every other method calls a fall in a third of worlds or more: weeks that go together
  hide how lucky the peak was. Ours is nearest its limit at 2 a week, where other noise hides bursts in 52 weeks.
- Power within 2 points of the best method that keeps to 5 % in (a) and (d): of the four printed only ours does; so far
  it **holds in all 54 cells** of (b). Ours *without* its look for bursts keeps to 5 % too (worst 4.6 %). Against it
  (`python benchmarks/bursts.py`) 39 cells hold: 25 of 27 not chosen (two lose 2.4 and 2.8), 14 at the peak; **13 there
  miss** by 2.2 to 8.2: 0.5 a week, 30 % (φ 1), 50 % (all φ), 80 % (φ 2, 3); 2 a week, 30 % (all φ), 50 % (φ 2, 3);
  8 a week, 30 % (φ 2, 3). It stays: without it 17 to 32 % of (f) at the peak are called a fall, and all else that was
  tried and won power back went over 6 % there. Twelve months of counts do not hold both.
- At 0.5 a week a fall of 50 % is mostly not seen by anything honest: *cannot tell yet* is the right answer.
- WDD here subtracts a control of 20 places from one place, as its users do; it loses power by that.
- A reporting drive, (e), hides or makes a change: the interval misses the truth more often, and up to one world
  in seven is called a rise. No count can tell: a drive must be logged.

## Seattle's drug-market intervention

`compare` on the published file (39 treated census blocks, 12 quarters before and 4 after; every other block
as the control, not weighted). The published figures weight the other blocks until they match the treated ones
on the census and in every quarter before; ours does not, and allows for over-dispersion between quarters
instead. So the estimates differ and ours are wider; each published estimate lies inside our interval.

{seattle()}
"""


PUBLISHED = {"i_felony": -32.6, "i_misdemea": -37.3, "i_drugs": -15.8, "any_crime": -20.1}
QUARTERS_BEFORE = 12


def seattle() -> str:
    """Our figures beside the published ones; a line saying so where the file is not on this machine."""
    file = ROOT.parent / "shared" / "data" / "intervention-seattle-dmi" / "seattledmi.csv.gz"
    if not file.exists():
        return "(The file was not on the machine that wrote this page.)"
    blocks = pd.read_csv(file)
    treated = blocks["ID"].isin(blocks.loc[blocks["Intervention"] == 1, "ID"])
    header = "| outcome | before | after | published | ours, 95 % | ours | verdict |"
    lines = [header, "|---|---|---|---|---|---|---|"]
    for outcome, published in PUBLISHED.items():
        mine, theirs = (_series(blocks[chosen], outcome) for chosen in (treated, ~treated))
        found = compare(
            mine[:QUARTERS_BEFORE],
            mine[QUARTERS_BEFORE:],
            control_before=theirs[:QUARTERS_BEFORE],
            control_after=theirs[QUARTERS_BEFORE:],
            selected_as_hotspot=False,
        )
        span = f"{100 * found.low - 100:+.1f} to {100 * found.high - 100:+.1f} %"
        best = f"{100 * found.ratio - 100:+.1f} %"
        figures = (outcome, found.before, found.after, f"{published} %", span, best, found.verdict)
        lines.append("| " + " | ".join(map(str, figures)) + " |")
    return "\n".join(lines)


def _series(blocks: pd.DataFrame, outcome: str) -> np.ndarray:
    return blocks.groupby("time")[outcome].sum().to_numpy()


def main() -> None:
    """Run every cell in at most two processes, print the table and write docs/truth.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="200 worlds a cell; the page is printed, not written")
    quick = parser.parse_args().quick
    size = 200 if quick else 2000
    jobs = [(index, size, world) for index, world in enumerate(worlds())]
    with Pool(2) as pool:
        rows = pool.map(run, jobs, chunksize=1)
    page = report(rows, size)
    print(page)
    if not quick:
        DOCS.write_text(_with_sample(page), encoding="utf-8")


def _with_sample(page: str) -> str:
    """The page with the part that benchmarks/sample_truth.py wrote into the old one."""
    held = DOCS.read_text(encoding="utf-8") if DOCS.exists() else ""
    kept = re.search(r"<!-- written by benchmarks/sample_truth.py -->.*?(?=\n## Seattle)", held, flags=re.DOTALL)
    return page.replace("\n## Seattle", f"\n{kept.group()}\n## Seattle", 1) if kept else page


if __name__ == "__main__":
    main()
