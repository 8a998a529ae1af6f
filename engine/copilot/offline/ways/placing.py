"""Clauses put where the reader looks for them: the condition first, the wait before what waits.

start a if it is x, and b if not          if it is x, start a; otherwise start b
unless it is sold out, a; sold out … go   unless it is sold out, a; if it is sold out, put it
and delete it after 24 hours              and wait 24 hours and delete it
never email guests from …; email all …    if the guest is from …, do nothing; otherwise email the guest
read the tickets and send each to …       read the tickets and send each ticket to …
for each order, check it. If it is late, … for each order, check it; if it is late, …
"""

from __future__ import annotations

import re

from engine.copilot.offline.wording.going_on import going_on_in
from engine.copilot.offline.wording.parts import SPAN, pattern
from engine.copilot.offline.wording.sides import ACTS, done_with, has
from engine.copilot.offline.words import DETERMINERS, base_verb, singular

_PART = r"(?:(?! and (?:the|an?)\b)[^,;.]|(?<=\w)\.(?=\w))+?"
_IF_NOT = pattern(
    rf"(?P<verb>\b{ACTS}) (?P<a>{_PART}),? if (?P<if>{_PART}),? (?:and|or|but) (?P<b>(?!if\b){_PART}),? "
    r"(?:if not|otherwise|else|if (?:it|he|she|they|that) (?:is not|isn't|does not|doesn't|are not|aren't))(?=[.;]|$)")
_IF_IF = pattern(
    rf"(?P<verb>\b{ACTS}) (?P<a>{_PART}),? if (?P<if>{_PART}),? (?:and|or|but) (?P<b>(?!if\b){_PART}),? if (?P<if2>"
    rf"(?!not\b){_PART})"
    r"(?=[.;]|$)")
_ONLY_IF = pattern(
    rf"(?P<lead>^|[.;] |\b(?:and|then) )(?P<does>{ACTS} {_PART}),? only (?:if|when|once) (?P<if>{_PART})(?=[.;,]|$)")
_OF_THE_KIND = pattern(
    rf"\b(?P<head>(?:if|unless) (?P<what>(?:the |an? )?[\w-]+) is (?P<how>(?!not\b){_PART}), [^.;]+)"
    r"(?P<mark>[.;]) (?:and |but )?(?:the |all |any )?(?P=how) [\w-]+s (?P<does>go(?: to| into)?"
    r"|are \w+(?:ed|ent|t|ld)|get)\b")
_AFTER = pattern(
    rf"(?P<lead>,? and (?:then )?|[;,] (?:then )?)(?P<does>(?!(?:wait|retry|give|try|repeat|ask|stop)\b){ACTS}"
    rf" [^,;.]+?) after "
    rf"(?P<span>{SPAN})(?=[.;]|$)")
_NOT_SOME = pattern(
    rf"(?:do not|don't|never) (?P<verb>{ACTS}) (?:the |any |those )?(?P<noun>[\w-]+?)s? (?P<is>(?:who|that|which|whose"
    rf"|with|without|from"
    r"|in|on|of|under|over|outside) [^,;:.]+)[;,.] (?:but |and )?(?:just |only )?(?P<again>\w+) (?:everyone else"
    r"|everybody else"
    r"|(?:all |the )?(?:the )?(?:others?|rest)|all other \w+|everything else)(?P<rest>[^,;.]*)")
_EACH = pattern(rf"(?P<before>[^.;]*?(?:,? and|,? then|[;,])) (?P<verb>{ACTS}) (?:each|every one|each one)(?: of "
                   rf"(?:them|these|those))? "
                   r"(?=(?:to|on|into|in|through|with|by|via|from)\b)")
_EACH_TOO = pattern(
    rf"(?P<lead>^|[.;] )(?P<verb>{ACTS}) (?P<pre>(?:[\w-]+ ){{0,2}}?(?:to ))?(?:each|every) (?P<noun>[\w-]+)"
    rf"(?: (?:in|on|of|from) (?:the|our) (?:list|batch|file|input|queue|array))?(?P<rest>[^.;]*?),? and "
    rf"(?P<too>{ACTS}) (?:each|every) (?!one\b|of\b)(?P<other>[\w-]+)")
_TAKE = pattern(
    r"(?P<lead>^|[.;] )(?:take|go through|pick|for|with|get) (?:each|every) (?P<noun>[\w-]+(?: [\w-]+)??)"
    r"(?: (?:in|on|of|from) (?:the|our|that|this) (?:list|batch|file|table|input|queue|array|order))?(?:,)? and ")
_FAILED = pattern(
    r"[;,.] (?:and |but )?(?:those|the ones|any|all|whatever|anything|everything|\w+s) (?:that|which|who) (?:fails?"
    r"|failed|did not work"
    r"|didn't work)(?P<does> .+?)(?=[.;]|$)")


def condition_first(text: str) -> str:
    """Conditions before what they decide on."""
    def turned(said: re.Match[str]) -> str:
        names = said.groupdict()
        first = said["b"].split()[0].lower()
        other = said["b"] if base_verb(first) == first else f"{said['verb']} {said['b']}"
        side = f"if {names['if2']}, " if names.get("if2") else "otherwise "
        return f"if {said['if']}, {said['verb']} {said['a']}; {side}{other}"

    text = _ONLY_IF.sub(r"\g<lead>if \g<if>, \g<does>", text)
    text = _OF_THE_KIND.sub(
        lambda said: f"{said['head']}; if {said['what']} is {said['how']}, {done_with(said['does'])}", text)
    return _IF_IF.sub(turned, _IF_NOT.sub(turned, text))


def wait_first(text: str) -> str:
    """``and delete it after 24 hours``: the wait comes before it."""
    return _AFTER.sub(lambda said: f"{said['lead']}wait {said['span']} and {said['does']}", text)


_ONE_OF = {"are": "is", "have": "has", "were": "was"}
_SKIPPED = pattern(
    r",? (?:but|and|except) (?:(?:skip|omit|leave out|drop|do not send|don't send|no) (?:it|that|(?:the|an?) [\w-]+"
    r"|e-?mail|message)|(?:do not|don't|never) (?:bother|disturb|notify|tell|email|ping) \w+)"
    r" (?P<when>if|when|where) (?P<if>[^,;.]+)")


def but_some(text: str) -> str:
    """Those who are left out, as a condition."""
    def meant(said: re.Match[str]) -> str:
        noun = singular(said["noun"].lower())
        picked = re.sub(r"^(?:who|that|which) (are|have|were)\b", lambda one: _ONE_OF[one[1]],
                        said["is"], flags=re.IGNORECASE)
        return f"if the {noun} {has(picked)}, do nothing; otherwise {said['again'].lower()} the {noun}{said['rest']}"

    return _NOT_SOME.sub(meant, _SKIPPED.sub(lambda said: f" unless {said['if']}", text))


def of_each(text: str) -> str:
    """``send each to …``: each of the things that were named; what of them fails."""
    def named(said: re.Match[str]) -> str:
        things = [word for word in re.findall(r"[\w-]+s\b(?! function)", said["before"].lower())
                  if singular(word) != word and word not in DETERMINERS]
        return f"{said['before']} {said['verb']} each {singular(things[0])} " if things else said[0]

    text = _EACH_TOO.sub(
        lambda said: f"{said['lead']}for each {said['noun']}, {said['verb']} {said['pre'] or ''}the {said['noun']}"
                     f"{said['rest']}, and {said['too']} the {said['other']}", text)
    text = _EACH.sub(named, _TAKE.sub(lambda said: f"{said['lead']}for each {said['noun']}, ", text))
    return _FAILED.sub(_is_failed, text)


_DONE_TO = pattern(rf"(?P<verb>{ACTS}) (?:each|every) (?P<noun>[\w-]+)(?P<rest>[^,;.]*)")
_DONE_FOR = pattern(rf"(?P<does>{ACTS} [^,;.]+) for (?:each|every) (?P<noun>[\w-]+)(?=[,;]|$)")


def goes_on(text: str) -> str:
    """What is said of each in a sentence of its own, in the sentence before."""
    for part in reversed([*going_on_in(text)]):
        if part.is_sure:
            said = text[part.start:]
            mark = "," if re.match(r"(?:otherwise|else|if not)\b", said, re.IGNORECASE) else ";"
            before = text[part.opens:part.start].rstrip(" .!?\n")
            each = _DONE_TO.match(before)
            of_each = _DONE_FOR.match(before)
            if each is not None:
                noun = each["noun"]
                before = f"for each {noun}, {each['verb'].lower()} the {noun}{each['rest']}{before[each.end():]}"
            elif of_each is not None:
                before = f"for each {of_each['noun']}, {of_each['does']}{before[of_each.end():]}"
            text = f"{text[:part.opens]}{before}{mark} {said[:1].lower()}{said[1:]}"
    return text


def _is_failed(said: re.Match[str]) -> str:
    does = re.sub(r"^ (?:go(?:es)?) (to|into|on)\b", r" put it \1", said["does"])
    does = re.sub(r"^ (?:is|are|gets?) (\w+)", lambda one: f" {base_verb(one[1].lower()) or one[1]} it", does)
    return f"; if it fails,{does}"
