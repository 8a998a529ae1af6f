"""Where what arrives comes from, and how much of it in how long: a trigger and a count, or a to-do.

    label       "Answers from the canteen form: …": a form starts it, and no rule decides on where they are from
    queue       "… arrive on the alarms queue, …": that queue starts it, and nothing is sent to it
    window      "more than 20 … arrive within 5 minutes": one condition has both numbers, and nothing waits so long

What a document has of none is a to-do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.accounting.doubts import Doubt
from engine.copilot.accounting.evidence import number, numbers_in
from engine.copilot.accounting.facts import Facts
from engine.copilot.accounting.starts import SOURCES
from engine.copilot.offline.words import NUMBERS, TIMES, UNITS, VERBS, singular, stems

_N = "|".join([r"\d+", *sorted({*NUMBERS, *TIMES} - {"a", "an", "half", "once"}, key=len, reverse=True)])
_UNIT = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?)"
_SOURCE = r"(?:form|queue|webhook|bucket|folder)"
_LABEL = re.compile(
    rf"^(?P<said>(?P<first>[\w'-]+)(?: [\w'-]+){{0,3}} (?:from|on|in|by|via|through|over|to|into|at) "
    rf"(?:[\w./-]+ ){{0,3}}?(?P<source>{_SOURCE})(?: [\w./-]+)?): ", re.IGNORECASE)
_HEAD = r"\b(?:if|when|whenever|once|should|as soon as|in case|every time|each time)\b"
_ARRIVES = (r"(?:arriv|com|land|appear|show|turn|end|pil|reach|enter|fail|occur|happen|drop|hit|get|received|received"
            r"|queued|wait|sit)\w*")
_ON_A_QUEUE = re.compile(
    rf"{_HEAD}(?:[^,;.:]*?\b{_ARRIVES}\b(?: (?:up|in|to))?(?: within [^,;.:]*?)?"
    rf"| there(?:'s| is| are| was| were| has been| have been) [^,;.:]*?| (?:\S+ ){{1,3}}(?:is|are)) "
    rf"(?P<said>(?:on|in|at|into|from|to) (?:the |our |a |an )?(?P<name>[\w-]+) queue)\b", re.IGNORECASE)
_WINDOW = re.compile(
    rf"{_HEAD}[^,;.:]*?\b(?P<n>{_N})\b(?! (?:times|{_UNIT})\b)[^,;.:]*? "
    rf"(?P<said>(?:within|inside|in the space of) (?:(?P<m>{_N}|an?|one) )?(?P<unit>{_UNIT}))\b", re.IGNORECASE)


def arrivals_in(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """The sources that nothing hears, and the spans of time in which nothing is counted."""
    yield from _labels(sentence, facts)
    heard = [leaf for leaf in facts.leaves if leaf.pointer.startswith("/triggers/")]
    read = [leaf for leaf in facts.key("Resource") if "receiveMessage" in str(leaf.value)]
    for match in _ON_A_QUEUE.finditer(sentence):
        if not read and not any(stems(match["name"]) <= leaf.stems for leaf in heard):
            yield (*match.span("said"), "condition")
        elif any("ueue" in str(leaf.value) for leaf in facts.conditions()):
            yield (*match.span("said"), "condition")  # that a message is there says the trigger
    for match in _WINDOW.finditer(sentence):
        span = (number(match["m"] or "1") or 1) * UNITS[singular(match["unit"].lower())]
        count = number(match["n"])
        if not any({span, span * 1000} & numbers_in(leaf.value) and count in numbers_in(leaf.value)
                   for leaf in facts.conditions()) and _waits(facts, span):
            yield (*match.span("said"), "window")


def _waits(facts: Facts, span: float) -> bool:
    """Whether a Wait is all that has the span."""
    return any(leaf.value == span for leaf in facts.key("Seconds"))


def _labels(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """``Answers from the canteen form: …``."""
    match = _LABEL.match(sentence)
    if match is None or match["first"].lower() in VERBS:
        return
    kinds = next(kinds for words, kinds in SOURCES if re.search(words, match["source"].lower()))
    heard = {str(leaf.value) for leaf in facts.key("type") if leaf.pointer.startswith("/triggers/")}
    if not heard & kinds:
        yield (*match.span("said"), "condition")
