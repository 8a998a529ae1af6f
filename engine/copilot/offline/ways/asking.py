"""Who is asked, in other words: one after another, within a time, or silence.

First ann@a.io, then bob@a.io has to approve the loan    ask ann@a.io to approve the loan, then ask bob@a.io …
the boss must confirm it within 2 days, otherwise …      ask the boss to confirm it; if rejected or there is no …
one day at most … if they stay silent                    within one day … if there is no answer within one day
"""

from __future__ import annotations

import re

from engine.copilot.offline.wording.parts import SPAN, pattern
from engine.copilot.offline.words import base_verb

_ONE = (r"(?:(?:the |our |my |an? )?(?:[\w-]+ ){0,3}?(?:\S+@[\w.-]+\w|#[\w-]+(?: on Slack)?)(?: (?:from|in|of) (?:the"
       r" )?\w+)?|(?:the|our) [\w-]+(?: [\w-]+)??)")
_APPROVES = r"(?:approve|confirm|sign off(?: on)?|agree to|authori[sz]e|accept|okay|ok|release)"
_EACH = rf"(?:,? (?:each|both)(?: of them)? (?:within|in) (?P<span>{SPAN}))?"
_HAS_TO = r"(?:has to|have to|must|needs? to|should|shall)"
_NEXT = (r"(?:,? and(?: only)? then(?: also)?|,? then(?: also)?|,? and (?:after (?:that|her|him|them)|afterwards"
         r"|finally),?|, after (?:that|her|him|them),?|,? followed by|,? and once (?:she|he|they) (?:agrees?"
         r"|approves?),?)")
_TO = (r"(?P<to>(?:for (?:(?:an? |the |his |her )?(?:ok|okay|approval|consent|sign-?off|go-ahead|permission)))(?: (?:of"
      r"|on|for) [^,;.]+?)?|to (?:approve|confirm|sign off|review|agree|authori[sz]e|accept)[^,;.]*?)")
_IN_TURN = pattern(
    rf"(?P<lead>^|[.;:,] |\band )(?:first,? )?(?:ask|get|request|obtain)(?: approval from)? (?P<a>{_ONE}) {_TO}(?:"
    rf" first)?"
    rf"{_NEXT} (?:ask |from |by |get )?(?P<b>{_ONE})(?:,? too|,? as well)?{_EACH}(?=[.;,]|$| and\b)")
_FROM_THEN = pattern(
    rf"(?P<lead>^|[.;:,] |\b(?:and|then) )(?:get|request|obtain|ask for|wait for|need) (?:an? |the )?(?:approvals?|oks?"
    rf"|okay|consent|permission|sign-?offs?|go-ahead) (?:from|by|of) (?P<a>{_ONE}|[\w-]+){_NEXT} (?:from |by |of )?"
    rf"(?P<b>{_ONE}|[\w-]+)(?P<to>)(?P<span>)(?=[.;,]|$| and\b)")
_FIRST_THEN = pattern(
    rf"(?P<lead>^|[.;:,] |\band )first,? (?P<a>{_ONE}),?{_NEXT} (?P<b>{_ONE}) {_HAS_TO} (?P<verb>{_APPROVES}) "
    rf"(?P<what>[^,;.]+?){_EACH}(?=[.;,]|$)")
_PASSIVE = pattern(
    rf"(?P<lead>^|[.;:,] |\band )(?P<what>(?:an?|the|each|every|all|our|this|any) [^,;.]+?) (?:{_HAS_TO}|is|are)(?: "
    rf"(?:first|to))? "
    rf"(?:be )?(?:first )?(?P<verb>approved|confirmed|signed off|authori[sz]ed|accepted|okayed|released)(?: first)? by "
    rf"(?P<a>{_ONE})(?: first)?(?:(?P<if>,? and,? if [^,;.]+?),? (?:also |then )*by|{_NEXT} (?:by )?|,? and by ) ?"
    rf"(?P<b>{_ONE})(?: second| next| last| afterwards)?{_EACH}"
    rf"(?=[.;,]|$)")
_APPROVES_FIRST = pattern(
    rf"(?P<lead>^|[.;:,] |\band )first,? (?P<a>{_ONE}) (?P<verb>approves|confirms|signs off|accepts) (?P<what>[^,;.]+?)"
    rf"{_NEXT} (?P<b>{_ONE})(?P<span>)(?=[.;,]|$)")
_WHEN_APPROVED = pattern(
    rf"(?P<lead>^|[.;] )(?:when|once|as soon as) (?P<what>(?:an?|the|each|every) [\w -]+?) (?:is|has been|was) "
    rf"(?:approved|signed off|confirmed) by (?P<a>{_ONE}), ")
_ONLY_WHEN = pattern(
    rf"(?P<lead>^|[.;] )(?P<what>(?:an?|the|each|every|no|our) [\w -]+?) (?:goes (?:ahead|through|out|live|on)|happens"
    rf"|takes place|counts|may (?:start|go ahead)|starts) only (?:when|if|once|after) (?P<a>(?:both |all )?{_ONE}"
    rf"(?:(?:, | and |, and ){_ONE})*) (?:approves?|agrees?|says? yes|consents?|(?:has|have) (?:approved|agreed))"
    rf"(?: (?:it|to it))?(?P<then>[.;,](?: and)?(?: then)?)")
_NEEDED = pattern(
    rf"(?:two|both|2) (?:approvals?|ok'?s|sign-?offs?|signatures) (?:are|is) (?:needed|required|necessary)(?: for "
    rf"(?P<what>[^,;:.]+))?"
    rf"[:,] (?P<a>{_ONE})(?: first)?{_NEXT} (?P<b>{_ONE})(?P<to>)(?P<span>)")
_NO_ANSWER = pattern(
    r"(?P<lead>[.;,] )(?:and |but )?(?:no (?:reply|answer|response|reaction)|silence)(?: (?:in time|by then|within"
    r" that time|at all))?"
    r" (?:counts as|means|is taken as|is treated as|is|equals) (?:an? )?(?:no|rejection|refusal|rejected|declined)"
    r"(?=[.;,])")
_OTHERWISE = pattern(r"\b(?:otherwise|else|if not|if rejected|if (?:they|she|he) (?:refuses?|rejects?(?: it)?"
                     r"|declines?|says? no)),? ")
_BY_EACH = pattern(
    rf"(?P<what>(?:an?|the|each|every|all|our|this|any) [^,;.]+?) {_HAS_TO} be (?:approved|confirmed|signed off"
    rf"|authori[sz]ed) by"
    rf" (?P<a>{_ONE}) (?P<if>(?:if|when) [^,;.]+?),? (?:and|or|but) by (?P<b>{_ONE}) (?P<if2>(?:if|when) [^,;.]+"
    rf"|otherwise)")
_GIVEN = pattern(
    rf"\bgive (?P<a>{_ONE}) (?:up to |at most )?(?P<span>{SPAN}) to (?P<verb>{_APPROVES}) (?P<what>[^,;.]+)")
_BOTH = pattern(
    r"\b(?P<only>only )?(?:if|once|when|after|as soon as) (?:they |the two |all )?(?:both|all|each)(?: of them| three|"
    r" two)?(?: have| has)?"
    r"(?: all| both)? (?:approved?|agreed?|said yes|say yes|confirmed?|signed(?: off)?|consented|given their ok)\b(?: "
    r"(?:it|to it)\b)?"
    r"|\bafter (?:the (?:last|second|final) (?:yes|approval|ok)|both(?: approvals)?)\b(?=[, ])")


def in_turn(text: str) -> str:
    """Those who are asked one after another, each by a question of its own."""
    def asked(said: re.Match[str]) -> str:
        names = said.groupdict()
        does = names.get("to") or (f"to {_base(said['verb'])} {said['what']}" if names.get("verb") else
                                   f"to approve {names.get('what') or 'it'}")
        late = f" within {said['span']}" if said["span"] else ""
        which = f"; {names['if'].lstrip(', ').removeprefix('and').lstrip(', ')}, " if names.get("if") else ", then "
        return f"{names.get('lead') or ''}ask {said['a']} {does}{late}{which}ask {said['b']} {does}{late}"

    text = found = _BY_EACH.sub(
        lambda said: f"{said['if']}, ask {said['a']} to approve {said['what']}; {said['if2']}, ask {said['b']} to"
                     f" approve it", text)
    found = _WHEN_APPROVED.sub(r"\g<lead>ask \g<a> to approve \g<what>. If approved, ", found)
    found = _ONLY_WHEN.sub(r"\g<lead>ask \g<a> to approve \g<what>; if approved,", found)
    for form in (_NEEDED, _FROM_THEN, _APPROVES_FIRST, _FIRST_THEN, _IN_TURN, _PASSIVE):
        found = form.sub(asked, found)
    return text if found == text else _BOTH.sub("if approved", found)


def _base(done: str) -> str:
    """The verb of a participle: signed off is sign off."""
    said = {"signed off": "sign off", "okayed": "approve"}.get(done.lower()) or base_verb(done.lower())
    return said or re.sub(r"d$", "", re.sub(r"(?<=m)ed$|(?<=t)ed$", "", done))


_LATE_ELSE = pattern(
    rf"(?P<ask>\bask [^;.]*?\b(?:to \w+|for (?:approval|his|her|their|an? \w+)|whether|if)\b[^;.]*?|(?P<who>{_ONE})"
    rf" {_HAS_TO} "
    rf"(?P<verb>{_APPROVES})(?P<what> [^,;.]+?))(?:,? (?:within|in|for at most)|, (?:at most|up to)) "
    rf"(?P<span>{SPAN})[,;.]? "
    r"(?:and )?(?:otherwise|or else|else|if not|or)\b,? (?=\w)")
_AT_MOST = pattern(rf"(?P<ask>\bask [^;.]*?), (?:at most (?P<a>{SPAN})|(?P<b>{SPAN}) at (?:the )?most)(?=[.;])")
_SILENT = pattern(
    r"\b(?:if|when|should) (?:there is no (?:answer|reply|response|reaction)|(?:nobody|no ?one) (?:answers?|replies"
    r"|reacts|responds?)|(?:they|he|she|nobody|the [\w-]+|\S+@\S+) (?:(?:does not|doesn't|do not|don't) (?:answer"
    r"|reply|react|respond)|(?:stays?|remains?|keeps?) (?:silent|quiet|mum)"
    r"|says? nothing|(?:does not|doesn't|do not|don't) say anything|ignores? (?:it|that|the (?:question|request))))"
    r"(?: (?:by then|until then|in that time|all that time))?(?=,)")


def in_time(text: str) -> str:
    """What happens where no answer comes in time, said by ``otherwise`` or as silence."""
    text = _GIVEN.sub(lambda said: f"ask {said['a']} to {said['verb']} {said['what']} within {said['span']}", text)
    text = _LATE_ELSE.sub(lambda said: (
        f"ask {said['who']} to {said['verb']}{said['what']}" if said["who"] else said["ask"])
        + f"; if rejected or there is no answer within {said['span']}, ", text)
    text = _AT_MOST.sub(lambda said: f"{said['ask']} within {said['a'] or said['b']}", text)
    counts = _NO_ANSWER.search(text)
    given = re.findall(rf"\b{SPAN}", text[:counts.start()], re.IGNORECASE) if counts is not None else []
    if counts is not None and given:
        text = f"{text[:counts.start()]}{text[counts.end():]}"
        text = _OTHERWISE.sub(f"if rejected or there is no answer within {given[-1]}, ", text, count=1)
    silent = _SILENT.search(text)
    spans = re.findall(rf"\b{SPAN}", text[:silent.start()], re.IGNORECASE) if silent is not None else []
    if silent is None or not spans:
        return text
    return f"{text[:silent.start()]}if there is no answer within {spans[-1]}{text[silent.end():]}"
