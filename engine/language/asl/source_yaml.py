"""Definitions written in YAML: PyYAML's node tree turned into a JSON value with positions; see `source`.

YAML 1.2's core schema, so that ``on``, ``no`` and dates are text. Keys are always text. Tags other than the core ones
(CloudFormation's ``!Sub``, unless its short forms are asked for), keys that are no scalars, aliases that contain
themselves, and documents that grow without measure through aliases are refused.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from engine.errors import InvalidDocument
from engine.language.asl.source_json import DEEPEST, LONGEST_INTEGER, TWICE_ADVICE, Json, Path, Position, refuse

TAG = "tag:yaml.org,2002:"
CORE = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
     list("-+.0123456789")),
)
_MOST_VALUES = 500_000
_SAID = {
    "found character '\\t' that cannot start any token": (
        "is not valid YAML: a tab stands there", "Indent with spaces.",
    ),
    "but found another document": ("holds more than one document", "Write each into a file of its own."),
}
"""PyYAML's words for what people write most often, said so that they can mend it."""


def read_yaml(text: str, name: str, *, short_forms: bool = False) -> tuple[dict[Path, Position], Json]:
    """The positions and the value of `text`. `short_forms` reads CloudFormation's: ``!Sub x`` is ``{"Fn::Sub": "x"}``.

    Raises InvalidDocument.
    """
    try:
        import yaml  # noqa: PLC0415 - optional: a deployment that reads JSON only does without
    except ImportError:
        raise InvalidDocument(
            f"{name} is YAML, and reading YAML needs PyYAML, which is not installed",
            advice="Install it (pip install pyyaml), or convert the file to JSON.",
        ) from None
    try:
        node = yaml.compose(text, Loader=_core_loader())
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        found = problem.problem or problem.context or ""
        said, advice = _SAID.get(found, (f"is not valid YAML: {found}", None))
        refuse(f"{name} {said}", position, advice=advice)
    except yaml.reader.ReaderError as problem:
        before = text[:problem.position]
        refuse(f"{name} is not valid YAML: {problem.reason}",
               (before.count("\n") + 1, len(before) - before.rfind("\n")))
    except RecursionError:
        refuse(f"{name} is nested more than {DEEPEST} levels deep", (1, 1))
    _measure(node, name, {})
    builder = _Builder(name, short_forms=short_forms)
    value = builder.build(node, ())
    return builder.places, value


def _measure(node: Any, name: str, known: dict[int, int]) -> int:
    """How many values `node` stands for once its aliases are written out; refuses more than `_MOST_VALUES`.

    Each node is looked at once (`known`), so that nothing grows before it is refused. An alias within itself counts as
    one value here: `build` refuses it.
    """
    if node is None or not isinstance(node.value, list):
        return 1
    if id(node) not in known:
        known[id(node)] = 1
        parts = (part[1] if isinstance(part, tuple) else part for part in node.value)
        known[id(node)] = count = 1 + sum(_measure(part, name, known) for part in parts)
        if count > _MOST_VALUES:
            refuse(f"{name} holds more than {_MOST_VALUES:,} values, mostly through aliases", _position(node))
    return known[id(node)]


@cache
def _core_loader() -> Any:
    import yaml  # noqa: PLC0415 - see read_yaml

    class CoreLoader(yaml.BaseLoader):
        """BaseLoader takes every scalar for text; these resolvers are the whole of the core schema."""

    for kind, pattern, first in CORE:
        CoreLoader.add_implicit_resolver(TAG + kind, re.compile(f"(?:{pattern})$"), first)
    return CoreLoader


class _Builder:
    """Turns nodes into JSON values, noting positions in `places`."""

    def __init__(self, name: str, *, short_forms: bool = False) -> None:
        self.name = name
        self._short_forms = short_forms
        self.places: dict[Path, Position] = {}
        self._open: set[int] = set()

    def build(self, node: Any, path: Path) -> Json:
        """The JSON value of `node`, which stands at `path`."""
        position = _position(node) if node is not None else (1, 1)
        self.places.setdefault(path, position)
        if node is None:
            return None
        if id(node) in self._open:
            refuse(f"{self.name}: an alias contains itself", position)
        if len(path) > DEEPEST:
            refuse(f"{self.name} is nested more than {DEEPEST} levels deep", position)
        if self._short_forms and node.tag.startswith("!") and len(node.tag) > 1:
            return self._intrinsic(node, path)
        self._open.add(id(node))
        value = self._collection(node, path) if isinstance(node.value, list) else self._scalar(node)
        self._open.discard(id(node))
        return value

    def _intrinsic(self, node: Any, path: Path) -> Json:
        """A short form written out, as CloudFormation does it."""
        function = node.tag[1:]
        name = function if function in ("Ref", "Condition") else f"Fn::{function}"
        node.tag = TAG + {"scalar": "str", "sequence": "seq", "mapping": "map"}[node.id]
        value = self.build(node, (*path, name))
        node.tag = f"!{function}"  # an alias may lead here again
        if function == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {name: value}

    def _collection(self, node: Any, path: Path) -> Json:
        kind = node.tag.removeprefix(TAG)
        if (node.id, kind) == ("sequence", "seq"):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        if (node.id, kind) != ("mapping", "map"):
            self._unknown_tag(node)
        members: dict[str, Json] = {}
        for key_node, value_node in node.value:
            if isinstance(key_node.value, list):
                refuse(f"{self.name}: a key must be text", _position(key_node))
            key = key_node.value
            if key in members:
                line, column = self.places[*path, key]
                refuse(f'{self.name}: the key "{key}" stands twice in one mapping, first at line {line}, '
                       f"column {column}", _position(key_node), advice=TWICE_ADVICE)
            self.places[*path, key] = _position(key_node)
            members[key] = self.build(value_node, (*path, key))
        return members

    def _scalar(self, node: Any) -> Json:
        text = node.value
        match node.tag.removeprefix(TAG):
            case "str":
                return text
            case "null":
                return None
            case "bool" if text.lower() in ("true", "false"):
                return text.lower() == "true"
            case "int" | "float" as kind:
                return self._number(kind, text, node)
            case _:
                return self._unknown_tag(node)

    def _number(self, kind: str, text: str, node: Any) -> int | float:
        if text.lower().lstrip("-+") in (".inf", ".nan"):
            refuse(f"{self.name}: JSON has no {text}", _position(node), advice="Use null or a string.")
        try:
            if kind == "int":
                number = int(text, 0) if text.startswith(("0o", "0x")) else int(text)
                if abs(number) >= 10**LONGEST_INTEGER:
                    refuse(f"{self.name}: a number has more than {LONGEST_INTEGER} digits", _position(node))
                return number
            value = float(text)
        except ValueError:
            refuse(f"{self.name}: '{text[:40]}' is no number that can be read", _position(node))
        if value in (float("inf"), float("-inf")):
            refuse(f"{self.name}: the number {text} is too large", _position(node))
        return value

    def _unknown_tag(self, node: Any) -> Json:
        refuse(f"{self.name}: the tag {node.tag.replace(TAG, '!!')} is not known here", _position(node),
               advice="A definition is plain data: write the value itself.")


def _position(node: Any) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1
