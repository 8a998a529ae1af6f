"""A failure said as a thing: what happens to it is what happens if that step fails.

    a declined card is reported to …      if the card fails, report it to …
    one that fails goes to …              if it fails, put it on …
    an error in x is posted in …          if x fails, post it in …
    a failing message doesn't matter      if the message fails, carry on
    a refusal is put …                    if rejected, put it …

The others go on anyway.
"""

from __future__ import annotations

import re

from engine.copilot.offline.phrases import FAILS
from engine.copilot.offline.wording.parts import pattern
from engine.copilot.offline.wording.sides import done_with

_ONE = r"(?:(?:only|just) )?(?:(?:an?|any|every|each|the|all|those) )?"
_NAME = (r"(?:(?:the|our|an?|either|any|this|that) )?(?:https?://\S+|[\w-]+)"
         r"(?: (?!is\b|are\b|go|get|must\b|should\b)[\w-]+){0,2}?")
FAILED = (
    rf"(?:{_ONE}(?:failed|failing|declined|unsuccessful|broken|erroneous) (?P<what>{_NAME})"
    rf"|{_ONE}(?:errors?|failures?|problems?) (?:in|of|with|during|at|from) (?P<what2>{_NAME})"
    rf"|{_ONE}(?P<what3>[\w-]+)(?:,? (?:that|which|who)|,? (?:for|with|on|in) which (?:it|this|that)"
    rf"|,? where (?:it|this|that)) {FAILS})"
)
"""The thing that failed; what, what2 or what3 is what it is called."""
HAPPENS_TO_IT = (
    r"(?P<does>(?:should |must |has to |have to |only |just )*(?:go(?:es)? (?:in)?to|gets?|needs?"
    r"|(?:is|are|be) (?:only |just |merely |simply )*\w+(?:ed|ent|t|ld|en|d)\b)"
    r"|(?P<nothing>do(?:es)?(?: not|n't) (?:matter|count|stop \w+)|(?:is|are) (?:no problem|not a problem|fine"
    r"|ok(?:ay)?)))"
)
_ANSWERED = pattern(
    rf"(?P<lead>^|[.;,] (?:and |but |while )?)(?:an?|any|each|every|the) (?:(?P<no>refusal|rejection)|approval|consent)"
    rf"(?: {HAPPENS_TO_IT}|(?P<then>: ))")
_SAID = pattern(rf"(?P<lead>^|[.;,] (?:and |but |while )?){FAILED} {HAPPENS_TO_IT}")
OTHERS_GO_ON = r"(?:the )?(?:rest|others|other \w+) (?:just |simply )?(?:carry|carries|go|goes) on"
_OTHERS_GO_ON = pattern(
    rf"[,;] (?:and |but |while )?{OTHERS_GO_ON}(?=[.;,]|$)")


def failing(text: str) -> str:
    """`text` with what happens to a thing that failed behind ``if … fails``."""
    text = _ANSWERED.sub(_if_answered, _SAID.sub(_if_it_fails, text))
    return _OTHERS_GO_ON.sub("", text) if re.search(r"\bfails\b", text) else text


def _if_answered(said: re.Match[str]) -> str:
    """``a refusal is put …``, ``each refusal: …``: behind the answer."""
    does = "" if said["then"] else done_with(said["does"])
    return f"{said['lead'].replace(',', ';')}if {'rejected' if said['no'] else 'approved'}, {does}"


def _if_it_fails(said: re.Match[str]) -> str:
    what = said["what"] or said["what2"] or ""
    is_bare = bool(what) and re.match(r"(?:the|our|an?|either|any|this|that|https?:)\b", what) is None
    which = f"the {what}" if is_bare else what or "it"
    lead = "" if said["lead"] == "" else said["lead"].replace(",", ";")
    does = "carry on" if said["nothing"] else done_with(said["does"])
    return f"{lead}if {which} fails, {does}"
