"""Charts of an adopted place and of who can act there."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from hotspots.periods import Window
from hotspots.release.disclosure import Released
from hotspots.views.charts import month_layers
from hotspots.views.finishing import PADDING
from hotspots.views.palette import COLOURS
from hotspots.views.place_words import with_others

LANE = 22
"""Pixels a lane of what was done takes."""
LABEL_ROOM = 0.36
"""Share of the axis a lane's words need on their side of it."""


def timeline_chart(
    released: Released,
    done: Released,
    *,
    window: Window,
    colours: Mapping[str, str] = COLOURS,
    height: int = 300,
) -> alt.VConcatChart:
    """Counts by month with their usual range, and beneath them on the same axis what was done.

    released: period, n, low, high · done: label, start, end, shape, words (policy "done at a place")
    window: the months drawn; a lane that began before or runs on after is cut at its ends.
    """
    counts = month_layers(released, colours=colours, height=height)
    lanes = _placed(done.table, window)
    parts = [counts] if lanes.empty else [counts, _lanes(lanes, window, colours)]
    return (
        alt.vconcat(*parts, spacing=4)
        .properties(padding=PADDING)
        .resolve_scale(x="shared")
        .configure_view(stroke=None)
        .configure_title(fontSize=14, anchor="start", color=colours["text"], offset=4)
    )


def holders_chart(released: Released, *, colours: Mapping[str, str] = COLOURS) -> alt.LayerChart:
    """Routes by who holds them, most first; those only the police hold in grey.

    released: agency, routes, police_only.
    """
    table = released.table.assign(only=released.table["police_only"] == released.table["routes"])
    y = alt.Y(
        "agency:N",
        sort="-x",
        title=None,
        axis=alt.Axis(labelFontSize=13, labelLimit=230, labelColor=colours["text"], domain=False, ticks=False),
    )
    scale = alt.Scale(range=[0, alt.expr("width - 40")])  # what is left holds the number beside the longest bar
    base = alt.Chart(table).encode(y=y, x=alt.X("routes:Q", axis=None, scale=scale))
    fill = alt.condition(alt.datum.only, alt.value(colours["other"]), alt.value(colours["place"]))
    bars = base.mark_bar(height=18).encode(
        color=fill,
        tooltip=[
            alt.Tooltip("agency:N", title="Held by"),
            alt.Tooltip("routes:Q", title="Routes"),
            alt.Tooltip("police_only:Q", title="Police only"),
        ],
    )
    words = base.mark_text(align="left", dx=5, fontSize=14, fontWeight="bold", color=colours["text"]).encode(
        text="routes:Q"
    )
    return (bars + words).properties(height=26 * len(table) + 10).configure_view(stroke=None)


WAITING_WORDS = 112
"""Pixels of the longest words after a bar of the chart of waits."""


def waiting_chart(released: Released, *, colours: Mapping[str, str] = COLOURS) -> alt.LayerChart:
    """Days from first signal to first joint action by place; hollow and dashed while a place still waits.

    released: place, days, waiting.
    """
    table = released.table.assign(
        words=[
            f"{days} days so far" if waits else f"{days} days"
            for days, waits in zip(released.table["days"], released.table["waiting"], strict=True)
        ]
    )
    axis = alt.Axis(labelFontSize=13, labelLimit=210, labelColor=colours["text"], domain=False, ticks=False)
    # Room for the words after the longest bar, also on a phone.
    room = f"{max(int(table['days'].max()), 1)} * max(1.5, width / max(width - {WAITING_WORDS}, 12))"
    scale = alt.Scale(domainMax=alt.ExprRef(room))
    base = alt.Chart(table).encode(
        y=alt.Y("place:N", sort=None, title=None, axis=axis), x=alt.X("days:Q", axis=None, scale=scale)
    )
    acted = base.transform_filter("!datum.waiting").mark_bar(height=18, color=colours["done"])
    waits = base.transform_filter("datum.waiting").mark_bar(
        height=18, fill=colours["ground"], stroke=colours["text"], strokeDash=[4, 3]
    )
    words = base.mark_text(align="left", dx=6, fontSize=13, fontWeight="bold", color=colours["text"])
    return (
        (acted + waits + words.encode(text="words:N"))
        .properties(height=28 * len(table) + 10)
        .configure_view(stroke=None)
    )


def parts_chart(
    released: Released, *, kind: str, colours: Mapping[str, str] = COLOURS, most: int = 6
) -> alt.LayerChart:
    """Reports by category (place blue) or source (grey), most first, all beyond the largest in one bar.

    released: kind, word, n · kind: "category" or "source" · most: bars
    """
    table = with_others(released.table[released.table["kind"] == kind], most)
    colour = colours["place"] if kind == "category" else colours["other"]
    y = alt.Y(
        "word:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelFontSize=12, labelLimit=190, labelColor=colours["text"], domain=False, ticks=False),
    )
    base = alt.Chart(table).encode(y=y, x=alt.X("n:Q", axis=None))
    bars = base.mark_bar(height=15, color=colour).encode(tooltip=["word:N", alt.Tooltip("n:Q", title="Reports")])
    words = base.mark_text(align="left", dx=4, fontSize=12, fontWeight="bold", color=colours["text"]).encode(text="n:Q")
    return (bars + words).properties(height=24 * len(table) + 8).configure_view(stroke=None)


def repeat_chart(released: Released, *, colours: Mapping[str, str] = COLOURS, height: int = 130) -> alt.LayerChart:
    """Share of reports at the top addresses (dot) against what chance gives (grey box, 95%).

    released: top, n, of, share, chance_low, chance_high.
    """
    table = released.table.assign(label=[f"Top {n}" for n in released.table["top"]])
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelFontSize=13, domain=False, ticks=False))
    x = alt.X(
        "share:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1.15]),
        axis=alt.Axis(format="%", values=[0, 0.5, 1], gridColor=colours["grid"], domain=False, ticks=False),
    )
    base = alt.Chart(table).encode(y=y)
    chance = base.mark_bar(height=14, color=colours["gap"]).encode(x=alt.X("chance_low:Q"), x2="chance_high:Q")
    seen = base.mark_circle(size=150, color=colours["place"], opacity=1).encode(
        x=x, tooltip=["label:N", "n:Q", "of:Q", alt.Tooltip("share:Q", format=".0%")]
    )
    words = base.mark_text(align="left", dx=11, fontSize=13, fontWeight="bold", color=colours["text"]).encode(
        x=x, text=alt.Text("share:Q", format=".0%")
    )
    return (chance + seen + words).properties(height=height).configure_view(stroke=None)


def _placed(table: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Lanes that touch the window, cut to it, each with the side its words go to."""
    low, high = pd.Timestamp(window.start), pd.Timestamp(window.end)
    seen = table[(table["end"] > low) & (table["start"] < high)]
    seen = seen.assign(start=seen["start"].clip(lower=low), end=seen["end"].clip(upper=high))
    left, right = (seen["start"] - low) / (high - low), (high - seen["end"]) / (high - low)
    side = left.gt(LABEL_ROOM).map({True: "before", False: "after"})
    side = side.mask((left <= LABEL_ROOM) & (right <= LABEL_ROOM), "within")
    lane = [f"{number:02d}" for number in range(len(seen))]
    return seen.assign(lane=lane, side=side, text=seen["label"] + ", " + seen["words"])


def _lanes(lanes: pd.DataFrame, window: Window, colours: Mapping[str, str]) -> alt.LayerChart:
    x = alt.X("start:T", title=None, axis=None, scale=alt.Scale(domain=_domain(window)))
    y = alt.Y("lane:N", title=None, axis=None)
    tip = [alt.Tooltip("label:N", title="Done"), alt.Tooltip("words:N", title="When"), "status:N"]
    base = alt.Chart(lanes).encode(y=y, tooltip=tip)
    days = base.transform_filter("datum.shape == 'day'").encode(x=x)
    spans = base.encode(x=x, x2="end:T")
    layers = [
        spans.transform_filter("datum.shape == 'period'").mark_bar(height=13, color=colours["done"]),
        spans.transform_filter("datum.shape == 'drive'").mark_bar(
            height=13, fill=colours["done"], fillOpacity=0.25, stroke=colours["done"], strokeDash=[4, 3]
        ),
        days.mark_point(shape="diamond", size=130, filled=True, opacity=1, color=colours["done"]),
        *[_words(base, side, colours) for side in ("before", "after", "within")],
    ]
    return alt.layer(*layers).properties(height=LANE * len(lanes), title="What was done")


def _words(base: alt.Chart, side: str, colours: Mapping[str, str]) -> alt.Chart:
    at = "end:T" if side == "after" else "start:T"
    ink = colours["ground"] if side == "within" else colours["text"]
    return (
        base.transform_filter(f"datum.side == '{side}'")
        .mark_text(
            align="right" if side == "before" else "left",
            dx=-9 if side == "before" else 9,
            fontSize=13,
            color=ink,
        )
        .encode(x=at, text="text:N")
    )


def _domain(window: Window) -> list[dict[str, int]]:
    return [{"year": d.year, "month": d.month, "date": d.day} for d in (window.start, window.end)]
