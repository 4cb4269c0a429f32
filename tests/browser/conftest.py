"""A real server, a real Chromium, and a visitor who writes down whatever goes wrong on the way."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.running import Forge, Server, chromium, hub_folder, sample_once, serving
from tests.browser.visiting import Visitor

ELSEWHERE = "hub.example"
"""A name that is not this machine's own, though it leads here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def made_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample store, made once a session."""
    return sample_once(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium")
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        # Many containers lack the kernel's sandbox and a large /dev/shm.
        flags = ["--no-sandbox", "--disable-dev-shm-usage", f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"]
        opened = playwright.chromium.launch(executable_path=path, args=flags)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def server(made_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with the sample, shared by the tests that store nothing."""
    with serving(hub_folder(tmp_path_factory.mktemp("hub"), made_sample)) as running:
        yield running


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """Makes servers that nobody has visited, at little cost."""
    made = Forge()
    yield made
    made.close()


@pytest.fixture
def own_server(made_sample: Path, tmp_path: Path) -> Iterator[Server]:
    """The app with the sample and a folder of its own, for tests that store."""
    with serving(hub_folder(tmp_path / "hub", made_sample)) as running:
        yield running


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[Server], Visitor]]:
    """Opens a fresh browser session at a server; closed after the test."""
    visitors: list[Visitor] = []

    def arrive(server: Server) -> Visitor:
        visitors.append(Visitor(browser, server))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.leave()
