"""How do the same reports lie by other areas: hexagons, wards, or polygons of our own?"""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from hotspots import store as stores
from hotspots.analysis.harm import read_weights
from hotspots.errors import HubError
from hotspots.pipeline import Query
from hotspots.pipeline.areas import (
    ALL,
    HOURS,
    AreasView,
    NearRepeats,
    areas_file,
    areas_for,
    near_repeats_for,
    read_areas,
)
from hotspots.release.disclosure import Released, release
from hotspots.release.roles import Action, Viewer
from hotspots.store import Store
from hotspots.views import area_charts, maps, sentences
from hotspots.views import area_words as words
from pages.parts import filters, frame, front_door, session, show
from pages.parts.map import draw_map

HEXAGONS = "Hexagons"
WIDTHS = {"Rank": 50, "Area": 227, "Reports": 66, "Day": 50, "Night": 52, "Real times": 82, "Hot": 54}
RATE = 130
"""Columns of the table and their pixels on a small laptop; that of a rate, whose name says of what."""
SPARE = ("Real times", "Day")
"""Columns that a room may go without."""


def render(viewer: Viewer) -> None:
    """Map and table of the same incidents by other areas; concentration, near repeats and harm beside chance."""
    viewer.require(Action.SEE_HOTSPOTS)
    store = session.current_store()
    title, tools = st.columns([50, 50], vertical_alignment="center")
    tools = tools.container(horizontal=True, horizontal_alignment="right")
    own = areas_file(session.settings(), sample=store.is_sample)
    with tools:
        kind = HEXAGONS if not own else st.segmented_control(
            "Areas", [HEXAGONS, _called(own)], default=HEXAGONS, required=True, key="area-kind",
            label_visibility="collapsed",
        )  # fmt: skip
        hours = _hours(store)
        query = filters.trend_row(store, viewer, session.first_query(store))
    chosen = session.settings().harm_weights
    view = _view(store, store.data_version, query, "" if kind == HEXAGONS else own, hours, chosen, _stamp(own, chosen))
    released = release(view.table, viewer, policy="areas", as_of=query.window.end)
    with tools:
        recipe = {"window": str(query.window), "district": ", ".join(query.districts) or "all", "hours": hours}
        show.downloads(released, store, title=f"Reports by {kind}", settings=recipe, name="areas")
    with title:
        st.title(show.plain(words.title(view, kind)), anchor=False)
        where = show.plain(", ".join(query.districts) or "all districts")
        st.caption(f"Other areas · {where} · {sentences.period(query.window)} · {words.counted(view)}")
    left, right = st.columns([53, 47], gap="small")
    with left:
        with st.container(key="area-map"):
            _map(store, view, released, kind)
        show.on_paper("The map is not printed; its areas are in the table, and as a map layer under *Export*.",
                      key="areas-map")  # fmt: skip
        _spread(viewer, view, kind)
    with right:
        _table(view, released, kind, own)
        _near(viewer, store, query)
        _harm(viewer, view, chosen)


def _hours(store: Store) -> str:
    """Which hours are counted; day and night are offered only where a report has a real time."""
    if not _real_times(store, store.data_version):
        return ALL
    return st.segmented_control(
        "Hours", HOURS, default=ALL, required=True, key="area-hours", format_func=str.capitalize,
        label_visibility="collapsed", help="Day is 6 am to 8 pm; only reports with a real time are in either",
    )  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=8)
def _real_times(_store: Store, version: str) -> int:
    """How many reports of the whole store know their hour."""
    return int(stores.sources(_store)["exact_time"].sum())


def _called(path: str) -> str:
    name = Path(path).stem
    return "Wards" if name in ("boundaries", "wards") else name.replace("_", " ").replace("-", " ").capitalize()


def _stamp(*paths: str) -> tuple[float, ...]:
    """When the files were last written, so that a new one is read."""
    return tuple(Path(p).stat().st_mtime if p and Path(p).exists() else 0.0 for p in paths)


@st.cache_resource(show_spinner="Counting by other areas …", max_entries=32)
def _view(
    _store: Store,
    version: str,
    query: Query,
    file: str,
    hours: str,
    weights: str,
    stamp: tuple[float, ...],  # noqa: ARG001
) -> AreasView:
    areas = read_areas(Path(file), _store.crs) if file else None
    return areas_for(_store, query, areas=areas, hours=hours, weights=read_weights(Path(weights)) if weights else None)


def _map(store: Store, view: AreasView, released: Released, kind: str) -> None:
    missing = session.asset_trouble()
    if missing:
        st.warning(f"The map cannot be drawn: {', '.join(missing)} is missing; the table beside it works without it.")
        return
    basemap, place = session.basemap(store), view.query.districts
    bounds = st.session_state.setdefault("area-bounds", {})
    if (place, kind) not in bounds:
        # Those that bear a number: a far village would shrink the town to a dot.
        bounds[place, kind] = maps.bounds_of(replace(released, table=released.table.head(maps.NUMBERED)), store.crs)

    def on_pick(area: str) -> None:
        st.session_state["area"] = area

    draw_map(
        released,
        key="areas",
        label="Map of the areas; the table beside it says the same",
        chosen=st.session_state.get("area"),
        crs=store.crs,
        bounds=bounds[place, kind],
        on_pick=on_pick,
        basemap=basemap,
        dark=show.is_dark(),
        dots=session.ground_of(store, place) if basemap.kind == "none" else None,
        names=session.district_names(store, place) if basemap.kind == "none" else (),
        layer=maps.area_layer,
        legend=maps.AREA_LEGEND,
    )


def _table(view: AreasView, released: Released, kind: str, own: str) -> None:
    table = released.table
    chosen = table[table["id"] == st.session_state.get("area", "")]
    with show.card(words.table_title(view, kind), words.table_subtitle(view)):
        if len(chosen):
            st.markdown(f"Chosen on the map: **{show.plain(words.one(chosen.iloc[0], view.base))}**")
        rows = words.rows(table, view.base)
        show.grid(
            rows, key="areas-table", exported=True, alt=f"Reports by {kind}",
            **show.fitted(
                rows, {name: WIDTHS.get(name, RATE) for name in rows}, spare=SPARE,
                special={name: _column(name, told) for name, told in words.HELPS.items() if name in rows},
            ),
        )  # fmt: skip
        if kind == HEXAGONS and not own:
            st.caption("For wards or beats name a file of polygons in the settings (areas), with a column addresses "
                       "or residents where rates are wanted.")  # fmt: skip
        elif not view.base and kind != HEXAGONS:
            st.caption("Rates per 1,000 appear where the file of areas has a column addresses or residents.")


def _column(name: str, told: str) -> dict:
    """A column of the table with its word of help; counts with their thousands apart."""
    if name in ("Area", "Hot"):
        return st.column_config.TextColumn(width=WIDTHS[name], help=told)
    return show.figures(WIDTHS[name], help=told)


def _spread(viewer: Viewer, view: AreasView, kind: str) -> None:
    if view.spread is None:
        if kind != HEXAGONS:
            st.caption("How concentrated reports are is told for hexagons, which are of one size; wards are not.")
        return
    with show.card(
        words.spread_title(view.spread), "Hexagons of one size, 200 m across, wherever reports ever came from"
    ):
        st.markdown(words.spread(view.spread))
        released = release(view.spread.curve, viewer, policy="concentration", as_of=view.query.window.end)
        drawn = show.made(area_charts.lorenz_chart, released)
        show.chart(drawn, released, alt_text=words.spread_alt(view.spread), key="areas-lorenz")


def _near(viewer: Viewer, store: Store, query: Query) -> None:
    with show.card(
        "Do reports come soon after one nearby?",
        "Pairs near in place and in time, against the same dates shuffled among the places (Knox's test)",
    ):
        if not st.button("Work it out", icon=":material/science:", key="near-run") and (
            st.session_state.get("near-for") != query
        ):
            return
        st.session_state["near-for"] = query
        try:
            found = _near_repeats(store, store.data_version, query)
        except HubError as error:
            frame.told(str(error))
            return
        released = release(found.table, viewer, policy="near repeats")
        st.markdown(words.near(released.table, found.used, found.of, found.since))
        rows = words.near_rows(released.table)
        show.grid(rows, key="areas-near", alt="Pairs of reports by distance and days apart")


@st.cache_resource(show_spinner="Shuffling the dates 199 times …", max_entries=8)
def _near_repeats(_store: Store, version: str, query: Query) -> NearRepeats:
    return near_repeats_for(_store, query)


def _harm(viewer: Viewer, view: AreasView, file: str) -> None:
    if view.harm is None:
        st.caption("Rank by harm: name a table of weights in the settings (harm_weights), with its version and source. "
                   "None is supplied: no openly licensed one by category is known.")  # fmt: skip
        return
    weights = read_weights(Path(file))
    released = release(view.harm, viewer, policy="harm of areas")
    made_by = f"Weights: {show.plain(weights.source)}, {show.plain(weights.version)}"
    with show.card("By harm, beside the rank by count", made_by):
        show.grid(words.harm_rows(released.table.head(20)), key="areas-harm", alt="Areas by harm")
        st.caption(words.HARM)


if __name__ == "__main__":  # served by file name before the first visit: go through the front door
    front_door.lead_to("areas")
