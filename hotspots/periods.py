"""Windows, months and weeks: half-open, in whole local days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hotspots.errors import BadValue


@dataclass(frozen=True, order=True)
class Window:
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise BadValue(
                f"A window must end after it starts; {self.start} to {self.end} was given. "
                "The end date is the day after the last day."
            )

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days

    @property
    def whole_months(self) -> bool:
        """True when both ends fall on the first of a month."""
        return self.start.day == 1 and self.end.day == 1

    @property
    def length_in_months(self) -> float:
        """Months covered; a part month counts by its days over 30.4375."""
        if self.whole_months:
            return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        return self.days / 30.4375

    def previous(self) -> "Window":
        """The window of equal length that ends where this one starts."""
        if self.whole_months:
            return Window(add_months(self.start, -int(self.length_in_months)), self.start)
        return Window(self.start - timedelta(days=self.days), self.start)

    def year_before(self) -> "Window":
        """The same dates one year earlier (29 February becomes the 28th)."""
        return Window(add_months(self.start, -12), add_months(self.end, -12))

    def months(self) -> Iterator[date]:
        """First days of the months the window touches, oldest first."""
        month = month_start(self.start)
        while month < self.end:
            yield month
            month = add_months(month, 1)


def month_start(day: date) -> date:
    """First day of the month of `day`."""
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """`day` moved by whole months, clipped to the length of the month reached."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def week_start(day: date) -> date:
    """Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def last_months(end: date, months: int) -> Window:
    """The `months` complete months before `end` (its own month left out unless it is the 1st)."""
    end = month_start(end)
    return Window(add_months(end, -months), end)
