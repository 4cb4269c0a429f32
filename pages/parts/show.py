"""Charts with their table, and downloads: written once, used by every page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import altair as alt
import pandas as pd
import streamlit as st
from streamlit.elements.arrow import DataframeState

from hotspots.release.disclosure import Released
from hotspots.store import Store
from hotspots.views import charts, column_widths, exports, plain_tables, room_charts, sentences
from hotspots.views.palette import COLOURS, DARK
from pages.parts import display, papers, session, taking

_LETTERS = column_widths.Letters(em=14, edges=21)
"""Of a cell on a phone, whose text is 16 pixels, a little more than on a small laptop."""
_LAPTOP = 20 / 22 / 16
"""A small laptop's letters in presenter view beside its usual ones, for each pixel of the size chosen (`style`)."""
_LINE, _MOST_LINES = 21, 4
"""Pixels of a line of a large screen; every row is as tall as the tallest: one long cell must not make gaps."""
_ONE_LINE, _WRAPPED, _HEAD = 40, 76, 36
"""Pixels of a row of one line, of the least that wraps (Streamlit wraps above four times the root), of a head."""
_IN_THE_ROOM = 560
"""Pixels that the rows of a table in presenter view take at most before they scroll."""

_MOST_WRITTEN = 400
"""Rows that a popover writes out; a longer table is a grid, which draws only the part in sight."""
_MOST_PRINTED = 60
"""Rows of a long list that go on paper; every click would carry them all to the browser."""
_AS_THEY_ARE: Mapping[str, dict | None] = {}


def is_dark() -> bool:
    """True while the viewer looks at the dark theme."""
    return st.context.theme.type == "dark"


def colours() -> Mapping[str, str]:
    """The palette of the theme in use."""
    return DARK if is_dark() else COLOURS


def fitted(
    rows: pd.DataFrame,
    widths: Mapping[str, int],
    *,
    most: int = 7,
    lines: int = _MOST_LINES,
    special: Mapping[str, dict] | None = None,
    spare: Sequence[str] = (),
) -> dict[str, object]:
    """Row height, height and columns for `st.dataframe`, so that every cell is whole in the fewest lines.

    widths: column → pixels on a small laptop, whose sum is the table's room; where there is more every column grows
    most: rows seen without scrolling · lines: most lines of a row
    special: columns with a configuration of their own; pictures keep their width and grow with the row
    spare: columns that presenter view leaves out where there is no room, the least needed first
    """
    special, presenting = special or {}, bool(st.session_state.get("present"))
    letters, grown = _LETTERS, 1.0
    if presenting:
        size = display.text_size()
        letters, grown = column_widths.Letters(*(px * size * _LAPTOP for px in (letters.em, letters.edges))), size / 18
    labels = {name: look["label"] for name, look in special.items() if look.get("label")}
    found = column_widths.fit(
        rows, widths, letters=letters, most_lines=lines, labels=labels, spare=spare if presenting else ()
    )
    tall = int((max(_WRAPPED, found.lines * _LINE + 14) if found.lines > 1 else _ONE_LINE) * grown)
    columns = {
        name: {**special.get(name, st.column_config.TextColumn()), "width": found.widths[name]}
        if name in found.widths
        else None
        for name in widths
    }
    seen = min(most, _IN_THE_ROOM // tall) if presenting else most
    height = "content" if len(rows) <= seen else tall * seen + int(_HEAD * grown)
    return {"row_height": tall, "height": height, "column_config": columns}


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


def made(draw: Callable[..., alt.TopLevelMixin | dict], *tables: object, **look: object) -> dict:
    """What a function of `hotspots.views` draws in the colours of the theme, as Vega-Lite has it.

    tables, look: its arguments. Made once for the same content: Altair takes up to a second for one page's charts.
    """
    return _made(draw, f"{draw.__module__}.{draw.__qualname__}", tables, look | {"colours": dict(colours())})


@st.cache_data(
    show_spinner=False, max_entries=512, hash_funcs={Released: lambda given: (given.table, given.policy, given.as_of)}
)
def _made(
    _draw: Callable[..., alt.TopLevelMixin | dict], name: str, tables: tuple[object, ...], look: dict[str, object]
) -> dict:
    drawn = _draw(*tables, **look)
    # Altair would check every part of the chart against its schema: a twentieth of a second a chart, at each run.
    return drawn if isinstance(drawn, dict) else drawn.to_dict(validate=False)


def chart(drawn: dict, released: Released, *, alt_text: str, key: str, columns: Sequence[str] = ()) -> None:
    """A chart, what it says in one sentence for those who cannot see it, and the same as a table.

    columns: those that the chart draws, where the released table has more
    """
    draw(drawn, alt_text=alt_text, key=key)
    as_table(released.table[list(columns)] if columns else released.table, alt_text=alt_text, key=key)


def draw(drawn: dict, *, alt_text: str, key: str) -> None:
    """A chart whose table stands elsewhere; its words are larger in presenter view, as the page's are."""
    if st.session_state.get("present"):
        drawn = room_charts.enlarged(drawn, display.text_size() / 16)
    st.vega_lite_chart(None, drawn, key=key, alt=alt_text, width="stretch")


def as_table(table: pd.DataFrame, *, alt_text: str, key: str) -> None:
    """The link *Show as table*: what a chart draws in words, as narrow as the words allow."""
    with st.popover("Show as table", type="tertiary", key=f"{key}-table"):
        read = plain_tables.as_read(table)
        if read.same:
            st.caption(plain(read.same))
        if len(read.rows) > _MOST_WRITTEN:
            st.dataframe(read.rows, hide_index=True, alt=alt_text)
        else:
            _written(read, alt=alt_text)


def _written(read: plain_tables.AsRead, *, alt: str) -> None:
    """A table of the page itself: every word wraps, nothing is cut, and it goes on paper."""
    said = {name: dict(zip(read.numbers[name], read.rows[name], strict=True)).get for name in read.numbers}
    rows = read.rows.map(plain).assign(**read.numbers)  # as numbers, that they stand to the right
    st.table(rows.style.format(said, na_rep=plain_tables.NOTHING), hide_index=True, border="horizontal", alt=alt)


def grid(
    rows: pd.DataFrame, *, key: str, alt: str, exported: bool = False, printed: bool = True, **look: object
) -> DataframeState:
    """`st.dataframe`, and the same rows written out for paper, where a grid shows what its window shows.

    A phone shows the written rows too, each as a card: instead of the grid, or beneath it where rows are to be chosen.
    exported: the page's *Export* holds the rows, so that of a long list paper has the first only
    printed: False for what is left out on paper
    look: arguments of `st.dataframe`, those of `fitted` among them; returns what it returns
    """
    with on_screen(key):
        event = st.dataframe(rows, key=key, hide_index=True, alt=alt, **look)
    cards = "instead" if look.get("on_select", "ignore") == "ignore" else "beside"
    columns = look.get("column_config") or {}
    written_out(rows, key=key, alt=alt, exported=exported, columns=columns, cards=cards, printed=printed)
    return event


def written_out(
    rows: pd.DataFrame,
    *,
    key: str,
    alt: str,
    exported: bool = False,
    columns: Mapping[str, dict | None] = _AS_THEY_ARE,
    cards: str = "",
    printed: bool = True,
) -> None:
    """The rows of a grid for paper, headed as the grid heads them.

    exported: as for `grid` · columns: the grid's `column_config` · cards: as for `as_html`, on a phone
    printed: False for a phone alone
    """
    most = _MOST_PRINTED if exported else len(rows)
    # A cell of an address says *read* on screen: on paper it would be a line of letters nobody types.
    kept = [name for name in rows if not _is_left_out(columns.get(name, {}))]
    labels = {name: label for name in kept if (label := columns.get(name, {}).get("label"))}
    read = plain_tables.as_read(rows[kept].head(most).rename(columns=labels), trim=False)
    with st.container(key=f"paper-{key}" if printed else f"phone-{key}"):
        # Not `st.table`: its cells are Markdown, a fifth of a second at each click of a list.
        st.html(plain_tables.as_html(read, alt=alt, cards=cards))
        if len(rows) > most:
            st.caption(f"The first {most} of {len(rows):,} rows; the file under *Export* has the other "
                       f"{len(rows) - most:,} too.")  # fmt: skip


def _is_left_out(column: dict | None) -> bool:
    """True for a column that the grid hides, and for one of links."""
    return column is None or (column.get("type_config") or {}).get("type") == "link"


@contextmanager
def on_screen(key: str) -> Iterator[None]:
    """What is left out on paper."""
    with st.container(key=f"screen-{key}"):
        yield


def on_paper(words: str, *, key: str) -> None:
    """Words that only paper bears: a title, or what stands in the place of something left out."""
    with st.container(key=f"paper-{key}"):
        st.markdown(words)


def figures(width: int, label: str | None = None, *, help: str | None = None) -> dict:  # noqa: A002
    """A column of whole numbers with their thousands apart, `width` pixels wide on a small laptop."""
    return st.column_config.NumberColumn(label, width=width, format="localized", help=help)


def coverage(released: Released, *, key: str) -> None:
    """Which source was received in which month, as a card."""
    title = sentences.coverage_title(released.table)
    with card(title, "Each source and month · filled: complete · pale with a bar: part only · crossed: not received"):
        chart(made(charts.coverage_chart, released), released, alt_text=title, key=key)


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
