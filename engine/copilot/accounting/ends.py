"""What comes when a loop is over: behind the Map, once, and behind no condition that reads the words as a field. What
is done either way: on both sides of each condition, and behind each failure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.catalog.states import targets_of
from engine.copilot.accounting.doubts import StateOf
from engine.copilot.accounting.facts import Facts, Stated, reached
from engine.copilot.accounting.structure import EITHER_WAY, guards
from engine.copilot.accounting.synonyms import GLUE
from engine.copilot.offline.clauses import clauses_of
from engine.copilot.offline.wording.ending import endings_in
from engine.copilot.offline.words import stems


def ends_in(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[tuple[int, int, str | None]]:
    """Where the sentence says that a loop is over, and the pointer of the Map; None where what is done then stands in
    the Map, or hangs on a condition of these words."""
    loop = next((one.pointer for one in facts.typed("Map")), None)
    for said in endings_in(sentence) if loop is not None else ():
        does = state_of(said.doing)
        if does is None:
            continue
        words = frozenset().union(*(stems(word) for word in re.findall(r"[\w-]+", sentence[said.start:said.end].lower())
                                    if word not in GLUE))
        asks = _asks(does, words, facts) or (said.is_left and guards(facts, does))
        is_once = "/ItemProcessor/" not in does.pointer and not asks
        yield said.start, said.end, loop if is_once else None


def either_way_in(sentence: str, facts: Facts, state_of: StateOf) -> Iterator[tuple[int, int, str | None]]:
    """Where the sentence says that something is done either way, and the pointer of its state; None where it is done on
    one side alone, or not behind a failure."""
    clauses = clauses_of(sentence)
    for clause, after in zip(clauses, [*clauses[1:], None], strict=False):
        begin, end = clause.words[0].start, clause.words[-1].end
        said = EITHER_WAY.search(sentence, begin, end)
        if said is None:
            continue
        whole = sentence[begin:end]
        does = state_of(whole) or (None if after is None else state_of(
            sentence[after.words[0].start:after.words[-1].end]))
        if does is not None:
            handlers = [str(catcher.get("Next")) for one in facts.states if one.machine is does.machine
                        and one.name != does.name and does.name in reached(one.machine, *targets_of(one.state))
                        for catcher in one.state.get("Catch", ())]
            always = not guards(facts, does) and all(does.name in reached(does.machine, name) for name in handlers)
            yield (*said.span("said"), does.pointer if always else None)


def _asks(state: Stated, words: frozenset[str], facts: Facts) -> bool:
    """Whether a Choice on whose side the state stands speaks of the words alone."""
    sides = {pointer for pointer, _ in guards(facts, state)}
    return any(leaf.stems & words for leaf in facts.conditions() if leaf.pointer.partition("/Choices/")[0] in sides)
