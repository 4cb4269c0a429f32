"""A hub with sign-in, canaries in every restricted field and one person of each role; no browser, no provider."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotspots.release.roles import Role
from hotspots.store import open_store
from hotspots.store.access import grant
from hotspots.store.published import published_file
from tests.browser.identity import PEOPLE, signing_hub
from tests.browser.running import MADE_AT, Server, free_port, hub_folder, serving
from tests.wire.visitor import Visitor, cookie_of

ISSUER = "https://idp.example"


@pytest.fixture(scope="session")
def signed_hub(published_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The hardened entry with the sample as the hub's own data, its outcomes published, everybody's role given."""
    folder, port = tmp_path_factory.mktemp("signed"), free_port()
    options = signing_hub(folder, published_sample / "sample.sqlite", ISSUER, port)
    shutil.copy(published_file(str(published_sample / "sample.sqlite")), published_file(str(folder / "hub.sqlite")))
    store = open_store(folder / "hub.sqlite", at=MADE_AT)
    for role, subject in PEOPLE.items():
        if role is not Role.NONE:
            grant(store, ISSUER, subject, str(role), who="the steward", at=MADE_AT)
    store.close()
    with serving(folder, *options, script="serve.py", port=port) as running:
        yield running


@pytest.fixture(scope="session")
def open_hub(published_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The sample on this machine's own address, where the role is a view to try."""
    folder = hub_folder(tmp_path_factory.mktemp("open"), published_sample / "sample.sqlite")
    with serving(folder) as running:
        yield running


@pytest.fixture
def arrive() -> Iterator[Callable[..., Visitor]]:
    """Opens a session at a server, signed in as a subject or not at all; closed after the test."""
    visitors: list[Visitor] = []

    def at(server: Server, subject: str = "", **claims: object) -> Visitor:
        cookie = cookie_of(server, {"iss": ISSUER, "sub": subject, **claims}) if subject else ""
        visitors.append(Visitor(server, cookie))
        return visitors[-1]

    yield at
    for visitor in visitors:
        visitor.leave()
