"""What help with a document rests on: that its parts have their JSON types. All else is the linter's matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import InvalidDocument

Json = Any
_Path = tuple[str | int, ...]
_Problems = Iterator[tuple[_Path, str]]

_TEXTS = ("Type", "Next", "Default", "Resource", "StartAt", "QueryLanguage")
_NAMES: dict[type, str] = {str: "a text", list: "an array", dict: "an object"}


def definition_of(document: Mapping[str, Json]) -> dict[str, Json]:
    """The document's definition. Raises InvalidDocument listing every part that is not of its JSON type."""
    definition = document.get("definition")
    problems = [*_of(definition, dict, ("definition",)), *_machine(definition, ("definition",)),
                *_objects(document, "triggers", ())]
    if problems:
        raise InvalidDocument.listing(problems, advice="Correct its structure first.")
    if not isinstance(definition, dict):
        raise InvalidDocument("the document has no definition", where="/definition")
    return definition


def _machine(machine: Json, path: _Path) -> _Problems:
    if not isinstance(machine, dict):
        return
    yield from _texts(machine, path)
    states = machine.get("States", {})
    yield from _of(states, dict, (*path, "States"))
    for name, state in states.items() if isinstance(states, dict) else ():
        yield from _of(state, dict, (*path, "States", name))
        if isinstance(state, dict):
            yield from _state(state, (*path, "States", name))


def _state(state: dict[str, Json], path: _Path) -> _Problems:
    yield from _texts(state, path)
    for field in ("Choices", "Catch", "Retry", "Branches"):
        yield from _objects(state, field, path)
    for field in ("Choices", "Catch"):
        for index, rule in enumerate(_list(state.get(field))):
            yield from _rule(rule, (*path, field, index))
    for field in ("Catch", "Retry"):
        for index, item in enumerate(_list(state.get(field))):
            if isinstance(item, dict) and "ErrorEquals" in item:
                yield from _of(item["ErrorEquals"], list, (*path, field, index, "ErrorEquals"))
    for index, branch in enumerate(_list(state.get("Branches"))):
        yield from _machine(branch, (*path, "Branches", index))
    for field in ("ItemProcessor", "Iterator"):
        if field in state:
            yield from _of(state[field], dict, (*path, field))
            yield from _machine(state[field], (*path, field))


def _rule(rule: Json, path: _Path) -> _Problems:
    if not isinstance(rule, dict):
        return
    yield from _texts(rule, path)
    for field in ("And", "Or"):
        yield from _objects(rule, field, path)
        for index, part in enumerate(_list(rule.get(field))):
            yield from _rule(part, (*path, field, index))
    yield from _rule(rule.get("Not"), (*path, "Not"))


def _texts(value: dict[str, Json], path: _Path) -> _Problems:
    for field in _TEXTS:
        if field in value:
            yield from _of(value[field], str, (*path, field))


def _objects(value: Mapping[str, Json], field: str, path: _Path) -> _Problems:
    """`field`, where it is there, is an array of objects."""
    if field in value:
        yield from _of(value[field], list, (*path, field))
        for index, item in enumerate(_list(value[field])):
            yield from _of(item, dict, (*path, field, index))


def _of(value: Json, kind: type, path: _Path) -> _Problems:
    if not isinstance(value, kind):
        yield path, f"{_NAMES[kind]} is needed here"


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
