"""Street files from data.police.uk: the one module that uses the network.

data.police.uk offers no file of one force and month. It publishes its archive, a zip a month of some 1.6 GB
that holds the last 36 months of every force, at documented addresses (/data/archive/YYYY-MM.zip), and the
API tells which forces and months there are. A zip has its directory at its end, so the few megabytes of one
force are read out of the archive by HTTP range requests; nothing else is transferred.
"""

import difflib
import http.client
import io
import json
import re
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from hotspots.errors import BadValue, HubError
from hotspots.intake.reading import Progress
from hotspots.periods import add_months

BASE_URL = "https://data.police.uk"
ARCHIVE_MONTHS = 36
TRIES = 5
TIMEOUT = 30  # seconds without a byte
_BLOCK = 1 << 20
_LONGEST_WAIT = 60  # seconds
_AGENT = "community-safety-hub (street files by force and month)"
_PASSING = {408, 425, 429, 500, 502, 503, 504}


class FetchError(HubError):
    """data.police.uk could not be reached or did not answer as documented."""


class _AbsentError(Exception):
    """The address does not exist (404 or 403 from the archive's storage)."""


@dataclass(frozen=True)
class Fetched:
    """files: written now. already: there from an earlier run. missing: months the force has no file for."""

    files: tuple[Path, ...]
    already: tuple[Path, ...]
    missing: tuple[str, ...]


class _Site(NamedTuple):
    url: str
    opener: urllib.request.OpenerDirector
    sleep: Callable[[float], None]


def fetch(
    force: str,
    first_month: str,
    last_month: str,
    folder: Path,
    *,
    base_url: str = BASE_URL,
    opener: urllib.request.OpenerDirector | None = None,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Street files of one force from one month to another, both included, into month folders.

    force: as in police.uk's file names (essex, hertfordshire). first_month, last_month: YYYY-MM. folder: files
    land in folder/YYYY-MM/YYYY-MM-force-street.csv, as in a download by hand; those already there are not
    fetched again, so a broken run is resumed by running it again. opener, base_url, sleep: for tests and proxies.

    Raises `BadValue` for an unknown force or month, `FetchError` where the site cannot be reached or has changed;
    files already written stay and are whole.
    """
    months = _months(first_month, last_month)
    site = _Site(_checked_url(base_url), opener or urllib.request.build_opener(), sleep)
    report = progress or (lambda _fraction, _what: None)
    targets = {m: Path(folder) / m / f"{m}-{force}-street.csv" for m in months}
    already = {m: path for m, path in targets.items() if path.is_file() and path.stat().st_size}
    wanted = [m for m in months if m not in already]
    if not wanted:
        return Fetched((), tuple(already.values()), ())
    report(0.0, "Asking which forces and months there are")
    _check_force(site, force)
    newest = max(_published(site))
    written, archives = {}, {}
    for done, month in enumerate(wanted):
        report(done / len(wanted), f"{force} {month}")
        if month <= newest and _fetch_month(site, month, newest, force, targets[month], archives):
            written[month] = targets[month]
    report(1.0, f"{len(written)} files fetched")
    missing = tuple(m for m in wanted if m not in written)
    return Fetched(tuple(written.values()), tuple(already.values()), missing)


def _fetch_month(
    site: _Site,
    month: str,
    newest: str,
    force: str,
    target: Path,
    archives: dict[str, zipfile.ZipFile | None],
) -> bool:
    """Write one month's file out of the newest archive that has it; False where none has."""
    member = f"{month}/{month}-{force}-street.csv"
    for name in _archive_names(month, newest):
        if name not in archives:
            archives[name] = _open_archive(site, name)
        archive = archives[name]
        if archive is not None and member in archive.namelist():
            _write_whole(target, _read_member(archive, member))
            return True
    return False


def _archive_names(month: str, newest: str) -> list[str]:
    """Archives that should hold a month, latest first: later ones hold its latest revision."""
    last = add_months(date.fromisoformat(f"{month}-01"), ARCHIVE_MONTHS - 1).isoformat()[:7]
    return list(dict.fromkeys([min(last, newest), month]))


def _open_archive(site: _Site, name: str) -> zipfile.ZipFile | None:
    try:
        remote = _RemoteFile(site, f"{site.url}/data/archive/{name}.zip")
        return zipfile.ZipFile(io.BufferedReader(remote, _BLOCK))
    except _AbsentError:
        return None
    except zipfile.BadZipFile:
        raise FetchError(
            f"The archive {name}.zip at {site.url} is not a zip that can be read; try again later."
        ) from None


def _read_member(archive: zipfile.ZipFile, member: str) -> bytes:
    try:
        return archive.read(member)  # checks the CRC
    except (zipfile.BadZipFile, zlib.error, EOFError, _AbsentError):
        raise FetchError(f"{member} arrived damaged; run the same command again to resume.") from None


def _write_whole(target: Path, data: bytes) -> None:
    """Write under another name, then rename: a file that is there is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError as error:
        raise FetchError(f"{target.name} cannot be written: {error.strerror}.") from None


class _RemoteFile(io.RawIOBase):
    """A file at an address, read by range requests; seeking transfers nothing."""

    def __init__(self, site: _Site, url: str) -> None:
        self._site, self._url, self._position = site, url, 0
        answer = _ask(site, url, {"Range": "bytes=0-0"})
        self._url, self._size = answer.url, _total(answer, url)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:
        last = min(self._position + len(buffer), self._size) - 1
        if last < self._position:
            return 0
        answer = _ask(self._site, self._url, {"Range": f"bytes={self._position}-{last}"})
        if _total(answer, self._url) != self._size or len(answer.body) != last - self._position + 1:
            raise FetchError("The archive changed while it was read; run the same command again.")
        buffer[: len(answer.body)] = answer.body
        self._position += len(answer.body)
        return len(answer.body)


class _Answer(NamedTuple):
    url: str  # after redirects
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def _ask(site: _Site, url: str, headers: dict[str, str] | None = None) -> _Answer:
    """One answer, asked for up to TRIES times with growing waits while the fault may pass."""
    wait = 1.0
    for attempt in range(1, TRIES + 1):
        try:
            return _ask_once(site, url, headers or {})
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (403, 404):
                raise _AbsentError(url) from None
            fault, pause = f"it answered {error.code}", _retry_after(error)
            passing = error.code in _PASSING
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            fault, pause, passing = _plain(error), None, True
        if not passing or attempt == TRIES:
            raise FetchError(
                f"{urlsplit(url).netloc} could not be used: {fault}. Check the network and try again; what has been "
                "fetched is kept. Or download the months by hand from the site and import them."
            )
        site.sleep(min(pause if pause is not None else wait, _LONGEST_WAIT))
        wait *= 2
    raise FetchError("No attempt was made.")


def _ask_once(site: _Site, url: str, headers: dict[str, str]) -> _Answer:
    request = urllib.request.Request(url, headers={"User-Agent": _AGENT, **headers})
    with site.opener.open(request, timeout=TIMEOUT) as answer:
        if "Range" in headers and answer.status != 206:
            raise FetchError(
                f"{urlsplit(url).netloc} sends archives only whole (over a gigabyte); download the months by hand from "
                "the site and import them."
            )
        return _Answer(answer.url, answer.status, answer.headers, answer.read())


def _total(answer: _Answer, url: str) -> int:
    match = re.fullmatch(r"bytes \d+-\d+/(\d+)", answer.headers.get("Content-Range", ""))
    if not match:
        raise FetchError(f"{urlsplit(url).netloc} did not say how large its archive is; download it by hand.")
    return int(match[1])


def _retry_after(error: urllib.error.HTTPError) -> float | None:
    given = error.headers.get("Retry-After", "") if error.headers else ""
    return float(given) if given.isdigit() else None


def _plain(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    if isinstance(error, TimeoutError) or isinstance(reason, TimeoutError):
        return f"no answer within {TIMEOUT} seconds"
    if isinstance(error, http.client.HTTPException):
        return "the answer broke off"
    return getattr(reason, "strerror", None) or "there is no connection"


def _json(site: _Site, path: str) -> list[dict]:
    """A list of objects from the API; anything else is told."""
    try:
        plain = json.loads(_ask(site, f"{site.url}/api/{path}").body)
    except _AbsentError:
        raise FetchError(f"{site.url} has no /api/{path}; is the address right?") from None
    except ValueError:
        raise FetchError(f"{site.url}/api/{path} answered something that is not JSON; try again later.") from None
    if not isinstance(plain, list) or not plain or not all(isinstance(entry, dict) for entry in plain):
        raise FetchError(f"{site.url}/api/{path} answered without a list; try again later.")
    return plain


def _check_force(site: _Site, force: str) -> None:
    slugs = [str(entry.get("id", "")) for entry in _json(site, "forces")]
    if force not in slugs:
        near = difflib.get_close_matches(force.lower(), slugs, n=3, cutoff=0.4)
        hint = f" Did you mean {' or '.join(near)}?" if near else f" There are {', '.join(sorted(slugs))}."
        raise BadValue(f"data.police.uk knows no force {force!r}.{hint}")


def _published(site: _Site) -> list[str]:
    months = [str(entry.get("date", "")) for entry in _json(site, "crimes-street-dates")]
    months = [month for month in months if re.fullmatch(r"\d{4}-\d{2}", month)]
    if not months:
        raise FetchError(f"{site.url} does not say which months it has; try again later.")
    return months


def _months(first: str, last: str) -> list[str]:
    try:
        start, end = (date.fromisoformat(f"{month}-01") for month in (first, last))
    except ValueError:
        raise BadValue(f"Months are written YYYY-MM; {first!r} and {last!r} were given.") from None
    if end < start:
        raise BadValue(f"The first month, {first}, is after the last, {last}.")
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    if count > 20 * 12:
        raise BadValue(f"{count} months were asked for; at most 240 are fetched at once.")
    return [add_months(start, i).isoformat()[:7] for i in range(count)]


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadValue(f"{url!r} is not a web address.")
    return url.rstrip("/")
