"""The powers register: who may enter or act, by which route, with which notice.

`data/powers.csv` is the law as data: one row a power, each with its status, its source and the
fields that came from memory. A solicitor edits the file; nothing here says that anyone may enter.
"""

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd

from hotspots.errors import BadFile, BadValue
from hotspots.register.clocks import clear_working_days_before, hours_before, local_time

NOT_LEGAL_ADVICE = "Not legal advice. A solicitor must check a route before it is used; blank means not checked."
VISIT_RULES = (
    "Each officer uses an own power for its own purpose; no agency's entry is cover for another's search.",
    "Show written authority and identity; council officers follow the Code of Practice on powers of entry.",
    "Record who entered, under which power, when, and what was done.",
)
# fmt: off
COLUMNS = (
    "id", "kind", "power", "statute", "section", "agency", "agency_group", "police_held", "premises",
    "private_dwelling", "warrant_or_consent", "notice_period", "force", "problem_types", "legal_status",
    "verified", "fields_from_memory", "source", "occupier", "link", "last_checked", "checked_by",
)
# fmt: on
_MAY_BE_BLANK = {"fields_from_memory", "occupier", "link", "last_checked", "checked_by"}
REACHES_DWELLING = ("yes", "yes-after-notice", "warrant-only")
WALES_ONLY = "in force in Wales only"
_WORDS: Mapping[str, tuple[str, ...]] = {
    "kind": ("entry", "own-land", "enforcement-only", "no-power"),
    "police_held": ("yes", "shared", "no"),
    "private_dwelling": (*REACHES_DWELLING, "no", "land-only", "n/a"),
    "legal_status": ("in force (recheck)", "check before use", WALES_ONLY, "not a power of entry"),
    "verified": ("source seen", "from memory"),
}
OCCUPIERS: Mapping[str, str] = {
    "vulnerable person": "person",
    "child at risk": "person",
    "arrested or supervised person": "person",
    "tenant": "tenure",
    "owner-occupier": "tenure",
    "unoccupied": "tenure",
    "trespasser": "tenure",
}
"""Situations of who lives there → the question each answers; a row is left out only by another
answer to the same question, so a vulnerable occupier keeps the landlord's routes."""

AGENCIES: Mapping[str, str] = {
    "police": "Police",
    "district-EH": "District: environmental health",
    "district-housing": "District: housing standards",
    "district-asb": "District: anti-social behaviour",
    "district-building": "District: building control",
    "district-licensing": "District: licensing",
    "district-planning": "District: planning",
    "landlord": "Landlord or registered provider",
    "fire": "Fire and rescue",
    "county-social": "County: social care",
    "county-ts": "County: trading standards",
    "county-highways": "County: highways",
    "county-education": "Schools",
    "health": "Health",
    "court": "Courts and bailiffs",
    "immigration": "Immigration Enforcement",
    "hmrc": "HM Revenue and Customs",
    "dwp": "Work and Pensions",
    "fwa": "Fair Work Agency",
    "ea": "Environment Agency",
    "hse": "Health and Safety Executive",
    "defra-apha": "Animal welfare inspectors",
    "gambling": "Gambling Commission",
    "dvsa": "Vehicle agencies",
    "utility": "Utilities",
    "tvl": "TV Licensing",
    "national-other": "Other national bodies",
    "rspca": "RSPCA",
    "probation": "Probation",
    "voluntary": "Voluntary sector",
}
"""Groups in the order lists show them."""

PREMISES = ("dwelling", "HMO", "common parts", "business", "land")
_SPEAKS_OF: Mapping[str, str] = {
    "dwelling": r"dwelling|residential|residence|home|house\b|flats?\b",
    "HMO": r"HMO|licensable house|dwelling|residential|house\b|common parts|communal",
    "common parts": r"common parts|communal|HMO|block",
    "business": r"business|licensed|licens(ing|able a)|TEN\b|food|work|agency|operator|gambling|storage"
    r"|trade|applica|regulated|provider prem|PSV|employment|school|hospital|settings|non-domestic|site",
    "land": r"\bland\b|open air|road|vehicle|vessel|caravan|site\b",
}
_ANY_PREMISES = re.compile(r"any\b|land and premises|building or|premises\b(?! (suspected|under|where|believed))")
_EXCLUSION = re.compile(r"(;|,? not |,? but |other than|except).*")
_STOPS_AT_DOOR = re.compile(r"common parts|communal|consent")
_DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")
_NUMBERS = {"two": 2, "three": 3, "seven": 7, "fourteen": 14}
_NOTICE = re.compile(r"(\d+|two|three|seven|fourteen)[\s-]*(clear |working )?(hours?|h\b|days?)")


@dataclass(frozen=True)
class Routes:
    """What the finder found, a frame of the register's columns each.

    routes: powers of entry and own land that fit · at_the_door: fitting rows that stop short of
    the dwelling (common parts, or consent) · supporting: notices and orders that give no entry
    warnings: partners without a power · agencies: agency_group, agency, routes, police_only
    """

    routes: pd.DataFrame
    at_the_door: pd.DataFrame
    supporting: pd.DataFrame
    warnings: pd.DataFrame
    agencies: pd.DataFrame

    @property
    def police_only(self) -> int:
        """Routes that only the police hold."""
        return int((self.routes["police_held"] == "yes").sum())

    @property
    def heading(self) -> str:
        """The count line, "18 routes fit, 5 are police-only"."""
        n, police = len(self.routes), self.police_only
        fit = "1 route fits" if n == 1 else f"{n} routes fit"
        return f"{fit}, {police} {'is' if police == 1 else 'are'} police-only"


def load_powers(path: Path) -> pd.DataFrame:
    """The register as a frame of `COLUMNS` in file order, plus `checked` (bool), index id.

    last_checked: date or None · checked: True only where checked_by holds a name and last_checked
    a date. Raises `BadFile` naming the row (line of the file) and the column that is broken.
    """
    rows = [_checked_row(row, line, path.name) for line, row in _read(path)]
    ids = [row["id"] for row in rows]
    doubled = sorted({i for i in ids if ids.count(i) > 1})
    if doubled:
        raise BadFile(f"{path.name}: column id: {', '.join(doubled)} stands in more than one row; make ids unique.")
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["checked"] = (frame["checked_by"] != "") & frame["last_checked"].notna()
    return frame.set_index("id", drop=False).rename_axis(None)


def cited(powers: pd.DataFrame, power_id: str) -> str:
    """A power by its section and statute, as a list names it; "none" without one, the id where no row bears it."""
    if not power_id:
        return "none"
    return ", ".join(powers.loc[power_id, ["section", "statute"]]) if power_id in powers.index else power_id


def problem_types(powers: pd.DataFrame) -> list[str]:
    """Every problem type the register uses, in alphabetical order."""
    return sorted({word for text in powers["problem_types"] for word in text.split(";")}, key=str.casefold)


def find_powers(
    powers: pd.DataFrame,
    *,
    problems: Collection[str] = (),
    premises: str = "",
    occupiers: Collection[str] = (),
    not_police: bool = False,
    dwelling: bool = False,
    source_seen: bool = False,
    verified: bool = False,
    search: str = "",
    wales: bool = False,
) -> Routes:
    """Routes that fit a problem, grouped by agency.

    powers: frame of `load_powers` · problems: any of `problem_types`, empty for all
    premises: one of `PREMISES` or empty · occupiers: any of `OCCUPIERS`
    not_police: leave out what only the police hold · dwelling: somebody lives there
    verified: only rows a named solicitor checked on a date · search: words of power, statute or agency
    A row is left out only when its own text names something else; on doubt it stays.
    Raises `BadValue` for a word the register does not know.
    """
    _require_known(powers, problems, premises, occupiers)
    chosen = powers[_mentions(powers["problem_types"], problems) & _fits_occupier(powers["occupier"], occupiers)]
    chosen = chosen[_matches(chosen, search) & (wales | (chosen["legal_status"] != WALES_ONLY))]
    if not_police:
        chosen = chosen[chosen["police_held"] != "yes"]
    if source_seen:
        chosen = chosen[chosen["verified"] == "source seen"]
    if verified:
        chosen = chosen[chosen["checked"]]
    routes = chosen[chosen["kind"].isin(("entry", "own-land"))]
    lived_in = dwelling or premises == "dwelling"
    reaches = routes["private_dwelling"].isin(REACHES_DWELLING)
    at_the_door = routes[~reaches & routes["premises"].str.contains(_STOPS_AT_DOOR)] if lived_in else routes[:0]
    routes = routes[reaches] if lived_in else routes
    routes = _by_agency(routes[_fits_premises(routes, premises)])
    supporting, warnings = (chosen[chosen["kind"] == kind] for kind in ("enforcement-only", "no-power"))
    return Routes(routes, _by_agency(at_the_door), _by_agency(supporting), warnings, _count_agencies(routes))


def joint_visit_plan(rows: pd.DataFrame, *, visit_at: datetime) -> pd.DataFrame:
    """What each agency must do before a joint visit, earliest notice first.

    rows: chosen rows of the register · visit_at: local time of the visit
    Returns agency, power_id, purpose (the agency's own), seek (warrant or consent), notice (the
    register's words), serve_by (local time, NaT where the words hold no number), force, status.
    serve_by takes the longest period in the words, days as clear days, so it errs early; read
    the words beside it. Raises `BadValue` for rows without a power of entry.
    """
    powerless = rows.loc[rows["kind"] == "no-power", "agency"]
    if len(powerless):
        raise BadValue(f"{', '.join(powerless)} has no power of entry; it can come only by invitation.")
    visit = local_time(visit_at)
    plan = pd.DataFrame(
        {
            "agency": rows["agency"],
            "power_id": rows["id"],
            "purpose": rows["power"] + " (" + rows["statute"] + " " + rows["section"] + ")",
            "seek": rows["warrant_or_consent"],
            "notice": rows["notice_period"],
            "serve_by": pd.Series(
                [_serve_by(text, visit) for text in rows["notice_period"]],
                index=rows.index,
                dtype="datetime64[us, Europe/London]",
            ),
            "force": rows["force"],
            "status": rows["legal_status"] + ", " + rows["verified"],
        }
    )
    return plan.sort_values(["serve_by", "agency"], na_position="last", kind="stable").reset_index(drop=True)


def checked_text(row: Mapping[str, object]) -> str:
    """ "checked by … on …" or "not checked", for one row of the register."""
    return f"checked by {row['checked_by']} on {row['last_checked']:%d %B %Y}" if row["checked"] else "not checked"


def _read(path: Path) -> list[tuple[int, dict]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
            if missing:
                raise BadFile(f"{path.name}: row 1: the column(s) {', '.join(missing)} are missing.")
            return [(reader.line_num, row) for row in reader]
    except FileNotFoundError as error:
        raise BadFile(f"The powers register {path.name} is not there; put the file back.") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path.name} is not UTF-8; in the spreadsheet choose 'CSV UTF-8' when saving.") from error


def _checked_row(row: dict, line: int, name: str) -> dict:
    if None in row or None in row.values():
        raise BadFile(f"{name}: row {line}: the number of cells differs from the header; check the quotes.")
    clean = {column: row[column].strip() for column in COLUMNS}
    for column, value in clean.items():
        if not value and column not in _MAY_BE_BLANK:
            raise BadFile(f"{name}: row {line}: column {column} is empty; it must be filled.")
        if column in _WORDS and value not in _WORDS[column]:
            raise BadFile(f"{name}: row {line}: column {column} must be one of {', '.join(_WORDS[column])}.")
    if clean["agency_group"] not in AGENCIES:
        raise BadFile(f"{name}: row {line}: column agency_group must be one of {', '.join(AGENCIES)}.")
    if any(word not in OCCUPIERS for word in _split(clean["occupier"])):
        raise BadFile(f"{name}: row {line}: column occupier may hold {', '.join(OCCUPIERS)}, or nothing.")
    return {**clean, "last_checked": _date(clean["last_checked"], line, name)}


def _date(text: str, line: int, name: str) -> date | None:
    if not text:
        return None
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise BadFile(f"{name}: row {line}: column last_checked must be a date as 2026-11-30 or 30/11/2026.")


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(";") if word.strip()]


def _require_known(powers: pd.DataFrame, problems: Collection[str], premises: str, occupiers: Collection[str]) -> None:
    for what, given, known in (
        ("problem type", problems, problem_types(powers)),
        ("kind of premises", [premises] if premises else [], PREMISES),
        ("occupier situation", occupiers, OCCUPIERS),
    ):
        wrong = sorted(set(given) - set(known))
        if wrong:
            raise BadValue(f"{', '.join(wrong)} is not a {what} of the register; choose from {', '.join(known)}.")


def _mentions(column: pd.Series, words: Collection[str]) -> pd.Series:
    return column.map(lambda text: not words or not set(words).isdisjoint(_split(text))).astype(bool)


def _fits_occupier(column: pd.Series, occupiers: Collection[str]) -> pd.Series:
    asked = {q: {o for o in occupiers if OCCUPIERS[o] == q} for q in set(OCCUPIERS.values())}

    def fits(text: str) -> bool:
        answers = [(OCCUPIERS[word], word) for word in _split(text)]
        return all(not asked[q] or any(a in asked[q] for p, a in answers if p == q) for q, _ in answers)

    return column.map(fits).astype(bool)


def _matches(rows: pd.DataFrame, search: str) -> pd.Series:
    text = rows[["power", "statute", "section", "agency"]].agg(" ".join, axis=1).str.casefold()
    hit = pd.Series(True, index=rows.index)
    for word in search.casefold().split():
        hit &= text.str.contains(word, regex=False).astype(bool)
    return hit


def _fits_premises(rows: pd.DataFrame, premises: str) -> pd.Series:
    if premises in ("", "dwelling"):  # the column private_dwelling has decided on dwellings
        return pd.Series(True, index=rows.index)

    def fits(text: str) -> bool:
        text = _EXCLUSION.sub("", text)
        speaks_of = {kind for kind, words in _SPEAKS_OF.items() if re.search(words, text)}
        return bool(_ANY_PREMISES.match(text)) or not speaks_of or premises in speaks_of

    lived_in = rows["private_dwelling"].isin(REACHES_DWELLING) & (premises == "HMO")
    return rows["premises"].map(fits).astype(bool) | lived_in


def _by_agency(rows: pd.DataFrame) -> pd.DataFrame:
    order = {group: i for i, group in enumerate(AGENCIES)}
    return rows.iloc[rows["agency_group"].map(order).argsort(kind="stable")]


def _count_agencies(routes: pd.DataFrame) -> pd.DataFrame:
    police = routes["police_held"].eq("yes")
    counted = routes.assign(police_only=police).groupby("agency_group", sort=False)["police_only"]
    table = counted.agg(routes="size", police_only="sum").reset_index()
    table.insert(1, "agency", table["agency_group"].map(AGENCIES))
    return table


def _serve_by(notice: str, visit: datetime) -> datetime | None:
    options = [_before(visit, *match.groups()) for match in _NOTICE.finditer(notice)]
    return min(options, default=None)


def _before(visit: datetime, number: str, how: str | None, unit: str) -> datetime:
    n = _NUMBERS.get(number) or int(number)
    if unit.startswith("h"):
        return hours_before(visit, n)
    if how == "working ":
        return clear_working_days_before(visit, n)
    day = visit.date() - timedelta(days=n + 1)
    return local_time(datetime(day.year, day.month, day.day, 23, 59))


def law_of(powers: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """The rows with the given ids, in their order; raises `BadValue` for an unknown id."""
    unknown = [i for i in ids if i not in powers.index]
    if unknown:
        raise BadValue(f"{', '.join(unknown)} is not in the powers register.")
    return powers.loc[list(ids)]
