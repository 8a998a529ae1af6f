"""From a file's bytes to a JSON value: JSON, or YAML where PyYAML is installed.

A definition runs as it is read, so whatever two readers could read differently is refused: a key given twice, NaN, a
YAML date, a key that is no text. YAML is read with JSON's scalars (YAML 1.2's core schema): ``on`` and ``yes`` are
text, as is a date.
"""

from __future__ import annotations

import json
import re
from typing import Any

from engine.errors import InvalidDocument, PayloadTooLarge

Json = Any

MAX_SOURCE_BYTES = 4 * 1024 * 1024
"""Well over AWS's quota of 1 MB for a definition; a YAML alias cannot make more of it than MAX_VALUES."""

MAX_VALUES = 500_000


def read_source(data: bytes) -> Json:
    """The JSON value in `data` (UTF-8).

    Raises InvalidDocument with the line and column of the mistake, PayloadTooLarge over MAX_SOURCE_BYTES.
    """
    if len(data) > MAX_SOURCE_BYTES:
        raise PayloadTooLarge(f"the document has {len(data)} bytes; at most {MAX_SOURCE_BYTES} are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidDocument(f"not UTF-8 text: {error.reason} at byte {error.start}") from None
    if not text.strip():
        raise InvalidDocument("the document is empty")
    if text.lstrip()[0] in "{[":
        return _read_json(text)
    return _read_yaml(text)


def _read_json(text: str) -> Json:
    """`text` as JSON. What opens with a bracket is never tried as YAML: its messages would mislead."""
    try:
        return json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidDocument(
            f"malformed JSON: {error.msg}", where=f"line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise InvalidDocument("malformed JSON: nested too deeply") from None


def _without_doubles(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise InvalidDocument(f"the key {double!r} is given twice in one object")
    return value


def _refuse_constant(name: str) -> Json:
    raise InvalidDocument(f"{name} is not JSON")


def _read_yaml(text: str) -> Json:
    """`text` as YAML with JSON's scalars."""
    try:
        import yaml  # noqa: PLC0415  an optional dependency, only for YAML files
    except ImportError:
        raise InvalidDocument(
            "not JSON, and YAML is not read here", advice="Install automate[local], or write the document in JSON."
        ) from None

    class Loader(yaml.SafeLoader):
        """SafeLoader with JSON's scalars and without doubled keys."""

        yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's own class attribute
            "n": [("tag:yaml.org,2002:null", re.compile(r"null$"))],
            "~": [("tag:yaml.org,2002:null", re.compile(r"~$"))],
            "": [("tag:yaml.org,2002:null", re.compile(r"$"))],
            "t": [("tag:yaml.org,2002:bool", re.compile(r"true$"))],
            "f": [("tag:yaml.org,2002:bool", re.compile(r"false$"))],
            **{
                first: [
                    ("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)$")),
                    ("tag:yaml.org,2002:float", re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$")),
                ]
                for first in "-0123456789"
            },
        }

    def construct_float(loader: Loader, node: yaml.ScalarNode) -> float:
        return float(loader.construct_scalar(node))  # PyYAML's own drops digits of some exponents

    def construct_mapping(loader: Loader, node: yaml.MappingNode) -> dict[str, Json]:
        pairs = loader.construct_pairs(node, deep=True)
        for (key, _), (key_node, _) in zip(pairs, node.value, strict=True):
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, "a key must be text", key_node.start_mark)
        return _without_doubles(pairs)

    Loader.add_constructor("tag:yaml.org,2002:map", construct_mapping)
    Loader.add_constructor("tag:yaml.org,2002:float", construct_float)
    try:
        value = yaml.load(text, Loader)  # noqa: S506  a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise InvalidDocument(
            f"malformed YAML: {error.problem or error.context}",
            where=f"line {mark.line + 1}, column {mark.column + 1}" if mark else None,
        ) from None
    except yaml.YAMLError as error:
        raise InvalidDocument(f"malformed YAML: {error}") from None
    except RecursionError:
        raise InvalidDocument("malformed YAML: nested too deeply, or an alias inside itself") from None
    _bound(value)
    return value


def _bound(value: Json) -> None:
    """Refuse what YAML aliases unfold to more than MAX_VALUES values, or to no end."""
    left = MAX_VALUES
    waiting = [value]
    while waiting:
        left -= 1
        if left < 0:
            raise InvalidDocument(f"the document unfolds to more than {MAX_VALUES} values", advice="Use fewer aliases.")
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
