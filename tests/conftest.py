"""Fixtures every test may use."""

import os
from datetime import datetime
from pathlib import Path

import pytest

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
