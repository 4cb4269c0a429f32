"""The partners: who they are, what they bring, whom to invite, and where they meet unknowingly."""

import csv
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

from hotspots.errors import BadFile, BadValue

COLUMNS: Mapping[str, str] = {
    "agency": "text",
    "kind": "text",
    "lead_role": "text",
    "statutory_status": "text",
    "agreement_signed": "date",
    "agreement_expires": "date",
    "tier": "number",
    "problem_types": "list",
    "powers_held": "list",
    "data_feed": "text",
    "last_received": "date",
}
"""Column of `data/partners.csv` → what it holds; lists are parted by semicolons."""

_EMPTY: Mapping[str, object] = {"text": "", "date": pd.NaT, "number": 0, "list": ()}
EMPTY_PARTNER: Mapping[str, object] = {column: _EMPTY[kind] for column, kind in COLUMNS.items()}
"""A partner of whom nothing is known."""
_ASKED = {"agency": "the agency's name", "kind": "its kind", "lead_role": "the role that leads for it"}
_NEEDED = ("agency", "kind", "lead_role", "tier")
TIERS = (0, 1, 2, 3)
WARN_DAYS = 90
"""An agreement that ends within this many days is listed."""


def load_partners(path: Path) -> pd.DataFrame:
    """The partner register as a frame of `COLUMNS`, lists as tuples, dates as Timestamps.

    Columns may come in any order. Raises `BadFile` naming the row (line of the file) and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
            if missing:
                raise BadFile(f"{path.name}: row 1: the column(s) {', '.join(missing)} are missing.")
            rows = [_partner(row, reader.line_num, path.name) for row in reader]
    except FileNotFoundError as error:
        raise BadFile(f"The partner register {path.name} is not there; put the file back.") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path.name} is not UTF-8; in the spreadsheet choose 'CSV UTF-8' when saving.") from error
    names = [row["agency"] for row in rows]
    doubled = sorted({n for n in names if names.count(n) > 1})
    if doubled:
        raise BadFile(f"{path.name}: column agency: {', '.join(doubled)} stands in more than one row.")
    return partners_frame(rows)


def partners_frame(rows: Collection[Mapping[str, object]]) -> pd.DataFrame:
    """Partners given as mappings, with the frame's types whatever the number of rows."""
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
    dates = [c for c, kind in COLUMNS.items() if kind == "date"]
    return frame.astype(dict.fromkeys(dates, "datetime64[us]"))


def partner_of(**given: object) -> dict[str, object]:
    """One partner as a row of `COLUMNS`, days as Timestamps; what is not given is empty.

    Raises `BadValue` naming what is missing or does not fit.
    """
    row = {column: given.get(column, empty) for column, empty in EMPTY_PARTNER.items()}
    row |= {c: row[c].strip() for c, kind in COLUMNS.items() if kind == "text"}
    row |= {c: pd.Timestamp(row[c]) for c, kind in COLUMNS.items() if kind == "date"}
    missing = [words for column, words in _ASKED.items() if not row[column]]
    if missing:
        raise BadValue(f"The partner was not saved: it needs {', '.join(missing)}.")
    if row["tier"] not in TIERS:
        raise BadValue(f"The partner was not saved: its tier must be {', '.join(map(str, TIERS))}.")
    if row["agreement_expires"] < row["agreement_signed"]:
        raise BadValue("The partner was not saved: its agreement ends before it was signed.")
    if pd.isna(row["agreement_signed"]) and not pd.isna(row["agreement_expires"]):
        raise BadValue("The partner was not saved: say when the agreement that ends was signed.")
    return row


def suggested_attendees(
    partners: pd.DataFrame,
    problems: Collection[str],
    *,
    owners: Collection[str] = (),
    elsewhere: Collection[str] = (),
) -> pd.DataFrame:
    """Whom to invite for today's agenda, best match first: agency, lead_role, kind, why, matches.

    problems: problem types on the agenda · owners: agencies with an action due, always invited
    elsewhere: names of districts not on the agenda; an agency named after one of them stays away
    """
    of_another = partners["agency"].map(lambda name: name not in owners and any(d in name for d in elsewhere))
    partners = partners[~of_another.astype(bool)]
    wanted = set(problems)
    matched = partners["problem_types"].map(lambda held: sorted(wanted.intersection(held)))
    owes = partners["agency"].isin(list(owners))
    table = partners[["agency", "lead_role", "kind"]].assign(
        why=[
            "; ".join([*(["has an action due"] if due else []), *types])
            for due, types in zip(owes, matched, strict=True)
        ],
        matches=matched.map(len) + owes,
    )
    return table[table["matches"] > 0].sort_values(
        ["matches", "agency"], ascending=[False, True], kind="stable", ignore_index=True
    )


def agreements_ending(partners: pd.DataFrame, *, on: date, within_days: int = WARN_DAYS) -> pd.DataFrame:
    """Sharing agreements that need a signature, most urgent first: agency, expires, days, state.

    state: "expired", "ends in N days" or "no agreement"; days is negative after the expiry.
    """
    days = (partners["agreement_expires"] - pd.Timestamp(on)).dt.days
    none = partners["agreement_signed"].isna()
    table = pd.DataFrame(
        {
            "agency": partners["agency"],
            "expires": partners["agreement_expires"],
            "days": days.astype("Int64").mask(none),
            "state": [_agreement_state(n, d) for n, d in zip(none, days, strict=True)],
        }
    )
    return table[none | (days <= within_days)].sort_values(
        ["days", "agency"], na_position="last", kind="stable", ignore_index=True
    )


def feeds_silent(partners: pd.DataFrame, *, on: date, days: int = 45) -> pd.DataFrame:
    """Feeds that brought nothing for more than `days`: agency, data_feed, last_received, days."""
    feeds = partners[partners["data_feed"].ne("")]
    silent = (pd.Timestamp(on) - feeds["last_received"]).dt.days
    table = feeds[["agency", "data_feed", "last_received"]].assign(days=silent.astype("Int64"))
    return table[silent.isna() | (silent > days)].sort_values("days", ascending=False, ignore_index=True)


def overlaps(incidents: pd.DataFrame, block: pd.Series, *, days: int = 7) -> pd.DataFrame:
    """Addresses several partners came to within `days` of one another, newest first.

    incidents: frame of `schema.INCIDENTS`; rows without an address or with only a month are
    left out · block: name of the place or hotspot of each row, aligned, missing for none
    Returns block, address_key (restricted: unlocked members only), first, last, partners (text),
    n_partners, n. A run goes on while each report follows the last by no more than `days`, so a
    long run can span more. It says that several came, not that any visit was needless.
    """
    usable = incidents["address_key"].notna() & incidents["time_precision"].isin(("exact", "day"))
    rows = incidents.loc[usable, ["address_key", "source", "occurred_from"]].assign(
        block=block.reindex(incidents.index)[usable], day=lambda r: r["occurred_from"].dt.normalize()
    )
    rows = rows.sort_values(["address_key", "day"], kind="stable")
    gap = rows.groupby("address_key")["day"].diff()
    rows["run"] = (gap.isna() | (gap > pd.Timedelta(days=days))).cumsum()
    several = rows.groupby("run")["source"].transform("nunique") > 1
    runs = rows[several].groupby("run")
    partners = rows[several].drop_duplicates(["run", "source"]).sort_values(["run", "source"]).groupby("run")["source"]
    found = runs.agg(
        block=("block", "first"),
        address_key=("address_key", "first"),
        first=("day", "min"),
        last=("day", "max"),
    ).assign(partners=partners.agg("; ".join), n_partners=partners.size(), n=runs.size())
    return found.sort_values(["last", "n_partners"], ascending=False, kind="stable", ignore_index=True)


def overlaps_by_block(found: pd.DataFrame) -> pd.DataFrame:
    """The overlap list for a shared screen, without addresses: block, addresses, times, latest."""
    table = found.groupby("block", as_index=False, dropna=False).agg(
        addresses=("address_key", "nunique"), times=("n", "size"), latest=("last", "max")
    )
    return table.sort_values(["addresses", "times"], ascending=False, kind="stable", ignore_index=True)


def _agreement_state(none: bool, days: float) -> str:
    if none:
        return "no agreement"
    if pd.isna(days):
        return "no end date"
    return "expired" if days < 0 else f"ends in {int(days)} days"


def _partner(row: Mapping[str, str | None], line: int, name: str) -> dict[str, object]:
    if None in row or None in row.values():
        raise BadFile(f"{name}: row {line}: the number of cells differs from the header; check the quotes.")
    for column in _NEEDED:
        if not row[column].strip():
            raise BadFile(f"{name}: row {line}: column {column} is empty; it must be filled.")
    return {c: _cell(row[c].strip(), kind, f"{name}: row {line}: column {c}") for c, kind in COLUMNS.items()}


def _cell(text: str, kind: str, where: str) -> object:
    if kind == "list":
        return tuple(word.strip() for word in text.split(";") if word.strip())
    if kind == "number":
        if text not in {str(t) for t in TIERS}:
            raise BadFile(f"{where} must be a tier: {', '.join(map(str, TIERS))}.")
        return int(text)
    if kind == "date":
        return _day(text, where)
    return text


def _day(text: str, where: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date() if text else None
        except ValueError:
            continue
    raise BadFile(f"{where} must be a date as 2026-11-30 or 30/11/2026, or empty.")


def recent(incidents: pd.DataFrame, *, on: date, days: int = 90) -> pd.DataFrame:
    """Incidents of the last `days` before `on`: what the overlap list and the prompts look at."""
    start = pd.Timestamp(on) - timedelta(days=days)
    return incidents[(incidents["occurred_from"] >= start) & (incidents["occurred_from"] < pd.Timestamp(on))]
