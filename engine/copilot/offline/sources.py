"""What an argument is taken from, where an earlier step has it: ``the fee found there``, ``the address we got back``,
``the total from that report``, ``the price returned by the quote function``; and the things that a step fetches."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.copilot.offline.naming import Known
from engine.copilot.offline.words import DETERMINERS, camel, singular, stems
from engine.records import dataclass

_DONE = (r"(?:found|got|gotten|returned|stored|listed|given|recorded|noted|fetched|read|received|kept|shown|held|stated"
         r"|calculated|computed|worked out|looked up|reported|retrieved|saved|written|quoted|delivered|produced)")
_FIELD = r"(?:the|its|an?) (?P<field>(?!the\b|an?\b|it\b)[\w-]+(?: (?!the\b|an?\b|that\b|which\b|we\b|it\b)[\w-]+)?)"
_THAT = r"(?: (?:that|which))?(?: (?:is|was|are|were|has been|have been))?"
_ANSWER = (r"(?:answer|response|result|reply|output|report|lookup|record|row|entry|call|query|table|sheet|page|list"
           r"|function|step)")
_BY = (rf"(?:it|there|(?:that|this|the) {_ANSWER}|the [\w-]+ (?:function|workflow|service|api|job)|[\w]+-[\w-]+)")
FOUND = re.compile(
    rf"\b{_FIELD}(?:{_THAT} {_DONE}(?: back)? (?:there|(?:in|on|by|from) {_BY})"
    rf"| (?:from|in) (?:there|(?:that|this) {_ANSWER}|the (?:answer|response|result|reply|output|lookup))"
    r"|(?: that| which)? (?:we|you|i) (?:just |have |had )?(?:(?:got|get|received) (?:back|from (?:it|there))"
    r"|found|looked up|fetched)(?: there)?"
    r"|(?: that| which)? (?:it|the [\w-]+ function) (?:returns|returned|gives|gave|comes up with|came up with|finds"
    r"|found|reports|reported|answers|answered)(?: back)?"
    r"|(?: that| which) (?:comes|came) back)\b(?! [\w-]+ table)", re.IGNORECASE)
"""A thing, and the step that it comes from."""
_ADDRESS = re.compile(r"(?:^|[ -])(?:address|e-?mail|mail|recipient|contact)$", re.IGNORECASE)


FETCHED = re.compile(
    r"\b(?:get|fetch|load|read|download|query|retrieve|pull|collect|check|measure) (?P<what>(?:(?!(?:from|at|in|on|by"
    r"|with|for|if|whether|and|that|which|https?)\b)[\w'-]+ ){1,5}?)(?=(?:from|at|in|on|by|with|through|via) )"
    r"|\b(?:check|get|fetch|load|read|count|calculate|compute|find|measure)-(?P<name>[\w-]+)", re.IGNORECASE)
"""A step that fetches something: ``get the readings from https://…``, ``the check-stock function``."""
_NO_THING = frozenset({"list", "table", "sheet", "status", "state", "result", "answer", "response", "all", "new",
                       "open", "current", "latest", "today's", "data", "value", "file", "row", "of", "it"})


def fetched_in(text: str) -> frozenset[str]:
    """What the step that `text` asks for fetches, in the singular; no word for an answer."""
    said = FETCHED.search(text)
    words = re.split(r"[ -]", (said["what"] or said["name"]).lower().strip()) if said is not None else []
    return frozenset(singular(word) for word in words
                     if word and word not in DETERMINERS and not word.endswith("'s")) - _NO_THING


def answered_by(variable: str, content: str, text: str, known: Known) -> Known:
    """What is known behind the step that `text` asks for: its answer, and what it has fetched. The row of a table is
    none of these: it is the customer, the order that the sentence is about."""
    path = f"${variable}{content}"
    things = fetched_in(text) if content not in ("", ".Item") else frozenset[str]()
    return replace(known, results=(*known.results, (variable, path)),
                   fetched=(*known.fetched, (things - {known.entity}, path)))


@dataclass(frozen=True, slots=True)
class Source:
    """`field` as it was said, and the path to it in the answer of the step before."""

    field: str
    path: str

    @property
    def is_address(self) -> bool:
        """Whether something is sent to it."""
        return _ADDRESS.search(self.field) is not None


def source_in(text: str, known: Known) -> Source | None:
    """What the text takes from the answer of an earlier step: of the one that it names, else of the last. None where it
    says no such thing, or where no step before it has an answer."""
    said = FOUND.search(text)
    results = [(name, path) for name, path in known.results if name != "approval"]
    if said is None or not results:
        return None
    spoken = stems(said[0])
    of, path = next((one for one in reversed(results) if stems(one[0]) <= spoken), results[-1])
    del of
    field = f"{path}.{camel(said['field'].split())}"
    return Source(said["field"], f"{field}.*" if path.endswith(".Item") else field)
