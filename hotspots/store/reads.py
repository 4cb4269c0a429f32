"""Reading the store into frames; large groupings are done by the database."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, case, func, or_, select

from hotspots.errors import BadValue
from hotspots.periods import Window
from hotspots.register.annotations import Annotation, concerning, months_missing
from hotspots.schema import INCIDENTS, TIME_PRECISIONS
from hotspots.store.annotations import annotations
from hotspots.store.database import Store
from hotspots.store.tables import import_batch, incident
from hotspots.store.tables import quarantine as quarantine_table

_EPOCH = date(1970, 1, 1)
GROUPS = (
    "source", "category", "district", "ward", "reporter_kind", "time_precision", "location_precision", "snapshot",
)  # fmt: skip
"""What `month_counts` may group by."""


def incidents(
    store: Store,
    *,
    window: Window | None = None,
    districts: Collection[str] | None = None,
    categories: Collection[str] | None = None,
    sources: Collection[str] | None = None,
    located: bool = False,
) -> pd.DataFrame:
    """Incidents as a frame of `schema.INCIDENTS`, index incident_id, in a stable order.

    A month-only row belongs to a window only when its whole month lies inside.
    located: leave out rows without coordinates.
    """
    chosen = _chosen(window, districts, categories, sources)
    if located:
        chosen.append(incident.c.x.is_not(None))
    columns = [c for c in INCIDENTS if c not in ("occurred_from", "occurred_to")]
    query = (
        select(incident.c.incident_id, incident.c.from_s, incident.c.to_s, *[incident.c[c] for c in columns])
        .where(*chosen)
        .order_by(incident.c.incident_id)
    )
    with store.reading() as connection:
        result = connection.execute(query)
        frame = pd.DataFrame(result.cursor.fetchall(), columns=list(result.keys())).set_index("incident_id")
    for column, seconds in (("occurred_from", "from_s"), ("occurred_to", "to_s")):
        frame[column] = pd.to_datetime(frame[seconds].astype("int64"), unit="s").astype("datetime64[s]")
    frame[["x", "y"]] = frame[["x", "y"]].astype(float)
    for column, kind in INCIDENTS.items():
        if kind == "text":
            frame[column] = frame[column].astype("str")
    return frame[list(INCIDENTS)]


def incident_points(
    store: Store,
    *,
    window: Window | None = None,
    districts: Collection[str] | None = None,
    categories: Collection[str] | None = None,
    sources: Collection[str] | None = None,
    rows: int = 200_000,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Ids, eastings and northings (metres, NaN without a location), so many rows at a time, in a stable order."""
    query = (
        select(incident.c.incident_id, incident.c.x, incident.c.y)
        .where(*_chosen(window, districts, categories, sources))
        .order_by(incident.c.incident_id)
        .execution_options(yield_per=rows)
    )
    with store.reading() as connection:
        for part in connection.execute(query).partitions():
            ids, x, y = zip(*part, strict=True)
            yield np.array(ids, dtype=np.int64), np.array(x, dtype=float), np.array(y, dtype=float)


def month_counts(
    store: Store,
    *,
    by: Sequence[str] = (),
    window: Window | None = None,
    districts: Collection[str] | None = None,
    categories: Collection[str] | None = None,
    sources: Collection[str] | None = None,
) -> pd.DataFrame:
    """Counts by month and the columns `by`, grouped by the database: month (Timestamp), *by, n.

    Only months with reports have rows; `analysis.counts` adds the zeros and the gaps.
    Raises `BadValue` for a column that cannot be grouped by.
    """
    wrong = [c for c in by if c not in GROUPS]
    if wrong:
        raise BadValue(f"Counts can be split by {', '.join(GROUPS)}; {', '.join(wrong)} was asked for.")
    keys = [incident.c.month, *[incident.c[c] for c in by]]
    query = (
        select(*keys, func.count().label("n"))
        .where(*_chosen(window, districts, categories, sources))
        .group_by(*keys)
        .order_by(*keys)
    )
    with store.reading() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=["month", *by, "n"])
    return frame.assign(month=_month_starts(frame["month"]))


def location_months(
    store: Store,
    *,
    window: Window,
    districts: Collection[str] | None = None,
    categories: Collection[str] | None = None,
    sources: Collection[str] | None = None,
    by: Sequence[str] = ("source",),
) -> pd.DataFrame:
    """Counts by coordinate, month and the columns `by`, located rows only: x, y, month (Timestamp), *by, n."""
    keys = [incident.c.x, incident.c.y, incident.c.month, *[incident.c[c] for c in by]]
    query = (
        select(*keys, func.count().label("n"))
        .where(incident.c.x.is_not(None), *_chosen(window, districts, categories, sources))
        .group_by(*keys)
    )
    with store.reading() as connection:
        result = connection.execute(query)
        frame = pd.DataFrame(result.cursor.fetchall(), columns=["x", "y", "month", *by, "n"])
    return frame.assign(month=_month_starts(frame["month"]))


def busiest_points(store: Store, *, districts: Collection[str] | None = None, most: int) -> np.ndarray:
    """Eastings and northings (n × 2, metres) of the coordinates with most reports; ties from the west."""
    n = func.count()
    query = (
        select(incident.c.x, incident.c.y)
        .where(incident.c.x.is_not(None), *_chosen(None, districts, None, None))
        .group_by(incident.c.x, incident.c.y)
        .order_by(n.desc(), incident.c.x, incident.c.y)
        .limit(most)
    )
    with store.reading() as connection:
        return np.array([tuple(row) for row in connection.execute(query)], dtype=float).reshape(-1, 2)


def words(store: Store, column: str) -> list[str]:
    """Every value that incidents have in a column of `GROUPS`, in order; raises `BadValue` for another column."""
    if column not in GROUPS:
        raise BadValue(f"Words are listed of {', '.join(GROUPS)}; {column} was asked for.")
    query = select(incident.c[column]).where(incident.c[column].is_not(None)).distinct()
    with store.reading() as connection:
        return sorted(connection.scalars(query))


def source_months(store: Store, *, districts: Collection[str] | None = None) -> pd.DataFrame:
    """Reports by source and month as received: source, month (Timestamp), n.

    The whole source counts, wherever its reports lie: a quiet month of one district is not a gap.
    Only of snapshot sources (police.uk) the forces that cover the districts are taken. A month that
    somebody noted as not received has no row, so that it is a gap on every screen.
    """
    columns = [incident.c.source, incident.c.snapshot, incident.c.month]
    every = select(*columns, func.count().label("n")).group_by(*columns)
    names = ["source", "snapshot", "month", "n"]
    local = None
    districts = store.only if districts is None else districts
    with store.whole.reading() as connection:
        frame = pd.DataFrame(connection.execute(every).all(), columns=names)
        if districts is not None:
            here = every.where(incident.c.district.in_(sorted(districts)))
            local = pd.DataFrame(connection.execute(here).all(), columns=names)
    frame = frame.assign(month=_month_starts(frame["month"]))
    return received_of(frame, local, noted=annotations(store), districts=districts)


def source_months_by_district(store: Store, districts: Collection[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each district with its `source_months`; the store is read twice, however many the districts."""
    columns = [incident.c.source, incident.c.snapshot, incident.c.month]
    names = ["source", "snapshot", "month", "n"]
    by_district = [incident.c.district, *columns]
    with store.whole.reading() as connection:
        every = connection.execute(select(*columns, func.count()).group_by(*columns)).all()
        here = connection.execute(select(*by_district, func.count()).group_by(*by_district)).all()
    frame = pd.DataFrame(every, columns=names)
    frame = frame.assign(month=_month_starts(frame["month"]))
    local, noted = pd.DataFrame(here, columns=["district", *names]), annotations(store)
    for district in districts:
        own = local.loc[local["district"] == district, names]
        yield district, received_of(frame, own, noted=noted, districts=[district])


def received_of(
    frame: pd.DataFrame,
    local: pd.DataFrame | None,
    *,
    noted: Sequence[Annotation],
    districts: Collection[str] | None = None,
) -> pd.DataFrame:
    """`source_months` of counts already read: frames [source, snapshot, month (Timestamp), n].

    frame: whole sources · local: those of the districts, None for all · noted: the store's annotations
    """
    if local is not None:
        frame = frame[_covers(frame, local)]
    totals_ = frame.groupby(["source", "month"], as_index=False)["n"].sum()
    said = concerning(noted, districts=districts or (), sources=())
    missing = pd.MultiIndex.from_tuples(months_missing(said) or [("", date.min)])
    given = pd.MultiIndex.from_arrays([totals_["source"], totals_["month"].dt.date])
    return totals_[~given.isin(missing)].reset_index(drop=True)


def _covers(frame: pd.DataFrame, local: pd.DataFrame) -> pd.Series:
    """Rows of a log, or of a force that holds at least 5 % of the districts' snapshot rows."""
    force = frame["snapshot"].str.rsplit(" ", n=1).str[0]
    held = local.groupby(local["snapshot"].str.rsplit(" ", n=1).str[0])["n"].sum()
    forces = held[held >= 0.05 * held.sum()].index
    return frame["snapshot"].isna() | force.isin(forces)


def months_held(store: Store) -> Window | None:
    """First and last month with any report, as a window; None for an empty store."""
    with store.reading() as connection:
        low, high = connection.execute(select(func.min(incident.c.month), func.max(incident.c.month))).one()
    if low is None:
        return None
    year, month = divmod(int(high) - 1, 100)
    return Window(date(low // 100, low % 100, 1), date(year + (month == 11), (month + 1) % 12 + 1, 1))


def districts(store: Store) -> pd.DataFrame:
    """Districts with their counts, most reports first: district, n."""
    query = (
        select(incident.c.district, func.count().label("n"))
        .where(incident.c.district.is_not(None))
        .group_by(incident.c.district)
        .order_by(func.count().desc(), incident.c.district)
    )
    with store.reading() as connection:
        return pd.DataFrame(connection.execute(query).all(), columns=["district", "n"])


def sources(store: Store) -> pd.DataFrame:
    """Sources with counts, first and last month and how exact they are."""
    query = (
        select(
            incident.c.source,
            func.count().label("n"),
            func.min(incident.c.month).label("first"),
            func.max(incident.c.month).label("last"),
            func.count(incident.c.x).label("located"),
            *[
                func.count(case((incident.c.time_precision == precision, 1))).label(f"{precision}_time")
                for precision in TIME_PRECISIONS
            ],
            func.count(incident.c.address_key).label("with_address"),
        )
        .group_by(incident.c.source)
        .order_by(incident.c.source)
    )
    times = [f"{precision}_time" for precision in TIME_PRECISIONS]
    names = ["source", "n", "first", "last", "located", *times, "with_address"]
    with store.reading() as connection:
        return pd.DataFrame(connection.execute(query).all(), columns=names)


def totals(store: Store) -> dict:
    """What `check` counts: incidents, unlocated, by_source, quarantined."""
    with store.reading() as connection:
        n, located = connection.execute(select(func.count(), func.count(incident.c.x)).select_from(incident)).one()
        by_source = connection.execute(
            select(incident.c.source, func.count()).group_by(incident.c.source).order_by(incident.c.source)
        ).all()
        waits = quarantine_table.c.closed_by.is_(None)
        held = connection.scalar(select(func.count()).select_from(quarantine_table).where(waits))
    return {
        "incidents": n,
        "unlocated": n - located,
        "by_source": dict(map(tuple, by_source)),
        "quarantined": held,
    }


def batches(store: Store) -> pd.DataFrame:
    """Import history, newest first; reasons and warnings as Python objects."""
    query = select(import_batch).order_by(import_batch.c.id.desc())
    with store.reading() as connection:
        result = connection.execute(query)
        frame = pd.DataFrame(result.all(), columns=list(result.keys()))
    frame["reasons"] = [json.loads(text) for text in frame["reasons"]]
    frame["warnings"] = [json.loads(text) for text in frame["warnings"]]
    return frame


def files_in_force(store: Store) -> pd.DataFrame:
    """Imported files that reports held now came in with, by source and age.

    Columns: file, source, at (UTC, ISO 8601), sha256, n (their reports held now), first and last (months, Timestamps).
    A file that was undone, or that a later one replaced whole, is none of them.
    """
    b = import_batch.c
    months = func.min(incident.c.month).label("first"), func.max(incident.c.month).label("last")
    query = (
        select(b.file, b.source, b.at, b.sha256, func.count().label("n"), *months)
        .join(incident, incident.c.batch_id == b.id)
        .group_by(b.id, b.file, b.source, b.at, b.sha256)
        .order_by(b.source, b.id)
    )
    names = ["file", "source", "at", "sha256", "n", "first", "last"]
    with store.reading() as connection:
        frame = pd.DataFrame(connection.execute(query).all(), columns=names)
    return frame.assign(first=_month_starts(frame["first"]), last=_month_starts(frame["last"]))


def quarantine(store: Store, *, limit: int | None = None) -> pd.DataFrame:
    """Rows waiting in quarantine, none that came again since: id, file, source, line, column, reason, row (JSON)."""
    q = quarantine_table
    query = (
        select(q.c.id, import_batch.c.file, import_batch.c.source, q.c.line, q.c.column, q.c.reason, q.c.row)
        .join(import_batch, import_batch.c.id == q.c.batch_id)
        .where(q.c.closed_by.is_(None))
        .order_by(q.c.id)
        .limit(limit)
    )
    with store.reading() as connection:
        result = connection.execute(query)
        return pd.DataFrame(result.all(), columns=list(result.keys()))


def _chosen(
    window: Window | None,
    districts: Collection[str] | None,
    categories: Collection[str] | None,
    sources: Collection[str] | None,
) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if window is not None:
        start, end = _seconds(window.start), _seconds(window.end)
        whole = or_(incident.c.time_precision != "month", incident.c.to_s <= end)
        months = [incident.c.month >= _month(window.start), incident.c.month <= _month(window.end)]
        chosen += [*months, incident.c.from_s >= start, incident.c.from_s < end, whole]
    for column, values in (("district", districts), ("category", categories), ("source", sources)):
        if values is not None:
            chosen.append(incident.c[column].in_(sorted(values)))
    return chosen


def _month_starts(codes: pd.Series) -> pd.Series:
    """202101 → 1 January 2021."""
    return pd.to_datetime(codes.astype("int64").astype(str), format="%Y%m").astype("datetime64[us]")


def _seconds(day: date) -> int:
    return (day - _EPOCH).days * 86400


def _month(day: date | datetime) -> int:
    return day.year * 100 + day.month
