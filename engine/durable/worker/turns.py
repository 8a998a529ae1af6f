"""Whose turn it is in a round, and in which order: executions of one workflow do not keep those of another waiting.

    turns    where several workflows could go on, each has as many as the one that needs the fewest, LEAST_TURNS at
             least. Those that have waited longest come first; the others keep theirs for a later round
    order    one execution of each workflow after the other, a workflow with calls under way so many places later; of a
             workflow who has the fewest calls under way first. So a thread that is free goes to whom has least

With one workflow everybody has a turn.
"""

from __future__ import annotations

from collections.abc import Collection

from engine.durable.worker.owned import Owned

LEAST_TURNS = 10
"""Fewer would share too few commits: one commit is for all that had a turn."""


def turns(owned: Collection[Owned], now: float, number: int) -> list[Owned]:
    """Those that have a turn in the round `number`, at `now`, in order. Who waits for something, or has to let go, has
    one in each."""
    of_workflow: dict[str, list[Owned]] = {}
    for each in owned:
        of_workflow.setdefault(each.workflow, []).append(each)
    if len(of_workflow) < 2:
        return sorted(owned, key=_calls)
    ranked: list[tuple[int, int, Owned]] = []
    for index, some in enumerate(_equal_parts(list(of_workflow.values()), now)):
        under_way = sum(map(_calls, some))
        place = (index + number) % len(of_workflow)  # nobody is the first in each round
        ranked += [(under_way + at, place, each) for at, each in enumerate(sorted(some, key=_calls))]
    ranked.sort(key=lambda rank: rank[:2])
    return [each for _, _, each in ranked]


def _equal_parts(groups: list[list[Owned]], now: float) -> list[list[Owned]]:
    could = [[each for each in some if each.runnable and not each.near(now)] for some in groups]
    needs = [len(some) for some in could if some]
    if len(needs) < 2:
        return groups
    most = max(min(needs), LEAST_TURNS)
    later = {
        id(each) for some in could for each in sorted(some, key=lambda each: each.last_turn)[most:]
    }
    return [[each for each in some if id(each) not in later] for some in groups]


def _calls(owned: Owned) -> int:
    return len(owned.activation.in_flight)
