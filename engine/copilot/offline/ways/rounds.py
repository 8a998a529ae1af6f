"""What is done again until it holds, in other words.

ask … every minute, and once it says done, …      ask … every minute until it says done, then …
call it; as long as it is full, try again …       call it as long as it is full …
and if it never does, …                           if it is still not so by then, …
ask ann; if she says no, mend it and ask again    ask ann; if rejected, mend it, and do that again until it is approved
"""

from __future__ import annotations

import re

from engine.copilot.offline.wording.parts import NUMBER, SPAN, pattern
from engine.copilot.offline.wording.sides import ACTS

_EVERY = rf"(?:every|each|once every|once an?|once per) (?:{SPAN}|second|minute|hour|day|week)"
_LIMIT = (rf"(?:,? (?:(?:for|but) )*(?:(?:at most|up to|no (?:more|longer) than|a maximum of|max\.?) (?:{SPAN}"
          rf"|{NUMBER} \w+)"
          rf"|{NUMBER} \w+ at (?:the )?most)|,? for {SPAN})?")
_ONCE = pattern(
    rf"(?P<do>\b(?:poll|check|ask|query|call|fetch|get|look at|look up|read|ping|try|run|request|keep \w+ing)\b"
    rf" [^;.]*?{_EVERY})"
    rf"(?P<limit>{_LIMIT})[;,.] (?:and )?(?:once|as soon as|when|if) (?P<when>(?!(?:it )?(?:still|never)\b)[^,;.]+), "
    rf"(?:then )?")
_AGAIN = pattern(
    rf"(?P<do>\b{ACTS} [^;.,]+)[;,.] (?:and )?(?:as|so) long as (?P<stay>[^,;.]+), (?:(?:try|do|call|ask|run|look"
    rf"|check|query)"
    rf"(?: (?:it|that|this|them))?(?: once)? again|retry|repeat(?: it| that)?)(?P<rest>(?:,? {_EVERY})?{_LIMIT})")
_NEVER = pattern(
    r"\b(?:if|when|should) (?P<it>it|that|this|they|the [\w-]+) (?:(?:still )?(?:never|does not|doesn't|is not|isn't"
    r"|has not|hasn't"
    r"|did not|didn't)(?: (?:does|do|is|gets?(?: there)?|happens?|finish(?:e[sd])?|succeeds?|comes?|done|so|finished"
    r"|work|works"
    r"|get there))?)"
    r"(?: (?:by then|in (?:that )?time|within that time|after (?:that|all that)|even then|at all|until then))?(?=,)")


_STOP = pattern(
    rf"(?P<do>[^.;]*\b(?:until|as long as|while)\b[^.;]*(?:\.(?=\w)[^.;]*)*?)(?:[.;] |, (?:and |but )?)(?:stop|give up"
    rf"|quit|end)"
    rf"(?: it| trying| checking)? after (?P<n>{NUMBER}|{SPAN}) ?(?P<what>times|checks|attempts|tries|rounds|calls"
    rf"|queries|polls|looks)?"
    r"(?=[.;,]|$)")
_AND_WHILE = pattern(
    rf"(?P<do>[^.;]+?),? and,? (?P<while>while|as long as|for as long as) (?P<stay>[^,;.]+), (?P<body>{ACTS} [^;]+?)"
    rf"(?: again)?"
    rf"(?P<every> {_EVERY})?(?P<end>[.;,])")


_NO = (r"(?:(?:is|are|was|gets?) )?(?:not (?:approved?|agree|accept(?:ed)?)"
       r"|(?:reject|declin|refus|den|disagree|object)\w*(?: (?:it|that|this))?|says? no"
       r"|turns? (?:it|that|this) down|(?:does|do) not (?:approve|agree|accept)(?: it)?|(?:is|are) against it)")
_ASKED_AGAIN = pattern(
    rf"(?P<ask>\bask [^;.]+?)[;,.] (?:and )?(?:(?:each|any|every|a) (?:refusal|rejection)[:,] "
    rf"|(?:if|when|whenever|each time|every time|as long as|while) "
    rf"(?:(?:it|they|he|she|that|the [\w-]+|\S+@\S+\w|#\S+\w) )?{_NO}, )"
    rf"(?P<do>(?!do nothing\b)[^;.]+?),? (?:and )?(?:then )?ask"
    rf"(?: (?:it|him|her|them|the [\w-]+|\S+@\S+\w|#[\w-]+))?(?: for \w+)? (?:again|once more|anew)"
    rf"(?:,? (?:until|till) [^;,.]+)?(?:,? (?:but )?(?:at most|up to|no more than|not more than) (?P<n>{NUMBER}) "
    rf"(?:times|rounds|tries|attempts))?(?=[.;,]|$)")


def until_then(text: str) -> str:
    """Each such circle as ``… until …``."""
    text = _ASKED_AGAIN.sub(
        lambda said: f"{said['ask']}; if rejected, {said['do']}, and do that again until it is approved"
                     + (f", at most {said['n']} times" if said["n"] else ""), text)
    text = _STOP.sub(lambda said: f"{said['do']}, at most {said['n']} times" if said["what"] else
                     f"{said['do']}, for at most {said['n']}", text)
    text = _AND_WHILE.sub(lambda said: f"{said['do']}. While {said['stay']}, {said['body']}"
                          f"{(said['every'] or '').replace(' each ', ' every one ')}.", text)
    found = _AGAIN.sub(lambda said: f"{said['do']} as long as {said['stay']}{said['rest']}",
                       _ONCE.sub(lambda said: f"{said['do']}{said['limit']} until {said['when']}, then ", text))
    if re.search(rf"\b(?:until|as long as|{_EVERY})\b", found, re.IGNORECASE):
        found = _NEVER.sub("if it is still not so by then", found)
    return found
