"""What goes where: a condition from the words that pick some of many, and "otherwise" from what says the rest.

Lab results that are critical: …. All others …         if the lab result is critical, …; otherwise …
P1 tickets go to …, P2 tickets to … and the rest to …  if the ticket is P1, …; if the ticket is P2, …; otherwise …
Never email customers who …                            if the customer …, do nothing; otherwise email the customer
the customer gets a voucher by email                   email the customer a voucher
"""

from __future__ import annotations

import re

from engine.copilot.offline.words import PROPERTIES, VERBS, base_verb, singular

ACTS = rf"(?:{'|'.join(sorted(VERBS, key=len, reverse=True))})"
"""A verb in its first form."""
_NO_START = (
    r"(?!(?:when\w*|if|once|as soon|every time|each time|after|on|upon|unless|while|until|for)\b)"
)
_LEFT = (
    r"(?:(?:all|any|every) (?:the )?(?:other (?!(?:than|is|are|goes|go|gets?|has|must|should)\b)\w+|others?|rest)"
    r"|the (?:other (?!than\b)\w+|others?|rest"
    r"|remaining \w+)|others|the remainder"
    r"|(?:everything|anything|everyone|everybody|anyone|anybody) else|(?:anything|everything|all|those|whatever is"
    r"|ones) (?:higher|above|more|bigger|larger|over|beyond|lower|below|less|smaller|older|longer|shorter|heavier"
    r"|lighter)(?: (?:that|than that|it))?|(?:in|un|non-?|dis|ir)\w+ ones|the (?:in|un|non-?)\w+(?= (?:go|are"
    r"|get)\b)|(?:shorter|smaller|bigger|larger|longer"
    r"|cheaper|older|younger|newer|higher|lower|lighter|heavier) (?:ones|[\w-]+s)"
    r"|(?:all )?(?:those|the ones) (?:that|which|who) (?:do|are|have)(?: not|n't)?|other \w+s|the rest of (?:them|the"
    r" \w+))"
)


def _classes(sentence: str) -> str | None:
    """``P1 tickets go to …, P2 tickets to … and the rest to …``: a condition for each kind."""
    head = _FIRST_CLASS.match(sentence) if _SEVERAL.search(sentence) else None
    if head is None:
        return None
    if not head["verb"] and not head["put"] and re.match(r" ?(?:to|on|into|in)\b", head["rest"]) is None:
        return None
    noun, verb = singular(head["noun"].lower()), head["verb"] or head["put"] or ""
    parts = re.split(r"(?:[,;](?: and| while)?|,? and) (?=(?:(?!(?:in|on|to|and|the|a|an|if|when|then|with|by|for|at"
                     r"|after|it|they|both)\b)[\w-]+(?: (?:ones"
                     r"|" + re.escape(head["noun"]) + r"))? (?:go|goes|to|on|in|are|is|get|gets)\b|"
                     + _LEFT + r"\b|[\w-]+ " + re.escape(head["noun"]) + r"\b))", head["rest"], flags=re.IGNORECASE)
    if len(parts) < 2:
        return None
    does = done_with(verb) if head["verb"] else f"{head['put'] or 'put'} it"
    said = [f"If the {noun} is {head['kind']}, {does}{' ' + parts[0].strip()}"]
    for part in parts[1:]:
        one = re.match(rf"(?:(?P<left>{_LEFT})|(?P<kind>[\w-]+)(?: (?:ones|{re.escape(head['noun'])}))?)"
                       rf"(?: (?P<verb>go(?:es)? (?:in)?to|gets?|(?:is|are) (?:just )?\w+))? (?P<rest>.+)", part,
                       re.IGNORECASE)
        if one is None:
            return None
        own = done_with(one["verb"]) if one["verb"] else f"{head['put'] or 'put'} it"
        own = "do nothing" if one["rest"].strip(". ") == "nothing" or own == "do nothing" else f"{own} {one['rest']}"
        said.append(f"otherwise {own}" if one["left"] else f"if the {noun} is {one['kind']}, {own}")
    return "; ".join(said)


_SEVERAL = re.compile(rf"\b(?:{_LEFT})\b|\bones\b", re.IGNORECASE)
_FIRST_CLASS = re.compile(
    rf"^(?:(?P<put>put|send|post|route|save|forward) )?(?:{'|'.join(sorted(PROPERTIES))} )?(?P<kind>"
    rf"(?!(?:the|a|an|if|when|its|in|all|any|each|every|these|those|my|our|no)\b)[\w-]+) (?P<noun>[\w-]+s) "
    r"(?P<verb>go to|get|are \w+(?:ed|ent|t|ld)\b)?(?P<rest> ?(?:.+))", re.IGNORECASE)


def sided(sentence: str) -> str:
    """``Lab results that are critical: …. All others …``: a condition and its other side."""
    found = next((said for reads in (_labelled, _whoever, _classes, _excepted, _of_some, _but_some, _of_a_kind)
                  if (said := reads(sentence)) is not None), None)
    return _others(sentence) if found is None else found


def _labelled(sentence: str) -> str | None:
    """``P1: post it …``."""
    match = _LABELLED.match(sentence)
    if match is None:
        return None
    return f"{'Otherwise' if match['left'] else f'If it is {match[2]},'} {sentence[match.end():]}"


def _excepted(sentence: str) -> str | None:
    """``Each patient gets …, except those who …``."""
    match = _EXCEPT.match(sentence)
    if match is None:
        return None
    does = told(f"the {match['noun']} {match['does']}")
    unless = f"unless the {match['noun']} {_one_has(match['is'])}"
    return f"For each {match['noun']}, {unless}, {does}{sentence[match.end():]}"


def _of_some(sentence: str) -> str | None:
    """``For orders over 500 euros, …``."""
    match = _FOR_KIND.match(sentence)
    if match is None or re.match(r"(?:in|on) (?:a|the|parallel|batches|\w+day)", match["is"], re.IGNORECASE):
        return None
    return f"If the {singular(match['noun'].lower())} {has(match['is'])}, {_others(match['rest'])}"


def _but_some(sentence: str) -> str | None:
    """``Never email customers who …``."""
    match = _NEVER.match(sentence)
    if match is None or re.match(r"(?:in|on|with|from) (?:the|a|it)\b", match["is"], re.IGNORECASE):
        return None
    noun = singular(re.sub(r"^(?:the|any) ", "", match["noun"].lower()))
    rest = match["rest"]
    instead = re.match(r"^[;,] (?:but |and )?(?P<does>[^;]+?) instead(?P<rest>[.;]?.*)$", rest)
    if instead is not None:
        return (f"If the {noun} {_one_has(match['is'])}, {instead['does']}; otherwise {match['verb']} the {noun}"
                f"{instead['rest']}")
    if not _OTHERS.search(rest):
        rest = f"; otherwise {match['verb']} the {noun}{rest}"
    return f"If the {noun} {_one_has(match['is'])}, do nothing{_others(rest)}"


def _whoever(sentence: str) -> str | None:
    """``Whoever is on leave is skipped, everybody else …``."""
    match = _WHOEVER.match(sentence)
    if match is None:
        return None
    item = re.search(r"for each ([\w -]+?)(?:,|:)", match["lead"])
    what = "it" if item is None else f"the {item[1]}"
    does = f"{done_with(match['does'])}{_others(match['rest'], elliptic=True)}"
    return f"{match['lead']}if {what} {match['is']}, {does}"


def _of_a_kind(sentence: str) -> str | None:
    """``Lab results that are critical …``, ``gift orders …, all others …``."""
    match = _KIND.match(sentence)
    if match is None and _OTHERS.search(sentence):
        match = _OF_A_KIND.match(sentence)
    condition = None if match is None else _restricted(match)
    if match is None or condition is None:
        return None
    noun, rest, more = match["noun"].split()[-1], match["rest"], ""
    also = re.search(rf"[,;] (?:and |while )?(?={re.escape(noun)} (?:that|which|who|whose|from|with)\b)", rest)
    if also is not None:
        more = sided(rest[also.end():])
        rest, more = rest[:also.start()], f"; {more[:1].lower()}{more[1:]}"
    return f"If {condition}, {done_with(match['does'])}{_others(rest, elliptic=True)}{more}"


_EXCEPT = re.compile(
    r"^(?P<each>(?:each|every|all)(?: of)? (?:the )?(?P<noun>(?:[\w-]+ )?[\w-]+?)s?(?: (?:in|on|of|from) (?:the "
    r"|our )?[\w-]+)?) (?P<does>[^,;.]+?),? (?:except|but not|excluding|apart from|other than)(?: for)? (?:those"
    r"|the ones|anyone|people|ones)? ?"
    r"(?:who|that|which|with) (?P<is>[^,;.]+)", re.IGNORECASE)
_LABELLED = re.compile(rf"^(?:(?P<left>{_LEFT})|(?P<kind>(?-i:[A-Z]\w*\d)|\"[^\"]+\")): (?={ACTS}\b)", re.IGNORECASE)
_FOR_KIND = re.compile(
    r"^(?:for|with|on|in the case of|when it comes to) (?:all |any |the )?(?P<noun>(?!(?:each|every|all|a|an|the|at"
    r"|up)\b)(?:[\w-]+ )?[\w-]+s) (?P<is>(?:from|over|under|above|below|of more|of less|of over|of at|with|without"
    r"|whose|that|who|which|worth|between"
    r"|in|on|outside) [^,;:]+?), (?P<rest>.+)", re.IGNORECASE)
_NEVER = re.compile(
    r"^(?:never|do not|don't|please don't) (?P<verb>\w+) (?P<noun>(?:the |any )?[\w-]+s?) (?P<is>(?:who|that|which"
    r"|whose|with|from|without|in|on) [^,;:.]+)(?P<rest>.*)", re.IGNORECASE)
_WHOEVER = re.compile(
    r"(?P<lead>(?:for each [^:]*: )?)(?:whoever|(?:any|every)(?:one|body) (?:who|that)|those (?:who|that)|(?:every"
    r"|any)thing (?:that|which)|whatever|all (?:who|that)) "
    r"(?P<is>[^,:;]+?)(?P<does>,? (?:should |must |have to |has to )?(?:go(?:es)? (?:in)?to|gets?"
    r"|(?:is|are|be) (?:\w+(?:ed|ent|t|ld)|skipped)\b|needs?))(?P<rest>.*)", re.IGNORECASE)
_KIND = re.compile(
    rf"(?P<noun>{_NO_START}(?:(?:all|any|every|each|an?|the|those|only) )?(?:[\w'-]+ )?[\w'-]+?) "
    r"(?:(?:that|which|who) (?P<is>(?:is|are|has|have|was|were|come|comes|live|lives|contains?|mentions?)\b[^,:;]*?)"
    r"|from (?P<from>(?:the )?(?-i:[A-Z])[\w ,]*?)|whose (?P<whose>[^,:;]+?))"
    r"(?P<does>:|,? (?:should |must |have to |has to )?(?:go(?:es)? (?:in)?to|gets?|(?:is|are|be) \w+(?:ed|ent|t|ld)\b"
    r"|needs?))(?P<rest> .+)", re.IGNORECASE)


_OF_A_KIND = re.compile(
    rf"(?P<noun>{_NO_START}(?:(?:all|any|every|each|the|only) )?(?P<kind>(?!(?:all|any|the|other|each|every|no|these"
    rf"|those|both)\b)[\w'-]+) (?P<things>[\w'-]+s)) (?P<is>)(?P<from>)(?P<whose>)"
    r"(?P<does>(?:should |must |have to |has to )?(?:go to|(?:are|be) \w+(?:ed|ent|t|ld)\b))"
    r"(?P<rest> .+)", re.IGNORECASE)


def _restricted(match: re.Match[str]) -> str | None:
    """The condition that picks some of them."""
    if "kind" in match.groupdict():
        thing = "it" if match["things"].lower() == "ones" else f"the {singular(match['things'].lower())}"
        return f"{thing} is {match['kind'].lower()}"
    noun = singular(re.sub(r"^(?:all|any|every|each|an?|the|those"
                           r"|only) ", "", match["noun"], flags=re.IGNORECASE).lower())
    if match["whose"]:
        return f"the {noun}'s {match['whose']}"
    if match["from"]:
        places = [place for place in re.split(r",? (?:or|and) (?:the )?|, (?:the )?", match["from"]) if place]
        return f"the {noun}'s country is " + " or ".join(f'"{place}"' for place in places)
    said = re.sub(r"^are\b", "is", re.sub(r"^have\b", "has", match["is"]))
    return f"the {noun} {said}"


def _others(text: str, *, elliptic: bool = False) -> str:
    """``…, all others …``: otherwise. `elliptic`: also where what is done with them is not said again."""
    def other(said: re.Match[str]) -> str:
        if said["acts"] is not None:
            return f"{'; ' if said['lead'] else ''}otherwise "
        if said["does"] is None and not elliptic:
            return said[0]
        own = "put it" if said["does"] is None else done_with(said["does"])
        return f"{'; ' if said['lead'] else ''}otherwise {own}{' ' if said[0].endswith(' ') else ''}"

    return _OTHERS.sub(other, text)


_OTHERS = re.compile(
    rf"(?P<lead>^|[,;.](?: and| but| while)? | and | while )(?P<who>{_LEFT})(?: (?P<acts>(?:just |only |simply )?"
    rf"(?=(?:run|start|call|use|take|email|charge|refund|post)\b))| (?:should |must |have to |has to "
    rf"|just )*(?P<does>go(?:es)? (?:(?:in)?to|on)\b|gets?"
    rf"|(?:is|are|be) (?:just |only |simply )?\w+(?:ed|ent|t|ld|en|d)\b|needs?)|(?= (?:to|on|into"
    r"|in) the\b))(?: |(?=[.,;]|$))", re.IGNORECASE)


def done_with(does: str) -> str:
    """What is done with it: are saved is save it."""
    done = re.match(r"[, ]*(?:should |must |have to |has to )?(?:is|are|be|gets?(?= \w+(?:ed|ent|t|ld)$)) "
                    r"(?:just |only |simply |merely )*(\w+)", does)
    if does == ":":
        return ""
    if done is not None and done[1] in ("skipped", "ignored", "left"):
        return "do nothing"
    if done is not None:
        return f"{base_verb(done[1].lower()) or done[1]} it"
    if re.search(r"\b(?:gets?|receives?)$", does):
        return "send it"
    return "put it on" if re.search(r"\bgo(?:es)? (?:straight )?(?:(?:in)?to|on)\b", does) else f"it {does.strip(', ')}"


def _one_has(said: str) -> str:
    """As of one of them: who have is has."""
    said = re.sub(
        r"^(?:who|that|which) (are|have|were|do) ",
        lambda found: f"{ {'are': 'is', 'have': 'has', 'were': 'was', 'do': 'does'}[found[1]] } ",
        said,
    )
    return has(said)


def has(said: str) -> str:
    """What picks it, as a predicate."""
    said = re.sub(r"^with\b", "has", said, flags=re.IGNORECASE)
    said = re.sub(r"^(?:that|which|who) ", "", said, flags=re.IGNORECASE)
    return said if re.match(r"(?:has|is|are|was|were|have|costs?|weighs?|contains?|comes?|lives?|needs?)\b"
                            r"|\w+s\b", said) else f"is {said}"


def told(sentence: str) -> str:
    """``the customer gets a voucher by email``: email the customer a voucher."""
    return _GETS_TOLD.sub(lambda said: f"{said['lead']}send {said['who']} {said['what']}", _GETS.sub(_mailed, sentence))


_GETS_TOLD = re.compile(
    r"(?P<lead>^|[,;:.] |\b(?:and|then|but|otherwise|else) )(?P<who>(?!if\b|when\b|otherwise\b|else\b)"
    r"(?:(?:the|our|an?|each|every|all|their|its|his|her) )?(?:[\w'-]+ ){0,2}?[\w'-]+) (?:gets?|receives?"
    r"|(?:is|are) sent|(?:should|will|must|has to) (?:get|receive|be sent)) "
    r"(?P<what>(?:an?|the|another|one more) (?:[\w'-]+ ){0,2}?(?:text|sms|message|notification"
    r"|note|alert|reminder|warning)\b)", re.IGNORECASE)


_GETS = re.compile(
    r"(?P<lead>^|[,;:.] |\b(?:and|then|but|otherwise|else) )(?P<who>(?!otherwise\b|else\b)"
    r"(?:(?:the|our|an?|each|every|all|their|its|his|her) )?(?:[\w'-]+ ){0,2}?[\w'-]+) "
    r"(?:gets?|receives?|(?:is|are) sent|(?:should|will|must|has to) (?:get|receive|be sent)) "
    r"(?P<what>(?:an?|the|another|one more|their|his|her) (?:[\w'-]+ ){0,4}?)(?:(?P<mail>e-?mail|mail)\b|"
    r"(?P<thing>[\w'-]+) "
    r"(?:by|via|per|through) (?:e-?mail|mail)\b)", re.IGNORECASE)


def _mailed(said: re.Match[str]) -> str:
    who = said["who"]
    if who.lower().split()[0] in ("if", "when", "who", "that", "and", "then") or re.search(
        r"\b(?:who|that|if|when)\b", who
    ):
        return said[0]
    what = f"{said['what']}{said['thing']}" if said["thing"] else said["what"].strip() + " message"
    what = "" if re.fullmatch(r"(?:an?|the) message", what) else f" {what}"
    return f"{said['lead']}email {who}{what}"
