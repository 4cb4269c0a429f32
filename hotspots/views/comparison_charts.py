"""Charts of a comparison: the timeline with its windows, the intervals, small multiples on one scale."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from hotspots.release.disclosure import Released
from hotspots.views.finishing import unclipped
from hotspots.views.palette import COLOURS

MEANING: Mapping[str, str] = {"target": "place", "control": "comparison", "ring": "ring", "far ring": "ring"}
"""Area of a comparison → the meaning its colour carries."""
WORDS: Mapping[str, str] = {"before": "Before", "after": "After", "closed": "During"}
LEFT = -1.0
RIGHTS = (1.0, 1.25, 1.5, 2.0)
"""Ends of the interval plot: everything gone; twice to three times as many."""
ON_ONE_SCALE = 3.0
"""How many times the place's largest count the comparison area's may be, for two lines on one scale."""
_ROW = 62
_LANES_FROM, _LANE = 56, 16
_PHONE = 520  # pixels of the plot


def timeline(
    series: Released,
    windows: Released,
    done: Released,
    *,
    colours: Mapping[str, str] = COLOURS,
    height: int = 270,
) -> alt.LayerChart | alt.VConcatChart:
    """Place and comparison area over time, windows tinted with their counts, what was done beneath.

    series: [period, area, n], gaps missing · windows: [area, window, start, end, n, expected …]
    done: [done, start, end, drive], one lane each. The dashed grey line is what the place would have
    had with no change of its own, its band the interval of that. The comparison area is drawn where it is `beside`.
    """
    areas = ("target", "control") if beside(series) else ("target",)
    shown = series.table[series.table["area"].isin(areas)]
    tinted = windows.table[windows.table["area"] == "target"]
    top = _top(shown, tinted)
    x = _time_axis(colours)
    expected, said = _expected(tinted, x, colours)
    layers = [*_gaps(shown, top, x, colours), *_windows(tinted, top, x, colours), *expected]
    layers += [*[_line(shown, area, x, top, colours) for area in reversed(areas)], *said]
    main = alt.layer(*layers).properties(height=height, width="container")
    if done.table.empty:
        return unclipped(main)
    lanes = _lanes(done.table, shown, x, colours)
    room = height + _LANES_FROM + _LANE * len(done.table)  # the whole picture is fitted into its height
    return unclipped(alt.layer(*layers, lanes).properties(height=room, width="container"))


def beside(series: Released) -> bool:
    """Whether the comparison area can share the place's scale without making a flat line of it."""
    largest = series.table.groupby("area")["n"].max()
    if not {"target", "control"} <= set(largest.dropna().index):
        return False
    return bool(largest["control"] <= ON_ONE_SCALE * max(largest["target"], 1))


def small_multiple(
    series: Released,
    windows: Released,
    area: str,
    *,
    top: float,
    colours: Mapping[str, str] = COLOURS,
    height: int = 185,
) -> alt.LayerChart:
    """One area over time with its two counts; `top` is shared, so that three of them have one scale."""
    shown = series.table[series.table["area"] == area]
    tinted = windows.table[(windows.table["area"] == area) & (windows.table["window"] != "closed")]
    x = _time_axis(colours, years=True)
    layers = [*_gaps(shown, top, x, colours, words=False), *_windows(tinted, top, x, colours, words=False)]
    return unclipped(
        alt.layer(*layers, _line(shown, area, x, top, colours)).properties(height=height, width="container")
    )


def top_of(series: Released, areas: tuple[str, ...]) -> float:
    """The largest count of the areas, for a scale they share."""
    known = series.table.loc[series.table["area"].isin(areas), "n"]
    return float(known.max()) * 1.3 if known.notna().any() else 1.0


def interval_chart(released: Released, *, colours: Mapping[str, str] = COLOURS) -> alt.LayerChart:
    """Changes with their intervals: honest, naive without one, rings; luck's share in grey behind.

    released: [row, kind, about, before, after, change, low, high], changes as fractions (−0.5 is half).
    The plot reaches to the largest upper end; a line that leaves it ends in an arrow and says up to where.
    """
    rows = released.table[released.table["kind"] != "luck"].copy()
    luck = released.table[released.table["kind"] == "luck"]
    rows["says"] = [_says(row) for row in rows.itertuples()]
    rows["label"] = [_label(row) for row in rows.itertuples()]
    right = _right_end(pd.concat([rows["high"], rows["change"]]))
    rows, x, y = _placed(rows, right), _change_x(right, colours), _label_y(rows, colours)
    bars, marks = _bars(rows, x, y, right, colours), _marks(rows, y, right, colours)
    layers = [*_luck(luck, x, colours), _zero(x, colours), *bars, *marks]
    return unclipped(alt.layer(*layers).properties(height=_ROW * len(rows) + 60, width="container"))


def effects_chart(released: Released, *, colours: Mapping[str, str] = COLOURS) -> alt.LayerChart:
    """One interval a row for the portfolio, each labelled with its place and what was done.

    released: [place, done, low, high, ratio, before, after] of policy "portfolio".
    """
    rows = released.table[released.table["low"].notna()].copy()
    rows["kind"], rows["change"] = "honest", rows["ratio"] - 1
    rows["label"] = _unique(pd.Series([f"{row.place}|{row.done}" for row in rows.itertuples()], index=rows.index))
    rows["low"], rows["high"], rows["says"] = rows["low"] - 1, rows["high"] - 1, ""
    # One action of which hardly anything is known must not squeeze the lines of all the others.
    right = RIGHTS[0]
    rows, x, y = _placed(rows, right), _change_x(right, colours), _label_y(rows, colours)
    layers = [_zero(x, colours), *_bars(rows, x, y, right, colours), *_marks(rows, y, right, colours)]
    return unclipped(alt.layer(*layers).properties(height=46 * max(len(rows), 1) + 60, width="container"))


def _right_end(ends: pd.Series) -> float:
    """The first of the ends that holds all of them, else the last."""
    return next((end for end in RIGHTS if not ends.max() > end), RIGHTS[-1])


def _placed(rows: pd.DataFrame, right: float) -> pd.DataFrame:
    """Rows with the ends and the estimate as they are drawn, and how far a line goes on that leaves the plot."""
    on = rows["high"] > right
    return rows.assign(
        **{"from": rows["low"].clip(LEFT, right), "to": rows["high"].clip(LEFT, right)},
        at=rows["change"].clip(LEFT, right),
        beyond=[f"goes on to +{100 * high:,.0f}%" if high > right else "" for high in rows["high"].where(on, LEFT)],
    )


def _change_x(right: float, colours: Mapping[str, str]) -> alt.X:
    title = "fewer reports   ←   change   →   more"
    return alt.X("from:Q", title=title, scale=_scale(right), axis=_change_axis(right, colours))


def _label_y(rows: pd.DataFrame, colours: Mapping[str, str]) -> alt.Y:
    return alt.Y("label:N", sort=rows["label"].tolist(), title=None, axis=_label_axis(colours))


def _unique(labels: pd.Series) -> pd.Series:
    """Labels told apart by a mark that does not show."""
    return labels + labels.groupby(labels).cumcount().map(lambda n: "\u200b" * n)


def _top(shown: pd.DataFrame, tinted: pd.DataFrame) -> float:
    highest = max(shown["n"].max(), tinted["expected_high"].max() if "expected_high" in tinted else 0, 1)
    return float(min(highest, 2 * max(shown["n"].max(), 1))) * 1.3


def _windows(
    tinted: pd.DataFrame, top: float, x: alt.X, colours: Mapping[str, str], *, words: bool = True
) -> list[alt.Chart]:
    """Tinted columns with a cap and the count; the action's own days in the colour of what was done."""
    rows = tinted.assign(top=top, base=0.0)
    rows["says"] = [_window_words(row) for row in rows.itertuples()]
    rows["middle"] = rows["start"] + (rows["end"] - rows["start"]) / 2
    shade = alt.Color(
        "window:N",
        scale=alt.Scale(domain=list(WORDS), range=[colours["place"], colours["place"], colours["done"]]),
        legend=None,
    )
    rows["number"] = ["" if pd.isna(n) else f"{int(n):,}" for n in rows["n"]]
    base, y = alt.Chart(rows), _count(top, colours, "top:Q")
    text = base.encode(x=_from(x, "middle"), y=y)
    look = {"dy": 13, "fontSize": 13, "fontWeight": "bold", "color": colours["text"]}
    # On a phone the words of one window would lie over those of the next: there the number stands alone.
    wide, narrow = (alt.ExprRef(f"width {than} {_PHONE} ? 1 : 0") for than in (">=", "<"))
    said = [text.mark_text(opacity=wide, **look).encode(text="says:N")] if words else []
    said.append(text.mark_text(opacity=narrow if words else 1, **look).encode(text="number:N"))
    return [
        base.mark_rect(opacity=0.13).encode(x=_from(x, "start"), x2="end:T", y=y, y2="base:Q", color=shade),
        base.mark_rule(strokeWidth=4).encode(x=_from(x, "start"), x2="end:T", y=y, color=shade),
        *said,
    ]


def _window_words(row: tuple) -> str:
    return WORDS[row.window] if pd.isna(row.n) else f"{WORDS[row.window]}: {int(row.n):,}"


def _expected(tinted: pd.DataFrame, x: alt.X, colours: Mapping[str, str]) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """What the window after would have held with no change of its own; and its words, to stand over the lines."""
    rows = tinted[tinted["expected"].notna()] if "expected" in tinted else tinted.head(0)
    if rows.empty:
        return [], []
    rows = rows.assign(says=[f"expected {row.expected:.1f}" for row in rows.itertuples()])
    base = alt.Chart(rows)
    drawn = [
        base.mark_rect(color=colours["usual"], opacity=0.9, clip=True).encode(
            x=_from(x, "start"), x2="end:T", y="expected_low:Q", y2="expected_high:Q"
        ),
        base.mark_rule(color=colours["other"], strokeDash=[5, 4], strokeWidth=2).encode(
            x=_from(x, "start"), x2="end:T", y="expected:Q"
        ),
    ]
    looks = ({"stroke": colours["ground"], "strokeWidth": 5, "strokeJoin": "round"}, {"color": colours["second"]})
    at = {"x": _from(x, "end"), "y": "expected:Q", "text": "says:N"}
    return drawn, [base.mark_text(align="right", dx=-4, dy=-9, fontSize=13, **look).encode(**at) for look in looks]


def _gaps(
    shown: pd.DataFrame, top: float, x: alt.X, colours: Mapping[str, str], *, words: bool = True
) -> list[alt.Chart]:
    gaps = shown.loc[shown["n"].isna(), "period"].drop_duplicates().sort_values()
    if gaps.empty:
        return []
    step = shown["period"].drop_duplicates().sort_values().diff().median()
    spans = pd.DataFrame({"start": gaps, "end": gaps + step, "top": top, "base": 0.0})
    hatch = (
        alt.Chart(spans)
        .mark_rect(fill=colours["ground"], stroke=colours["gap"], strokeDash=[3, 3], opacity=1)
        .encode(x=_from(x, "start"), x2="end:T", y=_count(top, colours, "top:Q"), y2="base:Q")
    )
    if not words:
        return [hatch]
    first = spans.head(1).assign(says=f"No data, {gaps.iloc[0]:%B %Y}")
    label = (
        alt.Chart(first)
        .mark_text(align="left", dx=14, dy=31, fontSize=13, color=colours["second"])  # under a window's own words
        .encode(x=_from(x, "start"), y=_count(top, colours, "top:Q"), text="says:N")
    )
    return [hatch, label]


def _line(shown: pd.DataFrame, area: str, x: alt.X, top: float, colours: Mapping[str, str]) -> alt.LayerChart:
    """A line that stops at gaps; the comparison area's is dashed."""
    rows = shown[shown["area"] == area].sort_values("period")
    rows = rows.assign(run=rows["n"].isna().cumsum())
    rows = rows[rows["n"].notna()]
    colour, dashed = colours[MEANING[area]], [5, 4] if area == "control" else [1, 0]
    tips = [alt.Tooltip("period:T", title="From", format="%-d %B %Y"), alt.Tooltip("n:Q", title="Reports", format=",d")]
    base = alt.Chart(rows).encode(x=x, y=_count(top, colours, "n:Q"))
    line = base.mark_line(color=colour, strokeWidth=2.5 if area == "target" else 2, strokeDash=dashed, clip=True)
    dots = base.mark_circle(color=colour, size=24 if area == "target" else 8, opacity=1).encode(tooltip=tips)
    return alt.layer(line.encode(detail="run:N"), dots)


def _lanes(done: pd.DataFrame, shown: pd.DataFrame, x: alt.X, colours: Mapping[str, str]) -> alt.LayerChart:
    """Under the axis: a diamond for a day, a bar for a period, a pale dashed bar for a reporting drive."""
    last = shown["period"].max() + pd.DateOffset(months=1)
    rows = done[done["start"] < last].sort_values("start").reset_index(drop=True)
    rows["until"] = rows["end"].fillna(last).clip(upper=last)
    rows["offset"] = _LANES_FROM + _LANE * rows.index.to_numpy()
    bars = []
    for row in rows.itertuples():
        one = alt.Chart(rows.loc[[row.Index]])
        y = alt.value({"expr": f"height + {row.offset}"})
        if (row.until - row.start).days <= 1:
            mark = one.mark_point(shape="diamond", filled=True, size=90, color=colours["done"], opacity=1)
            bars.append(mark.encode(x=_from(x, "start"), y=y, tooltip=["done:N", "start:T"]))
        else:
            dash = {"strokeDash": [4, 3], "opacity": 0.6} if row.drive else {}
            rule = one.mark_rule(color=colours["done"], strokeWidth=7 if not row.drive else 4, **dash)
            bars.append(rule.encode(x=_from(x, "start"), x2="until:T", y=y, tooltip=["done:N", "start:T", "end:T"]))
        text = one.mark_text(align="right", dx=-9, fontSize=12, color=colours["second"])
        bars.append(text.encode(x=_from(x, "start"), y=y, text="done:N"))
    return alt.layer(*bars)


def _bars(rows: pd.DataFrame, x: alt.X, y: alt.Y, right: float, colours: Mapping[str, str]) -> list[alt.Chart]:
    """Seven-pixel lines, with an arrow where the interval goes on beyond the plot, and up to where."""
    known = rows[rows["low"].notna()]
    shade = _kind_colour(colours)
    lines = alt.Chart(known).mark_rule(strokeWidth=7).encode(x=x, x2="to:Q", y=y, color=shade)
    beyond = alt.Chart(known[known["high"] > right].assign(to=right))
    at = _from(x, "to", "Q")
    arrows = beyond.mark_point(shape="triangle-right", filled=True, size=190, opacity=1).encode(x=at, y=y, color=shade)
    said = beyond.mark_text(align="right", dy=-13, fontSize=13, color=colours["second"])
    return [lines, arrows, said.encode(x=at, y=y, text="beyond:N")]


def _marks(rows: pd.DataFrame, y: alt.Y, right: float, colours: Mapping[str, str]) -> list[alt.Chart]:
    """A dot on each estimate, a hollow diamond for the naive figure; what that says stands in its label."""
    at = alt.X("at:Q", scale=_scale(right))
    tips = [alt.Tooltip("before:Q", title="Before"), alt.Tooltip("after:Q", title="After")]
    # An estimate beyond the plot has the arrow alone.
    honest, naive = (
        rows[rows["low"].notna() & (rows["change"] <= right)],
        rows[(rows["kind"] == "naive") & rows["change"].notna()],
    )
    dots = (
        alt.Chart(honest)
        .mark_circle(size=190, opacity=1, stroke=colours["ground"], strokeWidth=2)
        .encode(x=at, y=y, color=_kind_colour(colours), tooltip=tips)
    )
    diamonds = (
        alt.Chart(naive)
        .mark_point(shape="diamond", size=170, filled=True, fill=colours["ground"], stroke=colours["other"])
        .encode(x=at, y=y, tooltip=tips)
    )
    return [dots, diamonds]


def _luck(luck: pd.DataFrame, x: alt.X, colours: Mapping[str, str]) -> list[alt.Chart]:
    """The grey column between no change and where a place picked when high goes by itself."""
    known = luck[luck["change"].notna() & (luck["change"] != 0)]
    if known.empty:
        return []
    share = float(known["change"].iloc[0])
    rows = pd.DataFrame({"from": [min(share, 0.0)], "to": [max(share, 0.0)]})
    rows["says"] = f"by itself {100 * share:+.0f}%".replace("-", "−")
    base = alt.Chart(rows).encode(x=x)
    return [
        base.mark_rect(color=colours["usual"], opacity=1).encode(x2="to:Q"),
        base.mark_text(align="right", dx=-6, baseline="top", fontSize=12, color=colours["second"]).encode(
            y=alt.value(2), text="says:N"
        ),
    ]


def _zero(x: alt.X, colours: Mapping[str, str]) -> alt.Chart:
    return alt.Chart(pd.DataFrame({"from": [0.0]})).mark_rule(color=colours["text"], strokeWidth=2).encode(x=x)


def _label(row: tuple) -> str:
    if row.kind == "ring":
        return f"Nearby, {row.about}|against rest of district"
    if row.kind == "honest":
        return "Honest|against comparison area"
    return f"Naive, before and after alone|{row.says}" if row.says else "Naive|before and after alone"


def _says(row: tuple) -> str:
    if row.kind != "naive" or pd.isna(row.change):
        return ""
    return f"{100 * abs(row.change):.0f}% {'fewer' if row.change < 0 else 'more'}: do not quote"


def _kind_colour(colours: Mapping[str, str]) -> alt.Color:
    kinds = ["honest", "naive", "ring"]
    return alt.Color(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[colours["place"], colours["other"], colours["ring"]]),
        legend=None,
    )


def _scale(right: float) -> alt.Scale:
    """Room for half a dot on the left, for an arrow and half a label on the right."""
    return alt.Scale(domain=[LEFT - 0.02 * (right - LEFT), right + 0.06 * (right - LEFT)], nice=False)


def _change_axis(right: float, colours: Mapping[str, str]) -> alt.Axis:
    step = 0.25 if right <= 1.25 else 0.5
    return alt.Axis(
        values=[LEFT + step * n for n in range(int((right - LEFT) / step) + 1)],
        labelExpr="datum.value == 0 ? ['0%', 'no change'] : "
        "(datum.value < 0 ? '−' : '+') + format(abs(datum.value), '.0%')",
        gridColor=colours["grid"],
        domain=False,
        ticks=False,
        labelColor=colours["second"],
        labelFontSize=13,
        titleColor=colours["second"],
        titleFontSize=13,
        titleFontWeight="normal",
    )


def _label_axis(colours: Mapping[str, str]) -> alt.Axis:
    return alt.Axis(
        labelExpr="split(datum.label, '|')", labelFontSize=13, labelLimit=260, labelColor=colours["text"],
        domain=False, ticks=False, labelPadding=8, labelOverlap=False,
    )  # fmt: skip


def _time_axis(colours: Mapping[str, str], *, years: bool = False) -> alt.X:
    months = "" if years else "timeFormat(datum.value, '%b')"
    year = "month(datum.value) == 0 ? timeFormat(datum.value, '%Y') : ''"
    axis = alt.Axis(
        labelExpr=year if years else f"[{months}, {year}]",
        tickCount={"interval": "month", "step": 12 if years else 3},
        labelColor=colours["second"],
        labelFontSize=13,
        grid=False,
        tickColor=colours["grid"],
        domainColor=colours["gap"],
        labelOverlap="parity",
    )
    return alt.X("period:T", title=None, axis=axis)


def _from(x: alt.X, column: str, kind: str = "T") -> alt.X:
    """The same axis read from another column."""
    again = x.copy()
    again.shorthand = f"{column}:{kind}"
    return again


def _count(top: float, colours: Mapping[str, str], column: str) -> alt.Y:
    axis = alt.Axis(
        tickCount=4, format=",d", tickMinStep=1, gridColor=colours["grid"], domain=False, ticks=False,
        labelColor=colours["second"], labelFontSize=13,
    )  # fmt: skip
    return alt.Y(column, title=None, axis=axis, scale=alt.Scale(domain=[0, top], nice=False))
