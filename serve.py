"""The hardened entry for a server: `streamlit run serve.py`.

The same dashboard with headers that the browser enforces, only under its own names, without the
developers' routes, and with exports only for a browser that is signed in. TLS, and the address that
people type, belong to a proxy before it: docs/deployment.md.
"""

from collections.abc import Awaitable, Callable, Iterator, MutableMapping

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from hotspots.settings import read_settings
from pages.parts import session, signin

POLICY = "; ".join(
    (
        "default-src 'self'",
        # The map component is drawn by script made on the fly; see docs/deployment.md for what that leaves open.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
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
HEADERS = {
    "content-security-policy": POLICY,
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
    """Refuses other names, closed routes and exports without a sign-in; sets the headers on the rest."""

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
    if path.startswith(MEDIA) and signin.is_set_up() and not _signed_in(scope):
        return 403, "Sign in first.\n"
    return None


def _names() -> set[str]:
    return {*session.LOOPBACK, *read_settings().hosts.casefold().split()}


def _host(scope: Scope) -> str:
    """Name asked for, without its port."""
    given = _header(scope, b"host").casefold()
    return given.rsplit(":", 1)[0] if not given.endswith("]") else given


def _signed_in(scope: Scope) -> bool:
    """Whether the browser holds our sign-in cookie, signed by us and no older than a sign-in may be."""
    cookie = Request(scope).cookies.get(USER_COOKIE_NAME, "") if scope["type"] == "http" else ""
    return bool(decode_signed_value(get_cookie_secret(), USER_COOKIE_NAME, cookie, DAYS_SIGNED_IN))


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _headers(given: list[tuple[bytes, bytes]], path: str) -> list[tuple[bytes, bytes]]:
    """The answer's headers with ours in place of any of the same name."""
    ours = dict(_ours(path))
    kept = [(key, value) for key, value in given if key.lower() not in ours]
    return [*kept, *ours.items()]


def _ours(path: str) -> Iterator[tuple[bytes, bytes]]:
    yield from ((key.encode(), value.encode()) for key, value in HEADERS.items())
    if path.startswith(MEDIA):
        yield b"cache-control", b"no-store"


app = st.App("dashboard.py", middleware=[Middleware(Guard)])
