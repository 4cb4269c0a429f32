"""What every chart has in the end: no frame, a plain title, no room left over.

Set in place, since each of Altair's own methods for it would copy the chart with all its layers.
"""

from collections.abc import Mapping

import altair as alt

PADDING = {"left": 4, "top": 4, "right": 4, "bottom": 2}
"""Pixels; without one of its own a chart is given a line's height of nothing beneath."""


def finished(chart: alt.LayerChart, colours: Mapping[str, str]) -> alt.LayerChart:
    """A whole chart with its title above the start of the plot."""
    chart.padding = PADDING
    chart.config = alt.Config(
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(fontSize=13, fontWeight="normal", anchor="start", color=colours["second"], offset=6),
    )
    return chart


def unclipped(chart: alt.LayerChart) -> alt.LayerChart:
    """A whole chart without a title, whose words and marks may stand beyond the plot."""
    chart.config = alt.Config(view=alt.ViewConfig(stroke=None, clip=False))
    return chart
