"""A task that goes out through the real AWS client, to a service that acts and never says so.

    connectors.aws ── request ──► a server on this machine: records the call, closes the connection without a word

So whether the client repeats by itself what nobody may repeat is seen as it is: by the requests that arrive.
"""

from __future__ import annotations

import os
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from unittest import mock

import botocore.session

from connectors.aws.clients import SessionClients
from connectors.aws.tasks import AwsTasks
from engine.ports.tasks import ConnectorPin, TaskCall, TaskOutcome, TaskPolicy

if TYPE_CHECKING:
    from tests.crash.world import World

SEND = "arn:aws:states:::sqs:sendMessage"


class _Mute(BaseHTTPRequestHandler):
    """`arrived` is told of each request."""

    arrived: Any = None

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        type(self).arrived()
        self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Nothing to the console."""


@cache
def _server() -> str:
    """The URL of the one server of this process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Mute)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


@cache
def clients() -> SessionClients:
    """The connectors' own clients, with keys that mean nothing."""
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "nothing")
    made = SessionClients(region="eu-central-1", session=session)
    with mock.patch.dict(os.environ, {"AWS_ENDPOINT_URL": _server(), "AWS_CONFIG_FILE": "/nonexistent"}):
        made.client("sqs", 30.0)
    return made


class Sends:
    """Tasks: at most once, by the real client. One call takes the same read time-out each time, so one client does."""

    def __init__(self, world: World) -> None:
        self._world = world

    def policy(self, resource: str, _pin: ConnectorPin | None = None) -> TaskPolicy:
        del resource
        return TaskPolicy(at_most_once=True, timeout_seconds=30.0)

    def call(self, call: TaskCall) -> TaskOutcome:
        world = self._world
        _Mute.arrived = lambda: world.ledger.made(call, world.clock.now())
        return AwsTasks(clients()).call(call)
