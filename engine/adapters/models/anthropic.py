"""Anthropic's Messages API: ``POST {base}/v1/messages`` with ``stream: true`` (API reference, "Messages", "Streaming").

An answer by a schema is asked for by a tool that the model has to call: its input is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.adapters.models.http_stream import Endpoint, Refused, Stream, parsed
from engine.adapters.models.turning import ANSWER, arguments_of, in_turns
from engine.clock import Clock
from engine.ports.language_model import Hear, ModelUnavailable, Reply, Request, ToolCall

Json = Any

VERSION = "2023-06-01"
_WHAT = "the Messages API"
_PASSING = frozenset({"overloaded_error", "api_error", "rate_limit_error", "timeout_error"})


class AnthropicModel:
    """engine.ports.language_model.LanguageModel. `base` ends before ``/v1/messages``."""

    provider = "anthropic"

    def __init__(self, base: str, model: str, key: str | None, clock: Clock) -> None:
        self._endpoint = Endpoint(
            base.removesuffix("/").removesuffix("/v1"), "/v1/messages", clock, secret=key,
            example="https://api.anthropic.com",
        )
        self._model = model
        self._headers = {"anthropic-version": VERSION, **({"x-api-key": key} if key is not None else {})}

    def reply(self, request: Request, *, seconds: float, hear: Hear) -> Reply:
        """Answer, streaming."""
        try:
            with self._endpoint.post(self._body(request), self._headers, seconds) as stream:
                reply = self._read(stream, hear)
        except Refused as refused:
            raise refused.unavailable from None
        return answered_by_tool(reply) if request.schema is not None and not request.tools else reply

    def _body(self, request: Request) -> dict[str, Json]:
        body: dict[str, Json] = {
            "model": self._model, "max_tokens": request.max_tokens, "stream": True, "system": request.system,
            "messages": in_turns(
                request.messages, lambda text: {"type": "text", "text": text},
                lambda call: {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments_of(call)},
                lambda result: {"type": "tool_result", "tool_use_id": result.call, "content": result.text,
                                **({"is_error": True} if result.failed else {})},
            ),
        }
        if request.tools:
            body["tools"] = [
                {"name": tool.name, "description": tool.description, "input_schema": dict(tool.parameters)}
                for tool in request.tools
            ]
        elif request.schema is not None:
            body["tools"] = [{"name": ANSWER, "description": "The answer.", "input_schema": dict(request.schema)}]
            body["tool_choice"] = {"type": "tool", "name": ANSWER}
        return body

    def _read(self, stream: Stream, hear: Hear) -> Reply:
        if stream.is_json:
            raise self._unlike()
        read = _Read()
        for data in stream.events():
            event = parsed(data, self._unlike)
            if event.get("type") == "error":
                error = event.get("error") or {}
                raise self._endpoint.failure(
                    str(error.get("message", "")), passing=error.get("type") in _PASSING
                )
            try:
                if read.take(event, hear):
                    return read.reply()
            except (LookupError, TypeError, AttributeError):
                raise self._unlike() from None
        raise self._endpoint.broken_off() if read.begun else self._unlike()

    def _unlike(self) -> ModelUnavailable:
        return self._endpoint.not_an_answer(_WHAT)


class _Read:
    """What of an answer has arrived."""

    def __init__(self) -> None:
        self.begun = False
        self._text: list[str] = []
        self._calls: dict[int, list[str]] = {}
        self._usage: dict[str, Json] = {}
        self._reason: str | None = None

    def take(self, event: Mapping[str, Json], hear: Hear) -> bool:
        """Take an event; whether it is the last."""
        match event.get("type"):
            case "message_start":
                self.begun = True
                self._usage.update(event["message"].get("usage") or {})
            case "content_block_start":
                block = event["content_block"]
                if block["type"] == "tool_use":
                    self._calls[event["index"]] = [block["id"], block["name"], ""]
            case "content_block_delta":
                delta = event["delta"]
                if delta["type"] == "text_delta":
                    self._text.append(delta["text"])
                    hear(delta["text"])
                elif delta["type"] == "input_json_delta":
                    self._calls[event["index"]][2] += delta["partial_json"]
                    hear("")
            case "message_delta":
                self._reason = event["delta"].get("stop_reason")
                self._usage.update(event.get("usage") or {})
            case "message_stop":
                return True
        return False

    def reply(self) -> Reply:
        calls = tuple(
            ToolCall(call_id, name, given or "{}") for _, (call_id, name, given) in sorted(self._calls.items())
        )
        used = self._usage
        given = sum(int(used.get(name) or 0) for name in (
            "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"
        ))
        return Reply("".join(self._text), calls, self._reason not in ("max_tokens", "model_context_window_exceeded"),
                     given, int(used.get("output_tokens") or 0))


def answered_by_tool(reply: Reply) -> Reply:
    """The reply with the input of the tool `answer` as its text."""
    called = next((call for call in reply.calls if call.name == ANSWER), None)
    text = reply.text if called is None else called.arguments
    return Reply(text, (), reply.complete, reply.input_tokens, reply.output_tokens)
