"""Charts with their table, and downloads: written once, used by every page."""

import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import altair as alt
import pandas as pd
import streamlit as st

from hotspots.release.disclosure import Released
from hotspots.store import Store
from hotspots.views import charts, exports, sentences
from hotspots.views.palette import COLOURS, DARK
from pages.parts import display, papers, session, taking

_LETTER, _LINE, _EDGES, _MOST_LINES = 5.8, 21, 20, 4
"""Pixels of a letter at the text of a small laptop, of a line at that of a large screen, of a cell's two edges;
every row is as tall as the tallest, so one long cell must not make a table of gaps."""
_ONE_LINE, _WRAPPED, _HEAD = 40, 76, 40
"""Pixels of a row of one line, the least of one that wraps (Streamlit wraps above four times the root), of a header."""


def is_dark() -> bool:
    """True while the viewer looks at the dark theme."""
    return st.context.theme.type == "dark"


def colours() -> Mapping[str, str]:
    """The palette of the theme in use."""
    return DARK if is_dark() else COLOURS


def fitted(
    rows: pd.DataFrame, widths: Mapping[str, int], *, most: int = 7, special: Mapping[str, dict] | None = None
) -> dict[str, object]:
    """Row height, height and columns for `st.dataframe`, so that text wraps in its column up to four lines.

    widths: column → pixels on a small laptop; where there is more room every column grows
    most: rows seen without scrolling · special: columns with a configuration of their own; no images, which grow
    with the row
    """
    special = special or {}
    letters = {name: max(1, int((wide - _EDGES) / _LETTER)) for name, wide in widths.items()}
    texts = ((name, text) for name in widths for text in rows[name] if _is_words(text))
    longest = max((len(textwrap.wrap(text, letters[name])) for name, text in texts), default=1)
    lines = min(longest, _MOST_LINES)
    grown = display.text_size() / 18 if st.session_state.get("present") else 1
    tall = int((max(_WRAPPED, lines * _LINE + 14) if lines > 1 else _ONE_LINE) * grown)
    columns = {name: special.get(name, st.column_config.TextColumn(width=wide)) for name, wide in widths.items()}
    height = "content" if len(rows) <= most else tall * most + int(_HEAD * grown)
    return {"row_height": tall, "height": height, "column_config": columns}


def _is_words(cell: object) -> bool:
    """False for numbers, and for the address behind a link."""
    return isinstance(cell, str) and not cell.startswith("https:")


def read_table(rows: pd.DataFrame) -> None:
    """A short table that is only read: its words wrap as on paper."""
    line = "| {} |".format
    told = [line(" | ".join(plain(cell) for cell in row)) for row in rows.itertuples(index=False)]
    st.markdown("\n".join([line(" | ".join(rows.columns)), line(" | ".join("---" for _ in rows.columns)), *told]))


@contextmanager
def card(title: str, subtitle: str = "", *, key: str | None = None, stretch: bool = False) -> Iterator[None]:
    """A bordered card: a title that states the finding, a subtitle, then what is inside."""
    with st.container(border=True, key=key, gap="xsmall", height="stretch" if stretch else "content"):
        st.markdown(f"## {title}")
        if subtitle:
            st.caption(subtitle)
        yield


def chart(drawn: alt.TopLevelMixin | dict, released: Released, *, alt_text: str, key: str) -> None:
    """A chart, what it says in one sentence for those who cannot see it, and the same as a table."""
    # Altair would check every part of the chart against its schema: a twentieth of a second a chart, at each run.
    spec = drawn if isinstance(drawn, dict) else drawn.to_dict(validate=False)
    st.vega_lite_chart(None, spec, key=key, alt=alt_text, width="stretch")
    with st.popover("Show as table", type="tertiary", key=f"{key}-table"):
        st.dataframe(released.table, hide_index=True)


def coverage(released: Released, *, key: str) -> None:
    """Which source was received in which month, as a card."""
    title = sentences.coverage_title(released.table)
    with card(title, "Each source and month · dark: complete · pale with a bar: part only · crossed: not received"):
        chart(charts.coverage_chart(released, colours=colours()), released, alt_text=title, key=key)


def plain(text: str) -> str:
    """Text of the data as Markdown that shows itself and does nothing: no link, image or icon."""
    escaped = "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|$~:&" else c for c in str(text))
    return escaped.replace(":", ":\u2060")  # a word joiner: icons and emoji are made of :words: after escapes are read


def downloads(
    released: Released,
    store: Store,
    *,
    title: str,
    settings: Mapping[str, str],
    name: str,
    paper: papers.Offer | None = None,
) -> None:
    """CSV, GeoJSON where there are outlines, a paper where one is offered; made when asked for, never kept."""
    chosen = session.settings()
    recipe = exports.Recipe(title, chosen.marking, session.today(store), store.is_sample, settings)
    with st.popover(":material/download: Export", width="content"):
        taking.button(
            "Table (CSV)",
            lambda: exports.csv_of(released, recipe),
            file=f"{name}.csv",
            mime="text/csv",
            key=f"{name}-csv",
            store=store,
        )
        if "geometry" in released.table.columns:
            crs = store.crs
            taking.button(
                "Map layer (GeoJSON)",
                lambda: exports.geojson_of(released, recipe, crs=crs),
                file=f"{name}.geojson",
                mime="application/geo+json",
                key=f"{name}-geojson",
                store=store,
            )
        if paper is not None:
            papers.buttons(paper, store)
