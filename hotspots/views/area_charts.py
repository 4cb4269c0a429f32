"""Charts of Other areas."""

from collections.abc import Mapping

import altair as alt

from hotspots.release.disclosure import Released
from hotspots.views.finishing import finished
from hotspots.views.palette import COLOURS


def lorenz_chart(released: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 220) -> alt.LayerChart:
    """Share of reports in the fullest places, and what luck alone would give places that are all alike.

    released: place_share, incident_share, by_chance, shares from 0 to 1 (policy "concentration").
    """
    axis = {"format": "%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1], "labelFontSize": 13, "labelColor": colours["second"],
            "titleFontSize": 13, "titleFontWeight": "normal", "titleColor": colours["second"], "domain": False,
            "ticks": False, "gridColor": colours["grid"]}  # fmt: skip
    shares = released.table.rename(columns={"incident_share": "these reports", "by_chance": "luck alone"})
    long = shares.melt("place_share", var_name="whose", value_name="share")
    x = alt.X("place_share:Q", title="share of hexagons, fullest first", axis=alt.Axis(**axis))
    y = alt.Y("share:Q", title="share of reports", axis=alt.Axis(**axis), scale=alt.Scale(domain=[0, 1]))
    words = ["these reports", "luck alone"]
    tone = alt.Color("whose:N", legend=None, scale=alt.Scale(domain=words, range=[colours["place"], colours["second"]]))
    dash = alt.StrokeDash("whose:N", legend=None, scale=alt.Scale(domain=words, range=[[1, 0], [5, 4]]))
    tips = ["whose:N", *(alt.Tooltip(f"{c}:Q", format=".0%", title=t) for c, t in
                         (("place_share", "share of hexagons"), ("share", "share of reports")))]  # fmt: skip
    base = alt.Chart(long).encode(x=x, y=y)
    lines = base.mark_line(strokeWidth=2.5).encode(color=tone, strokeDash=dash, tooltip=tips, order="place_share:Q")
    # Written where the two lines are well apart: at two fifths of the hexagons, above the one and below the other.
    at = base.transform_filter("abs(datum.place_share - 0.4) < 0.001")
    style = {"fontSize": 13, "fontWeight": "bold"}
    above = at.transform_filter("datum.whose === 'these reports'").mark_text(
        align="right", baseline="bottom", dx=-4, dy=-4, color=colours["place"], **style
    )
    below = at.transform_filter("datum.whose === 'luck alone'").mark_text(
        align="left", baseline="top", dx=6, dy=6, color=colours["second"], **style
    )
    drawn = alt.layer(lines, above.encode(text="whose:N"), below.encode(text="whose:N"))
    return finished(drawn.properties(height=height), colours)
