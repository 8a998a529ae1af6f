"""The copilot's routes with each provider, over a model server on the loopback."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.registry import Registry
from engine.clock import SystemClock
from engine.copilot.copilot import Copilot
from engine.ports.secrets import SecretInfo
from engine.settings import Settings
from functions.app.copilot.providers import copilot_of
from tests.support.model_server import ModelServer

KEY = "key-of-the-endpoint-7f31"


class Secrets:
    """A secret backend with these values."""

    name = "memory"

    def __init__(self, **values: str) -> None:
        self.values = values

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        return self.values.get(key)

    def list(self, workspace: str) -> list[SecretInfo]:
        return [SecretInfo(key, self.name) for key in self.values]


class QuickClock(SystemClock):
    """Real time, in which a pause takes none: `slept` has them."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclasses.dataclass
class Asking:
    """A copilot with a model, the server behind it, and the clock it pauses by."""

    copilot: Copilot
    server: ModelServer
    clock: QuickClock


@pytest.fixture(params=["bedrock", "openai"])
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def asking(provider: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Asking]]:
    """`asking(script, …)`: a copilot of `provider` over a server that answers from `script`."""
    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
                        "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    running: list[ModelServer] = []

    def start(script: list[Any], *, seconds: float = 20.0, **secrets: str) -> Asking:
        server = ModelServer(script)
        server.start()
        running.append(server)
        settings = Settings(
            copilot_provider=provider, copilot_model="a-model", copilot_seconds=seconds, aws_region="eu-central-1",
            copilot_url=server.base if provider == "bedrock" else f"{server.base}/v1",
            copilot_secret="" if provider == "bedrock" else "MODEL_KEY",
        )
        clock = QuickClock()
        backends = [Secrets(MODEL_KEY=KEY, **secrets)]
        return Asking(copilot_of(settings, Registry(installed=list), backends, clock), server, clock)

    yield start
    for server in running:
        server.stop()
