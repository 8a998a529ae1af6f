"""What several things share, said of each of them: a verb, a kind, or the place that each has in a second list.

run a-b, c-d and e-f in parallel              run a-b and run c-d and run e-f in parallel
run the a and the b function                  run the a function and run the b function
the a function and the b function run …       run the a function and run the b function …
send the x to ann, the y to bob               send the x to ann and send the y to bob
send x and y to ann and bob respectively      send x to ann; send y to bob
if it is x or y, run … a and b, respectively  if it is x, run … a; if it is y, run … b
"""

from __future__ import annotations

import re

from engine.copilot.offline.wording.parts import DONE, VERB, pattern
from engine.copilot.offline.words import base_verb, singular

_RUNS = r"(?:run|call|invoke|execute|start|trigger|launch)"
_KIND = r"(?:function|workflow|lambda|job)"
_TOGETHER = r"(?:side by side|in parallel|simultaneously|concurrently|together|at the same (?:time|moment))"
_NAMES = pattern(
    rf"\b(?P<verb>{_RUNS}) (?P<names>[a-z]\w*-[\w-]+(?:, [a-z]\w*-[\w-]+)*,? and [a-z]\w*-[\w-]+)"
    rf"(?! (?:functions|workflows|lambdas|jobs|together|{_KIND})\b|\w|-)")
_EACH_THE = pattern(
    rf"\b(?P<verb>{_RUNS}) (?:both )?(?P<names>the [\w-]+(?:, the [\w-]+)*,? and the [\w-]+) (?P<kind>{_KIND})\b")
_THEY_RUN = pattern(
    rf"\b(?P<names>the [\w-]+ {_KIND}(?:, the [\w-]+ {_KIND})*,? and the [\w-]+ {_KIND}) (?:both |all )?runs? "
    rf"(?={_TOGETHER}\b)")
_TO_EACH = pattern(
    r"\b(?P<verb>send|put|post|give|forward|copy|write|mail|hand) (?=(?P<items>(?:(?:the|an?|our) (?:(?! to |, ).)+ to "
    r"(?:(?!,? and (?:the|an?|our) |, ).)+(?:, and |, | and )){1,4}(?:the|an?|our) (?:(?! to )[^,;])+ to [^,;]+?)"
    r"(?P<end>[,;.]?(?:\s|$)))(?P=items)")
_OWN_VERB = re.compile(
    rf"(?:, |\band )(?:{VERB})\b(?! to\b)|\b(?:is|are|was|has|have|had|must|should|shall|will|can|gets?|goes?"
    r"|needs?)\b",
    re.IGNORECASE)
_NEXT_ONE = re.compile(r"(?:, and |, | and )(?=(?:the|an?|our) (?:(?! to |, | and ).)+ to )", re.IGNORECASE)
_NO_ITEM = (r"(?:is|are|was|were|has|have|the|an?|our|its|their|to|in|on|into|by|at|with|and|or|if|when|from|for|of"
            r"|then|queues?|tables?|topics?)")
_WORD = r"(?:[^\s,;:]|:(?=\S))*[^\s,;:.]"
_ITEM = (rf"(?:(?:the|an?|our|its|their) |(?!(?:{VERB})(?![\w-])))(?!{_NO_ITEM}(?![\w-]))"
         rf"(?:(?:below|above|over|under|between|up to) )?{_WORD}(?: (?!{_NO_ITEM}(?![\w-])){_WORD}){{0,2}}?")
_LIST = re.compile(rf"(?<![\w@#.-])(?P<list>{_ITEM}(?:, {_ITEM})*,? (?:and|or) {_ITEM})"
                   r"(?= (?:to|in|into|on|at|by|and|from|with|functions|workflows|queues|tables|topics)\b|,|$)",
                   re.IGNORECASE)
_RESPECTIVELY = pattern(r"(?P<lead>^|[.;!?] )(?P<said>[^.;]+?),? respectively(?=[.;,]|$)")
_PLURAL = re.compile(r"\b(?:the )?(queues|tables|topics|functions|workflows|buckets|channels)\b(?= ?$)", re.IGNORECASE)


def shared(text: str) -> str:
    """`text` with what several things share said of each."""
    text = _TO_EACH.sub(_sent_to_each, text)
    text = _NAMES.sub(lambda said: _distributed(said["verb"], said["names"]), text)
    text = _EACH_THE.sub(lambda said: _distributed(said["verb"], said["names"], said["kind"]), text)
    text = _THEY_RUN.sub(lambda said: f"{_distributed('run', said['names'])} ", text)
    return _RESPECTIVELY.sub(lambda said: said["lead"] + _paired(said["said"], said[0][len(said["lead"]):]), text)


_DONE_TO = re.compile(
    rf"(?P<before>\b(?:is|are|be|gets?) (?:\w+ )?{DONE}\b[^.;:]*?)(?P<join>,? and(?: then)?|, then)"
    rf"(?P<aside>,? (?:if|unless|provided|when) [^,.;]+,)? (?P<done>{DONE})"
    r"(?= (?:to|in|into|on|onto|by|at|with|from|the|an?|their|his|her|via|through|about|that|of|so)\b)",
    re.IGNORECASE)
"""``they are saved in the x table and emailed a letter``: what else happens to the same."""
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|once|unless|until|while|after|that|which|who|whose|provided)\b[^,;.]*$", re.IGNORECASE)
_TO_WHOM = frozenset(["email", "tell", "notify", "inform", "thank", "ask", "remind", "warn", "text", "invite"])
_AND_IS = re.compile(
    rf"(?P<before>\b(?:it|they) \w+s? [^.;:]*?)(?P<join>,? and(?: then)?|, then)(?P<aside>) (?:is|are|gets?)"
    rf" (?P<done>{DONE})(?= (?:to|in|into|on|onto|by|at|with|via|through)\b)", re.IGNORECASE)
"""``then it waits and is published to …``: it is."""
_WANTED = re.compile(
    rf"(?P<lead>^|[.;] )(?:I|we) (?:want|need|would like|'d like)(?: to have)? (?P<what>(?:(?!{DONE}\b)[\w'-]+ )*?"
    rf"(?!{DONE}\b)[\w'-]+),? (?:to be )?(?={DONE} (?:in|to|by|on|into|at|with)\b)", re.IGNORECASE)
"""``I want applications saved in …``: they are."""


def participled(text: str) -> str:
    """`text` with what else happens to the same thing as a command."""
    text = _WANTED.sub(r"\g<lead>\g<what> are ", text)
    text = _AND_IS.sub(_also, text)
    before = ""
    while before != text:
        before, text = text, _DONE_TO.sub(_also, text)
    return text


def _also(said: re.Match[str]) -> str:
    verb = base_verb(said["done"].lower())
    if verb is None or _CONDITION.search(said.string[:said.start("join")].rpartition(", ")[2]):
        return said[0]
    it = "them" if verb in _TO_WHOM else "it"
    return f"{said['before']}{said['join']}{said['aside'] or ''} {verb} {it}"


def _sent_to_each(said: re.Match[str]) -> str:
    """``send the plan to ann, the bill to bob``: the verb before each; as it is where another verb is among them."""
    items = _NEXT_ONE.split(said["items"])
    if any(_OWN_VERB.search(item) for item in items):
        return said[0]
    return f" and {said['verb'].lower()} ".join([f"{said['verb']} {items[0]}", *items[1:]])


def _distributed(verb: str, names: str, kind: str = "") -> str:
    said = (f"{name}{kind and ' '}{kind}" for name in _items(names))
    return f"{verb} " + f" and {verb.lower()} ".join(said)


def _items(names: str) -> list[str]:
    """What a list has: "between 1 and 5" is one."""
    kept = re.sub(r"\b(between \S+) and ", r"\1 & ", names)
    return [item.replace(" & ", " and ") for item in re.split(r",? (?:and|or) |, ", kept)]


def _paired(said: str, whole: str) -> str:
    """The clause once for each pair of two lists of one length; as it is where there are no two."""
    covered = re.sub(r"\b(between \S+) and ", r"\1 & ", said)
    found = [(match, _items(match["list"])) for match in _LIST.finditer(covered)]
    if len(found) < 2 or len(found[-2][1]) != len(found[-1][1]):
        return whole
    (first, ones), (second, others) = found[-2:]
    before, between = covered[:first.start("list")], covered[first.end("list"):second.start("list")]
    after = covered[second.end("list"):]
    between, after = (re.sub(r"\btheir (\w+)", lambda one: f"its {singular(one[1])}", part)
                      for part in (between, after))
    between = re.sub(r"^ (\w+)", lambda one: f" {singular(one[1])}" if _PLURAL.match(one[1]) else one[0], between)
    after = re.sub(r"^ (\w+)", lambda one: f" {singular(one[1])}" if _PLURAL.match(one[1]) else one[0], after)
    between = _PLURAL.sub(lambda one: f"the {singular(one[1].lower())}", between)
    lead, comma, begin = before.rpartition(", ") if not re.match(r"if\b", before, re.IGNORECASE) else ("", "", before)
    the = re.match(r"(?:the|our) ", ones[0], re.IGNORECASE)
    others_the = re.match(r"(?:the|our) ", others[0], re.IGNORECASE)
    ones, others = (
        [one if leads is None or place == 0 or re.match(r"(?:the|our|an?) ", one) else f"{leads[0]}{one}"
         for place, one in enumerate(items)] for items, leads in ((ones, the), (others, others_the)))
    verb = re.fullmatch(r"(?P<verb>post|send|route|put|forward|assign|move|save) ", begin, re.IGNORECASE)
    if verb is not None and all(re.fullmatch(r"(?:\w+ ){0,2}\w+s", one) for one in ones):  # of each kind
        ones = [re.sub(r"[\w-]+$", lambda kind: singular(kind[0]), one) for one in ones]
        return f"{lead}{comma}" + "; ".join(
            f"if it is a {one}, {verb['verb'].lower()} it{between}{other}{after}"
            for one, other in zip(ones, others, strict=True))
    pairs = [f"{begin}{one}{between}{other}{after}".replace(" & ", " and ")
             for one, other in zip(ones, others, strict=True)]
    return f"{lead}{comma}{'; '.join(pairs)}"
