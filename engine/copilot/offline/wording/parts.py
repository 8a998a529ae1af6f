"""What the forms are made of: parts of patterns, and what is read into what they found."""

from __future__ import annotations

import re

from engine.copilot.offline.words import NUMBERS, VERBS, base_verb, number_of, singular, words_of

NUMBER = rf"(?:\d+|{'|'.join(sorted({*NUMBERS} - {'a', 'an', 'half', 'zero'}, key=len, reverse=True))})"
SPAN = rf"(?:{NUMBER}|an?|half an) (?:more )?(?:seconds?|minutes?|hours?|days?|weeks?)"
NOBODY = r"(?:nobody|no one)"
REPLIES = r"(?:answer(?:s|ed)?|respond(?:s|ed)?|repl(?:y|ies|ied)|react(?:s|ed)?)"
WHO = r"(?:it|that|this|they|them|him|her|the [\w -]+?|(?:he|she))"
PART = r"(?:(?! and )[^,;.])+?"
NO_ANSWER, LONGER = r"if there is no answer within \1", r"if it takes longer than \1"
LATE = rf"(?:there is no answer within|it takes longer than) {SPAN}"
NAME = r"(?:[\w'-]+ ){0,3}?[\w'-]+"
END = r"(?=[,.;:]|$)"

DONE = r"(?:\w+ed|sent|put|written|made|read|kept|built|paid|run|set|held|given|told|taken|found|left)"
"""A participle."""
VERB = "|".join(sorted(VERBS))
TIMES = r"(?: times| retries| attempts| tries)"
COUNT = (rf"(?:(?:up to|at most|no more than|a maximum of|another) )?(?P<n>twice|{NUMBER})(?: more)?{TIMES}?"
          r"(?: at (?:the )?most| in total)?")
GAP = (r"(?:,? (?:and |with |at |after |waiting |wait |leaving |a |an |(?:gap|interval|delay|pause|break)s? of "
        rf"|every |each )*(?P<gap>{SPAN})(?: (?:apart|in between|between(?: (?:the |each |two |them)?\w*)?"
        r"|each time|each|delay|pause|intervals?))*)?")
AGAIN = (r"(?:retr(?:y|ying|ied)|try(?:ing)?(?: (?:it|that|this|them))? again)"
          r"(?: (?:it|them|that|this|(?:the|each|every) [\w-]+))?")
ASKS = r"(?:get|ask|request|obtain|have|wait for|seek)"
CONSENT = r"(?:approval|sign-?off|go-ahead|permission|consent|ok)"
SAID = r"(?:[^,;.]|\.(?=\w))+?"
"""Something said, up to the next mark."""
ITS_END = r"(?=\s*(?:[,;:]|\.(?!\w)|$))"
"""The mark that ends it."""
HANGING = re.compile(r"\b(?:if|unless|otherwise|else|each|every)\b", re.IGNORECASE)
"""What a step may hang on, where one that comes first need not."""
BEFORE_THAT = (r"(?P<said>but first|(?<=but )first|before (?:that|this|doing (?:so|that|this|it))|first,? though)"
               r"(?:,? (?:though|however))?")
"""How what comes first is said behind what comes then."""
ERROR = r"(?:an? |any )?(?:errors?|failures?|problems?|exceptions?)"


def pattern(form: str) -> re.Pattern[str]:
    """The form, whatever the case; marks within a word, as in an address, are parts of the word."""
    for marks in (",;.", ";.", ".;", ",.:", ";:.", ".;:", ",;:.", ".;:,", ";.,"):
        form = form.replace(f"[^{marks}]", rf"(?:[^{marks}]|(?<=[\w/])[.:,](?=[\w/]))")
    form = form.replace("(?=[.;,]", r"(?=[.;,](?!\w)").replace("(?=[.;]", r"(?=[.;](?!\w)")
    return re.compile(form, re.IGNORECASE)


def base(text: str) -> str:
    """With its verb in the first form: calling it is call it."""
    verb, _, rest = text.partition(" ")
    return f"{base_verb(verb.lower()) or verb} {rest}"


def acts(text: str) -> bool:
    """Whether it says what to do: delete the record, deleting the record, the record is deleted."""
    begins = base_verb(text.split(maxsplit=1)[0].lower()) is not None
    return begins or re.search(r" (?:is|are|gets?) \w+ed\b", text) is not None


def attempted(text: str) -> str:
    """What is tried, with its verb: the payment is charge it, the sync function is run it."""
    if re.fullmatch(r"(?:the |an? |to )?(?:[\w-]+ )?(?:payment|charge|card)", text, re.IGNORECASE):
        return "charge the card"
    return text if acts(text) else f"run {text}"


def again(said: re.Match[str]) -> str:
    """So many retries, so far apart."""
    times = said["n"] if said["n"].lower() == "twice" else f"{said['n']} times"
    return f", retry {times}" + (f" every {said['gap']}" if said["gap"] else "")


def less_one(text: str) -> int:
    """How often again, for so many attempts in all."""
    return max(1, int(number_of(words_of(text)[0]) or 1) - 1)


_IT = r"(?:it|that|this|they|he|she)"
YES = (rf"if (?:{_IT} (?:does|do|is|are|has|have)|so|yes|true|that is the case)(?:,| then)? (?!(?:not|no)\b)")
"""What follows where something that is checked holds."""
NO = (rf"(?:if (?:{_IT} (?:(?:does|do|is|are|has|have)(?: not|n't)|isn't)|not|no|that is not the case)|otherwise|else)"
      r"(?:,| then)? (?=\w)")
"""What follows where it does not."""


def the_rest(said: re.Match[str]) -> str:
    """``If it is 3 days or less, …. If it is longer, …``: otherwise, where the bound before it is the other way."""
    before = re.split(r"[.;] ", said.string[:said.start()])[-1].lower().partition(",")[0]
    low = re.search(r"\b(?:or (?:less|fewer|below|under)|at most|up to|no more than|not more than)\b", before)
    high = re.search(r"\b(?:or (?:more|over|above)|at least|no less than)\b", before)
    less = re.search(r"\b(?:less|lower|shorter|lighter|smaller|below|under)\b", said["more"].lower()) is not None
    is_rest = before.startswith("if ") and (high is not None if less else low is not None)
    return f"{said[0][0]} otherwise " if is_rest else said[0]


def is_charged(said: re.Match[str]) -> bool:
    """Whether what was declined is a payment, and no question."""
    before = said.string[:said.start()].lower()
    if said[2].lower() != "it" and re.search(r"\bcharge (?:the|her|his|their|its|it|\S*\d)", before):
        return True
    paid = re.search(r"\b(?:charge|card|payment)\b", said.string[:said.end()].lower())
    return paid is not None and re.search(r"\bapprov|\bask\b", before) is None


def elliptic(said: re.Match[str]) -> str:
    """``if the score is over 80 …, below 50 …``: the second condition, of the same thing."""
    before = said.string[:said.start()]
    begun = re.match(r"(?:[^.;]*[.;] )*(?:if|when) ", before, re.IGNORECASE)
    if begun is None or base_verb(said[4].lower()) != said[4].lower():
        return said[0]
    bounds = re.findall(r"[$€£]?\d[\d.,]*k?\b", before)
    which = said[3] or f"between {said[1]} and {said[2]}"
    return f"; if it is {which.replace('that', bounds[-1]) if bounds else which}, "


def is_retried(said: re.Match[str]) -> str:
    """``the sync function is retried 3 times``: it is run, unless it was before."""
    tried = again(said)
    is_new = re.search(r" (?:function|workflow|lambda)$", said[1]) and not is_named_before(said, said[1])
    return f"run {said[1]}{tried}" if is_new else tried.replace("retry ", f"retry {said[1]} ", 1).removeprefix(", ")


def attempts(said: re.Match[str]) -> str:
    """So many attempts in all: the others are retries; of what is done again until something holds they are rounds."""
    rounds = re.search(r"\b(?:until|while|as long as)\b[^.;]*$", said.string[:said.start()], re.IGNORECASE)
    return said[0] if rounds else f", retry {less_one(said[1])} times"


def turned(said: re.Match[str]) -> str:
    """``only if it is late should he be emailed``: if it is late, email him."""
    verb = base_verb(said[4].lower())
    if verb is None:
        return said[0]
    whom = {"he": "him", "she": "her", "they": "them", "we": "", "you": ""}.get(said[3].lower(), said[3])
    return f"{said[1]} {said[2]}, {verb} {whom}".rstrip()


def last_date(said: re.Match[str]) -> str:
    """``three days before it``: the date that was spoken of last."""
    dates = re.findall(r"\b(?:before|after|until|on) (the (?:[\w-]+ ){0,2}?(?:date|day|deadline))\b",
                       said.string[:said.start()], re.IGNORECASE)
    return dates[-1] if dates else "it"


def unit_of(often: str) -> str:
    """The unit of daily, once a week."""
    return next((unit for unit in ("hour", "week") if unit in often.lower()), "day")


def is_named_before(said: re.Match[str], what: str) -> bool:
    """Whether the step is one of those before it."""
    return what.lower() in said.string[:said.start()].lower()


def is_asked(said: re.Match[str]) -> bool:
    """Whether somebody is asked before it."""
    return re.search(rf"\b(?:ask|approve|{CONSENT})\b", said.string[:said.start()], re.IGNORECASE) is not None


def one(things: str) -> str:
    """``all the drivers``: a driver's name."""
    return singular(re.sub(r"^(?:all|the|any) ", "", things, flags=re.IGNORECASE).lower())


def worth(said: str) -> str:
    """As a predicate: of more than 5 is more than 5."""
    return re.sub(r"^ (?:of|worth|with)(?= (?:more|less|at|over|under|up|\S*\d))", "", said)


def deadline(said: re.Match[str]) -> str:
    """``has 48 hours to approve …, and if that deadline passes``: if there is no answer within them."""
    spans = re.findall(rf"(?<!every )(?<!each )(?<!after )\b{SPAN}", said.string[:said.start()], re.IGNORECASE)
    return f"if there is no answer within {spans[-1]}" if spans else said[0]


def same_thing(said: re.Match[str]) -> str:
    """``from that table``: the one that was named before."""
    kind = said["kind"].lower()
    named = re.findall(
        rf"\b(?:the |our )(?!same\b|dynamodb\b|sqs\b|sns\b|s3\b)([\w-]+) {kind}\b"
        rf"|\b{kind} (?!and\b|again\b)([a-z][\w-]*\w)(?=[.,;:]| and\b| then\b)",
        said.string[:said.start()], re.IGNORECASE)
    names = {one or other for one, other in named}
    return f"the {names.pop()} {kind}" if len(names) == 1 else said[0]


def put_there(said: re.Match[str]) -> str:
    """``look it up in the x table …, store it there``: in the table, queue or bucket that was named last."""
    named = re.findall(r"\b(?:the |our )([\w-]+ (?:table|queue|bucket))\b", said.string[:said.start()], re.IGNORECASE)
    return f"{said['does']}in the {named[-1]}" if named else said[0]


def none_found(said: re.Match[str]) -> str:
    """``query it …; if it is not there``: no results, where something is looked up."""
    looked = re.findall(r"\b(?:query|look up|get|find|search|fetch|select|call|run|post|charge)\b",
                        said.string[:said.start()].lower())
    finds = bool(looked) and looked[-1] not in ("call", "run", "post", "charge")
    return f"{said['if']} there are no results" if finds else said[0]


def until_then(said: re.Match[str]) -> str:
    """``when the week is over``: a limit to an answer where somebody was asked."""
    return deadline(said) if is_asked(said) else said[0]


def unless(said: re.Match[str]) -> str:
    """``post it except if it is old``: the condition first, but behind what starts it."""
    lead, _, action = said[1].rpartition(", ")
    if re.match(r"(?:if|when|whenever|as|for|after|on|every)\b", said[1], re.IGNORECASE):
        return f"{lead}, unless {said[2]}, {action}"
    return said[0] if lead else f"unless {said[2]}, {action}"
