"""A language model that answers from a script: each answer is a Reply, a function of the request, or an error to
raise."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from engine.ports.language_model import Hear, Reply, Request, ToolCall

Json = Any
Answer = Reply | Exception | Callable[[Request], Reply]


class ScriptedModel:
    """engine.ports.language_model.LanguageModel. `asked` are the requests that came."""

    provider = "scripted"

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    def reply(self, request: Request, *, seconds: float, hear: Hear) -> Reply:
        assert seconds > 0
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        reply = answer if isinstance(answer, Reply) else answer(request)
        for piece in reply.text.split(" "):
            hear(f"{piece} ")
        return reply


def calls(*given: tuple[str, Json], text: str = "") -> Reply:
    """A reply that calls tools, each with its arguments."""
    return Reply(text, tuple(
        ToolCall(f"c{number}", name, arguments if isinstance(arguments, str) else json.dumps(arguments))
        for number, (name, arguments) in enumerate(given)
    ), input_tokens=100, output_tokens=10)


def says(text: str, **more: Any) -> Reply:
    """A reply in words."""
    return Reply(text, **more)


def last_text(request: Request) -> str:
    """The text of the last message that the model was sent."""
    return request.messages[-1].text


def texts(requests: Sequence[Request]) -> str:
    """All that the model was sent, as one text."""
    return "\n".join([
        *(request.system for request in requests),
        *(message.text for request in requests for message in request.messages),
    ])
