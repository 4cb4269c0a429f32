"""Periods in words for a reader of newspapers."""

from datetime import date


def months(day: date) -> str:
    """November 2017."""
    return f"{day:%B %Y}"


def span(first: date, last: date, *, short: bool = False) -> str:
    """March to August 2017, September 2016 to February 2017; short: two lines split by |."""
    if short and first.year == last.year:
        return f"{first:%b} to|{last:%b} {last.year}"
    if short:
        return f"{first:%b} {first.year} to|{last:%b} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return months(first)
    return f"{first:%B}{'' if first.year == last.year else f' {first.year}'} to {months(last)}"


def same_months(before: tuple[date, date], after: tuple[date, date]) -> bool:
    """True when two periods are the same months of different years."""
    return all(a.month == b.month for a, b in zip(before, after, strict=True))


def two_spans(before: tuple[date, date], after: tuple[date, date]) -> str:
    """March to August, 2017 to 2018; or both periods where the months differ."""
    if same_months(before, after) and before[0].year == before[1].year:
        return f"{before[0]:%B} to {before[1]:%B}, {before[0].year} to {after[0].year}"
    return f"{span(*before)}, then {span(*after)}"
