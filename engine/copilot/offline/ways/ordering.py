"""What comes first said last, and what is said of several things once.

before charging the card, check the stock         check the stock, then charge the card
charge the card, but first check the stock        so too
it must be approved by ann before it is paid      ask ann to approve it, then it is paid
it may be deleted only after ann has approved it  ask ann to approve it, then it is deleted
it is fetched from … and stored in …              it is fetched from … and it is stored in …
email ann, and the same for bob                   email ann, and email bob
"""

from __future__ import annotations

import re

from engine.copilot.offline.wording.composing import BOUND, as_compared
from engine.copilot.offline.wording.parts import BEFORE_THAT, CONSENT, DONE, HANGING, pattern
from engine.copilot.offline.wording.sides import ACTS
from engine.copilot.offline.words import base_verb, singular

_PART = r"(?:[^,;.]|(?<=\w)[.,](?=\w))+?"
_START = r"(?P<lead>^|[.;:] |, (?:and |but )?)"
_WHO = (r"(?:at least |any )?(?:(?:[\w@.-]+ )*?[\w@.-]+(?:, [\w@.-]+)*,? (?:and|or) )?(?:(?:the|our) [\w-]+(?:"
       r" [\w-]+)??|\S+@[\w.-]+\w|#[\w-]+(?: on Slack)?)")
_HAS = (r"(?:must|has to|have to|should|needs? to|has|have)(?: first)?(?: have)? (?:approved?|agreed?(?: to)?|confirm"
        r"(?:ed)?"
        r"|sign(?:ed)? off(?: on)?|authori[sz]ed?|accept(?:ed)?|okayed|given (?:his|her|their|its) (?:ok|approval"
        r"|consent))")
_BEFORE = pattern(
    rf"(?:(?P<lead>^|[.;:] ))before (?!(?:that|this|doing)\b)(?P<late>{_PART}), (?P<early>[^;.]+(?:\.(?=\w)[^;.]+)*)")
_BUT_FIRST = pattern(
    r"(?P<lead>(?:^|[.;] )(?:(?:when|whenever|once|as soon as) [^,;.]+, )?)(?P<late>(?!before\b)[^;.]+?)"
    rf"(?:[.;] (?:but |and )?|,? (?:but|and) ){BEFORE_THAT},? (?P<early>[^;.]+)(?=[.;]|$)")
_ASKED_FIRST = pattern(
    rf"{_START}(?P<what>(?:it|they|that|this|(?:the|an?|each|every|any|all) {_PART}|[\w-]+s {BOUND})) (?:"
    rf"(?:must|has to|have to|should|needs? to|is to|are to) (?:first )?be "
    rf"(?:approved|confirmed|signed off|authori[sz]ed|accepted|okayed)(?: first)? by|"
    rf"(?:needs?|requires?) (?:the |an? )?{CONSENT} (?:of|from|by)) (?P<who>{_WHO}) before "
    rf"(?P<late>{_PART})(?=[.;]|$)")
_BOUNDED = pattern(rf"(?:(?:the|an?|each|every|any|all) )?(?P<noun>[\w-]+(?: [\w-]+)??) (?P<bound>{BOUND})")
_AND_BEFORE = pattern(
    rf"(?P<early>\b(?:ask|run|call|check|wait for|get|have) {_PART}),? before (?P<late>(?:it|they|the [\w -]+?|we|you)"
    rf" (?:is|are|can|may|get)?"
    rf" ?{_PART})(?=[.;,]|$)")
_SO = pattern(
    r"(?P<check>\b(?:check|see|verify|find out|look|ask|query|test|determine)\b[^.;]*?\b(?:if|whether)) "
    r"(?P<if>[^.;,]+?)"
    r"(?P<where> (?:in (?:the [\w -]+ table|DynamoDB|Postgres|MySQL|the Google Sheet|the DynamoDB table)[^.;,]*|(?:at"
    r"|via|with|through) [^.;,]+))?"
    r"(?P<then>[.;,] (?:and )?)(?P<so>if so|if yes|if (?:they|it|he|she) (?:did|do|does|has|have|is|are|was)|in that"
    r" case|if not|if (?:they|it|he|she)"
    r" (?:didn't|doesn't|don't|hasn't|haven't|isn't|aren't|wasn't|(?:did|does|do|has|have|is|are|was) not)),? ")
_ONLY_AFTER = pattern(
    rf"(?P<lead>^|[.;:] )(?P<late>(?!ask\b){_PART}),? (?:only |but only |not )(?:after|once|when|if|before|until) "
    rf"(?P<who>{_WHO}) {_HAS}(?: (?:it|this|that|to it))?(?P<more>,? and (?:once|when|after) (?:that|this|it) (?:is"
    rf"|has been|was) done,?)?")
_IS = pattern(rf"\b(?:is|are|be|gets?|being)(?: (?:then|first|also|to be|all|just|automatically))* {DONE}\b")
_AND_DONE = pattern(
    rf"(?P<mark>,(?: and)?|,? and)(?P<then> (?:then|subsequently|afterwards|finally|thereafter|also))?(?P<what> (?:the"
    rf"|an?|our) [\w-]+)? "
    rf"(?P<done>{DONE})(?= (?:in|on|to|into|onto|by|from|with|at|through|via|as)\b)")


_NOT = r"n't\b|\bnot\b"
_BEGUN = pattern(
    r"^after ((?:the|an?|our|every|each) (?!.*\b(?:function|workflow|lambda|approved|agreed)\b)[\w -]+? (?:is|are|was"
    r"|has|have)"
    r" [\w ]+?), ")


def in_order(text: str) -> str:
    """What is said to come before, before it."""
    def turned(said: re.Match[str]) -> str:
        asked = re.match(rf"(?:then )?(?P<who>{_WHO}) {_HAS}(?: (?:it|this|that))?$", said["early"])
        early = f"ask {asked['who']} to approve it" if asked else re.sub(r"^then ", "", said["early"])
        return f"{said['lead']}{early}, then {_as_done(said['late'])}"

    def asked(said: re.Match[str]) -> str:
        some = _BOUNDED.fullmatch(said["what"])
        which, what = ("", said["what"]) if some is None else (
            f"if the {singular(some['noun'].lower())} is {as_compared(some['bound'])}, ", "it")
        return f"{said['lead']}{which}ask {said['who']} to approve {what}, then {_as_done(said['late'])}"

    def after(said: re.Match[str]) -> str:
        late = re.sub(r"\b(?:may|can|must|should|shall) (?:only )?be\b", "is", said["late"])
        return f"{said['lead']}ask {said['who']} to approve it, then {_as_done(late)}{', then' if said['more'] else ''}"

    def first(said: re.Match[str]) -> str:
        if HANGING.search(said["late"]):
            return said[0]
        return f"{said['lead']}{said['early']}, then {said['late'][:1].lower()}{said['late'][1:]}"

    text = _BUT_FIRST.sub(first, text)
    text = _SO.sub(
        lambda said: f"{said['check']} {said['if']}{said['where'] or ''}{said['then']}"
                     f"{'unless' if re.search(_NOT, said['so']) else 'if'} {said['if']}, ", text)
    text = _ASKED_FIRST.sub(asked, text)
    text = _AND_BEFORE.sub(lambda said: f"{said['early']}, then {_as_done(said['late'])}", text)
    text = _BEGUN.sub(r"When \1, ", text)
    return _ONLY_AFTER.sub(after, _BEFORE.sub(turned, text))


_SAME = pattern(
    r"(?P<verb>\b(?:e-?mail|mail|notify|tell|inform|remind|text|warn|alert)) (?P<who>(?:the |our )[\w-]+|\S+@[\w.-]+\w)"
    r"(?P<mark>,? and |[;,] (?:and )?|\. )(?P<if>(?:if|unless|when) [^,;.]+, )?"
    r"(?:(?:do )?the same (?:goes )?for|likewise(?: for)?|ditto(?: for)?) (?P<other>(?:the |our )[\w-]+|\S+@[\w.-]+\w)"
    r"(?=[.;,]|$)")


def same_for(text: str) -> str:
    """``email ann, and the same for bob``: the verb again."""
    return _SAME.sub(lambda said: f"{said['verb']} {said['who']}{said['mark']}{said['if'] or ''}"
                                  f"{said['verb'].lower()} {said['other']}", text)


def _as_done(text: str) -> str:
    """What is done, as a command or in the passive: charging it is charge it."""
    text = re.sub(r"\bbeing (?=\w)", "is ", text)
    it_is = re.match(rf"(it|they|that|this) (?:is|are|gets?) (?P<done>{DONE})\b(?P<rest>.*)", text, re.IGNORECASE)
    if it_is is not None and base_verb(it_is["done"].lower()):
        return f"{base_verb(it_is['done'].lower())} it{it_is['rest']}"
    text = re.sub(r"^(?:we|you|I|they) (?:can |may )?", "", text)
    first, _, rest = text.partition(" ")
    base = base_verb(first.lower()) if first.lower().endswith("ing") else None
    return f"{base} {rest}" if base else text


def each_said(text: str) -> str:
    """``it is fetched and stored in …``: with each verb its own "it is"."""
    def own(said: re.Match[str]) -> str:
        done = said["done"].lower()
        before = re.split(r"[.;](?!\w)", said.string[:said.start()])[-1]
        if (base_verb(done) in (None, done) and done not in ("put", "run", "read", "set")) or not _IS.search(before):
            return said[0]
        if said["what"] is None:
            return f"{said['mark']}{said['then'] or ''} {base_verb(done)} it"
        return f"{said['mark']}{said['then'] or ''}{said['what']} is {said['done']}"

    return _AND_DONE.sub(own, text)


_STATED = pattern(
    rf"(?P<lead>^|[.] )(?P<what>(?!(?:if|when|whenever|once|unless|after|before|at|for|every|each|step|then|and"
    rf"|{CONSENT})\b)"
    rf"(?:[\w'-]+ ){{1,9}}?[\w'-]+): ?(?=(?:please )?{ACTS}\b)")


def stated(text: str) -> str:
    """``Order shipped and not paid: email …``: if that is so."""
    def condition(said: re.Match[str]) -> str:
        what = re.sub(rf"(?P<noun>\b(?!is|are|was|not|and|or|has|have|did|does)[\w-]+) (?P<not>not )?(?P<done>{DONE}"
                      rf"|late|missing|empty|overdue|new|open|due|full|down|low)\b",
                      r"\g<noun> is \g<not>\g<done>", said["what"])
        if re.match(r"(?:in|out of|on|off|not|no longer|already|still|under|over) [\w-]+$", what, re.IGNORECASE):
            return f"{said['lead']}If it is {what[:1].lower()}{what[1:]}, "
        has_verb = re.search(r"\b(?:is|are|was|were|has|have|does|did|do|contains?|not)\b",
                             what)
        return f"{said['lead']}If {what[:1].lower()}{what[1:]}, " if has_verb else said[0]

    return _STATED.sub(condition, text)
