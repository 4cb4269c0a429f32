"""Are people just not reporting? Who reported, what officers found, what other services saw, in words."""

import re
from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from hotspots.periods import Window
from hotspots.pipeline.comparison_view import ComparisonView
from hotspots.views.sentences import day

RESIDENT, OFFICER = "resident", "officer"
FEWEST_OTHERS = 5
FEWEST_FOR_SHARE = 20
THIRD_PARTY = re.compile(r"\b(fire|ambulance|hospital|a&e|emergency department|coastguard)\b", re.IGNORECASE)
"""Sources that are called out whatever residents think of reporting."""
_PLURALS = {RESIDENT: "residents", OFFICER: "officers", "other service": "other services"}


def reporting(view: ComparisonView) -> str:
    """What reports that residents do not make say beside those they do; "" when the data do not tell."""
    kinds = _of(view, "reporter_kind").set_index("kind")
    if RESIDENT not in kinds.index or len(kinds) < 2:
        return ""
    own, others = kinds.loc[RESIDENT], kinds.drop(RESIDENT)[["before", "after"]].sum()
    text = (
        f"Residents' reports went from {own['before']:,} to {own['after']:,}; those of officers and other services, "
        f"which do not depend on residents, from {others['before']:,} to {others['after']:,}."
    )
    return f"{text} {_reading(view, own, others)}"


def who_reported(view: ComparisonView) -> str:
    """Reports of each kind of reporter, before and after; "" when the data do not say who reported."""
    kinds = _of(view, "reporter_kind")
    if kinds.empty:
        return ""
    parts = [
        f"{_PLURALS.get(row.kind, row.kind)} {row.before:,} to {row.after:,}"
        for row in kinds.sort_values("before", ascending=False, kind="stable").itertuples()
    ]
    return f"Who reported: {', '.join(parts)}."


def officer_found(view: ComparisonView) -> str:
    """The share that officers found themselves, before and after; "" when the data do not say who reported."""
    kinds = _of(view, "reporter_kind").set_index("kind")
    if OFFICER not in kinds.index:
        return ""
    shares = [
        _share(int(kinds.loc[OFFICER, side]), int(kinds[side].sum()), side) for side in ("before", "after")
    ]  # fmt: skip
    return f"Officers found {shares[0]} and {shares[1]}."


def third_party(view: ComparisonView) -> str:
    """Series of services that are called out anyway, fires and ambulances say; "" where none is held."""
    rows = _of(view, "source")
    rows = rows[[bool(THIRD_PARTY.search(source)) for source in rows["kind"]]]
    if rows.empty:
        return ""
    parts = [f"{row.kind} {row.before:,} to {row.after:,}" for row in rows.itertuples()]
    few = " Too few to say more." if rows["before"].sum() < FEWEST_OTHERS else ""
    return f"Called out whatever residents report: {'; '.join(parts)}.{few}"


def drives_line(drives: Sequence[Window]) -> str:
    """That people were asked to report, and when."""
    spans = " and ".join(f"{day(one.start)} to {day(one.end - timedelta(days=1))}" for one in drives)
    return f"Residents were asked to report more ({spans}), so silence since is less likely to be under-reporting."


def _reading(view: ComparisonView, own: pd.Series, others: pd.Series) -> str:
    """What the two together suggest: by the interval where it is clear, else by direction."""
    if others["before"] < FEWEST_OTHERS:
        return "Too few to tell silence from quiet."
    fell = own["after"] < own["before"]
    if fell != (others["after"] < others["before"]):
        return "They went different ways, so a change in reporting may be part of it."
    ratio = view.silence
    if ratio is not None and fell and ratio.high < 1:
        return "Both fell, but residents' reports fell further than chance gives, so silence may be part of it."
    if not fell:
        return "Both went the same way."
    if view.others_fell:
        return "Both fell, and not by luck alone, so silence alone would not explain it."
    return "Both fell, but officers and other services made too few reports to rule silence out."


def _of(view: ComparisonView, what: str) -> pd.DataFrame:
    return view.reporting[view.reporting["what"] == what]


def _share(found: int, of: int, side: str) -> str:
    percent = f" ({found / of:.0%})" if of >= FEWEST_FOR_SHARE else ""
    return f"{found:,} of {of:,} reports {side}{percent}"
