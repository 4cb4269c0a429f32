"""A hub that the pages read and a test may write to."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from hotspots import store as stores
from hotspots.store import Store

AT = datetime(2026, 1, 5, 9)


@pytest.fixture
def store(sample_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A copy of the sample that the pages read and a test may write."""
    copy = tmp_path / "sample.sqlite"
    shutil.copy(sample_file, copy)
    settings = tmp_path / "settings.toml"
    settings.write_text(f'store = "{tmp_path / "none.sqlite"}"\nsample_store = "{copy}"\n', encoding="utf-8")
    monkeypatch.setenv("HUB_SETTINGS", str(settings))
    opened = stores.open_store(copy, at=AT)
    yield opened
    opened.close()
