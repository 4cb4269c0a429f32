"""Charts with Altair: zero-based, labelled on the line, colours by meaning, gaps as gaps.

Altair takes a twentieth to a fifth of a second to build and check a chart. Charts that answer a click are
therefore Vega-Lite specifications whose structure is made once (`…_template`) and only the rows are new.
"""

import base64
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from hotspots.release.disclosure import Released
from hotspots.views.finishing import finished
from hotspots.views.palette import COLOURS

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTH = "%b %Y"
_ROOM, _WORDS_WIDE = 0.2, 0.3
"""Share of a chart's height that two lines of words need, and of its width that those of a usual range take."""


def month_chart(
    released: Released,
    *,
    colours: Mapping[str, str] = COLOURS,
    height: int = 170,
    label: str = "Reports a month",
) -> alt.LayerChart:
    """Counts by month against the usual range: band, line that stops at gaps, diamonds outside it.

    released: table with period, n and, where known, usual_low and usual_high (or low and high).
    """
    return finished(month_layers(released, colours=colours, height=height).properties(title=label), colours)


def month_layers(released: Released, *, colours: Mapping[str, str], height: int) -> alt.LayerChart:
    """`month_chart` as a part of a larger chart: without the settings only a whole chart may have."""
    table = month_rows(released)
    return month_structure(tuple(colours.items()), month_step(table)).properties(height=height, data=table)


def month_spec(
    released: Released,
    *,
    colours: Mapping[str, str] = COLOURS,
    height: int = 170,
    label: str = "Reports a month",
) -> dict:
    """`month_chart` as a Vega-Lite specification, for charts that answer a click."""
    table = month_rows(released)
    return with_rows(_month_template(tuple(colours.items()), month_step(table), height, label), rows=table)


Tones = tuple[tuple[str, str], ...]
"""A palette as a key of what is kept."""


def with_rows(template: dict, **tables: pd.DataFrame) -> dict:
    """A specification with rows for each of its named tables."""
    return {**template, "datasets": {name: _records(table) for name, table in tables.items()}}


def _records(table: pd.DataFrame) -> list[dict]:
    days = {c: table[c].dt.strftime("%Y-%m-%dT%H:%M:%S") for c in table.select_dtypes("datetime").columns}
    told = table.assign(**days)
    return told.astype(object).where(told.notna(), None).to_dict("records")


@lru_cache(maxsize=32)
def _month_template(tones: Tones, step: int, height: int, label: str) -> dict:
    drawn = month_structure(tones, step).properties(height=height, title=label, data=alt.NamedData("rows"))
    return finished(drawn, dict(tones)).to_dict()


def month_rows(released: Released) -> pd.DataFrame:
    """One row a month with everything the layers draw: side of the range, run between gaps, words."""
    table = released.table.rename(columns={"low": "usual_low", "high": "usual_high"})
    for column in ("usual_low", "usual_high"):
        if column not in table:
            table[column] = float("nan")
    n, low, high = table["n"], table["usual_low"], table["usual_high"]
    rows = pd.DataFrame({"period": table["period"], "n": n, "usual_low": low, "usual_high": high})
    rows["month"] = rows["period"].dt.strftime(_MONTH)
    rows["end"] = rows["period"] + pd.DateOffset(months=1)
    rows["run"] = n.isna().cumsum()
    rows["side"] = np.select([n > high, n < low], ["above", "below"], "inside")
    rows["gap_from"] = (rows["period"] - pd.Timedelta(days=12)).where(n.isna())
    rows["gap_to"] = (rows["period"] + pd.Timedelta(days=12)).where(n.isna())
    gaps = int(n.isna().sum())
    rows["gap_words"] = _only(rows.index[n.isna()][:1], rows, "No data" if gaps == 1 else f"No data, {gaps} months")
    last = rows[n.notna()].tail(1)
    rows["last"] = _only(last.index, rows, f"{last['n'].iloc[0]:,.0f}" if len(last) else "")
    rows["usual_words"], rows["usual_at"] = _usual_words(rows)
    return rows.reset_index(drop=True)


def _usual_words(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The last month's usual range in words, and a height for it on, in or under its band where the line keeps off.

    No words where the line leaves no room: words struck through are not read, and the range stands beside the chart.
    """
    banded = rows[rows["usual_high"].notna()].tail(1)
    none = _only(banded.index[:0], rows, ""), pd.Series(np.nan, index=rows.index)
    if banded.empty:
        return none
    low, high = banded[["usual_low", "usual_high"]].iloc[0]
    room = _ROOM * rows[["n", "usual_high"]].max().max()
    heights = [high, *np.linspace(high - room, max(low - room / 2, 0.0), 8)]
    n = rows["n"].tail(2 + int(len(rows) * _WORDS_WIDE)).dropna().to_numpy(float)
    line = np.interp(np.linspace(0, len(n) - 1, 10 * len(n)), np.arange(len(n)), n) if len(n) else n
    taken = [*line, *(n[-1:] + room / 2)]  # the last count is written above its point
    gaps = [min((abs(at - (height + room / 2)) for at in taken), default=room) for height in heights]
    free = next((at for at, gap in zip(heights, gaps, strict=True) if gap >= room / 2), None)
    if free is None:
        return none
    words = f"usual {low:,.0f} to {high:,.0f}"
    return _only(banded.index, rows, words), pd.Series(free, index=banded.index).reindex(rows.index)


def _only(at: pd.Index, rows: pd.DataFrame, words: str) -> pd.Series:
    """The words at one row, missing elsewhere."""
    return pd.Series(words, index=at, dtype=object).reindex(rows.index)


@lru_cache(maxsize=32)
def month_structure(tones: Tones, step: int) -> alt.LayerChart:
    """`month_layers` without rows, made once."""
    colours = dict(tones)
    x = alt.X("period:T", title=None, axis=_month_axis(step, colours))
    y = alt.Y("n:Q", title=None, axis=_count_axis(colours), scale=alt.Scale(domainMin=0, nice=True))
    known = alt.Chart().transform_filter("isValid(datum.n)")
    text = {"fontSize": 13, "color": colours["second"]}
    return alt.layer(
        alt.Chart()
        .transform_filter("isValid(datum.usual_high)")
        .mark_area(color=colours["usual"], interpolate="step-after", opacity=1)
        .encode(x=x, y=alt.Y("usual_low:Q"), y2="usual_high:Q"),
        alt.Chart()
        .transform_filter("isValid(datum.gap_from)")
        .mark_rect(fill=colours["ground"], stroke=colours["gap"], strokeDash=[3, 3], opacity=1)
        .encode(x="gap_from:T", x2="gap_to:T"),
        alt.Chart()
        .transform_filter("isValid(datum.gap_words)")
        .mark_text(align="left", baseline="top", dx=10, **text)
        .encode(x="period:T", y=alt.value(2), text="gap_words:N"),
        known.mark_line(color=colours["place"], strokeWidth=2.5).encode(x=x, y=y, detail="run:N"),
        known.mark_circle(color=colours["place"], size=34, opacity=1).encode(x=x, y=y, tooltip=_month_tooltip()),
        _diamonds("above", x, y, fill=colours["alert"], stroke=colours["text"]),
        _diamonds("below", x, y, fill=colours["ground"], stroke=colours["place"]),
        _over_the_line("usual_words", x, "usual_at:Q", halo=colours["usual"], dx=-4, dy=-3, **text),
        _over_the_line(
            "last", x, y, halo=colours["ground"], dx=-10, dy=-2, fontSize=15, fontWeight="bold", color=colours["text"]
        ),
    )


def _over_the_line(words: str, x: alt.X, y: alt.Y | str, *, halo: str, **style: Any) -> alt.LayerChart:
    """Words that end at their month; a halo keeps a line that runs behind them from striking them through."""
    base = alt.Chart().transform_filter(f"isValid(datum.{words})").encode(x=x, y=y, text=f"{words}:N")
    style |= {"align": "right", "baseline": "bottom"}
    return alt.layer(base.mark_text(stroke=halo, strokeWidth=4, strokeJoin="round", **style), base.mark_text(**style))


def same_months_chart(released: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 240) -> dict:
    """The latest months beside the same months a year before; last year hollow.

    released: table with period, n, last_year.
    """
    table = released.table.assign(month=released.table["period"].dt.strftime("%b"))
    order = tuple(table["month"])
    long = table.melt(id_vars=["month"], value_vars=["last_year", "n"], var_name="year", value_name="reports")
    long["year"] = long["year"].map({"n": "this year", "last_year": "last year"})
    return with_rows(_same_months_template(tuple(colours.items()), order, height), rows=long.dropna())


@lru_cache(maxsize=32)
def _same_months_template(tones: Tones, order: tuple[str, ...], height: int) -> dict:
    colours = dict(tones)
    x = alt.X(
        "month:N",
        sort=list(order),
        title=None,
        axis=alt.Axis(labelAngle=0, labelColor=colours["second"], labelFontSize=13),
    )
    base = alt.Chart(alt.NamedData("rows")).encode(
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
    small = alt.expr("width < 340 ? 10 : 13")  # on a phone the figures of neighbouring bars would touch
    labels = base.mark_text(dy=-8, fontSize=small, color=colours["text"]).encode(text=alt.Text("reports:Q", format=","))
    return finished((bars + labels).properties(height=height), colours).to_dict()


def rolling_chart(released: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 240) -> dict:
    """Sum of the 12 months to each month, only where all 12 are known.

    released: table with period and rolling_12.
    """
    known = released.table[released.table["rolling_12"].notna()]
    table = known.assign(
        month=known["period"].dt.strftime(_MONTH),
        run=(known["period"].diff() > pd.Timedelta(days=40)).cumsum(),
        last=_only(known.index[-1:], known, f"{known['rolling_12'].iloc[-1]:,.0f}"),
    )
    drawn = table[["period", "month", "rolling_12", "run", "last"]]
    return with_rows(_rolling_template(tuple(colours.items()), month_step(table), height), rows=drawn)


@lru_cache(maxsize=32)
def _rolling_template(tones: Tones, step: int, height: int) -> dict:
    colours = dict(tones)
    x = alt.X("period:T", title=None, axis=_month_axis(step, colours))
    y = alt.Y("rolling_12:Q", title=None, axis=_count_axis(colours), scale=alt.Scale(domainMin=0))
    base = alt.Chart(alt.NamedData("rows"))
    tips = [alt.Tooltip("month:N", title="12 months to"), alt.Tooltip("rolling_12:Q", title="Reports", format=",d")]
    line = base.mark_line(color=colours["place"], strokeWidth=2.5).encode(x=x, y=y, detail="run:N")
    dots = base.mark_circle(color=colours["place"], size=20, opacity=1).encode(x=x, y=y, tooltip=tips)
    words = base.transform_filter("isValid(datum.last)").mark_text(
        align="right", baseline="bottom", dx=-4, dy=-4, fontSize=15, fontWeight="bold", color=colours["text"]
    )
    drawn = alt.layer(line, dots, words.encode(x=x, y=y, text="last:N")).properties(height=height)
    return finished(drawn, colours).to_dict()


def coverage_chart(released: Released, *, colours: Mapping[str, str] = COLOURS) -> dict:
    """Grid of source by month: complete, part only (a bar in it), not received (dashed and empty).

    released: table with source, month, state, n.
    """
    table = released.table.assign(label=released.table["month"].dt.strftime(_MONTH))
    many, height = table["month"].nunique() > 18, 30 * table["source"].nunique() + 40
    return with_rows(_coverage_template(tuple(colours.items()), many, height), rows=table)


@lru_cache(maxsize=32)
def _coverage_template(tones: Tones, many: bool, height: int) -> dict:
    colours = dict(tones)
    fill = alt.Color(
        "state:N",
        scale=alt.Scale(
            domain=["complete", "partial", "missing"],
            range=[colours["place"], colours["gap"], colours["ground"]],
        ),
        legend=None,
    )
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X("yearmonth(month):O", title=None, axis=_grid_axis(many, colours)),
        y=alt.Y(
            "source:N",
            title=None,
            axis=alt.Axis(labelFontSize=13, labelColor=colours["text"], labelLimit=160, labelOverlap=False),
        ),
        tooltip=[
            "source:N",
            alt.Tooltip("label:N", title="month"),
            "state:N",
            alt.Tooltip("n:Q", title="reports"),
        ],
    )
    cells = base.mark_rect(stroke=colours["gap"], strokeWidth=1).encode(color=fill)
    bars = base.transform_filter("datum.state == 'partial'").mark_text(text="–", fontSize=16, color=colours["text"])
    none = base.transform_filter("datum.state == 'missing'").mark_text(text="╱", fontSize=13, color=colours["second"])
    return finished((cells + bars + none).properties(height=height), colours).to_dict()


def hours_chart(released: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 218) -> alt.LayerChart:
    """Reports by weekday and three-hour part of the day, each cell's number printed in it.

    released: table with weekday (0 Monday), hour, n, every cell of the week present.
    """
    table = released.table.assign(part=released.table["hour"] // 3 * 3)
    cells = table.pivot_table(index="weekday", columns="part", values="n", aggfunc="sum").stack()
    cells = cells.rename("n").reset_index()
    cells["day"] = cells["weekday"].map(dict(enumerate(WEEKDAYS)))
    cells["from"] = cells["part"].map("{:02d}:00".format)
    cells["hours"] = cells["part"].map(lambda hour: f"{hour:02d}:00 to {hour + 3:02d}:00")
    axis = {"labelFontSize": 13, "labelColor": colours["second"], "labelOverlap": False, "labelFlush": False}
    base = alt.Chart(cells).encode(
        x=alt.X("from:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, **axis)),
        y=alt.Y("day:N", sort=list(WEEKDAYS), title=None, axis=alt.Axis(**axis)),
    )
    scale = alt.Scale(range=[colours["ground"], colours["place"]], domainMin=0, interpolate="lab")
    tips = [
        alt.Tooltip("day:N", title="Day"),
        alt.Tooltip("hours:N", title="Hours"),
        alt.Tooltip("n:Q", title="Reports"),
    ]
    squares = base.mark_rect(stroke=colours["grid"]).encode(
        color=alt.Color("n:Q", scale=scale, legend=None), tooltip=tips
    )
    dark = alt.datum.n > cells["n"].max() / 2
    text = alt.condition(dark, alt.value(colours["ground"]), alt.value(colours["text"]))
    words = base.mark_text(fontSize=13).encode(text="n:Q", color=text)
    return finished((squares + words).properties(height=height), colours)


def against_usual(latest: float, low: float, high: float, *, top: float, colours: Mapping[str, str] = COLOURS) -> str:
    """A small picture as a data address: the usual range as a bar, the latest count as a mark.

    top: the largest value of the column, so that every row has one scale · colours: of the theme in use
    """
    width, height, pad = 78, 34, 8
    scale = (width - 2 * pad) / max(top, 1)
    middle = height / 2
    shapes = []
    if low == low and high == high:
        x, w = pad + low * scale, max((high - low) * scale, 2)
        shapes.append(
            f'<rect x="{x:.1f}" y="{middle - 7}" width="{w:.1f}" height="14" '
            f'fill="{colours["usual"]}" stroke="{colours["gap"]}"/>'
        )
    if latest == latest:
        shapes.append(_mark(pad + min(latest, top) * scale, middle, latest, low, high, colours))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{"".join(shapes)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _mark(x: float, y: float, latest: float, low: float, high: float, colours: Mapping[str, str]) -> str:
    diamond = f"M{x:.1f} {y - 8}L{x + 8:.1f} {y}L{x:.1f} {y + 8}L{x - 8:.1f} {y}Z"
    if latest > high:
        return f'<path d="{diamond}" fill="{colours["alert"]}" stroke="{colours["text"]}" stroke-width="1.5"/>'
    if latest < low:
        return f'<path d="{diamond}" fill="none" stroke="{colours["place"]}" stroke-width="2"/>'
    return f'<circle cx="{x:.1f}" cy="{y}" r="5.5" fill="{colours["place"]}"/>'


def _month_axis(step: int, colours: Mapping[str, str]) -> alt.Axis:
    return alt.Axis(
        labelExpr="[timeFormat(datum.value, '%b'), month(datum.value) == 0 ? timeFormat(datum.value, '%Y') : '']",
        tickCount={"interval": "month", "step": step},
        labelColor=colours["second"],
        labelFontSize=13,
        grid=False,
        tickColor=colours["grid"],
        domainColor=colours["gap"],
        labelOverlap="parity",
    )


def month_step(table: pd.DataFrame) -> int:
    """Months between two labels, so that about twelve fit."""
    span = (table["period"].max() - table["period"].min()).days / 30.4
    return next(step for step in (1, 2, 3, 6, 12, 24) if span <= 12 * step or step == 24)


def _grid_axis(many: bool, colours: Mapping[str, str]) -> alt.Axis:
    return alt.Axis(
        format="%b %y",
        labelFontSize=12,
        labelAngle=0,
        labelColor=colours["second"],
        ticks=False,
        domain=False,
        labelExpr=f"month(datum.value) % {6 if many else 3} == 0 ? timeFormat(datum.value, '%b %y') : ''",
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


def _diamonds(side: str, x: alt.X, y: alt.Y, *, fill: str, stroke: str) -> alt.Chart:
    return (
        alt.Chart()
        .transform_filter(f"isValid(datum.n) && datum.side === '{side}'")
        .mark_point(shape="diamond", size=150, opacity=1, filled=True, fill=fill, stroke=stroke, strokeWidth=1.5)
        .encode(x=x, y=y)
    )


def _month_tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("month:N", title="Month"),
        alt.Tooltip("n:Q", title="Reports", format=",d"),
        alt.Tooltip("usual_low:Q", title="Usual from", format=",d"),
        alt.Tooltip("usual_high:Q", title="Usual to", format=",d"),
    ]
