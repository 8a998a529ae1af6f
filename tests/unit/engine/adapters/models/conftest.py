"""The models of each provider, over a scripted server on the loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.ports.language_model import Asked, LanguageModel, Message, Reply, Request, Tool
from tests.support.model_server import KEY, ModelServer, model_at

PROVIDERS = ("openai", "anthropic", "bedrock")


@dataclass
class Asking:
    """A model, the server behind it, and the pieces of text that were heard."""

    model: LanguageModel
    server: ModelServer
    heard: list[str] = field(default_factory=list)

    def ask(
        self, *messages: Message, tools: tuple[Tool, ...] = (), schema: Any = None, seconds: float = 20,
        hear: Callable[[str], None] | None = None,
    ) -> Reply:
        request = Request("Be brief.", messages or (Asked("Hello"),), tools, schema)
        return self.model.reply(request, seconds=seconds, hear=hear or self.heard.append)


@pytest.fixture(params=PROVIDERS)
def provider(request):
    return request.param


@pytest.fixture
def serve(provider, monkeypatch) -> Iterator[Callable[..., Asking]]:
    """`serve(entry, …)`: a model of the provider over a server that answers from the script."""
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": KEY, "AWS_REGION": "eu-central-1",
                        "AWS_DEFAULT_REGION": "eu-central-1"}.items():
        monkeypatch.setenv(name, value)
    servers: list[ModelServer] = []

    def made(*script: Any) -> Asking:
        server = ModelServer(script)
        server.start()
        servers.append(server)
        return Asking(model_at(provider, server.base), server)

    yield made
    for server in servers:
        server.stop()
