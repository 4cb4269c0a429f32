"""Charts with their table, and downloads: written once, used by every page."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import altair as alt
import streamlit as st

from hotspots.release.disclosure import Released
from hotspots.store import Store
from hotspots.views import charts, exports, sentences
from hotspots.views.palette import COLOURS, DARK
from pages.parts import papers, session, taking


def is_dark() -> bool:
    """True while the viewer looks at the dark theme."""
    return st.context.theme.type == "dark"


def colours() -> Mapping[str, str]:
    """The palette of the theme in use."""
    return DARK if is_dark() else COLOURS


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
