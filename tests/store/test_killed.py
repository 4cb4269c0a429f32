"""kill -9 at two hundred random moments: old snapshot or new, never between, and every acknowledged action."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from hotspots.intake.readers import read_incidents
from hotspots.store import open_store, record_import
from tests.postgresql import Server

AT = datetime(2026, 1, 1, 12)
KILLS = {"sqlite": 100, "postgresql": 12}
"""Of each of the two; a server that loses its client has less to fear than a file."""
OLD, NEW = {"High Street": 400}, {"Mill Lane": 500}
POLICE = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type"


def street_file(folder: Path, held: dict[str, int]) -> Path:
    """One month of one force: so many rows at each place."""
    rows = [
        f",2021-01,Essex Police,Essex Police,0.700000,51.800000,On or near {place},E01,Tendring 001A,Burglary"
        for place, n in held.items()
        for _ in range(n)
    ]
    folder.mkdir()
    path = folder / "2021-01-essex-street.csv"
    path.write_text("\n".join([POLICE, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[int, Callable[[str], str]]:
    """How many kills, and where the store of each victim may be made."""
    if request.param == "sqlite":
        return KILLS["sqlite"], lambda victim: str(tmp_path / f"{victim}.sqlite")
    server: Server = request.getfixturevalue("postgresql")
    return KILLS["postgresql"], lambda _victim: server.new_place()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that can be forked and killed")
def test_killed_at_any_moment_the_store_is_old_or_new_and_holds_every_acknowledged_action(
    places: tuple[int, Callable[[str], str]], tmp_path: Path, project: Path
) -> None:
    """The importer is killed on one store and the meeting's writer on another, each beside the other at work."""
    kills, place_of = places
    old, newer = street_file(tmp_path / "old", OLD), street_file(tmp_path / "new", NEW)
    running = {
        victim: killing(place_of(victim), victim, kills, old, newer, project) for victim in ("importer", "writer")
    }
    for victim, process in running.items():
        out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        judge(victim, [json.loads(line) for line in out.splitlines()], kills, errors)


def killing(where: str, victim: str, kills: int, old: Path, newer: Path, project: Path) -> subprocess.Popen:
    """A store that holds the old month, and the process that kills over and over beside it."""
    store = open_store(where, at=AT, create=True)
    record_import(store, read_incidents(old, today=date(2026, 1, 1)), who="tester", at=AT)
    store.close()
    command = [sys.executable, "-m", "tests.store.killing", where, str(newer), victim, str(kills), "7"]
    return subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def judge(victim: str, seen: list[dict], kills: int, errors: str) -> None:
    """After each kill the store is sound and whole, nothing acknowledged is lost, the other went on."""
    assert len(seen) == kills
    for number, after in enumerate(seen):
        assert after["integrity"] == "ok", (victim, number, after)
        assert (after["held"], after["batches"]) in ((OLD, 1), (NEW, 2)), (victim, number, after)
        assert after["lost"] == [], (victim, number, after)
        assert set(after["others"]) <= {0}, (victim, number, errors)
        ended = after["others"] if victim == "writer" else not after["killed"]
        assert after["held"] == NEW or not ended, "an import that came to its end is not there"
    assert sum(after["killed"] for after in seen) >= kills // 3, "too few were killed while at work"
    assert sum(after["told"] for after in seen) >= kills, "too few actions were acknowledged to mean anything"
    if victim == "importer":
        assert sum(after["held"] == OLD for after in seen) >= kills // 8, "hardly any import was killed in time"
