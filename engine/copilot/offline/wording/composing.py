"""The parts of each sentence put as the reader has them: what starts it, conditions, sides, what happens to whom.

    Orders land in the orders queue.            when orders land in the orders queue, …
    Over 500 euros? Ask the boss.               if it is over 500 euros, ask the boss
    Gift orders go to …, all others to …        if the order is a gift, …; otherwise …
    the customer gets a voucher by email        email the customer a voucher

Each is a construct and no phrase: its parts are the shapes below. What is none of them stays as it is.
"""

from __future__ import annotations

import re

from engine.copilot.offline.wording.failing import failing
from engine.copilot.offline.wording.parts import acts
from engine.copilot.offline.wording.sharing import participled, shared
from engine.copilot.offline.wording.sides import ACTS, done_with, has, sided, told
from engine.copilot.offline.wording.starting import started
from engine.copilot.offline.words import NUMBERS, ORDINALS, base_verb, singular

_N = rf"(?:\d+|{'|'.join(sorted({*NUMBERS} - {'half', 'zero'}, key=len, reverse=True))})"
_MONEY = r"(?:[$€£]\s?)?-?\d[\d.,]*k?(?:\s?(?:%|°))?"
_OF = (r"(?: (?:euros?|dollars?|pounds?|EUR|USD|GBP|CHF|percent|degrees?(?: (?:celsius|fahrenheit))?|kg|km|items?"
       r"|points?|stars?"
       r"|days?|hours?|minutes?|pieces?|units?))?")
BOUND = (
    rf"(?:(?:over|above|under|below|beyond|exceeding|up to|more than|less than|at least|at most|no more than"
    rf"|not more than|(?:fewer|heavier|lighter|older|younger|longer|shorter|larger|bigger|smaller|higher|lower|greater"
    rf"|slower|faster|warmer|colder) than) {_MONEY}{_OF}|between {_MONEY}{_OF} and {_MONEY}{_OF}"
    rf"|(?:from|of) {_MONEY} to {_MONEY}{_OF}"
    rf"|(?:from )?{_MONEY}{_OF} (?:or|and) (?:more|over|above|up|upwards?|less|below|under|fewer|higher|lower)"
    rf"|from {_MONEY}{_OF} (?:up|upwards?|on|onwards?))"
)
_PLACE = r"\b(?:webhook|queue|bucket|S3|form|folder)\b"
def composed(text: str) -> str:
    """`text` with its sentences put so."""
    text = re.sub(r" \((\S+@[^()]*)\)", r" \1", text)
    text = re.sub(r"\s+[-\u2013\u2014]\s+", "; ", text)
    text = re.sub(r",? ?\(((?:if|unless|when|otherwise|else|retry|at most|up to|in batches"
                  rf"|(?:with )?{_N} (?:retries|attempts|tries)"
                  r"|one by one)\b[^()]*)\)", r"; \1", text)
    text = _CAUSED.sub(
        lambda said: (
            f"run {said['who']}"
            if re.search(r"function|lambda|workflow", said["who"], re.IGNORECASE)
            else f"{said['verb']}{said['what']} with {said['who']}"
        ),
        text,
    )
    text = failing(shared(_of_kind(text)))
    text = _REPEATED.sub(r"\1 ", text)
    text = re.sub(r"\b([\w-]*[a-z]-[\w-]+) \((?:an?|our|the) (function|workflow|queue|table|bucket|topic"
                  r"|lambda)(?: of ours)?\)", r"the \1 \2", text)
    text = re.sub(r"; (?:and |but )?(?:finally|lastly|last of all|at the very end),? ", ". Finally ", text)
    text = _ENDS_IT.sub(r"\g<lead>if rejected, stop", text)
    text = _GONE_THROUGH.sub(_each_gone_through, _GONE_AND.sub(_each_gone_and, text))
    text = _MEANT.sub(_if_so, _MEANS.sub(r"if \1, \2", text))
    text = re.sub(r"^while (the [\w-]+ (?:function|workflow)) (?:is running|runs|is going on|is at work), "
                  r"(?!the [\w-]+ function)([^.;]+)", r"at the same time run \1 and \2", text, flags=re.IGNORECASE)
    text = re.sub(r"^([^,.;]+?),? while (the [\w-]+ (?:function|workflow)) (?:is running|runs)"
                  r"(?=[.;,])", r"at the same time \1 and run \2", text, flags=re.IGNORECASE)
    text = _ALL_DONE.sub(lambda said: f". Then {said['what']} {said['is']} ", text)
    text = _LISTED.sub(lambda said: f"{base_verb(said['verb'].lower()) or said['verb']} "
                                    f"the {said['names']} {said['kind']}", text)
    text = _questions(_APPOSED.sub(r"the \1 \2\3", text))
    text = started(_AND_IF.sub(r"\1, if ", text))
    text = participled(text)
    told_first = re.match(r"(?:we|I|our|my|there (?:is|are)|people)\b[^.!?]*[.!?]\s+", text, re.IGNORECASE)
    if told_first is not None:
        text = told_first[0] + started(text[told_first.end():])
    text = _HAPPENS.sub(lambda said: said[0] if acts(said["what"]) else f"When {said['what']}, ", text)
    text = _A_KIND_OF_ONE.sub(r"; if it is \g<kind>, put it ", _that(_less_than_that(text)))
    sentences = re.split(r"(?<=[.!?])\s+", text)
    return " ".join(sided(_bounded(told(_counted(sentence)))) for sentence in sentences)


_REPEATED = re.compile(
    rf"(?:^|(?<=[.;] ))((?:{ACTS}) [^,;]*?)[.;,] (?:and |then )?(?:repeat|do|run|call) (?:it|this|that)(?: again)?,? "
    r"(?=(?:every [\w ]+? )?(?:until|as long as|while)\b)", re.IGNORECASE)
"""``Run the x function. Repeat it every 4 minutes until …``."""
_RUNS = r"(?:run|call|invoke|execute|start|trigger|launch|kick off)"
_KINDS = r"(?:function|workflow|lambda|job|state machine)"
_ARE = (r"(?:,|;|:| -)? ?\(?(?:and )?(?:all of )?(?:which (?:is|are)"
        r"|(?:they|these|those|both|each|it|that|this)(?:'re|'s| are| is)"
        r"|are|is)?")
_ALL = (r"(?: ?(?:(?:all|both)(?: (?:two|three|four|five|\d+|of (?:them|these|those)))?|each(?: of them)?)"
        r"(?: are| is)?)?")
_NAMES = re.compile(
    rf"\b(?P<verb>{_RUNS}) (?P<names>(?!the\b)[\w-]+(?:(?:,? and then |,? then |,? and |, )(?!then\b|and\b)[\w-]+)*?)"
    rf"(?P<are>{_ARE}{_ALL}) ?(?:an? |our |the |of our )?(?P<kind>{_KINDS})(?P<s>s?)\)?(?=[.;,:]|$| and\b| then\b"
    rf"| when\b| on\b| at\b| every\b| one (?:after|by)\b| in (?:sequence|parallel|this order)\b)", re.IGNORECASE)
"""``run a, b and c (all are functions)``, ``run read-meters (it's a function)``."""


def _of_kind(text: str) -> str:
    """Names that are said to be functions, each called so, also where another is run later."""
    said: list[str] = []

    def named(match: re.Match[str]) -> str:
        names = re.split(r"(,? and then |,? then |,? and |, )", match["names"])
        is_list = len(names) > 1
        if is_list is not bool(match["s"]) or not re.search(r"\w|\(", match["are"]):
            return match[0]
        said.append(match["kind"].lower())
        joined = [f"{match['verb']} the {name} {said[-1]}" for name in names[::2]]
        between = [" and then " if "then" in mark else " and " for mark in names[1::2]]
        return "".join(part for pair in zip(joined, [*between, ""], strict=True) for part in pair)

    text = _NAMES.sub(named, text)
    if not said:
        return text
    text = re.sub(r"\b(should|must|may) ([\w-]+) be (run|called|started|invoked)\b",
                  rf"\1 the \2 {said[0]} be \3", text)
    return re.sub(rf"\b({_RUNS}) (?!the\b|an?\b|it\b)([a-z]\w*-[\w-]+)(?=[.;,]|$)",
                  rf"\1 the \2 {said[0]}", text, flags=re.IGNORECASE)


_GONE_THROUGH = re.compile(
    r"^(?:go(?:es)? through|loop (?:over|through)|iterate over|work through|walk through|step through|run through"
    r"|take|process|handle|visit) (?:all |each of )?(?:of )?"
    r"(?:the |our |its |their )?((?:[\w-]+ )?[\w-]+)s((?:,? (?:[\w-]+ (?:at a time|at once|in parallel)|one by one"
    r"|one after (?:another|the other)|in (?:batches|groups) of \w+))?)"
    r"(?:\. (?:for each (?:of them|one),? )?|,? and for each (?:of them|one),? |: )", re.IGNORECASE)
"""``Go through the drivers, ten at a time. …``: what comes next is for each."""
_GONE_AND = re.compile(
    rf"^(?:go(?:es)? (?:through|over)|loop (?:over|through)|iterate over|work through|walk through|step through) "
    rf"(?:all |each of )?(?:of )?(?:the |our |its |their )?((?:[\w-]+ )?[\w-]+)s(?: in the (?:input|list))?"
    rf"((?:,? (?:strictly |always |only "
    rf"|at most |up to )*(?:[\w-]+ "
    rf"(?:at a time|at once|in parallel)|one by one|one after (?:another|the other)))?),? and ((?:{ACTS})\b"
    rf"[^.;]*\b(?:(?:each|every)(?: one(?: of them)?| of them| \1)|them|it|(?:for|of) each)\b)",
    re.IGNORECASE)
"""``Go through the invoices, one at a time, and email each of them``."""
def _each_gone_and(said: re.Match[str]) -> str:
    """For each of them, what is done with it."""
    does = re.sub(rf"(?:each|every|all)(?: one)? of them|(?:each|every) (?:one|{re.escape(said[1])})\b", "it",
                  said[3].removesuffix(" for each"), flags=re.IGNORECASE)
    return f"for each {said[1]}{said[2]}, {does}"


def _each_gone_through(said: re.Match[str]) -> str:
    """For each of them, where no other thing is spoken of as each."""
    noun = said[1].split()[-1].lower()
    others = re.findall(r"\b(?:each|every) ([\w-]+)", re.split(r"[.!?]\s", said.string[said.end():])[0].lower())
    return said[0] if any(other not in (noun, "one", "of") for other in others) else f"for each {said[1]}{said[2]}: "


_MEANS = re.compile(
    r"(?:^|(?<=[.;] ))([^,.;:]+?) (?:means|is a sign|tells us|shows|indicates)(?: that)? [^,.;:]+?,? (?:so|therefore"
    r"|in which case|and then),? (?=\w)()", re.IGNORECASE)
"""``fewer than 3 scans means that …, so …``."""
_MEANT = re.compile(
    rf"(?P<lead>^|[.;,:] )(?:and |but |while )?(?P<what>(?!(?:if|when|this|that|it|which)\b)(?:[\w'-]+"
    rf" ){{0,5}}?[\w'-]+) "
    rf"(?:means?|leads to|counts as)(?: that| to)?:? (?=(?:{ACTS}|we|you|the|an?|do|nothing|no)\b)",
    re.IGNORECASE)
"""``no rows means stop``, ``silence means the boss gets an email``: if that is so."""
_ENDS_IT = re.compile(
    r"(?P<lead>^|[.;,] )(?:and |but )?(?:an?|any|the|every|each) (?P<what>refusal|rejection|no) (?:ends?|stops?"
    r"|closes?) "
    r"(?:it|this|that|the [\w-]+)\b[\w ]*", re.IGNORECASE)


def _if_so(said: re.Match[str]) -> str:
    """A condition from what is said to mean something: approved is if approved, no rows is if there are none."""
    what = said["what"].lower()
    lead = f"{said['lead'].replace(',', ';').replace(':', ';')}"
    if re.search(r"\b(?:silence|no (?:answer|reply|response|reaction|word))\b", what):
        which = "there is no answer in time"
    elif re.fullmatch(r"(?:an? |the )?(?:approv\w+|yes|ok|agreement|consent|thumbs up)", what):
        which = "approved"
    elif re.fullmatch(r"(?:an? |any |the )?(?:refus\w+|reject\w+|no|declin\w+|thumbs down)", what):
        which = "rejected"
    elif (valued := re.fullmatch(r"((?:the )?[\w-]+) ['\"]([^'\"]+)['\"]", what)) is not None:
        which = f'{valued[1]} is "{valued[2]}"'
    elif re.search(r"\b(?:is|are|was|has|have|over|under|above|below|than|least|most)\b", what):
        which = what
    else:
        which = f"there {'is' if singular(what) == what else 'are'} {what}"
    return f"{lead}if {which}, "


_ALL_DONE = re.compile(
    r"[,;.] (?:and )?(?:only )?(?:when|once|after|as soon as) (?:both|all|they|these|all of them|both of them"
    r"|everything|that)(?: of them)? (?:are|is|have|has|was|were)(?: all| both)? "
    r"(?:done|finished|through|completed?|back|ready|over|succeeded|worked|ended)(?:,? | )(?P<is>is|are) (?P<what>"
    r"(?:the |an? )?[#\w-]+) ", re.IGNORECASE)
"""``Only after both have finished is #stock told …``."""
_LISTED = re.compile(
    r"(?:^|(?<=[.;:,] )|(?<= and )|(?<= then ))(?:both )?the (?P<names>[\w-]+(?:, [\w-]+)*,? and [\w-]+) "
    r"(?P<kind>functions|workflows|jobs|lambdas) (?:(?:should|must|have to|has to|are|will)(?: all| both)? (?:to )?"
    r"(?:be )?|get )(?P<verb>run|started|invoked|called|triggered|launched|executed|start)\b", re.IGNORECASE)
"""``The x and y workflows should be started …``."""
_CAUSED = re.compile(
    r"\b(?:have|let|make|get|ask|tell) (?P<who>(?:the|our|an?) (?:[\w-]+ ){0,2}?(?:function|lambda|workflow|model"
    r"|llm|LLM|AI)) (?:to )?(?P<verb>(?!to\b)\w+)"
    r"(?P<what>(?:(?! and | then )[^,.;:])*)", re.IGNORECASE)
"""``have the model summarise it``."""
_APPOSED = re.compile(
    r"\b(?:the )?([\w-]*[a-z]-[\w-]+), (?:an?|our|the) (function|workflow|queue|table|bucket|topic|lambda)(?:,|"
    r"(?=[.;:]|$))()", re.IGNORECASE)
"""``vacuum-db, a function``."""


_AND_IF = re.compile(
    rf"^((?:when(?:ever)?|if|once|as soon as|every time|each time) [^,.;]*?"
    rf"{_PLACE}[^,.;]*?) and (?=(?:its?|the|he|she|they|there|his|her) [^,.;]*?\b"
    r"(?:is|are|has|have|was)\b)", re.IGNORECASE)
"""``when an order comes in over the webhook and its total is …, …``: what starts it, and a condition."""
_HAPPENS = re.compile(
    r"^(?P<what>(?!(?:for|when|if|whenever|once|after|before|while|until|every|each|at|on|in|by|with|no|all|any)\b)"
    r"(?:an?|the|our"
    r"|some\w+|people|customers) (?:(?!(?:is|are|has|have|if|when|and|or|over|under|above|below|more|less"
    r"|than)\b)[\w'-]+ ){1,4}?"
    rf"(?!(?:{ACTS})\b)[a-z]+s (?:an?|the|our|his|her|their|its) [^.:;,]*): (?=(?:{ACTS})\b)", re.IGNORECASE)
"""``A customer writes a bad review: …``: when that happens."""


def _questions(text: str) -> str:
    """``Over 500 euros? Ask the boss.``: a condition."""
    return _ASKED.sub(lambda said: f"If {_there(said['what'])}, {said['then'] or ''}", text)


_ASKED = re.compile(
    rf"(?:^|(?<=[.!?;] ))(?P<what>(?!(?:{ACTS}) |(?:can|could|would|will|do|does|is there|how|what|who|why|please"
    rf"|no (?:answer|reply|response"
    r"|reaction|word))\b)[^.?!;]+?)\? (?:(?:if so|if yes|in that case|if it is|if they are|if that is the case"
    r"|yes),? )?(?:then )?(?P<then>\w)", re.IGNORECASE)


def _there(what: str) -> str:
    """A condition from what is asked: without its verb it is about what was spoken of."""
    bare = re.sub(r"^(?:is|are|was|were) ((?:the |it\b|they\b|there\b)(?:[\w'-]+ )*?[\w'-]*) ?(?=\S+$|over|under"
                  r"|above|below|more|less|not\b|empty|at (?:least|most)|between|up to|older|younger"
                  r"|\w+er than)", lambda said: f"{said[1]} is ", what, flags=re.IGNORECASE)
    bare = bare[:1].lower() + bare[1:]
    bare = re.sub(r"^(no (?:[\w-]+ )?[\w-]+) (?:after that|by then|even then|then|afterwards)$", r"there is \1", bare)
    if re.match(r"(?:not |still |already )?(?:\w+ed|over\w+|late|paid|free|open|empty|missing|urgent|new|due|ready"
                r"|gone|sold|unpaid)\b(?! \w+ (?:in|on|at|within|is|are|was)\b)",
                bare) and not re.search(r"\b(?:is|are|was|were|has|have)\b", bare):
        return f"it is {bare}"
    if re.match(BOUND + "$", bare, re.IGNORECASE):
        return f"it is {bare}"
    return bare


_A_KIND_OF_ONE = re.compile(
    r"[;,.] (?:and )?an? (?P<kind>(?!new|second|third|different|similar)[\w-]+) one goes (?=(?:to|on|into)\b)",
    re.IGNORECASE)
"""``… whether it is negative; a negative one goes to …``."""


def _less_than_that(text: str) -> str:
    """``4 or more …; fewer than that is only logged``: all others, where no third range is spoken of."""
    found = [*_THAN_THAT.finditer(text)]
    return _THAN_THAT.sub(r"\1 all others ", text) if len(found) == 1 and "between" not in text else text


_THAN_THAT = re.compile(
    r"([;,.])(?: and| but)? (?:fewer|less|more|lower|higher|anything (?:less|more)) than (?:that|this) "
    r"(?=(?:is|are|goes|gets) )", re.IGNORECASE)


def _that(text: str) -> str:
    """``less than that``: than the amount before it."""
    def meant(said: re.Match[str]) -> str:
        before = re.findall(rf"(?<![\w.#/-]){_MONEY}{_OF}", text[:said.start()])
        if not before:
            return said[0]
        least = re.search(rf"({_MONEY}{_OF}) (?:to|and) {re.escape(before[-1])}", text[:said.start()])
        falls = re.match(r"less|fewer|lower|shorter|smaller|younger|lighter|slower|colder|below|under|up to",
                         said[1], re.IGNORECASE)
        amount = (least[1] if least and falls else before[-1]).strip()
        is_head = said.string[said.end():said.end() + 1] == ":"  # of what was spoken of, without its unit
        return f"{said[1]} {amount.split()[0] if is_head else amount}"

    return re.sub(r"\b((?:less|more|fewer|lower|higher|longer|shorter|older|younger|bigger|smaller|larger|heavier"
                  r"|lighter|greater|slower|faster|warmer|colder) than|above|below|over"
                  r"|under|up to|beyond) (?:that|this|it)(?= (?:amount|limit|age|time))?"
                  r"(?=[,.;:?]| (?:goes|go|is|are|ask|post|send|put|email)\b|$)", meant, text, flags=re.IGNORECASE)


def _counted(sentence: str) -> str:
    """``Every tenth visitor who … gets a voucher``: a condition, and what happens to the visitor."""
    match = _NTH.match(sentence)
    if match is None:
        return _THE_NTH.sub(r"If it is the \1 \2, \3", sentence)
    does = f"the {match['noun']} {match['does']} " if match["does"] else ""
    summary = re.match(r"[^:.;]*: (?=\w)", match["rest"]) if match["does"] else None
    if summary is not None:
        return f"If it is every {match['nth']} {match['noun']}, {match['rest'][summary.end():]}"
    starts = match["rel"] and re.search(_PLACE, match["rel"], re.IGNORECASE)
    first = f"When a {match['noun']} {match['rel']}, if" if starts else "If"
    return f"{first} it is every {match['nth']} {match['noun']}, {does}{match['rest']}"


_NTH = re.compile(
    rf"(?:on |at |for |after )?every (?P<nth>{'|'.join(ORDINALS)}|\d+(?:st|nd|rd|th)) (?P<noun>(?!(?:seconds?"
    rf"|minutes?|hours?|days?|weeks?|months?"
    rf"|morning|night|\w+day)\b)[\w-]+(?: (?:reading|check|attempt|try|request|call|failure|order))?)"
    r"(?: (?:(?:who|that|which) (?P<rel>[^,:;]*?)|(?:of|from|in|by)\b[^,:;]*?))?(?:[,:] | (?P<does>gets?|receives?"
    r"|is|are|should|must|wins|has to) )(?P<rest>.+)", re.IGNORECASE)


_THE_NTH = re.compile(
    rf"^(?:on|at|for|with|after|upon) (?:an?|the|each|every|his|her|their|its|our) (?:\w+'s )?({'|'.join(ORDINALS)}"
    rf"|\d+(?:st|nd|rd|th)) (?!(?:of|day)\b)"
    rf"([\w-]+(?: (?:order|visit|failure|attempt|check))?),? ((?:{ACTS}|the|a|an|it|they)\b)", re.IGNORECASE)


def _bounded(sentence: str) -> str:
    """``below 40 dollars just refund it; from 40 dollars upwards …``: a condition of what was spoken of."""
    sentence = _RATE.sub(lambda said: f"If there are {said['what']} within "
                                      f"one {said['unit']}, ", _FROM_THE.sub(r"If it is the \1 \2, ", sentence))
    sentence = _COUNTED.sub(
        lambda said: (
            f"If {_are_there(said['what'])}{said['what']}, "
        ),
        sentence,
    )
    sentence = _OF_BOUND.sub(lambda said: f"If {_which(said['what'])} is {as_compared(said['bound'])}{said['more']}, ",
                             sentence)
    sentence = _BEYOND.sub("Otherwise ", sentence)
    sentence = re.sub(r"\bnothing (?:to do|(?:needs to be|is|is to be|has to be) done"
                      r"|(?:has to|needs to|should|must|shall) happen|happens)\b", "do nothing", sentence)
    sentence = _WITH_SO_MANY.sub(r"If there are \g<what>, ", sentence)
    sentence = _FOR_SOME.sub(lambda said: f"{said[1]}, if the {said[2]} {has(said[3])}, ", sentence)
    if re.match(r"from \d{1,2} to \d{1,2}\b.*\bevery (?:\w+ )?(?:hour|minute)s?\b", sentence, re.IGNORECASE):
        return sentence  # hours of the day
    sentence = _BOUND_GOES.sub(
        lambda said: f"{'; ' if said['lead'] else ''}if it is {as_compared(said['bound'])}, put it {said['to']}; "
                     "otherwise put it ", sentence)
    sentence = _SO_MUCH.sub(
        lambda said: f"{said['lead'].replace(',', ';')}if {_which(said['noun'] or 'it')} is "
                     f"{as_compared(said['bound'])}, {done_with(said['does'])}", sentence)
    return _HEADS.sub(lambda said: f"{'; ' if said['lead'] else ''}if "
                                   f"it is {as_compared(said['bound'])}, {said['verb']}", sentence)


def _which(what: str) -> str:
    """One of them: orders is the order, everything is it."""
    alone = re.fullmatch(r"(?:any|every)thing|all|those|ones|(?:any|every)(?:one|body)|it|they", what, re.IGNORECASE)
    return "it" if alone else f"the {singular(what.lower())}"


def _are_there(what: str) -> str:
    """So many things are there; so many times has its verb."""
    counts = re.match(r"(?:at least |more than |over )?" + _N, what, re.IGNORECASE) and "times" not in what
    return "there are " if counts else ""


_OF_BOUND = re.compile(
    rf"^(?:(?:and|but) )?(?:the |an? |all |any )?(?P<what>(?!(?:if|when|for|every|each|after|at|on|in|step"
    rf"|no)\b)[\w'-]+(?: [\w'-]+)??) (?:is |are |of )?(?P<bound>{BOUND})(?P<more>(?: [\w'-]+){{0,6}}?): ",
    re.IGNORECASE)
"""``Stock under 5: …``."""
_BEYOND = re.compile(
    r"^(?:and |but )?(?:any(?:thing|one) |everything |all )?(?:later|earlier|sooner|closer|nearer|shorter)"
    r"(?: than (?:that|this))?: (?:no \w+, (?=(?:just|only|but)\b)(?:just |only |but )+)?", re.IGNORECASE)
"""``Later than that: …``: the other side of a span."""
_WITH_SO_MANY = re.compile(
    rf"(?:^|(?<=[;.] ))(?:and |but )?(?:with|given|in case of|at) (?P<what>(?:(?:(?:more|fewer|less) than|over"
    rf"|under|at least|at most) "
    rf"{_N}|{_N} or (?:more|fewer|less)|no)(?: [\w'-]+){{1,4}}?(?: (?:within|in|during) (?:the last |the past )?"
    rf"(?:{_N}|an?) (?:minutes?|hours?|days?|weeks?))?)(?: open| left| there)?, ", re.IGNORECASE)
"""``with more than 30 tickets, …``."""
_FOR_SOME = re.compile(
    r"\b(for (?:each|every) ([\w-]+(?: [\w-]+)??)) ((?:with|whose|that|which|who|over|under|above|below"
    r"|from) [^,;:.]+?)(?:,|:) ", re.IGNORECASE)
"""``for each certificate with fewer than 14 days left, …``."""


_FROM_THE = re.compile(rf"^from the ({'|'.join(ORDINALS)}|\d+(?:st|nd|rd|th)) ([\w -]+?) on"
                       rf"(?:wards?)?,? ", re.IGNORECASE)
_RATE = re.compile(
    rf"^(?P<what>(?:more than|over|at least|fewer than|less than) {_N} [\w-]+(?: [\w-]+)??) (?:per|an?|each) "
    rf"(?P<unit>second|minute|hour|day|week)(?: [\w ]+?)?(?:: |\? (?:then )?)", re.IGNORECASE)
_COUNTED = re.compile(
    rf"^(?P<what>(?!if\b|when\b|for\b|every\b|each\b)(?:[\w'-]+ ){{0,4}}?(?:{_N} times|twice|{_N} [\w -]+?) "
    rf"(?:within|in|during) (?:the last |the past )?(?:{_N} |an? )?(?:minutes?|hours?|days?|weeks?"
    rf"|months?)): ", re.IGNORECASE)
_BOUND_GOES = re.compile(
    rf"(?P<lead>^|[.;,](?: and| but)? )(?P<bound>{BOUND}) goes? (?P<to>(?:to|on|into) [^;,.]+?)"
    r"(?:,? and|,|;) (?:any|every)thing (?:less|lower|below|under|more|higher|above|over|else)"
    r"(?: than that)?(?: goes?)? (?=(?:to|on|into) )",
    re.IGNORECASE)
"""``70 or more goes to #hot and anything less into the table …``."""
_SO_MUCH = re.compile(
    rf"(?P<lead>^|[.;,](?: and| but)? )(?:(?:all|any|every|an?|the|those) )?(?:(?P<noun>(?!(?:if|when|for|each|every"
    rf"|with|after|than|is|are|and|or|only|whose|that|which)\b)[A-Za-z][\w-]*) (?:of |is |are )?)?(?P<bound>{BOUND})"
    r"(?: of them)? (?:also |only |just |simply )*(?P<does>go(?:es)? (?:straight )?(?:in)?to"
    r"|(?:is|are|gets?) \w+(?:ed|ent|t|ld)|gets?)\b(?= )", re.IGNORECASE)
"""``totals above 1000 also go to …``, ``more than 2 of them is posted in …``."""
_HEADS = re.compile(
    rf"(?P<lead>^|[.;,](?: (?:and|but))? )(?P<bound>{BOUND})[,:]? (?:just |only |simply |then )?(?P<verb>{ACTS}\b"
    rf"(?! of)|(?:an?|the) (?=(?:[\w-]+ ){{1,3}}?(?:goes|gets|is|are|must|has|needs|should)\b))", re.IGNORECASE)


def as_compared(bound: str) -> str:
    """As it is compared with."""
    upwards = re.match(rf"(?:from )?({_MONEY}{_OF}) (?:(?:or|and) (?:up|upwards?)|up|upwards?|on"
                       rf"|onwards?)$", bound, re.IGNORECASE)
    if upwards is not None:
        return f"at least {upwards[1]}"
    return re.sub(r"^(?:from|of) (\S+) to ", r"between \1 and ", bound, flags=re.IGNORECASE)
