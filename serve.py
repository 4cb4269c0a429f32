"""The hardened entry for a server: `streamlit run serve.py`.

The same dashboard with headers that the browser enforces, only under its own names, without the
developers' routes, and with each export only for the person it was made for, while they may come in.
TLS, and the address that people type, belong to a proxy before it: docs/deployment.md.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from urllib.parse import urlsplit

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.runtime import Runtime
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from hotspots.errors import HubError
from hotspots.release import entry
from hotspots.settings import read_settings
from pages.parts import session, signin, taking, warm

POLICY = "; ".join(
    (
        "default-src 'self'",
        # Script comes from our own files only. The hash is of the one line written into Streamlit's page; a blob is how
        # its browser side loads the few lines that lead to the map's own script.
        "script-src 'self' 'wasm-unsafe-eval' blob: 'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:{tiles}",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'self'",
        "frame-ancestors 'self'",
        "form-action 'self'",
        "base-uri 'self'",
        "object-src 'none'",
    )
)
"""{tiles}: a tile server elsewhere, where the settings name one."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/bidi-components/debug")
MEDIA = "/media/"
DAYS_SIGNED_IN = 8 / 24
Scope, Message = MutableMapping[str, object], MutableMapping[str, object]
Receive, Send = Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]


class Guard:
    """Refuses other names, closed routes and other people's exports; sets the headers on the rest."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = _refusal(scope)
        if refusal and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _headers(message["headers"], str(scope["path"]))
            await send(message)

        if refusal:
            status, words = refusal
            await PlainTextResponse(words, status)(scope, receive, with_headers)
        else:
            await self.app(scope, receive, with_headers)


def _refusal(scope: Scope) -> tuple[int, str] | None:
    """Status and words, None when the request may pass."""
    path = "/" + str(scope["path"]).lstrip("/")
    if _host(scope) not in _names():
        return 421, "This name is not served here.\n"
    if path.startswith(CLOSED):
        return 404, "Not found.\n"
    if path.startswith(MEDIA) and signin.is_set_up() and not _may_fetch(scope, path):
        return 403, "This is not yours to fetch, or your sign-in has ended. Sign in and make it again.\n"
    return None


def _names() -> set[str]:
    return {*session.LOOPBACK, *read_settings().hosts.casefold().split()}


def _tile_server() -> str:
    """Where map tiles may come from beside this server: nowhere, unless the settings name a place."""
    asked = urlsplit(read_settings().online_tiles)
    return f" {asked.scheme}://{asked.netloc.replace('{s}', '*')}" if asked.netloc else ""


def _host(scope: Scope) -> str:
    """Name asked for, without its port."""
    given = _header(scope, b"host").casefold()
    return given.rsplit(":", 1)[0] if not given.endswith("]") else given


def _may_fetch(scope: Scope, path: str) -> bool:
    """Whether the browser is signed in as somebody who may still come in, and the file was made for them."""
    file = Runtime.instance().media_file_mgr.read_file(path.removeprefix(MEDIA))
    claims = _claims(scope)
    if file is None or not claims:
        return False
    try:
        chosen = read_settings()
        who = entry.sign_in_of(claims, roles_claim=chosen.roles_claim, districts_claim=chosen.districts_claim)
        entry.admitted(session.own_store(), who, at=session.now())
    except HubError:
        return False
    return taking.belongs_to(file.content, who.issuer, who.subject)


def _claims(scope: Scope) -> Mapping[str, object]:
    """What our sign-in cookie says of the browser, signed by us and no older than a sign-in may be; else nothing."""
    cookies = Request(scope).cookies

    def signed(name: str) -> bytes | None:
        value = cookies.get(name, "").encode("latin-1")
        return decode_signed_value(get_cookie_secret(), name, value, DAYS_SIGNED_IN)

    held = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    return json.loads(held) if held else {}


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _headers(given: list[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    """The answer's headers with ours in place of any of the same name."""
    ours = dict(_ours(path))
    kept = [(key, value) for key, value in given if key.lower() not in ours]
    return [*kept, *ours.items()]


def _ours(path: str) -> Iterator[tuple[bytes, bytes]]:
    yield b"content-security-policy", POLICY.format(tiles=_tile_server()).encode()
    yield from ((key.encode(), value.encode()) for key, value in HEADERS.items())
    if path.startswith(MEDIA):
        yield b"cache-control", b"no-store"


warm.up()
app = st.App("dashboard.py", middleware=[Middleware(Guard)])
