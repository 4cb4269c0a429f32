"""A real server, a real Chromium, and a visitor who writes down whatever goes wrong on the way."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from hotspots.release.roles import Role
from tests.browser.running import Forge, Server, chromium, hub_folder, serving
from tests.browser.visiting import Visitor, context_of
from tests.browser.walking import Walk, walked

ELSEWHERE = "hub.example"
"""A name that is not this machine's own, though it leads here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium")
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        # Many containers lack the kernel's sandbox and a large /dev/shm. No other host is ever reached; that one was
        # asked for, a visitor writes down. (Playwright's own way of refusing turns the browser's cache off.)
        names = f"MAP {ELSEWHERE} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
        flags = ["--no-sandbox", "--disable-dev-shm-usage", f"--host-resolver-rules={names}"]
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def server(published_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with the sample, shared by the tests that store nothing."""
    with serving(hub_folder(tmp_path_factory.mktemp("hub"), published_sample / "sample.sqlite")) as running:
        yield running


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """Makes servers that nobody has visited, at little cost."""
    made = Forge()
    yield made
    made.close()


@pytest.fixture
def own_server(forge: Forge, sample_file: Path, tmp_path: Path) -> Iterator[Server]:
    """The app with the sample and a folder of its own, for tests that store."""
    with forge.serving(hub_folder(tmp_path / "hub", sample_file)) as running:
        yield running


@pytest.fixture(scope="session")
def kept(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has been here before: what it keeps is the program's files, not who was there."""
    context = context_of(browser)
    yield context
    context.close()


@pytest.fixture
def visit(browser: Browser, kept: BrowserContext) -> Iterator[Callable[[Server], Visitor]]:
    """Opens a browser session at a server, a second one in a browser of its own; closed after the test."""
    visitors: list[Visitor] = []

    def arrive(server: Server) -> Visitor:
        visitors.append(Visitor(context_of(browser) if visitors else kept, server))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.leave()
        if visitor.context is not kept:
            visitor.context.close()


@pytest.fixture(scope="session")
def walk_of(server: Server, kept: BrowserContext) -> Callable[[Role], Walk]:
    """What a role meets on all its pages of the sample; it walks when first asked for, and fails once."""

    @cache
    def tried(role: Role) -> Walk | Exception:
        visitor = Visitor(kept, server)
        try:
            return walked(visitor, role)
        except Exception as error:  # every test that reads the walk is told, none walks again
            return error
        finally:
            visitor.leave()

    def walk(role: Role) -> Walk:
        found = tried(role)
        if isinstance(found, Exception):
            raise found
        return found

    return walk
