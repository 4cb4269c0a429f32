"""How many people can click at once: sessions that click every three seconds, on one process of the dashboard.

    python benchmarks/load.py                     1, 10, 20 and 40 sessions and 500 visits on the sample, then ten
                                                  people while a force's next month comes in; writes docs/load.md
    python benchmarks/load.py --quick             2 sessions and 20 visits: does the benchmark work?
    python benchmarks/load.py --settings F.toml   on the store that these settings name (a force year, say)

Bounded and on this machine only: one server on a free port, protocol clients instead of browsers, a deadline a level,
and the server is ended with the run. A visit is a new session that opens a page and leaves.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.force import write_force  # noqa: E402
from tests.browser.running import Server, hub_folder, sample_once, serving, write_settings  # noqa: E402

LEVELS = (1, 10, 20, 40)
THINK = 3.0
CLICKS = 10
DEADLINE = 120
VISITS = 500
PEOPLE_AT_REFRESH = 10
MONTHLY = 12_500
"""Reports a month of a force of 150,000 a year."""
STEPS = ("all", "rising", "late", "assess")
"""Items of the hub meeting's agenda, clicked in turn: each makes another list and keeps map and card."""


@dataclass(frozen=True)
class Level:
    """What one level of load came to; seconds, megabytes."""

    sessions: int
    seconds: tuple[float, ...]
    errors: int
    elapsed: float
    busy: float
    memory: float
    sent: float

    def at(self, share: float) -> float:
        """The response time below which that share of clicks lies."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


async def run_script(socket: object, states: Sequence[WidgetState] = (), *, page: str = "") -> list[ForwardMsg]:
    """One run of the script for a session; every message a browser would get."""
    back = BackMsg()
    back.rerun_script.page_name = page
    back.rerun_script.widget_states.widgets.extend(states)
    await socket.send(back.SerializeToString())
    messages: list[ForwardMsg] = []
    while not messages or messages[-1].WhichOneof("type") != "script_finished":
        messages.append(ForwardMsg.FromString(await asyncio.wait_for(socket.recv(), DEADLINE)))
    return messages


def agenda_id(messages: Sequence[ForwardMsg]) -> str:
    """Id of the agenda's widget, as the server named it."""
    ids = [
        m.delta.new_element.button_group.id
        for m in messages
        if m.WhichOneof("type") == "delta" and m.delta.new_element.WhichOneof("type") == "button_group"
    ]
    return next(i for i in ids if i.endswith("-step"))


def connect(port: int) -> object:
    """A session of its own, as a browser on this machine opens one."""
    return websockets.connect(
        f"ws://localhost:{port}/_stcore/stream", subprotocols=["streamlit", "none"], max_size=None, compression=None
    )


async def clicking(port: int, number: int, seconds: list[float], sizes: list[int]) -> None:
    """One person: opens the hub meeting, then clicks along the agenda every three seconds."""
    async with connect(port) as socket:
        agenda = agenda_id(await run_script(socket))
        await asyncio.sleep(THINK * (number % 10) / 10)
        for turn in range(CLICKS):
            state = WidgetState(id=agenda)
            state.string_array_value.data.append(STEPS[(turn + number) % len(STEPS)])
            start = time.perf_counter()
            messages = await run_script(socket, [state])
            seconds.append(time.perf_counter() - start)
            sizes.append(sum(m.ByteSize() for m in messages))
            await asyncio.sleep(THINK)


async def level(server: Server, process: psutil.Process, sessions: int) -> Level:
    """So many people at once, for ten clicks each."""
    seconds: list[float] = []
    sizes: list[int] = []
    start, used = time.perf_counter(), sum(process.cpu_times()[:2])
    people = [asyncio.create_task(clicking(server.port, n, seconds, sizes)) for n in range(sessions)]
    done = await asyncio.gather(*people, return_exceptions=True)
    for problem in [d for d in done if isinstance(d, BaseException)]:
        print(f"  a session failed: {type(problem).__name__}: {problem}")
    elapsed = time.perf_counter() - start
    busy = (sum(process.cpu_times()[:2]) - used) / elapsed
    errors = sum(isinstance(d, BaseException) for d in done)
    sent = sum(sizes) / max(len(sizes), 1) / 1024
    return Level(sessions, tuple(seconds), errors, elapsed, busy, megabytes(process), sent)


def megabytes(process: psutil.Process) -> float:
    """Resident memory of the server."""
    return process.memory_info().rss / 2**20


async def visits(port: int, process: psutil.Process, many: int) -> list[tuple[int, float]]:
    """Visits one after another, and the memory after each tenth of them."""
    taken = []
    for number in range(1, many + 1):
        async with connect(port) as socket:
            await run_script(socket)
        if number % max(many // 10, 1) == 0:
            taken.append((number, megabytes(process)))
            print(f"  {number} visits: {taken[-1][1]:.0f} MB", flush=True)
    return taken


async def measure(server: Server, levels: Sequence[int], many: int) -> tuple[list[Level], list[tuple[int, float]]]:
    """All levels, then the visits, on one warm server."""
    process = server_process(server.port)
    async with connect(server.port) as socket:
        await run_script(socket)
    results = []
    for sessions in levels:
        results.append(await level(server, process, sessions))
        print(_row(results[-1]), flush=True)
    return results, await visits(server.port, process, many)


async def refreshed(folder: Path) -> tuple[Level, Level, float]:
    """Ten people on a force's year: as it stands, and while its next month comes in; seconds the import took."""
    hub = folder / "force"
    hub.mkdir()
    environment = {**os.environ, "HUB_SETTINGS": str(write_settings(hub))}
    months = sorted(write_force(folder / "files", rows=13 * MONTHLY, months=13).iterdir())
    command = [sys.executable, "-m", "hotspots", "import"]
    subprocess.run([*command, *map(str, months[:-1])], cwd=ROOT, env=environment, check=True, capture_output=True)
    with serving(hub) as server:
        process = server_process(server.port)
        async with connect(server.port) as socket:
            await run_script(socket)
        before = await level(server, process, PEOPLE_AT_REFRESH)
        print(_row(before), flush=True)
        meanwhile = asyncio.create_task(level(server, process, PEOPLE_AT_REFRESH))
        start = time.perf_counter()
        coming = await asyncio.create_subprocess_exec(
            *command, str(months[-1]), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        if await coming.wait():
            raise SystemExit("The import beside the open dashboard failed; see what it said above.")
        taken = time.perf_counter() - start
        during = await meanwhile
        print(_row(during), flush=True)
    return before, during, taken


def server_process(port: int) -> psutil.Process:
    """The process that listens on a port of ours."""
    listening = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.laddr.port == port]
    return psutil.Process(listening[0].pid)


def _row(one: Level) -> str:
    rate = len(one.seconds) / one.elapsed
    return (
        f"| {one.sessions} | {median(one.seconds or (float('nan'),)) * 1000:.0f} / {one.at(0.95) * 1000:.0f} / "
        f"{one.at(1) * 1000:.0f} | {rate:.1f} | {one.busy:.0%} | {one.memory:.0f} | {one.sent:.0f} | {one.errors} |"
    )


def _refresh_words(before: Level, during: Level, taken: float) -> list[str]:
    return [
        "",
        "## While new reports come in",
        "",
        f"{PEOPLE_AT_REFRESH} people on an invented force year (150,000 reports, ten districts), then the same while "
        f"its next month ({MONTHLY:,} reports) is imported beside them by the command line in {taken:.0f} s, after "
        "which every screen is counted anew:",
        "",
        "| | response p50 / p95 / max, ms | errors |",
        "|---|---:|---:|",
        *[
            f"| {word} | {median(one.seconds) * 1000:.0f} / {one.at(0.95) * 1000:.0f} / {one.at(1) * 1000:.0f} | "
            f"{one.errors} |"
            for word, one in (("as it stands", before), ("while a month comes in", during))
        ],
    ]


def _page(results: list[Level], taken: list[tuple[int, float]], data: str) -> str:
    good = [r.sessions for r in results if r.at(0.95) < 1 and not r.errors]
    first, last = results[0], results[-1]
    each = (last.memory - first.memory) / max(last.sessions - first.sessions, 1)
    half = taken[len(taken) // 2 - 1] if len(taken) > 1 else taken[0]
    kept = "; ".join(f"{number}: {memory:.0f}" for number, memory in taken)
    lines = [
        "# How many people can click at once",
        "",
        f"Made by `python benchmarks/load.py` on {data}: one process; each session clicks along the agenda of "
        f"*Hub meeting* every {THINK:.0f} s ({CLICKS} clicks, whole runs of the script). "
        "Server and clients share the machine.",
        "",
        "| people | response p50 / p95 / max, ms | clicks a second | of one core | memory, MB | kB a click | errors |",
        "|---:|---:|---:|---:|---:|---:|---:|",
        *[_row(one) for one in results],
        "",
        f"**{max(good, default=0)} people** click every {THINK:.0f} s with 95 of 100 answers under a second "
        f"(largest level measured that holds). Memory per session: {each:.1f} MB.",
        "",
        f"{taken[-1][0]} visits one after another, memory in MB: {kept}. Second half: "
        f"{taken[-1][1] - half[1]:+.0f} MB.",
        "",
        "For more people start a second process on another port, both on the same store, and let the reverse proxy "
        "keep each person on the process they began with: one process uses one core, whatever the machine has.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write docs/load.md; a quick run writes nothing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--settings", type=Path, help="settings.toml of a hub with data of its own")
    chosen = parser.parse_args()
    levels, many = ((2,), 20) if chosen.quick else (LEVELS, VISITS)
    with tempfile.TemporaryDirectory() as folder:
        hub = chosen.settings.parent if chosen.settings else hub_folder(Path(folder) / "hub", sample_once(Path(folder)))
        with serving(hub) as server:
            results, taken = asyncio.run(measure(server, levels, many))
        page = _page(results, taken, "the store of " + chosen.settings.name if chosen.settings else "the sample")
        if not chosen.settings and not chosen.quick:
            page += "\n".join([*_refresh_words(*asyncio.run(refreshed(Path(folder)))), ""])
    print(page)
    if not chosen.quick and not chosen.settings:
        (ROOT / "docs" / "load.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
