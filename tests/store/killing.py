"""Kills the importer, or the page's writer, at many random moments; prints what the store was after each.

    python -m tests.store.killing STORE NEWER importer|writer KILLS SEED

Importer and writer are forks of this process, which has loaded their modules once: the importer is the command
line's own `import`, the writer records actions as the page does and says each one that it was told is saved. They
run at once (two in three writers alone), one is killed (-9), the other must go on and end well. One line of JSON
a kill.
"""

import gc
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import typer._adapters  # noqa: F401 - typer loads it at its first command, which else were each child's
from shapely.geometry import box
from sqlalchemy import text

from hotspots import store as stores
from hotspots.__main__ import app
from hotspots.register.actions import Action
from hotspots.register.places import Place
from hotspots.store import register, register_reads

AT = datetime(2026, 1, 1)
DAY = AT.date()
SOONER, LATER = 0.7, 1.15
"""After a victim that came to its end, and after one that was killed: about seven in ten are met at work."""
BLOCK = Place("Park View (fictional)", "block", box(0, 0, 60, 60), DAY, dwellings=31, district="Tidewick")


def forked(work: Callable[[], None]) -> int:
    """Process id of a child that does the work and leaves with 0, or with 1 and a traceback."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - the parent reads the exit code; pytest's report gets the text
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def importing(where: str, newer: str) -> None:
    """The whole of `python -m hotspots import`."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    app(["import", newer, "--store", where], standalone_mode=False)


def recording(where: str, place: int, turn: str, told: int) -> None:
    """Actions one after another until asked to stop; each is told down the pipe once it is acknowledged."""
    asked = []
    signal.signal(signal.SIGTERM, lambda *_: asked.append(True))
    opened = stores.open_store(where, at=AT)
    number = 0
    while not (asked and number):
        task = f"{turn} {number}"
        register.add(opened, Action(place, task, "Council", "Caretaker", DAY, DAY), who="meeting", at=AT)
        os.write(told, f"{task}\n".encode())
        number += 1
        time.sleep(0.03)


def acknowledged(pipe: int) -> set[str]:
    """All that was told down a pipe whose writers have ended."""
    with os.fdopen(pipe) as lines:
        return {line.rstrip("\n") for line in lines}


@dataclass(frozen=True)
class Outcome:
    """A kill: was the victim still at work, how the others ended (0: well), which actions had been acknowledged."""

    killed: bool
    others: list[int]
    told: set[str]


def at_work(
    where: str, newer: str, place: int, turn: str, victim: str, moment: float | None = None, *, alone: bool = False
) -> Outcome:
    """Importer and writer at once; the victim is killed after so many seconds, None lets it end by itself.

    alone: a writer without an import beside it.
    """
    pipe, told = os.pipe()
    children = {"writer": forked(lambda: recording(where, place, turn, told))}
    if not alone:
        children["importer"] = forked(lambda: importing(where, newer))
    os.close(told)
    if moment is not None:
        time.sleep(moment)
        os.kill(children[victim], signal.SIGKILL)
    _, status = os.waitpid(children.pop(victim), 0)
    if "writer" in children:
        os.kill(children["writer"], signal.SIGTERM)
    others = [os.waitpid(child, 0)[1] for child in children.values()]
    return Outcome(os.WIFSIGNALED(status), others, acknowledged(pipe))


def seen(where: str) -> dict:
    """The store opened anew: its snapshot as places with their counts, its soundness, batches, tasks of its actions."""
    opened = stores.open_store(where, at=AT)
    try:
        with opened.reading() as connection:
            held = connection.execute(text("SELECT place_text, COUNT(*) FROM incident GROUP BY place_text")).all()
            batches = connection.scalar(text("SELECT COUNT(*) FROM import_batch WHERE undone IS NULL"))
        return {
            "held": dict(map(tuple, held)),
            "batches": batches,
            "integrity": stores.check(opened)["integrity"],
            "actions": set(register_reads.actions(opened)["task"]),
        }
    finally:
        opened.close()


def back(where: str) -> None:
    """The newer snapshot is taken back, by the store's own undo."""
    opened = stores.open_store(where, at=AT)
    stores.undo_last_import(opened, who="tester", at=AT)
    opened.close()


def duration(where: str, newer: str, place: int) -> float:
    """Seconds of one import beside a writer, nobody killed."""
    start = time.monotonic()
    outcome = at_work(where, newer, place, "before", "importer")
    took = time.monotonic() - start
    if outcome.others != [0] or seen(where)["batches"] != 2:
        raise SystemExit("the import or the writer failed with nobody killing it")
    back(where)
    return took


def main(where: str, newer: str, victim: str, kills: int, seed: int) -> None:
    """Kill so many times, at moments spread at random over the time of one import.

    That time is learned as it goes: a machine that was busy at the first measuring would else be struck too late.
    """
    opened = stores.open_store(where, at=AT)
    place = register.add(opened, BLOCK, who="tester", at=AT).id
    opened.close()
    gc.freeze()  # else each fork copies what its first collection touches
    longest = max(duration(where, newer, place) for _ in range(2))
    chance = random.Random(seed)
    told: set[str] = set()
    for turn in range(kills):
        moment, alone = longest * chance.random(), victim == "writer" and turn % 3 > 0
        outcome = at_work(where, newer, place, f"{victim} {turn}", victim, moment, alone=alone)
        if victim == "importer":  # a writer goes on until it is asked to stop
            longest *= LATER if outcome.killed else SOONER
        told |= outcome.told
        after = seen(where)
        lost = sorted(told - after.pop("actions"))
        told_now = {"killed": outcome.killed, "others": outcome.others, "told": len(outcome.told), "lost": lost}
        print(json.dumps({**told_now, **after}), flush=True)
        if after["batches"] > 1:
            back(where)


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(int, sys.argv[4:6]))
