"""The local server: waitress in front of the guard, the Chalice app, the Studio and the sample services; and a
supervisor of worker processes.

It serves on the main thread, where SIGTERM and Ctrl-C arrive as SystemExit: waitress then finishes the requests that
run, the workers finish the step at hand and give their leases back, and the folder is closed.
"""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import waitress
from waitress.server import BaseWSGIServer

from engine.adapters.local.privacy import done_to, write_private
from engine.errors import UserError
from functions.app.acts import Recorder
from functions.server.gateway import Gateway
from functions.server.guard import Guard
from functions.server.owner import Owner
from functions.server.parsing import Channel
from functions.server.product import MOST_WATCHING, Product
from functions.server.public_address import public_address
from functions.server.refusals import RefusedRequests
from functions.server.resources import allow_samples
from functions.server.samples import samples
from functions.server.studio_files import StudioFiles
from functions.server.supervisor import Supervisor
from functions.server.taken import FolderServed, PortTaken
from functions.server.wsgi import Application

_LOG = logging.getLogger(__name__)

HOST = "127.0.0.1"
THREADS = 8
"""Those that answer; each request that waits for something new has another one."""

_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # http_proxy does not lead to this machine
ADDRESS = "server.json"
"""In the data folder: the port of the last server that started on it."""


class LocalServer:
    """A product's server, bound to its port but not serving yet. A folder has one: the commands look for it at the
    address that it left there. Workers may be as many as one likes."""

    def __init__(self, product: Product, *, port: int) -> None:
        self._lock = _only_server(product.folder)
        try:
            self._open(product, port)
        except BaseException:
            os.close(self._lock)
            raise

    def _open(self, product: Product, port: int) -> None:
        self.product = product
        public = public_address(product.settings.public_url)
        self.owner = Owner(product.folder, product.clock)
        self._server = _bind(self._late, port)
        self.port: int = self._server.effective_port
        api = Gateway(lambda: product.services, principal=product.actor.name)
        refused = RefusedRequests(
            Recorder(product.services.audit, product.clock), product.clock, product.settings.workspace
        )
        self._application: Application = Guard(
            api, samples, StudioFiles(), self.owner, product.callers, refused, port=self.port,
            workspace=product.settings.workspace, max_input_bytes=product.settings.max_input_bytes, public=public,
        )
        allow_samples(product.settings, self.port)
        with done_to(product.folder / ADDRESS):
            write_private(product.folder / ADDRESS, json.dumps({"port": self.port}) + "\n")

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://{HOST}:{self.port}"

    def sign_in_link(self) -> str:
        """A link that works once, within 10 minutes."""
        return sign_in_link(self.owner, self.port)

    def serve(self, *, workers: int, ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or Ctrl-C. `ready` is called on a thread once requests are answered."""
        def leave(number: int, _frame: FrameType | None) -> None:
            self.product.services.watching.stop()
            _LOG.info("stopping on signal %d", number)
            sys.exit(0)

        previous = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
        supervisor = Supervisor(workers, self.product.settings, self.product.clock, samples_port=self.port)
        try:
            ready()
            self._server.run()
        finally:
            for number in previous:
                signal.signal(number, signal.SIG_IGN)
            self.close()
            supervisor.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def close(self) -> None:
        """Give port and folder back; the threads that answer requests end."""
        self.product.services.watching.stop()
        self._server.task_dispatcher.shutdown()
        self._server.close()
        os.close(self._lock)

    def _late(self, environ: Any, start_response: Any) -> Any:
        """The guard knows the port only once it is bound."""
        return self._application(environ, start_response)


def sign_in_link(owner: Owner, port: int) -> str:
    """A link to the server at `port` that works once, within 10 minutes."""
    return f"http://{HOST}:{port}/signin?code={owner.new_code()}"


def port_in_use(folder: Path) -> int | None:
    """The port of a server that answers for this folder; None when none does."""
    try:
        port = int(json.loads((folder / ADDRESS).read_text(encoding="ascii"))["port"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return port if _is_ours(port) else None


def token_of(folder: Path, port: int) -> str | None:
    """The owner's token, where the server that serves the folder now is the one at `port`: nobody else gets it."""
    try:
        lock = os.open(folder / "locks" / ".server", os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = json.loads((folder / ADDRESS).read_text(encoding="ascii"))
            return (folder / "token").read_text(encoding="ascii").strip() if int(left["port"]) == port else None
        finally:
            os.close(lock)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None


def _is_ours(port: int) -> bool:
    """Whether an Automate server answers at `port`."""
    try:
        with _DIRECTLY.open(f"http://{HOST}:{port}/health", timeout=1.0) as answer:
            return bool(json.load(answer).get("product") == "automate")
    except (OSError, ValueError, AttributeError):
        return False


def _only_server(folder: Path) -> int:
    """The lock of the folder's server, an open file. Raises FolderServed where another one holds it."""
    lock = os.open(folder / "locks" / ".server", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        port = port_in_use(folder)
        at = "" if port is None else f" at http://{HOST}:{port}"
        raise FolderServed(
            f"another server serves the data folder {folder}{at}", where="--data-dir",
            advice="Use that one (`automate signin` gives a link), stop it, or take another folder with --data-dir. For"
            " more throughput start more workers: `automate worker`.",
        ) from None
    return lock


def _bind(application: Application, port: int) -> BaseWSGIServer:
    try:
        server = waitress.create_server(
            application, host=HOST, port=port, threads=THREADS + MOST_WATCHING, ident="automate",
            clear_untrusted_proxy_headers=True,
            # The guard answers what is over its own limit in the API's words; this is the backstop behind it.
            max_request_body_size=64 * 1024 * 1024, channel_timeout=60, connection_limit=200,
        )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise UserError(
                f"port {port} cannot be used: {error.strerror}", where="--port",
                advice="Take a port over 1023: PORT=8500 make run, or automate up --port 8500.",
            ) from None
        by = "by another Automate server" if _is_ours(port) else "by another program"
        raise PortTaken(
            f"port {port} is taken {by}", where="--port",
            advice="Stop that one, or take another port: PORT=8500 make run, or automate up --port 8500.",
        ) from None
    server.channel_class = Channel
    return server
