"""Explicit states, breadth first: every state that a model can reach, what is wrong in one, and walks for replaying.

A model is a class with `start()`, `moves(state)`: pairs of a label and the state after it, and `broken(state)`: what is
wrong there. `rests(state)`: whether it may stay there for ever. States are hashable, labels are (who, what).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

Label = tuple[str, str]


class Model(Protocol):
    """What is explored."""

    def start(self) -> Hashable: ...
    def moves(self, state: Any) -> Iterable[tuple[Label, Any]]: ...
    def broken(self, state: Any) -> str: ...
    def rests(self, state: Any) -> bool: ...


@dataclass
class Explored:
    """`came`: how each state was reached first. `wrong`: the shortest way to what is broken, and what that is."""

    came: dict[Any, tuple[Label, Any] | None]
    edges: int
    wrong: tuple[list[Label], str] | None

    def way(self, state: Any) -> list[Label]:
        """The labels from the start to `state`, as few as there can be."""
        labels: list[Label] = []
        while (came := self.came[state]) is not None:
            labels.append(came[0])
            state = came[1]
        return labels[::-1]


def explore(model: Model, most: int = 2_000_000) -> Explored:
    """All states, breadth first; ends at the first that is broken, or from which no rest can be reached."""
    start = model.start()
    found = Explored({start: None}, 0, None)
    queue, back = deque([start]), dict[Any, list[Any]]()
    resting: list[Any] = []
    while queue:
        state = queue.popleft()
        what = model.broken(state)
        if what:
            found.wrong = found.way(state), what
            return found
        if model.rests(state):
            resting.append(state)
        for label, after in model.moves(state):
            found.edges += 1
            back.setdefault(after, []).append(state)
            if after not in found.came:
                found.came[after] = (label, state)
                queue.append(after)
                assert len(found.came) <= most, "more states than the bound"
    saved = set(resting)
    while resting:
        for before in back.get(resting.pop(), ()):
            if before not in saved:
                saved.add(before)
                resting.append(before)
    lost = next((state for state in found.came if state not in saved), None)
    if lost is not None:
        found.wrong = found.way(lost), "no rest can be reached from here"
    return found


def covering(model: Model, found: Explored) -> list[list[Label]]:
    """Walks from the start that together make every move of the model, each on to a rest: depth first along moves that
    no walk has made yet, then the shortest way to a rest."""
    moves = {state: list(model.moves(state)) for state in found.came}
    ends = _ways_to_rest(model, moves)
    todo = {state: list(range(len(made))) for state, made in moves.items() if made}
    walks: list[list[Label]] = []
    for state in found.came:  # in the order of their distance
        while todo.get(state):
            walk, at = found.way(state), state
            while todo.get(at):
                label, after = moves[at][todo[at].pop()]
                walk.append(label)
                at = after
            while (step := ends[at]) is not None:
                walk.append(step[0])
                at = step[1]
            walks.append(walk)
    return walks


def _ways_to_rest(model: Model, moves: dict[Any, list[tuple[Label, Any]]]) -> dict[Any, tuple[Label, Any] | None]:
    """The next step of each state on its shortest way to a rest."""
    back: dict[Any, list[tuple[Label, Any]]] = {}
    for state, made in moves.items():
        for label, after in made:
            back.setdefault(after, []).append((label, state))
    ends: dict[Any, tuple[Label, Any] | None] = {state: None for state in moves if model.rests(state)}
    queue = deque(ends)
    while queue:
        after = queue.popleft()
        for label, state in back.get(after, ()):
            if state not in ends:
                ends[state] = (label, after)
                queue.append(state)
    return ends
