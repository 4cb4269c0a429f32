"""A real server on a free port with a store of its own, and the sample it starts from, made once."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from hotspots.sample.store import make_sample_store
from hotspots.store.published import published_file

ROOT = Path(__file__).resolve().parents[2]
MADE_AT = datetime(2026, 1, 1)
START_SECONDS = 60


def sample_once(folder: Path) -> Path:
    """The sample store in `folder`, made when it is not there yet; copy it, never open it in place."""
    made = folder / "sample-once.sqlite"
    if not made.exists():
        make_sample_store(ROOT / "data" / "sample", made, at=MADE_AT)
    return made


def copy_store(made: Path, to: Path) -> None:
    """A copy of a store nobody is writing to, its log folded in."""
    source, target = sqlite3.connect(made), sqlite3.connect(to)
    source.backup(target)
    source.close()
    target.close()


def write_settings(folder: Path, **more: object) -> Path:
    """A hub's settings whose stores lie in `folder`."""
    lines = ['store = "hub.sqlite"', 'sample_store = "sample.sqlite"']
    lines += [f"{key} = {value!r}" for key, value in more.items()]
    path = folder / "settings.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def hub_folder(folder: Path, made: Path) -> Path:
    """`folder` with settings and a copy of the sample, published where it is: a hub before its first import."""
    folder.mkdir(parents=True, exist_ok=True)
    copy_store(made, folder / "sample.sqlite")
    released = published_file(str(made))
    if released.exists():
        shutil.copy(released, published_file(str(folder / "sample.sqlite")))
    write_settings(folder)
    return folder


@dataclass(frozen=True)
class Server:
    """Where the app answers, and the folder of its stores and log."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text(encoding="utf-8")


@contextmanager
def serving(folder: Path, *options: str, script: str = "dashboard.py", port: int | None = None) -> Iterator[Server]:
    """The app as the README starts it, on a free port of this machine; ended with its children."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", *_arguments(script, port, options)]
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(folder), stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_until_healthy(port, process.poll)
            yield Server(port, folder)
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=15)


class Forge:
    """Makes servers that are new but start at once: forked from one that has imported everything already."""

    def __init__(self) -> None:
        self.port = free_port()
        """Of each of its servers, one after another: a browser then has the program's files already."""
        command = [sys.executable, "-m", "tests.browser.forking"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @contextmanager
    def serving(self, folder: Path, *options: str, port: int | None = None) -> Iterator[Server]:
        """A server that nobody has visited, as `serving`; killed when done."""
        port = port or self.port
        ask = {"arguments": _arguments("dashboard.py", port, options), "environment": _environment(folder),
               "log": str(folder / "server.log")}  # fmt: skip
        self._process.stdin.write(json.dumps(ask) + "\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        try:
            _wait_until_healthy(port, lambda: None)
            yield Server(port, folder)
        finally:
            os.kill(child, signal.SIGKILL)
            while psutil.pid_exists(child):
                time.sleep(0.01)

    def close(self) -> None:
        """End the process that forks."""
        self._process.stdin.close()
        self._process.wait(timeout=15)


def _arguments(script: str, port: int, options: Sequence[str]) -> list[str]:
    return ["run", script, "--server.port", str(port), "--server.headless", "true", *options]


def _environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
    return kept | {"HUB_SETTINGS": str(folder / "settings.toml")}


def chromium() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(port: int, ended: Callable[[], int | None]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if (code := ended()) is not None:
            raise RuntimeError(f"The server ended with code {code} before it answered.")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer within {START_SECONDS} s.")
