"""An identity provider on this machine, and a hub whose sign-in it is, with canaries in every restricted field."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from oidc_provider_mock import User, run_server_in_thread

from hotspots.release.roles import Role
from tests.browser.running import copy_store, write_settings

CANARY = "CANARY-"
PEOPLE = {role: f"subject-{str(role).replace(' ', '-')}" for role in Role}
CLIENT = "the-hub"


@contextmanager
def provider() -> Iterator[str]:
    """Runs the provider with one person for each role; yields its address."""
    everywhere = {"districts": ["all"]}
    people = [
        User(sub=sub, claims={"roles": [str(role)], "name": f"A {role}", **everywhere}) for role, sub in PEOPLE.items()
    ]
    with run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


def signing_hub(folder: Path, made: Path, issuer: str, port: int) -> tuple[str, ...]:
    """A hub of its own data in `folder` that asks the provider who is there; returns the server's options."""
    folder.mkdir(parents=True, exist_ok=True)
    copy_store(made, folder / "hub.sqlite")
    plant(folder / "hub.sqlite")
    write_settings(folder)
    told = folder / "secrets.toml"
    told.write_text(
        f"""[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "{secrets.token_hex(32)}"
client_id = "{CLIENT}"
client_secret = "not-a-secret"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
client_kwargs = {{ scope = "openid profile email roles" }}
""",
        encoding="utf-8",
    )
    return ("--secrets.files", str(told))


def plant(store: Path) -> None:
    """Make a copy of the sample a hub's own store, and put a canary in every field that is restricted."""
    with closing(sqlite3.connect(store)) as db:
        db.execute("UPDATE meta SET value = 'no' WHERE key = 'sample'")
        # One key stays one key, so that repeats are found at the same homes as before.
        db.execute(
            f"UPDATE incident SET address_key = '{CANARY}KEY-' || address_key, unit = '{CANARY}UNIT-' || unit, "
            f"reference = '{CANARY}REF-' || reference, lsoa = '{CANARY}LSOA'"
        )
        kept = "1, 'sample', '2018-01-01'"
        db.execute(
            "INSERT INTO restricted_tag (place_id, address_key, tag, until, version, changed_by, changed_at) "
            f"VALUES (1, '{CANARY}TAGKEY', '{CANARY}TAG', '2030-01-01', {kept})"
        )
        db.execute(
            "INSERT INTO concern (place_id, problem, source, confidence, handling, text, heard_on, version, "
            f"changed_by, changed_at) VALUES (1, 'ASB', '{CANARY}SOURCE', 'low', '{CANARY}HANDLING', "
            f"'{CANARY}TEXT', '2018-08-01', {kept})"
        )
        batch = db.execute("SELECT min(id) FROM import_batch").fetchone()[0]
        db.execute(
            f"INSERT INTO quarantine (batch_id, line, \"column\", reason, row) VALUES ({batch}, 1, 'Date', "
            f"'no date', '{{\"Address\": \"{CANARY}ROW\"}}')"
        )
        db.commit()
