"""What comes when a loop is over: behind the Map, once, and behind no condition that reads the words as a field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.accounting.doubts import StateOf
from engine.copilot.accounting.facts import Facts, Stated
from engine.copilot.accounting.structure import guards
from engine.copilot.accounting.synonyms import GLUE
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


def _asks(state: Stated, words: frozenset[str], facts: Facts) -> bool:
    """Whether a Choice on whose side the state stands speaks of the words alone."""
    sides = {pointer for pointer, _ in guards(facts, state)}
    return any(leaf.stems & words for leaf in facts.conditions() if leaf.pointer.partition("/Choices/")[0] in sides)
