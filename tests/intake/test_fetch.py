"""Fetching from a local server that answers as data.police.uk documents, and as it should not."""

import io
import json
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hotspots.errors import BadValue
from hotspots.intake import read_incidents
from hotspots.intake.police_uk import slug_of
from hotspots.intake.police_uk_fetch import BASE_URL, FetchError, fetch
from tests.intake.corpus import STREET, TODAY, csv, street_row

MONTHS = ["2024-01", "2024-02", "2024-03"]


class Site:
    """What the server answers: bodies by path, statuses to give first, and a log of what was asked."""

    def __init__(self) -> None:
        self.bodies = {
            "/api/forces": json.dumps(
                [{"id": "essex", "name": "Essex Police"}, {"id": "kent", "name": "Kent Police"}]
            ).encode(),
            "/api/crimes-street-dates": json.dumps([{"date": m, "stop-and-search": []} for m in MONTHS]).encode(),
            "/data/archive/2024-03.zip": archive({m: ["essex", "kent"] for m in MONTHS if m != "2024-02"}),
        }
        self.faults: dict[str, list[object]] = {}
        self.asked: list[str] = []
        self.sent = 0
        self.ranges = True


def archive(members: dict[str, list[str]]) -> bytes:
    """A zip as the archive's: every force's files by month, with a large one that is not wanted."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("2024-01/2024-01-metropolitan-street.csv", "x" * 6_000_000)
        for month, forces in members.items():
            for force in forces:
                text = csv(street_row(Month=month), street_row(Month=month), header=STREET)()
                target.writestr(f"{month}/{month}-{force}-street.csv", text)
    return out.getvalue()


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            fault = (site.faults.get(self.path) or [None]).pop(0)
            if fault == "break":
                self.send_response(200)
                self.send_header("Content-Length", "99")
                self.end_headers()
                self.wfile.write(b"[")
                self.close_connection = True
            elif isinstance(fault, int):
                self.reply(fault, b"", {"Retry-After": "7"} if fault == 429 else {})
            elif self.path == "/data/archive/latest.zip":
                self.reply(302, b"", {"Location": "/data/archive/2024-03.zip"})
            else:
                self.reply_body(site.bodies.get(self.path))

        def reply_body(self, body: bytes | None) -> None:
            match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            if body is None:
                self.reply(404, b"", {})
            elif match and site.ranges:
                first, last = int(match[1]), min(int(match[2]), len(body) - 1)
                self.reply(206, body[first : last + 1], {"Content-Range": f"bytes {first}-{last}/{len(body)}"})
            else:
                self.reply(200, body, {})

        def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            site.sent += len(body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    return Handler


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def url(site):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(site))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def get(url, folder, *, force="essex", first="2024-01", last="2024-03", waits=None):
    waits = waits if waits is not None else []
    return fetch(force, first, last, folder, base_url=url, sleep=waits.append)


def test_months_land_in_month_folders_and_import(url, tmp_path):
    fetched = get(url, tmp_path / "in")
    assert [p.relative_to(tmp_path).as_posix() for p in fetched.files] == [
        "in/2024-01/2024-01-essex-street.csv",
        "in/2024-03/2024-03-essex-street.csv",
    ]
    assert fetched.missing == ("2024-02",)
    readings = list(read_incidents(tmp_path / "in", today=TODAY))
    assert [r.snapshots for r in readings] == [("essex 2024-01",), ("essex 2024-03",)]
    assert not list(tmp_path.rglob("*.part"))


def test_only_the_wanted_part_of_the_archive_is_transferred(url, site, tmp_path):
    get(url, tmp_path, first="2024-03")
    assert site.sent < 2_500_000 < len(site.bodies["/data/archive/2024-03.zip"])


def test_a_second_run_asks_for_nothing(url, site, tmp_path):
    get(url, tmp_path, first="2024-03")
    site.asked.clear()
    again = get(url, tmp_path, first="2024-03")
    assert (again.files, len(again.already), site.asked) == ((), 1, [])


def test_a_broken_run_resumes_where_it_stopped(url, tmp_path):
    get(url, tmp_path, last="2024-01")
    resumed = get(url, tmp_path)
    assert [p.parent.name for p in (*resumed.already, *resumed.files)] == ["2024-01", "2024-03"]


def test_passing_faults_are_tried_again_with_growing_waits(url, site, tmp_path):
    site.faults = {"/api/forces": [503, 429, "break"], "/data/archive/2024-03.zip": [500, None, 502]}
    waits = []
    assert len(get(url, tmp_path, waits=waits).files) == 2
    assert waits == [1.0, 7.0, 4.0, 1.0, 1.0]


def test_a_lasting_fault_is_told_after_five_tries(url, site, tmp_path):
    site.faults = {"/api/forces": [503] * 9}
    with pytest.raises(FetchError, match="it answered 503"):
        get(url, tmp_path)
    assert len(site.asked) == 5


def test_no_network_is_told_honestly(tmp_path):
    with pytest.raises(FetchError, match="could not be used.*by hand"):
        get("http://127.0.0.1:9", tmp_path)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>gulls</html>", b'["essex"]', b"\xff\xfe", b"[1"])
@pytest.mark.parametrize("path", ["/api/forces", "/api/crimes-street-dates"])
def test_malformed_and_empty_answers_are_told(path, body, url, site, tmp_path):
    site.bodies[path] = body
    with pytest.raises(FetchError, match="try again later"):
        get(url, tmp_path)
    assert not list(tmp_path.rglob("*.csv"))


def test_an_archive_that_is_no_zip_is_told(url, site, tmp_path):
    site.bodies["/data/archive/2024-03.zip"] = b"<html>gulls</html>" * 9
    with pytest.raises(FetchError, match="not a zip"):
        get(url, tmp_path)


def test_damaged_bytes_never_become_a_file(url, site, tmp_path):
    whole = bytearray(site.bodies["/data/archive/2024-03.zip"])
    at = whole.index(b"On or near", 6_000_000)
    whole[at : at + 2] = b"XX"
    site.bodies["/data/archive/2024-03.zip"] = bytes(whole)
    with pytest.raises(FetchError, match="arrived damaged"):
        get(url, tmp_path)
    assert not list(tmp_path.rglob("*.csv"))


def test_a_server_without_ranges_is_not_asked_for_a_gigabyte(url, site, tmp_path):
    site.ranges = False
    with pytest.raises(FetchError, match="only whole"):
        get(url, tmp_path)


def test_months_older_than_the_archive_come_from_an_older_one(url, site, tmp_path):
    site.bodies["/data/archive/2021-01.zip"] = archive({"2021-01": ["essex"]})
    assert len(get(url, tmp_path, first="2021-01", last="2021-01").files) == 1


def test_months_not_published_yet_are_missing(url, tmp_path):
    assert get(url, tmp_path, first="2024-04", last="2024-05").missing == ("2024-04", "2024-05")


@pytest.mark.parametrize(
    ("force", "first", "last", "told"),
    [
        ("esex", "2024-01", "2024-03", "Did you mean essex"),
        ("essex", "2024-13", "2024-03", "YYYY-MM"),
        ("essex", "2024-03", "2024-01", "is after"),
        ("essex", "1900-01", "2024-01", "at most 240"),
    ],
)
def test_wrong_questions_are_refused(force, first, last, told, url, tmp_path):
    with pytest.raises(BadValue, match=told):
        get(url, tmp_path, force=force, first=first, last=last)


def test_an_address_that_is_no_web_address_is_refused(tmp_path):
    with pytest.raises(BadValue, match="not a web address"):
        get("file:///etc", tmp_path)


def test_the_default_site_is_police_uk():
    assert BASE_URL == "https://data.police.uk"


@pytest.mark.real
def test_the_api_s_own_list_of_forces_is_understood(url, site, shared, tmp_path):
    site.bodies["/api/forces"] = (shared / "policeuk-api" / "forces.json").read_bytes()
    assert len(get(url, tmp_path).files) == 2


@pytest.mark.real
def test_force_names_become_the_slugs_of_file_names(shared):
    forces = json.loads((shared / "policeuk-api" / "forces.json").read_bytes())
    assert {f["name"]: slug_of(f["name"]) for f in forces} == {f["name"]: f["id"] for f in forces}
