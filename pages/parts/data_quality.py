"""How good the data are, on the Data page: places, times, and what several sources report of one event."""

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from hotspots.analysis.geocoding import FAR_RULE, STACK_RULE
from hotspots.pipeline.data_quality import DataQuality, data_quality
from hotspots.release.disclosure import release
from hotspots.release.roles import Viewer
from hotspots.store import Store
from hotspots.views import sentences
from pages.parts import show

SOURCE_WIDTHS = {"Source": 104, "Reports": 64, "No place": 68, "Address": 66, "Minute": 58, "Day": 46, "Month": 58}
FAR_WIDTHS = {"Source": 150, "District": 140, "Reports": 80, "Farthest, km": 100}
STACK_WIDTHS = {"Source": 118, "Reports": 66, "Share": 56, "Categories": 84, "Easting": 72, "Northing": 76}
SAME_WIDTHS = {"Category": 240, "As reported": 110, "After joining": 110}


def quality(viewer: Viewer, store: Store) -> None:
    """Cards on places and times of each source, and on reports that are probably the same event."""
    found = _found(store, store.data_version)
    if found is not None:
        _placed(viewer, found)
        if len(found.sources) > 1:  # one source alone can tell nothing twice
            _same(viewer, found)


def _placed(viewer: Viewer, found: DataQuality) -> None:
    table = release(found.sources, viewer, policy="sources").table
    total, located = int(table["n"].sum()), int(table["located"].sum())
    title = f"{located:,} of {total:,} reports have a place on the map"
    with show.card(title, "How exactly each source knows where; and when: to the minute, the day or the month"):
        shares = {
            "No place": table["n"] - table["located"],
            "Address": table["with_address"],
            "Minute": table["exact_time"],
            "Day": table["day_time"],
            "Month": table["month_time"],
        }
        told = {
            name: [sentences.share(a, b) if a else "0" for a, b in zip(part, table["n"], strict=True)]
            for name, part in shares.items()
        }
        rows = pd.DataFrame({"Source": table["source"], "Reports": table["n"], **told})
        _grid(rows, SOURCE_WIDTHS, key="sources", alt="Sources and how exact they are", spare=("Day", "Month"))
        far = release(found.far, viewer, policy="points far outside").table
        st.markdown(sentences.far_points(int(far["n"].sum())), help=FAR_RULE)
        if len(far):
            names = {"source": "Source", "district": "District", "n": "Reports", "farthest_km": "Farthest, km"}
            _grid(far.rename(columns=names), FAR_WIDTHS, key="far", alt="Points far outside their district")
        stacks = release(found.stacks, viewer, policy="default locations").table
        st.markdown(sentences.default_locations(len(stacks), int(stacks["n"].sum())), help=STACK_RULE)
        if len(stacks):
            shown = pd.DataFrame(
                {
                    "Source": stacks["source"],
                    "Reports": stacks["n"],
                    "Share": [f"{share:.0%}" for share in stacks["share"]],
                    "Categories": stacks["categories"],
                    "Easting": stacks["x"].round().astype(int),
                    "Northing": stacks["y"].round().astype(int),
                }
            )
            _grid(shown, STACK_WIDTHS, key="stacks-of-points", alt="Points that probably are no place")


def _same(viewer: Viewer, found: DataQuality) -> None:
    same, first, last = found.same, found.window.start, found.window.end - timedelta(days=1)
    table = release(same.by_category, viewer, policy="probably the same").table
    with show.card(
        sentences.same_title(same.reports - same.events, beyond_luck=same.beyond_luck),
        f"{sentences.short_day(first)} to {sentences.short_day(last)} · both are kept; every count stays as reported",
    ):
        st.markdown(sentences.same_line(same.reports, same.events, same.by_luck))
        st.caption(sentences.same_rule(same.unmatchable))
        joined = table[table["events"] < table["reports"]]
        if len(joined):
            names = {"category": "Category", "reports": "As reported", "events": "After joining"}
            _grid(joined.rename(columns=names), SAME_WIDTHS, key="same", alt="Counts before and after joining")


def _grid(rows: pd.DataFrame, widths: dict[str, int], *, key: str, alt: str, spare: Sequence[str] = ()) -> None:
    """A table whose whole numbers have their thousands apart; spare: as for `show.fitted`."""
    whole = {name: show.figures(widths[name]) for name in rows if pd.api.types.is_integer_dtype(rows[name])}
    show.grid(rows, key=key, alt=alt, **show.fitted(rows, widths, special=whole, spare=spare))


@st.cache_resource(show_spinner=False, max_entries=8)
def _found(_store: Store, version: str) -> DataQuality | None:
    return data_quality(_store)
