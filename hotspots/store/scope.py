"""One hub's view of a store that several hubs share: rows of its own districts, as if there were no others.

Every connection that reads for a scope has temporary views in front of the tables, on SQLite as on PostgreSQL:
a query names `incident` and meets the view. So a read that nobody thought of is limited too; what a hub may
not see it can neither read, nor count, nor guess from an id.
"""

from collections.abc import Collection

from sqlalchemy import Engine, String, event, literal
from sqlalchemy.engine import Dialect

from hotspots.errors import NotAllowed

_OF_PLACE = (
    "intervention", "action", "assessment", "site_check", "resident_meeting", "sara_plan", "restricted_tag", "concern",
)  # fmt: skip
SHARED = {"place": "id", "intervention": "place_id", "action": "place_id"}
"""Tables of which a hub may share rows → their column with the place's id. Nothing restricted is among them."""
ELSEWHERE = "lies in a district you are not signed up for; ask your data steward."


def limit(engine: Engine, districts: Collection[str]) -> None:
    """Put the views of these districts in front of the tables on every connection the engine makes."""
    statements = views(districts, engine.dialect)

    @event.listens_for(engine, "connect")
    def _(connection, _record) -> None:  # noqa: ANN001 - a driver's own connection
        cursor = connection.cursor()
        schema = "main"
        if engine.dialect.name != "sqlite":
            schema = cursor.execute("SELECT quote_ident(current_schema())").fetchone()[0]
        for statement in statements:
            cursor.execute(statement.replace("{schema}", schema))
        cursor.close()
        connection.commit()


def views(districts: Collection[str], dialect: Dialect) -> list[str]:
    """The statements that make the views, each on those before it; {schema} is where the tables are."""

    def words(values: Collection[str]) -> str:
        quoted = [_quoted(value, dialect) for value in sorted(values)]
        return f"({', '.join(quoted) or 'NULL'})"

    own = words(districts)
    rules = {
        "incident": f"district IN {own}",
        "incident_history": f"district IN {own}",
        "import_batch": "EXISTS (SELECT 1 FROM incident i WHERE i.batch_id = t.id)",
        # A refused row has no district: it is shown when everything else of its file is the hub's own.
        "quarantine": "batch_id IN (SELECT id FROM import_batch) AND NOT EXISTS (SELECT 1 FROM {schema}.incident i "
        f"WHERE i.batch_id = t.batch_id AND (i.district IS NULL OR i.district NOT IN {own}))",
        "place": f"district IN {own}",
        "place_version": f"district IN {own}",
        "place_link": "new IN (SELECT id FROM place)",
        **dict.fromkeys(_OF_PLACE, "place_id IN (SELECT id FROM place)"),
        "hotspot_set": f"districts IN {own}",
        "hotspot_entry": "set_id IN (SELECT id FROM hotspot_set)",
        "hotspot_name": "hotspot IN (SELECT hotspot FROM hotspot_entry)",
        "annotation": f"district = '' OR district IN {own}",
        "audit": "1 = 0",  # it tells of every district, and its chain means nothing in pieces
        "account": "1 = 0",
        "released_area": "1 = 0",
    }
    shared = f"SELECT place_id FROM {{schema}}.place_share WHERE district IN {own}"
    rules["place_share"] = "place_id IN (SELECT id FROM place)"
    select = "SELECT * FROM {schema}"
    statements = [f"CREATE TEMPORARY VIEW {name} AS {select}.{name} t WHERE {rule}" for name, rule in rules.items()]
    for name, key in SHARED.items():
        rule = f"t.{key} IN ({shared}) AND t.{key} NOT IN (SELECT id FROM place)"
        statements.append(f"CREATE TEMPORARY VIEW shared_{name} AS {select}.{name} t WHERE {rule}")
    names = "SELECT DISTINCT district FROM {schema}.incident WHERE district IS NOT NULL"
    return [*statements, f"CREATE TEMPORARY VIEW district_name AS {names}"]


def require_inside(only: Collection[str] | None, district: str | None, what: str) -> None:
    """Raise `NotAllowed` when a district is not of the scope; None for the scope is everywhere."""
    if only is not None and district not in only:
        raise NotAllowed(f"{what} {ELSEWHERE}")


def _quoted(value: str, dialect: Dialect) -> str:
    """A district's name as a literal of the database's own."""
    text = str(literal(value, String()).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return text.replace("%%", "%")
