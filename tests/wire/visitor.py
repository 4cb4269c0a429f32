"""A visitor without a browser: speaks the server's own protocol, and may lie about anything a browser tells.

Everything that would reach a browser is kept: each message of the socket as it came, and each file asked for. Who
signs in holds a cookie made here with the server's secret, as the server makes it after a real sign-in.
"""

import json
import socket
import time
import tomllib
from collections.abc import Iterable, Mapping
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from websockets.sync.client import connect

from tests.browser.running import Server

PATIENCE = 60
USER, XSRF = "_streamlit_user", "_streamlit_xsrf"


def cookie_of(server: Server, claims: Mapping[str, object]) -> str:
    """The cookie of somebody whom the identity provider calls so, signed in just now unless `iat` says else."""
    told = tomllib.loads((server.folder / "secrets.toml").read_text(encoding="utf-8"))["auth"]
    held = {"origin": server.url, "is_logged_in": True, "iat": int(time.time()), **claims}
    return create_signed_value(told["cookie_secret"], USER, json.dumps(held)).decode()


class Visitor:
    """One session at a server. `received`: all that came over the socket, as bytes, run after run.

    host: the name the server was asked for by, which the address bar of a browser holds
    """

    def __init__(self, server: Server, cookie: str = "", *, host: str = "localhost") -> None:
        self.server, self.cookie = server, cookie
        self.received: list[bytes] = []
        self.session = ""
        token = generate_xsrf_token_string()
        self.headers = {"Cookie": f"{XSRF}={token}" + (f"; {USER}={cookie}" if cookie else "")}
        self._socket = connect(
            f"ws://{host}:{server.port}/_stcore/stream",
            sock=socket.create_connection(("127.0.0.1", server.port)),  # any name leads to this machine
            subprotocols=["streamlit", token],
            origin=f"http://{host}:{server.port}",
            additional_headers=self.headers,
            max_size=None,
            compression=None,
        )

    def leave(self) -> None:
        """Close the socket."""
        self._socket.close()

    def run(
        self, page: str = "", query: str = "", states: Iterable[WidgetState] = (), *, page_hash: str = ""
    ) -> list[ForwardMsg]:
        """One run of the script: the page's name in the address, its query, what widgets are said to hold."""
        ask = BackMsg()
        ask.rerun_script.page_name, ask.rerun_script.query_string = page, query
        ask.rerun_script.page_script_hash = page_hash
        ask.rerun_script.widget_states.widgets.extend(states)
        return self._until(ask, "script_finished")

    def make(self, file_id: str) -> str:
        """Ask for a file that a button makes on demand; its address, empty when refused."""
        ask = BackMsg()
        ask.backend_operation_request.request_id = "1"
        ask.backend_operation_request.session_id = self.session
        ask.backend_operation_request.deferred_file.file_id = file_id
        answer = self._until(ask, "backend_operation_response")[-1].backend_operation_response
        return answer.deferred_file.url

    def fetch(self, path: str) -> tuple[int, bytes]:
        """Status and body of an address of the server, asked for with this visitor's cookies."""
        try:
            with urlopen(Request(self.server.url + path, headers=self.headers), timeout=PATIENCE) as answer:
                return answer.status, answer.read()
        except HTTPError as refused:
            return refused.code, refused.read()

    def _until(self, ask: BackMsg, last: str) -> list[ForwardMsg]:
        self._socket.send(ask.SerializeToString())
        messages: list[ForwardMsg] = []
        while not messages or not _is_last(messages[-1], last):
            came = self._socket.recv(timeout=PATIENCE)
            self.received.append(came)
            messages.append(ForwardMsg.FromString(came))
            if messages[-1].WhichOneof("type") == "new_session":
                self.session = messages[-1].new_session.initialize.session_id
        return messages


def _is_last(message: ForwardMsg, kind: str) -> bool:
    """The end of what was asked for; a run that stopped only to begin anew is no end."""
    again = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
    return message.WhichOneof("type") == kind and not (kind == "script_finished" and message.script_finished == again)


def elements(messages: Iterable[ForwardMsg], kind: str) -> list:
    """Every element of a kind that a run sent: title of the field in Streamlit's protocol."""
    sent = [m.delta.new_element for m in messages if m.WhichOneof("type") == "delta"]
    return [getattr(e, kind) for e in sent if e.WhichOneof("type") == kind]


def not_found(messages: Iterable[ForwardMsg]) -> bool:
    """Whether the server said that there is no such page for this visitor."""
    return any(m.WhichOneof("type") == "page_not_found" for m in messages)


def text_of(messages: Iterable[ForwardMsg]) -> str:
    """All that a run sent, as text in which words can be looked for."""
    return b"".join(m.SerializeToString() for m in messages).decode("utf-8", errors="replace")


def chosen(widget_id: str, text: str) -> WidgetState:
    """A widget said to hold a text."""
    return WidgetState(id=widget_id, string_value=text)


def pressed(widget_id: str) -> WidgetState:
    """A button said to be pressed."""
    return WidgetState(id=widget_id, trigger_value=True)
