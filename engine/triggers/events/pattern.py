"""A pattern read once: its fields, and the ways in which an event can match it.

A pattern is an object as the event is. A field has an object, for what is in it, or an array, of which one entry has to
hold. All fields have to. ``$or`` has two or more such objects, one of which has to hold beside the other fields.

What ``$or`` says is multiplied out, as event-ruler does it: each alternative is a pattern without it. So fields that
stand in it are held to the same element of an event's array as fields beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from engine.records import dataclass
from engine.triggers.events.matchers import Matcher, matcher
from engine.triggers.faults import Fault, Path, TriggerFault
from engine.values import kind_of

Json = Any

OR = "$or"
MOST_ALTERNATIVES = 1000
"""Of one pattern, when its ``$or`` are multiplied out: AWS refuses more."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """An array of matchers, of which one has to hold. `fields` leads to it in an event, `path` in the pattern."""

    fields: tuple[str, ...]
    path: Path
    matchers: tuple[Matcher, ...]

    @property
    def absent(self) -> bool:
        """Whether it holds where the field is not there."""
        return any(each.absent for each in self.matchers)

    def holds(self, value: Json) -> bool:
        """Whether a value, which is no object and no array, matches."""
        for each in self.matchers:  # noqa: SIM110 - a third faster, and an index may ask a thousand leaves
            if each.holds(value):
                return True
        return False

    @property
    def says(self) -> str:
        """What it wants, in words."""
        return ", or ".join(each.says for each in self.matchers)


@dataclass(frozen=True, slots=True)
class Branch:
    """An object of a pattern as it is written: its fields, and each of its ``$or``."""

    path: Path
    fields: Mapping[str, Leaf | Branch]
    ors: tuple[tuple[Branch, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """An object of an alternative. A field has leaves, all of which have to hold, and a group for what is in it."""

    fields: tuple[tuple[str, tuple[Leaf, ...], Group | None], ...]

    def leaves(self) -> Iterator[Leaf]:
        """All of them, also those further down."""
        for _, leaves, group in self.fields:
            yield from leaves
            if group is not None:
                yield from group.leaves()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern: as it is written, and its alternatives, one of which has to match."""

    written: Branch
    alternatives: tuple[Group, ...]


def compile_pattern(pattern: Json) -> Pattern:
    """Raises TriggerFault, which lists all that is wrong, each with its path in the pattern."""
    faults: list[Fault] = []
    written = _branch(pattern, (), (), faults)
    if faults:
        raise TriggerFault(faults)
    found = [group for group in map(_group, _alternatives(written)) if _contradiction(group) is None]
    if not found:
        raise TriggerFault([Fault(*_absent_and_there(written))])
    return Pattern(written, tuple(found))


def _branch(value: Json, fields: tuple[str, ...], path: Path, faults: list[Fault]) -> Branch:
    if not isinstance(value, dict) or not value:
        faults.append(Fault(path, "a pattern is an object with a field or more" if isinstance(value, dict) else
                            f"a pattern is an object, not {kind_of(value)}"))
        return Branch(path, {})
    found: dict[str, Leaf | Branch] = {}
    ors: tuple[tuple[Branch, ...], ...] = ()
    for name, item in value.items():
        at = (*path, name)
        if name == OR:
            ors = (_or(item, fields, at, faults),)
        elif isinstance(item, dict):
            found[name] = _branch(item, (*fields, name), at, faults)
        elif isinstance(item, list):
            found[name] = _leaf(item, (*fields, name), at, faults)
        else:
            faults.append(Fault(at, f"{name!r} has an array of what matches, or an object: write [{_written(item)}]"))
    return Branch(path, found, ors)


def _or(value: Json, fields: tuple[str, ...], path: Path, faults: list[Fault]) -> tuple[Branch, ...]:
    if not isinstance(value, list) or len(value) < 2:
        faults.append(Fault(path, "$or has an array of two or more patterns"))
        return ()
    return tuple(_branch(item, fields, (*path, index), faults) for index, item in enumerate(value))


def _leaf(items: list[Json], fields: tuple[str, ...], path: Path, faults: list[Fault]) -> Leaf:
    if not items:
        faults.append(Fault(path, "the array is empty, so nothing can match. Write what is to match, or exists"))
    matchers = []
    for index, item in enumerate(items):
        try:
            matchers.append(matcher(item, (*path, index)))
        except TriggerFault as error:
            faults += error.faults
    return Leaf(fields, path, tuple(matchers))


_Drawn = dict[str, tuple[tuple[Leaf, ...], "_Drawn | None"]]
"""A Group that is being put together."""


def _alternatives(branch: Branch) -> list[_Drawn]:
    """`branch` without its ``$or``. Raises TriggerFault where there are too many."""
    found: list[_Drawn] = [{}]
    for name, item in branch.fields.items():
        if isinstance(item, Leaf):
            found = _joined(found, [{name: ((item,), None)}], branch.path)
        else:
            found = _joined(found, [{name: ((), inner)} for inner in _alternatives(item)], branch.path)
    for choices in branch.ors:
        found = _joined(found, [each for choice in choices for each in _alternatives(choice)], branch.path)
    return found


def _joined(one: Sequence[_Drawn], other: Sequence[_Drawn], path: Path) -> list[_Drawn]:
    if len(one) * len(other) > MOST_ALTERNATIVES:
        raise TriggerFault.one(
            f"its $or multiply out to more than {MOST_ALTERNATIVES} alternatives. Make several triggers of it", path
        )
    return [_merged(left, right) for left, right in product(one, other)]


def _merged(left: _Drawn, right: _Drawn) -> _Drawn:
    found = dict(left)
    for name, (leaves, group) in right.items():
        before, inner = found.get(name, ((), None))
        both = group if inner is None else inner if group is None else _merged(inner, group)
        found[name] = ((*before, *leaves), both)
    return found


def _group(drawn: _Drawn) -> Group:
    return Group(tuple(
        (name, leaves, None if inner is None else _group(inner)) for name, (leaves, inner) in drawn.items()
    ))


def _contradiction(group: Group) -> Leaf | None:
    """A leaf that wants its field to be absent beside one that wants it there. Only ``$or`` brings them together."""
    for _, leaves, inner in group.fields:
        if any(not leaf.absent for leaf in leaves):
            for leaf in leaves:
                if all(each.absent for each in leaf.matchers):
                    return leaf
        if inner is not None and (found := _contradiction(inner)) is not None:
            return found
    return None


def _absent_and_there(written: Branch) -> tuple[Path, str]:
    """Where no alternative can match, and why."""
    for group in map(_group, _alternatives(written)):
        leaf = _contradiction(group)
        if leaf is not None:
            field = ".".join(leaf.fields)
            return leaf.path, f"{field} is to be absent here and to have a value in $or: nothing matches"
    raise AssertionError(written)  # only called where each has one


def _written(value: Json) -> str:
    from json import dumps  # noqa: PLC0415 - for a mistake alone

    return dumps(value, ensure_ascii=False)
