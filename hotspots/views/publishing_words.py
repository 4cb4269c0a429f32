"""What the steward is told of an act of publishing; not for councillors."""

from hotspots.release.publishing import Summary

MOST_NAMED = 6


def publish_lines(summary: Summary) -> list[str]:
    """What was published, what was hidden and why some places have no page."""
    head = (
        f"Release {summary.version}: {summary.figures:,} figures, data to {summary.as_of}."
        if summary.version
        else "Nothing new is due; what was released stays as it is."
    )
    lines = [head]
    if summary.figures:
        lines.append(
            f"{summary.fewer:,} read “fewer than 5”, {summary.suppressed:,} are suppressed, "
            f"{summary.revised:,} replace an earlier figure; none of {summary.tried:,} hidden counts can be worked out."
        )
    return [
        *lines,
        *_without_outline(summary.undrawn),
        *[f"Not published, {name}: {why}." for name, why in sorted(summary.refused.items())],
    ]


def _without_outline(names: tuple[str, ...]) -> list[str]:
    if not names:
        return []
    told = f"{', '.join(names[:MOST_NAMED])}{f' and {len(names) - MOST_NAMED} more' if len(names) > MOST_NAMED else ''}"
    return [
        f"Without an outline on their pages: {told}. Name a file of wards in the settings (areas), and publish again."
    ]
