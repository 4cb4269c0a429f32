"""A PostgreSQL server for one test session: Debian's programs, loopback, an unprivileged user."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

FASTER = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60")
"""A server that is thrown away need not survive a power cut."""


on_file = pytest.mark.parametrize("place_for_store", ["sqlite"], indirect=True)
"""For a test of the file itself."""


@dataclass(frozen=True)
class Server:
    """A running server: where its programs are, and the folder of its socket."""

    programs: Path
    socket: Path
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, schema: str = "public") -> str:
        """The address of a schema, as a hub would write it in its settings."""
        return f"postgresql://postgres@/postgres?host={self.socket}&options=-csearch_path%3D{schema}"

    def new_place(self) -> str:
        """Make an empty schema: hundreds of files fewer than a database of its own; its address."""
        name = f"hub{next(self.numbers)}"
        self.sql(f"CREATE SCHEMA {name}")
        return self.url(name)

    def sql(self, text: str) -> str:
        """What the server's own client answers, unaligned; raises when the server refuses."""
        return self._psql("-c", text)

    def file(self, path: Path) -> str:
        """Run a file of SQL, a dump say."""
        return self._psql("-f", str(path))

    def _psql(self, *what: str) -> str:
        command = [self.programs / "psql", self.url(), "-X", "-At", "-v", "ON_ERROR_STOP=1", *what]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def debian_programs() -> Path | None:
    """Folder of the newest server's programs, None where there is none."""
    found = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda p: int(re.sub(r"\D", "", p.parent.name)), default=None)


def has_user(name: str) -> bool:
    """Whether the machine knows a user of this name."""
    with suppress(KeyError):
        return bool(pwd.getpwnam(name))
    return False


@contextmanager
def running() -> Iterator[Server]:
    """Make a cluster in a temporary folder, start it, and take all of it away afterwards.

    Names sort as in English, not byte by byte: a query that leans on the order of SQLite is seen.
    """
    programs = debian_programs()
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-", dir="/tmp"))  # noqa: S108 - a socket's path must be short
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    options = [f"-c {o}" for o in (*FASTER, "listen_addresses=''", f"unix_socket_directories={folder}")]
    _as_postgres(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        + ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-GB"]
    )
    _as_postgres([programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", " ".join(options), "start"])
    try:
        yield Server(programs, folder)
    finally:
        _as_postgres([programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(command: list) -> None:
    """Run a program of the server; it refuses to run as root, so root steps down to Debian's user."""
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, cwd="/", **user)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr or done.stdout}")
