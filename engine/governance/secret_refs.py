"""SecretRefs: ``{"$secret": "KEY"}``, the only form in which a definition may speak of a secret.

A reference resolves only where the compiler found it written literally in the published definition; it hands on the
pointers of those. The same object arriving as data (an input, an output, a variable) has no pointer and stays data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.errors import InvalidDocument
from engine.values import Path, mapped, walk

Json = Any
Refs = Iterable[tuple[str, str]]
"""Pairs of a JSON pointer into a task's arguments and the secret's KEY."""

MOST_BYTES = 65_536
"""AWS Secrets Manager's limit of a value, for all backends."""

SHORTEST = 8
"""Characters. A shorter value is taken only when whoever sets it says so: see check_length."""

_KEY = re.compile(r"[A-Za-z0-9_.-]{1,128}")


def is_key(key: str) -> bool:
    """Whether `key` is 1 to 128 letters, digits, underscores, dots or dashes."""
    return _KEY.fullmatch(key) is not None


def check_key(key: str) -> str:
    """`key` itself. Raises InvalidDocument when it cannot be a key."""
    if not is_key(key):
        raise InvalidDocument(
            f"{key[:140]!r} is not a secret's key", where="key",
            advice="A key has 1 to 128 letters (A-Z, a-z), digits, underscores, dots or dashes.",
        )
    return key


def check_value(value: str) -> str:
    """`value` itself. Raises InvalidDocument, which never holds it, when it is empty, over MOST_BYTES or no text."""
    if not value:
        raise InvalidDocument("the value is empty", where="value", advice="To remove a secret, delete it.")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        # Not `from`: the exception holds the value.
        raise InvalidDocument("the value holds half a surrogate pair, which no text can", where="value") from None
    if size > MOST_BYTES:
        raise InvalidDocument(f"the value has {size} bytes; a secret has at most {MOST_BYTES}", where="value")
    return value


def check_length(value: str, *, allow_short: bool) -> str:
    """`value` itself. Raises InvalidDocument when it has fewer than SHORTEST characters and that is not allowed.

    Masking finds a value by its characters: so few of them also stand in texts that have nothing to do with it, which
    become unreadable and tell what the value is, and an encoding of them is not told from chance.
    """
    if len(value) < SHORTEST and not allow_short:
        raise InvalidDocument(
            f"the value has fewer than {SHORTEST} characters: masking cannot tell so short a value from ordinary text",
            where="value",
            advice='Take a longer one; or take it all the same: --allow-short, in the API "allow_short": true.',
        )
    return value


def _itself(value: Json) -> Json:
    return value


def in_place(arguments: Json, refs: Refs, secrets: Mapping[str, str]) -> Json:
    """A deep copy of `arguments` in which every reference of `refs` is replaced by its value.

    A pointer that does not lead to exactly its reference changes nothing. The copy belongs to the caller: the arguments
    are shared with the execution's snapshot and must not change.
    """
    if not refs:
        return mapped(arguments, _itself)
    root = [mapped(arguments, _itself)]
    for pointer, key in refs:
        parent, last = _follow(root, pointer)
        if parent is not None and key in secrets and parent[last] == {"$secret": key}:
            parent[last] = secrets[key]
    return root[0]


def references_in(value: Json) -> Iterator[tuple[Path, str]]:
    """Each reference in `value`, wherever it comes from: the way there, and its KEY."""
    for path, part in walk(value):
        if isinstance(part, dict) and part.keys() == {"$secret"} and isinstance(part["$secret"], str):
            yield path, part["$secret"]


def _follow(root: list[Json], pointer: str) -> tuple[Any, Any]:
    """The container of what `pointer` leads to, and its name or index there; (None, None) when it leads nowhere.

    `root` holds the document as its only item.
    """
    parent: Any = root
    last: Any = 0
    for token in pointer.split("/")[1:]:
        parent = parent[last]
        if isinstance(parent, list) and token.isdecimal() and int(token) < len(parent):
            last = int(token)
        elif isinstance(parent, dict) and unescape(token) in parent:
            last = unescape(token)
        else:
            return None, None
    return parent, last


def escape(name: str) -> str:
    """A member's name as one token of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """The member's name that a token of a JSON pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~")
