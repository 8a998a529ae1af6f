"""A server on the loopback that speaks the wire formats of Bedrock's Converse and of chat completions.

It answers from a script, one entry a request, the last one for ever: a text is the model's answer, `Cut` one that
stopped at the limit of tokens, `Status` an error of the service, `Raw` bytes as they are, `Silence` nothing in time.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from engine.clock import SystemClock
from engine.ports.secrets import Grants, SecretInfo
from tests.support import patience


@dataclass(frozen=True)
class Cut:
    text: str


@dataclass(frozen=True)
class Status:
    status: int
    code: str = "ThrottlingException"
    message: str = "slow down"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    body: bytes


@dataclass(frozen=True)
class Silence:
    """The connection is held until the server closes."""


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    text: str


class ModelServer:
    """`base` is its address, `asked` the requests it had."""

    def __init__(self, script: Sequence[Any]) -> None:
        self.script = list(script)
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                outer.asked.append(Asked(
                    unquote(self.path), {name.lower(): value for name, value in self.headers.items()},
                    json.loads(raw), raw.decode(),
                ))
                outer.answer(self, outer.script.pop(0) if len(outer.script) > 1 else outer.script[0])

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def start(self) -> None:
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def stop(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler, entry: Any) -> None:
        converse = handler.path.endswith("/converse")
        match entry:
            case Silence():
                self.closing.wait(patience.SECONDS)
            case Raw():
                _send(handler, 200, entry.body, {})
            case Status():
                body = {"message": entry.message} if converse else {"error": {"message": entry.message}}
                headers = {"x-amzn-errortype": entry.code, **entry.headers} if converse else entry.headers
                _send(handler, entry.status, json.dumps(body).encode(), headers)
            case Cut():
                _send(handler, 200, _reply(converse, entry.text, cut=True), {})
            case _:
                _send(handler, 200, _reply(converse, entry, cut=False), {})


def _reply(converse: bool, text: str, *, cut: bool) -> bytes:
    if converse:
        return json.dumps({
            "output": {"message": {"role": "assistant", "content": [
                {"reasoningContent": {"reasoningText": {"text": "hm"}}}, {"text": text}]}},
            "stopReason": "max_tokens" if cut else "end_turn",
            "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1},
        }).encode()
    return json.dumps({
        "id": "x", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": "length" if cut else "stop",
                     "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }).encode()


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


KEY = "key-of-the-endpoint-7f31"


class Secrets:
    """A secret backend with these values."""

    name = "memory"

    def __init__(self, **values: str) -> None:
        self.values = values

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        return self.values.get(key)

    def grants(self, workspace: str, key: str, *, fresh: bool = False) -> Grants:
        return None

    def list(self, workspace: str) -> list[SecretInfo]:
        return [SecretInfo(key, self.name) for key in self.values]


class QuickClock(SystemClock):
    """Real time, in which a pause takes none: `slept` has them."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
