"""A real server on a free port with a store of its own, and the sample it starts from, made once."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hotspots.sample.store import make_sample_store

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
    """`folder` with settings and a copy of the sample: what a hub is before its first import."""
    folder.mkdir(parents=True, exist_ok=True)
    copy_store(made, folder / "sample.sqlite")
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
def serving(folder: Path) -> Iterator[Server]:
    """The app as the README starts it, on a free port of this machine; ended with its children."""
    port = _free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STREAMLIT_")}
    environment["HUB_SETTINGS"] = str(folder / "settings.toml")
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_until_healthy(port, process)
            yield Server(port, folder)
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=15)


def chromium() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with code {process.returncode} before it answered.")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer within {START_SECONDS} s.")
