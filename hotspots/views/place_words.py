"""The sentences of a place's profile."""

from datetime import date

import pandas as pd

from hotspots.periods import Window
from hotspots.release.disclosure import Released
from hotspots.views.outcome_dates import span
from hotspots.views.sentences import count, month, period

MOST_HOLDERS = 5


def parts_title(n: int, sources: int, window: Window) -> str:
    """280 reports in 13 months to 31 January 2022, seen by 1 source: a count with its period."""
    return f"{count(n)} in {period(window)}, seen by {count(sources, 'source')}"


def months_title(window: Window) -> str:
    """August 2021 to January 2022, for a window of whole months."""
    *_, last = window.months()
    return span(window.start, last)


def no_signal(looked_from: date, held_to: date) -> str:
    """Why a place has no first signal: no month was above its usual range, or none was held to look at.

    looked_from: first month looked at · held_to: first day of the last month held
    """
    if held_to < looked_from:
        return f"no data since {month(looked_from)}"
    return f"not above its usual range since {month(looked_from)}"


def site_title(rows: pd.DataFrame) -> str:
    """What the checks of a site come to.

    rows: flag, of `register.site_checks.checklist`
    """
    never, failed = rows["flag"] == "never checked", int((rows["flag"] == "failed").sum())
    if never.all():
        return "Nobody has checked this site yet"
    stale = int((~rows["flag"].isin(("", "failed"))).sum())
    parts = [f"{failed} failed" if failed else "", f"{stale} not checked lately" if stale else ""]
    found = " and ".join(part for part in parts if part)
    return f"Site: {found}" if found else "Every item was seen working"


def holders_line(released: Released) -> str:
    """Who holds the routes that fit, most first, the rest together, so that the numbers add up to all of them.

    released: policy "routes by holder"
    """
    table = released.table.sort_values("routes", ascending=False, kind="stable")
    first, rest = table.head(MOST_HOLDERS), table.iloc[MOST_HOLDERS:]
    named = [f"{row.agency} {row.routes}{_only(row)}" for row in first.itertuples()]
    if len(rest):
        named.append(f"{count(len(rest), 'other holder')} {int(rest['routes'].sum())}")
    return " · ".join(named)


def _only(row: object) -> str:
    return f" ({row.police_only} police-only)" if row.police_only else ""


def with_others(parts: pd.DataFrame, most: int) -> pd.DataFrame:
    """The largest parts and one row for all others, so that bars add up to the whole.

    parts: kind, word, n, of one kind, most first
    """
    if len(parts) <= most:
        return parts
    first, rest = parts.head(most - 1), parts.iloc[most - 1 :]
    other = pd.DataFrame({"kind": [parts["kind"].iloc[0]], "word": [f"{len(rest)} others"], "n": [rest["n"].sum()]})
    return pd.concat([first, other], ignore_index=True)
