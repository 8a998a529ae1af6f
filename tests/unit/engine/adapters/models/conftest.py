"""The copilot's routes with each provider, over a model server on the loopback."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.registry import Registry
from engine.copilot.copilot import Copilot
from engine.settings import Settings
from functions.app.copilot.providers import copilot_of
from tests.support.model_server import KEY, ModelServer, QuickClock, Secrets


@pytest.fixture(scope="session")
def registry() -> Registry:
    """What every installation has, read once."""
    return Registry(installed=list)


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
def asking(provider: str, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Asking]]:
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
        return Asking(copilot_of(settings, registry, backends, clock), server, clock)

    yield start
    for server in running:
        server.stop()
