"""Model servers of this machine: found on their usual ports, and a model tried with one question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import urllib3

from engine.clock import Clock
from engine.ports.language_model import Asked, LanguageModel, ModelUnavailable, Request, Tool
from engine.records import dataclass

Json = Any

USUAL: Mapping[str, int] = {"Ollama": 11434, "LM Studio": 1234, "llama.cpp": 8080, "vLLM": 8000}
"""The ports on which these programs serve chat completions unless they are told otherwise."""

LOOK_SECONDS = 2.0
TRY_SECONDS = 120.0
_READY = Tool("ready", "Say that you can call functions.", {"type": "object", "properties": {}})


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A server of chat completions. `url` ends before /chat/completions; `models` are the names that it lists."""

    program: str
    url: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One question to a model. `problem` says why it did not answer; None where it did."""

    calls_tools: bool
    seconds: float
    problem: str | None = None


def find_servers() -> list[ModelServer]:
    """The servers that answer on the usual ports of this machine."""
    named = ((program, f"http://127.0.0.1:{port}/v1") for program, port in USUAL.items())
    return [found for program, url in named if (found := server_at(url, program)) is not None]


def server_at(url: str, program: str = "a server") -> ModelServer | None:
    """The server at `url`; None where none lists its models there within 2 seconds."""
    url = url.rstrip("/")
    try:
        reply = urllib3.request("GET", f"{url}/models", timeout=LOOK_SECONDS, retries=False, redirect=False)
        models = tuple(str(each["id"]) for each in json.loads(reply.data)["data"])
    except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError):
        return None
    return ModelServer(program, url, models) if reply.status == 200 else None


def try_model(model: LanguageModel, clock: Clock) -> Trial:
    """Ask the model to call a function; where it has no functions, ask for a word."""
    began = clock.now()
    problem = "it gave no answer"
    for tools in ((_READY,), ()):
        request = Request("Call the function ready. Without functions, say: ready.", [Asked("Are you ready?")], tools,
                          max_tokens=1000)
        try:
            reply = model.reply(request, seconds=TRY_SECONDS, hear=lambda _text: None)
        except ModelUnavailable as fault:
            problem = str(fault)
            if not fault.no_tools:
                break
        else:
            return Trial(bool(reply.calls), clock.now() - began)
    return Trial(False, clock.now() - began, problem)
