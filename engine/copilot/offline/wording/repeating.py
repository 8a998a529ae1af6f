"""What is done again, taken out of the text: until something holds, while it does, or so many times.

Call https://… every 30 seconds until the status is done, at most 20 times.
body            interval         until                    times
"""

from __future__ import annotations

import re
from dataclasses import replace

from engine.copilot.offline.phrases import APPROVED
from engine.copilot.offline.times import duration_in
from engine.copilot.offline.words import NUMBERS, TIMES, VERBS, words_of
from engine.records import dataclass

_N = rf"(?:\d+|{'|'.join(sorted({*NUMBERS} - {'a', 'an', 'half', 'zero'}, key=len, reverse=True))})"
_SPAN = rf"(?:(?:{_N}|an?|half an) (?:more )?)?(?:seconds?|minutes?|hours?|days?|weeks?)"
_LIMIT = re.compile(
    rf",? ?(?:but |and )*(?:for )?(?:(?:at most|no more than|not more than|up to|a maximum of|max\.?"
    rf"|(?:give|giving) up after|stop(?:ping)? after) "
    rf"(?:(?P<a>{_N})(?: times?| attempts?| tries| rounds?| looks?| checks?| calls?)(?: in (?:total|all)| altogether)?"
    rf"|(?P<b>twice))"
    rf"|(?:(?:max\.?|maximum) )?(?P<c>{_N}) (?:times|attempts|tries|rounds) (?:at (?:the )?(?:very )?most|max"
    rf"(?:imum)?\b|tops)|(?P<d>twice) at most)",
    re.IGNORECASE,
)
_FOR = re.compile(rf",? ?(?:for (?:at most|up to|no longer than)|(?:but |and )*(?:give up|giving up|stop|stopping"
                  rf"|quit|end)(?: trying| it| waiting)? after) (?P<span>{_SPAN})", re.IGNORECASE)
_EVERY = re.compile(
    rf",? ?(?:and )?(?:(?:every|each|once (?:every|an?|per)) (?P<a>{_SPAN})|(?:waiting|pausing|resting|sleeping|wait"
    rf"|with pauses of|with a pause of|with) (?P<b>{_SPAN})(?: each time| in between| between \w+(?: \w+)?| pauses?)"
    rf"|with (?P<c>{_SPAN}) in between)",
    re.IGNORECASE,
)
_TRIED = r"(?:times|attempts|tries|rounds|checks|polls|calls|looks)"
_GIVES_UP = re.compile(
    rf"(?<=\w)\. (?:give up|stop|quit|end)(?: trying)? after (?P<n>{_N}) {_TRIED}(?=[.]|$)", re.IGNORECASE)
_FAILS_AFTER = re.compile(
    rf",? (?:and |but |or )?(?:bail out|abort|error out|fail|stop with an error)(?: with (?:an? )?(?:error|failure))? "
    rf"after (?P<n>{_N}) {_TRIED}(?=[.]|$)", re.IGNORECASE)
_AFTER, _ROW = r"(?:, (?:and )?(?:then )?| and then |; )", r"(?: in sequence| one after another)?"
_AGAIN = r"(?:do (?:that|this|it|so) again|repeat(?: that| this| it)?|start over|try again|again)"
_REST = rf"(?:(?:[,;]| and then | then | and (?:{'|'.join(sorted(VERBS))})\b).*)?"
_FRAMES: tuple[re.Pattern[str], ...] = tuple(re.compile(frame, re.IGNORECASE) for frame in (
    (rf"^(?:as|so) long as (?P<body>https?://\S+) (?P<stay>(?:answers|says|returns|reports|shows|is) .+?), "
    rf"(?P<tail>(?:wait|pause) {_SPAN}) and (?:then )?(?:look|check|try|ask|call|poll)(?: it)?(?: once more| again)$"),
    rf"^(?P<body>[^;]+); if (?P<stay>.+?),? (?P<tail>(?:wait|pause) {_SPAN}) and {_AGAIN}$",
    r"^(?:then,? )?(?:while|(?:for )?as long as|so long as) (?P<stay>[^,]+), (?P<body>.+)$",
    r"^until (?P<until>[^,]+), (?P<body>.+)$",
    rf"^(?P<body>.+?),? (?:and )?{_AGAIN} until (?P<until>.+)$",
    r"^(?:repeat|loop)(?: this)?: (?P<body>.+?),? and (?:stop|end) (?:when|if|once) (?P<until>.+)$",
    r"^(?:repeat|loop)(?: this)?: (?P<body>.+)$",
    rf"^do (?:this|that|the following) (?P<times>{_N}|twice)(?: times)?: (?P<body>.+)$",
    rf"^do not \w+ more than (?P<times>{_N}|twice)(?: times)?: (?P<body>.+?),? {_AGAIN}$",
    (rf"^(?P<lead>(?:.+(?:,|;| and) (?:then )?)?)(?P<body>(?:look|check|poll|query|ask|see|fetch|read|call|get|try)\b"
     rf"[^,;]+?),? until (?P<until>[^,;]+?)(?P<rest>{_REST})$"),
    rf"^(?P<lead>(?:.+{_AFTER})?)(?P<body>[^,;]+?),? until (?P<until>[^,;]+?)(?P<rest>{_REST})$",
    rf"^(?P<lead>(?:.+{_AFTER})?)(?P<body>[^,;]+?) (?:while|as long as) (?P<stay>[^,;]+?)(?P<rest>{_REST})$",
    rf"^(?P<body>(?:run|call|invoke|send|ping|start) [^,;]+?) (?P<times>{_N}) times{_ROW}$",
))
_TRIES = {"checking": "check", "calling": "call", "polling": "call", "asking": "ask", "running": "run", "trying": "try",
          "pinging": "ping", "querying": "query", "sending": "send"}


@dataclass(frozen=True, slots=True)
class Repeated:
    """`body` is done again until `until` holds, or while `stay` does; at most `times`, `seconds` apart. The texts are
    those of the sentence, "" for what it does not say."""

    body: str
    until: str = ""
    stay: str = ""
    times: int | None = None
    seconds: int | None = None
    is_first: bool = False
    """Whether `stay` is asked before it is done."""


def repeated_in(text: str) -> tuple[str, dict[str, Repeated]]:
    """The text with a word in place of each repetition, and what each such word stands for."""
    found: dict[str, Repeated] = {}
    text = _GIVES_UP.sub(lambda said: f", at most {said['n']} times", text)
    text = _FAILS_AFTER.sub(lambda said: f", at most {said['n']} times, after {said['n']} times fail", text)
    parts = re.split(r"(?<=[.!?])\s+", text)
    for index, sentence in enumerate(parts):
        end = sentence[-1:] if sentence[-1:] in ".!?" else ""
        frame = _framed(sentence.rstrip(".!? "))
        if frame is not None:
            lead, repeated, rest = frame
            mark = f"xloop{len(found)}"
            found[mark] = repeated
            parts[index] = f"{lead}{mark}{' ' if rest[:1].isalpha() else ''}{rest}{end}"
    return " ".join(parts), found


def _framed(sentence: str) -> tuple[str, Repeated, str] | None:
    """What stands before the repetition of a sentence, the repetition, and what stands behind it."""
    if re.search(r"\bretr(?:y|ied)\b", sentence, re.IGNORECASE):
        return None
    limit, every, span = _LIMIT.search(sentence), _EVERY.search(sentence), _FOR.search(sentence)
    bare = sentence
    for match in (limit, every, span):
        if match is not None:
            bare = bare.replace(match[0], "", 1)
    bare = re.sub(r",? (?:again and again|over and over(?: again)?|repeatedly)\b", "", bare)
    bare = re.sub(r"^(repeat|loop)\s*:", r"\1:", bare.strip(), flags=re.IGNORECASE)
    match = next((found for frame in _FRAMES if (found := frame.match(bare))), None)
    if match is None or re.match(r"if\b|when", match["body"], re.IGNORECASE):
        return None
    said = {name: (value or "").strip() for name, value in match.groupdict().items()}
    if said["body"].startswith("http"):
        said["body"], said["stay"] = f"call {said['body']}", f"it {said['stay']}"
    waits = re.search(r"\b(?:wait|pause|hold|sleep)\b[\w ]*$", said["body"]) is not None
    if waits and said.get("until") and not re.search(_AGAIN, bare):
        return None  # it only waits until then
    seconds = _seconds(every) if every is not None else duration_in(words_of(said.get("tail", "")))
    times = _count(next(filter(None, limit.groups()), "")) if limit is not None else _count(said.get("times", ""))
    if times is None and span is not None and seconds:
        times = int((_seconds(span) or 0) // seconds) or None
    keeps = re.match(r"keep|poll", said["body"], re.IGNORECASE) is not None
    asks = APPROVED.match(f"if {said.get('until')}") is not None and re.match(r"ask\b", said["body"], re.IGNORECASE)
    often = every or limit or span or keeps or asks or re.search(r"\bas long as\b", bare)
    if said.get("lead") is not None and not often:
        return None
    first = re.match(r"(?:then,? )?(?:while|(?:for )?as long as|so long as)\b", bare, re.IGNORECASE) is not None
    repeated = Repeated(_body(said["body"]), said.get("until", ""), said.get("stay", ""), times, seconds, first)
    lead = f"{said['lead']} " if said.get("lead") else ""
    looks = _AND_LOOKS.match(repeated.body)
    if looks is not None:  # what is looked at again is not what was started
        lead, repeated = f"{lead}{looks['lead']} and then ", replace(repeated, body=_body(looks["body"]))
    return lead, repeated, said.get("rest", "")


_LOOKS = r"(?:look at|check|poll|ask|query|watch|keep|see|read|get|fetch)"
_AND_LOOKS = re.compile(rf"(?P<lead>(?!{_LOOKS}\b).+?),? and (?:then )?(?P<body>{_LOOKS}\b.+)$", re.IGNORECASE)


def _body(text: str) -> str:
    """What is done: ``keep checking x`` is check x."""
    keep = re.match(r"keep (\w+)\b(.*)$", text, re.IGNORECASE)
    if keep is not None:
        return f"{_TRIES.get(keep[1].lower(), keep[1])}{keep[2]}"
    return re.sub(r"^(?:poll|query)\b", "call", re.sub(r"^[Tt]ry (?=the)", "run ", text), flags=re.IGNORECASE)


def _count(text: str) -> int | None:
    said = text.lower()
    return int(said) if said.isdigit() else int({**NUMBERS, **TIMES}[said]) if said else None


def _seconds(match: re.Match[str]) -> int | None:
    said = next(filter(None, match.groups()), "")
    return duration_in(words_of(said if re.match(r"\S+ \w", said) else f"one {said}"))
