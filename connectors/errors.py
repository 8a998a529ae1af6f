"""ConnectorError, and what an exception tells about the call it ended.

Three outcomes are told apart: it worked, it failed and certainly did nothing (definite), nobody knows. Only after a
definite failure does a retry get a new idempotency key; an unknown one is repeated under the same key.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

_NOT_SENT = (NotImplementedError, ConnectionRefusedError, socket.gaierror)
_NOT_SENT_NAMES = frozenset({
    "ConnectTimeout", "ConnectTimeoutError", "ConnectError", "NewConnectionError", "NameResolutionError",
    "EndpointConnectionError",
})
"""Exceptions before the request left; those of urllib3, requests, httpx and botocore by name, so none is imported."""

_BROKEN = (TimeoutError, ConnectionError)
_BROKEN_NAMES = frozenset({
    "ReadTimeout", "ReadTimeoutError", "WriteTimeout", "ReadError", "WriteError", "ProtocolError",
    "RemoteProtocolError", "RemoteDisconnected", "IncompleteRead", "ChunkedEncodingError", "ConnectionClosedError",
})
"""Exceptions while waiting for an answer to a request that may have arrived."""

_MOST_CAUSES = 10


class ConnectorError(Exception):
    """The call failed, and the connector says what is known of it.

    `retryable`: the state's Retriers may try again; False makes them all pass. `definite`: nothing was done; False:
    nobody knows (a time-out after sending). Left out, it is definite unless the error was raised while handling a
    time-out or a broken connection. `code` is the system's own code for it ("429", "card_declined"), for people to
    read. `authentication`: the system did not accept the credentials; after a definite failure the secrets are read
    afresh, and when one was rotated meanwhile the call is made again. `retry_after`: in how many seconds the system may
    be called again; no Retrier comes earlier. `unavailable`: the system as a whole does not serve now (429, 5xx, no
    connection); several of these in a row leave it alone for a while.
    """

    def __init__(
        self, message: str, *, retryable: bool = False, definite: bool | None = None, code: str | None = None,
        authentication: bool = False, retry_after: float = 0.0, unavailable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retryable = retryable
        self.definite = definite
        self.code = code
        self.authentication = authentication
        self.retry_after = retry_after
        self.unavailable = unavailable


def is_definite(error: BaseException) -> bool:
    """Whether the call that ended with `error` certainly did nothing.

    A ConnectorError is its author's word; what it leaves open is read from the exceptions it was raised in. Any other
    exception may have come after the request (a surprise in the answer), so it is unknown unless it is one of those
    that come before.
    """
    if not isinstance(error, ConnectorError):
        return _before_sending(error)
    if error.definite is not None:
        return error.definite
    return not any(_while_waiting(cause) for cause in causes(error))


def causes(error: BaseException) -> Iterator[BaseException]:
    """What `error` was raised from or while handling, the nearest first."""
    seen = {id(error)}
    cause = error.__cause__ or error.__context__
    while cause is not None and id(cause) not in seen and len(seen) <= _MOST_CAUSES:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _before_sending(error: BaseException) -> bool:
    return isinstance(error, _NOT_SENT) or type(error).__name__ in _NOT_SENT_NAMES


def _while_waiting(error: BaseException) -> bool:
    if _before_sending(error):
        return False
    return isinstance(error, _BROKEN) or any(base.__name__ in _BROKEN_NAMES for base in type(error).__mro__)
