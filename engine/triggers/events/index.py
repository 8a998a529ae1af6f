"""Many patterns against one event: those that might match are looked up by the event's values, and then matched.

Each alternative of a pattern waits at one of its fields, where the fewest others wait: at a value that the field must
have, or at how it must begin or end. One that can only be tried waits at the field itself, and one that wants nothing
but absent fields is always tried. So what is found is what matching one by one finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from engine.triggers.events.matchers import Key, token
from engine.triggers.events.matching import group_matches
from engine.triggers.events.pattern import Group, Leaf, Pattern

Json = Any
_Waiting = tuple[int, Group, Leaf | None]
"""A pattern's place, one of its alternatives, and the leaf at which it waits."""

_TRIED = (Key("tried", ""),)


class PatternIndex:
    """Patterns, each known by its place in the sequence given."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._always: list[_Waiting] = []
        self._root = _Place()
        crowd = Counter(
            (leaf.fields, key) for pattern in patterns for group in pattern.alternatives
            for leaf in group.leaves() for key in _keys(leaf)
        )
        for number, pattern in enumerate(patterns):
            for group in pattern.alternatives:
                leaf = min(
                    (leaf for leaf in group.leaves() if not leaf.absent), default=None,
                    key=lambda leaf: sum(crowd[leaf.fields, key] for key in _keys(leaf)),
                )
                if leaf is None:
                    self._always.append((number, group, None))
                else:
                    self._root.below(leaf.fields).wait(_keys(leaf), (number, group, leaf))

    def matching(self, event: Json) -> list[int]:
        """The places of the patterns that match, in order."""
        found: set[int] = set()
        if not isinstance(event, dict):
            return []
        for number, group, _ in (*self._always, *self._candidates(event)):
            if number not in found and group_matches(group, event, event):
                found.add(number)
        return sorted(found)

    def _candidates(self, event: Json) -> Iterator[_Waiting]:
        """Walks what is in the event and in the index, without recursion: an event may be nested as deep as JSON is."""
        walk: list[tuple[_Place, Json]] = [(self._root, event)]
        while walk:
            place, value = walk.pop()
            if value.__class__ is dict:
                for name, inner in place.inner.items():
                    if name in value:
                        walk.append((inner, value[name]))
            elif value.__class__ is list:
                walk += [(place, item) for item in value]
            else:
                yield from place.waiting_for(value)


class _Place:
    """What waits at one field: by the kind of key, then by its text. `lengths` are those of the texts."""

    def __init__(self) -> None:
        self.inner: dict[str, _Place] = {}
        self._by_kind: dict[str, dict[str, list[_Waiting]]] = {}
        self._lengths: dict[str, list[int]] = {}

    def below(self, fields: tuple[str, ...]) -> _Place:
        """The place of a field in what is here."""
        place = self
        for name in fields:
            place = place.inner.setdefault(name, _Place())
        return place

    def wait(self, keys: tuple[Key, ...], waiting: _Waiting) -> None:
        """Wait here for a value that has one of `keys`."""
        for key in keys:
            self._by_kind.setdefault(key.kind, {}).setdefault(key.text, []).append(waiting)
            lengths = self._lengths.setdefault(key.kind, [])
            if len(key.text) not in lengths:
                lengths.append(len(key.text))

    def waiting_for(self, value: Json) -> Iterator[_Waiting]:
        """Who waits for a value that is no object and no array. Those that have to be tried are."""
        for kind, texts in self._by_kind.items():
            if kind == "tried":
                yield from (each for each in texts[""] if each[2] is None or each[2].holds(value))
                continue
            for text in self._texts(kind, value):
                yield from texts.get(text, ())

    def _texts(self, kind: str, value: Json) -> Iterator[str]:
        """The texts of a kind by which `value` is found."""
        if kind == "exact":
            yield token(value)
        elif value.__class__ is str:
            text = value.lower() if kind.startswith("any-case") else value
            if kind.endswith("exact"):
                yield text
            elif kind.endswith("prefix"):
                yield from (text[:length] for length in self._lengths[kind] if length <= len(text))
            else:
                yield from (text[len(text) - length:] for length in self._lengths[kind] if length <= len(text))


def _keys(leaf: Leaf) -> tuple[Key, ...]:
    """By which a value that `leaf` matches is found: those of all its matchers, unless one has none."""
    if all(each.keys for each in leaf.matchers):
        return tuple(dict.fromkeys(key for each in leaf.matchers for key in each.keys))
    return _TRIED
