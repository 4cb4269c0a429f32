"""A first import makes the store whole or leaves nothing; later ones open what is there."""

import threading
from datetime import datetime
from pathlib import Path

import pytest

from hotspots.store import check, open_store, store_to_fill
from hotspots.store.database import put_meta

AT = datetime(2026, 1, 5, 9)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_nobody_meets_the_store_before_it_is_filled(tmp_path: Path) -> None:
    with store_to_fill(tmp_path / "hub.sqlite", at=AT, crs="EPSG:26971") as filling:
        assert filling.crs == "EPSG:26971"
        assert not (tmp_path / "hub.sqlite").exists()
    assert names(tmp_path) == {"hub.sqlite"}
    store = open_store(tmp_path / "hub.sqlite", at=AT)
    assert (store.crs, check(store)["integrity"]) == ("EPSG:26971", "ok")
    store.close()


def test_a_first_import_that_is_refused_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no good"), store_to_fill(tmp_path / "hub.sqlite", at=AT):
        raise ValueError("no good")
    assert names(tmp_path) == set()


def test_what_a_killed_first_import_left_is_not_taken_for_a_start(tmp_path: Path) -> None:
    left = tmp_path / "hub.sqlite.filling"
    left.write_bytes(b"half a page")
    with store_to_fill(tmp_path / "hub.sqlite", at=AT):
        pass
    assert names(tmp_path) == {"hub.sqlite"}


def test_of_two_first_imports_the_second_waits_and_joins_the_first(tmp_path: Path) -> None:
    where, began = tmp_path / "hub.sqlite", threading.Event()

    def fill(key: str) -> None:
        with store_to_fill(where, at=AT) as store, store.writing() as connection:
            began.set()
            put_meta(connection, key, "yes")

    with store_to_fill(where, at=AT) as first:
        second = threading.Thread(target=fill, args=("second",))
        second.start()
        assert not began.wait(0.3), "it must not fill a store of its own beside the first"
        with first.writing() as connection:
            put_meta(connection, "first", "yes")
    second.join(timeout=60)
    store = open_store(where, at=AT)
    assert (store.meta("first"), store.meta("second")) == ("yes", "yes")
    store.close()


def test_a_store_that_is_there_keeps_what_it_holds_though_the_import_fails(tmp_path: Path) -> None:
    with store_to_fill(tmp_path / "hub.sqlite", at=AT) as first, first.writing() as connection:
        put_meta(connection, "kept", "yes")
    with pytest.raises(ValueError, match="no good"), store_to_fill(tmp_path / "hub.sqlite", at=AT) as again:
        assert again.meta("kept") == "yes"
        raise ValueError("no good")
    store = open_store(tmp_path / "hub.sqlite", at=AT)
    assert store.meta("kept") == "yes"
    store.close()
