"""What a run of the script stands on: settings, the open store, the viewer, today."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

from hotspots import store as stores
from hotspots.errors import BadFile, NotAllowed
from hotspots.periods import Window
from hotspots.pipeline import (
    Background,
    Card,
    HubView,
    Query,
    TrendCube,
    TrendView,
    background,
    card_of,
    default_query,
    hub_view,
    place_cube,
    trend_cube,
    trend_for,
)
from hotspots.pipeline.agenda import open_and_late, places_to_assess
from hotspots.pipeline.ledger import lasting, with_lasting
from hotspots.pipeline.trend import DISTRICT, PLACE
from hotspots.register import actions as action_rules
from hotspots.register.clocks import LONDON
from hotspots.register.partners import suggested_attendees
from hotspots.register.places import Place
from hotspots.release.roles import Role, Viewer
from hotspots.settings import PROJECT, Settings, read_settings
from hotspots.store import Store, ledger, open_store, sharing
from hotspots.store import register_reads as reads
from hotspots.store.published import Published, published_file, read_published
from hotspots.views import basemaps, maps
from hotspots.views.basemaps import Basemap

NAMED_FROM = 0.02
"""Share of the reports from which a district's name stands on the map and among the first of a list."""
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
STATIC = PROJECT / "static"
SAMPLE = PROJECT / "data" / "sample"
GROUND_POINTS = 4_000
"""Most map points that a map without a basemap dots in grey."""
ROLES = {str(role).capitalize(): role for role in Role if role is not Role.NONE}
"""Word of the strip, and of the sample's address → the role it lets one try."""
SIGNED_IN = "signed_in"
"""Key of a session's `SignIn`; absent where no sign-in is set up."""
_LOOKING = "look_at_sample"
_OF_THE_VIEWER = (
    *(_LOOKING, SIGNED_IN, "sign_in_noted", "acting", "pages", "role", "present", "size", "imports"),
    "source-name",  # of the file being uploaded: the next of the same partner takes it again
)
"""What a session knows that is not about a store; the rest goes with the store it was chosen from."""


def settings() -> Settings:
    """The hub's settings; read afresh so that a mended file works on the next click."""
    return read_settings()


def now() -> datetime:
    """The clock of the program: the only place that reads it for the screens."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def today(store: Store) -> date:
    """Today; for the sample, the day its story stands at."""
    fixed = store.meta("today")
    return date.fromisoformat(fixed) if fixed else now().date()


def current_store() -> Store:
    """The hub's own store where there is one, else the sample, made on first use; the viewer's districts of it."""
    chosen = settings()
    if _shows_own():
        return own_store().within(acting().districts)
    if not Path(chosen.sample_store).exists():
        _make_sample(chosen.sample_store)
    return _open(chosen.sample_store, _stamp(chosen.sample_store)).within(acting().districts)


def own_store(*, create: bool = False) -> Store:
    """The hub's own store, made when asked for and absent."""
    chosen = settings()
    if create and not own_store_exists():
        open_store(chosen.store, at=now(), create=True, crs=chosen.crs).close()
    return _open(chosen.store, _stamp(chosen.store))


def own_store_exists() -> bool:
    """True once the hub has imported data of its own."""
    own = settings().store
    return "://" in own or Path(own).exists()


def looks_at_sample() -> bool:
    """True while this session looks at the sample although the hub has data of its own."""
    return bool(st.session_state.get(_LOOKING)) and own_store_exists()


def look_at_sample(look: bool) -> None:
    """Show the sample on every page until the session ends, or the hub's own store again.

    Filters, chosen areas and half-written forms belong to the store they were chosen from: they are forgotten, in the
    address too, so that no number of one store is ever meant of the other.
    """
    known = [str(key) for key in st.session_state]
    for key in [key for key in st.query_params if key not in (*known, *_OF_THE_VIEWER)]:  # others follow their widget
        del st.query_params[key]
    for key in [key for key in known if key not in _OF_THE_VIEWER]:
        del st.session_state[key]
    st.session_state[_LOOKING] = look


def _shows_own() -> bool:
    return own_store_exists() and not looks_at_sample()


def published_path() -> Path:
    """The file of released tables of the store in use."""
    chosen = settings()
    return published_file(chosen.store if _shows_own() else chosen.sample_store)


def published() -> Published:
    """Everything released, of the store in use; the store itself is not read.

    The sample's is made when it is first asked for: it takes some seconds that no other page needs.
    """
    path, sample = published_path(), settings().sample_store
    if path == published_file(sample) and not path.exists():
        _publish_sample(sample)
    return read_published(path)


def acting() -> Viewer:
    """Who this run is for, as `dashboard.py` found; nobody before it has."""
    return st.session_state.get("acting", Viewer())


def moment(store: Store) -> datetime:
    """This moment, for clocks; for the sample, this time of day on the day its story stands at."""
    time = now().replace(tzinfo=UTC)
    return datetime.combine(today(store), time.astimezone(LONDON).time()) if store.is_sample else time


def viewer(store: Store) -> Viewer:
    """Who is at the screen.

    On this machine's own address the role is chosen in the strip: it is a view, not a sign-in. With the sample, and
    with nothing else, the address keeps it over a reload.
    Anywhere else there is no viewer without sign-in, and real data are not served.
    """
    if not on_loopback():
        raise NotAllowed(
            "This address is not this machine's own, so a sign-in is needed and none is set up. "
            "Open http://localhost:8501 on the machine itself, or set up sign-in as the steward's guide says."
        )
    first = first_role(store)
    # On a session's first run the switch is not there yet: after a reload the address says what was chosen.
    asked = ROLES.get(st.query_params.get("role", ""), first) if store.is_sample else first
    role = st.session_state.get("role", asked)
    return Viewer(role=role if role in ROLES.values() else first, name="this computer's user")


def first_role(store: Store) -> Role:
    """The role the strip begins with on this machine."""
    return Role.HUB_MEMBER if store.is_sample else Role.DATA_STEWARD


def on_loopback() -> bool:
    """True when both the server and the address asked for are this machine's own."""
    host = (st.context.headers.get("Host") or "").rsplit(":", 1)[0]
    forwarded = st.context.headers.get("X-Forwarded-For")
    return st.get_option("server.address") in LOOPBACK and host in LOOPBACK and not forwarded


def months_held(store: Store) -> Window | None:
    """First and last month with any report, as a window; None for an empty store."""
    return _months_held(store, store.data_version)


@st.cache_data(show_spinner=False, max_entries=8)
def _months_held(_store: Store, version: str) -> Window | None:
    return stores.months_held(_store)


def first_query(store: Store) -> Query:
    """The query a screen opens with."""
    return _default_query(store, store.data_version, settings(), today(store))


def view_of(store: Store, query: Query) -> HubView:
    """The hub view of a query, computed once for all sessions; treat it as read-only."""
    return _hub_view(store, store.data_version, query)


def hotspot_card(store: Store, view: HubView, hotspot: str) -> Card:
    """The card of one hotspot of a view of this store, made once for all sessions; treat it as read-only."""
    return _card(store, store.data_version, view.query, hotspot)


@st.cache_resource(show_spinner=False, max_entries=512)
def _card(_store: Store, version: str, query: Query, hotspot: str) -> Card:
    return card_of(_hub_view(_store, version, query), hotspot)


def lasting_table(store: Store, query: Query) -> gpd.GeoDataFrame:
    """The hub table of a query with lasting ids and the hub's own names; treat it as read-only."""
    last = ledger.last_set(store, query.districts)
    return _lasting(store, store.data_version, query, None if last is None else last.id)


@st.cache_resource(show_spinner=False, max_entries=64)
def _lasting(_store: Store, version: str, query: Query, last: int | None) -> gpd.GeoDataFrame:  # noqa: ARG001
    view = _hub_view(_store, version, query)
    return with_lasting(view.table, lasting(_store, view))


def trend_of(store: Store, query: Query, *, scope: str = DISTRICT, subject: str = "") -> TrendView:
    """The trend view of a query, made from counts that are read once; treat it as read-only."""
    return _trend(store, store.data_version, query, scope, subject)


def trend_counts(store: Store) -> TrendCube:
    """Counts of the whole store, grouped by the database and kept until the data change."""
    return _trend_cube(store, store.data_version)


@st.cache_resource(show_spinner=False, max_entries=256)
def _trend(_store: Store, version: str, query: Query, scope: str, subject: str) -> TrendView:
    places = _place_cube(_store, version) if scope == PLACE else None
    return trend_for(_trend_cube(_store, version), query, scope=scope, subject=subject, places=places)


@st.cache_resource(show_spinner="Counting months …", max_entries=4)
def _trend_cube(_store: Store, version: str) -> TrendCube:
    return trend_cube(_store)


@st.cache_resource(show_spinner="Counting months inside each boundary …", max_entries=4)
def _place_cube(_store: Store, version: str) -> pd.DataFrame:
    return place_cube(_store)


def places(viewer: Viewer, store: Store) -> list[Place]:
    """Adopted places of the viewer's districts."""
    every = _places(store, store.data_version)
    return [p for p in every if viewer.districts is None or p.district in viewer.districts]


def other_districts(store: Store, names: Collection[str]) -> list[str]:
    """Districts of the store that are not among the given ones; none when no name is given."""
    known = sorted(filter(None, district_counts(store)))
    return [d for d in known if d not in names] if any(names) else []


def district_counts(store: Store) -> dict[str, int]:
    """District → reports held of it, most first."""
    return _district_counts(store, store.data_version)


def districts_by_name(store: Store, viewer: Viewer) -> list[str]:
    """Districts a viewer may choose from, by name; those of a force's stray reports come behind the others."""
    counts = district_counts(store)
    few = NAMED_FROM * sum(counts.values())
    seen = [d for d in counts if viewer.districts is None or d in viewer.districts]
    return sorted(seen, key=lambda d: (counts[d] < few, d))


@st.cache_data(show_spinner=False, max_entries=8)
def _district_counts(_store: Store, version: str) -> dict[str, int]:
    counted = stores.districts(_store)
    return dict(zip(counted["district"], counted["n"].astype(int).tolist(), strict=True))


def neighbours(store: Store, district: str) -> list[str]:
    """Every other district of the installation, whatever the viewer's own."""
    return _neighbours(store, store.data_version, district)


@st.cache_data(show_spinner=False, max_entries=16)
def _neighbours(_store: Store, version: str, district: str) -> list[str]:
    return sharing.others(_store, district)


def assessments(store: Store) -> pd.DataFrame:
    """Interventions whose assessment is due by the next weekly meeting."""
    return _assessments(store, store.data_version, today(store))


def actions(store: Store) -> pd.DataFrame:
    """Every action (`reads.actions`); treat it as read-only."""
    return _actions(store, store.data_version)


def overdue(store: Store) -> pd.DataFrame:
    """Open actions past their due day (`register.actions.overdue`); treat it as read-only."""
    return _overdue(store, store.data_version, today(store))


@st.cache_resource(show_spinner=False, max_entries=8)
def _overdue(_store: Store, version: str, on: date) -> pd.DataFrame:
    return action_rules.overdue(_actions(_store, version), on=on)


def suggested(store: Store, problems: Collection[str], *, elsewhere: Collection[str]) -> pd.DataFrame:
    """Partners who join for these problems, best match first; treat it as read-only. elsewhere: districts left out"""
    return _suggested(store, store.data_version, tuple(problems), tuple(elsewhere))


@st.cache_resource(show_spinner=False, max_entries=256)
def _suggested(_store: Store, version: str, problems: tuple[str, ...], elsewhere: tuple[str, ...]) -> pd.DataFrame:
    return suggested_attendees(reads.partners(_store), problems, elsewhere=elsewhere)


def open_actions(store: Store, place_id: int) -> tuple[int, int]:
    """How many actions of a place are open, and how many of them late."""
    return open_and_late(_actions(store, store.data_version), place_id, on=today(store))


@st.cache_resource(show_spinner=False, max_entries=8)
def _places(_store: Store, version: str) -> list[Place]:
    return reads.listed(_store, Place)


@st.cache_resource(show_spinner=False, max_entries=8)
def _assessments(_store: Store, version: str, on: date) -> pd.DataFrame:
    return places_to_assess(_store, today=on)


@st.cache_resource(show_spinner=False, max_entries=8)
def _actions(_store: Store, version: str) -> pd.DataFrame:
    return reads.actions(_store)


def bounds_of_points(store: Store, view: HubView) -> maps.Bounds:
    """Corners of the middle of the reports, for a map without hotspots."""
    return maps.bounds_of_xy(view.located["x"].quantile([0.1, 0.9]), view.located["y"].quantile([0.1, 0.9]), store.crs)


def ground_of(store: Store, districts: tuple[str, ...]) -> np.ndarray:
    """Longitudes and latitudes of the busiest map points of the districts, for a map without a basemap."""
    return _ground(store, store.data_version, districts)


@st.cache_resource(show_spinner=False, max_entries=16)
def _ground(_store: Store, version: str, districts: tuple[str, ...]) -> np.ndarray:
    return maps.lonlat_of(stores.busiest_points(_store, districts=districts or None, most=GROUND_POINTS), _store.crs)


def district_names(store: Store, districts: tuple[str, ...]) -> tuple[maps.Named, ...]:
    """Each district's name at the middle of its map points, for a map without a basemap.

    districts: those of a query; none means all, of which those with few reports are left out: a force's files hold
    stray points of many others.
    """
    return _district_names(store, store.data_version, districts)


@st.cache_resource(show_spinner=False, max_entries=16)
def _district_names(_store: Store, version: str, districts: tuple[str, ...]) -> tuple[maps.Named, ...]:
    if not districts:
        counted = stores.districts(_store)
        districts = tuple(counted.loc[counted["n"] >= NAMED_FROM * counted["n"].sum(), "district"])
    grounds = {district: _ground(_store, version, (district,)) for district in districts}
    middles = {district: np.median(ground, axis=0) for district, ground in grounds.items() if len(ground)}
    return tuple((round(float(lat), 5), round(float(lon), 5), district) for district, (lon, lat) in middles.items())


def asset_trouble() -> list[str]:
    """Names of map files that could not be installed."""
    return _assets()


@st.cache_resource(show_spinner=False)
def _assets() -> list[str]:
    return maps.install_assets(STATIC)


def basemap(store: Store) -> Basemap:
    """What lies beneath the map by the settings; the sample's own invented streets when they name nothing."""
    chosen = settings()
    if chosen.online_tiles:
        return basemaps.online(chosen.online_tiles, credit=chosen.basemap_credit)
    if not chosen.basemap and store.is_sample:
        invented = str(SAMPLE / "basemap.geojson")
        return replace(_basemap(store, store.data_version, invented, ""), words="the sample's invented streets")
    if not chosen.basemap:
        return maps.NO_BASEMAP
    try:
        return _basemap(store, store.data_version, chosen.basemap, chosen.basemap_credit)
    except BadFile as error:  # the meeting goes on without streets, and the line under the map says why
        return Basemap(words=f"no basemap. {str(error).rstrip('.')}")


def streets_file(store: Store) -> str:
    """Path of the basemap's streets as GeoJSON, or "" where it has none."""
    beneath = basemap(store)
    return str(STATIC / beneath.url) if beneath.kind == "lines" else ""


@st.cache_resource(show_spinner="Laying out the basemap …", max_entries=8)
def _basemap(_store: Store, version: str, path: str, credit: str) -> Basemap:
    box = maps.box_of(_ground(_store, version, ()))
    return basemaps.install(Path(path), STATIC, box, credit=credit)


@st.cache_resource(show_spinner=False, max_entries=4)
def _open(where: str, file: int) -> Store:
    return open_store(where, at=now())


def _stamp(where: str) -> int:
    """Which file stands at the path, so that a replaced file is opened anew."""
    return 0 if "://" in where else Path(where).stat().st_ino


@st.cache_resource(show_spinner="Making the sample: invented reports for two invented districts …")
def _make_sample(where: str) -> None:
    from hotspots.sample.store import make_sample_store

    published_file(where).unlink(missing_ok=True)
    make_sample_store(SAMPLE, Path(where), at=now())


@st.cache_resource(show_spinner="Publishing the sample's outcomes …")
def _publish_sample(where: str) -> None:
    from hotspots.release.releasing import publish_sample  # once in a store's life, and slow to load

    publish_sample(_open(where, _stamp(where)), published_file(where))


@st.cache_resource(show_spinner=False, max_entries=64)
def _default_query(_store: Store, version: str, chosen: Settings, on: date) -> Query:
    return default_query(_store, chosen, today=on)


@st.cache_resource(show_spinner="Finding hotspots …", max_entries=64)
def _hub_view(_store: Store, version: str, query: Query) -> HubView:
    return hub_view(_store, query, beneath=_background(_store, version, **query.chosen))


@st.cache_resource(show_spinner=False, max_entries=8)
def _background(
    _store: Store,
    version: str,
    districts: tuple[str, ...] | None,
    categories: tuple[str, ...] | None,
    sources: tuple[str, ...] | None,
) -> Background:
    return background(_store, districts=districts, categories=categories, sources=sources)
