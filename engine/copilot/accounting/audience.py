"""Whom a message reaches, and how: each of several people has a step that sends to them, on that side of the condition.

    people      "email the customer and the manager": one step sends to the customer, one to the manager
    media       "by email and … on Slack", "an email and a Slack message": a step of each kind
    thing       "send an invoice to the tenants": no recipient is the invoice's
    instead     "email the customer instead of the manager": where the manager is emailed is said

Who stands in the name of a step alone is reached by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.copilot.accounting.doubts import Doubt
from engine.copilot.accounting.facts import Facts, Leaf, Stated
from engine.copilot.accounting.structure import Means, Scores, guards
from engine.copilot.offline.asked import people_asked
from engine.copilot.offline.clauses import Clause, clauses_of
from engine.copilot.offline.words import base_verb, stem, stems, words_of

_TELLS = (r"(?:e-?mail|mail|tell|notify|inform|message|alert|ping|warn|remind|text|thank|congratulate|brief"
          r"|copy(?: in)?)")
_DET = r"(?:the|our|their|its|his|her|both|my|your)"
_NO_PERSON = (r"(?:the|an?|our|their|its|his|her|my|your|both|and|or|to|in|on|by|via|through|at|with|from|for|of|about"
              r"|that|if|when|once|unless|otherwise|else|then|not|also|just|again|it|them|him|each|every|all|is|are|as"
              r"|before|after|until|while|so|via|into|over|within|every\w+|any\w*|who|whose|which|only|directly|finally"
              r"|later|next|instead|either|neither)")
_WORD = rf"(?!{_NO_PERSON}\b)[A-Za-z][\w'-]*(?![\w@.]*@)"
_ITEM = (rf"(?:{_DET} {_WORD}(?: {_WORD})?(?: an? {_WORD})?|(?:each|every|all)(?: of)?(?: {_DET})? {_WORD}|{_WORD}"
         r"|#[\w-]+)")
_AND_ALSO = r"(?:,? and(?: to)?|,? or(?: to)?|,? as well as(?: to)?|,? plus| &)"
_SENDS = (rf"(?:{_TELLS}|(?:send|write|give|post) (?:an? |the )?(?:[\w-]+ )?(?:e-?mail|message|note|reminder|copy) to"
          r"|post (?:it )?(?:to|in)|(?:send|give)(?! an?\b))")
_PEOPLE = re.compile(
    rf"(?<![\w-])(?<!an )(?<!the )(?<!by ){_SENDS} (?P<list>{_ITEM}(?:, {_ITEM})*{_AND_ALSO} {_ITEM}"
    rf"|{_DET} {_WORD}(?:, {_DET} {_WORD})+(?=,))(?P<after>(?: [\w'-]+)?)", re.IGNORECASE)
_GIVES = re.compile(r"(?:send|give)$", re.IGNORECASE)
_IN_COPY = re.compile(rf"\b(?P<said>with (?P<who>{_DET} [\w-]+|\S+@[\w.-]+\w) in (?:cc|copy|bcc))\b", re.IGNORECASE)
_PREPOSED = ("with", "by", "on", "in", "about")
_MAIL = r"(?:by|via|through|an?) e-?mail"
_SLACK = r"(?:(?:by|on|in|via|through|over) slack|an? (?:slack message|message (?:on|in|via|by) slack))"
_AND = (r"\b(?:(?!\b(?:or|if|otherwise|else|then)\b)[^.;:]){0,60}? and "
        r"(?:(?!\b(?:or|if|otherwise|else|then)\b)[^.;:,]){0,60}?")
_BOTH = re.compile(rf"\b(?P<mail>{_MAIL}){_AND}(?P<chat>{_SLACK})\b"
                   rf"|\b(?P<chat2>{_SLACK}){_AND}(?P<mail2>{_MAIL})\b", re.IGNORECASE)
_THING_TO = re.compile(
    r"\b(?:send|mail|email|forward) (?:an?|the|our|its|their) (?P<thing>[\w-]+)(?: (?:by|via) e-?mail)? to "
    r"(?P<said>(?:(?:all|each|every)(?: of)? )?(?:(?:the|our) )?(?P<who>[A-Za-z][\w-]*))\b(?!@)", re.IGNORECASE)
_INSTEAD = re.compile(rf"\b(?P<said>instead of (?:to )?(?P<who>{_DET} [\w-]+|\S+@[\w.-]+\w|#[\w-]+))", re.IGNORECASE)
_TO = ("to", "cc", "bcc", "channel", "slack_channel", "phone", "approvers", "email", "user", "users", "recipient",
       "chat_id", "PhoneNumber", "TopicArn", "Destination", "ToAddresses")


def audience_in(sentence: str, facts: Facts, scores: Scores, means: Means) -> Iterator[Doubt]:
    """The people whom no step reaches, and the ways on which none does. `means`: whether a word is one for what a state
    does."""
    yield from _people(sentence, facts, scores)
    yield from _asked(sentence, facts)
    yield from _media(sentence, facts, means)
    reached_by = [leaf for leaf in _recipients(facts) if not leaf.is_open]
    for said in _THING_TO.finditer(sentence):
        thing, who = stem(said["thing"].lower()), stem(said["who"].lower())
        read = [leaf for leaf in reached_by if thing in leaf.stems and "$" in str(leaf.value)]
        if thing != who and read and not any(who in leaf.stems for leaf in reached_by):
            yield (*said.span("said"), "name")
    for said in (*_INSTEAD.finditer(sentence), *_IN_COPY.finditer(sentence)):
        who = said["who"].partition(" ")[2] or said["who"]
        if not any(stems(who) <= leaf.stems for leaf in reached_by):
            yield (*said.span("said"), "name")


def _recipients(facts: Facts) -> Iterator[Leaf]:
    return (leaf for leaf in facts.key(*_TO) if "/Arguments/" in leaf.pointer)


def _people(sentence: str, facts: Facts, scores: Scores) -> Iterator[Doubt]:
    """``email the customer and the manager``: those whom no step on this side reaches, where one reaches another."""
    tasks = [*facts.typed("Task")]
    for said in _PEOPLE.finditer(sentence):
        items = [item for item in _items(said["list"], said.start("list")) if item[2]]
        after = said["after"].strip().lower()
        if _GIVES.match(sentence[said.start():said.start("list")].strip()) and after not in ("an", "a") and (
                not re.search(r" an? [\w'-]+$", said["list"])):
            continue  # what is sent, and not to whom
        acts = bool(after) and base_verb(after) is not None and not after.startswith(_PREPOSED)
        if acts or after in ("is", "are", "has", "have", "must", "should", "to"):
            items = items[:-1]  # the last one is what acts next, or what is sent
        if len(items) < 2:
            continue
        ranked = scores(Clause("and", words_of(sentence[said.start():said.end("list")])))
        best = [state for score, state in ranked if score == max(score for score, _ in ranked)]
        sides = dict.fromkeys((id(one.machine), frozenset(guards(facts, one))) for one in best or tasks)
        many = [*facts.key("Items")]
        ways = [[item for item in items if not any(_names(item[2], leaf) for leaf in (*held, *many))]
                for machine, side in sides
                for held in [[leaf for one in tasks if id(one.machine) != machine or guards(facts, one) == side
                              for leaf in _of(one, facts)]]]
        lost = min(reversed(ways), key=len, default=[])  # where two sides fit alike, the last
        if len(lost) == len(items) and any(
                leaf.is_open for leaf in _recipients(facts) for one in best if leaf.pointer.startswith(one.pointer)):
            lost = lost[1:]  # one address is asked for
        if 0 < len(lost) < len(items):
            yield from ((start, end, "name") for start, end, _ in lost)


def _asked(sentence: str, facts: Facts) -> Iterator[Doubt]:
    """``get approval from legal and from finance``: each of them may decide."""
    asks = [one for one in facts.typed("Task") if "waitForTaskToken" in str(one.state.get("Resource"))]
    held = [leaf for one in asks for leaf in (*_of(one, facts), *facts.key("user", "recipient"))]
    for clause in clauses_of(sentence) if asks else ():
        start, end = clause.words[0].start, clause.words[-1].end
        if _APPROVAL.search(clause.text) is None:
            continue
        also = [said[1] or said[2] for said in _AND_TO.finditer(clause.text)]
        for person in dict.fromkeys([*people_asked(sentence[start:end]), *also]):
            place = re.compile(rf"\b{re.escape(person)}\b", re.IGNORECASE).search(sentence, start, end)
            if place is not None and not any(
                    _names(frozenset(stem(word) for word in re.findall("[a-z]+", person)), leaf) for leaf in held):
                yield (*place.span(), "name")


_APPROVAL = re.compile(r"\b(?:ask|approv\w*|sign\w*[- ]?offs?|consent|permission|ok|okay|go-ahead|confirm\w*|agree)\b")
_AND_TO = re.compile(
    r"\band (?:then )?(?:(?:the |our )?([\w-]+(?: [\w-]+)?) to (?:approve|confirm|sign|review|agree|accept)\b"
    r"|from (?:the |our )?([\w-]+))")


def _items(text: str, start: int) -> Iterator[tuple[int, int, frozenset[str]]]:
    """The places of those who are listed, with the stems of each; of one that is a verb none."""
    for found in re.finditer(rf"(?:(?!{_AND_ALSO} |, )[^,])+", text):
        item = re.sub(r"^[\s,]*(?:and |or |as well as |plus |& )?(?:to )?", "", found[0].strip(", "))
        if not item:
            continue
        begin = start + found.start() + found[0].index(item)
        bare = re.sub(rf"^(?:(?:each|every|all) (?:of )?)?{_DET} |^(?:each|every|all) | an? [\w'-]+$", "", item,
                      flags=re.IGNORECASE)
        acts = bare == item and base_verb(bare.split()[0].lower()) is not None
        yield begin, begin + len(item), frozenset() if acts else frozenset(
            stem(word.lower()) for word in re.findall(r"[A-Za-z]+", bare.replace("'s", "")))


def _of(one: Stated, facts: Facts) -> Iterator[Leaf]:
    return (leaf for leaf in _recipients(facts) if leaf.pointer.startswith(f"{one.pointer}/") and not leaf.is_open)


def _names(item: frozenset[str], leaf: Leaf) -> bool:
    return bool(item & leaf.stems)


def _media(sentence: str, facts: Facts, means: Means) -> Iterator[Doubt]:
    """``an email and a Slack message``: a step of each kind on one side of a condition."""
    for said in _BOTH.finditer(sentence):
        ways = [[(one.machine["StartAt"], guards(facts, one)) for one in facts.typed("Task")
                 if means(word, one)] for word in ("mail", "slack")]
        if any(way in ways[1] for way in ways[0]) or any(
                "/Branches/" in one.pointer for one in facts.typed("Task")):
            continue
        name = ("mail", "chat") if said["mail"] else ("mail2", "chat2")
        yield (*said.span(name[1] if ways[0] and not ways[1] else name[0]), "name")
