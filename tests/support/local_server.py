"""A real local server in a process of its own, and what a client does with it."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support import patience
from tests.support.patience import wait_until

ROOT = Path(__file__).parents[2]

_held = socket.socket()
_held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
_held.bind(("127.0.0.1", 0))
atexit.register(_held.close)
SERVICE_PORT = _held.getsockname()[1]
"""Where somebody else's service listens, one at a time: the product is told before it starts that it may call it. The
port is held for as long as this process lives; who listens on it binds it beside that."""


def clean_environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOMATE_") and name != "PORT"}
    allowed = {"AUTOMATE_EGRESS_ALLOW": f"127.0.0.1:{SERVICE_PORT}"}
    return {**kept, "PYTHONUNBUFFERED": "1", **allowed, **more}


def automate(folder, *arguments, check=True, **more):
    """A command on the folder, answered in JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "functions.cli.main", "--json", "--data-dir", str(folder), *arguments],
        capture_output=True, text=True, timeout=patience.SECONDS, env=clean_environment(), cwd=ROOT, check=False,
        **more,
    )
    if check:
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return done


class LocalServer:
    """``automate up`` on a free port; `more` is in its environment."""

    def __init__(self, folder: Path, *arguments: str, **more: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "functions.cli.main", "--json", "--data-dir", str(folder), "up", "--port", "0",
             *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment(**more), cwd=ROOT,
        )
        shown = []
        for line in self.process.stdout:
            shown.append(line)
            if line == "}\n":
                break
        assert shown, self.process.stderr.read()
        answer = json.loads("".join(shown))
        self.url, self.sign_in = answer["url"], answer["sign_in"]

    @property
    def token(self) -> str:
        return (self.folder / "token").read_text().strip()

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Message, str]:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310  our own address
            self.url + path, data, {name: value for name, value in sent.items() if value}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=patience.SECONDS) as answer:  # noqa: S310
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        status, _, text = self.request(method, path, body, **headers)
        assert status < 400, text
        return json.loads(text)

    def publish(self, name: str, definition: dict[str, Any]) -> None:
        self.json("POST", "/workflows/import", {"document": {"name": name, "definition": definition}, "publish": True})

    def wait_closed(self, execution_id: str) -> dict[str, Any]:
        path = f"/executions/{execution_id.replace(':', '%3A')}"
        return wait_until(lambda: _closed(self.json("GET", path)), execution_id)

    def workers(self) -> list[int]:
        """The pids of the live workers."""
        found = []
        for path in (self.folder / "locks").iterdir():
            if path.name.startswith("."):
                continue
            try:
                content = json.loads(path.read_text())
            except (OSError, ValueError):
                continue
            if content["command"].startswith("automate worker") and is_running(content["pid"]):
                found.append(content["pid"])
        return found

    def worker(self) -> int:
        """The pid of the one worker, once it lives."""
        return wait_until(lambda: next(iter(self.workers()), None), "a worker")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def stop(self) -> int:
        """A clean stop; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=patience.SECONDS)
        return self.process.returncode


def _closed(shown):
    return shown if shown["status"] != "RUNNING" else None


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


class SlowService:
    """Somebody else's service: it holds its first call until it is let go, and notes every call's idempotency key."""

    def __init__(self) -> None:
        self.keys: list[str | None] = []
        self.go_on = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))  # what is left unread resets the connection
                service.keys.append(self.headers.get("Idempotency-Key"))
                if len(service.keys) == 1:
                    service.go_on.wait(patience.SECONDS)
                body = b'{"done": true}'
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the caller was killed

            def log_message(self, *arguments):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128  # with five a busy machine lets callers fall out of the queue

        self.server = Server(("127.0.0.1", SERVICE_PORT), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/work"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@contextmanager
def slow_service():
    service = SlowService()
    try:
        yield service
    finally:
        service.go_on.set()
        service.server.shutdown()
        service.server.server_close()
