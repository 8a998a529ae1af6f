"""Reading a message of the model that calls no tool: JSON of the answer's shape, a draft alone, or plain text."""

from __future__ import annotations

import json
from dataclasses import field
from typing import Any

from engine.catalog.document import is_bare_definition
from engine.records import dataclass
from engine.values import no_constant

Json = Any

MOST_CHARACTERS = 400_000


@dataclass(frozen=True, slots=True)
class Meant:
    """`kind` is propose, ask or say; `given` are the arguments of the first two, `text` is that of the last."""

    kind: str
    given: dict[str, Json] = field(default_factory=dict)
    text: str = ""


def meant_by(text: str, *, schema: bool) -> Meant | str:
    """The meaning of a message. With `schema` it has to be the JSON object that was asked for. Else text without a
    draft is an answer in words. A text says why the message cannot be used."""
    if not text.strip():
        return "The answer is empty. Propose a draft, ask, or answer in words."
    if len(text) > MOST_CHARACTERS:
        return f"The answer has more than {MOST_CHARACTERS:,} characters. Draft less."
    try:
        value = _object_in(text)
    except ValueError as problem:
        if schema or is_data(text):
            return f"The answer is no JSON object: {problem}. Answer with the JSON object alone."
        return Meant("say", text=text)
    found = _meant_by_object(value)
    if found is None and schema:
        return 'The answer has neither "propose", "ask" nor "say".'
    return found or Meant("say", text=text)


def _meant_by_object(value: dict[str, Json]) -> Meant | None:
    for kind in ("propose", "ask"):
        if isinstance(value.get(kind), dict):
            return Meant(kind, value[kind])
    if isinstance(value.get("say"), str) and value["say"].strip():
        return Meant("say", text=value["say"])
    if isinstance(value.get("document"), dict):
        return Meant("propose", value)
    if isinstance(value.get("definition"), dict) or is_bare_definition(value):
        return Meant("propose", {"document": value})
    return None


def is_data(text: str) -> bool:
    """Whether a message is a draft or an answer written as JSON, which is nothing to read for the person."""
    return text.lstrip().startswith(("{", "```"))


def _object_in(text: str) -> dict[str, Json]:
    """The first JSON object in `text`, which may stand in a fence or among words. A text in it may have line breaks as
    they are. Raises ValueError."""
    start = text.find("{")
    if start < 0:
        raise ValueError("there is no { in it")
    try:
        value, _ = json.JSONDecoder(parse_constant=no_constant, strict=False).raw_decode(text, start)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - read as any other fault of the text
    return value
