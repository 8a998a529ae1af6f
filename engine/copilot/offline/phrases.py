"""What the clauses of a sentence are told apart by, and what is taken off them before they are read."""

from __future__ import annotations

import re

from engine.copilot.offline.clauses import Clause
from engine.copilot.offline.flow import Placeholder
from engine.copilot.offline.words import (
    DETERMINERS,
    FILLERS,
    PREPOSITIONS,
    PRONOUNS,
    Word,
    camel,
    lower,
    singular,
    words_of,
)

FAILS = (
    r"(?:fails?|failed|failing|errors? out|times? out(?! (?:after|within|in) )"
    r"|errors?(?! (?:rate|count|code|number|budget|level|ratio|message|log|queue)s?\b)|go(?:es)? wrong|breaks?|crash"
    r"(?:es|ed)|bombs"
    r"|(?:blows?|blew|falls?|fell|messes|screws|conks) (?:up|over|out|apart)|dies|chokes|(?:goes|went) (?:bust|south)"
    r"|(?:does not|doesn't|did not|didn't|will not|won't) (?:work(?: out)?|succeed|go through|come through|respond"
    r"|answer(?! within)|reply)"
    r"|(?:does not|doesn't|did not|didn't|will not|won't) (?:help|(?:accept|take) (?:it|them|this|that)\b)"
    r"|not (?:work|succeed|go through|come through)"
    r"|goes? (?:down|offline|dead)"
    r"|(?:is|are|was) (?:down|unavailable|unreachable|offline|unsuccessful|not (?:available|reachable|successful"
    r"|there|up))"
    r"|(?:cannot|can't|can not|could not|couldn't) be (?:reached|done|completed)"
    r"|(?:returns?|gives?|throws?|raises?|reports?|has|ends? (?:in|with)|comes? back with|answers? with|runs? into) "
    r"(?:an? |any )?"
    r"(?:errors?|failures?|exceptions?|problems?|5\d\d))"
)
"""What a step does that fails."""
FAILURE = re.compile(
    rf"^(?:and |but )?(?:only )?(?:(?:if|when|in case|should) (?P<what>.*?)\s?(?:still |also |ever |then |finally "
    rf"|eventually |ultimately )*\b"
    rf"(?:{FAILS}(?: or (?:it )?{FAILS})*"
    r"|of (?:an? )?(?:error|failure))\b(?! (?:for (?:more|longer|at)|within|since)\b)|on (?:an? |any )?(?:error"
    r"|failure)s?"
    r"|(?:in case of|upon) (?:an? )?(?:error|failure)s?"
    r"|which(?:ever)?(?: one)?(?: of (?:the |these |those )?\w+)? fails"
    r"|whatever (?:of (?:this|it|that|these|them) )?(?:fails|goes wrong|breaks)"
    r"|(?P<it>(?:if|when) (?:(?:it|that|this)(?: is|'s|) )?(?:not (?:successful|possible)|unsuccessful|impossible)"
    r"|failing (?:that|which|this)|as (?:a|the) (?:very )?last resort))"
)
FAILS_TOO = re.compile(r"^(?:too|either|as well|again|also)\b(?! (?:e?mail|call|post|tell|notify))")
"""How a failure is said of what was to help: ``if that fails too``."""
SUCCESS = re.compile(
    r"^(?:and |but )?(?:if|when|once|after|as soon as) (?P<what>it|that|this|they|all|everything|the [\w -]+?|)\s?"
    r"(?:has |have |is |are |was |were |all |both )*"
    r"(?:works?|worked|succeeds?|succeeded|successful|goes? (?:through|well)|went (?:through|well|ok(?:ay)?)|gone "
    r"(?:through|well)|did it|done|finished|ended|(?<=(?:is|as|re|ve) )through)\b"
)
"""A step that did not fail."""
APPROVED = re.compile(
    r"^(?:and |but )?(?:only )?(?:if|when|once|after|as soon as|should) (?:it is |it's |(?:they|he|she|we|both|all"
    r"(?: (?:of them|three|four|two|five))?|(?:two|three|one|any|either|[2-9])"
    r" of (?:them|the \w+)|somebody|someone|the [\w-]+"
    r"(?: [\w-]+)?)(?: all| both)? |that's |that is )?"
    r"(?:(?:is|are|has|have|was|were|been|does|do|did|finally) )*(?P<no>not |n't )?"
    r"(?P<word>approv(?:e|es|ed|al)(?: (?:it|that|this)\b)?|accept(?:s|ed)?|confirm(?:s|ed)?|grant(?:s|ed)?"
    r"|agree(?:s|d)?(?: to it)?|consent(?:s|ed)?|"
    r"(?:says?|said) (?:yes|ok(?:ay)?)|yes|ok(?:ay)?|fine(?: with (?:it|that|her|him|them))?"
    r"|(?:gives?|gave|given) (?:the |his |her |their |its )?(?:ok(?:ay)?|go-ahead|approval|consent|green light"
    r"|permission|blessing)|sign(?:s|ed)? (?:it )?off"
    r"|reject(?:s|ed)?(?: it)?|declin(?:e|es|ed)(?: it)?|denie[ds]|deny|refus(?:e|es|ed)(?: it)?|(?:says?|said) no"
    r"|no|disagree(?:s|d)?|object(?:s|ed)?|turn(?:s|ed)? (?:it|that|one|this|them) down)\b"
)
WAITED = re.compile(
    r"^(?:and |but )?(?:only )?(?:(?:wait|hold on|pause) (?:there )?(?:until|till) (?:it|this|that|they|the"
    r" (?:[\w-]+ )?"
    r"(?:job|workflow|run|function|execution)) (?:is|has|are|have)? ?(?:been )?(?:finish\w*|done|complet\w*|end(?:s"
    r"|ed)?"
    r"|over|through|ready)|wait for (?:it|this|that|(?:its|the|their) (?:[\w-]+ )?(?:result|end|completion|outcome"
    r"|answer|job"
    r"|workflow|run|execution))(?: to (?:finish|complete|end|be done|run through))?)$"
)
"""What was started has ended."""
IN_CASE = re.compile(
    r"^(?:and |but )?in (?:this|that|those|these|which|such(?: an?)?|either of those) cases?(?= \w)")
"""Where the condition that was said last holds."""
NO_RETRY = re.compile(
    r"^(?:(?:do not|don't|never) (?:retry|repeat|(?:try|run|call|send|do) (?:\w+ ){1,3}?(?:again|twice"
    r"|a second time))|no retr(?:y|ies)|without retr\w+)\b"
)
"""Nothing is tried again, unless it is said."""
DONE = re.compile(
    r"(?:once|when|after) (?:(?:it|that|this|they|all|both|everything)(?: of them)? (?:is|has|are|have)(?: been)?"
    r"|(?:it|that|this)'s(?: been)?) "
    r"(?:done|finished|through|ready|complete|completed|over)$"
)
"""Behind what is done: in this order."""
GAVE_UP = re.compile(
    r"^after (?P<span>\w+) (?P<unit>seconds?|minutes?|hours?|days?)(?= (?:give up|stop|quit)|$)|"
    r"^(?:after|once|when) (?P<n>\w+) (?:attempts|tries|times|rounds|checks|calls)(?: (?:in vain|without \w+))?\b"
    r"|^(?:if|when|should) (?=[\w '-]*\b(?:still|never|not)\b|[\w ]*n't)(?:it|that|this|they|the [\w-]+) [\w '-]*?"
    r"(?: (?:by )?then| after (?:that|all|(?P<n2>\w+) (?:attempts|tries|times|rounds|checks|calls)))(?=$| (?:\w+) )"
)
"""What was done again and again came to nothing."""
DECIDED = re.compile(
    r"^(?:(?P<all>both(?: of them)?|all(?: of them)?|all three|each of them|everyone|everybody)|(?P<n>two|three"
    r"|[2-9]) of them"
    r"|(?P<any>one of them|either(?: of them)?|any of them)) (?:has to|have to|must|should|needs? to)"
    r" (?:say yes|approve|agree|sign(?: off)?|confirm|consent)(?: (?:to )?(?:it|that|this))?$"
)
"""How many of those who are asked have to agree."""
REJECTING = ("reject", "declin", "den", "refus", "no", "say no", "says no", "said no", "disagree", "object", "turn")
STOPPING = re.compile(
    r"^(?:(?:do|send|write|post|log|save|run|charge|tell (?:them|him|her|anyone)) nothing(?: at all| else| more"
    r"| further| about it)?|nothing(?: (?:has to|needs to|should|must|is to|will))?(?: happens?| be done"
    r"| is done)?|(?:do not|don't) (?:do|send|post|write|email|tell|call|start|run) (?:anything|it|anyone"
    r"|anybody|them)|stop(?: here| there| the workflow)?|end(?: the workflow| here| it)?(?: there)?|finish"
    r"|carry on|go on|continue|proceed|skip (?:it|that|them)|exit|ignore it|leave it|we are done|that's it|complete)$"
)
FORBIDDEN = re.compile(r"^(?:don't|do not|never|must not|may not)\b")
FAILING = re.compile(
    r"^(?:(?:stop|end|finish|abort|terminate|exit)(?: it| here| the \w+)? (?:with|in|as) (?:an? )?(?:error|failure"
    r"|failed)"
    r"|(?:let |make |mark )?(?:it|(?:the |this )?(?:whole )?(?:run|workflow|execution|flow|thing|process)) "
    r"(?:should |must |has to |is to |then |as )*(?:fails?|failed|be failed)$"
    r"|fail\b|abort\b|raise an? error|throw an? error|reject (?:it|the|this)(?!.*\b(?:function|workflow|emailing|by"
    r" e-?mail)\b)|error out|decline (?:it|the))"
)
TOGETHER = re.compile(
    r"\b(?:at the same time|at the same moment|in parallel|simultaneously|concurrently|meanwhile|at once with)\b"
)
EACH = re.compile(
    r"\bfor (?:each|every|all)(?: of)?(?: the)? (?!\d)((?:[\w-]+ ?){1,3}?)"
    r"(?: (?:in|of|on|from) (?:the |an? |that |our )?([\w-]+(?: [\w-]+)?))?$"
)
ITEMS = re.compile(
    r"(?<!they've )(?<!they have )(?<!they are )\b(?:each|every|all)(?: of)?(?: the| their| our)? "
    r"(?!\d|time|second|minute|hour|day|week|month|year|morning|other|is\b|are\b)"
    r"(?P<noun>(?:(?!except|but|of\b|from\b|in\b)[\w-]+ ){0,2}?(?!(?:on|in|to|from|at|by|with|into)\b)[\w-]+)"
    r"(?: (?:in|of|from|on) (?:the |an? |that )?(?P<owner>(?!queue|bucket|topic)[\w-]+))?"
    r"(?: whose (?P<which>.+)$)?"
    r"(?= (?:to|into|with|by|in|on|from|is|are|gets?|through|using|via|and|for|the|an?|their)\b|$)"
)
BULK = re.compile(r"^(?:take|get|fetch|load|read|list|query|retrieve|download|collect|pull|select) all\b")
"""What takes many at once, and not one after the other."""
LATE = re.compile(r"^(?:if|when) (?:there is no answer within|it takes longer than) \S+ (?:an |more )?\w+")
BATCHES = re.compile(r"^in batches of (\w+)")
CONCURRENCY = re.compile(
    r"(?:\b(?:at most|up to|no more than|with|max\.?|maximum)|^(?:and |but |do )?(?:it |them )?) ?(\d+|one|two|three"
    r"|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)(?: of them| [\w-]+)? (?:at a time|at once"
    r"|in parallel|concurrently)\b"
)
_KINDS = frozenset({"functions", "lambdas", "workflows", "jobs"})
SAY_NOTHING = frozenset(["then", "and", "also", "so", "ok", "please"])


def expanded(text: str) -> str:
    """Lists of things to call written out: ``invoke the lint, test and build functions``."""
    def each(match: re.Match[str]) -> str:
        listed, kinds = sorted((match[2], match[3]), key=_KINDS.__contains__)
        kind = "workflow" if kinds == "workflows" else "job" if kinds == "jobs" else "function"
        names = [name for name in re.split(r",\s*(?:and\s+)?|\s+and\s+", listed) if name]
        return " and ".join(f"{match[1]} the {name} {kind}" for name in names)

    called = r"((?:[\w-]+,\s*)*[\w-]+,?\s+and\s+[\w-]+)"
    verbs = (r"\b(invoke|run|call|execute|start|trigger|launch) (?:both |all )?(?:the )?"
             r"(?:\w+ (?=functions|lambdas|workflows|jobs))?")
    kinds = r"(functions|lambdas|workflows|jobs)\b"
    text = re.sub(rf"{verbs}{called} {kinds}", each, text, flags=re.IGNORECASE)
    return re.sub(rf"{verbs}{kinds} {called}", each, text, flags=re.IGNORECASE)


_IT_IS_NOT = re.compile(r"(?:but )?if (?:it|that|this|they|he|she) (?:is|was|are|were|has|have|does|do|did"
                        r"|had)(?:n't| not)"
                        r"(?: so| the case)?")
"""``if it was not``: otherwise."""


_ELSE = re.compile(
    r"^(?:otherwise|else|if not\b(?! (?:approved|accepted|confirmed|agreed|ok|okay|signed))|or else"
    r"|(?P<others>for (?:(?:all |all the |the )(?:others|rest)|everyone else))\b)")


def is_else(clause: Clause) -> bool:
    """Whether the clause begins what happens otherwise."""
    return _IT_IS_NOT.fullmatch(clause.text) is not None or _ELSE.match(clause.text) is not None


def after_else(words: list[Word]) -> list[Word]:
    """What happens otherwise: the words behind `otherwise`, `if not`."""
    text = lower(words)
    if _IT_IS_NOT.fullmatch(text):
        return []
    said = _ELSE.match(text)
    if said is not None and said["others"]:
        return words[len(said["others"].split()):]
    count = 2 if text.startswith(("if not", "or else")) else 1
    return words[count:]


def stripped(words: list[Word]) -> list[Word]:
    """Without the words before the verb that say nothing."""
    while len(words) > 1 and (
        words[0].lower in FILLERS
        or lower(words[:2])
        in ("try to", "then we", "we should", "after that", "after this", "after which", "from there")
        or words[0].lower in ("then", "so", "we", "also")
    ):
        words = words[2:] if lower(words[:2]) in (
            "try to", "then we", "we should", "after that", "after this", "after which", "from there") else words[1:]
    return words


def without(words: list[Word], phrase: str) -> list[Word]:
    """The words without the first occurrence of `phrase`."""
    gone = phrase.split()
    for index in range(len(words) - len(gone) + 1):
        if [word.lower for word in words[index:index + len(gone)]] == gone:
            return [*words[:index], *words[index + len(gone):]]
    return words


def things_in(phrase: str) -> str | None:
    """The name of the list of things that a step speaks of: ``send the open invoices to …`` has openInvoices, ``run the
    x function with the rows`` rows."""
    names: list[str] = []
    words = words_of(phrase)[1:]
    for word, after in zip(words, [*words[1:], None], strict=True):
        if word.kind == "url" or (word.lower in PREPOSITIONS and (not names or word.lower in ("with", "on", "over"))):
            names = []  # what it is done with follows
            continue
        if word.lower == "of" and names[-1:] == ["list"]:  # the list of medicines
            names = []
            continue
        if word.kind != "word" or word.lower in PREPOSITIONS:
            return None
        if word.lower in DETERMINERS or word.lower in PRONOUNS:
            if word.lower in PRONOUNS - DETERMINERS:
                return None
            continue
        names.append(word.lower)
        if singular(word.lower) != word.lower and (after is None or after.lower not in ("function", "workflow")):
            return camel(names)
    return None


def phrase_of(clause: Clause) -> str:
    """The clause as it was written."""
    return " ".join(word.text for word in clause.words)


def not_understood(words: list[Word]) -> Placeholder:
    """A step for words that name no action."""
    phrase = " ".join(word.text for word in words)
    return Placeholder(phrase, f'"{phrase}" was not understood: no action of the catalogue was named.')
