"""What stands around a request: greetings, thanks, "could you", a title, the numbers of its steps."""

from __future__ import annotations

import re

from engine.copilot.offline.words import VERBS, base_verb, words_of

_FLOW = r"(?:workflow|flow|automation|process|job|pipeline|something|thing|routine)"
_START = r"(?:^|(?<=[.!?;:] )|(?<=\n))\s*"
_AROUND = tuple(re.compile(_START + form, re.IGNORECASE) for form in (
    r"(?:hi|hello|hey|dear \w+|good (?:morning|day|evening|afternoon))(?: there| all| team| everyone| folks)?[!,.]+ *",
    r"(?:many )?(?:thanks?|thx|cheers)(?: you)?(?: very much| so much| a lot)?(?: in advance)?[!.]* *$",
    r"(?:so|ok|okay|well|basically|ideally|kindly|please|simply)\b,? (?!that\b)",
    r"(?:could|can|would|will) you (?:please |kindly |maybe |perhaps )?",
    r"(?:I|we)(?: would|'d| do)? (?:like|love|want|need|wish) (?:you |it |this |something )?to (?=\w)",
    (r"(?:I|we) (?:want|need|would like|'d like) an? (?:[\w-]+ )?(?:report|summary|reminder|digest|job|check|alert"
    r"|notification|export|import|backup|sync)(?: \w+)?: *"),
    r"(?:is there (?:a|any) way to|how (?:can|do) (?:I|we)|help (?:me|us)(?: to)?|let's|let us) ",
    (rf"(?:please )?(?:set|build|make|create|write|give|design|put)(?: (?:me|us))? (?:up )?(?:an? |the |some )?(?:new "
    rf"|small |simple )?"
    rf"{_FLOW}(?: up| together)? (?:so that|so|to|where|in which|with which)[,:]? "),
    r"(?:please )?(?:make sure|ensure|see to it|take care|arrange)(?: that)? ",
    r"(?:it would|it'd|that would) be (?:great|nice|good|helpful|perfect|cool) (?:if|to) ",
    r"(?:the (?:idea|goal|plan|task) is|what (?:I|we) (?:want|need) is)(?: that| to)?:? ",
    r"(?:our|my|the) [\w ]{1,30}? (?:wants?|asks?|needs?|would like|wishes)(?: us)? (?:that|to) ",
    r"[^.;:!?]*\b(?:I|we)(?:'d| would)? (?:want|need|like)(?: to have)? (?:this|that|the following): *",
    r"(?:our|my|the) (?:goal|task|wish|plan|request): ",
    r"(?:we|you|I) (?:should|have to|need to|must|will|'ll) (?=\w)",
    r"(?:decide|determine|choose|find out|check|work out)\b[^.:;/@#]*: *(?=if\b)",
    r"only (?=[\w-]+s (?:who|that|with|over|under|above|below|older|younger|from|of|in)\b)",
    r"(?:the )?schedule: *",
    rf"(?:our|my|the|we|this|that|it)\b[^.;:,]*,? so: *(?=(?:{'|'.join(sorted(VERBS))})\b)",
    r"(?:[\w-]+ ){0,3}?[\w-]+, (?:in (?:this|that|the following) order|in order|step by step|as follows): *",
    r"(?:the )?steps?(?: are)?: *", (r"(?:here is|this is|that is) what (?:should|must|has to|is to) (?:happen|be "
    r"done): *"),
    r"(?:do|we do) (?:this|the following): *",
))
_THANKS = re.compile(r"[,.;!?]? *\b(?:many )?(?:thanks|thank you|thx|cheers)(?: very much| so much| a lot)?(?: in "
    r"advance)?[!.]*$",
                     re.IGNORECASE)
_THAT_DOES = re.compile(
    rf"(?:^|(?<=[.!?] ))(?:(?:I|we)(?:'d| would)? (?:like|need|want)|(?:please )?(?:build|make|create|write|set up"
    rf"|design)(?: me| us)?)"
    rf" an? (?:new |small |simple )?{_FLOW},? (?:that|which) (\w+)\b", re.IGNORECASE)
_ALSO_DOES = re.compile(r"(?<=, )(\w+s)\b|(?<=\band )(\w+s)\b|(?<=\bthen )(\w+s)\b")
_ITEM = re.compile(r"(?:(?<=\s)|^)(?:step )?(?:\((\d{1,2}|[a-h])\)|(\d{1,2}|[a-h])[.):])\s+(?=[A-Za-z])", re.IGNORECASE)
_BULLET = re.compile(r"(?:(?<=\s)|^)[-*\u2022]\s+(?=[A-Za-z])")
_NUMBERED = re.compile(
    r"(?:^|(?<=[.;] ))(?:first|second|third|fourth|fifth|finally|lastly|then|next|afterwards)(?:ly)?(?: of all)?: ",
    re.IGNORECASE)
_TITLE = re.compile(r"^((?:[\w/-]+ ){0,4}[\w/-]+): (?=[A-Za-z])")
_SUMMARY = re.compile(
    r"^(?:ship|onboard|process|book|prepare|handle|close|settle|fulfil|fulfill|deploy|release|publish|produce|make"
    r"|build|register|provision|complete|finish|deliver|review|renew|archive) "
    rf"(?:the |an? |our |each |every )?[\w-]+(?: [\w-]+)?: (?=(?:first,? |at the same time )?"
    rf"(?:{'|'.join(sorted(VERBS))}|for (?:each|every|all))\b)", re.IGNORECASE)
_NEW = re.compile(r"^(?:an? )?new ", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"\b(?:if|when\w*|once|unless|until|while|every|each|all|for|at|on|in|by|go|goes|times|once|twice|parallel"
    r"|repeat|loop"
    r"|otherwise|else|hourly|daily|weekly|monthly|nightly|gets?|is|are|that|also|only|between|above|below|errors?"
    r"|fail\w*|webhook|form|queue|bucket|folder|event|ignore|retry|stop|wait|never|not|no|nothing|without|whatever"
    r"|any)\b|\d",
    re.IGNORECASE)


_ACTS = re.compile(rf"^(?:(?:either|any) way |and |then )*(?:{'|'.join(sorted(VERBS))})\b|^\w+ "
    rf"(?:{'|'.join(sorted(VERBS))}) the\b", re.IGNORECASE)


def unframed(text: str) -> str:
    """`text` with the request alone."""
    text = _listed(_THANKS.sub(".", text) if _THANKS.search(text) else text)
    text = _NUMBERED.sub("", text)
    before = ""
    while before != text:
        before = text
        for form in _AROUND:
            text = form.sub("", text)
        text = _doing(text)
    return _untitled(text).strip()


def _doing(text: str) -> str:
    """``I need a flow that charges the card and emails them``: charge the card and email them."""
    match = _THAT_DOES.search(text)
    if match is None:
        return text
    rest = text[match.end():]
    end = re.search(r"[.!?](?:\s|$)", rest)
    own = rest if end is None else rest[:end.start()]
    own = _ALSO_DOES.sub(lambda found: base_verb(found[0].lower()) or found[0], own)
    after = "" if end is None else rest[end.start():]
    return f"{text[:match.start()]}{base_verb(match[1].lower()) or match[1]}{own}{after}"


def _listed(text: str) -> str:
    """The items of a list as sentences."""
    if listed_in(text):
        return _sentences(_ITEM.split(text)[::3])
    if len(_BULLET.findall(text)) > 1 and _BULLET.match(text):
        return _sentences(_BULLET.split(text))
    return text


def listed_in(text: str) -> list[tuple[int, int]]:
    """The places of the numbers of a list's items."""
    found = [*_ITEM.finditer(text)]
    marks = [(match[1] or match[2]).lower() for match in found]
    return [match.span(1 if match[1] else 2) for match in found] if marks[:2] in (["1", "2"], ["a", "b"]) else []


def _sentences(parts: list[str]) -> str:
    said = [part.strip().rstrip(".,;") for part in parts]
    return " ".join(part if part.endswith(":") else f"{part}." for part in said if part)


def _untitled(text: str) -> str:
    """Without a title before a colon: ``New ticket: …`` is when one comes in."""
    text = _SUMMARY.sub("", text)
    match = _TITLE.match(text)
    if match is None or _NO_TITLE.search(match[1]) or _ACTS.search(match[1]) is not None:
        return text
    if _NEW.match(match[1]):
        return f"When a {_NEW.sub('new ', match[1])} comes in, {text[match.end():]}"
    return text[match.end():] if words_of(text[match.end():]) else text
