"""What help with a document rests on: that its parts have their JSON types. All else is the linter's matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import InvalidDocument

Json = Any
_Path = tuple[str | int, ...]

_NAMES: dict[type, str] = {str: "a text", list: "an array", dict: "an object"}
_TEXTS = dict.fromkeys(("Type", "Next", "Default", "Resource", "StartAt", "QueryLanguage"), str)
_RULE = {**_TEXTS, "And": ["rule"], "Or": ["rule"], "Not": "rule"}
_OBJECTS: Mapping[str, Mapping[str, Any]] = {
    "document": {"definition": "machine", "triggers": [dict]},
    "machine": {**_TEXTS, "States": {"*": "state"}},
    "state": {
        **_TEXTS, "Choices": ["rule"], "Catch": ["catcher"], "Retry": ["retrier"], "Branches": ["machine"],
        "ItemProcessor": "machine", "Iterator": "machine",
    },
    "rule": _RULE,
    "catcher": {**_RULE, "ErrorEquals": list},
    "retrier": {"ErrorEquals": list},
}
"""The fields of an object that are looked at, each with its shape: a JSON type, the name of an object of this table, in
a list what an array's items are, and behind ``*`` what all members are."""


def definition_of(document: Mapping[str, Json]) -> dict[str, Json]:
    """The document's definition. Raises InvalidDocument listing every part that is not of its JSON type."""
    definition = document.get("definition")
    problems = list(_problems({**document, "definition": definition}, "document", ()))
    if problems:
        raise InvalidDocument.listing(problems, advice="Correct its structure first.")
    if not isinstance(definition, dict):
        raise InvalidDocument("the document has no definition", where="/definition")
    return definition


def _problems(value: Json, shape: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    """Where `value` is not of `shape`, and what is needed there."""
    kind: Any = shape if isinstance(shape, type) else list if isinstance(shape, list) else dict
    if not isinstance(value, kind):
        yield path, f"{_NAMES[kind]} is needed here"
    elif isinstance(shape, list):
        for index, item in enumerate(value):
            yield from _problems(item, shape[0], (*path, index))
    elif isinstance(shape, dict):
        for name, item in value.items():
            yield from _problems(item, shape["*"], (*path, name))
    elif isinstance(shape, str):
        for name, part in _OBJECTS[shape].items():
            if name in value:
                yield from _problems(value[name], part, (*path, name))
