"""The place before and after: two still pictures of one frame."""

import json
from pathlib import Path

import numpy as np
import shapely
import streamlit as st
from shapely.geometry.base import BaseGeometry

from hotspots.intake.locate import to_metric
from hotspots.pipeline.comparison_view import ComparisonView
from hotspots.release.disclosure import Released
from hotspots.store import Store
from hotspots.views import comparison_maps as pictures
from hotspots.views import comparison_words as words
from pages.parts import session, show

_PAPER = """<style>@media print { .st-key-map-pair { break-inside: avoid; }
  .st-key-map-pair [data-testid="stHorizontalBlock"] { flex-wrap: nowrap; }
  .st-key-map-pair [data-testid="stColumn"] { min-width: 0; width: 50%; flex: 1 1 0; } }</style>"""


def map_pair(store: Store, view: ComparisonView, outlines: Released) -> None:
    """The place and its ring before and after, one frame, with their counts; nothing where there is no outline."""
    if not pictures.has_outlines(outlines):
        return
    streets = _streets(session.streets_file(store), store.crs)
    near = pictures.shows_comparison(outlines)
    comparison = "Turquoise: comparison area. " if near else "The comparison area is too far off to show. "
    comparison = "" if view.refused and not near else comparison
    pair = pictures.still_pair(outlines, streets=streets, colours=show.colours())
    st.html(_PAPER)
    with st.container(border=True, gap="xsmall", key="map-pair"):
        for column, side, drawn in zip(st.columns(2, gap="small"), ("before", "after"), pair, strict=True):
            with column:
                st.markdown(f"**{side.capitalize()}**: {words.window(getattr(view.windows, side))}")
                st.image(drawn, width="stretch", alt=f"Map {side}: the place, its ring and counts, as in the table")
        st.caption(
            f"Same frame, same scale. Yellow edge: the place. Dashed purple: 150 m round it. {comparison}"
            "White boxes: reports there in that window."
        )


@st.cache_resource(show_spinner=False, max_entries=4)
def _streets(path: str, crs: str) -> BaseGeometry | None:
    """Streets of a basemap GeoJSON as lines in metres, None where there is no such file."""
    if not Path(path).is_file() or not path.endswith("json"):
        return None
    features = json.loads(Path(path).read_text(encoding="utf-8"))["features"]
    lines = [
        shapely.geometry.shape(f["geometry"]) for f in features if (f.get("properties") or {}).get("kind") == "street"
    ]
    return shapely.transform(shapely.union_all(lines), lambda xy: np.column_stack(to_metric(xy[:, 0], xy[:, 1], crs)))
