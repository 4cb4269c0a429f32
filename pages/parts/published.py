"""Our published-number checks, run live, for the method page."""

import pandas as pd

from hotspots.analysis.published import published_numbers
from hotspots.release.disclosure import release
from hotspots.release.roles import Viewer
from hotspots.views.comparison_words import checks_title
from pages.parts import show


def published_section(viewer: Viewer) -> None:
    """Our functions against the numbers of the papers and packages they follow, with ticks or crosses."""
    checks = release(published_numbers(), viewer, policy="published numbers").table
    with show.card(
        checks_title(checks), "Computed now, on this machine, by the functions that make the numbers you see"
    ):
        table = pd.DataFrame(
            {
                "Agrees": ["✓" if agrees else "✗ no" for agrees in checks["agrees"]],
                "Source": checks["source"],
                "What": checks["what"],
                "Published": [f"{value:g}".replace("-", "−") for value in checks["published"]],
                "Ours": [f"{value:.6g}".replace("-", "−") for value in checks["ours"]],
            }
        )
        show.grid(table, key="published-numbers", height="content", alt="Published numbers beside ours")
