"""The few compositions that pages and command line share: store → analysis → result."""

from hotspots.pipeline.finding import Found, find_from_files, find_in_store
from hotspots.pipeline.hub import Background, Card, HubView, background, card_of, hub_view, repeats_of
from hotspots.pipeline.query import Query, default_query, last_query
from hotspots.pipeline.trend import TrendCube, TrendView, place_cube, trend_cube, trend_for

__all__ = [
    "Background",
    "Card",
    "Found",
    "HubView",
    "Query",
    "TrendCube",
    "TrendView",
    "background",
    "card_of",
    "default_query",
    "find_from_files",
    "find_in_store",
    "hub_view",
    "last_query",
    "place_cube",
    "repeats_of",
    "trend_cube",
    "trend_for",
]
