"""Charts with Altair: zero-based, labelled on the line, colours by meaning, gaps as gaps."""

import base64
from collections.abc import Mapping

import altair as alt
import pandas as pd

from hotspots.release.disclosure import Released
from hotspots.views.palette import COLOURS

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTH = "%b %Y"


def month_chart(
    released: Released,
    *,
    colours: Mapping[str, str] = COLOURS,
    height: int = 170,
    label: str = "Reports a month",
) -> alt.LayerChart:
    """Counts by month against the usual range: band, line that stops at gaps, diamonds above it.

    released: table with period, n and, where known, usual_low and usual_high (or low and high).
    """
    table = released.table.rename(columns={"low": "usual_low", "high": "usual_high"})
    table = table.assign(month=table["period"].dt.strftime(_MONTH), run=table["n"].isna().cumsum())
    known = table[table["n"].notna()]
    x = alt.X("period:T", title=None, axis=_month_axis(table, colours))
    y = alt.Y("n:Q", title=None, axis=_count_axis(colours), scale=alt.Scale(domainMin=0, nice=True))
    layers = [*_band(table, x, colours), *_gaps(table, colours)]
    layers.append(
        alt.Chart(known).mark_line(color=colours["place"], strokeWidth=2.5).encode(x=x, y=y, detail="run:N")
    )
    layers.append(
        alt.Chart(known)
        .mark_circle(color=colours["place"], size=34, opacity=1)
        .encode(x=x, y=y, tooltip=_tooltip(table))
    )
    if "usual_high" in known:
        above = known[known["n"] > known["usual_high"]]
        below = known[known["n"] < known["usual_low"]]
        marks = ((above, True), (below, False))
        layers += [_diamonds(rows, x, y, colours, fill=fill) for rows, fill in marks if len(rows)]
    layers.append(_last_label(known, x, y, colours))
    return _finished(alt.layer(*layers).properties(height=height, title=label), colours)


def same_months_chart(
    released: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 240
) -> alt.LayerChart:
    """The latest months beside the same months a year before; last year hollow.

    released: table with period, n, last_year.
    """
    table = released.table.assign(month=released.table["period"].dt.strftime("%b"))
    order = table["month"].tolist()
    long = table.melt(id_vars=["month"], value_vars=["last_year", "n"], var_name="year", value_name="reports")
    long["year"] = long["year"].map({"n": "this year", "last_year": "last year"})
    x = alt.X(
        "month:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelAngle=0, labelColor=colours["second"], labelFontSize=13),
    )
    base = alt.Chart(long.dropna()).encode(
        x=x,
        xOffset=alt.XOffset("year:N", sort=["last year", "this year"]),
        y=alt.Y("reports:Q", title=None, axis=_count_axis(colours)),
        tooltip=["month:N", "year:N", alt.Tooltip("reports:Q", format=",")],
    )
    fill = alt.Color(
        "year:N",
        scale=alt.Scale(domain=["last year", "this year"], range=[colours["ground"], colours["place"]]),
        legend=None,
    )
    bars = base.mark_bar(stroke=colours["text"], strokeWidth=1).encode(color=fill)
    labels = base.mark_text(dy=-8, fontSize=13, color=colours["text"]).encode(
        text=alt.Text("reports:Q", format=",")
    )
    return _finished((bars + labels).properties(height=height), colours)


def rolling_chart(
    released: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 240
) -> alt.LayerChart:
    """Sum of the 12 months to each month, only where all 12 are known.

    released: table with period and rolling_12.
    """
    table = released.table.assign(month=released.table["period"].dt.strftime(_MONTH))
    table = table.assign(run=table["rolling_12"].isna().cumsum(), n=table["rolling_12"])
    known = table[table["n"].notna()]
    x = alt.X("period:T", title=None, axis=_month_axis(known, colours))
    y = alt.Y("n:Q", title=None, axis=_count_axis(colours), scale=alt.Scale(domainMin=0))
    line = (
        alt.Chart(known).mark_line(color=colours["place"], strokeWidth=2.5).encode(x=x, y=y, detail="run:N")
    )
    dots = (
        alt.Chart(known)
        .mark_circle(color=colours["place"], size=20, opacity=1)
        .encode(x=x, y=y, tooltip=_tooltip(known))
    )
    return _finished(
        alt.layer(line, dots, _last_label(known, x, y, colours)).properties(height=height), colours
    )


def coverage_chart(released: Released, *, colours: Mapping[str, str] = COLOURS) -> alt.LayerChart:
    """Grid of source by month: complete, part only (a bar in it), not received (dashed and empty).

    released: table with source, month, state, n.
    """
    table = released.table.assign(label=released.table["month"].dt.strftime(_MONTH))
    fill = alt.Color(
        "state:N",
        scale=alt.Scale(
            domain=["complete", "partial", "missing"],
            range=[colours["place"], colours["gap"], colours["ground"]],
        ),
        legend=None,
    )
    base = alt.Chart(table).encode(
        x=alt.X("yearmonth(month):O", title=None, axis=_grid_axis(table, colours)),
        y=alt.Y(
            "source:N",
            title=None,
            axis=alt.Axis(labelFontSize=13, labelColor=colours["text"], labelLimit=160),
        ),
        tooltip=[
            "source:N",
            alt.Tooltip("label:N", title="month"),
            "state:N",
            alt.Tooltip("n:Q", title="reports"),
        ],
    )
    cells = base.mark_rect(stroke=colours["gap"], strokeWidth=1).encode(color=fill)
    bars = base.transform_filter("datum.state == 'partial'").mark_text(
        text="–", fontSize=16, color=colours["text"]
    )
    none = base.transform_filter("datum.state == 'missing'").mark_text(
        text="╱", fontSize=13, color=colours["second"]
    )
    rows = table["source"].nunique()
    return _finished((cells + bars + none).properties(height=30 * rows + 40), colours)


def hours_chart(
    released: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 190
) -> alt.LayerChart:
    """Reports by weekday and three-hour part of the day, each cell's number printed in it.

    released: table with weekday (0 Monday), hour, n, every cell of the week present.
    """
    table = released.table.assign(part=released.table["hour"] // 3 * 3)
    cells = table.pivot_table(index="weekday", columns="part", values="n", aggfunc="sum").stack()
    cells = cells.rename("n").reset_index()
    cells["day"] = cells["weekday"].map(dict(enumerate(WEEKDAYS)))
    cells["from"] = cells["part"].map(lambda h: f"{h:02d}–{h + 3:02d}")
    base = alt.Chart(cells).encode(
        x=alt.X(
            "from:N", sort=None, title="hour", axis=alt.Axis(labelAngle=0, labelFontSize=13, titleFontSize=13)
        ),
        y=alt.Y("day:N", sort=list(WEEKDAYS), title=None, axis=alt.Axis(labelFontSize=13)),
    )
    tint = alt.Color(
        "n:Q", scale=alt.Scale(range=[colours["ground"], colours["place"]], domainMin=0), legend=None
    )
    half = cells["n"].max() / 2
    text = alt.condition(alt.datum.n > half, alt.value(colours["ground"]), alt.value(colours["text"]))
    return _finished(
        (
            base.mark_rect(stroke=colours["grid"]).encode(color=tint, tooltip=["day:N", "from:N", "n:Q"])
            + base.mark_text(fontSize=13).encode(text="n:Q", color=text)
        ).properties(height=height),
        colours,
    )


def against_usual(latest: float, low: float, high: float, *, top: float) -> str:
    """A small picture as a data address: the usual range as a bar, the latest count as a mark.

    top: the largest value of the column, so that every row has one scale.
    """
    width, height, pad = 150, 34, 9
    scale = (width - 2 * pad) / max(top, 1)
    middle = height / 2
    shapes = []
    if low == low and high == high:
        x, w = pad + low * scale, max((high - low) * scale, 2)
        shapes.append(f'<rect x="{x:.1f}" y="{middle - 7}" width="{w:.1f}" height="14" fill="#C9D1D6"/>')
    if latest == latest:
        shapes.append(_mark(pad + min(latest, top) * scale, middle, latest, low, high))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{"".join(shapes)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _mark(x: float, y: float, latest: float, low: float, high: float) -> str:
    diamond = f"M{x:.1f} {y - 8}L{x + 8:.1f} {y}L{x:.1f} {y + 8}L{x - 8:.1f} {y}Z"
    if latest > high:
        return f'<path d="{diamond}" fill="{COLOURS["alert"]}" stroke="#0B0C0C" stroke-width="1.5"/>'
    if latest < low:
        return f'<path d="{diamond}" fill="#fff" stroke="{COLOURS["place"]}" stroke-width="2"/>'
    return f'<circle cx="{x:.1f}" cy="{y}" r="5.5" fill="{COLOURS["place"]}"/>'


def _month_axis(table: pd.DataFrame, colours: Mapping[str, str]) -> alt.Axis:
    return alt.Axis(
        labelExpr="[timeFormat(datum.value, '%b'), month(datum.value) == 0 ? timeFormat(datum.value, '%Y') : '']",
        tickCount={"interval": "month", "step": _month_step(table)},
        labelColor=colours["second"],
        labelFontSize=13,
        grid=False,
        tickColor=colours["grid"],
        domainColor=colours["gap"],
        labelOverlap="parity",
    )


def _month_step(table: pd.DataFrame) -> int:
    """Months between two labels, so that about twelve fit."""
    span = (table["period"].max() - table["period"].min()).days / 30.4
    return next(step for step in (1, 2, 3, 6, 12, 24) if span <= 12 * step or step == 24)


def _grid_axis(table: pd.DataFrame, colours: Mapping[str, str]) -> alt.Axis:
    months = table["month"].nunique()
    return alt.Axis(
        format="%b %y",
        labelFontSize=12,
        labelAngle=0,
        labelColor=colours["second"],
        ticks=False,
        domain=False,
        labelExpr=f"month(datum.value) % {6 if months > 18 else 3} == 0 ? timeFormat(datum.value, '%b %y') : ''",
    )


def _count_axis(colours: Mapping[str, str]) -> alt.Axis:
    return alt.Axis(
        tickCount=4,
        format=",d",
        tickMinStep=1,
        gridColor=colours["grid"],
        domain=False,
        ticks=False,
        labelColor=colours["second"],
        labelFontSize=13,
    )


def _band(table: pd.DataFrame, x: alt.X, colours: Mapping[str, str]) -> list[alt.Chart]:
    if "usual_high" not in table or table["usual_high"].isna().all():
        return []
    known = table[table["usual_high"].notna()]
    steps = known.assign(end=known["period"] + pd.DateOffset(months=1))
    band = (
        alt.Chart(steps)
        .mark_area(color=colours["usual"], interpolate="step-after", opacity=1)
        .encode(x=x, y=alt.Y("usual_low:Q"), y2="usual_high:Q")
    )
    last = known.tail(1)
    words = last.assign(
        words=[f"usual {int(r.usual_low):,} to {int(r.usual_high):,}" for r in last.itertuples()]
    )
    label = (
        alt.Chart(words.assign(period=known["period"].iloc[0]))
        .mark_text(align="left", baseline="bottom", dx=4, dy=-3, fontSize=13, color=colours["second"])
        .encode(x=x, y="usual_high:Q", text="words:N")
    )
    return [band, label]


def _gaps(table: pd.DataFrame, colours: Mapping[str, str]) -> list[alt.Chart]:
    gaps = table[table["n"].isna()]
    if gaps.empty:
        return []
    spans = gaps.assign(
        start=gaps["period"] - pd.Timedelta(days=12), end=gaps["period"] + pd.Timedelta(days=12)
    )
    hatch = (
        alt.Chart(spans)
        .mark_rect(fill=colours["ground"], stroke=colours["gap"], strokeDash=[3, 3], opacity=1)
        .encode(x="start:T", x2="end:T")
    )
    first = gaps.head(1).assign(words=["No data" if len(gaps) == 1 else f"No data, {len(gaps)} months"])
    words = (
        alt.Chart(first)
        .mark_text(align="left", baseline="top", dx=10, fontSize=13, color=colours["second"])
        .encode(x="period:T", y=alt.value(2), text="words:N")
    )
    return [hatch, words]


def _diamonds(rows: pd.DataFrame, x: alt.X, y: alt.Y, colours: Mapping[str, str], *, fill: bool) -> alt.Chart:
    return (
        alt.Chart(rows)
        .mark_point(
            shape="diamond",
            size=150,
            opacity=1,
            filled=True,
            fill=colours["alert"] if fill else colours["ground"],
            stroke=colours["text"] if fill else colours["place"],
            strokeWidth=1.5,
        )
        .encode(x=x, y=y)
    )


def _last_label(known: pd.DataFrame, x: alt.X, y: alt.Y, colours: Mapping[str, str]) -> alt.Chart:
    return (
        alt.Chart(known.tail(1))
        .mark_text(
            align="right",
            baseline="bottom",
            dx=-10,
            dy=-2,
            fontSize=15,
            fontWeight="bold",
            color=colours["text"],
        )
        .encode(x=x, y=y, text=alt.Text("n:Q", format=",d"))
    )


def _tooltip(table: pd.DataFrame) -> list[alt.Tooltip]:
    tips = [alt.Tooltip("month:N", title="Month"), alt.Tooltip("n:Q", title="Reports", format=",d")]
    if "usual_high" in table:
        tips += [
            alt.Tooltip("usual_low:Q", title="Usual from", format=",d"),
            alt.Tooltip("usual_high:Q", title="Usual to", format=",d"),
        ]
    return tips


def _finished(chart: alt.LayerChart, colours: Mapping[str, str]) -> alt.LayerChart:
    return chart.configure_view(stroke=None).configure_title(
        fontSize=13, fontWeight="normal", anchor="start", color=colours["second"], offset=6
    )
