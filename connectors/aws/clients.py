"""Clients for workflows' calls: botocore's low-level clients, made at first use, one for each service and time-out.

A time-out belongs to a client, so budgets are rounded up to whole seconds: a call must not be cut off before the
state's own TimeoutSeconds is over, which then says so in AWS's words. What a call may take longer (connecting and
rounding: six seconds) is within the margin of the worker's lease.

The client's own retries are off (the state's Retriers decide, and they know what is recorded), and so is its check of
parameters (the service's own words are what AWS shows).
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from engine.settings import Settings

if TYPE_CHECKING:
    import botocore.session
    from botocore.credentials import ReadOnlyCredentials

LONGEST_CONNECT_SECONDS = 5

MOST_CLIENTS = 128
"""So many stay made; the one that was used longest ago goes first."""

HEADERS = "AllHeaders"
"""Where a response's metadata keep the headers as they were sent; botocore's own copy is in lower case."""


class Clients(Protocol):
    """The identity that calls are made with. Safe to use from several threads."""

    def client(self, service: str, timeout_seconds: float) -> Any:
        """The client of `service` whose calls are cut off after `timeout_seconds` and never repeated by itself.

        Raises botocore's errors where the profile, the region or the credentials are at fault.
        """
        ...

    def credentials(self) -> ReadOnlyCredentials:
        """The keys to sign a request with. Raises botocore's errors."""
        ...


class SessionClients:
    """Clients of one botocore session. `connections` is how many threads may call one service at once."""

    def __init__(
        self, *, profile: str | None = None, region: str | None = None, connections: int = 32,
        session: botocore.session.Session | None = None,
    ) -> None:
        self._profile = profile
        self._region = region
        self._connections = connections
        self._given = session
        self._lock = Lock()
        self._made: OrderedDict[tuple[str, int], Any] = OrderedDict()

    def client(self, service: str, timeout_seconds: float) -> Any:
        """The client of `service` whose reads end a moment after `timeout_seconds`."""
        key = service, int(timeout_seconds) + 1
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(*key)
            self._made.move_to_end(key)
            while len(self._made) > MOST_CLIENTS:
                self._made.popitem(last=False)  # not closed: a thread may be using it
            return self._made[key]

    def credentials(self) -> ReadOnlyCredentials:
        """The session's credentials, refreshed where they are temporary."""
        from botocore.exceptions import NoCredentialsError  # noqa: PLC0415

        with self._lock:
            found = self._session().get_credentials()
        if found is None:
            raise NoCredentialsError
        return found.get_frozen_credentials()

    def close(self) -> None:
        """Close the connections of every client that was made."""
        with self._lock:
            for client in self._made.values():
                client.close()
            self._made.clear()

    def _make(self, service: str, read_seconds: int) -> Any:
        from botocore.config import Config  # noqa: PLC0415  botocore only for those who use it

        config = Config(
            connect_timeout=min(LONGEST_CONNECT_SECONDS, read_seconds), read_timeout=read_seconds,
            max_pool_connections=self._connections,
            retries={"mode": "standard", "total_max_attempts": 1}, parameter_validation=False,
        )
        client = self._session().create_client(service, region_name=self._region, config=config)
        client.meta.events.register_last("after-call", _keep_headers)
        return client

    def _session(self) -> botocore.session.Session:
        import botocore.session  # noqa: PLC0415

        if self._given is None:
            self._given = botocore.session.Session(profile=self._profile)
        return self._given


def clients_of(settings: Settings) -> SessionClients | None:
    """The clients that the settings name; None while they name neither a profile nor a region: AWS is off then."""
    if not settings.aws_profile and not settings.aws_region:
        return None
    return SessionClients(
        profile=settings.aws_profile or None, region=settings.aws_region or None, connections=settings.task_threads
    )


def _keep_headers(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
    """For botocore, which hands every response over before it gives it out."""
    parsed.setdefault("ResponseMetadata", {})[HEADERS] = dict(http_response.headers.items())
