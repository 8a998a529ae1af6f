"""A real language model behind a real server of chat completions. tools/model_server.py makes both."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import urllib3

from engine.adapters.models.openai import OpenAIModel
from engine.clock import SystemClock
from engine.ports.language_model import Hear, LanguageModel, ModelUnavailable, Reply, Request
from tests.support.patience import wait_until
from tools import model_server


@dataclass(frozen=True)
class RealModel:
    """`base` is the server's address, as the settings name it; `log` is the file that the server writes to."""

    base: str
    log: Path

    def adapter(self) -> OpenAIModel:
        """A new adapter for it: nothing is remembered of what the server refused."""
        return OpenAIModel(self.base, model_server.MODEL_NAME, None, SystemClock())

    def hung_up(self) -> int:
        """How often a client has left before the end of an answer, so far."""
        return self._log().count("Disconnected from client")

    def refused(self) -> int:
        """How many requests the server has answered with 500, so far."""
        return self._log().count('" 500 Internal Server Error')

    def _log(self) -> str:
        return self.log.read_text(errors="replace")


class Held:
    """The model behind a server that refuses tools, as Ollama does where a model has none. Its answer is held by the
    schema that it is asked with, or by `schema`, which allows less."""

    provider = "openai"

    def __init__(self, model: LanguageModel, schema: dict[str, Any] | None = None) -> None:
        self.model, self.schema = model, schema

    def reply(self, request: Request, *, seconds: float, hear: Hear) -> Reply:
        if request.tools:
            raise ModelUnavailable("the model does not support tools", passing=False, no_tools=True)
        asked = replace(request, schema=self.schema or request.schema)
        return self.model.reply(asked, seconds=seconds, hear=hear)


class Heard:
    """The model. `on_piece(number)` is called at each piece of an answer, before it is handed on."""

    provider = "openai"

    def __init__(self, model: LanguageModel, on_piece: Callable[[int], None]) -> None:
        self.model, self.on_piece = model, on_piece

    def reply(self, request: Request, *, seconds: float, hear: Hear) -> Reply:
        numbers = count(1)

        def heard(text: str) -> None:
            self.on_piece(next(numbers))
            hear(text)

        return self.model.reply(request, seconds=seconds, hear=heard)


@contextmanager
def real_model(folder: Path) -> Iterator[RealModel]:
    """The server on a free port, with its log in `folder`; it ends with the block. The environment must be there."""
    port = _free_port()
    served = RealModel(f"http://127.0.0.1:{port}/v1", folder / "server.log")
    with served.log.open("wb") as log:
        process = subprocess.Popen(
            model_server.command(port), env=model_server.variables(folder), stdout=log, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            preexec_fn=_die_with_us if sys.platform == "linux" else None,  # noqa: PLW1509
        )

    def answers() -> bool:
        assert process.poll() is None, f"the server ended:\n{served.log.read_text(errors='replace')[-2000:]}"
        try:
            return urllib3.request("GET", f"{served.base}/models", timeout=5, retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    try:
        wait_until(answers, "the model's server")
        yield served
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _die_with_us() -> None:
    """A test run that is killed leaves no server behind (prctl's PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
