"""The sample's store, made once for the tests of the compositions."""

from datetime import datetime

import pytest

from hotspots.sample.store import make_sample_store
from hotspots.store import open_store

NOW = datetime(2018, 9, 5, 9, 0)


@pytest.fixture(scope="session")
def sample_store(project, tmp_path_factory):
    where = tmp_path_factory.mktemp("sample") / "sample.sqlite"
    make_sample_store(project / "data" / "sample", where, at=NOW)
    store = open_store(where, at=NOW)
    yield store
    store.close()
