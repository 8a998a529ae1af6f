"""What an argument is taken from, where an earlier step has it: ``the fee found there``, ``the address we got back``,
``the total from that report``, ``the price returned by the quote function``; and the things that a step fetches."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.copilot.offline.naming import Known
from engine.copilot.offline.words import ALSO_NOUNS, DETERMINERS, ENTITIES, VERBS, camel, singular, stems
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


_FUNCTION = re.compile(r"(?<![\w-])(?P<name>[a-z][\w-]*) (?:function|lambda)\b"
                       r"|\b(?:function|lambda) (?:called |named )?(?P<behind>[a-z]\w*-[\w-]+)"
                       r"|(?:run|invoke|call|trigger|execute) (?:the )?(?P<alone>[a-z]\w*-[\w-]+)\b", re.IGNORECASE)
_HOW_IT_IS = frozenset({"check", "validate", "verify", "classify", "categorise", "categorize", "assess", "evaluate",
                        "inspect", "review", "analyse", "analyze", "judge", "detect", "test", "score", "rate", "grade",
                        "screen"})
"""What is done to know how a thing is: its answer says that, and the thing itself was there before."""
_HOW_MUCH = frozenset({"count", "calculate", "compute", "find", "measure", "estimate", "predict", "forecast", "get",
                       "fetch", "load", "read", "query", "lookup", "look", "retrieve", "quote", "extract", "parse",
                       "identify", "derive", "sum", "tally"})
_NOUNS = frozenset({"count", "score", "estimate", "forecast", "quote", "grade", "rate", "sum", "tally"})
"""Verbs of these that are also the name of what comes out."""
_NO_PART = r"(?:from|at|in|on|by|with|for|if|whether|and|that|which|https?)\b"
FETCHED = re.compile(
    r"\b(?P<verb>get|fetch|load|read|download|query|retrieve|pull|collect|check|measure|look up|find|count|calculate"
    rf"|compute) (?P<what>(?:(?!{_NO_PART})[\w'-]+ ){{1,5}}?)(?=(?:from|at|in|on|by|with|through|via) )"
    r"|(?<!the )(?<!an )(?<!-)\b(?P<judges>classify|categori[sz]e|rate|score|assess|grade|estimate|predict) "
    rf"(?P<thing>(?:(?!{_NO_PART})[\w'-]+ ?){{1,4}}?)(?=$|[,;.]| (?:with|by|through|via) )"
    rf"|\b(?:ask|query|poll) \S+ (?:function |service )?for "
    rf"(?P<asked>(?:(?!{_NO_PART})[\w'-]+ ?){{1,4}}?)(?=$|[,;.]| (?:of|for) )"
    rf"|\b(?:{'|'.join(sorted(_HOW_IT_IS | _HOW_MUCH))})-[\w-]+", re.IGNORECASE)
"""A step that fetches something, or says how it is: ``get the readings from https://…``, ``the check-stock function``,
``classify the ticket``."""
_WAYS = "|".join(sorted(_HOW_IT_IS))
_JUDGES = re.compile(rf"\b(?:(?:{_WAYS})(?:-| the | an? | its? ))|-(?:{_WAYS})\b",
                     re.IGNORECASE)
"""A step that says how a thing is."""
_ID = r"(?:ids?|numbers?|no|codes?|keys?|references?|e-?mail(?: address)?|name|postcode)"
"""What names a thing and is not all of it."""
GIVEN = re.compile(rf"\b(?:with|by|for|using|passing|giving) (?:the |its |their |her |his |a )?(?P<of>[a-z]+)(?:'s)? "
                   rf"{_ID}\b", re.IGNORECASE)
"""A call that is given what names a thing: ``with the customer id``."""
_NO_THING = frozenset({"list", "table", "sheet", "status", "state", "result", "answer", "response", "all", "new",
                       "open", "current", "latest", "today's", "data", "value", "file", "row", "of", "it", "up"})


def computed_by(function: str) -> frozenset[str]:
    """What a function of this name answers, in the singular: ``risk-score`` a risk and a score, ``count-orders`` a
    count and orders; ``ship-order`` nothing that is known."""
    parts = [singular(part.lower()) for part in re.findall(r"[A-Za-z][a-z]*", function)]
    first = parts[0] if parts else ""
    if len(parts) > 1 and first in _HOW_IT_IS | _HOW_MUCH:
        return frozenset({*parts[1:], *({first} & _NOUNS)}) - _NO_THING
    if len(parts) > 1 and first in VERBS and parts[-1] not in _HOW_IT_IS | _NOUNS:
        return frozenset()
    does = VERBS - ALSO_NOUNS - _NOUNS if len(parts) == 1 else frozenset[str]()
    return frozenset(parts) - ENTITIES - _NO_THING - (_HOW_IT_IS - _NOUNS) - does


def fetched_in(text: str) -> frozenset[str]:
    """What the step that `text` asks for fetches or computes, in the singular; no word for an answer."""
    said, function, given = FETCHED.search(text), _FUNCTION.search(text), GIVEN.search(text)
    words: list[str] = []
    if said is not None:
        words = re.split(r"[ -]", (said["what"] or said["thing"] or said["asked"] or "").lower().strip())
        words += _NOUNS & {(said["verb"] or said["judges"] or "").lower()}
    if given is not None and ("://" in text or function is not None):
        words.append(given["of"].lower())
    named = frozenset[str]()
    if function is not None:
        named = computed_by(function["name"] or function["behind"] or function["alone"])
    return named | frozenset(singular(word) for word in words
                             if word and word not in DETERMINERS and not word.endswith("'s")) - _NO_THING


def answered_by(variable: str, content: str, text: str, known: Known, brought: frozenset[str] = frozenset()) -> Known:
    """What is known behind the step that `text` asks for: its answer, and what it has fetched that was not `brought`
    before. The row of a table is the thing that was looked up."""
    path = f"${variable}{content}"
    things = fetched_in(text) if content else frozenset[str]()
    judged = (*known.judged, (things, path)) if content != ".Item" and _JUDGES.search(text) else known.judged
    things = things | {singular(variable)} if content == ".Item" else things - brought - {known.entity}
    return replace(known, results=(*known.results, (variable, path)), fetched=(*known.fetched, (things, path)),
                   judged=judged, subject=path if content == ".Item" else known.subject)


def typed(condition: str) -> str:
    """A condition that reads the attributes of a row of DynamoDB as values: ``$member.Item.fee.*``."""
    text = re.sub(r"(\$\w+\.Item(?:\.(?!Item\b)\w+)+)(?![\w.])", r"\1.*", condition)
    return re.sub(r"(\$\w+\.Item(?:\.\w+)+\.\*)(?= (?:[<>]=?|=|!=) -?\d)", r"$number(\1)", text)


@dataclass(frozen=True, slots=True)
class Source:
    """`field` as it was said, and the path to it in the answer of the step before."""

    field: str
    path: str

    @property
    def is_address(self) -> bool:
        """Whether something is sent to it."""
        return _ADDRESS.search(self.field) is not None


_KEPT = re.compile(
    r"^\w+ (?:the |all |all the |those |these |its |their )?(?P<what>[\w-]+(?: [\w-]+)?) (?:in|into|to|on) ")


def kept_in(text: str, known: Known) -> str:
    """The path of what is saved or sent on: the answer of the step that has fetched it, else the input."""
    said = _KEPT.search(text)
    results = [path for name, path in known.results if name != "approval"]
    if said is None or not results:
        return "$states.input"
    thing = singular(said["what"].split()[-1])
    got = next((path for things, path in reversed(known.fetched) if thing in things), None)
    is_answer = thing in ("result", "answer", "response", "output") or (
        said["what"] == "them" and bool(known.fetched and known.fetched[-1][0]))
    return got or (results[-1] if is_answer else "$states.input")


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
