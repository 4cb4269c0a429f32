"""Charts of Trends: the control chart with what was noted beneath it, and each part against the rest."""

import base64
from collections.abc import Mapping
from functools import lru_cache
from html import escape

import altair as alt
import numpy as np
import pandas as pd

from hotspots.release.disclosure import Released
from hotspots.views.charts import Tones, month_rows, month_step, month_structure, with_rows
from hotspots.views.finishing import finished
from hotspots.views.palette import COLOURS, STATES

_WIDTH, _HEIGHT, _PAD = 240, 74, 5


def noted_chart(
    released: Released, notes: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 330
) -> dict:
    """Counts by month with their usual range, and behind them what people noted, shaded with its words.

    released: period, n, low, high · notes: kind, note, start, end, not_usual (policy "notes on a trend")
    Drives and events are tinted with a cap, a recording change is a dashed line; months not received are
    the gaps of the line itself.
    """
    table = month_rows(released)
    noted = _shades(notes.table, released.table["period"])
    template = _noted_template(tuple(colours.items()), month_step(table), height, not noted.empty)
    return with_rows(template, rows=table, noted=noted)


@lru_cache(maxsize=32)
def _noted_template(tones: Tones, step: int, height: int, noted: bool) -> dict:
    colours = dict(tones)
    counts = month_structure(tones, step).properties(data=alt.NamedData("rows"))
    drawn = alt.layer(*_shading(colours), counts, *_words(colours)) if noted else counts
    return finished(drawn.properties(height=height), colours).to_dict()


def _shades(notes: pd.DataFrame, periods: pd.Series) -> pd.DataFrame:
    first, last = periods.min(), periods.max()
    drawn = notes[(notes["kind"] != "missing month") & (notes["end"] > first) & (notes["start"] <= last)]
    half = pd.Timedelta(days=15)
    start, end = drawn["start"].clip(lower=first), drawn["end"].clip(upper=last + half)
    # A report of a month is drawn at its first day: the tint covers the points of the months it touches.
    left = start.dt.to_period("M").dt.to_timestamp() - half
    # Beside a tint the words stand on the side that has more room.
    before, after = start - first, last - end
    late = before > after
    room = before.where(late, after) / max(last - first, half)
    return pd.DataFrame(
        {
            "from": left.where(drawn["not_usual"], start),
            "to": end.where(drawn["not_usual"], start),
            "words": drawn["note"],
            "room": room,
            "whole": drawn["kind"] + ": " + drawn["note"],
            "change": ~drawn["not_usual"],
            "late": late,
            "row": 32 + 24 * np.arange(len(drawn)),
        }
    )


def _shading(colours: Mapping[str, str]) -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData("noted")).encode(x="from:T", tooltip=alt.Tooltip("whole:N", title=""))
    tint = base.transform_filter("!datum.change").encode(x2="to:T")
    line = base.transform_filter("datum.change")
    return [
        tint.mark_rect(color=colours["done"], opacity=0.14),
        tint.mark_rect(color=colours["done"], height=4).encode(y=alt.value(2)),
        line.mark_rule(color=colours["done"], strokeDash=[6, 4], strokeWidth=2),
    ]


def _words(colours: Mapping[str, str]) -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData("noted"))
    room = alt.expr("max(1, datum.room * width - 12)")  # beyond it the words end in an ellipsis
    return [
        base.transform_filter(f"{'' if late else '!'}datum.late")
        .mark_text(align="right" if late else "left", dx=-6 if late else 6, fontSize=13, fontWeight="bold", limit=room,
                   color=colours["text"])
        .encode(x="to:T" if not late else "from:T", y=alt.Y("row:Q", scale=None, axis=None), text="words:N")
        for late in (False, True)
    ]  # fmt: skip


def top_of(parts: Released) -> float:
    """Reports a month at the top of every small multiple; parts: n, expected (policy "parts of a trend")."""
    return float(np.nanmax([parts.table["n"].max(), parts.table["expected"].max(), 1]))


def panels(parts: Released, states: Released, *, colours: Mapping[str, str] = COLOURS) -> str:
    """Small multiples as HTML: each part's months (blue) beside what the rest would give it (grey), one scale.

    parts: series, period, n, expected, low, high, outside · states: series, state, n, unlike, change …
    Names are text of the data: they are escaped here and stand in no script.
    """
    table, top = parts.table, top_of(parts)
    told = states.table.set_index("series")
    cells = [
        _panel(name, rows.tail(36), told.loc[name], top, colours)
        for name, rows in table.groupby("series", sort=False)
        if name in told.index
    ]
    grid = "display:grid;grid-template-columns:repeat(auto-fill,minmax(205px,1fr));gap:.7rem 1rem"
    return f"<div style='{grid}'>{''.join(cells)}</div>"


def _panel(name: str, rows: pd.DataFrame, state: pd.Series, top: float, colours: Mapping[str, str]) -> str:
    look = STATES[state["state"]]
    picture = base64.b64encode(_lines(rows, top, colours).encode()).decode()
    words = f"{look.glyph} {state['state'].capitalize()}"
    latest = "no data" if pd.isna(state["n"]) else f"{state['n']:,.0f}"
    usual = "" if pd.isna(state["usual_high"]) else f" (usual {state['usual_low']:,.0f} to {state['usual_high']:,.0f})"
    alt_text = f"{name}: {latest}{usual}, {state['state']}; {unlike_words(state)}"
    return (
        "<div style='break-inside:avoid'>"
        f"<div style='display:flex;justify-content:space-between;gap:.5rem;font-size:.88rem'><b>{escape(name)}</b>"
        f"<span style='white-space:nowrap'>{words}</span></div>"
        f"<img style='width:100%;display:block' src='data:image/svg+xml;base64,{picture}' alt='{escape(alt_text)}'>"
        f"<div class='quiet'>{latest}{usual} · {escape(unlike_words(state))}</div></div>"
    )


def unlike_words(state: pd.Series) -> str:
    """How the last 12 months went beside the rest, interval first; only where the test holds is it said."""
    if pd.isna(state["change"]):
        return "too few months to hold against the rest"
    if not state["unlike"]:
        return "as the rest"
    low, high = (abs(100 * (state[c] - 1)) for c in ("change_low", "change_high"))
    low, high = sorted((low, high))
    return f"{low:.0f}% to {high:.0f}% {state['unlike']} than as the rest went"


def _lines(rows: pd.DataFrame, top: float, colours: Mapping[str, str]) -> str:
    x = np.linspace(_PAD, _WIDTH - _PAD, max(len(rows), 2))[: len(rows)]
    shapes = [f'<line x1="0" x2="{_WIDTH}" y1="{_y(0, top)}" y2="{_y(0, top)}" stroke="{colours["gap"]}"/>']
    shapes += _path(x, rows["expected"].to_numpy(), top, colours["second"], 1.1)
    shapes += _path(x, rows["n"].to_numpy(), top, colours["place"], 2.2)
    for at, row in zip(x, rows.itertuples(), strict=True):
        if row.outside == "above":
            y = _y(row.n, top)
            shapes.append(
                f'<path d="M{at:.1f} {y - 5}l5 5-5 5-5-5z" fill="{colours["alert"]}" stroke="{colours["text"]}"/>'
            )
        if pd.isna(row.n):
            shapes.append(
                f'<rect x="{at - 3:.1f}" y="2" width="6" height="{_HEIGHT - 6}" fill="none" '
                f'stroke="{colours["gap"]}" stroke-dasharray="2 2"/>'
            )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">{"".join(shapes)}</svg>'


def _path(x: np.ndarray, y: np.ndarray, top: float, colour: str, width: float) -> list[str]:
    """One polyline for every run of known months: a gap is never bridged."""
    runs, run = [], []
    for at, value in zip(x, y, strict=True):
        if np.isnan(value):
            runs, run = [*runs, run], []
        else:
            run.append(f"{at:.1f},{_y(value, top)}")
    return [
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        for points in [*runs, run]
        if points
    ]


def _y(value: float, top: float) -> float:
    return round(_HEIGHT - 4 - (_HEIGHT - 12) * value / top, 1)
