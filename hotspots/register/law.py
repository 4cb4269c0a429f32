"""The law and custom behind interventions and their clocks, read from two files that a solicitor edits.

`data/interventions.csv` holds a row a kind of intervention, `data/clocks.csv` a row a clock. Each row has its source,
a status and the day somebody last checked it; blank means not checked. The files are read again when they change.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from hotspots.errors import BadFile
from hotspots.settings import PROJECT

KINDS_FILE = PROJECT / "data" / "interventions.csv"
CLOCKS_FILE = PROJECT / "data" / "clocks.csv"
STATUSES = ("in force (recheck)", "check before use", "by agreement")
EPIC = ("Enforcement", "Prevention", "Information", "Communication")
STARTS = ("service", "first day", "last day", "request", "assessment day")
UNITS = ("hours", "months", "working days", "")
_YES = {"yes": True, "no": False}
_MUST_CHECK = "Crime and Policing Act 2026"


@dataclass(frozen=True)
class Kind:
    """One kind of intervention; the law in it is data with a status, never advice.

    law, source: "" where it is by agreement · duration: as the law or custom puts it
    longest_months: how long it may run before it is extended, 0 where the law names no months
    clocks: names of `rules` that run · power: id in the register of powers a form begins with, "" where several fit
    status: one of `STATUSES` · epic: one of `EPIC`
    closes: the premises are shut, so the period is left out of "after"
    victim_premises: the occupier is a victim; never an "offender address"
    last_checked: None where nobody has
    """

    code: str
    name: str
    law: str
    who: str
    duration: str
    longest_months: int
    clocks: tuple[str, ...]
    power: str
    status: str
    epic: str
    closes: bool
    victim_premises: bool
    source: str
    last_checked: date | None
    checked_by: str

    @property
    def words(self) -> str:
        """Law, who may use it, how long, and how sure that is, in one line."""
        parts = (self.law, f"who: {self.who}", self.duration, f"law: {self.status}")
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class Rule:
    """The law or custom behind a clock.

    starts: what the time runs from, one of `STARTS` · amount, unit: how long it runs, 0 for none
    without_christmas: 25 December is not counted · while_running: over once the intervention has ended
    last_checked: None where nobody has
    """

    name: str
    label: str
    starts: str
    amount: int
    unit: str
    without_christmas: bool
    while_running: bool
    text: str
    source: str
    status: str
    last_checked: date | None
    checked_by: str


def kinds() -> Mapping[str, Kind]:
    """Kinds of intervention by code, in the order forms list them, as the file stands now."""
    return _kinds(KINDS_FILE, _changed(KINDS_FILE))


def rules() -> Mapping[str, Rule]:
    """Rules of clocks by name, as the file stands now."""
    return _rules(CLOCKS_FILE, _changed(CLOCKS_FILE))


def load_kinds(path: Path) -> Mapping[str, Kind]:
    """The kinds of a file; raises `BadFile` naming the row (line of the file) and the column that is broken."""
    made = {}
    for cell in _rows(path, Kind):
        kind = Kind(
            code=cell.new("code", made),
            name=cell.filled("name"),
            law=cell.text("law"),
            who=cell.filled("who"),
            duration=cell.text("duration"),
            longest_months=cell.number("longest_months"),
            clocks=cell.several("clocks", tuple(rules())),
            power=cell.text("power"),
            status=cell.one_of("status", STATUSES),
            epic=cell.one_of("epic", EPIC),
            closes=cell.yes("closes"),
            victim_premises=cell.yes("victim_premises"),
            source=cell.text("source"),
            last_checked=cell.day("last_checked"),
            checked_by=cell.text("checked_by"),
        )
        cell.require(not kind.law or bool(kind.source), "source", "must say where the law was read")
        cell.require_checked(f"{kind.law} {kind.name}", kind.status)
        made[kind.code] = kind
    return made


def load_rules(path: Path) -> Mapping[str, Rule]:
    """The clocks of a file; raises `BadFile` naming the row (line of the file) and the column that is broken."""
    made = {}
    for cell in _rows(path, Rule):
        rule = Rule(
            name=cell.new("name", made),
            label=cell.filled("label"),
            starts=cell.one_of("starts", STARTS),
            amount=cell.number("amount"),
            unit=cell.one_of("unit", UNITS),
            without_christmas=cell.yes("without_christmas"),
            while_running=cell.yes("while_running"),
            text=cell.filled("text"),
            source=cell.filled("source"),
            status=cell.one_of("status", STATUSES),
            last_checked=cell.day("last_checked"),
            checked_by=cell.text("checked_by"),
        )
        cell.require(bool(rule.amount) == bool(rule.unit), "unit", "goes with an amount, and an amount with it")
        cell.require(not rule.without_christmas or rule.unit == "hours", "without_christmas", "is for hours only")
        cell.require_checked(rule.text, rule.status)
        made[rule.name] = rule
    return made


@dataclass(frozen=True)
class _Row:
    """One row with the line it stands on, so that whatever is wrong with it can say where.

    Each reader takes a column's name and raises `BadFile` with file, row and column where the cell is not as told.
    """

    file: str
    line: int
    cells: Mapping[str, str]

    def require(self, holds: bool, column: str, what: str) -> None:
        """Raise `BadFile` naming file, row and column unless it holds; `what` must be true of the column instead."""
        if not holds:
            raise BadFile(f"{self.file}: row {self.line}: column {column} {what}.")

    def require_checked(self, words: str, status: str) -> None:
        """What the new Act touches says so: in force or not is to be looked up each time."""
        self.require(
            _MUST_CHECK not in words or status == STATUSES[1], "status", f"must be {STATUSES[1]}: {_MUST_CHECK}"
        )

    def text(self, column: str) -> str:
        """The cell without blanks round it, "" where it is empty."""
        return self.cells[column].strip()

    def filled(self, column: str) -> str:
        """A cell that may not be empty."""
        self.require(bool(self.text(column)), column, "is empty; it must be filled")
        return self.text(column)

    def new(self, column: str, taken: Mapping[str, object]) -> str:
        """A filled cell that no earlier row holds."""
        self.require(self.filled(column) not in taken, column, f"holds {self.text(column)} a second time")
        return self.text(column)

    def one_of(self, column: str, words: Sequence[str]) -> str:
        """A cell that holds one of the words; "" among them lets it be empty."""
        told = ", ".join(word or "nothing" for word in words)
        self.require(self.text(column) in words, column, f"must be one of {told}")
        return self.text(column)

    def several(self, column: str, words: Sequence[str]) -> tuple[str, ...]:
        """Words of a cell between semicolons, each one of those given; none where it is empty."""
        held = tuple(word.strip() for word in self.text(column).split(";") if word.strip())
        wrong = [word for word in held if word not in words]
        self.require(not wrong, column, f"names {', '.join(wrong)}, which no row of {CLOCKS_FILE.name} is called")
        return held

    def yes(self, column: str) -> bool:
        """A cell of yes or no as True or False."""
        return _YES[self.one_of(column, tuple(_YES))]

    def number(self, column: str) -> int:
        """A whole number from 0."""
        self.require(self.text(column).isdigit(), column, "must be a whole number, 0 for none")
        return int(self.text(column))

    def day(self, column: str) -> date | None:
        """A date as 2026-11-30, None where the cell is empty."""
        if not self.text(column):
            return None
        try:
            return date.fromisoformat(self.text(column))
        except ValueError as error:
            raise BadFile(f"{self.file}: row {self.line}: column {column} must be a date as 2026-11-30.") from error


def _rows(path: Path, noun: Callable[..., object]) -> list[_Row]:
    columns = list(noun.__dataclass_fields__)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise BadFile(f"{path.name}: row 1: the column(s) {', '.join(missing)} are missing.")
            rows = [_Row(path.name, reader.line_num, row) for row in reader]
    except FileNotFoundError as error:
        raise BadFile(f"The file of law {path.name} is not there; put it back.") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path.name} is not UTF-8; in the spreadsheet choose 'CSV UTF-8' when saving.") from error
    for row in rows:
        if None in row.cells or None in row.cells.values():
            raise BadFile(
                f"{path.name}: row {row.line}: the number of cells differs from the header; check the quotes."
            )
    return rows


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


@lru_cache(maxsize=4)
def _kinds(path: Path, changed: int) -> Mapping[str, Kind]:  # noqa: ARG001
    return load_kinds(path)


@lru_cache(maxsize=4)
def _rules(path: Path, changed: int) -> Mapping[str, Rule]:  # noqa: ARG001
    return load_rules(path)
