"""The sample's story: its sites, what was done to them, and the effects that are true.

Everything here was written before any method was tuned. A site's rate is in reports a month;
an effect multiplies it from one date to another. `truths.json` is written from this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from hotspots.periods import Window, add_months

MAIN, SECOND = "Tidewick", "Brineholt"
FORCE, FORCE_SLUG = "Farwater Constabulary", "farwater"
LANDLORD = "Saltreach Homes"
SPAN = Window(date(2015, 3, 1), date(2018, 9, 1))
MONTHS = tuple(SPAN.months())
SOURCES = ("police.uk", "council ASB log", "housing", "fire and rescue")
MISSING_SOURCE, MISSING_MONTH = "council ASB log", date(2016, 6, 1)
RECORDING_CHANGE = date(2017, 4, 1)
RECORDING_SHARE = 0.3
DISPERSION = 1.3
"""Variance over mean of a site's monthly counts in re-seeded worlds."""

PARK_VIEW = "Park View (fictional)"
RING = "Streets around Park View"
WEAVERS = "Weavers Court (fictional)"
STATION_PARADE = "Station Parade (fictional)"
MILL_LANE = "Mill Lane car park (fictional)"
TANNERS = "Tanners Court (fictional)"
RIVERSIDE = "Riverside garages (fictional)"
ROPEWALK, FULLERS = "Ropewalk Court (fictional)", "Fullers Row (fictional)"
LANTERN = "Lantern Terrace (fictional)"
JUNIPER, LARKSPUR, VETCHLING = (f"{stem} House (fictional)" for stem in ("Juniper", "Larkspur", "Vetchling"))


@dataclass(frozen=True)
class Site:
    """One block, parade or park: where it lies, how many reports it makes and who takes them.

    east, north: metres from its town's centre · layout: "compact" (inside one street block),
    "spread" (nine buildings too far apart to be one hotspot) or "ring" (round Park View)
    rate: reports a month, all sources, before any effect · mix: shares of the four sources
    """

    name: str
    district: str
    kind: str
    profile: str
    east: float
    north: float
    rate: float
    dwellings: int
    layout: str = "compact"
    radius: float = 22.0

    @property
    def anchor(self) -> str:
        """The site that east and north are measured from, where it is not the town's centre."""
        return _ANCHORS.get(self.name, "")

    @property
    def mix(self) -> tuple[float, ...]:
        """Shares of the four sources, in the order of `SOURCES`."""
        return MIXES[self.profile]


@dataclass(frozen=True)
class Effect:
    """From `start` up to `end`, the site's rate is multiplied by `ratio`; `why` says what did it."""

    site: str
    start: date
    end: date
    ratio: float
    why: str


MIXES: Mapping[str, tuple[float, ...]] = {
    "block": (0.30, 0.36, 0.30, 0.04),
    "shops": (0.72, 0.22, 0.02, 0.04),
    "night": (0.74, 0.20, 0.02, 0.04),
    "park": (0.50, 0.40, 0.02, 0.08),
    "street": (0.555, 0.24, 0.17, 0.035),
}
SHARES = MIXES["street"]
UNLOCATED = (0.02, 0.05, 0.02, 0.0)
"""Share of each source's background rows without a location; police rows then carry no district either."""

_NAMED = (
    (PARK_VIEW, "block", "block", 0, 0, 2.0, 31, "compact", 15),
    (RING, "ring", "street", 0, 0, 4.3, 60, "ring", 0),
    (WEAVERS, "block", "block", 0, -282.3, 6.0, 36, "spread", 0),
    ("Market Walk (fictional)", "shops", "shops", -234, 589, 12.0, 40, "compact", 34),
    ("Bridge Street shops (fictional)", "shops", "night", 194, 301, 9.5, 26, "compact", 32),
    (STATION_PARADE, "shops", "night", 438, 198, 7.0, 22, "compact", 30),
    ("Castle Gardens (fictional)", "park", "park", -526, 381, 5.9, 8, "compact", 34),
    ("Malthouse Lane (fictional)", "street", "night", -830, 470, 5.5, 24, "compact", 28),
    (TANNERS, "block", "block", 494, -60, 4.3, 28, "compact", 24),
    (MILL_LANE, "car park", "park", -500, -213, 1.2, 0, "compact", 22),
    ("Chantry Road (fictional)", "street", "street", 312, -355, 3.5, 20, "compact", 24),
    ("Northgate (fictional)", "street", "night", 354, 653, 5.0, 18, "compact", 24),
    ("Hopfield Court (fictional)", "block", "block", -980, -420, 3.2, 24, "compact", 22),
    ("Ferry Steps (fictional)", "street", "night", 980, 520, 3.2, 14, "compact", 22),
    ("Corn Hall Passage (fictional)", "shops", "night", 120, 1010, 3.1, 12, "compact", 20),
    ("Saddlers Yard (fictional)", "street", "street", -1150, 260, 3.1, 16, "compact", 20),
    ("Pier Gardens (fictional)", "park", "park", 1080, -470, 3.1, 8, "compact", 22),
    ("Brewhouse Close (fictional)", "block", "block", -260, -900, 3.0, 22, "compact", 20),
    (RIVERSIDE, "garages", "park", 260, -1010, 1.1, 0, "compact", 20),
)
_ANCHORS = {RING: PARK_VIEW, WEAVERS: PARK_VIEW, FULLERS: ROPEWALK}
_NAMED_SECOND = (
    (ROPEWALK, "block", "block", 0, 0, 12.0, 34, "compact", 16),
    (FULLERS, "street", "street", 130, 20, 4.0, 18, "compact", 16),
    (LANTERN, "street", "street", -430, 260, 12.0, 30, "compact", 24),
    ("Capstan Square (fictional)", "shops", "night", 380, 330, 6.0, 20, "compact", 26),
    ("Netmakers Court (fictional)", "block", "block", -520, -260, 4.5, 26, "compact", 20),
    ("Bollard Parade (fictional)", "shops", "shops", 330, -420, 4.2, 16, "compact", 22),
)
_ESTATES = {
    MAIN: (
        *(
            "Anchorage",
            "Coralford",
            "Dovecote",
            "Elverstone",
            "Flaxman",
            "Glebeland",
            "Hawkridge",
            "Ingleside",
        ),
        *(
            "Juniper",
            "Kilnfield",
            "Larkspur",
            "Mossfold",
            "Nettlefold",
            "Orchardson",
            "Pennywort",
            "Quarrymead",
        ),
        *("Rushwater", "Sorrel"),
    ),
    SECOND: (
        *("Tallowfield", "Umberslade", "Vetchling", "Withyside", "Yarrowby", "Askerley", "Bramblecote"),
        "Cloverdine",
    ),
}
_ESTATE_RATES = {
    MAIN: (1.3, 2.2, 2.9, 3.4, 3.8, 4.2, 4.6, 5.0, 5.4, 5.8, 6.3, 6.8, 7.4, 8.1, 3.1, 4.0, 5.2, 2.5),
    SECOND: (1.6, 2.6, 10.0, 4.1, 4.9, 5.8, 6.9, 3.0),
}


def sites() -> tuple[Site, ...]:
    """Every site of the sample: the named ones, then the landlord's estates that nobody touches.

    Estates lie where `sample_geography` finds room (east and north are NaN here).
    """
    named = [
        Site(n, district, kind, profile, e, no, rate, dwellings, layout, radius)
        for district, rows in ((MAIN, _NAMED), (SECOND, _NAMED_SECOND))
        for n, kind, profile, e, no, rate, dwellings, layout, radius in rows
    ]
    estates = [
        Site(f"{stem} House (fictional)", d, "block", "block", np.nan, np.nan, rate, 24 + 4 * (i % 7), "spread")
        for d, stems in _ESTATES.items()
        for i, (stem, rate) in enumerate(zip(stems, _ESTATE_RATES[d], strict=True))
    ]
    return (*named, *estates)


def _rise(name: str, path: Mapping[str, float], base: float, why: str) -> list[Effect]:
    """One effect a month, so that the rate follows `path` (reports a month)."""
    effects = []
    for month, rate in path.items():
        start = date.fromisoformat(f"{month}-01")
        effects.append(Effect(name, start, add_months(start, 1), rate / base, why))
    return effects


_PARK_VIEW_RISE = dict(zip([f"2017-{m:02d}" for m in range(3, 11)], (5, 6.2, 7.8, 9, 10.2, 10.8, 11, 11), strict=True))
_MILL_LANE_RISE = dict(
    zip(
        ["2016-11", "2016-12", *[f"2017-{m:02d}" for m in range(1, 11)]],
        (1.4, 1.6, 2, 2.2, 2.6, 3.2, 3.8, 4.2, 4.8, 5.2, 6, 6.8),
        strict=True,
    )
)
END = SPAN.end
EFFECTS: tuple[Effect, ...] = (
    *_rise(PARK_VIEW, _PARK_VIEW_RISE, 2.0, "one flat becomes a drug base, two are exploited"),
    Effect(PARK_VIEW, date(2017, 9, 4), date(2017, 11, 1), 1.5, "reporting drive: more told, not more done"),
    Effect(PARK_VIEW, date(2017, 11, 1), date(2017, 11, 21), 8.0, "last weeks before the closure"),
    Effect(PARK_VIEW, date(2017, 11, 21), date(2018, 2, 21), 2.1, "closed: most of the problem gone"),
    Effect(PARK_VIEW, date(2018, 2, 21), END, 0.41, "after the order: one tenth of March to August 2017"),
    Effect(ROPEWALK, date(2017, 9, 1), END, 0.22, "closure order: the problem leaves the block"),
    Effect(FULLERS, date(2017, 9, 1), END, 3.0, "and arrives next door"),
    Effect(LANTERN, date(2017, 9, 1), END, 0.22, "alley gates: a true fall"),
    Effect(STATION_PARADE, date(2017, 9, 4), END, 1.0, "patrols without any effect"),
    *_rise(MILL_LANE, _MILL_LANE_RISE, 1.2, "the car park becomes a meeting place"),
    Effect(MILL_LANE, date(2017, 11, 6), date(2018, 8, 1), 0.42, "closure order and its extension"),
    Effect(MILL_LANE, date(2018, 8, 1), END, 6.7, "returned three months after the order ended"),
    *_rise(TANNERS, {"2018-06": 6, "2018-07": 11, "2018-08": 16}, 4.3, "growing"),
    Effect(RIVERSIDE, date(2018, 8, 1), END, 8.0, "new"),
    Effect("Northgate (fictional)", date(2017, 3, 1), date(2017, 9, 1), 0.6, "fading by itself"),
    Effect("Northgate (fictional)", date(2017, 9, 1), END, 0.3, "fading by itself"),
    Effect("Brewhouse Close (fictional)", date(2018, 3, 1), END, 0.35, "quiet by itself"),
)

SEASON = (0.87, 0.89, 0.95, 1.0, 1.05, 1.12, 1.11, 1.05, 1.05, 1.0, 0.94, 0.91)
"""January to December, all reports."""


def rates(all_sites: tuple[Site, ...]) -> np.ndarray:
    """Expected reports of each site in each month, shape (sites, 42), missing month not yet removed."""
    table = np.array([[s.rate] * len(MONTHS) for s in all_sites])
    row = {s.name: i for i, s in enumerate(all_sites)}
    for effect in EFFECTS:
        table[row[effect.site]] *= [_mean_ratio(effect, month) for month in MONTHS]
    return table


def _mean_ratio(effect: Effect, month: date) -> float:
    """The effect's ratio averaged over the days of a month."""
    end = add_months(month, 1)
    days = max(0, (min(effect.end, end) - max(effect.start, month)).days)
    return 1 + (effect.ratio - 1) * days / (end - month).days


def month_index(day: date) -> int:
    """Position of the month of `day` in `MONTHS`."""
    return (day.year - SPAN.start.year) * 12 + day.month - SPAN.start.month


def month_days() -> tuple[np.ndarray, np.ndarray]:
    """Weekday (Monday 0) of each month's first day, and its number of days."""
    first = np.array([m.weekday() for m in MONTHS])
    return first, np.array([(add_months(m, 1) - m) // timedelta(days=1) for m in MONTHS])
