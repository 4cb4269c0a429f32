"""Chart of the weekly rule: the running total of what was above usual, and the line at which it rings."""

from collections.abc import Mapping

import altair as alt

from hotspots.release.disclosure import Released
from hotspots.views.palette import COLOURS


def weekly_sum_chart(released: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 240) -> alt.LayerChart:
    """Reports a week as bars, the running total as a line, diamonds where it reached the dashed line.

    released: table with period, n, s, h, alarm (`alarms.weekly_chart`), oldest first.
    """
    table = released.table.assign(run=released.table["s"].isna().cumsum())
    known = table[table["s"].notna()]
    axis = alt.Axis(format="%b %Y", labelColor=colours["second"], labelFontSize=13, grid=False, tickCount=8)
    x = alt.X("period:T", title=None, axis=axis)
    numbers = alt.Axis(tickCount=4, gridColor=colours["grid"], domain=False, ticks=False, labelColor=colours["second"])
    y = alt.Y("s:Q", title=None, axis=numbers, scale=alt.Scale(domainMin=0))
    tips = [
        alt.Tooltip("period:T", title="week from", format="%d %b %Y"),
        alt.Tooltip("n:Q", title="reports"),
        alt.Tooltip("s:Q", title="running total", format=".1f"),
        alt.Tooltip("h:Q", title="rings at", format=".1f"),
    ]
    bars = alt.Chart(table).mark_bar(color=colours["usual"], width=5).encode(x=x, y="n:Q")
    line = alt.Chart(known).mark_line(color=colours["place"], strokeWidth=2.5).encode(x=x, y=y, detail="run:N")
    dots = alt.Chart(known).mark_circle(color=colours["place"], size=26, opacity=1).encode(x=x, y=y, tooltip=tips)
    limit = (
        alt.Chart(known)
        .mark_line(color=colours["other"], strokeDash=[6, 4], interpolate="step-after")
        .encode(x=x, y="h:Q")
    )
    rung = (
        alt.Chart(known[known["alarm"].astype(bool)])
        .mark_point(shape="diamond", filled=True, size=150, color=colours["alert"], stroke=colours["text"], opacity=1)
        .encode(x=x, y=y, tooltip=tips)
    )
    layers = alt.layer(bars, limit, line, dots, rung).properties(height=height)
    return layers.configure_view(stroke=None).configure(background="transparent")
