"""A table of forms of a phrase, and what each is read as: other ways to say what the reader knows. RULES begins with
the forms of a kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.copilot.offline.phrases import FAILS
from engine.copilot.offline.wording.kinds import KINDS
from engine.copilot.offline.wording.parts import (
    APART,
    CONSENT,
    END,
    LATE,
    LONGER,
    NAME,
    NO_ANSWER,
    NOBODY,
    NOT,
    NUMBER,
    PART,
    REPLIES,
    SPAN,
    WHO,
    base,
    less_one,
)
from engine.copilot.offline.words import base_verb

_FORMS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"^(\w+?)s of (\S+(?: \w+)? or (?:more|less)) gets? an email", r"If the \1 is \2, email"),
    (r"^(\w+?)s of (\S+(?: \w+)? or (?:more|less)) (?=are |is )", r"If the \1 is \2, it "),
    (r"\b(?:minus|negative) (?=[$€£]?\d)", "-"),
    (r"^last(?:ly)?, ", "then "),
    (r", (?:and )?(?:second|third|fourth|fifth)(?:ly)?,? (\w+)",
     lambda said: f", then {said[1]}" if base_verb(said[1].lower()) == said[1].lower() else said[0]),
    (r"\btreat it as (?:rejected|declined)(?: and|,)? ", ""),
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
    ((rf"\bask ((?:(?:the |our |an? )?(?!for\b)[\w-]+(?: [\w-]+)??) )?by e-?mail (?:for|about|to|if|whether) "
     rf"(?!{CONSENT}\b)"),
     lambda said: f"email {said[1] or ''}about "),
    ((rf"\bask ((?:(?:the |our |an? )?(?!for\b)[\w-]+(?: [\w-]+)??) )?(?:for|about) (?!(?:the |an? |their |his |her "
     rf")?{CONSENT}\b)([^,;.]*?) by e-?mail\b"),
     lambda said: f"email {said[1] or ''}about {said[2]}"),
    (rf"\b([Tt]he {NAME}) (?:has to|must|needs to) approve\b", r"ask \1 for approval"),
    (rf"\b(the |an? )?({NAME}) (?:has to|must|needs to|is) (?:be )?approved by ([\w -]+?) before it is (\w+)\b",
     r"ask \3 to approve \1\2 and then \4 it"),
    (r"\bonly after (the [\w ]+?) has approved (the [\w ]+?) (?:may|can|is) (the [\w ]+?) (?:be )?(\w+ed)\b",
     r"ask \1 to approve \2; then \3 is \4"),
    (r"\b(?:on|upon|in case of) (?:a |an )?(?:refusal|rejection),?", "if rejected,"),
    (r"\b(?:on|upon) approval,?", "if approved,"),
    (r"\bwait for (?:their|his|her|the|its) (?:approval|go-ahead|ok)\b", "ask them for approval"),
    # A limit to an answer, or to a step
    (rf"\b(?:if|when) {NOBODY} {REPLIES}(?: to)? the question to (#\w+) on Slack within ({SPAN}),?",
     r"ask \1 on Slack; if there is no answer within \2,"),
    (rf"\b(?:if|when) {NOBODY} (?:answers|responds|replies|reacts)[\w ]*? (?:within|after|for|in) ({SPAN})",
     NO_ANSWER),
    (rf"\b(?:if|when) {WHO} {NOT} {REPLIES}[\w ]*? (?:within|after|for|in) ({SPAN})",
     NO_ANSWER),
    ((rf"\b(?:if|when) there (?:is|was|has been|'s) (?:still )?no (?:reply|response|answer|reaction) (?:within|after"
     rf"|for|in) (?:another )?({SPAN})"),
     NO_ANSWER),
    (rf"\b(?:if|when) {WHO} (?:takes? (?:longer|more) than|times? out after|lasts? longer than) ({SPAN})", LONGER),
    ((rf"\b(?:if|when) {WHO} (?:has been|is|was|have been|are) (?:running|going on|at it|busy|under way"
     rf"|in progress) (?:for )?(?:more|longer) than ({SPAN})"), LONGER),
    ((rf"\b(?:if|when) {WHO} (?:does not|doesn't|did not|has not|hasn't) (?:succeed|finish|complete|end|return"
     rf"|come back|work|finished|returned|ended|completed|succeeded) (?:within|in|after) ({SPAN})"), LONGER),
    (rf",? and ({PART}) (?:if|when) ({LATE})(?=[.;]|$)", r"; if \2, \1"),
    (rf",? and give {WHO} ({SPAN})[;,] without an (?:answer|reply)(?: by then)?,",
     r"; if there is no answer within \1,"),
    # Failures: what to do stands behind what failed
    (rf"^([Ww]hatever goes wrong|[Ii]f (?:either|any|anything|something)\b[^,:]* {FAILS}), ([^:]+): (.+?)\.?$",
     r"\3. If anything: \1, \2."),
    (r"\bIf anything: [Ww]hatever goes wrong", "If anything fails"),
    (r"\bIf anything: [Ii]f", "If"),
    (r"\b[Oo]n an? (?!other)([\w-]+) (?:error|failure),? ", r"if \1 fails, "),
    (r"\b(?:an error|a failure) (?:there )?(?:must|should) not stop the flow,? just (\w+) it", r"if it fails, \1 it"),
    (rf"\ba failed ({NAME}) is (?:only |just )?(\w+)", r"if the \1 fails, \2 it"),
    (r"\b(?:on|for) (?:any|every|all) other (?:errors?|failures?),?", "if anything else fails,"),
    (r"\b(?:go on|continue|carry on) with (?:the )?[\w ]+? anyway\b", "carry on"),
    (r"\b(?:go on|continue|carry on) with the (?:rest|others|next)(?: one| item)?\b", "carry on"),
    (r"\b(when|if) (\w+ing|it|that) (?:does not|doesn't) work\b", r"\1 \2 fails"),
    (r"\b(if|when) (the [\w ]+?) (?:cannot|can't|could not) be (?:written|saved|read|called|reached|sent)\b",
     r"\1 \2 fails"),
    (rf", (\w+ing) ([^,;.]+?) if ([^,;.]+? {FAILS})(?=[.;]|$)",
     lambda said: f"; if {said[3]}, {base_verb(said[1].lower()) or said[1]} {said[2]}"),
    (rf",? and ((?:(?! and )[^,;.])+?) if ([^,;.]+? {FAILS})(?=[.;]|$)", r"; if \2, \1"),
    # Retries
    (rf",? retrying (?:it )?(twice|{NUMBER} times) with exponential backoff starting at ({SPAN})",
     r", retry \1 backing off from \2"),
    (r"\bon failure,? (?=try|retry)", ""),
    (rf"\b(?:if|when) ([\w /:.-]*?) fails, (?:repeat|retry) (?:it )?(twice|{NUMBER} times)(?: after ({SPAN}))?",
     r"retry \1 \2 every \3"),
    (r"(retry [\w /:.-]*?) every (?=[,.;])", r"\1"),
    (rf"\b[Aa]ttempt (.+?) (?:at most|up to) ({NUMBER}) times, then ([^,;.]*?\b(?:failure|error))",
     lambda said: f"run {said[1]}, retry {less_one(said[2])} times; if it fails, {said[3]}"),
    (rf"\b(?:try|attempt)(?:ing)?(?: to)? (\w+ [^,;.]+?) (?:up to )?({NUMBER}) times{APART}{END}",
     lambda said: f"{base(said[1])}, retry {less_one(said[2])} times" + (f" every {said[3]}" if said[3] else "")),
    (r"\b[Dd]o not retry [\w ]+: ", ""),
    # What is negated
    (r"^no ([\w-]+) (?:is|are|gets?|should be|must be) (\w+?) (?:if|when) ([^,;]+?)(?=[.;]|$)",
     lambda said: f"unless {said[3]}, {base_verb(said[2].lower()) or said[2]} the {said[1]}"),
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
    (r"\b(?:(?<=\w )whenever|provided that|in the event that|in case that)\b", "if"),
    (r"^in the event (?:that )?(?=the\b)", "if "),
    (r"(?<=, )where\b|^Where\b(?= the)", "If"),
    (r"\bis more than (\w+) days overdue", r"is overdue by more than \1 days"),
    (r"\b(\d+) (?:kg|km|lb|miles|kilos|metres|meters|bar|volts)\b", r"\1"),
    # Waits
    (rf"\b[Ll]et ({SPAN}) pass before ([^,;.]+)", r"Wait \1; then \2"),
    (rf"^([^,;.]+?) ({SPAN}) before (the [\w -]+?)(?=[.;]|$)", r"\2 before \3, \1"),
    (rf"\b[Ss]leep ({SPAN}) between the call to (\S+) and the call to (\S+?)(?=[.;]|$)",
     r"Call \2, wait \1 and call \3"),
    (r"\b[Ss]end (a|the|another|one|one more) (?:second )?reminder\b(?! \w+ (?:to|in))", r"email \1 reminder"),
    (rf"\bafter another ({SPAN})\b", r"wait \1 and"),
    (rf"^({SPAN}) after (the [\w ]+?), ", r"Wait \1 and then "),
    (r"\b[Hh]aving (\w+)ed\b", r"\1"),
    (r"^[Aa]fter (\w+)ing ([^,;.]+), ", r"\1 \2, "),
    # What runs together
    (r"\bwhile (the [\w-]+ function) runs, (the [\w-]+ function) (?:should run|runs)(?: as well)?[;,] after both,",
     r"At the same time run \1 and run \2; then"),
    (r"\bside by side\b", "at the same time"),
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


def _whole_words(form: str) -> str:
    """The form, with marks within a word, as in an address, taken for a part of the word."""
    form = form.replace("[^,;]", "[^,;.]").replace("[^;,]", "[^;,.]")  # no form goes beyond its sentence
    for marks in (",;.", ";,.", ",;.:"):
        form = form.replace(f"[^{marks}]", rf"(?:[^{marks}]|(?<=\w)[.:](?=[\w/]))")
    return form.replace("(?=[.;]|$)", r"(?=\.(?!\w)|;|$)")


RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(_whole_words(_START + form[1:] if form[0] == "^" else form), re.IGNORECASE), meant)
    for form, meant in (*KINDS, *_FORMS))
