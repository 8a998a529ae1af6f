"""How a sentence says what starts a workflow, and the types of triggers that it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.accounting.facts import Facts

SOURCES: tuple[tuple[str, frozenset[str]], ...] = tuple((words, frozenset(kinds.split())) for words, kinds in (
    ("webhook", "webhook"), ("form", "form webhook"), ("queue", "queue"), ("bucket|s3", "s3 event"),
    ("folder", "folder s3"), ("workflow", "workflow_end"),
))
"""What starts a workflow, and the types of its triggers."""
STARTING = re.compile(
    r"(?:when(?:ever)?|once|as soon as|after|every time|each time|upon) (?=.*?\b(?P<source>webhook|form|queue|bucket"
    r"|s3|folder|workflow)\b(?!-)).*\b(?:finish\w*|end(?:s|ed)?|complete[sd]?|succeed\w*|done|through|over|called"
    r"|hit|triggered|fires?|receive[sd]?|arrives?|arrived|lands?|landed|comes?|came|submitted|filled|uploaded|dropped"
    r"|posted|shows? up|appears?|sent|added|put)\b")
"""``when the workflow x has finished``: what starts it, and no condition."""
STARTS = tuple((re.compile(rf"^(?:{words})$"), kind) for words, kind in (
    (r"bucket|files?|upload\w*|lands?", "event"), (r"queue|messages?", "queue"),
    (r"webhook|calls?|called|hit", "webhook"), (r"forms?|fill\w*|submi\w*|sign\w*|enter\w*|sent?|send\w*", "form"),
    (r"when\w*|as|soon|if|comes?|arriv\w*|receiv\w*|creat\w*|plac\w*|open\w*|submit\w*|add\w*|events?|some(?:one|body)|people|order\w*|regist\w*|book\w*",
     "webhook|queue|event|form"),
))
_OF_EACH = re.compile(
    r"\b(?:each|every) (?:single |new |incoming )?[\w'-]+(?: [\w'-]+)? (?:of|from|through|via|by|on"
    r"|(?:that )?(?:is |was )?\w+(?: in)?(?: by| on| to| through| in| via)?) (?:the|our|a) (?:[\w-]+ )?"
    r"(?P<source>form|webhook|queue)\b(?!-)", re.IGNORECASE)
"""``every application from the careers form``: what starts it, and no list."""
_HEARD = re.compile(r"(?<![\w-])(?:(?P<form>forms?)|(?P<webhook>webhooks?)|(?P<event>(?-i:[A-Z][a-z]+[A-Z])\w+ events?)"
                    r"|(?P<schedule>yearly|annually|quarterly|once (?:a|an|per|every|each) (?:quarter|year)))(?![\w-])",
                    re.IGNORECASE)
_NO_CRON = re.compile(r"\b(?:fortnightly|bi-?weekly|(?:in|during|within|outside) (?:office|business|working"
                      r"|opening|school) hours)\b", re.IGNORECASE)
_ENDED = re.compile(r"\b(?:when|once|as soon as|after) (?:the |our )?(?P<name>[\w-]+) workflow (?:(?:is|has|was) "
                    r"(?:finished|done|over|ended|completed)|finishes|ends|completes)\b", re.IGNORECASE)

_RUN_OVER = re.compile(
    r"\b(?:when|once|as soon as|after|if) (?:the |our )?(?P<name>[a-z]\w*(?:-\w+)+|[a-z]+ (?:run|import|export|job"
    r"|backup|sync|build|batch|migration)) (?:(?:is|has|was|has been|is all) (?:finished|done|over|ended|completed?"
    r"|through|run|succeeded)|finishes|ends|completes|succeeds|is through)\b", re.IGNORECASE)
"""``when payroll-run has finished``: what ran is no field of what comes in."""
_MONTHS = re.compile(
    r"\b(?:each|every) (?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE)


def unheard_in(sentence: str, facts: Facts) -> Iterator[tuple[int, int]]:
    """The places that say what starts it, or when, which no trigger of the document hears: wherever they stand, and
    though a step is called so. A form that a question has is heard."""
    starts = {str(leaf.value) for leaf in facts.key("type") if leaf.pointer.startswith("/triggers/")}
    sent = " ".join(str(leaf.value) for leaf in facts.key("Resource", "StateMachineArn", "workflow", "FunctionName"))
    asks = any("form" in one.state.get("Arguments", {}) for one in facts.typed("Task"))
    for each in _OF_EACH.finditer(sentence):
        if not starts & next(kinds for words, kinds in SOURCES if re.search(words, each["source"].lower())):
            yield each.span()
    for said in _HEARD.finditer(sentence):
        kind = str(said.lastgroup)
        heard = starts & {kind, *(("webhook",) if kind == "form" else ())} or (kind == "form" and asks) or (
            kind == "event" and "putEvents" in sent)
        if not heard:
            yield said.span()
    for said in _NO_CRON.finditer(sentence):
        hours = [str(leaf.value).split() for leaf in facts.key("expression")]
        if not any(len(fields) > 1 and "-" in fields[1] for fields in hours) and not list(facts.conditions()):
            yield said.span()
    yield from _over(sentence, facts, starts, sent)
    buckets = [leaf for leaf in facts.key("source") if leaf.value == "aws.s3"]
    if buckets and not any("/bucket/" in leaf.pointer for leaf in facts.leaves):  # of which one
        yield from (said.span() for said in re.finditer(r"\b(?:s3|bucket)\b", sentence, re.IGNORECASE))


def _over(sentence: str, facts: Facts, starts: set[str], sent: str) -> Iterator[tuple[int, int]]:
    """Where something else has come to its end, or a month of the year begins, and no trigger hears it."""
    if "workflow_end" not in starts:
        yield from (said.span() for said in _ENDED.finditer(sentence) if said["name"].lower() not in sent.lower())
        for said in _RUN_OVER.finditer(sentence):
            name = said["name"].lower().replace(" ", "-")
            read = f"input.{name.replace('-', '')}"
            if name not in sent.lower() and any(read in str(leaf.value).lower() for leaf in facts.conditions()):
                yield said.span()
    if "schedule" not in starts:
        yield from (said.span() for said in _MONTHS.finditer(sentence))
