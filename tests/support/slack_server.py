"""Slack on loopback, as its documentation has the wire: chat.postMessage, chat.update and incoming webhooks.

Sources: docs.slack.dev/reference/methods/chat.postMessage and chat.update (arguments, errors), docs.slack.dev/apis/
web-api (bearer token, JSON bodies, `ok`), /apis/web-api/rate-limits (429 with Retry-After), /messaging/
sending-messages-using-incoming-webhooks (texts and statuses of webhooks).
"""

from __future__ import annotations

import http.server
import json
import threading
from typing import Any

TOKEN = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy"
HOOK = ("T00000000", "B00000000", "hook-key-of-24-letters-00")
CHANNELS = {"C123ABC456": "general", "C0ARCHIVE": "old"}
ARCHIVED = "C0ARCHIVE"
MOST_TEXT = 40_000

_POST = {"channel", "text", "blocks", "thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media", "mrkdwn"}
_UPDATE = {"channel", "ts", "text", "blocks"}


class SlackServer:
    """`messages` by channel and ts; `seen` are the requests. `next` are answers to come instead: a name of an error, or
    (status, headers, body); None closes the connection once the message is posted."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, str], dict[str, Any]] = {}
        self.hooked: list[dict[str, Any]] = []
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        self.next: list[Any] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        """What a request is answered; None for nothing."""
        self.seen.append((path, headers, body))
        told = self.next.pop(0) if self.next else ""
        if isinstance(told, tuple):
            return told
        if path.startswith("/services/"):
            return self._hook(path, body, told)
        found = {"ok": False, "error": told} if told else self._method(path, headers, body)
        return None if told is None else _json(200, found)

    def _hook(self, path: str, body: bytes, told: str) -> tuple[int, dict[str, str], bytes]:
        if tuple(path.split("/")[2:]) != HOOK:
            return _text(404, "no_service")
        try:
            given = json.loads(body)
        except ValueError:
            return _text(400, "invalid_payload")
        if not given.get("text"):
            return _text(400, "no_text")
        if told:
            return _text(403, told)
        self.hooked.append(given)
        return _text(200, "ok")

    def _method(self, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:  # noqa: C901, PLR0911 - one an error
        known = {"/api/chat.postMessage": _POST, "/api/chat.update": _UPDATE}.get(path)
        if known is None:
            return {"ok": False, "error": "unknown_method"}
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind != "Bearer":
            return {"ok": False, "error": "not_authed"}
        if bearer != TOKEN:
            return {"ok": False, "error": "invalid_auth"}
        if headers.get("content-type", "").partition(";")[0] != "application/json":
            return {"ok": False, "error": "invalid_post_type"}
        try:
            given = json.loads(body)
        except ValueError:
            return {"ok": False, "error": "invalid_json"}
        if not isinstance(given, dict):
            return {"ok": False, "error": "json_not_object"}
        if set(given) - known:
            return {"ok": False, "error": "invalid_arguments"}
        names = {f"#{name}": code for code, name in CHANNELS.items()} if "postMessage" in path else {}
        channel = names.get(given["channel"], given["channel"])
        if channel not in CHANNELS:
            return {"ok": False, "error": "channel_not_found"}
        if channel == ARCHIVED:
            return {"ok": False, "error": "is_archived"}
        if not (given.get("text") or given.get("blocks")):
            return {"ok": False, "error": "no_text"}
        if len(given.get("text", "")) > MOST_TEXT:
            return {"ok": False, "error": "msg_too_long"}
        ts = given.get("ts", f"1503435956.{len(self.messages) + 247:06}")
        if "ts" in given and (channel, ts) not in self.messages:
            return {"ok": False, "error": "message_not_found"}
        self.messages[channel, ts] = {**self.messages.get((channel, ts), {}), **given}
        more = {"text": given["text"]} if "ts" in given else {}
        return {"ok": True, "channel": channel, "ts": ts, **more, "message": {"text": given["text"], "type": "message"}}

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        slack = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

            def do_POST(self) -> None:
                """Keep the request and answer it."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                told = slack.answer(self.path, {name.lower(): text for name, text in self.headers.items()}, body)
                if told is None:
                    self.close_connection = True
                    return
                status, headers, data = told
                self.send_response(status)
                for name, text in {**headers, "Content-Length": str(len(data))}.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(data)

        return Handler


def limited(seconds: int) -> tuple[int, dict[str, str], bytes]:
    """The answer to one call too many."""
    status, headers, data = _json(429, {"ok": False, "error": "ratelimited"})
    return status, {**headers, "Retry-After": str(seconds)}, data


def _json(status: int, value: Any) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(value).encode()


def _text(status: int, text: str) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "text/html"}, text.encode()
