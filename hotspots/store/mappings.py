"""Column mappings as the store remembers them: one a source, every version kept."""

from datetime import datetime

from sqlalchemy import insert, select

from hotspots.intake.mapping import Mapping, from_toml, to_toml
from hotspots.store.database import Store, add_audit
from hotspots.store.tables import mapping as mapping_table


def mapping_for(store: Store, source: str) -> Mapping | None:
    """The mapping last saved for a source, or None when it has none."""
    query = (
        select(mapping_table.c.toml)
        .where(mapping_table.c.source == source)
        .order_by(mapping_table.c.id.desc())
        .limit(1)
    )
    with store.reading() as connection:
        kept = connection.scalar(query)
    return None if kept is None else from_toml(kept)


def save_mapping(store: Store, source: str, mapping: Mapping, *, who: str, at: datetime) -> None:
    """Keep a mapping for a source; the same one again writes nothing."""
    if mapping_for(store, source) == mapping:
        return
    when = at.isoformat(timespec="seconds")
    row = {"source": source, "version": mapping.version, "toml": to_toml(mapping), "at": when, "who": who}
    with store.writing(checked=True) as connection:
        connection.execute(insert(mapping_table).values(**row))
        add_audit(connection, at=at, who=who, action="save mapping", subject=source, after=mapping.version)
