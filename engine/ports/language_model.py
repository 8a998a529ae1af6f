"""A language model that answers a conversation and may call tools: the copilot asks, an adapter carries it to a
provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from engine.errors import AutomateError
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call. `parameters` is the JSON Schema of its arguments, an object."""

    name: str
    description: str
    parameters: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for. `id` is the provider's name of the call; `arguments` is JSON text, unchecked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A message of the person, or of the product in their place."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A message of the model: text, calls of tools, or both."""

    text: str
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one call. `failed`: the text says what was wrong with the call."""

    call: str
    text: str
    failed: bool = False


Message = Asked | Answered | Result
"""The results of all calls of an Answered follow it directly, in the order of the calls."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the model. Where there are `tools`, it may call them. Without tools the answer is held by
    `schema` (JSON Schema), as far as the provider can; None: free text."""

    system: str
    messages: Sequence[Message]
    tools: Sequence[Tool] = ()
    schema: Mapping[str, Json] | None = None
    max_tokens: int = 8192


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `complete` is False where the model stopped at its limit of tokens. Tokens are what the provider
    counted; both are 0 where it counts none."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    complete: bool = True
    input_tokens: int = 0
    output_tokens: int = 0


class ModelUnavailable(AutomateError):
    """There is no answer. `passing`: later may work (throttled, not reachable, too slow), after `retry_after` seconds
    where the service said so; else the settings or the account are at fault. `no_tools`: the model cannot call tools,
    and may answer without them. The message holds no secret."""

    def __init__(
        self, message: str, *, passing: bool, retry_after: float | None = None, no_tools: bool = False,
    ) -> None:
        super().__init__(message)
        self.passing = passing
        self.retry_after = retry_after
        self.no_tools = no_tools


Hear = Callable[[str], None]
"""Receives each piece of the answer's text as it arrives, and "" where a piece of a call arrives. An exception that it
raises ends the request: the connection is closed and the exception goes on to the caller."""


class LanguageModel(Protocol):
    """One model of one provider. Safe to share between threads."""

    provider: str
    """Its name in the settings: bedrock, openai, anthropic."""

    def reply(self, request: Request, *, seconds: float, hear: Hear) -> Reply:
        """Answer within `seconds`, streaming text to `hear`. Raises ModelUnavailable; never asks twice by itself."""
        ...
