"""The text of an OpenAPI document as a JSON value: JSON, or YAML as libyaml reads it.

YAML 1.2's core schema, as OpenAPI asks for (Format): ``NO``, ``on`` and dates are text. Keys are text. Merge keys
(``<<``), which are YAML 1.1's, are followed, because many documents have them. What aliases stand for is counted before
anybody walks through it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from engine.errors import InvalidDocument
from engine.language.asl.source import parse_text
from engine.language.asl.source_yaml import CORE, TAG
from engine.values import loads

Json = Any

MOST_VALUES = 5_000_000
"""Values of a document, aliases written out. The largest public ones have about a million."""

DEEPEST = 200
"""Levels of a document."""


def value_of(data: bytes, name: str) -> Json:
    """The value of a file called `name`; JSON where it ends so. Raises InvalidDocument with the line and the column."""
    if name.lower().endswith(".json"):
        return _json(data, name)
    try:
        import yaml  # noqa: PLC0415 - only who imports needs it
    except ImportError:
        raise InvalidDocument(
            f"{name} is YAML, and reading YAML needs PyYAML, which is not installed", where=name,
            advice="Install it (pip install pyyaml), or convert the document to JSON.",
        ) from None
    try:
        value = yaml.load(data, Loader=_loader())  # noqa: S506 - a SafeLoader's subclass
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise InvalidDocument(f"{place}: it is no YAML: {problem.problem or problem.context}", where=place) from None
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise InvalidDocument(f"{name} is no YAML: {' '.join(str(problem).split())[:200]}", where=name) from None
    _measure(value, name, {}, 0)
    return value


def _json(data: bytes, name: str) -> Json:
    try:
        text = data.decode(json.detect_encoding(data))
        return loads(text, members=_once_each)
    except _Twice:
        raise _twice(text, name) from None
    except RecursionError:
        raise InvalidDocument(f"{name} is nested too deeply", where=name) from None
    except ValueError as problem:  # of the encoding too
        raise InvalidDocument(f"{name} is no JSON: {problem}", where=name) from None


class _Twice(Exception):
    """A key stands twice in an object; the reader does not know where."""


def _once_each(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Twice
    return members


def _twice(text: str, name: str) -> InvalidDocument:
    """The refusal of a text with a key that stands twice: read again, by a reader that keeps places."""
    try:
        parse_text(text, name=name)
    except InvalidDocument as found:
        line, column = re.findall(r"[0-9]+", found.where or "")[:2] or ("1", "1")
        place = f"{name}:{line}:{column}"
        return InvalidDocument(f"{place}: {found.message}", where=place, advice=found.advice)
    raise AssertionError(name)  # both readers see every key


def _measure(value: Json, name: str, known: dict[int, int], depth: int) -> int:
    """How many values `value` stands for. Each collection is looked at once. Raises InvalidDocument."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = 0  # under way: an alias that leads here again never ends
        parts = value.values() if isinstance(value, dict) else value
        if depth > DEEPEST:
            raise InvalidDocument(f"{name} is nested more than {DEEPEST} levels deep", where=name)
        known[id(value)] = 1 + sum(_measure(part, name, known, depth + 1) for part in parts)
    count = known[id(value)]
    if count == 0:
        raise InvalidDocument(f"{name}: an alias contains itself", where=name)
    if count > MOST_VALUES:
        raise InvalidDocument(f"{name} holds more than {MOST_VALUES:,} values, mostly through aliases", where=name)
    return count


@cache
def _loader() -> Any:
    import yaml  # noqa: PLC0415 - see value_of

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Safe, with the core schema's resolvers alone."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's shape

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Json]:
            """As SafeLoader's; a key is the text that stands there, and stands there once."""
            keys = set()
            for key, _ in node.value:
                if isinstance(key.value, list):
                    raise yaml.constructor.ConstructorError(None, None, "a key must be text", key.start_mark)
                if key.value in keys and key.value != "<<":
                    twice = f'the key "{key.value}" stands twice in one mapping'
                    raise yaml.constructor.ConstructorError(None, None, twice, key.start_mark)
                keys.add(key.value)
            self.flatten_mapping(node)
            return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}

    def number(loader: Any, node: Any) -> int | float:
        text = loader.construct_scalar(node)
        if node.tag == f"{TAG}int":
            return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
        value = float("nan") if text.lower().lstrip("-+") in (".inf", ".nan") else float(text)
        if abs(value) < float("inf"):
            return value
        raise yaml.constructor.ConstructorError(None, None, f"JSON has no {text[:40]}", node.start_mark)

    for kind, pattern, first in (*CORE, ("merge", "<<", ["<"])):
        Loader.add_implicit_resolver(TAG + kind, re.compile(f"(?:{pattern})$"), first)
    for kind in ("int", "float"):
        Loader.add_constructor(TAG + kind, number)
    return Loader
