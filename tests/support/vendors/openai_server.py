"""OpenAI's chat completions on loopback, as its documentation has the wire.

Sources: platform.openai.com/docs/api-reference/chat/create (members, choices, usage), /guides/structured-outputs
(response_format of the type json_schema: name, schema, strict; where strict every object is closed and its members are
required; refusal; length and content_filter as finish_reason), /guides/error-codes (401 invalid_api_key, 404
model_not_found, 429 rate_limit_exceeded and insufficient_quota, 500, 503), /guides/reasoning (max_completion_tokens
instead of max_tokens).
"""

from __future__ import annotations

import json
import re
from typing import Any

from tests.support.vendors.loopback import Answer, Arrived, Loopback, given

KEY = "sk-proj-1234567890-of-the-documentation"
MODEL, REASONING = "gpt-4o-mini", "o4-mini"

_KNOWN = {
    "model", "messages", "response_format", "max_tokens", "max_completion_tokens", "temperature", "reasoning_effort",
    "seed", "stop", "top_p", "tools", "tool_choice", "user", "metadata", "store", "stream", "n", "logprobs",
}
_ROLES = {"developer", "system", "user", "assistant", "tool"}


class OpenAIServer(Loopback):
    """`said` is what the model says next: a text, or the message's members with `finish_reason`."""

    def __init__(self) -> None:
        self.said: str | dict[str, Any] = "Hello"
        super().__init__()

    @property
    def asked(self) -> dict[str, Any]:
        """The last request's body."""
        return json.loads(self.seen[-1].body)

    def answer(self, arrived: Arrived) -> Answer:
        """One completion, or what is wrong with the request."""
        if arrived.bearer != KEY:
            return failing(401, "Incorrect API key provided: sk-proj-****.", "invalid_request_error", "invalid_api_key")
        if (arrived.method, arrived.path) != ("POST", "/v1/chat/completions"):
            return failing(404, f"Invalid URL (POST {arrived.path})", "invalid_request_error", None)
        body = json.loads(arrived.body)
        wrong = self._wrong(body)
        if wrong is not None:
            return wrong
        said = self.said if isinstance(self.said, dict) else {"content": self.said}
        message = {"role": "assistant", "content": None, "refusal": None, **said}
        reason = message.pop("finish_reason", "stop")
        return given({
            "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "object": "chat.completion", "created": 1741569952,
            "model": f"{body['model']}-2024-07-18",
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
            "usage": {"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29},
        })

    def _wrong(self, body: dict[str, Any]) -> Answer | None:  # noqa: PLR0911 - one an error
        unknown = body.keys() - _KNOWN
        if unknown:
            return _invalid(f"Unrecognized request argument supplied: {min(unknown)}")
        if body.get("model") not in (MODEL, REASONING):
            return failing(404, f"The model `{body.get('model')}` does not exist or you do not have access to it.",
                           "invalid_request_error", "model_not_found")
        if body["model"] == REASONING and ("max_tokens" in body or body.get("temperature", 1) != 1):
            return failing(400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                           "'max_completion_tokens' instead.", "invalid_request_error", "unsupported_parameter")
        messages = body.get("messages")
        if not messages or any(one.get("role") not in _ROLES or "content" not in one for one in messages):
            return _invalid("Invalid value for 'messages'.")
        wanted = body.get("response_format", {"type": "text"})
        if wanted["type"] == "json_schema":
            named = wanted["json_schema"]
            if not re.fullmatch("[A-Za-z0-9_-]{1,64}", named.get("name", "")):
                return _invalid("Invalid 'response_format.json_schema.name'")
            if named.get("strict") and not _is_closed(named["schema"]):
                return _invalid(f"Invalid schema for response_format '{named['name']}': In context=(), "
                                "'additionalProperties' is required to be supplied and to be false.")
        return None


def failing(status: int, message: str, kind: str, code: str | None, **headers: str) -> Answer:
    """An error, as every one looks."""
    return given({"error": {"message": message, "type": kind, "param": None, "code": code}}, status, **headers)


def _invalid(message: str) -> Answer:
    return failing(400, message, "invalid_request_error", None)


def _is_closed(schema: dict[str, Any]) -> bool:
    if schema.get("type") != "object":
        return True
    properties = schema.get("properties", {})
    closed = schema.get("additionalProperties") is False and set(schema.get("required", [])) == set(properties)
    return closed and all(_is_closed(one) for one in properties.values())
