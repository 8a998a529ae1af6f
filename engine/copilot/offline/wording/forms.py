"""A table of forms of a phrase, and what each is read as: other ways to say what the reader knows. RULES begins with
the forms of a kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.copilot.offline.phrases import FAILS
from engine.copilot.offline.wording.brief import BRIEF
from engine.copilot.offline.wording.kinds import KINDS
from engine.copilot.offline.wording.parts import (
    CONSENT,
    END,
    GAP,
    LATE,
    LONGER,
    NOBODY,
    NUMBER,
    PART,
    REPLIES,
    SPAN,
    WHO,
    attempted,
    base,
    less_one,
)
from engine.copilot.offline.words import base_verb

_FORMS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"^last(?:ly)?, ", "then "),
    (r"\btreat it as (?:rejected|declined)(?: and|,)? ", ""),
    (r"^after the (second|third|fourth|fifth|tenth) ([\w -]+? (?:reminder|attempt|order|warning|try|failure)),? ",
     r"if it is the \1 \2, "),
    # What is to happen, said of the thing that it happens to
    # Questions
    ((rf"\bask ((?:(?:the |our |an? )?(?!for\b)[\w@.-]+(?: [\w-]+)??) )?by e-?mail (?:for|about|to|if|whether|how"
      rf"|what|which|when|where|why) "
     rf"(?!{CONSENT}\b)"),
     lambda said: f"email {said[1] or ''}about "),
    ((rf"\bask ((?:(?:the |our |an? )?(?!for\b)[\w-]+(?: [\w-]+)??) )?(?:for|about) (?!(?:the |an? |their |his |her "
     rf")?{CONSENT}\b)([^,;.]*?) by e-?mail\b"),
     lambda said: f"email {said[1] or ''}about {said[2]}"),
    (r"\bonly after (the [\w ]+?) has approved (the [\w ]+?) (?:may|can|is) (the [\w ]+?) (?:be )?(\w+ed)\b",
     r"ask \1 to approve \2; then \3 is \4"),
    (r"\b(?:on|upon|in case of) (?:a |an )?(?:refusal|rejection),?", "if rejected,"),
    # A limit to an answer, or to a step
    (rf"\b(?:if|when) {NOBODY} {REPLIES}(?: to)? the question to (#\w+) on Slack within ({SPAN}),?",
     r"ask \1 on Slack; if there is no answer within \2,"),
    (rf"\b(?:if|when) {WHO} (?:takes? (?:longer|more) than|times? out after|lasts? longer than) ({SPAN})", LONGER),
    (rf",? and ({PART}) (?:if|when) ({LATE})(?=[.;]|$)", r"; if \2, \1"),
    (rf",? and give {WHO} ({SPAN})[;,] without an (?:answer|reply)(?: by then)?,",
     r"; if there is no answer within \1,"),
    # Failures: what to do stands behind what failed
    (rf"^([Ww]hatever goes wrong|[Ii]f (?:either|any|anything|something)\b[^,:]* {FAILS}), ([^:]+): (.+?)\.?$",
     r"\3. If anything: \1, \2."),
    (r"\bIf anything: [Ww]hatever goes wrong", "If anything fails"),
    (r"\b[Oo]n an? (?!other)([\w-]+) (?:error|failure),? ", r"if \1 fails, "),
    (r"\b(?:go on|continue|carry on) with (?:the )?[\w ]+? anyway\b", "carry on"),
    (r"\b(?:go on|continue|carry on) with the (?:rest|others|next)(?: one| item)?\b", "carry on"),
    (r"\b(if|when) (the [\w ]+?) (?:cannot|can't|could not) be (?:written|saved|read|called|reached|sent)\b",
     r"\1 \2 fails"),
    (rf", (\w+ing) ([^,;.]+?) if ([^,;.]+? {FAILS})(?=[.;]|$)",
     lambda said: f"; if {said[3]}, {base_verb(said[1].lower()) or said[1]} {said[2]}"),
    (rf",? and ((?:(?! and )[^,;.])+?) if ([^,;.]+? {FAILS})(?=[.;]|$)", r"; if \2, \1"),
    # Retries
    (rf",? retrying (?:it )?(twice|{NUMBER} times) with exponential backoff starting at ({SPAN})",
     r", retry \1 backing off from \2"),
    (rf"\b[Aa]ttempt (.+?) (?:at most|up to) ({NUMBER}) times, then ([^,;.]*?\b(?:failure|error))",
     lambda said: f"run {said[1]}, retry {less_one(said[2])} times; if it fails, {said[3]}"),
    (r"\b[Dd]o not retry [\w ]+: ", ""),
    # What is negated
    (r"\b(?:do not|don't) (\w+) ([^,;.]+?) (?:if|when) ([^,;.]+)[,;] (?:otherwise|else|in all other cases) ",
     r"if \3 do nothing, otherwise "),
    (r"\b[Dd]o not (\w+) ([^,;.]+?) (?:if|when) ([^,;.]+)", r"unless \3, \1 \2"),
    (r"\b[Ss]kip the (email|charge|call|message|refund) (?:if|when) ([^,;.]+)", r"unless \2, \1 it"),
    (r"\b[Nn]ever (\w+) (an?|the) ([\w-]+) whose ([^;,.]+?); \1 all others", r"unless the \3's \4, \1 the \3"),
    (r"\b[Ww]ithout an? ([\w ]+?) in (the \w+), ([^,;.]+?) instead of (an? [^,;.]+)",
     r"if \2 has no \1, \3, otherwise send \4"),
    (r"\bif it has (?:entries|items|any)\b", "otherwise"),
    # Conditions
    (r"\b(?:(?<=\w )whenever|provided that|in the event that|in case that)\b", "if"),
    # Waits
    (rf"\b[Ll]et ({SPAN}) pass before ([^,;.]+)", r"Wait \1; then \2"),
    (rf"^([^,;.]+?) ({SPAN}) before (the [\w -]+?)(?=[.;]|$)", r"\2 before \3, \1"),
    (rf"\b[Ss]leep ({SPAN}) between the call to (\S+) and the call to (\S+?)(?=[.;]|$)",
     r"Call \2, wait \1 and call \3"),
    (r"\b[Ss]end (a|the|another|one|one more) (?:second )?reminder\b(?! \w+ (?:to|in))", r"email \1 reminder"),
    (rf"^({SPAN}) after (the [\w ]+?), ", r"Wait \1 and then "),
    (r"\b[Hh]aving (\w+)ed\b", r"\1"),
    (r"^[Aa]fter (\w+)ing ([^,;.]+), ", r"\1 \2, "),
    # What runs together
    (r"\bwhile (the [\w-]+ function) runs, (the [\w-]+ function) (?:should run|runs)(?: as well)?[;,] after both,",
     r"At the same time run \1 and run \2; then"),
    (r"\bside by side\b", "at the same time"),
    (r"\bnotify (\w+) by email and (\w+) on Slack", r"notify \1 by email and notify \2 on Slack"),
    (r",? and,? without waiting for (?:that|it), ", " and at the same time "),
    # Triggers
    (r"\b(?:when )?(\w+) calls the webhook (/[\w/-]+)", r"when the webhook \2 is called by \1"),
    # Items
    (r"\b[Gg]o through (?:the |all |all the )?([\w ]+?)s(?=[,;]|:(?!/))", r"for each \1"),
    (r"[;,] those with an? ([\w ]+?) (over|above|under|below) (\w+) go to (.+?), the (?:others|rest) (?:go )?to ",
     r", if the \1 is \2 \3 put it on \4, otherwise put it on "),
    (rf"\b(?:try|attempt)(?:ing)?(?: to)? (\w+ [^,;.]+?) (?:up to |at most )?({NUMBER}) times{GAP}{END}",
     lambda said: f"{base(attempted(said[1]))}, retry {less_one(said[2])} times"
                  + (f" every {said['gap']}" if said["gap"] else "")),
    (r",? but not if ([^,;.]+)", r" unless \1"),
    (r"\bif there are none\b", "if there are no results"),
    (rf"\bafter another ({SPAN})\b", r"wait \1 and"),
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
    for form, meant in (*BRIEF, *KINDS, *_FORMS))
