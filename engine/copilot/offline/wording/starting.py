"""What starts it, wherever the first sentence says so and however: as "when …, " before what is done.

    Orders land in the orders queue. …              when an order arrives in the orders queue, …
    Take each message from the orders queue and …   the same
    Every booking that comes in by webhook is …     when a booking arrives by the webhook, the booking is …
    The webhook /pay triggers this: …               when the webhook /pay is called, …

A source is a webhook, a form, a queue, a bucket, a folder or an event. What is put, sent or written to one is no start.
"""

from __future__ import annotations

import re

from engine.copilot.offline.words import ORDINALS, VERBS, base_verb, singular

_THE = r"(?:(?:the|our|a|an|my|its|their|this) )?"
_SOURCES: tuple[tuple[str, str], ...] = (
    ("webhook", rf"{_THE}(?:(?:new|incoming|[A-Z]\w+) )?webhook(?: (?P<path>/[\w/-]+))?"),
    ("form", rf"{_THE}(?:[\w-]+ )??form\b"),
    ("queue", (rf"{_THE}(?:SQS )?(?:(?P<queue>(?!(?:the|a|our|on|from|in|of|new|sqs)\b)[\w-]+) queue|queue (?:called "
              rf"|named )?(?P<queue2>(?!(?:has|have|is|was|gets?)\b)[\w-]+))")),
    ("bucket", (rf"{_THE}(?:new )?(?:S3 )?(?:(?P<bucket>(?!(?:the|a|our|on|from|in|to|into|s3)\b)[\w.-]+) bucket"
               rf"|bucket (?:called |named )?(?P<bucket2>(?!(?:has|have|is|was|gets?)\b)[\w-]+))")),
    ("folder", (rf"{_THE}(?:folder (?:called |named )?(?P<folder>/?[\w./-]*\w)|(?P<folder2>(?!(?:the|a"
               rf"|our)\b)[\w-]+) folder)")),
    ("event", (r"(?:an?|the|each|every|any)? ?(?:new )?(?:(?P<event>(?-i:[A-Z])\w+|[a-z]+(?:[.-][a-z]+)+) event"
               r"|event (?:called |named )?"
               r"(?P<event2>(?-i:[A-Z])\w+))"
               r"(?: (?:over|on|in|from|through|onto|via) (?:the|our) (?:event ?)?bus)?")),
)
_ARRIVES = (
    r"(?:arrives?|comes? (?:in(?:to)?|through|over)|come|comes|lands?|gets? in(?:to)?|(?:(?:is|are|was|were|has been"
    r"|have been|gets?) )?(?:received|submitted"
    r"|posted|uploaded|dropped|created|delivered|filed)|reach(?:es)?(?: us)?|shows? up|appears?|hits?"
    r"|drops?(?: into?)?|pours? in|turns? up|ends? up|enters?|signs? up|signs? in|registers?|cancels?|subscribes?"
    r"|books?|orders?|applies|apply"
    r"|fills? (?:in|out)?|submits?|completes?|sends?(?: us)?|uses?|calls?|posts?|uploads?|drops?|puts?|goes?)"
)
_BY = r"(?: either)?(?: ?(?:off|out of|by|via|through|over|on|at|in|into|to|from|of|using|with|per|for))?"
_NO_HEAD = r"(?!(?:(?:each|every) time|if|unless|while|until|wait|before|otherwise|then)\b)"
_WHEN = r"(?:when(?:ever)?|as soon as|once|every time|each time|after|if|in case)"
_DOES = r"(?:gets?|receives?|is|are|should|must|has to|have to|needs?|goes?|go)\b"
_TAKES = (r"(?:listen|wait|watch|monitor|observe|receive|accept|take|read|consume|poll|process|handle|pick up|pull"
          r"|get|fetch|start|begin|react)"
          r"(?: (?:to|on|for|from|with|at|in))?")
_STARTS = (r"(?:triggers?|starts?|feeds?|kicks? off|fires?|calls?|runs?|launches|invokes?) (?:this|it|the "
           r"(?:workflow|flow|process|automation|whole thing))"
           r"|is (?:what starts|the (?:start|trigger))(?: (?:of )?(?:this|it))?")
_STARTED = (r"(?:(?:the |this )?(?:workflow|flow|process|automation|thing|it|this) (?:is|should be|must be|gets?"
            r"|can be) )?(?:started|triggered|kicked off|run|launched)"
            r" (?:either )?(?:by|via|through|from|with|on)|(?:start|trigger|run|launch) (?:it|this|the (?:workflow"
            r"|flow|process)) (?:either )?(?:by|via|through|from|with|on)"
            r"|(?:either )?(?:by|via|through|over|on|upon|at|for|from)(?: (?:each|every|any|all))?")
_FILLS = r"(?:calls?|hits?|fills? (?:in|out)|filled (?:in|out)|uses?)"
_COUNT = r"(?:(?:(?:more|fewer|less) than|over|under|at least|at most|up to) \w+|\w+ or (?:more|fewer))"
_NOT_OF_IT = r"(?:if|when\w*|once|unless|while|until|for|each|every|on|at|before|after|as|otherwise|else|then)\b"
_SEPARATES = r"(?:[.;:,]|,? and\b|,? then\b| -)(?:,? and\b)?(?:,? then\b)?"


_BROUGHT = re.compile(
    r"^(?:the|an?|our|each|every|some) (?!system\b|workflow\b|flow\b)[\w-]+(?: (?!function\b|workflow\b|job\b)[\w-]+)?"
    r" (?:uploads|drops|puts|places|leaves|stores) [^.;:,]+? (?:in|into|to) (?:the|our) (?P<bucket>[\w-]+ bucket)"
    r"(?:[.;]|, (?:and )?(?=then\b)) (?:then,? )?(?:we |the system )?(?=\w)", re.IGNORECASE)
"""Somebody brings what starts it: ``The driver uploads the slip into the slips bucket. Then we …``."""


def started(text: str) -> str:
    """`text` with its start before all else."""
    called = re.match(r"(?:(?!\b(?:if|unless|then)\b)[^.;:])*?\b(?P<source>(?:our|the|a|my) webhook(?: "
                      r"(?P<path>/[\w/-]+))?) (?:is|gets) (?:called|hit|triggered)(?:[.;:]|, (?:and )?then)\s+"
                      r"(?P<rest>.+)", text, re.IGNORECASE | re.DOTALL)
    if called is not None and not _acts(text) and not re.match(r"when", text, re.IGNORECASE):
        return _when("webhook", called, "", called["rest"])
    text = _BROUGHT.sub(r"When a file lands in the \g<bucket>, ", text)
    text = re.sub(r"^(?:it|this|the (?:workflow|flow)) (?:starts|begins|runs|is started|is triggered)(?: either)? "
                  r"(?=when|whenever|by|from|on|through|each|every|once)", "", text, flags=re.IGNORECASE)
    for kind, source in _SOURCES:
        other = re.match(rf"(?P<first>[^.;:]*?\b(?:webhook(?: /[\w/-]+)?|form|queue|bucket|folder [\w/.-]+)),? or "
                         rf"(?:(?:else )?(?:from|by|through|via|over|on|in|when(?:ever)?|if|as soon as) "
                         rf"(?:[\w ]+? )??)?"
                         rf"(?P<source>{source})(?: is (?:\w+ed|hit|sent))?"
                         rf"(?P<rest>[.;:,].+)", text, re.IGNORECASE | re.DOTALL)
        if other is not None:
            one = started(f"{other['first']}{other['rest']}")
            head = _when(kind, other, "", "x").removesuffix(". x").replace("When", "when", 1)
            return one.replace(". ", f" or {head}. ", 1) if one.startswith("When") else text
    made = re.match(r"(?:set up|create|make|build|we have|there is|put up) an? (?:[\w-]+ )?form(?: for [\w ]+?)?"
                    r"(?:\.|,? and|;) (?:when|once|as soon as|each time|whenever|on) (?:it(?: is|'s|)|somebody"
                    r"|someone|they|that is|submission)"
                    r"[\w ]*?, (?P<rest>.+)", text, re.IGNORECASE | re.DOTALL)
    if made is not None:
        return f"When the form is submitted. {made['rest']}"
    text = _late(_EACH_FORM.sub(lambda said: f"When the {said['form']} is submitted, ", text))
    for kind, source in _SOURCES:
        for reads in (_counted, _kept, _starts_it, _declared, _taken, _of_each, _starting, _labelled,
                      _about_each):
            found = reads(kind, source, text)
            if found is not None and not re.match(r"When [^.]*\. or\b", found):
                return found
    found = _with_clause(text)
    return _told_of(text) if found == text else found


_MEANS = r"(?:by|via|through|using|with|over)"
_BY_MEANS = (rf"(?:(?:is|are|was|were|gets?) \w+(?:ed|en|ade|ent) {_MEANS}|(?:came|comes?|arrives?|arrived) {_MEANS}"
             rf"|{_FILLS})")
_ASIDE = re.compile(
    rf"^(?P<before>[^.;:]*?),? (?:which|that|who) (?:\w+ly |always )?"
    rf"(?:{_BY_MEANS}|(?:we|you|they|\w+s|people) \w+ {_MEANS}) {_THE}(?:[\w-]+ )?"
    rf"(?P<kind>webhook|form)(?: (?P<path>/[\w/-]+))?(?: (?:of ours|on \w+ \w+))?(?P<after>,? )", re.IGNORECASE)
"""``a return is scanned, which calls our webhook, …``: the source in a clause of its own."""
_BARE = re.compile(
    r"^(?!(?:if|when|for|on|at|in|as|from|by|each|every)\b)(?P<before>)(?:[\w-]+ ){1,3}(?P<kind>form)(?P<path>)"
    r"(?P<after>: )", re.IGNORECASE)
"""``Course request form: …``"""
_MAIN = re.compile(
    rf"^(?!(?:if|when|whenever|once|after|before|unless|until|for|on|at|in|as)\b)(?P<before>[^.;:,]*?) {_BY_MEANS} "
    rf"(?:either )?(?:{_MEANS} )?{_THE}(?:[\w-]+ )?(?P<kind>webhook|form)(?: (?P<path>/[\w/-]+))?(?: on \w+ \w+)?"
    r"(?P<after>[.;:] )", re.IGNORECASE)
"""``A new hire is entered by form. …``"""


def _with_clause(text: str) -> str:
    """A source that a clause names by which something came: that starts it, and the rest stays."""
    aside = _ASIDE.match(text)
    said = aside or _MAIN.match(text) or _BARE.match(text)
    if said is None or _acts(text):
        return text
    path = f" {said['path']}" if said["path"] else ""
    head = "When the form is submitted. " if said["kind"].lower() == "form" else f"When the webhook{path} is called. "
    happens = re.match(r"(?:when(?:ever)?|as soon as|once|if|every time|each time|after) (?!\d|an? \w+ after)",
                       text, re.IGNORECASE)
    tells = re.match(r"(?:an?|the|our|some\w*|people) (?:[\w'-]+ )*?(?:is|are|has|have|gets?|was|were)\b", text,
                     re.IGNORECASE)
    if aside is None or happens is not None or tells is not None:
        return head + text[said.end():]
    return f"{head}{said['before']}{said['after']}{text[said.end():]}" if said["before"] else text


_TEXT = r"(?:[^.;:]|[.:](?=[\w/]))"
"""What ends no sentence."""
_SAID_LATE = re.compile(
    rf"(?P<does>{_TEXT}*?),? (?P<when>when(?:ever)?|as soon as|once|every time|each time) (?P<what>(?:(?=[^.;:,]*\b"
    rf"(?:webhook|form|queue|bucket|folder|(?-i:[A-Z])\w+ event)\b(?!-))[^.;:,]*\b(?:{_ARRIVES}"
    r"|(?:is|are|was) (?:called|hit|filled|sent|triggered|in|entered|published|there)|there (?:is|are))\b[^.;:,]*"
    r"|(?:the |our )?(?P<flow>[\w-]+) workflow (?:(?:is|has|was) (?:finished|done|over|ended|completed)|finishes|ends"
    r"|completes)))(?P<rest>[.;] .+|[.!]?)$", re.IGNORECASE | re.DOTALL)
"""``Email the parents whenever the absence form is submitted.``"""
_EACH_FORM = re.compile(
    r"^(?:(?:for|on|with) )?(?:each|every) (?:new )?(?P<form>(?:[\w-]+ )?form) "
    r"(?:that |which )?(?:comes? in|arrives?|we (?:get|receive)|(?:is|gets) (?:submitted|received|sent(?: in)?"
    r"|handed in|filled (?:in|out))),? ", re.IGNORECASE)
"""``For every absence form that comes in, …``"""


def _late(text: str) -> str:
    """A first sentence that says last what starts it: that comes first."""
    said = _SAID_LATE.match(text)
    if said is None or not (_acts(text) or text.lower().startswith("let ")) or re.search(
            r"\b(?:if|unless|until|while|wait|every|each|once|before|after)\b", said["does"], re.IGNORECASE) or (
            said["flow"] and said["flow"].lower() in said["does"].lower()):  # the end of what it starts itself
        return text
    does = said["does"][:1].lower() + said["does"][1:]
    return f"When {said['what']}, {does}{said['rest'] or '.'}"


def _counted(kind: str, source: str, text: str) -> str | None:
    """``If more than 20 alerts arrive within 5 minutes on the alarms queue, …``: it hears the queue, and counts."""
    span = r"(?:within|inside|in|during) (?:the space of )?(?:\w+ )?(?:second|minute|hour|day|week)s?"
    match = re.match(
        rf"{_WHEN} (?P<count>{_COUNT} [^,;.:]+?) {_ARRIVES}(?: (?:up|in))?(?: (?P<span>{span}))? "
        rf"(?:on|in|at|into|from|to|through) (?P<source>{source})(?: (?P<span2>{span}))?, (?P<rest>.+)",
        text, re.IGNORECASE | re.DOTALL)
    if match is None or (match["span"] or match["span2"]) is None:
        return None
    within = re.sub(r"^\w+(?: the space of)?", "within", match["span"] or match["span2"])
    return _when(kind, match, "", f"If {match['count']} arrive {within}, {match['rest']}")


def _labelled(kind: str, source: str, text: str) -> str | None:
    """``Answers from the canteen form: …``: what stands before a colon comes from there."""
    match = re.match(
        rf"(?P<what>(?:[\w'-]+ ){{0,2}}?(?:[\w'-]+s|anything|everything|whatever|upload|file|message|entry"
        r"|submission)) "
        rf"(?:from|on|in|by|via|through|over|into|to|at) (?P<source>{source}): (?P<rest>.+)",
        text, re.IGNORECASE | re.DOTALL)
    if match is None or (_acts(text) and not re.match(r"upload\b", text, re.IGNORECASE)) or re.match(
            _NOT_OF_IT, text, re.IGNORECASE):
        return None
    return _when(kind, match, match["what"] if _one(match["what"]).isalpha() else "", match["rest"])


def _declared(kind: str, source: str, text: str) -> str | None:
    """``Orders come in by webhook; …``, ``when a prospect fills in the form: …``."""
    match = re.match(
        rf"(?:{_WHEN} )?{_NO_HEAD}(?P<what>(?:[\w'-]+ ){{0,4}}?[\w'-]+) (?P<verb>{_ARRIVES}{_BY}) (?:(?:an?|the|its"
        rf"|their|his|her) [\w-]+ (?:to|at|on|into|in|through|over) )?(?P<source>{source})(?P<more>(?: (?!and\b"
        rf"|then\b|{_DOES})[\w'-]+){{0,3}}?)"
        rf"{_SEPARATES} (?P<rest>.+)", text, re.IGNORECASE | re.DOTALL)
    if match is None or _acts(text) or re.search(r"\b(?:is|are|not|no|and|or)\b", match["what"], re.IGNORECASE):
        return None
    if kind == "event" or (re.match(r"if\b", text, re.IGNORECASE) and kind != "webhook"):
        return None
    return _when(kind, match, match["what"], match["rest"])


def _kept(kind: str, source: str, text: str) -> str | None:
    """``Write down each call of the webhook /meter in the readings table``: the call is written there."""
    match = re.match(
        rf"(?P<does>(?:{'|'.join(sorted(VERBS))})(?: down| up)?) (?:what(?:ever)? (?:comes in|arrives|lands)|(?:each"
        rf"|every|all|any) (?:new |incoming )?(?:(?:call|request|message|post|submission|file|hit|entry)s?"
        rf"(?: that (?:comes in|arrives|lands))?|[\w-]+(?: [\w-]+)?? that (?:comes? in|arrives?|lands?)))"
        rf"{_BY} ?(?P<source>{source}) (?P<where>(?:in|to|into|on|onto|with"
        rf"|through|by|via|using) .+)", text, re.IGNORECASE | re.DOTALL)
    if match is None:
        return None
    sheet = "the data" if re.search(r"\bsheet\b", match["where"], re.IGNORECASE) else "it"
    verb = "write" if match["does"].lower().startswith(("write", "note")) else match["does"]
    return _when(kind, match, "", f"{verb} {sheet} {match['where']}")


def _about_each(kind: str, source: str, text: str) -> str | None:
    """``Log every submission of the contact form``, ``email ann about each order from the shop webhook``."""
    match = re.match(
        rf"(?P<does>{_TEXT}*?\b)(?:each|every) (?:single |new |incoming )?(?P<what>(?!time\b)[\w'-]+(?: [\w'-]+)?) "
        rf"(?:(?:of|from|through|via|by|on)|(?:that |which )?(?:(?:is|was|gets) )?{_ARRIVES}{_BY}) (?P<source>{source})"
        rf"(?P<more>(?: {_TEXT}*)?)(?P<rest>[.;] .+|[.!]?)$", text, re.IGNORECASE | re.DOTALL)
    if match is None or not _acts(text) or kind == "event" or re.match(
            r"(?:get|fetch|read|take|list|count|load|pull|go|look|wait)\b", text, re.IGNORECASE):
        return None
    noun = _one(match["what"])
    does = re.sub(r" for $", " with ", match["does"])
    return _when(kind, match, noun, f"{does}the {noun}{match['more']}{match['rest'] or '.'}")


def _taken(kind: str, source: str, text: str) -> str | None:
    """``Take each message from the orders queue and …``, ``watch the folder inbox: …``."""
    match = re.match(
        rf"(?:{_TAKES}) (?P<what>(?:(?:each|every|all|the|a|an|new|any|incoming|single) )*(?:[\w'-]+ )?)?(?:(?:that"
        rf"|which) [\w ]+?)?{_BY} ?(?P<source>{source})(?: one (?:at a time|by one|after (?:another|the other)))?"
        rf"(?: with (?P<with>the [\w-]+ (?:function|workflow|lambda))|{_SEPARATES}) ?"
        rf"(?P<rest>.*)", text, re.IGNORECASE | re.DOTALL)
    if match is None or (re.match(r"(?:wait|get|fetch|start|begin|read|take|pull)\b", text, re.IGNORECASE) and (
            not re.search(r"\bmessages?\b|\bfrom\b", text[:match.start("rest")], re.IGNORECASE))):
        return None
    if kind in ("bucket", "folder") and re.match(r"(?:read|take|get|fetch|pull|list)\b", text, re.IGNORECASE):
        return None
    rest = f"run {match['with']} {match['rest']}" if match["with"] else match["rest"]
    return _when(kind, match, (match["what"] or "").strip(), rest) if rest.strip() else None


def _of_each(kind: str, source: str, text: str) -> str | None:
    """``Every booking that comes in by webhook is …``, ``for every message on the orders queue, …``."""
    match = re.match(
        rf"(?P<lead>(?:for|on|upon|with|after) )?(?!(?:each|every) time\b)(?P<what>(?:(?:each|every|all|any|a|an"
        rf"|new|the) )*"
        rf"(?!every\b)[\w'-]+(?: [\w'-]+)??) "
        rf"(?:(?:that|which|who) (?:is |are )?(?:\w+ ){{0,2}}?)?(?:{_ARRIVES})?{_BY} ?(?P<source>{source})"
        rf"(?:(?P<does> {_DOES} .+)|{_SEPARATES} (?P<rest>.+)|(?P<acts> "
        rf"(?:{'|'.join(sorted(VERBS))})\b .+))", text, re.IGNORECASE | re.DOTALL)
    if match is None or re.match(rf"every (?:{'|'.join(ORDINALS)}"
                                 rf"|\d)", match["what"], re.IGNORECASE) or _acts(match["what"]):
        return None
    begins = (
        match["lead"]
        or re.match(
            r"(?:each|every|all|any|new|whatever|whoever|everything"
            r"|anything)\b",
            match["what"],
            re.IGNORECASE,
        )
        or re.search(r"\b(?:that|which|who)\b", match[0][:60])
    )
    if not begins or kind == "event":
        return None
    noun = _one(match["what"])
    whoever = re.match(r"(?:every|any|some)?(?:one|body)|whoever|those|all$"
                       r"|each$", match["what"], re.IGNORECASE) is not None
    what = "person" if whoever else noun
    if match["does"] and noun in ("whatever", "everything", "anything"):
        return _when(kind, match, "", f"it{match['does']}")
    if match["does"]:
        said = re.sub(
            r"^ (?:are|have to|go)\b",
            lambda found: {" are": " is", " have to": " has to", " go": " goes"}[found[0]],
            match["does"],
        )
        return _when(kind, match, what, f"the {what}{said}")
    return _when(kind, match, what, match["rest"] or match["acts"])


def _starting(kind: str, source: str, text: str) -> str | None:
    """``The webhook /pay triggers this: …``, ``started by webhook: …``, ``on an OrderPaid event …``."""
    lead = text[:1].lower() + text[1:] if kind == "event" else text
    match = re.match(
        rf"(?:(?:{_WHEN} )?(?P<source>{source}) (?:{_STARTS}|comes? in|arrives?|fires?|is (?:called|hit|received"
        rf"|submitted|there|raised|published|sent)"
        rf"|gets? (?:called|hit)|happens|appears|comes?|goes out|goes)(?: (?:over|on|in|from|through|onto|via) "
        rf"(?:the|our) (?:event ?)?bus)?|(?:{_STARTED}) (?P<source2>{source.replace('?P<', '?P<x')})(?: calls?"
        rf"| requests?| posts?| submissions?)?)"
        rf"(?P<or> or\b)?(?:{_SEPARATES}|(?= (?:{'|'.join(sorted(VERBS))})\b)) ?"
        rf"(?P<rest>.+)", lead, re.IGNORECASE | re.DOTALL)
    if match is None:
        return None
    rest = re.sub(r"^(?:it|this|the (?:workflow|flow)) (?:just |only |then )?"
                  r"(\w+)s\b", lambda said: _base(said[1], said[0]), match["rest"],
                  flags=re.IGNORECASE)
    return _when(kind, match, "", rest)


def _starts_it(kind: str, source: str, text: str) -> str | None:
    """``A new file in the bucket scans should start the read function``."""
    match = re.match(
        rf"(?P<what>(?:(?:each|every|all|any|an?|the|new) )*[\w'-]+(?: [\w'-]+)??) (?:(?:that|which) [\w ]+? )?{_BY} ?"
        rf"(?P<source>{source}) (?:(?:should|must|has to|is to|will|shall) )?(?:start|trigger|run|launch|kick off"
        rf"|call|invoke"
        rf"|set off)s? (?P<rest>(?:the|our|an?) .+)", text, re.IGNORECASE | re.DOTALL)
    return None if match is None or _acts(text) else _when(kind, match, match["what"], f"run {match['rest']}")


_TOLD_OF = re.compile(
    r"(?!(?:if|when|whenever|once|after|before|unless|while|until|for|on|at|every|each|as|in)\b)(?P<what>[^.;:?!]*?)"
    r"(?P<rest>[.;:] .+)", re.IGNORECASE | re.DOTALL)


def _told_of(text: str) -> str:
    """``Our sensors report to /parking by webhook. …``: a first sentence that only says what sends to a webhook."""
    match = _TOLD_OF.match(text)
    if match is None or _acts(text) or not re.search(r"\bwebhook\b", match["what"]) or re.search(
            r"\bor\b|\b(?:is|are) (?:down|offline|slow)|\b(?:not|fails?|never)\b|n't\b", match["what"]):
        return text
    path = re.search(r"(?<!\S)/[\w/-]+", match["what"])
    where = "" if path is None else f" {path[0]}"
    rest = match["rest"].replace(":", ".", 1) if match["rest"][0] == ":" else match["rest"]
    return f"When the webhook{where} is called{rest}"


def _base(verb: str, said: str) -> str:
    for form in (f"{verb}s", verb):
        base = base_verb(form.lower())
        if base is not None:
            return base
    return said


def _acts(text: str) -> bool:
    """Whether it begins with a verb, and so asks for something."""
    first = text.split(maxsplit=1)[0].lower() if text.split() else ""
    return first in VERBS and first not in (
        "order",
        "book",
        "report",
        "request",
        "message",
        "file",
        "record",
        "bill",
        "charge",
        "claim",
    )


def _one(things: str) -> str:
    """The noun of one of them."""
    words = [word for word in re.findall(r"[\w'-]+", things.lower()) if word not in (
        "each", "every", "all", "any", "a", "an", "new", "the", "incoming", "single", "our")]
    return singular(words[-1]) if words else ""


def _when(kind: str, match: re.Match[str], what: str, rest: str) -> str:
    """The start, and the rest without "each of them"."""
    said = {name.removeprefix("x").rstrip("2"): value for name, value in match.groupdict().items() if value}
    thing = noun = _one(what)
    noun = (
        ""
        if noun
        in (
            "",
            "message",
            "call",
            "request",
            "post",
            "submission",
            "file",
            "webhook",
            "form",
            "whatever",
            "somebody",
            "someone",
            "anything",
            "everything",
        )
        else noun
    )
    source = said["source"]
    before = match[0].removesuffix(rest)
    sender = next(
        (
            name
            for name in ("GitHub", "Stripe", "Shopify", "Slack")
            if re.search(rf"\b{name}\b", f"{what} {source}", re.IGNORECASE)
        ),
        None,
    )
    head = {
        "webhook": (f"When {f'a {noun} arrives by ' if noun else ''}the "
                    f"webhook{' ' + said['path'] if 'path' in said else ''}"
                    f"{'' if noun else ' is called'}{f' from {sender}' if sender else ''}"),
        "form": f"When {f'a {noun} comes by ' if noun else ''}the form{'' if noun else ' is submitted'}",
        "queue": f"When a {noun or 'message'} arrives in the {said.get('queue')} queue",
        "bucket": f"When a {_file_of(before) or 'file'} lands in the {said.get('bucket')} bucket",
        "folder": f"When a {_file_of(before) or 'file'} arrives in the folder {said.get('folder')}",
        "event": f"When the {said.get('event')} event comes on the event bus",
    }[kind]
    things = {"webhook": "request|call|post", "form": "submission", "queue": "message", "event": "event"}.get(
        kind, "file|object|upload"
    )
    things = rf"(?:{re.escape(thing)}|{things})" if thing else f"(?:{things})"
    each = rf"(?:(?:each|every)(?: single| new)? (?:one|{things})|(?:each|all|every one) of (?:them|these|those))\b"
    rest = re.sub(rf"\bfor {each},? ?", "", rest, flags=re.IGNORECASE)
    rest = re.sub(rf"\b{each}", "it", rest, flags=re.IGNORECASE)
    return f"{head}. {rest.strip()}"


def _file_of(text: str) -> str | None:
    kind = re.search(r"\b(csv|pdf|json|xml|xlsx|txt|parquet|zip|png|jpe?g|gif|mp4|mp3|log|yaml"
                     r"|html)\b", text, re.IGNORECASE)
    return None if kind is None else f"{kind[1].lower()} file"
