"""One streamed request to a model's HTTP endpoint, under the rules that all providers share.

The key goes to the configured host and nowhere else: redirects are not followed and no proxy is asked. A service that
sends a byte now and then is cut off at the deadline, and one that sends too much at MOST_BYTES. No message holds the
key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as HTTPTimeoutError

from engine.adapters.models.turning import lacks_tools
from engine.clock import Clock
from engine.errors import InvalidDocument
from engine.ports.language_model import ModelUnavailable

Json = Any

MOST_BYTES = 4 * 1024 * 1024
_EXCERPT = 300
_MOST_ERROR = 65_536
_PASSING = frozenset({408, 409, 425, 429, 529})
_ADVICE = {
    401: "the key was not accepted (AUTOMATE_COPILOT_SECRET)", 403: "the key may not use this model",
    404: "there is no such model or address (AUTOMATE_COPILOT_MODEL, AUTOMATE_COPILOT_URL)",
}
class Refused(Exception):
    """The endpoint answered with a status other than 200. `text` is what it said, without the key."""

    def __init__(self, status: int, text: str, unavailable: ModelUnavailable) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.unavailable = unavailable


class Stream:
    """An answer that is being received: `chunks` are its bytes, `is_json` says that it is one JSON object and no
    stream."""

    def __init__(self, chunks: Iterator[bytes], *, is_json: bool) -> None:
        self.chunks = chunks
        self.is_json = is_json

    def whole(self) -> str:
        """All of the answer as text."""
        return b"".join(self.chunks).decode("utf-8", "replace")

    def events(self) -> Iterator[str]:
        """The data of each server-sent event (WHATWG HTML, 9.2.6), in order."""
        data: list[str] = []
        for line in self._lines():
            if not line:
                if data:
                    yield "\n".join(data)
                data = []
            elif line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
        if data:
            yield "\n".join(data)

    def _lines(self) -> Iterator[str]:
        left = b""
        for chunk in self.chunks:
            *lines, left = (left + chunk).split(b"\n")
            for line in lines:
                yield line.removesuffix(b"\r").decode("utf-8", "replace")
        if left:
            yield left.decode("utf-8", "replace")


class Endpoint:
    """The address of a model. Raises InvalidDocument for one that is no http or https address. Safe to share."""

    def __init__(self, base: str, path: str, clock: Clock, *, secret: str | None, example: str) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise InvalidDocument(
                "the model's address is an http or https URL without user, password or query",
                where="AUTOMATE_COPILOT_URL", advice=f"Such as {example}.",
            )
        self.base = base.rstrip("/")
        self.host = parts.netloc
        self._url = f"{self.base}{path}"
        self._clock = clock
        self._secret = secret
        self._pool = urllib3.PoolManager(retries=False, maxsize=4)

    @contextmanager
    def post(self, body: Mapping[str, Json], headers: Mapping[str, str], seconds: float) -> Iterator[Stream]:
        """Send `body` and receive the answer; the connection is closed at the end. Raises Refused, ModelUnavailable."""
        deadline = self._clock.now() + seconds
        try:
            response = self._pool.request(
                "POST", self._url, body=json.dumps(body).encode(), timeout=urllib3.Timeout(total=seconds),
                headers={
                    "content-type": "application/json", "accept": "text/event-stream, application/json", **headers,
                },
                redirect=False, preload_content=False,
            )
        except HTTPTimeoutError:
            raise self._too_slow(seconds) from None
        except HTTPError as fault:
            raise self._broken(fault) from None
        try:
            chunks = self._chunks(response, deadline, seconds)
            if response.status != 200:
                raise self._refused(response.status, response.headers, b"".join(self._some(chunks)))
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            yield Stream(chunks, is_json=kind == "application/json")
        finally:
            response.close()

    def _chunks(self, response: Any, deadline: float, seconds: float) -> Iterator[bytes]:
        size = 0
        try:
            # read1 gives what has arrived; `stream` waits until so many bytes are there.
            while chunk := response.read1(65_536):
                size += len(chunk)
                if size > MOST_BYTES:
                    raise ModelUnavailable(f"{self.host} answered more than {MOST_BYTES} bytes", passing=False)
                if self._clock.now() > deadline:
                    raise self._too_slow(seconds)
                yield chunk
        except HTTPTimeoutError:
            raise self._too_slow(seconds) from None
        except HTTPError as fault:
            raise self._broken(fault) from None

    def _some(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The first of an error's body."""
        size = 0
        for chunk in chunks:
            yield chunk
            size += len(chunk)
            if size > _MOST_ERROR:
                return

    def failure(self, said: str, *, status: int = 0, passing: bool = True) -> ModelUnavailable:
        """The answer was an error: within a stream, or by its status."""
        clean = self.without_key(" ".join(said.split()))[:_EXCERPT]
        answered = f"{self.host} answered {status}" if status else f"{self.host} broke its answer off"
        hint = f": {_ADVICE[status]}" if status in _ADVICE else ""
        lacks = lacks_tools(said)
        return ModelUnavailable(
            f"{answered}{hint}{f' ({clean})' if clean else ''}", passing=passing and not lacks, no_tools=lacks
        )

    def not_an_answer(self, what: str) -> ModelUnavailable:
        """The answer has another shape: no model stands behind the address."""
        return ModelUnavailable(f"the answer of {self.host} is not one of {what}", passing=False)

    def broken_off(self) -> ModelUnavailable:
        """The stream ended before its end."""
        return ModelUnavailable(f"{self.host} broke its answer off", passing=True)

    def without_key(self, text: str) -> str:
        """`text` with the key masked."""
        return text.replace(self._secret, "********") if self._secret else text

    def _refused(self, status: int, headers: Any, body: bytes) -> Refused:
        said = self.without_key(_message(body.decode("utf-8", "replace")))
        passing = status in _PASSING or status >= 500
        found = self.failure(said, status=status, passing=passing)
        found.retry_after = _seconds(headers.get("retry-after"))
        return Refused(status, said, found)

    def _too_slow(self, seconds: float) -> ModelUnavailable:
        return ModelUnavailable(f"{self.host} did not answer within {seconds:.0f} s", passing=True)

    def _broken(self, fault: HTTPError) -> ModelUnavailable:
        return ModelUnavailable(
            f"{self.host} is not reachable or broke the connection off ({type(fault).__name__})", passing=True
        )


def parsed(text: str, unlike: Callable[[], ModelUnavailable]) -> dict[str, Json]:
    """A JSON object. Raises what `unlike` makes where `text` is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise unlike() from None
    if not isinstance(value, dict):
        raise unlike()
    return value


def _message(text: str) -> str:
    """``{"error": {"message": …}}``, else the text."""
    try:
        value = json.loads(text)
        error = value.get("error", value)
        text = str(error.get("message", error) if isinstance(error, dict) else error)
    except (ValueError, AttributeError, RecursionError):
        pass
    return " ".join(text.split())[:2_000]


def _seconds(value: str | None) -> float | None:
    """Retry-After in seconds; None for a date or for nothing."""
    return float(value) if value is not None and value.strip().isdigit() else None
