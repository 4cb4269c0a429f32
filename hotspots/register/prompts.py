"""Early identification: prompts for the restricted part of a meeting, never counts of crime.

A prompt says where to look and ask. What it finds at an address is restricted; a shared screen
shows only how many addresses a block has.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from hotspots.errors import BadValue
from hotspots.register.wording import require_nobody_named

UNLOCK_MINUTES = 10
TAGS = ("exploited home", "repeat flat")
SHOWN_AS = "supported address"
"""What every tag reads as outside the unlocked panel."""

REPEAT_REPORTS = 3
CUCKOOING_SIGNS = frozenset({"Drugs", "Anti-social behaviour", "Violence and sexual offences"})
CASE_REVIEW_MONTHS = 6
TELL_AT, ASK_AT = 2, 3
"""Reports at which a victim is told of the review, and those at which areas usually let one ask for it."""
CONFIDENCES = ("low", "medium", "high")
HANDLING = ("hub partners", "named agencies only", "police only")
MEMBER_KINDS = ("hub member", "partner", "councillor", "resident")
MAX_CONCERN = 300


@dataclass(frozen=True)
class Tag:
    """A restricted mark on one address; only unlocked members see which.

    tag: one of `TAGS`; an exploited home is a victim's, never an offender's address.
    until: the day it lapses unless it is renewed.
    """

    place_id: int
    address_key: str
    tag: str
    until: date
    id: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if self.tag not in TAGS:
            raise BadValue(f"A tag must be one of {', '.join(TAGS)}.")
        if not self.address_key.strip():
            raise BadValue("A tag needs the address it marks.")


@dataclass(frozen=True)
class Concern:
    """Informal information about a place: a prompt to look, never a count.

    source: kind of person who brought it · handling: who may see it · problem: a problem type
    Raises `BadValue` when the text is too long or seems to name a person, a flat or a number.
    """

    place_id: int
    heard_on: date
    problem: str
    source: str
    confidence: str
    handling: str
    text: str
    id: int | None = None
    version: int = 0

    def __post_init__(self) -> None:
        for value, known, what in (
            (self.source, MEMBER_KINDS, "source"),
            (self.confidence, CONFIDENCES, "confidence"),
            (self.handling, HANDLING, "handling mark"),
        ):
            if value not in known:
                raise BadValue(f"The {what} must be one of {', '.join(known)}.")
        if not 0 < len(self.text.strip()) <= MAX_CONCERN:
            raise BadValue(f"Write the concern in 1 to {MAX_CONCERN} characters.")
        require_nobody_named("concern", self.text)


def still_unlocked(since: datetime | None, *, at: datetime) -> bool:
    """True for `UNLOCK_MINUTES` after unlocking, and never before it."""
    return since is not None and timedelta(0) <= at - since < timedelta(minutes=UNLOCK_MINUTES)


def repeat_addresses(incidents: pd.DataFrame, block: pd.Series, *, least: int = REPEAT_REPORTS) -> pd.DataFrame:
    """Addresses with `least` reports or more: block, address_key (restricted), n, sources, latest.

    incidents: frame of `schema.INCIDENTS` of the days to look at · block: name of the place of
    each row, aligned. Repeat victims and repeat complainers look the same here: ask.
    """
    found = _by_address(incidents, block)
    return found[found["n"] >= least].sort_values("n", ascending=False, kind="stable", ignore_index=True)


def cuckooing_signs(incidents: pd.DataFrame, block: pd.Series) -> pd.DataFrame:
    """Addresses where several partners report two or more signs that go with a home taken over.

    Signs are categories of `CUCKOOING_SIGNS`, drugs among them, from two sources or more. The
    pattern is a question for adult social care and the landlord; most such homes are not cuckooed.
    """
    marked = incidents[incidents["category"].isin(CUCKOOING_SIGNS)]
    found = _by_address(marked, block)
    signs = marked.groupby("address_key")["category"].nunique()
    with_drugs = marked.loc[marked["category"] == "Drugs", "address_key"]
    several = found["address_key"].map(signs).gt(1) & found["address_key"].isin(with_drugs)
    return found[several & (found["sources"] > 1)].reset_index(drop=True)


def case_review_prompt(
    incidents: pd.DataFrame, *, on: date, least: int = TELL_AT, asb: Collection[str] = ("Anti-social behaviour",)
) -> int:
    """How many addresses made `least` or more ASB reports in the six months before `on`.

    Statutory guidance (September 2025) asks that a victim with two reports in any six months is
    told of the ASB Case Review. Only residents' reports count; an address stands in for a
    victim, and rows without one are not counted, so the true number may be higher.
    """
    start = pd.Timestamp(on) - pd.DateOffset(months=CASE_REVIEW_MONTHS)
    mine = incidents[
        incidents["category"].isin(list(asb))
        & incidents["reporter_kind"].eq("resident")
        & (incidents["occurred_from"] >= start)
        & (incidents["occurred_from"] < pd.Timestamp(on))
    ]
    return int((mine["address_key"].value_counts() >= least).sum())


def by_block(found: pd.DataFrame) -> pd.DataFrame:
    """A prompt for the shared screen, without addresses: block, addresses."""
    counted = found.groupby("block", dropna=False)["address_key"].nunique().rename("addresses")
    return counted.sort_values(ascending=False, kind="stable").reset_index()


def _by_address(incidents: pd.DataFrame, block: pd.Series) -> pd.DataFrame:
    rows = incidents.assign(block=block.reindex(incidents.index))
    rows = rows[rows["address_key"].notna()]
    return rows.groupby("address_key", as_index=False).agg(
        block=("block", "first"),
        n=("source", "size"),
        sources=("source", "nunique"),
        latest=("occurred_from", "max"),
    )
