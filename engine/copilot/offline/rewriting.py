"""The same thing said in another way, in the words that the reader knows: a table of forms and what each is read as.

The accounting looks at the sentence as it was written, so nothing is lost here unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.copilot.offline.words import base_verb, number_of, words_of

_N = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty)"
_SPAN = rf"(?:{_N}|an?|half an) (?:more )?(?:seconds?|minutes?|hours?|days?|weeks?)"
_NOBODY = r"(?:nobody|no one)"
_NOT = r"(?:doesn't|does not|don't|do not|has not|hasn't)"
_APART = rf"(?: with ({_SPAN}) between[\w ]*)?"
_REPLIES = r"(?:answer(?:s|ed)?|respond(?:s|ed)?|repl(?:y|ies|ied)|react(?:s|ed)?)"
_WHO = r"(?:it|that|this|they|them|him|her|the [\w -]+?|(?:he|she))"
_PART = r"(?:(?! and )[^,;.])+?"
_NO_ANSWER, _LONGER = r"if there is no answer within \1", r"if it takes longer than \1"
_LATE = rf"(?:there is no answer within|it takes longer than) {_SPAN}"
_NAME = r"(?:[\w'-]+ ){0,3}?[\w'-]+"
_END = r"(?=[,.;:]|$)"
_FAILS = r"(?:fails?|failed|goes wrong|breaks|errors?)"

_FORMS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"^(\w+?)s of (\S+(?: \w+)? or (?:more|less)) gets? an email", r"If the \1 is \2, email"),
    (r"^(\w+?)s of (\S+(?: \w+)? or (?:more|less)) (?=are |is )", r"If the \1 is \2, it "),
    (r"\b(?:minus|negative) (?=[$€£]?\d)", "-"),
    (r"^last(?:ly)?, ", "then "),
    (r", (?:and )?(?:second|third|fourth|fifth)(?:ly)?,? (\w+)",
     lambda said: f", then {said[1]}" if base_verb(said[1].lower()) == said[1].lower() else said[0]),
    (r"\btreat it as (?:rejected|declined)(?: and|,)? ", ""),
    (r"^on every (second|third|fourth|fifth|tenth) (\w+)(?: of [\w ]+?)?, ", r"if it is every \1 \2, "),
    (r"^after the (second|third|fourth|fifth|tenth) ([\w -]+? (?:reminder|attempt|order|warning|try|failure)),? ",
     r"if it is the \1 \2, "),
    (r"\b(\w+) (the [\w-]+ with the [\w-]+ function),? and then (the [\w-]+ with the [\w-]+ function)",
     r"\1 \2 and then \1 \3"),
    # What is to happen, said of the thing that it happens to
    (r"\b(?:should|must|is to|are to|has to|have to|needs? to|can then|may) be (\w+(?:ed|en|t|un))\b", r"is \1"),
    (r"\b(?:want|would like) (.+?) (started|run|sent|called|charged|emailed)\b", r"\2 \1"),
    (r"\b(?:an?|the) (\w+) (?:has to|must|should) go out by email", r"email the \1"),
    (r"\b([Tt]he |[Aa]n? |[Ee]ach |[Ee]very )?([\w-]+) gets? an email\b", r"email \1\2"),
    (r"\b([Tt]he |[Aa]n? )?([\w-]+) is told by email\b", r"email \1\2"),
    (r"\b(#[\w-]+) on Slack is told\b", r"post to \1 on Slack"),
    # Questions
    (r"\b(?:ask|Ask) ((?:the |our |a )?[\w-]+) by email for ", r"email \1 about "),
    (rf"\b([Tt]he {_NAME}) (?:has to|must|needs to) approve\b", r"ask \1 for approval"),
    (rf"\b(the |an? )?({_NAME}) (?:has to|must|needs to|is) (?:be )?approved by ([\w -]+?) before it is (\w+)\b",
     r"ask \3 to approve \1\2 and then \4 it"),
    (r"\bonly after (the [\w ]+?) has approved (the [\w ]+?) (?:may|can|is) (the [\w ]+?) (?:be )?(\w+ed)\b",
     r"ask \1 to approve \2; then \3 is \4"),
    (r"\b(?:on|upon|in case of) (?:a |an )?(?:refusal|rejection),?", "if rejected,"),
    (r"\b(?:on|upon) approval,?", "if approved,"),
    (r"\bwait for (?:their|his|her|the|its) (?:approval|go-ahead|ok)\b", "ask them for approval"),
    # A limit to an answer, or to a step
    (rf"\b(?:if|when) {_NOBODY} {_REPLIES}(?: to)? the question to (#\w+) on Slack within ({_SPAN}),?",
     r"ask \1 on Slack; if there is no answer within \2,"),
    (rf"\b(?:if|when) {_NOBODY} (?:answers|responds|replies|reacts)[\w ]*? (?:within|after|for|in) ({_SPAN})",
     _NO_ANSWER),
    (rf"\b(?:if|when) {_WHO} {_NOT} {_REPLIES}[\w ]*? (?:within|after|for|in) ({_SPAN})",
     _NO_ANSWER),
    (rf"\b(?:if|when) there is (?:still )?no (?:reply|response|answer|reaction) (?:within|after|for|in) ({_SPAN})",
     _NO_ANSWER),
    (rf"\b(?:if|when) {_WHO} (?:is|are) (?:still )?not (?:finished|done|ready|back) (?:after|within) ({_SPAN})",
     _LONGER),
    (rf"\b(?:if|when) {_WHO} (?:takes? (?:longer|more) than|times? out after|lasts? longer than) ({_SPAN})", _LONGER),
    (rf",? and ({_PART}) (?:if|when) ({_LATE})(?=[.;]|$)", r"; if \2, \1"),
    (rf",? and give {_WHO} ({_SPAN})[;,] without an (?:answer|reply)(?: by then)?,",
     r"; if there is no answer within \1,"),
    # Failures: what to do stands behind what failed
    (rf"^([Ww]hatever goes wrong|[Ii]f (?:either|any|anything|something)\b[^,:]* {_FAILS}), ([^:]+): (.+?)\.?$",
     r"\3. If anything: \1, \2."),
    (r"\bIf anything: [Ww]hatever goes wrong", "If anything fails"),
    (r"\bIf anything: [Ii]f", "If"),
    (r"\b[Oo]n an? (?!other)([\w-]+) (?:error|failure),? ", r"if \1 fails, "),
    (r"\b(?:an error|a failure) (?:there )?(?:must|should) not stop the flow,? just (\w+) it", r"if it fails, \1 it"),
    (rf"\ba failed ({_NAME}) is (?:only |just )?(\w+)", r"if the \1 fails, \2 it"),
    (r"\b(?:on|for) (?:any|every|all) other (?:errors?|failures?),?", "if anything else fails,"),
    (r"\b(?:go on|continue|carry on) with (?:the )?[\w ]+? anyway\b", "carry on"),
    (r"\b(?:go on|continue|carry on) with the (?:rest|others|next)\b", "carry on"),
    (r"\b(when|if) (\w+ing|it|that) (?:does not|doesn't) work\b", r"\1 \2 fails"),
    (r"\b(if|when) (the [\w ]+?) (?:cannot|can't|could not) be (?:written|saved|read|called|reached|sent)\b",
     r"\1 \2 fails"),
    (rf", (\w+ing) ([^,;.]+?) if ([^,;.]+? {_FAILS})(?=[.;]|$)",
     lambda said: f"; if {said[3]}, {base_verb(said[1].lower()) or said[1]} {said[2]}"),
    (rf",? and ((?:(?! and )[^,;.])+?) if ((?!it |that |they )[^,;.]+? {_FAILS})(?=[.;]|$)", r"; if \2, \1"),
    # Retries
    (rf"\bwith ({_N}) retries\b", r", retry \1 times,"),
    (rf",? retried (twice|{_N} times)", r", retry \1"),
    (rf",? retrying (?:it )?(twice|{_N} times) with exponential backoff starting at ({_SPAN})",
     r", retry \1 backing off from \2"),
    (rf"\bretry (?:it )?(twice|{_N} times), ({_SPAN}) apart", r"retry \1 every \2"),
    (rf"\btry again (up to {_N} times|twice|{_N} times) with ({_SPAN}) between (?:the )?\w+", r"retry \1 every \2"),
    (r"\bon failure,? (?=try|retry)", ""),
    (rf"\b(?:if|when) ([\w /:.-]*?) fails, (?:repeat|retry) (?:it )?(twice|{_N} times)(?: after ({_SPAN}))?",
     r"retry \1 \2 every \3"),
    (r"(retry [\w /:.-]*?) every (?=[,.;])", r"\1"),
    (rf"\b(the [\w-]+ function) is (retried) ((?:up to )?{_N} times(?: every {_SPAN})?) before (.+?)(?=[.;]|$)",
     r"run \1, retry \3; if it still fails, \4"),
    (rf"\b[Aa]ttempt (.+?) (?:at most|up to) ({_N}) times, then ([^,;.]*?\b(?:failure|error))",
     lambda said: f"run {said[1]}, retry {_less_one(said[2])} times; if it fails, {said[3]}"),
    (rf"\b(?:try|attempt)(?:ing)?(?: to)? (\w+ [^,;.]+?) (?:up to )?({_N}) times{_APART}{_END}",
     lambda said: f"{_base(said[1])}, retry {_less_one(said[2])} times" + (f" every {said[3]}" if said[3] else "")),
    (r"\b[Dd]o not retry [\w ]+: ", ""),
    # What is negated
    (r"\b(?:[Nn]othing (?:should |is to )?happens?|[Dd]o nothing) (?:when|if) ([^;,.]+)", r"if \1 do nothing"),
    (r"\b(?:do not|don't) (\w+) ([^,;.]+?) (?:if|when) ([^,;.]+)[,;] (?:otherwise|else|in all other cases) ",
     r"if \3 do nothing, otherwise "),
    (r"\b[Dd]o not (\w+) ([^,;.]+?) (?:if|when) ([^,;.]+)", r"unless \3, \1 \2"),
    (r"\b[Ss]kip the (email|charge|call|message|refund) (?:if|when) ([^,;.]+)", r"unless \2, \1 it"),
    (r"\b[Nn]ever (\w+) (an?|the) ([\w-]+) whose ([^;,.]+?); \1 all others", r"unless the \3's \4, \1 the \3"),
    (r"\b[Ww]ithout an? ([\w ]+?) in (the \w+), ([^,;.]+?) instead of (an? [^,;.]+)",
     r"if \2 has no \1, \3, otherwise send \4"),
    (r"\bif (?:no one|nobody) is ([\w ]+),", r"unless someone is \1,"),
    (r"\b(\w+ [^,;.:]+?) except (?:when|if) ([^,;.]+)", r"unless \2, \1"),
    (r"\bonly if ([^,;.]+?) (?:isn't|is not) (\w+)", r"unless \1 is \2"),
    (r"\bif no ([\w ]+?) exists\b", r"if there is no \1"),
    (r",? but not if ([^,;.]+)", r" unless \1"),
    (r"\bif there are none\b", "if there are no results"),
    (r"\bif it has (?:entries|items|any)\b", "otherwise"),
    # Conditions
    (r"\b(?:(?<=\w )whenever|provided that|in the event that)\b", "if"),
    (r"(?<=, )where\b|^Where\b(?= the)", "If"),
    (r"\bis more than (\w+) days overdue", r"is overdue by more than \1 days"),
    (r"\b(\d+) (?:kg|km|lb|miles|kilos|metres|meters|bar|volts)\b", r"\1"),
    # Waits
    (rf",? (?:and )?({_SPAN}) later,? ", r", wait \1 and then "),
    (rf"\b[Ll]et ({_SPAN}) pass before ([^,;.]+)", r"Wait \1; then \2"),
    (rf"^([^,;.]+?) ({_SPAN}) before (the [\w -]+?)(?=[.;]|$)", r"\2 before \3, \1"),
    (rf"\b[Ss]leep ({_SPAN}) between the call to (\S+) and the call to (\S+?)(?=[.;]|$)",
     r"Call \2, wait \1 and call \3"),
    (r"\b[Ss]end (a|the|another) (?:second )?reminder\b(?! \w+ (?:to|in))", r"email \1 reminder"),
    (rf"\bafter another ({_SPAN})\b", r"wait \1 and"),
    (rf"^({_SPAN}) after (the [\w ]+?), ", r"Wait \1 and then "),
    (r"\b[Hh]aving (\w+)ed\b", r"\1"),
    (r"^[Aa]fter (\w+)ing ([^,;.]+), ", r"\1 \2, "),
    # What runs together
    (r"\bwhile (the [\w-]+ function) runs, (the [\w-]+ function) (?:should run|runs)(?: as well)?[;,] after both,",
     r"At the same time run \1 and run \2; then"),
    (r"\bside by side\b", "at the same time"),
    (r"\b([Rr]un) (the [\w-]+ function)((?:, the [\w-]+ function)*),? and (the [\w-]+ function)",
     r"\1 \2\3 and run \4"),
    (r"(?<=function), (the [\w-]+ function)(?= and run|,)", r", run \1"),
    (r"\b([Cc])all (https?://\S+) and (https?://\S+)", r"\1all \2 and call \3"),
    (r"\bnotify (\w+) by email and (\w+) on Slack", r"notify \1 by email and notify \2 on Slack"),
    (r",? and,? without waiting for (?:that|it), ", " and at the same time "),
    (r"\b([Gg]et|[Aa]sk for) sign-off from \w+ \w+, (\w+) and (\w+)", r"ask \2 for approval and ask \3 for approval"),
    # Triggers
    (r"\b(?:when )?(\w+) calls the webhook (/[\w/-]+)", r"when the webhook \2 is called by \1"),
    (r"^[Aa]n? ([\w ]+?) comes in; ", r"When a \1 comes in, "),
    # Items
    (r"\b[Pp]rocess the (\w+)s\b(?: in (?:the )?\w+)?: for (?:every|each) \1", r"for each \1"),
    (r"\b[Gg]o through (?:the |all |all the )?([\w ]+?)s(?=[,;:])", r"for each \1"),
    (r"[;,] those with an? ([\w ]+?) (over|above|under|below) (\w+) go to (.+?), the (?:others|rest) (?:go )?to ",
     r", if the \1 is \2 \3 put it on \4, otherwise put it on "),
)
_START = r"(?:^|(?<=[.!?] ))"
_RULES = tuple(
    (re.compile(_START + form[1:] if form[0] == "^" else form, re.IGNORECASE), meant) for form, meant in _FORMS)
_AT_ONCE = re.compile(
    rf",? ?(?:with |and )?(?:at most |up to |no more than )?\b({_N}) "
    r"(?:at a time|at once|in parallel|concurrently|at the same time)\b"
    r"|,? ?\b(?:(one) by one|(one) after (?:another|the other)|in (sequence))\b", re.IGNORECASE)
_BATCH = re.compile(rf",? ?\bin (?:batches|groups|chunks) of ({_N})\b", re.IGNORECASE)
_ITEMS = re.compile(r"\b(?:each|every|all|go through|process)\b", re.IGNORECASE)


def rewritten(text: str) -> str:
    """`text` in words that the reader knows."""
    text = " ".join(_at_once_last(sentence) for sentence in re.split(r"(?<=[.!?])\s+", text))
    for form, meant in _RULES:
        text = form.sub(meant, text)
    return re.sub(r"\s+", " ", text).strip()


def _base(text: str) -> str:
    """With its verb in the first form: calling it is call it."""
    verb, _, rest = text.partition(" ")
    return f"{base_verb(verb.lower()) or verb} {rest}"


def _less_one(text: str) -> int:
    """How often again, for so many attempts in all."""
    return max(1, int(number_of(words_of(text)[0]) or 1) - 1)


def _at_once_last(sentence: str) -> str:
    """How many items at once: behind what is done with each."""
    batch = _BATCH.search(sentence)
    if batch is not None:
        return _at_once_last(_without(sentence, batch)).rstrip(". ") + f", in batches of {batch[1]}."
    match = _AT_ONCE.search(sentence)
    if match is None or _ITEMS.search(sentence) is None:
        return sentence
    return f"{_without(sentence, match)}, at most {match[1] or 'one'} at a time."


def _without(sentence: str, match: re.Match[str]) -> str:
    return (sentence[:match.start()] + sentence[match.end():]).rstrip(".! ")
