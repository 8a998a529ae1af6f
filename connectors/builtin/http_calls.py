"""One HTTP request and what is known of how it ended: what the connector ``http`` and declared connectors share.

What is known of a failed request decides what a retry may do. Reading changes nothing, so its failures are definite.
Else: a connection that was never made did nothing; a time-out or a broken connection leaves it open.

Only http and https, no proxies. Each host, that of each redirect too, is called through the dialler
(connectors.egress), which refuses what is not public. Redirects are followed for GET and HEAD, never from https to
http. What holds a secret stays with its origin: at each redirect to another one such headers are dropped, and an
address or a body that holds one ends the call. Time is limited for the request as a whole, the answer's size to
MAX_BODY_BYTES.
"""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from datetime import UTC
from threading import Lock
from typing import TYPE_CHECKING, Any

from connectors.builtin.charsets import decoded
from connectors.checking import json_answer
from connectors.egress import in_force
from connectors.egress.urls import BadUrl, Url, parse_url, shown
from connectors.errors import ConnectorError
from engine.governance.masking import Scrubber

if TYPE_CHECKING:
    from connectors.builtin.http_connections import Answer, Connections, Enough
    from connectors.egress.dialling import Dialler

Json = Any

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_REDIRECTS = 5
EXCERPT = 1_000
"""So many characters of an error's body go into the cause."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})
NOTHING_DONE = frozenset({429, 503})
"""Statuses that say that nothing was done, besides those below 500."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})


class HttpCalls:
    """Requests over kept connections. Safe to share between threads. The library's client is imported by the first
    request: many a command knows the connectors and calls none."""

    def __init__(self, connections: Connections | None = None) -> None:
        self._kept = connections
        self._lock = Lock()

    @property
    def _connections(self) -> Connections:
        with self._lock:
            if self._kept is None:
                from connectors.builtin.http_connections import Connections  # noqa: PLC0415  as the class says

                self._kept = Connections()
            return self._kept

    def close(self) -> None:
        """Close the connections that are kept."""
        if self._kept is not None:
            self._kept.close()

    def send(
        self, method: str, url: Url, headers: dict[str, str], body: bytes | None, seconds: float, secrets: Scrubber, *,
        reads: bool, enough: Enough | None = None,
    ) -> tuple[Answer, Url]:
        """The answer within `seconds`, redirects followed, and whose it is. `reads`: it changes nothing there. What is
        asked whether it is `enough` is one of a stream, and no redirect of it is followed. Raises ConnectorError, which
        says what is known of the call; and what `enough` raises."""
        dialler = in_force.current()
        deadline = dialler.clock.now() + seconds
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._exchange(dialler, method, url, headers, body, deadline, reads=reads, enough=enough)
            place = answer.headers.get("location")
            if answer.status not in _REDIRECTS or place is None or method not in ("GET", "HEAD") or enough:
                return answer, url
            url, headers = _redirected(url, place, headers, body, secrets)
        raise ConnectorError(f"{method} {url}: more than {MAX_REDIRECTS} redirects")

    def _exchange(
        self, dialler: Dialler, method: str, url: Url, headers: dict[str, str], body: bytes | None, deadline: float, *,
        reads: bool, enough: Enough | None,
    ) -> Answer:
        """One request. Raises ConnectorError, which says what is known of it."""
        from connectors.builtin.http_connections import (  # noqa: PLC0415  as the class says
            NoAnswer,
            NoConnection,
            TooLarge,
        )

        try:
            return self._connections.exchange(
                dialler, method, url, headers, body, deadline, most_bytes=MAX_BODY_BYTES, enough=enough
            )
        except ConnectorError as refusal:  # the dialler's
            raise ConnectorError(f"{method} {url}: {refusal}", definite=True, code=refusal.code) from None
        except NoConnection as error:
            raise ConnectorError(
                f"{method} {url}: {error}", retryable=not error.untrusted, definite=True,
                unavailable=not error.untrusted,
            ) from error
        except NoAnswer as error:
            raise ConnectorError(
                f"{method} {url}: {error}", retryable=True, definite=reads, unavailable=True
            ) from error
        except TooLarge:
            raise ConnectorError(
                f"{method} {url} answered with more than {MAX_BODY_BYTES} bytes", definite=reads
            ) from None


def url_of(text: str, secrets: Scrubber) -> Url:
    """`text` as a URL. Raises ConnectorError for what is none."""
    try:
        return parse_url(text)
    except BadUrl as error:  # scrubbed before it is cut
        raise ConnectorError(f"{shown(secrets.text(text))} {error}", definite=True) from None


def basic(user: str, password: str) -> str:
    """The Authorization header of a user and a password."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def fits(text: str) -> bool:
    """Whether a header can hold `text`: printable Latin-1."""
    return text.isprintable() and max(text, default="") <= "\xff"


def _redirected(
    url: Url, place: str, headers: dict[str, str], body: bytes | None, secrets: Scrubber
) -> tuple[Url, dict[str, str]]:
    """Where a redirect leads, and the headers to send there.

    Another origin gets no secret: RFC 9110 (15.4) has credentials removed, and a secret may stand in any header. Raises
    ConnectorError where one would go along in the address or the body, which cannot be left out.
    """
    with suppress(UnicodeError):  # headers are read as Latin-1, and many servers write UTF-8
        place = place.encode("latin-1").decode()
    try:
        target = url.joined(place)
    except (BadUrl, ValueError) as error:
        raise ConnectorError(f"{url} redirects to {shown(secrets.text(place))}, which {error}") from None
    if url.scheme == "https" and target.scheme == "http":
        raise ConnectorError(f"{url} redirects to {target}, which is not encrypted")
    if url.origin == target.origin:
        return target, headers
    sent = (("its address", f"{target}{target.target}"), ("the request's body", (body or b"").decode(errors="replace")))
    for where, text in sent:
        if secrets.text(text) != text:
            raise ConnectorError(
                f"{url} redirects to another origin, {target}, and {where} holds a secret. If it may have it, call "
                "that address in the first place.", definite=True,
            )
    return target, {
        name: value for name, value in headers.items() if name not in _CREDENTIALS and secrets.text(value) == value
    }


def body_of(data: bytes, content_type: str) -> Json:
    """The body as JSON when it says so and is, else as text; bytes that are no text become U+FFFD, and so does half of
    a surrogate pair."""
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return json_answer(data.decode(json.detect_encoding(data)))
        except (ValueError, RecursionError):
            pass
    return decoded(data, parameters.lower().partition("charset=")[2].partition(";")[0].strip(' "\''))


def retry_after(answer: Answer, now: float) -> float:
    """In how many seconds the answer says that one may come again; 0 where it does not say.

    RFC 9110, 10.2.3: seconds, or a date in one of the forms of 5.6.7. What is neither says nothing.
    """
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    if not said:
        return 0.0
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  few answers have a date

    try:
        date = parsedate_to_datetime(said)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)


def refused(method: str, url: Url, answer: Answer, body: Json, secrets: Scrubber) -> ConnectorError:
    """A status of 400 or more. The body is scrubbed before it is cut: half a secret would not be found."""
    status = answer.status
    text = secrets.text(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False))
    return ConnectorError(
        f"{method} {url} answered {status}" + (f": {text[:EXCERPT]}" if text else ""),
        retryable=status == 429 or status >= 500,
        definite=method in READING or status < 500 or status in NOTHING_DONE,
        code=str(status),
        authentication=status == 401, retry_after=retry_after(answer, in_force.current().clock.now()),
        unavailable=status == 429 or status >= 500,
    )
