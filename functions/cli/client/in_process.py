"""The routes over a data folder, asked in this process: no server is needed, and file rights are the boundary."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from functions.app import http
from functions.app.identity import COMMAND_LINE
from functions.app.routing import answer
from functions.app.table import find
from functions.cli.client.client import NO_HEADERS, Client, Reply
from functions.server.callers import TOKEN
from functions.server.product import Product

if TYPE_CHECKING:
    from engine.ports.keys import ExecutionKey

POLL_SECONDS = 0.1
_CONTEXT = {"identity": {"sourceIp": COMMAND_LINE}}
_JSON = {"content-type": "application/json"}


class InProcess:
    """functions.cli.client.client.Transport over an open product. Who asks is the folder's owner, or whose `token` it
    is."""

    def __init__(self, product: Product, *, patience: float = 0.0, token: str | None = None) -> None:
        self.product = product
        self._patience = patience
        self._context = {**_CONTEXT, TOKEN: token}

    @property
    def place(self) -> str:
        """The data folder."""
        return str(self.product.folder)

    def send(
        self, method: str, path: str, query: Mapping[str, str], body: bytes | None, *, signed_in: bool = True,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Reply:
        """Ask a route."""
        del signed_in  # whoever may read the folder is
        found = find(method, path)
        if isinstance(found, http.Response):
            return _reply(found)
        route, parameters = found
        return _reply(answer(
            route, http.Request(
                method, path, {name: unquote(value) for name, value in parameters.items()}, query,
                _JSON | {name.lower(): text for name, text in headers.items()}, body or b"", self._context,
            ), lambda: self.product.services,
        ))

    def wait(self, client: Client, execution_id: str) -> None:
        """Work on it here while no worker lives; one may take `patience` seconds to appear."""
        del client
        product, key = self.product, self.product.key(execution_id)
        began = time.monotonic()
        while product.runs(key):
            if product.worker_lives() or time.monotonic() - began < self._patience:
                product.clock.sleep(POLL_SECONDS)
            else:
                self._work(key)

    def _work(self, key: ExecutionKey) -> None:
        look = _Every(POLL_SECONDS)
        self.product.work(lambda: look.due() and not self.product.runs(key))


class _Every:
    """True at most once in so many seconds: `Worker.serve` asks after every round."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True


def _reply(response: http.Response) -> Reply:
    body = response.body
    if response.status == HTTPStatus.INTERNAL_SERVER_ERROR:  # there is no server whose log would have it
        body = json.dumps({"error": {**json.loads(body)["error"], "advice": "AUTOMATE_LOG_LEVEL=DEBUG shows where."}})
    return Reply(response.status, body.encode("utf-8", "surrogatepass"))
