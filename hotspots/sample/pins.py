"""The committed seed's exact counts: the numbers that screens, tests and README share.

Six lines of six to twelve months each: March 2015 to February 2016, then half years from
March 2016. June 2016 counts only what the sources other than the council log received.
"""

from collections.abc import Mapping

from hotspots.errors import BadValue
from hotspots.sample import story as story

PINNED_SEED = 20171121


def _series(text: str) -> tuple[int, ...]:
    numbers = tuple(int(word) for word in text.replace("|", " ").split())
    if len(numbers) != len(story.MONTHS):
        raise BadValue(f"A pinned series needs {len(story.MONTHS)} months; {len(numbers)} were given.")
    return numbers


SITE_MONTHS: Mapping[str, tuple[int, ...]] = {
    name: _series(text)
    for name, text in {
        story.PARK_VIEW: "1 0 2 1 2 1 0 1 2 0 1 2 | 1 2 3 1 3 2 | 2 3 2 1 3 2 | 5 6 8 9 10 11 "
        "| 14 19 15 6 4 3 | 2 1 0 1 0 0",
        story.WEAVERS: "6 5 7 4 8 6 5 7 4 6 5 6 | 6 7 6 3 7 6 | 6 5 6 7 5 6 | 3 5 9 4 10 7 "
        "| 6 7 5 6 5 5 | 1 4 9 3 10 7",
        story.RING: "4 4 3 5 4 4 5 4 3 4 4 5 | 4 4 5 3 4 4 | 5 4 3 4 4 3 | 2 7 3 6 2 7 | 5 6 6 5 4 4 | 6 2 3 6 1 5",
        story.STATION_PARADE: "7 6 8 7 9 6 7 8 6 7 5 7 | 7 8 6 5 8 7 | 7 6 5 6 5 6 | 6 7 8 11 13 9 "
        "| 5 3 6 7 8 6 | 7 8 6 7 8 7",
        story.TANNERS: "4 3 5 4 4 5 3 4 4 5 3 4 | 4 5 4 3 5 4 | 4 5 4 3 4 5 | 3 4 5 4 5 4 "
        "| 5 12 6 4 5 4 | 4 5 4 6 11 17",
        story.MILL_LANE: "1 2 0 1 2 1 1 0 1 2 1 1 | 1 2 1 1 0 2 | 1 1 1 1 2 2 | 2 3 4 4 5 5 "
        "| 6 8 2 0 1 0 | 1 0 1 0 1 8",
        story.RIVERSIDE: "1 0 1 2 1 0 1 1 2 0 1 1 | 2 1 0 1 1 2 | 1 1 0 2 1 1 | 1 2 1 0 2 1 "
        "| 1 1 2 0 1 1 | 1 2 0 1 2 9",
        "Northgate (fictional)": "5 4 6 5 5 4 6 5 4 5 5 4 | 5 6 5 4 5 5 | 4 5 5 5 5 4 | 4 3 3 3 2 2 "
        "| 2 1 1 2 1 2 | 2 1 2 1 2 1",
        "Chantry Road (fictional)": "3 4 3 4 3 3 4 3 4 3 3 4 | 3 4 4 2 3 4 | 3 4 3 4 3 3 | 3 4 4 3 4 3 "
        "| 3 4 4 4 4 4 | 4 3 2 2 1 1",
        "Pier Gardens (fictional)": "3 3 3 4 3 4 4 3 3 2 3 2 | 3 3 3 2 4 3 | 3 3 3 3 3 3 | 3 4 3 3 3 3 "
        "| 3 2 5 4 4 4 | 4 3 3 2 1 1",
        "Brewhouse Close (fictional)": "2 3 3 2 4 3 2 3 3 2 3 3 | 3 2 4 2 3 3 | 3 2 3 3 3 2 | 3 3 4 3 3 3 "
        "| 3 3 3 3 2 3 | 2 2 1 1 0 1",
        story.ROPEWALK: "11 12 13 10 12 14 11 12 10 13 12 11 | 12 13 11 8 13 12 | 12 11 13 12 11 12 "
        "| 11 12 13 11 12 12 | 5 4 3 2 4 3 | 3 2 3 3 2 3",
        story.FULLERS: "4 3 5 4 4 5 3 4 4 5 3 4 | 4 5 4 3 5 4 | 4 3 5 4 4 4 | 3 4 5 4 4 3 "
        "| 9 10 11 12 11 12 | 11 12 13 11 12 11",
        story.LANTERN: "12 11 13 12 14 12 11 13 12 11 12 13 | 12 13 11 9 14 12 | 12 11 13 12 11 12 "
        "| 12 12 13 11 13 12 | 4 3 3 3 2 4 | 3 2 3 3 2 3",
        story.VETCHLING: "10 9 11 10 10 11 9 10 10 11 9 10 | 10 11 10 8 10 11 | 9 10 11 10 9 10 "
        "| 10 11 10 9 10 10 | 10 9 11 10 10 9 | 10 10 9 11 10 10",
        story.LARKSPUR: "6 7 5 6 7 6 6 5 7 6 6 7 | 6 7 6 5 7 6 | 6 5 7 6 6 7 | 6 7 6 6 7 6 | 6 7 6 5 7 6 | 6 6 7 6 6 6",
    }.items()
}
"""Reports a month, all sources together."""

TWELVE_MONTHS: Mapping[str, tuple[int, int, int, int]] = {
    "Market Walk (fictional)": (148, 11, 146, 12),
    "Bridge Street shops (fictional)": (117, 10, 112, 9),
    "Castle Gardens (fictional)": (71, 6, 68, 6),
    "Malthouse Lane (fictional)": (66, 5, 63, 5),
    "Hopfield Court (fictional)": (38, 3, 38, 3),
    "Ferry Steps (fictional)": (38, 4, 41, 3),
    "Corn Hall Passage (fictional)": (37, 3, 40, 3),
    "Saddlers Yard (fictional)": (37, 3, 38, 3),
}
"""Reports in the twelve months to October 2017, in October 2017 alone, in the twelve months to
August 2018, and in August 2018 alone; chance spreads the rest over the other months."""

DISTRICT_MONTHS = _series(
    "628 671 704 752 741 722 718 668 640 612 590 601 | 637 679 699 748 757 739 | 733 656 638 599 588 608 "
    "| 640 679 715 770 756 705 | 710 696 628 633 598 578 | 642 667 687 716 731 732"
)
"""All reports of the main district; June 2016 as it would have been with the council log."""

AUGUST_2018_BY_SOURCE = (405, 176, 127, 24)
NO_POLICE_AT = (story.WEAVERS, story.RING)
"""Without police.uk rows in March to August 2017 and 2018, so that a before/after that leaves out
snapped, month-only rows reads the same counts as one that does not."""
