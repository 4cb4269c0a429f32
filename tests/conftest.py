"""Fixtures every test may use."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.postgresql import Server, debian_programs, has_user, running

PROJECT = Path(__file__).resolve().parent.parent


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
def sample_file(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's store as a file, made once a session; read it, and copy it before writing."""
    from hotspots.sample.store import make_sample_store

    where = tmp_path_factory.mktemp("sample") / "sample.sqlite"
    make_sample_store(project / "data" / "sample", where, at=datetime(2026, 1, 5, 9))
    return where


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
    """Folder of a sample store whose outcomes are published, made once a session; nobody writes to it but exports."""
    from hotspots.release.releasing import publish_sample
    from hotspots.store import open_store
    from hotspots.store.published import published_file

    folder = tmp_path_factory.mktemp("published")
    where = Path(shutil.copy(sample_file, folder / "sample.sqlite"))
    publish_sample(open_store(where, at=datetime(2026, 1, 5, 9)), published_file(str(where)))
    return folder
