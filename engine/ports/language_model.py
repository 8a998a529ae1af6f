"""A language model that answers a conversation: what the copilot asks, whoever serves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from engine.errors import AutomateError
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a conversation; a user's and the assistant's take turns, the user begins."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ModelReply:
    """An answer. `complete` is False where the model stopped at its limit of tokens."""

    text: str
    complete: bool = True


class ModelUnavailable(AutomateError):
    """There is no answer. `passing`: later may work (throttled, not reachable, too slow), after `retry_after` seconds
    where the service said so; else the settings or the account are at fault. The message holds no secret."""

    def __init__(self, message: str, *, passing: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.passing = passing
        self.retry_after = retry_after


class LanguageModel(Protocol):
    """One model of one provider. Safe to share between threads."""

    provider: str
    """How settings call it: bedrock, openai."""

    def reply(self, system: str, said: Sequence[Said], *, seconds: float) -> ModelReply:
        """Answer within `seconds`. Raises ModelUnavailable; never asks twice by itself."""
        ...
