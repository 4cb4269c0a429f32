"""What the steward is told before and after an act of publishing; not for councillors."""

from collections.abc import Collection, Mapping, Sequence

from hotspots.release.due import Outlook
from hotspots.release.publishing import Summary
from hotspots.release.rounding import FEWER
from hotspots.views.sentences import count, day

MOST_NAMED = 6
PERIODS = (
    "Whole quarters and years that ended a month ago or earlier; for a place, half years before and after the action"
)
"""What is ever published, said alike wherever it is said."""
FOR_GOOD = (
    "For good: the same figures go to everybody, who may keep them. None is taken back, and one changes only where "
    "late reports add up to 5 or more. Nothing goes out if a small number could be worked out from everything "
    "released so far."
)


def outlook_lines(outlook: Outlook, chosen: Collection[str]) -> list[str]:
    """What would go out of the chosen districts, what would not, and that it stays."""
    table = outlook.table
    goes = table[table["district"].isin((*chosen, ""))]
    figures, fewer, revised = (int(goes[column].sum()) for column in ("figures", "fewer", "revised"))
    places = [name for names in goes["places"] for name in names]
    head = (
        f"{figures:,} figures of {count(len(chosen), 'district')}, data to {day(outlook.as_of)}. {PERIODS}."
        if figures
        else f"No new figure of {count(len(chosen), 'district')} is due; pages and outlines that changed go out."
    )
    lines = [head]
    if figures:
        small = f"{fewer:,} of them read “{FEWER}”. " if fewer else ""
        late = f"{revised:,} replace an earlier figure. " if revised else ""
        lines.append(f"{small}{late}Some may be hidden besides, so that nobody can work a small number out.")
    lines += [f"Pages of places: {', '.join(places)}."] if places else []
    lines += _left_out({r.district: r.reports for r in table.itertuples() if r.district not in (*chosen, "")})
    return [*lines, *_without_page(outlook.refused), FOR_GOOD]


def publish_button(outlook: Outlook, chosen: Collection[str]) -> str:
    """The words on the button that publishes for good."""
    figures = int(outlook.table.loc[outlook.table["district"].isin((*chosen, "")), "figures"].sum())
    return f"Publish {figures:,} figures for good" if figures else "Publish"


def publish_lines(summary: Summary) -> list[str]:
    """What was published, what was hidden and why some places have no page."""
    lines = ["Nothing new is due; what was released stays as it is."]
    if summary.version:
        of = f" of {count(len(summary.districts), 'district')}" if summary.districts else ""
        lines = [f"Release {summary.version}: {summary.figures:,} figures{of}, data to {day(summary.as_of)}."]
    if summary.figures:
        told = (
            (summary.fewer, f"read “{FEWER}”"),
            (summary.suppressed, "are suppressed"),
            (summary.revised, "replace an earlier figure"),
        )
        some = ", ".join(f"{n:,} {what}" for n, what in told if n)
        lines += [f"{some}."] if some else []
        lines.append(
            f"{summary.tried:,} hidden numbers were tried, parts of figures among them: none can be worked out."
        )
    return [
        *lines,
        *_left_out(summary.left_out),
        *_without_outline(summary.undrawn),
        *_without_page(summary.refused),
    ]


def _left_out(reports: Mapping[str, int]) -> list[str]:
    if not reports:
        return []
    most = sorted(reports, key=lambda name: (-reports[name], name))
    named = _some([f"{name} ({reports[name]:,})" for name in most])
    whole = f"{count(len(reports), 'other district')} with {count(sum(reports.values()), 'report')} in all"
    return [f"Left out: {whole}: {named}."]


def _without_page(refused: Mapping[str, str]) -> list[str]:
    return [f"No page of its own, {name}: {why}." for name, why in sorted(refused.items())]


def _without_outline(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    return [
        f"Without a picture of their outline: {_some(names)}. Pictures are drawn from a file of wards or districts "
        "that the settings name (areas): the data steward's guide says how. Then publish again."
    ]


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
