"""Fixtures every test may use."""

import gc
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from tests.postgresql import Server, debian_programs, has_user, running

PROJECT = Path(__file__).resolve().parent.parent
LONGEST = (
    *("wire/test_role_matrix", "wire/", "browser/test_story", "browser/"),
    *("store/test_killed", "store/", "pages/", "pipeline/", "test_"),
)
"""What takes longest comes first, so that no worker is left with it alone at the end.

The role matrix comes before the attacks: they plant canaries in every field of the server both share, words where only
kinds are allowed among them, and then a page stops at the first of them.
"""

SHARING = {
    "the signed-in server": "wire/",
    "the sample's server": tuple(
        f"browser/test_{file}" for file in ("every_page", "first_visit", "for_everybody", "hostile_text", "hub_screen")
    ),
}
"""Files that ask one server, which is slow to warm: what they share → how their paths begin."""

gc.set_threshold(50_000, 20, 20)  # looking for rubbish every 700 objects took a seventh of the time of the pages' tests
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # workers share the cores; libraries that wait busily would take more


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order of `LONGEST`, the others behind; within a file as written."""

    def place(item: pytest.Item) -> int:
        below = item.nodeid.partition("tests/")[2]
        return next((n for n, start in enumerate(LONGEST) if below.startswith(start)), len(LONGEST))

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """A file goes to one worker whole; so do all that share a server."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            below = nodeid.partition("tests/")[2]
            shared = next((scope for scope, starts in SHARING.items() if below.startswith(starts)), None)
            return shared or super()._split_scope(nodeid)

    return Together(config, log)


def once_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker to ask for it fills and the others find; read it, and copy what is written to."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / name
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            making = shared / f"{name}.making"
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's root folder."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data beside the project; skips where it is absent, except in CI."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.exists():
        if os.environ.get("CI"):
            pytest.fail("CI must have the shared folder beside the project")
        pytest.skip("the folder ../shared with real data is not on this machine")
    return folder


@pytest.fixture(scope="session")
def surveillance() -> Path:
    """Folder of the R package surveillance; skips where it is absent, except in CI."""
    return r_package("surveillance")


@pytest.fixture(scope="session")
def spdata() -> Path:
    """Folder of the R package spData; skips where it is absent, except in CI."""
    return r_package("spData")


def r_package(name: str) -> Path:
    """Folder of an R package whose data published numbers come from.

    `.ci/run` unpacks Debian's into the first of these places; whoever has R from Debian has the second.
    """
    below = f"usr/lib/R/site-library/{name}"
    for root in (Path.home() / ".cache/community-safety-hub/r-packages", Path("/")):
        if (root / below).exists():
            return root / below
    debian = f"r-cran-{name.lower()}"
    if os.environ.get("CI"):
        pytest.fail(f"CI must have Debian's {debian} unpacked")
    pytest.skip(f"the R package {name} is not on this machine (apt-get install {debian})")


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's store as a file of this worker's own, made once a run; read it, and copy it before writing."""
    from tests.browser.running import sample_once

    made = sample_once(once_a_run(tmp_path_factory, "made-sample", sample_once))
    return Path(shutil.copy(made, tmp_path_factory.mktemp("sample") / "sample.sqlite"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of this session's own; skips where Debian's is not installed, except in CI."""
    if debian_programs() is None or (os.geteuid() == 0 and not has_user("postgres")):
        if os.environ.get("CI"):
            pytest.fail("CI must have Debian's postgresql package")
        pytest.skip("PostgreSQL is not on this machine (apt-get install postgresql)")
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place_for_store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a test may make its store: a new file, and again a new empty schema on a server."""
    if request.param == "sqlite":
        return str(tmp_path / "hub.sqlite")
    return request.getfixturevalue("postgresql").new_place()


@pytest.fixture(scope="session")
def published_sample(sample_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a sample store whose outcomes are published, made once a run; nobody writes to it but exports.

    `progress.json` holds what was told meanwhile: how far (0 to 1) and with what.
    """
    from hotspots.release.releasing import publish_sample
    from hotspots.store import open_store
    from hotspots.store.published import published_file
    from tests.browser.running import MADE_AT

    def make(folder: Path) -> None:
        where = Path(shutil.copy(sample_file, folder / "sample.sqlite"))
        store, told = open_store(where, at=MADE_AT), []
        publish_sample(store, published_file(str(where)), progress=lambda *now: told.append(now))
        store.close()
        (folder / "progress.json").write_text(json.dumps(told), encoding="utf-8")

    own = tmp_path_factory.mktemp("published")
    return shutil.copytree(once_a_run(tmp_path_factory, "made-published", make), own, dirs_exist_ok=True)


@pytest.fixture
def made_ahead(published_sample: Path) -> Callable[..., None]:
    """Stands in for `publish_sample` where only who asks for it is tested: the same file, made earlier."""
    from hotspots.store.published import published_file

    made = published_file(str(published_sample / "sample.sqlite"))

    def publish(store: object, path: Path) -> None:
        assert store.is_sample
        assert not path.exists(), "published already"
        shutil.copy(made, path)

    return publish
