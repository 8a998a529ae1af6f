"""The rotation function's parts, made from the environment at the first invocation, and whom it asks."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

from connectors.builtin.http_calls import HttpCalls, body_of, refused, url_of
from connectors.connections.tokens import SECONDS, TokenCalls, check_url
from connectors.egress import in_force
from connectors.errors import ConnectorError
from engine.adapters.aws.clients import Clients
from engine.errors import ConnectionFailed, Refused
from engine.governance.connections import API_KEY, BASIC, BEARER, HEADERS, QUERY, Connection, name_of
from engine.governance.masking import Scrubber
from engine.records import dataclass
from engine.settings import Settings

__all__ = ["ConnectionFailed", "Parts", "Services", "key_of", "parts"]


class Services:
    """Those that a secret's tags name, through the dialler."""

    def __init__(self) -> None:
        self._calls, self._tests = HttpCalls(), TokenCalls()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._calls.close()
        self._tests.close()

    def put(self, url: str, key: str, value: str, current: str, token: str) -> None:
        """Give the service its new secret; the current one proves who asks. The same `token` means the same value.
        Raises ConnectionFailed, InvalidDocument for an address that secrets are not sent to."""
        check_url("set-url", url)
        scrubber = Scrubber((value, current))
        headers = {
            "user-agent": "automate", "accept": "application/json", "accept-encoding": "identity",
            "content-type": "application/json", "authorization": f"Bearer {current}", "idempotency-key": token,
        }
        body = json.dumps({"secret": key, "value": value}).encode()
        try:
            answer, asked = self._calls.send(
                "PUT", url_of(url, scrubber), headers, body, SECONDS, scrubber, reads=False
            )
        except ConnectorError as error:
            raise ConnectionFailed(scrubber.text(error.message), retryable=error.retryable) from None
        if answer.status // 100 != 2:
            said = body_of(answer.body, answer.headers.get("content-type", ""))
            raise ConnectionFailed(str(refused("PUT", asked, answer, said, scrubber)), retryable=True)

    def test(self, url: str, way: str, value: str) -> None:
        """Ask the address with the value, sent in the `way` that ``automate secrets rotate --test-as`` takes. Raises
        ConnectionFailed, InvalidDocument."""
        check_url("test-url", url)
        how, _, name = (way or BEARER).partition(":")
        self._tests.check(Connection(
            how if how in (BEARER, BASIC) else API_KEY, secret=value, user=name, name=name,
            place=QUERY if how == "query" else HEADERS, test_url=url,
        ), "")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the handler uses. `client` is Secrets Manager's."""

    client: Any
    asked: Services
    stage: str
    log_level: str


def key_of(stage: str, name: str) -> str:
    """The key of the secret called `name`. Raises Refused for one that is not this stage's, and for a connection's:
    those are renewed by who uses them."""
    prefix = f"automate/{stage}/"
    key = name.removeprefix(prefix)
    if key == name or name_of(key.rpartition("/")[2]) is not None:
        raise Refused(f"{name} is not rotated by this function: it rotates {prefix}KEY, and no connections")
    return key


@cache
def parts() -> Parts:
    """The parts that the environment describes. Raises UserError for a setting at fault."""
    settings = Settings.from_environment(os.environ)
    in_force.apply(settings, os.environ)
    return Parts(Clients(connections=1).secretsmanager, Services(), settings.stage, settings.log_level)
