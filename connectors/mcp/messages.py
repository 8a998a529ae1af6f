"""JSON-RPC 2.0 as MCP servers answer it: one object, or the events of a stream (text/event-stream) with one among them.

The specification: basic/transports of 2025-11-25 and basic/transports/streamable-http of 2026-07-28; the stream's form
is the HTML standard's (9.2.6).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.builtin.http_connections import Answer
from connectors.checking import json_answer

Json = Any

STREAM = "text/event-stream"

_END_OF_LINE = re.compile(rb"\r\n|\n|\r")


class BadAnswer(Exception):
    """It is no answer to the request; the text says why, to stand behind "the server"."""


def kind_of(headers: Mapping[str, str]) -> str:
    """The media type of an answer."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def message_of(text: str) -> dict[str, Json]:
    """`text` as a JSON-RPC message. Raises BadAnswer."""
    try:
        message = json_answer(text)
    except (ValueError, RecursionError):
        raise BadAnswer("answers with what is no JSON") from None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise BadAnswer("answers with what is no JSON-RPC 2.0")
    return message


def answers(message: dict[str, Json], number: int) -> bool:
    """Whether `message` answers the request of this number; False for a request or a notification of the server's.
    Raises BadAnswer for an answer to another one, and for one that neither has a result nor an error."""
    if isinstance(message.get("method"), str):
        return False
    failed = isinstance(message.get("error"), dict)
    if failed == isinstance(message.get("result"), dict):
        raise BadAnswer("answers with neither a result nor an error" if not failed else "answers with both of them")
    given = message.get("id")
    if given != number or isinstance(given, bool):
        if failed and given is None:
            return True  # the specification: where the request's id could not be read
        raise BadAnswer(f"answers a request of another id: {str(given)[:40]!r} instead of {number}")
    return True


class Events:
    """Looks for the answer to request `number` in a stream that is read piece by piece. `asked` is called with each
    request of the server's own. `last` is the id of the last event, `retry` the milliseconds that the server wants to
    be left alone before it is asked for more."""

    def __init__(self, number: int, asked: Callable[[dict[str, Json]], None]) -> None:
        self._number, self._asked = number, asked
        self.answer: dict[str, Json] | None = None
        self.last, self.retry = "", 1000
        self.begin()

    def begin(self) -> None:
        """A new connection: what was begun of an event before is over."""
        self._at = self._looked = 0
        self._data: list[str] = []
        self._name = self._id = ""

    def enough(self, status: int, headers: Mapping[str, str], data: bytearray) -> bool:
        """Whether the answer is in `data`, the body so far. Raises BadAnswer."""
        if status != 200 or kind_of(headers) != STREAM:
            return False
        for line in self._lines(data):
            self._take(line.decode(errors="replace"))
            if self.answer is not None:
                return True
        return False

    def _lines(self, data: bytearray) -> Iterator[bytes]:
        """The lines that are whole; a CR at the end may have its LF still to come."""
        while found := _END_OF_LINE.search(data, self._looked):
            if found[0] == b"\r" and found.end() == len(data):
                self._looked = found.start()
                break
            line = bytes(data[self._at:found.start()])
            self._at = self._looked = found.end()
            yield line
        else:
            self._looked = len(data)

    def _take(self, line: str) -> None:
        if line:
            name, _, value = line.removeprefix("\ufeff").partition(":")
            value = value.removeprefix(" ")
            match name:
                case "data":
                    self._data.append(value)
                case "event":
                    self._name = value
                case "id" if "\0" not in value:
                    self._id = value
                case "retry" if value.isascii() and value.isdigit():
                    self.retry = int(value[:9])
            return
        text, name = "\n".join(self._data), self._name
        self.last = self._id or self.last
        self._data, self._name = [], ""
        if not text or name not in ("", "message"):
            return  # the specification: an empty event only tells its id
        message = message_of(text)
        if answers(message, self._number):
            self.answer = message
        elif "id" in message:
            self._asked(message)


def answer_of(answer: Answer, number: int) -> dict[str, Json]:
    """The JSON-RPC answer in a body that is no stream. Raises BadAnswer."""
    kind = kind_of(answer.headers)
    if kind != "application/json":
        raise BadAnswer(
            f"answers {answer.status} with {kind[:80] or 'no media type'} instead of application/json or {STREAM}"
        )
    try:
        text = answer.body.decode()
    except UnicodeDecodeError:
        raise BadAnswer("answers with what is no UTF-8") from None
    message = message_of(text)
    if not answers(message, number):
        raise BadAnswer("answers with a message of its own instead of an answer")
    return message
