"""A store's first import: the file appears whole, or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from getpass import getuser
from pathlib import Path

from filelock import FileLock

from hotspots.schema import METRIC_CRS
from hotspots.store.database import Store, open_store


@contextmanager
def store_to_fill(where: str | Path, *, at: datetime, crs: str = METRIC_CRS) -> Iterator[Store]:
    """The store at a path or URL, open for an import, and made when there is none.

    A store file that does not exist yet is filled beside its place and moved there at the end, so that
    nobody meets it half filled and a refused or killed first import leaves none. The store is closed at
    the end; open it anew to read. Raises `StoreError` as `open_store` does.
    """
    if "://" in str(where) or Path(where).exists():
        yield from _opened(where, at, crs)
        return
    path = Path(where)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(_turn(path)):
        if path.exists():  # somebody else's first import was quicker
            yield from _opened(path, at, crs)
            return
        filling = path.with_name(f"{path.name}.filling")
        _remove(filling)  # of a first import that was killed
        try:
            yield from _opened(filling, at, crs)
            os.replace(filling, path)
        finally:
            _remove(filling)


def _turn(path: Path) -> Path:
    """The lock that first imports queue at. It lies apart and stays: taking away a lock file lets two pass."""
    name = hashlib.sha256(f"{getuser()} {path.resolve()}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"hub-first-import-{name}.lock"


def _opened(where: str | Path, at: datetime, crs: str) -> Iterator[Store]:
    store = open_store(where, at=at, create=True, crs=crs)
    try:
        yield store
    finally:
        store.close()


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", ".lock"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
