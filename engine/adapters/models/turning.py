"""Messages as Anthropic's and Bedrock's APIs want them: the roles take turns, so neighbours of one role are one
message."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from engine.ports.language_model import Answered, Message, Result, ToolCall

Json = Any

ANSWER = "answer"
"""The tool by which an answer is held to a schema."""


_NO_TOOLS = ("support tool", "tool use is not supported", "tools is not supported", "tools are not supported",
             "tool calling is not", "tool choice requires", "function calling is not", "tool_use is not supported")


def lacks_tools(message: str) -> bool:
    """Whether an error's message says that the model cannot call tools."""
    return any(words in message.lower() for words in _NO_TOOLS)


def in_turns(
    messages: Sequence[Message], text: Callable[[str], Json], call: Callable[[ToolCall], Json],
    result: Callable[[Result], Json],
) -> list[dict[str, Json]]:
    """``[{"role", "content": [block, …]}]``, with each block made by one of the functions. No empty text block."""
    turns: list[dict[str, Json]] = []
    for message in messages:
        role = "assistant" if isinstance(message, Answered) else "user"
        if isinstance(message, Result):
            blocks = [result(message)]
        else:
            blocks = [text(message.text)] if message.text else []
            blocks += [call(each) for each in message.calls] if isinstance(message, Answered) else []
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    return turns


def arguments_of(call: ToolCall) -> dict[str, Json]:
    """The arguments of a call as an object; empty where the model wrote none."""
    try:
        value = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
