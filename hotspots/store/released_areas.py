"""Outlines that figures were released for, each under an id of its own that lasts."""

from collections.abc import Mapping

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, insert, select

from hotspots.store.access_tables import released_area
from hotspots.store.database import Store

SAME_M2 = 1e-4
"""Outlines that differ by less than a square centimetre are one."""


def keep_outlines(store: Store, wanted: Mapping[str, BaseGeometry]) -> dict[str, str]:
    """Keep outlines for good; returns stem → id.

    wanted: stem ("place:3", "ring:3") → outline in metres. An outline that is known keeps its id; another
    outline under the same stem gets a number of its own ("place:3.2"), for a released figure stays a figure
    of the outline it was counted in.
    """
    with store.writing() as connection:
        return {stem: _kept(connection, stem, shape) for stem, shape in wanted.items()}


def outline_ids(store: Store, wanted: Mapping[str, BaseGeometry]) -> dict[str, str]:
    """The ids that `keep_outlines` would give, with nothing kept."""
    with store.reading() as connection:
        return {stem: _id_of(connection, stem, shape)[0] for stem, shape in wanted.items()}


def kept_outlines(store: Store) -> dict[str, BaseGeometry]:
    """Id → outline of everything ever kept."""
    columns = released_area.c.area, released_area.c.geometry
    with store.reading() as connection:
        return {row.area: row.geometry for row in connection.execute(select(*columns).order_by(released_area.c.id))}


def _kept(connection: Connection, stem: str, shape: BaseGeometry) -> str:
    area, known = _id_of(connection, stem, shape)
    if not known:
        connection.execute(insert(released_area).values(area=area, stem=stem, geometry=shape))
    return area


def _id_of(connection: Connection, stem: str, shape: BaseGeometry) -> tuple[str, bool]:
    """The id of an outline, and whether it is kept already."""
    columns = released_area.c.area, released_area.c.geometry
    known = connection.execute(select(*columns).where(released_area.c.stem == stem)).all()
    for row in known:
        if shapely.area(shapely.symmetric_difference(row.geometry, shape)) < SAME_M2:
            return row.area, True
    return f"{stem}.{len(known) + 1}" if known else stem, False
