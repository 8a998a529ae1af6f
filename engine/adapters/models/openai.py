"""An OpenAI-compatible endpoint: OpenAI itself, Azure, vLLM, Ollama, llama.cpp, LiteLLM and others.

Spoken is ``POST {base}/chat/completions`` with what all of them understand: model, messages, temperature. The key goes
to the configured host and nowhere else: redirects are not followed and no proxy is asked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as HTTPTimeoutError

from engine.clock import Clock
from engine.errors import InvalidDocument
from engine.ports.language_model import ModelReply, ModelUnavailable, Said

Json = Any

MOST_BYTES = 4 * 1024 * 1024
_EXCERPT = 300
_PASSING = frozenset({408, 409, 425, 429})
_ADVICE = {
    401: "the key was not accepted (AUTOMATE_COPILOT_SECRET)", 403: "the key may not use this model",
    404: "there is no such model or address (AUTOMATE_COPILOT_MODEL, AUTOMATE_COPILOT_URL)",
}


class OpenAIModel:
    """engine.ports.language_model.LanguageModel. `base` ends before ``/chat/completions``; `key` may be None for an
    endpoint on one's own machine. Raises InvalidDocument for a base that is no http or https address."""

    provider = "openai"

    def __init__(self, base: str, model: str, key: str | None, clock: Clock) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise InvalidDocument(
                "the model's address is an http or https URL without user, password or query",
                where="AUTOMATE_COPILOT_URL", advice="Such as http://127.0.0.1:11434/v1 or https://api.openai.com/v1.",
            )
        self._url = f"{base.rstrip('/')}/chat/completions"
        self._host = parts.netloc
        self._model = model
        self._key = key
        self._clock = clock
        self._pool = urllib3.PoolManager(retries=False, maxsize=4)

    def reply(self, system: str, said: Sequence[Said], *, seconds: float) -> ModelReply:
        """Ask once."""
        body = {"model": self._model, "temperature": 0, "stream": False, "messages": [
            {"role": "system", "content": system}, *({"role": turn.role, "content": turn.text} for turn in said)]}
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._key is not None:
            headers["authorization"] = f"Bearer {self._key}"
        status, answer_headers, text = self._send(json.dumps(body).encode(), headers, seconds)
        if status != 200:
            raise self._refusal(status, answer_headers, text)
        return _reply(text)

    def _send(self, body: bytes, headers: dict[str, str], seconds: float) -> tuple[int, Any, str]:
        """Status, headers and text of the answer. A service that sends a byte now and then is cut off as well."""
        deadline = self._clock.now() + seconds
        try:
            response = self._pool.request(
                "POST", self._url, body=body, headers=headers, timeout=urllib3.Timeout(total=seconds),
                redirect=False, preload_content=False,
            )
            chunks, size = [], 0
            try:
                for chunk in response.stream(64 * 1024):
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise ModelUnavailable(f"{self._host} answered more than {MOST_BYTES} bytes", passing=False)
                    if self._clock.now() > deadline:
                        raise ModelUnavailable(f"{self._host} did not answer within {seconds:.0f} s", passing=True)
            finally:
                response.close()
        except HTTPTimeoutError:
            raise ModelUnavailable(f"{self._host} did not answer within {seconds:.0f} s", passing=True) from None
        except HTTPError as fault:
            raise ModelUnavailable(
                f"{self._host} is not reachable or broke the connection off ({type(fault).__name__})", passing=True
            ) from None
        return response.status, response.headers, b"".join(chunks).decode("utf-8", "replace")

    def _refusal(self, status: int, headers: Any, text: str) -> ModelUnavailable:
        said = _error_message(text)
        if self._key is not None:
            said = said.replace(self._key, "********")
        hint = f": {_ADVICE[status]}" if status in _ADVICE else ""
        passing = status in _PASSING or status >= 500
        return ModelUnavailable(
            f"{self._host} answered {status}{hint}{f' ({said})' if said else ''}", passing=passing,
            retry_after=_seconds(headers.get("retry-after")),
        )


def _reply(text: str) -> ModelReply:
    """The first choice's text. Raises ModelUnavailable for an answer of another shape: no model stands behind it."""
    try:
        choice = json.loads(text)["choices"][0]
        content, reason = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, RecursionError):
        raise ModelUnavailable("the answer is not one of the chat completions API", passing=False) from None
    return ModelReply(content if isinstance(content, str) else "", complete=reason != "length")


def _error_message(text: str) -> str:
    """``{"error": {"message": …}}``, else what was said at all."""
    try:
        error = json.loads(text)["error"]
        text = str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    return " ".join(text.split())[:_EXCERPT]


def _seconds(value: str | None) -> float | None:
    """Retry-After in seconds; None for a date or for nothing."""
    return float(value) if value is not None and value.strip().isdigit() else None
