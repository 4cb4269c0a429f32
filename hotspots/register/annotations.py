"""What a trend must say beneath its line: recording changes, reporting drives, months not received, events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from hotspots.errors import BadValue
from hotspots.periods import Window, add_months, month_start

RECORDING, DRIVE, MISSING, EVENT = "recording change", "reporting drive", "missing month", "out of the ordinary"
KINDS = (RECORDING, DRIVE, MISSING, EVENT)
LONGEST_NOTE = 80
MEANS = {
    RECORDING: "Counts before and after it are of different things; the months stay in the usual range.",
    DRIVE: "More told, not more done: its months are drawn but never used to say what is usual.",
    MISSING: "The source did not send this month, or only part of it: drawn as a gap, never as zero.",
    EVENT: "A lockdown, a festival, a strike: its months are drawn but neither judged nor called usual.",
}
"""What the program does with each kind, in words."""


@dataclass(frozen=True)
class Annotation:
    """One thing to know when reading a trend.

    start: first day · end: the day after the last, None while it lasts (or for a change that stays)
    district, source: whom it concerns, "" for all. Raises `BadValue` for values that do not fit together.
    """

    kind: str
    note: str
    start: date
    end: date | None = None
    district: str = ""
    source: str = ""
    id: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadValue(f"A note on a trend is one of {', '.join(KINDS)}; {self.kind!r} was given.")
        if not 0 < len(self.note.strip()) <= LONGEST_NOTE:
            raise BadValue(f"Say in 1 to {LONGEST_NOTE} characters what happened; {len(self.note)} were given.")
        if self.end is not None and self.end <= self.start:
            raise BadValue(f"The last day lies before the first ({self.start}); give a later one, or none.")
        if self.kind == MISSING and (not self.source or self.end is None):
            raise BadValue("For a month that was not received, say which source, and its first and last day.")

    def window(self, until: date) -> Window | None:
        """Its days up to `until`; None where it begins later. A change without an end is one day long."""
        end = self.end or (self.start + timedelta(days=1) if self.kind == RECORDING else until)
        end = min(end, until)
        return Window(self.start, end) if self.start < end else None


def concerning(held: Iterable[Annotation], *, districts: Iterable[str], sources: Iterable[str]) -> list[Annotation]:
    """Those of these districts and sources (empty means all), oldest first."""
    places, feeds = set(districts), set(sources)
    kept = [
        a
        for a in held
        if (not a.district or not places or a.district in places) and (not a.source or not feeds or a.source in feeds)
    ]
    return sorted(kept, key=lambda a: (a.start, a.id or 0))


def not_usual(held: Iterable[Annotation], *, kinds: Iterable[str] = (DRIVE, EVENT), until: date) -> list[Window]:
    """Windows whose periods make no usual range: drives and events, in order."""
    wanted = set(kinds)
    windows = [a.window(until) for a in held if a.kind in wanted]
    return sorted(w for w in windows if w is not None)


def months_missing(held: Iterable[Annotation]) -> list[tuple[str, date]]:
    """Source and first day of every month that somebody said was not received."""
    found = []
    for a in held:
        month = month_start(a.start)
        while a.kind == MISSING and a.end is not None and month < a.end:
            found.append((a.source, month))
            month = add_months(month, 1)
    return found
