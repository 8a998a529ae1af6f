"""An endpoint with OpenAI's chat completions: OpenAI, Azure, vLLM, Ollama, llama.cpp, LM Studio, LiteLLM and others.

``POST {base}/chat/completions`` with ``stream: true`` (OpenAI's API reference, "Chat completions"). Servers differ, so
an answer is also taken that comes whole, without ids of its calls, or with arguments that are an object. A server that
refuses a field that not all know (``stream_options``, a ``response_format`` by JSON schema) is asked once more without
it, and this is remembered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.adapters.models.http_stream import Endpoint, Refused, Stream, parsed
from engine.clock import Clock
from engine.ports.language_model import Answered, Hear, Message, ModelUnavailable, Reply, Request, Result, ToolCall

Json = Any

_WHAT = "the chat completions API"
_LEFT_OUT = (400, 404, 422, 500)
_FORMATS = ("json_schema", "json_object", "none")
"""The forms of ``response_format`` that are tried, one after the other."""


class OpenAIModel:
    """engine.ports.language_model.LanguageModel. `base` ends before ``/chat/completions``; `key` may be None for an
    endpoint on one's own machine. Raises InvalidDocument for a base that is no http or https address."""

    provider = "openai"

    def __init__(self, base: str, model: str, key: str | None, clock: Clock) -> None:
        self._endpoint = Endpoint(
            base, "/chat/completions", clock, secret=key,
            example="http://127.0.0.1:11434/v1 or https://api.openai.com/v1",
        )
        self._model = model
        self._headers = {"authorization": f"Bearer {key}"} if key is not None else {}
        self._counts = True
        self._format = 0

    def reply(self, request: Request, *, seconds: float, hear: Hear) -> Reply:
        """Answer, streaming."""
        while True:
            counts, form = self._counts, self._format
            try:
                with self._endpoint.post(self._body(request, counts, _FORMATS[form]), self._headers, seconds) as stream:
                    return self._read(stream, hear)
            except Refused as refused:
                if refused.status not in _LEFT_OUT or refused.unavailable.no_tools:
                    raise refused.unavailable from None
                if not self._less(request, refused.text):
                    raise refused.unavailable from None

    def _less(self, request: Request, said: str) -> bool:
        """Leave out a field that the server may not know; False where none is left to leave out."""
        if self._counts and "stream_options" in said:
            self._counts = False
            return True
        mentions = any(word in said for word in ("response_format", "json_schema", "grammar", "schema"))
        if request.schema is not None and mentions and self._format + 1 < len(_FORMATS):
            self._format += 1
            return True
        return False

    def _body(self, request: Request, counts: bool, form: str) -> dict[str, Json]:
        body: dict[str, Json] = {
            "model": self._model, "temperature": 0, "stream": True,
            "messages": [{"role": "system", "content": request.system}, *map(_message, request.messages)],
        }
        if counts:
            body["stream_options"] = {"include_usage": True}
        if request.tools:
            body["tools"] = [
                {"type": "function", "function": {
                    "name": tool.name, "description": tool.description, "parameters": dict(tool.parameters),
                }} for tool in request.tools
            ]
        elif request.schema is not None and form != "none":
            schema = dict(request.schema)
            body["response_format"] = (
                {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
                if form == "json_schema" else {"type": "json_object", "schema": schema}
            )
        return body

    def _read(self, stream: Stream, hear: Hear) -> Reply:
        if stream.is_json:
            return self._whole(parsed(stream.whole(), self._unlike), hear)
        read, ended = _Read(), False
        for data in stream.events():
            if data.strip() == "[DONE]":
                ended = True
                break
            event = parsed(data, self._unlike)
            if event.get("error"):
                error = event["error"]
                raise self._endpoint.failure(str(error.get("message", error) if isinstance(error, dict) else error))
            read.take(event, hear)
        if not read.seen:
            raise self._unlike() if ended else self._endpoint.broken_off()
        if not ended and read.reason is None:
            raise self._endpoint.broken_off()
        return read.reply()

    def _whole(self, answer: Mapping[str, Json], hear: Hear) -> Reply:
        try:
            choice = answer["choices"][0]
            message, read = choice["message"], _Read()
            read.take({"choices": [{"delta": message, "finish_reason": choice.get("finish_reason")}],
                       "usage": answer.get("usage")}, hear)
        except (LookupError, TypeError, AttributeError):
            raise self._unlike() from None
        return read.reply()

    def _unlike(self) -> ModelUnavailable:
        return self._endpoint.not_an_answer(_WHAT)


class _Read:
    """What of an answer has arrived."""

    def __init__(self) -> None:
        self.seen = False
        self.reason: str | None = None
        self._text: list[str] = []
        self._calls: dict[int, list[str]] = {}
        self._usage: Mapping[str, Json] = {}

    def take(self, event: Mapping[str, Json], hear: Hear) -> None:
        if isinstance(event.get("usage"), dict):
            self._usage = event["usage"]
        for choice in event.get("choices") or ():
            self.seen = True
            self.reason = choice.get("finish_reason") or self.reason
            delta = choice.get("delta") or {}
            content = delta.get("content")
            if isinstance(content, str) and content:
                self._text.append(content)
                hear(content)
            for place, call in enumerate(delta.get("tool_calls") or ()):
                self._take_call(call, place)
                hear("")

    def _take_call(self, call: Mapping[str, Json], place: int) -> None:
        index = call.get("index")
        kept = self._calls.setdefault(index if isinstance(index, int) else place, ["", "", ""])
        function = call.get("function") or {}
        arguments = function.get("arguments")
        kept[0] = kept[0] or str(call.get("id") or "")
        kept[1] += str(function.get("name") or "")
        kept[2] += json.dumps(arguments) if isinstance(arguments, dict) else str(arguments or "")

    def reply(self) -> Reply:
        calls = tuple(
            ToolCall(name_id or f"call_{index}", name, arguments or "{}")
            for index, (name_id, name, arguments) in sorted(self._calls.items()) if name
        )
        return Reply(
            "".join(self._text), calls, self.reason != "length", _count(self._usage, "prompt_tokens"),
            _count(self._usage, "completion_tokens"),
        )


def _message(message: Message) -> dict[str, Json]:
    if isinstance(message, Result):
        return {"role": "tool", "tool_call_id": message.call, "content": message.text}
    if not isinstance(message, Answered):
        return {"role": "user", "content": message.text}
    calls = [{"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
             for call in message.calls]
    return {"role": "assistant", "content": message.text or None, **({"tool_calls": calls} if calls else {})}


def _count(usage: Mapping[str, Json], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) else 0
