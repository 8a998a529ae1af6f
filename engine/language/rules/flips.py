"""The smallest change of a payload that sends a Choice elsewhere.

    leaves that the rules read ──► values worth trying at each ──► the engine decides ──► the least change per branch
    (and paths they test for)       (literals of the rules, the      (single leaves first,
                                     boundary of a comparison ± a     then pairs)
                                     step, the opposite, nothing)

Every change that is given was decided by the engine itself. The search is over candidates and bounded, so it is honest
about its reach: it may miss a change (one that a regular expression or arithmetic over several values needs), and then
says that it found none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from engine.language.asl.times import iso_timestamp, parse_timestamp
from engine.language.expr.scope import ABSENT
from engine.language.rules.tree import Node
from engine.language.rules.verdict import ChoiceUnderTest, Payload
from engine.records import dataclass
from engine.values import is_number, json_type, walk

Json = Any
Way = tuple[str | int, ...]
"""A leaf's place: ``("input", "order", "lines", 0)`` or ``("variables", "limit")``."""

MOST_LEAVES = 60
MOST_CANDIDATES = 40
MOST_DECISIONS = 4_000
"""How often the engine is asked in one search."""

_PLAIN = re.compile(r"\$(states\.input|states\.context|\$|)?((?:[A-Za-z_]\w*)?(?:\.[A-Za-z_]\w*|\[\d+\]|\['[^']*'\])*)")
_STEP = re.compile(r"\.?([A-Za-z_]\w*)|\[(\d+)\]|\['([^']*)'\]")


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf of the payload made another. `old` or `new` is ABSENT where it is added or left out."""

    way: Way
    old: Json
    new: Json

    @property
    def path(self) -> str:
        """As a JSONPath reads it: ``$.order.lines[0]``, ``$limit``."""
        root, *rest = self.way
        text, names = "$", rest
        if root == "variables":
            text, names = f"${rest[0]}", rest[1:]
        for name in names:
            text += f"[{name}]" if isinstance(name, int) else (
                f".{name}" if re.fullmatch(r"[A-Za-z_]\w*", name) else f"['{name}']")
        return text

    @property
    def size(self) -> tuple[int, float]:
        """How great the change is: kind first (a timestamp that becomes another text is one of type), then distance."""
        if self.old is ABSENT or self.new is ABSENT:
            return 3, 0.0
        if json_type(self.old) != json_type(self.new):
            return 2, 0.0
        if isinstance(self.old, str):
            return (2 if _is_timestamp(self.old) is not _is_timestamp(self.new) else 0), 1.0
        if isinstance(self.old, list):
            return 1, abs(len(self.new) - len(self.old))
        return 0, (abs(self.new - self.old) if is_number(self.old) else 0.0)


@dataclass(frozen=True, slots=True)
class Flip:
    """The least changes found that lead to `branch` (as engine.language.rules.verdict.Outcome.branch), `next`."""

    branch: tuple[str, int | None]
    next: str | None
    changes: tuple[Change, ...]

    @property
    def size(self) -> tuple[int, int, float]:
        """How great it is: the number of leaves, the graver kind, the distance."""
        sizes = [change.size for change in self.changes]
        return len(sizes), max(kind for kind, _ in sizes), sum(distance for _, distance in sizes)


def flips(choice: ChoiceUnderTest, payload: Payload, trees: Sequence[Node]) -> list[Flip]:
    """The smallest change found for each other branch, in the order of the rules; `trees` are the rules' trees."""
    return _Search(choice, payload, trees).run()


class _Search:
    def __init__(self, choice: ChoiceUnderTest, payload: Payload, trees: Sequence[Node]) -> None:
        self.choice = choice
        self.payload = payload
        self.now = choice.decide(payload).branch
        self.trees = trees
        self.left = MOST_DECISIONS
        self.best: dict[tuple[str, int | None], Flip] = {}
        self.wanted: set[tuple[str, int | None]] = {("rule", index) for index in range(len(choice.rules))}
        if choice.state.default is not None:
            self.wanted.add(("otherwise", None))
        self.wanted.discard(self.now)

    def run(self) -> list[Flip]:
        changes = self.candidates()
        for change in changes:
            self.consider((change,))
        if self.wanted - self.best.keys():
            for first, second in _pairs(changes):
                if self.left <= 0 or not self.wanted - self.best.keys():
                    break
                self.consider((first, second))
        order = {branch: place for place, branch in enumerate(
            [*(("rule", index) for index in range(len(self.choice.rules))), ("otherwise", None)])}
        return sorted(self.best.values(), key=lambda flip: order[flip.branch])

    def consider(self, changes: tuple[Change, ...]) -> None:
        """Ask the engine where these changes lead, and keep them if nothing smaller leads there."""
        if self.left <= 0:
            return
        self.left -= 1
        outcome = self.choice.decide(changed(self.payload, changes))
        if outcome.branch not in self.wanted:
            return
        flip = Flip(outcome.branch, outcome.next, changes)
        best = self.best.get(outcome.branch)
        if best is None or flip.size < best.size:
            self.best[outcome.branch] = flip

    def candidates(self) -> list[Change]:
        literals, boundaries = _literals(self.trees), list(_boundaries(self.trees))
        made: list[Change] = []
        for way in self.ways():
            old = _at(self.payload, way)
            values = _unlike(old, _values(old, literals, boundaries))
            made += [Change(way, old, value) for value in values[:MOST_CANDIDATES]]
            if old is not ABSENT and way[0] == "input" and len(way) > 1:
                made.append(Change(way, old, ABSENT))
        return sorted(made, key=lambda change: change.size)

    def ways(self) -> list[Way]:
        """The leaves below what the rules read, and what they read that is not there."""
        found: dict[Way, None] = {}
        for node in (node for tree in self.trees for node in _every(tree)):
            for way in _ways_of(node, jsonata=self.choice.jsonata):
                for leaf in _leaves(_at(self.payload, way), way):
                    found[leaf] = None
                    if len(found) >= MOST_LEAVES:
                        return list(found)
        return list(found)


def changed(payload: Payload, changes: Sequence[Change]) -> Payload:
    """`payload` with the changes made, on copies."""
    roots: dict[str, Json] = {"input": payload.input, "variables": dict(payload.variables or {})}
    for change in changes:
        root, *way = change.way
        roots[str(root)] = _put(roots[str(root)], way, change.new)
    return replace(payload, input=roots["input"], variables=roots["variables"])


def _put(value: Json, way: Sequence[str | int], new: Json) -> Json:
    if not way:
        return new
    name, rest = way[0], way[1:]
    if isinstance(name, int):
        items = list(value) if isinstance(value, list) else []
        if name < len(items):
            items[name] = _put(items[name], rest, new)
            if items[name] is ABSENT:
                del items[name]
        return items
    members = dict(value) if isinstance(value, dict) else {}
    members[name] = _put(members.get(name, {}), rest, new)
    if members[name] is ABSENT:
        del members[name]
    return members


def _at(payload: Payload, way: Way) -> Json:
    value: Json = payload.input if way[0] == "input" else dict(payload.variables or {})
    for name in way[1:]:
        try:
            value = value[name]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return value


def _every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _every(child)


def _ways_of(node: Node, *, jsonata: bool) -> Iterator[Way]:
    """What a path or variable reads; of a path with more in it (a predicate, a wildcard) its plain beginning."""
    if node.kind not in ("path", "variable", "call", "expression", "chain"):
        return
    texts = [node.text] if node.kind in ("path", "variable") else re.findall(r"\$[\w.$]+", node.text)
    for text in texts:
        match = _PLAIN.match(text.strip("("))
        if match is None or match.group(1) in ("$", "states.context"):
            continue
        names = [part[0] or part[2] or int(part[1]) for part in _STEP.findall(match.group(2))]
        if jsonata and match.group(1) != "states.input":
            yield from ([("variables", *names)] if names else [])
        elif not jsonata and not text.startswith(("$.", "$[")) and text != "$":
            yield ("variables", *names)
        else:
            yield ("input", *names)


def _leaves(value: Json, way: Way) -> Iterator[Way]:
    """`way` itself where it is a leaf, a list or nothing, and every leaf below it."""
    return (path for path, item in walk(value, way) if not isinstance(item, dict))


def _literals(trees: Sequence[Node]) -> list[Json]:
    """The values the rules are written with, and those they read elsewhere in the payload."""
    found: list[Json] = []
    for node in (node for tree in trees for node in _every(tree)):
        if node.kind in ("literal", "path", "variable") and isinstance(node.value, (str, int, float, bool, type(None))):
            found.append(node.value)
            if node.kind == "literal" and isinstance(node.value, str) and "*" in node.value:
                found.append(re.sub(r"\\([*\\])|\*", lambda match: match.group(1) or "", node.value))
        if node.kind == "expression" or (node.kind == "path" and "[" in node.text):
            found += [match[1:-1] for match in re.findall(r'"[^"\\]*"|\'[^\'\\]*\'', node.text)]
            numbers = re.findall(r"\b\d+(?:\.\d+)?", node.text)
            found += [float(number) if "." in number else int(number) for number in numbers]
    return _unlike(ABSENT, found)


def _boundaries(trees: Sequence[Node]) -> Iterator[tuple[float, float]]:
    """(value, wanted) of each comparison of two numbers, both ways round."""
    for node in (node for tree in trees for node in _every(tree)):
        if node.kind == "comparison" and len(node.children) == 2:
            left, right = node.children[0].value, node.children[1].value
            if is_number(left) and is_number(right):
                yield left, right
                yield right, left


def _values(old: Json, literals: Sequence[Json], boundaries: Sequence[tuple[float, float]]) -> Iterator[Json]:
    """What may be tried in the place of `old`, the likelier first."""
    if isinstance(old, bool):
        yield not old
    if is_number(old):
        yield from _numbers(old, literals, boundaries)
    if isinstance(old, list):
        yield from _lists(old, literals)
    for literal in literals:
        yield literal
        if isinstance(literal, str) and (moment := parse_timestamp(literal)) is not None:
            yield iso_timestamp(moment + 1)
            yield iso_timestamp(moment - 1)
        if is_number(literal) and not is_number(old):
            yield literal + 1
            yield literal - 1
    if isinstance(old, str):
        yield from (f"{literal}{old}" for literal in literals if isinstance(literal, str) and literal)
        yield from (f"{old}{literal}" for literal in literals if isinstance(literal, str) and literal)
        yield from ((f"other {old}".strip(), "") if parse_timestamp(old) is None else ())
    yield from (True, False, None, "text", 1, "2030-01-01T00:00:00Z")


def _numbers(old: float, literals: Sequence[Json], boundaries: Sequence[tuple[float, float]]) -> Iterator[float]:
    """Boundaries, and a step to either side of them: 1 among whole numbers, else a hundredth."""
    numbers = [literal for literal in literals if is_number(literal)]
    whole = all(float(number).is_integer() for number in (old, *numbers))
    step = 1 if whole else 0.01
    targets = list(numbers)
    for value, wanted in boundaries:
        targets.append(old + (wanted - value))
        if value:
            targets.append(old * wanted / value)
    for target in targets:
        for shifted in (target, target + step, target - step):
            number = round(shifted, 6)
            yield int(number) if float(number).is_integer() else number


def _lists(old: list[Json], literals: Sequence[Json]) -> Iterator[list[Json]]:
    """Shorter and longer lists: what `$count` and its like look at."""
    lengths = {0, len(old) - 1, len(old) + 1}
    for literal in literals:
        if is_number(literal) and 0 <= literal <= 50:
            lengths |= {int(literal), int(literal) + 1, max(0, int(literal) - 1)}
    for length in sorted(lengths - {len(old), -1}, key=lambda length: abs(length - len(old))):
        yield old[:length] if length < len(old) else old + (old[-1:] or [{}]) * (length - len(old))
    yield from ([*old, literal] for literal in literals if isinstance(literal, str))


def _unlike(old: Json, values: Sequence[Json] | Iterator[Json]) -> list[Json]:
    """`values` without repetitions and without `old`; 1, 1.0 and true are three."""
    kept: list[Json] = []
    seen = {_key(old)}
    for value in values:
        key = _key(value)
        if value is not ABSENT and key not in seen:
            seen.add(key)
            kept.append(value)
    return kept


def _key(value: Json) -> str:
    return f"{json_type(value)}:{value!r}" if value is not ABSENT else "absent"


def _is_timestamp(text: str) -> bool:
    return parse_timestamp(text) is not None


def _pairs(changes: Sequence[Change]) -> Iterator[tuple[Change, Change]]:
    """Changes of two different leaves, the smaller ones first."""
    for total in range(1, 2 * len(changes) - 1):
        for first in range(max(0, total - len(changes) + 1), (total + 1) // 2):
            one, other = changes[first], changes[total - first]
            if one.way != other.way:
                yield one, other
