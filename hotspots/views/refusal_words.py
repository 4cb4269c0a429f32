"""A refused comparison in words: why nothing can be said, and what the hub can still do."""

from collections.abc import Sequence

from hotspots.pipeline.comparison_view import GAP, MAP_POINTS, NOTHING, RECORDED, ComparisonView

_NOTHING_WIDER = (
    "A ward or a district could be compared as a whole, but these reports name no ward and no second district: import "
    "reports that do."
)


def why_refused(view: ComparisonView) -> str:
    """The reason of a refusal in one sentence, without counts; "" where the verdict is another."""
    if view.refused_for == GAP:
        return (
            f"Data of {'a week' if view.unit == 'week' else 'a month'} inside the two windows were not received whole. "
            "A gap is not a zero, so nothing is compared across it."
        )
    if view.refused_for == NOTHING:
        return "Nothing was reported in either window, here or in the comparison area, so there is nothing to compare."
    said = view.comparison.sentence.removeprefix("Refused: ") if view.refused else ""
    return said[:1].upper() + said[1:]


def what_remains(view: ComparisonView) -> list[str]:
    """What the hub can still do where a comparison is refused, in the order of what helps most."""
    wider = " or ".join(view.wider)
    return {
        MAP_POINTS: [
            *(
                [f"Compare {wider} as a whole: over so wide an area map points may be counted."]
                if wider
                else [_NOTHING_WIDER]
            ),
            "Import a partner's own log (council, housing, fire) that holds addresses or streets: this place can then "
            "be compared.",
        ],
        RECORDED: [
            "Choose a first day after the recording changed, so that both windows were recorded alike.",
            "Or compare with an area of the same district, where recording changed on both sides.",
        ],
        GAP: [
            f"Import what was not received: {_listed(view.gaps)}.",
            "Or choose windows, or another first day, that keep clear of it.",
        ],
        NOTHING: ["Choose longer windows, a wider area or another comparison area."],
    }.get(view.refused_for, [])


def _listed(gaps: Sequence[str]) -> str:
    return f"{'; '.join(gaps[:4])}{' …' if len(gaps) > 4 else ''}"
