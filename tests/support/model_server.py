"""A server on the loopback that streams as chat completions, Anthropic's Messages and Bedrock's ConverseStream do.

It answers from a script, one entry a request, the last one for ever: `Say` is an answer of the model, `Status` a
refusal, `Raw` bytes as they are, `Silence` nothing in time.
"""

from __future__ import annotations

import json
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from engine.adapters.models.anthropic import AnthropicModel
from engine.adapters.models.bedrock import BedrockModel
from engine.adapters.models.openai import OpenAIModel
from engine.clock import SystemClock
from engine.ports.language_model import LanguageModel
from engine.ports.secrets import Grants, SecretInfo
from tests.support import patience


@dataclass(frozen=True)
class Say:
    """An answer: pieces of text, then calls of (id, name, pieces of arguments), whose pieces interleave. `cut`: it
    stopped at the limit of tokens. `breaks`: the stream ends without its end. `fault`: an error event instead of the
    end. `slowly`: so many seconds between two events, sent byte by byte where `bytewise`."""

    text: Sequence[str] = ()
    calls: Sequence[tuple[str, str, Sequence[str]]] = ()
    cut: bool = False
    breaks: bool = False
    fault: str = ""
    slowly: float = 0.0
    bytewise: bool = False


@dataclass(frozen=True)
class Status:
    status: int
    message: str = "slow down"
    code: str = "ThrottlingException"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    body: bytes
    kind: str = "text/event-stream"


@dataclass(frozen=True)
class Silence:
    """The connection is held until the server closes."""


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class ModelServer:
    """`base` is its address, `models` are the names that it lists, `asked` the requests it had; `left` is set when a
    client closes before the end."""

    def __init__(self, script: Sequence[Any], port: int = 0) -> None:
        self.script = list(script)
        self.asked: list[Asked] = []
        self.models = ["a-model"]
        self.closing, self.left = threading.Event(), threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                _head(self, 200, "application/json", {})
                _chunk(self, json.dumps({"object": "list", "data": [{"id": each} for each in outer.models]}).encode())
                _chunk(self, b"")

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                outer.asked.append(Asked(
                    unquote(self.path), {name.lower(): value for name, value in self.headers.items()}, json.loads(raw),
                ))
                try:
                    outer.answer(self, outer.script.pop(0) if len(outer.script) > 1 else outer.script[0])
                except (BrokenPipeError, ConnectionResetError):
                    outer.left.set()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
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
        bedrock = handler.path.endswith("/converse-stream")
        match entry:
            case Silence():
                self.closing.wait(patience.SECONDS)
            case Raw():
                _head(handler, 200, entry.kind, {})
                _chunk(handler, entry.body)
                _chunk(handler, b"")
            case Status():
                shape = {"message": entry.message} if bedrock else {"error": {"message": entry.message}}
                headers = {"x-amzn-errortype": entry.code, **entry.headers} if bedrock else entry.headers
                _head(handler, entry.status, "application/json", headers)
                _chunk(handler, json.dumps(shape).encode())
                _chunk(handler, b"")
            case Say():
                kind = "application/vnd.amazon.eventstream" if bedrock else "text/event-stream"
                _head(handler, 200, kind, {})
                said = _bedrock if bedrock else _anthropic if handler.path.endswith("/messages") else _openai
                for event in said(entry):
                    self._send(handler, event, entry)
                _chunk(handler, b"")

    def _send(self, handler: BaseHTTPRequestHandler, event: bytes, entry: Say) -> None:
        for piece in [event[at:at + 1] for at in range(len(event))] if entry.bytewise else [event]:
            _chunk(handler, piece)
        if entry.slowly and not self.closing.is_set():
            time.sleep(entry.slowly)


def _head(handler: BaseHTTPRequestHandler, status: int, kind: str, headers: dict[str, str]) -> None:
    handler.send_response(status)
    more = {"content-type": kind, "connection": "close", "transfer-encoding": "chunked"}
    for name, value in {**more, **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()


def _chunk(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    """A chunk of the body; an empty one is the last. (An empty piece in between would end it.)"""
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    handler.wfile.flush()


def _interleaved(calls: Sequence[tuple[str, str, Sequence[str]]]) -> Iterator[tuple[int, str]]:
    """The pieces of the calls' arguments, turn by turn."""
    for place in range(max((len(pieces) for _, _, pieces in calls), default=0)):
        for index, (_, _, pieces) in enumerate(calls):
            if place < len(pieces):
                yield index, pieces[place]


def _openai(entry: Say) -> Iterator[bytes]:
    """Source: OpenAI's API reference, "The chat completion chunk object"."""

    def event(delta: dict[str, Any], reason: str | None = None) -> bytes:
        return _sse({"object": "chat.completion.chunk", "choices": [
            {"index": 0, "delta": delta, "finish_reason": reason}]})

    yield event({"role": "assistant", "content": ""})
    for piece in entry.text:
        yield event({"content": piece})
    for index, (call_id, name, _) in enumerate(entry.calls):
        yield event({"tool_calls": [{"index": index, "id": call_id, "type": "function",
                                     "function": {"name": name, "arguments": ""}}]})
    for index, piece in _interleaved(entry.calls):
        yield event({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    if entry.fault:
        yield _sse({"error": {"message": entry.fault}})
    elif not entry.breaks:
        yield event({}, "length" if entry.cut else "tool_calls" if entry.calls else "stop")
        yield _sse({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}})
        yield b"data: [DONE]\n\n"


def _anthropic(entry: Say) -> Iterator[bytes]:
    """Source: Anthropic's API reference, "Streaming messages"."""

    def event(kind: str, **more: Any) -> bytes:
        return b"event: " + kind.encode() + b"\n" + _sse({"type": kind, **more})

    yield event("message_start", message={"usage": {"input_tokens": 11, "output_tokens": 1}})
    yield event("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""})
    yield event("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hm"})
    yield event("ping")
    if entry.text:
        yield event("content_block_start", index=1, content_block={"type": "text", "text": ""})
    for piece in entry.text:
        yield event("content_block_delta", index=1, delta={"type": "text_delta", "text": piece})
    for index, (call_id, name, _) in enumerate(entry.calls):
        yield event("content_block_start", index=index + 2,
                    content_block={"type": "tool_use", "id": call_id, "name": name, "input": {}})
    for index, piece in _interleaved(entry.calls):
        yield event("content_block_delta", index=index + 2, delta={"type": "input_json_delta", "partial_json": piece})
    if entry.fault:
        yield event("error", error={"type": "overloaded_error", "message": entry.fault})
    elif not entry.breaks:
        reason = "max_tokens" if entry.cut else "tool_use" if entry.calls else "end_turn"
        yield event("message_delta", delta={"stop_reason": reason}, usage={"output_tokens": 7})
        yield event("message_stop")


def _bedrock(entry: Say) -> Iterator[bytes]:
    """Source: Amazon Bedrock's API reference, "ConverseStream"."""
    yield _frame("messageStart", {"role": "assistant"})
    yield _frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "hm"}}})
    for piece in entry.text:
        yield _frame("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": piece}})
    for index, (call_id, name, _) in enumerate(entry.calls):
        yield _frame("contentBlockStart", {
            "contentBlockIndex": index + 2, "start": {"toolUse": {"toolUseId": call_id, "name": name}}})
    for index, piece in _interleaved(entry.calls):
        yield _frame("contentBlockDelta", {"contentBlockIndex": index + 2, "delta": {"toolUse": {"input": piece}}})
    if entry.fault:
        yield _frame("throttlingException", {"message": entry.fault}, kind="exception")
    elif not entry.breaks:
        reason = "max_tokens" if entry.cut else "tool_use" if entry.calls else "end_turn"
        yield _frame("messageStop", {"stopReason": reason})
        yield _frame("metadata", {"usage": {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18},
                                  "metrics": {"latencyMs": 1}})


def _sse(value: Any) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def _frame(name: str, value: Any, *, kind: str = "event") -> bytes:
    """A message of application/vnd.amazon.eventstream: prelude, headers, payload, each with its CRC-32."""
    header = "event" if kind == "event" else "exception"
    headers = b"".join(_header(*each) for each in (
        (":message-type", kind), (f":{header}-type", name), (":content-type", "application/json")))
    payload = json.dumps(value).encode()
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack("!I", zlib.crc32(message))


def _header(name: str, value: str) -> bytes:
    return struct.pack("!B", len(name)) + name.encode() + b"\x07" + struct.pack("!H", len(value)) + value.encode()


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


def model_at(provider: str, base: str) -> LanguageModel:
    """The model of a provider at an address."""
    if provider == "bedrock":
        return BedrockModel("a.model-v1:0", region="eu-central-1", endpoint=base)
    if provider == "anthropic":
        return AnthropicModel(base, "a-model", KEY, SystemClock())
    return OpenAIModel(f"{base}/v1", "a-model", KEY, SystemClock())
