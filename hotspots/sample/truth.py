"""What is true in the sample: effects as rate ratios, read off the rates the reports are drawn from."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from hotspots.periods import Window, add_months
from hotspots.sample import story as story
from hotspots.sample.geography import World

BEFORE, AFTER = Window(date(2017, 3, 1), date(2017, 9, 1)), Window(date(2018, 3, 1), date(2018, 9, 1))
UNTOUCHED = ("shops", "night", "block", "street")
COMPARISONS = (story.WEAVERS, story.JUNIPER, story.LARKSPUR, story.VETCHLING)
"""Untouched blocks set aside as comparisons: never the one that is chosen at its peak."""


@dataclass(frozen=True)
class StoryTruth:
    """One block's story.

    effect, ring_effect: rate ratios, after (March to August 2018) over before (the same months of
    2017); 1 is no effect · expected: the verdict a sound method should lean to · comparison: a place
    where nothing was done · missed_by: reports that the chosen baseline held above its own rate
    """

    place: str
    district: str
    story: str
    done: str
    start: date
    end: date | None
    before: tuple[date, date]
    after: tuple[date, date]
    effect: float
    ring_effect: float
    comparison: str
    expected: str
    note: str


@dataclass(frozen=True)
class SampleTruth:
    """Every known truth of one drawn world; `rates` are reports a month by site."""

    seed: int
    pinned: bool
    main_district: str
    stories: tuple[StoryTruth, ...]
    recording_changes: tuple[dict, ...]
    reporting_drives: tuple[dict, ...]
    missing: tuple[dict, ...]
    untouched: tuple[str, ...]
    dispersion: float
    rates: dict[str, list[float]]


def truth_of(world: World, totals: np.ndarray, *, seed: int, pinned: bool) -> SampleTruth:
    """The truth of a world whose sites have these monthly totals (sites × 42)."""
    table = story.rates(story.sites())
    luck = story.STATION_PARADE if pinned else _steepest_rise(world, totals)
    return SampleTruth(
        seed=seed,
        pinned=pinned,
        main_district=story.MAIN,
        stories=_stories(world, table, luck),
        recording_changes=(
            {
                "district": story.SECOND,
                "source": "police.uk",
                "from": story.RECORDING_CHANGE,
                "what": "Anti-social behaviour recorded as Public order",
                "share": story.RECORDING_SHARE,
            },
        ),
        reporting_drives=(
            {
                "place": story.PARK_VIEW,
                "from": date(2017, 9, 4),
                "to": date(2017, 11, 1),
                "rate_ratio": 1.5,
            },
        ),
        missing=({"source": story.MISSING_SOURCE, "month": story.MISSING_MONTH},),
        untouched=tuple(n for n in _untouched(world) if n != luck),
        dispersion=story.DISPERSION,
        rates={s.name: [round(float(r), 3) for r in table[i]] for i, s in enumerate(story.sites())},
    )


def _untouched(world: World) -> list[str]:
    """Places whose rate never changes and where nothing is logged."""
    told = {e.site for e in story.EFFECTS} - {story.STATION_PARADE}
    sites = world.sites[world.sites["profile"].isin(UNTOUCHED) & (world.sites["layout"] != "ring")]
    return [n for n in sites["name"] if n not in told]


def _steepest_rise(world: World, totals: np.ndarray) -> str:
    """The untouched block of 3 or more reports a month that rose most on the year before."""
    names = [n for n in _untouched(world) if n not in COMPARISONS]
    rows = np.array([world.site_row[n] for n in names])
    before, year_ago = _sum(totals, BEFORE)[rows], _sum(totals, BEFORE.year_before())[rows]
    rise = np.where(before >= 18, (before - year_ago) / np.sqrt(before + year_ago + 1), -np.inf)
    return names[int(np.argmax(rise))]


def _sum(totals: np.ndarray, window: Window) -> np.ndarray:
    first = story.month_index(window.start)
    return totals[:, first : first + int(window.length_in_months)].sum(axis=1)


def _stories(world: World, table: np.ndarray, luck: str) -> tuple[StoryTruth, ...]:
    ratio = dict(zip(world.sites["name"], _sum(table, AFTER) / _sum(table, BEFORE), strict=True))
    district = dict(zip(world.sites["name"], world.sites["district"], strict=True))

    def told(place: str, what: str, done: str, start: date, end: date | None, **known: object) -> StoryTruth:
        return StoryTruth(
            place=place,
            district=district[place],
            story=what,
            done=done,
            start=start,
            end=end,
            before=(BEFORE.start, BEFORE.end),
            after=(AFTER.start, AFTER.end),
            effect=round(float(ratio[place]), 4),
            ring_effect=round(float(known.pop("ring_effect", 1.0)), 4),
            **known,
        )

    closure = date(2017, 11, 21)
    september = date(2017, 9, 4)
    return (
        told(story.PARK_VIEW, "fell", "closure order and five other actions", closure, add_months(closure, 3),
             comparison=story.WEAVERS, expected="fell", note="A reporting drive ran before the order."),
        told(story.ROPEWALK, "moved next door", "closure order", date(2017, 9, 1), date(2017, 12, 1),
             ring_effect=ratio[story.FULLERS], comparison=story.VETCHLING, expected="fell",
             note=f"The problem went to {story.FULLERS}, inside the ring: the ring rose."),
        told(luck, "regression to the mean", "patrols", september, date(2017, 12, 1),
             comparison=story.LARKSPUR, expected="no clear change",
             note="Chosen at its peak; the patrols did nothing. Cannot tell yet is as right."),
        told(story.MILL_LANE, "returned", "closure order, extended once", date(2017, 11, 6), date(2018, 5, 5),
             comparison=story.JUNIPER, expected="returned",
             note="Quiet while the order ran and three months after; above its usual range in August 2018."),
        told(story.LANTERN, "fell", "alley gates", date(2017, 9, 1), None,
             comparison=story.VETCHLING, expected="fell", note="A true fall elsewhere."),
        told(story.TANNERS, "growing", "nothing", date(2018, 7, 1), None,
             comparison=story.JUNIPER, expected="growing", note="Nothing was done."),
        told(story.RIVERSIDE, "new", "nothing", date(2018, 8, 1), None,
             comparison=story.JUNIPER, expected="new", note="Nothing was done."),
    )  # fmt: skip
