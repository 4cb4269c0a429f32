"""The windows of a comparison: whole periods, the action left out, reporting drives never inside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from hotspots.errors import BadValue, NoData
from hotspots.periods import Window, add_months, month_start

Unit = Literal["week", "month"]

DEFAULT_PERIODS = {"week": 26, "month": 6}


@dataclass(frozen=True)
class Windows:
    """What is compared: `before` and `after`, in whole units; `closed` is the action itself, left out.

    notes: what moved or shortened them, in words.
    """

    before: Window
    after: Window
    closed: Window | None
    notes: tuple[str, ...]


def windows_for(
    start: date,
    end: date | None,
    *,
    unit: Unit,
    held: Window,
    periods: int | None = None,
    drives: Sequence[Window] = (),
    same_season: bool = False,
) -> Windows:
    """Windows round an action that began on `start` and was over on `end` (the day after its last).

    held: the whole months the data cover · periods: whole units a side (26 weeks or 6 months)
    drives: reporting drives, which no window may touch · same_season: the same dates of an earlier
    year before, instead of the units just before. Weeks run from the action's dates; months are
    calendar months, and a month the action touches is in neither window.
    Raises `BadValue` for dates out of order or no periods, `NoData` when one side has no whole unit.
    """
    _check(start, end, unit, periods)
    wanted = periods or DEFAULT_PERIODS[unit]
    closed = Window(start, end) if end and end > start else None
    earliest = _ceiling(closed.end if closed else start, unit)
    after, notes = _after(earliest, wanted, unit, held, drives)
    if same_season:
        before, after, more = _a_year_apart(after, start, unit, held, drives)
    else:
        before, more = _before(_floor(start, unit), wanted, unit, held, drives)
    return Windows(before, after, closed, (*notes, *more))


def moved(day: date, steps: int, unit: Unit) -> date:
    """A day moved by whole units."""
    return add_months(day, steps) if unit == "month" else day + timedelta(weeks=steps)


def length_in(window: Window, unit: Unit) -> int:
    """Whole units of a window."""
    return int(window.length_in_months) if unit == "month" else window.days // 7


def _after(earliest: date, wanted: int, unit: Unit, held: Window, drives: Sequence[Window]) -> tuple[Window, list[str]]:
    first, drive = earliest, None
    while (hit := _touched(Window(first, moved(first, wanted, unit)), drives)) is not None:
        first, drive = _ceiling(hit.end, unit), hit
    units = _fitting(first, held.end, wanted, unit)
    if units < 1:
        due = moved(first, 1, unit)
        raise NoData(
            f"The window after it starts on {first}, and the data held end before a whole {unit} of it is "
            f"over ({due}); compare once that is imported."
        )
    notes = [_drive_note(drive, "after")] if drive else []
    if units < wanted:
        notes.append(f"The data end {units} {unit}s after it, so the window after is shorter than {wanted}.")
    return Window(first, moved(first, units, unit)), notes


def _before(latest: date, wanted: int, unit: Unit, held: Window, drives: Sequence[Window]) -> tuple[Window, list[str]]:
    last, drive = latest, None
    while (hit := _touched(Window(moved(last, -wanted, unit), last), drives)) is not None:
        last, drive = _floor(hit.start, unit), hit
    units = next((n for n in range(wanted, 0, -1) if moved(last, -n, unit) >= held.start), 0)
    if units < 1:
        raise NoData(
            f"The window before it ends on {last}, and the data held start on {held.start}; "
            "import earlier months or choose a later action."
        )
    notes = [_drive_note(drive, "before")] if drive else []
    if units < wanted:
        notes.append(f"The data begin {units} {unit}s before it, so the window before is shorter than {wanted}.")
    return Window(moved(last, -units, unit), last), notes


def _a_year_apart(
    after: Window, start: date, unit: Unit, held: Window, drives: Sequence[Window]
) -> tuple[Window, Window, list[str]]:
    """The same periods of the latest earlier year that ends before the action and meets no drive."""
    year = 12 if unit == "month" else 52
    years = 1
    while True:
        begin = moved(after.start, -year * years, unit)
        before = Window(begin, moved(begin, length_in(after, unit), unit))
        if before.start < held.start:
            raise NoData(
                f"The same {unit}s before the action would start on {before.start}, and the data held start on "
                f"{held.start}; compare with the {unit}s just before it instead."
            )
        if before.end <= _floor(start, unit) and _touched(before, drives) is None:
            break
        years += 1
    apart = "a year" if years == 1 else f"{years} years"
    return before, after, [f"The same {unit}s {apart} apart, so that the season is the same."]


def _touched(window: Window, drives: Sequence[Window]) -> Window | None:
    return next((d for d in drives if d.start < window.end and window.start < d.end), None)


def _fitting(first: date, end: date, wanted: int, unit: Unit) -> int:
    return next((n for n in range(wanted, 0, -1) if moved(first, n, unit) <= end), 0)


def _floor(day: date, unit: Unit) -> date:
    return month_start(day) if unit == "month" else day


def _ceiling(day: date, unit: Unit) -> date:
    return day if unit == "week" or day.day == 1 else add_months(month_start(day), 1)


def _drive_note(drive: Window, side: str) -> str:
    last = drive.end - timedelta(days=1)
    return (
        f"People were asked to report from {said_day(drive.start)} to {said_day(last)}; the window {side} was "
        "moved clear of it."
    )


def _check(start: date, end: date | None, unit: Unit, periods: int | None) -> None:
    if end is not None and end < start:
        raise BadValue(f"The action's end ({end}) lies before its start ({start}); the end is the day after it.")
    if unit not in DEFAULT_PERIODS:
        raise BadValue(f"A unit is week or month; {unit!r} was given.")
    if periods is not None and not 1 <= periods <= 520:
        raise BadValue(f"Periods must be from 1 to 520; {periods} was given.")


def said_day(value: date) -> str:
    """1 November 2017."""
    return f"{value.day} {value:%B %Y}"
