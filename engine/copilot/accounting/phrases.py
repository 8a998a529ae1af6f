"""The forms of phrases that say a number, a time, a name, a repetition or a negation, and what each is held against.

The first form that fits has the phrase.
"""

from __future__ import annotations

import re

from engine.copilot.accounting import evidence as ev
from engine.copilot.accounting import recurrence as when
from engine.copilot.accounting.facts import Facts
from engine.copilot.offline.phrases import FAILS
from engine.copilot.offline.times import DATE, DAY, DAYS, NOT_ON, NOT_THEN, WEEK
from engine.copilot.offline.wording.failing import FAILED, HAPPENS_TO_IT, OTHERS_GO_ON
from engine.copilot.offline.words import NUMBERS, ORDINALS, TIMES
from engine.records import dataclass


def _any_of(words: set[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_N = rf"(?:\d+(?:[.,]\d+)*k?|{_any_of({*NUMBERS, *TIMES} - {'a', 'an', 'half', 'once'})})"
_IN_WORDS = _any_of({*NUMBERS} - {"a", "an", "one", "half"})
_UNIT = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
_DURATION = rf"(?P<n>{_N}|half an?|an?)\s(?:more )?(?P<unit>{_UNIT})\b"
_AT = r"\d{1,2}(?::\d\d(?:\s?[ap]\.?m\b)?|\s?[ap]\.?m\b)"
_MONEY = r"[$€£]?\s?"
_BELOW = r"(?:(?:(?<!\S)[-\u2212]|minus |negative )(?=\d))?"
_HERE = r"(?:\b|(?<!\S)(?=[-\u2212]))"
_OFTEN = (rf"(?:other |couple of |quarter of an |(?P<n>half(?: an?)?|{_N}) )?"
          rf"(?:{_UNIT}|mornings?|afternoons?|evenings?|nights?|quarters?)")
_FEW = (r"(?:(?:less|fewer|lower|smaller|shorter|younger) than|below|under|drops? (?:to )?below|falls? below)")
_MUCH = r"(?:(?:more|greater|higher|larger|longer|older|bigger|later) than|over|above|exceed(?:s|ing|ed)?|beyond)"
_NO_LESS = r"(?:at least|(?:no|not) (?:less|fewer|lower|below|under)(?: than)?)"
_NO_MORE = r"(?:at most|up to|(?:no|not) (?:more|higher|over|above|greater|longer|larger)(?: than)?)"
_SPAN = (
    r"(?:in|for|after|within|every|until|by|wait|pause|sleep|of|takes|longer than|waiting|with|let|starting at|them"
    r"|another|out after|and|finished after|delay)"
)
_ENDS_NAME = r"except|but|whose|that|who|which|with|in|of|from|on|to|at|and|or|is|are"
_CALLED = r"(?!sns\b|sqs\b|dynamodb\b|s3\b|glue\b|aws\b|function|same|new|first|second|other|right|whole)[\w-]+"
_OVER = r"go(?:es|ing)? (?:through|over)|work through|loop (?:over|through)|iterate over"
_THINGS = r"(?:all |each of )?(?:the |our |its )?(?P<what%s>(?!(?:each|every|all|an?|one)\b)[\w -]+?)"
_SO_MANY = rf"(?:{_N} (?:at a time|at once|in parallel|by one)|one after|in (?:batches|groups) of)\b"
_NOT = r"neither|nor|isn't|aren't|wasn't|doesn't|don't|didn't|hasn't|haven't|won't|cannot|can't"


@dataclass(frozen=True, slots=True)
class Form:
    """A form of phrase: what it says (`kind`), how it is written, and its evidence."""

    kind: str
    pattern: re.Pattern[str]
    evidence: ev.Evidence


def _form(kind: str, evidence: ev.Evidence, *ways: str) -> Form:
    return Form(kind, re.compile("|".join(ways), re.IGNORECASE), evidence)


def _ended(said: ev.Said, facts: Facts) -> str | None:
    """``nothing more``: the step that is the last."""
    del said
    return next((one.pointer for one in facts.typed("Task") if one.state.get("End") is True), None)


def _alike(said: ev.Said, facts: Facts) -> str | None:
    """``the same for bob``: a second step with the action of another."""
    del said
    tasks = [*facts.typed("Task")]
    return next((one.pointer for place, one in enumerate(tasks)
                 if any(one.state.get("Resource") == before.state.get("Resource") for before in tasks[:place])), None)


FORMS: tuple[Form, ...] = (
    _form("repetition", _alike, r"\b(?:do )?the same (?=(?:goes )?for\b)(?:goes\b)?", r"\b(?:likewise|ditto)\b"),
    _form("name", ev.sender, r"\bfrom (?P<what>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"),
    _form("name", ev.verbatim, r"https?://[^\s,;]+[^\s,;.!?):]", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", r"\"[^\"]*\"",
          r"“[^”]*”", r"(?<!\w)#[\w-]+", r"(?<![\w/])/[A-Za-z][\w-]*(?:/[\w.-]*[\w-])*"
                                         r"(?:\.\w+)*", r"\b\d{4}-\d\d-\d\d(?:T[\d:]+Z?)?"),
    _form("name", ev.of_kind,
          rf"(?:\b(?:which (?:is|are)|(?:it|they|these|those|both|all(?: (?P<n>{_N}))?(?: of them)?)(?:'re|'s"
          rf"| are| is))|\(all) (?:(?:all|both|each)(?: (?P<n2>{_N}))? )?(?:an? |our )?"
          r"(?P<what>function|lambda|workflow)s?\b"),
    _form("name", ev.called,
          rf"\bthe (?P<what>{_CALLED}) (?P<kind>function|lambda|queue|table|topic|bucket|workflow)\b",
          r"\b(?P<kind2>function|lambda|queue|table|topic|bucket|workflow) (?:called |named )?"
          r"(?P<what2>[A-Za-z]\w*[-_][\w-]*\w)\b",
          r"\b(?:the|our) (?:(?:sqs|sns|dynamodb|s3) )?(?P<kind3>queue|table|topic|bucket) (?:called |named )?"
          r"(?P<what3>(?!(?:is|are|was|has|too|again|first|instead|afterwards|there|now|by|with)\b)[A-Za-z]\w+)(?=\s*(?:[.,;:]|$))"),
    _form("time", when.within, rf"\b(?:between|from) (?P<n>{_AT}) (?:and|to|until|till) (?P<m>{_AT})",
          r"(?:(?<=hourly )|(?<=hour )|(?<=hours )|(?<=minutes ))(?:between|from) (?P<n2>\d{1,2}) (?:and|to|until"
          r"|till) "
          r"(?P<m2>\d{1,2})\b(?!:)"),
    _form("answer", ev.no_answer,
          rf"\b(?:if|when|once|should) (?:(?:the|those|these|all|that|this|his|her|their) (?:{_N} )?"
          rf"(?:{_UNIT}|time|period)|time) (?:runs out|pass|go by|run out|elapse|expire"
          r"|(?:is|are|has|have) (?:over|up|gone|passed|run out|elapsed|expired|ended))"
          r"(?: without (?:an? |any )?(?:answer|reply|response|decision|approval|reaction))?"),
    _form("otherwise", ev.otherwise,
          r"\b(?:otherwise|else|if not|any others?|the others?|all others?|(?:(?:fewer|less|more) )?than (?:that"
          r"|this)),? (?:(?:is|are|gets?) )?(?:only|simply|merely)\b",
          r"\b(?:any|every)thing (?:less|lower|below|under|more|higher|above|over)(?: than that)?(?: goes)?"
          r"(?= (?:to|into|on)\b)"),
    _form("answer", ev.answered, r"(?:^|(?<=[.;] ))(?:approved|rejected|declined|refused|yes|no)(?=:)",
          r"\b(?:after|upon) an? (?:yes|no|approval|rejection|refusal)\b(?: only)?"),
    _form("answer", ev.no_answer,
          r"\bno (?:answer|reply|response|decision|reaction)(?: in time| by then| until then)?(?=:)"),
    _form("condition", ev.none_found, r"\b(?:if|when) (?:it|she|he|they|that) (?:is|are|was|were|has|have)(?: not|n't) "
          r"(?:been )?(?:there|found)(?: yet| any ?more)?(?=,)"),
    _form("name", ev.same_thing, r"\b(?:that|this|the same) (?P<what>table|queue|topic|bucket)\b"),
    _form("condition", ev.gate, r"\bonly after\b(?! (?:\d|an? ))"),
    _form("limit", ev.at_most, rf"\bwait\w* (?:up to|at most|no longer than|not longer than|no more than) {_DURATION}"),
    _form("time", when.month_day, rf"\b(?:on )?(?:the|every|each) (?P<n>{DATE}(?:(?:,| and|, and) (?:the )?{DATE})*)"
          rf"(?: (?P<day>day\b|{DAY}|{WEEK}))? ?(?:of|in)? (?:the|each|every|a) (?:month|quarter)\b"),
    _form("time", when.left_out, rf"\bon (?P<what>{DAYS}),? {NOT_THEN}(?=\s*(?:[.;,]|$))",
          rf"(?:\b{NOT_ON}|n't(?: on)?) (?P<what2>{DAYS})", rf"\b(?P<what3>{DAYS}) (?:are )?(?:excluded|excepted"
          rf"|left out)\b"),
    _form("time", when.weekdays,
          rf"\b(?:from )?(?P<what>{DAY}(?: (?:to|through|thru|till|until) | ?[-\u2013] ?){DAY})",
          rf"\b(?:but )?(?:only )?(?:(?:every|each|on|at|during) )?(?P<what2>{DAYS})(?: (?:morning|afternoon|evening"
          rf"|night)s?\b)?"),
    _form("time", when.wall_time, r"\b(?:at )?(?:half past|(?:a )?quarter (?:past|to)) \w+",
          r"\b(?:at )?\d{1,2}:\d\d(?:\s?[ap]\.?m\b)?"
          r"(?: (?:in the (?:morning|afternoon|evening)|at night)\b)?", r"\b(?:at )?\d{1,2}\.\d\d\s?[ap]\.?m\b",
          r"\bat \d{1,2} in the (?:morning|afternoon|evening)\b",
          r"\b(?:at )?\d{1,2}\s?(?:[ap]\.?m\b|o'?clock\b)", r"\b(?:at )?(?:noon|midnight)\b",
          rf"\bat \d{{1,2}}\b(?![:.]\d|\s*(?:{_UNIT}|at a time|at once|times|%|euros|usd|degrees))"),
    _form("time", when.recurring, rf"\b(?:every|each) {_OFTEN}\b", r"\b(?:hourly|daily|weekly|monthly|nightly)\b",
          r"\b(?:once|twice) (?:an?|per|each|every) (?:minute|hour|day|week|month)\b", r"\bon the hour\b",
          rf"\b(?P<n2>{_N}) (?:times|runs) (?:a|per|each|every) day\b",
          r"\bof (?:each|every) month\b", r"\bthe month\b"),
    _form("zone", when.zone, r"(?:\bin )?\b(?P<zone>UTC|GMT|(?-i:[A-Z])[a-z]+/(?-i:[A-Z])[A-Za-z_]+)\b(?: time\b)?",
          r"\b(?P<zone3>(?-i:CET|ET|EST|EDT|CT|CST|CDT|MT|MST|MDT|PT|PST|PDT))\b",
          r"(?:\bin )?(?:\bUS )?\b(?P<zone4>(?-i:Eastern|Central|Mountain|Pacific))(?: standard| daylight)? time\b",
          r"(?:\bin )?\b(?P<zone2>(?-i:[A-Z])[a-z]+(?: (?-i:[A-Z])[a-z]+)?) time\b"),
    _form("limit", ev.never, r"\b(?:at most|never more than|no(?:t)? more than|only) once(?: (?:per|an?|every) \w+)?"),
    _form("number", ev.shared, r"\bhalf\b(?! (?:an?|past)\b)", r"\b(?:a|one) (?:third|quarter) of\b",
          r"\btwice as\b", r"\bdouble\b"),
    _form("batch", ev.batches, rf"\bin(?:to)? (?:batches|groups|chunks|lots|packs|blocks) of (?P<n>{_N})\b",
          rf"\b(?P<n2>{_N}) (?:\w+ )?(?:per|a|in each|in a|to a|in one) (?:batch|chunk|request|call|group)\b"),
    _form("repetition", ev.items, rf"\b(?:{_OVER}|process|handle|work off|take) {_THINGS % ''}"
          rf"(?=,? (?:(?:at most|up to) )?{_SO_MANY})",
          rf"\b\w+ (?:over |with |through )?(?:the |our |its )(?P<what3>[\w -]+?),? (?={_SO_MANY}[\w -]*:)",
          rf"\b(?:{_OVER}) {_THINGS % 2}(?=[:,])"),
    _form("parallel", ev.together, rf"\b(?:(?P<n>{_N})|both|these) (?:things|steps|tasks|jobs) "
          r"(?:at the same time|at once|in parallel|simultaneously|concurrently)\b(?=:| ?$)"),
    _form("concurrency", ev.concurrency, rf"(?:\b(?:at most|up to|(?:no|not|never) more than|with|a maximum of"
                                         rf"|max\.?) )*\b(?P<n>{_N})(?: of them| (?!times)[\w-]+| should run"
                                         rf"| may run| should be \w+)? "
          r"(?:at a time|at once|at the same time|in parallel|concurrently|side by side)\b"),
    _form("concurrency", ev.in_order, r"\bone (?:after (?:another|the other)|by one)\b(?! )", r"\bin sequence\b"),
    _form("window", ev.in_a_row, rf"\b(?P<n>{_N}) (?:\w+ )?(?:in a row|one after the other|in succession|running)\b",
          rf"\b(?P<n2>{_N}) consecutive(?: \w+)?"),
    _form("window", ev.in_a_row, rf"\b(?P<n>{_N}) times (?=within|in (?:the|an?|\d)|during)"),
    _form("window", ev.last_few, rf"\b(?P<n>{_N}) (?:out )?of the last (?P<m>{_N})\b"),
    _form("retry", ev.retried, rf"\bretr\w+ (?:it |them )?(?:up to |at most )?(?P<n>{_N})(?: times)?\b(?! {_UNIT})",
          rf"\b(?P<n2>{_N}) retries\b",
          r"\b(?:retry|try (?:it |that )?again|repeat) (?:it |them |that )?(?P<n3>once)\b"
          r"(?! (?:an?|per|every|the|it|they)\b)"),
    _form("retry", ev.no_retry, r"\bnever (?:try|run|call|send|do) (?:\w+ ){1,3}?(?:again|twice|a second time)\b",
          r"\b(?:do not|don't|never|without) (?:retry|retrying|repeat|repeating)\b(?: (?:it"
                                r"|that|this))?"),
    _form("retry", ev.backoff, r"\bexponential backoff\b", r"\bback(?:ing)? off\b"),
    _form("times", ev.tried, rf"(?:\b{_NO_MORE} )?\b(?P<n>{_N}) (?:attempts|tries) (?:in (?:total|all)"
          r"|altogether|overall)\b"),
    _form("failure", ev.caught, rf"(?:^|(?<=[.;,] )|(?<= and )|(?<= but )|(?<= while )){FAILED}(?= {HAPPENS_TO_IT})",
          r"(?:^|(?<=[.;,] ))which(?:ever)?\b(?=(?: one)?(?: of (?:\w+ ){1,2})? ?fails\b)"),
    _form("failure", ev.goes_on, r"(?:do(?:es)?(?: not|n't)|never) (?:matter|count|stop \w+)\b"),
    _form("failure", ev.caught, OTHERS_GO_ON),
    _form("failure", ev.attempts, r"\b(?:if|when) (?:all|none) of (?:them|those|these) (?:fails?|works?|succeeds?)\b"),
    _form("times", ev.counted,
          rf"(?:\b(?:at most|up to|no more than|more than|max\.?|maximum) )?\b(?P<n>{_N})(?: times| attempts| tries"
          rf"| rounds)"
          r"(?: at (?:the )?(?:very )?most| max(?:imum)?| tops)?\b", r"\b(?P<n2>twice)\b(?: at most)?"),
    _form("condition", ev.between,
          rf"\bfrom {_MONEY}(?P<n2>{_BELOW}{_N}) to {_MONEY}(?P<m2>{_BELOW}{_N})\b(?=(?: \w+)?[:,] )",
          rf"\bbetween {_MONEY}(?P<n>{_BELOW}{_N}) and {_MONEY}(?P<m>{_BELOW}{_N})\b"),
    _form("condition", ev.compares(">="),
          rf"{_HERE}{_MONEY}(?P<n>{_BELOW}{_N})%?(?: \w+)? or (?:more|above|higher|over|greater)\b",
          rf"\b{_NO_LESS} {_MONEY}(?P<n2>{_BELOW}{_N})\b"),
    _form("condition", ev.compares("<="),
          rf"{_HERE}{_MONEY}(?P<n>{_BELOW}{_N})%?(?: \w+)? or (?:less|below|lower|under|fewer)\b",
          rf"\b{_NO_MORE} {_MONEY}(?P<n2>{_BELOW}{_N})\b(?! {_UNIT})"),
    _form("duration", ev.duration, rf"\btakes? (?:longer|more) than {_DURATION}",
          r"\b(?:(?:(?:is|are|has|have) )?(?:not|(?:is|are|has|have)n't) (?:been )?(?:finished|done|ready|back"
          r"|completed?|over|through) (?:after|within|in)|times? out after) "
          rf"(?P<n2>{_N}|an?) (?P<unit2>{_UNIT})\b"),
    _form("failure", ev.caught, r"\b(?:if|when|should) (?:(?:it|that|this|the \w+)(?:'s| is)? )?not (?:possible"
                                r"|successful|work|succeed)\b",
          r"\b(?:if|when) (?:nothing|none of (?:that|this|it|them)) (?:helps?|works?|succeeds?)\b",
          r"\b(?:if|when) there(?:'s| is| are) (?:an? |any )?(?:errors?|failures?|problems?)\b(?! in)",
          rf"\b(?:if|when|should|in case) (?P<what6>it|that|this|they|https?://\S+|the [\w-]+ (?:service|api|server"
          rf"|site|website|endpoint|system)) {FAILS}(?! (?:within"
          r"|after|in|for)\b)",
          r"\b(?:if|when) (?:the )?(?P<what>[\w ]+?) (?:cannot|can't|could not) be \w+",
          r"\b(?:on|in case of|upon) an? (?P<what2>[\w-]+ )?(?:error|failure)\b", r"\ban? failed (?P<what3>\w+)",
          r"\bon (?:any )?(?:failure|error)s?(?=,? (?:retry|try))",
          r"\b(?:if|when) https?://\S+ (?:does not|doesn't) (?:answer|respond|work)\b",
          r"\b(?:if|when) (?:the )?(?P<what4>\w+) (?:does not|doesn't) (?:work|accept (?:it|them|this|that))\b"),
    _form("failure", ev.goes_on,
          r"\b(?:whether (?:or not )?(?:it|that|this|the [\w -]+?) (?:works?|worked|succeeds?|succeeded|fails?|failed)"
          r"(?: or (?:not|fails?|failed|works?|succeeds?))?|success or failure|succeed or fail"
          r"|even if (?:it|that|this) fails)\b",
          r"\b(?:ignor|tolerat|swallow|suppress|disregard)\w* (?:any |all |the |its )?(?:errors?|failures?)\b",
          r"\b(?:carry|go|carries|goes|keep going|continue)(?: on)? (?:anyway |even )?(?:if|when) (?:it|that|this) "
          r"fails\b",
          r"\b(?:errors?|failures?)(?: of [\w -]+?)? (?:(?:do|does|should) not|don't|doesn't|shouldn't|never) "
          r"(?:matter|count|stop)\b",
          r"\b(?:don't|do not|never) care (?:about|for|if|whether) (?:any |the )?\w+(?: fails)?\b"),
    _form("failure", ev.caught, r"\b(?:if|when|should|in case) (?:the )?(?:it|that|this|they|(?P<what5>[\w-]+) "
          r"(?:service|api|server|site|website|endpoint|host|system|backend|function)) "
          r"(?:is|are|be|goes|was|gets?|can(?:not|'t) be) "
          r"(?:down|unavailable|unreachable|offline|not (?:available|reachable|there|up)"
          r"|reached|overloaded)\b"),
    _form("failure", ev.all_caught, r"\b(?:on |upon |in case of )?(?:any|every|all) (?:failures?|errors?)\b",
          r"\bwhatever goes wrong\b"),
    _form("failure", ev.declined, r"\b(?:if|when) (?:the (?:card|payment|charge)|it) (?:is|was|gets) (?:declined"
        r"|refused|rejected)\b"),
    _form("condition", ev.compares(">"), rf"\b{_MUCH} {_MONEY}(?P<n>{_BELOW}{_N})(?!\w|:\d)(?: {_UNIT})?"),
    _form("condition", ev.compares("<"), rf"\b{_FEW} {_MONEY}(?P<n>{_BELOW}{_N})(?!\w|:\d)(?: {_UNIT})?"),
    _form("duration", ev.duration, rf"\b(?:in|within|during|over) the (?:last|past|previous) (?P<unit3>{_UNIT})",
          rf"\b{_SPAN} (?:at most |longer than )?{_DURATION}",
          rf"\b(?P<n2>half an?|{_N}|an?) (?P<unit2>{_UNIT}) (?:later|after|before|apart|between|pass|ago)\b"),
    _form("window", ev.ordinal, rf"\b(?:every|the|each) (?P<n>{_any_of({*ORDINALS})}|\d+(?:st|nd|rd|th))\b(?= \w)"),
    _form("duration", ev.duration, rf"\b{_DURATION}", r"\banother (?P<unit2>second|minute|hour|day|week)\b"),
    _form("number", ev.agreed,
          rf"\b(?:at least |any )?(?P<n>{_N}) (?:people |persons |members |managers |colleagues )?(?:out )?of\b"),
    _form("number", ev.percent, r"(?<![\w.,-])(?P<n>\d+(?:[.,]\d+)?)(?:\s?%| percent\b)"),
    _form("number", ev.amount, rf"(?<![\w/:])(?<![\w/:]-){_MONEY}(?P<n>{_BELOW}\d+(?:[.,]\d+)*k?)(?![\w/:-])",
          rf"(?<![\w-])(?P<n2>{_IN_WORDS})(?![\w-])"),
    _form("nothing", _ended, r"(?<=[,;.] )(?:and )?nothing (?:more|else)(?=\.?\s*$)"),
    _form("nothing", ev.otherwise, r"\bno \w+, (?:just|only)\b", r"(?:\bdo not|\bdon't|\bnever) (?:bother|disturb) \w+",
          r"\b(?:later|earlier|sooner|closer|nearer|shorter) than (?:that|this)\b(?=:)",
          r"\b(?:do(?:es)? )?nothing\b(?: should happen)?", r"\b(?:just )?stop\b",
          r"\b(?:just|simply) (?:finish|end|quit)(?=[,.;]|$)"),
    _form("otherwise", ev.otherwise, r"\b(?:but )?if (?:it|that|this|they|he|she) (?:is|was|are|were|has|have|does"
                                     r"|do|did"
          r"|had)(?:n't| not)(?: so| the case)?(?=[,;.:])"),
    _form("otherwise", ev.otherwise, r"\botherwise\b", r"\belse\b", r"\bin all other cases\b",
          r"\b(?:the|all) others?\b", r"\binstead of\b", r"\bthe (?:rest|remainder)\b"),
    _form("otherwise", ev.instead, r"\binstead\b(?! of)"),
    _form("answer", ev.no_answer, r"\b(?:nobody|no one) answers\b", r"\b(?:there is )?no (?:answer|response|reply)\b",
          r"\bwithout an? (?:answer|reply|response)\b",
          rf"\b(?:{_NOT}|(?:has|does|do) not) (?:answer|repl|respond)\w*",
          r"\btimes out\b", r"\btakes longer\b", r"\bnot finished\b"),
    _form("parallel", ev.of_type("Parallel"), r"\bin parallel\b", r"\bat the same time\b", r"\bsimultaneously\b",
          r"\bconcurrently\b", r"\bside by side\b", r"\bmeanwhile\b"),
    _form("parallel", ev.not_waited_for, r"\bwithout waiting(?: for (?:that|it|them|the [\w-]+))?\b"),
    _form("condition", ev.of_type("Choice"), r"\bin (?:this|that|those|these|which|such an?) (?:case|event)s?\b"),
    _form("order", ev.paired, r"\brespectively\b"),
    _form("condition", ev.routed,
          r"\b(?:sort|route|split|handle|treat|group|send|file|divide|triage|separate|distribute) [^,;:.]{0,40}?\bby "
          r"(?:the |its |their )?(?P<what>[\w-]+)(?=[:,])",
          r"\b(?:[\w-]+ ){0,2}[\w-]+ (?:is|are|gets?) (?:sorted|routed|split|sent|handled|treated|grouped"
          r"|distributed) by (?:the |its |their )?(?P<what3>[\w-]+)(?=[:,])",
          r"\b(?:depending on|according to|based on|by(?! (?:(?:the|our|a) )?(?:webhook|form|queue)\b)) "
          r"(?:the |its |their )?(?P<what2>[\w' -]+?)(?=[:,])"),
    _form("order", ev.joined,
          r"\b(?:when|once|after|as soon as) (?:both|all|they|these|everything)(?: of them| \w+)? (?:are|is|have"
          r"|has)(?: "
          r"all| both)? "
          r"(?:done|finished|through|complete|completed|back|ready|over)\b"),
    _form("wait", ev.waited, r"\b(?:wait|waits|waiting|pause|sleep|later|pass|go by|hold (?:on|off))\b"),
    _form("repetition", ev.until, r"\b(?:until|while|(?:for )?(?:as|so) long as)\b"),
    _form("repetition", ev.retry_word, r"\b(?:repeat\w*|poll|keep(?= \w+ing)|loop|do that again)\b",
          r"\bretr(?:y|ied|ies|ying)\b", r"\btry (?:it |that |this )?again\b", r"\battempts?\b"),
    _form("otherwise", ev.otherwise, r"\bif not\b(?=[,;:])"),
    _form("answer", ev.answered, r"\b(?:says?|said) (?:yes|no|ok)\b", r"\bif (?:yes|no|so)\b(?=[,:]| \w+ (?:the|a|an"
        r"|it|to|#))",
          r"\bno (?:approval|sign-?off|go-ahead|permission|consent), no \w+",
          r"\b(?:if|once|when|on|after|is|are|be|been|they|she|he|has|have|as) (?:it is |they |she |he )?"
          r"(?:approved|approves?|rejected|rejects?|declined?|declines|refuse[sd]?|refusal|accepted"
          r"|agree[sd]?|object(?:s|ed)?)\b"),
    _form("answer", ev.answered, r"\b(?:only )?(?:if|when|once) (?:both|all|any|one|two|three|either)"
          r"(?: of them)?(?: has| have)? "
          r"(?:agree|approve|refuse|reject|decline|object|consent|say (?:yes|no))\w*\b"),
    _form("question", ev.answered, r"\b(?:approv\w+|sign-?off|go-ahead|permission|consent)\b"),
    _form("repetition", ev.each, r"(?<!'ve )(?<!'re )"
          rf"\b(?:for )?(?:each|every|all)(?: of)?(?: the| their| its)? (?P<what>[\w-]+(?: (?!{_ENDS_NAME})[\w-]+)?)"),
    _form("negation", ev.answered, r"(?:^|(?<=[.;] ))no\b(?= (?:[^.;]|\.(?=\w))*? (?:before|until|unless|without) "
          r"(?:[^.;]|\.(?=\w))*?\b(?:approv|confirm|agree|sign|consent|permission|say))"),
    _form("negation", ev.negated, rf"\b(?:not|no|never|none|unless|except|without|skip|nobody|{_NOT})\b"),
)
