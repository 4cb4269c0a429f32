"""Fixtures every test may use."""

import os
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
