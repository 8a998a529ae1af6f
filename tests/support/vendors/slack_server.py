"""Slack on loopback, as its documentation has the wire: chat.postMessage, chat.update and incoming webhooks.

Sources: docs.slack.dev/reference/methods/chat.postMessage and chat.update (arguments, errors), docs.slack.dev/apis/
web-api (bearer token, JSON bodies, `ok`), /apis/web-api/rate-limits (429 with Retry-After), /messaging/
sending-messages-using-incoming-webhooks (texts and statuses of webhooks).
"""

from __future__ import annotations

import json
from typing import Any

from tests.support.vendors.loopback import Answer, Arrived, Loopback, given

TOKEN = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy"
HOOK = ("T00000000", "B00000000", "hook-key-of-24-letters-00")
CHANNELS = {"C123ABC456": "general", "C0ARCHIVE": "old"}
ARCHIVED = "C0ARCHIVE"
MOST_TEXT = 40_000

_POST = {"channel", "text", "blocks", "thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media", "mrkdwn"}
_UPDATE = {"channel", "ts", "text", "blocks"}


class SlackServer(Loopback):
    """`messages` by channel and ts; `hooked` is what came to the webhook."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, str], dict[str, Any]] = {}
        self.hooked: list[dict[str, Any]] = []
        super().__init__()

    def answer(self, arrived: Arrived) -> Answer:
        """Of the webhook or of a method."""
        if arrived.path.startswith("/services/"):
            return self._hook(arrived.path, arrived.body)
        return given(self._method(arrived.path, arrived.headers, arrived.body))

    def _hook(self, path: str, body: bytes) -> Answer:
        if tuple(path.split("/")[2:]) != HOOK:
            return text(404, "no_service")
        try:
            message = json.loads(body)
        except ValueError:
            return text(400, "invalid_payload")
        if not message.get("text"):
            return text(400, "no_text")
        self.hooked.append(message)
        return text(200, "ok")

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
            message = json.loads(body)
        except ValueError:
            return {"ok": False, "error": "invalid_json"}
        if not isinstance(message, dict):
            return {"ok": False, "error": "json_not_object"}
        if set(message) - known:
            return {"ok": False, "error": "invalid_arguments"}
        names = {f"#{name}": code for code, name in CHANNELS.items()} if "postMessage" in path else {}
        channel = names.get(message["channel"], message["channel"])
        if channel not in CHANNELS:
            return {"ok": False, "error": "channel_not_found"}
        if channel == ARCHIVED:
            return {"ok": False, "error": "is_archived"}
        if not (message.get("text") or message.get("blocks")):
            return {"ok": False, "error": "no_text"}
        if len(message.get("text", "")) > MOST_TEXT:
            return {"ok": False, "error": "msg_too_long"}
        ts = message.get("ts", f"1503435956.{len(self.messages) + 247:06}")
        if "ts" in message and (channel, ts) not in self.messages:
            return {"ok": False, "error": "message_not_found"}
        self.messages[channel, ts] = {**self.messages.get((channel, ts), {}), **message}
        more = {"text": message["text"]} if "ts" in message else {}
        said = {"text": message["text"], "type": "message"}
        return {"ok": True, "channel": channel, "ts": ts, **more, "message": said}


def refused(name: str) -> Answer:
    """The answer to a method that fails as `name`."""
    return given({"ok": False, "error": name})


def limited(seconds: int) -> Answer:
    """The answer to one call too many."""
    return given({"ok": False, "error": "ratelimited"}, 429, Retry_After=str(seconds))


def text(status: int, said: str) -> Answer:
    """A webhook's answer."""
    return status, {"Content-Type": "text/html"}, said.encode()
