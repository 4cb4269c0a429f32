"""The sample's store, for the tests of the compositions."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from hotspots.store import Store, open_store

NOW = datetime(2018, 9, 5, 9, 0)


@pytest.fixture(scope="session")
def sample_store(sample_file: Path) -> Iterator[Store]:
    """Open for reading: other tests of this worker read the same file."""
    store = open_store(sample_file, at=NOW)
    yield store
    store.close()
